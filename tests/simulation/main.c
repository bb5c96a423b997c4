/* SPDX-License-Identifier: Apache-2.0 */
/* simulate - an office with its broker, its agents and its people, in one process and in simulated
 * time, from one seed; the product's code is that which is installed.
 *
 * usage: simulate TEMPLATE SCRATCH [--seed N] [--mask BITS] [--days N] [--control] [--ed25519]
 *                 [--journal] [--loud]
 *
 * One seed by hand: tests/simulation/simulate.py BUILD --seed N --loud
 *
 * TEMPLATE is the folder of a founded office's journal (simulate.py makes one); SCRATCH is a folder
 * in memory, made and removed. --mask switches faults off (a bit each, in the order of swarm.h),
 * --days shortens the office's time: with both a failing seed is made smaller. --control is the
 * negative control. --journal leaves SCRATCH, with home/journal and, as text, journal.jsonl.
 *
 * Prints one line of JSON. Exit status: 0 all promises kept, 1 one was broken (its words are in the
 * line), 2 bad usage. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/simulation/files.h"
#include "tests/simulation/random.h"
#include "tests/simulation/signing.h"
#include "tests/simulation/town.h"

enum { PROCESSOR_SECONDS_MAX = 120 };

/* A seed without an end is one that failed, however slow the machine is. */
static void limit_time(void)
{
    const struct rlimit limit = {PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX};

    (void)setrlimit(RLIMIT_CPU, &limit); /* without it whoever waits gives up */
}

static void usage(void)
{
    (void)fprintf(stderr, "usage: simulate TEMPLATE SCRATCH [--seed N] [--mask BITS] [--days N] "
                          "[--control] [--ed25519] [--journal] [--loud]\n");
    exit(2);
}

static struct town_settings read_arguments(int argc, char **argv)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'}, {"mask", required_argument, NULL, 'm'},
        {"days", required_argument, NULL, 'd'}, {"control", no_argument, NULL, 'c'},
        {"ed25519", no_argument, NULL, 'e'},    {"journal", no_argument, NULL, 'j'},
        {"loud", no_argument, NULL, 'l'},       {NULL, 0, NULL, 0},
    };
    struct town_settings settings = {.seed = 1};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's') {
            settings.seed = strtoull(optarg, NULL, 10);
        } else if (option == 'm') {
            settings.masked = (uint32_t)strtoul(optarg, NULL, 0);
        } else if (option == 'd') {
            settings.days = (unsigned)strtoul(optarg, NULL, 10);
        } else if (option == 'c') {
            settings.is_control = true;
        } else if (option == 'e') {
            signing_real();
        } else if (option == 'j') {
            settings.keeps_journal = true;
        } else if (option == 'l') {
            settings.is_loud = true;
        } else {
            usage();
        }
    }
    if (argc - optind != 2) {
        usage();
    }
    settings.founded = argv[optind];
    settings.scratch = argv[optind + 1];
    return settings;
}

static void print_report(const struct town_report *report, uint64_t seed)
{
    const struct world_tally *tally = &report->tally;

    printf("{\"seed\": %" PRIu64 ", \"hash\": \"%016" PRIx64 "\", \"days\": %u, \"rate\": %" PRId64
           ", \"faults\": %" PRIu64 ", \"turns\": %" PRIu64 ", \"events\": %" PRIu64
           ", \"proposals\": %" PRIu64 ", \"receipts\": %" PRIu64 ", \"refusals\": %" PRIu64
           ", \"crashes\": %" PRIu64 ", \"powerLosses\": %" PRIu64 ", \"frames\": %" PRIu64
           ", \"lostSynced\": %s, \"refused\": %s, \"on\": %" PRIu32 ", \"failure\": \"",
           seed, report->hash, report->days, report->rate, tally->faults, tally->turns,
           tally->events, tally->proposals, tally->receipts, tally->refusals, tally->crashes,
           tally->power_losses, tally->frames, report->has_lost_synced ? "true" : "false",
           report->is_refused ? "true" : "false", report->faults_on);
    for (const char *at = report->failure; *at != '\0'; at++) {
        (void)putchar(*at == '"' || *at == '\\' || (unsigned char)*at < ' ' ? '\'' : *at);
    }
    printf("\"}\n");
}

int main(int argc, char **argv)
{
    struct town_settings settings = read_arguments(argc, argv);
    struct town_report report = {.days = 0};

    limit_time();
    town_run(&settings, &report);
    print_report(&report, settings.seed);
    return report.failure[0] == '\0' ? 0 : 1;
}
