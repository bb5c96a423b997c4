/* SPDX-License-Identifier: Apache-2.0 */
/* lamp_text.h - a lamp, its days and what is left as people read them. Texts live in the cli's
 * arena. */
#ifndef CLI_LAMP_TEXT_H
#define CLI_LAMP_TEXT_H

#include "cli/cli.h"
#include "cli/screen.h"
#include "core/lamp.h"

/* Returns the word of @lamp, and a mark of one character that stands for it beside a legend. */
const char *lamp_word(const struct cli *cli, enum lamp lamp);
const char *lamp_mark(const struct cli *cli, enum lamp lamp);

enum style lamp_style(enum lamp lamp);

/* Returns counted and real days, "3/5"; with a star if they are provisional. */
const char *lamp_days(const struct cli *cli, const struct lamp_reading *reading);

/* Returns what is left, "2d 03:15:20"; of what is overdue by how much; a dash where nothing is
 * counted. */
const char *lamp_left(const struct cli *cli, const struct lamp_reading *reading);

/* Returns a span of elapsed time likewise, also when it is below 0. */
const char *lamp_span(const struct cli *cli, int64_t span_ms);

#endif
