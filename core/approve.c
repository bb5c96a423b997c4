/* SPDX-License-Identifier: Apache-2.0 */
/* What the approver decides, what the office sets aside, and the conditions that follow. */
#include "core/decide.h"

#include <string.h>

#include "core/authorise.h"
#include "core/condition.h"

static bool reason_fits(const char *reason, struct decision *out)
{
    if (reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return false;
    }
    if (strlen(reason) > LIMIT_REASON_BYTES) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        return false;
    }
    return true;
}

/* ---- the decision ---- */

/* What is signed or sent back passes; what the verdict returns goes back without a signature. */
static bool kind_fits(const Hs__Proposal *proposal, const Hs__Decide *decide, struct decision *out)
{
    bool is_returned = proposal->outcome == HS__VERDICT__OUTCOME__RETURNED;

    switch (decide->kind) {
    case HS__DECISION__KIND__SIGNED:
        if (is_returned) {
            decision_refuse(out, REFUSAL_VERDICT_RETURNS, proposal->number);
        } else if (strlen(decide->reason) > LIMIT_REASON_BYTES) {
            decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        }
        return out->refusal == REFUSAL_NONE;
    case HS__DECISION__KIND__SENT_BACK:
        if (is_returned) {
            decision_refuse(out, REFUSAL_VERDICT_RETURNS, proposal->number);
            return false;
        }
        return reason_fits(decide->reason, out);
    case HS__DECISION__KIND__REJECTED:
        return reason_fits(decide->reason, out);
    case HS__DECISION__KIND__UNSPECIFIED:
    case _HS__DECISION__KIND_IS_INT_SIZE:
        break;
    }
    decision_refuse(out, REFUSAL_MALFORMED, "kind");
    return false;
}

static bool is_decidable(const Hs__Proposal *proposal, const Hs__Decide *decide,
                         struct decision *out)
{
    enum refusal refusal = REFUSAL_NONE;

    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return false;
    }
    if (proposal_has_ended(proposal) || proposal_is_decided(proposal)) {
        refusal = REFUSAL_PROPOSAL_ENDED;
    } else if (proposal->status != HS__PROPOSAL__STATUS__CONCLUDED) {
        refusal = REFUSAL_NO_VERDICT_YET;
    } else if (proposal->decision != NULL) {
        refusal = REFUSAL_DECISION_ALREADY_MADE;
    } else if (!bytes_equal(bytes_of(decide->verdict), bytes_of(proposal->verdict))) {
        refusal = REFUSAL_VERDICT_DIFFERS;
    }
    if (refusal != REFUSAL_NONE) {
        decision_refuse(out, refusal, proposal->number);
        return false;
    }
    return kind_fits(proposal, decide, out);
}

void decide_proposal(const struct situation *situation, const Hs__Decide *decide,
                     struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (!is_decidable(proposal, decide, out)) {
        return;
    }

    Hs__ProposalDecided *decided = decision_event(out, situation, HS__EVENT__BODY_PROPOSAL_DECIDED);
    if (decided == NULL) {
        return;
    }
    decided->round = proposal->round;
    decided->kind = decide->kind;
    decided->verdict = proposal->verdict;
    decided->outcome = proposal->outcome;
    decided->reason = decide->reason;
    decided->decided_by = situation->signer->name;
}

/* ---- for a silent department ---- */

static const Hs__Review *find_silent(const struct situation *situation, const Hs__ReviewRef *ref,
                                     struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    const Hs__Review *review = NULL;

    if (ref == NULL || proposal == NULL) {
        decision_refuse(out, ref == NULL ? REFUSAL_MALFORMED : REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return NULL;
    }
    review = ref->round == proposal->round ? proposal_review(proposal, ref->department) : NULL;
    if (review == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_REVIEW, ref->department);
        return NULL;
    }
    if (proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW ||
        review->state != HS__REVIEW__STATE__OVERDUE) {
        decision_refuse(out, REFUSAL_NOT_OVERDUE, ref->department);
        return NULL;
    }
    return review;
}

void decide_silence(const struct situation *situation, const Hs__DecideSilence *decide,
                    struct decision *out)
{
    const Hs__Review *review = find_silent(situation, decide->review, out);

    if (review == NULL) {
        return;
    }
    if (decide->result < HS__OPINION__RESULT__AGREE ||
        decide->result > HS__OPINION__RESULT__NOT_INVOLVED) {
        decision_refuse(out, REFUSAL_RESULT_INVALID, NULL);
        return;
    }
    if (!reason_fits(decide->reason, out)) {
        return;
    }

    Hs__SilenceDecided *decided = decision_event(out, situation, HS__EVENT__BODY_SILENCE_DECIDED);
    if (decided == NULL) {
        return;
    }
    decided->round = situation->proposal->round;
    decided->department = review->department;
    decided->result = decide->result;
    decided->reason = decide->reason;
    decided->decided_by = situation->signer->name;
    decision_conclude(situation, out);
}

/* ---- items of the office ---- */

static const Hs__OfficeItem *find_office_item(const Hs__Proposal *proposal,
                                              const Hs__SetAside *set_aside)
{
    for (size_t i = 0; i < proposal->n_office_items; i++) {
        const Hs__OfficeItem *item = proposal->office_items[i];

        if (strcmp(item->rule_id, set_aside->rule_id) == 0 &&
            strcmp(item->element, set_aside->element) == 0) {
            return item;
        }
    }
    return NULL;
}

void decide_set_aside(const struct situation *situation, const Hs__SetAside *set_aside,
                      struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    const Hs__OfficeItem *item = NULL;

    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return;
    }
    item = find_office_item(proposal, set_aside);
    if (item == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_ITEM, set_aside->rule_id);
        return;
    }
    if (proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        decision_refuse(out, REFUSAL_VERDICT_ISSUED, proposal->number);
        return;
    }
    if (!reason_fits(set_aside->reason, out)) {
        return;
    }
    if (item->set_aside_reason[0] != '\0') {
        return; /* once */
    }

    Hs__OfficeItemSetAside *event_body =
        decision_event(out, situation, HS__EVENT__BODY_OFFICE_ITEM_SET_ASIDE);
    if (event_body == NULL) {
        return;
    }
    event_body->round = proposal->round;
    event_body->rule_id = item->rule_id;
    event_body->element = item->element;
    event_body->reason = set_aside->reason;
    event_body->set_aside_by = situation->signer->name;
}

/* ---- conditions ---- */

/* True if the signer may close a condition of @department: who set it, or the office. */
static bool may_close(const struct situation *situation, const char *department)
{
    return principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__OFFICE) ||
           (department[0] != '\0' && strcmp(situation->signer->department, department) == 0);
}

void decide_condition(const struct situation *situation, const Hs__CloseCondition *close,
                      struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    const char *department = "";
    bool is_standing = proposal != NULL && proposal->outcome == HS__VERDICT__OUTCOME__CONDITIONAL &&
                       (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED ||
                        proposal->status == HS__PROPOSAL__STATUS__APPROVED);

    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return;
    }
    if (!is_standing || !condition_find(proposal, close->condition, &department)) {
        decision_refuse(out, REFUSAL_UNKNOWN_CONDITION, close->condition);
        return;
    }
    if (!may_close(situation, department)) {
        decision_refuse(out, REFUSAL_NOT_YOUR_CONDITION, close->condition);
        return;
    }
    if (!reason_fits(close->evidence, out) ||
        condition_closed(proposal, close->condition) != NULL) {
        return; /* without evidence, or once */
    }

    Hs__ConditionClosed *closed = decision_event(out, situation, HS__EVENT__BODY_CONDITION_CLOSED);
    if (closed == NULL) {
        return;
    }
    closed->round = proposal->round;
    closed->condition = close->condition;
    closed->evidence = close->evidence;
    closed->closed_by = situation->signer->name;
    decision_conclude(situation, out);
}
