/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lamp.h"

#include "lib/civil.h"

enum {
    NEAR_WORKING_DAYS = 1,
    NEAR_PART = 5, /* of a limit in elapsed time: its last fifth */
};

/* ---- words ---- */

const char *lamp_zh(enum lamp lamp)
{
    static const char *const words[LAMP_COUNT] = {
        [LAMP_OVERDUE] = "逾期",  [LAMP_NEAR] = "临期",     [LAMP_RUNNING] = "进行中",
        [LAMP_HELD] = "中止计时", [LAMP_LATE] = "逾期办结", [LAMP_TACIT] = "逾期视为同意",
        [LAMP_DONE] = "按时办结",
    };

    return words[lamp];
}

const char *lamp_en(enum lamp lamp)
{
    static const char *const words[LAMP_COUNT] = {
        [LAMP_OVERDUE] = "overdue", [LAMP_NEAR] = "near",      [LAMP_RUNNING] = "running",
        [LAMP_HELD] = "on hold",    [LAMP_LATE] = "done late", [LAMP_TACIT] = "silent",
        [LAMP_DONE] = "in time",
    };

    return words[lamp];
}

bool lamp_is_open(enum lamp lamp)
{
    return lamp <= LAMP_HELD;
}

/* ---- days ---- */

static int32_t day_of(const struct lamp_measure *measure, int64_t at_ms)
{
    return measure->calendar == NULL ? civil_day_at(at_ms, measure->utc_offset_minutes)
                                     : calendar_day(measure->calendar, at_ms);
}

static int32_t day_zero_of(const struct lamp_measure *measure, int64_t at_ms)
{
    return measure->calendar == NULL ? day_of(measure, at_ms)
                                     : calendar_day_zero(measure->calendar, at_ms);
}

/* The days that count after @from, up to and with @to. */
static uint32_t count_days(const struct lamp_measure *measure, int32_t from, int32_t to)
{
    if (to <= from) {
        return 0;
    }
    return measure->calendar == NULL ? (uint32_t)(to - from)
                                     : calendar_count(measure->calendar, from, to);
}

/* The holds of @review up to @until_ms, merged; at most CALENDAR_HOLDS_MAX. Returns how many. */
static size_t take_holds(const Hs__Review *review, int64_t until_ms, struct hold_span *out)
{
    size_t count = 0;

    for (size_t i = 0; i < review->n_holds && count < CALENDAR_HOLDS_MAX; i++) {
        const Hs__Hold *hold = review->holds[i];
        int64_t to_ms = hold->to_at == 0 || hold->to_at > until_ms ? until_ms : hold->to_at;

        if (to_ms > hold->from_at) {
            out[count++] = (struct hold_span){hold->from_at, to_ms};
        }
    }
    return hold_spans_merge(out, count);
}

static uint32_t count_held(const Hs__Review *review, const struct lamp_measure *measure,
                           int64_t until_ms)
{
    struct hold_span holds[CALENDAR_HOLDS_MAX];
    int32_t day_zero = day_zero_of(measure, review->dispatched_at);
    size_t count = take_holds(review, until_ms, holds);
    uint32_t held = 0;

    for (size_t i = 0; i < count; i++) {
        int32_t from = day_of(measure, holds[i].from_ms);

        held +=
            count_days(measure, from > day_zero ? from : day_zero, day_of(measure, holds[i].to_ms));
    }
    return held;
}

/* ---- the lamp ---- */

/* When @review was answered: what was said anew to settle a conflict takes no time of it. */
static int64_t answered_at(const Hs__Review *review)
{
    return review->n_earlier > 0 ? review->earlier[0]->given_at : review->given_at;
}

/* When the clock of @review stopped: with the opinion, with the silence that was taken for one, at
 * the deadline; @now_ms if it has not. */
static int64_t stopped_at(const Hs__Review *review, int64_t now_ms)
{
    bool is_answered = review->state == HS__REVIEW__STATE__CLOSED ||
                       review->state == HS__REVIEW__STATE__NOT_COMPETENT;

    if (!is_answered) {
        return now_ms;
    }
    if (answered_at(review) != 0) {
        return answered_at(review);
    }
    return review->due_at != 0 && review->due_at < now_ms ? review->due_at : now_ms;
}

static bool is_near(const Hs__Review *review, const struct lamp_measure *measure, int64_t now_ms)
{
    if (measure->calendar != NULL) {
        return calendar_count(measure->calendar, calendar_day(measure->calendar, now_ms),
                              calendar_day(measure->calendar, review->due_at)) <= NEAR_WORKING_DAYS;
    }

    int64_t near_ms = (review->due_at - review->dispatched_at) / NEAR_PART;
    near_ms = near_ms < CIVIL_DAY_MS ? near_ms : CIVIL_DAY_MS;
    return review->due_at - now_ms <= near_ms;
}

static enum lamp lamp_of_answered(const Hs__Review *review)
{
    bool is_late = review->late || (review->due_at != 0 && answered_at(review) > review->due_at);

    if (review->result == HS__OPINION__RESULT__TACIT) {
        return LAMP_TACIT;
    }
    return is_late || review->result == HS__OPINION__RESULT__OVERDUE ? LAMP_LATE : LAMP_DONE;
}

static enum lamp lamp_of(const Hs__Review *review, const struct lamp_measure *measure,
                         int64_t now_ms)
{
    switch (review->state) {
    case HS__REVIEW__STATE__CLOSED:
    case HS__REVIEW__STATE__NOT_COMPETENT: /* its own clock has stopped; the lead has it */
        return lamp_of_answered(review);
    case HS__REVIEW__STATE__HELD:
        return LAMP_HELD;
    case HS__REVIEW__STATE__OVERDUE:
        return LAMP_OVERDUE;
    case HS__REVIEW__STATE__OPEN:
    case HS__REVIEW__STATE__UNSPECIFIED:
    case _HS__REVIEW__STATE_IS_INT_SIZE:
        break;
    }
    if (review->due_at == 0) {
        return LAMP_RUNNING;
    }
    if (now_ms > review->due_at) {
        return LAMP_OVERDUE;
    }
    return is_near(review, measure, now_ms) ? LAMP_NEAR : LAMP_RUNNING;
}

/* The instant from which what is left is counted: while the clock stands, when it was stopped. */
static int64_t counted_from(const Hs__Review *review, int64_t now_ms)
{
    int64_t from_ms = now_ms;

    for (size_t i = 0; review->state == HS__REVIEW__STATE__HELD && i < review->n_holds; i++) {
        const Hs__Hold *hold = review->holds[i];

        if (hold->to_at == 0 && hold->from_at < from_ms) {
            from_ms = hold->from_at;
        }
    }
    return from_ms;
}

static void read_left(const Hs__Review *review, const struct lamp_measure *measure, int64_t now_ms,
                      struct lamp_reading *reading)
{
    int64_t from_ms = counted_from(review, now_ms);
    const struct calendar *calendar = measure->calendar;

    if (!lamp_is_open(reading->lamp) || review->due_at == 0) {
        return;
    }
    reading->left_ms = review->due_at - from_ms;
    if (reading->left_ms <= 0) {
        return;
    }
    if (calendar == NULL) {
        reading->left_days = (uint32_t)(reading->left_ms / CIVIL_DAY_MS);
        reading->left_today_ms = reading->left_ms % CIVIL_DAY_MS;
        return;
    }
    reading->left_days = calendar_count(calendar, calendar_day(calendar, from_ms),
                                        calendar_day(calendar, review->due_at));
    reading->left_today_ms = calendar_business_left_ms(calendar, from_ms);
}

struct lamp_reading lamp_read(const Hs__Review *review, const struct lamp_measure *measure,
                              int64_t now_ms)
{
    struct lamp_reading reading = {.lamp = lamp_of(review, measure, now_ms)};
    int64_t until_ms = stopped_at(review, now_ms);
    int32_t day_zero = day_zero_of(measure, review->dispatched_at);
    int32_t first = day_of(measure, review->dispatched_at);
    int32_t last = day_of(measure, until_ms);
    uint32_t counted = count_days(measure, day_zero, last);

    reading.held_days = count_held(review, measure, until_ms);
    reading.counted_days = counted > reading.held_days ? counted - reading.held_days : 0;
    reading.real_days = last > first ? (uint32_t)(last - first) : 0;
    if (reading.lamp == LAMP_OVERDUE || reading.lamp == LAMP_LATE) {
        uint32_t overdue = count_days(measure, day_of(measure, review->due_at), last);

        reading.overdue_days = overdue > 0 ? overdue : 1;
    }
    if (measure->calendar != NULL) {
        int32_t due = review->due_at == 0 ? last : day_of(measure, review->due_at);

        reading.is_provisional =
            !calendar_are_published(measure->calendar, day_zero, due > last ? due : last);
    }
    read_left(review, measure, now_ms, &reading);
    return reading;
}
