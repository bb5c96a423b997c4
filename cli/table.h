/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - rows of texts in columns, aligned by what a terminal shows. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>

#include "cli/cli.h"

enum { TABLE_COLUMNS_MAX = 12 };

/* A cell wider than columns_max (0: any) is cut. */
struct table_column {
    struct phrase title;
    size_t columns_max;
};

struct table_row;

/* Lives in the arena of its cli. */
struct table {
    const struct cli *cli;
    const struct table_column *columns;
    size_t column_count;
    struct table_row *first;
    struct table_row *last;
    size_t widths[TABLE_COLUMNS_MAX];
};

/* Makes @table empty, with at most TABLE_COLUMNS_MAX @columns, borrowed. */
void table_init(struct table *table, const struct cli *cli, const struct table_column *columns,
                size_t column_count);

/* Adds a row of one text for each column. The texts are copied; NULL is an empty one. */
void table_add(struct table *table, const char *const *cells);

/* Prints the titles and the rows; nothing if there are no rows. */
void table_print(const struct table *table);

/* The same; but if there are no rows and out is a terminal, @sentence. */
void table_print_or(const struct table *table, struct phrase sentence);

#endif
