/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/oracle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verdict.h"
#include "lib/check.h"
#include "store/verify.h"
#include "store/views.h"
#include "tests/simulation/oracle_events.h"
#include "tests/simulation/process.h"

enum { ARENA_BYTES = 64 << 20, MAP_BYTES = 1 << 30 };

/* By how much the office's time may be ahead of the right one: the slack of core/trusted_time.h,
 * and a second for the reading. */
enum { AHEAD_MS_MAX = 3000 };

void oracle_init(struct oracle *oracle, struct world *world)
{
    *oracle = (struct oracle){.world = world};
    arena_init(&oracle->arena, ARENA_BYTES);
    arena_init(&oracle->packed, ARENA_BYTES);
}

void oracle_release(struct oracle *oracle)
{
    arena_release(&oracle->arena);
    arena_release(&oracle->packed);
    free(oracle->proposals);
    free(oracle->commands);
    free(oracle->receipts);
    free(oracle->ids);
}

/* ---- entries ---- */

static void look_at_envelope(struct oracle *oracle, const struct entry *entry)
{
    const Hs__Received *received =
        message_read(&hs__received__descriptor, entry->bytes, &oracle->arena);
    const Hs__Envelope *envelope =
        received == NULL
            ? NULL
            : message_read(&hs__envelope__descriptor, bytes_of(received->envelope), &oracle->arena);

    oracle->envelope_seq = entry->seq;
    oracle->id_count = 0;
    if (envelope == NULL) {
        world_fail(oracle->world, "I12: entry %" PRIu64 " holds no envelope", entry->seq);
        return;
    }
    free(oracle->ids);
    oracle->ids = calloc(envelope->n_commands + 1, sizeof *oracle->ids);
    require(oracle->ids != NULL);
    for (size_t i = 0; i < envelope->n_commands; i++) {
        const Hs__Command *command =
            message_read(&hs__command__descriptor, bytes_of(envelope->commands[i]), &oracle->arena);

        if (command != NULL && command->id.len > 0) {
            oracle->ids[i] =
                checksum_of(bytes_of(command->id)) ^ checksum_of(bytes_of_text(envelope->signer));
        }
    }
    oracle->id_count = envelope->n_commands;
}

static void grow_commands(struct oracle *oracle)
{
    size_t capacity = oracle->command_capacity == 0 ? 1024 : 2 * oracle->command_capacity;
    struct seen_command *larger = calloc(capacity, sizeof *larger);

    require(larger != NULL);
    for (size_t i = 0; i < oracle->command_capacity; i++) {
        size_t at = oracle->commands[i].id % capacity;

        while (oracle->commands[i].id != 0 && larger[at].id != 0) {
            at = (at + 1) % capacity;
        }
        if (oracle->commands[i].id != 0) {
            larger[at] = oracle->commands[i];
        }
    }
    free(oracle->commands);
    oracle->commands = larger;
    oracle->command_capacity = capacity;
}

/* I10: a command, however often it came, has its effect once. */
static void look_at_command(struct oracle *oracle, const Hs__EventEntry *event)
{
    if (event->received != oracle->envelope_seq || event->index >= oracle->id_count) {
        world_fail(oracle->world, "I12: an event names command %" PRIu32 " of entry %" PRIu64,
                   event->index, event->received);
        return;
    }
    if (2 * (oracle->command_count + 1) > oracle->command_capacity) {
        grow_commands(oracle);
    }
    uint64_t id = oracle->ids[event->index];
    size_t at = id % oracle->command_capacity;
    while (oracle->commands[at].id != 0 && oracle->commands[at].id != id) {
        at = (at + 1) % oracle->command_capacity;
    }
    struct seen_command *seen = &oracle->commands[at];
    if (seen->id == 0) {
        *seen = (struct seen_command){id, event->received, event->index};
        oracle->command_count++;
    } else if (seen->seq != event->received || seen->index != event->index) {
        world_fail(oracle->world,
                   "I10: the command of entry %" PRIu64 " has its effect again at %" PRIu64,
                   seen->seq, event->received);
    }
}

static void look_at_event(struct oracle *oracle, struct transaction *txn, const struct entry *entry)
{
    const Hs__EventEntry *outer =
        message_read(&hs__event_entry__descriptor, entry->bytes, &oracle->arena);
    const Hs__Event *event = outer == NULL ? NULL
                                           : message_read(&hs__event__descriptor,
                                                          bytes_of(outer->event), &oracle->arena);

    if (event == NULL) {
        world_fail(oracle->world, "I11: entry %" PRIu64 " holds no event", entry->seq);
        return;
    }
    oracle->world->tally.events++;
    if (outer->received != 0) {
        look_at_command(oracle, outer);
    }
    oracle_event(oracle, txn, entry, event);
}

static void look_at(struct oracle *oracle, struct transaction *txn, uint64_t seq)
{
    struct entry entry;
    int64_t right_ms = world_office_ms(oracle->world);

    arena_clear(&oracle->arena);
    if (journal_entry(txn, seq, &oracle->arena, &entry) != ERR_OK || entry.seq != seq) {
        world_fail(oracle->world, "I11: entry %" PRIu64 " is missing", seq);
        return;
    }
    if (entry.at_ms < oracle->at_ms) {
        world_fail(oracle->world, "I7: the time of entry %" PRIu64 " went back", seq);
    } else if (entry.at_ms > right_ms + AHEAD_MS_MAX) {
        world_fail(oracle->world, "I7: the time of entry %" PRIu64 " is %" PRId64 " ms ahead", seq,
                   entry.at_ms - right_ms);
    }
    if (entry.kind == ENTRY_RECEIVED) {
        look_at_envelope(oracle, &entry);
    } else if (entry.kind == ENTRY_EVENT) {
        look_at_event(oracle, txn, &entry);
    } else {
        oracle->world->tally.turns++;
    }
    oracle->read_seq = seq;
    oracle->at_ms = entry.at_ms;
    oracle->leaf = entry.leaf;
}

/* I1, I11: what was looked at before stands there still. */
static void check_end(struct oracle *oracle, struct transaction *txn, uint64_t last)
{
    struct entry entry;

    if (last < oracle->read_seq) {
        world_fail(oracle->world, "I1: the journal ends at %" PRIu64 ", it had %" PRIu64, last,
                   oracle->read_seq);
    } else if (oracle->read_seq > 0 && (journal_peek(txn, oracle->read_seq, &entry) != ERR_OK ||
                                        !hash_equal(entry.leaf, oracle->leaf))) {
        world_fail(oracle->world, "I11: entry %" PRIu64 " is another than before",
                   oracle->read_seq);
    }
}

void oracle_begin(struct oracle *oracle, struct journal *journal)
{
    struct transaction *txn = NULL;
    struct entry entry;
    enum err err = journal_read_begin(journal, &txn);

    require(err == ERR_OK);
    err = journal_last_seq(txn, &oracle->read_seq);
    require(err == ERR_OK && journal_peek(txn, oracle->read_seq, &entry) == ERR_OK);
    oracle->leaf = entry.leaf;
    oracle->at_ms = entry.at_ms;
    journal_read_end(txn);
}

void oracle_look(struct oracle *oracle, struct journal *journal)
{
    struct transaction *txn = NULL;
    uint64_t last = 0;

    if (journal_read_begin(journal, &txn) != ERR_OK || journal_last_seq(txn, &last) != ERR_OK) {
        world_fail(oracle->world, "I19: the journal cannot be read: %s",
                   journal_failure(journal)->text);
        journal_read_end(txn);
        return;
    }
    check_end(oracle, txn, last);
    while (oracle->read_seq < last && !oracle->world->is_over) {
        look_at(oracle, txn, oracle->read_seq + 1);
    }
    journal_read_end(txn);
}

/* ---- what left the broker ---- */

static void keep_receipt(struct oracle *oracle, const Hs__Receipt *receipt)
{
    if (receipt->leaf.len != HASH_BYTES) {
        world_fail(oracle->world, "I1: a receipt of entry %" PRIu64 " has no leaf", receipt->seq);
        return;
    }
    if (oracle->receipt_count == oracle->receipt_capacity) {
        oracle->receipt_capacity =
            oracle->receipt_capacity == 0 ? 1024 : 2 * oracle->receipt_capacity;
        oracle->receipts =
            realloc(oracle->receipts, oracle->receipt_capacity * sizeof *oracle->receipts);
        require(oracle->receipts != NULL);
    }
    struct seen_receipt *seen = &oracle->receipts[oracle->receipt_count++];
    seen->seq = receipt->seq;
    memcpy(seen->leaf.bytes, receipt->leaf.data, HASH_BYTES);
    oracle->world->tally.receipts++;
}

static void keep_head(struct oracle *oracle, const Hs__SignedHead *signed_head)
{
    const Hs__Head *head =
        message_read(&hs__head__descriptor, bytes_of(signed_head->head), &oracle->packed);

    if (head == NULL || head->hash.len != HASH_BYTES) {
        world_fail(oracle->world, "I16: a head that left the broker cannot be read");
    } else if (head->last_seq > oracle->head.seq) {
        oracle->head.seq = head->last_seq;
        memcpy(oracle->head.hash.bytes, head->hash.data, HASH_BYTES);
    }
}

void oracle_hear(struct oracle *oracle, struct bytes frame)
{
    arena_clear(&oracle->packed);
    const Hs__Bundle *bundle = message_read(&hs__bundle__descriptor, frame, &oracle->packed);

    if (bundle == NULL) {
        world_fail(oracle->world, "a frame of the broker cannot be read");
        return;
    }
    if (bundle->head != NULL) {
        keep_head(oracle, bundle->head);
    }
    for (size_t i = 0; i < bundle->n_messages; i++) {
        const Hs__BrokerMessage *message = bundle->messages[i];

        if (message->body_case == HS__BROKER_MESSAGE__BODY_RECEIPT) {
            keep_receipt(oracle, message->receipt);
        } else if (message->body_case == HS__BROKER_MESSAGE__BODY_REFUSAL) {
            oracle->world->tally.refusals++;
        }
    }
}

void oracle_check_receipts(struct oracle *oracle, struct journal *journal, size_t count)
{
    struct transaction *txn = NULL;
    struct entry entry;
    size_t from = oracle->receipt_count > count ? oracle->receipt_count - count : 0;

    if (journal_read_begin(journal, &txn) != ERR_OK) {
        return; /* oracle_look() says so */
    }
    for (size_t i = from; i < oracle->receipt_count; i++) {
        const struct seen_receipt *seen = &oracle->receipts[i];

        if (journal_peek(txn, seen->seq, &entry) != ERR_OK || !hash_equal(entry.leaf, seen->leaf)) {
            world_fail(oracle->world, "I1: entry %" PRIu64 " was acknowledged and is lost",
                       seen->seq);
            break;
        }
    }
    journal_read_end(txn);
}

/* ---- the whole ---- */

static void report_fault(void *self, const struct verify_fault *fault)
{
    world_fail(self, "verify: entry %" PRIu64 ": %s %s", fault->seq, fault->name, fault->detail);
}

void oracle_verify(struct oracle *oracle, const char *folder, const char *scratch)
{
    struct verify_options options = {
        .folder = folder,
        .map_bytes = MAP_BYTES,
        .witness = oracle->head,
        .report = report_fault,
        .self = oracle->world,
    };
    struct verify_report report = {0};
    struct failure failure = {{0}};
    enum err err = verify_journal(&options, &report, &failure);

    if (err == ERR_OK && report.faults == 0 && scratch != NULL) {
        err = verify_views(&options, scratch, &report, &failure);
    }
    if (err != ERR_OK) {
        world_fail(oracle->world, "verify: %s", failure.text);
    }
}
