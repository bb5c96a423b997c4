/* SPDX-License-Identifier: Apache-2.0 */
/* instant.h - instants as RFC 3339 writes them: 2026-03-10T09:00:00.250+08:00.
 *
 * An instant is milliseconds since the Unix epoch, UTC, in the years 0001 to 9999.
 */
#ifndef PROTO_TEXT_INSTANT_H
#define PROTO_TEXT_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

enum {
    INSTANT_BYTES = 40,                   /* of a text written here, with its terminator */
    INSTANT_OFFSET_MINUTES_MAX = 18 * 60, /* east or west of Greenwich */
};

/* Writes the instant @at_ms at @out in the zone that is @utc_offset_minutes east of Greenwich, with
 * milliseconds if there are any. Returns false, with @out undefined, if the instant or the zone is
 * out of range. */
bool instant_to_text(int64_t at_ms, int utc_offset_minutes, char out[INSTANT_BYTES]);

/* True, with @at_ms set, if @text is a full date and time with an offset or Z. At most three digits
 * of a second's fraction; a leap second counts as the second after it. */
bool instant_from_text(struct bytes text, int64_t *at_ms);

#endif
