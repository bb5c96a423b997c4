/* SPDX-License-Identifier: Apache-2.0 */
/* wake.h - for the files of core/ that make decisions: clocks that go on, computed anew. */
#ifndef CORE_WAKE_H
#define CORE_WAKE_H

#include "core/decide.h"

/* Returns the last instant at which an answer to @review is in time: as recorded, or later by the
 * calendar now in force. 0: there is no limit. */
int64_t wake_due(const struct situation *situation, const Hs__Review *review);

/* Adds deadline_moved for @review, whose clock runs. Returns false if the arena is too small. */
bool wake_move(const struct situation *situation, const Hs__Review *review,
               struct decision *decision);

/* Returns when the clock of @review next does something once it is received: nobody is alarmed any
 * more that it was not. */
int64_t wake_once_received(const struct situation *situation, const Hs__Review *review);

/* Adds clock_resumed: the hold of @review for @reason ends at @to_ms. Returns false, with
 * @decision refused, if the arena is too small. */
struct hold_end {
    Hs__Hold__Reason reason;
    int64_t to_ms;
    bool by_itself;
};
bool wake_resume(const struct situation *situation, const Hs__Review *review,
                 const struct hold_end *end, struct decision *decision);

/* The same for @clock of the situation's proposal. */
bool wake_resume_clock(const struct situation *situation, const Hs__Clock *clock,
                       const struct hold_end *end, struct decision *decision);

/* Adds what @clock of the situation's proposal has come to by now: the end of a hold, a later due
 * date by another calendar, its passing. At most one of these. */
void wake_clock(const struct situation *situation, const Hs__Clock *clock,
                struct decision *decision);

/* Returns a copy of @holds, those for @reason that stand ended at @to_ms; NULL if the arena is too
 * small. */
Hs__Hold **holds_ended(Hs__Hold *const *holds, size_t count, const struct hold_end *end,
                       struct arena *arena);

#endif
