/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of a clock when its time has come, and when the calendar it goes by has changed. */
#include "core/wake.h"

#include "core/question.h"
#include "core/silence.h"
#include "lib/check.h"

int64_t wake_due(const struct situation *situation, const Hs__Review *review)
{
    int64_t due_ms = review_end(review, situation->calendar, situation->now_ms).due_ms;

    return review->due_at == 0 || due_ms < review->due_at ? review->due_at : due_ms;
}

int64_t wake_once_received(const struct situation *situation, const Hs__Review *review)
{
    const struct clock_law law = decision_law(situation);
    Hs__Review received = *review;

    if (received.received_at == 0) {
        received.received_at = situation->now_ms;
    }
    return review_wake(&received, &law);
}

/* ---- a due date computed anew ---- */

/* Returns @review as the calendar now in force makes it: a limit that has passed stays passed, and
 * what was passed by the move does not come. */
static Hs__Review moved_review(const struct situation *situation, const Hs__Review *review)
{
    const struct clock_law law = decision_law(situation);
    Hs__Review later = *review;

    if (review->state == HS__REVIEW__STATE__OPEN && review->due_at > 0) {
        later.due_at = wake_due(situation, review);
        later.provisional =
            review_end(review, situation->calendar, situation->now_ms).is_provisional;
    }
    later.rung_at = situation->now_ms;
    later.wake_at = review_wake(&later, &law);
    return later;
}

bool wake_move(const struct situation *situation, const Hs__Review *review,
               struct decision *decision)
{
    Hs__DeadlineMoved *moved = decision_event(decision, situation, HS__EVENT__BODY_DEADLINE_MOVED);
    const Hs__Review later = moved_review(situation, review);

    if (moved == NULL) {
        return false;
    }
    moved->round = situation->proposal->round;
    moved->department = review->department;
    moved->from_at = review->due_at;
    moved->due_at = later.due_at;
    moved->wake_at = later.wake_at;
    moved->provisional = later.provisional;
    return true;
}

/* True if the clock of @review goes otherwise by the calendar now in force: it ends or wakes at
 * another instant, or a rung would have come by now that did not. */
static bool is_moved(const struct situation *situation, const Hs__Review *review)
{
    const struct clock_law law = decision_law(situation);
    const Hs__Review later = moved_review(situation, review);
    Hs__Review unpassed = later;
    struct rungs passed;

    unpassed.rung_at = review->rung_at;
    review_rungs(&unpassed, &law, situation->now_ms, &passed);
    return (review->state == HS__REVIEW__STATE__OPEN ||
            review->state == HS__REVIEW__STATE__OVERDUE) &&
           (later.due_at != review->due_at || later.wake_at != review->wake_at ||
            later.provisional != review->provisional || passed.count > 0);
}

static struct clock_end end_of_clock(const Hs__Clock *clock, Hs__Hold *const *holds,
                                     const struct situation *situation)
{
    const struct clock_terms terms = {
        .limit = clock->limit,
        .from_ms = clock->since_at,
        .extensions = clock->extensions,
        .extension_count = clock->n_extensions,
        .holds = holds,
        .hold_count = clock->n_holds,
        .now_ms = situation->now_ms,
    };
    struct clock_end end = clock_end_of(&terms, situation->calendar);

    end.due_ms = end.due_ms < clock->due_at ? clock->due_at : end.due_ms;
    return end;
}

static bool is_standing(Hs__Hold *const *holds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (holds[i]->to_at == 0) {
            return true;
        }
    }
    return false;
}

static void move_clock(const struct situation *situation, const Hs__Clock *clock,
                       struct decision *decision)
{
    struct clock_end end = end_of_clock(clock, clock->holds, situation);

    if (clock->ended_at != 0 || clock->passed || is_standing(clock->holds, clock->n_holds) ||
        (end.due_ms == clock->due_at && end.is_provisional == (clock->provisional != 0))) {
        return;
    }

    Hs__DeadlineMoved *moved = decision_event(decision, situation, HS__EVENT__BODY_DEADLINE_MOVED);
    if (moved != NULL) {
        moved->round = situation->proposal->round;
        moved->clock = clock->kind;
        moved->from_at = clock->due_at;
        moved->due_at = end.due_ms;
        moved->provisional = end.is_provisional;
    }
}

void decide_recompute(const struct situation *situation, struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;

    *out = (struct decision){.result = HS__RECEIPT__RESULT__INIT};
    for (size_t i = 0; proposal != NULL && i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW && is_moved(situation, review) &&
            !wake_move(situation, review, out)) {
            return;
        }
    }
    for (size_t i = 0; proposal != NULL && i < proposal->n_clocks; i++) {
        move_clock(situation, proposal->clocks[i], out);
    }
}

/* ---- holds that end ---- */

Hs__Hold **holds_ended(Hs__Hold *const *holds, size_t count, const struct hold_end *end,
                       struct arena *arena)
{
    Hs__Hold **rows = arena_array(arena, count, sizeof(Hs__Hold *));
    Hs__Hold *copies = arena_array(arena, count, sizeof *copies);

    for (size_t i = 0; rows != NULL && copies != NULL && i < count; i++) {
        copies[i] = *holds[i];
        rows[i] = &copies[i];
        if (copies[i].to_at == 0 && copies[i].reason == end->reason) {
            copies[i].to_at = end->to_ms;
        }
    }
    return copies == NULL ? NULL : rows;
}

bool wake_resume(const struct situation *situation, const Hs__Review *review,
                 const struct hold_end *end, struct decision *decision)
{
    const struct clock_law law = decision_law(situation);
    Hs__ClockResumed *resumed = decision_event(decision, situation, HS__EVENT__BODY_CLOCK_RESUMED);
    Hs__Review later = *review;

    later.holds = holds_ended(review->holds, review->n_holds, end, situation->arena);
    if (resumed == NULL || later.holds == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return false;
    }
    resumed->round = situation->proposal->round;
    resumed->department = review->department;
    resumed->reason = end->reason;
    resumed->to_at = end->to_ms;
    resumed->by_itself = end->by_itself;
    resumed->due_at = review->due_at;
    resumed->provisional = review->provisional;
    if (!review_is_held(&later)) {
        struct clock_end clock_end = review_end(&later, situation->calendar, situation->now_ms);

        later.state = HS__REVIEW__STATE__OPEN;
        later.due_at = clock_end.due_ms < review->due_at ? review->due_at : clock_end.due_ms;
        later.rung_at = end->to_ms;
        resumed->due_at = later.due_at;
        resumed->provisional = clock_end.is_provisional;
    }
    resumed->wake_at = review_wake(&later, &law);
    return true;
}

bool wake_resume_clock(const struct situation *situation, const Hs__Clock *clock,
                       const struct hold_end *end, struct decision *decision)
{
    Hs__ClockResumed *resumed = decision_event(decision, situation, HS__EVENT__BODY_CLOCK_RESUMED);
    Hs__Hold **holds = holds_ended(clock->holds, clock->n_holds, end, situation->arena);

    if (resumed == NULL || holds == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return false;
    }

    struct clock_end clock_end = {.due_ms = clock->due_at, .is_provisional = clock->provisional};
    if (!is_standing(holds, clock->n_holds)) {
        clock_end = end_of_clock(clock, holds, situation);
    }
    resumed->round = situation->proposal->round;
    resumed->clock = clock->kind;
    resumed->reason = end->reason;
    resumed->to_at = end->to_ms;
    resumed->by_itself = end->by_itself;
    resumed->due_at = clock_end.due_ms;
    resumed->provisional = clock_end.is_provisional;
    return true;
}

/* Finds the hold whose end has come, the soonest first. */
static bool find_ended(Hs__Hold *const *holds, size_t count, int64_t now_ms, struct hold_end *out)
{
    *out = (struct hold_end){.to_ms = INT64_MAX, .by_itself = true};
    for (size_t i = 0; i < count; i++) {
        if (holds[i]->to_at == 0 && holds[i]->ends_at > 0 && holds[i]->ends_at <= now_ms &&
            holds[i]->ends_at < out->to_ms) {
            out->reason = holds[i]->reason;
            out->to_ms = holds[i]->ends_at;
        }
    }
    return out->to_ms != INT64_MAX;
}

/* ---- waking ---- */

static void add_rungs(const struct situation *situation, const Hs__Review *review,
                      const struct rungs *rungs, struct decision *decision)
{
    const struct clock_law law = decision_law(situation);
    Hs__RungReached *reached = decision_event(decision, situation, HS__EVENT__BODY_RUNG_REACHED);
    const char **ids = arena_array(situation->arena, rungs->count, sizeof *ids);
    Hs__Review later = *review;

    if (reached == NULL || ids == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    for (size_t i = 0; i < rungs->count; i++) {
        ids[i] = rungs->ids[i];
    }
    later.rung_at = rungs->last_ms;
    reached->round = situation->proposal->round;
    reached->department = review->department;
    reached->n_rungs = rungs->count;
    reached->rungs = ids;
    reached->rung_at = rungs->last_ms;
    reached->reminds = rungs->reminds;
    reached->wake_at = review_wake(&later, &law);
}

static void wake_running(const struct situation *situation, const Hs__Review *review,
                         struct decision *decision)
{
    const struct clock_law law = decision_law(situation);
    bool is_open = review->state == HS__REVIEW__STATE__OPEN;
    int64_t until_ms = situation->now_ms;
    struct rungs rungs;

    if (is_open && review->due_at > 0 && situation->now_ms > review->due_at) {
        if (wake_due(situation, review) > review->due_at) {
            (void)wake_move(situation, review, decision); /* by a calendar published since */
        } else if (silence_record(situation, review, decision)) {
            decision_conclude(situation, decision);
        }
        return;
    }
    review_rungs(review, &law, until_ms, &rungs);
    if (rungs.count > 0) {
        add_rungs(situation, review, &rungs, decision);
    } else {
        (void)wake_move(situation, review, decision);
    }
}

static void wake_review(const struct situation *situation, const char *department,
                        struct decision *decision)
{
    const Hs__Review *review = proposal_review(situation->proposal, department);
    struct hold_end end;

    if (situation->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW || review == NULL ||
        review->wake_at == 0 || situation->now_ms < review->wake_at) {
        return;
    }
    if (review->state == HS__REVIEW__STATE__HELD) {
        if (find_ended(review->holds, review->n_holds, situation->now_ms, &end)) {
            (void)wake_resume(situation, review, &end, decision);
        }
        return;
    }
    wake_running(situation, review, decision);
}

static void pass_clock(const struct situation *situation, const Hs__Clock *clock,
                       struct decision *decision)
{
    if (clock->kind == HS__CLOCK__KIND__CORRECTION) {
        Hs__CorrectionLapsed *lapsed =
            decision_event(decision, situation, HS__EVENT__BODY_CORRECTION_LAPSED);

        if (lapsed != NULL) {
            lapsed->due_at = clock->due_at;
        }
        return;
    }

    Hs__ClockPassed *passed = decision_event(decision, situation, HS__EVENT__BODY_CLOCK_PASSED);
    if (passed != NULL) {
        passed->kind = clock->kind;
        passed->due_at = clock->due_at;
    }
}

void wake_clock(const struct situation *situation, const Hs__Clock *clock,
                struct decision *decision)
{
    struct hold_end end;

    if (clock->ended_at != 0) {
        return;
    }
    if (find_ended(clock->holds, clock->n_holds, situation->now_ms, &end)) {
        (void)wake_resume_clock(situation, clock, &end, decision);
    } else if (!is_standing(clock->holds, clock->n_holds) && !clock->passed && clock->due_at > 0 &&
               situation->now_ms > clock->due_at) {
        size_t known = decision->event_count;

        move_clock(situation, clock, decision);
        if (decision->event_count == known && decision->refusal == REFUSAL_NONE) {
            pass_clock(situation, clock, decision);
        }
    }
}

/* One thing at a time: the next wake-up brings the next. */
static void wake_proposal(const struct situation *situation, struct decision *decision)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (proposal->questions_at > 0 && situation->now_ms >= proposal->questions_at &&
        proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
        question_send(situation, decision);
        return;
    }
    for (size_t i = 0; i < proposal->n_clocks && decision->event_count == 0; i++) {
        wake_clock(situation, proposal->clocks[i], decision);
        if (decision->event_count > 0 && proposal->clocks[i]->kind == HS__CLOCK__KIND__CONDITION) {
            decision_conclude(situation, decision); /* another date is the next */
        }
    }
}

void decide_wake(const struct situation *situation, const char *department, struct decision *out)
{
    *out = (struct decision){.result = HS__RECEIPT__RESULT__INIT};
    if (situation->proposal == NULL) {
        return;
    }
    if (department[0] == '\0') {
        wake_proposal(situation, out);
    } else {
        wake_review(situation, department, out);
    }
}
