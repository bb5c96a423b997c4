/* SPDX-License-Identifier: Apache-2.0 */
/* round.h - a round begins: every involved department gets its review at the same time, and its
 * clock runs or, where its must-rules lack something that only they ask for, stands. */
#ifndef CORE_ROUND_H
#define CORE_ROUND_H

#include "core/checks.h"
#include "core/decide.h"
#include "core/rereview.h"

/* The round of a proposal. */
struct round_name {
    uint64_t proposal;
    uint32_t number;
    const struct next_round *next; /* whom it asks; NULL in the first: everybody involved */
};

/* Adds to @decision what opens @round over the packet that @checks are of and that lacks nothing of
 * what stands in the way of all: round_opened; clock_held for each review that has a gap, and
 * correction_requested with all gaps in one list; verdict_issued where nobody is asked. */
void round_open(const struct situation *situation, const struct checks *checks,
                const struct round_name *round, struct decision *decision);

/* Adds clock_held for the review of @department in @round, for a correction. Returns false, with
 * @decision refused, if the arena is too small. */
bool round_hold(const struct situation *situation, const struct round_name *round,
                const char *department, struct decision *decision);

/* Adds correction_requested with @missing, which is not empty. */
void round_ask_correction(const struct situation *situation, uint64_t proposal,
                          const struct missing_list *missing, struct decision *decision);

#endif
