/* SPDX-License-Identifier: Apache-2.0 */
#include "net/selftest.h"

#include <stdlib.h>

#include "lib/check.h"
#include "net/dealer.h"

static const char message[] = "a stranger's message";

struct selftest {
    struct selftest_options options;
    struct dealer *stranger;
    uv_timer_t timer;
    uint64_t anonymous_before;
};

static void free_with_timer(uv_handle_t *timer)
{
    free(timer->data);
}

/* Ends the test; only the result remains. */
static void finish(struct selftest *test, enum selftest_result result)
{
    struct selftest_options options = test->options;

    dealer_close(test->stranger);
    test->stranger = NULL;
    uv_close((uv_handle_t *)&test->timer, free_with_timer);
    options.on_done(options.self, result);
}

static bool something_came_through(const struct selftest *test)
{
    return router_counts(test->options.router).dropped_anonymous > test->anonymous_before;
}

static void on_timeout(uv_timer_t *timer)
{
    finish(timer->data, SELFTEST_NO_ANSWER);
}

static void on_state(void *self, enum dealer_state state)
{
    struct selftest *test = self;

    switch (state) {
    case DEALER_CONNECTING:
        break;
    case DEALER_READY:
        finish(test, SELFTEST_ADMITTED);
        break;
    case DEALER_REFUSED:
        if (something_came_through(test)) {
            finish(test, SELFTEST_ADMITTED);
        } else if (zap_refused_stranger(test->options.zap)) {
            finish(test, SELFTEST_PASSED);
        }
        break; /* ended for another reason, which proves nothing: there is a next attempt */
    }
}

/* A broker that answers a stranger has let it in. */
static void on_ready(void *self, int ready)
{
    (void)ready; /* only readable is wanted */
    finish(self, SELFTEST_ADMITTED);
}

static enum err begin(struct selftest *test, void *context, uv_loop_t *loop)
{
    struct curve_pair pair;
    uint8_t key[CURVE_KEY_BYTES];
    curve_pair_generate(&pair);
    const struct dealer_options options = {
        .endpoint = router_endpoint(test->options.router),
        .curve = &pair,
        .broker_curve = router_curve_public(test->options.router),
        .is_ipv6 = true,
        .queues_unconnected = true,
    };
    const struct dealer_listener listener = {
        .on_ready = on_ready, .on_state = on_state, .self = test};
    bool is_key = curve_key_from_text(pair.public_key, key);
    require(is_key);
    zap_expect_stranger(test->options.zap, key);
    enum err err = dealer_open(context, &options, &test->stranger);

    if (err == ERR_OK) {
        err = dealer_watch(test->stranger, loop, &listener);
    }
    if (err == ERR_OK && !dealer_send(test->stranger, bytes_of_text(message))) {
        err = ERR_IO;
    }
    return err;
}

enum err selftest_start(void *context, uv_loop_t *loop, const struct selftest_options *options)
{
    struct selftest *test = calloc(1, sizeof *test);

    require(test != NULL); /* exhausted memory ends the process */
    require(options->on_done != NULL && options->timeout_ms > 0);
    test->options = *options;
    test->anonymous_before = router_counts(options->router).dropped_anonymous;
    (void)uv_timer_init(loop, &test->timer); /* cannot fail, nor the start with a callback */
    test->timer.data = test;
    (void)uv_timer_start(&test->timer, on_timeout, (uint64_t)options->timeout_ms, 0);

    enum err err = begin(test, context, loop);
    if (err != ERR_OK) {
        dealer_close(test->stranger);
        uv_close((uv_handle_t *)&test->timer, free_with_timer);
    }
    return err;
}

const char *selftest_text(enum selftest_result result)
{
    switch (result) {
    case SELFTEST_PASSED:
        return "passed";
    case SELFTEST_ADMITTED:
        return "stranger_admitted";
    case SELFTEST_NO_ANSWER:
        return "no_answer";
    }
    return "unknown";
}
