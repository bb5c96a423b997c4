/* SPDX-License-Identifier: Apache-2.0 */
/* store_office.h - a small office for the tests of the store: a journal in a folder of its own,
 * keys, and turns in which an applicant submits and a department answers, signed as in real life.
 *
 * Events are written as core/decide would decide them; what is tested is that they are kept.
 */
#ifndef TESTS_UNIT_STORE_OFFICE_H
#define TESTS_UNIT_STORE_OFFICE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/signature.h"
#include "os/files.h"
#include "proto/tags.h"
#include "store/ledger.h"
#include "store/proof.h"
#include "store/receipt.h"
#include "store/replay.h"
#include "tests/lib/test.h"

#define OFFICE_ID   "longjiang"
#define OFFICE_TIME INT64_C(1800000000000)

enum { OFFICE_MAP_BYTES = 64 << 20, OFFICE_ARENA_BYTES = 64 << 20, WORKING_DAY_MS = 86400000 };

struct office {
    char folder[64];
    char journal_folder[80];
    struct journal *journal;
    struct sign_key key;       /* the broker's */
    struct sign_key applicant; /* person:zhang */
    struct sign_key agent;     /* agent:fire/1 */
    struct arena arena;        /* of a turn */
    struct ledger *ledger;     /* NULL between turns */
    int64_t now_ms;
    uint64_t commands; /* how many ids were given out */
    const struct commit *commit;
};

/* A command as it was sent and recorded, for receipts. Kept in the arena of the test. */
struct sent {
    struct bytes envelope; /* the bytes of the SignedEnvelope */
    struct bytes id;
    uint64_t proposal;
};

static inline void office_sign(void *self, struct bytes head, uint8_t signature[64])
{
    const struct office *office = self;

    signature_make(&office->key, TAG_HEAD, OFFICE_ID, head, signature);
}

static inline struct signer office_signer(struct office *office)
{
    return (struct signer){.office = OFFICE_ID, .epoch = 1, .sign = office_sign, .self = office};
}

static inline struct journal_options office_options(const struct office *office)
{
    return (struct journal_options){
        .folder = office->journal_folder,
        .map_bytes = OFFICE_MAP_BYTES,
        .create = true,
        .office = OFFICE_ID,
        .sign_key = office->key.public_key,
    };
}

static inline void office_open(struct office *office)
{
    struct journal_options options = office_options(office);
    struct failure failure = {{0}};
    enum err err = journal_open(&options, &office->journal, &failure);

    if (err != ERR_OK) {
        print_error("%s\n", failure.text);
    }
    assert_int_equal(err, ERR_OK);
}

static inline void office_close(struct office *office)
{
    journal_close(office->journal);
    office->journal = NULL;
}

/* Makes an office with an empty journal; its keys are always the same. */
static inline void office_init(struct office *office)
{
    static const uint8_t seeds[3][SIGN_SEED_BYTES] = {{1}, {2}, {3}};

    *office = (struct office){.folder = "/tmp/huishen-store-XXXXXX", .now_ms = OFFICE_TIME};
    assert_non_null(mkdtemp(office->folder));
    (void)snprintf(office->journal_folder, sizeof office->journal_folder, "%s/journal",
                   office->folder);
    sign_key_from_seed(seeds[0], &office->key);
    sign_key_from_seed(seeds[1], &office->applicant);
    sign_key_from_seed(seeds[2], &office->agent);
    arena_init(&office->arena, OFFICE_ARENA_BYTES);
    office_open(office);
}

static inline void office_release(struct office *office)
{
    office_close(office);
    arena_release(&office->arena);
    assert_int_equal(folder_remove(office->folder), ERR_OK);
}

static inline void office_begin(struct office *office)
{
    office->now_ms += 1000;
    assert_int_equal(journal_begin(office->journal, office->now_ms), ERR_OK);
    office->ledger = ledger_new(journal_transaction(office->journal), &office->arena);
    assert_non_null(office->ledger);
}

static inline void office_commit(struct office *office)
{
    struct signer signer = office_signer(office);
    uint64_t head = journal_next_seq(office->journal);

    assert_int_equal(ledger_flush(office->ledger, head, office->now_ms), ERR_OK);
    assert_int_equal(journal_commit(office->journal, &signer, &office->commit), ERR_OK);
    office->ledger = NULL;
    arena_clear(&office->arena);
}

static inline ProtobufCBinaryData office_binary(const void *data, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

static inline void office_record(struct office *office, const Hs__Event *event,
                                 const struct command_context *context)
{
    uint64_t seq = 0;
    enum err err = ledger_append(office->ledger, office->journal, event, context, &seq);

    if (err != ERR_OK) {
        print_error("%s\n", database_failure(journal_database(office->journal))->text);
    }
    assert_int_equal(err, ERR_OK);
}

static inline void office_enrol(struct office *office, const char *name, uint32_t number,
                                const struct sign_key *key)
{
    Hs__Principal principal = HS__PRINCIPAL__INIT;
    Hs__PrincipalEnrolled enrolled = HS__PRINCIPAL_ENROLLED__INIT;
    Hs__Event event = HS__EVENT__INIT;

    principal.name = name;
    principal.number = number;
    principal.sign_key = office_binary(key->public_key, SIGN_PUBLIC_BYTES);
    enrolled.principal = &principal;
    event.body_case = HS__EVENT__BODY_PRINCIPAL_ENROLLED;
    event.principal_enrolled = &enrolled;
    /* The record borrows from the event: both must live in the turn's arena. */
    office_record(office, message_copy(&event, &office->arena), NULL);
}

/* The first commit: genesis and the principals. */
static inline void office_found(struct office *office)
{
    Hs__Genesis genesis = HS__GENESIS__INIT;
    Hs__Event event = HS__EVENT__INIT;

    genesis.office = OFFICE_ID;
    genesis.prefix = "LJHS";
    genesis.utc_offset_minutes = 480;
    genesis.broker_sign_key = office_binary(office->key.public_key, SIGN_PUBLIC_BYTES);
    event.body_case = HS__EVENT__BODY_GENESIS;
    event.genesis = &genesis;
    office_begin(office);
    office_record(office, message_copy(&event, &office->arena), NULL);
    office_enrol(office, "office", 1, &office->key);
    office_enrol(office, "person:zhang", 2, &office->applicant);
    office_enrol(office, "agent:fire/1", 3, &office->agent);
    office_commit(office);
}

/* Gives @command an id, signs it into an envelope of its own and appends that. */
static inline struct command_context office_receive(struct office *office, const char *signer,
                                                    const struct sign_key *key,
                                                    Hs__Command *command, struct sent *sent)
{
    struct arena *arena = &office->arena;
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__Received received = HS__RECEIVED__INIT;
    Hs__SignedEnvelope outer = HS__SIGNED_ENVELOPE__INIT;
    uint8_t *id = arena_alloc(arena, 16);
    uint8_t signature[SIGNATURE_BYTES];
    uint8_t key_id[SIGN_KEY_ID_BYTES];
    uint64_t seq = 0;

    bytes_put_u64(id, (uint64_t)office->now_ms << 16);
    bytes_put_u64(id + 8, ++office->commands);
    command->id = office_binary(id, 16);

    struct bytes packed = message_pack(command, arena);
    ProtobufCBinaryData commands[] = {binary_of(packed)};
    envelope.office = OFFICE_ID;
    envelope.signer = signer;
    envelope.n_commands = 1;
    envelope.commands = commands;

    struct bytes bytes = message_pack(&envelope, arena);
    signature_make(key, TAG_ENVELOPE, OFFICE_ID, bytes, signature);
    sign_key_id(key->public_key, key_id);
    outer.envelope = received.envelope = binary_of(bytes);
    outer.algorithm = received.algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    outer.key_id = received.key_id = office_binary(key_id, sizeof key_id);
    outer.signature = received.signature = office_binary(signature, sizeof signature);
    received.user_id = signer;
    assert_int_equal(
        journal_append(office->journal, ENTRY_RECEIVED, message_pack(&received, arena), &seq),
        ERR_OK);
    if (sent != NULL) {
        struct bytes frame = message_pack(&outer, arena);

        sent->id = (struct bytes){memcpy(malloc(16), id, 16), 16};
        sent->envelope =
            (struct bytes){memcpy(malloc(frame.size), frame.data, frame.size), frame.size};
    }
    return (struct command_context){
        .seq = seq, .index = 0, .signer = signer, .id = {id, 16}, .hash = hash_of(packed)};
}

static inline void sent_release(struct sent *sent)
{
    free((void *)(uintptr_t)sent->id.data);
    free((void *)(uintptr_t)sent->envelope.data);
    *sent = (struct sent){0};
}

static inline ProtobufCBinaryData office_hash(struct office *office, struct bytes bytes)
{
    struct hash hash = hash_of(bytes);

    return office_binary(arena_copy(&office->arena, bytes_of_hash(&hash)), HASH_BYTES);
}

/* Opens the first round of @proposal: fire, with a limit of a day, and planning, without. */
static inline void office_open_round(struct office *office, uint64_t proposal,
                                     const struct command_context *context)
{
    Hs__Review fire = HS__REVIEW__INIT;
    Hs__Review planning = HS__REVIEW__INIT;
    Hs__Review *reviews[] = {&fire, &planning};
    Hs__RoundOpened opened = HS__ROUND_OPENED__INIT;
    Hs__Event event = HS__EVENT__INIT;

    fire.department = "fire";
    fire.due_at = office->now_ms + WORKING_DAY_MS;
    fire.wake_at = fire.due_at + 1;
    planning.department = "planning";
    opened.round = 1;
    opened.stage = "review";
    opened.n_reviews = 2;
    opened.reviews = reviews;
    event.proposal = proposal;
    event.body_case = HS__EVENT__BODY_ROUND_OPENED;
    event.round_opened = &opened;
    office_record(office, message_copy(&event, &office->arena), context);
}

/* An applicant submits a packet of @field_bytes; a round opens. */
static inline void office_submit(struct office *office, size_t field_bytes, struct sent *sent)
{
    struct arena *arena = &office->arena;
    Hs__Packet packet = HS__PACKET__INIT;
    Hs__Field field = HS__FIELD__INIT;
    Hs__Field *fields[] = {&field};
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__ProposalSubmitted submitted = HS__PROPOSAL_SUBMITTED__INIT;
    Hs__Event event = HS__EVENT__INIT;
    const Hs__Office *record = NULL;
    char *text = arena_alloc(arena, field_bytes + 1);

    memset(text, 'x', field_bytes);
    field.path = "project.name";
    field.value_case = HS__FIELD__VALUE_TEXT;
    field.text = text;
    packet.n_fields = 1;
    packet.fields = fields;
    submit.packet = &packet;
    submit.title = "加装电梯";
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &submit;

    struct command_context context =
        office_receive(office, "person:zhang", &office->applicant, &command, sent);
    assert_int_equal(ledger_office(office->ledger, &record), ERR_OK);
    event.proposal = record->proposals + 1;
    submitted.number = arena_format(arena, "LJHS-2027-%04u", (unsigned)event.proposal);
    submitted.process = "joint_review";
    submitted.applicant = "person:zhang";
    submitted.title = submit.title;
    submitted.year = 2027;
    submitted.packet = office_hash(office, message_pack(&packet, arena));
    event.body_case = HS__EVENT__BODY_PROPOSAL_SUBMITTED;
    event.proposal_submitted = &submitted;
    office_record(office, message_copy(&event, arena), &context);
    office_open_round(office, event.proposal, &context);
    if (sent != NULL) {
        sent->proposal = event.proposal;
    }
}

/* The fire department agrees to @proposal. */
static inline void office_agree(struct office *office, uint64_t proposal, struct sent *sent)
{
    Hs__ReviewRef review = HS__REVIEW_REF__INIT;
    Hs__Opinion opinion = HS__OPINION__INIT;
    Hs__GiveOpinion give = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__OpinionGiven given = HS__OPINION_GIVEN__INIT;
    Hs__Event event = HS__EVENT__INIT;

    review.proposal = proposal;
    review.round = 1;
    review.department = "fire";
    opinion.result = HS__OPINION__RESULT__AGREE;
    opinion.reason = "符合要求";
    give.review = &review;
    give.opinion = &opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &give;

    struct command_context context =
        office_receive(office, "agent:fire/1", &office->agent, &command, sent);
    given.round = 1;
    given.department = "fire";
    given.result = opinion.result;
    given.opinion = office_hash(office, message_pack(&opinion, &office->arena));
    given.signer = "agent:fire/1";
    event.proposal = proposal;
    event.body_case = HS__EVENT__BODY_OPINION_GIVEN;
    event.opinion_given = &given;
    office_record(office, message_copy(&event, &office->arena), &context);
    if (sent != NULL) {
        sent->proposal = proposal;
    }
}

/* A department publishes a pack, and pins follow. Returns the pack's hash and the pins' in @out. */
static inline void office_publish(struct office *office, uint32_t version, struct hash out[2])
{
    struct arena *arena = &office->arena;
    Hs__Pack pack = HS__PACK__INIT;
    Hs__Publish publish = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__DefinitionPublished published = HS__DEFINITION_PUBLISHED__INIT;
    Hs__PinsSet set = HS__PINS_SET__INIT;
    Hs__Pins pins = HS__PINS__INIT;
    Hs__Event events[] = {HS__EVENT__INIT, HS__EVENT__INIT};

    pack.id = "fire";
    pack.version = version;

    struct bytes bytes = message_pack(&pack, arena);
    publish.kind = HS__PUBLISH__KIND__PACK;
    publish.definition = binary_of(bytes);
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &publish;
    published.kind = publish.kind;
    published.id = "fire";
    published.version = version;
    published.hash = office_hash(office, bytes);
    events[0].body_case = HS__EVENT__BODY_DEFINITION_PUBLISHED;
    events[0].definition_published = &published;
    pins.process_id = "joint_review";
    pins.process = published.hash;
    set.pins = &pins;
    set.hash = office_hash(office, message_pack(&pins, arena));
    events[1].body_case = HS__EVENT__BODY_PINS_SET;
    events[1].pins_set = &set;

    struct command_context context =
        office_receive(office, "agent:fire/1", &office->agent, &command, NULL);
    office_record(office, message_copy(&events[0], arena), &context);
    office_record(office, message_copy(&events[1], arena), &context);
    memcpy(out[0].bytes, published.hash.data, HASH_BYTES);
    memcpy(out[1].bytes, set.hash.data, HASH_BYTES);
}

/* A few commits of everything: genesis, two turns of submissions, opinions, a pack. */
static inline void office_live(struct office *office)
{
    struct hash hashes[2];

    office_found(office);
    for (int turn = 0; turn < 3; turn++) {
        office_begin(office);
        office_submit(office, 100, NULL);
        office_submit(office, 5000, NULL);
        office_publish(office, (uint32_t)turn + 1, hashes);
        office_commit(office);
        office_begin(office);
        office_agree(office, (uint64_t)turn * 2 + 1, NULL);
        office_commit(office);
    }
}

#endif
