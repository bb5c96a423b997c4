/* SPDX-License-Identifier: Apache-2.0 */
#include "store/event_check.h"

#include <stdbool.h>
#include <string.h>

#include "core/conflict.h"
#include "core/trusted_time.h"
#include "core/waiver.h"
#include "lib/hash.h"

static const char *fault_of_review(const Hs__Proposal *proposal, uint32_t round,
                                   const char *department)
{
    if (proposal == NULL) {
        return "the event is about a proposal that was not submitted";
    }
    if (proposal->round != round) {
        return "the event is about another round";
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return NULL;
        }
    }
    return "the event is about a review that its round does not have";
}

/* Of a clock of a review, or of the whole proposal where no department is named. */
static const char *fault_of_clock(const Hs__Proposal *proposal, uint32_t round,
                                  const char *department)
{
    if (department[0] != '\0') {
        return fault_of_review(proposal, round, department);
    }
    return proposal == NULL ? "the event is about a proposal that was not submitted" : NULL;
}

static const char *fault_of_hold(const Hs__ClockHeld *held, const Hs__Proposal *proposal)
{
    if (held->hold == NULL) {
        return "a clock is held without a hold";
    }
    return fault_of_clock(proposal, held->round, held->department);
}

static const char *fault_of_resumption(const Hs__ClockResumed *resumed,
                                       const Hs__Proposal *proposal)
{
    const char *fault = fault_of_clock(proposal, resumed->round, resumed->department);

    for (size_t i = 0; fault == NULL && i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (strcmp(review->department, resumed->department) == 0 &&
            (review->state != HS__REVIEW__STATE__HELD || review->n_holds == 0)) {
            return "a clock goes on that did not stand";
        }
    }
    return fault;
}

static const char *fault_of_extension(const Hs__LimitExtended *extended,
                                      const Hs__Proposal *proposal)
{
    if (extended->extension == NULL) {
        return "a limit is extended by nothing";
    }
    return fault_of_clock(proposal, extended->round, extended->department);
}

static const char *fault_of_reopening(const Hs__ReviewReopened *reopened,
                                      const Hs__Proposal *proposal)
{
    const char *fault = fault_of_review(proposal, reopened->round, reopened->department);

    for (size_t i = 0; fault == NULL && i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, reopened->department) == 0 &&
            proposal->reviews[i]->late_opinion == NULL) {
            return "a review is reopened without a late opinion";
        }
    }
    return fault;
}

static const Hs__Review *find_review(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return proposal->reviews[i];
        }
    }
    return NULL;
}

static const char *fault_of_draft(const Hs__OpinionDrafted *drafted, const Hs__Proposal *proposal)
{
    if (drafted->opinion.len != HASH_BYTES) {
        return "a draft without its hash";
    }
    return fault_of_review(proposal, drafted->round, drafted->department);
}

static const char *fault_of_sending_back(const Hs__DraftSentBack *sent,
                                         const Hs__Proposal *proposal)
{
    const char *fault = fault_of_review(proposal, sent->round, sent->department);

    if (fault == NULL && find_review(proposal, sent->department)->draft == NULL) {
        return "a draft is sent back that there is not";
    }
    return fault;
}

static const char *fault_of_rectification(const Hs__OpinionRectified *rectified,
                                          const Hs__Proposal *proposal)
{
    const char *fault = fault_of_review(proposal, rectified->round, rectified->department);

    if (rectified->opinion.len != HASH_BYTES) {
        return "an opinion without its hash";
    }
    if (fault != NULL) {
        return fault;
    }

    const Hs__Review *review = find_review(proposal, rectified->department);
    if (review->opinion.len != HASH_BYTES) {
        return "an opinion is rectified that was not given";
    }
    return rectified->version == review->n_rectifications + 2 ? NULL
                                                              : "a rectification out of its order";
}

static const char *fault_of_round_number(const Hs__Proposal *proposal, uint32_t round)
{
    if (proposal == NULL) {
        return "the event is about a proposal that was not submitted";
    }
    return proposal->round == round ? NULL : "the event is about another round";
}

static const char *fault_of_conflict(const Hs__Conflict *conflict, const Hs__Proposal *proposal)
{
    const char *fault = NULL;

    if (conflict->one == NULL || conflict->other == NULL || conflict->number == 0) {
        return "a conflict without its two sides or its number";
    }
    fault = fault_of_review(proposal, proposal->round, conflict->one->department);
    return fault == NULL ? fault_of_review(proposal, proposal->round, conflict->other->department)
                         : fault;
}

static const char *fault_of_proposed(const Hs__ConflictsProposed *proposed,
                                     const Hs__Proposal *proposal)
{
    const char *fault = fault_of_round_number(proposal, proposed->round);

    for (size_t i = 0; fault == NULL && i < proposed->n_conflicts; i++) {
        fault = fault_of_conflict(proposed->conflicts[i], proposal);
    }
    return fault;
}

/* An event about the conflict @number, in which each of @departments has a side. */
static const char *fault_of_sides(const Hs__Proposal *proposal, uint32_t number,
                                  const char *const *departments, size_t count)
{
    const Hs__Conflict *conflict = conflict_numbered(proposal, number);

    if (conflict == NULL) {
        return "the event is about a conflict that its round does not have";
    }
    for (size_t i = 0; i < count; i++) {
        if (conflict_side(conflict, departments[i]) == NULL) {
            return "the event is about a department that has no side in the conflict";
        }
    }
    return NULL;
}

static const char *fault_of_settlement(const Hs__ConflictSettled *settled,
                                       const Hs__Proposal *proposal)
{
    const char *fault = fault_of_round_number(proposal, settled->round);

    return fault == NULL
               ? fault_of_sides(proposal, settled->number, settled->overruled, settled->n_overruled)
               : fault;
}

static const char *fault_of_acknowledgement(const Hs__RulingAcknowledged *acknowledged,
                                            const Hs__Proposal *proposal)
{
    const char *fault = fault_of_round_number(proposal, acknowledged->round);

    return fault == NULL
               ? fault_of_sides(proposal, acknowledged->number, &acknowledged->department, 1)
               : fault;
}

static const char *fault_of_merger(const Hs__ItemsMerged *merged, const Hs__Proposal *proposal)
{
    const Hs__Merger *merger = merged->merger;

    if (merger == NULL || merger->kept == NULL || merger->merged == NULL) {
        return "a merger without its two items";
    }
    return fault_of_round_number(proposal, merged->round);
}

/* Waivers. */
static const char *fault_of_waiver(const Hs__Event *event, const Hs__Proposal *proposal)
{
    if (proposal == NULL) {
        return "the event is about a proposal that was not submitted";
    }
    if (event->body_case == HS__EVENT__BODY_WAIVER_ANSWERED) {
        return waiver_of(proposal, event->waiver_answered->rule_id) == NULL
                   ? "an answer to a waiver that was not asked for"
                   : NULL;
    }
    return event->waiver_requested->rule_id[0] == '\0' ? "a waiver of no gate" : NULL;
}

static const char *fault_of_submission(const Hs__Event *event, const Hs__Proposal *proposal)
{
    const Hs__ProposalSubmitted *submitted = event->proposal_submitted;

    if (event->proposal == 0 || proposal != NULL) {
        return "a proposal is submitted twice";
    }
    if (submitted->number[0] == '\0' || submitted->packet.len != HASH_BYTES) {
        return "a proposal without a number or a packet";
    }
    return NULL;
}

static const char *fault_of_round(const Hs__RoundOpened *opened, const Hs__Proposal *proposal)
{
    if (proposal == NULL) {
        return "the event is about a proposal that was not submitted";
    }
    for (size_t i = 0; i < opened->n_reviews; i++) {
        const Hs__Review *review = opened->reviews[i];

        if (review->department[0] == '\0') {
            return "a review without a department";
        }
        if (review->carried_forward && review->state != HS__REVIEW__STATE__CLOSED) {
            return "an opinion is carried forward that was not given";
        }
    }
    for (size_t i = 0; i < opened->n_answered; i++) {
        if (opened->answered[i]->item == NULL) {
            return "an answer to no item";
        }
    }
    return NULL;
}

/* Events about the office. */
static const char *fault_of_office_event(const Hs__Event *event)
{
    bool is_sound = true;

    if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        const Hs__Principal *principal = event->principal_enrolled->principal;
        is_sound = principal != NULL && principal->name[0] != '\0';
    } else if (event->body_case == HS__EVENT__BODY_PRINCIPAL_CHANGED) {
        is_sound = event->principal_changed->name[0] != '\0';
    } else if (event->body_case == HS__EVENT__BODY_DEPARTMENT_DEFINED) {
        is_sound = event->department_defined->department != NULL;
    } else if (event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED) {
        is_sound = event->definition_published->hash.len == HASH_BYTES;
    } else if (event->body_case == HS__EVENT__BODY_PINS_SET) {
        is_sound = event->pins_set->pins != NULL && event->pins_set->hash.len == HASH_BYTES;
    } else if (event->body_case == HS__EVENT__BODY_OFFICE_RESTORED) {
        is_sound = event->office_restored->hash.len == HASH_BYTES;
    }
    return is_sound ? NULL : "the event lacks what it is about";
}

/* Events about the clock. */
static const char *fault_of_time(const Hs__ClockAnchor *anchor)
{
    return trusted_time_anchor_is_sound(anchor) ? NULL : "the clock's anchor does not hold";
}

static const char *fault_of_suspicion(const Hs__ClockSuspected *suspected)
{
    return suspected->suspicion == HS__TRUSTED_TIME__SUSPICION__NONE
               ? "a clock is suspected of nothing"
               : fault_of_time(suspected->anchor);
}

/* Events of what comes after the opinions. */
static const char *fault_of_settling(const Hs__Event *event, const Hs__Proposal *proposal)
{
    if (event->body_case == HS__EVENT__BODY_CONFLICTS_PROPOSED) {
        return fault_of_proposed(event->conflicts_proposed, proposal);
    }
    if (event->body_case == HS__EVENT__BODY_CONFLICT_SETTLED) {
        return fault_of_settlement(event->conflict_settled, proposal);
    }
    if (event->body_case == HS__EVENT__BODY_RULING_ACKNOWLEDGED) {
        return fault_of_acknowledgement(event->ruling_acknowledged, proposal);
    }
    if (event->body_case == HS__EVENT__BODY_ITEMS_MERGED) {
        return fault_of_merger(event->items_merged, proposal);
    }
    if (event->body_case == HS__EVENT__BODY_CONDITION_CLOSED) {
        return fault_of_round_number(proposal, event->condition_closed->round);
    }
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_DECIDED) {
        return fault_of_round_number(proposal, event->proposal_decided->round);
    }
    if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        return fault_of_review(proposal, event->silence_decided->round,
                               event->silence_decided->department);
    }
    return fault_of_round_number(proposal, event->office_item_set_aside->round);
}

static const char *fault_of_opinion(const Hs__OpinionGiven *given, const Hs__Proposal *proposal)
{
    if (given->opinion.len != HASH_BYTES) {
        return "an opinion without its hash";
    }
    return fault_of_review(proposal, given->round, given->department);
}

/* Events that name a review and nothing else that could be wrong. */
#define REVIEW_EVENTS(X)                      \
    X(REVIEW_RECEIVED, review_received)       \
    X(FINDINGS_RECORDED, findings_recorded)   \
    X(COMPETENCE_SETTLED, competence_settled) \
    X(REVIEW_OVERDUE, review_overdue)         \
    X(ITEMS_SETTLED, items_settled)           \
    X(RUNG_REACHED, rung_reached)             \
    X(HOLD_ASKED, hold_asked)                 \
    X(HOLD_REFUSED, hold_refused)             \
    X(REVIEW_MARKED, review_marked)           \
    X(REVIEW_DELIVERED, review_delivered)     \
    X(REVIEW_REMINDED, review_reminded)       \
    X(REVIEW_ESCALATED, review_escalated)     \
    X(QUESTION_ASKED, question_asked)

#define REVIEW_CASE(body, member) \
    case HS__EVENT__BODY_##body:  \
        return fault_of_review(proposal, event->member->round, event->member->department);

static const char *fault_of_time_event(const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_CLOCK_SUSPECTED) {
        return fault_of_suspicion(event->clock_suspected);
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_ANCHORED) {
        return fault_of_time(event->clock_anchored->anchor);
    }
    return fault_of_time(event->body_case == HS__EVENT__BODY_CLOCK_GAP
                             ? event->clock_gap->anchor
                             : event->clock_confirmed->anchor);
}

/* Events about the broker's clock. */
#define TIME_EVENTS(X) \
    X(CLOCK_ANCHORED)  \
    X(CLOCK_SUSPECTED) \
    X(CLOCK_GAP)       \
    X(CLOCK_CONFIRMED)

/* Events about the office. */
#define OFFICE_EVENTS(X)    \
    X(GENESIS)              \
    X(PRINCIPAL_ENROLLED)   \
    X(PRINCIPAL_CHANGED)    \
    X(DEPARTMENT_DEFINED)   \
    X(DEFINITION_PUBLISHED) \
    X(PINS_SET)             \
    X(CLOCKS_RECOMPUTED)    \
    X(OFFICE_RESTORED)

#define EVENT_CASE(body) case HS__EVENT__BODY_##body:

/* What is settled after the opinions. */
#define SETTLING_EVENTS(X) \
    X(CONFLICTS_PROPOSED)  \
    X(CONFLICT_SETTLED)    \
    X(RULING_ACKNOWLEDGED) \
    X(ITEMS_MERGED)        \
    X(CONDITION_CLOSED)    \
    X(PROPOSAL_DECIDED)    \
    X(SILENCE_DECIDED)     \
    X(OFFICE_ITEM_SET_ASIDE)

/* Those that hold of any proposal. */
#define PLAIN_EVENTS(X)     \
    X(PACKET_REVISED)       \
    X(CLOCK_STARTED)        \
    X(GATE_FAILED)          \
    X(CORRECTION_REQUESTED) \
    X(VERDICT_ISSUED)       \
    X(PROPOSAL_WITHDRAWN)   \
    X(CLOCK_PASSED)         \
    X(CORRECTION_LAPSED)    \
    X(ROUND_GRANTED)

static const char *fault_of_plain_event(const Hs__Event *event, const Hs__Proposal *proposal)
{
    if (event->body_case == HS__EVENT__BODY_PACKET_REVISED &&
        event->packet_revised->packet.len != HASH_BYTES) {
        return "a packet without its hash";
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_STARTED && event->clock_started->clock == NULL) {
        return "no clock is started";
    }
    return proposal == NULL ? "the event is about a proposal that was not submitted" : NULL;
}

const char *event_fault(const Hs__Event *event, const Hs__Proposal *proposal)
{
    switch (event->body_case) {
        REVIEW_EVENTS(REVIEW_CASE)
        OFFICE_EVENTS(EVENT_CASE)
        return fault_of_office_event(event);
        TIME_EVENTS(EVENT_CASE)
        return fault_of_time_event(event);
    case HS__EVENT__BODY_PROPOSAL_SUBMITTED:
        return fault_of_submission(event, proposal);
    case HS__EVENT__BODY_ROUND_OPENED:
        return fault_of_round(event->round_opened, proposal);
    case HS__EVENT__BODY_OPINION_GIVEN:
        return fault_of_opinion(event->opinion_given, proposal);
    case HS__EVENT__BODY_OPINION_DRAFTED:
        return fault_of_draft(event->opinion_drafted, proposal);
    case HS__EVENT__BODY_DRAFT_SENT_BACK:
        return fault_of_sending_back(event->draft_sent_back, proposal);
    case HS__EVENT__BODY_OPINION_RECTIFIED:
        return fault_of_rectification(event->opinion_rectified, proposal);
    case HS__EVENT__BODY_CLOCK_HELD:
        return fault_of_hold(event->clock_held, proposal);
    case HS__EVENT__BODY_DEADLINE_MOVED:
        return fault_of_clock(proposal, event->deadline_moved->round,
                              event->deadline_moved->department);
    case HS__EVENT__BODY_LIMIT_EXTENDED:
        return fault_of_extension(event->limit_extended, proposal);
    case HS__EVENT__BODY_REVIEW_REOPENED:
        return fault_of_reopening(event->review_reopened, proposal);
    case HS__EVENT__BODY_CLOCK_RESUMED:
        return fault_of_resumption(event->clock_resumed, proposal);
    case HS__EVENT__BODY_WAIVER_REQUESTED:
    case HS__EVENT__BODY_WAIVER_ANSWERED:
        return fault_of_waiver(event, proposal);
        SETTLING_EVENTS(EVENT_CASE)
        return fault_of_settling(event, proposal);
        PLAIN_EVENTS(EVENT_CASE)
        return fault_of_plain_event(event, proposal);
    case HS__EVENT__BODY__NOT_SET:
    case _HS__EVENT__BODY__CASE_IS_INT_SIZE:
        return "an event of no known kind";
    }
    return NULL;
}
