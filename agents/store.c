/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/store.h"

#include <stdlib.h>
#include <string.h>

#include "agents/tables.h"
#include "lib/check.h"
#include "os/random.h"

enum {
    STORE_VERSION = 1,
    TASK_KEY_BYTES = 12,
    HEAD_BYTES = 8 + HASH_BYTES,
};

/* The tables. Changing a layout means a new STORE_VERSION, and an agent that starts empty.
 *   meta        name -> value: version (1), instance (16), head (seq 8, hash 32)
 *   states      proposal 8, round 4 -> state 1
 *   tasks       proposal 8, round 4 -> bytes of a ReviewTask
 *   outbox      place 8 -> bytes of a Command
 *   receipts    proposal 8, round 4 -> bytes of a Receipt
 *   definitions hash 32 -> bytes
 * Integers are big-endian. A task's state stands apart because it changes and the body, a packet of
 * some 20 KiB, does not. */
enum table { META, STATES, TASKS, OUTBOX, RECEIPTS, DEFINITIONS };

static const char *const table_names[] = {
    "meta", "states", "tasks", "outbox", "receipts", "definitions", NULL,
};

struct store {
    struct tables tables;
    uint64_t last_place;
    uint8_t instance[INSTANCE_BYTES];
};

static struct table_key named(const char *name)
{
    return (struct table_key){META, bytes_of_text(name)};
}

/* ---- opening ---- */

static enum err make_identity(struct store *store)
{
    const uint8_t version[] = {STORE_VERSION};

    random_bytes(store->instance, sizeof store->instance);
    enum err err = tables_put(&store->tables, named("instance"),
                              (struct bytes){store->instance, sizeof store->instance});
    if (err != ERR_OK) {
        return err;
    }
    err = tables_put(&store->tables, named("version"), (struct bytes){version, sizeof version});
    return err != ERR_OK ? err : tables_commit(&store->tables);
}

/* Reads what names the store, or writes it where the store is new. */
static enum err open_identity(struct store *store, struct arena *arena)
{
    const uint8_t version[] = {STORE_VERSION};
    struct bytes found = {0};
    enum err err = tables_get(&store->tables, named("version"), arena, &found);

    if (err == ERR_ABSENT) {
        return make_identity(store);
    }
    if (err != ERR_OK) {
        return err;
    }
    if (!bytes_equal(found, (struct bytes){version, sizeof version})) {
        return ERR_CORRUPT;
    }
    err = tables_get(&store->tables, named("instance"), arena, &found);
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    if (err == ERR_ABSENT || found.size != sizeof store->instance) {
        return ERR_CORRUPT;
    }
    memcpy(store->instance, found.data, found.size);
    return ERR_OK;
}

enum err store_open(const char *folder, size_t map_bytes, struct store **out)
{
    struct store *store = calloc(1, sizeof *store);
    struct arena arena;

    require(store != NULL);
    arena_init(&arena, ARENA_BLOCK_BYTES);
    enum err err = tables_open(&store->tables, folder, map_bytes, table_names);
    if (err == ERR_OK) {
        err = open_identity(store, &arena);
    }
    if (err == ERR_OK) {
        err = tables_last_number(&store->tables, OUTBOX, &store->last_place);
    }
    arena_release(&arena);
    if (err != ERR_OK) {
        store_close(store);
        return err;
    }
    *out = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store != NULL) {
        tables_close(&store->tables);
        free(store);
    }
}

const uint8_t *store_instance(const struct store *store)
{
    return store->instance;
}

enum err store_commit(struct store *store)
{
    return tables_commit(&store->tables);
}

void store_abort(struct store *store)
{
    tables_abort(&store->tables);
}

/* ---- the head ---- */

enum err store_set_head(struct store *store, const struct seen_head *head)
{
    uint8_t value[HEAD_BYTES];

    bytes_put_u64(value, head->seq);
    memcpy(value + 8, head->hash.bytes, HASH_BYTES);
    return tables_put(&store->tables, named("head"), (struct bytes){value, sizeof value});
}

enum err store_head(struct store *store, struct seen_head *out)
{
    struct arena arena;
    struct bytes found = {0};

    arena_init(&arena, ARENA_BLOCK_BYTES);
    enum err err = tables_get(&store->tables, named("head"), &arena, &found);
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

/* A task's key as it is stored. */
struct stored_key {
    uint8_t bytes[TASK_KEY_BYTES];
};

static struct stored_key stored_key(struct task_key key)
{
    struct stored_key stored;

    bytes_put_u64(stored.bytes, key.proposal);
    bytes_put_u32(stored.bytes + 8, key.round);
    return stored;
}

static struct table_key place_in(enum table table, const struct stored_key *key)
{
    return (struct table_key){table, {key->bytes, sizeof key->bytes}};
}

static bool read_state(struct bytes value, enum task_state *out)
{
    if (value.size != 1 || value.data[0] < TASK_NEW || value.data[0] > TASK_LEFT) {
        return false;
    }
    *out = (enum task_state)value.data[0];
    return true;
}

enum err store_set_state(struct store *store, struct task_key key, enum task_state state)
{
    const struct stored_key stored = stored_key(key);
    const uint8_t value[] = {(uint8_t)state};

    return tables_put(&store->tables, place_in(STATES, &stored),
                      (struct bytes){value, sizeof value});
}

enum err store_put_task(struct store *store, const struct task *task)
{
    const struct stored_key stored = stored_key(task->key);
    enum err err = tables_put(&store->tables, place_in(TASKS, &stored), task->body);

    return err != ERR_OK ? err : store_set_state(store, task->key, task->state);
}

enum err store_state(struct store *store, struct task_key key, enum task_state *out)
{
    const struct stored_key stored = stored_key(key);
    struct arena arena;
    struct bytes value = {0};

    arena_init(&arena, ARENA_BLOCK_BYTES);
    enum err err = tables_get(&store->tables, place_in(STATES, &stored), &arena, &value);
    if (err == ERR_OK && !read_state(value, out)) {
        err = ERR_CORRUPT;
    }
    arena_release(&arena);
    return err;
}

/* A task's state and its body belong together: one alone is damage. */
static enum err read_body(struct store *store, struct arena *arena, struct task *task)
{
    const struct stored_key stored = stored_key(task->key);
    enum err err = tables_get(&store->tables, place_in(TASKS, &stored), arena, &task->body);

    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

enum err store_task(struct store *store, struct task_key key, struct arena *arena, struct task *out)
{
    struct task task = {.key = key};
    enum err err = store_state(store, key, &task.state);

    if (err == ERR_OK) {
        err = read_body(store, arena, &task);
    }
    if (err == ERR_OK) {
        *out = task;
    }
    return err;
}

enum err store_remove_task(struct store *store, struct task_key key)
{
    const struct stored_key stored = stored_key(key);
    enum err err = tables_remove(&store->tables, place_in(STATES, &stored));

    return err != ERR_OK ? err : tables_remove(&store->tables, place_in(TASKS, &stored));
}

/* ---- the outbox ---- */

enum err store_push_command(struct store *store, struct bytes command, uint64_t *out)
{
    uint8_t key[sizeof store->last_place];

    bytes_put_u64(key, store->last_place + 1);
    enum err err =
        tables_put(&store->tables, (struct table_key){OUTBOX, {key, sizeof key}}, command);
    if (err == ERR_OK) {
        store->last_place++;
        *out = store->last_place;
    }
    return err;
}

enum err store_remove_command(struct store *store, uint64_t place)
{
    uint8_t key[sizeof place];

    bytes_put_u64(key, place);
    return tables_remove(&store->tables, (struct table_key){OUTBOX, {key, sizeof key}});
}

/* ---- receipts and definitions ---- */

enum err store_put_receipt(struct store *store, struct task_key key, struct bytes receipt)
{
    const struct stored_key stored = stored_key(key);

    return tables_put(&store->tables, place_in(RECEIPTS, &stored), receipt);
}

enum err store_receipt(struct store *store, struct task_key key, struct arena *arena,
                       struct bytes *out)
{
    const struct stored_key stored = stored_key(key);

    return tables_get(&store->tables, place_in(RECEIPTS, &stored), arena, out);
}

static struct table_key definition_at(const struct hash *hash)
{
    return (struct table_key){DEFINITIONS, {hash->bytes, sizeof hash->bytes}};
}

enum err store_put_definition(struct store *store, const struct hash *hash, struct bytes definition)
{
    return tables_put(&store->tables, definition_at(hash), definition);
}

enum err store_definition(struct store *store, const struct hash *hash, struct arena *arena,
                          struct bytes *out)
{
    return tables_get(&store->tables, definition_at(hash), arena, out);
}

/* ---- walking ---- */

struct task_walk {
    struct store *store;
    struct arena arena;
    store_task_fn visit;
    void *self;
};

static enum err show_task(void *self, struct bytes key, struct bytes value)
{
    struct task_walk *walk = self;
    struct task task = {0};

    if (key.size != TASK_KEY_BYTES || !read_state(value, &task.state)) {
        return ERR_CORRUPT;
    }
    task.key = (struct task_key){bytes_get_u64(key.data), bytes_get_u32(key.data + 8)};
    arena_clear(&walk->arena);
    enum err err = read_body(walk->store, &walk->arena, &task);
    return err != ERR_OK ? err : walk->visit(walk->self, &task);
}

enum err store_each_task(struct store *store, store_task_fn visit, void *self)
{
    struct task_walk walk = {.store = store, .visit = visit, .self = self};

    arena_init(&walk.arena, STORE_TASK_BYTES_MAX);
    enum err err =
        tables_walk(&store->tables, (struct table_key){.table = STATES}, show_task, &walk);
    arena_release(&walk.arena);
    return err;
}

struct command_walk {
    store_command_fn visit;
    void *self;
};

static enum err show_command(void *self, struct bytes key, struct bytes value)
{
    const struct command_walk *walk = self;

    if (key.size != sizeof(uint64_t)) {
        return ERR_CORRUPT;
    }
    return walk->visit(walk->self, bytes_get_u64(key.data), value);
}

enum err store_each_command(struct store *store, uint64_t after, store_command_fn visit, void *self)
{
    struct command_walk walk = {visit, self};
    uint8_t first[sizeof after];

    bytes_put_u64(first, after + 1);
    return tables_walk(&store->tables, (struct table_key){OUTBOX, {first, sizeof first}},
                       show_command, &walk);
}
