/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <string.h>

#include "lib/check.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

#define NEVER INT64_MAX

/* ---- the end of a limit ---- */

static bool is_in_days(const Hs__Limit *limit)
{
    return limit != NULL && limit->span_case == HS__LIMIT__SPAN_WORKING_DAYS;
}

int64_t limit_elapsed_ms(const Hs__Limit *limit)
{
    switch (limit->span_case) {
    case HS__LIMIT__SPAN_HOURS:
        return (int64_t)limit->hours * HOUR_MS;
    case HS__LIMIT__SPAN_MINUTES:
        return (int64_t)limit->minutes * MINUTE_MS;
    case HS__LIMIT__SPAN_SECONDS:
        return (int64_t)limit->seconds * SECOND_MS;
    case HS__LIMIT__SPAN_WORKING_DAYS:
    case HS__LIMIT__SPAN__NOT_SET:
    case _HS__LIMIT__SPAN__CASE_IS_INT_SIZE:
        break;
    }
    return 0;
}

/* Returns the holds of @terms as spans, in @spans. */
static size_t spans_of(const struct clock_terms *terms, struct hold_span spans[CALENDAR_HOLDS_MAX])
{
    require(terms->hold_count <= CALENDAR_HOLDS_MAX);
    for (size_t i = 0; i < terms->hold_count; i++) {
        const Hs__Hold *hold = terms->holds[i];
        int64_t to_ms = hold->to_at == 0 ? terms->now_ms : hold->to_at;

        spans[i].from_ms = hold->from_at;
        spans[i].to_ms = to_ms > hold->from_at ? to_ms : hold->from_at;
    }
    return terms->hold_count;
}

static uint32_t days_of(const struct clock_terms *terms)
{
    uint64_t days = terms->limit->working_days;

    for (size_t i = 0; i < terms->extension_count; i++) {
        days += terms->extensions[i]->working_days;
    }
    return days < CALENDAR_LIMIT_MAX ? (uint32_t)days : CALENDAR_LIMIT_MAX;
}

static int64_t span_of(const struct clock_terms *terms)
{
    int64_t span_ms = limit_elapsed_ms(terms->limit);

    for (size_t i = 0; i < terms->extension_count; i++) {
        span_ms += (int64_t)terms->extensions[i]->seconds * SECOND_MS;
    }
    return span_ms;
}

static struct due due_in_days(const struct clock_terms *terms, const struct calendar *calendar,
                              uint32_t days)
{
    struct hold_span spans[CALENDAR_HOLDS_MAX];
    size_t count = spans_of(terms, spans);

    return calendar_due(calendar, terms->from_ms, days, spans, count);
}

/* Each hold that began before the end moves the end by its length. */
static int64_t due_in_elapsed(const struct clock_terms *terms, int64_t span_ms)
{
    struct hold_span spans[CALENDAR_HOLDS_MAX];
    size_t count = hold_spans_merge(spans, spans_of(terms, spans));
    int64_t due_ms = terms->from_ms + span_ms;

    for (size_t i = 0; i < count && spans[i].from_ms <= due_ms; i++) {
        int64_t from_ms = spans[i].from_ms > terms->from_ms ? spans[i].from_ms : terms->from_ms;

        due_ms += spans[i].to_ms > from_ms ? spans[i].to_ms - from_ms : 0;
    }
    return due_ms;
}

struct clock_end clock_end_of(const struct clock_terms *terms, const struct calendar *calendar)
{
    if (terms->limit == NULL) {
        return (struct clock_end){0};
    }
    if (!is_in_days(terms->limit)) {
        int64_t span_ms = span_of(terms);

        return (struct clock_end){.due_ms = span_ms > 0 ? due_in_elapsed(terms, span_ms) : 0};
    }
    if (calendar == NULL) {
        return (struct clock_end){0};
    }

    struct due due = due_in_days(terms, calendar, days_of(terms));
    return (struct clock_end){.due_ms = due.due_ms, .is_provisional = due.is_provisional};
}

static struct clock_terms terms_of(const Hs__Review *review, int64_t now_ms)
{
    return (struct clock_terms){
        .limit = review->limit,
        .from_ms = review->dispatched_at,
        .extensions = review->extensions,
        .extension_count = review->n_extensions,
        .holds = review->holds,
        .hold_count = review->n_holds,
        .now_ms = now_ms,
    };
}

struct clock_end review_end(const Hs__Review *review, const struct calendar *calendar,
                            int64_t now_ms)
{
    const struct clock_terms terms = terms_of(review, now_ms);

    return clock_end_of(&terms, calendar);
}

int64_t review_half(const Hs__Review *review, const struct calendar *calendar)
{
    const struct clock_terms terms = terms_of(review, review->dispatched_at);

    if (review->limit == NULL || review->due_at == 0) {
        return 0;
    }
    if (!is_in_days(review->limit)) {
        return due_in_elapsed(&terms, span_of(&terms) / 2);
    }
    if (calendar == NULL) {
        return 0;
    }
    return calendar_open_ms(calendar,
                            due_in_days(&terms, calendar, days_of(&terms) / 2 + 1).due_day);
}

bool review_is_held(const Hs__Review *review)
{
    for (size_t i = 0; i < review->n_holds; i++) {
        if (review->holds[i]->to_at == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the ladder ---- */

/* The opening of the @count-th working day after the day of @due_ms, or before it. That day may be
 * one off by now: a due date is not moved earlier. */
static int64_t opening_from(const struct calendar *calendar, int64_t due_ms, int64_t count)
{
    int32_t day = calendar_day(calendar, due_ms);

    if (count <= 0 && !calendar_is_working(calendar, day)) {
        day = calendar_before(calendar, day, 1);
    }
    day = count < 0 ? calendar_before(calendar, day, (uint32_t)-count)
                    : calendar_after(calendar, day, (uint32_t)count);
    return calendar_open_ms(calendar, day);
}

static int64_t unreceived_at(const Hs__Review *review, const struct calendar *calendar,
                             const Hs__Limit *limit)
{
    int64_t span_ms = limit_elapsed_ms(limit);

    if (review->received_at != 0 || review->state != HS__REVIEW__STATE__OPEN || span_ms == 0) {
        return NEVER;
    }
    return calendar == NULL ? review->dispatched_at + span_ms
                            : calendar_add_office_time(calendar, review->dispatched_at, span_ms);
}

static int64_t before_at(const Hs__Review *review, const struct calendar *calendar,
                         const Hs__Limit *offset)
{
    if (!is_in_days(offset)) {
        return review->due_at - limit_elapsed_ms(offset);
    }
    if (!is_in_days(review->limit) || calendar == NULL) {
        return NEVER;
    }
    return opening_from(calendar, review->due_at, -(int64_t)offset->working_days);
}

/* The first instant of an `after` rung beyond @after_ms. */
static int64_t after_at(const Hs__Review *review, const struct calendar *calendar,
                        const Hs__Rung *rung, int64_t after_ms)
{
    const Hs__Limit *offset = rung->after;

    if (!is_in_days(offset)) {
        int64_t span_ms = limit_elapsed_ms(offset);
        int64_t first_ms = review->due_at + span_ms;

        if (!rung->repeats || first_ms > after_ms || span_ms == 0) {
            return first_ms;
        }
        return first_ms + ((after_ms - first_ms) / span_ms + 1) * span_ms;
    }
    if (!is_in_days(review->limit) || calendar == NULL) {
        return NEVER;
    }

    int64_t first_ms = opening_from(calendar, review->due_at, offset->working_days);
    if (!rung->repeats || first_ms > after_ms) {
        return first_ms;
    }

    int32_t day = calendar_day(calendar, after_ms);
    bool is_today =
        calendar_is_working(calendar, day) && calendar_open_ms(calendar, day) > after_ms;
    return calendar_open_ms(calendar, is_today ? day : calendar_after(calendar, day, 1));
}

/* Returns the first instant of @rung after @after_ms, NEVER if there is none. */
static int64_t rung_at(const Hs__Review *review, const struct calendar *calendar,
                       const Hs__Rung *rung, int64_t after_ms)
{
    bool is_overdue = review->state == HS__REVIEW__STATE__OVERDUE;
    int64_t at_ms = NEVER;

    if (rung->least_days > 0 &&
        (!is_in_days(review->limit) || review->limit->working_days < rung->least_days)) {
        return NEVER;
    }
    switch (rung->at_case) {
    case HS__RUNG__AT_UNRECEIVED:
        at_ms = unreceived_at(review, calendar, rung->unreceived);
        break;
    case HS__RUNG__AT_HALF:
        at_ms = is_overdue ? NEVER : review_half(review, calendar);
        break;
    case HS__RUNG__AT_BEFORE:
        at_ms = is_overdue ? NEVER : before_at(review, calendar, rung->before);
        break;
    case HS__RUNG__AT_AFTER:
        at_ms = after_at(review, calendar, rung, after_ms);
        break;
    case HS__RUNG__AT__NOT_SET:
    case _HS__RUNG__AT__CASE_IS_INT_SIZE:
        break;
    }
    return at_ms > after_ms ? at_ms : NEVER;
}

/* Nobody is pressed about a review without a limit or one whose silence is only waited out. */
static bool has_ladder(const Hs__Review *review, const struct clock_law *law)
{
    bool is_overdue = review->state == HS__REVIEW__STATE__OVERDUE;

    return law->stage != NULL && review->due_at > 0 &&
           (review->state == HS__REVIEW__STATE__OPEN ||
            (is_overdue && review->silence != HS__SILENCE__DISPOSITION__WAIT));
}

static int64_t after_of(const Hs__Review *review)
{
    return review->rung_at > review->dispatched_at ? review->rung_at : review->dispatched_at;
}

static int64_t next_rung(const Hs__Review *review, const struct clock_law *law)
{
    int64_t next_ms = NEVER;

    for (size_t i = 0; has_ladder(review, law) && i < law->stage->n_ladder; i++) {
        int64_t at_ms = rung_at(review, law->calendar, law->stage->ladder[i], after_of(review));

        next_ms = at_ms < next_ms ? at_ms : next_ms;
    }
    return next_ms;
}

/* Returns the soonest end of the holds that stand, NEVER if none ends by itself. */
static int64_t hold_end(Hs__Hold *const *holds, size_t count)
{
    int64_t end_ms = NEVER;

    for (size_t i = 0; i < count; i++) {
        if (holds[i]->to_at == 0 && holds[i]->ends_at > 0 && holds[i]->ends_at < end_ms) {
            end_ms = holds[i]->ends_at;
        }
    }
    return end_ms;
}

int64_t review_wake(const Hs__Review *review, const struct clock_law *law)
{
    int64_t wake_ms = NEVER;

    if (review->state == HS__REVIEW__STATE__HELD) {
        wake_ms = hold_end(review->holds, review->n_holds);
    } else {
        wake_ms = next_rung(review, law);
        if (review->state == HS__REVIEW__STATE__OPEN && review->due_at > 0 &&
            review->due_at < wake_ms) {
            wake_ms = review->due_at + 1;
        }
    }
    return wake_ms == NEVER ? 0 : wake_ms;
}

/* Returns the last instant up to @until_ms of @rung, which repeats and came at @first_ms: what was
 * missed of it comes once. */
static int64_t last_repeat(const struct calendar *calendar, const Hs__Rung *rung, int64_t first_ms,
                           int64_t until_ms)
{
    if (is_in_days(rung->after)) {
        int32_t day = calendar_day(calendar, until_ms);
        bool is_today =
            calendar_is_working(calendar, day) && calendar_open_ms(calendar, day) <= until_ms;

        return calendar_open_ms(calendar, is_today ? day : calendar_before(calendar, day, 1));
    }

    int64_t span_ms = limit_elapsed_ms(rung->after);
    return span_ms == 0 ? first_ms : first_ms + (until_ms - first_ms) / span_ms * span_ms;
}

void review_rungs(const Hs__Review *review, const struct clock_law *law, int64_t until_ms,
                  struct rungs *out)
{
    *out = (struct rungs){.count = 0};
    for (size_t i = 0; has_ladder(review, law) && i < law->stage->n_ladder; i++) {
        const Hs__Rung *rung = law->stage->ladder[i];
        int64_t at_ms = rung_at(review, law->calendar, rung, after_of(review));

        if (at_ms > until_ms || out->count == CLOCK_RUNGS_MAX) {
            continue;
        }
        if (rung->repeats) {
            at_ms = last_repeat(law->calendar, rung, at_ms, until_ms);
        }
        out->ids[out->count++] = rung->id;
        out->last_ms = at_ms > out->last_ms ? at_ms : out->last_ms;
        out->reminds = out->reminds || strcmp(rung->to, "department") == 0;
    }
}

/* ---- the clocks of the whole ---- */

Hs__Clock *proposal_clock(const Hs__Proposal *proposal, Hs__Clock__Kind kind)
{
    for (size_t i = 0; i < proposal->n_clocks; i++) {
        if (proposal->clocks[i]->kind == kind && proposal->clocks[i]->ended_at == 0) {
            return proposal->clocks[i];
        }
    }
    return NULL;
}

static int64_t clock_wake(const Hs__Clock *clock)
{
    int64_t end_ms = hold_end(clock->holds, clock->n_holds);

    if (clock->ended_at != 0) {
        return NEVER;
    }
    for (size_t i = 0; i < clock->n_holds; i++) {
        if (clock->holds[i]->to_at == 0) {
            return end_ms; /* it stands */
        }
    }
    return clock->due_at == 0 || clock->passed ? NEVER : clock->due_at + 1;
}

int64_t proposal_wake(const Hs__Proposal *proposal)
{
    int64_t wake_ms = proposal->questions_at > 0 ? proposal->questions_at : NEVER;

    for (size_t i = 0; i < proposal->n_clocks; i++) {
        int64_t at_ms = clock_wake(proposal->clocks[i]);

        wake_ms = at_ms < wake_ms ? at_ms : wake_ms;
    }
    return wake_ms == NEVER ? 0 : wake_ms;
}
