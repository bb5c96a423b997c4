/* SPDX-License-Identifier: Apache-2.0 */
/* The time of a turn: the clocks are read once, judged by what is on record, and what is new about
 * them is recorded before anything else. */
#include "broker/turn_parts.h"

#include <string.h>

#include "lib/check.h"
#include "store/ledger.h"
#include "store/views.h"

enum {
    READ_TRIES_MAX = 1000,
    READ_SPAN_MS = 500, /* well below what is taken for a step */
};

/* Copies @time, whose arena will be cleared. What is garbled stays so: trusted_time_judge() sees
 * it. */
static void keep_known(struct known_time *known, const Hs__TrustedTime *time)
{
    known->is_there = time != NULL;
    if (time == NULL) {
        return;
    }
    known->time = *time;
    if (time->anchor != NULL) {
        size_t size = strlen(time->anchor->boot_id);

        known->anchor = *time->anchor;
        memset(known->boot_id, 0, sizeof known->boot_id);
        memcpy(known->boot_id, time->anchor->boot_id,
               size < sizeof known->boot_id ? size : 0); /* one too long is none */
        known->anchor.boot_id = known->boot_id;
        known->time.anchor = &known->anchor;
    }
}

/* Reads what the office's record knows of the clock, if it is not known or has changed. */
static enum err load_known(struct turn *turn)
{
    struct transaction *txn = NULL;
    Hs__Office *office = NULL;

    if (turn->known.is_loaded) {
        return ERR_OK;
    }
    enum err err = journal_read_begin(turn->settings.journal, &txn);
    if (err != ERR_OK) {
        return err;
    }
    arena_clear(&turn->scratch);
    err = view_office(txn, &turn->scratch, &office);
    journal_read_end(txn);
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    keep_known(&turn->known, err == ERR_OK ? office->time : NULL);
    turn->known.is_loaded = true;
    return ERR_OK;
}

/* Only after a reboot is it asked whether the clock is synchronised: to ask costs a system call. */
static bool is_new_boot(const struct turn *turn)
{
    const struct known_time *known = &turn->known;

    return !known->is_there || !trusted_time_anchor_is_sound(known->time.anchor) ||
           strcmp(known->boot_id, turn->settings.time.boot_id) != 0;
}

/* The two are read together: a process that is stopped between them would find one ahead of the
 * other, which is what a step looks like. A virtual clock runs so fast that a microsecond counts.
 */
static struct time_reading read_clocks(const struct turn *turn)
{
    const struct time_source *source = &turn->settings.time;
    const struct clock *clock = &source->clock;
    int64_t before_ms = 0;
    int64_t wall_ms = 0;
    int64_t after_ms = 0;

    for (int i = 0; i < READ_TRIES_MAX; i++) {
        before_ms = clock->boot_ms(clock->self);
        wall_ms = clock->wall_ms(clock->self);
        after_ms = clock->boot_ms(clock->self);
        if (after_ms - before_ms <= READ_SPAN_MS) {
            break;
        }
    }
    return (struct time_reading){
        .wall_ms = wall_ms,
        .boot_ms = before_ms,
        .boot_id = source->boot_id,
        .is_synchronised = is_new_boot(turn) && source->is_synchronised != NULL &&
                           source->is_synchronised(source->clock.self),
    };
}

static struct trusted_time judge(const struct turn *turn, const struct time_reading *reading)
{
    const struct head_record *head = journal_head(turn->settings.journal);

    if (head->seq == 0) { /* it is founded now: whoever founds it looked at the clock */
        return (struct trusted_time){.now_ms = trusted_time_bounded(reading->wall_ms)};
    }
    return trusted_time_judge(turn->known.is_there ? &turn->known.time : NULL, reading,
                              &turn->settings.time.rules, head->at_ms);
}

enum err turn_time_begin(struct turn *turn)
{
    enum err err = load_known(turn);

    turn->reading = read_clocks(turn);
    turn->time = judge(turn, &turn->reading);
    return err;
}

void turn_time_record(struct turn *turn)
{
    struct situation situation = {.now_ms = turn->time.now_ms,
                                  .office = turn->office,
                                  .reading = &turn->reading,
                                  .arena = &turn->arena};
    struct decision decision;

    decide_time(&situation, &turn->time, journal_head(turn->settings.journal)->at_ms, &decision);
    require(decision.refusal == REFUSAL_NONE); /* the arena is empty */
    for (size_t i = 0; i < decision.event_count && turn->failure == ERR_OK; i++) {
        (void)turn_record_event(turn, decision.events[i], NULL); /* a failure is kept in the turn */
    }
}

void turn_time_changed(struct turn *turn, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_CLOCK_ANCHORED ||
        event->body_case == HS__EVENT__BODY_CLOCK_SUSPECTED ||
        event->body_case == HS__EVENT__BODY_CLOCK_GAP ||
        event->body_case == HS__EVENT__BODY_CLOCK_CONFIRMED) {
        turn->known.is_loaded = false; /* if it is not committed, the old is read again */
    }
}

bool turn_look(struct turn *turn, struct turn_outlook *out)
{
    if (load_known(turn) != ERR_OK) {
        return false;
    }

    const struct time_reading reading = read_clocks(turn);
    *out = (struct turn_outlook){
        .time = judge(turn, &reading),
        .wall_ms = trusted_time_bounded(reading.wall_ms),
        .since_ms = turn->known.is_there ? turn->known.time.since_at : 0,
    };
    return true;
}
