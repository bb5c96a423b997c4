/* SPDX-License-Identifier: Apache-2.0 */
#include "store/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/verifier.h"

#define VERIFY_ROW(code, zh, en) {#code, zh, en},
static const struct {
    const char *name;
    const char *zh;
    const char *en;
} texts[] = {VERIFY_LIST(VERIFY_ROW)};
#undef VERIFY_ROW

void verifier_report(struct verifier *verifier, uint64_t seq, const struct entry *entry,
                     enum verify_code code, const char *detail)
{
    struct verify_fault fault = {
        .seq = seq,
        .code = code,
        .name = texts[code].name,
        .kind = entry == NULL ? "" : entry_kind_name(entry->kind),
        .zh = texts[code].zh,
        .en = texts[code].en,
        .detail = detail,
    };

    verifier->report.faults++;
    if (verifier->report.faults <= VERIFY_FAULTS_MAX && verifier->options->report != NULL) {
        verifier->options->report(verifier->options->self, &fault);
    }
}

static void check_time(struct verifier *verifier, const struct entry *entry)
{
    bool is_first = verifier->commit.tree.leaf_count == 0;

    if (entry->at_ms < verifier->last_at_ms) {
        verifier_report(verifier, entry->seq, entry, VERIFY_TIME_WENT_BACK, "");
    } else if (!is_first && entry->at_ms != verifier->commit_at_ms) {
        verifier_report(verifier, entry->seq, entry, VERIFY_TIME_DIFFERS, "");
    }
    if (is_first) {
        verifier->commit_at_ms = entry->at_ms;
    }
    verifier->last_at_ms = entry->at_ms;
}

static void check_bytes(struct verifier *verifier, const struct entry *entry)
{
    switch (entry->kind) {
    case ENTRY_RECEIVED:
        verifier->report.envelopes++;
        verifier_check_received(verifier, entry);
        return;
    case ENTRY_EVENT:
        verifier->report.events++;
        verifier_check_event(verifier, entry);
        return;
    case ENTRY_HEAD:
        verifier->report.commits++;
        verifier_check_head(verifier, entry);
        return;
    }
    verifier_report(verifier, entry->seq, entry, VERIFY_KIND_UNKNOWN, "");
}

/* Begins the next commit after the entry seen last. */
static void begin_commit(struct verifier *verifier)
{
    verifier->commit.first_seq = verifier->commit.last_seq + 1;
    verifier->envelope_count = 0;
    merkle_clear(&verifier->commit.tree);
}

/* Takes @entry into chain and tree, after its bytes were looked at. */
static void add_to_chain(struct verifier *verifier, const struct entry *entry)
{
    verifier->hash = entry_chain(&verifier->hash, &entry->leaf);
    verifier->commit.last_seq = entry->seq;
    if (entry->kind == ENTRY_HEAD) {
        begin_commit(verifier);
        return;
    }
    if (merkle_add(&verifier->commit.tree, &entry->leaf) != ERR_OK) {
        char detail[VERIFY_DETAIL_BYTES];

        (void)snprintf(detail, sizeof detail, "more than %d entries", MERKLE_LEAVES_MAX);
        verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_RANGE, detail);
    }
}

static void check_entry(struct verifier *verifier, uint64_t seq, struct bytes value)
{
    struct entry entry;

    if (!entry_split(seq, value, &entry)) {
        verifier_report(verifier, seq, NULL, VERIFY_ENTRY_UNREADABLE, "");
        verifier->commit.last_seq = seq;
        return;
    }
    if (!entry_check(&entry, value)) {
        verifier_report(verifier, seq, &entry, VERIFY_CHECKSUM, "");
    }
    check_time(verifier, &entry);
    arena_clear(&verifier->arena);
    check_bytes(verifier, &entry);
    add_to_chain(verifier, &entry);
    verifier->report.entries++;
    verifier->report.last_seq = seq;
}

/* Reports the numbers between the entry seen last and @seq. */
static void check_number(struct verifier *verifier, uint64_t seq)
{
    uint64_t expected = verifier->commit.last_seq + 1;
    char detail[VERIFY_DETAIL_BYTES];

    if (seq > expected) {
        (void)snprintf(detail, sizeof detail, "the next one is %" PRIu64, seq);
        verifier_report(verifier, expected, NULL, VERIFY_ENTRY_MISSING, detail);
    }
}

static void report_damage(struct verifier *verifier)
{
    const struct database *database = transaction_database(verifier->txn);

    verifier_report(verifier, verifier->commit.last_seq + 1, NULL, VERIFY_STORE,
                    database_failure(database)->text);
}

static void check_entries(struct verifier *verifier)
{
    struct row row;
    enum err err = table_seek(verifier->txn, TABLE_JOURNAL, (struct bytes){0}, &row);

    while (err == ERR_OK) {
        if (row.key.size != ENTRY_KEY_BYTES) {
            verifier_report(verifier, verifier->commit.last_seq + 1, NULL, VERIFY_ENTRY_UNREADABLE,
                            "a key of another size");
        } else {
            uint64_t seq = bytes_get_u64(row.key.data);

            check_number(verifier, seq);
            check_entry(verifier, seq, row.value);
            if (verifier->options->progress != NULL) {
                verifier->options->progress(verifier->options->self, seq);
            }
        }
        err = table_next(verifier->txn, TABLE_JOURNAL, &row);
    }
    if (err != ERR_ABSENT) {
        report_damage(verifier);
    }
}

static enum err run(struct verifier *verifier, struct failure *failure)
{
    arena_init(&verifier->arena, VERIFIER_ARENA_BYTES);
    verifier->commit.first_seq = 1;
    verifier_find_genesis(verifier);
    check_entries(verifier);
    enum err err = verifier_check_end(verifier, failure);
    verifier->report.hash = verifier->hash;
    authors_release(&verifier->authors);
    merkle_release(&verifier->commit.tree);
    free(verifier->envelopes);
    arena_release(&verifier->arena);
    return err;
}

enum err verify_journal(const struct verify_options *options, struct verify_report *out,
                        struct failure *failure)
{
    struct journal_options journal_options = {
        .folder = options->folder,
        .map_bytes = options->map_bytes,
        .read_only = true,
        .unchecked = true,
    };
    struct verifier verifier = {.options = options};
    struct journal *journal = NULL;
    enum err err = journal_open(&journal_options, &journal, failure);

    if (err != ERR_OK) {
        return err;
    }
    err = journal_read_begin(journal, &verifier.txn);
    if (err == ERR_OK) {
        err = run(&verifier, failure);
        *out = verifier.report;
    } else {
        failure_set(failure, "%s", journal_failure(journal)->text);
    }
    journal_read_end(verifier.txn);
    journal_close(journal);
    return err;
}
