/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decide.h"

#include <string.h>

#include "core/authorise.h"
#include "core/names.h"
#include "core/result.h"
#include "lib/check.h"

void decision_refuse(struct decision *decision, enum refusal reason, const char *detail)
{
    decision->refusal = reason;
    decision->detail = detail;
    decision->event_count = 0;
}

void *decision_new(struct decision *decision, const struct situation *situation,
                   const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, situation->arena);

    if (message == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
    }
    return message;
}

Hs__Event *decision_add(struct decision *decision, const struct situation *situation,
                        uint64_t proposal)
{
    if (decision->refusal != REFUSAL_NONE) {
        return NULL;
    }
    if (decision->events == NULL) {
        decision->events = arena_array(situation->arena, DECISION_EVENTS_MAX, sizeof(Hs__Event *));
        decision->event_capacity = DECISION_EVENTS_MAX;
    }

    Hs__Event *event = decision_new(decision, situation, &hs__event__descriptor);
    if (event == NULL || decision->events == NULL ||
        decision->event_count == decision->event_capacity) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return NULL;
    }
    event->proposal = proposal;
    decision->events[decision->event_count++] = event;
    return event;
}

void *decision_event(struct decision *decision, const struct situation *situation,
                     Hs__Event__BodyCase body)
{
    Hs__Event *event = decision_add(decision, situation, situation->proposal->id);
    void *message = event == NULL ? NULL : message_new_body(event, body, situation->arena);

    if (message == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
    }
    return message;
}

struct clock_law decision_law(const struct situation *situation)
{
    return (struct clock_law){
        .stage = situation->rulebook == NULL ? NULL : situation->rulebook->stage,
        .calendar = situation->calendar,
    };
}

const Hs__Department *decision_department(const struct situation *situation, const char *id)
{
    for (size_t i = 0; i < situation->office->n_departments; i++) {
        if (strcmp(situation->office->departments[i]->id, id) == 0) {
            return situation->office->departments[i];
        }
    }
    return NULL;
}

bool decision_review(const struct situation *situation, const Hs__ReviewRef *ref,
                     struct decision *decision, Hs__Review **out)
{
    if (ref == NULL) {
        decision_refuse(decision, REFUSAL_MALFORMED, "review");
        return false;
    }
    if (situation->proposal == NULL) {
        decision_refuse(decision, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return false;
    }
    *out = proposal_review(situation->proposal, ref->department);
    if (*out == NULL || ref->round != situation->proposal->round) {
        decision_refuse(
            decision, REFUSAL_UNKNOWN_REVIEW,
            review_id(situation->arena, situation->proposal->number, ref->round, ref->department));
        return false;
    }
    return true;
}

bool decision_own_review(const struct situation *situation, const Hs__ReviewRef *ref,
                         struct decision *decision, Hs__Review **out)
{
    if (!decision_review(situation, ref, decision, out)) {
        return false;
    }
    if (strcmp(situation->signer->department, ref->department) != 0) {
        decision_refuse(decision, REFUSAL_NOT_YOUR_REVIEW, ref->department);
        return false;
    }
    return true;
}

bool proposal_has_ended(const Hs__Proposal *proposal)
{
    return proposal->status == HS__PROPOSAL__STATUS__WITHDRAWN ||
           proposal->status == HS__PROPOSAL__STATUS__LAPSED;
}

bool proposal_is_decided(const Hs__Proposal *proposal)
{
    return proposal->status == HS__PROPOSAL__STATUS__APPROVED ||
           proposal->status == HS__PROPOSAL__STATUS__REJECTED;
}

Hs__Review *proposal_review(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return proposal->reviews[i];
        }
    }
    return NULL;
}

static void set_result(const struct situation *situation, struct decision *out)
{
    const char *number = situation->proposal == NULL ? NULL : situation->proposal->number;

    if (out->refusal == REFUSAL_NONE &&
        !result_of_events(out->events, out->event_count, number, situation->arena, &out->result)) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
    }
}

/* What comes after the opinions: conflicts, the verdict, its conditions. */
/* Every command, its member of the message, and the file of core/ that decides it. */
#define COMMAND_DECISIONS(X)                                          \
    X(SETTLE_CONFLICT, settle_conflict, decide_conflict)              \
    X(ACKNOWLEDGE_RULING, acknowledge_ruling, decide_acknowledgement) \
    X(MERGE_ITEMS, merge_items, decide_merger)                        \
    X(CLOSE_CONDITION, close_condition, decide_condition)             \
    X(DECIDE, decide, decide_proposal)                                \
    X(DECIDE_SILENCE, decide_silence, decide_silence)                 \
    X(SET_ASIDE, set_aside, decide_set_aside)                         \
    X(REQUEST_WAIVER, request_waiver, decide_request_waiver)          \
    X(ANSWER_WAIVER, answer_waiver, decide_answer_waiver)             \
    X(SUBMIT, submit, decide_submit)                                  \
    X(REVISE, revise, decide_revise)                                  \
    X(WITHDRAW, withdraw, decide_withdraw)                            \
    X(RECEIVE_REVIEW, receive_review, decide_receive)                 \
    X(RECORD_FINDINGS, record_findings, decide_findings)              \
    X(GIVE_OPINION, give_opinion, decide_opinion)                     \
    X(DRAFT_OPINION, draft_opinion, decide_draft)                     \
    X(SEND_BACK_DRAFT, send_back_draft, decide_send_back)             \
    X(RECTIFY_OPINION, rectify_opinion, decide_rectification)         \
    X(SETTLE_COMPETENCE, settle_competence, decide_competence)        \
    X(HOLD_CLOCK, hold_clock, decide_hold)                            \
    X(ANSWER_HOLD, answer_hold, decide_answer_hold)                   \
    X(RESUME_CLOCK, resume_clock, decide_resume)                      \
    X(EXTEND_LIMIT, extend_limit, decide_extend)                      \
    X(DELIVER_REVIEW, deliver_review, decide_deliver)                 \
    X(REMIND_REVIEW, remind_review, decide_remind)                    \
    X(ESCALATE_REVIEW, escalate_review, decide_escalate)              \
    X(MARK_REVIEW, mark_review, decide_mark)                          \
    X(ASK_APPLICANT, ask_applicant, decide_ask)                       \
    X(REOPEN_REVIEW, reopen_review, decide_reopen)                    \
    X(GRANT_ROUND, grant_round, decide_grant)                         \
    X(PUBLISH, publish, decide_publish)                               \
    X(DEFINE_DEPARTMENT, define_department, decide_department)        \
    X(ENROL, enrol, decide_enrol)                                     \
    X(CHANGE_PRINCIPAL, change_principal, decide_change)              \
    X(CONFIRM_CLOCK, confirm_clock, decide_confirm_clock)

#define DECISION_CASE(body, member, decide)      \
    case HS__COMMAND__BODY_##body:               \
        decide(situation, command->member, out); \
        break;

static void dispatch(const struct situation *situation, const Hs__Command *command,
                     struct decision *out)
{
    require(operation_of_command(command) != OPERATION_COUNT); /* refused before */

    switch (command->body_case) {
        COMMAND_DECISIONS(DECISION_CASE)
    case HS__COMMAND__BODY__NOT_SET:
    case _HS__COMMAND__BODY__CASE_IS_INT_SIZE:
        break;
    }
}

void decide_command(const struct situation *situation, const Hs__Command *command,
                    struct decision *out)
{
    enum operation operation = operation_of_command(command);

    *out = (struct decision){.result = HS__RECEIPT__RESULT__INIT};
    if (operation == OPERATION_COUNT) {
        decision_refuse(out, REFUSAL_MALFORMED, NULL);
        return;
    }

    enum refusal refusal = authorise(situation->signer, operation, situation->now_ms);
    if (refusal != REFUSAL_NONE) {
        decision_refuse(out, refusal,
                        refusal == REFUSAL_NOT_ALLOWED ? NULL : situation->signer->name);
        return;
    }
    dispatch(situation, command, out);
    set_result(situation, out);
}
