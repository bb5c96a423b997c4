/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lib/civil, over every day of its range, against counting. */
#include "tests/lib/test.h"

#include <stdbool.h>

#include "lib/civil.h"

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Returns the date after @date, by the rules of a pupil. */
static int32_t next_date(int32_t date)
{
    static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t year = date / 10000;
    int32_t month = date / 100 % 100;
    int32_t length = lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);

    if (date % 100 < length) {
        return date + 1;
    }
    return month < 12 ? year * 10000 + (month + 1) * 100 + 1 : (year + 1) * 10000 + 101;
}

static void every_day_has_its_date_and_weekday(void **state)
{
    (void)state;
    int32_t date = 10101;
    int weekday = MONDAY; /* 0001-01-01, in the calendar carried back */

    for (int32_t day = CIVIL_DAY_MIN; day <= CIVIL_DAY_MAX; day++) {
        if (civil_date(day) != date || civil_day(date) != day ||
            civil_weekday(day) != (enum weekday)weekday) {
            fail_msg("day %d is %d, weekday %d; due: %d, weekday %d", day, civil_date(day),
                     (int)civil_weekday(day), date, weekday);
        }
        date = next_date(date);
        weekday = (weekday + 1) % 7;
    }
    assert_int_equal(date, 100000101);
}

static void an_instant_falls_on_the_local_day(void **state)
{
    enum { CHINA = 480, NEW_YORK_WINTER = -300 };
    const struct {
        int64_t at_ms;
        int offset;
        int32_t date;
    } rows[] = {
        {0, 0, 19700101},
        {-1, 0, 19691231},
        {INT64_C(951782400000), 0, 20000229},
        {INT64_C(951868800000), 0, 20000301},
        {INT64_C(1709164800000), CHINA, 20240229},
        {INT64_C(4107542400000), 0, 21000301},
        {INT64_C(1767225600000), NEW_YORK_WINTER, 20251231},
        {INT64_C(1767196799999), CHINA, 20251231},
        {INT64_C(1767196800000), CHINA, 20260101},
        {INT64_C(253402297200000), NEW_YORK_WINTER, 99991231}, /* 23:00 UTC of that day */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(civil_date(civil_day_at(rows[i].at_ms, rows[i].offset)), rows[i].date);
    }
}

static void what_lies_outside_becomes_the_nearest_day(void **state)
{
    (void)state;

    assert_int_equal(civil_date(INT32_MIN), 10101);
    assert_int_equal(civil_date(INT32_MAX), 99991231);
    assert_int_equal(civil_day_at(INT64_MIN, -1080), CIVIL_DAY_MIN);
    assert_int_equal(civil_day_at(INT64_MAX, 1080), CIVIL_DAY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_has_its_date_and_weekday),
        cmocka_unit_test(an_instant_falls_on_the_local_day),
        cmocka_unit_test(what_lies_outside_becomes_the_nearest_day),
    };

    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
