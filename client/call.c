/* SPDX-License-Identifier: Apache-2.0 */
#include "client/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/download.h"
#include "client/upload.h"
#include "lib/check.h"
#include "net/dealer.h"

enum { CALL_ARENA_BYTES = 1024 * 1024, TICK_MS = 500 };

/* A feed item not asked for yet. */
struct kept_item {
    struct kept_item *next;
    size_t size;
    uint8_t data[]; /* the bytes of a FeedItem */
};

struct client_call {
    uv_loop_t loop;
    uv_timer_t deadline;
    uv_poll_t listener; /* of a descriptor that is not ours */
    bool is_listening;
    bool is_readable;
    struct client *client;
    struct arena arena; /* of the welcome */
    Hs__Welcome *welcome;
    bool is_over; /* the time of the call at hand */
    bool is_stopped;
    enum client_problem problem; /* why it was stopped */

    bool is_answered; /* the command or query at hand */
    enum err answer_err;
    struct arena *answer_arena;
    uint64_t asked_id; /* of the query that client_call_wait() waits for; 0: none */
    struct command_answer *command_answer;
    Hs__Answer **query_answer;

    struct kept_item *first_item;
    struct kept_item *last_item;
    size_t item_bytes;
    bool are_items_lost;

    struct upload *upload; /* at hand, or NULL */
    struct download *download;
};

/* ---- what the client tells ---- */

static void on_welcomed(void *self, const Hs__Welcome *welcome)
{
    struct client_call *call = self;
    int64_t now_ms = client_now_ms(call->client);

    if (call->welcome == NULL) {
        call->welcome = message_copy(welcome, &call->arena);
    }
    if (call->upload != NULL) {
        upload_reconnected(call->upload, now_ms);
    }
    if (call->download != NULL) {
        download_reconnected(call->download, now_ms);
    }
}

static void on_problem(void *self, enum client_problem problem, const char *detail)
{
    struct client_call *call = self;

    (void)detail;
    if (problem == PROBLEM_HISTORY_DIFFERS || problem == PROBLEM_WRONG_BROKER) {
        call->is_stopped = true;
        call->problem = problem;
    }
}

static void on_feed(void *self, const Hs__FeedItem *item)
{
    struct client_call *call = self;
    size_t size = message_size(item);

    if (size > CALL_FEED_BYTES_MAX - call->item_bytes) {
        call->are_items_lost = true;
        return;
    }

    struct kept_item *kept = malloc(sizeof *kept + size);
    require(kept != NULL);
    *kept = (struct kept_item){.size = size};
    require(protobuf_c_message_pack(&item->base, kept->data) == size);
    if (call->last_item == NULL) {
        call->first_item = kept;
    } else {
        call->last_item->next = kept;
    }
    call->last_item = kept;
    call->item_bytes += size;
}

static void on_document_state(void *self, const Hs__DocumentState *state)
{
    struct client_call *call = self;

    if (call->upload != NULL) {
        upload_take(call->upload, state, client_now_ms(call->client));
    }
    if (call->download != NULL) {
        download_refused(call->download, state);
    }
}

static void on_document_chunk(void *self, const Hs__DocumentChunk *chunk)
{
    struct client_call *call = self;

    if (call->download != NULL) {
        download_take(call->download, chunk, client_now_ms(call->client));
    }
}

/* ---- waiting ---- */

static void on_deadline(uv_timer_t *timer)
{
    struct client_call *call = timer->data;

    call->is_over = true;
    uv_stop(timer->loop); /* else the loop, its timers run, would sleep until something comes */
}

static void set_deadline(struct client_call *call, int64_t timeout_ms)
{
    call->is_over = false;
    uv_update_time(&call->loop);
    int rc =
        uv_timer_start(&call->deadline, on_deadline, timeout_ms > 0 ? (uint64_t)timeout_ms : 0, 0);
    require(rc == 0);
}

/* Waits until @is_done says so. */
static enum err wait_until(struct client_call *call, bool (*is_done)(struct client_call *call),
                           int64_t timeout_ms)
{
    set_deadline(call, timeout_ms);
    while (!is_done(call)) {
        if (call->is_stopped) {
            return ERR_CORRUPT;
        }
        if (client_refusals(call->client) >= DEALER_REFUSALS_CERTAIN) {
            return ERR_DENIED;
        }
        if (call->is_over) {
            return client_refusals(call->client) > 0 ? ERR_DENIED : ERR_TIMEOUT;
        }
        (void)uv_run(&call->loop, UV_RUN_ONCE); /* says only whether handles are left */
    }
    (void)uv_timer_stop(&call->deadline); /* always 0 */
    return ERR_OK;
}

/* ---- opening and closing ---- */

static bool is_welcome(struct client_call *call)
{
    return call->welcome != NULL;
}

enum err client_call_open(const struct client_settings *settings, int64_t timeout_ms,
                          struct client_call **out)
{
    struct client_call *call = calloc(1, sizeof *call);

    require(call != NULL);
    const struct client_handlers handlers = {
        .self = call,
        .welcomed = on_welcomed,
        .problem = on_problem,
        .feed = on_feed,
        .document_state = on_document_state,
        .document_chunk = on_document_chunk,
    };
    arena_init(&call->arena, CALL_ARENA_BYTES);
    int rc = uv_loop_init(&call->loop);
    if (rc != 0) { /* too many files are open */
        arena_release(&call->arena);
        free(call);
        return ERR_IO;
    }
    rc = uv_timer_init(&call->loop, &call->deadline);
    require(rc == 0);
    call->deadline.data = call;

    enum err err = client_open(&call->loop, settings, &handlers, &call->client);
    if (err == ERR_OK) {
        err = wait_until(call, is_welcome, timeout_ms);
    }
    if (err != ERR_OK) {
        client_call_close(call);
        return err;
    }
    *out = call;
    return ERR_OK;
}

void client_call_close(struct client_call *call)
{
    if (call == NULL) {
        return;
    }
    client_close(call->client);
    uv_close((uv_handle_t *)&call->deadline, NULL);
    if (call->is_listening) {
        uv_close((uv_handle_t *)&call->listener, NULL);
    }
    (void)uv_run(&call->loop, UV_RUN_DEFAULT); /* until every handle is closed */
    int rc = uv_loop_close(&call->loop);
    require(rc == 0);
    while (call->first_item != NULL) {
        struct kept_item *next = call->first_item->next;

        free(call->first_item);
        call->first_item = next;
    }
    arena_release(&call->arena);
    free(call);
}

const Hs__Welcome *client_call_welcome(const struct client_call *call)
{
    return call->welcome;
}

const char *client_call_problem(const struct client_call *call)
{
    return call->is_stopped ? client_problem_code(call->problem) : NULL;
}

/* ---- commands and queries ---- */

static bool is_answered(struct client_call *call)
{
    return call->is_answered;
}

static void begin_answer(struct client_call *call, struct arena *arena)
{
    if (call->asked_id != 0) {
        conversation_forget_query(client_conversation(call->client), call->asked_id);
        call->asked_id = 0;
    }
    call->is_answered = false;
    call->answer_err = ERR_OK;
    call->answer_arena = arena;
}

static void on_command_answered(void *self, const struct command_answer *answer)
{
    struct client_call *call = self;
    struct command_answer *out = call->command_answer;

    call->is_answered = true;
    *out = *answer;
    if (answer->receipt != NULL) {
        out->receipt = message_copy(answer->receipt, call->answer_arena);
        call->answer_err = out->receipt == NULL ? ERR_FULL : ERR_OK;
    }
    if (answer->refusal != NULL) {
        out->refusal = message_copy(answer->refusal, call->answer_arena);
        call->answer_err = out->refusal == NULL ? ERR_FULL : ERR_OK;
    }
}

enum err client_call_command(struct client_call *call, const Hs__Command *command,
                             int64_t timeout_ms, struct arena *arena, struct command_answer *answer)
{
    const struct client_asker asker = {.answered = on_command_answered, .self = call};
    uint8_t id[COMMAND_ID_BYTES];

    begin_answer(call, arena);
    call->command_answer = answer;
    if (client_command(call->client, command, asker, id) != ERR_OK) {
        return ERR_FULL;
    }

    enum err err = wait_until(call, is_answered, timeout_ms);
    if (err != ERR_OK) {
        conversation_forget(client_conversation(call->client), id);
        return err;
    }
    return call->answer_err;
}

static void on_query_answered(void *self, const Hs__Answer *answer)
{
    struct client_call *call = self;

    call->is_answered = true;
    *call->query_answer = message_copy(answer, call->answer_arena);
    call->answer_err = *call->query_answer == NULL ? ERR_FULL : ERR_OK;
}

enum err client_call_query(struct client_call *call, Hs__Query *query, int64_t timeout_ms,
                           struct arena *arena, Hs__Answer **answer)
{
    begin_answer(call, arena);
    call->query_answer = answer;

    uint64_t id = client_query(call->client, query, on_query_answered, call);
    if (id == 0) {
        return ERR_FULL;
    }
    enum err err = wait_until(call, is_answered, timeout_ms);
    if (err != ERR_OK) {
        conversation_forget_query(client_conversation(call->client), id);
        return err;
    }
    return call->answer_err;
}

/* ---- the feed ---- */

enum err client_call_watch(struct client_call *call, uint64_t proposal)
{
    return client_watch(call->client, proposal) ? ERR_OK : ERR_FULL;
}

void client_call_unwatch(struct client_call *call, uint64_t proposal)
{
    client_unwatch(call->client, proposal);
}

static bool has_item(struct client_call *call)
{
    return call->first_item != NULL || call->are_items_lost;
}

enum err client_call_next(struct client_call *call, int64_t timeout_ms, struct arena *arena,
                          Hs__FeedItem **item)
{
    enum err err = wait_until(call, has_item, timeout_ms);
    struct kept_item *kept = call->first_item;

    if (err != ERR_OK) {
        return err;
    }
    if (kept == NULL) {
        call->are_items_lost = false;
        return ERR_FULL;
    }

    Hs__FeedItem *read =
        message_read(&hs__feed_item__descriptor, (struct bytes){kept->data, kept->size}, arena);
    if (read == NULL) {
        return ERR_FULL;
    }
    call->first_item = kept->next;
    if (call->first_item == NULL) {
        call->last_item = NULL;
    }
    call->item_bytes -= kept->size;
    free(kept);
    *item = read;
    return ERR_OK;
}

/* ---- waiting for whatever comes first ---- */

enum err client_call_ask(struct client_call *call, Hs__Query *query, struct arena *arena,
                         Hs__Answer **answer)
{
    *answer = NULL;
    begin_answer(call, arena);
    call->query_answer = answer;
    call->asked_id = client_query(call->client, query, on_query_answered, call);
    return call->asked_id == 0 ? ERR_FULL : ERR_OK;
}

static void on_readable(uv_poll_t *listener, int status, int events)
{
    struct client_call *call = listener->data;

    (void)status; /* whoever reads sees it fail */
    (void)events; /* only reading is wanted */
    call->is_readable = true;
    (void)uv_poll_stop(listener); /* always 0 */
}

void client_call_listen(struct client_call *call, int descriptor)
{
    require(!call->is_listening);
    int rc = uv_poll_init(&call->loop, &call->listener, descriptor);
    require(rc == 0);
    call->listener.data = call;
    call->is_listening = true;
}

static bool has_what_was_asked(struct client_call *call)
{
    return call->asked_id != 0 && call->is_answered;
}

static bool has_anything(struct client_call *call)
{
    return has_what_was_asked(call) || call->is_readable || has_item(call);
}

enum err client_call_wait(struct client_call *call, int64_t timeout_ms)
{
    call->is_readable = false;
    if (call->is_listening) {
        int rc = uv_poll_start(&call->listener, UV_READABLE, on_readable);
        require(rc == 0);
    }

    enum err err = wait_until(call, has_anything, timeout_ms);
    if (call->is_listening) {
        (void)uv_poll_stop(&call->listener); /* always 0 */
    }
    if (err == ERR_OK && has_what_was_asked(call)) {
        call->asked_id = 0;
        return call->answer_err;
    }
    return err;
}

bool client_call_is_connected(const struct client_call *call)
{
    return client_is_welcomed(call->client);
}

/* ---- documents ---- */

/* How far the document at hand is. */
struct distance {
    uint64_t done;
    uint64_t all;
    bool has_ended;
};

static struct distance distance_of(const struct client_call *call)
{
    if (call->upload != NULL) {
        return (struct distance){call->upload->stored, call->upload->size,
                                 call->upload->state != UPLOAD_RUNS};
    }
    return (struct distance){call->download->stored, call->download->size,
                             call->download->state != DOWNLOAD_RUNS};
}

static void move_document(struct client_call *call)
{
    int64_t now_ms = client_now_ms(call->client);

    if (call->upload != NULL) {
        upload_turn(call->upload, now_ms);
    } else {
        download_turn(call->download, now_ms);
    }
}

/* Runs the document at hand until it has ended or @timeout_ms pass without progress. */
static enum err run_document(struct client_call *call, int64_t timeout_ms,
                             const struct call_progress *progress)
{
    struct distance before = distance_of(call);
    int64_t moved_ms = client_now_ms(call->client);

    while (!distance_of(call).has_ended) {
        move_document(call);
        set_deadline(call, TICK_MS);
        (void)uv_run(&call->loop, UV_RUN_ONCE); /* says only whether handles are left */
        struct distance now = distance_of(call);

        if (now.done != before.done && progress != NULL && progress->report != NULL) {
            progress->report(progress->self, now.done, now.all);
        }
        if (now.done != before.done) {
            moved_ms = client_now_ms(call->client);
        }
        before = now;
        if (call->is_stopped) {
            return ERR_CORRUPT;
        }
        if (client_refusals(call->client) >= DEALER_REFUSALS_CERTAIN) {
            return ERR_DENIED;
        }
        if (!now.has_ended && client_now_ms(call->client) - moved_ms >= timeout_ms) {
            return ERR_TIMEOUT;
        }
    }
    return ERR_OK;
}

enum err client_call_put(struct client_call *call, const char *path, int64_t timeout_ms,
                         const struct call_progress *progress, struct call_document *out)
{
    struct upload upload;
    enum err err =
        upload_begin(&upload, client_conversation(call->client), path, client_now_ms(call->client));

    *out = (struct call_document){0};
    if (err != ERR_OK) {
        return err;
    }
    out->hash = upload.hash;
    out->size = upload.size;
    call->upload = &upload;
    err = run_document(call, timeout_ms, progress);
    if (err == ERR_OK && upload.state == UPLOAD_FAILED) {
        (void)snprintf(out->reason, sizeof out->reason, "%s", upload.reason);
        out->is_refused = upload.is_refused;
        err = ERR_INVALID;
    }
    call->upload = NULL;
    upload_release(&upload);
    return err;
}

enum err client_call_get(struct client_call *call, const char *path, int64_t timeout_ms,
                         const struct call_progress *progress, struct call_document *out)
{
    struct download download;
    enum err err = download_begin(&download, client_conversation(call->client), &out->hash, path);

    out->reason[0] = '\0';
    if (err != ERR_OK) {
        return err;
    }
    call->download = &download;
    download_reconnected(&download, client_now_ms(call->client));
    err = run_document(call, timeout_ms, progress);
    if (err == ERR_OK && download.state == DOWNLOAD_FAILED) {
        (void)snprintf(out->reason, sizeof out->reason, "%s", download.reason);
        err = ERR_INVALID;
    }
    out->size = download.size;
    call->download = NULL;
    download_release(&download);
    return err;
}
