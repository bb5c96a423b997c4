/* SPDX-License-Identifier: Apache-2.0 */
/* lamp.h - how a review stands against its limit: a lamp that always has a word, the days that
 * count beside the real ones, and what is left.
 *
 * Pure: a function of the review's record, of what its limit is measured by, and of the time.
 * Instants are milliseconds since the Unix epoch, UTC.
 *
 * In working days:
 *   - counted: the working days after day 0, up to and with the day of the opinion (today, without
 *     one), less those held; on day 0 itself none.
 *   - held: the working days after a hold's first day, up to and with its last; holds that overlap
 *     or touch count once.
 *   - overdue: the working days after the day of the deadline, up to and with that of the opinion;
 *     at least one, also when it is late by a second.
 *   - an opinion given anew to settle a conflict changes none of it: the first one counts.
 *   - near: due today, or on the next working day.
 * A limit in elapsed time counts every day as a working day, and is near in its last fifth, at most
 * one day.
 */
#ifndef CORE_LAMP_H
#define CORE_LAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/calendar.h"
#include "proto/message.h"

/* In the order of urgency. */
enum lamp {
    LAMP_OVERDUE, /* red */
    LAMP_NEAR,    /* yellow */
    LAMP_RUNNING, /* green */
    LAMP_HELD,    /* grey */
    LAMP_LATE,    /* answered after its deadline */
    LAMP_TACIT,   /* purple */
    LAMP_DONE,    /* blue */
    LAMP_COUNT,
};

/* Returns the word of @lamp, static. */
const char *lamp_zh(enum lamp lamp);
const char *lamp_en(enum lamp lamp);

/* What a limit is measured by. */
struct lamp_measure {
    const struct calendar *calendar; /* NULL: elapsed time */
    int utc_offset_minutes;          /* of the office, for the dates of elapsed time */
};

/* A review's lamp at one time. What is left is 0 when the review was answered or is overdue, and
 * stands still while it is held; it is left_days and left_today_ms together. */
struct lamp_reading {
    enum lamp lamp;
    uint32_t counted_days;
    uint32_t real_days; /* dates passed since that of the dispatch */
    uint32_t held_days;
    uint32_t overdue_days;
    uint32_t left_days;    /* working days after today, up to and with the last */
    int64_t left_today_ms; /* of today's business; of elapsed time: beside whole days */
    int64_t left_ms;       /* of elapsed time till the deadline, below 0 after it; 0: no limit */
    bool is_provisional;   /* counted in a year whose notice is not published */
};

/* Reads the lamp of @review, which was dispatched, at @now_ms. */
struct lamp_reading lamp_read(const Hs__Review *review, const struct lamp_measure *measure,
                              int64_t now_ms);

/* True if the department still has to answer. */
bool lamp_is_open(enum lamp lamp);

#endif
