/* SPDX-License-Identifier: Apache-2.0 */
#include "net/socket.h"

#include <errno.h>
#include <string.h>

#include "lib/check.h"
#include "net/limits.h"
#include "os/random.h"

enum {
    KEEPALIVE_IDLE_S = 30,
    KEEPALIVE_INTERVAL_S = 10,
    KEEPALIVE_COUNT = 3,
};

static const struct option shared_options[] = {
    {ZMQ_LINGER, 0},
    {ZMQ_SNDHWM, NET_QUEUE_MESSAGES},
    {ZMQ_RCVHWM, NET_QUEUE_MESSAGES},
    {ZMQ_HEARTBEAT_IVL, NET_HEARTBEAT_MS},
    {ZMQ_HEARTBEAT_TIMEOUT, NET_HEARTBEAT_TIMEOUT_MS},
    {ZMQ_HEARTBEAT_TTL, NET_HEARTBEAT_TIMEOUT_MS},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S},
    {ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S},
    {ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT},
};

void *context_new(void)
{
    random_seed_libc();

    void *context = zmq_ctx_new();
    require(context != NULL); /* fails only when memory is exhausted */
    return context;
}

void context_free(void *context)
{
    if (context == NULL) {
        return;
    }

    int rc;
    do {
        rc = zmq_ctx_term(context);
    } while (rc != 0 && errno == EINTR);
    require(rc == 0);
}

static enum err set_all(void *socket, const struct option *options, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const int *value = &options[i].value;

        if (zmq_setsockopt(socket, options[i].name, value, sizeof *value) != 0) {
            return ERR_IO;
        }
    }
    return ERR_OK;
}

enum err socket_configure(void *socket, const struct option *options, unsigned count,
                          int64_t message_bytes_max)
{
    enum err err =
        set_all(socket, shared_options, sizeof shared_options / sizeof shared_options[0]);

    if (err == ERR_OK) {
        err = set_all(socket, options, count);
    }
    if (err == ERR_OK &&
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_bytes_max, sizeof message_bytes_max) != 0) {
        err = ERR_IO;
    }
    return err;
}

enum err socket_set_text(void *socket, int name, const char *text)
{
    return zmq_setsockopt(socket, name, text, strlen(text)) == 0 ? ERR_OK : ERR_IO;
}

bool socket_receive(void *socket, zmq_msg_t *part)
{
    int rc;

    do {
        rc = zmq_msg_recv(part, socket, ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    return rc >= 0;
}

bool socket_send(void *socket, struct bytes bytes, int flags)
{
    int rc;

    do {
        rc = zmq_send(socket, bytes.data, bytes.size, flags | ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    return rc >= 0;
}

enum err socket_err(int errno_value)
{
    switch (errno_value) {
    case EADDRINUSE:
        return ERR_EXISTS;
    case EACCES:
    case EPERM:
        return ERR_DENIED;
    case EADDRNOTAVAIL:
    case EINVAL:
    case ENODEV:
    case ENOENT:
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}
