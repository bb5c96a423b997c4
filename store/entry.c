/* SPDX-License-Identifier: Apache-2.0 */
#include "store/entry.h"

enum { AT_OFFSET = 1, CHECK_OFFSET = 9, LEAF_PREFIX_BYTES = 18 };

struct hash entry_leaf(uint64_t seq, enum entry_kind kind, int64_t at_ms, struct bytes bytes)
{
    uint8_t prefix[LEAF_PREFIX_BYTES] = {0x00};
    struct hasher hasher;

    bytes_put_u64(prefix + 1, seq);
    prefix[9] = (uint8_t)kind;
    bytes_put_u64(prefix + 10, (uint64_t)at_ms);
    hasher_init(&hasher);
    hasher_add(&hasher, (struct bytes){prefix, sizeof prefix});
    hasher_add(&hasher, bytes);
    return hasher_finish(&hasher);
}

struct hash entry_chain(const struct hash *previous, const struct hash *leaf)
{
    uint8_t link[1 + 2 * HASH_BYTES] = {0x01};

    memcpy(link + 1, previous->bytes, HASH_BYTES);
    memcpy(link + 1 + HASH_BYTES, leaf->bytes, HASH_BYTES);
    return hash_of((struct bytes){link, sizeof link});
}

void entry_encode(const struct entry *entry, uint8_t *out)
{
    out[0] = (uint8_t)entry->kind;
    bytes_put_u64(out + AT_OFFSET, (uint64_t)entry->at_ms);
    memcpy(out + CHECK_OFFSET, entry->leaf.bytes, ENTRY_CHECK_BYTES);
    if (entry->bytes.size > 0) {
        memcpy(out + ENTRY_PREFIX_BYTES, entry->bytes.data, entry->bytes.size);
    }
}

bool entry_split(uint64_t seq, struct bytes value, struct entry *out)
{
    if (value.size < ENTRY_PREFIX_BYTES) {
        return false;
    }
    *out = (struct entry){
        .seq = seq,
        .kind = (enum entry_kind)value.data[0],
        .at_ms = (int64_t)bytes_get_u64(value.data + AT_OFFSET),
        .bytes = {value.data + ENTRY_PREFIX_BYTES, value.size - ENTRY_PREFIX_BYTES},
    };
    out->leaf = entry_leaf(seq, out->kind, out->at_ms, out->bytes);
    return true;
}

bool entry_check(const struct entry *entry, struct bytes value)
{
    return memcmp(value.data + CHECK_OFFSET, entry->leaf.bytes, ENTRY_CHECK_BYTES) == 0;
}

enum err entry_decode(uint64_t seq, struct bytes value, struct entry *out)
{
    struct entry entry;

    if (!entry_split(seq, value, &entry) || !entry_check(&entry, value) ||
        !entry_kind_is_known(entry.kind)) {
        return ERR_CORRUPT;
    }
    *out = entry;
    return ERR_OK;
}

bool entry_kind_is_known(enum entry_kind kind)
{
    return kind >= ENTRY_RECEIVED && kind <= ENTRY_HEAD;
}

const char *entry_kind_name(enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_RECEIVED:
        return "received";
    case ENTRY_EVENT:
        return "event";
    case ENTRY_HEAD:
        return "head";
    }
    return "unknown";
}
