/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal holds, held against the book. */
#include "bench/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "store/journal.h"
#include "store/verify.h"

enum { ENTRY_ARENA_BYTES = 64 << 20 };

/* How often the journal says what happens to a proposal once. */
struct tally {
    uint32_t submitted;
    uint32_t verdicts;
    uint32_t given[BENCH_DEPARTMENTS];
};

struct reading {
    const struct book *book;
    struct tally *tallies; /* by proposal, up to the book's last */
    size_t ack;            /* the next one to be met; acks are sorted */
    struct arena arena;    /* of one entry */
};

static bool say(uint64_t seq, const char *what)
{
    fprintf(stderr, "audit: entry %" PRIu64 ": %s\n", seq, what);
    return false;
}

/* ---- the chain ---- */

static void on_fault(void *self, const struct verify_fault *fault)
{
    (void)self;
    fprintf(stderr, "audit: entry %" PRIu64 ": %s: %s %s\n", fault->seq, fault->name, fault->en,
            fault->detail);
}

static bool chain_is_right(const struct bench_office *office)
{
    const struct verify_options options = {
        .folder = office->journal,
        .office = OFFICE_ID,
        .sign_key = office->broker.sign.public_key,
        .report = on_fault,
    };
    struct verify_report report = {.faults = 0};
    struct failure failure = {{0}};
    enum err err = verify_journal(&options, &report, &failure);

    if (err != ERR_OK) {
        fprintf(stderr, "audit: the journal cannot be checked: %s: %s\n", err_text(err),
                failure.text);
    }
    return err == ERR_OK && report.faults == 0;
}

/* ---- envelopes ---- */

static int compare_acks(const void *a, const void *b)
{
    const struct ack *left = a;
    const struct ack *right = b;

    if (left->seq != right->seq) {
        return left->seq < right->seq ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

static bool command_fits(const Hs__Envelope *envelope, const struct ack *ack, struct arena *arena)
{
    if (ack->index >= envelope->n_commands) {
        return false;
    }

    const Hs__Command *command =
        message_read(&hs__command__descriptor, bytes_of(envelope->commands[ack->index]), arena);
    return command != NULL &&
           bytes_equal(bytes_of(command->id), (struct bytes){ack->command, sizeof ack->command});
}

/* Takes the acks that name @entry. */
static bool take_received(struct reading *reading, const struct entry *entry)
{
    const struct book *book = reading->book;

    if (reading->ack == book->ack_count || book->acks[reading->ack].seq != entry->seq) {
        return true; /* nobody was told of it before the end */
    }

    const Hs__Received *received =
        message_read(&hs__received__descriptor, entry->bytes, &reading->arena);
    const Hs__Envelope *envelope =
        received == NULL ? NULL
                         : message_read(&hs__envelope__descriptor, bytes_of(received->envelope),
                                        &reading->arena);
    if (envelope == NULL) {
        return say(entry->seq, "the envelope cannot be read");
    }
    for (; reading->ack < book->ack_count && book->acks[reading->ack].seq == entry->seq;
         reading->ack++) {
        const struct ack *ack = &book->acks[reading->ack];

        if (!hash_equal(ack->leaf, entry->leaf) || !command_fits(envelope, ack, &reading->arena)) {
            return say(entry->seq, "it is not the one that the receipt proved");
        }
    }
    return true;
}

/* ---- events ---- */

static size_t department_index(const char *id)
{
    size_t index = 0;

    while (index < BENCH_DEPARTMENTS && strcmp(bench_departments[index], id) != 0) {
        index++;
    }
    return index;
}

static bool hash_is(ProtobufCBinaryData data, const struct hash *hash)
{
    return bytes_equal(bytes_of(data), (struct bytes){hash->bytes, sizeof hash->bytes});
}

static bool count_event(struct reading *reading, const Hs__Event *event, uint64_t seq)
{
    const struct unit *unit = book_find(reading->book, event->proposal);
    struct tally *tally = &reading->tallies[event->proposal];
    size_t department = BENCH_DEPARTMENTS;

    if (unit == NULL) {
        return true;
    }
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        tally->submitted++;
        return !unit->is_submitted || hash_is(event->proposal_submitted->packet, &unit->packet) ||
               say(seq, "the packet is another");
    }
    if (event->body_case == HS__EVENT__BODY_VERDICT_ISSUED) {
        tally->verdicts++;
        return !unit->has_verdict || hash_is(event->verdict_issued->verdict, &unit->verdict) ||
               say(seq, "the verdict is another");
    }
    if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        department = department_index(event->opinion_given->department);
        if (department == BENCH_DEPARTMENTS) {
            return say(seq, "the department is unknown");
        }
        tally->given[department]++;
    }
    return true;
}

static bool take_event(struct reading *reading, const struct entry *entry)
{
    const Hs__EventEntry *outer =
        message_read(&hs__event_entry__descriptor, entry->bytes, &reading->arena);
    const Hs__Event *event = outer == NULL ? NULL
                                           : message_read(&hs__event__descriptor,
                                                          bytes_of(outer->event), &reading->arena);

    if (event == NULL) {
        return say(entry->seq, "the event cannot be read");
    }
    if (event->proposal == 0 || event->proposal > reading->book->proposal_max) {
        return true; /* of the office, or of a proposal that nobody was told of */
    }
    return count_event(reading, event, entry->seq);
}

static bool take_entry(struct reading *reading, const struct entry *entry)
{
    bool is_right = true;

    switch (entry->kind) {
    case ENTRY_RECEIVED:
        is_right = take_received(reading, entry);
        break;
    case ENTRY_EVENT:
        is_right = take_event(reading, entry);
        break;
    case ENTRY_HEAD:
        break;
    }
    arena_clear(&reading->arena);
    return is_right;
}

/* ---- all of it ---- */

/* Exactly once what was acknowledged, at most once what was not. */
static bool count_is_right(uint32_t count, bool is_acknowledged)
{
    return is_acknowledged ? count == 1 : count <= 1;
}

static bool tallies_are_right(const struct reading *reading)
{
    for (uint64_t id = 1; id <= reading->book->proposal_max; id++) {
        const struct unit *unit = book_find(reading->book, id);
        const struct tally *tally = &reading->tallies[id];
        bool is_right = unit == NULL || (count_is_right(tally->submitted, unit->is_submitted) &&
                                         count_is_right(tally->verdicts, unit->has_verdict));

        for (size_t i = 0; unit != NULL && i < BENCH_DEPARTMENTS; i++) {
            is_right = is_right && count_is_right(tally->given[i], unit->parts[i].is_given);
        }
        if (!is_right) {
            fprintf(stderr, "audit: proposal %" PRIu64 " is not on record exactly once\n", id);
            return false;
        }
    }
    return true;
}

static bool read_all(struct reading *reading, struct transaction *txn)
{
    struct journal_walk walk;
    struct entry entry = {.seq = 0};
    enum err err = journal_walk_begin(txn, 1, &walk);

    while (err == ERR_OK) {
        err = journal_walk_next(&walk, &entry);
        if (err == ERR_OK && !take_entry(reading, &entry)) {
            return false;
        }
    }
    if (err != ERR_ABSENT) {
        return say(entry.seq + 1, err_text(err));
    }
    if (reading->ack < reading->book->ack_count) {
        return say(reading->book->acks[reading->ack].seq, "acknowledged, and not on record");
    }
    return tallies_are_right(reading);
}

static bool content_is_right(const struct bench_office *office, struct reading *reading)
{
    const struct journal_options options = {
        .folder = office->journal,
        .read_only = true,
        .office = OFFICE_ID,
        .sign_key = office->broker.sign.public_key,
    };
    struct failure failure = {{0}};
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    enum err err = journal_open(&options, &journal, &failure);

    if (err == ERR_OK) {
        err = journal_read_begin(journal, &txn);
    }
    if (err != ERR_OK) {
        fprintf(stderr, "audit: the journal does not open: %s: %s\n", err_text(err), failure.text);
        journal_close(journal);
        return false;
    }

    bool is_right = read_all(reading, txn);
    journal_read_end(txn);
    journal_close(journal);
    return is_right;
}

bool audit_journal(const struct bench_office *office, struct book *book)
{
    struct reading reading = {
        .book = book,
        .tallies = calloc(book->proposal_max + 1, sizeof *reading.tallies),
    };

    require(reading.tallies != NULL);
    arena_init(&reading.arena, ENTRY_ARENA_BYTES);
    if (book->ack_count > 0) {
        qsort(book->acks, book->ack_count, sizeof *book->acks, compare_acks);
    }

    bool is_right = chain_is_right(office) && content_is_right(office, &reading);
    arena_release(&reading.arena);
    free(reading.tallies);
    return is_right;
}
