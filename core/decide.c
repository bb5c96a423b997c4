/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decide.h"

#include <string.h>

#include "core/apply.h"
#include "core/authorise.h"
#include "core/conflict.h"
#include "core/names.h"
#include "core/result.h"
#include "core/verdict.h"
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

/* Returns a copy whose own fields and reviews can be changed without touching the original. */
static Hs__Proposal *working_copy(const Hs__Proposal *proposal, struct arena *arena)
{
    Hs__Proposal *copy = arena_alloc(arena, sizeof *copy);
    Hs__Review **pointers = arena_array(arena, proposal->n_reviews, sizeof(Hs__Review *));
    Hs__Review *reviews = arena_array(arena, proposal->n_reviews, sizeof *reviews);

    if (copy == NULL || pointers == NULL || reviews == NULL) {
        return NULL;
    }
    *copy = *proposal;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        reviews[i] = *proposal->reviews[i];
        pointers[i] = &reviews[i];
    }
    copy->reviews = pointers;
    return copy;
}

/* Proposes the conflicts among the opinions, once all are in. */
static void propose_conflicts(const struct situation *situation, Hs__Proposal *proposal,
                              struct decision *decision)
{
    struct conflicts found;

    if (proposal->verdict.len > 0 || !verdict_reviews_are_in(proposal)) {
        return;
    }
    if (!conflicts_find(proposal, situation->arena, &found) || !found.is_complete) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, "conflicts");
        return;
    }
    if (found.count == 0) {
        return;
    }

    Hs__ConflictsProposed *proposed =
        decision_new(decision, situation, &hs__conflicts_proposed__descriptor);
    Hs__Event *event = decision_add(decision, situation, proposal->id);
    if (proposed == NULL || event == NULL) {
        return;
    }
    proposed->round = proposal->round;
    proposed->n_conflicts = found.count;
    proposed->conflicts = found.rows;
    event->body_case = HS__EVENT__BODY_CONFLICTS_PROPOSED;
    event->conflicts_proposed = proposed;
    apply_proposal(proposal, event, (struct event_entry){.at_ms = situation->now_ms},
                   situation->arena);
}

static void conclude_round(const struct situation *situation, Hs__Proposal *proposal,
                           struct decision *decision)
{
    if (proposal->verdict.len > 0 ||
        verdict_outcome(proposal) == HS__VERDICT__OUTCOME__UNSPECIFIED) {
        return;
    }

    Hs__Verdict *verdict = verdict_build(proposal, situation->arena);
    struct hash *hash = arena_alloc(situation->arena, sizeof *hash);
    if (verdict == NULL || hash == NULL || !verdict_hash(verdict, situation->arena, hash)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }

    Hs__VerdictIssued *issued = decision_new(decision, situation, &hs__verdict_issued__descriptor);
    Hs__Event *event = decision_add(decision, situation, proposal->id);
    if (issued == NULL || event == NULL) {
        return;
    }
    issued->round = proposal->round;
    issued->outcome = verdict->outcome;
    issued->verdict = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    event->body_case = HS__EVENT__BODY_VERDICT_ISSUED;
    event->verdict_issued = issued;
}

void decision_conclude(const struct situation *situation, struct decision *decision)
{
    const Hs__Proposal none = HS__PROPOSAL__INIT;
    Hs__Proposal *copy = NULL;

    if (decision->refusal != REFUSAL_NONE) {
        return;
    }
    copy =
        working_copy(situation->proposal == NULL ? &none : situation->proposal, situation->arena);
    if (copy == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    for (size_t i = 0; i < decision->event_count; i++) {
        const struct event_entry entry = {.at_ms = situation->now_ms};

        apply_proposal(copy, decision->events[i], entry, situation->arena);
    }
    propose_conflicts(situation, copy, decision);
    if (decision->refusal == REFUSAL_NONE) {
        conclude_round(situation, copy, decision);
    }
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
static void dispatch_settlement(const struct situation *situation, const Hs__Command *command,
                                struct decision *out)
{
    if (command->body_case == HS__COMMAND__BODY_SETTLE_CONFLICT) {
        decide_conflict(situation, command->settle_conflict, out);
    } else if (command->body_case == HS__COMMAND__BODY_ACKNOWLEDGE_RULING) {
        decide_acknowledgement(situation, command->acknowledge_ruling, out);
    } else if (command->body_case == HS__COMMAND__BODY_MERGE_ITEMS) {
        decide_merger(situation, command->merge_items, out);
    } else if (command->body_case == HS__COMMAND__BODY_CLOSE_CONDITION) {
        decide_condition(situation, command->close_condition, out);
    } else if (command->body_case == HS__COMMAND__BODY_DECIDE) {
        decide_proposal(situation, command->decide, out);
    } else if (command->body_case == HS__COMMAND__BODY_DECIDE_SILENCE) {
        decide_silence(situation, command->decide_silence, out);
    } else if (command->body_case == HS__COMMAND__BODY_SET_ASIDE) {
        decide_set_aside(situation, command->set_aside, out);
    }
}

static void dispatch(const struct situation *situation, const Hs__Command *command,
                     struct decision *out)
{
    require(operation_of_command(command) != OPERATION_COUNT); /* refused before */

    switch (command->body_case) {
    case HS__COMMAND__BODY_SUBMIT:
        decide_submit(situation, command->submit, out);
        break;
    case HS__COMMAND__BODY_REVISE:
        decide_revise(situation, command->revise, out);
        break;
    case HS__COMMAND__BODY_WITHDRAW:
        decide_withdraw(situation, command->withdraw, out);
        break;
    case HS__COMMAND__BODY_RECEIVE_REVIEW:
        decide_receive(situation, command->receive_review, out);
        break;
    case HS__COMMAND__BODY_RECORD_FINDINGS:
        decide_findings(situation, command->record_findings, out);
        break;
    case HS__COMMAND__BODY_GIVE_OPINION:
        decide_opinion(situation, command->give_opinion, out);
        break;
    case HS__COMMAND__BODY_DRAFT_OPINION:
        decide_draft(situation, command->draft_opinion, out);
        break;
    case HS__COMMAND__BODY_SEND_BACK_DRAFT:
        decide_send_back(situation, command->send_back_draft, out);
        break;
    case HS__COMMAND__BODY_RECTIFY_OPINION:
        decide_rectification(situation, command->rectify_opinion, out);
        break;
    case HS__COMMAND__BODY_SETTLE_COMPETENCE:
        decide_competence(situation, command->settle_competence, out);
        break;
    case HS__COMMAND__BODY_HOLD_CLOCK:
        decide_hold(situation, command->hold_clock, out);
        break;
    case HS__COMMAND__BODY_ANSWER_HOLD:
        decide_answer_hold(situation, command->answer_hold, out);
        break;
    case HS__COMMAND__BODY_RESUME_CLOCK:
        decide_resume(situation, command->resume_clock, out);
        break;
    case HS__COMMAND__BODY_EXTEND_LIMIT:
        decide_extend(situation, command->extend_limit, out);
        break;
    case HS__COMMAND__BODY_DELIVER_REVIEW:
        decide_deliver(situation, command->deliver_review, out);
        break;
    case HS__COMMAND__BODY_REMIND_REVIEW:
        decide_remind(situation, command->remind_review, out);
        break;
    case HS__COMMAND__BODY_ESCALATE_REVIEW:
        decide_escalate(situation, command->escalate_review, out);
        break;
    case HS__COMMAND__BODY_MARK_REVIEW:
        decide_mark(situation, command->mark_review, out);
        break;
    case HS__COMMAND__BODY_ASK_APPLICANT:
        decide_ask(situation, command->ask_applicant, out);
        break;
    case HS__COMMAND__BODY_REOPEN_REVIEW:
        decide_reopen(situation, command->reopen_review, out);
        break;
    case HS__COMMAND__BODY_GRANT_ROUND:
        decide_grant(situation, command->grant_round, out);
        break;
    case HS__COMMAND__BODY_PUBLISH:
        decide_publish(situation, command->publish, out);
        break;
    case HS__COMMAND__BODY_DEFINE_DEPARTMENT:
        decide_department(situation, command->define_department, out);
        break;
    case HS__COMMAND__BODY_ENROL:
        decide_enrol(situation, command->enrol, out);
        break;
    case HS__COMMAND__BODY_CHANGE_PRINCIPAL:
        decide_change(situation, command->change_principal, out);
        break;
    case HS__COMMAND__BODY_CONFIRM_CLOCK:
        decide_confirm_clock(situation, command->confirm_clock, out);
        break;
    case HS__COMMAND__BODY_SETTLE_CONFLICT:
    case HS__COMMAND__BODY_ACKNOWLEDGE_RULING:
    case HS__COMMAND__BODY_MERGE_ITEMS:
    case HS__COMMAND__BODY_CLOSE_CONDITION:
    case HS__COMMAND__BODY_DECIDE:
    case HS__COMMAND__BODY_DECIDE_SILENCE:
    case HS__COMMAND__BODY_SET_ASIDE:
        dispatch_settlement(situation, command, out);
        break;
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
