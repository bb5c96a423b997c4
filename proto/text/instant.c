/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/instant.h"

#include <stddef.h>
#include <stdio.h>

#include "lib/text.h"

enum {
    MS_PER_SECOND = 1000,
    MS_PER_MINUTE = 60 * MS_PER_SECOND,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
    MS_PER_DAY = 24 * MS_PER_HOUR,
    DAYS_PER_ERA = 146097,     /* 400 years of the Gregorian calendar */
    EPOCH_DAY_OF_ERAS = 719468 /* 1970-01-01, counted from 0000-03-01 */
};

static const int64_t first_ms = INT64_C(-62135596800000); /* 0001-01-01T00:00:00 */
static const int64_t end_ms = INT64_C(253402300800000);   /* 10000-01-01T00:00:00 */

/* A day of the Gregorian calendar. */
struct day {
    int64_t year;
    int64_t month;
    int64_t day;
};

/* Days are counted in years that begin in March, so that a leap day is the last of its year; five
 * months from March on have 153 days. */

static int64_t days_of(struct day day)
{
    int64_t year = day.month > 2 ? day.year : day.year - 1;
    int64_t month = day.month > 2 ? day.month - 3 : day.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + day.day - 1;

    return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - EPOCH_DAY_OF_ERAS;
}

static struct day day_of(int64_t days)
{
    int64_t since = days + EPOCH_DAY_OF_ERAS; /* never negative from the year 0001 on */
    int64_t era = since / DAYS_PER_ERA;
    int64_t day_of_era = since % DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    int64_t year = era * 400 + year_of_era;

    return (struct day){.year = month < 10 ? year : year + 1,
                        .month = month < 10 ? month + 3 : month - 9,
                        .day = day_of_year - (153 * month + 2) / 5 + 1};
}

bool instant_to_text(int64_t at_ms, int utc_offset_minutes, char out[INSTANT_BYTES])
{
    if (utc_offset_minutes < -INSTANT_OFFSET_MINUTES_MAX ||
        utc_offset_minutes > INSTANT_OFFSET_MINUTES_MAX || at_ms < first_ms || at_ms >= end_ms) {
        return false;
    }

    int64_t local_ms = at_ms + (int64_t)utc_offset_minutes * MS_PER_MINUTE;
    if (local_ms < first_ms || local_ms >= end_ms) {
        return false;
    }

    int64_t since_ms = local_ms - first_ms;
    struct day day = day_of(since_ms / MS_PER_DAY + first_ms / MS_PER_DAY);
    unsigned in_day = (unsigned)(since_ms % MS_PER_DAY);
    unsigned zone = (unsigned)(utc_offset_minutes < 0 ? -utc_offset_minutes : utc_offset_minutes);
    char fraction[8] = "";
    if (in_day % MS_PER_SECOND != 0) {
        (void)snprintf(fraction, sizeof fraction, ".%03u", in_day % MS_PER_SECOND);
    }
    (void)snprintf(out, INSTANT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u%s%c%02u:%02u",
                   (unsigned)day.year % 10000, (unsigned)day.month % 100, (unsigned)day.day % 100,
                   in_day / MS_PER_HOUR, in_day / MS_PER_MINUTE % 60, in_day / MS_PER_SECOND % 60,
                   fraction, utc_offset_minutes < 0 ? '-' : '+', zone / 60 % 100, zone % 60);
    return true;
}

/* ---- reading ---- */

/* What is left of a text being read. */
struct rest {
    struct bytes text;
    bool is_wrong;
};

static char next_char(struct rest *rest)
{
    if (rest->text.size == 0) {
        rest->is_wrong = true;
        return '\0';
    }
    rest->text.size--;
    return (char)*rest->text.data++;
}

/* Reads @count digits and then @end, unless that is '\0'. */
static int64_t read_digits(struct rest *rest, unsigned count, char end)
{
    int64_t value = 0;

    for (unsigned i = 0; i < count; i++) {
        char c = next_char(rest);

        rest->is_wrong = rest->is_wrong || c < '0' || c > '9';
        value = value * 10 + (c - '0');
    }
    if (end != '\0' && next_char(rest) != end) {
        rest->is_wrong = true;
    }
    return value;
}

/* Reads the milliseconds behind a point, if there is one. */
static int64_t read_fraction(struct rest *rest)
{
    int64_t value_ms = 0;
    int64_t weight_ms = 100;

    if (rest->text.size == 0 || rest->text.data[0] != '.') {
        return 0;
    }
    (void)next_char(rest);
    do {
        value_ms += read_digits(rest, 1, '\0') * weight_ms;
        weight_ms /= 10;
    } while (weight_ms > 0 && rest->text.size > 0 && rest->text.data[0] >= '0' &&
             rest->text.data[0] <= '9');
    return value_ms;
}

static int64_t read_offset_ms(struct rest *rest)
{
    char sign = next_char(rest);

    if (sign == 'Z' || sign == 'z') {
        return 0;
    }

    int64_t hours = read_digits(rest, 2, ':');
    int64_t minutes = hours * 60 + read_digits(rest, 2, '\0');
    if ((sign != '+' && sign != '-') || minutes - hours * 60 > 59 ||
        minutes > INSTANT_OFFSET_MINUTES_MAX) {
        rest->is_wrong = true;
    }
    return (sign == '-' ? -minutes : minutes) * MS_PER_MINUTE;
}

bool instant_from_text(struct bytes text, int64_t *at_ms)
{
    enum { DATE_SIZE = TEXT_DATE_BYTES - 1 };
    int32_t date = 0;

    if (text.size <= DATE_SIZE || !date_from_text((struct bytes){text.data, DATE_SIZE}, &date)) {
        return false;
    }

    struct rest rest = {.text = {text.data + DATE_SIZE, text.size - DATE_SIZE}};
    struct day day = {.year = date / 10000, .month = date / 100 % 100, .day = date % 100};
    char separator = next_char(&rest);
    int64_t hours = read_digits(&rest, 2, ':');
    int64_t minutes = read_digits(&rest, 2, ':');
    int64_t seconds = read_digits(&rest, 2, '\0');
    int64_t fraction_ms = read_fraction(&rest);
    int64_t offset_ms = read_offset_ms(&rest);
    if (rest.is_wrong || rest.text.size > 0 || hours > 23 || minutes > 59 || seconds > 60 ||
        (separator != 'T' && separator != 't' && separator != ' ')) {
        return false;
    }

    int64_t value_ms = days_of(day) * MS_PER_DAY + hours * MS_PER_HOUR + minutes * MS_PER_MINUTE +
                       seconds * MS_PER_SECOND + fraction_ms - offset_ms;
    if (value_ms < first_ms || value_ms >= end_ms) {
        return false;
    }
    *at_ms = value_ms;
    return true;
}
