/* SPDX-License-Identifier: Apache-2.0 */
/* board.h - the live board's state: which proposals are open, how every clock of them stands at one
 * time, and which of them are looked at.
 *
 * Pure but for the arena: what is shown is a function of what the broker said, of what was pressed
 * and of the time. The texts are borrowed from the broker's answers.
 */
#ifndef CLI_BOARD_H
#define CLI_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/keys.h"
#include "core/lamp.h"
#include "core/names.h"
#include "lib/arena.h"
#include "proto/message.h"

enum {
    BOARD_COLUMNS_MAX = 64,  /* departments */
    BOARD_OPEN_MAX = 500,    /* rows held: the most urgent of a larger office */
    BOARD_SEARCH_BYTES = 64, /* of what is searched for, with the terminator */
};

/* What a review's limit is measured by: one for each review of the row, in its order. */
struct board_entry {
    const Hs__BoardRow *row;
    const struct lamp_measure *measures;
};

/* A department's share of a proposal. */
struct board_cell {
    const Hs__Review *review; /* NULL: it has none */
    struct lamp_measure measure;
    struct lamp_reading reading;
};

struct board_row {
    const Hs__BoardRow *source;
    struct board_cell *cells;       /* one for each column */
    const struct board_cell *first; /* the most urgent that is still to be answered, or NULL */
    bool is_counted;                /* of the department that is looked at */
};

/* Invariant: shown are shown_count indices of rows, the most urgent first. */
struct board {
    const char *office;
    int utc_offset_minutes;
    const Hs__Department **columns; /* that have a review in any row, in the office's order */
    size_t column_count;
    struct board_row *rows;
    size_t row_count;
    bool is_cut; /* more are open than there are rows */
    int64_t now_ms;
    size_t *shown;
    size_t shown_count;
};

enum board_filter { FILTER_ALL, FILTER_OVERDUE, FILTER_NEAR, FILTER_HELD };

/* What is looked at. All zero: everything, from the first. */
struct board_view {
    enum board_filter filter;
    char department[NAME_BYTES_MAX + 1]; /* whose clocks count; empty: everybody's */
    char search[BOARD_SEARCH_BYTES];     /* a part of a number or title; empty: any */
    bool is_searching;                   /* keys go into search */
    uint64_t selected;                   /* a proposal's id; 0: the first shown */
    size_t selected_index;               /* where it was shown last */
    bool is_detail;                      /* that proposal alone */
    bool is_single;                      /* there is only one: no way back to the list */
    bool is_live;                        /* on a terminal: with a selection and the keys */
    int64_t silent_from_ms;              /* since when the broker has not been heard; 0: it is */
};

/* Makes @board of @count @entries. Returns false if the arena is full. */
bool board_build(struct board *board, const Hs__Office *office, const struct board_entry *entries,
                 size_t count, struct arena *arena);

/* Reads every clock at @now_ms, sorts the rows by urgency and chooses those that @view looks at;
 * moves its selection to one of them. Urgent first: overdue ones, the longest overdue before the
 * others; then what runs, the least time left before the rest; then what stands; then what waits
 * for something else. */
void board_show(struct board *board, struct board_view *view, int64_t now_ms);

/* Returns how many rows have at least one review whose lamp is @lamp, of the department that was
 * looked at last. */
size_t board_count(const struct board *board, enum lamp lamp);

/* Returns the selected row, or NULL if none is shown. */
const struct board_row *board_selected(const struct board *board, const struct board_view *view);

/* Changes @view by @key, on a list of @page_rows. Returns false if the key ends the program. */
bool board_view_key(struct board_view *view, const struct board *board, uint32_t key,
                    size_t page_rows);

#endif
