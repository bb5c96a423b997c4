/* SPDX-License-Identifier: Apache-2.0 */
/* fake_server.h - a fake broker (fake_broker.h) behind a real socket, on the caller's loop. */
#ifndef TESTS_UNIT_FAKE_SERVER_H
#define TESTS_UNIT_FAKE_SERVER_H

#include "tests/unit/fake_broker.h"

#include "net/router.h"
#include "net/socket.h"

struct fake_server {
    struct fake_broker broker;
    uv_loop_t *loop;
    void *context;
    struct zap *zap;
    struct router *router;
    struct curve_pair curve;
    uint8_t known[CURVE_KEY_BYTES]; /* the one key that is let in */
    bool lets_in;
    char endpoint[ENDPOINT_BYTES_MAX];
    /* Says the answer to @message by the functions of fake_broker.h; returns whether the bundle is
     * to have a head. */
    bool (*answer)(struct fake_server *server, const Hs__ClientMessage *message);
    void *self;
};

static inline const char *server_find(void *self, const uint8_t key[CURVE_KEY_BYTES])
{
    const struct fake_server *server = self;

    return server->lets_in && memcmp(key, server->known, CURVE_KEY_BYTES) == 0 ? "person:street"
                                                                               : NULL;
}

static inline void server_on_readable(void *self)
{
    struct fake_server *server = self;
    struct router_message message;

    while (router_receive(server->router, &message)) {
        fake_take(&server->broker, message.body);
        bool has_head =
            server->answer(server, server->broker.received[server->broker.received_count - 1]);

        if (server->broker.bundle_count > 0 || has_head) {
            (void)router_send(server->router,
                              (struct bytes){message.routing_id, sizeof message.routing_id},
                              fake_bundle(&server->broker, has_head));
        }
        router_message_release(&message);
    }
}

/* Listens on @endpoint; the port in use is then in server->endpoint. */
static inline void server_listen(struct fake_server *server, const char *endpoint)
{
    const struct zap_principals principals = {.find = server_find, .self = server};

    server->context = context_new();
    assert_int_equal(zap_open(server->context, server->loop, &principals, &server->zap), ERR_OK);
    const struct router_options options = {
        .endpoint = endpoint, .curve = &server->curve, .zap = server->zap};
    assert_int_equal(router_open(server->context, server->loop, &options, &server->router), ERR_OK);
    (void)snprintf(server->endpoint, sizeof server->endpoint, "%s",
                   router_endpoint(server->router));
    router_watch(server->router, server_on_readable, server);
}

static inline void server_init(struct fake_server *server, uv_loop_t *loop)
{
    memset(server, 0, sizeof *server);
    fake_init(&server->broker);
    server->loop = loop;
    server->lets_in = true;
    curve_pair_generate(&server->curve);
}

/* Ends all connections, as a broker that dies does. */
static inline void server_shut(struct fake_server *server)
{
    router_close(server->router);
    zap_close(server->zap);
    context_free(server->context);
    server->router = NULL;
}

static inline void server_release(struct fake_server *server)
{
    if (server->router != NULL) {
        server_shut(server);
    }
    fake_release(&server->broker);
}

#endif
