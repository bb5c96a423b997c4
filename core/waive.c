/* SPDX-License-Identifier: Apache-2.0 */
/* Waivers: the office asks that a gate which failed stand in nobody's way, the approver answers. */
#include "core/decide.h"

#include <string.h>

#include "core/intake.h"
#include "core/waiver.h"
#include "lib/check.h"

/* Of one and the same rule. */
static bool is_of(const Hs__Finding *gate, const char *rule_id)
{
    return strcmp(gate->rule_id, rule_id) == 0;
}

static bool is_failed(const Hs__Proposal *proposal, const char *rule_id)
{
    for (size_t i = 0; i < proposal->n_failed_gates; i++) {
        if (is_of(proposal->failed_gates[i], rule_id)) {
            return true;
        }
    }
    return false;
}

/* True if no gate but @rule_id stands in the way. */
static bool is_last(const Hs__Proposal *proposal, const char *rule_id)
{
    for (size_t i = 0; i < proposal->n_failed_gates; i++) {
        if (!is_of(proposal->failed_gates[i], rule_id)) {
            return false;
        }
    }
    return true;
}

/* Returns the rule @rule_id of the gates in force, or NULL. */
static const Hs__Rule *find_gate(const struct situation *situation, const char *rule_id)
{
    const struct compiled_pack *gate = situation->rulebook->gate;

    for (size_t i = 0; gate != NULL && i < gate->pack->n_rules; i++) {
        const Hs__Rule *rule = gate->rules[i].rule;

        if (strcmp(rule->id, rule_id) == 0 && intake_is_gate(rule)) {
            return rule;
        }
    }
    return NULL;
}

static bool proposal_is_open(const Hs__Proposal *proposal, struct decision *out)
{
    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return false;
    }
    if (proposal_has_ended(proposal) || proposal_is_decided(proposal)) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, proposal->number);
        return false;
    }
    return true;
}

/* True if the packet failed the gate @rule_id, and the pack in force lets it be waived. */
static bool may_waive(const struct situation *situation, const char *rule_id, struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    const Hs__Rule *rule = NULL;

    if (!intake_process_is_ready(situation, proposal->process, out)) {
        return false;
    }
    rule = find_gate(situation, rule_id);
    if (rule == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_RULE, rule_id);
    } else if (!rule->waivable) {
        decision_refuse(out, REFUSAL_GATE_NOT_WAIVABLE, rule_id);
    } else if (!is_failed(proposal, rule_id)) {
        decision_refuse(out, REFUSAL_GATE_NOT_FAILED, rule_id);
    }
    return out->refusal == REFUSAL_NONE;
}

static bool texts_fit(const char *reason, const char *document, struct decision *out)
{
    if (reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
    } else if (document[0] == '\0') {
        decision_refuse(out, REFUSAL_DOCUMENT_NUMBER_MISSING, NULL);
    } else if (strlen(reason) > LIMIT_REASON_BYTES || strlen(document) > LIMIT_REASON_BYTES) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason, document");
    }
    return out->refusal == REFUSAL_NONE;
}

void decide_request_waiver(const struct situation *situation, const Hs__RequestWaiver *request,
                           struct decision *out)
{
    const Hs__Waiver *waiver = NULL;

    if (!proposal_is_open(situation->proposal, out)) {
        return;
    }
    waiver = waiver_of(situation->proposal, request->rule_id);
    if (waiver != NULL && waiver->state == HS__WAIVER__STATE__GRANTED) {
        decision_refuse(out, REFUSAL_GATE_ALREADY_WAIVED, request->rule_id);
        return;
    }
    if (waiver != NULL && waiver->state == HS__WAIVER__STATE__ASKED) {
        decision_refuse(out, REFUSAL_WAIVER_ALREADY_ASKED, request->rule_id);
        return;
    }
    if (!may_waive(situation, request->rule_id, out) ||
        !texts_fit(request->reason, request->document, out)) {
        return;
    }

    Hs__WaiverRequested *requested =
        decision_event(out, situation, HS__EVENT__BODY_WAIVER_REQUESTED);
    if (requested == NULL) {
        return;
    }
    requested->rule_id = request->rule_id;
    requested->reason = request->reason;
    requested->document = request->document;
    requested->asked_by = situation->signer->name;
}

static bool answer_fits(const struct situation *situation, const Hs__AnswerWaiver *answer,
                        struct decision *out)
{
    if (answer->granted) {
        return may_waive(situation, answer->rule_id, out);
    }
    if (answer->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
    } else if (strlen(answer->reason) > LIMIT_REASON_BYTES) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
    }
    return out->refusal == REFUSAL_NONE;
}

void decide_answer_waiver(const struct situation *situation, const Hs__AnswerWaiver *answer,
                          struct decision *out)
{
    const Hs__Waiver *waiver = NULL;

    if (!proposal_is_open(situation->proposal, out)) {
        return;
    }
    waiver = waiver_of(situation->proposal, answer->rule_id);
    if (waiver == NULL || waiver->state != HS__WAIVER__STATE__ASKED) {
        decision_refuse(out, REFUSAL_NO_WAIVER_ASKED, answer->rule_id);
        return;
    }
    if (!answer_fits(situation, answer, out)) {
        return;
    }

    Hs__WaiverAnswered *answered = decision_event(out, situation, HS__EVENT__BODY_WAIVER_ANSWERED);
    if (answered == NULL) {
        return;
    }
    answered->rule_id = waiver->rule_id;
    answered->granted = answer->granted;
    answered->reason = answer->granted ? "" : answer->reason;
    answered->answered_by = situation->signer->name;
    if (answer->granted && is_last(situation->proposal, waiver->rule_id)) {
        intake_go_on(situation, waiver->rule_id, out);
    }
}
