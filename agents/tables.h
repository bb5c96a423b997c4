/* SPDX-License-Identifier: Apache-2.0 */
/* tables.h - a few ordered tables of bytes that survive a crash, each value under a checksum.
 *
 * LMDB beneath. Changes gather in one transaction, durable together when tables_commit() returns;
 * reads see them before that. One process at a time, one thread. After an error of a change the
 * transaction is of no more use and is to be dropped.
 */
#ifndef AGENTS_TABLES_H
#define AGENTS_TABLES_H

#include <lmdb.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"

enum { TABLES_MAX = 8 };

struct tables {
    MDB_env *env;
    MDB_dbi list[TABLES_MAX];
    MDB_txn *txn; /* NULL: nothing has changed since the last commit */
    int lock;     /* of os/lock.h */
};

/* A place in a table. The key is borrowed, and has at most 511 bytes. */
struct table_key {
    unsigned table;
    struct bytes key;
};

/* Opens the tables called @names, TABLES_MAX of them or NULL behind the last, in @folder, which is
 * made if need be, with room for @map_bytes, a multiple of the page size.
 *
 * Errors (nothing is left open):
 *   ERR_EXISTS   another process has them open
 *   ERR_CORRUPT  what is there is no such thing, or lacks pages
 *   others       of making the folder or opening the files */
enum err tables_open(struct tables *tables, const char *folder, size_t map_bytes,
                     const char *const *names);

/* Closes them; what is not committed is dropped. May be called twice. */
void tables_close(struct tables *tables);

/* Makes all changes durable; does nothing if there are none. Errors: ERR_NO_SPACE, ERR_IO. */
enum err tables_commit(struct tables *tables);

/* Drops all changes. */
void tables_abort(struct tables *tables);

/* Puts @bytes at @at, in place of what is there. Errors: ERR_NO_SPACE, ERR_IO. */
enum err tables_put(struct tables *tables, struct table_key at, struct bytes bytes);

/* Removes what is at @at, if anything is. Errors: ERR_NO_SPACE, ERR_IO. */
enum err tables_remove(struct tables *tables, struct table_key at);

/* Sets @out to a copy, in @arena, of what is at @at.
 * Errors: ERR_ABSENT, ERR_CORRUPT, ERR_FULL (the arena), ERR_IO. */
enum err tables_get(struct tables *tables, struct table_key at, struct arena *arena,
                    struct bytes *out);

/* Reads the last key of @table, of exactly 8 bytes, as a number; 0 if the table is empty.
 * Errors: ERR_CORRUPT, ERR_IO. */
enum err tables_last_number(struct tables *tables, unsigned table, uint64_t *out);

/* Calls @visit for every row from @first on, in the order of keys, until it returns something else
 * than ERR_OK, which is then returned. What it is given lives until it returns; it must not change
 * the tables. Other errors: ERR_CORRUPT, ERR_IO. */
typedef enum err (*table_row_fn)(void *self, struct bytes key, struct bytes bytes);
enum err tables_walk(struct tables *tables, struct table_key first, table_row_fn visit, void *self);

#endif
