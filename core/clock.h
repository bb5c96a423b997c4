/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the clock of a review: when its limit ends, when it next does something, and what the
 * rungs of its ladder have come to. docs/clocks.md has the rules, with their sources.
 *
 * Pure. A clock is a budget (the limit and its extensions), a ledger of holds, and the calendar by
 * which both are counted; its end is computed from these, never carried on by hand. Instants are
 * milliseconds since the Unix epoch, UTC.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"
#include "proto/message.h"

enum { CLOCK_RUNGS_MAX = 32 }; /* of one stage */

/* By what a clock goes. Both are borrowed. */
struct clock_law {
    const Hs__Stage *stage;          /* its ladder; NULL: there is none */
    const struct calendar *calendar; /* NULL: the process names none */
};

/* What a clock has counted and is held to. */
struct clock_terms {
    const Hs__Limit *limit; /* NULL: none */
    int64_t from_ms;        /* delivery */
    Hs__Extension *const *extensions;
    size_t extension_count;
    Hs__Hold *const *holds; /* one that stands counts up to now_ms */
    size_t hold_count;      /* at most CALENDAR_HOLDS_MAX */
    int64_t now_ms;
};

/* When a limit ends. */
struct clock_end {
    int64_t due_ms; /* the last instant in time; 0: there is no limit, or nothing to count it by */
    bool is_provisional;
};

/* Returns the span of a limit in elapsed time; 0 if it is in working days. */
int64_t limit_elapsed_ms(const Hs__Limit *limit);

/* Returns when the limit of @terms ends. */
struct clock_end clock_end_of(const struct clock_terms *terms, const struct calendar *calendar);

/* The same of @review, as it is at @now_ms. */
struct clock_end review_end(const Hs__Review *review, const struct calendar *calendar,
                            int64_t now_ms);

/* Returns the middle of the limit of @review: up to it a receipt is early enough for silence to
 * count. 0: it has no limit. */
int64_t review_half(const Hs__Review *review, const struct calendar *calendar);

/* True if a hold of @review stands. */
bool review_is_held(const Hs__Review *review);

/* Returns when the clock of @review next does something: the next rung after review->rung_at, the
 * millisecond after it was due, the soonest end of a hold. 0: never. */
int64_t review_wake(const Hs__Review *review, const struct clock_law *law);

/* Rungs that came together. */
struct rungs {
    const char *ids[CLOCK_RUNGS_MAX];
    size_t count;
    int64_t last_ms; /* instant of the last of them */
    bool reminds;    /* one is addressed to the department */
};

/* Finds the rungs of @review with an instant after review->rung_at and not beyond @until_ms. */
void review_rungs(const Hs__Review *review, const struct clock_law *law, int64_t until_ms,
                  struct rungs *out);

/* Returns when the clocks of @proposal as a whole next do something. 0: never. */
int64_t proposal_wake(const Hs__Proposal *proposal);

/* Returns the clock of @kind that runs, or NULL. */
Hs__Clock *proposal_clock(const Hs__Proposal *proposal, Hs__Clock__Kind kind);

#endif
