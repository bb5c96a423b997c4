/* SPDX-License-Identifier: Apache-2.0 */
#include "net/watcher.h"

#include <stdlib.h>
#include <zmq.h>

#include "lib/check.h"

enum { HANDLES = 4 };

struct watcher {
    void *socket; /* borrowed */
    watcher_fn on_ready;
    void *self;
    int wanted;
    int closed; /* handles whose close callback came; at HANDLES the memory is free */
    uv_poll_t poll;
    uv_prepare_t prepare;
    uv_idle_t idle;
    uv_check_t check;
};

/* Returns what the socket is ready for of what is wanted. A socket that cannot be asked (its
 * context ended) is ready for nothing. */
static int ask_ready(const struct watcher *watcher)
{
    int events = 0;
    size_t size = sizeof events;

    if (zmq_getsockopt(watcher->socket, ZMQ_EVENTS, &events, &size) != 0) {
        return 0;
    }
    int ready = ((events & ZMQ_POLLIN) != 0 ? WATCHER_READABLE : 0) |
                ((events & ZMQ_POLLOUT) != 0 ? WATCHER_WRITABLE : 0);
    return ready & watcher->wanted;
}

/* The descriptor's only use is to wake the loop. */
static void wake(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
}

/* An active idle handle keeps the loop from sleeping. */
static void stay_awake(uv_idle_t *idle)
{
    (void)idle;
}

/* Before the loop sleeps. */
static void prepare(uv_prepare_t *handle)
{
    struct watcher *watcher = handle->data;

    if (ask_ready(watcher) != 0) {
        (void)uv_idle_start(&watcher->idle, stay_awake); /* cannot fail with a callback */
    }
}

/* After the loop woke. */
static void check(uv_check_t *handle)
{
    struct watcher *watcher = handle->data;
    int ready = ask_ready(watcher);

    (void)uv_idle_stop(&watcher->idle); /* cannot fail */
    if (ready != 0) {
        watcher->on_ready(watcher->self, ready);
    }
}

enum err watcher_open(uv_loop_t *loop, void *socket, watcher_fn on_ready, void *self,
                      struct watcher **out)
{
    int fd = -1;
    size_t size = sizeof fd;

    if (zmq_getsockopt(socket, ZMQ_FD, &fd, &size) != 0) {
        return ERR_IO;
    }

    struct watcher *watcher = calloc(1, sizeof *watcher);
    require(watcher != NULL); /* exhausted memory ends the process */
    *watcher = (struct watcher){
        .socket = socket, .on_ready = on_ready, .self = self, .wanted = WATCHER_READABLE};
    if (uv_poll_init(loop, &watcher->poll, fd) != 0) {
        free(watcher); /* nothing of it is on the loop yet */
        return ERR_IO;
    }
    watcher->poll.data = watcher;
    (void)uv_prepare_init(loop, &watcher->prepare); /* these three and their starts cannot fail */
    (void)uv_idle_init(loop, &watcher->idle);
    (void)uv_check_init(loop, &watcher->check);
    watcher->prepare.data = watcher;
    watcher->idle.data = watcher;
    watcher->check.data = watcher;
    (void)uv_prepare_start(&watcher->prepare, prepare);
    (void)uv_check_start(&watcher->check, check);
    if (uv_poll_start(&watcher->poll, UV_READABLE, wake) != 0) {
        watcher_close(watcher);
        return ERR_IO;
    }
    *out = watcher;
    return ERR_OK;
}

void watcher_want(struct watcher *watcher, int events)
{
    watcher->wanted = events;
}

static void count_closed(uv_handle_t *handle)
{
    struct watcher *watcher = handle->data;

    watcher->closed++;
    if (watcher->closed == HANDLES) {
        free(watcher);
    }
}

void watcher_close(struct watcher *watcher)
{
    if (watcher == NULL) {
        return;
    }
    uv_close((uv_handle_t *)&watcher->poll, count_closed);
    uv_close((uv_handle_t *)&watcher->prepare, count_closed);
    uv_close((uv_handle_t *)&watcher->idle, count_closed);
    uv_close((uv_handle_t *)&watcher->check, count_closed);
}
