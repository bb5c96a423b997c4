/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes and their commands: whose they are, whether they were decided before, what is decided.
 */
#include "broker/turn_parts.h"

#include <string.h>

#include "broker/limits.h"
#include "core/authorise.h"
#include "lib/check.h"
#include "proto/tags.h"
#include "store/bodies.h"
#include "store/ledger.h"
#include "store/proof.h"
#include "store/views.h"

enum { COMMAND_ID_TIME_BYTES = 6 };

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

static void refuse_envelope(struct turn *turn, void *tag, enum refusal refusal)
{
    reply_refuse(turn_add_reply(turn, tag, (struct bytes){0}), refusal, NULL);
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
        turn_fail(turn, err);
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
        turn_fail(turn, err);
        return true;
    }
    if (!hash_equal(row.hash, command->hash)) {
        reply_refuse(command->reply, REFUSAL_COMMAND_ID_REUSED, NULL);
        return true;
    }
    allow_all(turn); /* the answer is not the command's to pay for */
    repeat_reply(turn, &row, command->reply);
    return true;
}

/* Finds the row of the command that gave the opinion of @review. */
static enum err find_first_opinion(struct turn *turn, const Hs__ReviewRef *review, struct bytes *id,
                                   struct command_row *row)
{
    struct transaction *txn = journal_transaction(turn->settings.journal);
    struct received_body received;
    struct place place;
    Hs__Command *command = NULL;
    enum err err = view_opinion_version(txn, review, 1, &place); /* if it was rectified since */

    if (err == ERR_ABSENT) {
        err = view_opinion_place(txn, review, &place);
    }
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

/* The review of a command that is refused because it has its opinion. */
static const Hs__ReviewRef *answered_review(const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_DRAFT_OPINION) {
        return command->draft_opinion->review;
    }
    if (command->body_case == HS__COMMAND__BODY_SEND_BACK_DRAFT) {
        return command->send_back_draft->review;
    }
    require(command->body_case == HS__COMMAND__BODY_GIVE_OPINION);
    return command->give_opinion->review;
}

/* A second opinion is refused with the receipt of the first. One given in this very turn has none
 * yet to show, and one older than the store remembers commands has none any more. */
static void attach_first_receipt(struct turn *turn, const struct command *command)
{
    const Hs__ReviewRef *review = answered_review(command->content);
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

    if (!turn_find_situation(turn, command, &situation)) {
        if (turn->failure == ERR_OK) {
            reply_refuse(command->reply, refusal_of_size(turn), NULL);
        }
        return;
    }
    decide_command(&situation, command->content, &decision);
    if (decision.refusal == REFUSAL_TOO_COMPLEX) {
        decision.refusal = refusal_of_size(turn);
    }
    allow_all(turn); /* recording is not refused any more */
    if (decision.refusal != REFUSAL_NONE) {
        reply_refuse(command->reply, decision.refusal, decision.detail);
        if (decision.refusal == REFUSAL_OPINION_ALREADY_GIVEN) {
            attach_first_receipt(turn, command);
        }
        return;
    }
    turn_record_decision(turn, envelope, command, &decision);
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
        reply_refuse(command->reply, err == ERR_FULL ? refusal_of_size(turn) : REFUSAL_MALFORMED,
                     NULL);
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
        reply_refuse(command->reply, REFUSAL_COMMAND_ID_INVALID, NULL);
        return;
    }
    if (id_time_ms(command->reply->command_id) < turn->now_ms - COMMAND_MEMORY_MS) {
        reply_refuse(command->reply, REFUSAL_COMMAND_TOO_OLD, NULL);
        return;
    }
    if (is_crowded(turn, command->index)) {
        reply_refuse(command->reply, REFUSAL_TOO_BUSY, NULL);
        return;
    }
    if (is_repeat(turn, command)) {
        return;
    }
    if (turn->is_held) {
        reply_refuse(command->reply, REFUSAL_STORE_FULL, NULL);
        return;
    }
    decide(turn, envelope, command);
}

/* True if @command may have what a packet has: by a waiver one goes on that came long ago. */
static bool lets_packet_go_on(const struct command *command)
{
    return command->content->body_case == HS__COMMAND__BODY_ANSWER_WAIVER &&
           principal_has_role(command->envelope->signer, HS__PRINCIPAL__ROLE__APPROVER);
}

static void take_command(struct turn *turn, struct envelope *envelope, uint32_t index)
{
    struct command command = {
        .envelope = envelope,
        .bytes = bytes_of(envelope->content->commands[index]),
        .index = index,
        .reply = turn_add_reply(turn, envelope->tag, (struct bytes){0}),
        .mark = arena_mark(&turn->arena),
    };
    size_t allowed = COMMAND_ARENA_FACTOR * envelope->signed_envelope->envelope.len;

    turn->command_count++;
    allow(turn, allowed < COMMAND_ARENA_BYTES_MIN ? COMMAND_ARENA_BYTES_MIN : allowed);
    if (read_command(turn, &command)) {
        if (lets_packet_go_on(&command)) {
            allow(turn, (size_t)COMMAND_ARENA_FACTOR * PACKET_BYTES_MAX);
        }
        judge_command(turn, envelope, &command);
    }
    allow_all(turn);
}

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
