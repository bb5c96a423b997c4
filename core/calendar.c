/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "core/lint.h"
#include "lib/check.h"
#include "lib/civil.h"
#include "lib/text.h"

enum { MINUTE_MS = 60000, DAY_MINUTES = 24 * 60, YEAR_DIVISOR = 10000 };

bool minute_from_text(const char *text, int *minute)
{
    const char *shape = "dd:dd";

    for (size_t i = 0; i < sizeof "dd:dd"; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';

        if (shape[i] == 'd' ? !is_digit : text[i] != shape[i]) {
            return false;
        }
    }

    int hours = (text[0] - '0') * 10 + text[1] - '0';
    int minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (minutes > 59 || hours * 60 + minutes > DAY_MINUTES) {
        return false;
    }
    *minute = hours * 60 + minutes;
    return true;
}

/* ---- building ---- */

/* The days of a calendar while they are gathered. */
struct gathering {
    struct special_day *days;
    size_t count;
};

static void gather(struct gathering *gathering, const char *date, struct special_day special)
{
    int32_t value = 0;

    require(gathering->count < CALENDAR_DAYS_MAX);
    require(date_from_text(bytes_of_text(date), &value)); /* lint saw to both */
    special.day = civil_day(value);
    gathering->days[gathering->count++] = special;
}

static void gather_year(struct gathering *gathering, const Hs__CalendarYear *year)
{
    for (size_t i = 0; i < year->n_holidays; i++) {
        for (size_t j = 0; j < year->holidays[i]->n_days; j++) {
            gather(gathering, year->holidays[i]->days[j],
                   (struct special_day){.kind = SPECIAL_OFF, .cause = year->notice});
        }
    }
    for (size_t i = 0; i < year->n_work_days; i++) {
        gather(gathering, year->work_days[i],
               (struct special_day){.kind = SPECIAL_WORKING, .cause = year->notice});
    }
}

static void gather_local(struct gathering *gathering, const Hs__CalendarYear *year)
{
    for (size_t i = 0; i < year->n_local_days; i++) {
        const Hs__CalendarYear__LocalDay *local = year->local_days[i];
        struct special_day special = {
            .kind = SPECIAL_OFF, .is_local = true, .cause = local->document};

        if (minute_from_text(local->close, &special.close_minute)) {
            special.kind = SPECIAL_HALF;
        }
        gather(gathering, local->date, special);
    }
}

static int compare_days(const void *a, const void *b)
{
    const struct special_day *one = a;
    const struct special_day *other = b;

    if (one->day != other->day) {
        return one->day < other->day ? -1 : 1;
    }
    return (int)one->is_local - (int)other->is_local;
}

/* Sorts the days and keeps the last said of each: the place's own document over the notice. */
static void settle(struct gathering *gathering)
{
    size_t kept = 0;

    qsort(gathering->days, gathering->count, sizeof *gathering->days, compare_days);
    for (size_t i = 0; i < gathering->count; i++) {
        if (kept > 0 && gathering->days[kept - 1].day == gathering->days[i].day) {
            kept--;
        }
        gathering->days[kept++] = gathering->days[i];
    }
    gathering->count = kept;
}

/* Returns how many days @source names; one that is named twice counts twice. */
static size_t count_days(const Hs__Calendar *source)
{
    size_t count = 0;

    for (size_t i = 0; i < source->n_years; i++) {
        const Hs__CalendarYear *year = source->years[i];

        count += year->n_work_days + year->n_local_days;
        for (size_t j = 0; j < year->n_holidays; j++) {
            count += year->holidays[j]->n_days;
        }
    }
    return count;
}

static bool build_days(const Hs__Calendar *source, struct arena *arena, struct calendar *calendar)
{
    struct gathering gathering = {
        .days = arena_array(arena, count_days(source), sizeof(struct special_day))};
    uint32_t *years = arena_array(arena, source->n_years, sizeof *years);

    if (gathering.days == NULL || years == NULL) {
        return false;
    }
    for (size_t i = 0; i < source->n_years; i++) {
        years[i] = source->years[i]->year;
        gather_year(&gathering, source->years[i]);
        gather_local(&gathering, source->years[i]);
    }
    settle(&gathering);
    calendar->days = gathering.days;
    calendar->day_count = gathering.count;
    calendar->years = years;
    calendar->year_count = source->n_years;
    return true;
}

static void build_hours(const Hs__OfficeHours *hours, struct calendar *calendar)
{
    bool has_break = hours->lunch_from[0] != '\0';

    require(minute_from_text(hours->open, &calendar->open_minute));
    require(minute_from_text(hours->close, &calendar->close_minute));
    calendar->lunch_from_minute = calendar->open_minute;
    calendar->lunch_to_minute = calendar->open_minute;
    if (has_break) {
        require(minute_from_text(hours->lunch_from, &calendar->lunch_from_minute));
        require(minute_from_text(hours->lunch_to, &calendar->lunch_to_minute));
    }
}

static bool is_sound(const Hs__Calendar *source, struct arena *arena)
{
    struct defects *defects = arena_alloc(arena, sizeof *defects);

    if (defects == NULL) {
        return false;
    }
    defects_init(defects, arena);
    lint_calendar(source, defects);
    return defects->total == 0;
}

struct calendar *calendar_build(const Hs__Calendar *source, struct arena *arena)
{
    struct calendar *calendar = arena_alloc(arena, sizeof *calendar);

    if (calendar == NULL || !is_sound(source, arena)) {
        return NULL;
    }
    calendar->source = source;
    build_hours(source->hours, calendar);
    return build_days(source, arena, calendar) ? calendar : NULL;
}

/* ---- days ---- */

int32_t calendar_day(const struct calendar *calendar, int64_t at_ms)
{
    return civil_day_at(at_ms, calendar->source->utc_offset_minutes);
}

const struct special_day *calendar_special(const struct calendar *calendar, int32_t day)
{
    size_t low = 0;
    size_t high = calendar->day_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (calendar->days[middle].day < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < calendar->day_count && calendar->days[low].day == day ? &calendar->days[low]
                                                                       : NULL;
}

bool calendar_is_working(const struct calendar *calendar, int32_t day)
{
    const struct special_day *special = calendar_special(calendar, day);

    return special == NULL ? civil_weekday(day) <= FRIDAY : special->kind != SPECIAL_OFF;
}

static uint32_t year_of(int32_t day)
{
    return (uint32_t)civil_date(day) / YEAR_DIVISOR;
}

static bool is_published(const struct calendar *calendar, uint32_t year)
{
    for (size_t i = 0; i < calendar->year_count; i++) {
        if (calendar->years[i] == year) {
            return true;
        }
    }
    return false;
}

bool calendar_is_published(const struct calendar *calendar, int32_t day)
{
    return is_published(calendar, year_of(day));
}

bool calendar_are_published(const struct calendar *calendar, int32_t from, int32_t to)
{
    for (uint32_t year = year_of(from); year <= year_of(to); year++) {
        if (!is_published(calendar, year)) {
            return false;
        }
    }
    return true;
}

int64_t calendar_instant(const struct calendar *calendar, int32_t day, int minute)
{
    return (int64_t)day * CIVIL_DAY_MS +
           (int64_t)(minute - calendar->source->utc_offset_minutes) * MINUTE_MS;
}

int64_t calendar_open_ms(const struct calendar *calendar, int32_t day)
{
    return calendar_instant(calendar, day, calendar->open_minute);
}

int64_t calendar_close_ms(const struct calendar *calendar, int32_t day)
{
    const struct special_day *special = calendar_special(calendar, day);
    bool is_half = special != NULL && special->kind == SPECIAL_HALF;

    return calendar_instant(calendar, day,
                            is_half ? special->close_minute : calendar->close_minute);
}

/* Returns the time between the later of @from_ms and @open_ms, and @close_ms. */
static int64_t time_within(int64_t from_ms, int64_t open_ms, int64_t close_ms)
{
    int64_t begin_ms = from_ms > open_ms ? from_ms : open_ms;

    return close_ms > begin_ms ? close_ms - begin_ms : 0;
}

int64_t calendar_business_left_ms(const struct calendar *calendar, int64_t from_ms)
{
    int32_t day = calendar_day(calendar, from_ms);
    int64_t noon_ms = calendar_instant(calendar, day, calendar->lunch_from_minute);
    int64_t close_ms = calendar_close_ms(calendar, day);

    if (!calendar_is_working(calendar, day)) {
        return 0;
    }
    return time_within(from_ms, calendar_open_ms(calendar, day),
                       noon_ms < close_ms ? noon_ms : close_ms) +
           time_within(from_ms, calendar_instant(calendar, day, calendar->lunch_to_minute),
                       close_ms);
}

int32_t calendar_day_zero(const struct calendar *calendar, int64_t at_ms)
{
    int32_t day = calendar_day(calendar, at_ms);
    bool is_in_time =
        calendar_is_working(calendar, day) && at_ms < calendar_close_ms(calendar, day);

    if (is_in_time || calendar->source->after_hours == HS__CALENDAR__AFTER_HOURS__SAME_DAY) {
        return day;
    }
    return calendar_after(calendar, day, 1);
}

/* Returns the @count-th working day from @day in steps of @step. Ends: of seven days in a row five
 * are working days unless they are among CALENDAR_DAYS_MAX that are named. */
static int32_t walk(const struct calendar *calendar, int32_t day, uint32_t count, int32_t step)
{
    while (count > 0) {
        day += step;
        count -= calendar_is_working(calendar, day) ? 1 : 0;
    }
    return day;
}

int32_t calendar_after(const struct calendar *calendar, int32_t day, uint32_t count)
{
    return walk(calendar, day, count, 1);
}

int32_t calendar_before(const struct calendar *calendar, int32_t day, uint32_t count)
{
    return walk(calendar, day, count, -1);
}

/* Returns the days from Monday to Friday after @from, up to and with @to. */
static int32_t count_weekdays(int32_t from, int32_t to)
{
    int32_t days = to - from;
    int32_t count = days / 7 * 5;

    for (int32_t day = to - days % 7 + 1; day <= to; day++) {
        count += civil_weekday(day) <= FRIDAY ? 1 : 0;
    }
    return count;
}

uint32_t calendar_count(const struct calendar *calendar, int32_t from, int32_t to)
{
    int32_t count = to > from ? count_weekdays(from, to) : 0;

    for (size_t i = 0; i < calendar->day_count; i++) {
        const struct special_day *special = &calendar->days[i];

        if (special->day > from && special->day <= to) {
            count += special->kind != SPECIAL_OFF ? 1 : 0;
            count -= civil_weekday(special->day) <= FRIDAY ? 1 : 0;
        }
    }
    require(count >= 0);
    return (uint32_t)count;
}

/* ---- limits ---- */

static int compare_holds(const void *a, const void *b)
{
    const struct hold_span *one = a;
    const struct hold_span *other = b;

    return (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

size_t hold_spans_merge(struct hold_span *spans, size_t count)
{
    size_t merged = 0;

    if (count > 1) {
        qsort(spans, count, sizeof *spans, compare_holds);
    }
    for (size_t i = 0; i < count; i++) {
        if (merged > 0 && spans[i].from_ms <= spans[merged - 1].to_ms) {
            if (spans[i].to_ms > spans[merged - 1].to_ms) {
                spans[merged - 1].to_ms = spans[i].to_ms;
            }
        } else {
            spans[merged++] = spans[i];
        }
    }
    return merged;
}

/* Takes what lies of @left_ms in the office hours from @open_ms to @close_ms, after @now_ms. */
static void pass_hours(int64_t open_ms, int64_t close_ms, int64_t *now_ms, int64_t *left_ms)
{
    int64_t from_ms = *now_ms > open_ms ? *now_ms : open_ms;
    int64_t passed_ms = close_ms > from_ms ? close_ms - from_ms : 0;

    if (passed_ms == 0) {
        return;
    }
    passed_ms = passed_ms < *left_ms ? passed_ms : *left_ms;
    *now_ms = from_ms + passed_ms;
    *left_ms -= passed_ms;
}

int64_t calendar_add_office_time(const struct calendar *calendar, int64_t from_ms, int64_t span_ms)
{
    int32_t day = calendar_day(calendar, from_ms);
    int64_t now_ms = from_ms;

    while (span_ms > 0) {
        if (calendar_is_working(calendar, day)) {
            int64_t close_ms = calendar_close_ms(calendar, day);
            int64_t lunch_ms = calendar_instant(calendar, day, calendar->lunch_from_minute);
            int64_t back_ms = calendar_instant(calendar, day, calendar->lunch_to_minute);

            pass_hours(calendar_open_ms(calendar, day), lunch_ms < close_ms ? lunch_ms : close_ms,
                       &now_ms, &span_ms);
            if (span_ms > 0) {
                pass_hours(back_ms, close_ms, &now_ms, &span_ms);
            }
        }
        day++;
    }
    return now_ms;
}

struct due calendar_due(const struct calendar *calendar, int64_t from_ms, uint32_t workdays,
                        const struct hold_span *holds, size_t count)
{
    struct hold_span merged[CALENDAR_HOLDS_MAX];
    struct due due = {.day_zero = calendar_day_zero(calendar, from_ms)};

    require(workdays <= CALENDAR_LIMIT_MAX && count <= CALENDAR_HOLDS_MAX);
    if (count > 0) {
        memcpy(merged, holds, count * sizeof *holds);
        count = hold_spans_merge(merged, count);
    }
    due.due_day = calendar_after(calendar, due.day_zero, workdays);
    for (size_t i = 0; i < count && merged[i].from_ms <= calendar_close_ms(calendar, due.due_day);
         i++) {
        int32_t from = calendar_day(calendar, merged[i].from_ms);
        int32_t to = calendar_day(calendar, merged[i].to_ms);
        uint32_t held = calendar_count(calendar, from > due.day_zero ? from : due.day_zero, to);

        due.held_days += held;
        due.due_day = calendar_after(calendar, due.due_day, held);
    }
    due.due_ms = calendar_close_ms(calendar, due.due_day);
    due.is_provisional = !calendar_are_published(calendar, due.day_zero, due.due_day);
    return due;
}
