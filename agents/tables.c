/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/tables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/hash.h"
#include "os/files.h"
#include "os/lock.h"
#include "store/environment.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, NO_LOCK = -1 };

/* The one place where LMDB's codes become ours. */
static enum err err_of(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ERR_OK;
    case MDB_NOTFOUND:
        return ERR_ABSENT;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        return ERR_CORRUPT;
    default:
        return ERR_IO;
    }
}

static MDB_val value_of(struct bytes bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

/* ---- opening ---- */

/* Writes the path of @name in @folder at @out. False if it is too long. */
static bool path_in(const char *folder, const char *name, char out[FILES_PATH_BYTES_MAX])
{
    int length = snprintf(out, FILES_PATH_BYTES_MAX, "%s/%s", folder, name);

    return length >= 0 && length < FILES_PATH_BYTES_MAX;
}

/* Two processes that take themselves for the same agent would each believe the other's doings. */
static enum err take_lock(struct tables *tables, const char *folder)
{
    char path[FILES_PATH_BYTES_MAX];

    if (!path_in(folder, "serving", path)) {
        return ERR_INVALID;
    }
    return lock_take(path, &tables->lock);
}

static enum err open_environment(struct tables *tables, const char *folder, size_t map_bytes)
{
    int rc = mdb_env_create(&tables->env);

    if (rc == 0) {
        rc = mdb_env_set_mapsize(tables->env, map_bytes);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(tables->env, TABLES_MAX);
    }
    if (rc == 0) {
        rc = environment_open(tables->env, folder, MDB_NOTLS, FILE_MODE);
    }
    if (rc == 0) {
        rc = environment_check(tables->env);
    }
    return err_of(rc);
}

static enum err begin(struct tables *tables)
{
    return tables->txn != NULL ? ERR_OK : err_of(mdb_txn_begin(tables->env, NULL, 0, &tables->txn));
}

static enum err open_list(struct tables *tables, const char *const *names)
{
    enum err err = begin(tables);

    for (size_t i = 0; err == ERR_OK && i < TABLES_MAX && names[i] != NULL; i++) {
        err = err_of(mdb_dbi_open(tables->txn, names[i], MDB_CREATE, &tables->list[i]));
    }
    return err == ERR_OK ? tables_commit(tables) : err;
}

/* Makes an environment with its tables in a folder of its own, and moves it into @folder once it is
 * on disk: LMDB writes the first pages of a file as it finds it, and a power loss among them would
 * leave something that never opens again. */
static enum err make_environment(const char *folder, size_t map_bytes, const char *const *names)
{
    struct tables fresh = {.lock = NO_LOCK};
    char fresh_folder[FILES_PATH_BYTES_MAX];
    char from[FILES_PATH_BYTES_MAX];
    char to[FILES_PATH_BYTES_MAX];

    if (!path_in(folder, "new", fresh_folder) || !path_in(folder, "new/data.mdb", from) ||
        !path_in(folder, "data.mdb", to)) {
        return ERR_INVALID;
    }
    (void)folder_remove(fresh_folder); /* mostly absent; what is in the way is told of next */
    enum err err = folder_make(fresh_folder, FOLDER_MODE);
    if (err == ERR_OK) {
        err = open_environment(&fresh, fresh_folder, map_bytes);
    }
    if (err == ERR_OK) {
        err = open_list(&fresh, names);
    }
    tables_close(&fresh);
    if (err == ERR_OK && rename(from, to) != 0) {
        err = files_err(errno);
    }
    (void)folder_remove(fresh_folder); /* nothing hangs on it */
    return err;
}

enum err tables_open(struct tables *tables, const char *folder, size_t map_bytes,
                     const char *const *names)
{
    *tables = (struct tables){.lock = NO_LOCK};

    enum err err = folder_make(folder, FOLDER_MODE);
    if (err == ERR_OK) {
        err = take_lock(tables, folder);
    }
    if (err == ERR_OK && environment_find(folder) == ENOENT) {
        err = make_environment(folder, map_bytes, names);
    }
    if (err == ERR_OK) {
        err = open_environment(tables, folder, map_bytes);
    }
    if (err == ERR_OK) {
        err = open_list(tables, names);
    }
    if (err == ERR_OK) {
        err = folder_sync(folder); /* the names of LMDB's files */
    }
    if (err != ERR_OK) {
        tables_close(tables);
    }
    return err;
}

void tables_close(struct tables *tables)
{
    tables_abort(tables);
    if (tables->env != NULL) {
        mdb_env_close(tables->env);
    }
    lock_release(tables->lock);
    *tables = (struct tables){.lock = NO_LOCK};
}

enum err tables_commit(struct tables *tables)
{
    MDB_txn *txn = tables->txn;

    if (txn == NULL) {
        return ERR_OK;
    }
    tables->txn = NULL; /* freed by the commit, even a failed one */
    return err_of(mdb_txn_commit(txn));
}

void tables_abort(struct tables *tables)
{
    if (tables->txn != NULL) {
        mdb_txn_abort(tables->txn);
        tables->txn = NULL;
    }
}

/* ---- changes ---- */

enum err tables_put(struct tables *tables, struct table_key at, struct bytes bytes)
{
    enum err err = begin(tables);
    MDB_val key = value_of(at.key);
    MDB_val value = {.mv_size = bytes.size + CHECKSUM_BYTES};

    if (err != ERR_OK) {
        return err;
    }
    int rc = mdb_put(tables->txn, tables->list[at.table], &key, &value, MDB_RESERVE);
    if (rc != 0) {
        return err_of(rc);
    }
    if (bytes.size > 0) {
        memcpy(value.mv_data, bytes.data, bytes.size);
    }
    bytes_put_u64((uint8_t *)value.mv_data + bytes.size, checksum_of(bytes));
    return ERR_OK;
}

enum err tables_remove(struct tables *tables, struct table_key at)
{
    enum err err = begin(tables);
    MDB_val key = value_of(at.key);

    if (err != ERR_OK) {
        return err;
    }
    err = err_of(mdb_del(tables->txn, tables->list[at.table], &key, NULL));
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* ---- reads ---- */

static enum err check_value(MDB_val value, struct bytes *out)
{
    const uint8_t *data = value.mv_data;

    if (value.mv_size < CHECKSUM_BYTES) {
        return ERR_CORRUPT;
    }
    struct bytes bytes = {data, value.mv_size - CHECKSUM_BYTES};
    if (checksum_of(bytes) != bytes_get_u64(data + bytes.size)) {
        return ERR_CORRUPT;
    }
    *out = bytes;
    return ERR_OK;
}

/* Reads run in the open transaction, which sees its own changes, or in one of their own. */
static enum err begin_read(struct tables *tables, MDB_txn **out)
{
    if (tables->txn != NULL) {
        *out = tables->txn;
        return ERR_OK;
    }
    return err_of(mdb_txn_begin(tables->env, NULL, MDB_RDONLY, out));
}

static void end_read(struct tables *tables, MDB_txn *txn)
{
    if (txn != tables->txn) {
        mdb_txn_abort(txn);
    }
}

enum err tables_get(struct tables *tables, struct table_key at, struct arena *arena,
                    struct bytes *out)
{
    MDB_txn *txn = NULL;
    MDB_val key = value_of(at.key);
    MDB_val value;
    struct bytes found = {0};
    enum err err = begin_read(tables, &txn);

    if (err != ERR_OK) {
        return err;
    }
    err = err_of(mdb_get(txn, tables->list[at.table], &key, &value));
    if (err == ERR_OK) {
        err = check_value(value, &found);
    }
    if (err == ERR_OK) {
        uint8_t *copy = arena_copy(arena, found);

        *out = (struct bytes){copy, found.size};
        err = copy == NULL ? ERR_FULL : ERR_OK;
    }
    end_read(tables, txn);
    return err;
}

enum err tables_last_number(struct tables *tables, unsigned table, uint64_t *out)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key;
    MDB_val value;
    enum err err = begin_read(tables, &txn);

    if (err != ERR_OK) {
        return err;
    }
    err = err_of(mdb_cursor_open(txn, tables->list[table], &cursor));
    if (err == ERR_OK) {
        err = err_of(mdb_cursor_get(cursor, &key, &value, MDB_LAST));
        if (err == ERR_OK && key.mv_size == sizeof *out) {
            *out = bytes_get_u64(key.mv_data);
        } else if (err == ERR_OK) {
            err = ERR_CORRUPT;
        } else if (err == ERR_ABSENT) {
            *out = 0;
            err = ERR_OK;
        }
        mdb_cursor_close(cursor);
    }
    end_read(tables, txn);
    return err;
}

static enum err show(MDB_val key, MDB_val value, table_row_fn visit, void *self)
{
    struct bytes bytes = {0};
    enum err err = check_value(value, &bytes);

    return err != ERR_OK ? err : visit(self, (struct bytes){key.mv_data, key.mv_size}, bytes);
}

enum err tables_walk(struct tables *tables, struct table_key first, table_row_fn visit, void *self)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key = value_of(first.key);
    MDB_val value;
    enum err err = begin_read(tables, &txn);

    if (err != ERR_OK) {
        return err;
    }
    int rc = mdb_cursor_open(txn, tables->list[first.table], &cursor);
    if (rc == 0) {
        rc = mdb_cursor_get(cursor, &key, &value, first.key.size > 0 ? MDB_SET_RANGE : MDB_FIRST);
    }
    while (rc == 0 && err == ERR_OK) {
        err = show(key, value, visit, self);
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    end_read(tables, txn);
    if (err != ERR_OK) {
        return err;
    }
    return rc == MDB_NOTFOUND ? ERR_OK : err_of(rc);
}
