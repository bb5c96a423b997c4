/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "proto/message.h"
#include "store/journal_end.h"
#include "store/journal_files.h"

enum { HEAD_ARENA_BYTES = 8 * 1024 };

struct journal {
    char *folder;
    struct database *database;
    struct head_file head_file; /* fd -1: opened unchecked */
    struct head_record head;    /* of the last commit */
    struct arena arena;         /* of a commit */
    struct commit commit;
    struct transaction *turn; /* NULL between turns */
    int64_t at_ms;
    uint64_t next_seq;
    struct hash hash; /* of the chain before next_seq */
    bool is_broken;   /* a commit failed: only reading goes on */
    struct failure failure;
};

static enum err fail(struct journal *journal, enum err err, const char *what)
{
    const struct failure *words = database_failure(journal->database);

    failure_set(&journal->failure, "%s: %s", what,
                words->text[0] == '\0' ? err_text(err) : words->text);
    return err;
}

/* Reads the last head and the head file, and holds one against the other. */
static enum err open_end(struct journal *journal, const struct journal_options *options,
                         struct failure *failure)
{
    struct transaction *txn = NULL;
    enum err err = transaction_begin(journal->database, false, &txn);

    if (err != ERR_OK) {
        failure_set(failure, "%s", database_failure(journal->database)->text);
        return err;
    }
    err = journal_end_check(txn, options, &journal->head, &journal->head_file, failure);
    transaction_abort(txn);
    return err;
}

enum err journal_open(const struct journal_options *options, struct journal **out,
                      struct failure *failure)
{
    struct database_options database_options = {
        .folder = options->folder,
        .map_bytes = options->map_bytes,
        .create = options->create,
        .read_only = options->read_only,
    };
    struct journal *journal = calloc(1, sizeof *journal);

    require(journal != NULL);
    journal->folder = strdup(options->folder);
    require(journal->folder != NULL);
    journal->head_file.fd = -1;
    arena_init(&journal->arena, HEAD_ARENA_BYTES);

    enum err err = database_open(&database_options, &journal->database, failure);
    if (err == ERR_OK && !options->unchecked) {
        err = open_end(journal, options, failure);
    }
    if (err != ERR_OK) {
        journal_close(journal);
        return err;
    }
    *out = journal;
    return ERR_OK;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL) {
        return;
    }
    journal_abort(journal);
    head_file_close(&journal->head_file);
    database_close(journal->database);
    merkle_release(&journal->commit.tree);
    arena_release(&journal->arena);
    free(journal->folder);
    free(journal);
}

struct database *journal_database(const struct journal *journal)
{
    return journal->database;
}

const struct failure *journal_failure(const struct journal *journal)
{
    /* A view that cannot be read or written has left its words in the database. */
    return journal->failure.text[0] != '\0' ? &journal->failure
                                            : database_failure(journal->database);
}

const struct head_record *journal_head(const struct journal *journal)
{
    return &journal->head;
}

enum err journal_begin(struct journal *journal, int64_t at_ms)
{
    require(journal->turn == NULL);
    require(journal->head_file.fd >= 0); /* opened with the check of its end */
    require(at_ms >= journal->head.at_ms);
    if (journal->is_broken) {
        return ERR_IO; /* the words of the failed commit stay */
    }
    journal->failure = (struct failure){{0}};

    enum err err = transaction_begin(journal->database, true, &journal->turn);
    if (err != ERR_OK) {
        return fail(journal, err, "begin");
    }
    journal->at_ms = at_ms;
    journal->next_seq = journal->head.seq + 1;
    journal->hash = journal->head.hash;
    journal->commit.first_seq = journal->next_seq;
    journal->commit.last_seq = journal->head.seq;
    journal->commit.head.seq = 0;
    merkle_clear(&journal->commit.tree);
    return ERR_OK;
}

struct transaction *journal_transaction(const struct journal *journal)
{
    return journal->turn;
}

uint64_t journal_next_seq(const struct journal *journal)
{
    return journal->next_seq;
}

int64_t journal_turn_time(const struct journal *journal)
{
    return journal->at_ms;
}

/* Writes @entry, whose leaf is computed, under the next seq and links it to the chain. */
static enum err add_entry(struct journal *journal, struct entry *entry)
{
    uint8_t key[ENTRY_KEY_BYTES];
    uint8_t *value = NULL;

    bytes_put_u64(key, entry->seq);

    enum err err = table_append(journal->turn, TABLE_JOURNAL, (struct bytes){key, sizeof key},
                                ENTRY_PREFIX_BYTES + entry->bytes.size, &value);
    if (err != ERR_OK) {
        return fail(journal, err, "append");
    }
    entry_encode(entry, value);
    journal->hash = entry_chain(&journal->hash, &entry->leaf);
    journal->next_seq++;
    return ERR_OK;
}

static struct entry new_entry(const struct journal *journal, enum entry_kind kind,
                              struct bytes bytes)
{
    return (struct entry){
        .seq = journal->next_seq,
        .kind = kind,
        .at_ms = journal->at_ms,
        .bytes = bytes,
        .leaf = entry_leaf(journal->next_seq, kind, journal->at_ms, bytes),
    };
}

enum err journal_append(struct journal *journal, enum entry_kind kind, struct bytes bytes,
                        uint64_t *seq)
{
    require(journal->turn != NULL);
    require(kind == ENTRY_RECEIVED || kind == ENTRY_EVENT);

    struct entry entry = new_entry(journal, kind, bytes);
    enum err err = merkle_add(&journal->commit.tree, &entry.leaf);
    if (err == ERR_OK) {
        err = add_entry(journal, &entry);
    }
    if (err != ERR_OK) {
        return err;
    }
    journal->commit.last_seq = entry.seq;
    *seq = entry.seq;
    return ERR_OK;
}

/* Makes the head of the turn and signs it. Returns the bytes of the SignedHead, in the arena. */
static struct bytes make_head(struct journal *journal, const struct signer *signer)
{
    Hs__Head head = HS__HEAD__INIT;
    Hs__SignedHead signed_head = HS__SIGNED_HEAD__INIT;
    struct hash root = merkle_finish(&journal->commit.tree);
    uint8_t signature[64];

    require(strlen(signer->office) <= HEAD_OFFICE_BYTES_MAX);
    head.office = signer->office;
    head.first_seq = journal->commit.first_seq;
    head.last_seq = journal->commit.last_seq;
    head.root = binary_of(bytes_of_hash(&root));
    head.hash = binary_of(bytes_of_hash(&journal->hash));
    head.committed_at = journal->at_ms;
    head.epoch = signer->epoch;

    struct bytes bytes = message_pack(&head, &journal->arena);
    require(bytes.data != NULL); /* bounded by the office's id */
    signer->sign(signer->self, bytes, signature);
    signed_head.head = binary_of(bytes);
    signed_head.signature = (ProtobufCBinaryData){sizeof signature, signature};
    bytes = message_pack(&signed_head, &journal->arena);
    require(bytes.data != NULL && bytes.size <= HEAD_BYTES_MAX);
    return bytes;
}

static enum err append_head(struct journal *journal, const struct signer *signer)
{
    struct bytes bytes = make_head(journal, signer);
    struct entry entry = new_entry(journal, ENTRY_HEAD, bytes);
    enum err err = add_entry(journal, &entry);

    if (err == ERR_OK) {
        struct head_record *head = &journal->commit.head;

        *head = (struct head_record){
            .seq = entry.seq, .at_ms = entry.at_ms, .hash = journal->hash, .size = bytes.size};
        memcpy(head->bytes, bytes.data, bytes.size);
    }
    arena_clear(&journal->arena);
    return err;
}

/* The first head is waited for, so that an empty head file beside more than one commit is a fault.
 */
static enum err save_head(struct journal *journal)
{
    enum err err = head_file_write(&journal->head_file, &journal->head);

    if (err == ERR_OK && journal->commit.first_seq == 1) {
        err = head_file_sync(&journal->head_file);
    }
    return err;
}

enum err journal_commit(struct journal *journal, const struct signer *signer,
                        const struct commit **out)
{
    require(journal->turn != NULL);
    require(journal->commit.tree.leaf_count > 0);

    enum err err = append_head(journal, signer);
    if (err != ERR_OK) {
        journal_abort(journal);
        return err;
    }
    err = transaction_commit(journal->turn);
    journal->turn = NULL;
    if (err != ERR_OK) {
        journal->is_broken = err != ERR_NO_SPACE;
        return fail(journal, err, "commit");
    }
    journal->head = journal->commit.head;
    err = save_head(journal);
    if (err != ERR_OK) {
        journal->is_broken = true;
        failure_set(&journal->failure, "the head file: %s", err_text(err));
        return err;
    }
    *out = &journal->commit;
    return ERR_OK;
}

void journal_abort(struct journal *journal)
{
    transaction_abort(journal->turn);
    journal->turn = NULL;
}

enum err journal_sync_head(const struct journal *journal)
{
    return head_file_sync(&journal->head_file);
}

enum err journal_check_readers(struct journal *journal)
{
    int freed = 0;

    return database_check_readers(journal->database, &freed);
}

enum err journal_read_begin(struct journal *journal, struct transaction **out)
{
    enum err err = transaction_begin(journal->database, false, out);

    return err == ERR_OK ? ERR_OK : fail(journal, err, "read");
}

void journal_read_end(struct transaction *txn)
{
    transaction_abort(txn);
}

enum err journal_copy_open(struct journal *journal, const char *to, struct failure *failure)
{
    return journal_copy_files(journal->database, journal->folder, to, failure);
}
