/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/broker.h"

#include <stdlib.h>
#include <string.h>

#include "broker/definitions.h"
#include "broker/outbox.h"
#include "lib/check.h"
#include "net/selftest.h"
#include "net/socket.h"
#include "os/files.h"
#include "os/lock.h"
#include "os/random.h"
#include "store/views.h"

enum {
    ARRIVAL_BYTES_MAX = 64 * 1024 * 1024, /* beyond it the rest waits in the sockets */
    READ_SLICE_MS = 50, /* of reading and answering queries; then commands and timers have theirs */
    SECOND_MS = 1000,
    READERS_SECONDS = 60,
    SWEEP_SECONDS = 3600,
    ALARM_WAIT_MAX_MS = 3600 * 1000, /* the second looks at what the timer cannot know: steps */
};

void broker_flush(struct broker *broker, struct bytes head)
{
    struct outbox outbox = {.sessions = &broker->sessions,
                            .router = broker->router,
                            .arena = &broker->frame_arena,
                            .log = broker->options.log};

    outbox_flush(&outbox, head);
}

int64_t broker_now_ms(const struct broker *broker)
{
    struct turn_outlook outlook;

    return turn_look(broker->turn, &outlook) ? outlook.time.now_ms : turn_now_ms(broker->turn);
}

/* ---- the turn ---- */

static void free_arrival(struct arrival *arrival)
{
    router_message_release(&arrival->message);
    free(arrival);
}

/* Decides what waits, as far as the turn and each principal's share of it go. Returns what was
 * taken, to be freed once the replies have left. */
static struct arrival *decide_arrivals(struct broker *broker)
{
    struct shares shares;
    struct arrival *taken = NULL;

    shares_begin(&shares, &broker->arrivals);
    while (!turn_is_full(broker->turn)) {
        struct arrival *arrival = shares_take(&shares);

        if (arrival == NULL) {
            break;
        }
        turn_frame(broker->turn, arrival->message.body, arrival->message.principal, arrival);
        arrival->next = taken;
        taken = arrival;
    }
    return taken;
}

static void stop_for(struct broker *broker, const char *event, enum err err)
{
    log_event(broker->options.log, LOG_ERROR, event, log_err(err),
              log_text("reason", journal_failure(broker->journal)->text), LOG_END);
    broker->exit_status = 4;
    broker_stop(broker);
}

static void log_turn(const struct broker *broker, size_t alarms)
{
    size_t happenings = 0;

    (void)turn_happenings(broker->turn, &happenings);
    log_event(broker->options.log, LOG_DEBUG, "turn",
              log_number("commands", (int64_t)turn_command_count(broker->turn)),
              log_number("alarms", (int64_t)alarms), log_number("events", (int64_t)happenings),
              log_number("seq", (int64_t)journal_head(broker->journal)->seq), LOG_END);
}

static void arm_alarm(struct broker *broker);

/* Releases what the turn decided; nothing of it left before its commit. */
static void release_turn(struct broker *broker)
{
    if (broker_load_office(broker) != ERR_OK) {
        stop_for(broker, "office_unreadable", ERR_CORRUPT);
        return;
    }
    replies_say(broker);
    dispatch_happenings(broker, turn_arena(broker->turn));
    broker_flush(broker, turn_head(broker->turn));
}

static void on_again(uv_idle_t *handle);

/* Asked before each turn: a burst would use the reserve up within a second. */
static void check_space(struct broker *broker)
{
    uint64_t free_bytes = 0;
    bool was_full = broker->is_full;

    if (file_system_free(broker->options.home, &free_bytes) != ERR_OK) {
        return;
    }
    broker->is_full = free_bytes < broker->options.reserve_bytes;
    if (broker->is_full != was_full) {
        log_event(broker->options.log, broker->is_full ? LOG_ERROR : LOG_INFO,
                  broker->is_full ? "disk_nearly_full" : "disk_has_room",
                  log_number("free_bytes", (int64_t)free_bytes),
                  log_number("reserve_bytes", (int64_t)broker->options.reserve_bytes), LOG_END);
    }
}

static void run_turn(struct broker *broker)
{
    enum err err = turn_begin(broker->turn);

    if (err != ERR_OK) {
        stop_for(broker, "turn_not_begun", err);
        return;
    }
    check_space(broker);
    if (broker->is_full) {
        turn_hold(broker->turn);
    }
    size_t alarms = broker->is_full ? 0 : turn_alarms(broker->turn);
    if (!broker->is_full) {
        turn_recompute(broker->turn);
    }
    struct arrival *taken = decide_arrivals(broker);
    err = turn_end(broker->turn);
    broker->is_store_full = err == ERR_NO_SPACE;
    if (err != ERR_OK && err != ERR_NO_SPACE) {
        stop_for(broker, "commit_failed", err);
    } else {
        if (broker->is_store_full) {
            log_event(broker->options.log, LOG_ERROR, "store_full", log_err(err), LOG_END);
        }
        log_turn(broker, alarms);
        clock_watch_log(broker);
        release_turn(broker);
    }
    while (taken != NULL) {
        struct arrival *next = taken->next;
        free_arrival(taken);
        taken = next;
    }
    /* A calendar that came in this very turn has left every open clock to be computed anew. */
    bool has_more_clocks =
        !broker->is_stopping && !broker->is_full && broker->office->recomputing != NULL;
    bool has_more = (alarms == TURN_ALARMS_MAX || has_more_clocks) && !broker->is_store_full;
    if (!broker->is_stopping && (broker->arrivals.first != NULL || has_more)) {
        uv_idle_start(&broker->again, on_again);
    }
    arm_alarm(broker);
}

static void on_again(uv_idle_t *handle)
{
    struct broker *broker = handle->data;

    uv_idle_stop(handle);
    if (!broker->is_stopping) {
        run_turn(broker);
    }
}

/* ---- deadlines ---- */

static void on_alarm(uv_timer_t *timer)
{
    struct broker *broker = timer->data;

    if (!broker->is_stopping) {
        run_turn(broker);
    }
}

/* Returns how many milliseconds of the machine it is from @now_ms to the next deadline. */
static uint64_t wait_for_alarm(const struct broker *broker, int64_t now_ms)
{
    int64_t rate = broker->options.time.rate;
    int64_t left_ms = broker->due_ms - now_ms;
    int64_t wait_ms = left_ms < 1 ? 1 : left_ms / rate + (left_ms % rate > 0);

    if (broker->is_full || broker->is_store_full) {
        return SECOND_MS;
    }
    return (uint64_t)(wait_ms > ALARM_WAIT_MAX_MS ? ALARM_WAIT_MAX_MS : wait_ms);
}

static void arm_alarm(struct broker *broker)
{
    struct transaction *txn = NULL;
    struct turn_outlook outlook;

    if (broker->is_stopping || journal_read_begin(broker->journal, &txn) != ERR_OK) {
        return;
    }
    broker->is_due_known = view_next_deadline(txn, &broker->due_ms) == ERR_OK;
    journal_read_end(txn);
    if (broker->is_due_known && turn_look(broker->turn, &outlook) &&
        outlook.time.suspicion == HS__TRUSTED_TIME__SUSPICION__NONE) {
        uv_timer_start(&broker->alarm, on_alarm, wait_for_alarm(broker, outlook.time.now_ms), 0);
    } else {
        uv_timer_stop(&broker->alarm); /* the second looks whether the clock is believed again */
    }
}

/* ---- what came ---- */

static void take_message(struct broker *broker, struct arrival *arrival)
{
    struct router_message *message = &arrival->message;
    struct session *session =
        sessions_take(&broker->sessions, (struct bytes){message->routing_id, ROUTER_ID_BYTES},
                      message->principal);

    if (session == NULL) {
        free_arrival(arrival);
        return;
    }
    session->seen_ms = broker->options.clock.boot_ms(broker->options.clock.self);
    arena_clear(&broker->query_arena);
    if (!session->has_greeted && !session->is_hello_wanted &&
        !message_is(message->body, HS__CLIENT_MESSAGE__BODY_HELLO)) {
        message_want_hello(broker, session);
    }
    if (message_is(message->body, HS__CLIENT_MESSAGE__BODY_ENVELOPE)) {
        arrivals_add(&broker->arrivals, arrival);
        if (session->message_count == 0) {
            return; /* the turn answers it */
        }
    } else {
        message_take(broker, session, message->body);
        free_arrival(arrival);
    }
    broker_flush(broker, (struct bytes){0});
}

static void on_readable(void *self)
{
    struct broker *broker = self;
    const struct clock *clock = &broker->options.clock;
    int64_t until_ms = clock->boot_ms(clock->self) + READ_SLICE_MS;
    size_t taken = 0;

    while (!broker->is_stopping && taken < TURN_COMMANDS_MAX &&
           broker->arrivals.bytes < ARRIVAL_BYTES_MAX && clock->boot_ms(clock->self) < until_ms) {
        struct arrival *arrival = malloc(sizeof *arrival);

        require(arrival != NULL);
        if (!router_receive(broker->router, &arrival->message)) {
            free(arrival);
            break;
        }
        take_message(broker, arrival);
        taken++;
    }
    if (!broker->is_stopping && broker->arrivals.first != NULL) {
        run_turn(broker);
    }
}

/* ---- housekeeping ---- */

static void end_silent_sessions(struct broker *broker)
{
    int64_t now_ms = broker->options.clock.boot_ms(broker->options.clock.self);
    struct session *session = broker->sessions.all;

    while (session != NULL) {
        struct session *following = session->all_next;

        if (now_ms - session->seen_ms > SESSION_SILENCE_MS) {
            sessions_end(&broker->sessions, session);
        }
        session = following;
    }
}

static void on_second(uv_timer_t *timer)
{
    struct broker *broker = timer->data;

    check_space(broker);
    end_silent_sessions(broker);
    if (broker->is_dispatch_due || broker->sessions.is_lease_free) {
        broker->sessions.is_lease_free = false;
        dispatch_all(broker);
    }
    if (!broker->is_full && !broker->is_store_full && clock_watch_is_due(broker)) {
        run_turn(broker);
    }
    (void)journal_sync_head(broker->journal); /* a witness beside the journal, not a promise */
    if (++broker->seconds % READERS_SECONDS == 0) {
        (void)journal_check_readers(broker->journal); /* tried again in a minute */
    }
    if (broker->seconds % SWEEP_SECONDS == 0) {
        sweep_start(broker->sweep);
    }
}

/* ---- life ---- */

static const char *find_principal(void *self, const uint8_t curve_key[CURVE_KEY_BYTES])
{
    const struct broker *broker = self;
    const Hs__Principal *principal = directory_find_key(&broker->directory, curve_key);

    return principal == NULL || principal->disabled ? NULL : principal->name;
}

static void key_refused(void *self, const uint8_t curve_key[CURVE_KEY_BYTES], const char *address)
{
    const struct broker *broker = self;

    log_event(broker->options.log, LOG_DEBUG, "key_unknown",
              log_hex("key", (struct bytes){curve_key, CURVE_KEY_BYTES}),
              log_text("address", address), LOG_END);
}

static enum err open_network(struct broker *broker)
{
    struct zap_principals principals = {
        .find = find_principal, .refused = key_refused, .self = broker};

    broker->context = context_new();
    enum err err = zap_open(broker->context, broker->loop, &principals, &broker->zap);

    if (err == ERR_OK) {
        struct router_options options = {.endpoint = broker->options.listen,
                                         .curve = &broker->keys.curve,
                                         .zap = broker->zap,
                                         .log = broker->options.log};
        err = router_open(broker->context, broker->loop, &options, &broker->router);
    }
    if (err != ERR_OK) {
        log_event(broker->options.log, LOG_ERROR, "not_listening", log_err(err),
                  log_text("endpoint", broker->options.listen), LOG_END);
    }
    return err;
}

static void start_handles(struct broker *broker)
{
    uv_timer_init(broker->loop, &broker->alarm);
    uv_timer_init(broker->loop, &broker->second);
    uv_idle_init(broker->loop, &broker->again);
    broker->alarm.data = broker;
    broker->second.data = broker;
    broker->again.data = broker;
    broker->handles = 3;
    uv_timer_start(&broker->second, on_second, SECOND_MS, SECOND_MS);
    router_watch(broker->router, on_readable, broker);
    check_space(broker);
    sweep_start(broker->sweep);
    uv_timer_start(&broker->alarm, on_alarm, 1, 0); /* what passed while we were down */
}

enum err broker_open(const struct broker_options *options, uv_loop_t *loop, struct broker **out)
{
    struct broker *broker = NULL;
    enum err err = broker_open_home(options, loop, &broker);

    if (err != ERR_OK) {
        return err;
    }
    err = open_network(broker);
    if (err != ERR_OK) {
        broker_close(broker);
        return err;
    }
    start_handles(broker);
    *out = broker;
    return ERR_OK;
}

enum err broker_selftest(struct broker *broker, selftest_fn on_done, void *self)
{
    struct selftest_options options = {
        .router = broker->router,
        .zap = broker->zap,
        .timeout_ms = SELFTEST_MS,
        .on_done = on_done,
        .self = self,
    };

    return selftest_start(broker->context, broker->loop, &options);
}

const char *broker_endpoint(const struct broker *broker)
{
    return router_endpoint(broker->router);
}

static void count_closed(uv_handle_t *handle)
{
    struct broker *broker = handle->data;

    broker->handles--;
}

void broker_stop(struct broker *broker)
{
    if (broker->is_stopping) {
        return;
    }
    broker->is_stopping = true;
    uv_close((uv_handle_t *)&broker->alarm, count_closed);
    uv_close((uv_handle_t *)&broker->second, count_closed);
    uv_close((uv_handle_t *)&broker->again, count_closed);
    uv_stop(broker->loop);
}

int broker_status(const struct broker *broker)
{
    return broker->exit_status;
}

void broker_close(struct broker *broker)
{
    if (broker == NULL) {
        return;
    }
    while (broker->arrivals.first != NULL) {
        struct arrival *arrival = broker->arrivals.first;

        broker->arrivals.first = arrival->next;
        free_arrival(arrival);
    }
    sweep_free(broker->sweep);
    transfer_close(broker->documents);
    router_close(broker->router);
    zap_close(broker->zap);
    while (broker->is_stopping && broker->handles > 0) {
        (void)uv_run(broker->loop, UV_RUN_ONCE); /* the first may end at once, for uv_stop() */
    }
    (void)uv_run(broker->loop, UV_RUN_DEFAULT); /* the handles just closed are given back */
    context_free(broker->context);
    turn_free(broker->turn);
    library_free(broker->library);
    sessions_release(&broker->sessions);
    directory_release(&broker->directory);
    journal_close(broker->journal);
    lock_release(broker->lock);
    arena_release(&broker->query_arena);
    arena_release(&broker->office_arena);
    arena_release(&broker->scratch_arena);
    arena_release(&broker->frame_arena);
    keys_wipe(&broker->keys);
    free(broker);
}
