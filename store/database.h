/* SPDX-License-Identifier: Apache-2.0 */
/* database.h - one LMDB environment with the journal and its views: tables, transactions, rows.
 *
 * With store/environment.h the only file of the store that calls LMDB. Durability is LMDB's
 * default: a commit that returned ERR_OK is on disk. LMDB keeps no checksums of its own:
 * store/entry.h and store/row.h put one into every value.
 *
 * A process opens an environment once. A write transaction begins and ends on one thread, and there
 * is one at a time; read transactions are short, because pages freed while one is open cannot be
 * used again.
 *
 * Codes that any call may give beside those it lists, with the words in database_failure():
 *   ERR_NO_SPACE  the map, the disk or the quota is full
 *   ERR_CORRUPT   LMDB found its pages damaged
 *   ERR_FULL      too many readers, or a transaction too large
 *   ERR_DENIED    the permissions of the files refuse it
 *   ERR_IO        anything else
 */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "store/failure.h"

/* What each table holds stands in store/entry.h (the first) and store/views.h (the others). Add new
 * ones at the end: checksums of rows know the place of their table. */
#define TABLE_LIST(X)             \
    X(JOURNAL, "journal")         \
    X(PROPOSALS, "proposals")     \
    X(PACKETS, "packets")         \
    X(OPINIONS, "opinions")       \
    X(INBOX, "inbox")             \
    X(DEADLINES, "deadlines")     \
    X(BY_STATUS, "by_status")     \
    X(BY_PARTY, "by_party")       \
    X(BY_NUMBER, "by_number")     \
    X(COMMANDS, "commands")       \
    X(DIRECTORY, "directory")     \
    X(DEFINITIONS, "definitions") \
    X(META, "meta")

#define TABLE_ENUM(name, text) TABLE_##name,
enum table { TABLE_LIST(TABLE_ENUM) TABLE_COUNT };
#undef TABLE_ENUM

enum { DATABASE_KEY_BYTES_MAX = 511 }; /* LMDB's limit */

/* 1 TiB of address space where a pointer has room for it; the file grows as it is needed. */
#define DATABASE_MAP_BYTES ((size_t)1 << (sizeof(size_t) > 4 ? 40 : 30))

/* Returns the name of @table as operators read it. */
const char *table_name(enum table table);

struct database;
struct transaction;

struct database_options {
    const char *folder;
    size_t map_bytes; /* 0: DATABASE_MAP_BYTES; never changed while open */
    bool create;      /* make the folder and the tables where they are missing */
    bool read_only;
};

/* Opens the environment in @options->folder. On failure @failure, which may be NULL, has the words.
 *
 * Errors:
 *   ERR_ABSENT   there is none and @options->create is not set: none is made */
enum err database_open(const struct database_options *options, struct database **out,
                       struct failure *failure);

/* Closes @database, which may be NULL. No transaction is open. */
void database_close(struct database *database);

/* Returns the words of the last failure of a call on @database, borrowed from it. */
const struct failure *database_failure(const struct database *database);

/* Frees the places of readers whose process died, and says how many in @count. Once a minute. */
enum err database_check_readers(struct database *database, int *count);

/* Copies the environment, as it is now, without its free pages, into the empty folder @folder.
 * May run on any thread; it is one long reader. */
enum err database_copy(struct database *database, const char *folder, struct failure *failure);

/* Begins a transaction. A write transaction waits for another one of this machine to end. */
enum err transaction_begin(struct database *database, bool is_write, struct transaction **out);

/* Makes a write transaction durable and ends it, also on failure. After ERR_NO_SPACE, the map is
 * full, everything is as before the transaction. After any other failure nothing may be believed
 * about what is on disk: the process stops and opens the environment anew. */
enum err transaction_commit(struct transaction *txn);

/* Ends @txn, which may be NULL, without effect. */
void transaction_abort(struct transaction *txn);

struct database *transaction_database(const struct transaction *txn);

/* Sets the words of database_failure(): for the files of store/ that find a row to be wrong. */
void transaction_note(struct transaction *txn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A row as it is stored. Both borrowed until @txn ends or writes. */
struct row {
    struct bytes key;
    struct bytes value;
};

/* Finds the value of @key. ERR_ABSENT if there is none. */
enum err table_get(struct transaction *txn, enum table table, struct bytes key, struct bytes *out);

/* Makes a row of @key with @size bytes, to be written at @out before the next call on @txn;
 * replaces any other of that key. */
enum err table_reserve(struct transaction *txn, enum table table, struct bytes key, size_t size,
                       uint8_t **out);

/* The same for a key beyond all others of @table. ERR_EXISTS if it is not. */
enum err table_append(struct transaction *txn, enum table table, struct bytes key, size_t size,
                      uint8_t **out);

/* Removes the row of @key. ERR_ABSENT if there is none. */
enum err table_delete(struct transaction *txn, enum table table, struct bytes key);

/* Removes all rows. */
enum err table_clear(struct transaction *txn, enum table table);

/* Sets @count to the number of rows. */
enum err table_count(struct transaction *txn, enum table table, uint64_t *count);

/* Walking a table in the order of its keys. There is one place a table and transaction, which
 * writing to that table moves. Each gives ERR_ABSENT where there is no further row: the first whose
 * key is not below @key, the next, the previous, the last. */
enum err table_seek(struct transaction *txn, enum table table, struct bytes key, struct row *out);
enum err table_next(struct transaction *txn, enum table table, struct row *out);
enum err table_previous(struct transaction *txn, enum table table, struct row *out);
enum err table_last(struct transaction *txn, enum table table, struct row *out);

#endif
