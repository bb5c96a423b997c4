/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h - how far a long step is, on one line of a terminal; silent anywhere else. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

struct progress {
    const struct cli *cli;
    bool is_shown; /* err is a terminal */
    bool is_drawn; /* a line is on it */
    int64_t drawn_at_ns;
};

/* Makes @progress ready; nothing is drawn yet. */
void progress_init(struct progress *progress, const struct cli *cli);

/* Draws @step with @done, at most a few times a second; the first time at once. */
void progress_tell(struct progress *progress, const char *step, uint64_t done);

/* Takes the line away: the next step has its own. */
void progress_clear(struct progress *progress);

#endif
