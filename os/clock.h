/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the machine's clocks, behind an interface so that tests bring their own.
 *
 * What is believed of them is decided elsewhere: here they are only read.
 */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

enum { CLOCK_BOOT_ID_BYTES = 37 }; /* with the terminator */

/* The two clocks that decisions depend on. Borrowed functions; self is passed back to them. */
struct clock {
    int64_t (*wall_ms)(void *self); /* milliseconds since the Unix epoch, UTC; may be stepped */
    int64_t (*boot_ms)(void *self); /* milliseconds since the machine started, suspends included */
    void *self;
};

/* Returns the machine's own clocks. */
struct clock clock_real(void);

/* Returns nanoseconds since some fixed moment; never goes back. For deadlines and measurements
 * within one process. */
int64_t clock_monotonic_ns(void);

/* Writes at @out the id that the kernel drew when it started: the same id, the same boot clock.
 *
 * Errors: ERR_IO if the kernel does not tell it. */
enum err clock_boot_id(char out[CLOCK_BOOT_ID_BYTES]);

/* True if the kernel says that something disciplines the wall clock now. */
bool clock_is_synchronised(void);

#endif
