/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.h - instants as people read them, in the office's local time. */
#ifndef CLI_STAMP_H
#define CLI_STAMP_H

#include <stdint.h>

enum { STAMP_BYTES = 32 };

/* Writes @at_ms (Unix milliseconds, UTC) at @out, which holds STAMP_BYTES, as "2026-03-10 10:20:30"
 * where local time is UTC + @offset_minutes; "-" if @at_ms is 0, which means never. Years beyond
 * 9999 or before 1970 are shown as the nearest of them. */
void stamp_write(int64_t at_ms, int offset_minutes, char *out);

#endif
