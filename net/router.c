/* SPDX-License-Identifier: Apache-2.0 */
#include "net/router.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "net/limits.h"
#include "net/socket.h"
#include "net/watcher.h"

/* ZMQ_ZAP_ENFORCE_DOMAIN. The header hides the name, the library has the option: with it a
 * connection is refused, and not let in, should the handler be missing. */
enum { OPTION_ENFORCE_DOMAIN = 93 };

struct router {
    void *socket;
    struct watcher *watcher;
    router_fn on_readable;
    void *self;
    bool is_skipping; /* the rest of a message that is thrown away is still to be read */
    struct router_counts counts;
    char endpoint[ENDPOINT_BYTES_MAX];
    char curve_public[CURVE_TEXT_BYTES];
};

/* ---- opening ---- */

static enum err configure(struct router *router, const struct router_options *options)
{
    const struct option own[] = {
        {OPTION_ENFORCE_DOMAIN, 1},
        {ZMQ_CURVE_SERVER, 1},
        {ZMQ_ROUTER_MANDATORY, 1},
        {ZMQ_ROUTER_HANDOVER, 0},
        {ZMQ_BACKLOG, NET_BACKLOG},
        {ZMQ_IPV6, options->is_ipv6 ? 1 : 0},
        {ZMQ_HANDSHAKE_IVL, options->handshake_ms > 0 ? options->handshake_ms : NET_HANDSHAKE_MS},
    };
    int64_t bytes_max =
        options->message_bytes_max > 0 ? options->message_bytes_max : NET_MESSAGE_BYTES_MAX;
    enum err err = socket_set_text(router->socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN);

    if (err == ERR_OK) {
        err = socket_set_text(router->socket, ZMQ_CURVE_SECRETKEY, options->curve->secret);
    }
    if (err == ERR_OK) {
        err = socket_configure(router->socket, own, sizeof own / sizeof own[0], bytes_max);
    }
    return err;
}

static enum err listen_on(struct router *router, const char *endpoint)
{
    char bound[ENDPOINT_BYTES_MAX];
    size_t size = sizeof router->endpoint;
    enum err err = endpoint_to_bind(endpoint, bound);

    if (err != ERR_OK) {
        errno = EINVAL;
        return err;
    }
    if (zmq_bind(router->socket, bound) != 0 ||
        zmq_getsockopt(router->socket, ZMQ_LAST_ENDPOINT, router->endpoint, &size) != 0) {
        return socket_err(errno);
    }
    return ERR_OK;
}

static void wake(void *self, int ready)
{
    struct router *router = self;

    (void)ready; /* nothing else is wanted */
    router->on_readable(router->self);
}

enum err router_open(void *context, uv_loop_t *loop, const struct router_options *options,
                     struct router **out)
{
    struct router *router = calloc(1, sizeof *router);
    enum err err = ERR_IO;

    require(router != NULL); /* exhausted memory ends the process */
    require(options->zap != NULL);
    memcpy(router->curve_public, options->curve->public_key, sizeof router->curve_public);
    router->socket = zmq_socket(context, ZMQ_ROUTER);
    if (router->socket != NULL) {
        err = configure(router, options);
    }
    if (err == ERR_OK) {
        err = listen_on(router, options->endpoint);
    }
    if (err != ERR_OK) {
        goto fail;
    }
    err = watcher_open(loop, router->socket, wake, router, &router->watcher);
    if (err != ERR_OK) {
        goto fail;
    }
    watcher_want(router->watcher, 0); /* until router_watch() */
    *out = router;
    return ERR_OK;

fail:
    if (options->log != NULL) {
        log_event(options->log, LOG_ERROR, "listen_failed", log_text("endpoint", options->endpoint),
                  log_text("reason", zmq_strerror(errno)), log_err(err), LOG_END);
    }
    router_close(router);
    return err;
}

void router_watch(struct router *router, router_fn on_readable, void *self)
{
    require(on_readable != NULL);
    router->on_readable = on_readable;
    router->self = self;
    watcher_want(router->watcher, WATCHER_READABLE);
}

const char *router_endpoint(const struct router *router)
{
    return router->endpoint;
}

const char *router_curve_public(const struct router *router)
{
    return router->curve_public;
}

/* ---- receiving ---- */

/* Throws away what is left of the message being skipped, at most @parts_max frames of it. */
static void skip_parts(struct router *router, int parts_max)
{
    zmq_msg_t part;

    (void)zmq_msg_init(&part); /* cannot fail */
    for (int i = 0; i < parts_max && router->is_skipping; i++) {
        if (!socket_receive(router->socket, &part)) {
            break;
        }
        router->is_skipping = zmq_msg_more(&part) != 0;
    }
    (void)zmq_msg_close(&part); /* cannot fail */
}

/* A library-given routing id begins with a zero byte, which the library lets no peer choose. */
static bool is_given_id(zmq_msg_t *id)
{
    const uint8_t *data = zmq_msg_data(id);

    return zmq_msg_size(id) == ROUTER_ID_BYTES && data[0] == 0;
}

/* Receives the routing id at the head of a message. Returns false when there is no message. */
static bool receive_id(struct router *router, struct router_message *message, bool *is_given)
{
    zmq_msg_t id;
    bool has_message = false;

    (void)zmq_msg_init(&id); /* cannot fail */
    if (socket_receive(router->socket, &id)) {
        has_message = true;
        *is_given = is_given_id(&id);
        if (*is_given) {
            memcpy(message->routing_id, zmq_msg_data(&id), ROUTER_ID_BYTES);
        }
    }
    (void)zmq_msg_close(&id); /* cannot fail */
    return has_message;
}

/* Returns the property @name of the connection that @frame came by, or an empty text. */
static const char *property(zmq_msg_t *frame, const char *name)
{
    const char *value = zmq_msg_gets(frame, name);

    return value != NULL ? value : "";
}

/* Sets the fields of @message from its frame. Returns where it is counted if it is to be thrown
 * away, NULL if it is good. */
static uint64_t *judge(struct router *router, struct router_message *message, bool is_given)
{
    zmq_msg_t *frame = &message->frame;

    router->is_skipping = zmq_msg_more(frame) != 0;
    if (router->is_skipping) {
        return &router->counts.dropped_parts;
    }
    message->principal = property(frame, "User-Id");
    message->address = property(frame, "Peer-Address");
    message->body = (struct bytes){zmq_msg_data(frame), zmq_msg_size(frame)};
    if (message->principal[0] == '\0') {
        return &router->counts.dropped_anonymous;
    }
    if (!is_given) {
        return &router->counts.dropped_chosen_id;
    }
    return message->body.size == 0 ? &router->counts.dropped_empty : NULL;
}

bool router_receive(struct router *router, struct router_message *message)
{
    for (int dropped = 0; dropped < NET_DROPPED_PARTS_PER_CALL; dropped++) {
        bool is_given = false;

        skip_parts(router, NET_DROPPED_PARTS_PER_CALL);
        if (router->is_skipping || !receive_id(router, message, &is_given)) {
            return false;
        }
        (void)zmq_msg_init(&message->frame); /* cannot fail */
        bool has_frame = socket_receive(router->socket, &message->frame);
        require(has_frame); /* a message comes whole, and has a frame after its routing id */

        uint64_t *counter = judge(router, message, is_given);
        if (counter == NULL) {
            router->counts.received++;
            return true;
        }
        (*counter)++;
        router_message_release(message);
    }
    return false;
}

void router_message_release(struct router_message *message)
{
    (void)zmq_msg_close(&message->frame); /* cannot fail: it was received */
    message->body = (struct bytes){0};
}

/* ---- sending ---- */

enum router_sent router_send(struct router *router, struct bytes routing_id, struct bytes body)
{
    if (!socket_send(router->socket, routing_id, ZMQ_SNDMORE)) {
        if (errno == EAGAIN) {
            router->counts.full++;
            return ROUTER_FULL;
        }
        router->counts.gone++;
        return ROUTER_GONE;
    }

    /* The first part made sure of room; a body for a peer that left since is thrown away. */
    bool is_sent = socket_send(router->socket, body, 0);
    require(is_sent);
    router->counts.sent++;
    return ROUTER_SENT;
}

struct router_counts router_counts(const struct router *router)
{
    return router->counts;
}

void router_close(struct router *router)
{
    if (router == NULL) {
        return;
    }
    watcher_close(router->watcher);
    if (router->socket != NULL) {
        (void)zmq_close(router->socket); /* fails only for what is no socket */
    }
    free(router);
}
