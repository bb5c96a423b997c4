/* SPDX-License-Identifier: Apache-2.0 */
/* What events do to the clocks of reviews, and to what they stand for. Due dates and wake-ups come
 * with the events: no calendar is needed to read the journal. */
#include "core/apply_parts.h"

#include <string.h>

#include "core/clock.h"
#include "lib/check.h"

/* ---- holds ---- */

Hs__Hold **apply_holds_copied(Hs__Hold *const *holds, size_t count, size_t more,
                              struct arena *arena)
{
    Hs__Hold **rows = arena_array(arena, count + more, sizeof(Hs__Hold *));
    Hs__Hold *copies = arena_array(arena, count + more, sizeof *copies);

    require(rows != NULL && copies != NULL);
    for (size_t i = 0; i < count + more; i++) {
        copies[i] = i < count ? *holds[i] : (Hs__Hold)HS__HOLD__INIT;
        rows[i] = &copies[i];
    }
    return rows;
}

void apply_hold_ended(Hs__Hold *const *holds, size_t count, const Hs__ClockResumed *resumed)
{
    for (size_t i = 0; i < count; i++) {
        if (holds[i]->to_at == 0 && holds[i]->reason == resumed->reason) {
            holds[i]->to_at = resumed->to_at;
        }
    }
}

/* Nothing is asked for any more where no review waits for a correction. */
static void settle_correction(Hs__Proposal *proposal, int64_t at_ms, struct arena *arena)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        for (size_t j = 0; j < review->n_holds; j++) {
            if (review->holds[j]->to_at == 0 &&
                review->holds[j]->reason == HS__HOLD__REASON__CORRECTION) {
                return;
            }
        }
    }
    proposal->n_missing = 0;
    apply_clock_ended(proposal, HS__CLOCK__KIND__CORRECTION, at_ms, arena);
}

/* Who has answered asks for nothing more. */
static void drop_missing_of(Hs__Proposal *proposal, const char *department, struct arena *arena)
{
    Hs__MissingField **rows = arena_array(arena, proposal->n_missing, sizeof(Hs__MissingField *));
    size_t count = 0;

    require(rows != NULL);
    for (size_t i = 0; i < proposal->n_missing; i++) {
        Hs__MissingField *row =
            arena_copy(arena, (struct bytes){(const void *)proposal->missing[i], sizeof *row});
        const char **packs = arena_array(arena, row == NULL ? 0 : row->n_packs, sizeof *packs);
        size_t left = 0;

        require(row != NULL && packs != NULL);
        for (size_t j = 0; j < row->n_packs; j++) {
            if (strcmp(row->packs[j], department) != 0) {
                packs[left++] = row->packs[j];
            }
        }
        row->n_packs = left;
        row->packs = packs;
        if (left > 0) {
            rows[count++] = row;
        }
    }
    proposal->missing = rows;
    proposal->n_missing = count;
}

void apply_holds_ended(Hs__Proposal *proposal, Hs__Review *review, int64_t at_ms,
                       struct arena *arena)
{
    if (!review_is_held(review)) {
        return;
    }
    review->holds = apply_holds_copied(review->holds, review->n_holds, 0, arena);
    for (size_t i = 0; i < review->n_holds; i++) {
        if (review->holds[i]->to_at == 0) {
            review->holds[i]->to_at = at_ms;
        }
    }
    drop_missing_of(proposal, review->department, arena);
    settle_correction(proposal, at_ms, arena);
}

static void clock_held(Hs__Proposal *proposal, const Hs__ClockHeld *held, struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, held->department);
    review->holds = apply_holds_copied(review->holds, review->n_holds, 1, arena);
    *review->holds[review->n_holds++] = *held->hold;
    review->state = HS__REVIEW__STATE__HELD;
    review->wake_at = held->wake_at;
    if (held->hold->reason != HS__HOLD__REASON__CORRECTION) {
        review->hold_asked = NULL;
    }
}

static void clock_resumed(Hs__Proposal *proposal, const Hs__ClockResumed *resumed,
                          struct event_entry entry, struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, resumed->department);
    review->holds = apply_holds_copied(review->holds, review->n_holds, 0, arena);
    apply_hold_ended(review->holds, review->n_holds, resumed);
    review->wake_at = resumed->wake_at;
    if (!review_is_held(review)) {
        review->state = HS__REVIEW__STATE__OPEN;
        review->due_at = resumed->due_at;
        review->provisional = resumed->provisional;
        review->rung_at = resumed->to_at;
    }
    if (resumed->reason == HS__HOLD__REASON__CORRECTION) {
        review->packet = proposal->packet;
        review->packet_version = proposal->packet_version;
        settle_correction(proposal, entry.at_ms, arena);
    }
}

/* ---- the ladder and the due date ---- */

static void rung_reached(Hs__Proposal *proposal, const Hs__RungReached *reached, int64_t at_ms)
{
    Hs__Review *review = apply_review(proposal, reached->department);

    review->rung_at = reached->rung_at;
    review->wake_at = reached->wake_at;
    if (reached->reminds && at_ms <= review->due_at) {
        review->reminders++;
        review->reminded_at = at_ms;
    }
}

static void review_reminded(Hs__Proposal *proposal, const Hs__ReviewReminded *reminded,
                            int64_t at_ms)
{
    Hs__Review *review = apply_review(proposal, reminded->department);

    if (review->state != HS__REVIEW__STATE__OVERDUE) {
        review->reminders++;
    }
    review->reminded_at = at_ms;
}

static void deadline_moved(Hs__Proposal *proposal, const Hs__DeadlineMoved *moved, int64_t at_ms)
{

    Hs__Review *review = apply_review(proposal, moved->department);
    review->due_at = moved->due_at;
    review->wake_at = moved->wake_at;
    review->provisional = moved->provisional;
    review->rung_at = at_ms;
}

static void limit_extended(Hs__Proposal *proposal, const Hs__LimitExtended *extended, int64_t at_ms,
                           struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, extended->department);
    review->extensions =
        (Hs__Extension **)apply_grown(review->extensions, review->n_extensions, arena);
    review->extensions[review->n_extensions++] = extended->extension;
    review->due_at = extended->due_at;
    review->wake_at = extended->wake_at;
    review->provisional = extended->provisional;
    review->rung_at = at_ms;
    if (review->state == HS__REVIEW__STATE__OVERDUE) {
        review->state = HS__REVIEW__STATE__OPEN;
        review->result = HS__OPINION__RESULT__UNSPECIFIED;
    }
}

static void review_overdue(Hs__Proposal *proposal, const Hs__ReviewOverdue *overdue, int64_t at_ms,
                           struct arena *arena)
{
    Hs__Review *review = apply_review(proposal, overdue->department);

    apply_questions_dropped(proposal, overdue->department, arena);
    review->barrier = overdue->barrier;
    review->wake_at = overdue->wake_at;
    review->rung_at = overdue->due_at;
    if (overdue->disposition == HS__SILENCE__DISPOSITION__TACIT) {
        review->state = HS__REVIEW__STATE__CLOSED;
        review->result = HS__OPINION__RESULT__TACIT;
        review->given_at = at_ms;
        review->written_due_at = overdue->written_due_at;
        return;
    }
    review->state = HS__REVIEW__STATE__OVERDUE;
    review->result = HS__OPINION__RESULT__OVERDUE;
}

/* Lets every opinion of a round that has its verdict go on into another: one more than those of the
 * process, for it is nobody's revision. */
static void carry_round(Hs__Proposal *proposal, int64_t at_ms, struct arena *arena)
{
    Hs__Review **rows = arena_array(arena, proposal->n_reviews, sizeof(Hs__Review *));
    Hs__Review *reviews = arena_array(arena, proposal->n_reviews, sizeof *reviews);
    const uint32_t ended = proposal->round;

    require(rows != NULL && reviews != NULL);
    apply_round_remembered(proposal, arena);
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        reviews[i] = *proposal->reviews[i]; /* the round that ended keeps its own */
        rows[i] = &reviews[i];
        reviews[i].carried_from = reviews[i].carried_forward ? reviews[i].carried_from : ended;
        reviews[i].carried_forward = true;
        reviews[i].after_verdict = false; /* it is heard in this one */
    }
    proposal->reviews = rows;
    proposal->round = ended + 1;
    proposal->rounds_granted++;
    proposal->opened_at = at_ms;
    proposal->status = HS__PROPOSAL__STATUS__IN_REVIEW;
}

static Hs__Reopening *reopening_of(const Hs__ReviewReopened *reopened, int64_t at_ms,
                                   struct arena *arena)
{
    Hs__Reopening *reopening = message_new(&hs__reopening__descriptor, arena);

    require(reopening != NULL);
    reopening->ground = reopened->ground;
    reopening->reason = reopened->reason;
    reopening->reopened_by = reopened->reopened_by;
    reopening->reopened_at = at_ms;
    return reopening;
}

static void review_reopened(Hs__Proposal *proposal, const Hs__ReviewReopened *reopened,
                            int64_t at_ms, struct arena *arena)
{
    if (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED) {
        carry_round(proposal, at_ms, arena);
    }

    Hs__Review *review = apply_review(proposal, reopened->department);
    const Hs__LateOpinion *late = review->late_opinion;

    require(late != NULL); /* the store holds the event to it */
    review->state = HS__REVIEW__STATE__CLOSED;
    review->result = late->result;
    review->opinion = late->opinion;
    review->given_at = late->given_at;
    review->given_by = late->given_by;
    review->signer = late->signer;
    review->item_count = late->item_count;
    review->opinion_seq = late->seq;
    review->carried_from = review->carried_forward ? late->round : 0;
    review->by_rules = late->by_rules;
    review->late = true;
    review->reopening = reopening_of(reopened, at_ms, arena);
}

/* ---- stamps ---- */

static void received(Hs__Review *review, int64_t wake_ms, int64_t at_ms)
{
    if (review->received_at == 0) {
        review->received_at = at_ms;
        review->wake_at = wake_ms;
    }
}

static void review_marked(Hs__Proposal *proposal, const Hs__ReviewMarked *marked, int64_t at_ms)
{
    Hs__Review *review = apply_review(proposal, marked->department);

    received(review, marked->wake_at, at_ms); /* who reads it has received it */
    if (marked->mark == HS__MARK_REVIEW__MARK__ACCEPTED) {
        review->accepted_at = at_ms;
        review->accepted_by = marked->marked_by;
    }
    if (review->opened_at == 0) {
        review->opened_at = at_ms;
    }
}

static void review_delivered(Hs__Proposal *proposal, const Hs__ReviewDelivered *delivered,
                             int64_t at_ms)
{
    Hs__Review *review = apply_review(proposal, delivered->department);

    received(review, delivered->wake_at, at_ms);
    review->delivered_by = delivered->means;
}

static void correction_lapsed(Hs__Proposal *proposal, int64_t at_ms)
{
    proposal->status = HS__PROPOSAL__STATUS__LAPSED;
    proposal->concluded_at = at_ms;
    proposal->wake_at = 0;
}

/* ---- questions ---- */

static void question_asked(Hs__Proposal *proposal, const Hs__QuestionAsked *asked,
                           struct arena *arena)
{
    for (size_t i = 0; i < asked->n_questions; i++) {
        proposal->questions =
            (Hs__Question **)apply_grown(proposal->questions, proposal->n_questions, arena);
        proposal->questions[proposal->n_questions++] = asked->questions[i];
    }
    proposal->questions_at = asked->leaves_at;
    proposal->wake_at = proposal_wake(proposal);
}

void apply_questions_dropped(Hs__Proposal *proposal, const char *department, struct arena *arena)
{
    Hs__Question **kept = arena_array(arena, proposal->n_questions, sizeof *kept);
    size_t count = 0;

    require(kept != NULL);
    for (size_t i = 0; i < proposal->n_questions; i++) {
        if (strcmp(proposal->questions[i]->department, department) != 0) {
            kept[count++] = proposal->questions[i];
        }
    }
    proposal->questions = kept;
    proposal->n_questions = count;
    proposal->questions_at = count == 0 ? 0 : proposal->questions_at;
    proposal->wake_at = proposal_wake(proposal);
}

void apply_clocks(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                  struct arena *arena)
{
    if (apply_whole_clock(proposal, event, arena)) {
        return;
    }
    switch ((int)event->body_case) {
    case HS__EVENT__BODY_CLOCK_HELD:
        clock_held(proposal, event->clock_held, arena);
        break;
    case HS__EVENT__BODY_CLOCK_RESUMED:
        clock_resumed(proposal, event->clock_resumed, entry, arena);
        break;
    case HS__EVENT__BODY_RUNG_REACHED:
        rung_reached(proposal, event->rung_reached, entry.at_ms);
        break;
    case HS__EVENT__BODY_REVIEW_REMINDED:
        review_reminded(proposal, event->review_reminded, entry.at_ms);
        break;
    case HS__EVENT__BODY_DEADLINE_MOVED:
        deadline_moved(proposal, event->deadline_moved, entry.at_ms);
        break;
    case HS__EVENT__BODY_LIMIT_EXTENDED:
        limit_extended(proposal, event->limit_extended, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_REVIEW_OVERDUE:
        review_overdue(proposal, event->review_overdue, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_HOLD_ASKED:
        apply_review(proposal, event->hold_asked->department)->hold_asked = event->hold_asked->hold;
        break;
    case HS__EVENT__BODY_HOLD_REFUSED:
        apply_review(proposal, event->hold_refused->department)->hold_asked = NULL;
        break;
    case HS__EVENT__BODY_REVIEW_MARKED:
        review_marked(proposal, event->review_marked, entry.at_ms);
        break;
    case HS__EVENT__BODY_REVIEW_DELIVERED:
        review_delivered(proposal, event->review_delivered, entry.at_ms);
        break;
    case HS__EVENT__BODY_REVIEW_REOPENED:
        review_reopened(proposal, event->review_reopened, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_QUESTION_ASKED:
        question_asked(proposal, event->question_asked, arena);
        break;
    case HS__EVENT__BODY_CORRECTION_LAPSED:
        correction_lapsed(proposal, entry.at_ms);
        break;
    default: /* about something else */
        break;
    }
}
