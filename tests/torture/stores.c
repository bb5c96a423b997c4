/* SPDX-License-Identifier: Apache-2.0 */
/* The journal and the documents: opening, reading, appending, rebuilding, copying, checking, on the
 * office that a sample with two rounds leaves behind.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "os/files.h"
#include "store/documents.h"
#include "store/named_documents.h"
#include "store/proof.h"
#include "store/replay.h"
#include "store/verify.h"
#include "store/views.h"
#include "tests/torture/premises.h"
#include "tests/torture/scenario.h"

enum { LATE_MS = 1000, ARENA_BYTES = 64 << 20, LARGE_BYTES = 300000, SMALL_BYTES = 100 };

#define AT_MS INT64_C(1900000000000)

/* A row of the table below: a deed with a number of its own. */
struct deed {
    const char *name;
    void (*deed)(struct run *);
    void (*judge)(struct run *);
    int number;
};

static int deed_number(const struct run *run)
{
    return ((const struct deed *)run->scenario->data)->number;
}

/* ---- journals ---- */

static enum err open_journal(struct run *run, const struct journal_options *more,
                             struct journal **out)
{
    struct journal_options options = *more;
    struct failure failure = {{0}};

    options.folder = "journal";
    options.map_bytes = PREMISES_MAP_BYTES;
    enum err err = journal_open(&options, out, &failure);
    run_end(run, err, failure.text);
    return err;
}

enum { OPEN_PLAIN, OPEN_READ_ONLY, OPEN_UNCHECKED };

static void open_it(struct run *run)
{
    const struct journal_options options = {.read_only = deed_number(run) == OPEN_READ_ONLY,
                                            .unchecked = deed_number(run) == OPEN_UNCHECKED};
    struct journal *journal = NULL;

    if (open_journal(run, &options, &journal) == ERR_OK) {
        journal_close(journal);
    }
}

/* Does @prepare without a call of it counted. */
static void unseen(struct run *run, enum err (*prepare)(void))
{
    uint32_t was_armed = run->tally.is_armed; /* a judge's deed is not */

    run->tally.is_armed = 0;
    run_expect(run, prepare() == ERR_OK, "the scenario cannot be prepared");
    run->tally.is_armed = was_armed;
}

static enum err remove_head(void)
{
    return file_remove("journal/head");
}

static void adopt_head(struct run *run)
{
    struct journal *journal = NULL;

    unseen(run, remove_head);
    if (open_journal(run, &(struct journal_options){.adopt_head = true}, &journal) == ERR_OK) {
        journal_close(journal);
    }
}

/* A new journal, in an empty folder of the run. */
static void found(struct run *run)
{
    const struct journal_options options = {
        .folder = "new", .map_bytes = PREMISES_MAP_BYTES, .create = true};
    struct journal *journal = NULL;
    struct failure failure = {{0}};
    enum err err = journal_open(&options, &journal, &failure);

    run_end(run, err, failure.text);
    journal_close(journal);
}

static void judge_found(struct run *run)
{
    found(run);
    run_expect(run, run->err == ERR_OK, "a half-made journal cannot be made");
}

static void sign(void *self, struct bytes head, uint8_t signature[64])
{
    (void)head;
    memset(signature, *(const int *)self, 64);
}

/* Appends entries that mean nothing, in as many turns as the deed's number says. */
static void append(struct run *run)
{
    static uint8_t bytes[LARGE_BYTES] = {1};
    int mark = 1;
    const struct signer signer = {.office = "virtual", .epoch = 1, .sign = sign, .self = &mark};
    const struct commit *commit = NULL;
    struct journal *journal = NULL;
    uint64_t seq = 0;
    enum err err = open_journal(run, &(struct journal_options){.read_only = false}, &journal);

    if (err != ERR_OK) {
        return;
    }
    for (int turn = 0; turn < deed_number(run) && err == ERR_OK; turn++) {
        size_t size = turn % 2 == 0 ? SMALL_BYTES : LARGE_BYTES;

        err = journal_begin(journal, AT_MS + turn * LATE_MS);
        for (int i = 0; i < 3 && err == ERR_OK; i++) {
            err = journal_append(journal, ENTRY_RECEIVED, (struct bytes){bytes, size}, &seq);
        }
        if (err == ERR_OK) {
            err = journal_commit(journal, &signer, &commit);
        }
        if (err == ERR_OK) {
            run->number = (int64_t)journal_head(journal)->seq;
            run->hash = journal_head(journal)->hash;
        }
        journal_abort(journal); /* the turn that failed before its commit */
    }
    run_end(run, err, journal_failure(journal)->text);
    journal_close(journal);
}

/* What was acknowledged is there, and the numbers stay dense. */
static void judge_append(struct run *run)
{
    struct head_record head;
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    struct journal_walk walk;
    struct entry entry;

    if (open_journal(run, &(struct journal_options){.read_only = true}, &journal) != ERR_OK ||
        journal_read_begin(journal, &txn) != ERR_OK) {
        run_fault(run, "it does not open: %s", run->words);
        return;
    }
    head = *journal_head(journal);
    run_expect(run, (int64_t)head.seq >= run->number, "what was acknowledged is lost");
    if (run->number > 0 && journal_walk_begin(txn, (uint64_t)run->number, &walk) == ERR_OK) {
        run_expect(run,
                   journal_walk_next(&walk, &entry) == ERR_OK && hash_equal(walk.hash, run->hash),
                   "another history");
    }
    journal_read_end(txn);
    journal_close(journal);
}

static enum err clear_meta(void)
{
    const struct database_options options = {.folder = "journal", .map_bytes = PREMISES_MAP_BYTES};
    struct database *database = NULL;
    struct transaction *txn = NULL;
    enum err err = database_open(&options, &database, NULL);

    if (err == ERR_OK) {
        err = transaction_begin(database, true, &txn);
    }
    if (err == ERR_OK) {
        err = table_clear(txn, TABLE_META);
        err = err == ERR_OK ? transaction_commit(txn) : err;
    }
    database_close(database);
    return err;
}

/* The views are of no version, so all of them are made anew. */
static void rebuild(struct run *run)
{
    struct journal *journal = NULL;

    unseen(run, clear_meta);
    if (open_journal(run, &(struct journal_options){.read_only = false}, &journal) == ERR_OK) {
        enum err err = replay_catch_up(journal, NULL);

        run_end(run, err, database_failure(journal_database(journal))->text);
        journal_close(journal);
    }
}

static void judge_rebuilt(struct run *run)
{
    rebuild(run);
    run_expect(run, run->err == ERR_OK, run->words);
    record_judge(run, "journal");
}

/* ---- reading ---- */

/* Reads from an open journal. */
typedef enum err (*read_fn)(struct transaction *txn, struct arena *arena);

static void read_with(struct run *run, read_fn read)
{
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    struct arena arena;

    if (open_journal(run, &(struct journal_options){.read_only = true}, &journal) != ERR_OK) {
        return;
    }
    arena_init(&arena, ARENA_BYTES);
    enum err err = journal_read_begin(journal, &txn);
    if (err == ERR_OK) {
        err = read(txn, &arena);
        journal_read_end(txn);
    }
    run_end(run, err, journal_failure(journal)->text);
    arena_release(&arena);
    journal_close(journal);
}

static enum err walk_all(struct transaction *txn, struct arena *arena)
{
    struct journal_walk walk;
    struct entry entry;
    enum err err = journal_walk_begin(txn, 1, &walk);

    (void)arena;
    while (err == ERR_OK) {
        err = journal_walk_next(&walk, &entry);
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err read_entries(struct transaction *txn, struct arena *arena)
{
    struct entry entry;
    uint64_t last = 0;
    enum err err = journal_last_seq(txn, &last);

    for (uint64_t seq = 1; seq <= last && err == ERR_OK; seq++) {
        err = journal_entry(txn, seq, arena, &entry);
    }
    return err;
}

static enum err read_records(struct transaction *txn, struct arena *arena)
{
    uint64_t ids[64];
    struct id_list list = {.ids = ids, .max = 64};
    Hs__Office *office = NULL;
    Hs__Principal **principals = NULL;
    Hs__Proposal *proposal = NULL;
    size_t count = 0;
    enum err err = view_office(txn, arena, &office);

    err = err == ERR_OK ? view_principals(txn, arena, &principals, &count) : err;
    err = err == ERR_OK ? view_all(txn, 0, &list) : err;
    for (size_t i = 0; i < list.count && err == ERR_OK; i++) {
        err = view_proposal(txn, list.ids[i], arena, &proposal);
    }
    return err;
}

static enum err read_deadlines(struct transaction *txn, struct arena *arena)
{
    const struct inbox inbox = {"fire", INBOX_ANSWERABLE};
    struct due_reviews due;
    enum err err = view_deadlines(txn, INT64_MAX, 100, arena, &due);

    return err == ERR_OK ? view_inbox(txn, &inbox, 100, arena, &due) : err;
}

/* The proof of the commit in the middle. */
static enum err prove(struct transaction *txn, struct arena *arena)
{
    struct commit commit = {.first_seq = 0};
    uint64_t last = 0;
    enum err err = journal_last_seq(txn, &last);

    (void)arena;
    err = err == ERR_OK ? commit_load(txn, last / 2, &commit) : err;
    merkle_release(&commit.tree);
    return err;
}

#define READS(name, read)             \
    static void name(struct run *run) \
    {                                 \
        read_with(run, read);         \
    }
READS(do_walk, walk_all)
READS(do_entries, read_entries)
READS(do_records, read_records)
READS(do_deadlines, read_deadlines)
READS(do_prove, prove)

/* ---- on an open journal ---- */

static void sync_head(struct run *run)
{
    struct journal *journal = NULL;

    if (open_journal(run, &(struct journal_options){.read_only = false}, &journal) == ERR_OK) {
        enum err err = journal_sync_head(journal);

        run_end(run, err, err_text(err));
        err = journal_check_readers(journal);
        run_end(run, run->err == ERR_OK ? err : run->err, err_text(err));
        journal_close(journal);
    }
}

static void name_documents(struct run *run)
{
    struct journal *journal = NULL;
    struct named_documents named;
    bool is_all = false;

    if (open_journal(run, &(struct journal_options){.read_only = true}, &journal) != ERR_OK) {
        return;
    }
    named_documents_init(&named);
    enum err err = ERR_OK;
    while (!is_all && err == ERR_OK) {
        err = named_documents_read(&named, journal, &is_all);
    }
    run_end(run, err, journal_failure(journal)->text);
    named_documents_release(&named);
    journal_close(journal);
}

static void copy_open(struct run *run)
{
    struct journal *journal = NULL;
    struct failure failure = {{0}};

    if (open_journal(run, &(struct journal_options){.read_only = false}, &journal) == ERR_OK) {
        enum err err = journal_copy_open(journal, "copy", &failure);

        run->is_acknowledged = err == ERR_OK;
        run_end(run, err, failure.text);
        journal_close(journal);
    }
}

static void copy_closed(struct run *run)
{
    struct failure failure = {{0}};
    enum err err = journal_copy("journal", "copy", &failure);

    run->is_acknowledged = err == ERR_OK;
    run_end(run, err, failure.text);
}

/* A copy that was said to be made is whole; the journal is as it was. */
static void judge_copy(struct run *run)
{
    if (run->is_acknowledged) {
        record_judge(run, "copy");
    }
    record_judge(run, "journal");
}

/* ---- the verifier ---- */

static void told(void *self, const struct verify_fault *fault)
{
    run_fault(self, "a failing call is told as damage: entry %" PRIu64 ": %s: %s", fault->seq,
              fault->name, fault->detail);
}

static void verify(struct run *run, bool is_views)
{
    const struct verify_options options = {
        .folder = "journal", .map_bytes = PREMISES_MAP_BYTES, .report = told, .self = run};
    struct verify_report report;
    struct failure failure = {{0}};
    enum err err = is_views ? verify_views(&options, "scratch", &report, &failure)
                            : verify_journal(&options, &report, &failure);

    run_end(run, err, failure.text);
}

static void do_verify(struct run *run)
{
    verify(run, false);
}

static void do_verify_views(struct run *run)
{
    verify(run, true);
}

static void judge_record(struct run *run)
{
    record_judge(run, "journal");
}

/* ---- documents ---- */

static uint8_t document[LARGE_BYTES];

static struct document_chunk chunk_at(uint64_t offset, size_t size)
{
    return (struct document_chunk){
        .hash = hash_of((struct bytes){document, sizeof document}),
        .size = sizeof document,
        .offset = offset,
        .bytes = {document + offset, size},
    };
}

/* How a document comes. */
enum { PUT_ALL, PUT_AGAIN, PUT_SECOND_CHUNK };

static enum err put_first(void)
{
    struct documents documents;
    struct document_state state;
    struct document_chunk chunk = chunk_at(0, DOCUMENT_CHUNK_BYTES);
    enum err err = documents_open("documents", &documents);

    return err == ERR_OK ? document_put(&documents, &chunk, &state) : err;
}

static enum err put_both(void)
{
    struct documents documents = {"documents"};
    struct document_state state;
    struct document_chunk chunk =
        chunk_at(DOCUMENT_CHUNK_BYTES, LARGE_BYTES - DOCUMENT_CHUNK_BYTES);
    enum err err = put_first();

    return err == ERR_OK ? document_put(&documents, &chunk, &state) : err;
}

static enum err put_rest(const struct documents *documents, uint64_t from,
                         struct document_state *state)
{
    enum err err = ERR_OK;

    while (from < LARGE_BYTES && err == ERR_OK) {
        size_t size =
            LARGE_BYTES - from < DOCUMENT_CHUNK_BYTES ? LARGE_BYTES - from : DOCUMENT_CHUNK_BYTES;
        struct document_chunk chunk = chunk_at(from, size);

        err = document_put(documents, &chunk, state);
        from += size;
    }
    return err;
}

static void put(struct run *run)
{
    struct documents documents;
    struct document_state state = {.stored = 0};
    int how = deed_number(run);

    if (how == PUT_AGAIN) {
        unseen(run, put_both);
    } else if (how == PUT_SECOND_CHUNK) {
        unseen(run, put_first);
    }
    enum err err = documents_open("documents", &documents);
    if (err == ERR_OK) {
        err = put_rest(&documents, how == PUT_SECOND_CHUNK ? DOCUMENT_CHUNK_BYTES : 0, &state);
    }
    run->is_acknowledged = err == ERR_OK && state.is_complete;
    run_end(run, err, err_text(err));
}

/* Sends what is missing, as a client does that asks how much is stored. */
static void judge_put(struct run *run)
{
    struct documents documents;
    struct document_state state = {.stored = 0};
    struct document_chunk asked = chunk_at(0, 0);

    if (documents_open("documents", &documents) != ERR_OK) {
        run_fault(run, "the folder of documents cannot be made");
        return;
    }
    if (run->is_acknowledged || document_exists(&documents, &asked.hash)) {
        run_expect(run, document_check(&documents, &asked.hash) == ERR_OK,
                   "a document that was acknowledged is not whole");
    }
    (void)document_put(&documents, &asked, &state); /* says what is stored whatever it gives */
    enum err err = state.is_complete ? ERR_OK : put_rest(&documents, state.stored, &state);
    if (err == ERR_INVALID) {
        err = put_rest(&documents, 0, &state); /* a part that was wrong is thrown away */
    }
    run_expect(run, err == ERR_OK && state.is_complete, "the upload cannot go on");
    run_expect(run, document_check(&documents, &asked.hash) == ERR_OK, "it is not whole");
}

static void get(struct run *run)
{
    struct documents documents = {"documents"};
    struct document_chunk chunk = chunk_at(0, 0);
    struct arena arena;

    unseen(run, put_both);
    arena_init(&arena, ARENA_BYTES);
    enum err err = document_get(&documents, &arena, &chunk);
    if (err == ERR_OK) {
        run_expect(run, bytes_equal(chunk.bytes, (struct bytes){document, DOCUMENT_CHUNK_BYTES}),
                   "other bytes were read");
        err = document_check(&documents, &chunk.hash);
    }
    run_end(run, err, err_text(err));
    arena_release(&arena);
}

static bool is_never_named(void *self, const struct hash *hash)
{
    (void)hash;
    return self == NULL;
}

static void no_hold(void *self)
{
    (void)self;
}

static void sweep(struct run *run)
{
    struct documents documents = {"documents"};
    const struct document_names names = {
        .is_named = is_never_named, .hold = no_hold, .resume = no_hold, .self = run};
    uint64_t removed = 0;

    unseen(run, deed_number(run) == 0 ? put_both : put_first);
    enum err err = documents_sweep(&documents, &names, INT64_MAX, &removed);
    run_end(run, err, err_text(err));
}

/* ---- the table ---- */

static const struct deed deeds[] = {
    {"open", open_it, judge_record, OPEN_PLAIN},
    {"open to read", open_it, judge_record, OPEN_READ_ONLY},
    {"open unchecked", open_it, judge_record, OPEN_UNCHECKED},
    {"adopt a head", adopt_head, judge_record, 0},
    {"found", found, judge_found, 0},
    {"append in 1 turn", append, judge_append, 1},
    {"append in 2 turns", append, judge_append, 2},
    {"append in 5 turns", append, judge_append, 5},
    {"rebuild the views", rebuild, judge_rebuilt, 0},
    {"walk", do_walk, judge_record, 0},
    {"read entries", do_entries, judge_record, 0},
    {"read records", do_records, judge_record, 0},
    {"read deadlines", do_deadlines, judge_record, 0},
    {"prove", do_prove, judge_record, 0},
    {"sync the head", sync_head, judge_record, 0},
    {"name documents", name_documents, judge_record, 0},
    {"copy, open", copy_open, judge_copy, 0},
    {"copy, closed", copy_closed, judge_copy, 0},
    {"verify", do_verify, judge_record, 0},
    {"verify views", do_verify_views, judge_record, 0},
    {"put a document", put, judge_put, PUT_ALL},
    {"put a document again", put, judge_put, PUT_AGAIN},
    {"put a second chunk", put, judge_put, PUT_SECOND_CHUNK},
    {"get a document", get, judge_put, 0},
    {"sweep a document", sweep, judge_put, 0},
    {"sweep a part", sweep, judge_put, 1},
};

void stores_add(struct scenarios *all, const struct material *material)
{
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        struct scenario scenario = {
            .group = "store", .deed = deeds[i].deed, .judge = deeds[i].judge, .data = &deeds[i]};

        (void)snprintf(scenario.name, sizeof scenario.name, "%s", deeds[i].name);
        (void)snprintf(scenario.prepared, sizeof scenario.prepared, "%s/sample-08",
                       material->scratch);
        scenarios_add(all, &scenario);
    }
    for (size_t i = 0; i < sizeof document; i++) {
        document[i] = (uint8_t)(i * i >> 3);
    }
}
