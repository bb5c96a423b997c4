/* SPDX-License-Identifier: Apache-2.0 */
/* journal.h - the append-only, hash-chained record: the only truth of an office.
 *
 * This is the narrow interface behind which engines stand: LMDB on this machine today, an engine
 * reached over the network later. Nothing above it names an engine. The views (store/views.h) live
 * in the same transaction, so they can never tell another story than the journal.
 *
 * One turn of the broker is one write transaction: begin, append, commit; the commit closes it with
 * a head entry, which carries the first and last seq, the root of the Merkle tree over the turn's
 * leaves and the chain's hash, signed; then all of it is synced, then the file `head` is written.
 * After ERR_OK from journal_commit() every entry is on disk. After ERR_NO_SPACE, the map is full,
 * nothing of the turn is. After any other answer the process must stop and open the journal again:
 * nothing is known but what it then finds.
 *
 * Layout of entries: store/entry.h. Times are milliseconds since the Unix epoch, UTC. Each entry of
 * a turn carries the turn's time, which is never before that of the last entry. Failures leave
 * words in journal_failure().
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "store/commit.h"
#include "store/database.h"
#include "store/entry.h"
#include "store/failure.h"

struct journal;

struct journal_options {
    const char *folder;
    size_t map_bytes; /* 0: DATABASE_MAP_BYTES */
    bool create;      /* make what is missing */
    bool read_only;
    bool unchecked; /* leave out the check of the end: for the verifier, which does more */
    bool
        adopt_head; /* make a new head file from the journal where there is none: after a restore */
    const char *office;      /* whose journal it must be; NULL: anybody's */
    const uint8_t *sign_key; /* whose signature the last head must bear; NULL: not looked at */
};

/* Opens the journal and checks its end: the entries are dense, the last is a head with a right
 * signature, and the head file knows no other and no later history. Takes the same time for ten
 * entries as for ten million; everything else is checked by store/verify.h. A process opens a
 * folder once. On failure @failure, which may be NULL, has the words.
 *
 * Errors, beside those of store/database.h:
 *   ERR_ABSENT   there is no journal and @options->create is not set
 *   ERR_CORRUPT  the end fails its check; the words name the entry */
enum err journal_open(const struct journal_options *options, struct journal **out,
                      struct failure *failure);

/* Returns what @journal stands on, for the files of store/ that write views outside of a turn. */
struct database *journal_database(const struct journal *journal);

/* Closes @journal, which may be NULL; a turn that is open is given up. */
void journal_close(struct journal *journal);

/* Returns the words of the last failure of the turn, of its views too, or of reading; borrowed. */
const struct failure *journal_failure(const struct journal *journal);

/* Returns the last head, borrowed until the next commit; its seq is 0 while the journal is empty.
 * Its seq is that of the last entry, its at_ms the last time. */
const struct head_record *journal_head(const struct journal *journal);

/* ---- a turn ---- */

/* Who signs heads, and for which office. */
struct signer {
    const char *office; /* at most HEAD_OFFICE_BYTES_MAX bytes */
    uint32_t epoch;
    void (*sign)(void *self, struct bytes head, uint8_t signature[64]); /* tag TAG_HEAD */
    void *self;
};

/* Begins a turn whose entries carry @at_ms, which is not before the last entry's time. */
enum err journal_begin(struct journal *journal, int64_t at_ms);

/* Returns the turn's transaction, for the views and for reading what was just appended. */
struct transaction *journal_transaction(const struct journal *journal);

/* Appends an entry of @kind, which is not ENTRY_HEAD, and sets @seq to its number.
 *
 * Errors: ERR_NO_SPACE, ERR_FULL (MERKLE_LEAVES_MAX entries in one turn), ERR_IO: the turn can only
 * be given up; the journal is as it was. */
enum err journal_append(struct journal *journal, enum entry_kind kind, struct bytes bytes,
                        uint64_t *seq);

/* Returns the seq that the next entry will have; for the head's, ask before journal_commit(). */
uint64_t journal_next_seq(const struct journal *journal);

/* Returns the time of the turn. */
int64_t journal_turn_time(const struct journal *journal);

/* Ends the turn, which has at least one entry: appends the head, makes all of it durable, writes
 * the head file. @out is borrowed until the next journal_begin(). */
enum err journal_commit(struct journal *journal, const struct signer *signer,
                        const struct commit **out);

/* Gives the turn up: nothing of it remains. Without a turn it does nothing. */
void journal_abort(struct journal *journal);

/* Waits until the head file is on disk. May run on another thread; call it once a second or so. */
enum err journal_sync_head(const struct journal *journal);

/* Frees the places of dead readers. Once a minute. */
enum err journal_check_readers(struct journal *journal);

/* ---- reading ---- */

/* Begins reading the journal and its views as they are now. Short: end it before the next turn. */
enum err journal_read_begin(struct journal *journal, struct transaction **out);

/* Ends reading; @txn may be NULL. */
void journal_read_end(struct transaction *txn);

/* Reads entry @seq, its bytes copied into @arena.
 *
 * Errors: ERR_ABSENT, ERR_CORRUPT (the words name the entry), ERR_FULL (@arena). */
enum err journal_entry(struct transaction *txn, uint64_t seq, struct arena *arena,
                       struct entry *out);

/* The same without a copy, for the files of store/: bytes are borrowed until @txn writes or ends.
 */
enum err journal_peek(struct transaction *txn, uint64_t seq, struct entry *out);

/* Sets @seq to the number of the last entry, 0 if there is none. */
enum err journal_last_seq(struct transaction *txn, uint64_t *seq);

/* A walk over entries with the hash of the chain at each. */
struct journal_walk {
    struct transaction *txn;
    uint64_t next;
    struct hash hash; /* up to and with the entry given last */
};

/* Begins a walk whose first entry is @from. Reads back to the head before it.
 *
 * Errors: ERR_ABSENT if there is no such entry; ERR_CORRUPT. */
enum err journal_walk_begin(struct transaction *txn, uint64_t from, struct journal_walk *out);

/* Gives the next entry, bytes borrowed until @walk->txn ends. ERR_ABSENT after the last. */
enum err journal_walk_next(struct journal_walk *walk, struct entry *out);

/* ---- copies ---- */

/* Copies the journal with its views and head file into the folder @to, which is made and must be
 * empty. One long reader: on a worker thread, or in another process by journal_copy(). */
enum err journal_copy_open(struct journal *journal, const char *to, struct failure *failure);

/* Copies the journal in the folder @from, which this process has not open; another may. */
enum err journal_copy(const char *from, const char *to, struct failure *failure);

#endif
