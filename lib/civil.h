/* SPDX-License-Identifier: Apache-2.0 */
/* civil.h - the Gregorian calendar: dates as yyyymmdd, and the days between them. Pure.
 *
 * A day is counted from 1970-01-01, which is day 0. Dates are those of the years 0001 to 9999.
 */
#ifndef LIB_CIVIL_H
#define LIB_CIVIL_H

#include <stdint.h>

enum {
    CIVIL_DAY_MIN = -719162, /* 0001-01-01 */
    CIVIL_DAY_MAX = 2932896, /* 9999-12-31 */
    CIVIL_DAY_MS = 86400000,
};

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* Returns the day of @date (yyyymmdd), which must exist (date_from_text() sees to it). */
int32_t civil_day(int32_t date);

/* Returns the date (yyyymmdd) of @day, or the nearest one if that lies outside CIVIL_DAY_MIN to
 * CIVIL_DAY_MAX. */
int32_t civil_date(int32_t day);

/* Returns the day on which the instant @at_ms (milliseconds since the Unix epoch, UTC) falls where
 * clocks run @offset_minutes ahead of UTC; the nearest day inside the range if it lies outside. */
int32_t civil_day_at(int64_t at_ms, int offset_minutes);

enum weekday civil_weekday(int32_t day);

#endif
