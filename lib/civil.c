/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/civil.h"

enum {
    DAYS_A_WEEK = 7,
    DAYS_AN_ERA = 146097,      /* 400 years */
    EPOCH_DAY_OF_ERAS = 719468 /* 1970-01-01, counted from 0000-03-01 */
};

/* Years are taken to begin in March, so that a leap day is the last of its year; five months from
 * March on have 153 days. From 0001-01-01 on nothing here is negative. */

int32_t civil_day(int32_t date)
{
    int32_t month = date / 100 % 100;
    int32_t year = month > 2 ? date / 10000 : date / 10000 - 1;
    int32_t month_of_year = month > 2 ? month - 3 : month + 9;
    int32_t day_of_year = (153 * month_of_year + 2) / 5 + date % 100 - 1;

    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - EPOCH_DAY_OF_ERAS;
}

static int32_t within(int64_t day)
{
    return day < CIVIL_DAY_MIN ? CIVIL_DAY_MIN : day > CIVIL_DAY_MAX ? CIVIL_DAY_MAX : (int32_t)day;
}

int32_t civil_date(int32_t day)
{
    int32_t since = within(day) + EPOCH_DAY_OF_ERAS;
    int32_t of_era = since % DAYS_AN_ERA;
    int32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month = (5 * of_year + 2) / 153;
    int32_t year = since / DAYS_AN_ERA * 400 + year_of_era;

    return (month < 10 ? year : year + 1) * 10000 + (month < 10 ? month + 3 : month - 9) * 100 +
           of_year - (153 * month + 2) / 5 + 1;
}

int32_t civil_day_at(int64_t at_ms, int offset_minutes)
{
    const int64_t far_ms = INT64_MAX / 2; /* outside of all days, with room for any offset */
    int64_t near_ms = at_ms < -far_ms ? -far_ms : at_ms > far_ms ? far_ms : at_ms;
    int64_t local_ms = near_ms + (int64_t)offset_minutes * 60000;
    int64_t day = local_ms / CIVIL_DAY_MS - (local_ms % CIVIL_DAY_MS < 0 ? 1 : 0);

    return within(day);
}

enum weekday civil_weekday(int32_t day)
{
    int32_t since_monday = (day + THURSDAY) % DAYS_A_WEEK; /* 1970-01-01 was a Thursday */

    return (enum weekday)(since_monday < 0 ? since_monday + DAYS_A_WEEK : since_monday);
}
