/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of broker/broker: a broker and a client's socket on one loop, over a real connection. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "broker/broker.h"
#include "broker/found.h"
#include "net/dealer.h"
#include "net/socket.h"
#include "os/files.h"
#include "os/random.h"

enum {
    MAP_BYTES = 64 * 1024 * 1024,
    WAIT_MS = 20 * 1000,
    HEARD_MAX = 64,
    RECEIVE_MAX = 64, /* of one wake-up */
};

struct fixture {
    char home[64];
    struct keys office;
    struct keys client;
    int log_fd;
    struct log log;
    uv_loop_t loop;
    uv_timer_t alarm; /* keeps a loop that waits from waiting for ever */
    struct broker *broker;
    void *context;
    struct dealer *dealer;
    struct arena arena;
    const Hs__BrokerMessage *heard[HEARD_MAX];
    size_t heard_count; /* of all, also those beyond HEARD_MAX */
    bool is_hello_wanted;
};

/* ---- the office ---- */

static const char *path_of(struct fixture *f, const char *name)
{
    return arena_format(&f->arena, "%s/%s", f->home, name);
}

static void found_office(struct fixture *f)
{
    char reason[KEYS_REASON_BYTES];
    struct public_keys office;
    struct public_keys client;
    struct founding *founding = NULL;
    struct failure failure = {{0}};
    Hs__Principal admin = HS__PRINCIPAL__INIT;
    Hs__Principal__Role roles[] = {HS__PRINCIPAL__ROLE__SECURITY_ADMIN};

    keys_generate(&f->office);
    keys_generate(&f->client);
    keys_public(&f->office, &office);
    keys_public(&f->client, &client);
    assert_int_equal(folder_make(path_of(f, "keys"), 0700), ERR_OK);
    assert_int_equal(keys_save(&f->office, path_of(f, "keys/office"), reason), ERR_OK);
    admin.name = "person:security";
    admin.n_roles = 1;
    admin.roles = roles;
    admin.curve_key = binary_of((struct bytes){client.curve, sizeof client.curve});
    admin.sign_key = binary_of((struct bytes){client.sign, sizeof client.sign});

    struct founding_settings settings = {
        .journal = path_of(f, "journal"),
        .map_bytes = MAP_BYTES,
        .office = "test",
        .prefix = "LJHS",
        .utc_offset_minutes = 480,
        .office_key = &f->office.sign,
        .office_curve_key = office.curve,
        .security_admin = &admin,
        .time = time_source_machine(),
    };
    assert_int_equal(founding_begin(&settings, &founding, &failure), ERR_OK);
    founding_end(founding);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    const char *base = getenv("TMPDIR");

    *f = (struct fixture){.log_fd = -1};
    (void)snprintf(f->home, sizeof f->home, "%.40s/serve-XXXXXX", base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(f->home));
    arena_init(&f->arena, 64 << 20);
    random_seed_libc();
    found_office(f);
    f->log_fd = open(path_of(f, "log"), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(f->log_fd >= 0);
    log_init(&f->log, f->log_fd, LOG_INFO, 480, clock_real());
    assert_int_equal(uv_loop_init(&f->loop), 0);
    uv_timer_init(&f->loop, &f->alarm);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    dealer_close(f->dealer);
    if (f->broker != NULL) {
        broker_stop(f->broker);
        broker_close(f->broker);
    }
    uv_close((uv_handle_t *)&f->alarm, NULL);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    context_free(f->context);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    (void)close(f->log_fd);
    arena_release(&f->arena);
    assert_int_equal(folder_remove(f->home), ERR_OK);
    return 0;
}

static enum err open_broker(struct fixture *f)
{
    struct broker_options options = {
        .home = f->home,
        .listen = "tcp://127.0.0.1:0",
        .map_bytes = MAP_BYTES,
        .log = &f->log,
        .clock = clock_real(),
        .time = time_source_machine(),
    };

    return broker_open(&options, &f->loop, &f->broker);
}

/* How often @word stands in the log. */
static size_t logged(struct fixture *f, const char *word)
{
    struct bytes log;
    size_t count = 0;

    assert_int_equal(file_read(path_of(f, "log"), 1 << 20, &f->arena, &log), ERR_OK);
    const char *text = arena_format(&f->arena, "%.*s", (int)log.size, (const char *)log.data);
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

/* ---- the client ---- */

static void hear(struct fixture *f, struct bytes frame)
{
    Hs__Bundle *bundle = message_read(&hs__bundle__descriptor, frame, &f->arena);

    assert_non_null(bundle);
    for (size_t i = 0; i < bundle->n_messages; i++) {
        if (f->heard_count < HEARD_MAX) {
            f->heard[f->heard_count] = bundle->messages[i];
        }
        f->heard_count++;
        f->is_hello_wanted = f->is_hello_wanted || bundle->messages[i]->body_case ==
                                                       HS__BROKER_MESSAGE__BODY_HELLO_WANTED;
    }
}

static void on_ready(void *self, int ready)
{
    struct fixture *f = self;
    struct dealer_message message;

    (void)ready; /* only reading is wanted */
    for (int i = 0; i < RECEIVE_MAX && dealer_receive(f->dealer, &message); i++) {
        hear(f, message.body);
        dealer_message_release(&message);
    }
}

static void on_alarm(uv_timer_t *timer)
{
    (void)timer; /* that the loop woke up is all */
}

static bool is_connected(struct fixture *f)
{
    return dealer_state(f->dealer) == DEALER_READY;
}

/* Lets the loop go on for a moment. */
static void pump(struct fixture *f)
{
    uv_timer_start(&f->alarm, on_alarm, 20, 0);
    (void)uv_run(&f->loop, UV_RUN_ONCE);
}

static void wait_connected(struct fixture *f)
{
    int64_t until_ns = clock_monotonic_ns() + INT64_C(1000000) * WAIT_MS;

    while (!is_connected(f)) {
        assert_true(clock_monotonic_ns() < until_ns);
        pump(f);
    }
}

static void wait_heard(struct fixture *f, size_t count)
{
    int64_t until_ns = clock_monotonic_ns() + INT64_C(1000000) * WAIT_MS;

    while (f->heard_count < count) {
        assert_true(clock_monotonic_ns() < until_ns);
        pump(f);
    }
}

static void connect_client(struct fixture *f)
{
    struct dealer_listener listener = {.on_ready = on_ready, .self = f};

    f->context = context_new();
    struct dealer_options options = {
        .endpoint = broker_endpoint(f->broker),
        .curve = &f->client.curve,
        .broker_curve = f->office.curve.public_key,
    };
    assert_int_equal(dealer_open(f->context, &options, &f->dealer), ERR_OK);
    assert_int_equal(dealer_watch(f->dealer, &f->loop, &listener), ERR_OK);
    wait_connected(f);
}

static bool say(struct fixture *f, const Hs__ClientMessage *message)
{
    return dealer_send(f->dealer, message_pack(message, &f->arena));
}

static bool say_heartbeat(struct fixture *f)
{
    Hs__Heartbeat heartbeat = HS__HEARTBEAT__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    message.body_case = HS__CLIENT_MESSAGE__BODY_HEARTBEAT;
    message.heartbeat = &heartbeat;
    return say(f, &message);
}

static bool say_hello(struct fixture *f)
{
    Hs__Hello hello = HS__HELLO__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    message.body_case = HS__CLIENT_MESSAGE__BODY_HELLO;
    message.hello = &hello;
    return say(f, &message);
}

/* ---- tests ---- */

static void a_client_without_a_session_is_told_once_to_say_hello(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_broker(f), ERR_OK);
    connect_client(f);
    for (int i = 0; i < 3; i++) {
        assert_true(say_heartbeat(f));
    }
    assert_true(say_hello(f));
    assert_true(say_heartbeat(f));
    assert_true(say_hello(f));
    wait_heard(f, 3);

    assert_int_equal(f->heard_count, 3);
    assert_int_equal(f->heard[0]->body_case, HS__BROKER_MESSAGE__BODY_HELLO_WANTED);
    assert_int_equal(f->heard[1]->body_case, HS__BROKER_MESSAGE__BODY_WELCOME);
    assert_int_equal(f->heard[2]->body_case, HS__BROKER_MESSAGE__BODY_WELCOME);
}

/* Asks for the journal until the broker finds that the answers are not read. */
static void ask_unheard(struct fixture *f)
{
    int64_t until_ns = clock_monotonic_ns() + INT64_C(1000000) * WAIT_MS;
    Hs__Query__GetJournal journal = HS__QUERY__GET_JOURNAL__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    query.body_case = HS__QUERY__BODY_JOURNAL;
    query.journal = &journal;
    journal.from = 1;
    journal.limit = 100;
    message.body_case = HS__CLIENT_MESSAGE__BODY_QUERY;
    message.query = &query;
    struct bytes frame = message_pack(&message, &f->arena);
    dealer_want(f->dealer, 0);
    while (f->broker->sessions.all == NULL || !f->broker->sessions.all->is_slow) {
        assert_true(clock_monotonic_ns() < until_ns);
        while (dealer_send(f->dealer, frame)) {
        }
        pump(f);
    }
}

static void a_reader_too_slow_is_logged_once_and_told_to_say_hello_when_it_reads(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_broker(f), ERR_OK);
    connect_client(f);
    assert_true(say_hello(f));
    wait_heard(f, 1);
    ask_unheard(f);
    int64_t until_ns = clock_monotonic_ns() + INT64_C(1000000) * WAIT_MS;

    dealer_want(f->dealer, WATCHER_READABLE);
    while (!f->is_hello_wanted) {
        assert_true(clock_monotonic_ns() < until_ns);
        (void)say_heartbeat(f); /* if there is room by now */
        pump(f);
    }
    assert_int_equal(logged(f, "reader_too_slow"), 1);
    assert_int_equal(f->broker->sessions.count, 1);
}

static void a_query_that_cannot_be_read_is_answered_and_logged_once(void **state)
{
    static const uint8_t query[] = {HS__CLIENT_MESSAGE__BODY_QUERY << 3 | 2, 9, 1};
    static const uint8_t unknown[] = {99, 99, 99};
    struct fixture *f = *state;

    assert_int_equal(open_broker(f), ERR_OK);
    connect_client(f);
    assert_true(say_hello(f));
    assert_true(dealer_send(f->dealer, (struct bytes){unknown, sizeof unknown}));
    assert_true(dealer_send(f->dealer, (struct bytes){query, sizeof query}));
    wait_heard(f, 2);

    assert_int_equal(f->heard[1]->body_case, HS__BROKER_MESSAGE__BODY_ANSWER);
    assert_int_equal(f->heard[1]->answer->id, 0);
    assert_string_equal(f->heard[1]->answer->refusal->code, "MALFORMED");
    assert_int_equal(logged(f, "message_unreadable"), 1);
}

/* Makes everybody's account end, or be disabled, and asks who there is. */
static const char *refused_when(struct fixture *f, int64_t expires_at, bool disabled)
{
    Hs__Query__GetPrincipals principals = HS__QUERY__GET_PRINCIPALS__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;
    size_t heard = f->heard_count;

    for (size_t i = 0; i < f->broker->directory.count; i++) {
        f->broker->directory.rows[i]->expires_at = expires_at;
        f->broker->directory.rows[i]->disabled = disabled;
    }
    query.body_case = HS__QUERY__BODY_PRINCIPALS;
    query.principals = &principals;
    message.body_case = HS__CLIENT_MESSAGE__BODY_QUERY;
    message.query = &query;
    assert_true(say(f, &message));
    wait_heard(f, heard + 1);
    assert_int_equal(f->heard[heard]->body_case, HS__BROKER_MESSAGE__BODY_ANSWER);

    const Hs__Answer *answer = f->heard[heard]->answer;
    return answer->body_case == HS__ANSWER__BODY_REFUSAL ? answer->refusal->code : "";
}

static void who_has_expired_or_is_disabled_gets_no_answer(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_broker(f), ERR_OK);
    connect_client(f);
    assert_true(say_hello(f));
    wait_heard(f, 1);

    assert_string_equal(refused_when(f, 0, false), "");
    assert_string_equal(refused_when(f, 1, false), "PRINCIPAL_EXPIRED");
    assert_string_equal(refused_when(f, INT64_MAX, false), "");
    assert_string_equal(refused_when(f, 0, true), "PRINCIPAL_DISABLED");
}

static void a_home_without_a_place_for_documents_is_not_served(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(file_write(path_of(f, "documents"), bytes_of_text("no folder"), 0600), ERR_OK);

    assert_true(open_broker(f) != ERR_OK);
    assert_null(f->broker);
    assert_int_equal(logged(f, "documents_unusable"), 1);
}

/* Makes the file @name of the documents, last written at @at (Unix seconds; 0: now). */
static const char *make_document(struct fixture *f, const char *folder, const char *name, time_t at)
{
    const struct timespec times[] = {{.tv_sec = at}, {.tv_sec = at}};
    const char *path = arena_format(&f->arena, "%s/documents/%s/%s", f->home, folder, name);

    assert_int_equal(folder_make(arena_format(&f->arena, "%s/documents/%s", f->home, folder), 0700),
                     ERR_OK);
    assert_int_equal(file_write(path, bytes_of_text("text"), 0600), ERR_OK);
    assert_int_equal(utimensat(AT_FDCWD, path, at == 0 ? NULL : times, 0), 0);
    return path;
}

static void what_nobody_names_after_a_day_is_removed_at_the_start(void **state)
{
    static const char rest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd";
    struct fixture *f = *state;
    int64_t until_ns = clock_monotonic_ns() + INT64_C(1000000) * WAIT_MS;
    time_t two_days_ago = time(NULL) - 2 * 24 * 3600;
    const char *old = make_document(f, "ab", rest, two_days_ago);
    const char *young = make_document(f, "cd", rest, 0);
    const char *upload = make_document(f, "partial", "given-up", two_days_ago);
    const char *arriving = make_document(f, "partial", "arriving", 0);

    assert_int_equal(open_broker(f), ERR_OK);
    while (logged(f, "documents_swept removed=2") == 0) {
        assert_true(clock_monotonic_ns() < until_ns);
        pump(f);
    }

    assert_false(file_exists(old));
    assert_false(file_exists(upload));
    assert_true(file_exists(young));
    assert_true(file_exists(arriving));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_without_a_session_is_told_once_to_say_hello),
        TEST(a_reader_too_slow_is_logged_once_and_told_to_say_hello_when_it_reads),
        TEST(a_query_that_cannot_be_read_is_answered_and_logged_once),
        TEST(who_has_expired_or_is_disabled_gets_no_answer),
        TEST(what_nobody_names_after_a_day_is_removed_at_the_start),
        TEST(a_home_without_a_place_for_documents_is_not_served),
    };

    return cmocka_run_group_tests_name("broker_serve", tests, NULL, NULL);
}
