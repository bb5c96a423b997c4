/* SPDX-License-Identifier: Apache-2.0 */
/* claim.h - what the items of an opinion demand, in the few bytes that finding contradictions
 * between departments takes. The record of a proposal keeps claims; the texts stay in the opinion.
 */
#ifndef CORE_CLAIM_H
#define CORE_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "proto/message.h"

struct claims {
    Hs__Claim **rows; /* at most LIMIT_CLAIMS; those that can contradict come first */
    size_t count;
    size_t must_count; /* items of severity must, all of them */
};

/* Sets @out to the claims of @opinion: its items of severity must and those marked against another
 * department. Which of them can contradict is said by the incompatible pairs of @process; NULL:
 * only marks do. Borrows from both. Returns false if @arena is too small. */
bool claims_of(const Hs__Opinion *opinion, const Hs__Process *process, struct arena *arena,
               struct claims *out);

/* True if every item of @opinion, of the department @own, is marked against nobody or against
 * another department with a review in @proposal's round. */
bool claims_marks_fit(const Hs__Opinion *opinion, const Hs__Proposal *proposal, const char *own);

/* True if @claim stands on the first (@is_one) or the second side of the pair @pair. */
bool claim_is_on(const Hs__Claim *claim, const char *pair, bool is_one);

/* True if @target is what @marker, marked against its department, means: the item or the matter it
 * names or, where it names neither, what is about the same matter or place. */
bool claim_means(const Hs__Claim *marker, const Hs__Claim *target);

#endif
