/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/instant.h"

#include <stddef.h>
#include <stdio.h>

#include "lib/civil.h"
#include "lib/text.h"

enum {
    MS_PER_SECOND = 1000,
    MS_PER_MINUTE = 60 * MS_PER_SECOND,
    MS_PER_HOUR = 60 * MS_PER_MINUTE,
};

static const int64_t first_ms = INT64_C(-62135596800000); /* 0001-01-01T00:00:00 */
static const int64_t end_ms = INT64_C(253402300800000);   /* 10000-01-01T00:00:00 */

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

    unsigned date = (unsigned)civil_date(civil_day_at(local_ms, 0));
    unsigned in_day = (unsigned)((local_ms - first_ms) % CIVIL_DAY_MS);
    unsigned zone = (unsigned)(utc_offset_minutes < 0 ? -utc_offset_minutes : utc_offset_minutes);
    char fraction[8] = "";
    if (in_day % MS_PER_SECOND != 0) {
        (void)snprintf(fraction, sizeof fraction, ".%03u", in_day % MS_PER_SECOND);
    }
    (void)snprintf(out, INSTANT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u%s%c%02u:%02u",
                   date / 10000 % 10000, date / 100 % 100, date % 100, in_day / MS_PER_HOUR,
                   in_day / MS_PER_MINUTE % 60, in_day / MS_PER_SECOND % 60, fraction,
                   utc_offset_minutes < 0 ? '-' : '+', zone / 60 % 100, zone % 60);
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

    int64_t value_ms = (int64_t)civil_day(date) * CIVIL_DAY_MS + hours * MS_PER_HOUR +
                       minutes * MS_PER_MINUTE + seconds * MS_PER_SECOND + fraction_ms - offset_ms;
    if (value_ms < first_ms || value_ms >= end_ms) {
        return false;
    }
    *at_ms = value_ms;
    return true;
}
