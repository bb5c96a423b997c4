/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/truth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/check.h"
#include "proto/message.h"
#include "store/journal.h"

enum { MAP_BYTES = 1 << 30, MESSAGE_ARENA_BYTES = 256 << 20 };

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "truth: %s: %s\n", what, why);
    exit(4);
}

/* ---- the journal ---- */

static void name_documents(struct truth *truth, uint64_t seq, const Hs__Packet *packet)
{
    for (size_t i = 0; packet != NULL && i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];

        if (document->hash.len != HASH_BYTES) {
            continue;
        }
        require(truth->named_count < TRUTH_DOCUMENTS_MAX);
        struct named_document *named = &truth->named[truth->named_count++];
        named->seq = seq;
        memcpy(named->hash.bytes, document->hash.data, HASH_BYTES);
    }
}

/* Notes which documents the packets in the envelope of @entry name. */
static void read_received(struct truth *truth, const struct entry *entry)
{
    struct arena arena;

    arena_init(&arena, MESSAGE_ARENA_BYTES);
    const Hs__Received *received = message_read(&hs__received__descriptor, entry->bytes, &arena);
    const Hs__Envelope *envelope =
        received == NULL
            ? NULL
            : message_read(&hs__envelope__descriptor, bytes_of(received->envelope), &arena);
    if (envelope == NULL) {
        fail("an envelope cannot be read", "");
        return;
    }
    for (size_t i = 0; i < envelope->n_commands; i++) {
        const Hs__Command *command =
            message_read(&hs__command__descriptor, bytes_of(envelope->commands[i]), &arena);

        if (command != NULL && command->body_case == HS__COMMAND__BODY_SUBMIT) {
            name_documents(truth, entry->seq, command->submit->packet);
        } else if (command != NULL && command->body_case == HS__COMMAND__BODY_REVISE) {
            name_documents(truth, entry->seq, command->revise->packet);
        }
    }
    arena_release(&arena);
}

static void read_entry(struct truth *truth, struct transaction *txn, uint64_t seq)
{
    uint8_t key[ENTRY_KEY_BYTES];
    struct bytes value;
    struct entry entry;

    bytes_put_u64(key, seq);
    if (table_get(txn, TABLE_JOURNAL, (struct bytes){key, sizeof key}, &value) != ERR_OK ||
        entry_decode(seq, value, &entry) != ERR_OK) {
        fail("an entry cannot be read", "");
    }
    truth->rows[seq - 1] = (struct bytes){arena_copy(&truth->arena, value), value.size};
    require(truth->rows[seq - 1].data != NULL);
    truth->last_at_ms = entry.at_ms;
    if (entry.kind == ENTRY_RECEIVED) {
        read_received(truth, &entry);
    }
}

void truth_read(struct truth *truth, const char *folder)
{
    const struct journal_options options = {
        .folder = folder, .map_bytes = MAP_BYTES, .read_only = true};
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    struct failure failure = {{0}};

    *truth = (struct truth){0};
    arena_init(&truth->arena, MESSAGE_ARENA_BYTES);
    if (journal_open(&options, &journal, &failure) != ERR_OK ||
        journal_read_begin(journal, &txn) != ERR_OK ||
        journal_last_seq(txn, &truth->last_seq) != ERR_OK || truth->last_seq == 0) {
        fail(folder, failure.text);
    }
    truth->rows = calloc(truth->last_seq, sizeof *truth->rows);
    truth->marks = mmap(NULL, truth->last_seq * sizeof *truth->marks, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(truth->rows != NULL && truth->marks != MAP_FAILED);
    for (uint64_t seq = 1; seq <= truth->last_seq; seq++) {
        read_entry(truth, txn, seq);
    }
    journal_read_end(txn);
    journal_close(journal);
}

void truth_release(struct truth *truth)
{
    (void)munmap(truth->marks, truth->last_seq * sizeof *truth->marks);
    free(truth->rows);
    arena_release(&truth->arena);
}

/* ---- what was said ---- */

static void raise_seq(struct promise *promise, uint64_t seq)
{
    promise->seq = seq > promise->seq ? seq : promise->seq;
}

/* The entry that a receipt proves must be in the journal to this day. */
static void hear_receipt(struct truth *truth, const Hs__Receipt *receipt, struct promise *promise)
{
    struct entry entry;

    if (receipt->seq == 0 || receipt->seq > truth->last_seq ||
        entry_decode(receipt->seq, truth->rows[receipt->seq - 1], &entry) != ERR_OK ||
        !bytes_equal(bytes_of(receipt->leaf), bytes_of_hash(&entry.leaf))) {
        fail("a receipt is not that of the journal", "");
    }
    truth->receipts++;
    raise_seq(promise, receipt->seq);
}

static void hear_head(const Hs__SignedHead *signed_head, struct arena *arena,
                      struct promise *promise)
{
    const Hs__Head *head = signed_head == NULL ? NULL
                                               : message_read(&hs__head__descriptor,
                                                              bytes_of(signed_head->head), arena);

    if (head != NULL) {
        raise_seq(promise, head->last_seq + 1);
    }
}

static void hear_document(struct truth *truth, const Hs__DocumentState *state,
                          struct promise *promise)
{
    struct hash hash;

    if (!state->complete || state->hash.len != HASH_BYTES) {
        return;
    }
    memcpy(hash.bytes, state->hash.data, HASH_BYTES);
    for (size_t i = 0; i < truth->complete_count; i++) {
        if (hash_equal(truth->complete[i], hash)) {
            return;
        }
    }
    require(truth->complete_count < TRUTH_DOCUMENTS_MAX);
    truth->complete[truth->complete_count++] = hash;
    promise->documents = truth->complete_count;
}

static void hear_message(struct truth *truth, const Hs__BrokerMessage *message, struct arena *arena,
                         struct promise *promise)
{
    if (message->body_case == HS__BROKER_MESSAGE__BODY_RECEIPT) {
        hear_receipt(truth, message->receipt, promise);
    } else if (message->body_case == HS__BROKER_MESSAGE__BODY_REFUSAL &&
               message->refusal->receipt != NULL) {
        hear_receipt(truth, message->refusal->receipt, promise);
    } else if (message->body_case == HS__BROKER_MESSAGE__BODY_WELCOME) {
        hear_head(message->welcome->head, arena, promise);
    } else if (message->body_case == HS__BROKER_MESSAGE__BODY_FEED) {
        raise_seq(promise, message->feed->seq);
    } else if (message->body_case == HS__BROKER_MESSAGE__BODY_DOCUMENT_STATE) {
        hear_document(truth, message->document_state, promise);
    }
}

void truth_hear(struct truth *truth, struct bytes message, struct promise *promise)
{
    struct arena arena;

    arena_init(&arena, MESSAGE_ARENA_BYTES);
    const Hs__Bundle *bundle = message_read(&hs__bundle__descriptor, message, &arena);
    if (bundle != NULL) { /* else a word between sockets of one process: of the check of keys */
        hear_head(bundle->head, &arena, promise);
        for (size_t i = 0; i < bundle->n_messages; i++) {
            hear_message(truth, bundle->messages[i], &arena, promise);
        }
    }
    arena_release(&arena);
}
