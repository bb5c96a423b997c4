/* SPDX-License-Identifier: Apache-2.0 */
#include "store/views.h"

#include <string.h>

#include "store/row.h"

enum { U64_BYTES = 8 };

void place_encode(const struct place *place, uint8_t out[PLACE_BYTES])
{
    bytes_put_u64(out, place->seq);
    bytes_put_u32(out + 8, place->index);
    memcpy(out + 12, place->hash.bytes, HASH_BYTES);
}

static void place_decode(const uint8_t *in, struct place *out)
{
    out->seq = bytes_get_u64(in);
    out->index = bytes_get_u32(in + 8);
    memcpy(out->hash.bytes, in + 12, HASH_BYTES);
}

void command_row_encode(const struct command_row *row, uint8_t out[COMMAND_ROW_BYTES])
{
    memcpy(out, row->hash.bytes, HASH_BYTES);
    bytes_put_u64(out + 32, row->seq);
    bytes_put_u32(out + 40, row->index);
    bytes_put_u64(out + 44, row->first_event);
    bytes_put_u32(out + 52, row->event_count);
}

static void command_row_decode(const uint8_t *in, struct command_row *out)
{
    memcpy(out->hash.bytes, in, HASH_BYTES);
    out->seq = bytes_get_u64(in + 32);
    out->index = bytes_get_u32(in + 40);
    out->first_event = bytes_get_u64(in + 44);
    out->event_count = bytes_get_u32(in + 52);
}

void definition_row_encode(const struct definition_row *row, uint8_t out[DEFINITION_ROW_BYTES])
{
    out[0] = (uint8_t)row->kind;
    bytes_put_u64(out + 1, row->seq);
    bytes_put_u32(out + 9, row->index);
}

void key_of_proposal(struct row_key *key, uint64_t proposal)
{
    row_key_clear(key);
    row_key_add_u64(key, proposal);
}

void key_of_packet(struct row_key *key, uint64_t proposal, uint32_t version)
{
    key_of_proposal(key, proposal);
    row_key_add_u32(key, version);
}

void key_of_opinion(struct row_key *key, uint64_t proposal, uint32_t round, const char *department)
{
    key_of_packet(key, proposal, round);
    row_key_add_text(key, department);
}

void key_add_version(struct row_key *key, uint32_t version)
{
    row_key_add_u8(key, 0);
    row_key_add_u32(key, version);
}

void key_of_command(struct row_key *key, struct bytes id, uint32_t principal)
{
    row_key_clear(key);
    row_key_add(key, id);
    row_key_add_u32(key, principal);
}

/* Copies a value that must have @size bytes to @out. A key longer than any stored one finds
 * nothing. */
static enum err get_sized(struct transaction *txn, enum table table, const struct row_key *key,
                          size_t size, uint8_t *out)
{
    struct bytes value;

    if (key->is_too_long || key->size == 0) {
        return ERR_ABSENT;
    }

    enum err err = row_get(txn, table, row_key_bytes(key), &value);
    if (err == ERR_OK && value.size != size) {
        return row_is_corrupt(txn, table, row_key_bytes(key), "a value of another size");
    }
    if (err == ERR_OK) {
        memcpy(out, value.data, size);
    }
    return err;
}

static enum err get_u64(struct transaction *txn, enum table table, const char *name, uint64_t *out)
{
    struct row_key key;
    uint8_t value[U64_BYTES] = {0};

    row_key_clear(&key);
    row_key_add_text(&key, name);

    enum err err = get_sized(txn, table, &key, sizeof value, value);
    if (err == ERR_OK) {
        *out = bytes_get_u64(value);
    }
    return err;
}

enum err view_state(struct transaction *txn, struct views_state *out)
{
    struct views_state state = {0};
    uint64_t last_time = 0;
    enum err err = get_u64(txn, TABLE_META, "views_version", &state.version);

    if (err == ERR_ABSENT) {
        *out = state;
        return ERR_OK;
    }
    if (err == ERR_OK) {
        err = get_u64(txn, TABLE_META, "applied_seq", &state.applied_seq);
    }
    if (err == ERR_OK) {
        err = get_u64(txn, TABLE_META, "last_time", &last_time);
    }
    if (err == ERR_ABSENT) {
        return row_is_corrupt(txn, TABLE_META, bytes_of_text("views_version"), "incomplete");
    }
    if (err == ERR_OK) {
        state.last_time_ms = (int64_t)last_time;
        *out = state;
    }
    return err;
}

/* What kind of record a table holds. */
struct record_type {
    enum table table;
    const ProtobufCMessageDescriptor *message;
};

static const struct record_type offices = {TABLE_META, &hs__office__descriptor};
static const struct record_type proposals = {TABLE_PROPOSALS, &hs__proposal__descriptor};
static const struct record_type principals = {TABLE_DIRECTORY, &hs__principal__descriptor};

/* Reads the value of @row, already without its checksum. */
static enum err read_record(struct transaction *txn, const struct record_type *type,
                            const struct row *row, struct arena *arena, void **out)
{
    void *message = message_read(type->message, row->value, arena);

    if (message == NULL) {
        bool is_full = arena->capacity_bytes - arena->used_bytes < 4 * row->value.size;

        return is_full ? ERR_FULL : row_is_corrupt(txn, type->table, row->key, "not a record");
    }
    *out = message;
    return ERR_OK;
}

static enum err get_record(struct transaction *txn, const struct record_type *type,
                           const struct row_key *key, struct arena *arena, void **out)
{
    struct row row = {.key = row_key_bytes(key)};

    if (key->is_too_long || key->size == 0) {
        return ERR_ABSENT;
    }

    enum err err = row_get(txn, type->table, row.key, &row.value);
    return err == ERR_OK ? read_record(txn, type, &row, arena, out) : err;
}

enum err view_office(struct transaction *txn, struct arena *arena, Hs__Office **out)
{
    struct row_key key;
    void *message = NULL;

    row_key_clear(&key);
    row_key_add_text(&key, "office");

    enum err err = get_record(txn, &offices, &key, arena, &message);
    if (err == ERR_OK) {
        *out = message;
    }
    return err;
}

enum err view_proposal(struct transaction *txn, uint64_t id, struct arena *arena,
                       Hs__Proposal **out)
{
    struct row_key key;
    void *message = NULL;

    key_of_proposal(&key, id);

    enum err err = get_record(txn, &proposals, &key, arena, &message);
    if (err == ERR_OK) {
        *out = message;
    }
    return err;
}

enum err view_principal(struct transaction *txn, const char *name, struct arena *arena,
                        Hs__Principal **out)
{
    struct row_key key;
    void *message = NULL;

    row_key_clear(&key);
    row_key_add_text(&key, name);

    enum err err = get_record(txn, &principals, &key, arena, &message);
    if (err == ERR_OK) {
        *out = message;
    }
    return err;
}

enum err view_principals(struct transaction *txn, struct arena *arena, Hs__Principal ***out,
                         size_t *count)
{
    uint64_t capacity = 0;
    size_t used = 0;
    struct row row;
    enum err err = table_count(txn, TABLE_DIRECTORY, &capacity);

    if (err != ERR_OK) {
        return err;
    }

    Hs__Principal **list = arena_array(arena, (size_t)capacity, sizeof *list);
    if (list == NULL) {
        return ERR_FULL;
    }
    err = table_seek(txn, TABLE_DIRECTORY, (struct bytes){0}, &row);
    while (err == ERR_OK && used < capacity) {
        void *message = NULL;

        err = row_open(txn, TABLE_DIRECTORY, &row, &row.value);
        if (err == ERR_OK) {
            err = read_record(txn, &principals, &row, arena, &message);
        }
        if (err != ERR_OK) {
            return err;
        }
        list[used++] = message;
        err = table_next(txn, TABLE_DIRECTORY, &row);
    }
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    *out = list;
    *count = used;
    return ERR_OK;
}

enum err view_number(struct transaction *txn, const char *number, uint64_t *proposal)
{
    return get_u64(txn, TABLE_BY_NUMBER, number, proposal);
}

static enum err get_place(struct transaction *txn, enum table table, const struct row_key *key,
                          struct place *out)
{
    uint8_t value[PLACE_BYTES] = {0};
    enum err err = get_sized(txn, table, key, sizeof value, value);

    if (err == ERR_OK) {
        place_decode(value, out);
    }
    return err;
}

enum err view_packet_place(struct transaction *txn, uint64_t proposal, uint32_t version,
                           struct place *out)
{
    struct row_key key;

    key_of_packet(&key, proposal, version);
    return get_place(txn, TABLE_PACKETS, &key, out);
}

enum err view_opinion_place(struct transaction *txn, const Hs__ReviewRef *review, struct place *out)
{
    struct row_key key;

    key_of_opinion(&key, review->proposal, review->round, review->department);
    return get_place(txn, TABLE_OPINIONS, &key, out);
}

enum err view_opinion_version(struct transaction *txn, const Hs__ReviewRef *review,
                              uint32_t version, struct place *out)
{
    struct row_key key;

    key_of_opinion(&key, review->proposal, review->round, review->department);
    key_add_version(&key, version);
    return get_place(txn, TABLE_OPINIONS, &key, out);
}

enum err view_command(struct transaction *txn, struct bytes id, uint32_t principal,
                      struct command_row *out)
{
    struct row_key key;
    uint8_t value[COMMAND_ROW_BYTES] = {0};

    key_of_command(&key, id, principal);

    enum err err = get_sized(txn, TABLE_COMMANDS, &key, sizeof value, value);
    if (err == ERR_OK) {
        command_row_decode(value, out);
    }
    return err;
}

enum err view_definition_place(struct transaction *txn, struct bytes hash,
                               struct definition_row *out)
{
    struct row_key key;
    uint8_t value[DEFINITION_ROW_BYTES] = {0};

    row_key_clear(&key);
    row_key_add(&key, hash);

    enum err err = get_sized(txn, TABLE_DEFINITIONS, &key, sizeof value, value);
    if (err == ERR_OK) {
        *out = (struct definition_row){
            .kind = (enum definition_kind)value[0],
            .seq = bytes_get_u64(value + 1),
            .index = bytes_get_u32(value + 9),
        };
    }
    return err;
}
