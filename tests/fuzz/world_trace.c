/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/world_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"
#include "proto/text/json.h"

void world_trace(const struct world *world, const char *what, const void *message)
{
    if (getenv("FUZZ_TRACE") == NULL) {
        return;
    }

    json_t *json = message_to_json(message, world->office->utc_offset_minutes);
    require(json != NULL);
    (void)fprintf(stderr, "%" PRId64 " %s ", world->now_ms, what);
    (void)json_dumpf(json, stderr, JSON_COMPACT);
    (void)fputc('\n', stderr);
    json_decref(json);
}
