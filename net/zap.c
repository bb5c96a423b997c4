/* SPDX-License-Identifier: Apache-2.0 */
#include "net/zap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "lib/bytes.h"
#include "lib/check.h"
#include "net/limits.h"
#include "net/socket.h"
#include "net/watcher.h"

/* The frames of a request for a CURVE key, in order. */
enum {
    FRAME_VERSION,
    FRAME_REQUEST_ID,
    FRAME_DOMAIN,
    FRAME_ADDRESS,
    FRAME_IDENTITY,
    FRAME_MECHANISM,
    FRAME_KEY,
    FRAME_COUNT,
};

enum { ADDRESS_TEXT_BYTES = 64 };

static const char version[] = "1.0";

struct zap {
    void *socket;
    struct watcher *watcher;
    struct zap_principals principals;
    struct zap_counts counts;
    uint8_t stranger[CURVE_KEY_BYTES];
    bool has_stranger;
    bool refused_stranger;
};

/* A request as it came: its first FRAME_COUNT frames, and how many there were. */
struct request {
    zmq_msg_t frames[FRAME_COUNT];
    size_t count;
};

/* What is answered. Borrowed texts. */
struct answer {
    const char *status;
    const char *text;
    const char *name; /* the User-Id; empty unless admitted */
};

static struct bytes frame(struct request *request, size_t index)
{
    zmq_msg_t *message = &request->frames[index];

    return (struct bytes){zmq_msg_data(message), zmq_msg_size(message)};
}

/* ---- receiving ---- */

static void release(struct request *request)
{
    for (size_t i = 0; i < FRAME_COUNT; i++) {
        (void)zmq_msg_close(&request->frames[i]); /* cannot fail: all were initialised */
    }
}

/* Receives a whole request into @request, which is released in any case. Returns false when there
 * is none. Frames beyond FRAME_COUNT are counted and thrown away: they are a part of a message that
 * ZeroMQ holds already. */
static bool receive(void *socket, struct request *request)
{
    zmq_msg_t rest;
    bool has_more = true;

    request->count = 0;
    for (size_t i = 0; i < FRAME_COUNT; i++) {
        (void)zmq_msg_init(&request->frames[i]); /* cannot fail */
    }
    while (has_more) {
        bool is_kept = request->count < FRAME_COUNT;
        zmq_msg_t *message = is_kept ? &request->frames[request->count] : &rest;

        if (!is_kept) {
            (void)zmq_msg_init(&rest); /* cannot fail */
        }
        if (!socket_receive(socket, message)) {
            return false; /* only before the first frame: a message comes whole */
        }
        has_more = zmq_msg_more(message) != 0;
        request->count++;
        if (!is_kept) {
            (void)zmq_msg_close(&rest); /* cannot fail */
        }
    }
    return true;
}

/* ---- deciding ---- */

static bool is_well_formed(struct request *request)
{
    return request->count == FRAME_COUNT &&
           bytes_equal(frame(request, FRAME_VERSION), bytes_of_text(version)) &&
           bytes_equal(frame(request, FRAME_DOMAIN), bytes_of_text(ZAP_DOMAIN)) &&
           bytes_equal(frame(request, FRAME_MECHANISM), bytes_of_text("CURVE")) &&
           frame(request, FRAME_KEY).size == CURVE_KEY_BYTES;
}

static bool is_name(const char *name)
{
    size_t size = strnlen(name, ZAP_NAME_BYTES_MAX + 1);

    return size > 0 && size <= ZAP_NAME_BYTES_MAX;
}

static void tell_refused(struct zap *zap, struct request *request)
{
    struct bytes address = frame(request, FRAME_ADDRESS);
    char text[ADDRESS_TEXT_BYTES] = {0};

    if (zap->principals.refused == NULL) {
        return;
    }
    memcpy(text, address.data, address.size < sizeof text ? address.size : sizeof text - 1);
    zap->principals.refused(zap->principals.self, frame(request, FRAME_KEY).data, text);
}

static bool is_stranger(const struct zap *zap, struct bytes key)
{
    return zap->has_stranger && bytes_equal(key, (struct bytes){zap->stranger, CURVE_KEY_BYTES});
}

static struct answer decide(struct zap *zap, struct request *request)
{
    if (!is_well_formed(request)) {
        zap->counts.malformed++;
        return (struct answer){"400", "refused", ""};
    }

    struct bytes key = frame(request, FRAME_KEY);
    const char *name = zap->principals.find(zap->principals.self, key.data);
    bool is_known = name != NULL && is_name(name);
    if (!is_known && is_stranger(zap, key)) {
        zap->refused_stranger = true;
        return (struct answer){"400", "refused", ""};
    }
    if (!is_known) {
        zap->counts.unknown++;
        tell_refused(zap, request);
        return (struct answer){"300", "not enrolled", ""};
    }
    zap->counts.admitted++;
    return (struct answer){"200", "OK", name};
}

/* ---- answering ---- */

/* Sends a part. What cannot be sent leaves the asking connection unanswered: it stays out. */
static void send_part(void *socket, struct bytes part, int flags)
{
    (void)socket_send(socket, part, flags);
}

static void answer_request(struct zap *zap, struct request *request)
{
    struct answer answer = decide(zap, request);

    send_part(zap->socket, bytes_of_text(version), ZMQ_SNDMORE);
    send_part(zap->socket, frame(request, FRAME_REQUEST_ID), ZMQ_SNDMORE);
    send_part(zap->socket, bytes_of_text(answer.status), ZMQ_SNDMORE);
    send_part(zap->socket, bytes_of_text(answer.text), ZMQ_SNDMORE);
    send_part(zap->socket, bytes_of_text(answer.name), ZMQ_SNDMORE);
    send_part(zap->socket, (struct bytes){0}, 0);
}

static void answer_all(void *self, int ready)
{
    struct zap *zap = self;

    (void)ready; /* nothing else is wanted */
    for (int i = 0; i < NET_HANDSHAKES_PER_WAKE; i++) {
        struct request request;
        bool has_request = receive(zap->socket, &request);

        if (has_request) {
            answer_request(zap, &request);
        }
        release(&request);
        if (!has_request) {
            return;
        }
    }
}

/* ---- life ---- */

enum err zap_open(void *context, uv_loop_t *loop, const struct zap_principals *principals,
                  struct zap **out)
{
    enum err err = ERR_IO;
    struct zap *zap = calloc(1, sizeof *zap);

    require(zap != NULL); /* exhausted memory ends the process */
    require(principals->find != NULL);
    zap->principals = *principals;
    zap->socket = zmq_socket(context, ZMQ_REP);
    if (zap->socket == NULL) {
        goto fail;
    }
    if (zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0) {
        err = socket_err(errno);
        goto fail;
    }
    err = watcher_open(loop, zap->socket, answer_all, zap, &zap->watcher);
    if (err != ERR_OK) {
        goto fail;
    }
    *out = zap;
    return ERR_OK;

fail:
    zap_close(zap);
    return err;
}

void zap_expect_stranger(struct zap *zap, const uint8_t curve_public[CURVE_KEY_BYTES])
{
    memcpy(zap->stranger, curve_public, sizeof zap->stranger);
    zap->has_stranger = true;
    zap->refused_stranger = false;
}

bool zap_refused_stranger(const struct zap *zap)
{
    return zap->refused_stranger;
}

struct zap_counts zap_counts(const struct zap *zap)
{
    return zap->counts;
}

void zap_close(struct zap *zap)
{
    if (zap == NULL) {
        return;
    }
    watcher_close(zap->watcher);
    if (zap->socket != NULL) {
        (void)zmq_close(zap->socket); /* fails only for what is no socket */
    }
    free(zap);
}
