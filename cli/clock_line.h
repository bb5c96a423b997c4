/* SPDX-License-Identifier: Apache-2.0 */
/* clock_line.h - what happened to a clock, as a line for people. */
#ifndef CLI_CLOCK_LINE_H
#define CLI_CLOCK_LINE_H

#include "cli/cli.h"
#include "proto/message.h"

/* Returns the line, in the cli's arena; NULL if @event is not about a clock. Times are shown
 * @offset_minutes ahead of UTC. */
const char *clock_line(const struct cli *cli, const Hs__Event *event, int offset_minutes);

#endif
