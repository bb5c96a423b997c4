/* SPDX-License-Identifier: Apache-2.0 */
/* feed_line.h - what happened, in one line for people. */
#ifndef CLI_FEED_LINE_H
#define CLI_FEED_LINE_H

#include "cli/cli.h"
#include "proto/message.h"

/* Returns "time  number  what happened" in the arena; NULL for an event of no interest to people
 * who follow a proposal. */
const char *feed_line(const struct cli *cli, const Hs__FeedItem *item, int offset_minutes);

#endif
