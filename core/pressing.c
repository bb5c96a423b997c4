/* SPDX-License-Identifier: Apache-2.0 */
/* 送达、阅件、签收、催办、督办: what people do so that a review gets its answer. Each is stamped.
 */
#include "core/names.h"
#include "core/wake.h"

/* True, and the decision refused otherwise, if @review still waits for its opinion. */
static bool is_waiting(const struct situation *situation, const Hs__Review *review,
                       struct decision *out)
{
    bool waits =
        situation->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW &&
        (review->state == HS__REVIEW__STATE__OPEN || review->state == HS__REVIEW__STATE__HELD ||
         review->state == HS__REVIEW__STATE__OVERDUE);

    if (!waits) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_RUNNING, review->department);
    }
    return waits;
}

void decide_deliver(const struct situation *situation, const Hs__DeliverReview *deliver,
                    struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_review(situation, deliver->review, out, &review) ||
        !is_waiting(situation, review, out)) {
        return;
    }
    if (deliver->means[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, "means");
        return;
    }
    if (review->received_at != 0) {
        return; /* a receipt is on record already */
    }

    Hs__ReviewDelivered *delivered =
        decision_event(out, situation, HS__EVENT__BODY_REVIEW_DELIVERED);
    if (delivered != NULL) {
        delivered->round = situation->proposal->round;
        delivered->department = review->department;
        delivered->means = deliver->means;
        delivered->delivered_by = situation->signer->name;
        delivered->wake_at = wake_once_received(situation, review);
    }
}

void decide_remind(const struct situation *situation, const Hs__RemindReview *remind,
                   struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_review(situation, remind->review, out, &review) ||
        !is_waiting(situation, review, out)) {
        return;
    }

    Hs__ReviewReminded *reminded = decision_event(out, situation, HS__EVENT__BODY_REVIEW_REMINDED);
    if (reminded != NULL) {
        reminded->round = situation->proposal->round;
        reminded->department = review->department;
        reminded->note = remind->note;
        reminded->reminded_by = situation->signer->name;
    }
}

void decide_escalate(const struct situation *situation, const Hs__EscalateReview *escalate,
                     struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_review(situation, escalate->review, out, &review) ||
        !is_waiting(situation, review, out)) {
        return;
    }
    if (!name_is_plain(escalate->to) || escalate->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, name_is_plain(escalate->to) ? "reason" : "to");
        return;
    }

    Hs__ReviewEscalated *escalated =
        decision_event(out, situation, HS__EVENT__BODY_REVIEW_ESCALATED);
    if (escalated != NULL) {
        escalated->round = situation->proposal->round;
        escalated->department = review->department;
        escalated->to = escalate->to;
        escalated->reason = escalate->reason;
        escalated->escalated_by = situation->signer->name;
    }
}

void decide_mark(const struct situation *situation, const Hs__MarkReview *mark,
                 struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_own_review(situation, mark->review, out, &review)) {
        return;
    }
    if (mark->mark == HS__MARK_REVIEW__MARK__UNSPECIFIED) {
        decision_refuse(out, REFUSAL_MALFORMED, "mark");
        return;
    }

    bool is_opening = mark->mark == HS__MARK_REVIEW__MARK__OPENED;
    if ((is_opening ? review->opened_at : review->accepted_at) != 0) {
        return; /* the first time counts */
    }
    if (!is_waiting(situation, review, out)) {
        return;
    }

    Hs__ReviewMarked *marked = decision_event(out, situation, HS__EVENT__BODY_REVIEW_MARKED);
    if (marked != NULL) {
        marked->round = situation->proposal->round;
        marked->department = review->department;
        marked->mark = mark->mark;
        marked->marked_by = situation->signer->name;
        marked->wake_at = wake_once_received(situation, review);
    }
}
