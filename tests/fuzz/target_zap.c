/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of authentication of any frames, asked over ZeroMQ itself: each is answered, and 200
 * only where the key is known and all else is as our own socket asks. */
#include <uv.h>
#include <zmq.h>

#include "lib/check.h"
#include "net/zap.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/target.h"

enum { FRAMES_MAX = 10, TEXT_BYTES = 300, TURNS_MAX = 1000000, ANSWER_FRAMES = 6, STATUS = 2 };

static const uint8_t known[CURVE_KEY_BYTES] = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";

static const char *find(void *self, const uint8_t key[CURVE_KEY_BYTES])
{
    (void)self;
    return memcmp(key, known, CURVE_KEY_BYTES) == 0 ? "agent:fire/1" : NULL;
}

static void refused(void *self, const uint8_t key[CURVE_KEY_BYTES], const char *address)
{
    (void)self;
    require(memcmp(key, known, CURVE_KEY_BYTES) != 0);
    require(memchr(address, '\0', TEXT_BYTES) != NULL);
}

static uv_loop_t loop;

/* Opens the handler once and returns who asks it. */
static void *asker(void)
{
    static const struct zap_principals principals = {.find = find, .refused = refused};
    static struct zap *zap;
    static void *socket;

    if (socket == NULL) {
        void *context = zmq_ctx_new();

        require(context != NULL && uv_loop_init(&loop) == 0);
        require(zap_open(context, &loop, &principals, &zap) == ERR_OK);
        socket = zmq_socket(context, ZMQ_REQ);
        require(socket != NULL && zmq_connect(socket, "inproc://zeromq.zap.01") == 0);
    }
    return socket;
}

enum { FRAMES_ASKED = 7 };

static struct bytes right_frame(unsigned place)
{
    static const char *const texts[] = {"1.0", "id", ZAP_DOMAIN, "127.0.0.1", "", "CURVE"};

    return place < sizeof texts / sizeof texts[0] ? bytes_of_text(texts[place])
                                                  : (struct bytes){known, sizeof known};
}

/* True if a request may have anything at @place: its id, an address, a routing id. */
static bool is_free(unsigned place)
{
    return place == 1 || place == 3 || place == 4;
}

/* Sends a request and returns whether it is one of a known key. */
static bool ask(void *socket, struct choices *choices)
{
    unsigned count =
        choose(choices, 4) == 0 ? 1 + choose(choices, FRAMES_MAX) : (unsigned)FRAMES_ASKED;
    bool is_right = count == FRAMES_ASKED;

    for (unsigned i = 0; i < count; i++) {
        bool is_any = choose(choices, 16) == 0;
        struct bytes frame = is_any ? choose_bytes(choices, choose(choices, 64)) : right_frame(i);

        is_right = is_right && (is_free(i) || bytes_equal(frame, right_frame(i)));
        require(zmq_send(socket, frame.data, frame.size, i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
    }
    return is_right;
}

/* Receives the answer and returns its status as a number. */
static int receive_status(void *socket)
{
    char frames[ANSWER_FRAMES][TEXT_BYTES];
    int status = 0;

    for (unsigned i = 0; i < ANSWER_FRAMES; i++) {
        int got = -1;

        for (unsigned turn = 0; got < 0; turn++) {
            require(turn < TURNS_MAX);
            (void)uv_run(&loop, UV_RUN_NOWAIT); /* whatever it did, we look again */
            got = zmq_recv(socket, frames[i], TEXT_BYTES - 1, ZMQ_DONTWAIT);
        }
        frames[i][got < TEXT_BYTES ? got : TEXT_BYTES - 1] = '\0';
    }
    for (const char *digit = frames[STATUS]; *digit >= '0' && *digit <= '9'; digit++) {
        status = status * 10 + (*digit - '0');
    }
    return status;
}

void fuzz_zap(struct bytes input)
{
    struct choices choices = {input};
    void *socket = asker();
    bool is_right = ask(socket, &choices);
    int status = receive_status(socket);

    require(status == 200 || status == 300 || status == 400);
    require((status == 200) == is_right);
}
