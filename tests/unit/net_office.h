/* SPDX-License-Identifier: Apache-2.0 */
/* net_office.h - a small office for tests: a handler, a router and a loop, on a free port.
 *
 * It answers every message with the same bytes, unless the test says otherwise. Clients may be
 * plain ZeroMQ sockets, which can misbehave in ways that net/dealer.h cannot.
 */
#ifndef TESTS_UNIT_NET_OFFICE_H
#define TESTS_UNIT_NET_OFFICE_H

#include "tests/lib/test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <zmq.h>

#include "net/dealer.h"
#include "net/router.h"
#include "net/socket.h"
#include "net/zap.h"
#include "os/clock.h"

enum {
    OFFICE_ENROLLED_MAX = 8,
    OFFICE_CLIENTS_MAX = 16,
    OFFICE_WAIT_MS = 20 * 1000, /* what no test should need */
    OFFICE_NS_PER_MS = 1000 * 1000,
};

struct enrolled {
    uint8_t key[CURVE_KEY_BYTES];
    const char *name;
};

struct office {
    void *context;
    uv_loop_t loop;
    uv_timer_t alarm; /* keeps a loop that waits from waiting for ever */
    struct curve_pair curve;
    struct zap *zap;
    struct router *router;
    struct enrolled enrolled[OFFICE_ENROLLED_MAX];
    size_t enrolled_count;

    void *sockets[OFFICE_CLIENTS_MAX]; /* of the test's clients, closed with the office */
    size_t socket_count;
    struct dealer *dealers[OFFICE_CLIENTS_MAX];
    size_t dealer_count;

    size_t received; /* messages that router_receive() gave */
    bool is_silent;  /* receives without an answer */
    char last_principal[64];
    char last_address[64];
    char last_body[64]; /* its first bytes, as a text */
    size_t last_size;
    uint8_t last_id[ROUTER_ID_BYTES];
    enum router_sent last_sent;
    bool is_parked; /* an answer waits for room; nothing more is received until it has left */
    struct router_message parked;
};

static inline const char *office_find(void *self, const uint8_t key[CURVE_KEY_BYTES])
{
    struct office *office = self;

    for (size_t i = 0; i < office->enrolled_count; i++) {
        if (memcmp(office->enrolled[i].key, key, CURVE_KEY_BYTES) == 0) {
            return office->enrolled[i].name;
        }
    }
    return NULL;
}

static inline void office_enrol(struct office *office, const struct curve_pair *pair,
                                const char *name)
{
    struct enrolled *enrolled = &office->enrolled[office->enrolled_count++];

    assert_true(office->enrolled_count <= OFFICE_ENROLLED_MAX);
    assert_true(curve_key_from_text(pair->public_key, enrolled->key));
    enrolled->name = name;
}

static inline void office_note(struct office *office, const struct router_message *message)
{
    size_t size = message->body.size < sizeof office->last_body - 1 ? message->body.size
                                                                    : sizeof office->last_body - 1;

    (void)snprintf(office->last_principal, sizeof office->last_principal, "%s", message->principal);
    (void)snprintf(office->last_address, sizeof office->last_address, "%s", message->address);
    memcpy(office->last_body, message->body.data, size);
    office->last_body[size] = '\0';
    office->last_size = message->body.size;
    memcpy(office->last_id, message->routing_id, ROUTER_ID_BYTES);
    office->received++;
}

/* Answers @office->parked with its own body. Returns false if there is no room for that yet. */
static inline bool office_answer(struct office *office)
{
    struct router_message *message = &office->parked;

    if (!office->is_silent) {
        office->last_sent = router_send(
            office->router, (struct bytes){message->routing_id, ROUTER_ID_BYTES}, message->body);
    }
    office->is_parked = !office->is_silent && office->last_sent == ROUTER_FULL;
    if (!office->is_parked) {
        router_message_release(message);
    }
    return !office->is_parked;
}

static inline void office_serve(void *self)
{
    struct office *office = self;

    if (office->is_parked && !office_answer(office)) {
        return;
    }
    for (int i = 0; i < 100 && router_receive(office->router, &office->parked); i++) {
        office_note(office, &office->parked);
        if (!office_answer(office)) {
            return;
        }
    }
}

static inline void office_wake(uv_timer_t *timer)
{
    struct office *office = timer->data;

    if (office->is_parked) {
        office_serve(office);
    }
}

static inline void office_open(struct office *office, struct router_options options)
{
    *office = (struct office){0};
    office->context = context_new();
    assert_int_equal(uv_loop_init(&office->loop), 0);
    (void)uv_timer_init(&office->loop, &office->alarm);
    office->alarm.data = office;
    (void)uv_timer_start(&office->alarm, office_wake, 5, 5);
    curve_pair_generate(&office->curve);

    const struct zap_principals principals = {.find = office_find, .self = office};
    assert_int_equal(zap_open(office->context, &office->loop, &principals, &office->zap), ERR_OK);
    options.endpoint = options.endpoint != NULL ? options.endpoint : "tcp://127.0.0.1:0";
    options.curve = &office->curve;
    options.zap = office->zap;
    assert_int_equal(router_open(office->context, &office->loop, &options, &office->router),
                     ERR_OK);
    router_watch(office->router, office_serve, office);
}

/* Returns a new DEALER socket, which office_close() or office_drop() closes: a test that fails in
 * the middle must still end. */
static inline void *office_socket(struct office *office)
{
    static const int zero = 0;
    void *socket = zmq_socket(office->context, ZMQ_DEALER);

    assert_true(office->socket_count < OFFICE_CLIENTS_MAX);
    office->sockets[office->socket_count++] = socket;
    assert_int_equal(zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero), 0);
    return socket;
}

/* Closes @socket now. */
static inline void office_drop(struct office *office, void *socket)
{
    for (size_t i = 0; i < office->socket_count; i++) {
        if (office->sockets[i] == socket) {
            office->sockets[i] = office->sockets[--office->socket_count];
            (void)zmq_close(socket);
            return;
        }
    }
    fail_msg("no socket of this office");
}

static inline void office_close(struct office *office)
{
    while (office->socket_count > 0) {
        (void)zmq_close(office->sockets[--office->socket_count]);
    }
    while (office->dealer_count > 0) {
        dealer_close(office->dealers[--office->dealer_count]);
    }
    if (office->is_parked) {
        router_message_release(&office->parked);
    }
    router_close(office->router);
    zap_close(office->zap);
    uv_close((uv_handle_t *)&office->alarm, NULL);
    (void)uv_run(&office->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&office->loop), 0);
    context_free(office->context);
}

static inline int64_t office_deadline_ns(void)
{
    return clock_monotonic_ns() + (int64_t)OFFICE_WAIT_MS * OFFICE_NS_PER_MS;
}

/* Runs the loop once, waiting at most some milliseconds; fails the test after @deadline_ns. */
static inline void office_turn(struct office *office, int64_t deadline_ns)
{
    (void)uv_run(&office->loop, UV_RUN_ONCE);
    assert_true(clock_monotonic_ns() < deadline_ns);
}

/* Runs the loop until @count messages were received in all. */
static inline void office_run_until_received(struct office *office, size_t count)
{
    int64_t deadline_ns = office_deadline_ns();

    while (office->received < count) {
        office_turn(office, deadline_ns);
    }
}

/* Returns a connected plain DEALER of @pair. */
static inline void *office_plain_client(struct office *office, const struct curve_pair *pair)
{
    void *socket = office_socket(office);

    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, office->curve.public_key, 40), 0);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, pair->public_key, 40), 0);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, pair->secret, 40), 0);
    assert_int_equal(zmq_connect(socket, router_endpoint(office->router)), 0);
    return socket;
}

/* Opens a dealer of @pair to @office, closed with it. */
static inline struct dealer *office_dealer(struct office *office, const struct curve_pair *pair)
{
    const struct dealer_options options = {
        .endpoint = router_endpoint(office->router),
        .curve = pair,
        .broker_curve = office->curve.public_key,
    };
    struct dealer *dealer = NULL;

    assert_true(office->dealer_count < OFFICE_CLIENTS_MAX);
    assert_int_equal(dealer_open(office->context, &options, &dealer), ERR_OK);
    office->dealers[office->dealer_count++] = dealer;
    return dealer;
}

/* Runs the loop until @dealer, which is not watched, is ready for one of @events. */
static inline void office_run_until_ready(struct office *office, struct dealer *dealer, int events)
{
    int64_t deadline_ns = office_deadline_ns();

    while (dealer_wait(dealer, events, clock_monotonic_ns()) != ERR_OK) {
        office_turn(office, deadline_ns);
    }
}

/* An honest client under a name of its own sends a text and gets it back: the office lives. */
static inline void office_serves_an_honest_client(struct office *office)
{
    struct curve_pair pair;
    struct dealer_message message;

    curve_pair_generate(&pair);
    office_enrol(office, &pair, "person:honest");
    struct dealer *dealer = office_dealer(office, &pair);
    office_run_until_ready(office, dealer, WATCHER_WRITABLE);
    assert_true(dealer_send(dealer, bytes_of_text("still there?")));
    office_run_until_ready(office, dealer, WATCHER_READABLE);
    assert_true(dealer_receive(dealer, &message));

    assert_true(bytes_equal(message.body, bytes_of_text("still there?")));
    assert_string_equal(office->last_principal, "person:honest");
    dealer_message_release(&message);
}

#endif
