/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <unistd.h>

#include "os/clock.h"

static const int64_t redraw_ns = INT64_C(200000000);

void progress_init(struct progress *progress, const struct cli *cli)
{
    *progress = (struct progress){.cli = cli, .is_shown = isatty(fileno(cli->err)) == 1};
}

void progress_tell(struct progress *progress, const char *step, uint64_t done)
{
    int64_t now_ns = progress->is_shown ? clock_monotonic_ns() : 0;

    if (!progress->is_shown || (progress->is_drawn && now_ns - progress->drawn_at_ns < redraw_ns)) {
        return;
    }
    progress->is_drawn = true;
    progress->drawn_at_ns = now_ns;
    /* A terminal that is gone takes nothing: the work goes on. */
    (void)fprintf(progress->cli->err, "\r\033[K%s", step);
    if (done > 0) {
        (void)fprintf(progress->cli->err, " %llu", (unsigned long long)done);
    }
    (void)fflush(progress->cli->err);
}

void progress_clear(struct progress *progress)
{
    if (progress->is_drawn) {
        (void)fputs("\r\033[K", progress->cli->err); /* as above */
        (void)fflush(progress->cli->err);
    }
    progress->is_drawn = false;
}
