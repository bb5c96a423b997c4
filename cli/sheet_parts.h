/* SPDX-License-Identifier: Apache-2.0 */
/* sheet_parts.h - for the files of the sheet alone: what they share. sheet.h says what a sheet is.
 */
#ifndef CLI_SHEET_PARTS_H
#define CLI_SHEET_PARTS_H

#include "cli/cli.h"
#include "proto/message.h"

enum { INDENT_COLUMNS = 4 };

/* One printing. */
struct sheet {
    const struct cli *cli;
    const Hs__Office *office;
    FILE *file;
    int offset_minutes;
    const Hs__VerdictDocument *document;
};

/* Returns the text of the sheet's language. */
const char *sheet_say(const struct sheet *sheet, const char *zh, const char *en)
    __attribute__((format_arg(2), format_arg(3)));

void sheet_heading(const struct sheet *sheet, const char *zh, const char *en);

/* Prints @title, then @text in lines beside it, if there is any. */
void sheet_entry(const struct sheet *sheet, size_t indent, const char *title, const char *text);

const char *sheet_time(const struct sheet *sheet, int64_t at_ms);

/* Returns what the matter @matter is called. */
const char *sheet_matter(const struct sheet *sheet, const char *matter);

/* ---- sheet_settled.c: what became of the opinions ---- */

void sheet_print_settled(const struct sheet *sheet, const Hs__VerdictDocument *document);
void sheet_print_conditions(const struct sheet *sheet, const Hs__VerdictDocument *document);
void sheet_print_matrix(const struct sheet *sheet, const Hs__VerdictDocument *document);
void sheet_print_decision(const struct sheet *sheet, const Hs__VerdictDocument *document);

#endif
