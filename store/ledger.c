/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "core/apply.h"
#include "core/limits.h"
#include "lib/check.h"
#include "store/event_check.h"
#include "store/ledger_parts.h"
#include "store/row.h"

struct ledger *ledger_new(struct transaction *txn, struct arena *arena)
{
    struct ledger *ledger = arena_alloc(arena, sizeof *ledger);

    if (ledger != NULL) {
        ledger->txn = txn;
        ledger->arena = arena;
    }
    return ledger;
}

bool ledger_has_room(const struct ledger *ledger)
{
    return ledger->arena->capacity_bytes - ledger->arena->used_bytes >= LIMIT_APPLY_BYTES;
}

/* ---- loading ---- */

static enum err load_office(struct ledger *ledger)
{
    if (ledger->office != NULL) {
        return ERR_OK;
    }

    enum err err = view_office(ledger->txn, ledger->arena, &ledger->office);
    if (err == ERR_ABSENT) {
        ledger->office = message_new(&hs__office__descriptor, ledger->arena);
        return ledger->office == NULL ? ERR_FULL : ERR_OK;
    }
    return err;
}

enum err ledger_office(struct ledger *ledger, const Hs__Office **out)
{
    enum err err = load_office(ledger);

    if (err == ERR_OK) {
        *out = ledger->office;
    }
    return err;
}

/* Finds or loads the proposal @id; its record is NULL if there is none. */
static enum err load_proposal(struct ledger *ledger, uint64_t id, struct cached_proposal **out)
{
    struct cached_proposal **bucket = &ledger->proposals[id % LEDGER_BUCKETS];
    struct cached_proposal *cached = *bucket;

    while (cached != NULL && cached->id != id) {
        cached = cached->next;
    }
    if (cached != NULL) {
        *out = cached;
        return ERR_OK;
    }
    cached = arena_alloc(ledger->arena, sizeof *cached);
    if (cached == NULL) {
        return ERR_FULL;
    }

    enum err err = view_proposal(ledger->txn, id, ledger->arena, &cached->record);
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    cached->id = id;
    cached->next = *bucket;
    *bucket = cached;
    *out = cached;
    return ERR_OK;
}

enum err ledger_proposal(struct ledger *ledger, uint64_t id, const Hs__Proposal **out)
{
    struct cached_proposal *cached = NULL;
    enum err err = load_proposal(ledger, id, &cached);

    if (err == ERR_OK && cached->record == NULL) {
        return ERR_ABSENT;
    }
    if (err == ERR_OK) {
        *out = cached->record;
    }
    return err;
}

static enum err load_principal(struct ledger *ledger, const char *name,
                               struct cached_principal **out)
{
    uint64_t place = checksum_of(bytes_of_text(name)) % LEDGER_BUCKETS;
    struct cached_principal *cached = ledger->principals[place];

    while (cached != NULL && strcmp(cached->name, name) != 0) {
        cached = cached->next;
    }
    if (cached != NULL) {
        *out = cached;
        return ERR_OK;
    }
    cached = arena_alloc(ledger->arena, sizeof *cached);
    if (cached == NULL) {
        return ERR_FULL;
    }
    cached->name = arena_text(ledger->arena, name);
    if (cached->name == NULL) {
        return ERR_FULL;
    }

    enum err err = view_principal(ledger->txn, name, ledger->arena, &cached->record);
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    cached->next = ledger->principals[place];
    ledger->principals[place] = cached;
    *out = cached;
    return ERR_OK;
}

enum err ledger_principal(struct ledger *ledger, const char *name, const Hs__Principal **out)
{
    struct cached_principal *cached = NULL;
    enum err err = load_principal(ledger, name, &cached);

    if (err == ERR_OK && cached->record == NULL) {
        return ERR_ABSENT;
    }
    if (err == ERR_OK) {
        *out = cached->record;
    }
    return err;
}

/* ---- commands ---- */

enum err ledger_close_command(struct ledger *ledger)
{
    struct open_command *command = &ledger->command;
    uint8_t value[COMMAND_ROW_BYTES];

    if (!command->is_open) {
        return ERR_OK;
    }
    command->is_open = false;
    command_row_encode(&command->row, value);
    return row_put(ledger->txn, TABLE_COMMANDS, (struct bytes){command->key, command->key_size},
                   (struct bytes){value, sizeof value});
}

/* The number of a signer is 0 until it is enrolled: only in the commit of genesis. */
static enum err number_of(struct ledger *ledger, const char *signer, uint32_t *out)
{
    const Hs__Principal *principal = NULL;
    enum err err = ledger_principal(ledger, signer, &principal);

    *out = err == ERR_OK ? principal->number : 0;
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Counts the event @seq to the command of @context, beginning its row if it is the first. */
static enum err count_event(struct ledger *ledger, uint64_t seq,
                            const struct command_context *context)
{
    struct open_command *command = &ledger->command;
    uint32_t number = 0;
    struct row_key key;

    if (command->is_open && context != NULL && command->row.seq == context->seq &&
        command->row.index == context->index) {
        command->row.event_count++;
        return ERR_OK;
    }

    enum err err = ledger_close_command(ledger);
    if (err != ERR_OK || context == NULL) {
        return err;
    }
    err = number_of(ledger, context->signer, &number);
    if (err != ERR_OK) {
        return err;
    }
    key_of_command(&key, context->id, number);
    if (key.is_too_long) {
        return row_is_corrupt(ledger->txn, TABLE_COMMANDS, row_key_bytes(&key), "too long an id");
    }
    memcpy(command->key, key.bytes, key.size);
    command->key_size = key.size;
    command->row = (struct command_row){
        .hash = context->hash,
        .seq = context->seq,
        .index = context->index,
        .first_event = seq,
        .event_count = 1,
    };
    command->is_open = true;
    return ERR_OK;
}

enum err ledger_command(struct ledger *ledger, struct bytes id, uint32_t principal,
                        struct command_row *out)
{
    enum err err = ledger_close_command(ledger);

    return err == ERR_OK ? view_command(ledger->txn, id, principal, out) : err;
}

/* ---- recording ---- */

static enum err put_place(struct ledger *ledger, enum table table, const struct row_key *key,
                          const struct place *place)
{
    uint8_t value[PLACE_BYTES];

    if (key->is_too_long) {
        return row_is_corrupt(ledger->txn, table, row_key_bytes(key), "too long a key");
    }
    place_encode(place, value);
    return row_put(ledger->txn, table, row_key_bytes(key), (struct bytes){value, sizeof value});
}

static struct place place_of(const struct command_context *context, ProtobufCBinaryData hash)
{
    struct place place = {.seq = context->seq, .index = context->index};

    require(hash.len == HASH_BYTES); /* event_fault() looked */
    memcpy(place.hash.bytes, hash.data, HASH_BYTES);
    return place;
}

static enum err put_packet(struct ledger *ledger, const Hs__Event *event,
                           const struct command_context *context)
{
    bool is_first = event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED;
    struct row_key key;
    struct place place = place_of(context, is_first ? event->proposal_submitted->packet
                                                    : event->packet_revised->packet);

    key_of_packet(&key, event->proposal, is_first ? 1 : event->packet_revised->version);
    return put_place(ledger, TABLE_PACKETS, &key, &place);
}

static enum err put_opinion(struct ledger *ledger, const Hs__Event *event,
                            const struct command_context *context)
{
    const Hs__OpinionGiven *given = event->opinion_given;
    struct place place = place_of(context, given->opinion);
    struct row_key key;

    key_of_opinion(&key, event->proposal, given->round, given->department);
    return put_place(ledger, TABLE_OPINIONS, &key, &place);
}

static enum err put_draft(struct ledger *ledger, const Hs__Event *event,
                          const struct command_context *context)
{
    const Hs__OpinionDrafted *drafted = event->opinion_drafted;
    struct place place = place_of(context, drafted->opinion);
    struct row_key key;

    key_of_opinion(&key, event->proposal, drafted->round, drafted->department);
    key_add_version(&key, OPINION_DRAFT);
    return put_place(ledger, TABLE_OPINIONS, &key, &place);
}

/* The one that counted until now is kept under its version. */
static enum err put_rectified(struct ledger *ledger, const Hs__Event *event,
                              const struct command_context *context)
{
    const Hs__OpinionRectified *rectified = event->opinion_rectified;
    struct place place = place_of(context, rectified->opinion);
    Hs__ReviewRef review = HS__REVIEW_REF__INIT;
    struct place replaced;
    struct row_key key;

    review.proposal = event->proposal;
    review.round = rectified->round;
    review.department = rectified->department;
    key_of_opinion(&key, event->proposal, rectified->round, rectified->department);

    enum err err = view_opinion_place(ledger->txn, &review, &replaced);
    if (err != ERR_OK) {
        return err == ERR_ABSENT
                   ? row_is_corrupt(ledger->txn, TABLE_OPINIONS, row_key_bytes(&key), "missing")
                   : err;
    }
    err = put_place(ledger, TABLE_OPINIONS, &key, &place);
    key_add_version(&key, rectified->version - 1);
    return err == ERR_OK ? put_place(ledger, TABLE_OPINIONS, &key, &replaced) : err;
}

static enum err put_definition(struct ledger *ledger, ProtobufCBinaryData hash,
                               const struct definition_row *row)
{
    uint8_t value[DEFINITION_ROW_BYTES];

    definition_row_encode(row, value);
    return row_put(ledger->txn, TABLE_DEFINITIONS, bytes_of(hash),
                   (struct bytes){value, sizeof value});
}

/* Remembers where the body is that came with @event. */
static enum err put_body(struct ledger *ledger, const Hs__Event *event, uint64_t seq,
                         const struct command_context *context)
{
    struct definition_row row = {.kind = DEFINITION_PINS, .seq = seq, .index = INDEX_OF_EVENT};

    if (event->body_case == HS__EVENT__BODY_PINS_SET) {
        return put_definition(ledger, event->pins_set->hash, &row);
    }
    if (context == NULL) {
        return ERR_OK; /* nothing came with it */
    }
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED ||
        event->body_case == HS__EVENT__BODY_PACKET_REVISED) {
        return put_packet(ledger, event, context);
    }
    if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        return put_opinion(ledger, event, context);
    }
    if (event->body_case == HS__EVENT__BODY_OPINION_DRAFTED) {
        return put_draft(ledger, event, context);
    }
    if (event->body_case == HS__EVENT__BODY_OPINION_RECTIFIED) {
        return put_rectified(ledger, event, context);
    }
    if (event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED) {
        row.kind = (enum definition_kind)event->definition_published->kind;
        row.seq = context->seq;
        row.index = context->index;
        return put_definition(ledger, event->definition_published->hash, &row);
    }
    return ERR_OK;
}

static enum err change_office(struct ledger *ledger, const Hs__Event *event)
{
    enum err err = load_office(ledger);

    if (err == ERR_OK) {
        apply_office(ledger->office, event, ledger->arena);
        ledger->office_is_changed = true;
    }
    return err;
}

static enum err change_principal(struct ledger *ledger, const Hs__Event *event)
{
    struct cached_principal *cached = NULL;
    enum err err = load_principal(ledger, event_principal(event), &cached);

    if (err == ERR_OK && cached->record == NULL) {
        cached->record = message_new(&hs__principal__descriptor, ledger->arena);
        err = cached->record == NULL ? ERR_FULL : ERR_OK;
    }
    if (err == ERR_OK) {
        apply_principal(cached->record, event, ledger->arena);
        cached->is_changed = true;
    }
    return err;
}

static enum err change_proposal(struct ledger *ledger, struct cached_proposal *cached,
                                const Hs__Event *event, struct event_entry entry)
{
    enum err err = ERR_OK;

    require(cached != NULL); /* loaded for every event about a proposal */
    if (cached->record == NULL) {
        cached->record = message_new(&hs__proposal__descriptor, ledger->arena);
        err = cached->record == NULL ? ERR_FULL : ERR_OK;
    } else if (!cached->is_changed) {
        err = view_keys_of(cached->record, ledger->arena, &cached->before);
    }
    if (err == ERR_OK) {
        ledger->changed_count += cached->is_changed ? 0 : 1;
        cached->is_changed = true;
        apply_proposal(cached->record, event, entry, ledger->arena);
    }
    return err;
}

static enum err apply_event(struct ledger *ledger, const Hs__Event *event, struct event_entry entry,
                            struct cached_proposal *cached)
{
    enum subject subject = event_subject(event);
    enum err err = ERR_OK;

    if (subject != SUBJECT_PROPOSAL || event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        err = change_office(ledger, event);
    }
    if (err == ERR_OK && subject == SUBJECT_PRINCIPAL) {
        err = change_principal(ledger, event);
    }
    if (err == ERR_OK && subject == SUBJECT_PROPOSAL) {
        err = change_proposal(ledger, cached, event, entry);
    }
    return err;
}

enum err ledger_record(struct ledger *ledger, const Hs__Event *event, uint64_t seq, int64_t at_ms,
                       const struct command_context *context)
{
    struct cached_proposal *cached = NULL;
    enum err err = ledger_has_room(ledger) ? ERR_OK : ERR_FULL;

    if (err == ERR_OK && event_subject(event) == SUBJECT_PROPOSAL) {
        err = load_proposal(ledger, event->proposal, &cached);
    }
    if (err != ERR_OK) {
        return err;
    }

    const char *fault = event_fault(event, cached == NULL ? NULL : cached->record);
    if (fault != NULL) {
        transaction_note(ledger->txn, "entry %" PRIu64 ": %s", seq, fault);
        return ERR_CORRUPT;
    }
    err = count_event(ledger, seq, context);
    if (err == ERR_OK) {
        err = put_body(ledger, event, seq, context);
    }
    return err == ERR_OK ? apply_event(ledger, event, (struct event_entry){seq, at_ms}, cached)
                         : err;
}

enum err ledger_append(struct ledger *ledger, struct journal *journal, const Hs__Event *event,
                       const struct command_context *context, uint64_t *seq)
{
    Hs__EventEntry entry = HS__EVENT_ENTRY__INIT;
    struct arena_mark mark = arena_mark(ledger->arena);
    struct bytes packed = message_pack(event, ledger->arena);
    enum err err = ERR_FULL;

    if (context != NULL) {
        entry.received = context->seq;
        entry.index = context->index;
    }
    entry.event = binary_of(packed);

    struct bytes bytes = packed.data == NULL ? packed : message_pack(&entry, ledger->arena);
    if (bytes.data != NULL) {
        err = journal_append(journal, ENTRY_EVENT, bytes, seq);
    }
    arena_rewind(ledger->arena, mark);
    if (err != ERR_OK) {
        return err;
    }

    return ledger_record(ledger, event, *seq, journal_turn_time(journal), context);
}
