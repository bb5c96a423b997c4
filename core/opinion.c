/* SPDX-License-Identifier: Apache-2.0 */
/* The one opinion of a review: its receipt, its lateness, and what follows from it. */
#include "core/decide.h"

#include <string.h>

#include "core/authorise.h"
#include "core/claim.h"
#include "core/conflict.h"
#include "core/opinion.h"
#include "core/settle.h"
#include "core/silence.h"
#include "core/wake.h"

static bool find_target(const struct situation *situation, const Hs__ReviewRef *ref,
                        struct opinion_target *target, struct decision *out)
{
    target->proposal = situation->proposal;
    return decision_review(situation, ref, out, &target->review);
}

bool opinion_find_own(const struct situation *situation, const Hs__ReviewRef *ref,
                      struct opinion_target *target, struct decision *out)
{
    target->proposal = situation->proposal;
    return decision_own_review(situation, ref, out, &target->review);
}

bool opinion_is_answerable(const struct opinion_target *target)
{
    Hs__Review__State state = target->review->state;
    bool is_owed = target->review->result == HS__OPINION__RESULT__TACIT &&
                   target->review->late_opinion == NULL;

    if (is_owed && (target->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW ||
                    target->proposal->status == HS__PROPOSAL__STATUS__CONCLUDED)) {
        return true;
    }
    if (target->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
        return state == HS__REVIEW__STATE__OPEN || state == HS__REVIEW__STATE__OVERDUE ||
               state == HS__REVIEW__STATE__HELD; /* a person may judge without what is missing */
    }
    return target->proposal->status == HS__PROPOSAL__STATUS__CONCLUDED &&
           state == HS__REVIEW__STATE__OVERDUE;
}

bool opinion_is_restatable(const struct situation *situation, const struct opinion_target *target)
{
    return target->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW &&
           target->review->state == HS__REVIEW__STATE__CLOSED &&
           !principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__AGENT) &&
           conflict_is_to_be_settled(target->proposal, target->review->department);
}

void decide_receive(const struct situation *situation, const Hs__ReceiveReview *receive,
                    struct decision *out)
{
    struct opinion_target target;

    if (!opinion_find_own(situation, receive->review, &target, out)) {
        return;
    }
    if (target.review->received_at != 0) {
        return; /* already on record: once per department and round */
    }

    Hs__ReviewReceived *received = decision_event(out, situation, HS__EVENT__BODY_REVIEW_RECEIVED);
    if (received == NULL) {
        return;
    }
    received->round = target.proposal->round;
    received->department = receive->review->department;
    received->wake_at = wake_once_received(situation, target.review);
}

void decide_findings(const struct situation *situation, const Hs__RecordFindings *record,
                     struct decision *out)
{
    struct opinion_target target;

    if (!opinion_find_own(situation, record->review, &target, out)) {
        return;
    }
    if (!opinion_is_answerable(&target)) {
        return; /* too late to help anybody, and no fault of the agent's */
    }

    Hs__FindingsRecorded *recorded =
        decision_event(out, situation, HS__EVENT__BODY_FINDINGS_RECORDED);
    if (recorded == NULL) {
        return;
    }
    recorded->round = target.proposal->round;
    recorded->department = record->review->department;
    recorded->suggested =
        record->suggestion == NULL ? HS__OPINION__RESULT__UNSPECIFIED : record->suggestion->result;
}

static bool is_past_due(const struct situation *situation, const Hs__Review *review)
{
    return review->state == HS__REVIEW__STATE__OPEN && review->due_at > 0 &&
           situation->now_ms > wake_due(situation, review);
}

static void add_opinion(const struct situation *situation, const struct opinion_target *target,
                        const Hs__GiveOpinion *give, struct decision *out)
{
    const Hs__Opinion *opinion = give->opinion;
    const Hs__Process *process = situation->rulebook == NULL ? NULL : situation->rulebook->process;
    struct claims claims;
    struct hash *hash = opinion_hash(situation, opinion, out);
    Hs__OpinionGiven *given = decision_event(out, situation, HS__EVENT__BODY_OPINION_GIVEN);

    if (hash == NULL || given == NULL || !claims_of(opinion, process, situation->arena, &claims)) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    given->round = target->proposal->round;
    given->department = target->review->department;
    given->result = opinion->result;
    given->opinion = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    given->item_count = (uint32_t)opinion->n_items;
    given->by_rules = opinion->by_rules;
    given->late = is_past_due(situation, target->review) ||
                  target->review->state == HS__REVIEW__STATE__OVERDUE ||
                  target->review->result == HS__OPINION__RESULT__TACIT || target->review->late;
    given->given_by = opinion->by_rules ? "" : situation->signer->name;
    given->signer = situation->signer->name;
    given->drafted_by = give->draft.len > 0 ? target->review->draft->drafted_by : "";
    given->n_claims = claims.count;
    given->claims = claims.rows;
    given->must_count = (uint32_t)claims.must_count;
    given->restated = !opinion_is_answerable(target);
}

/* What releases a draft is the draft, byte for byte. */
static bool releases_draft(const struct situation *situation, const struct opinion_target *target,
                           const Hs__GiveOpinion *give, struct decision *out)
{
    if (give->draft.len == 0) {
        return true;
    }
    if (!opinion_draft_fits(target, give->draft, out)) {
        return false;
    }

    struct hash *hash = opinion_hash(situation, give->opinion, out);
    if (hash != NULL &&
        !bytes_equal(bytes_of(give->draft), (struct bytes){hash->bytes, HASH_BYTES})) {
        decision_refuse(out, REFUSAL_DRAFT_DIFFERS, target->review->draft->drafted_by);
    }
    return out->refusal == REFUSAL_NONE;
}

/* Who restates was competent and involved. No opinion: opinion_fits() says so. */
static bool restated_fits(const struct opinion_target *target, const Hs__Opinion *opinion,
                          struct decision *out)
{
    if (opinion_is_answerable(target) || opinion == NULL ||
        opinion->result == HS__OPINION__RESULT__AGREE ||
        opinion->result == HS__OPINION__RESULT__CONDITIONAL ||
        opinion->result == HS__OPINION__RESULT__DISAGREE) {
        return true;
    }
    decision_refuse(out, REFUSAL_RESULT_INVALID, NULL);
    return false;
}

void decide_opinion(const struct situation *situation, const Hs__GiveOpinion *give,
                    struct decision *out)
{
    struct opinion_target target;

    if (!opinion_find_own(situation, give->review, &target, out)) {
        return;
    }
    if (proposal_has_ended(target.proposal)) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, target.proposal->number);
        return;
    }
    if (!opinion_is_answerable(&target) && !opinion_is_restatable(situation, &target)) {
        decision_refuse(out, REFUSAL_OPINION_ALREADY_GIVEN, target.review->department);
        return;
    }
    if (!opinion_is_signed_off(situation, &target, out) ||
        !restated_fits(&target, give->opinion, out) ||
        !opinion_fits(situation, target.review, give->opinion, out) ||
        !releases_draft(situation, &target, give, out)) {
        return;
    }
    if (is_past_due(situation, target.review)) {
        (void)silence_record(situation, target.review, out); /* a burst: the deadline comes first */
    } else if (target.review->state == HS__REVIEW__STATE__OPEN && target.review->due_at > 0 &&
               situation->now_ms > target.review->due_at) {
        (void)wake_move(situation, target.review, out); /* by a calendar published since */
    }
    if (!settle_items(situation, target.review, give->opinion, out)) {
        return;
    }
    add_opinion(situation, &target, give, out);
    decision_conclude(situation, out);
}

/* As before it was answered. */
static int64_t wake_once_reopened(const struct situation *situation, const Hs__Review *review)
{
    const struct clock_law law = decision_law(situation);
    Hs__Review reopened = *review;

    reopened.state = review->late ? HS__REVIEW__STATE__OVERDUE : HS__REVIEW__STATE__OPEN;
    return review_wake(&reopened, &law);
}

void decide_competence(const struct situation *situation, const Hs__SettleCompetence *settle,
                       struct decision *out)
{
    struct opinion_target target;

    if (!find_target(situation, settle->review, &target, out)) {
        return;
    }
    if (target.review->state != HS__REVIEW__STATE__NOT_COMPETENT ||
        target.proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        decision_refuse(out, REFUSAL_NOT_MARKED, settle->review->department);
        return;
    }
    if (!settle->confirmed && settle->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return;
    }

    Hs__CompetenceSettled *settled =
        decision_event(out, situation, HS__EVENT__BODY_COMPETENCE_SETTLED);
    if (settled == NULL) {
        return;
    }
    settled->round = target.proposal->round;
    settled->department = settle->review->department;
    settled->confirmed = settle->confirmed;
    settled->reason = settle->reason;
    settled->wake_at = settle->confirmed ? 0 : wake_once_reopened(situation, target.review);
    decision_conclude(situation, out);
}
