/* SPDX-License-Identifier: Apache-2.0 */
/* dealer.h - a client's socket: a connection to one broker that comes back by itself.
 *
 * Both ends prove who they are: the client by its own CURVE pair, the broker by owning the secret
 * of the public key the client expects. Messages are single frames. Sending promises nothing: what
 * must arrive is kept and sent again until the broker has answered it.
 *
 * Works on a libuv loop (dealer_watch()) or without one (dealer_wait()).
 */
#ifndef NET_DEALER_H
#define NET_DEALER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include <zmq.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "net/keys.h"
#include "net/watcher.h"

/* So many refused handshakes in a row are an answer and no accident. */
enum { DEALER_REFUSALS_CERTAIN = 2 };

enum dealer_state {
    DEALER_CONNECTING, /* nobody there, or not yet */
    DEALER_REFUSED,    /* someone there did not finish the handshake: our key is not enrolled, the
                          broker's key is another, or it is no broker. Trying goes on. */
    DEALER_READY,      /* connected and authenticated */
};

struct dealer_options {
    const char *endpoint;           /* tcp://HOST:PORT or ipc://PATH */
    const struct curve_pair *curve; /* our own; copied */
    const char *broker_curve;       /* the broker's public key in Z85; copied */
    int64_t message_bytes_max;      /* of a frame received; 0: NET_MESSAGE_BYTES_MAX */
    bool is_ipv6;                   /* also resolve IPv6 */
    bool queues_unconnected;        /* accept sends before there is a connection */
};

/* A message received. It must stay where it is until released. */
struct dealer_message {
    struct bytes body; /* valid until released */
    zmq_msg_t frame;   /* the dealer's own */
};

/* What a loop is told. */
struct dealer_listener {
    /* Messages are there (WATCHER_READABLE) or can be sent (WATCHER_WRITABLE, if wanted). Comes
     * again while that is so. */
    void (*on_ready)(void *self, int ready);
    /* The state is now @state, perhaps as before: each refusal is told. May be NULL. */
    void (*on_state)(void *self, enum dealer_state state);
    void *self;
};

struct dealer;

/* Begins to connect in @context. Returns at once.
 *
 * Errors: ERR_INVALID if the endpoint or a key is of no accepted form, ERR_IO if the library
 * refuses. */
enum err dealer_open(void *context, const struct dealer_options *options, struct dealer **out);

/* Makes @listener (copied) be told on @loop. At most once for a dealer. Errors: ERR_IO. */
enum err dealer_watch(struct dealer *dealer, uv_loop_t *loop,
                      const struct dealer_listener *listener);

/* Makes @events (WATCHER_READABLE, WATCHER_WRITABLE or both) be reported from now on; at first only
 * readable is. For a watched dealer. */
void dealer_want(struct dealer *dealer, int events);

/* Waits until one of @events is so, at most until clock_monotonic_ns() is @deadline_ns. For a
 * dealer that is not watched.
 *
 * Errors:
 *   ERR_TIMEOUT  it did not become so; dealer_state() tells whether anyone is there
 *   ERR_DENIED   the handshake was refused DEALER_REFUSALS_CERTAIN times in a row */
enum err dealer_wait(struct dealer *dealer, int events, int64_t deadline_ns);

/* Returns the state as of the last event seen by a watching loop or by dealer_wait(). */
enum dealer_state dealer_state(const struct dealer *dealer);

/* Returns how many handshakes were refused since the last that was not. */
unsigned dealer_refusals(const struct dealer *dealer);

/* Sends @body as one frame and returns true; false if there is no connection or its queue is full.
 * Never waits. */
bool dealer_send(struct dealer *dealer, struct bytes body);

/* Takes the next message into @message, which the caller releases, and returns true; false if there
 * is none now. Messages that are not one frame are thrown away. */
bool dealer_receive(struct dealer *dealer, struct dealer_message *message);

/* Ends the use of @message. */
void dealer_message_release(struct dealer_message *message);

/* Ends the connection; what is queued is lost. No call to a listener comes after this. NULL is
 * accepted. */
void dealer_close(struct dealer *dealer);

#endif
