/* SPDX-License-Identifier: Apache-2.0 */
/* 中止计时与恢复: clocks are held for a reason from the closed list, which a department asks for
 * and the office approves, and go on when it ends. 行政许可法 45: time so spent is not counted, and
 * the applicant is told in writing how long it takes. */
#include "core/wake.h"

#include <string.h>

#include "core/authorise.h"

/* The longest that may be expected of a hold: beyond it an error is likelier. */
#define HOLD_MS_MAX (INT64_C(366) * 24 * 3600 * 1000)

static bool is_office(const struct situation *situation)
{
    return principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__OFFICE);
}

static bool stands_for(Hs__Hold *const *holds, size_t count, Hs__Hold__Reason reason)
{
    for (size_t i = 0; i < count; i++) {
        if (holds[i]->to_at == 0 && holds[i]->reason == reason) {
            return true;
        }
    }
    return false;
}

static bool is_running(const struct situation *situation, const Hs__Review *review)
{
    return situation->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW &&
           (review->state == HS__REVIEW__STATE__OPEN || review->state == HS__REVIEW__STATE__HELD);
}

/* Holds for a correction come of what a packet lacks, not of a command. */
static bool hold_is_sound(const struct situation *situation, const Hs__Hold *hold,
                          struct decision *out)
{
    const char *fault = NULL;

    if (hold == NULL || hold->reason == HS__HOLD__REASON__UNSPECIFIED ||
        hold->reason == HS__HOLD__REASON__CORRECTION) {
        fault = "reason";
    } else if (hold->document[0] == '\0') {
        fault = "document";
    } else if (hold->ends_at <= situation->now_ms ||
               hold->ends_at > situation->now_ms + HOLD_MS_MAX) {
        fault = "ends_at";
    }
    if (fault != NULL) {
        decision_refuse(out, REFUSAL_HOLD_INVALID, fault);
    }
    return fault == NULL;
}

/* Returns the hold as it goes on record; NULL, with the decision refused, if it does not fit. */
static Hs__Hold *new_hold(const struct situation *situation, const Hs__Hold *asked,
                          struct decision *out)
{
    Hs__Hold *hold = decision_new(out, situation, &hs__hold__descriptor);

    if (hold != NULL) {
        hold->reason = asked->reason;
        hold->from_at = situation->now_ms;
        hold->ends_at = asked->ends_at;
        hold->document = asked->document;
        hold->note = asked->note;
        hold->asked_by = asked->asked_by;
        hold->whole = asked->whole;
    }
    return hold;
}

static Hs__ClockHeld *add_held(const struct situation *situation, const Hs__Hold *hold,
                               struct decision *out)
{
    Hs__ClockHeld *held = decision_event(out, situation, HS__EVENT__BODY_CLOCK_HELD);

    if (held != NULL) {
        held->round = situation->proposal->round;
        held->hold = (Hs__Hold *)(uintptr_t)hold;
    }
    return held;
}

static bool hold_review(const struct situation *situation, const Hs__Review *review,
                        const Hs__Hold *hold, struct decision *out)
{
    Hs__ClockHeld *held = add_held(situation, hold, out);
    bool is_sooner = review->state != HS__REVIEW__STATE__HELD || review->wake_at == 0 ||
                     hold->ends_at < review->wake_at;

    if (held != NULL) {
        held->department = review->department;
        held->wake_at = is_sooner ? hold->ends_at : review->wake_at;
    }
    return held != NULL;
}

/* Refuses a hold of a review that cannot be held, or for a reason it is held for already. */
static bool may_hold(const struct situation *situation, const Hs__Review *review,
                     Hs__Hold__Reason reason, struct decision *out)
{
    if (!is_running(situation, review)) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_RUNNING, review->department);
    } else if (stands_for(review->holds, review->n_holds, reason)) {
        decision_refuse(out, REFUSAL_ALREADY_HELD, review->department);
    } else if (review->n_holds == CALENDAR_HOLDS_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "holds");
    }
    return out->refusal == REFUSAL_NONE;
}

/* The applicant's own clock and a date that a condition names are not held. */
static bool is_holdable(const Hs__Clock *clock)
{
    return clock->ended_at == 0 && clock->kind != HS__CLOCK__KIND__CORRECTION &&
           clock->kind != HS__CLOCK__KIND__CONDITION;
}

static bool hold_clocks(const struct situation *situation, const Hs__Hold *hold,
                        struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;

    for (size_t i = 0; i < proposal->n_clocks; i++) {
        const Hs__Clock *clock = proposal->clocks[i];

        if (!is_holdable(clock) || clock->passed || clock->n_holds == CALENDAR_HOLDS_MAX ||
            stands_for(clock->holds, clock->n_holds, hold->reason)) {
            continue;
        }

        Hs__ClockHeld *held = add_held(situation, hold, out);
        if (held == NULL) {
            return false;
        }
        held->clock = clock->kind;
    }
    return true;
}

/* Every clock of the proposal that runs, but those held for that reason already. */
static void hold_whole(const struct situation *situation, const Hs__Hold *asked,
                       struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    Hs__Hold *hold = new_hold(situation, asked, out);

    if (hold == NULL) {
        return;
    }
    hold->whole = true;
    hold->approved_by = situation->signer->name;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (is_running(situation, review) && review->n_holds < CALENDAR_HOLDS_MAX &&
            !stands_for(review->holds, review->n_holds, hold->reason) &&
            !hold_review(situation, review, hold, out)) {
            return;
        }
    }
    if (hold_clocks(situation, hold, out) && out->event_count == 0) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_RUNNING, proposal->number);
    }
}

static void ask_hold(const struct situation *situation, const Hs__Review *review,
                     const Hs__Hold *wanted, struct decision *out)
{
    Hs__Hold *hold = new_hold(situation, wanted, out);

    if (review->hold_asked != NULL) {
        decision_refuse(out, REFUSAL_ALREADY_HELD, review->department);
        return;
    }

    Hs__HoldAsked *asked = decision_event(out, situation, HS__EVENT__BODY_HOLD_ASKED);
    if (asked != NULL && hold != NULL) {
        hold->asked_by = situation->signer->name;
        asked->round = situation->proposal->round;
        asked->department = review->department;
        asked->hold = hold;
    }
}

void decide_hold(const struct situation *situation, const Hs__HoldClock *command,
                 struct decision *out)
{
    Hs__Review *review = NULL;
    bool is_whole = command->review != NULL && command->review->department[0] == '\0';

    if (is_whole && situation->proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return;
    }
    if (is_whole && !is_office(situation)) {
        decision_refuse(out, REFUSAL_NOT_ALLOWED, NULL);
        return;
    }
    if (!is_whole &&
        !(is_office(situation) ? decision_review(situation, command->review, out, &review)
                               : decision_own_review(situation, command->review, out, &review))) {
        return;
    }
    if (!hold_is_sound(situation, command->hold, out) ||
        (!is_whole && !may_hold(situation, review, command->hold->reason, out))) {
        return;
    }
    if (is_whole) {
        hold_whole(situation, command->hold, out);
        return;
    }
    if (!is_office(situation)) {
        ask_hold(situation, review, command->hold, out);
        return;
    }

    Hs__Hold *hold = new_hold(situation, command->hold, out);
    if (hold != NULL) {
        hold->approved_by = situation->signer->name;
        (void)hold_review(situation, review, hold, out);
    }
}

void decide_answer_hold(const struct situation *situation, const Hs__AnswerHold *answer,
                        struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_review(situation, answer->review, out, &review)) {
        return;
    }
    if (review->hold_asked == NULL) {
        decision_refuse(out, REFUSAL_NO_HOLD_ASKED, review->department);
        return;
    }
    if (!answer->approved) {
        if (answer->reason[0] == '\0') {
            decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
            return;
        }

        Hs__HoldRefused *refused = decision_event(out, situation, HS__EVENT__BODY_HOLD_REFUSED);
        if (refused != NULL) {
            refused->round = situation->proposal->round;
            refused->department = review->department;
            refused->reason = answer->reason;
            refused->refused_by = situation->signer->name;
        }
        return;
    }
    if (!hold_is_sound(situation, review->hold_asked, out) ||
        !may_hold(situation, review, review->hold_asked->reason, out)) {
        return;
    }

    Hs__Hold *hold = new_hold(situation, review->hold_asked, out);
    if (hold != NULL) {
        hold->approved_by = situation->signer->name;
        (void)hold_review(situation, review, hold, out);
    }
}

/* ---- the end ---- */

/* Finds the reason whose hold is meant: the one named, or the only one that stands. */
static bool find_reason(Hs__Hold *const *holds, size_t count, Hs__Hold__Reason wanted,
                        Hs__Hold__Reason *out)
{
    size_t standing = 0;

    *out = wanted;
    if (wanted != HS__HOLD__REASON__UNSPECIFIED) {
        return stands_for(holds, count, wanted);
    }
    for (size_t i = 0; i < count; i++) {
        if (holds[i]->to_at == 0) {
            *out = holds[i]->reason;
            standing++;
        }
    }
    return standing == 1;
}

static bool resume_review(const struct situation *situation, const Hs__Review *review,
                          Hs__Hold__Reason reason, struct decision *out)
{
    const struct hold_end end = {.reason = reason, .to_ms = situation->now_ms};

    return wake_resume(situation, review, &end, out);
}

/* Finds for which reason the whole of @proposal is held: the one named, or the only one for which
 * the first of its clocks that stands does, or else the first of its reviews that is held as a
 * whole. */
static bool find_whole_reason(const Hs__Proposal *proposal, Hs__Hold__Reason wanted,
                              Hs__Hold__Reason *out)
{
    if (wanted != HS__HOLD__REASON__UNSPECIFIED) {
        *out = wanted;
        return true;
    }
    for (size_t i = 0; i < proposal->n_clocks; i++) {
        const Hs__Clock *clock = proposal->clocks[i];

        if (is_holdable(clock) && find_reason(clock->holds, clock->n_holds, wanted, out)) {
            return true;
        }
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        for (size_t j = 0; j < review->n_holds; j++) {
            if (review->holds[j]->to_at == 0 && review->holds[j]->whole) {
                *out = review->holds[j]->reason;
                return true;
            }
        }
    }
    return false;
}

static bool resume_clocks(const struct situation *situation, Hs__Hold__Reason reason,
                          struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    const struct hold_end end = {.reason = reason, .to_ms = situation->now_ms};

    for (size_t i = 0; i < proposal->n_clocks; i++) {
        const Hs__Clock *clock = proposal->clocks[i];

        if (is_holdable(clock) && stands_for(clock->holds, clock->n_holds, reason) &&
            !wake_resume_clock(situation, clock, &end, out)) {
            return false;
        }
    }
    return true;
}

/* Ends the holds of the whole proposal for one reason. */
static void resume_whole(const struct situation *situation, Hs__Hold__Reason wanted,
                         struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    Hs__Hold__Reason reason = HS__HOLD__REASON__UNSPECIFIED;

    if (!find_whole_reason(proposal, wanted, &reason)) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_HELD, proposal->number);
        return;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (stands_for(review->holds, review->n_holds, reason) &&
            !resume_review(situation, review, reason, out)) {
            return;
        }
    }
    if (resume_clocks(situation, reason, out) && out->event_count == 0) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_HELD, proposal->number);
    }
}

void decide_resume(const struct situation *situation, const Hs__ResumeClock *resume,
                   struct decision *out)
{
    Hs__Hold__Reason reason = HS__HOLD__REASON__UNSPECIFIED;
    Hs__Review *review = NULL;
    bool is_whole = resume->review != NULL && resume->review->department[0] == '\0';

    if (is_whole && situation->proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
    } else if (is_whole && !is_office(situation)) {
        decision_refuse(out, REFUSAL_NOT_ALLOWED, NULL);
    } else if (is_whole) {
        resume_whole(situation, resume->reason, out);
    } else if (is_office(situation)
                   ? decision_review(situation, resume->review, out, &review)
                   : decision_own_review(situation, resume->review, out, &review)) {
        if (review->state != HS__REVIEW__STATE__HELD ||
            !find_reason(review->holds, review->n_holds, resume->reason, &reason)) {
            decision_refuse(out, REFUSAL_CLOCK_NOT_HELD, review->department);
        } else if (reason == HS__HOLD__REASON__CORRECTION && !is_office(situation)) {
            decision_refuse(out, REFUSAL_NOT_ALLOWED, NULL); /* it ends with the answer */
        } else {
            (void)resume_review(situation, review, reason, out);
        }
    }
}
