/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_end.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal_files.h"
#include "store/receipt.h"

enum { END_ARENA_BYTES = 16 * 1024 };

/* Returns the Head in @entry, unsigned; NULL if it is none. */
static Hs__Head *read_head(const struct entry *entry, struct arena *arena,
                           Hs__SignedHead **signed_head)
{
    ProtobufCMessage *outer = NULL;
    ProtobufCMessage *inner = NULL;

    if (entry->bytes.size > HEAD_BYTES_MAX ||
        message_parse(&hs__signed_head__descriptor, entry->bytes, arena, &outer) != ERR_OK) {
        return NULL;
    }
    *signed_head = (Hs__SignedHead *)outer;
    if (message_parse(&hs__head__descriptor, bytes_of((*signed_head)->head), arena, &inner) !=
            ERR_OK ||
        ((Hs__Head *)inner)->hash.len != HASH_BYTES) {
        return NULL;
    }
    return (Hs__Head *)inner;
}

static void fill_record(const struct entry *entry, const Hs__Head *head, struct head_record *out)
{
    struct hash before;

    memcpy(before.bytes, head->hash.data, HASH_BYTES);
    *out = (struct head_record){
        .seq = entry->seq,
        .at_ms = entry->at_ms,
        .hash = entry_chain(&before, &entry->leaf),
        .size = entry->bytes.size,
    };
    memcpy(out->bytes, entry->bytes.data, entry->bytes.size);
}

bool head_record_of(const struct entry *entry, struct head_record *out)
{
    struct arena arena;
    Hs__SignedHead *signed_head = NULL;

    arena_init(&arena, END_ARENA_BYTES);
    const Hs__Head *head = read_head(entry, &arena, &signed_head);
    if (head != NULL) {
        fill_record(entry, head, out);
    }
    arena_release(&arena);
    return head != NULL;
}

static enum err corrupt(struct failure *failure, uint64_t seq, const char *what)
{
    failure_set(failure, "entry %" PRIu64 ": %s", seq, what);
    return ERR_CORRUPT;
}

/* Says what is wrong with @entry, the last one, or returns NULL. */
static const char *fault_of_head(const struct entry *entry, const struct journal_options *options,
                                 struct arena *arena)
{
    Hs__SignedHead *signed_head = NULL;
    const Hs__Head *head = read_head(entry, arena, &signed_head);

    if (head == NULL) {
        return "this head cannot be read";
    }
    if (options->office != NULL && strcmp(head->office, options->office) != 0) {
        return "the journal is another office's";
    }
    if (head->last_seq != entry->seq - 1 || head->committed_at != entry->at_ms) {
        return "the head is not that of its place";
    }
    if (options->sign_key != NULL &&
        signed_head_open(signed_head, options->sign_key, head->office, arena) == NULL) {
        return "the head's signature is not the office's";
    }
    return NULL;
}

/* Finds the last entry. @out->seq is 0 if there is none. */
static enum err find_last(struct transaction *txn, struct entry *out, struct failure *failure)
{
    struct row row;
    uint64_t count = 0;
    enum err err = table_last(txn, TABLE_JOURNAL, &row);

    *out = (struct entry){0};
    if (err == ERR_ABSENT) {
        return ERR_OK;
    }
    if (err == ERR_OK) {
        err = table_count(txn, TABLE_JOURNAL, &count);
    }
    if (err != ERR_OK) {
        failure_set(failure, "%s", database_failure(transaction_database(txn))->text);
        return err;
    }

    uint64_t seq = row.key.size == ENTRY_KEY_BYTES ? bytes_get_u64(row.key.data) : 0;
    if (seq != count) {
        failure_set(failure, "the journal ends at entry %" PRIu64 " and has %" PRIu64 " entries",
                    seq, count);
        return ERR_CORRUPT;
    }
    if (entry_decode(seq, row.value, out) != ERR_OK) {
        return corrupt(failure, seq, "the entry fails its check");
    }
    return out->kind == ENTRY_HEAD ? ERR_OK
                                   : corrupt(failure, seq, "the journal ends without a head");
}

static enum err check_last(struct transaction *txn, const struct journal_options *options,
                           struct head_record *head, struct failure *failure)
{
    struct entry last;
    struct arena arena;
    enum err err = find_last(txn, &last, failure);

    *head = (struct head_record){0};
    if (err != ERR_OK || last.seq == 0) {
        return err;
    }
    arena_init(&arena, END_ARENA_BYTES);

    const char *fault = fault_of_head(&last, options, &arena);
    arena_release(&arena);
    if (fault != NULL) {
        return corrupt(failure, last.seq, fault);
    }
    (void)head_record_of(&last, head); /* it was just read */
    return ERR_OK;
}

/* True if the journal has one commit at most: the first head may have been lost with the power. */
static bool is_first(const struct head_record *head)
{
    struct arena arena;
    struct entry entry = {.seq = head->seq, .bytes = {head->bytes, head->size}};
    Hs__SignedHead *signed_head = NULL;

    arena_init(&arena, END_ARENA_BYTES);
    const Hs__Head *message = read_head(&entry, &arena, &signed_head);
    bool is = head->seq == 0 || (message != NULL && message->first_seq == 1);
    arena_release(&arena);
    return is;
}

enum err journal_end_compare(struct transaction *txn, const struct head_record *head,
                             const struct head_record *known, struct failure *failure)
{
    struct entry entry;
    struct head_record found;

    if (known->seq > head->seq) {
        failure_set(failure, "the head file knows entry %" PRIu64 ", the journal ends at %" PRIu64,
                    known->seq, head->seq);
        return ERR_CORRUPT;
    }
    if (known->seq == 0) {
        return is_first(head) ? ERR_OK : corrupt(failure, head->seq, "the head file knows no head");
    }
    if (journal_peek(txn, known->seq, &entry) != ERR_OK) {
        return corrupt(failure, known->seq, "the entry fails its check");
    }
    if (entry.kind != ENTRY_HEAD || !head_record_of(&entry, &found) ||
        !hash_equal(found.hash, known->hash) || found.at_ms != known->at_ms ||
        !bytes_equal(entry.bytes, (struct bytes){known->bytes, known->size})) {
        return corrupt(failure, known->seq, "this is not the head that the head file knows");
    }
    return ERR_OK;
}

/* Opens the head file; makes one where that is allowed. */
static enum err open_file(const struct journal_options *options, const struct head_record *head,
                          struct head_file *file, struct failure *failure)
{
    char *path = journal_head_path(options->folder);
    enum err err = head_file_open(path, options->read_only, file);

    if (err == ERR_ABSENT && !options->read_only && head->seq == 0 && options->create) {
        err = head_file_create(path);
        err = err == ERR_OK ? head_file_open(path, false, file) : err;
    } else if (err == ERR_ABSENT && !options->read_only && options->adopt_head) {
        err = head_file_save(path, head);
        err = err == ERR_OK ? head_file_open(path, false, file) : err;
    } else if (err == ERR_ABSENT) {
        err = ERR_CORRUPT;
    }
    if (err != ERR_OK) {
        failure_set(failure, "%s: %s", path,
                    err == ERR_CORRUPT ? "the head file is missing" : err_text(err));
    }
    free(path);
    return err;
}

enum err journal_end_check(struct transaction *txn, const struct journal_options *options,
                           struct head_record *head, struct head_file *file,
                           struct failure *failure)
{
    struct head_record last;
    struct head_file opened = {.fd = -1};
    enum err err = check_last(txn, options, &last, failure);

    if (err == ERR_OK) {
        err = open_file(options, &last, &opened, failure);
    }
    if (err == ERR_OK) {
        err = journal_end_compare(txn, &last, &opened.last, failure);
    }
    if (err == ERR_OK && !options->read_only && opened.last.seq < last.seq) {
        err = head_file_write(&opened, &last); /* the power went before it was written */
    }
    if (err != ERR_OK) {
        head_file_close(&opened);
        return err;
    }
    *head = last;
    *file = opened;
    return ERR_OK;
}
