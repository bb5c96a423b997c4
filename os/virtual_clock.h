/* SPDX-License-Identifier: Apache-2.0 */
/* virtual_clock.h - a wall clock for demonstrations and tests: a line over the machine's boot
 * clock.
 *
 * Every process that is told the same three numbers reads the same time, also after it was started
 * again. What waits for the network goes on in the machine's own time.
 */
#ifndef OS_VIRTUAL_CLOCK_H
#define OS_VIRTUAL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "os/clock.h"

enum {
    VIRTUAL_CLOCK_RATE_MAX = 1000000, /* a year in half a minute */
    VIRTUAL_CLOCK_TEXT_BYTES = 64,    /* with the terminator */
};

/* At the machine's boot_ms it is from_ms, and then rate milliseconds pass in each of the machine's;
 * rate 0: it stands. */
struct virtual_clock {
    int64_t from_ms;
    int64_t rate;
    int64_t boot_ms;
};

/* Returns the virtual time, milliseconds UTC, when the machine's boot clock is at @boot_ms. */
int64_t virtual_clock_at(const struct virtual_clock *virtual_clock, int64_t boot_ms);

/* Returns a clock whose wall clock is @virtual_clock, borrowed, and whose boot clock is the
 * machine's. */
struct clock virtual_clock_wall(const struct virtual_clock *virtual_clock);

/* The same with a boot clock that passes as the wall clock does. */
struct clock virtual_clock_both(const struct virtual_clock *virtual_clock);

/* Writes @virtual_clock as FROM_MS,RATE,BOOT_MS. */
void virtual_clock_to_text(const struct virtual_clock *virtual_clock,
                           char out[VIRTUAL_CLOCK_TEXT_BYTES]);

/* Reads what virtual_clock_to_text() wrote; a line feed may follow. False if @text is anything
 * else: @out is untouched. */
bool virtual_clock_from_text(const char *text, struct virtual_clock *out);

#endif
