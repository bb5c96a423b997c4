/* SPDX-License-Identifier: Apache-2.0 */
/* whole_clocks.h - for the files of core/ that make decisions: the clocks of a proposal as a whole,
 * when each begins to run and when it ends. docs/clocks.md, "Clocks of the proposal". Pure.
 */
#ifndef CORE_WHOLE_CLOCKS_H
#define CORE_WHOLE_CLOCKS_H

#include "core/decide.h"

/* Sets @out to a clock of @kind for @limit that starts now; NULL if there is no limit. Returns
 * false if the arena is too small. */
bool whole_clock_new(const struct situation *situation, Hs__Clock__Kind kind, Hs__Limit *limit,
                     Hs__Clock **out);

/* The same, of the approver's clock over a verdict that has come to @outcome. */
bool whole_clock_decision(const struct situation *situation, Hs__Verdict__Outcome outcome,
                          Hs__Clock **out);

/* True if the lead, the approver or a condition of @proposal has something to do that @kind
 * measures. Never true of the other kinds. */
bool whole_clock_is_wanted(const Hs__Proposal *proposal, Hs__Clock__Kind kind);

/* True if @kind is one that whole_clock_is_wanted() rules: it ends when it is not wanted any more.
 */
bool whole_clock_follows(Hs__Clock__Kind kind);

/* Adds clock_started to @decision for each clock of the lead and of conditions that @after, the
 * proposal as the decision leaves it, wants and has not; of conditions, also when another date is
 * the next. */
void whole_clocks_start(const struct situation *situation, const Hs__Proposal *after,
                        struct decision *decision);

#endif
