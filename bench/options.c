/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOINT_SECS = 5, LIMITS_SECS = 2 };

static const char *const scenario_names[SCENARIO_COUNT] = {
    [SCENARIO_DEADLINES] = "deadlines",
    [SCENARIO_JOINT] = "joint",
    [SCENARIO_LIMITS] = "limits",
    [SCENARIO_RESTART] = "restart",
};

/* An option that takes a number, and where it goes. */
struct number_option {
    const char *name;
    size_t offset; /* in struct bench_options */
    uint32_t least;
    uint32_t most;
};

static const struct number_option number_options[] = {
    {"--conc", offsetof(struct bench_options, conc), 1, CONC_MAX},
    {"--secs", offsetof(struct bench_options, secs), 1, SECS_MAX}, /* 0 until then: not given */
    {"--warm", offsetof(struct bench_options, warm_secs), 0, SECS_MAX},
    {"--submitters", offsetof(struct bench_options, submitters), 1, SUBMITTERS_MAX},
    {"--stored", offsetof(struct bench_options, stored), 0, STORED_MAX},
    {"--open", offsetof(struct bench_options, open), 0, STORED_MAX},
    {"--deadlines", offsetof(struct bench_options, deadlines), 0, DEADLINES_MAX},
    {"--burst", offsetof(struct bench_options, burst), 4, BURST_MAX},
    {"--rounds", offsetof(struct bench_options, rounds), 1, ROUNDS_MAX},
};

const char *options_usage(void)
{
    return "usage: huishen-bench joint   [--conc N] [--secs S] [--warm W] [--submitters K]\n"
           "       huishen-bench limits  [--secs S]\n"
           "       huishen-bench restart [--stored N] [--open M] [--rounds R]\n"
           "       huishen-bench deadlines [--deadlines N] [--burst M] [--conc N] [--rounds R]\n"
           "       options of all: [--dir DIR] [--json] [--help] [--version]\n"
           "\n"
           "joint    starts an office of its own with four departments, keeps N (64) joint "
           "reviews\n"
           "         in flight over K (4) connections for S (5) seconds after W (1), kills the\n"
           "         broker, and audits every record that was acknowledged\n"
           "limits   what this disk does: synced LMDB commits and fdatasync a second, S (2)\n"
           "         seconds each\n"
           "restart  from exec to the first acknowledged submission after kill -9, median of R "
           "(9),\n"
           "         in a new office and in one with N (200000) concluded and M (10000) open\n"
           "         proposals\n"
           "deadlines restart, memory and submissions of a new office and of one with N (1000000) "
           "open\n"
           "         deadlines, of which M (10000) pass in the same second\n"
           "\n"
           "DIR (TMPDIR, else /tmp) gets a temporary folder, which is removed at the end.\n"
           "exit: 0 done, 1 the audit failed, 2 usage, 3 no answer, 4 the environment failed\n";
}

static bool read_number(const char *text, const struct number_option *option,
                        struct bench_options *out)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < option->least ||
        value > option->most) {
        fprintf(stderr, "%s: a number from %u to %u is needed, not %s\n", option->name,
                option->least, option->most, text);
        return false;
    }

    uint32_t number = (uint32_t)value;
    memcpy((char *)out + option->offset, &number, sizeof number);
    return true;
}

static const struct number_option *find_number(const char *name)
{
    for (size_t i = 0; i < sizeof number_options / sizeof number_options[0]; i++) {
        if (strcmp(number_options[i].name, name) == 0) {
            return &number_options[i];
        }
    }
    return NULL;
}

static bool read_flag(const char *name, struct bench_options *out)
{
    if (strcmp(name, "--json") == 0) {
        out->is_json = true;
    } else if (strcmp(name, "--help") == 0) {
        out->is_help = true;
    } else if (strcmp(name, "--version") == 0) {
        out->is_version = true;
    } else {
        return false;
    }
    return true;
}

static bool read_scenario(const char *name, enum scenario *out)
{
    for (int i = 0; i < SCENARIO_COUNT; i++) {
        if (strcmp(scenario_names[i], name) == 0) {
            *out = (enum scenario)i;
            return true;
        }
    }
    return false;
}

/* Reads the option at @argv[0] and its value; returns how many arguments it took, 0 if it is wrong.
 */
static int read_option(char **argv, struct bench_options *out)
{
    const struct number_option *option = find_number(argv[0]);

    if (read_flag(argv[0], out)) {
        return 1;
    }
    if (option == NULL && strcmp(argv[0], "--dir") != 0) {
        fprintf(stderr, "%s: there is no such option\n", argv[0]);
        return 0;
    }
    if (argv[1] == NULL) {
        fprintf(stderr, "%s: a value is needed\n", argv[0]);
        return 0;
    }
    if (option == NULL) {
        out->dir = argv[1];
        return 2;
    }
    return read_number(argv[1], option, out) ? 2 : 0;
}

bool options_read(int argc, char **argv, struct bench_options *out)
{
    const char *folder = getenv("TMPDIR");
    bool is_named = false;

    *out = (struct bench_options){
        .scenario = SCENARIO_COUNT,
        .conc = 64,
        .warm_secs = 1,
        .submitters = 4,
        .stored = 200000,
        .open = 10000,
        .deadlines = 1000000,
        .burst = 10000,
        .rounds = 9,
        .dir = folder == NULL || folder[0] == '\0' ? "/tmp" : folder,
    };
    for (int i = 1; i < argc;) {
        if (argv[i][0] != '-' && !is_named && read_scenario(argv[i], &out->scenario)) {
            is_named = true;
            i++;
            continue;
        }

        int taken = read_option(argv + i, out);
        if (taken == 0) {
            return false;
        }
        i += taken;
    }
    if (out->secs == 0) {
        out->secs = out->scenario == SCENARIO_LIMITS ? LIMITS_SECS : JOINT_SECS;
    }
    if (!is_named && !out->is_help && !out->is_version) {
        fputs(options_usage(), stderr);
        return false;
    }
    return true;
}
