/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/dealer: how a client learns what has become of its connection, with a loop and
 * without one. */
#include "tests/unit/net_office.h"

enum { SHORT_MS = 50 };

struct fixture {
    struct office office;
    struct curve_pair fire;
    enum dealer_state told; /* what the listener was told last */
    size_t tellings;
    size_t readable;
    size_t writable;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    office_open(&f->office, (struct router_options){0});
    curve_pair_generate(&f->fire);
    office_enrol(&f->office, &f->fire, "agent:fire/1");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    office_close(&f->office);
    free(f);
    return 0;
}

static int64_t short_deadline_ns(void)
{
    return clock_monotonic_ns() + (int64_t)SHORT_MS * OFFICE_NS_PER_MS;
}

static void nobody_there_is_a_timeout(void **state)
{
    struct fixture *f = *state;
    const struct dealer_options options = {
        .endpoint = "tcp://127.0.0.1:1", /* a port on which nothing listens */
        .curve = &f->fire,
        .broker_curve = f->office.curve.public_key,
    };

    assert_int_equal(
        dealer_open(f->office.context, &options, &f->office.dealers[f->office.dealer_count]),
        ERR_OK);
    struct dealer *dealer = f->office.dealers[f->office.dealer_count++];

    assert_int_equal(dealer_wait(dealer, WATCHER_WRITABLE, short_deadline_ns()), ERR_TIMEOUT);
    assert_int_equal(dealer_state(dealer), DEALER_CONNECTING);
    assert_int_equal(dealer_refusals(dealer), 0);
    assert_false(dealer_send(dealer, bytes_of_text("x")));
}

/* Runs the office and asks @dealer without waiting, until the answer is other than "not yet". */
static enum err run_until_told(struct fixture *f, struct dealer *dealer)
{
    int64_t deadline_ns = office_deadline_ns();

    for (;;) {
        enum err err = dealer_wait(dealer, WATCHER_WRITABLE, clock_monotonic_ns());

        if (err != ERR_TIMEOUT) {
            return err;
        }
        office_turn(&f->office, deadline_ns);
    }
}

static void a_key_not_enrolled_is_denied_and_not_a_timeout(void **state)
{
    struct fixture *f = *state;
    struct curve_pair stranger;

    curve_pair_generate(&stranger);
    struct dealer *dealer = office_dealer(&f->office, &stranger);

    assert_int_equal(run_until_told(f, dealer), ERR_DENIED);
    assert_int_equal(dealer_state(dealer), DEALER_REFUSED);
    assert_int_equal(dealer_refusals(dealer), DEALER_REFUSALS_CERTAIN);
}

static void a_broker_with_another_key_is_denied(void **state)
{
    struct fixture *f = *state;
    struct curve_pair honest = f->office.curve;

    curve_pair_generate(&f->office.curve); /* what the client will expect */
    struct dealer *dealer = office_dealer(&f->office, &f->fire);
    f->office.curve = honest;

    assert_int_equal(run_until_told(f, dealer), ERR_DENIED);
    assert_int_equal(zap_counts(f->office.zap).admitted, 0);
}

static void a_refused_client_gets_in_when_its_key_is_enrolled(void **state)
{
    struct fixture *f = *state;
    struct curve_pair late;

    curve_pair_generate(&late);
    struct dealer *dealer = office_dealer(&f->office, &late);
    assert_int_equal(run_until_told(f, dealer), ERR_DENIED);

    office_enrol(&f->office, &late, "person:late");
    int64_t deadline_ns = office_deadline_ns();
    while (dealer_wait(dealer, WATCHER_WRITABLE, clock_monotonic_ns()) != ERR_OK ||
           dealer_state(dealer) != DEALER_READY) {
        office_turn(&f->office, deadline_ns);
    }

    assert_int_equal(dealer_refusals(dealer), 0);
    assert_true(dealer_send(dealer, bytes_of_text("x")));
}

/* A broker elsewhere: nothing here runs its loop while the client waits. */
struct elsewhere {
    struct office *office;
    uv_thread_t thread;
    uv_async_t stop;
    bool is_stopped;
};

static void on_stop(uv_async_t *stop)
{
    struct elsewhere *elsewhere = stop->data;

    elsewhere->is_stopped = true;
    uv_close((uv_handle_t *)stop, NULL);
}

static void run_elsewhere(void *argument)
{
    struct elsewhere *elsewhere = argument;

    while (!elsewhere->is_stopped) {
        (void)uv_run(&elsewhere->office->loop, UV_RUN_ONCE);
    }
}

static void a_client_without_a_loop_waits_sends_and_receives(void **state)
{
    struct fixture *f = *state;
    struct dealer *dealer = office_dealer(&f->office, &f->fire);
    struct elsewhere elsewhere = {.office = &f->office};
    struct dealer_message message = {.body = {0}};

    elsewhere.stop.data = &elsewhere;
    assert_int_equal(uv_async_init(&f->office.loop, &elsewhere.stop, on_stop), 0);
    assert_int_equal(uv_thread_create(&elsewhere.thread, run_elsewhere, &elsewhere), 0);
    enum err connected = dealer_wait(dealer, WATCHER_WRITABLE, office_deadline_ns());
    bool is_sent = dealer_send(dealer, bytes_of_text("question"));
    enum err answered = dealer_wait(dealer, WATCHER_READABLE, office_deadline_ns());
    bool is_received = dealer_receive(dealer, &message);
    bool is_same = bytes_equal(message.body, bytes_of_text("question"));
    enum err silent = dealer_wait(dealer, WATCHER_READABLE, short_deadline_ns());
    (void)uv_async_send(&elsewhere.stop);
    (void)uv_thread_join(&elsewhere.thread);

    assert_int_equal(connected, ERR_OK);
    assert_true(is_sent);
    assert_int_equal(answered, ERR_OK);
    assert_true(is_received);
    assert_true(is_same);
    assert_int_equal(silent, ERR_TIMEOUT);
    dealer_message_release(&message);
}

/* ---- on a loop ---- */

static void on_ready(void *self, int ready)
{
    struct fixture *f = self;

    f->readable += (ready & WATCHER_READABLE) != 0;
    f->writable += (ready & WATCHER_WRITABLE) != 0;
}

static void on_state(void *self, enum dealer_state state)
{
    struct fixture *f = self;

    f->told = state;
    f->tellings++;
}

static struct dealer *watched_dealer(struct fixture *f)
{
    const struct dealer_listener listener = {.on_ready = on_ready, .on_state = on_state, .self = f};
    struct dealer *dealer = office_dealer(&f->office, &f->fire);

    assert_int_equal(dealer_watch(dealer, &f->office.loop, &listener), ERR_OK);
    return dealer;
}

static void run_until_state(struct fixture *f, enum dealer_state state)
{
    int64_t deadline_ns = office_deadline_ns();

    while (f->tellings == 0 || f->told != state) {
        office_turn(&f->office, deadline_ns);
    }
}

static void a_loop_is_told_of_connection_and_messages(void **state)
{
    struct fixture *f = *state;
    struct dealer *dealer = watched_dealer(f);
    struct dealer_message message;

    run_until_state(f, DEALER_READY);
    assert_true(dealer_send(dealer, bytes_of_text("hello")));
    int64_t deadline_ns = office_deadline_ns();
    while (f->readable == 0) {
        office_turn(&f->office, deadline_ns);
    }

    assert_int_equal(f->tellings, 1);
    assert_int_equal(f->writable, 0); /* not wanted */
    assert_true(dealer_receive(dealer, &message));
    dealer_message_release(&message);
    assert_false(dealer_receive(dealer, &message));
}

static void writable_is_told_when_wanted(void **state)
{
    struct fixture *f = *state;
    struct dealer *dealer = watched_dealer(f);
    int64_t deadline_ns = office_deadline_ns();

    run_until_state(f, DEALER_READY);
    dealer_want(dealer, WATCHER_READABLE | WATCHER_WRITABLE);
    while (f->writable == 0) {
        office_turn(&f->office, deadline_ns);
    }
    dealer_want(dealer, WATCHER_READABLE);
    size_t before = f->writable;
    office_serves_an_honest_client(&f->office);

    assert_int_equal(f->writable, before);
}

static void a_lost_broker_is_told_and_its_successor_found(void **state)
{
    struct fixture *f = *state;
    char endpoint[ENDPOINT_BYTES_MAX];
    struct dealer *dealer = watched_dealer(f);
    struct router_options options = {
        .endpoint = endpoint, .curve = &f->office.curve, .zap = f->office.zap};
    int64_t deadline_ns = office_deadline_ns();

    (void)snprintf(endpoint, sizeof endpoint, "%s", router_endpoint(f->office.router));
    run_until_state(f, DEALER_READY);
    router_close(f->office.router);
    f->office.router = NULL;
    run_until_state(f, DEALER_CONNECTING);
    while (router_open(f->office.context, &f->office.loop, &options, &f->office.router) ==
           ERR_EXISTS) { /* until the old socket is gone */
        office_turn(&f->office, deadline_ns);
    }
    router_watch(f->office.router, office_serve, &f->office);
    run_until_state(f, DEALER_READY);

    assert_true(dealer_send(dealer, bytes_of_text("again")));
    office_run_until_received(&f->office, 1);
    assert_string_equal(f->office.last_body, "again");
}

static void wrong_endpoints_and_keys_are_invalid(void **state)
{
    struct fixture *f = *state;
    struct dealer_options options = {
        .endpoint = "inproc://x",
        .curve = &f->fire,
        .broker_curve = f->office.curve.public_key,
    };
    struct dealer *dealer = NULL;

    assert_int_equal(dealer_open(f->office.context, &options, &dealer), ERR_INVALID);
    options.endpoint = "tcp://127.0.0.1:0";
    assert_int_equal(dealer_open(f->office.context, &options, &dealer), ERR_INVALID);
    options.endpoint = "tcp://127.0.0.1:7700";
    options.broker_curve = "short";
    assert_int_equal(dealer_open(f->office.context, &options, &dealer), ERR_INVALID);

    assert_null(dealer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_there_is_a_timeout),
        TEST(a_key_not_enrolled_is_denied_and_not_a_timeout),
        TEST(a_broker_with_another_key_is_denied),
        TEST(a_refused_client_gets_in_when_its_key_is_enrolled),
        TEST(a_client_without_a_loop_waits_sends_and_receives),
        TEST(a_loop_is_told_of_connection_and_messages),
        TEST(writable_is_told_when_wanted),
        TEST(a_lost_broker_is_told_and_its_successor_found),
        TEST(wrong_endpoints_and_keys_are_invalid),
    };

    return cmocka_run_group_tests_name("dealer", tests, NULL, NULL);
}
