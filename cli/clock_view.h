/* SPDX-License-Identifier: Apache-2.0 */
/* clock_view.h - where the clocks of a proposal stand, as people see them. */
#ifndef CLI_CLOCK_VIEW_H
#define CLI_CLOCK_VIEW_H

#include "cli/cli.h"
#include "proto/message.h"

/* Returns when @review is due, in the office's local time, and whether that is provisional or is
 * what it was before a hold that stands; "-" if it has no limit. */
const char *clock_due(const struct cli *cli, const Hs__Review *review, int offset_minutes);

/* Returns what the clock of @review is held for and until when, all that stand; "-" if none does.
 */
const char *clock_standing(const struct cli *cli, const Hs__Review *review, int offset_minutes);

/* Prints on out, a line each, what the clock of @review has come through: holds that stand or are
 * asked for, extensions, reminders, stamps, silence and what it was taken for. */
void clock_view_review(const struct cli *cli, const Hs__Review *review, int offset_minutes);

/* Prints the class of @proposal's limits and its own clocks, the total and the correction. */
void clock_view_proposal(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes);

#endif
