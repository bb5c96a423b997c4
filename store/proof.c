/* SPDX-License-Identifier: Apache-2.0 */
#include "store/proof.h"

#include <inttypes.h>

#include "core/names.h"
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

static enum err set_number(struct transaction *txn, uint64_t proposal, struct arena *arena,
                           Hs__Receipt__Result *result)
{
    Hs__Proposal *record = NULL;
    enum err err = view_proposal(txn, proposal, arena, &record);

    if (err == ERR_OK) {
        result->proposal = proposal;
        result->number = record->number;
    }
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

static enum err set_review(struct transaction *txn, const Hs__Event *event, struct arena *arena,
                           Hs__Receipt__Result *result)
{
    bool is_opinion = event->body_case == HS__EVENT__BODY_OPINION_GIVEN;
    uint32_t round = is_opinion ? event->opinion_given->round : event->competence_settled->round;
    const char *department =
        is_opinion ? event->opinion_given->department : event->competence_settled->department;
    enum err err = set_number(txn, event->proposal, arena, result);

    if (err == ERR_OK) {
        result->review = review_id(arena, result->number, round, department);
    }
    return err == ERR_OK && result->review == NULL ? ERR_FULL : err;
}

/* Adds what @event says to @result; the same as decide() put there when it was first decided. */
static enum err add_event(struct transaction *txn, const Hs__Event *event, struct arena *arena,
                          Hs__Receipt__Result *result)
{
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        result->proposal = event->proposal;
        result->number = event->proposal_submitted->number;
    } else if (event->body_case == HS__EVENT__BODY_PACKET_REVISED ||
               event->body_case == HS__EVENT__BODY_PROPOSAL_WITHDRAWN) {
        return set_number(txn, event->proposal, arena, result);
    } else if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN ||
               event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED) {
        return set_review(txn, event, arena, result);
    } else if (event->body_case == HS__EVENT__BODY_GATE_FAILED) {
        result->gate_failed = true;
    } else if (event->body_case == HS__EVENT__BODY_CORRECTION_REQUESTED) {
        result->incomplete = true;
    } else if (event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED) {
        result->definition = event->definition_published->hash;
    }
    return ERR_OK;
}

enum err receipt_result(struct transaction *txn, const struct command_row *row, struct arena *arena,
                        Hs__Receipt__Result **out)
{
    Hs__Receipt__Result *result = message_new(&hs__receipt__result__descriptor, arena);
    enum err err = result == NULL ? ERR_FULL : ERR_OK;

    for (uint32_t i = 0; i < row->event_count && err == ERR_OK; i++) {
        struct event_body body;

        err = body_event(txn, row->first_event + i, arena, &body);
        if (err == ERR_OK) {
            err = add_event(txn, body.event, arena, result);
        }
    }
    if (err == ERR_OK) {
        *out = result;
    }
    return err == ERR_ABSENT ? ERR_CORRUPT : err;
}

enum err receipt_of_command(struct transaction *txn, const struct commit *commit,
                            const struct command_row *row, struct bytes id, struct arena *arena,
                            Hs__Receipt **out)
{
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

    enum err err = receipt_result(txn, row, arena, &result);
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
        err = receipt_of_command(txn, &commit, row, id, arena, out);
    }
    merkle_release(&commit.tree);
    return err;
}
