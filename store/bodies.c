/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bodies.h"

#include <inttypes.h>

#include "store/journal.h"

static enum err is_not(struct transaction *txn, uint64_t seq, const char *what)
{
    transaction_note(txn, "entry %" PRIu64 ": not %s", seq, what);
    return ERR_CORRUPT;
}

/* Bytes of an entry, which its checksum vouches for. */
struct piece {
    uint64_t seq;
    struct bytes bytes;
};

/* Reads @piece as a message of @type. */
static enum err read(struct transaction *txn, const struct piece *piece,
                     const ProtobufCMessageDescriptor *type, struct arena *arena, void **out)
{
    void *message = message_read(type, piece->bytes, arena);

    if (message == NULL) {
        bool is_full = arena->capacity_bytes - arena->used_bytes < 4 * piece->bytes.size + 4096;

        return is_full ? ERR_FULL : is_not(txn, piece->seq, type->name);
    }
    *out = message;
    return ERR_OK;
}

static enum err find_entry(struct transaction *txn, uint64_t seq, enum entry_kind kind,
                           struct entry *out)
{
    enum err err = journal_peek(txn, seq, out);

    if (err == ERR_OK && out->kind != kind) {
        return is_not(txn, seq, entry_kind_name(kind));
    }
    return err;
}

enum err body_received(struct transaction *txn, uint64_t seq, struct arena *arena,
                       struct received_body *out)
{
    struct entry entry;
    void *received = NULL;
    void *envelope = NULL;
    enum err err = find_entry(txn, seq, ENTRY_RECEIVED, &entry);

    if (err == ERR_OK) {
        struct piece piece = {seq, entry.bytes};

        err = read(txn, &piece, &hs__received__descriptor, arena, &received);
    }
    if (err == ERR_OK) {
        struct piece piece = {seq, bytes_of(((Hs__Received *)received)->envelope)};

        err = read(txn, &piece, &hs__envelope__descriptor, arena, &envelope);
    }
    if (err == ERR_OK) {
        *out = (struct received_body){received, envelope};
    }
    return err;
}

enum err body_event(struct transaction *txn, uint64_t seq, struct arena *arena,
                    struct event_body *out)
{
    struct entry entry;
    void *outer = NULL;
    void *event = NULL;
    enum err err = find_entry(txn, seq, ENTRY_EVENT, &entry);

    if (err == ERR_OK) {
        struct piece piece = {seq, entry.bytes};

        err = read(txn, &piece, &hs__event_entry__descriptor, arena, &outer);
    }
    if (err == ERR_OK) {
        struct piece piece = {seq, bytes_of(((Hs__EventEntry *)outer)->event)};

        err = read(txn, &piece, &hs__event__descriptor, arena, &event);
    }
    if (err == ERR_OK) {
        *out = (struct event_body){entry.at_ms, outer, event};
    }
    return err;
}

enum err body_command(struct transaction *txn, const struct place *place, struct arena *arena,
                      Hs__Command **out)
{
    struct received_body body;
    void *command = NULL;
    enum err err = body_received(txn, place->seq, arena, &body);

    if (err == ERR_OK && place->index >= body.envelope->n_commands) {
        return is_not(txn, place->seq, "an envelope of so many commands");
    }
    if (err == ERR_OK) {
        struct piece piece = {place->seq, bytes_of(body.envelope->commands[place->index])};

        err = read(txn, &piece, &hs__command__descriptor, arena, &command);
    }
    if (err == ERR_OK) {
        *out = command;
    }
    return err;
}

/* A place of the views must lead somewhere. */
static enum err command_at(struct transaction *txn, const struct place *place, struct arena *arena,
                           Hs__Command **out)
{
    enum err err = body_command(txn, place, arena, out);

    return err == ERR_ABSENT ? is_not(txn, place->seq, "there") : err;
}

static Hs__Packet *packet_in(const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        return command->submit->packet;
    }
    return command->body_case == HS__COMMAND__BODY_REVISE ? command->revise->packet : NULL;
}

enum err body_packet(struct transaction *txn, uint64_t proposal, uint32_t version,
                     struct arena *arena, Hs__Packet **out)
{
    struct place place;
    Hs__Command *command = NULL;
    enum err err = view_packet_place(txn, proposal, version, &place);

    if (err == ERR_OK) {
        err = command_at(txn, &place, arena, &command);
    }
    if (err == ERR_OK && packet_in(command) == NULL) {
        return is_not(txn, place.seq, "a packet");
    }
    if (err == ERR_OK) {
        *out = packet_in(command);
    }
    return err;
}

static Hs__Opinion *opinion_in(const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_GIVE_OPINION) {
        return command->give_opinion->opinion;
    }
    if (command->body_case == HS__COMMAND__BODY_DRAFT_OPINION) {
        return command->draft_opinion->opinion;
    }
    return command->body_case == HS__COMMAND__BODY_RECTIFY_OPINION
               ? command->rectify_opinion->opinion
               : NULL;
}

static enum err opinion_at(struct transaction *txn, const struct place *place, struct arena *arena,
                           Hs__Opinion **out)
{
    Hs__Command *command = NULL;
    enum err err = command_at(txn, place, arena, &command);

    if (err == ERR_OK && opinion_in(command) == NULL) {
        return is_not(txn, place->seq, "an opinion");
    }
    if (err == ERR_OK) {
        *out = opinion_in(command);
    }
    return err;
}

enum err body_opinion(struct transaction *txn, const Hs__ReviewRef *review, struct arena *arena,
                      Hs__Opinion **out)
{
    struct place place;
    enum err err = view_opinion_place(txn, review, &place);

    return err == ERR_OK ? opinion_at(txn, &place, arena, out) : err;
}

enum err body_opinion_version(struct transaction *txn, const struct opinion_version *wanted,
                              struct arena *arena, Hs__Opinion **out)
{
    struct place place;
    enum err err = view_opinion_version(txn, wanted->review, wanted->version, &place);

    return err == ERR_OK ? opinion_at(txn, &place, arena, out) : err;
}

enum err body_earlier_opinion(struct transaction *txn, uint64_t seq, struct arena *arena,
                              Hs__Opinion **out)
{
    struct event_body body;
    enum err err = body_event(txn, seq, arena, &body);

    if (err == ERR_OK && body.event->body_case != HS__EVENT__BODY_OPINION_GIVEN &&
        body.event->body_case != HS__EVENT__BODY_OPINION_RECTIFIED) {
        return is_not(txn, seq, "an opinion");
    }
    if (err == ERR_OK) {
        struct place place = {.seq = body.entry->received, .index = body.entry->index};

        err = opinion_at(txn, &place, arena, out);
    }
    return err;
}

static enum err pins_at(struct transaction *txn, uint64_t seq, struct arena *arena,
                        struct bytes *out)
{
    struct event_body body;
    enum err err = body_event(txn, seq, arena, &body);

    if (err != ERR_OK) {
        return err == ERR_ABSENT ? is_not(txn, seq, "there") : err;
    }
    if (body.event->body_case != HS__EVENT__BODY_PINS_SET || body.event->pins_set->pins == NULL) {
        return is_not(txn, seq, "pins");
    }
    *out = message_pack(body.event->pins_set->pins, arena);
    return out->data == NULL ? ERR_FULL : ERR_OK;
}

static enum err published_at(struct transaction *txn, const struct place *place,
                             struct arena *arena, struct bytes *out)
{
    Hs__Command *command = NULL;
    enum err err = command_at(txn, place, arena, &command);

    if (err == ERR_OK && command->body_case != HS__COMMAND__BODY_PUBLISH) {
        return is_not(txn, place->seq, "a definition");
    }
    if (err == ERR_OK) {
        *out = bytes_of(command->publish->definition);
    }
    return err;
}

enum err body_definition(struct transaction *txn, struct bytes hash, struct arena *arena,
                         struct definition_body *out)
{
    struct definition_row row;
    struct bytes bytes = {0};
    enum err err = view_definition_place(txn, hash, &row);

    if (err != ERR_OK) {
        return err;
    }
    if (row.kind == DEFINITION_PINS) {
        err = pins_at(txn, row.seq, arena, &bytes);
    } else {
        struct place place = {.seq = row.seq, .index = row.index};

        err = published_at(txn, &place, arena, &bytes);
    }
    if (err != ERR_OK) {
        return err;
    }

    struct hash found = hash_of(bytes);
    if (!bytes_equal(bytes_of_hash(&found), hash)) {
        return is_not(txn, row.seq, "the definition of that hash");
    }
    *out = (struct definition_body){row.kind, bytes};
    return ERR_OK;
}
