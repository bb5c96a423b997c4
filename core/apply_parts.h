/* SPDX-License-Identifier: Apache-2.0 */
/* apply_parts.h - for the files of apply alone: what they share. apply.h says what apply does. */
#ifndef CORE_APPLY_PARTS_H
#define CORE_APPLY_PARTS_H

#include "core/apply.h"

/* Returns the review of @department in the present round; events name no other. */
Hs__Review *apply_review(const Hs__Proposal *proposal, const char *department);

/* Returns @array with room for one more pointer, in @arena. */
void **apply_grown(void *array, size_t count, struct arena *arena);

/* ---- apply_clocks.c ---- */

/* Changes @proposal by an event about its clocks; does nothing where it is about something else. */
void apply_clocks(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                  struct arena *arena);

/* Returns a copy of @holds with @more empty ones behind. */
Hs__Hold **apply_holds_copied(Hs__Hold *const *holds, size_t count, size_t more,
                              struct arena *arena);

/* Ends those of @holds that stand for the reason of @resumed. */
void apply_hold_ended(Hs__Hold *const *holds, size_t count, const Hs__ClockResumed *resumed);

/* Drops what @department would have asked the applicant: it has answered, or its limit passed. */
void apply_questions_dropped(Hs__Proposal *proposal, const char *department, struct arena *arena);

/* Ends every hold of @review: what it stood for is answered. Where no review waits for a correction
 * any more nothing is asked for. */
void apply_holds_ended(Hs__Proposal *proposal, Hs__Review *review, int64_t at_ms,
                       struct arena *arena);

/* ---- apply_whole.c ---- */

/* Changes @proposal by an event about one of its clocks as a whole. Returns false if it is about
 * something else. */
bool apply_whole_clock(Hs__Proposal *proposal, const Hs__Event *event, struct arena *arena);

/* Starts @clock, or puts it in the place of the one of its kind. NULL: nothing happens. */
void apply_clock_started(Hs__Proposal *proposal, const Hs__Clock *clock, struct arena *arena);

/* Ends the clocks of the lead, the approver and the conditions that have nothing to measure any
 * more. */
void apply_clocks_followed(Hs__Proposal *proposal, int64_t at_ms, struct arena *arena);

/* Ends the clock of @kind, if it runs. */
void apply_clock_ended(Hs__Proposal *proposal, Hs__Clock__Kind kind, int64_t at_ms,
                       struct arena *arena);

/* ---- apply_rounds.c ---- */

/* Keeps the round that ended as it was, before a new packet begins the next, and makes room for
 * another verdict. */
void apply_round_remembered(Hs__Proposal *proposal, struct arena *arena);

/* Changes @proposal by items_settled or round_granted; does nothing where the event is about
 * something else. */
void apply_rounds(Hs__Proposal *proposal, const Hs__Event *event, struct arena *arena);

#endif
