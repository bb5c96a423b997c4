/* SPDX-License-Identifier: Apache-2.0 */
/* router.h - the broker's socket: one frame in, one frame out, and whose it is.
 *
 * Connections are encrypted and authenticated by CURVE; the name of the principal that owns the
 * connection's key comes with each message and is the only statement of identity there is. A
 * message is one frame. Empty messages, messages of several frames, messages without a name and
 * those of a peer that chose its own routing id are thrown away and counted; a frame above the
 * limit ends its connection. The routing id says where to answer, for as long as that connection
 * lives.
 *
 * One bound is not ZeroMQ's to give: an enrolled peer that sends a message of ever more frames
 * makes its memory grow until the message ends. The process's own memory limit is the answer to
 * that.
 */
#ifndef NET_ROUTER_H
#define NET_ROUTER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include <zmq.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "net/endpoint.h"
#include "net/keys.h"
#include "net/zap.h"
#include "os/log.h"

enum { ROUTER_ID_BYTES = 5 }; /* of a routing id that the library gave: a zero and four bytes */

struct router_options {
    const char *endpoint;           /* tcp://ADDRESS:PORT (port 0: any free one) or ipc://PATH */
    const struct curve_pair *curve; /* the broker's; copied */
    const struct zap *zap;          /* of the same context; must outlive the router */
    int64_t message_bytes_max;      /* of a frame; 0: NET_MESSAGE_BYTES_MAX */
    int handshake_ms;               /* 0: NET_HANDSHAKE_MS */
    bool is_ipv6;                   /* also listen and resolve IPv6 */
    const struct log *log;          /* told why opening fails; may be NULL */
};

/* What was thrown away, and sends that could not be. */
struct router_counts {
    uint64_t received;
    uint64_t dropped_empty;
    uint64_t dropped_parts;
    uint64_t dropped_anonymous; /* none with the handler in force: the self-test looks here */
    uint64_t dropped_chosen_id;
    uint64_t sent;
    uint64_t gone;
    uint64_t full;
};

/* A message received. It must stay where it is until released: body may point into it. */
struct router_message {
    uint8_t routing_id[ROUTER_ID_BYTES];
    struct bytes body;     /* valid until released, as the two texts are */
    const char *principal; /* the authenticated name; never empty */
    const char *address;   /* of the peer, or empty */
    zmq_msg_t frame;       /* the router's own */
};

enum router_sent {
    ROUTER_SENT, /* accepted, which promises nothing: the peer may vanish with it unread */
    ROUTER_GONE, /* no connection has that routing id */
    ROUTER_FULL, /* its queue is full: keep the message and try later */
};

/* Told that messages are there: take some with router_receive(). Comes again while there are. */
typedef void (*router_fn)(void *self);

struct router;

/* Listens as @options say, on @loop. Nothing is reported before router_watch().
 *
 * Errors:
 *   ERR_INVALID  the endpoint is of no accepted form, or no address of this machine
 *   ERR_EXISTS   the address is in use
 *   ERR_DENIED   it is not permitted
 *   ERR_IO       the library refuses a setting: without it the socket would not be safe */
enum err router_open(void *context, uv_loop_t *loop, const struct router_options *options,
                     struct router **out);

/* Makes @on_readable, with @self, be called when messages are there. */
void router_watch(struct router *router, router_fn on_readable, void *self);

/* Returns the endpoint in use, with its actual port. */
const char *router_endpoint(const struct router *router);

/* Returns the broker's public CURVE key in Z85. */
const char *router_curve_public(const struct router *router);

/* Takes the next message into @message, which the caller releases, and returns true. Returns false,
 * with nothing to release, when there is none now, or when only messages to throw away were found
 * this time (on_readable comes again if there are more). */
bool router_receive(struct router *router, struct router_message *message);

/* Ends the use of @message. */
void router_message_release(struct router_message *message);

/* Sends @body as one frame to the connection @routing_id; never waits. */
enum router_sent router_send(struct router *router, struct bytes routing_id, struct bytes body);

struct router_counts router_counts(const struct router *router);

/* Ends all connections. The address is free when the context has ended. NULL is accepted. */
void router_close(struct router *router);

#endif
