/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/turn_parts.h"

#include <stdlib.h>
#include <string.h>

#include "broker/limits.h"
#include "lib/check.h"
#include "proto/tags.h"
#include "store/ledger.h"
#include "store/views.h"

void *turn_grown(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 64 : 2 * *capacity;

    void *larger = realloc(array, *capacity * size);
    require(larger != NULL); /* counts are bounded by TURN_COMMANDS_MAX */
    return larger;
}

struct turn *turn_new(const struct turn_settings *settings)
{
    struct turn *turn = calloc(1, sizeof *turn);

    require(turn != NULL);
    require(settings->time.boot_id[0] != '\0');
    turn->settings = *settings;
    arena_init(&turn->arena, TURN_ARENA_BYTES);
    arena_init(&turn->scratch, TURN_ARENA_BYTES);
    return turn;
}

void turn_free(struct turn *turn)
{
    if (turn == NULL) {
        return;
    }
    arena_release(&turn->arena);
    arena_release(&turn->scratch);
    merkle_release(&turn->past.tree);
    free(turn->replies);
    free(turn->happenings);
    free(turn->packets);
    free(turn);
}

enum err turn_begin(struct turn *turn)
{
    struct journal *journal = turn->settings.journal;

    arena_clear(&turn->arena);
    turn->failure = ERR_OK;
    turn->is_recorded = false;
    turn->is_held = false;
    turn->leaves_read = 0;
    turn->directory_changed = false;
    turn->reply_count = 0;
    turn->command_count = 0;
    turn->happening_count = 0;
    turn->packet_count = 0;
    turn->commit = NULL;
    library_trim(turn->settings.library);

    enum err err = turn_time_begin(turn);
    if (err != ERR_OK) {
        return err;
    }
    turn->now_ms = turn->time.now_ms;
    err = journal_begin(journal, turn->now_ms);
    if (err != ERR_OK) {
        return err;
    }
    turn->ledger = ledger_new(journal_transaction(journal), &turn->arena);
    require(turn->ledger != NULL); /* the arena is empty */
    err = ledger_office(turn->ledger, &turn->office);
    if (err == ERR_OK) {
        turn_time_record(turn);
    }
    return err;
}

int64_t turn_now_ms(const struct turn *turn)
{
    return turn->now_ms;
}

void turn_hold(struct turn *turn)
{
    turn->is_held = true;
}

bool turn_is_full(const struct turn *turn)
{
    return turn->command_count >= TURN_COMMANDS_MAX || turn->leaves_read > TURN_LEAVES_MAX ||
           turn->arena.used_bytes > TURN_ARENA_BYTES / 2;
}

size_t turn_command_count(const struct turn *turn)
{
    return turn->command_count;
}

struct arena *turn_arena(struct turn *turn)
{
    return &turn->arena;
}

struct reply *turn_add_reply(struct turn *turn, void *tag, struct bytes command_id)
{
    turn->replies =
        turn_grown(turn->replies, turn->reply_count, &turn->reply_capacity, sizeof(struct reply));

    struct reply *reply = &turn->replies[turn->reply_count++];
    *reply = (struct reply){.tag = tag,
                            .command_id = command_id,
                            .kind = REPLY_UNCHANGED,
                            .result = HS__RECEIPT__RESULT__INIT};
    return reply;
}

void reply_refuse(struct reply *reply, enum refusal refusal, const char *detail)
{
    reply->kind = REPLY_REFUSAL;
    reply->refusal = refusal;
    reply->detail = detail;
}

void turn_fail(struct turn *turn, enum err err)
{
    if (turn->failure == ERR_OK) {
        turn->failure = err;
    }
}

void turn_genesis(struct turn *turn, const Hs__Genesis *genesis)
{
    struct situation situation = {.now_ms = turn->now_ms,
                                  .office = turn->office,
                                  .reading = &turn->reading,
                                  .arena = &turn->arena};
    struct decision decision;

    decide_genesis(&situation, genesis, &decision);
    require(decision.refusal == REFUSAL_NONE); /* the arena is empty, the genesis was checked */
    for (size_t i = 0; i < decision.event_count && turn->failure == ERR_OK; i++) {
        (void)turn_record_event(turn, decision.events[i], NULL); /* a failure is kept in the turn */
    }
}

void turn_restored(struct turn *turn, const struct restored_record *restored)
{
    Hs__Event *event = message_new(&hs__event__descriptor, &turn->arena);
    Hs__OfficeRestored *body =
        message_new_body(event, HS__EVENT__BODY_OFFICE_RESTORED, &turn->arena);
    uint8_t *hash = arena_copy(&turn->arena, bytes_of_hash(&restored->hash));

    require(body != NULL && hash != NULL); /* the arena is empty */
    body->seq = restored->seq;
    body->hash = (ProtobufCBinaryData){HASH_BYTES, hash};
    body->restored_at = restored->at_ms;
    (void)turn_record_event(turn, event, NULL); /* a failure is kept in the turn */
}

static void record_decision(struct turn *turn, const struct decision *decision)
{
    require(decision->refusal == REFUSAL_NONE); /* the turn has room for it */
    for (size_t i = 0; i < decision->event_count && turn->failure == ERR_OK; i++) {
        (void)turn_record_event(turn, decision->events[i],
                                NULL); /* a failure is kept in the turn */
    }
}

size_t turn_alarms(struct turn *turn)
{
    struct due_reviews due = {.count = 0};

    if (turn->time.suspicion != HS__TRUSTED_TIME__SUSPICION__NONE) {
        return 0;
    }
    enum err err = view_deadlines(journal_transaction(turn->settings.journal), turn->now_ms + 1,
                                  TURN_ALARMS_MAX, &turn->arena, &due);

    if (err != ERR_OK) {
        turn_fail(turn, err);
    }
    size_t done = 0;
    while (done < due.count && turn->failure == ERR_OK && !turn_is_full(turn)) {
        const struct due_review *row = &due.rows[done++];
        struct situation situation;
        struct decision decision;

        if (turn_find_clocks(turn, row->proposal, &situation)) {
            decide_wake(&situation, row->department, &decision);
            record_decision(turn, &decision);
        }
    }
    return done;
}

static void note_recomputed(struct turn *turn, uint64_t through, bool done)
{
    Hs__ClocksRecomputed *recomputed =
        message_new(&hs__clocks_recomputed__descriptor, &turn->arena);
    Hs__Event *event = message_new(&hs__event__descriptor, &turn->arena);

    if (recomputed == NULL || event == NULL) {
        turn_fail(turn, ERR_FULL);
        return;
    }
    recomputed->through = through;
    recomputed->done = done;
    event->body_case = HS__EVENT__BODY_CLOCKS_RECOMPUTED;
    event->clocks_recomputed = recomputed;
    (void)turn_record_event(turn, event, NULL); /* a failure is kept in the turn */
}

/* In which a proposal has clocks that a calendar may move. */
static const Hs__Proposal__Status counted[] = {
    HS__PROPOSAL__STATUS__IN_REVIEW,
    HS__PROPOSAL__STATUS__INCOMPLETE,
    HS__PROPOSAL__STATUS__CONCLUDED,
};
enum {
    COUNTED = sizeof counted / sizeof counted[0],
    PENDING_MAX = TURN_RECOMPUTED_MAX / COUNTED,
};

/* Proposals of one status, in the order of their ids, whose clocks are to be computed anew. */
struct pending_clocks {
    uint64_t ids[PENDING_MAX];
    struct id_list list;
};

static void find_pending(struct turn *turn, Hs__Proposal__Status status, struct pending_clocks *out)
{
    out->list = (struct id_list){.ids = out->ids, .max = PENDING_MAX};

    enum err err = view_by_status(journal_transaction(turn->settings.journal), status,
                                  turn->office->recomputing->through, &out->list);
    if (err != ERR_OK) {
        turn_fail(turn, err);
    }
}

/* Returns the id up to which @pending is complete. */
static uint64_t end_of(const struct pending_clocks *pending)
{
    return pending->list.count < pending->list.max ? UINT64_MAX
                                                   : pending->ids[pending->list.count - 1];
}

static void recompute_up_to(struct turn *turn, const struct pending_clocks *pending, uint64_t end)
{
    for (size_t i = 0; i < pending->list.count && pending->ids[i] <= end; i++) {
        struct situation situation;
        struct decision decision;

        if (turn->failure == ERR_OK && turn_find_clocks(turn, pending->ids[i], &situation)) {
            decide_recompute(&situation, &decision);
            record_decision(turn, &decision);
        }
    }
}

void turn_recompute(struct turn *turn)
{
    struct pending_clocks pending[COUNTED];
    uint64_t end = UINT64_MAX;

    if (turn->office->recomputing == NULL || turn->failure != ERR_OK) {
        return;
    }
    for (size_t i = 0; i < COUNTED; i++) {
        find_pending(turn, counted[i], &pending[i]);
        end = end_of(&pending[i]) < end ? end_of(&pending[i]) : end;
    }
    for (size_t i = 0; i < COUNTED; i++) {
        recompute_up_to(turn, &pending[i], end);
    }
    if (turn->failure == ERR_OK) {
        note_recomputed(turn, end == UINT64_MAX ? 0 : end, end == UINT64_MAX);
    }
}

static void sign_head(void *self, struct bytes head, uint8_t signature[64])
{
    struct turn *turn = self;

    signature_make(turn->settings.key, TAG_HEAD, turn->office->id, head, signature);
}

/* Nothing was recorded: what this turn decided is refused for now, a refusal too, for it may rest
 * on what is no more. What an earlier turn recorded stays recorded. */
static void refuse_all(struct turn *turn)
{
    for (size_t i = 0; i < turn->reply_count; i++) {
        struct reply *reply = &turn->replies[i];

        if (reply->receipt == NULL && reply->command_id.size > 0) {
            reply_refuse(reply, REFUSAL_STORE_FULL, NULL);
        }
    }
    turn->happening_count = 0;
    turn->packet_count = 0;
    turn->commit = NULL;
}

static enum err make_receipts(struct turn *turn)
{
    for (size_t i = 0; i < turn->reply_count; i++) {
        struct reply *reply = &turn->replies[i];
        struct receipt_subject subject = {
            .command_id = reply->command_id,
            .seq = reply->received_seq,
            .index = reply->index,
            .first_event = reply->first_event,
            .event_count = reply->event_count,
            .result = &reply->result,
        };

        if (reply->kind != REPLY_RECEIPT || reply->receipt != NULL) {
            continue;
        }
        reply->receipt = commit_receipt(turn->commit, &subject, &turn->arena);
        if (reply->receipt == NULL) {
            return ERR_FULL;
        }
        reply->receipt->head = NULL; /* the bundle's */
    }
    return ERR_OK;
}

static void find_records(struct turn *turn)
{
    for (size_t i = 0; i < turn->happening_count; i++) {
        struct happening *happening = &turn->happenings[i];
        const Hs__Proposal *proposal = NULL;

        if (happening->event->proposal != 0 &&
            ledger_proposal(turn->ledger, happening->event->proposal, &proposal) == ERR_OK) {
            happening->proposal = proposal;
        }
    }
}

static enum err commit_turn(struct turn *turn)
{
    const Hs__Office *office = turn->office;
    struct signer signer = {
        .office = office->id, .epoch = office->epoch, .sign = sign_head, .self = turn};

    find_records(turn); /* while the transaction lasts; the records are in the arena */
    enum err err =
        ledger_flush(turn->ledger, journal_next_seq(turn->settings.journal), turn->now_ms);
    if (err != ERR_OK) {
        return err;
    }
    err = journal_commit(turn->settings.journal, &signer, &turn->commit);
    if (err != ERR_OK) {
        return err;
    }
    return make_receipts(turn);
}

static enum err reload_directory(struct turn *turn)
{
    struct transaction *txn = NULL;
    enum err err = journal_read_begin(turn->settings.journal, &txn);

    if (err == ERR_OK) {
        err = directory_load(turn->settings.directory, txn);
        journal_read_end(txn);
    }
    return err;
}

enum err turn_end(struct turn *turn)
{
    enum err err = turn->failure;

    if (err == ERR_OK && turn->is_recorded) {
        err = commit_turn(turn);
    } else {
        journal_abort(turn->settings.journal);
    }
    if (err != ERR_OK) {
        journal_abort(turn->settings.journal);
        refuse_all(turn);
        return err;
    }
    return turn->directory_changed ? reload_directory(turn) : ERR_OK;
}

const struct reply *turn_replies(const struct turn *turn, size_t *count)
{
    *count = turn->reply_count;
    return turn->replies;
}

const struct happening *turn_happenings(const struct turn *turn, size_t *count)
{
    *count = turn->happening_count;
    return turn->happenings;
}

struct bytes turn_packet(const struct turn *turn, const struct packet_name *name)
{
    for (size_t i = turn->packet_count; i > 0; i--) {
        if (turn->packets[i - 1].name.proposal == name->proposal &&
            turn->packets[i - 1].name.version == name->version) {
            return turn->packets[i - 1].bytes;
        }
    }
    return (struct bytes){0};
}

struct bytes turn_head(const struct turn *turn)
{
    return turn->commit == NULL ? (struct bytes){0} : commit_head(turn->commit);
}
