/* SPDX-License-Identifier: Apache-2.0 */
/* What is recorded about the clock: when it is believed, suspected, confirmed. */
#include "core/decide.h"

#include <string.h>

enum { REASON_BYTES_MAX = 1024 };

/* Returns an anchor of the boot clock as it is read, at a time that is believed. */
static Hs__ClockAnchor *new_anchor(const struct situation *situation, int64_t trusted_ms,
                                   struct decision *out)
{
    Hs__ClockAnchor *anchor = decision_new(out, situation, &hs__clock_anchor__descriptor);

    if (anchor != NULL) {
        anchor->boot_id = situation->reading->boot_id;
        anchor->boot_ms = (uint64_t)trusted_time_bounded(situation->reading->boot_ms);
        anchor->trusted_at = trusted_time_bounded(trusted_ms);
    }
    return anchor;
}

void decide_anchor(const struct situation *situation, struct decision *out)
{
    Hs__ClockAnchored *anchored = decision_new(out, situation, &hs__clock_anchored__descriptor);
    Hs__ClockAnchor *anchor = new_anchor(situation, situation->now_ms, out);
    Hs__Event *event = decision_add(out, situation, 0);

    if (anchored != NULL && anchor != NULL && event != NULL) {
        anchored->anchor = anchor;
        event->body_case = HS__EVENT__BODY_CLOCK_ANCHORED;
        event->clock_anchored = anchored;
    }
}

static void add_gap(const struct situation *situation, int64_t last_ms, struct decision *out)
{
    Hs__ClockGap *gap = decision_new(out, situation, &hs__clock_gap__descriptor);
    Hs__ClockAnchor *anchor = new_anchor(situation, situation->reading->wall_ms, out);
    Hs__Event *event = decision_add(out, situation, 0);

    if (gap != NULL && anchor != NULL && event != NULL) {
        gap->anchor = anchor;
        gap->from_at = last_ms;
        event->body_case = HS__EVENT__BODY_CLOCK_GAP;
        event->clock_gap = gap;
    }
}

static void add_suspicion(const struct situation *situation, const struct trusted_time *time,
                          struct decision *out)
{
    Hs__ClockSuspected *suspected = decision_new(out, situation, &hs__clock_suspected__descriptor);
    Hs__ClockAnchor *anchor = new_anchor(situation, time->now_ms, out);
    Hs__Event *event = decision_add(out, situation, 0);

    if (suspected != NULL && anchor != NULL && event != NULL) {
        suspected->suspicion = time->suspicion;
        suspected->anchor = anchor;
        suspected->wall_at = trusted_time_bounded(situation->reading->wall_ms);
        event->body_case = HS__EVENT__BODY_CLOCK_SUSPECTED;
        event->clock_suspected = suspected;
    }
}

void decide_time(const struct situation *situation, const struct trusted_time *time,
                 int64_t last_ms, struct decision *out)
{
    *out = (struct decision){.result = HS__RECEIPT__RESULT__INIT};
    if (time->change == TIME_ANCHORED_ANEW) {
        add_gap(situation, last_ms, out);
    } else if (time->change == TIME_SUSPECTED) {
        add_suspicion(situation, time, out);
    }
}

void decide_confirm_clock(const struct situation *situation, const Hs__ConfirmClock *confirm,
                          struct decision *out)
{
    const Hs__TrustedTime *known = situation->office->time;

    if (strlen(confirm->reason) > REASON_BYTES_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        return;
    }
    if (known == NULL || known->suspicion == HS__TRUSTED_TIME__SUSPICION__NONE) {
        return; /* it is believed already */
    }

    Hs__ClockConfirmed *confirmed = decision_new(out, situation, &hs__clock_confirmed__descriptor);
    Hs__ClockAnchor *anchor = new_anchor(situation, situation->reading->wall_ms, out);
    Hs__Event *event = decision_add(out, situation, 0);
    if (confirmed != NULL && anchor != NULL && event != NULL) {
        confirmed->anchor = anchor;
        confirmed->from_at = situation->now_ms;
        confirmed->suspicion = known->suspicion;
        confirmed->reason = confirm->reason;
        event->body_case = HS__EVENT__BODY_CLOCK_CONFIRMED;
        event->clock_confirmed = confirmed;
    }
}
