/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of client/call: one question at a time, answered, refused or too late; documents there and
 * back. The broker runs in a thread of its own. */
#include "tests/unit/fake_server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "client/call.h"
#include "os/files.h"

enum { DOCUMENT_BYTES_SMALL_MAX = 4 * 1024 * 1024, TIMEOUT_MS = 20000, SHORT_MS = 50 };

/* The item by which the broker shows that it heard of a watch that ended. */
enum { STOPPED = 99 };

struct fixture {
    pthread_t thread;
    uv_loop_t loop; /* the broker's */
    uv_async_t stop;
    struct fake_server server;
    struct keys keys;
    struct client_settings settings;
    struct client_call *call;
    struct arena arena;
    char folder[64];

    atomic_bool is_deaf;       /* answers no command and no query */
    atomic_bool says_no;       /* refuses commands, with STORE_FULL */
    atomic_bool loses_a_chunk; /* once */
    atomic_uint chunks;        /* received that were not empty */
    uint8_t *document;         /* the one it keeps */
    uint64_t document_size;    /* announced */
    uint64_t document_stored;
    bool is_full; /* it refuses documents */
    struct hash document_hash;
};

/* ---- the broker ---- */

static void say_state(struct fixture *f, ProtobufCBinaryData hash, const char *error)
{
    Hs__BrokerMessage *message = fake_say(&f->server.broker);
    Hs__DocumentState *said = fake_new(&f->server.broker, &hs__document_state__descriptor);

    said->hash = fake_bytes(&f->server.broker, hash.data, hash.len);
    said->stored = f->document_stored;
    said->complete = f->document_stored == f->document_size && error[0] == '\0';
    said->error = error;
    message->body_case = HS__BROKER_MESSAGE__BODY_DOCUMENT_STATE;
    message->document_state = said;
}

static void take_put(struct fixture *f, const Hs__DocumentPut *put)
{
    f->document_size = put->size;
    if (f->is_full) {
        say_state(f, put->hash, "STORE_FULL");
        return;
    }
    memcpy(f->document_hash.bytes, put->hash.data, HASH_BYTES);
    if (put->chunk.len > 0 && atomic_exchange(&f->loses_a_chunk, false)) {
        return;
    }
    atomic_fetch_add(&f->chunks, put->chunk.len > 0 ? 1 : 0);
    if (put->offset != f->document_stored) {
        say_state(f, put->hash, "OFFSET");
        return;
    }
    if (put->chunk.len > 0) {
        memcpy(f->document + put->offset, put->chunk.data, put->chunk.len);
    }
    f->document_stored += put->chunk.len;
    say_state(f, put->hash, "");
}

static void take_get(struct fixture *f, const Hs__DocumentGet *get)
{
    uint64_t left = f->document_stored - get->offset;
    Hs__BrokerMessage *message = NULL;

    if (memcmp(get->hash.data, f->document_hash.bytes, HASH_BYTES) != 0) {
        say_state(f, get->hash, "UNKNOWN_DOCUMENT");
        return;
    }
    message = fake_say(&f->server.broker);
    Hs__DocumentChunk *chunk = fake_new(&f->server.broker, &hs__document_chunk__descriptor);
    chunk->hash = fake_bytes(&f->server.broker, get->hash.data, get->hash.len);
    chunk->size = f->document_stored;
    chunk->offset = get->offset;
    chunk->chunk = fake_bytes(&f->server.broker, f->document + get->offset,
                              left < DOCUMENT_CHUNK_BYTES ? left : DOCUMENT_CHUNK_BYTES);
    message->body_case = HS__BROKER_MESSAGE__BODY_DOCUMENT_CHUNK;
    message->document_chunk = chunk;
}

static void say_feed(struct fixture *f, uint64_t proposal)
{
    Hs__BrokerMessage *message = fake_say(&f->server.broker);
    Hs__FeedItem *item = fake_new(&f->server.broker, &hs__feed_item__descriptor);

    item->seq = f->server.broker.seq;
    item->event = fake_new(&f->server.broker, &hs__event__descriptor);
    item->event->proposal = proposal;
    message->body_case = HS__BROKER_MESSAGE__BODY_FEED;
    message->feed = item;
}

static bool take_envelope(struct fixture *f, const Hs__ClientMessage *message)
{
    struct fake_broker *broker = &f->server.broker;
    const Hs__Envelope *envelope = fake_open(broker, message);
    ProtobufCBinaryData id = fake_command(broker, envelope, 0)->id;

    if (f->says_no) {
        (void)fake_say_refusal(broker, id, "STORE_FULL");
        return false;
    }
    fake_commit(broker);
    fake_say_receipt(broker, fake_receipt(broker, id));
    return true;
}

static void take_query(struct fixture *f, const Hs__Query *query)
{
    Hs__Answer *answer = fake_say_answer(&f->server.broker, query->id);
    Hs__Office *office = fake_new(&f->server.broker, &hs__office__descriptor);

    office->id = FAKE_OFFICE;
    answer->body_case = HS__ANSWER__BODY_OFFICE;
    answer->office = office;
}

static bool answer(struct fake_server *server, const Hs__ClientMessage *message)
{
    struct fixture *f = server->self;

    if (message->body_case == HS__CLIENT_MESSAGE__BODY_HELLO) {
        (void)fake_say_welcome(&server->broker);
    } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_DOCUMENT_PUT) {
        take_put(f, message->document_put);
    } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_DOCUMENT_GET) {
        take_get(f, message->document_get);
    } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_WATCH && message->watch->stop) {
        say_feed(f, STOPPED);
    } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_WATCH) {
        say_feed(f, 1);
        say_feed(f, 2);
    } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_QUERY && !f->is_deaf) {
        take_query(f, message->query);
    } else if (message->body_case == HS__CLIENT_MESSAGE__BODY_ENVELOPE && !f->is_deaf) {
        return take_envelope(f, message);
    }
    return false;
}

static void on_stop(uv_async_t *stop)
{
    struct fixture *f = stop->data;

    server_release(&f->server);
    uv_close((uv_handle_t *)stop, NULL);
}

static void *serve(void *self)
{
    struct fixture *f = self;

    (void)uv_run(&f->loop, UV_RUN_DEFAULT); /* until on_stop() closed everything */
    return NULL;
}

/* ---- fixture ---- */

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct public_keys public_keys;

    assert_non_null(f);
    f->document = calloc(1, DOCUMENT_BYTES_SMALL_MAX);
    assert_non_null(f->document);
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/huishen-client-call-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    arena_init(&f->arena, 16 * 1024 * 1024);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(uv_async_init(&f->loop, &f->stop, on_stop), 0);
    f->stop.data = f;
    server_init(&f->server, &f->loop);
    f->server.answer = answer;
    f->server.self = f;
    keys_generate(&f->keys);
    keys_public(&f->keys, &public_keys);
    memcpy(f->server.known, public_keys.curve, sizeof f->server.known);
    server_listen(&f->server, "tcp://127.0.0.1:0");
    f->settings = (struct client_settings){
        .endpoint = f->server.endpoint,
        .broker_curve = f->server.curve.public_key,
        .keys = &f->keys,
        .office = FAKE_OFFICE,
        .principal = "person:street",
        .department = "",
        .clock = clock_real(),
    };
    memcpy(f->settings.broker_key, f->server.broker.key.public_key, WITNESS_KEY_BYTES);
    assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    client_call_close(f->call);
    assert_int_equal(uv_async_send(&f->stop), 0);
    assert_int_equal(pthread_join(f->thread, NULL), 0);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    assert_int_equal(folder_remove(f->folder), ERR_OK);
    arena_release(&f->arena);
    free(f->document);
    free(f);
    return 0;
}

static void open_call(struct fixture *f)
{
    assert_int_equal(client_call_open(&f->settings, TIMEOUT_MS, &f->call), ERR_OK);
}

static enum err ask(struct fixture *f, int64_t timeout_ms, struct command_answer *command_answer)
{
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    withdraw.proposal = 1;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &withdraw;
    return client_call_command(f->call, &command, timeout_ms, &f->arena, command_answer);
}

/* ---- questions ---- */

static void a_command_is_answered_with_its_whole_receipt(void **state)
{
    struct fixture *f = *state;
    struct command_answer command_answer;

    open_call(f);
    assert_int_equal(ask(f, TIMEOUT_MS, &command_answer), ERR_OK);

    assert_int_equal(command_answer.kind, ANSWER_RECEIPT);
    assert_non_null(command_answer.receipt->head);
    assert_memory_equal(command_answer.receipt->command_id.data, command_answer.command_id,
                        COMMAND_ID_BYTES);
    assert_string_equal(client_call_welcome(f->call)->office, FAKE_OFFICE);
}

static void a_temporary_refusal_is_told_at_once(void **state)
{
    struct fixture *f = *state;
    struct command_answer command_answer;

    f->says_no = true;
    open_call(f);
    assert_int_equal(ask(f, TIMEOUT_MS, &command_answer), ERR_OK);

    assert_int_equal(command_answer.kind, ANSWER_REFUSAL);
    assert_string_equal(command_answer.refusal->code, "STORE_FULL");
}

static void a_question_without_answer_ends_in_time_and_the_next_is_answered(void **state)
{
    struct fixture *f = *state;
    struct command_answer command_answer;

    f->is_deaf = true;
    open_call(f);
    assert_int_equal(ask(f, SHORT_MS, &command_answer), ERR_TIMEOUT);
    f->is_deaf = false;

    assert_int_equal(ask(f, TIMEOUT_MS, &command_answer), ERR_OK);
}

static void a_query_is_answered(void **state)
{
    struct fixture *f = *state;
    Hs__Query__GetOffice office = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *query_answer = NULL;

    open_call(f);
    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &office;
    assert_int_equal(client_call_query(f->call, &query, TIMEOUT_MS, &f->arena, &query_answer),
                     ERR_OK);

    assert_int_equal(query_answer->body_case, HS__ANSWER__BODY_OFFICE);
    assert_string_equal(query_answer->office->id, FAKE_OFFICE);
}

static void what_happens_is_told_in_order_also_what_came_during_another_call(void **state)
{
    struct fixture *f = *state;
    struct command_answer command_answer;
    Hs__FeedItem *item = NULL;

    open_call(f);
    assert_int_equal(client_call_watch(f->call, 0), ERR_OK);
    assert_int_equal(ask(f, TIMEOUT_MS, &command_answer), ERR_OK);

    for (uint64_t proposal = 1; proposal <= 2; proposal++) {
        assert_int_equal(client_call_next(f->call, TIMEOUT_MS, &f->arena, &item), ERR_OK);
        assert_int_equal(item->event->proposal, proposal);
    }
    assert_int_equal(client_call_next(f->call, SHORT_MS, &f->arena, &item), ERR_TIMEOUT);
}

static void the_broker_is_told_what_is_watched_no_longer(void **state)
{
    struct fixture *f = *state;
    Hs__FeedItem *item = NULL;

    open_call(f);
    assert_int_equal(client_call_watch(f->call, 7), ERR_OK);
    assert_int_equal(client_call_next(f->call, TIMEOUT_MS, &f->arena, &item), ERR_OK);
    assert_int_equal(client_call_next(f->call, TIMEOUT_MS, &f->arena, &item), ERR_OK);

    client_call_unwatch(f->call, 7);

    assert_int_equal(client_call_next(f->call, TIMEOUT_MS, &f->arena, &item), ERR_OK);
    assert_int_equal(item->event->proposal, STOPPED);
}

static void a_wait_ends_with_the_answer(void **state)
{
    struct fixture *f = *state;
    Hs__Query__GetOffice get = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *query_answer = NULL;

    open_call(f);
    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &get;

    assert_int_equal(client_call_ask(f->call, &query, &f->arena, &query_answer), ERR_OK);
    assert_null(query_answer);
    assert_int_equal(client_call_wait(f->call, TIMEOUT_MS), ERR_OK);
    assert_non_null(query_answer);
    assert_int_equal(client_call_wait(f->call, SHORT_MS), ERR_TIMEOUT); /* told once */
}

static void a_question_takes_the_place_of_one_without_answer(void **state)
{
    struct fixture *f = *state;
    Hs__Query__GetOffice get = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *first = NULL;
    Hs__Answer *second = NULL;

    open_call(f);
    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &get;
    f->is_deaf = true;
    assert_int_equal(client_call_ask(f->call, &query, &f->arena, &first), ERR_OK);
    assert_int_equal(client_call_wait(f->call, SHORT_MS), ERR_TIMEOUT);
    f->is_deaf = false;

    assert_int_equal(client_call_query(f->call, &query, TIMEOUT_MS, &f->arena, &second), ERR_OK);

    assert_non_null(second);
    assert_null(first);
    assert_int_equal(client_call_wait(f->call, SHORT_MS), ERR_TIMEOUT);
}

static void a_wait_ends_when_the_descriptor_can_be_read(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    char byte = 'q';

    open_call(f);
    assert_int_equal(pipe(ends), 0);
    client_call_listen(f->call, ends[0]);
    assert_int_equal(client_call_wait(f->call, SHORT_MS), ERR_TIMEOUT);

    assert_int_equal(write(ends[1], &byte, 1), 1);
    assert_int_equal(client_call_wait(f->call, TIMEOUT_MS), ERR_OK);
    assert_int_equal(client_call_wait(f->call, TIMEOUT_MS), ERR_OK); /* as long as nobody reads */
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(client_call_wait(f->call, SHORT_MS), ERR_TIMEOUT);

    client_call_close(f->call);
    f->call = NULL;
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_key_that_is_not_enrolled_is_denied(void **state)
{
    struct fixture *f = *state;

    f->server.lets_in = false;

    assert_int_equal(client_call_open(&f->settings, TIMEOUT_MS, &f->call), ERR_DENIED);
    assert_null(f->call);
}

static void nobody_there_is_a_timeout(void **state)
{
    struct fixture *f = *state;

    f->settings.endpoint = "tcp://127.0.0.1:1";

    assert_int_equal(client_call_open(&f->settings, SHORT_MS, &f->call), ERR_TIMEOUT);
}

static void another_office_is_not_trusted(void **state)
{
    struct fixture *f = *state;

    f->settings.office = "elsewhere";

    assert_int_equal(client_call_open(&f->settings, TIMEOUT_MS, &f->call), ERR_CORRUPT);
}

/* ---- documents ---- */

struct progress {
    uint64_t last;
    bool is_ascending;
};

static void on_progress(void *self, uint64_t done_bytes, uint64_t all_bytes)
{
    struct progress *progress = self;

    progress->is_ascending =
        progress->is_ascending && done_bytes > progress->last && done_bytes <= all_bytes;
    progress->last = done_bytes;
}

/* Writes a file of @size bytes and returns its path. */
static const char *make_file(struct fixture *f, size_t size)
{
    uint8_t *bytes = calloc(1, size + 1);
    const char *path = arena_format(&f->arena, "%s/document.pdf", f->folder);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(i * 31 + i / 251);
    }
    assert_int_equal(file_write(path, (struct bytes){bytes, size}, 0600), ERR_OK);
    free(bytes);
    return path;
}

static void put(struct fixture *f, size_t size, struct call_document *document)
{
    struct progress progress = {.is_ascending = true};
    const struct call_progress told = {on_progress, &progress};
    const char *path = make_file(f, size);

    assert_int_equal(client_call_put(f->call, path, TIMEOUT_MS, &told, document), ERR_OK);
    assert_int_equal(document->size, size);
    assert_int_equal(f->document_stored, size);
    assert_true(progress.is_ascending);
    assert_true(hash_equal(hash_of((struct bytes){f->document, size}), document->hash));
}

static void a_document_goes_there_and_back(void **state)
{
    enum { SIZE = 10 * DOCUMENT_CHUNK_BYTES + 17 };
    struct fixture *f = *state;
    struct call_document document;
    struct bytes found;
    const char *path = arena_format(&f->arena, "%s/copy.pdf", f->folder);

    open_call(f);
    put(f, SIZE, &document);
    assert_int_equal(client_call_get(f->call, path, TIMEOUT_MS, NULL, &document), ERR_OK);

    assert_int_equal(f->chunks, 11);
    assert_int_equal(document.size, SIZE);
    assert_int_equal(file_read(path, SIZE, &f->arena, &found), ERR_OK);
    assert_true(hash_equal(hash_of(found), document.hash));
}

static void an_upload_goes_on_from_what_is_stored(void **state)
{
    enum { SIZE = 4 * DOCUMENT_CHUNK_BYTES };
    struct fixture *f = *state;
    struct call_document document;
    struct bytes file;

    assert_int_equal(file_read(make_file(f, SIZE), SIZE, &f->arena, &file), ERR_OK);
    memcpy(f->document, file.data, SIZE / 2);
    f->document_stored = SIZE / 2;
    open_call(f);
    put(f, SIZE, &document);

    assert_int_equal(f->chunks, 2);
}

static void a_lost_chunk_is_sent_again(void **state)
{
    struct fixture *f = *state;
    struct call_document document;

    f->loses_a_chunk = true;
    open_call(f);
    put(f, 3 * DOCUMENT_CHUNK_BYTES, &document);
}

static void an_empty_document_is_stored(void **state)
{
    struct fixture *f = *state;
    struct call_document document;

    open_call(f);
    put(f, 0, &document);

    assert_int_equal(f->chunks, 0);
}

static void a_document_that_is_refused_tells_the_code(void **state)
{
    struct fixture *f = *state;
    struct call_document document;

    f->is_full = true;
    open_call(f);
    for (size_t size = 0; size < 200; size += 100) {
        assert_int_equal(client_call_put(f->call, make_file(f, size), TIMEOUT_MS, NULL, &document),
                         ERR_INVALID);

        assert_true(document.is_refused);
        assert_string_equal(document.reason, "STORE_FULL");
    }
}

static void a_document_that_is_not_there_makes_no_file(void **state)
{
    struct fixture *f = *state;
    struct call_document document = {.hash = hash_of(bytes_of_text("unknown"))};
    const char *path = arena_format(&f->arena, "%s/copy.pdf", f->folder);
    const char *const *names = NULL;
    size_t count = 1;

    open_call(f);
    assert_int_equal(client_call_get(f->call, path, TIMEOUT_MS, NULL, &document), ERR_INVALID);

    assert_string_equal(document.reason, "UNKNOWN_DOCUMENT");
    assert_int_equal(folder_list(f->folder, &f->arena, &names, &count), ERR_OK);
    assert_int_equal(count, 0);
}

static void what_is_no_file_is_not_sent(void **state)
{
    struct fixture *f = *state;
    struct call_document document;

    open_call(f);

    assert_int_equal(client_call_put(f->call, "/nowhere/at/all", TIMEOUT_MS, NULL, &document),
                     ERR_ABSENT);
    assert_int_equal(client_call_put(f->call, f->folder, TIMEOUT_MS, NULL, &document), ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_command_is_answered_with_its_whole_receipt),
        TEST(a_temporary_refusal_is_told_at_once),
        TEST(a_question_without_answer_ends_in_time_and_the_next_is_answered),
        TEST(a_query_is_answered),
        TEST(what_happens_is_told_in_order_also_what_came_during_another_call),
        TEST(the_broker_is_told_what_is_watched_no_longer),
        TEST(a_wait_ends_with_the_answer),
        TEST(a_question_takes_the_place_of_one_without_answer),
        TEST(a_wait_ends_when_the_descriptor_can_be_read),
        TEST(a_key_that_is_not_enrolled_is_denied),
        TEST(nobody_there_is_a_timeout),
        TEST(another_office_is_not_trusted),
        TEST(a_document_goes_there_and_back),
        TEST(an_upload_goes_on_from_what_is_stored),
        TEST(a_lost_chunk_is_sent_again),
        TEST(an_empty_document_is_stored),
        TEST(a_document_that_is_refused_tells_the_code),
        TEST(a_document_that_is_not_there_makes_no_file),
        TEST(what_is_no_file_is_not_sent),
    };

    return cmocka_run_group_tests_name("client_call", tests, NULL, NULL);
}
