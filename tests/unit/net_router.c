/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/router, net/zap and net/watcher together, over real sockets: what gets through, what
 * does not, and that nothing of it stops the office. */
#include "tests/unit/net_office.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { PIPELINED = 5000, PARTS = 10 * 1000, SMALL_FRAME = 64 * 1024 };

struct fixture {
    struct office office;
    struct curve_pair fire;
    uv_timer_t timer;
};

static int set_up_with(void **state, struct router_options options)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    office_open(&f->office, options);
    curve_pair_generate(&f->fire);
    office_enrol(&f->office, &f->fire, "agent:fire/1");
    (void)uv_timer_init(&f->office.loop, &f->timer);
    f->timer.data = &f->office;
    *state = f;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, (struct router_options){0});
}

static int set_up_small_frames(void **state)
{
    return set_up_with(state, (struct router_options){.message_bytes_max = SMALL_FRAME});
}

/* A refused client hears nothing more, so this is also how soon it tries again. */
static int set_up_brief_handshakes(void **state)
{
    return set_up_with(state, (struct router_options){.handshake_ms = 250});
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    uv_close((uv_handle_t *)&f->timer, NULL);
    office_close(&f->office);
    free(f);
    return 0;
}

static void a_message_comes_with_the_name_of_its_key_and_is_answered(void **state)
{
    struct fixture *f = *state;
    struct dealer *dealer = office_dealer(&f->office, &f->fire);
    struct dealer_message message;

    office_run_until_ready(&f->office, dealer, WATCHER_WRITABLE);
    assert_true(dealer_send(dealer, bytes_of_text("hello")));
    office_run_until_ready(&f->office, dealer, WATCHER_READABLE);
    assert_true(dealer_receive(dealer, &message));

    assert_true(bytes_equal(message.body, bytes_of_text("hello")));
    assert_string_equal(f->office.last_principal, "agent:fire/1");
    assert_string_equal(f->office.last_address, "127.0.0.1");
    assert_int_equal(f->office.last_id[0], 0);
    assert_int_equal(f->office.last_sent, ROUTER_SENT);
    assert_int_equal(dealer_state(dealer), DEALER_READY);
    dealer_message_release(&message);
}

static void thousands_of_pipelined_messages_are_all_answered(void **state)
{
    struct fixture *f = *state;
    void *client = office_plain_client(&f->office, &f->fire);
    int64_t deadline_ns = office_deadline_ns();
    uint32_t sent = 0;
    uint32_t answered = 0;

    while (answered < PIPELINED) {
        uint32_t number;

        if (sent < PIPELINED && zmq_send(client, &sent, sizeof sent, ZMQ_DONTWAIT) > 0) {
            sent++;
        }
        while (zmq_recv(client, &number, sizeof number, ZMQ_DONTWAIT) == sizeof number) {
            assert_int_equal(number, answered);
            answered++;
        }
        (void)uv_run(&f->office.loop, UV_RUN_NOWAIT);
        assert_true(clock_monotonic_ns() < deadline_ns);
    }

    assert_int_equal(f->office.received, PIPELINED);
    assert_int_equal(router_counts(f->office.router).sent, PIPELINED);
}

/* A send by someone else, after which the descriptor will not signal what is already there. */
static void consume_signal(uv_timer_t *timer)
{
    struct office *office = timer->data;

    (void)router_send(office->router, (struct bytes){(const uint8_t *)"\0none", ROUTER_ID_BYTES},
                      bytes_of_text("x"));
}

/* Waits, without running the loop, until something it watches has signalled. */
static void wait_for_signal(struct office *office)
{
    struct pollfd item = {.fd = uv_backend_fd(&office->loop), .events = POLLIN};

    assert_int_equal(poll(&item, 1, OFFICE_WAIT_MS), 1);
}

static void a_message_whose_signal_another_call_consumed_is_still_received(void **state)
{
    struct fixture *f = *state;
    struct office *office = &f->office;
    void *client = office_plain_client(office, &f->fire);

    assert_int_equal(zmq_send(client, "first", 5, 0), 5);
    office_run_until_received(office, 1);
    /* Nothing but the socket wakes the loop from now on, until the test has failed. */
    (void)uv_timer_start(&office->alarm, office_wake, OFFICE_WAIT_MS, OFFICE_WAIT_MS);
    for (size_t round = 2; round < 50; round++) {
        int64_t deadline_ns = office_deadline_ns();

        assert_int_equal(zmq_send(client, "again", 5, 0), 5);
        wait_for_signal(office);
        (void)uv_timer_start(&f->timer, consume_signal, 0, 0); /* runs before the loop looks */
        while (office->received < round) {
            office_turn(office, deadline_ns);
        }
    }

    assert_int_equal(office->received, 49);
}

static void an_unknown_key_delivers_nothing_and_gets_in_once_enrolled(void **state)
{
    struct fixture *f = *state;
    struct curve_pair stranger;

    curve_pair_generate(&stranger);
    void *client = office_plain_client(&f->office, &stranger);
    assert_int_equal(zmq_send(client, "let me in", 9, 0), 9);
    int64_t deadline_ns = office_deadline_ns();
    while (zap_counts(f->office.zap).unknown < 3) {
        office_turn(&f->office, deadline_ns);
    }
    assert_int_equal(f->office.received, 0);

    office_enrol(&f->office, &stranger, "person:late");
    office_run_until_received(&f->office, 1);

    assert_string_equal(f->office.last_body, "let me in");
    assert_string_equal(f->office.last_principal, "person:late");
}

/* Connects a client of another mechanism, PLAIN or none, with a message to deliver. */
static void connect_otherwise(struct office *office, bool is_plain)
{
    void *socket = office_socket(office);

    if (is_plain) {
        assert_int_equal(zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, "office", 6), 0);
        assert_int_equal(zmq_setsockopt(socket, ZMQ_PLAIN_PASSWORD, "secret", 6), 0);
    }
    assert_int_equal(zmq_connect(socket, router_endpoint(office->router)), 0);
    assert_int_equal(zmq_send(socket, "let me in", 9, 0), 9);
}

static void clients_without_curve_deliver_nothing(void **state)
{
    struct fixture *f = *state;

    connect_otherwise(&f->office, false);
    connect_otherwise(&f->office, true);

    office_serves_an_honest_client(&f->office);
    office_serves_an_honest_client(&f->office);

    assert_int_equal(f->office.received, 2);
    assert_int_equal(router_counts(f->office.router).dropped_anonymous, 0);
}

static void an_oversized_frame_ends_its_connection_only(void **state)
{
    static uint8_t large[SMALL_FRAME + 1];
    struct fixture *f = *state;
    struct curve_pair other;

    curve_pair_generate(&other);
    office_enrol(&f->office, &other, "agent:planning/1");
    void *good = office_plain_client(&f->office, &other);
    assert_int_equal(zmq_send(good, "one", 3, 0), 3);
    office_run_until_received(&f->office, 1);
    uint8_t good_id[ROUTER_ID_BYTES];
    memcpy(good_id, f->office.last_id, sizeof good_id);

    void *bad = office_plain_client(&f->office, &f->fire);
    assert_int_equal(zmq_send(bad, "small", 5, 0), 5);
    office_run_until_received(&f->office, 2);
    uint8_t bad_id[ROUTER_ID_BYTES];
    memcpy(bad_id, f->office.last_id, sizeof bad_id);
    assert_int_equal(zmq_send(bad, large, sizeof large, 0), sizeof large);
    int64_t deadline_ns = office_deadline_ns();
    while (router_send(f->office.router, (struct bytes){bad_id, sizeof bad_id},
                       bytes_of_text("x")) != ROUTER_GONE) {
        office_turn(&f->office, deadline_ns);
    }
    assert_int_equal(zmq_send(good, "two", 3, 0), 3);
    office_run_until_received(&f->office, 3);

    assert_string_equal(f->office.last_body, "two");
    assert_memory_equal(f->office.last_id, good_id, sizeof good_id); /* the same connection */
}

static void the_largest_frame_passes(void **state)
{
    static uint8_t largest[SMALL_FRAME];
    struct fixture *f = *state;
    void *client = office_plain_client(&f->office, &f->fire);

    /* The limit holds for what travels: the cipher's nonce, tag and flags take their part of it. */
    enum { CIPHER_BYTES = 64 };
    assert_int_equal(zmq_send(client, largest, sizeof largest - CIPHER_BYTES, 0),
                     sizeof largest - CIPHER_BYTES);
    office_run_until_received(&f->office, 1);

    assert_int_equal(f->office.last_size, sizeof largest - CIPHER_BYTES);
}

static void messages_of_many_parts_and_of_none_are_thrown_away(void **state)
{
    struct fixture *f = *state;
    void *client = office_plain_client(&f->office, &f->fire);

    for (int i = 0; i < PARTS; i++) {
        assert_int_equal(zmq_send(client, "part", 4, i + 1 < PARTS ? ZMQ_SNDMORE : 0), 4);
    }
    assert_int_equal(zmq_send(client, "", 0, 0), 0);
    assert_int_equal(zmq_send(client, "", 0, ZMQ_SNDMORE), 0);
    assert_int_equal(zmq_send(client, "after a delimiter", 17, 0), 17);
    assert_int_equal(zmq_send(client, "good", 4, 0), 4);
    office_run_until_received(&f->office, 1);

    struct router_counts counts = router_counts(f->office.router);
    assert_string_equal(f->office.last_body, "good");
    assert_int_equal(f->office.received, 1);
    assert_int_equal(counts.dropped_parts, 2);
    assert_int_equal(counts.dropped_empty, 1);
}

static void a_peer_that_chose_its_routing_id_is_not_heard(void **state)
{
    struct fixture *f = *state;
    void *client = office_socket(&f->office);

    assert_int_equal(zmq_setsockopt(client, ZMQ_ROUTING_ID, "fire1", 5), 0);
    assert_int_equal(zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, f->office.curve.public_key, 40),
                     0);
    assert_int_equal(zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, f->fire.public_key, 40), 0);
    assert_int_equal(zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, f->fire.secret, 40), 0);
    assert_int_equal(zmq_connect(client, router_endpoint(f->office.router)), 0);
    assert_int_equal(zmq_send(client, "hello", 5, 0), 5);
    int64_t deadline_ns = office_deadline_ns();
    while (router_counts(f->office.router).dropped_chosen_id == 0) {
        office_turn(&f->office, deadline_ns);
    }

    assert_int_equal(f->office.received, 0);
    office_serves_an_honest_client(&f->office);
}

static void a_send_to_a_peer_that_vanished_says_gone(void **state)
{
    struct fixture *f = *state;
    void *client = office_plain_client(&f->office, &f->fire);
    struct bytes id = {f->office.last_id, ROUTER_ID_BYTES};

    assert_int_equal(zmq_send(client, "hello", 5, 0), 5);
    office_run_until_received(&f->office, 1);
    office_drop(&f->office, client);
    int64_t deadline_ns = office_deadline_ns();
    while (router_send(f->office.router, id, bytes_of_text("x")) != ROUTER_GONE) {
        office_turn(&f->office, deadline_ns);
    }

    assert_int_equal(router_counts(f->office.router).gone, 1);
    assert_int_equal(router_send(f->office.router, bytes_of_text("nobody"), bytes_of_text("x")),
                     ROUTER_GONE);
}

static void a_peer_that_never_reads_fills_its_own_queue_only(void **state)
{
    static const uint8_t block[16 * 1024];
    struct fixture *f = *state;
    void *client = office_plain_client(&f->office, &f->fire);

    assert_int_equal(zmq_send(client, "hello", 5, 0), 5);
    office_run_until_received(&f->office, 1);
    uint8_t id[ROUTER_ID_BYTES];
    memcpy(id, f->office.last_id, sizeof id);

    enum router_sent sent = ROUTER_SENT;
    for (int i = 0; i < 100 * 1000 && sent == ROUTER_SENT; i++) {
        sent = router_send(f->office.router, (struct bytes){id, sizeof id},
                           (struct bytes){block, sizeof block});
    }

    assert_int_equal(sent, ROUTER_FULL);
    assert_int_equal(router_counts(f->office.router).full, 1);
    office_serves_an_honest_client(&f->office);
}

static void an_address_in_use_is_told_from_a_wrong_one(void **state)
{
    struct fixture *f = *state;
    struct router_options options = {.curve = &f->fire, .zap = f->office.zap};
    struct router *router = NULL;

    options.endpoint = router_endpoint(f->office.router);
    assert_int_equal(router_open(f->office.context, &f->office.loop, &options, &router),
                     ERR_EXISTS);
    options.endpoint = "tcp://192.0.2.1:7700"; /* no address of any machine */
    assert_int_equal(router_open(f->office.context, &f->office.loop, &options, &router),
                     ERR_INVALID);
    options.endpoint = "inproc://anything";
    assert_int_equal(router_open(f->office.context, &f->office.loop, &options, &router),
                     ERR_INVALID);
    assert_null(router);
}

static void a_failure_to_listen_is_logged_once_with_its_reason(void **state)
{
    struct fixture *f = *state;
    struct log log;
    struct router *router = NULL;
    char line[LOG_LINE_BYTES_MAX + 1] = {0};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    log_init(&log, ends[1], LOG_INFO, 0, clock_real());
    const struct router_options options = {
        .endpoint = router_endpoint(f->office.router),
        .curve = &f->fire,
        .zap = f->office.zap,
        .log = &log,
    };
    assert_int_equal(router_open(f->office.context, &f->office.loop, &options, &router),
                     ERR_EXISTS);

    assert_true(read(ends[0], line, sizeof line - 1) > 0);
    assert_non_null(strstr(line, "event=listen_failed"));
    assert_non_null(strstr(line, "reason=\"Address already in use\""));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_context_has_one_handler(void **state)
{
    struct fixture *f = *state;
    const struct zap_principals principals = {.find = office_find, .self = &f->office};
    struct zap *second = NULL;

    assert_int_equal(zap_open(f->office.context, &f->office.loop, &principals, &second),
                     ERR_EXISTS);

    assert_null(second);
}

#define TEST(name)       cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_BRIEF(name) cmocka_unit_test_setup_teardown(name, set_up_brief_handshakes, tear_down)
#define TEST_SMALL(name) cmocka_unit_test_setup_teardown(name, set_up_small_frames, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_comes_with_the_name_of_its_key_and_is_answered),
        TEST(thousands_of_pipelined_messages_are_all_answered),
        TEST(a_message_whose_signal_another_call_consumed_is_still_received),
        TEST_BRIEF(an_unknown_key_delivers_nothing_and_gets_in_once_enrolled),
        TEST(clients_without_curve_deliver_nothing),
        TEST_SMALL(an_oversized_frame_ends_its_connection_only),
        TEST_SMALL(the_largest_frame_passes),
        TEST(messages_of_many_parts_and_of_none_are_thrown_away),
        TEST(a_peer_that_chose_its_routing_id_is_not_heard),
        TEST(a_send_to_a_peer_that_vanished_says_gone),
        TEST(a_peer_that_never_reads_fills_its_own_queue_only),
        TEST(an_address_in_use_is_told_from_a_wrong_one),
        TEST(a_failure_to_listen_is_logged_once_with_its_reason),
        TEST(a_context_has_one_handler),
    };

    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
