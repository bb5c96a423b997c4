/* SPDX-License-Identifier: Apache-2.0 */
#include "store/view_keys.h"

#include "store/row.h"
#include "store/views.h"

enum { ROWS_OF_PROPOSAL = 4, ROWS_OF_REVIEW = 2 };

static enum err add(struct view_keys *keys, enum table table, const struct row_key *key,
                    struct arena *arena)
{
    struct view_key *row = &keys->rows[keys->count];

    if (key->is_too_long) {
        return ERR_CORRUPT;
    }
    *row = (struct view_key){
        .table = table,
        .key = {arena_copy(arena, row_key_bytes(key)), key->size},
    };
    keys->count++;
    return row->key.data == NULL ? ERR_FULL : ERR_OK;
}

static enum err add_status(struct view_keys *keys, const Hs__Proposal *record, struct arena *arena)
{
    struct row_key key;

    row_key_clear(&key);
    row_key_add_u8(&key, (uint8_t)record->status);
    row_key_add_u64(&key, record->id);
    return add(keys, TABLE_BY_STATUS, &key, arena);
}

static enum err add_party(struct view_keys *keys, const Hs__Proposal *record, struct arena *arena)
{
    struct row_key key;

    row_key_clear(&key);
    row_key_add_text(&key, record->applicant);
    row_key_add_u8(&key, 0);
    row_key_add_u64(&key, record->id);
    return add(keys, TABLE_BY_PARTY, &key, arena);
}

static enum err add_number(struct view_keys *keys, const Hs__Proposal *record, struct arena *arena)
{
    struct row_key key;
    uint8_t *value = arena_alloc(arena, sizeof record->id);

    row_key_clear(&key);
    row_key_add_text(&key, record->number);

    enum err err = add(keys, TABLE_BY_NUMBER, &key, arena);
    if (err != ERR_OK || value == NULL) {
        return err != ERR_OK ? err : ERR_FULL;
    }
    bytes_put_u64(value, record->id);
    keys->rows[keys->count - 1].value = (struct bytes){value, sizeof record->id};
    return ERR_OK;
}

/* A department still has to answer while the round runs, and also later what is overdue. */
static bool is_to_be_answered(const Hs__Proposal *record, const Hs__Review *review)
{
    if (review->state == HS__REVIEW__STATE__OVERDUE) {
        return record->status == HS__PROPOSAL__STATUS__IN_REVIEW ||
               record->status == HS__PROPOSAL__STATUS__CONCLUDED;
    }
    return (review->state == HS__REVIEW__STATE__OPEN || review->state == HS__REVIEW__STATE__HELD) &&
           record->status == HS__PROPOSAL__STATUS__IN_REVIEW;
}

static enum err add_inbox(struct view_keys *keys, const Hs__Proposal *record,
                          const Hs__Review *review, struct arena *arena)
{
    struct row_key key;

    row_key_clear(&key);
    row_key_add_text(&key, review->department);
    row_key_add_u8(&key, 0);
    row_key_add_u8(&key,
                   review->state == HS__REVIEW__STATE__HELD ? INBOX_WAITING : INBOX_ANSWERABLE);
    row_key_add_u64(&key, review->due_at > 0 ? (uint64_t)review->due_at : UINT64_MAX);
    row_key_add_u64(&key, record->id);
    row_key_add_u32(&key, record->round);
    return add(keys, TABLE_INBOX, &key, arena);
}

static enum err add_wake(struct view_keys *keys, const Hs__Proposal *record,
                         const Hs__Review *review, struct arena *arena)
{
    struct row_key key;

    row_key_clear(&key);
    row_key_add_u64(&key, (uint64_t)(review == NULL ? record->wake_at : review->wake_at));
    row_key_add_u64(&key, record->id);
    row_key_add_u8(&key, review == NULL ? DEADLINE_PROPOSAL : DEADLINE_REVIEW);
    row_key_add_text(&key, review == NULL ? "" : review->department);
    return add(keys, TABLE_DEADLINES, &key, arena);
}

/* The clocks of the whole run from the first correction to the last condition. */
static bool has_clocks(const Hs__Proposal *record)
{
    return record->wake_at > 0 && (record->status == HS__PROPOSAL__STATUS__INCOMPLETE ||
                                   record->status == HS__PROPOSAL__STATUS__IN_REVIEW ||
                                   record->status == HS__PROPOSAL__STATUS__CONCLUDED ||
                                   record->status == HS__PROPOSAL__STATUS__APPROVED);
}

static enum err add_review(struct view_keys *keys, const Hs__Proposal *record,
                           const Hs__Review *review, struct arena *arena)
{
    enum err err;

    if (!is_to_be_answered(record, review)) {
        return ERR_OK;
    }
    err = add_inbox(keys, record, review, arena);
    if (err == ERR_OK && review->wake_at > 0 && record->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
        err = add_wake(keys, record, review, arena);
    }
    return err;
}

enum err view_keys_of(const Hs__Proposal *record, struct arena *arena, struct view_keys *out)
{
    struct view_keys keys = {0};
    enum err err;

    keys.rows = arena_array(arena, ROWS_OF_PROPOSAL + record->n_reviews * ROWS_OF_REVIEW,
                            sizeof *keys.rows);
    if (keys.rows == NULL) {
        return ERR_FULL;
    }
    err = add_status(&keys, record, arena);
    if (err == ERR_OK) {
        err = add_party(&keys, record, arena);
    }
    if (err == ERR_OK) {
        err = add_number(&keys, record, arena);
    }
    if (err == ERR_OK && has_clocks(record)) {
        err = add_wake(&keys, record, NULL, arena);
    }
    for (size_t i = 0; i < record->n_reviews && err == ERR_OK; i++) {
        err = add_review(&keys, record, record->reviews[i], arena);
    }
    if (err == ERR_OK) {
        *out = keys;
    }
    return err;
}

/* A set has some ten rows, two for each of at most 64 seats: comparing all pairs is cheap. */
static bool holds(const struct view_keys *keys, const struct view_key *wanted)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->rows[i].table == wanted->table && bytes_equal(keys->rows[i].key, wanted->key) &&
            bytes_equal(keys->rows[i].value, wanted->value)) {
            return true;
        }
    }
    return false;
}

enum err view_keys_change(struct transaction *txn, const struct view_keys *before,
                          const struct view_keys *after)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct view_key *row = &before->rows[i];

        if (!holds(after, row)) {
            enum err err = table_delete(txn, row->table, row->key);
            if (err != ERR_OK) {
                return err == ERR_ABSENT ? row_is_corrupt(txn, row->table, row->key, "missing")
                                         : err;
            }
        }
    }
    for (size_t i = 0; i < after->count; i++) {
        const struct view_key *row = &after->rows[i];

        if (!holds(before, row)) {
            enum err err = row_put(txn, row->table, row->key, row->value);
            if (err != ERR_OK) {
                return err;
            }
        }
    }
    return ERR_OK;
}
