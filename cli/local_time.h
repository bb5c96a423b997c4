/* SPDX-License-Identifier: Apache-2.0 */
/* local_time.h - instants as people write them, in the local time of an office or a calendar. */
#ifndef CLI_LOCAL_TIME_H
#define CLI_LOCAL_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

/* True, with @at_ms set (Unix milliseconds, UTC), if @text is "2026-03-10 10:20", a T in place of
 * the blank or not, where clocks run @offset_minutes ahead of UTC. */
bool local_time_read(struct bytes text, int offset_minutes, int64_t *at_ms);

/* The same of an end, which may be a date alone, "2026-03-10": the last minute of that day, so that
 * the day is the last that counts. */
bool local_time_read_end(struct bytes text, int offset_minutes, int64_t *at_ms);

#endif
