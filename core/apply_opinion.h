/* SPDX-License-Identifier: Apache-2.0 */
/* apply_opinion.h - what becomes of an opinion before and after it is given: for apply.c.
 *
 * Each changes the review that its event names, which must be one of @proposal's; what it adds is
 * in @arena, or borrowed from the event.
 */
#ifndef CORE_APPLY_OPINION_H
#define CORE_APPLY_OPINION_H

#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"

void apply_opinion_drafted(Hs__Proposal *proposal, const Hs__OpinionDrafted *drafted, int64_t at_ms,
                           struct arena *arena);

/* The review must have a draft. */
void apply_draft_sent_back(Hs__Proposal *proposal, const Hs__DraftSentBack *sent, int64_t at_ms,
                           struct arena *arena);

/* When it was given, and whether late, stays: the first one counts for that. */
void apply_opinion_rectified(Hs__Proposal *proposal, const Hs__OpinionRectified *rectified,
                             int64_t at_ms, struct arena *arena);

#endif
