/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stamp.h"

#include <stdio.h>
#include <time.h>

static const int64_t at_ms_last = INT64_C(253402214400000); /* the last day of the year 9999 */

void stamp_write(int64_t at_ms, int offset_minutes, char *out)
{
    int64_t local_ms = at_ms > at_ms_last ? at_ms_last : at_ms < 0 ? 0 : at_ms;
    struct tm parts;

    if (at_ms == 0) {
        (void)snprintf(out, STAMP_BYTES, "-"); /* fits */
        return;
    }
    local_ms += (int64_t)offset_minutes * 60000;
    local_ms = local_ms < 0 ? 0 : local_ms;

    const time_t seconds = (time_t)(local_ms / 1000);
    (void)gmtime_r(&seconds, &parts); /* cannot fail within these years */
    (void)strftime(out, STAMP_BYTES, "%Y-%m-%d %H:%M:%S", &parts);
}
