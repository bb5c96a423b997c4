/* SPDX-License-Identifier: Apache-2.0 */
/* trusted_time.h - what time it is: what the machine's clocks say, held against what is on record.
 *
 * Pure and total. The office's record keeps an anchor: the time that was believed at one instant,
 * and where the boot clock stood then. Within one boot the wall clock must keep to the boot clock
 * within TIME_SLACK_MS of the anchor; the anchor does not move along, so many small steps are worth
 * no more than one. After a reboot the last entry of the journal is all that is known.
 *
 * What cannot be believed is suspect, and stays so, over steps back, restarts and reboots, until an
 * operator confirms the clock: time then goes on by the boot clock alone. In no state does it go
 * back behind the last entry. docs/time.md has the cases.
 *
 * Milliseconds since the Unix epoch, UTC; of the boot clock since the machine started.
 */
#ifndef CORE_TRUSTED_TIME_H
#define CORE_TRUSTED_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/message.h"

enum {
    TIME_SLACK_MS = 2000,     /* more than a leap second and the steps of a sound time service */
    TIME_BOOT_ID_BYTES = 128, /* of a boot id, with its terminator */
    TIME_GAP_DAYS = 7,        /* believed after a reboot, where nothing else is set */
    TIME_GAP_DAYS_MAX = 36500,
};

/* The last instant that can be told: the end of the year 9999. */
#define TIME_MS_MAX INT64_C(253402300799999)

/* What the machine says at one instant. */
struct time_reading {
    int64_t wall_ms;
    int64_t boot_ms;
    const char *boot_id; /* the same one, the same boot clock; not empty, borrowed */
    bool is_synchronised;
};

/* The office's settings. */
struct time_rules {
    int64_t gap_ms_max;   /* between the last entry and the wall clock, after a reboot */
    bool believes_reboot; /* any time forward is believed then, synchronised or not */
};

/* What is to be recorded about the clock. */
enum time_change {
    TIME_AS_KNOWN,
    TIME_ANCHORED_ANEW, /* clock_gap: a new boot, believed */
    TIME_SUSPECTED,     /* clock_suspected: from now on, or over a reboot */
};

struct trusted_time {
    int64_t now_ms;
    Hs__TrustedTime__Suspicion suspicion; /* NONE: trusted */
    enum time_change change;
};

/* Judges @reading by the office's record @known (NULL: nothing is known) and the time of the last
 * entry, @last_ms. A record that is garbled is as one of another boot. */
struct trusted_time trusted_time_judge(const Hs__TrustedTime *known,
                                       const struct time_reading *reading,
                                       const struct time_rules *rules, int64_t last_ms);

/* Returns @at_ms, or the first or last instant that can be told: a clock may say anything. */
int64_t trusted_time_bounded(int64_t at_ms);

/* True if @anchor can be reckoned with: an event that brings another is damaged. */
bool trusted_time_anchor_is_sound(const Hs__ClockAnchor *anchor);

#endif
