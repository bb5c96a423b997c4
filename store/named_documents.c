/* SPDX-License-Identifier: Apache-2.0 */
#include "store/named_documents.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "store/bodies.h"

enum {
    ENTRIES_A_READING = 256,
    BYTES_A_READING =
        4 * 1024 * 1024, /* of envelopes: a reader keeps pages from being used again */
    ROWS_MIN = 1024,
    ENVELOPE_ARENA_BYTES = 128 * 1024 * 1024, /* an envelope, and one command at a time */
};

void named_documents_init(struct named_documents *named)
{
    *named = (struct named_documents){.next_seq = 1};
    arena_init(&named->arena, ENVELOPE_ARENA_BYTES);
}

void named_documents_release(struct named_documents *named)
{
    free(named->rows);
    arena_release(&named->arena);
}

static bool is_empty(const struct hash *hash)
{
    static const struct hash empty;

    return hash_equal(*hash, empty);
}

/* Returns the row of @hash, or the empty one where it belongs. */
static struct hash *row_of(const struct named_documents *named, const struct hash *hash)
{
    size_t index = (size_t)bytes_get_u64(hash->bytes) & (named->capacity - 1);

    while (!is_empty(&named->rows[index]) && !hash_equal(named->rows[index], *hash)) {
        index = (index + 1) & (named->capacity - 1);
    }
    return &named->rows[index];
}

static void grow(struct named_documents *named)
{
    struct named_documents larger = {.capacity =
                                         named->capacity == 0 ? ROWS_MIN : 2 * named->capacity};

    larger.rows = calloc(larger.capacity, sizeof *larger.rows);
    require(larger.rows != NULL); /* exhausted memory ends the process */
    for (size_t i = 0; i < named->capacity; i++) {
        if (!is_empty(&named->rows[i])) {
            *row_of(&larger, &named->rows[i]) = named->rows[i];
        }
    }
    free(named->rows);
    named->rows = larger.rows;
    named->capacity = larger.capacity;
}

static void add(struct named_documents *named, ProtobufCBinaryData bytes)
{
    struct hash hash;

    if (bytes.len != sizeof hash.bytes) {
        return; /* of a packet that was refused */
    }
    memcpy(hash.bytes, bytes.data, bytes.len);
    if (2 * (named->count + 1) > named->capacity) {
        grow(named);
    }
    struct hash *row = row_of(named, &hash);
    if (is_empty(row)) {
        *row = hash;
        named->count++;
    }
}

static void add_packet(struct named_documents *named, const Hs__Packet *packet)
{
    for (size_t i = 0; packet != NULL && i < packet->n_documents; i++) {
        add(named, packet->documents[i]->hash);
    }
}

/* Adds what the commands of @envelope name. The arena has room for any command that was decided in
 * COMMAND_ARENA_FACTOR times its envelope: one that cannot be read was refused. */
static void add_envelope(struct named_documents *named, const Hs__Envelope *envelope)
{
    for (size_t i = 0; i < envelope->n_commands; i++) {
        struct arena_mark mark = arena_mark(&named->arena);
        const Hs__Command *command =
            message_read(&hs__command__descriptor, bytes_of(envelope->commands[i]), &named->arena);

        if (command != NULL && command->body_case == HS__COMMAND__BODY_SUBMIT) {
            add_packet(named, command->submit->packet);
        } else if (command != NULL && command->body_case == HS__COMMAND__BODY_REVISE) {
            add_packet(named, command->revise->packet);
        }
        arena_rewind(&named->arena, mark);
    }
}

/* Reads the entry @seq; adds its size to @bytes. */
static enum err read_entry(struct named_documents *named, struct transaction *txn, uint64_t seq,
                           size_t *bytes)
{
    struct entry entry;
    struct received_body received;
    enum err err = journal_peek(txn, seq, &entry);

    if (err != ERR_OK || entry.kind != ENTRY_RECEIVED) {
        return err;
    }
    *bytes += entry.bytes.size;
    arena_clear(&named->arena);
    err = body_received(txn, seq, &named->arena, &received);
    if (err == ERR_OK) {
        add_envelope(named, received.envelope);
    }
    return err;
}

enum err named_documents_read(struct named_documents *named, struct journal *journal, bool *is_done)
{
    struct transaction *txn = NULL;
    uint64_t last = 0;
    size_t bytes = 0;
    enum err err = journal_read_begin(journal, &txn);

    if (err != ERR_OK) {
        return err;
    }
    err = journal_last_seq(txn, &last);
    for (int i = 0; i < ENTRIES_A_READING && bytes < BYTES_A_READING && err == ERR_OK &&
                    named->next_seq <= last;
         i++) {
        err = read_entry(named, txn, named->next_seq, &bytes);
        named->next_seq += err == ERR_OK ? 1 : 0;
    }
    journal_read_end(txn);
    *is_done = err == ERR_OK && named->next_seq > last;
    return err;
}

bool named_documents_have(const struct named_documents *named, const struct hash *hash)
{
    return named->capacity > 0 && !is_empty(row_of(named, hash));
}
