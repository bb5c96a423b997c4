/* SPDX-License-Identifier: Apache-2.0 */
/* waiver.h - 豁免: what was asked for and answered about the gates that a proposal failed.
 *
 * A waiver is of a rule and of one proposal, and holds for its packets to come. A proposal keeps
 * one for each rule: that which was last asked for. One that waits for its answer is about the
 * packet that failed, and ends with the next.
 */
#ifndef CORE_WAIVER_H
#define CORE_WAIVER_H

#include "core/apply.h"

/* Returns @proposal's waiver of the rule @rule_id, in whatever state; NULL: none was asked for. */
const Hs__Waiver *waiver_of(const Hs__Proposal *proposal, const char *rule_id);

/* Sets @rows to those of @proposal's waivers that were granted, in the order in which they were
 * first asked for, borrowed from it. Returns false if @arena is too small. */
bool waivers_granted(const Hs__Proposal *proposal, struct arena *arena, Hs__Waiver ***rows,
                     size_t *count);

/* Changes @proposal by waiver_requested or waiver_answered, recorded at @at_ms; does nothing where
 * @event is about something else. */
void apply_waiver(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                  struct arena *arena);

/* Ends what waits for its answer: @proposal has another packet. */
void apply_waivers_dropped(Hs__Proposal *proposal, struct arena *arena);

#endif
