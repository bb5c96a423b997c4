/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - runs scenarios: once to count their calls, then again with one or all later calls
 * failed.
 */
#ifndef TESTS_TORTURE_ENGINE_H
#define TESTS_TORTURE_ENGINE_H

#include "tests/torture/scenario.h"

/* How much is done. */
struct engine_plan {
    uint64_t count;      /* failures injected over all scenarios; 0: every call, error and mode */
    uint64_t seed;       /* of which they are */
    unsigned jobs;       /* processes beside each other */
    const char *only;    /* "group/name" begins so; NULL: all */
    const char *failure; /* the one to inject: "class:number:errno:mode"; NULL: as planned */
    const char *memory;  /* a folder in which runs take place */
};

/* What came of it, shared by the jobs. */
struct engine_tally {
    uint64_t injected[CALLS_COUNT];
    uint64_t of_group[SCENARIOS_MAX]; /* at the first scenario of a group: of all of it */
    uint64_t failed;
    uint64_t stopped; /* ended by a require() for lack of memory */
};

/* Runs @all as @plan says and prints what was wrong. Returns false if anything was. */
bool engine_run(const struct scenarios *all, const struct engine_plan *plan,
                struct engine_tally *out);

#endif
