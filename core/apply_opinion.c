/* SPDX-License-Identifier: Apache-2.0 */
#include "core/apply_opinion.h"

#include <string.h>

#include "core/apply_parts.h"
#include "lib/check.h"

/* Drafts and rectifications are made anew: those of the record before are not changed. */
static Hs__Draft *new_draft(struct arena *arena)
{
    Hs__Draft *draft = arena_alloc(arena, sizeof *draft);

    require(draft != NULL);
    *draft = (Hs__Draft)HS__DRAFT__INIT;
    return draft;
}

static void opinion_drafted(Hs__Proposal *proposal, const Hs__OpinionDrafted *drafted,
                            int64_t at_ms, struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, drafted->department);

    review->draft = new_draft(arena);
    review->draft->opinion = drafted->opinion;
    review->draft->drafted_by = drafted->drafted_by;
    review->draft->drafted_at = at_ms;
}

static void draft_sent_back(Hs__Proposal *proposal, const Hs__DraftSentBack *sent, int64_t at_ms,
                            struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, sent->department);
    Hs__Draft *draft = new_draft(arena);

    require(review->draft != NULL); /* event_fault() looked */
    *draft = *review->draft;
    draft->sent_back_by = sent->sent_back_by;
    draft->sent_back_reason = sent->reason;
    draft->sent_back_at = at_ms;
    review->draft = draft;
}

/* When it was given, and whether late, stays: the first one counts for that. */
static void opinion_rectified(Hs__Proposal *proposal, const Hs__OpinionRectified *rectified,
                              struct event_entry entry, struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, rectified->department);
    Hs__Rectification *row = arena_alloc(arena, sizeof *row);
    Hs__Rectification **rows = arena_array(arena, review->n_rectifications + 1, sizeof *rows);

    require(row != NULL && rows != NULL);
    *row = (Hs__Rectification)HS__RECTIFICATION__INIT;
    row->replaced = review->opinion;
    row->reason = rectified->reason;
    row->rectified_by = rectified->rectified_by;
    row->rectified_at = entry.at_ms;
    if (review->n_rectifications > 0) {
        memcpy(rows, review->rectifications, review->n_rectifications * sizeof *rows);
    }
    rows[review->n_rectifications++] = row;
    review->rectifications = rows;
    review->opinion = rectified->opinion;
    review->item_count = rectified->item_count;
    review->result = rectified->result;
    review->n_claims = rectified->n_claims;
    review->claims = rectified->claims;
    review->must_count = rectified->must_count;
    review->opinion_seq = entry.seq;
    review->state = rectified->result == HS__OPINION__RESULT__NOT_COMPETENT
                        ? HS__REVIEW__STATE__NOT_COMPETENT
                        : HS__REVIEW__STATE__CLOSED;
}

void apply_opinion(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                   struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_OPINION_DRAFTED) {
        opinion_drafted(proposal, event->opinion_drafted, entry.at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_DRAFT_SENT_BACK) {
        draft_sent_back(proposal, event->draft_sent_back, entry.at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_OPINION_RECTIFIED) {
        opinion_rectified(proposal, event->opinion_rectified, entry, arena);
    }
}
