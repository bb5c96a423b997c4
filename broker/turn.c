/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/turn.h"

#include <stdlib.h>
#include <string.h>

#include "broker/definitions.h"
#include "broker/limits.h"
#include "core/apply.h"
#include "core/decide.h"
#include "lib/check.h"
#include "proto/tags.h"
#include "store/bodies.h"
#include "store/ledger.h"
#include "store/proof.h"
#include "store/views.h"

enum { COMMAND_ID_TIME_BYTES = 6 };

struct turn {
    struct turn_settings settings;
    struct arena arena;
    struct arena scratch; /* one entry read from the journal */
    struct ledger *ledger;
    const Hs__Office *office; /* as the turn has made it so far */
    int64_t now_ms;
    enum err failure; /* of the store; nothing is decided after it */
    bool is_recorded; /* something was appended */
    bool is_held;     /* nothing new is decided */
    bool directory_changed;

    struct reply *replies; /* TURN_COMMANDS_MAX of room, and one for each unreadable envelope */
    size_t reply_count;
    size_t reply_capacity;
    size_t command_count;

    struct happening *happenings;
    size_t happening_count;
    size_t happening_capacity;

    struct submitted_packet {
        struct packet_name name;
        struct bytes bytes;
    } * packets;
    size_t packet_count;
    size_t packet_capacity;

    const struct commit *commit;
    struct commit past; /* the one that receipts were last made from again; last_seq 0: none */
    size_t leaves_read;
};

/* The envelope at hand. */
struct envelope {
    const Hs__SignedEnvelope *signed_envelope;
    const Hs__Envelope *content;
    const Hs__Principal *signer;
    const char *user_id;
    void *tag;
    uint64_t received_seq; /* 0: not yet recorded */
};

/* The command at hand. */
struct command {
    const struct envelope *envelope;
    struct bytes bytes;
    struct hash hash; /* of the bytes */
    const Hs__Command *content;
    uint32_t index;
    struct reply *reply;
    struct arena_mark mark; /* before it was read */
};

static void *grown(void *array, size_t count, size_t *capacity, size_t size)
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
    int64_t last_ms = journal_head(journal)->at_ms;
    int64_t wall_ms = turn->settings.clock.wall_ms(turn->settings.clock.self);

    arena_clear(&turn->arena);
    turn->now_ms = wall_ms > last_ms ? wall_ms : last_ms; /* time never goes back */
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

    enum err err = journal_begin(journal, turn->now_ms);
    if (err != ERR_OK) {
        return err;
    }
    turn->ledger = ledger_new(journal_transaction(journal), &turn->arena);
    require(turn->ledger != NULL); /* the arena is empty */
    return ledger_office(turn->ledger, &turn->office);
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

/* Lets @bytes more of the arena be used, and never what the end of the turn needs: whatever a
 * client sends, what was decided before it is recorded and answered. */
static void allow(struct turn *turn, size_t bytes)
{
    struct arena *arena = &turn->arena;
    size_t most = TURN_ARENA_BYTES - TURN_END_BYTES;

    most = most < arena->used_bytes ? arena->used_bytes : most;
    arena->capacity_bytes = bytes < most - arena->used_bytes ? arena->used_bytes + bytes : most;
}

static void allow_all(struct turn *turn)
{
    turn->arena.capacity_bytes = TURN_ARENA_BYTES;
}

size_t turn_command_count(const struct turn *turn)
{
    return turn->command_count;
}

struct arena *turn_arena(struct turn *turn)
{
    return &turn->arena;
}

/* Reads a message that is not a command; nothing is left of one that cannot be read. */
static enum err parse(struct turn *turn, const ProtobufCMessageDescriptor *type, struct bytes bytes,
                      ProtobufCMessage **out)
{
    struct arena_mark mark = arena_mark(&turn->arena);

    allow(turn, TURN_ARENA_BYTES);
    enum err err = message_parse(type, bytes, &turn->arena, out);
    allow_all(turn);
    if (err != ERR_OK) {
        arena_rewind(&turn->arena, mark);
    }
    return err;
}

/* ---- replies ---- */

static struct reply *add_reply(struct turn *turn, void *tag, struct bytes command_id)
{
    turn->replies =
        grown(turn->replies, turn->reply_count, &turn->reply_capacity, sizeof(struct reply));

    struct reply *reply = &turn->replies[turn->reply_count++];
    *reply = (struct reply){.tag = tag,
                            .command_id = command_id,
                            .kind = REPLY_UNCHANGED,
                            .result = HS__RECEIPT__RESULT__INIT};
    return reply;
}

static void refuse(struct reply *reply, enum refusal refusal, const char *detail)
{
    reply->kind = REPLY_REFUSAL;
    reply->refusal = refusal;
    reply->detail = detail;
}

static void refuse_envelope(struct turn *turn, void *tag, enum refusal refusal)
{
    refuse(add_reply(turn, tag, (struct bytes){0}), refusal, NULL);
}

/* ---- commands already known ---- */

static void fail(struct turn *turn, enum err err)
{
    if (turn->failure == ERR_OK) {
        turn->failure = err;
    }
}

/* Why a command did not fit: alone it may, unless it was its own allowance that was used up. */
static enum refusal refusal_of_size(const struct turn *turn)
{
    bool is_own = turn->arena.capacity_bytes < TURN_ARENA_BYTES - TURN_END_BYTES;

    return is_own || turn->command_count <= 1 ? REFUSAL_TOO_COMPLEX : REFUSAL_TOO_BUSY;
}

/* Makes the receipt of a command of an earlier turn again. Commands are repeated by the envelope,
 * so the commit that the last one was in is mostly that of the next. */
static enum err remake_receipt(struct turn *turn, const struct command_row *row, struct bytes id,
                               Hs__Receipt **out)
{
    struct proof_source source = {journal_transaction(turn->settings.journal), &turn->past};

    if (row->seq < turn->past.first_seq || row->seq > turn->past.last_seq) {
        turn->past.last_seq = 0;

        enum err err = commit_load(source.txn, row->seq, &turn->past);
        turn->leaves_read += turn->past.tree.leaf_count;
        if (err != ERR_OK) {
            turn->past.last_seq = 0;
            return err;
        }
    }
    return receipt_from_commit(&source, row, id, &turn->arena, out);
}

/* Answers as the command of @row was answered: with the same receipt. */
static void repeat_reply(struct turn *turn, const struct command_row *row, struct reply *reply)
{
    for (size_t i = 0; i + 1 < turn->reply_count; i++) {
        const struct reply *first = &turn->replies[i];

        if (first->kind == REPLY_RECEIPT && first->receipt == NULL &&
            first->received_seq == row->seq && first->index == row->index) {
            reply->kind = REPLY_RECEIPT; /* of this very turn */
            reply->received_seq = first->received_seq;
            reply->index = first->index;
            reply->first_event = first->first_event;
            reply->event_count = first->event_count;
            reply->result = first->result;
            return;
        }
    }
    enum err err = remake_receipt(turn, row, reply->command_id, &reply->receipt);
    if (err != ERR_OK) {
        fail(turn, err);
        return;
    }
    reply->kind = REPLY_RECEIPT;
}

/* True if the command was decided before: its reply is then complete. */
static bool is_repeat(struct turn *turn, const struct command *command)
{
    struct command_row row;
    enum err err = ledger_command(turn->ledger, command->reply->command_id,
                                  command->envelope->signer->number, &row);

    if (err == ERR_ABSENT) {
        return false;
    }
    if (err != ERR_OK) {
        fail(turn, err);
        return true;
    }
    if (!hash_equal(row.hash, command->hash)) {
        refuse(command->reply, REFUSAL_COMMAND_ID_REUSED, NULL);
        return true;
    }
    allow_all(turn); /* the answer is not the command's to pay for */
    repeat_reply(turn, &row, command->reply);
    return true;
}

/* ---- the situation ---- */

static uint64_t proposal_of(const Hs__Command *command)
{
    const Hs__ReviewRef *review = NULL;

    switch (command->body_case) {
    case HS__COMMAND__BODY_REVISE:
        return command->revise->proposal;
    case HS__COMMAND__BODY_WITHDRAW:
        return command->withdraw->proposal;
    case HS__COMMAND__BODY_RECEIVE_REVIEW:
        review = command->receive_review->review;
        break;
    case HS__COMMAND__BODY_RECORD_FINDINGS:
        review = command->record_findings->review;
        break;
    case HS__COMMAND__BODY_GIVE_OPINION:
        review = command->give_opinion->review;
        break;
    case HS__COMMAND__BODY_SETTLE_COMPETENCE:
        review = command->settle_competence->review;
        break;
    case HS__COMMAND__BODY_SUBMIT:
    case HS__COMMAND__BODY_PUBLISH:
    case HS__COMMAND__BODY_DEFINE_DEPARTMENT:
    case HS__COMMAND__BODY_ENROL:
    case HS__COMMAND__BODY_CHANGE_PRINCIPAL:
    case HS__COMMAND__BODY__NOT_SET:
    case _HS__COMMAND__BODY__CASE_IS_INT_SIZE:
        break;
    }
    return review == NULL ? 0 : review->proposal;
}

static const Hs__Packet *packet_of(const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        return command->submit->packet;
    }
    return command->body_case == HS__COMMAND__BODY_REVISE ? command->revise->packet : NULL;
}

static bool find_documents(struct turn *turn, const Hs__Packet *packet, struct situation *situation)
{
    const struct turn_settings *settings = &turn->settings;
    const char **missing = arena_array(&turn->arena, packet->n_documents, sizeof *missing);

    if (missing == NULL) {
        return false;
    }
    for (size_t i = 0; i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];

        if (settings->has_document == NULL || !settings->has_document(settings->self, document)) {
            missing[situation->missing_document_count++] = document->code;
        }
    }
    situation->missing_documents = missing;
    return true;
}

static const char *process_of(const Hs__Command *command, const struct situation *situation)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        return command->submit->process;
    }
    return situation->proposal == NULL ? "" : situation->proposal->process;
}

static void find_named(struct turn *turn, const Hs__Command *command, struct situation *situation)
{
    const struct directory *directory = turn->settings.directory;

    if (command->body_case == HS__COMMAND__BODY_ENROL && command->enrol->principal != NULL) {
        const Hs__Principal *principal = command->enrol->principal;

        situation->named = directory_find(directory, principal->name);
        situation->key_owner = directory_find_owner(directory, principal);
    } else if (command->body_case == HS__COMMAND__BODY_CHANGE_PRINCIPAL) {
        situation->named = directory_find(directory, command->change_principal->name);
    }
}

/* True if @command is a correction while a round runs. */
static bool is_in_round(const Hs__Command *command, const struct situation *situation)
{
    return command->body_case == HS__COMMAND__BODY_REVISE && situation->proposal != NULL &&
           situation->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW;
}

/* Finds what a round is held to, and the packet it is about: an envelope may be a hundred times its
 * packet, so it is read in an arena of its own. False: there is no room. */
static bool find_round(struct turn *turn, const struct definition_source *source,
                       struct situation *situation)
{
    struct transaction *txn = journal_transaction(turn->settings.journal);
    const struct packet_name name = {situation->proposal->id, situation->proposal->packet_version};
    struct bytes bytes = turn_packet(turn, &name);
    Hs__Packet *packet = NULL;

    situation->rulebook =
        library_rulebook(turn->settings.library, bytes_of(situation->proposal->pins), source);
    if (bytes.data != NULL) {
        situation->packet = message_read(&hs__packet__descriptor, bytes, &turn->arena);
        return situation->rulebook != NULL && situation->packet != NULL;
    }
    arena_clear(&turn->scratch);

    enum err err = body_packet(txn, name.proposal, name.version, &turn->scratch, &packet);
    if (err != ERR_OK && err != ERR_FULL) {
        fail(turn, err);
    }
    situation->packet = err == ERR_OK ? message_copy(packet, &turn->arena) : NULL;
    return situation->rulebook != NULL && situation->packet != NULL;
}

/* Finds the rulebook of a submission or a revision, and what else it is held against. */
static bool find_rulebook(struct turn *turn, const Hs__Command *command,
                          const struct definition_source *source, struct situation *situation)
{
    const Hs__Packet *packet = packet_of(command);

    if (packet == NULL) {
        return true;
    }
    if (is_in_round(command, situation)) {
        if (!find_round(turn, source, situation)) {
            return false;
        }
    } else {
        situation->rulebook = library_current(turn->settings.library, situation->office,
                                              process_of(command, situation), source);
    }
    return find_documents(turn, packet, situation);
}

/* Finds everything that the decision of @command may ask for. False: the arena is too small or the
 * store failed. */
static bool find_situation(struct turn *turn, const struct command *command,
                           struct situation *situation)
{
    struct definition_source source = definitions_of(journal_transaction(turn->settings.journal));
    uint64_t proposal = proposal_of(command->content);

    *situation = (struct situation){
        .now_ms = turn->now_ms,
        .office = turn->office,
        .signer = command->envelope->signer,
        .arena = &turn->arena,
    };
    if (proposal != 0) {
        const Hs__Proposal *record = NULL;
        enum err err = ledger_proposal(turn->ledger, proposal, &record);

        if (err == ERR_FULL) {
            return false; /* of the command's allowance */
        }
        if (err != ERR_OK && err != ERR_ABSENT) {
            fail(turn, err);
            return false;
        }
        situation->proposal = record;
    }
    if (!find_rulebook(turn, command->content, &source, situation)) {
        return false;
    }
    if (command->content->body_case == HS__COMMAND__BODY_GIVE_OPINION &&
        situation->proposal != NULL) {
        situation->rulebook =
            library_rulebook(turn->settings.library, bytes_of(situation->proposal->pins), &source);
    }
    if (command->content->body_case == HS__COMMAND__BODY_PUBLISH) {
        situation->catalogue =
            library_catalogue(turn->settings.library, situation->office, &source);
        if (situation->catalogue == NULL) {
            return false;
        }
    }
    find_named(turn, command->content, situation);
    return true;
}

/* ---- recording ---- */

static bool record_envelope(struct turn *turn, struct envelope *envelope)
{
    Hs__Received received = HS__RECEIVED__INIT;

    if (envelope->received_seq != 0) {
        return true;
    }
    received.envelope = envelope->signed_envelope->envelope;
    received.algorithm = envelope->signed_envelope->algorithm;
    received.key_id = envelope->signed_envelope->key_id;
    received.signature = envelope->signed_envelope->signature;
    received.user_id = envelope->user_id;

    struct bytes bytes = message_pack(&received, &turn->arena);
    enum err err = bytes.data == NULL ? ERR_NO_SPACE
                                      : journal_append(turn->settings.journal, ENTRY_RECEIVED,
                                                       bytes, &envelope->received_seq);
    if (err != ERR_OK) {
        fail(turn, err);
        return false;
    }
    turn->is_recorded = true;
    return true;
}

static void add_happening(struct turn *turn, uint64_t seq, const Hs__Event *event, void *tag)
{
    turn->happenings = grown(turn->happenings, turn->happening_count, &turn->happening_capacity,
                             sizeof(struct happening));
    turn->happenings[turn->happening_count++] =
        (struct happening){.seq = seq, .event = event, .tag = tag};
    if (event_subject(event) == SUBJECT_PRINCIPAL) {
        turn->directory_changed = true;
    }
}

/* Appends one event and applies it. @command is NULL for the clock's. Returns its seq, 0 on
 * failure.
 */
static uint64_t record_event(struct turn *turn, const Hs__Event *event,
                             const struct command *command)
{
    struct command_context context = {.seq = 0};
    uint64_t seq = 0;

    if (command != NULL) {
        context = (struct command_context){
            .seq = command->envelope->received_seq,
            .index = command->index,
            .signer = command->envelope->signer->name,
            .id = command->reply->command_id,
            .hash = command->hash,
        };
    }
    enum err err = ledger_append(turn->ledger, turn->settings.journal, event,
                                 command == NULL ? NULL : &context, &seq);
    if (err != ERR_OK) {
        fail(turn, err);
        return 0;
    }
    turn->is_recorded = true;
    add_happening(turn, seq, event, command == NULL ? NULL : command->envelope->tag);
    return seq;
}

/* Returns the version that @decision, which is recorded, gave its packet. */
static uint32_t version_of(const struct decision *decision)
{
    for (size_t i = 0; i < decision->event_count; i++) {
        if (decision->events[i]->body_case == HS__EVENT__BODY_PACKET_REVISED) {
            return decision->events[i]->packet_revised->version;
        }
    }
    return 1;
}

static void keep_packet(struct turn *turn, const struct command *command,
                        const struct decision *decision)
{
    const Hs__Packet *packet = packet_of(command->content);

    if (packet == NULL) {
        return;
    }
    struct bytes bytes = message_pack(packet, &turn->arena);
    if (bytes.data == NULL) {
        return; /* the reviews then read it from the journal */
    }
    turn->packets = grown(turn->packets, turn->packet_count, &turn->packet_capacity,
                          sizeof(struct submitted_packet));
    turn->packets[turn->packet_count++] =
        (struct submitted_packet){{decision->result.proposal, version_of(decision)}, bytes};
}

static void record_decision(struct turn *turn, struct envelope *envelope, struct command *command,
                            const struct decision *decision)
{
    struct reply *reply = command->reply;

    if (decision->event_count == 0) {
        reply->kind = REPLY_UNCHANGED;
        return;
    }
    if (!record_envelope(turn, envelope)) {
        return;
    }
    for (size_t i = 0; i < decision->event_count && turn->failure == ERR_OK; i++) {
        uint64_t seq = record_event(turn, decision->events[i], command);

        if (i == 0) {
            reply->first_event = seq;
        }
    }
    reply->kind = REPLY_RECEIPT;
    reply->received_seq = envelope->received_seq;
    reply->index = command->index;
    reply->event_count = (uint32_t)decision->event_count;
    reply->result = decision->result;
    keep_packet(turn, command, decision);
}

/* Finds the row of the command that gave the opinion of @review. */
static enum err find_first_opinion(struct turn *turn, const Hs__ReviewRef *review, struct bytes *id,
                                   struct command_row *row)
{
    struct transaction *txn = journal_transaction(turn->settings.journal);
    struct received_body received;
    struct place place;
    Hs__Command *command = NULL;
    enum err err = view_opinion_place(txn, review, &place);

    if (err == ERR_OK) {
        err = body_received(txn, place.seq, &turn->arena, &received);
    }
    if (err == ERR_OK) {
        err = body_command(txn, &place, &turn->arena, &command);
    }
    if (err != ERR_OK) {
        return err;
    }
    const Hs__Principal *signer =
        directory_find(turn->settings.directory, received.envelope->signer);
    *id = bytes_of(command->id);
    return signer == NULL ? ERR_ABSENT : view_command(txn, *id, signer->number, row);
}

/* A second opinion is refused with the receipt of the first. One given in this very turn has none
 * yet to show, and one older than the store remembers commands has none any more. */
static void attach_first_receipt(struct turn *turn, const struct command *command)
{
    const Hs__ReviewRef *review = command->content->give_opinion->review;
    struct command_row row;
    struct bytes id;

    if (find_first_opinion(turn, review, &id, &row) != ERR_OK ||
        remake_receipt(turn, &row, id, &command->reply->receipt) != ERR_OK) {
        command->reply->receipt = NULL;
    }
}

static void decide(struct turn *turn, struct envelope *envelope, struct command *command)
{
    struct situation situation;
    struct decision decision;

    if (!find_situation(turn, command, &situation)) {
        if (turn->failure == ERR_OK) {
            refuse(command->reply, refusal_of_size(turn), NULL);
        }
        return;
    }
    decide_command(&situation, command->content, &decision);
    if (decision.refusal == REFUSAL_TOO_COMPLEX) {
        decision.refusal = refusal_of_size(turn);
    }
    allow_all(turn); /* recording is not refused any more */
    if (decision.refusal != REFUSAL_NONE) {
        refuse(command->reply, decision.refusal, decision.detail);
        if (decision.refusal == REFUSAL_OPINION_ALREADY_GIVEN) {
            attach_first_receipt(turn, command);
        }
        return;
    }
    record_decision(turn, envelope, command, &decision);
}

static int64_t id_time_ms(struct bytes id)
{
    uint64_t ms = 0;

    for (size_t i = 0; i < COMMAND_ID_TIME_BYTES; i++) {
        ms = ms << 8 | id.data[i];
    }
    return (int64_t)ms;
}

/* Reads the command; false if it was refused. */
static bool read_command(struct turn *turn, struct command *command)
{
    ProtobufCMessage *message = NULL;
    enum err err = message_parse(&hs__command__descriptor, command->bytes, &turn->arena, &message);

    if (err != ERR_OK) {
        arena_rewind(&turn->arena, command->mark);
        refuse(command->reply, err == ERR_FULL ? refusal_of_size(turn) : REFUSAL_MALFORMED, NULL);
        return false;
    }
    command->content = (const Hs__Command *)message;
    command->hash = hash_of(command->bytes);
    command->reply->command_id = bytes_of(command->content->id);
    return true;
}

/* True if the turn has no room for one more command of an envelope that has begun. */
static bool is_crowded(const struct turn *turn, uint32_t index)
{
    return !ledger_has_room(turn->ledger) ||
           (index > 0 &&
            (turn->arena.used_bytes > TURN_ARENA_BYTES / 2 || turn->leaves_read > TURN_LEAVES_MAX));
}

static void judge_command(struct turn *turn, struct envelope *envelope, struct command *command)
{
    if (turn->failure != ERR_OK) {
        return; /* turn_end() answers it */
    }
    if (command->content->id.len != COMMAND_ID_BYTES) {
        refuse(command->reply, REFUSAL_COMMAND_ID_INVALID, NULL);
        return;
    }
    if (id_time_ms(command->reply->command_id) < turn->now_ms - COMMAND_MEMORY_MS) {
        refuse(command->reply, REFUSAL_COMMAND_TOO_OLD, NULL);
        return;
    }
    if (is_crowded(turn, command->index)) {
        refuse(command->reply, REFUSAL_TOO_BUSY, NULL);
        return;
    }
    if (is_repeat(turn, command)) {
        return;
    }
    if (turn->is_held) {
        refuse(command->reply, REFUSAL_STORE_FULL, NULL);
        return;
    }
    decide(turn, envelope, command);
}

static void take_command(struct turn *turn, struct envelope *envelope, uint32_t index)
{
    struct command command = {
        .envelope = envelope,
        .bytes = bytes_of(envelope->content->commands[index]),
        .index = index,
        .reply = add_reply(turn, envelope->tag, (struct bytes){0}),
        .mark = arena_mark(&turn->arena),
    };
    size_t allowed = COMMAND_ARENA_FACTOR * envelope->signed_envelope->envelope.len;

    turn->command_count++;
    allow(turn, allowed < COMMAND_ARENA_BYTES_MIN ? COMMAND_ARENA_BYTES_MIN : allowed);
    if (read_command(turn, &command)) {
        judge_command(turn, envelope, &command);
    }
    allow_all(turn);
}

/* ---- envelopes ---- */

static enum refusal check_envelope(struct turn *turn, struct envelope *envelope)
{
    const Hs__SignedEnvelope *outer = envelope->signed_envelope;
    const Hs__Office *office = turn->office;

    if (strcmp(envelope->content->office, office->id) != 0) {
        return REFUSAL_WRONG_OFFICE;
    }
    if (strcmp(envelope->content->signer, envelope->user_id) != 0 ||
        envelope->content->on_behalf_of[0] != '\0') {
        return REFUSAL_UNKNOWN_SIGNER;
    }
    envelope->signer = directory_find(turn->settings.directory, envelope->user_id);
    if (envelope->signer == NULL || envelope->signer->sign_key.len != SIGN_PUBLIC_BYTES) {
        return REFUSAL_UNKNOWN_SIGNER;
    }
    if (outer->algorithm != HS__SIGNED_ENVELOPE__ALGORITHM__ED25519 ||
        outer->signature.len != SIGNATURE_BYTES ||
        !signature_verify(envelope->signer->sign_key.data, TAG_ENVELOPE, office->id,
                          bytes_of(outer->envelope), outer->signature.data)) {
        return REFUSAL_BAD_SIGNATURE;
    }
    return REFUSAL_NONE;
}

/* Reads the envelope; NULL with the reason in @refusal if it is none. */
static const Hs__Envelope *open_envelope(struct turn *turn, const Hs__SignedEnvelope *outer,
                                         enum refusal *refusal)
{
    struct arena_mark mark = arena_mark(&turn->arena);
    ProtobufCMessage *message = NULL;
    enum err err = parse(turn, &hs__envelope__descriptor, bytes_of(outer->envelope), &message);

    if (err == ERR_OK && ((const Hs__Envelope *)message)->n_commands > TURN_COMMANDS_MAX) {
        arena_rewind(&turn->arena, mark);
        err = ERR_FULL;
    }
    if (err != ERR_OK) {
        *refusal = err == ERR_FULL ? REFUSAL_TOO_LARGE : REFUSAL_MALFORMED;
        return NULL;
    }
    return (const Hs__Envelope *)message;
}

void turn_envelope(struct turn *turn, const Hs__SignedEnvelope *signed_envelope,
                   const char *user_id, void *tag)
{
    enum refusal refusal = REFUSAL_NONE;
    struct envelope envelope = {
        .signed_envelope = signed_envelope,
        .content = open_envelope(turn, signed_envelope, &refusal),
        .user_id = user_id,
        .tag = tag,
    };

    if (envelope.content != NULL) {
        refusal = check_envelope(turn, &envelope);
    }
    if (refusal != REFUSAL_NONE) {
        refuse_envelope(turn, tag, refusal);
        return;
    }
    for (uint32_t i = 0; i < envelope.content->n_commands; i++) {
        take_command(turn, &envelope, i);
    }
}

void turn_frame(struct turn *turn, struct bytes frame, const char *user_id, void *tag)
{
    ProtobufCMessage *message = NULL;

    if (parse(turn, &hs__client_message__descriptor, frame, &message) != ERR_OK ||
        ((const Hs__ClientMessage *)message)->body_case != HS__CLIENT_MESSAGE__BODY_ENVELOPE) {
        refuse_envelope(turn, tag, REFUSAL_MALFORMED);
        return;
    }
    turn_envelope(turn, ((const Hs__ClientMessage *)message)->envelope, user_id, tag);
}

/* ---- genesis ---- */

void turn_genesis(struct turn *turn, const Hs__Genesis *genesis)
{
    struct situation situation = {
        .now_ms = turn->now_ms, .office = turn->office, .arena = &turn->arena};
    struct decision decision;

    decide_genesis(&situation, genesis, &decision);
    require(decision.refusal == REFUSAL_NONE); /* the arena is empty, the genesis was checked */
    for (size_t i = 0; i < decision.event_count && turn->failure == ERR_OK; i++) {
        (void)record_event(turn, decision.events[i], NULL); /* a failure is kept in the turn */
    }
}

/* ---- deadlines ---- */

static void decide_alarm(struct turn *turn, const struct due_review *row)
{
    struct situation situation = {
        .now_ms = turn->now_ms, .office = turn->office, .arena = &turn->arena};
    struct decision decision;
    const Hs__Proposal *proposal = NULL;
    enum err err = ledger_proposal(turn->ledger, row->proposal, &proposal);

    if (err != ERR_OK) {
        fail(turn, err);
        return;
    }
    situation.proposal = proposal;
    decide_deadline(&situation, row->department, &decision);
    for (size_t i = 0; i < decision.event_count && turn->failure == ERR_OK; i++) {
        (void)record_event(turn, decision.events[i], NULL); /* a failure is kept in the turn */
    }
}

size_t turn_alarms(struct turn *turn)
{
    struct due_reviews due = {.count = 0};
    enum err err = view_deadlines(journal_transaction(turn->settings.journal), turn->now_ms,
                                  TURN_ALARMS_MAX, &turn->arena, &due);

    if (err != ERR_OK) {
        fail(turn, err);
    }
    for (size_t i = 0; i < due.count && turn->failure == ERR_OK; i++) {
        decide_alarm(turn, &due.rows[i]);
    }
    return due.count;
}

/* ---- the end ---- */

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
            refuse(reply, REFUSAL_STORE_FULL, NULL);
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
