/* SPDX-License-Identifier: Apache-2.0 */
/* Days and instants against the definition of the Gregorian calendar. */
#include <stdio.h>

#include "lib/check.h"
#include "lib/civil.h"
#include "lib/text.h"
#include "proto/text/instant.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/target.h"

__extension__ typedef __int128 wide;

enum { MS_A_MINUTE = 60000 };

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 0001-01-01, counted: years before this one, months before this one. */
static int day_by_counting(int year, int month, int day)
{
    int before = year - 1;
    int count = 365 * before + before / 4 - before / 100 + before / 400;

    for (int i = 1; i < month; i++) {
        count += days_of_month(year, i);
    }
    return count + day - 1;
}

static void test_date(int year, int month, int day)
{
    bool exists =
        year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_of_month(year, month);
    char text[TEXT_DATE_BYTES + 16];
    int32_t date = 0;

    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    require(date_from_text(bytes_of_text(text), &date) == exists);
    if (!exists) {
        return;
    }

    char again[TEXT_DATE_BYTES];
    require(date == year * 10000 + month * 100 + day);
    date_to_text(date, again);
    require(strcmp(text, again) == 0);

    int32_t number = civil_day(date);
    int counted = day_by_counting(year, month, day);
    require(number == CIVIL_DAY_MIN + counted);
    require(civil_date(number) == date);
    require((int)civil_weekday(number) == counted % 7); /* 0001-01-01 was a Monday */
}

static void test_day_at(int64_t at_ms, int offset_minutes)
{
    wide local = (wide)at_ms + (wide)offset_minutes * MS_A_MINUTE;
    wide day = local / CIVIL_DAY_MS - (local % CIVIL_DAY_MS < 0 ? 1 : 0);

    day = day < CIVIL_DAY_MIN ? CIVIL_DAY_MIN : day;
    day = day > CIVIL_DAY_MAX ? CIVIL_DAY_MAX : day;
    require(civil_day_at(at_ms, offset_minutes) == (int32_t)day);
}

static void test_instant(int64_t at_ms, int offset_minutes)
{
    char text[INSTANT_BYTES];
    int64_t again = 0;

    if (instant_to_text(at_ms, offset_minutes, text)) {
        require(strlen(text) < sizeof text);
        require(instant_from_text(bytes_of_text(text), &again) && again == at_ms);
    }
}

static void test_any_text(struct bytes text)
{
    int64_t at_ms = 0;
    int32_t date = 0;

    if (instant_from_text(text, &at_ms)) {
        char again[INSTANT_BYTES];

        require(instant_to_text(at_ms, 0, again));
    }
    if (date_from_text(text, &date)) {
        require(text.size == TEXT_DATE_BYTES - 1 && civil_date(civil_day(date)) == date);
    }
}

void fuzz_civil(struct bytes input)
{
    struct choices choices = {input};
    unsigned shape = choose(&choices, 4);

    if (shape == 0) {
        test_any_text(choices.rest);
    } else if (shape == 1) {
        int year = (int)(choose_byte(&choices) * 256 + choose_byte(&choices)) % 10000;
        int month = (int)choose(&choices, 15);

        test_date(year, month, (int)choose(&choices, 34));
    } else {
        int64_t at_ms = (int64_t)choose_u64(&choices);
        int offset = (int)(choose_byte(&choices) * 256 + choose_byte(&choices)) % 2200 - 1100;

        at_ms /= shape == 2 ? 1 : INT64_C(1) << choose(&choices, 40);
        test_day_at(at_ms, offset);
        test_instant(at_ms, offset);
    }
}
