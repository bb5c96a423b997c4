/* SPDX-License-Identifier: Apache-2.0 */
/* The reading half of store/journal.h. */
#include "store/journal.h"

#include <inttypes.h>

#include "store/journal_end.h"

enum err journal_peek(struct transaction *txn, uint64_t seq, struct entry *out)
{
    uint8_t key[ENTRY_KEY_BYTES];
    struct bytes value;

    bytes_put_u64(key, seq);

    enum err err = table_get(txn, TABLE_JOURNAL, (struct bytes){key, sizeof key}, &value);
    if (err == ERR_OK && entry_decode(seq, value, out) != ERR_OK) {
        transaction_note(txn, "entry %" PRIu64 ": the entry fails its check", seq);
        return ERR_CORRUPT;
    }
    return err;
}

enum err journal_entry(struct transaction *txn, uint64_t seq, struct arena *arena,
                       struct entry *out)
{
    struct entry entry;
    enum err err = journal_peek(txn, seq, &entry);

    if (err != ERR_OK) {
        return err;
    }
    entry.bytes.data = arena_copy(arena, entry.bytes);
    if (entry.bytes.data == NULL) {
        return ERR_FULL;
    }
    *out = entry;
    return ERR_OK;
}

enum err journal_last_seq(struct transaction *txn, uint64_t *seq)
{
    struct row row;
    enum err err = table_last(txn, TABLE_JOURNAL, &row);

    if (err == ERR_ABSENT) {
        *seq = 0;
        return ERR_OK;
    }
    if (err == ERR_OK && row.key.size != ENTRY_KEY_BYTES) {
        transaction_note(txn, "journal: a key of %zu bytes", row.key.size);
        return ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        *seq = bytes_get_u64(row.key.data);
    }
    return err;
}

/* Sets @seq to the number of the head before entry @from, 0 if there is none. */
static enum err find_head_before(struct transaction *txn, uint64_t from, uint64_t *seq)
{
    struct entry entry;

    for (uint64_t at = from - 1; at > 0; at--) {
        enum err err = journal_peek(txn, at, &entry);

        if (err != ERR_OK) {
            return err == ERR_ABSENT ? ERR_CORRUPT : err; /* the entries are dense */
        }
        if (entry.kind == ENTRY_HEAD) {
            *seq = at;
            return ERR_OK;
        }
    }
    *seq = 0;
    return ERR_OK;
}

/* Sets the hash and place of @walk to those after the head @seq. */
static enum err start_after(struct journal_walk *walk, uint64_t seq)
{
    struct entry entry;
    struct head_record head;

    walk->next = seq + 1;
    if (seq == 0) {
        walk->hash = (struct hash){{0}};
        return ERR_OK;
    }

    enum err err = journal_peek(walk->txn, seq, &entry);
    if (err == ERR_OK && !head_record_of(&entry, &head)) {
        transaction_note(walk->txn, "entry %" PRIu64 ": this head cannot be read", seq);
        return ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        walk->hash = head.hash;
    }
    return err;
}

enum err journal_walk_begin(struct transaction *txn, uint64_t from, struct journal_walk *out)
{
    struct journal_walk walk = {.txn = txn};
    struct entry entry;
    uint64_t head = 0;
    enum err err = from == 0 ? ERR_ABSENT : journal_peek(txn, from, &entry);

    if (err == ERR_OK) {
        err = find_head_before(txn, from, &head);
    }
    if (err == ERR_OK) {
        err = start_after(&walk, head);
    }
    while (err == ERR_OK && walk.next < from) {
        err = journal_walk_next(&walk, &entry);
    }
    if (err == ERR_OK) {
        *out = walk;
    }
    return err;
}

enum err journal_walk_next(struct journal_walk *walk, struct entry *out)
{
    enum err err = journal_peek(walk->txn, walk->next, out);

    if (err == ERR_OK) {
        walk->hash = entry_chain(&walk->hash, &out->leaf);
        walk->next++;
    }
    return err;
}
