/* SPDX-License-Identifier: Apache-2.0 */
/* board_source.h - the board as the broker tells it: page by page, at once or while a verb goes on.
 *
 * A board that is being loaded takes the place of the one that is shown when its last page is in.
 */
#ifndef CLI_BOARD_SOURCE_H
#define CLI_BOARD_SOURCE_H

#include "cli/board.h"
#include "cli/measures.h"
#include "cli/session.h"

enum { BOARD_SOURCE_BYTES = 64 * 1024 * 1024 }; /* of one board: 500 rows are some 2 MiB */

struct board_source {
    struct cli *cli;
    struct session *session;
    const Hs__Office *office;
    bool is_office_stale; /* its departments or calendars may be others by now */
    const char *proposal; /* the only one; empty: all that are open */
    struct measures measures;
    struct board board; /* in the arena that is not loading */
    struct arena arenas[2];
    unsigned loading; /* the arena of the board that is being loaded */
    bool is_asking;   /* it is */
    Hs__Query query;
    Hs__Query__Board asked;
    Hs__BoardPlace from;
    Hs__Answer *answer; /* NULL: not there yet */
    struct board_entry *entries;
    size_t entry_count;
    int64_t now_ms; /* the broker's time, at heard_ms of our own clock */
    uint64_t heard_ms;
};

/* Loads the board of @proposal, or of all if it is empty, waiting for it. Returns an exit status.
 * @source is released in any case. */
int board_source_open(struct board_source *source, struct cli *cli, struct session *session,
                      const char *proposal);

/* Begins to load it anew. */
int board_source_begin(struct board_source *source);

/* Takes what has come, and asks for the next page. Sets @is_new when source->board is another. */
int board_source_take(struct board_source *source, bool *is_new);

/* Returns the broker's time now. */
int64_t board_source_now(const struct board_source *source);

void board_source_release(struct board_source *source);

#endif
