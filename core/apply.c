/* SPDX-License-Identifier: Apache-2.0 */
#include "core/apply_parts.h"

#include <string.h>

#include "core/apply_approval.h"
#include "core/apply_conflict.h"
#include "core/apply_opinion.h"
#include "core/clock.h"
#include "core/waiver.h"
#include "lib/check.h"

/* Texts and bytes of the event are borrowed, not copied: event and record share an arena, and the
 * record is stored before that is cleared. */

/* Events about a proposal. */
#define PROPOSAL_EVENTS(X)   \
    X(PROPOSAL_SUBMITTED)    \
    X(PACKET_REVISED)        \
    X(GATE_FAILED)           \
    X(CORRECTION_REQUESTED)  \
    X(ROUND_OPENED)          \
    X(REVIEW_RECEIVED)       \
    X(FINDINGS_RECORDED)     \
    X(OPINION_GIVEN)         \
    X(COMPETENCE_SETTLED)    \
    X(REVIEW_OVERDUE)        \
    X(VERDICT_ISSUED)        \
    X(PROPOSAL_WITHDRAWN)    \
    X(CLOCK_HELD)            \
    X(CLOCK_RESUMED)         \
    X(RUNG_REACHED)          \
    X(DEADLINE_MOVED)        \
    X(LIMIT_EXTENDED)        \
    X(HOLD_ASKED)            \
    X(HOLD_REFUSED)          \
    X(REVIEW_MARKED)         \
    X(REVIEW_DELIVERED)      \
    X(REVIEW_REMINDED)       \
    X(REVIEW_ESCALATED)      \
    X(CLOCK_STARTED)         \
    X(CLOCK_PASSED)          \
    X(CORRECTION_LAPSED)     \
    X(REVIEW_REOPENED)       \
    X(QUESTION_ASKED)        \
    X(OPINION_DRAFTED)       \
    X(DRAFT_SENT_BACK)       \
    X(OPINION_RECTIFIED)     \
    X(ITEMS_SETTLED)         \
    X(ROUND_GRANTED)         \
    X(CONFLICTS_PROPOSED)    \
    X(CONFLICT_SETTLED)      \
    X(RULING_ACKNOWLEDGED)   \
    X(ITEMS_MERGED)          \
    X(CONDITION_CLOSED)      \
    X(PROPOSAL_DECIDED)      \
    X(SILENCE_DECIDED)       \
    X(OFFICE_ITEM_SET_ASIDE) \
    X(WAIVER_REQUESTED)      \
    X(WAIVER_ANSWERED)

/* Events about the office. */
#define OFFICE_EVENTS(X)    \
    X(GENESIS)              \
    X(DEPARTMENT_DEFINED)   \
    X(DEFINITION_PUBLISHED) \
    X(PINS_SET)             \
    X(CLOCKS_RECOMPUTED)    \
    X(CLOCK_ANCHORED)       \
    X(CLOCK_SUSPECTED)      \
    X(CLOCK_GAP)            \
    X(CLOCK_CONFIRMED)      \
    X(OFFICE_RESTORED)

#define EVENT_CASE(body) case HS__EVENT__BODY_##body:

enum subject event_subject(const Hs__Event *event)
{
    switch (event->body_case) {
    case HS__EVENT__BODY_PRINCIPAL_ENROLLED:
    case HS__EVENT__BODY_PRINCIPAL_CHANGED:
        return SUBJECT_PRINCIPAL;
        OFFICE_EVENTS(EVENT_CASE)
        return SUBJECT_OFFICE;
        PROPOSAL_EVENTS(EVENT_CASE)
    case HS__EVENT__BODY__NOT_SET:
    case _HS__EVENT__BODY__CASE_IS_INT_SIZE:
        break;
    }
    return SUBJECT_PROPOSAL;
}

const char *event_principal(const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        return event->principal_enrolled->principal->name;
    }
    require(event->body_case == HS__EVENT__BODY_PRINCIPAL_CHANGED);
    return event->principal_changed->name;
}

void **apply_grown(void *array, size_t count, struct arena *arena)
{
    void **larger = arena_array(arena, count + 1, sizeof *larger);

    require(larger != NULL);
    if (count > 0) {
        memcpy(larger, array, count * sizeof *larger);
    }
    return larger;
}

Hs__Review *apply_review(const Hs__Proposal *proposal, const char *department)
{
    size_t index = 0;

    while (index < proposal->n_reviews &&
           strcmp(proposal->reviews[index]->department, department) != 0) {
        index++;
    }
    require(index < proposal->n_reviews); /* events name reviews of their round only */
    return proposal->reviews[index];
}

static void proposal_submitted(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms)
{
    const Hs__ProposalSubmitted *submitted = event->proposal_submitted;

    proposal->id = event->proposal;
    proposal->number = submitted->number;
    proposal->process = submitted->process;
    proposal->applicant = submitted->applicant;
    proposal->title = submitted->title;
    proposal->packet = submitted->packet;
    proposal->packet_version = 1;
    proposal->submitted_at = at_ms;
}

static void packet_revised(Hs__Proposal *proposal, const Hs__PacketRevised *revised, int64_t at_ms,
                           struct arena *arena)
{
    if (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED) {
        apply_round_remembered(proposal, arena);
    }
    if (revised->n_items > 0) {
        proposal->n_replies = revised->n_items;
        proposal->replies = revised->items;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
        proposal->correction_reply = revised->reply;
    } else if (revised->reply[0] != '\0') {
        proposal->reply = revised->reply;
    }
    proposal->packet_version = revised->version;
    proposal->packet = revised->packet;
    proposal->n_failed_gates = 0;
    proposal->n_missing = 0;
    apply_waivers_dropped(proposal, arena);
    apply_clock_ended(proposal, HS__CLOCK__KIND__CORRECTION, at_ms, arena);
}

/* The reviews are copied: they go on changing, the event does not. */
static Hs__Review **copy_reviews(const Hs__RoundOpened *opened, struct arena *arena)
{
    Hs__Review **reviews = arena_array(arena, opened->n_reviews, sizeof(Hs__Review *));
    Hs__Review *copies = arena_array(arena, opened->n_reviews, sizeof *copies);

    require(reviews != NULL && copies != NULL);
    for (size_t i = 0; i < opened->n_reviews; i++) {
        copies[i] = *opened->reviews[i];
        reviews[i] = &copies[i];
    }
    return reviews;
}

static void round_opened(Hs__Proposal *proposal, const Hs__RoundOpened *opened, int64_t at_ms,
                         struct arena *arena)
{
    proposal->status = HS__PROPOSAL__STATUS__IN_REVIEW;
    proposal->round = opened->round;
    proposal->stage = opened->stage;
    proposal->pins = opened->pins;
    proposal->opened_at = at_ms;
    proposal->n_reviews = opened->n_reviews;
    proposal->reviews = copy_reviews(opened, arena);
    proposal->n_office_items = opened->n_office_items;
    proposal->office_items = opened->office_items;
    proposal->limit_class = opened->limit_class;
    apply_clock_started(proposal, opened->total, arena);
    proposal->n_answered = opened->n_answered;
    proposal->answered = opened->answered;
    proposal->n_unread = opened->n_unread;
    proposal->unread = opened->unread;
    proposal->n_unread_documents = opened->n_unread_documents;
    proposal->unread_documents = opened->unread_documents;
    proposal->n_replies = 0; /* they stand with the items now */
    proposal->n_questions = 0;
    proposal->questions_at = 0;
    proposal->correction_reply = "";
    proposal->n_conflicts = 0;
    proposal->n_mergers = 0;
    proposal->decision = NULL;
    proposal->n_closed_conditions = 0;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (proposal->reviews[i]->carried_forward) {
            continue; /* closed since an earlier round */
        }
        proposal->reviews[i]->state = HS__REVIEW__STATE__OPEN;
        proposal->reviews[i]->dispatched_at = at_ms;
        proposal->reviews[i]->packet = proposal->packet;
        proposal->reviews[i]->packet_version = proposal->packet_version;
    }
}

/* What comes after a silence that was taken for consent does not change it. */
static void keep_late_opinion(Hs__Review *review, const Hs__OpinionGiven *given,
                              struct event_entry entry, struct arena *arena)
{
    Hs__LateOpinion *late = message_new(&hs__late_opinion__descriptor, arena);

    require(late != NULL);
    late->result = given->result;
    late->opinion = given->opinion;
    late->given_at = entry.at_ms;
    late->given_by = given->given_by;
    late->signer = given->signer;
    late->item_count = given->item_count;
    late->seq = entry.seq;
    late->by_rules = given->by_rules;
    late->round = given->round;
    review->late_opinion = late;
    review->n_claims = given->n_claims; /* heard when it is reopened */
    review->claims = given->claims;
    review->must_count = given->must_count;
}

/* Keeps what @review's opinion was before it is replaced. */
static void keep_earlier(Hs__Review *review, struct arena *arena)
{
    Hs__EarlierOpinion *earlier = arena_alloc(arena, sizeof *earlier);

    require(earlier != NULL);
    hs__earlier_opinion__init(earlier);
    earlier->result = review->result;
    earlier->opinion = review->opinion;
    earlier->given_at = review->given_at;
    earlier->given_by = review->given_by;
    earlier->seq = review->opinion_seq;
    review->earlier = (Hs__EarlierOpinion **)apply_grown(review->earlier, review->n_earlier, arena);
    review->earlier[review->n_earlier++] = earlier;
}

static void opinion_given(Hs__Proposal *proposal, const Hs__OpinionGiven *given,
                          struct event_entry entry, struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, given->department);
    int64_t at_ms = entry.at_ms;

    if (review->received_at == 0) {
        review->received_at = at_ms; /* who answers has received it */
    }
    review->drafted_by = given->drafted_by;
    review->draft = NULL;
    if (review->result == HS__OPINION__RESULT__TACIT) {
        keep_late_opinion(review, given, entry, arena);
        return;
    }
    apply_holds_ended(proposal, review, at_ms, arena);
    apply_questions_dropped(proposal, given->department, arena);
    if (given->restated) {
        keep_earlier(review, arena);
        review->carried_forward = false;
    }
    review->carried_from = review->carried_forward ? given->round : 0;
    review->state = given->result == HS__OPINION__RESULT__NOT_COMPETENT
                        ? HS__REVIEW__STATE__NOT_COMPETENT
                        : HS__REVIEW__STATE__CLOSED;
    review->result = given->result;
    review->given_at = at_ms;
    review->opinion = given->opinion;
    review->item_count = given->item_count;
    review->by_rules = given->by_rules;
    review->late = given->late;
    review->given_by = given->given_by;
    review->signer = given->signer;
    review->wake_at = 0;
    review->hold_asked = NULL;
    review->n_claims = given->n_claims;
    review->claims = given->claims;
    review->must_count = given->must_count;
    review->opinion_seq = entry.seq;
    review->after_verdict = proposal->verdict.len > 0;
    if (given->restated) {
        apply_restatement(proposal, given->department, arena);
    }
}

static void competence_settled(Hs__Proposal *proposal, const Hs__CompetenceSettled *settled)
{
    Hs__Review *review = apply_review(proposal, settled->department);

    if (settled->confirmed) {
        review->state = HS__REVIEW__STATE__CLOSED;
        review->result = HS__OPINION__RESULT__NOT_INVOLVED;
        return;
    }

    /* As before it was answered; a deadline that was recorded stays so. */
    review->state = review->late ? HS__REVIEW__STATE__OVERDUE : HS__REVIEW__STATE__OPEN;
    review->result = review->late ? HS__OPINION__RESULT__OVERDUE : HS__OPINION__RESULT__UNSPECIFIED;
    review->given_at = 0;
    review->opinion = (ProtobufCBinaryData){0};
    review->item_count = 0;
    review->by_rules = false;
    review->late = false;
    review->given_by = "";
    review->signer = "";
    review->wake_at = settled->wake_at;
    review->drafted_by = "";
    review->n_rectifications = 0;
    review->n_claims = 0;
    review->must_count = 0;
    review->opinion_seq = 0;
}

static void end_all_clocks(Hs__Proposal *proposal, int64_t at_ms, struct arena *arena)
{
    apply_clock_ended(proposal, HS__CLOCK__KIND__TOTAL, at_ms, arena);
    apply_clock_ended(proposal, HS__CLOCK__KIND__CORRECTION, at_ms, arena);
}

static void verdict_issued(Hs__Proposal *proposal, const Hs__VerdictIssued *issued,
                           struct event_entry entry, struct arena *arena)
{
    proposal->status = HS__PROPOSAL__STATUS__CONCLUDED;
    proposal->outcome = issued->outcome;
    proposal->verdict = issued->verdict;
    proposal->verdict_seq = entry.seq;
    proposal->concluded_at = entry.at_ms;
    proposal->n_questions = 0;
    proposal->questions_at = 0;
    end_all_clocks(proposal, entry.at_ms, arena);
    apply_clock_started(proposal, issued->decision, arena);
}

static void review_received(Hs__Proposal *proposal, const Hs__ReviewReceived *received,
                            int64_t at_ms)
{
    Hs__Review *review = apply_review(proposal, received->department);

    if (review->received_at == 0) {
        review->received_at = at_ms;
        review->wake_at = received->wake_at;
    }
}

static void gate_failed(Hs__Proposal *proposal, const Hs__GateFailed *failed)
{
    proposal->status = HS__PROPOSAL__STATUS__GATE_FAILED;
    proposal->n_failed_gates = failed->n_findings;
    proposal->failed_gates = failed->findings;
    proposal->n_missing = failed->n_missing;
    proposal->missing = failed->missing;
}

static void correction_requested(Hs__Proposal *proposal, const Hs__CorrectionRequested *requested,
                                 struct arena *arena)
{
    if (proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) { /* there the clocks of some stand */
        proposal->status = HS__PROPOSAL__STATUS__INCOMPLETE;
    }
    proposal->n_missing = requested->n_missing;
    proposal->missing = requested->missing;
    proposal->n_questions = 0; /* they are among them */
    proposal->questions_at = 0;
    proposal->wake_at = proposal_wake(proposal);
    apply_clock_started(proposal, requested->clock, arena);
}

static void proposal_withdrawn(Hs__Proposal *proposal, const Hs__ProposalWithdrawn *withdrawn,
                               int64_t at_ms, struct arena *arena)
{
    proposal->status = HS__PROPOSAL__STATUS__WITHDRAWN;
    proposal->withdrawn_reason = withdrawn->reason;
    proposal->concluded_at = at_ms;
    end_all_clocks(proposal, at_ms, arena);
}

/* What becomes of a packet: up to the round that it opens. */
static void apply_intake(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                         struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        proposal_submitted(proposal, event, at_ms);
    } else if (event->body_case == HS__EVENT__BODY_PACKET_REVISED) {
        packet_revised(proposal, event->packet_revised, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_GATE_FAILED) {
        gate_failed(proposal, event->gate_failed);
    } else if (event->body_case == HS__EVENT__BODY_CORRECTION_REQUESTED) {
        correction_requested(proposal, event->correction_requested, arena);
    } else if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
        round_opened(proposal, event->round_opened, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_PROPOSAL_WITHDRAWN) {
        proposal_withdrawn(proposal, event->proposal_withdrawn, at_ms, arena);
    }
}

/* What becomes of a review: from its receipt to the verdict that its opinion leads to. */
static void apply_answer(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                         struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_REVIEW_RECEIVED) {
        review_received(proposal, event->review_received, entry.at_ms);
    } else if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        opinion_given(proposal, event->opinion_given, entry, arena);
    } else if (event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED) {
        competence_settled(proposal, event->competence_settled);
    } else if (event->body_case == HS__EVENT__BODY_VERDICT_ISSUED) {
        verdict_issued(proposal, event->verdict_issued, entry, arena);
    }
}

/* Each part does nothing where the event is not its own; event_subject() names every event.
 * findings_recorded, review_escalated and clocks_recomputed are on record and change nothing. */
void apply_proposal(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                    struct arena *arena)
{
    apply_intake(proposal, event, entry.at_ms, arena);
    apply_answer(proposal, event, entry, arena);
    apply_opinion(proposal, event, entry, arena);
    apply_rounds(proposal, event, arena);
    apply_clocks(proposal, event, entry, arena);
    apply_conflict(proposal, event, entry.at_ms, arena);
    apply_approval(proposal, event, entry.at_ms, arena);
    apply_waiver(proposal, event, entry.at_ms, arena);
    apply_clocks_followed(proposal, entry.at_ms, arena);
}
