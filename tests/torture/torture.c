/* SPDX-License-Identifier: Apache-2.0 */
/* torture - every call into the system fails once, in every scenario, and nothing is lost.
 *
 * usage: torture --samples DIR [--count N] [--seed N] [--jobs N] [--only GROUP/NAME] [--fail F]
 *                [--list]
 *
 * Each scenario runs once to count its calls; then again with its n-th call of a class failing,
 * alone or with all that follow, N times over all scenarios (0: every call, error and mode). What a
 * run may not do is in engine.c and, of each area, in its judge. --fail CLASS:N:ERROR:once|on does
 * one failure again. Run it where the sources are. The last line is `N passed, M failed`. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/files.h"
#include "os/random.h"
#include "tests/torture/engine.h"

enum { EXIT_USAGE = 2, COUNT_DEFAULT = 5000, SEED_DEFAULT = 1, JOBS_DEFAULT = 2, JOBS_MAX = 64 };

#define CALLS_TEXT(name, text) text,
static const char *const calls_names[] = {CALLS_LIST(CALLS_TEXT)};
#undef CALLS_TEXT

static struct scenarios scenarios;

static void make_folder(const char *base, char out[64])
{
    (void)snprintf(out, 64, "%s/huishen-torture-XXXXXX", base);
    if (mkdtemp(out) == NULL) {
        torture_fail("%s: no folder can be made", base);
    }
}

static void remove_folders(const char *scratch, const char *memory)
{
    if (folder_remove(scratch) != ERR_OK || folder_remove(memory) != ERR_OK) {
        torture_fail("%s and %s cannot be removed", scratch, memory);
    }
}

static void add_all(const struct material *material)
{
    turns_add(&scenarios, material);
    stores_add(&scenarios, material);
    agents_add(&scenarios, material);
    files_add(&scenarios, material);
    texts_add(&scenarios, material);
    verbs_add(&scenarios, material);
}

static void print_scenarios(void)
{
    for (size_t i = 0; i < scenarios.count; i++) {
        printf("%s/%s\n", scenarios.rows[i].group, scenarios.rows[i].name);
    }
}

/* Prints how many scenarios each group has, then how many failures each class had. */
static void print_tally(const struct engine_tally *tally)
{
    uint64_t injected = 0;

    for (size_t i = 0; i < scenarios.count;) {
        size_t first = i;

        while (i < scenarios.count &&
               strcmp(scenarios.rows[i].group, scenarios.rows[first].group) == 0) {
            i++;
        }
        printf("  %-8s %4zu scenarios, %" PRIu64 " failures\n", scenarios.rows[first].group,
               i - first, tally->of_group[first]);
    }
    for (size_t i = 0; i < CALLS_COUNT; i++) {
        printf("  %-8s %6" PRIu64 " calls failed\n", calls_names[i], tally->injected[i]);
        injected += tally->injected[i];
    }
    printf("  %" PRIu64 " ended by design for lack of memory\n", tally->stopped);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", injected - tally->failed, tally->failed);
}

struct arguments {
    struct engine_plan plan;
    const char *samples;
    bool is_list;
};

static bool read_arguments(int argc, char **argv, struct arguments *out)
{
    static const struct option options[] = {
        {"samples", required_argument, NULL, 's'}, {"count", required_argument, NULL, 'c'},
        {"seed", required_argument, NULL, 'e'},    {"jobs", required_argument, NULL, 'j'},
        {"only", required_argument, NULL, 'o'},    {"fail", required_argument, NULL, 'f'},
        {"list", no_argument, NULL, 'l'},          {NULL, 0, NULL, 0},
    };
    int option;

    out->plan =
        (struct engine_plan){.count = COUNT_DEFAULT, .seed = SEED_DEFAULT, .jobs = JOBS_DEFAULT};
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's') {
            out->samples = optarg;
        } else if (option == 'c') {
            out->plan.count = strtoull(optarg, NULL, 10);
        } else if (option == 'e') {
            out->plan.seed = strtoull(optarg, NULL, 10);
        } else if (option == 'j') {
            out->plan.jobs = (unsigned)strtoul(optarg, NULL, 10);
        } else if (option == 'o') {
            out->plan.only = optarg;
        } else if (option == 'f') {
            out->plan.failure = optarg;
        } else if (option == 'l') {
            out->is_list = true;
        } else {
            return false;
        }
    }
    return out->samples != NULL && out->plan.jobs > 0 && out->plan.jobs <= JOBS_MAX &&
           optind == argc;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.samples = NULL};
    struct engine_tally tally = {.failed = 0};
    char scratch[64];
    char memory[64];
    char root[256];
    uint8_t random[8];

    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: torture --samples DIR [--count N] [--seed N] [--jobs N] "
                        "[--only GROUP/NAME] [--fail CLASS:N:ERROR:once|on] [--list]\n");
        return EXIT_USAGE;
    }
    if (getcwd(root, sizeof root) == NULL) {
        torture_fail("no working folder");
    }
    make_folder("/tmp", scratch);
    make_folder(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", memory);
    random_bytes(random, sizeof random); /* the library is ready before anything is counted */
    const struct material material = {
        .samples = arguments.samples, .scratch = scratch, .memory = memory, .root = root};
    add_all(&material);
    if (arguments.is_list) {
        print_scenarios();
        remove_folders(scratch, memory);
        return EXIT_SUCCESS;
    }
    arguments.plan.memory = memory;
    bool is_well = engine_run(&scenarios, &arguments.plan, &tally);
    print_tally(&tally);
    remove_folders(scratch, memory);
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}
