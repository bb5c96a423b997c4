/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "net/dealer.h"
#include "net/socket.h"

enum { FRAMES_PER_TURN = 64 }; /* taken in together, stored together */

struct client {
    uv_timer_t timer; /* until the conversation's next turn */
    void *context;
    struct dealer *dealer;
    struct clock clock;
    struct conversation conversation;
    unsigned busy; /* calls from the loop that are at work: closing waits for them */
    bool is_closing;
};

int64_t client_now_ms(const struct client *client)
{
    return client->clock.boot_ms(client->clock.self);
}

/* ---- closing ---- */

static void free_client(uv_handle_t *timer)
{
    free(timer->data);
}

static void finish(struct client *client)
{
    dealer_close(client->dealer);
    context_free(client->context);
    conversation_release(&client->conversation);
    uv_close((uv_handle_t *)&client->timer, free_client);
}

void client_close(struct client *client)
{
    if (client == NULL || client->is_closing) {
        return;
    }
    client->is_closing = true;
    client->conversation.is_stopped = true;
    if (client->busy == 0) {
        finish(client);
    }
}

/* Every call from the loop stands between enter() and leave(). */
static void enter(struct client *client)
{
    client->busy++;
}

static void leave(struct client *client)
{
    client->busy--;
    if (client->busy == 0 && client->is_closing) {
        finish(client);
    }
}

/* ---- turns ---- */

static void on_timer(uv_timer_t *timer);

static void sleep_until(struct client *client, int64_t wake_ms)
{
    int64_t left_ms = wake_ms - client_now_ms(client);

    if (wake_ms == INT64_MAX) {
        (void)uv_timer_stop(&client->timer); /* always 0 */
        return;
    }
    uv_update_time(client->timer.loop);
    int rc = uv_timer_start(&client->timer, on_timer, left_ms > 0 ? (uint64_t)left_ms : 0, 0);
    require(rc == 0);
}

static void turn(struct client *client)
{
    conversation_turn(&client->conversation, client_now_ms(client));
    if (!client->is_closing) {
        sleep_until(client, conversation_wake_ms(&client->conversation));
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct client *client = timer->data;

    enter(client);
    turn(client);
    leave(client);
}

static void on_ready(void *self, int ready)
{
    struct client *client = self;
    struct dealer_message message;

    (void)ready; /* nothing else is wanted */
    enter(client);
    for (int i = 0; i < FRAMES_PER_TURN && !client->is_closing; i++) {
        if (!dealer_receive(client->dealer, &message)) {
            break;
        }
        conversation_receive(&client->conversation, message.body, client_now_ms(client));
        dealer_message_release(&message);
    }
    turn(client);
    leave(client);
}

static void tell_denied(struct client *client)
{
    const struct client_handlers *handlers = &client->conversation.handlers;

    if (handlers->denied != NULL) {
        handlers->denied(handlers->self);
    }
}

static void on_state(void *self, enum dealer_state state)
{
    struct client *client = self;

    enter(client);
    switch (state) {
    case DEALER_READY: /* told again: a new connection took the place of the old */
        conversation_lost(&client->conversation);
        conversation_connected(&client->conversation, client_now_ms(client));
        break;
    case DEALER_REFUSED:
        conversation_lost(&client->conversation);
        tell_denied(client);
        break;
    case DEALER_CONNECTING:
        conversation_lost(&client->conversation);
        break;
    }
    turn(client);
    leave(client);
}

static bool send_frame(void *self, struct bytes frame)
{
    struct client *client = self;

    return dealer_send(client->dealer, frame);
}

/* ---- opening ---- */

static void start_conversation(struct client *client, const struct client_settings *settings,
                               const struct client_handlers *handlers)
{
    struct conversation_settings own = {
        .author = {settings->office, settings->principal, &settings->keys->sign},
        .department = settings->department,
        .credit = settings->credit,
        .seen = settings->seen,
    };

    memcpy(own.instance, settings->instance, sizeof own.instance);
    memcpy(own.broker_key, settings->broker_key, sizeof own.broker_key);
    conversation_init(&client->conversation, &own, handlers,
                      &(struct conversation_sender){.self = client, .send = send_frame});
}

enum err client_open(uv_loop_t *loop, const struct client_settings *settings,
                     const struct client_handlers *handlers, struct client **out)
{
    const struct dealer_options options = {
        .endpoint = settings->endpoint,
        .curve = &settings->keys->curve,
        .broker_curve = settings->broker_curve,
        .message_bytes_max = CLIENT_FRAME_BYTES_MAX,
    };
    struct client *client = calloc(1, sizeof *client);

    require(client != NULL);
    client->clock = settings->clock;
    client->context = context_new();
    int rc = uv_timer_init(loop, &client->timer);
    require(rc == 0);
    client->timer.data = client;
    start_conversation(client, settings, handlers);

    enum err err = dealer_open(client->context, &options, &client->dealer);
    if (err == ERR_OK) {
        const struct dealer_listener listener = {
            .on_ready = on_ready, .on_state = on_state, .self = client};

        err = dealer_watch(client->dealer, loop, &listener);
    }
    if (err != ERR_OK) {
        client_close(client);
        return err;
    }
    client_wake(client);
    *out = client;
    return ERR_OK;
}

/* ---- what is asked ---- */

struct conversation *client_conversation(struct client *client)
{
    return &client->conversation;
}

void client_wake(struct client *client)
{
    if (!client->is_closing) {
        sleep_until(client, 0);
    }
}

enum err client_command(struct client *client, const Hs__Command *command,
                        struct client_asker asker, uint8_t *id)
{
    Hs__Command named = *command;
    struct arena *arena = &client->conversation.outgoing;
    struct arena_mark mark = arena_mark(arena);
    struct conversation_command sent = {
        .is_patient = asker.is_patient, .answered = asker.answered, .self = asker.self};

    if (message_size(command) > CLIENT_COMMAND_BYTES_MAX) {
        return ERR_INVALID;
    }
    if (command->id.len == sizeof sent.id) {
        memcpy(sent.id, command->id.data, sizeof sent.id);
    } else {
        command_id_make(client->clock.wall_ms(client->clock.self), sent.id);
    }
    named.id = binary_of((struct bytes){sent.id, sizeof sent.id});
    sent.bytes = message_pack(&named, arena);
    enum err err =
        sent.bytes.data == NULL ? ERR_FULL : conversation_command(&client->conversation, &sent);
    arena_rewind(arena, mark);
    if (err == ERR_OK && id != NULL) {
        memcpy(id, sent.id, sizeof sent.id);
    }
    client_wake(client);
    return err;
}

uint64_t client_query(struct client *client, Hs__Query *query, query_answered_fn answered,
                      void *self)
{
    uint64_t id = conversation_query(&client->conversation, query, answered, self);

    client_wake(client);
    return id;
}

bool client_watch(struct client *client, uint64_t proposal)
{
    bool is_watched = conversation_watch(&client->conversation, proposal);

    client_wake(client);
    return is_watched;
}

void client_unwatch(struct client *client, uint64_t proposal)
{
    conversation_unwatch(&client->conversation, proposal);
}

bool client_is_welcomed(const struct client *client)
{
    return client->conversation.is_welcomed;
}

unsigned client_refusals(const struct client *client)
{
    return dealer_refusals(client->dealer);
}
