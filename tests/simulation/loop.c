/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/loop.h"

#include "lib/check.h"
#include "tests/simulation/process.h"

void loop_init(struct loop *loop, struct world *world)
{
    *loop = (struct loop){.world = world};
}

/* A handle's loop is a struct loop: nobody makes another here. */
static struct loop *loop_of(const uv_loop_t *uv)
{
    return (struct loop *)(uintptr_t)uv;
}

static void **place_of(void **places, const void *handle)
{
    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        if (places[i] == handle) {
            return &places[i];
        }
    }
    require(handle != NULL); /* there is room */
    return NULL;
}

static void add(void **places, void *handle)
{
    if (place_of(places, handle) == NULL) {
        *place_of(places, NULL) = handle;
    }
}

static void take(void **places, const void *handle)
{
    void **place = place_of(places, handle);

    if (place != NULL) {
        *place = NULL;
    }
}

/* ---- uv.h ---- */

int uv_timer_init(uv_loop_t *uv, uv_timer_t *timer)
{
    *timer = (uv_timer_t){.loop = uv, .type = UV_TIMER, .data = timer->data};
    return 0;
}

int uv_timer_start(uv_timer_t *timer, uv_timer_cb told, uint64_t timeout, uint64_t repeat)
{
    struct loop *loop = loop_of(timer->loop);

    timer->timer_cb = told;
    timer->timeout = (uint64_t)loop->world->now_ms + timeout;
    timer->repeat = repeat;
    add((void **)loop->timers, timer);
    return 0;
}

int uv_timer_stop(uv_timer_t *timer)
{
    take((void **)loop_of(timer->loop)->timers, timer);
    return 0;
}

int uv_idle_init(uv_loop_t *uv, uv_idle_t *idle)
{
    *idle = (uv_idle_t){.loop = uv, .type = UV_IDLE, .data = idle->data};
    return 0;
}

int uv_idle_start(uv_idle_t *idle, uv_idle_cb told)
{
    idle->idle_cb = told;
    add((void **)loop_of(idle->loop)->idles, idle);
    return 0;
}

int uv_idle_stop(uv_idle_t *idle)
{
    take((void **)loop_of(idle->loop)->idles, idle);
    return 0;
}

void uv_close(uv_handle_t *handle, uv_close_cb closed)
{
    struct loop *loop = loop_of(handle->loop);

    take((void **)loop->timers, handle);
    take((void **)loop->idles, handle);
    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        if (loop->closing[i] == NULL) {
            loop->closing[i] = handle;
            loop->closed[i] = closed;
            return;
        }
    }
    require(false);
}

void uv_stop(uv_loop_t *uv)
{
    (void)uv; /* who turns the loop looks at what it is for */
}

int uv_queue_work(uv_loop_t *uv, uv_work_t *work, uv_work_cb run, uv_after_work_cb done)
{
    struct loop *loop = loop_of(uv);

    work->work_cb = run;
    work->after_work_cb = done;
    add((void **)loop->works, work);
    return 0;
}

int uv_mutex_init(uv_mutex_t *mutex)
{
    (void)mutex; /* there is one thread */
    return 0;
}

void uv_mutex_destroy(uv_mutex_t *mutex)
{
    (void)mutex;
}

void uv_mutex_lock(uv_mutex_t *mutex)
{
    (void)mutex;
}

void uv_mutex_unlock(uv_mutex_t *mutex)
{
    (void)mutex;
}

int uv_run(uv_loop_t *uv, uv_run_mode mode)
{
    struct loop *loop = loop_of(uv);

    (void)mode; /* called at the end alone: what waits is closed handles and work */
    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        uv_handle_t *handle = loop->closing[i];
        uv_work_t *work = loop->works[i];

        loop->closing[i] = NULL;
        loop->works[i] = NULL;
        if (handle != NULL && loop->closed[i] != NULL) {
            loop->closed[i](handle);
        }
        if (work != NULL) {
            work->work_cb(work);
            work->after_work_cb(work, 0);
        }
    }
    return 0;
}

/* ---- the simulator's ---- */

static void run_works(struct loop *loop)
{
    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        uv_work_t *work = loop->works[i];

        loop->works[i] = NULL;
        if (work != NULL) {
            work->work_cb(work);
            work->after_work_cb(work, 0);
        }
    }
}

void loop_turn(struct loop *loop)
{
    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        uv_timer_t *timer = loop->timers[i];

        if (timer == NULL || (int64_t)timer->timeout > loop->world->now_ms) {
            continue;
        }
        loop->timers[i] = NULL;
        if (timer->repeat > 0) {
            uv_timer_start(timer, timer->timer_cb, timer->repeat, timer->repeat);
        }
        timer->timer_cb(timer);
    }
    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        if (loop->idles[i] != NULL) {
            loop->idles[i]->idle_cb(loop->idles[i]);
        }
    }
    run_works(loop);
}

int64_t loop_due_ms(const struct loop *loop)
{
    int64_t due_ms = INT64_MAX;

    for (size_t i = 0; i < LOOP_HANDLES_MAX; i++) {
        if (loop->timers[i] != NULL && (int64_t)loop->timers[i]->timeout < due_ms) {
            due_ms = (int64_t)loop->timers[i]->timeout;
        }
        if (loop->idles[i] != NULL || loop->works[i] != NULL) {
            return loop->world->now_ms;
        }
    }
    return due_ms;
}
