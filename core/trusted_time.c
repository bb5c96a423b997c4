/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trusted_time.h"

#include <string.h>

#define SUSPICION(name) HS__TRUSTED_TIME__SUSPICION__##name

static bool is_tellable(int64_t at_ms)
{
    return at_ms >= 0 && at_ms <= TIME_MS_MAX;
}

bool trusted_time_anchor_is_sound(const Hs__ClockAnchor *anchor)
{
    size_t size = anchor == NULL ? 0 : strlen(anchor->boot_id);

    return size > 0 && size < TIME_BOOT_ID_BYTES && anchor->boot_ms <= TIME_MS_MAX &&
           is_tellable(anchor->trusted_at);
}

int64_t trusted_time_bounded(int64_t at_ms)
{
    return at_ms < 0 ? 0 : at_ms > TIME_MS_MAX ? TIME_MS_MAX : at_ms;
}

static int64_t later(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

/* The time by the boot clock alone; what is bounded does not overflow. */
static int64_t reckoned(const Hs__ClockAnchor *anchor, const struct time_reading *reading)
{
    return anchor->trusted_at + trusted_time_bounded(reading->boot_ms) - (int64_t)anchor->boot_ms;
}

static struct trusted_time suspect(Hs__TrustedTime__Suspicion suspicion, int64_t now_ms)
{
    return (struct trusted_time){now_ms, suspicion, TIME_SUSPECTED};
}

/* The boot clock of @known's anchor still runs. */
static struct trusted_time judge_same_boot(const Hs__TrustedTime *known,
                                           const struct time_reading *reading, int64_t last_ms)
{
    int64_t wall_ms = trusted_time_bounded(reading->wall_ms);
    int64_t reckoned_ms = reckoned(known->anchor, reading);

    if (known->suspicion != SUSPICION(NONE)) {
        return (struct trusted_time){later(reckoned_ms, last_ms), known->suspicion, TIME_AS_KNOWN};
    }
    if (wall_ms > reckoned_ms + TIME_SLACK_MS) {
        return suspect(SUSPICION(AHEAD), later(reckoned_ms, last_ms));
    }
    if (wall_ms < reckoned_ms - TIME_SLACK_MS) {
        return suspect(SUSPICION(BEHIND), later(reckoned_ms, last_ms));
    }
    return (struct trusted_time){later(wall_ms, last_ms), SUSPICION(NONE), TIME_AS_KNOWN};
}

static struct trusted_time judge_new_boot(const struct time_reading *reading,
                                          const struct time_rules *rules, int64_t last_ms)
{
    int64_t wall_ms = trusted_time_bounded(reading->wall_ms);

    if (wall_ms < last_ms - TIME_SLACK_MS) {
        return suspect(SUSPICION(BACKWARD), last_ms);
    }
    if (!rules->believes_reboot && wall_ms - last_ms > rules->gap_ms_max) {
        return suspect(SUSPICION(LONG_GAP), last_ms);
    }
    if (!rules->believes_reboot && !reading->is_synchronised) {
        return suspect(SUSPICION(UNSYNCHRONISED), last_ms);
    }
    return (struct trusted_time){later(wall_ms, last_ms), SUSPICION(NONE), TIME_ANCHORED_ANEW};
}

struct trusted_time trusted_time_judge(const Hs__TrustedTime *known,
                                       const struct time_reading *reading,
                                       const struct time_rules *rules, int64_t last_ms)
{
    last_ms = trusted_time_bounded(last_ms);
    if (known != NULL && trusted_time_anchor_is_sound(known->anchor) &&
        strcmp(known->anchor->boot_id, reading->boot_id) == 0) {
        return judge_same_boot(known, reading, last_ms);
    }
    if (known != NULL && known->suspicion != SUSPICION(NONE)) {
        return suspect(known->suspicion, last_ms); /* a reboot proves nothing */
    }
    return judge_new_boot(reading, rules, last_ms);
}
