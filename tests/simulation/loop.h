/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h - libuv's loop, as far as the broker uses it, in simulated time: timers, idle handles and
 * work. loop.c has the functions of uv.h of the same names; the simulator is not linked with libuv.
 *
 * Work runs on the loop itself, as if its thread had been quick.
 */
#ifndef TESTS_SIMULATION_LOOP_H
#define TESTS_SIMULATION_LOOP_H

#include <uv.h>

#include "tests/simulation/world.h"

enum { LOOP_HANDLES_MAX = 16 };

struct loop {
    uv_loop_t uv; /* first: what the broker is given */
    struct world *world;
    uv_timer_t *timers[LOOP_HANDLES_MAX]; /* started ones */
    uv_idle_t *idles[LOOP_HANDLES_MAX];
    uv_handle_t *closing[LOOP_HANDLES_MAX];
    uv_close_cb closed[LOOP_HANDLES_MAX];
    uv_work_t *works[LOOP_HANDLES_MAX];
};

void loop_init(struct loop *loop, struct world *world);

/* Runs what is due now; in the loop's process. */
void loop_turn(struct loop *loop);

/* Returns when something is due next, INT64_MAX: never. */
int64_t loop_due_ms(const struct loop *loop);

#endif
