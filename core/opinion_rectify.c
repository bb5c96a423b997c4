/* SPDX-License-Identifier: Apache-2.0 */
/* A slip in an opinion that was given is put right by its department, until consolidation opens.
 * The original stays on record, and so does when it was given. */
#include <string.h>

#include "core/claim.h"
#include "core/names.h"
#include "core/opinion.h"

enum { REASON_BYTES_MAX = 1024, RECTIFICATIONS_MAX = 8 };

/* True if another review of the round is still waited for: then nobody has put the opinions
 * together yet. */
static bool is_awaiting_others(const struct opinion_target *target)
{
    for (size_t i = 0; i < target->proposal->n_reviews; i++) {
        const Hs__Review *other = target->proposal->reviews[i];

        if (other != target->review && other->state != HS__REVIEW__STATE__CLOSED) {
            return true;
        }
    }
    return false;
}

/* Conflicts and mergers name items by their numbers: from then on they stay. */
static bool is_consolidated(const Hs__Proposal *proposal)
{
    return proposal->n_conflicts > 0 || proposal->n_mergers > 0;
}

/* A review that was answered in this round, and waits for the others. */
static bool is_rectifiable(const struct opinion_target *target, struct decision *out)
{
    const Hs__Review *review = target->review;

    if (proposal_has_ended(target->proposal)) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, target->proposal->number);
        return false;
    }
    if (review->opinion.len == 0 || review->carried_forward) {
        decision_refuse(out, REFUSAL_OPINION_NOT_GIVEN, review->department);
        return false;
    }
    if (target->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW ||
        !is_awaiting_others(target) || is_consolidated(target->proposal)) {
        decision_refuse(out, REFUSAL_CONSOLIDATION_OPEN, target->proposal->number);
        return false;
    }
    if (review->n_rectifications >= RECTIFICATIONS_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "rectifications");
        return false;
    }
    return true;
}

static bool reason_fits(const char *reason, struct decision *out)
{
    if (reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return false;
    }
    if (strlen(reason) > REASON_BYTES_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        return false;
    }
    return true;
}

static void add_rectified(const struct situation *situation, const struct opinion_target *target,
                          const Hs__RectifyOpinion *rectify, struct decision *out)
{
    struct hash *hash = opinion_hash(situation, rectify->opinion, out);
    const Hs__Process *process = situation->rulebook == NULL ? NULL : situation->rulebook->process;
    struct claims claims;

    if (hash == NULL ||
        bytes_equal(bytes_of(target->review->opinion), (struct bytes){hash->bytes, HASH_BYTES})) {
        return; /* it says so already */
    }

    Hs__OpinionRectified *rectified =
        decision_event(out, situation, HS__EVENT__BODY_OPINION_RECTIFIED);
    if (rectified == NULL) {
        return;
    }
    if (!claims_of(rectify->opinion, process, situation->arena, &claims)) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    rectified->round = target->proposal->round;
    rectified->department = target->review->department;
    rectified->result = rectify->opinion->result;
    rectified->opinion = (ProtobufCBinaryData){HASH_BYTES, hash->bytes};
    rectified->item_count = (uint32_t)rectify->opinion->n_items;
    rectified->version = (uint32_t)target->review->n_rectifications + 2;
    rectified->reason = rectify->reason;
    rectified->rectified_by = situation->signer->name;
    rectified->n_claims = claims.count;
    rectified->claims = claims.rows;
    rectified->must_count = (uint32_t)claims.must_count;
}

void decide_rectification(const struct situation *situation, const Hs__RectifyOpinion *rectify,
                          struct decision *out)
{
    struct opinion_target target;

    if (!opinion_find_own(situation, rectify->review, &target, out) ||
        !is_rectifiable(&target, out) || !opinion_is_signed_off(situation, &target, out) ||
        !reason_fits(rectify->reason, out) ||
        !opinion_fits(situation, target.review, rectify->opinion, out)) {
        return;
    }
    if (rectify->opinion->result == HS__OPINION__RESULT__NOT_COMPETENT &&
        target.review->state != HS__REVIEW__STATE__NOT_COMPETENT) {
        decision_refuse(out, REFUSAL_RESULT_INVALID, "result"); /* no slip: it opens the question */
        return;
    }
    add_rectified(situation, &target, rectify, out);
    decision_conclude(situation, out);
}
