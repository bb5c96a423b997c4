/* SPDX-License-Identifier: Apache-2.0 */
/* town.h - one seed from its first morning to the check of its journal. */
#ifndef TESTS_SIMULATION_TOWN_H
#define TESTS_SIMULATION_TOWN_H

#include "tests/simulation/world.h"

struct town_settings {
    const char *founded; /* folder of the founded office's journal */
    const char *scratch; /* folder for this seed, made and removed */
    uint64_t seed;
    uint32_t masked; /* faults that are off, a bit each */
    unsigned days;   /* of the office; 0: as drawn */
    bool is_control; /* the negative control */
    bool is_loud;
    bool keeps_journal; /* leaves SCRATCH, with the journal as text: export.h */
};

struct town_report {
    struct world_tally tally;
    uint64_t hash;
    unsigned days;
    int64_t rate;
    uint32_t faults_on; /* a bit each */
    bool has_lost_synced;
    bool is_refused;
    char failure[WORLD_WORDS_BYTES]; /* empty: none */
};

void town_run(const struct town_settings *settings, struct town_report *report);

#endif
