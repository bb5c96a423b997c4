/* SPDX-License-Identifier: Apache-2.0 */
#include "store/database.h"

#include <errno.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"
#include "os/files.h"
#include "store/environment.h"

enum {
    READERS_MAX = 126,
    FOLDER_MODE = 0700,
    FILE_MODE = 0600,
};

struct database {
    MDB_env *env;
    MDB_dbi tables[TABLE_COUNT];
    struct failure failure;
};

struct transaction {
    struct database *database;
    MDB_txn *txn;
    MDB_cursor *cursors[TABLE_COUNT]; /* opened when first needed */
    bool is_write;
};

#define TABLE_TEXT(name, text) text,
static const char *const table_names[] = {TABLE_LIST(TABLE_TEXT)};
#undef TABLE_TEXT

const char *table_name(enum table table)
{
    require(table < TABLE_COUNT);
    return table_names[table];
}

static enum err code_of(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ERR_OK;
    case MDB_NOTFOUND:
        return ERR_ABSENT;
    case MDB_KEYEXIST:
        return ERR_EXISTS;
    case MDB_MAP_FULL:
    case EFBIG:
        return ERR_NO_SPACE;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_PANIC:
        return ERR_CORRUPT;
    case MDB_READERS_FULL:
    case MDB_TXN_FULL:
    case MDB_DBS_FULL:
        return ERR_FULL;
    default:
        return rc > 0 ? files_err(rc) : ERR_IO;
    }
}

/* Not finding a row is an answer and leaves no words. */
static enum err note(struct failure *failure, int rc, const char *call)
{
    if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) {
        failure_set(failure, "%s: %s", call, mdb_strerror(rc));
    }
    return code_of(rc);
}

static int open_tables(struct database *database, const struct database_options *options)
{
    unsigned int flags = options->read_only ? MDB_RDONLY : 0;
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(database->env, NULL, flags, &txn);

    if (rc != MDB_SUCCESS) {
        return rc;
    }
    for (int i = 0; i < TABLE_COUNT && rc == MDB_SUCCESS; i++) {
        rc = mdb_dbi_open(txn, table_names[i], options->create ? MDB_CREATE : 0,
                          &database->tables[i]);
    }
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

static int open_environment(struct database *database, const struct database_options *options)
{
    unsigned int flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0);
    size_t map_bytes = options->map_bytes == 0 ? DATABASE_MAP_BYTES : options->map_bytes;
    int rc = options->create ? MDB_SUCCESS : environment_find(options->folder);

    if (rc == MDB_SUCCESS) {
        rc = mdb_env_create(&database->env);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_set_mapsize(database->env, map_bytes);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_set_maxdbs(database->env, TABLE_COUNT);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_set_maxreaders(database->env, READERS_MAX);
    }
    if (rc == MDB_SUCCESS) {
        rc = environment_open(database->env, options->folder, flags, FILE_MODE);
    }
    if (rc == MDB_SUCCESS) {
        rc = environment_check(database->env);
    }
    return rc;
}

enum err database_open(const struct database_options *options, struct database **out,
                       struct failure *failure)
{
    struct database *database = NULL;
    enum err err = ERR_OK;
    int rc;

    if (options->create && !options->read_only) {
        err = folder_make(options->folder, FOLDER_MODE);
        if (err != ERR_OK) {
            failure_set(failure, "%s: %s", options->folder, err_text(err));
            return err;
        }
    }
    database = calloc(1, sizeof *database);
    require(database != NULL);
    rc = open_environment(database, options);
    if (rc == MDB_SUCCESS) {
        rc = open_tables(database, options);
    }
    if (rc == MDB_SUCCESS && options->create) {
        err = folder_sync(options->folder); /* the names of LMDB's files */
    }
    if (rc != MDB_SUCCESS || err != ERR_OK) {
        failure_set(failure, "%s: %s", options->folder,
                    rc != MDB_SUCCESS ? mdb_strerror(rc) : err_text(err));
        database_close(database);
        return rc != MDB_SUCCESS ? code_of(rc) : err;
    }
    *out = database;
    return ERR_OK;
}

void database_close(struct database *database)
{
    if (database == NULL) {
        return;
    }
    if (database->env != NULL) {
        mdb_env_close(database->env);
    }
    free(database);
}

const struct failure *database_failure(const struct database *database)
{
    return &database->failure;
}

enum err database_check_readers(struct database *database, int *count)
{
    return note(&database->failure, mdb_reader_check(database->env, count), "mdb_reader_check");
}

enum err database_copy(struct database *database, const char *folder, struct failure *failure)
{
    int rc = mdb_env_copy2(database->env, folder, MDB_CP_COMPACT);

    return note(failure, rc, "mdb_env_copy2");
}

enum err transaction_begin(struct database *database, bool is_write, struct transaction **out)
{
    struct transaction *txn = calloc(1, sizeof *txn);

    require(txn != NULL);
    *txn = (struct transaction){.database = database, .is_write = is_write};

    int rc = mdb_txn_begin(database->env, NULL, is_write ? 0 : MDB_RDONLY, &txn->txn);
    if (rc != MDB_SUCCESS) {
        free(txn);
        return note(&database->failure, rc, "mdb_txn_begin");
    }
    *out = txn;
    return ERR_OK;
}

/* Notes a commit that failed, with the room there is: of one that wrote less than it wanted to,
 * because the disk is full, LMDB says the same as of one that is broken. */
static enum err note_commit(struct database *database, int rc)
{
    const char *folder = NULL;
    uint64_t free_bytes = 0;

    if (rc == MDB_SUCCESS || rc == MDB_MAP_FULL ||
        mdb_env_get_path(database->env, &folder) != MDB_SUCCESS ||
        file_system_free(folder, &free_bytes) != ERR_OK) {
        return note(&database->failure, rc, "mdb_txn_commit");
    }
    failure_set(&database->failure, "%s: mdb_txn_commit: %s; %" PRIu64 " bytes are free", folder,
                mdb_strerror(rc), free_bytes);
    return code_of(rc);
}

enum err transaction_commit(struct transaction *txn)
{
    struct database *database = txn->database;

    require(txn->is_write);

    int rc = mdb_txn_commit(txn->txn); /* frees transaction and cursors, also when it fails */
    free(txn);

    enum err err = note_commit(database, rc);
    /* LMDB runs out of map while it collects the pages to write; out of disk while it writes. */
    return err == ERR_NO_SPACE && rc != MDB_MAP_FULL ? ERR_IO : err;
}

void transaction_abort(struct transaction *txn)
{
    if (txn == NULL) {
        return;
    }
    for (int i = 0; i < TABLE_COUNT && !txn->is_write; i++) {
        if (txn->cursors[i] != NULL) {
            mdb_cursor_close(txn->cursors[i]); /* a reader's are ours to close */
        }
    }
    mdb_txn_abort(txn->txn);
    free(txn);
}

struct database *transaction_database(const struct transaction *txn)
{
    return txn->database;
}

void transaction_note(struct transaction *txn, const char *format, ...)
{
    char text[FAILURE_TEXT_BYTES];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* cut if too long */
    va_end(arguments);
    failure_set(&txn->database->failure, "%s", text);
}

/* Sets @out to the kept cursor of @table. */
static int cursor_of(struct transaction *txn, enum table table, MDB_cursor **out)
{
    int rc = MDB_SUCCESS;

    require(table < TABLE_COUNT);
    if (txn->cursors[table] == NULL) {
        rc = mdb_cursor_open(txn->txn, txn->database->tables[table], &txn->cursors[table]);
    }
    *out = txn->cursors[table];
    return rc;
}

static MDB_val value_of(struct bytes bytes)
{
    return (MDB_val){bytes.size, (void *)(uintptr_t)bytes.data};
}

static struct bytes bytes_of_value(MDB_val value)
{
    return (struct bytes){value.mv_data, value.mv_size};
}

/* A key that LMDB cannot hold came from stored data: our own are shorter. */
static bool key_fits(struct transaction *txn, enum table table, struct bytes key)
{
    if (key.size > 0 && key.size <= DATABASE_KEY_BYTES_MAX) {
        return true;
    }
    failure_set(&txn->database->failure, "%s: a key of %zu bytes", table_name(table), key.size);
    return false;
}

enum err table_get(struct transaction *txn, enum table table, struct bytes key, struct bytes *out)
{
    MDB_val name = value_of(key);
    MDB_val value;

    if (!key_fits(txn, table, key)) {
        return ERR_CORRUPT;
    }

    int rc = mdb_get(txn->txn, txn->database->tables[table], &name, &value);
    if (rc == MDB_SUCCESS) {
        *out = bytes_of_value(value);
    }
    return note(&txn->database->failure, rc, table_name(table));
}

/* How a row is put: over any other of its key, or beyond all others. */
struct putting {
    size_t size;
    unsigned int flags;
};

static enum err put(struct transaction *txn, enum table table, struct bytes key, struct putting how,
                    uint8_t **out)
{
    MDB_val name = value_of(key);
    MDB_val value = {how.size, NULL};
    MDB_cursor *cursor = NULL;

    require(txn->is_write);
    if (!key_fits(txn, table, key)) {
        return ERR_CORRUPT;
    }

    int rc = cursor_of(txn, table, &cursor);
    if (rc == MDB_SUCCESS) {
        rc = mdb_cursor_put(cursor, &name, &value, how.flags | MDB_RESERVE);
    }
    if (rc == MDB_SUCCESS) {
        *out = value.mv_data;
    }
    return note(&txn->database->failure, rc, table_name(table));
}

enum err table_reserve(struct transaction *txn, enum table table, struct bytes key, size_t size,
                       uint8_t **out)
{
    return put(txn, table, key, (struct putting){size, 0}, out);
}

enum err table_append(struct transaction *txn, enum table table, struct bytes key, size_t size,
                      uint8_t **out)
{
    return put(txn, table, key, (struct putting){size, MDB_APPEND}, out);
}

enum err table_delete(struct transaction *txn, enum table table, struct bytes key)
{
    MDB_val name = value_of(key);

    require(txn->is_write);
    if (!key_fits(txn, table, key)) {
        return ERR_CORRUPT;
    }
    return note(&txn->database->failure,
                mdb_del(txn->txn, txn->database->tables[table], &name, NULL), table_name(table));
}

enum err table_clear(struct transaction *txn, enum table table)
{
    require(txn->is_write);
    return note(&txn->database->failure, mdb_drop(txn->txn, txn->database->tables[table], 0),
                table_name(table));
}

enum err table_count(struct transaction *txn, enum table table, uint64_t *count)
{
    MDB_stat stat;
    int rc = mdb_stat(txn->txn, txn->database->tables[table], &stat);

    if (rc == MDB_SUCCESS) {
        *count = stat.ms_entries;
    }
    return note(&txn->database->failure, rc, table_name(table));
}

static enum err move(struct transaction *txn, enum table table, MDB_cursor_op operation,
                     struct bytes key, struct row *out)
{
    MDB_cursor *cursor = NULL;
    MDB_val name = value_of(key);
    MDB_val value;
    int rc = cursor_of(txn, table, &cursor);

    if (rc == MDB_SUCCESS) {
        rc = mdb_cursor_get(cursor, &name, &value, operation);
    }
    if (rc == MDB_SUCCESS) {
        *out = (struct row){bytes_of_value(name), bytes_of_value(value)};
    }
    return note(&txn->database->failure, rc, table_name(table));
}

enum err table_seek(struct transaction *txn, enum table table, struct bytes key, struct row *out)
{
    if (key.size == 0) {
        return move(txn, table, MDB_FIRST, key, out);
    }
    return key_fits(txn, table, key) ? move(txn, table, MDB_SET_RANGE, key, out) : ERR_CORRUPT;
}

enum err table_next(struct transaction *txn, enum table table, struct row *out)
{
    return move(txn, table, MDB_NEXT, (struct bytes){0}, out);
}

enum err table_previous(struct transaction *txn, enum table table, struct row *out)
{
    return move(txn, table, MDB_PREV, (struct bytes){0}, out);
}

enum err table_last(struct transaction *txn, enum table table, struct row *out)
{
    return move(txn, table, MDB_LAST, (struct bytes){0}, out);
}
