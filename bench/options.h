/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - what the command line of huishen-bench asks for. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* How the program ends: as every program of the project does. */
enum {
    STATUS_DONE = 0,
    STATUS_REFUSED = 1, /* what was measured does not stand: the audit failed */
    STATUS_USAGE = 2,
    STATUS_NO_ANSWER = 3,
    STATUS_ENVIRONMENT = 4,
};

enum scenario {
    SCENARIO_DEADLINES,
    SCENARIO_JOINT,
    SCENARIO_LIMITS,
    SCENARIO_RESTART,
    SCENARIO_COUNT
};

enum {
    CONC_MAX = 4096,       /* what the broker decides in a turn */
    SUBMITTERS_MAX = 64,   /* connections; each a principal of its own */
    SECS_MAX = 3600,       /* a run is for minutes */
    STORED_MAX = 10000000, /* some 60 GB */
    DEADLINES_MAX = 40000000,
    BURST_MAX = 100000,
    ROUNDS_MAX = 99,
};

struct bench_options {
    enum scenario scenario;
    uint32_t conc;       /* reviews in flight */
    uint32_t secs;       /* measured; in limits: for each measure */
    uint32_t warm_secs;  /* before them */
    uint32_t submitters; /* connections that submit */
    uint32_t stored;     /* restart: concluded proposals in the office that has some */
    uint32_t open;       /* restart: proposals in it that wait for opinions */
    uint32_t deadlines;  /* deadlines: open ones in the office that has some */
    uint32_t burst;      /* deadlines: those that pass in the same second */
    uint32_t rounds;     /* restart, deadlines: of which the median is taken */
    const char *dir;     /* where the temporary folder is made */
    bool is_json;
    bool is_help;
    bool is_version;
};

/* Reads the arguments. Returns false, having said what is wrong on standard error, if they are not
 * as the usage says. */
bool options_read(int argc, char **argv, struct bench_options *out);

/* Returns the text of --help. */
const char *options_usage(void);

#endif
