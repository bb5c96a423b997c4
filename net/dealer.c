/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dealer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "net/endpoint.h"
#include "net/limits.h"
#include "net/socket.h"
#include "os/clock.h"
#include "os/random.h"

enum {
    NS_PER_MS = 1000 * 1000,
    MONITOR_NAME_BYTES = 64,
    EVENTS_PER_WAKE = 64,
    DROPS_PER_CALL = 1024,
    WAIT_MS_MAX = 60 * 1000, /* of one poll; then the clock is looked at again */
};

enum {
    HANDSHAKE_FAILURES = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                         ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
    MONITORED = HANDSHAKE_FAILURES | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED |
                ZMQ_EVENT_CLOSED,
};

struct dealer {
    void *socket;
    void *monitor; /* tells what happens to the connection */
    struct watcher *watcher;
    struct watcher *monitor_watcher;
    struct dealer_listener listener;
    enum dealer_state state;
    unsigned refusals;
};

/* ---- opening ---- */

static enum err configure(struct dealer *dealer, const struct dealer_options *options)
{
    uint32_t draw;
    random_bytes(&draw, sizeof draw);
    const struct option own[] = {
        {ZMQ_IMMEDIATE, options->queues_unconnected ? 0 : 1},
        {ZMQ_RECONNECT_IVL, NET_RECONNECT_MS_MIN + (int)(draw % NET_RECONNECT_MS_MIN)},
        {ZMQ_RECONNECT_IVL_MAX, NET_RECONNECT_MS_MAX},
        {ZMQ_CONNECT_TIMEOUT, NET_CLIENT_HANDSHAKE_MS},
        {ZMQ_HANDSHAKE_IVL, NET_CLIENT_HANDSHAKE_MS},
        {ZMQ_IPV6, options->is_ipv6 ? 1 : 0},
    };
    int64_t bytes_max =
        options->message_bytes_max > 0 ? options->message_bytes_max : NET_MESSAGE_BYTES_MAX;
    enum err err = socket_set_text(dealer->socket, ZMQ_CURVE_SERVERKEY, options->broker_curve);

    if (err == ERR_OK) {
        err = socket_set_text(dealer->socket, ZMQ_CURVE_PUBLICKEY, options->curve->public_key);
    }
    if (err == ERR_OK) {
        err = socket_set_text(dealer->socket, ZMQ_CURVE_SECRETKEY, options->curve->secret);
    }
    if (err == ERR_OK) {
        err = socket_configure(dealer->socket, own, sizeof own / sizeof own[0], bytes_max);
    }
    return err;
}

static enum err open_monitor(struct dealer *dealer, void *context)
{
    static const int zero = 0;
    char name[MONITOR_NAME_BYTES];

    /* The socket's address is its alone in this context for as long as it lives. */
    (void)snprintf(name, sizeof name, "inproc://monitor-%p", dealer->socket);
    if (zmq_socket_monitor(dealer->socket, name, MONITORED) != 0) {
        return ERR_IO;
    }
    dealer->monitor = zmq_socket(context, ZMQ_PAIR);
    /* No bound on its queue: the library's thread would wait, and all connections with it, for one
     * that is full. A few bytes come with each attempt to connect, seconds apart. */
    if (dealer->monitor == NULL ||
        zmq_setsockopt(dealer->monitor, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
        zmq_setsockopt(dealer->monitor, ZMQ_RCVHWM, &zero, sizeof zero) != 0) {
        return ERR_IO;
    }
    return zmq_connect(dealer->monitor, name) == 0 ? ERR_OK : ERR_IO;
}

enum err dealer_open(void *context, const struct dealer_options *options, struct dealer **out)
{
    char endpoint[ENDPOINT_BYTES_MAX];
    uint8_t key[CURVE_KEY_BYTES];
    enum err err = endpoint_to_connect(options->endpoint, endpoint);

    if (err != ERR_OK || !curve_key_from_text(options->broker_curve, key)) {
        return ERR_INVALID;
    }

    struct dealer *dealer = calloc(1, sizeof *dealer);
    require(dealer != NULL); /* exhausted memory ends the process */
    dealer->socket = zmq_socket(context, ZMQ_DEALER);
    err = dealer->socket != NULL ? configure(dealer, options) : ERR_IO;
    if (err == ERR_OK) {
        err = open_monitor(dealer, context);
    }
    if (err == ERR_OK && zmq_connect(dealer->socket, endpoint) != 0) {
        err = socket_err(errno);
    }
    if (err != ERR_OK) {
        dealer_close(dealer);
        return err;
    }
    *out = dealer;
    return ERR_OK;
}

/* ---- what happens to the connection ---- */

/* Takes @event into account. Returns true if a listener is to be told. */
static bool take_event(struct dealer *dealer, unsigned event)
{
    if ((event & HANDSHAKE_FAILURES) != 0) {
        dealer->state = DEALER_REFUSED;
        dealer->refusals++;
        return true;
    }
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
        dealer->state = DEALER_READY;
        dealer->refusals = 0;
        return true;
    }

    /* A refused connection is also disconnected: that is no news. One that could not be made at all
     * is: whoever refused us is no longer there. */
    bool is_news = event == ZMQ_EVENT_CLOSED ? dealer->state != DEALER_CONNECTING
                                             : dealer->state == DEALER_READY;
    if (is_news) {
        dealer->state = DEALER_CONNECTING;
        dealer->refusals = 0;
    }
    return is_news;
}

/* Receives the next event, whose number is the first two bytes of its first part, in this machine's
 * byte order. Returns false if there is none. */
static bool receive_event(struct dealer *dealer, unsigned *event)
{
    bool has_event = false;
    bool has_more = true;

    for (int i = 0; has_more; i++) {
        zmq_msg_t part;

        (void)zmq_msg_init(&part); /* cannot fail */
        has_more = socket_receive(dealer->monitor, &part) && zmq_msg_more(&part) != 0;
        if (i == 0 && zmq_msg_size(&part) >= sizeof(uint16_t)) {
            uint16_t number;

            memcpy(&number, zmq_msg_data(&part), sizeof number);
            *event = number;
            has_event = true;
        }
        (void)zmq_msg_close(&part); /* cannot fail */
    }
    return has_event;
}

/* Takes the events that are there. A listener may close the dealer, so it is told of the last only,
 * and nothing is touched after that. */
static void take_events(struct dealer *dealer)
{
    unsigned event;
    bool is_news = false;

    for (int i = 0; i < EVENTS_PER_WAKE && receive_event(dealer, &event); i++) {
        is_news = take_event(dealer, event) || is_news;
    }
    if (is_news && dealer->listener.on_state != NULL) {
        dealer->listener.on_state(dealer->listener.self, dealer->state);
    }
}

enum dealer_state dealer_state(const struct dealer *dealer)
{
    return dealer->state;
}

unsigned dealer_refusals(const struct dealer *dealer)
{
    return dealer->refusals;
}

/* ---- on a loop ---- */

static void wake_for_messages(void *self, int ready)
{
    struct dealer *dealer = self;

    dealer->listener.on_ready(dealer->listener.self, ready);
}

static void wake_for_events(void *self, int ready)
{
    (void)ready; /* nothing else is wanted */
    take_events(self);
}

enum err dealer_watch(struct dealer *dealer, uv_loop_t *loop,
                      const struct dealer_listener *listener)
{
    require(dealer->watcher == NULL && dealer->monitor_watcher == NULL);
    require(listener->on_ready != NULL);
    dealer->listener = *listener;

    enum err err =
        watcher_open(loop, dealer->monitor, wake_for_events, dealer, &dealer->monitor_watcher);
    if (err == ERR_OK) {
        err = watcher_open(loop, dealer->socket, wake_for_messages, dealer, &dealer->watcher);
    }
    return err;
}

void dealer_want(struct dealer *dealer, int events)
{
    require(dealer->watcher != NULL);
    watcher_want(dealer->watcher, events);
}

/* ---- without a loop ---- */

/* Returns the milliseconds from now to @deadline_ns that one poll may wait, rounded up. */
static long wait_ms(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - clock_monotonic_ns();

    if (left_ns <= 0) {
        return 0;
    }
    if (left_ns >= (int64_t)WAIT_MS_MAX * NS_PER_MS) {
        return WAIT_MS_MAX;
    }
    return (long)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
}

enum err dealer_wait(struct dealer *dealer, int events, int64_t deadline_ns)
{
    int wanted = ((events & WATCHER_READABLE) != 0 ? ZMQ_POLLIN : 0) |
                 ((events & WATCHER_WRITABLE) != 0 ? ZMQ_POLLOUT : 0);

    for (;;) {
        zmq_pollitem_t items[] = {
            {.socket = dealer->socket, .events = (short)wanted},
            {.socket = dealer->monitor, .events = ZMQ_POLLIN},
        };
        long timeout_ms = wait_ms(deadline_ns);

        if (zmq_poll(items, 2, timeout_ms) < 0 && errno != EINTR) {
            return ERR_IO;
        }
        take_events(dealer);
        if (items[0].revents != 0) {
            return ERR_OK;
        }
        if (dealer->refusals >= DEALER_REFUSALS_CERTAIN) {
            return ERR_DENIED;
        }
        if (timeout_ms == 0) {
            return ERR_TIMEOUT;
        }
    }
}

/* ---- messages ---- */

bool dealer_send(struct dealer *dealer, struct bytes body)
{
    return socket_send(dealer->socket, body, 0);
}

/* Throws away the rest of the message of which @message holds the first part. */
static void drop(struct dealer *dealer, struct dealer_message *message)
{
    while (zmq_msg_more(&message->frame) != 0 && socket_receive(dealer->socket, &message->frame)) {
    }
    dealer_message_release(message);
}

bool dealer_receive(struct dealer *dealer, struct dealer_message *message)
{
    for (int i = 0; i < DROPS_PER_CALL; i++) {
        (void)zmq_msg_init(&message->frame); /* cannot fail */
        if (!socket_receive(dealer->socket, &message->frame)) {
            dealer_message_release(message);
            return false;
        }
        if (zmq_msg_more(&message->frame) == 0) {
            message->body =
                (struct bytes){zmq_msg_data(&message->frame), zmq_msg_size(&message->frame)};
            return true;
        }
        drop(dealer, message);
    }
    return false;
}

void dealer_message_release(struct dealer_message *message)
{
    (void)zmq_msg_close(&message->frame); /* cannot fail: it was initialised */
    message->body = (struct bytes){0};
}

void dealer_close(struct dealer *dealer)
{
    if (dealer == NULL) {
        return;
    }
    watcher_close(dealer->watcher);
    watcher_close(dealer->monitor_watcher);
    if (dealer->monitor != NULL) {
        /* The reports end before their reader does: the library's thread would wait for ever, and
         * all connections with it, to report to nobody. */
        (void)zmq_socket_monitor(dealer->socket, NULL, 0); /* fails only for what is no socket */
        (void)zmq_close(dealer->monitor);
    }
    if (dealer->socket != NULL) {
        (void)zmq_close(dealer->socket);
    }
    free(dealer);
}
