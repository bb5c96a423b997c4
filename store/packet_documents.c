/* SPDX-License-Identifier: Apache-2.0 */
#include "store/packet_documents.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "store/bodies.h"
#include "store/row.h"

enum {
    PACKET_ARENA_BYTES = 128 * 1024 * 1024, /* an envelope, and the command in it */
    ROWS_MIN = 1024,
    KEY_BYTES = 12, /* of the packets: proposal u64, version u32 */
};

static void add(struct packet_documents *documents, ProtobufCBinaryData hash)
{
    if (hash.len != HASH_BYTES) {
        return; /* no packet on record has such a one */
    }
    if (documents->count == documents->capacity) {
        size_t larger = documents->capacity == 0 ? ROWS_MIN : 2 * documents->capacity;
        struct hash *grown = realloc(documents->rows, larger * sizeof *grown);

        require(grown != NULL); /* exhausted memory ends the process */
        documents->rows = grown;
        documents->capacity = larger;
    }
    memcpy(documents->rows[documents->count++].bytes, hash.data, HASH_BYTES);
}

/* Adds the documents of the packet whose row has @key. */
static enum err add_packet(struct transaction *txn, struct bytes key, struct arena *arena,
                           struct packet_documents *out)
{
    Hs__Packet *packet = NULL;

    if (key.size != KEY_BYTES) {
        return row_is_corrupt(txn, TABLE_PACKETS, key, "has a key of another size");
    }
    uint32_t version = (uint32_t)(bytes_get_u64(key.data + 4) & UINT32_MAX);
    enum err err = body_packet(txn, bytes_get_u64(key.data), version, arena, &packet);
    if (err == ERR_ABSENT) {
        return row_is_corrupt(txn, TABLE_PACKETS, key, "names an entry that is not there");
    }
    for (size_t i = 0; err == ERR_OK && i < packet->n_documents; i++) {
        add(out, packet->documents[i]->hash);
    }
    return err;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

/* Sorts the rows and leaves one of each. */
static void sort(struct packet_documents *documents)
{
    size_t kept = 0;

    if (documents->count == 0) {
        return;
    }
    qsort(documents->rows, documents->count, sizeof *documents->rows, compare);
    for (size_t i = 1; i < documents->count; i++) {
        if (!hash_equal(documents->rows[i], documents->rows[kept])) {
            documents->rows[++kept] = documents->rows[i];
        }
    }
    documents->count = kept + 1;
}

enum err packet_documents_read(struct transaction *txn, struct packet_documents *out)
{
    struct arena arena;
    struct row row;
    enum err err = table_seek(txn, TABLE_PACKETS, (struct bytes){0}, &row);

    arena_init(&arena, PACKET_ARENA_BYTES);
    while (err == ERR_OK) {
        arena_clear(&arena);
        err = add_packet(txn, row.key, &arena, out);
        if (err == ERR_OK) {
            err = table_next(txn, TABLE_PACKETS, &row);
        }
    }
    arena_release(&arena);
    sort(out);
    return err == ERR_ABSENT ? ERR_OK : err;
}

void packet_documents_release(struct packet_documents *documents)
{
    free(documents->rows);
    *documents = (struct packet_documents){0};
}
