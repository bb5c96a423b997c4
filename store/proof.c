/* SPDX-License-Identifier: Apache-2.0 */
#include "store/proof.h"

#include <inttypes.h>

#include "core/result.h"
#include "store/bodies.h"
#include "store/journal_end.h"

/* Sets @first to the first entry of the commit that holds @seq. */
static enum err find_first(struct transaction *txn, uint64_t seq, uint64_t *first)
{
    struct entry entry;
    enum err err = journal_peek(txn, seq, &entry);

    if (err == ERR_OK && entry.kind == ENTRY_HEAD) {
        return ERR_ABSENT; /* a head is in no commit's tree */
    }
    while (err == ERR_OK && seq > 1) {
        err = journal_peek(txn, seq - 1, &entry);
        if (err == ERR_OK && entry.kind == ENTRY_HEAD) {
            break;
        }
        seq--;
    }
    *first = seq;
    return err;
}

/* Adds the leaves from commit->first_seq to the next head, and that head. */
static enum err add_leaves(struct transaction *txn, struct commit *commit)
{
    struct entry entry;
    enum err err = ERR_OK;

    for (uint64_t seq = commit->first_seq; err == ERR_OK; seq++) {
        err = journal_peek(txn, seq, &entry);
        if (err == ERR_OK && entry.kind == ENTRY_HEAD) {
            commit->last_seq = seq - 1;
            return head_record_of(&entry, &commit->head) ? ERR_OK : ERR_CORRUPT;
        }
        if (err == ERR_OK) {
            err = merkle_add(&commit->tree, &entry.leaf);
        }
    }
    return err == ERR_ABSENT || err == ERR_FULL ? ERR_CORRUPT : err;
}

enum err commit_load(struct transaction *txn, uint64_t seq, struct commit *out)
{
    enum err err = find_first(txn, seq, &out->first_seq);

    merkle_clear(&out->tree);
    if (err == ERR_OK) {
        err = add_leaves(txn, out);
        if (err == ERR_CORRUPT) {
            transaction_note(txn, "entry %" PRIu64 ": its commit has no sound head", seq);
        }
    }
    if (err == ERR_OK) {
        (void)merkle_finish(&out->tree);
    }
    return err;
}

/* Reads the events of @row, and the number of the proposal they are about, if any. */
static enum err read_events(struct transaction *txn, const struct command_row *row,
                            struct arena *arena, Hs__Event **events, const char **number)
{
    for (uint32_t i = 0; i < row->event_count; i++) {
        struct event_body body;
        enum err err = body_event(txn, row->first_event + i, arena, &body);

        if (err != ERR_OK) {
            return err;
        }
        events[i] = body.event;
    }
    if (row->event_count > 0 && events[0]->proposal != 0) {
        Hs__Proposal *record = NULL;
        enum err err = view_proposal(txn, events[0]->proposal, arena, &record);

        if (err != ERR_OK) {
            return err;
        }
        *number = record->number;
    }
    return ERR_OK;
}

enum err receipt_result(struct transaction *txn, const struct command_row *row, struct arena *arena,
                        Hs__Receipt__Result **out)
{
    Hs__Receipt__Result *result = message_new(&hs__receipt__result__descriptor, arena);
    Hs__Event **events = arena_array(arena, row->event_count, sizeof(Hs__Event *));
    const char *number = NULL;

    if (result == NULL || events == NULL) {
        return ERR_FULL;
    }
    enum err err = read_events(txn, row, arena, events, &number);
    if (err != ERR_OK) {
        return err == ERR_ABSENT ? ERR_CORRUPT : err;
    }
    if (!result_of_events(events, row->event_count, number, arena, result)) {
        return ERR_FULL;
    }
    *out = result;
    return ERR_OK;
}

enum err receipt_from_commit(const struct proof_source *source, const struct command_row *row,
                             struct bytes id, struct arena *arena, Hs__Receipt **out)
{
    const struct commit *commit = source->commit;
    struct receipt_subject subject = {
        .command_id = {arena_copy(arena, id), id.size},
        .seq = row->seq,
        .index = row->index,
        .first_event = row->first_event,
        .event_count = row->event_count,
    };
    Hs__Receipt__Result *result = NULL;

    if (subject.command_id.data == NULL) {
        return ERR_FULL;
    }
    if (row->seq < commit->first_seq || row->seq > commit->last_seq) {
        return ERR_CORRUPT;
    }

    enum err err = receipt_result(source->txn, row, arena, &result);
    if (err != ERR_OK) {
        return err;
    }
    subject.result = result;

    Hs__Receipt *receipt = commit_receipt(commit, &subject, arena);
    if (receipt == NULL) {
        return ERR_FULL;
    }
    *out = receipt;
    return ERR_OK;
}

enum err receipt_build(struct transaction *txn, const struct command_row *row, struct bytes id,
                       struct arena *arena, Hs__Receipt **out)
{
    struct commit commit = {0};
    enum err err = commit_load(txn, row->seq, &commit);

    if (err == ERR_OK) {
        struct proof_source source = {txn, &commit};

        err = receipt_from_commit(&source, row, id, arena, out);
    }
    merkle_release(&commit.tree);
    return err;
}
