/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/store.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "os/files.h"
#include "os/random.h"

enum {
    STORE_VERSION = 1,
    FOLDER_MODE = 0700,
    FILE_MODE = 0600,
    TASK_KEY_BYTES = 12,
    HEAD_BYTES = 8 + HASH_BYTES,
};

/* The databases. Changing a layout means a new STORE_VERSION, and an agent that starts empty.
 *   meta        name -> value: version (1), instance (16), head (seq 8, hash 32)
 *   states      proposal 8, round 4 -> state 1
 *   tasks       proposal 8, round 4 -> bytes of a ReviewTask
 *   outbox      place 8 -> bytes of a Command
 *   receipts    proposal 8, round 4 -> bytes of a Receipt
 *   definitions hash 32 -> kind 1, bytes
 * Integers are big-endian; every value is followed by its checksum (8). A task's state stands apart
 * because it changes and the body, a packet of some 20 KiB, does not. */
enum table { META, STATES, TASKS, OUTBOX, RECEIPTS, DEFINITIONS, TABLE_COUNT };

static const char *const table_names[TABLE_COUNT] = {
    "meta", "states", "tasks", "outbox", "receipts", "definitions",
};

struct store {
    MDB_env *env;
    MDB_dbi tables[TABLE_COUNT];
    MDB_txn *txn; /* NULL: nothing has changed since the last commit */
    uint64_t last_place;
    uint8_t instance[INSTANCE_BYTES];
};

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

/* ---- values ---- */

static MDB_val value_of(struct bytes bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

static enum err begin(struct store *store)
{
    return store->txn != NULL ? ERR_OK : err_of(mdb_txn_begin(store->env, NULL, 0, &store->txn));
}

/* Puts @tag (if @tag_size is not 0), @bytes and their checksum. */
static enum err put(struct store *store, enum table table, struct bytes key, struct bytes tag,
                    struct bytes bytes)
{
    enum err err = begin(store);
    MDB_val key_value = value_of(key);
    MDB_val value = {.mv_size = tag.size + bytes.size + CHECKSUM_BYTES};

    if (err != ERR_OK) {
        return err;
    }
    int rc = mdb_put(store->txn, store->tables[table], &key_value, &value, MDB_RESERVE);
    if (rc != 0) {
        return err_of(rc);
    }

    uint8_t *out = value.mv_data;
    if (tag.size > 0) {
        memcpy(out, tag.data, tag.size);
    }
    if (bytes.size > 0) {
        memcpy(out + tag.size, bytes.data, bytes.size);
    }
    size_t size = tag.size + bytes.size;
    bytes_put_u64(out + size, checksum_of((struct bytes){out, size}));
    return ERR_OK;
}

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
static enum err begin_read(struct store *store, MDB_txn **out)
{
    if (store->txn != NULL) {
        *out = store->txn;
        return ERR_OK;
    }
    return err_of(mdb_txn_begin(store->env, NULL, MDB_RDONLY, out));
}

static void end_read(struct store *store, MDB_txn *txn)
{
    if (txn != store->txn) {
        mdb_txn_abort(txn);
    }
}

static enum err get(struct store *store, enum table table, struct bytes key, struct arena *arena,
                    struct bytes *out)
{
    MDB_txn *txn = NULL;
    MDB_val key_value = value_of(key);
    MDB_val value;
    struct bytes found = {0};
    enum err err = begin_read(store, &txn);

    if (err != ERR_OK) {
        return err;
    }
    err = err_of(mdb_get(txn, store->tables[table], &key_value, &value));
    if (err == ERR_OK) {
        err = check_value(value, &found);
    }
    if (err == ERR_OK) {
        uint8_t *copy = arena_copy(arena, found);

        *out = (struct bytes){copy, found.size};
        err = copy == NULL ? ERR_FULL : ERR_OK;
    }
    end_read(store, txn);
    return err;
}

static enum err remove_key(struct store *store, enum table table, struct bytes key)
{
    enum err err = begin(store);
    MDB_val key_value = value_of(key);

    if (err != ERR_OK) {
        return err;
    }
    err = err_of(mdb_del(store->txn, store->tables[table], &key_value, NULL));
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* ---- opening ---- */

static enum err open_environment(struct store *store, const char *folder, size_t map_bytes)
{
    int rc = mdb_env_create(&store->env);

    if (rc == 0) {
        rc = mdb_env_set_mapsize(store->env, map_bytes);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(store->env, TABLE_COUNT);
    }
    if (rc == 0) {
        rc = mdb_env_open(store->env, folder, MDB_NOTLS, FILE_MODE);
    }
    return err_of(rc);
}

static enum err open_tables(struct store *store)
{
    enum err err = begin(store);

    for (int i = 0; err == ERR_OK && i < TABLE_COUNT; i++) {
        err = err_of(mdb_dbi_open(store->txn, table_names[i], MDB_CREATE, &store->tables[i]));
    }
    return err;
}

/* Reads what names the store, or writes it where the store is new. */
static enum err open_identity(struct store *store, struct arena *arena)
{
    const uint8_t version[] = {STORE_VERSION};
    struct bytes found = {0};
    enum err err = get(store, META, bytes_of_text("version"), arena, &found);

    if (err == ERR_ABSENT) {
        random_bytes(store->instance, sizeof store->instance);
        err = put(store, META, bytes_of_text("instance"), (struct bytes){0},
                  (struct bytes){store->instance, sizeof store->instance});
        if (err != ERR_OK) {
            return err;
        }
        return put(store, META, bytes_of_text("version"), (struct bytes){0},
                   (struct bytes){version, sizeof version});
    }
    if (err != ERR_OK) {
        return err;
    }
    if (!bytes_equal(found, (struct bytes){version, sizeof version})) {
        return ERR_CORRUPT;
    }
    err = get(store, META, bytes_of_text("instance"), arena, &found);
    if (err != ERR_OK || found.size != sizeof store->instance) {
        return ERR_CORRUPT;
    }
    memcpy(store->instance, found.data, found.size);
    return ERR_OK;
}

static enum err find_last_place(struct store *store)
{
    MDB_cursor *cursor = NULL;
    MDB_val key;
    MDB_val value;
    enum err err = err_of(mdb_cursor_open(store->txn, store->tables[OUTBOX], &cursor));

    if (err != ERR_OK) {
        return err;
    }
    err = err_of(mdb_cursor_get(cursor, &key, &value, MDB_LAST));
    if (err == ERR_OK && key.mv_size != sizeof store->last_place) {
        err = ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        store->last_place = bytes_get_u64(key.mv_data);
    }
    mdb_cursor_close(cursor);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err store_open(const char *folder, size_t map_bytes, struct store **out)
{
    struct arena arena;
    enum err err = folder_make(folder, FOLDER_MODE);

    if (err != ERR_OK) {
        return err;
    }
    struct store *store = calloc(1, sizeof *store);
    require(store != NULL);
    arena_init(&arena, ARENA_BLOCK_BYTES);
    err = open_environment(store, folder, map_bytes);
    if (err != ERR_OK) {
        goto fail;
    }
    err = open_tables(store);
    if (err != ERR_OK) {
        goto fail;
    }
    err = open_identity(store, &arena);
    if (err != ERR_OK) {
        goto fail;
    }
    err = find_last_place(store);
    if (err != ERR_OK) {
        goto fail;
    }
    err = store_commit(store);
    if (err != ERR_OK) {
        goto fail;
    }
    arena_release(&arena);
    *out = store;
    return ERR_OK;

fail:
    arena_release(&arena);
    store_close(store);
    return err;
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    store_abort(store);
    if (store->env != NULL) {
        mdb_env_close(store->env);
    }
    free(store);
}

const uint8_t *store_instance(const struct store *store)
{
    return store->instance;
}

enum err store_commit(struct store *store)
{
    MDB_txn *txn = store->txn;

    if (txn == NULL) {
        return ERR_OK;
    }
    store->txn = NULL; /* freed by the commit, even a failed one */
    return err_of(mdb_txn_commit(txn));
}

void store_abort(struct store *store)
{
    if (store->txn != NULL) {
        mdb_txn_abort(store->txn);
        store->txn = NULL;
    }
}

/* ---- the head ---- */

enum err store_set_head(struct store *store, const struct seen_head *head)
{
    uint8_t value[HEAD_BYTES];

    bytes_put_u64(value, head->seq);
    memcpy(value + 8, head->hash.bytes, HASH_BYTES);
    return put(store, META, bytes_of_text("head"), (struct bytes){0},
               (struct bytes){value, sizeof value});
}

enum err store_head(struct store *store, struct seen_head *out)
{
    struct arena arena;
    struct bytes found = {0};

    arena_init(&arena, ARENA_BLOCK_BYTES);
    enum err err = get(store, META, bytes_of_text("head"), &arena, &found);
    if (err == ERR_OK && found.size != HEAD_BYTES) {
        err = ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        out->seq = bytes_get_u64(found.data);
        memcpy(out->hash.bytes, found.data + 8, HASH_BYTES);
    } else if (err == ERR_ABSENT) {
        *out = (struct seen_head){0};
        err = ERR_OK;
    }
    arena_release(&arena);
    return err;
}

/* ---- tasks ---- */

static void put_task_key(struct task_key key, uint8_t out[TASK_KEY_BYTES])
{
    bytes_put_u64(out, key.proposal);
    bytes_put_u32(out + 8, key.round);
}

/* Reads a stored key and state; false if they are none. */
static bool read_state(struct bytes key, struct bytes value, struct task *out)
{
    if (key.size != TASK_KEY_BYTES || value.size != 1 || value.data[0] < TASK_NEW ||
        value.data[0] > TASK_LEFT) {
        return false;
    }
    *out = (struct task){
        .key = {bytes_get_u64(key.data), bytes_get_u32(key.data + 8)},
        .state = (enum task_state)value.data[0],
    };
    return true;
}

enum err store_set_state(struct store *store, struct task_key key, enum task_state state)
{
    const uint8_t value[] = {(uint8_t)state};
    uint8_t key_bytes[TASK_KEY_BYTES];

    put_task_key(key, key_bytes);
    return put(store, STATES, (struct bytes){key_bytes, sizeof key_bytes}, (struct bytes){0},
               (struct bytes){value, sizeof value});
}

enum err store_put_task(struct store *store, const struct task *task)
{
    uint8_t key[TASK_KEY_BYTES];

    put_task_key(task->key, key);
    enum err err =
        put(store, TASKS, (struct bytes){key, sizeof key}, (struct bytes){0}, task->body);
    return err != ERR_OK ? err : store_set_state(store, task->key, task->state);
}

enum err store_state(struct store *store, struct task_key key, enum task_state *out)
{
    uint8_t key_bytes[TASK_KEY_BYTES];
    struct bytes value = {0};
    struct arena arena;
    struct task task;

    put_task_key(key, key_bytes);
    arena_init(&arena, ARENA_BLOCK_BYTES);
    enum err err = get(store, STATES, (struct bytes){key_bytes, sizeof key_bytes}, &arena, &value);
    if (err == ERR_OK) {
        err = read_state((struct bytes){key_bytes, sizeof key_bytes}, value, &task) ? ERR_OK
                                                                                    : ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        *out = task.state;
    }
    arena_release(&arena);
    return err;
}

enum err store_task(struct store *store, struct task_key key, struct arena *arena, struct task *out)
{
    uint8_t key_bytes[TASK_KEY_BYTES];
    struct task task = {.key = key};

    put_task_key(key, key_bytes);
    enum err err = store_state(store, key, &task.state);
    if (err != ERR_OK) {
        return err;
    }
    err = get(store, TASKS, (struct bytes){key_bytes, sizeof key_bytes}, arena, &task.body);
    if (err != ERR_OK) {
        return err == ERR_ABSENT ? ERR_CORRUPT : err; /* a state alone is half a task */
    }
    *out = task;
    return ERR_OK;
}

enum err store_remove_task(struct store *store, struct task_key key)
{
    uint8_t key_bytes[TASK_KEY_BYTES];

    put_task_key(key, key_bytes);
    enum err err = remove_key(store, STATES, (struct bytes){key_bytes, sizeof key_bytes});
    if (err != ERR_OK) {
        return err;
    }
    return remove_key(store, TASKS, (struct bytes){key_bytes, sizeof key_bytes});
}

/* ---- the outbox ---- */

enum err store_push_command(struct store *store, struct bytes command, uint64_t *out)
{
    uint8_t key[sizeof store->last_place];

    bytes_put_u64(key, store->last_place + 1);
    enum err err = put(store, OUTBOX, (struct bytes){key, sizeof key}, (struct bytes){0}, command);
    if (err != ERR_OK) {
        return err;
    }
    store->last_place++;
    *out = store->last_place;
    return ERR_OK;
}

enum err store_remove_command(struct store *store, uint64_t place)
{
    uint8_t key[sizeof place];

    bytes_put_u64(key, place);
    return remove_key(store, OUTBOX, (struct bytes){key, sizeof key});
}

/* ---- receipts and definitions ---- */

enum err store_put_receipt(struct store *store, struct task_key key, struct bytes receipt)
{
    uint8_t key_bytes[TASK_KEY_BYTES];

    put_task_key(key, key_bytes);
    return put(store, RECEIPTS, (struct bytes){key_bytes, sizeof key_bytes}, (struct bytes){0},
               receipt);
}

enum err store_receipt(struct store *store, struct task_key key, struct arena *arena,
                       struct bytes *out)
{
    uint8_t key_bytes[TASK_KEY_BYTES];

    put_task_key(key, key_bytes);
    return get(store, RECEIPTS, (struct bytes){key_bytes, sizeof key_bytes}, arena, out);
}

enum err store_put_definition(struct store *store, const struct hash *hash, Hs__Publish__Kind kind,
                              struct bytes definition)
{
    const uint8_t tag[] = {(uint8_t)kind};

    return put(store, DEFINITIONS, (struct bytes){hash->bytes, sizeof hash->bytes},
               (struct bytes){tag, sizeof tag}, definition);
}

enum err store_definition(struct store *store, const struct hash *hash, struct arena *arena,
                          Hs__Publish__Kind *kind, struct bytes *out)
{
    struct bytes value = {0};
    enum err err =
        get(store, DEFINITIONS, (struct bytes){hash->bytes, sizeof hash->bytes}, arena, &value);

    if (err != ERR_OK) {
        return err;
    }
    if (value.size < 1 || value.data[0] > HS__PUBLISH__KIND__PACK) {
        return ERR_CORRUPT;
    }
    *kind = (Hs__Publish__Kind)value.data[0];
    *out = (struct bytes){value.data + 1, value.size - 1};
    return ERR_OK;
}

/* ---- walking ---- */

/* Whom to show the rows of a table; exactly one function is set. */
struct visitor {
    store_task_fn task;
    store_command_fn command;
    void *self;
};

/* One walk of a table. */
struct walk {
    struct store *store;
    MDB_txn *txn;
    const struct visitor *visitor;
};

/* Puts the state in a row and the body that belongs to it together. */
static enum err show_task(const struct walk *walk, MDB_val key, struct bytes state)
{
    struct task task;
    MDB_val body;

    if (!read_state((struct bytes){key.mv_data, key.mv_size}, state, &task) ||
        mdb_get(walk->txn, walk->store->tables[TASKS], &key, &body) != 0 ||
        check_value(body, &task.body) != ERR_OK) {
        return ERR_CORRUPT;
    }
    return walk->visitor->task(walk->visitor->self, &task);
}

static enum err show(const struct walk *walk, MDB_val key, MDB_val value)
{
    struct bytes bytes = {0};

    if (check_value(value, &bytes) != ERR_OK) {
        return ERR_CORRUPT;
    }
    if (walk->visitor->task != NULL) {
        return show_task(walk, key, bytes);
    }
    if (key.mv_size != sizeof(uint64_t)) {
        return ERR_CORRUPT;
    }
    return walk->visitor->command(walk->visitor->self, bytes_get_u64(key.mv_data), bytes);
}

/* Shows the rows of @table from @first on. */
static enum err walk_table(struct store *store, enum table table, struct bytes first,
                           const struct visitor *visitor)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key = value_of(first);
    MDB_val value;
    enum err err = begin_read(store, &txn);

    if (err != ERR_OK) {
        return err;
    }
    int rc = mdb_cursor_open(txn, store->tables[table], &cursor);
    if (rc == 0) {
        rc = mdb_cursor_get(cursor, &key, &value, first.size > 0 ? MDB_SET_RANGE : MDB_FIRST);
    }
    const struct walk walk = {store, txn, visitor};
    while (rc == 0 && err == ERR_OK) {
        err = show(&walk, key, value);
        rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    end_read(store, txn);
    if (err != ERR_OK) {
        return err;
    }
    return rc == MDB_NOTFOUND ? ERR_OK : err_of(rc);
}

enum err store_each_task(struct store *store, store_task_fn visit, void *self)
{
    return walk_table(store, STATES, (struct bytes){0},
                      &(struct visitor){.task = visit, .self = self});
}

enum err store_each_command(struct store *store, uint64_t after, store_command_fn visit, void *self)
{
    uint8_t first[sizeof after];

    bytes_put_u64(first, after + 1);
    return walk_table(store, OUTBOX, (struct bytes){first, sizeof first},
                      &(struct visitor){.command = visit, .self = self});
}
