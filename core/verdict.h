/* SPDX-License-Identifier: Apache-2.0 */
/* verdict.h - the consolidated verdict: a pure, total function of a round's closed reviews, of what
 * settled their conflicts and of the office's items.
 *
 * The rule, in this order:
 *   1. a review still open, or marked not_competent and not settled: no verdict;
 *   2. a conflict still open: the round is unresolved, no verdict;
 *   3. any disagree: returned;
 *   4. any overdue: no verdict, until the late opinion comes;
 *   5. any conditional, or a ruling with a demand of its own: conditional;
 *   6. otherwise passed (agree, not_involved and tacit stand in nobody's way; tacit is shown as
 *      such).
 * A result counts as it was given, but a disagree or conditional of whose items of severity must a
 * ruling overruled all counts as agree. What the approver decided for a silent department counts as
 * its result, and is shown as the approver's. An item that the office set aside counts no longer.
 * An opinion that comes after the verdict changes nothing of it. Then the office's items: a failed
 * must-check with reject makes it returned, any with condition makes passed conditional, advise is
 * a remark. rejected is never computed: it is a decision.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "lib/arena.h"
#include "lib/hash.h"
#include "proto/message.h"

/* Returns the outcome of @proposal's present round, or UNSPECIFIED while there is none. */
Hs__Verdict__Outcome verdict_outcome(const Hs__Proposal *proposal);

/* True if no review of the present round is waited for: all are closed or recorded as overdue. */
bool verdict_reviews_are_in(const Hs__Proposal *proposal);

/* Returns the verdict of @proposal's present round with all it depends on, borrowing from @proposal
 * and built in @arena; NULL if it does not fit. Its outcome is verdict_outcome(). */
Hs__Verdict *verdict_build(const Hs__Proposal *proposal, struct arena *arena);

/* Sets @out to the hash of the canonical bytes of @verdict. Returns false if @arena is too small.
 */
bool verdict_hash(const Hs__Verdict *verdict, struct arena *arena, struct hash *out);

#endif
