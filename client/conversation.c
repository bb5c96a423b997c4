/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent, and when. What arrives is taken in by incoming.c. */
#include "client/conversation.h"

#include <string.h>

#include "client/incoming.h"
#include "lib/check.h"

#define SOFTWARE "huishen " HUISHEN_VERSION

void conversation_init(struct conversation *conversation,
                       const struct conversation_settings *settings,
                       const struct client_handlers *handlers,
                       const struct conversation_sender *sender)
{
    *conversation =
        (struct conversation){.settings = *settings, .handlers = *handlers, .sender = *sender};
    witness_init(&conversation->witness, settings->author.office, settings->broker_key,
                 &settings->seen);
    pending_init(&conversation->commands);
    pending_init(&conversation->queries);
    arena_init(&conversation->incoming, CLIENT_ARENA_BYTES);
    arena_init(&conversation->outgoing, CLIENT_ARENA_BYTES);
}

void conversation_release(struct conversation *conversation)
{
    pending_release(&conversation->commands);
    pending_release(&conversation->queries);
    arena_release(&conversation->incoming);
    arena_release(&conversation->outgoing);
    conversation->is_stopped = true;
}

static bool send_frame(struct conversation *conversation, struct bytes frame, int64_t now_ms)
{
    if (frame.data == NULL || frame.size > CLIENT_FRAME_BYTES_MAX) {
        return false;
    }
    if (!conversation->sender.send(conversation->sender.self, frame)) {
        conversation->retry_ms = now_ms + CLIENT_RETRY_MS;
        return false;
    }
    conversation->sent_ms = now_ms;
    return true;
}

static bool send_message(struct conversation *conversation, const Hs__ClientMessage *message,
                         int64_t now_ms)
{
    struct arena_mark mark = arena_mark(&conversation->outgoing);
    bool is_sent = send_frame(conversation, message_pack(message, &conversation->outgoing), now_ms);

    arena_rewind(&conversation->outgoing, mark);
    return is_sent;
}

/* ---- hello and heartbeats ---- */

static void say_hello(struct conversation *conversation, int64_t now_ms)
{
    const struct conversation_settings *settings = &conversation->settings;
    const struct seen_head *seen = &conversation->witness.seen;
    Hs__Hello hello = HS__HELLO__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    hello.instance =
        binary_of((struct bytes){settings->instance, sizeof conversation->settings.instance});
    hello.department = settings->department;
    hello.credit = settings->credit;
    hello.seen_seq = seen->seq;
    if (seen->seq > 0) {
        hello.seen_hash = binary_of((struct bytes){seen->hash.bytes, sizeof seen->hash.bytes});
    }
    hello.software = SOFTWARE;
    message.body_case = HS__CLIENT_MESSAGE__BODY_HELLO;
    message.hello = &hello;
    if (!send_message(conversation, &message, now_ms)) {
        return;
    }

    int64_t longer = 2 * conversation->hello_silence_ms;
    conversation->hello_silence_ms = longer > CLIENT_RESEND_MAX_MS ? CLIENT_RESEND_MAX_MS : longer;
    conversation->hello_due_ms = now_ms + conversation->hello_silence_ms;
}

void conversation_begin(struct conversation *conversation, int64_t now_ms)
{
    conversation->is_welcomed = false;
    conversation->are_watches_sent = false;
    conversation->hello_due_ms = now_ms;
    conversation->hello_silence_ms = CLIENT_RESEND_FIRST_MS / 2;
    pending_restart(&conversation->commands);
    pending_restart(&conversation->queries);
}

void conversation_connected(struct conversation *conversation, int64_t now_ms)
{
    if (conversation->is_stopped) {
        return;
    }
    conversation->is_connected = true;
    conversation_begin(conversation, now_ms);
    say_hello(conversation, now_ms);
}

void conversation_lost(struct conversation *conversation)
{
    bool was_connected = conversation->is_connected;

    conversation->is_connected = false;
    conversation->is_welcomed = false;
    if (was_connected && !conversation->is_stopped && conversation->handlers.lost != NULL) {
        conversation->handlers.lost(conversation->handlers.self);
    }
}

static void beat(struct conversation *conversation, int64_t now_ms)
{
    Hs__Heartbeat heartbeat = HS__HEARTBEAT__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    heartbeat.credit = conversation->settings.credit;
    message.body_case = HS__CLIENT_MESSAGE__BODY_HEARTBEAT;
    message.heartbeat = &heartbeat;
    (void)send_message(conversation, &message, now_ms); /* the next turn tries again */
}

/* ---- commands and queries ---- */

/* How many of the items that wait go into the next envelope: at least one. */
static size_t gather(const struct conversation *conversation, struct bytes *commands)
{
    size_t count = 0;
    size_t size = 0;

    for (const struct pending_item *item = pending_waiting(&conversation->commands); item != NULL;
         item = item->next) {
        size += item->size + ENVELOPE_COMMAND_OVERHEAD_BYTES;
        if (count == CLIENT_ENVELOPE_COMMANDS_MAX ||
            (count > 0 && size > CLIENT_ENVELOPE_BYTES_MAX - ENVELOPE_OVERHEAD_BYTES)) {
            break;
        }
        commands[count++] = (struct bytes){item->data, item->size};
    }
    return count;
}

/* Sends one envelope; returns false if there is nothing to send or no room. */
static bool send_envelope(struct conversation *conversation, int64_t now_ms)
{
    struct arena *arena = &conversation->outgoing;
    struct arena_mark mark = arena_mark(arena);
    struct bytes *commands = arena_array(arena, CLIENT_ENVELOPE_COMMANDS_MAX, sizeof *commands);
    size_t count = commands == NULL ? 0 : gather(conversation, commands);
    bool is_sent = false;

    if (count > 0) {
        struct bytes frame = envelope_frame(&conversation->settings.author, commands, count,
                                            &conversation->witness.seen, arena);
        is_sent = send_frame(conversation, frame, now_ms);
    }
    arena_rewind(arena, mark);
    for (size_t i = 0; is_sent && i < count; i++) {
        pending_sent(&conversation->commands, pending_waiting(&conversation->commands), now_ms);
    }
    return is_sent;
}

static bool send_query(struct conversation *conversation, int64_t now_ms)
{
    struct pending_item *item = pending_waiting(&conversation->queries);

    if (item == NULL || !send_frame(conversation, (struct bytes){item->data, item->size}, now_ms)) {
        return false;
    }
    pending_sent(&conversation->queries, item, now_ms);
    return true;
}

static bool send_watch(struct conversation *conversation, uint64_t proposal, bool stop,
                       int64_t now_ms)
{
    Hs__Watch watch = HS__WATCH__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    watch.proposal = proposal;
    watch.stop = stop;
    message.body_case = HS__CLIENT_MESSAGE__BODY_WATCH;
    message.watch = &watch;
    return send_message(conversation, &message, now_ms);
}

static void send_watches(struct conversation *conversation, int64_t now_ms)
{
    for (size_t i = 0; i < conversation->watch_count; i++) {
        if (!send_watch(conversation, conversation->watches[i], false, now_ms)) {
            return; /* all of them again: watching twice is watching once */
        }
    }
    conversation->are_watches_sent = true;
}

/* Whether the broker may have ended the session: we were frozen, or it has long said nothing. */
static bool is_doubtful(const struct conversation *conversation, int64_t now_ms)
{
    return now_ms - conversation->sent_ms >= CLIENT_SESSION_MS ||
           now_ms - conversation->heard_ms >= CLIENT_QUIET_MS;
}

void conversation_turn(struct conversation *conversation, int64_t now_ms)
{
    conversation->has_more = conversation->handlers.turn != NULL && !conversation->is_stopped &&
                             conversation->handlers.turn(conversation->handlers.self);
    if (conversation->is_stopped || !conversation->is_connected) {
        return;
    }
    if (now_ms < conversation->retry_ms) {
        return;
    }
    conversation->retry_ms = 0;
    if (conversation->is_welcomed && is_doubtful(conversation, now_ms)) {
        conversation_begin(conversation, now_ms);
    }
    if (!conversation->is_welcomed) {
        if (now_ms >= conversation->hello_due_ms) {
            say_hello(conversation, now_ms);
        }
        return;
    }

    if (!conversation->are_watches_sent) {
        send_watches(conversation, now_ms);
    }
    (void)pending_wake(&conversation->commands, now_ms);
    (void)pending_wake(&conversation->queries, now_ms);
    while (conversation->retry_ms == 0 && send_envelope(conversation, now_ms)) {
    }
    while (conversation->retry_ms == 0 && send_query(conversation, now_ms)) {
    }
    if (now_ms - conversation->sent_ms >= CLIENT_HEARTBEAT_MS) {
        beat(conversation, now_ms);
    }
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t conversation_wake_ms(const struct conversation *conversation)
{
    if (conversation->has_more) {
        return 0;
    }
    if (conversation->is_stopped || !conversation->is_connected) {
        return INT64_MAX;
    }
    if (conversation->retry_ms > 0) {
        return conversation->retry_ms;
    }
    if (!conversation->is_welcomed) {
        return conversation->hello_due_ms;
    }
    if (pending_waiting(&conversation->commands) != NULL ||
        pending_waiting(&conversation->queries) != NULL || !conversation->are_watches_sent) {
        return 0;
    }
    return sooner(
        conversation->sent_ms + CLIENT_HEARTBEAT_MS,
        sooner(pending_wake_ms(&conversation->commands), pending_wake_ms(&conversation->queries)));
}

void conversation_receive(struct conversation *conversation, struct bytes frame, int64_t now_ms)
{
    if (!conversation->is_stopped && conversation->is_connected) {
        conversation->heard_ms = now_ms;
        incoming_bundle(conversation, frame, now_ms);
    }
}

/* ---- what the client asks for ---- */

enum err conversation_command(struct conversation *conversation,
                              const struct conversation_command *command)
{
    struct pending_item *item = NULL;

    if (command->bytes.size > CLIENT_COMMAND_BYTES_MAX) {
        return ERR_INVALID;
    }
    enum err err = pending_add(&conversation->commands, command->id, command->bytes, &item);
    if (err != ERR_OK) {
        return err;
    }
    item->is_patient = command->is_patient;
    item->command_answered = command->answered;
    item->self = command->self;
    return ERR_OK;
}

static void forget(struct pending *pending, const uint8_t id[COMMAND_ID_BYTES])
{
    struct pending_item *item = pending_find(pending, id);

    if (item != NULL) {
        pending_remove(pending, item);
    }
}

void conversation_forget(struct conversation *conversation, const uint8_t id[COMMAND_ID_BYTES])
{
    forget(&conversation->commands, id);
}

void query_key(uint64_t id, uint8_t out[COMMAND_ID_BYTES])
{
    memset(out, 0, COMMAND_ID_BYTES);
    bytes_put_u64(out + COMMAND_ID_BYTES - sizeof id, id);
}

uint64_t conversation_query(struct conversation *conversation, Hs__Query *query,
                            query_answered_fn answered, void *self)
{
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;
    struct arena_mark mark = arena_mark(&conversation->outgoing);
    struct pending_item *item = NULL;
    uint8_t key[COMMAND_ID_BYTES];

    query->id = conversation->query_id + 1;
    query_key(query->id, key);
    message.body_case = HS__CLIENT_MESSAGE__BODY_QUERY;
    message.query = query;

    struct bytes frame = message_pack(&message, &conversation->outgoing);
    bool is_taken = frame.data != NULL && frame.size <= CLIENT_ENVELOPE_BYTES_MAX &&
                    pending_add(&conversation->queries, key, frame, &item) == ERR_OK;
    arena_rewind(&conversation->outgoing, mark);
    if (!is_taken) {
        return 0;
    }
    item->query_answered = answered;
    item->self = self;
    conversation->query_id++;
    return conversation->query_id;
}

void conversation_forget_query(struct conversation *conversation, uint64_t id)
{
    uint8_t key[COMMAND_ID_BYTES];

    query_key(id, key);
    forget(&conversation->queries, key);
}

bool conversation_watch(struct conversation *conversation, uint64_t proposal)
{
    for (size_t i = 0; i < conversation->watch_count; i++) {
        if (conversation->watches[i] == proposal) {
            return true;
        }
    }
    if (conversation->watch_count == CLIENT_WATCHES_MAX) {
        return false;
    }
    conversation->watches[conversation->watch_count++] = proposal;
    conversation->are_watches_sent = false;
    return true;
}

void conversation_unwatch(struct conversation *conversation, uint64_t proposal)
{
    size_t kept = 0;

    for (size_t i = 0; i < conversation->watch_count; i++) {
        if (conversation->watches[i] != proposal) {
            conversation->watches[kept++] = conversation->watches[i];
        }
    }
    if (kept < conversation->watch_count && conversation->is_welcomed) {
        /* One that does not leave costs some items that nobody wants. */
        (void)send_watch(conversation, proposal, true, conversation->sent_ms);
    }
    conversation->watch_count = kept;
}

bool conversation_send(struct conversation *conversation, const Hs__ClientMessage *message,
                       int64_t now_ms)
{
    if (conversation->is_stopped || !conversation->is_welcomed) {
        return false;
    }
    return send_message(conversation, message, now_ms);
}

void conversation_credit(struct conversation *conversation, uint32_t credit, int64_t now_ms)
{
    conversation->settings.credit = credit;
    if (conversation->is_connected && !conversation->is_stopped) {
        conversation_begin(conversation, now_ms);
    }
}
