/* SPDX-License-Identifier: Apache-2.0 */
/* The clock as the broker sees it between turns, and what it says of it. */
#include "broker/broker.h"

bool clock_watch_is_due(struct broker *broker)
{
    struct turn_outlook outlook;

    if (!turn_look(broker->turn, &outlook)) {
        return false; /* the next turn finds out why */
    }
    if (outlook.time.change != TIME_AS_KNOWN) {
        return true;
    }
    /* The machine may have slept, or its clock was set within the slack: the timer knows neither.
     */
    return outlook.time.suspicion == HS__TRUSTED_TIME__SUSPICION__NONE && broker->is_due_known &&
           outlook.time.now_ms > broker->due_ms;
}

static const char *suspicion_name(Hs__TrustedTime__Suspicion suspicion)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
        &hs__trusted_time__suspicion__descriptor, (int)suspicion);

    return value == NULL ? "UNKNOWN" : value->name;
}

void clock_watch_log(const struct broker *broker)
{
    size_t count = 0;
    const struct happening *happenings = turn_happenings(broker->turn, &count);

    for (size_t i = 0; i < count; i++) {
        const Hs__Event *event = happenings[i].event;

        if (event->body_case == HS__EVENT__BODY_CLOCK_SUSPECTED) {
            const Hs__ClockSuspected *suspected = event->clock_suspected;
            log_event(broker->options.log, LOG_ERROR, "clock_suspected",
                      log_text("suspicion", suspicion_name(suspected->suspicion)),
                      log_number("wall_ms", suspected->wall_at),
                      log_number("trusted_ms", suspected->anchor->trusted_at), LOG_END);
        } else if (event->body_case == HS__EVENT__BODY_CLOCK_GAP) {
            const Hs__ClockGap *gap = event->clock_gap;
            log_event(broker->options.log, LOG_INFO, "clock_gap",
                      log_number("from_ms", gap->from_at),
                      log_number("to_ms", gap->anchor->trusted_at), LOG_END);
        } else if (event->body_case == HS__EVENT__BODY_CLOCK_CONFIRMED) {
            const Hs__ClockConfirmed *confirmed = event->clock_confirmed;
            log_event(broker->options.log, LOG_WARNING, "clock_confirmed",
                      log_number("from_ms", confirmed->from_at),
                      log_number("to_ms", confirmed->anchor->trusted_at), LOG_END);
        }
    }
}

bool clock_watch_tell(struct broker *broker, Hs__Welcome *welcome, struct arena *arena)
{
    Hs__TrustedTime *time = message_new(&hs__trusted_time__descriptor, arena);
    struct turn_outlook outlook;

    if (time == NULL || !turn_look(broker->turn, &outlook)) {
        return false;
    }
    time->suspicion = outlook.time.suspicion;
    time->since_at = outlook.since_ms;
    welcome->time = time;
    welcome->now_at = outlook.time.now_ms;
    welcome->wall_at = outlook.wall_ms;
    welcome->boot_id = broker->options.time.boot_id;
    return true;
}
