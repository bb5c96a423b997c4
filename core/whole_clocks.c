/* SPDX-License-Identifier: Apache-2.0 */
#include "core/whole_clocks.h"

#include "core/condition.h"
#include "core/conflict.h"
#include "lib/civil.h"
#include "lib/text.h"

enum { DAY_MINUTES = 24 * 60 };

bool whole_clock_new(const struct situation *situation, Hs__Clock__Kind kind, Hs__Limit *limit,
                     Hs__Clock **out)
{
    const struct clock_terms terms = {
        .limit = limit, .from_ms = situation->now_ms, .now_ms = situation->now_ms};

    *out = NULL;
    if (limit == NULL) {
        return true;
    }

    Hs__Clock *clock = message_new(&hs__clock__descriptor, situation->arena);
    if (clock != NULL) {
        struct clock_end end = clock_end_of(&terms, situation->calendar);

        clock->kind = kind;
        clock->limit = limit;
        clock->since_at = situation->now_ms;
        clock->due_at = end.due_ms;
        clock->provisional = end.is_provisional;
    }
    *out = clock;
    return clock != NULL;
}

bool whole_clock_decision(const struct situation *situation, Hs__Verdict__Outcome outcome,
                          Hs__Clock **out)
{
    const struct rulebook *rulebook = situation->rulebook;
    bool is_signed = outcome != HS__VERDICT__OUTCOME__RETURNED; /* that goes back without */
    Hs__Limit *limit = is_signed && rulebook != NULL ? rulebook->stage->decision : NULL;

    return whole_clock_new(situation, HS__CLOCK__KIND__DECISION, limit, out);
}

/* ---- conditions ---- */

static bool has_conditions(const Hs__Proposal *proposal)
{
    return proposal->outcome == HS__VERDICT__OUTCOME__CONDITIONAL &&
           (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED ||
            proposal->status == HS__PROPOSAL__STATUS__APPROVED);
}

/* True, with @date set, if @claim of @review is a condition with a date and not closed. */
static bool is_dated(const Hs__Proposal *proposal, const Hs__Review *review, const Hs__Claim *claim,
                     int32_t *date)
{
    return date_from_text(bytes_of_text(claim->close_by), date) &&
           condition_is_item(proposal, review, claim->item) &&
           condition_closed_item(proposal, review, claim->item) == NULL;
}

/* Returns the soonest date, after @past, of a condition of @proposal that is not closed; 0: none.
 */
static int32_t next_date(const Hs__Proposal *proposal, int32_t past)
{
    int32_t soonest = 0;

    for (size_t i = 0; has_conditions(proposal) && i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        for (size_t j = 0; j < review->n_claims; j++) {
            int32_t date = 0;

            if (is_dated(proposal, review, review->claims[j], &date) && date > past &&
                (soonest == 0 || date < soonest)) {
                soonest = date;
            }
        }
    }
    return soonest;
}

/* The clock of the next date, unless it runs already. A date lasts to its last moment. */
static bool next_condition(const struct situation *situation, const Hs__Proposal *after,
                           Hs__Clock **out)
{
    const struct calendar *calendar = situation->calendar;
    const Hs__Clock *running = proposal_clock(after, HS__CLOCK__KIND__CONDITION);
    bool is_passed = running != NULL && running->passed;
    int32_t past = 0;
    int32_t date = 0;

    *out = NULL;
    if (calendar == NULL) {
        return true;
    }
    past = is_passed ? civil_date(calendar_day(calendar, running->due_at)) : 0;
    date = next_date(after, past);
    if (date == 0) {
        return true;
    }

    int64_t due_ms = calendar_instant(calendar, civil_day(date), DAY_MINUTES) - 1;
    if (running != NULL && running->due_at == due_ms) {
        return true;
    }
    *out = message_new(&hs__clock__descriptor, situation->arena);
    if (*out != NULL) {
        (*out)->kind = HS__CLOCK__KIND__CONDITION;
        (*out)->since_at = situation->now_ms;
        (*out)->due_at = due_ms;
    }
    return *out != NULL;
}

/* ---- all of them ---- */

bool whole_clock_follows(Hs__Clock__Kind kind)
{
    return kind == HS__CLOCK__KIND__COORDINATION || kind == HS__CLOCK__KIND__CONSOLIDATION ||
           kind == HS__CLOCK__KIND__DECISION || kind == HS__CLOCK__KIND__CONDITION;
}

/* True if no department has to answer any more. One that is not competent has answered. */
static bool all_have_answered(const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (proposal->reviews[i]->state == HS__REVIEW__STATE__OPEN ||
            proposal->reviews[i]->state == HS__REVIEW__STATE__HELD) {
            return false;
        }
    }
    return proposal->round > 0;
}

bool whole_clock_is_wanted(const Hs__Proposal *proposal, Hs__Clock__Kind kind)
{
    bool is_in_review = proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW;

    switch (kind) {
    case HS__CLOCK__KIND__COORDINATION:
        return is_in_review && conflicts_are_open(proposal);
    case HS__CLOCK__KIND__CONSOLIDATION:
        return is_in_review && all_have_answered(proposal) && !conflicts_are_open(proposal);
    case HS__CLOCK__KIND__DECISION:
        return proposal->status == HS__PROPOSAL__STATUS__CONCLUDED && proposal->decision == NULL &&
               proposal->outcome != HS__VERDICT__OUTCOME__RETURNED;
    case HS__CLOCK__KIND__CONDITION:
        return next_date(proposal, 0) != 0;
    case HS__CLOCK__KIND__TOTAL:
    case HS__CLOCK__KIND__CORRECTION:
    case HS__CLOCK__KIND__UNSPECIFIED:
    case _HS__CLOCK__KIND_IS_INT_SIZE:
        break;
    }
    return false;
}

static void start(const struct situation *situation, const Hs__Proposal *after, Hs__Clock *clock,
                  struct decision *decision)
{
    Hs__ClockStarted *started = decision_new(decision, situation, &hs__clock_started__descriptor);
    Hs__Event *event = decision_add(decision, situation, after->id);

    if (started != NULL && event != NULL) {
        started->round = after->round;
        started->clock = clock;
        event->body_case = HS__EVENT__BODY_CLOCK_STARTED;
        event->clock_started = started;
    }
}

void whole_clocks_start(const struct situation *situation, const Hs__Proposal *after,
                        struct decision *decision)
{
    const Hs__Stage *stage = situation->rulebook == NULL ? NULL : situation->rulebook->stage;
    const struct {
        Hs__Clock__Kind kind;
        Hs__Limit *limit;
    } limited[] = {
        {HS__CLOCK__KIND__COORDINATION, stage == NULL ? NULL : stage->coordination},
        {HS__CLOCK__KIND__CONSOLIDATION, stage == NULL ? NULL : stage->consolidation},
    };
    Hs__Clock *clock = NULL;
    bool fits = true;

    for (size_t i = 0; i < sizeof limited / sizeof limited[0]; i++) {
        if (!whole_clock_is_wanted(after, limited[i].kind) ||
            proposal_clock(after, limited[i].kind) != NULL) {
            continue;
        }
        fits = fits && whole_clock_new(situation, limited[i].kind, limited[i].limit, &clock);
        if (fits && clock != NULL) {
            start(situation, after, clock, decision);
        }
    }
    fits = fits && next_condition(situation, after, &clock);
    if (fits && clock != NULL) {
        start(situation, after, clock, decision);
    }
    if (!fits) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
    }
}
