/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.h - the arithmetic of working days: which days count, when business closes, when a limit
 * of N working days ends.
 *
 * Pure: it knows nothing but the Calendar message it was made of. Days are counted from 1970-01-01
 * in the calendar's own zone, instants are milliseconds since the Unix epoch, UTC.
 *
 * The rules, with their source (民法典 = Civil Code, 行政许可法 = Administrative Licensing Law):
 *   - Limits are counted in working days, without public holidays (行政许可法 82).
 *   - The day of delivery is day 0 and is not counted (民法典 201). What is delivered at or after
 *     close of business, or on a day off, has its day 0 on the next working day, unless the
 * calendar says SAME_DAY.
 *   - A limit ends when business stops on its last day (民法典 203). That instant is still in time.
 *   - A half day is a working day whose business stops earlier.
 *   - A hold from one date to another adds the working days after the first, up to and with the
 *     second. Holds that overlap count once. Time before day 0 is not held.
 *   - Days of a year for which no notice was published are counted by their weekday alone, and what
 *     is so counted is provisional.
 */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"

enum {
    CALENDAR_YEARS_MAX = 200,
    CALENDAR_DAYS_MAX = 4096,  /* named by the notices and local documents of all years */
    CALENDAR_LIMIT_MAX = 1000, /* working days of one limit: beyond it an error is likelier */
    CALENDAR_HOLDS_MAX = 64,   /* of one clock */
};

enum special_kind { SPECIAL_OFF, SPECIAL_WORKING, SPECIAL_HALF };

/* A day that is not what its weekday says. */
struct special_day {
    int32_t day;
    enum special_kind kind;
    bool is_local;     /* a document of the place says so, whatever the notice says */
    int close_minute;  /* of a half day, after midnight */
    const char *cause; /* the notice's or the document's number */
};

/* Invariant: days is sorted, each day once; years is sorted, each once. Minutes count from
 * midnight; open <= lunch_from <= lunch_to < close, all equal to open where there is no break. */
struct calendar {
    const Hs__Calendar *source;
    const struct special_day *days;
    size_t day_count;
    const uint32_t *years; /* published */
    size_t year_count;
    int open_minute;
    int lunch_from_minute;
    int lunch_to_minute;
    int close_minute;
};

/* True, with @minute set, if @text is a time of day, 00:00 to 24:00. */
bool minute_from_text(const char *text, int *minute);

/* Returns the calendar that @source describes, in @arena, borrowing @source. Returns NULL if it has
 * a defect (lint_calendar() names it) or the arena is too small. */
struct calendar *calendar_build(const Hs__Calendar *source, struct arena *arena);

/* Returns the day on which @at_ms falls. */
int32_t calendar_day(const struct calendar *calendar, int64_t at_ms);

bool calendar_is_working(const struct calendar *calendar, int32_t day);

/* Returns what is special about @day, or NULL. */
const struct special_day *calendar_special(const struct calendar *calendar, int32_t day);

/* True if a notice was published for the year of @day. */
bool calendar_is_published(const struct calendar *calendar, int32_t day);

/* True if that is so of every year from that of @from to that of @to. */
bool calendar_are_published(const struct calendar *calendar, int32_t from, int32_t to);

/* Returns the instant of @minute after midnight of @day. */
int64_t calendar_instant(const struct calendar *calendar, int32_t day, int minute);

/* Returns when business opens and closes on @day; of a day off, when it would. */
int64_t calendar_open_ms(const struct calendar *calendar, int32_t day);
int64_t calendar_close_ms(const struct calendar *calendar, int32_t day);

/* Returns day 0 of what is delivered at @at_ms. */
int32_t calendar_day_zero(const struct calendar *calendar, int64_t at_ms);

/* Returns the @count-th working day after @day; @day itself if @count is 0. */
int32_t calendar_after(const struct calendar *calendar, int32_t day, uint32_t count);

/* Returns the @count-th working day before @day; @day itself if @count is 0. */
int32_t calendar_before(const struct calendar *calendar, int32_t day, uint32_t count);

/* Returns the time of business from @from_ms to the close of the day on which that falls, without
 * the break at noon; 0 on a day off. */
int64_t calendar_business_left_ms(const struct calendar *calendar, int64_t from_ms);

/* Returns the number of working days after @from, up to and with @to; 0 if @to is not later. */
uint32_t calendar_count(const struct calendar *calendar, int32_t from, int32_t to);

/* The clock stopped from one instant to another; its end is not before its beginning. */
struct hold_span {
    int64_t from_ms;
    int64_t to_ms;
};

/* Sorts @count spans and merges those that overlap or touch. Returns how many are left. */
size_t hold_spans_merge(struct hold_span *spans, size_t count);

/* Returns the instant at which @span_ms of office hours have passed since @from_ms. At most a year
 * of them is asked for. */
int64_t calendar_add_office_time(const struct calendar *calendar, int64_t from_ms, int64_t span_ms);

/* When a limit ends. */
struct due {
    int32_t day_zero;
    int32_t due_day;
    int64_t due_ms;     /* the last instant that is in time */
    uint32_t held_days; /* working days added by the holds */
    bool is_provisional;
};

/* Computes when a limit of @workdays (at most CALENDAR_LIMIT_MAX), delivered at @from_ms, ends,
 * with
 * @count holds (at most CALENDAR_HOLDS_MAX) in any order. A hold that begins after the limit has
 * ended adds nothing. */
struct due calendar_due(const struct calendar *calendar, int64_t from_ms, uint32_t workdays,
                        const struct hold_span *holds, size_t count);

#endif
