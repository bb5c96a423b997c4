/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/local_time.h"

#include <string.h>

#include "core/calendar.h"
#include "lib/civil.h"
#include "lib/text.h"

enum {
    DATE_SIZE = TEXT_DATE_BYTES - 1,
    TIME_SIZE = sizeof "10:20" - 1,
    DAY_MINUTES = 24 * 60,
    MINUTE_MS = 60000,
};

static int64_t instant(int32_t date, int minute, int offset_minutes)
{
    return (int64_t)civil_day(date) * CIVIL_DAY_MS + (int64_t)(minute - offset_minutes) * MINUTE_MS;
}

bool local_time_read(struct bytes text, int offset_minutes, int64_t *at_ms)
{
    char time[TIME_SIZE + 1] = "";
    int32_t date = 0;
    int minute = 0;

    if (text.size != DATE_SIZE + 1 + TIME_SIZE ||
        (text.data[DATE_SIZE] != ' ' && text.data[DATE_SIZE] != 'T') ||
        !date_from_text((struct bytes){text.data, DATE_SIZE}, &date)) {
        return false;
    }
    memcpy(time, text.data + DATE_SIZE + 1, TIME_SIZE);
    if (!minute_from_text(time, &minute)) {
        return false;
    }
    *at_ms = instant(date, minute, offset_minutes);
    return true;
}

bool local_time_read_end(struct bytes text, int offset_minutes, int64_t *at_ms)
{
    int32_t date = 0;

    if (!date_from_text(text, &date)) {
        return local_time_read(text, offset_minutes, at_ms);
    }
    *at_ms = instant(date, DAY_MINUTES - 1, offset_minutes);
    return true;
}
