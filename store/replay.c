/* SPDX-License-Identifier: Apache-2.0 */
#include "store/replay.h"

#include <inttypes.h>

#include "store/bodies.h"
#include "store/ledger.h"
#include "store/views.h"

enum {
    BATCH_ENTRIES = 16 * 1024,                /* in one transaction: bounds its dirty pages */
    REPLAY_ARENA_BYTES = 512 * 1024 * 1024,   /* of a commit: its events and records */
    ENVELOPE_ARENA_BYTES = 128 * 1024 * 1024, /* of one envelope and one command of it */
};

struct replay {
    struct transaction *source; /* NULL: the journal is read in the writing transaction */
    struct database *target;
    struct transaction *txn; /* writes; NULL between batches */
    struct ledger *ledger;   /* NULL between commits */
    struct arena arena;
    struct arena envelope_arena;
    uint64_t envelope_seq; /* 0: none is read */
    struct received_body body;
    uint64_t batch_entries;
};

static struct transaction *journal_of(const struct replay *replay)
{
    return replay->source == NULL ? replay->txn : replay->source;
}

/* Reads the envelope @seq, unless it is that of the event before. */
static enum err read_envelope(struct replay *replay, uint64_t seq)
{
    if (replay->envelope_seq == seq) {
        return ERR_OK;
    }
    replay->envelope_seq = 0;
    arena_clear(&replay->envelope_arena);

    enum err err = body_received(journal_of(replay), seq, &replay->envelope_arena, &replay->body);
    if (err == ERR_OK) {
        replay->envelope_seq = seq;
    }
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

/* Sets @out to the command that @entry names; its id lives until the next envelope is read. */
static enum err read_context(struct replay *replay, const Hs__EventEntry *entry,
                             struct command_context *out)
{
    enum err err = read_envelope(replay, entry->received);

    if (err != ERR_OK) {
        return err;
    }
    if (entry->index >= replay->body.envelope->n_commands) {
        return ERR_CORRUPT;
    }

    struct bytes bytes = bytes_of(replay->body.envelope->commands[entry->index]);
    const Hs__Command *command =
        message_read(&hs__command__descriptor, bytes, &replay->envelope_arena);
    if (command == NULL) {
        return ERR_CORRUPT;
    }
    *out = (struct command_context){
        .seq = entry->received,
        .index = entry->index,
        .signer = replay->body.envelope->signer,
        .id = bytes_of(command->id),
        .hash = hash_of(bytes),
    };
    return ERR_OK;
}

/* Reading a command anew for each of its events would fill the arena: at most 64 a command, and the
 * arena goes back to where the envelope ended. */
static enum err apply_event(struct replay *replay, uint64_t seq)
{
    struct event_body body;
    struct command_context context;
    enum err err = body_event(journal_of(replay), seq, &replay->arena, &body);

    if (err != ERR_OK) {
        return err;
    }
    if (body.entry->received == 0) {
        return ledger_record(replay->ledger, body.event, seq, body.at_ms, NULL);
    }
    err = read_envelope(replay, body.entry->received);
    if (err == ERR_OK) {
        struct arena_mark mark = arena_mark(&replay->envelope_arena);

        err = read_context(replay, body.entry, &context);
        if (err == ERR_OK) {
            err = ledger_record(replay->ledger, body.event, seq, body.at_ms, &context);
        }
        arena_rewind(&replay->envelope_arena, mark);
    }
    if (err == ERR_CORRUPT && database_failure(replay->target)->text[0] == '\0') {
        transaction_note(replay->txn, "entry %" PRIu64 ": it names no command", seq);
    }
    return err;
}

static enum err end_batch(struct replay *replay)
{
    struct transaction *txn = replay->txn;

    replay->txn = NULL;
    replay->batch_entries = 0;
    return txn == NULL ? ERR_OK : transaction_commit(txn);
}

/* Ends a commit of the journal, and a batch when it is large enough. */
static enum err apply_head(struct replay *replay, uint64_t seq, int64_t at_ms)
{
    enum err err = ledger_flush(replay->ledger, seq, at_ms);

    replay->ledger = NULL;
    replay->envelope_seq = 0;
    arena_clear(&replay->envelope_arena);
    arena_clear(&replay->arena);
    if (err == ERR_OK && replay->batch_entries >= BATCH_ENTRIES) {
        err = end_batch(replay);
    }
    return err;
}

static enum err prepare(struct replay *replay)
{
    enum err err = ERR_OK;

    if (replay->txn == NULL) {
        err = transaction_begin(replay->target, true, &replay->txn);
    }
    if (err == ERR_OK && replay->ledger == NULL) {
        replay->ledger = ledger_new(replay->txn, &replay->arena);
        err = replay->ledger == NULL ? ERR_FULL : ERR_OK;
    }
    return err;
}

static enum err apply_entry(struct replay *replay, uint64_t seq)
{
    struct entry entry;
    enum err err = prepare(replay);

    if (err == ERR_OK) {
        err = journal_peek(journal_of(replay), seq, &entry);
    }
    if (err != ERR_OK) {
        return err == ERR_ABSENT ? ERR_CORRUPT : err;
    }
    replay->batch_entries++;
    switch (entry.kind) {
    case ENTRY_RECEIVED:
        return ERR_OK; /* read when an event names it */
    case ENTRY_EVENT:
        return apply_event(replay, seq);
    case ENTRY_HEAD:
        return apply_head(replay, seq, entry.at_ms);
    }
    return ERR_CORRUPT;
}

/* Applies the entries from @from to @last, a head. */
static enum err run(struct replay *replay, uint64_t from, uint64_t last,
                    const struct replay_progress *progress)
{
    enum err err = ERR_OK;

    arena_init(&replay->arena, REPLAY_ARENA_BYTES);
    arena_init(&replay->envelope_arena, ENVELOPE_ARENA_BYTES);
    for (uint64_t seq = from; seq <= last && err == ERR_OK; seq++) {
        err = apply_entry(replay, seq);
        if (progress != NULL && progress->tell != NULL && seq % BATCH_ENTRIES == 0) {
            progress->tell(progress->self, seq, last);
        }
    }
    if (err == ERR_OK) {
        err = end_batch(replay);
    }
    transaction_abort(replay->txn);
    arena_release(&replay->envelope_arena);
    arena_release(&replay->arena);
    return err;
}

static enum err drop_views(struct database *database)
{
    struct transaction *txn = NULL;
    enum err err = transaction_begin(database, true, &txn);

    for (int table = TABLE_JOURNAL + 1; table < TABLE_COUNT && err == ERR_OK; table++) {
        err = table_clear(txn, (enum table)table);
    }
    if (err != ERR_OK) {
        transaction_abort(txn);
        return err;
    }
    return transaction_commit(txn);
}

/* Reads how far the journal and the views have come. */
static enum err read_state(struct database *database, uint64_t *last, struct views_state *state)
{
    struct transaction *txn = NULL;
    enum err err = transaction_begin(database, false, &txn);

    if (err == ERR_OK) {
        err = journal_last_seq(txn, last);
    }
    if (err == ERR_OK) {
        err = view_state(txn, state);
    }
    if (err == ERR_OK && state->version == VIEWS_VERSION && state->applied_seq > *last) {
        transaction_note(txn, "the views know entry %" PRIu64 ", the journal ends at %" PRIu64,
                         state->applied_seq, *last);
        err = ERR_CORRUPT;
    }
    transaction_abort(txn);
    return err;
}

enum err replay_catch_up(struct journal *journal, const struct replay_progress *progress)
{
    struct database *database = journal_database(journal);
    struct replay replay = {.target = database};
    struct views_state state = {0};
    uint64_t last = 0;
    enum err err = read_state(database, &last, &state);

    if (err == ERR_OK && state.version != VIEWS_VERSION) {
        state.applied_seq = 0;
        err = drop_views(database);
    }
    if (err != ERR_OK || state.applied_seq == last) {
        return err;
    }
    return run(&replay, state.applied_seq + 1, last, progress);
}

enum err replay_into(struct transaction *source, struct database *target,
                     const struct replay_progress *progress)
{
    struct replay replay = {.source = source, .target = target};
    uint64_t last = 0;
    enum err err = journal_last_seq(source, &last);

    return err == ERR_OK ? run(&replay, 1, last, progress) : err;
}
