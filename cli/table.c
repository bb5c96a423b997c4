/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <unistd.h>

#include "cli/width.h"
#include "lib/check.h"

enum { GAP_COLUMNS = 2 };

struct table_row {
    struct table_row *next;
    const char *cells[TABLE_COLUMNS_MAX];
};

/* Makes @row's cell @index of @text, and its column as wide as that. */
static void set_cell(struct table *table, struct table_row *row, size_t index, const char *text)
{
    size_t columns_max = table->columns[index].columns_max;
    const char *fitted =
        cli_memory(width_fit(text, columns_max == 0 ? SIZE_MAX : columns_max, table->cli->arena));
    size_t width = width_of_text(fitted);

    row->cells[index] = fitted;
    table->widths[index] = width > table->widths[index] ? width : table->widths[index];
}

void table_init(struct table *table, const struct cli *cli, const struct table_column *columns,
                size_t column_count)
{
    require(column_count > 0);
    require(column_count <= TABLE_COLUMNS_MAX);

    *table = (struct table){.cli = cli, .columns = columns, .column_count = column_count};
}

static struct table_row *new_row(struct table *table)
{
    struct table_row *row = cli_memory(arena_alloc(table->cli->arena, sizeof *row));

    if (table->last == NULL) {
        table->first = row;
    } else {
        table->last->next = row;
    }
    table->last = row;
    return row;
}

void table_add(struct table *table, const char *const *cells)
{
    if (table->first == NULL) {
        struct table_row *titles = new_row(table);

        for (size_t i = 0; i < table->column_count; i++) {
            set_cell(table, titles, i, cli_phrase(table->cli, table->columns[i].title));
        }
    }

    struct table_row *row = new_row(table);
    for (size_t i = 0; i < table->column_count; i++) {
        set_cell(table, row, i, cells[i] == NULL ? "" : cells[i]);
    }
}

/* Nothing follows the last column, so it is not padded. */
static void print_row(const struct table *table, const struct table_row *row, bool is_title)
{
    FILE *out = table->cli->out;
    bool is_bold = is_title && table->cli->is_coloured;

    (void)fputs(is_bold ? "\033[1m" : "", out); /* a failed write shows when out is flushed */
    for (size_t i = 0; i < table->column_count; i++) {
        bool is_last = i + 1 == table->column_count;
        size_t blanks = is_last ? 0 : table->widths[i] - width_of_text(row->cells[i]) + GAP_COLUMNS;

        (void)fprintf(out, "%s%*s", row->cells[i], (int)blanks, "");
    }
    (void)fputs(is_bold ? "\033[0m\n" : "\n", out);
}

void table_print(const struct table *table)
{
    for (const struct table_row *row = table->first; row != NULL; row = row->next) {
        print_row(table, row, row == table->first);
    }
}

void table_print_or(const struct table *table, struct phrase sentence)
{
    const struct cli *cli = table->cli;

    if (table->first == NULL && isatty(fileno(cli->out)) == 1) {
        (void)fprintf(cli->out, "%s\n", cli_phrase(cli, sentence));
    }
    table_print(table);
}
