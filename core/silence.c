/* SPDX-License-Identifier: Apache-2.0 */
#include "core/silence.h"

#include <string.h>

static bool is_provided(const Hs__Seat *seat)
{
    return seat != NULL && seat->silence != NULL &&
           seat->silence->disposition == HS__SILENCE__DISPOSITION__TACIT &&
           seat->silence->basis[0] != '\0';
}

static bool is_received_early(const Hs__Review *review, const struct calendar *calendar)
{
    return review->received_at != 0 && review->received_at <= review_half(review, calendar);
}

Hs__Review__Barrier silence_barrier(const Hs__Review *review, const Hs__Seat *seat,
                                    const Hs__Department *department,
                                    const struct calendar *calendar)
{
    if (!is_provided(seat)) {
        return HS__REVIEW__BARRIER__NOT_PROVIDED;
    }
    if (department == NULL || department->safety_critical) {
        return HS__REVIEW__BARRIER__SAFETY_CRITICAL;
    }
    if (!is_received_early(review, calendar)) {
        return HS__REVIEW__BARRIER__NOT_RECEIVED;
    }
    if (review->reminders < SILENCE_REMINDERS_MIN) {
        return HS__REVIEW__BARRIER__NOT_REMINDED;
    }
    if (review->n_holds > 0 || review->n_extensions > 0) {
        return HS__REVIEW__BARRIER__CLOCK_CHANGED;
    }
    if (review->must_open) {
        return HS__REVIEW__BARRIER__MUST_CHECK;
    }
    return review->provisional ? HS__REVIEW__BARRIER__PROVISIONAL : HS__REVIEW__BARRIER__NONE;
}

static const Hs__Seat *seat_of(const struct situation *situation, const char *department)
{
    const Hs__Stage *stage = situation->rulebook == NULL ? NULL : situation->rulebook->stage;

    for (size_t i = 0; stage != NULL && i < stage->n_seats; i++) {
        if (strcmp(stage->seats[i]->department, department) == 0) {
            return stage->seats[i];
        }
    }
    return NULL;
}

/* By when a department whose silence was taken for consent owes its opinion in writing. */
static int64_t written_due(const struct situation *situation, const Hs__Review *review,
                           const Hs__Seat *seat)
{
    const struct clock_terms terms = {
        .limit = seat->silence->written,
        .from_ms = review->due_at,
        .now_ms = situation->now_ms,
    };

    if (situation->calendar == NULL || terms.limit == NULL ||
        terms.limit->span_case != HS__LIMIT__SPAN_WORKING_DAYS) {
        return clock_end_of(&terms, situation->calendar).due_ms;
    }

    /* Counted from the day on which it was due, though that day's business is over. */
    int32_t day = calendar_day(situation->calendar, review->due_at);
    return calendar_close_ms(situation->calendar,
                             calendar_after(situation->calendar, day, terms.limit->working_days));
}

/* What is done about the silence: consent only where nothing stands against it. */
static Hs__Silence__Disposition disposition_of(const Hs__Review *review,
                                               Hs__Review__Barrier barrier)
{
    if (review->silence == HS__SILENCE__DISPOSITION__TACIT &&
        barrier != HS__REVIEW__BARRIER__NONE) {
        return HS__SILENCE__DISPOSITION__ESCALATE;
    }
    return review->silence;
}

bool silence_record(const struct situation *situation, const Hs__Review *review,
                    struct decision *decision)
{
    const Hs__Seat *seat = seat_of(situation, review->department);
    Hs__ReviewOverdue *overdue =
        decision_event(decision, situation, HS__EVENT__BODY_REVIEW_OVERDUE);

    if (overdue == NULL) {
        return false;
    }
    overdue->round = situation->proposal->round;
    overdue->department = review->department;
    overdue->due_at = review->due_at;
    if (review->silence == HS__SILENCE__DISPOSITION__TACIT) {
        overdue->barrier = silence_barrier(
            review, seat, decision_department(situation, review->department), situation->calendar);
    }
    overdue->disposition = disposition_of(review, overdue->barrier);
    if (overdue->disposition == HS__SILENCE__DISPOSITION__TACIT) {
        overdue->written_due_at = written_due(situation, review, seat);
    } else {
        const struct clock_law law = decision_law(situation);
        Hs__Review silent = *review;

        silent.state = HS__REVIEW__STATE__OVERDUE;
        silent.silence = overdue->disposition;
        silent.rung_at = review->due_at; /* what was missed before is left out */
        overdue->wake_at = review_wake(&silent, &law);
    }
    return true;
}

/* A late opinion counts in place of the silence only for safety or legality, by the lead. Where the
 * round has its verdict already, which stays, the other opinions go on into another round and its
 * verdict follows at once. */
void decide_reopen(const struct situation *situation, const Hs__ReopenReview *reopen,
                   struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_review(situation, reopen->review, out, &review)) {
        return;
    }
    if (review->result != HS__OPINION__RESULT__TACIT || review->late_opinion == NULL) {
        decision_refuse(out, REFUSAL_NO_LATE_OPINION, review->department);
    } else if (situation->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW &&
               situation->proposal->status != HS__PROPOSAL__STATUS__CONCLUDED) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, situation->proposal->number);
    } else if (reopen->ground == HS__REOPENING__GROUND__UNSPECIFIED) {
        decision_refuse(out, REFUSAL_GROUND_MISSING, NULL);
    } else if (reopen->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
    }
    if (out->refusal != REFUSAL_NONE) {
        return;
    }

    Hs__ReviewReopened *reopened = decision_event(out, situation, HS__EVENT__BODY_REVIEW_REOPENED);
    if (reopened != NULL) {
        reopened->round = situation->proposal->round;
        reopened->department = review->department;
        reopened->ground = reopen->ground;
        reopened->reason = reopen->reason;
        reopened->reopened_by = situation->signer->name;
        decision_conclude(situation, out);
    }
}
