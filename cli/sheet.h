/* SPDX-License-Identifier: Apache-2.0 */
/* sheet.h - the consolidated document of a verdict as a text that can be read aloud and filed:
 * who said what, what must change and on which basis, and how anyone recomputes it. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "cli/cli.h"
#include "proto/message.h"

/* Prints @document on @file in the cli's language, in lines of at most 80 columns; the names of
 * departments' parts are those of @office. Failed writes are left in the state of @file. */
void sheet_print(const struct cli *cli, const Hs__Office *office,
                 const Hs__VerdictDocument *document, int offset_minutes, FILE *file);

/* An opinion, as @department wrote it. */
struct sheet_opinion {
    const Hs__Office *office;
    const char *department;
    const Hs__Opinion *opinion;
};

/* Prints the result, the reason, the parts and the items of @opinion in the same way. */
void sheet_print_opinion(const struct cli *cli, const struct sheet_opinion *opinion, FILE *file);

#endif
