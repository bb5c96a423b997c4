/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of broker/turn: envelopes, idempotency, receipts, and what a refused turn leaves behind. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/turn.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/random.h"
#include "proto/tags.h"
#include "store/receipt.h"

enum { MAP_BYTES = 64 << 20, START_MS = 1800000000 };

#define NOW_MS  (INT64_C(1000) * START_MS)
#define BOOT_MS (INT64_C(1000) * 3600)
#define DAY_MS  (INT64_C(24) * 3600 * 1000)

struct fixture {
    char folder[64];
    struct journal *journal;
    struct library *library;
    struct directory directory;
    struct turn *turn;
    struct arena arena;
    struct sign_key office_key;
    struct sign_key admin_key;
    uint8_t admin_curve[32];
    int64_t wall_ms;
    int64_t boot_ms;
    const char *boot_id;
    bool is_synchronised;
    struct time_rules rules;
};

static int64_t wall_of(void *self)
{
    return ((struct fixture *)self)->wall_ms;
}

static int64_t boot_of(void *self)
{
    return ((struct fixture *)self)->boot_ms;
}

static bool is_synchronised_of(void *self)
{
    return ((struct fixture *)self)->is_synchronised;
}

static void make_key(struct sign_key *key)
{
    uint8_t seed[SIGN_SEED_BYTES];

    random_bytes(seed, sizeof seed);
    sign_key_from_seed(seed, key);
}

static void open_turn(struct fixture *f)
{
    struct journal_options options = {.folder = f->folder, .map_bytes = MAP_BYTES, .create = true};
    struct failure failure;

    assert_int_equal(journal_open(&options, &f->journal, &failure), ERR_OK);
    directory_init(&f->directory);
    f->library = library_new();

    struct turn_settings settings = {
        .journal = f->journal,
        .library = f->library,
        .directory = &f->directory,
        .key = &f->office_key,
        .time = {.clock = {.wall_ms = wall_of, .boot_ms = boot_of, .self = f},
                 .is_synchronised = is_synchronised_of,
                 .rules = f->rules,
                 .rate = 1},
    };
    memcpy(settings.time.boot_id, f->boot_id, strlen(f->boot_id));
    f->turn = turn_new(&settings);
}

static void close_turn(struct fixture *f)
{
    turn_free(f->turn);
    library_free(f->library);
    directory_release(&f->directory);
    journal_close(f->journal);
}

static void found(struct fixture *f)
{
    Hs__Principal admin = HS__PRINCIPAL__INIT;
    Hs__Principal__Role roles[] = {HS__PRINCIPAL__ROLE__SECURITY_ADMIN};
    Hs__Genesis genesis = HS__GENESIS__INIT;

    admin.name = "person:security";
    admin.n_roles = 1;
    admin.roles = roles;
    admin.curve_key = (ProtobufCBinaryData){sizeof f->admin_curve, f->admin_curve};
    admin.sign_key = (ProtobufCBinaryData){SIGN_PUBLIC_BYTES, f->admin_key.public_key};
    genesis.office = "test";
    genesis.prefix = "LJHS";
    genesis.utc_offset_minutes = 480;
    genesis.broker_curve_key = (ProtobufCBinaryData){sizeof f->admin_curve, f->admin_curve};
    genesis.broker_sign_key = (ProtobufCBinaryData){SIGN_PUBLIC_BYTES, f->office_key.public_key};
    genesis.hash_algorithm = "BLAKE2b-256";
    genesis.sign_algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    genesis.security_admin = &admin;
    genesis.schema = "huishen.v1";
    assert_int_equal(turn_begin(f->turn), ERR_OK);
    turn_genesis(f->turn, &genesis);
    assert_int_equal(turn_end(f->turn), ERR_OK);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    const char *base = getenv("TMPDIR");

    fixture = (struct fixture){.wall_ms = NOW_MS,
                               .boot_ms = BOOT_MS,
                               .boot_id = "boot-1",
                               .is_synchronised = true,
                               .rules = {.gap_ms_max = 7 * DAY_MS},
                               .admin_curve = {1}};
    (void)snprintf(fixture.folder, sizeof fixture.folder, "%.40s/turn-XXXXXX",
                   base == NULL ? "." : base);
    assert_non_null(mkdtemp(fixture.folder));
    arena_init(&fixture.arena, 64 << 20);
    make_key(&fixture.office_key);
    make_key(&fixture.admin_key);
    open_turn(&fixture);
    found(&fixture);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    close_turn(f);
    arena_release(&f->arena);
    assert_int_equal(folder_remove(f->folder), ERR_OK);
    return 0;
}

/* An envelope being made; its parts can be spoilt before it is signed or after. */
struct draft {
    Hs__Command *command;
    uint8_t id[16];
    size_t id_bytes; /* of id that are sent */
    const char *office;
    const char *signer;
    const struct sign_key *key;
};

static void make_id(int64_t at_ms, uint8_t tail, uint8_t id[16])
{
    uint8_t time[8];

    bytes_put_u64(time, (uint64_t)at_ms);
    memset(id, tail, 16);
    memcpy(id, time + 2, 6);
}

static struct draft enrolment(struct fixture *f, const char *name, uint8_t tail)
{
    struct draft draft = {
        .id_bytes = 16, .office = "test", .signer = "person:security", .key = &f->admin_key};
    Hs__Command *command = message_new(&hs__command__descriptor, &f->arena);
    Hs__Enrol *enrol = message_new(&hs__enrol__descriptor, &f->arena);
    Hs__Principal *principal = message_new(&hs__principal__descriptor, &f->arena);
    uint8_t *keys = arena_alloc(&f->arena, 64);

    memset(keys, tail, 64);
    keys[0] = 2;
    keys[32] = 3;
    principal->name = name;
    principal->roles = arena_array(&f->arena, 1, sizeof *principal->roles);
    principal->roles[0] = HS__PRINCIPAL__ROLE__APPLICANT;
    principal->n_roles = 1;
    principal->curve_key = (ProtobufCBinaryData){32, keys};
    principal->sign_key = (ProtobufCBinaryData){32, keys + 32};
    enrol->principal = principal;
    command->body_case = HS__COMMAND__BODY_ENROL;
    command->enrol = enrol;
    draft.command = command;
    make_id(NOW_MS, tail, draft.id);
    return draft;
}

static Hs__SignedEnvelope *seal(struct fixture *f, const struct draft *draft)
{
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__SignedEnvelope *outer = message_new(&hs__signed_envelope__descriptor, &f->arena);
    uint8_t *signature = arena_alloc(&f->arena, SIGNATURE_BYTES);
    uint8_t *key_id = arena_alloc(&f->arena, SIGN_KEY_ID_BYTES);

    draft->command->id = (ProtobufCBinaryData){
        draft->id_bytes, arena_copy(&f->arena, (struct bytes){draft->id, sizeof draft->id})};
    ProtobufCBinaryData command = binary_of(message_pack(draft->command, &f->arena));
    envelope.office = draft->office;
    envelope.signer = draft->signer;
    envelope.n_commands = 1;
    envelope.commands = &command;
    struct bytes bytes = message_pack(&envelope, &f->arena);
    signature_make(draft->key, TAG_ENVELOPE, draft->office, bytes, signature);
    sign_key_id(draft->key->public_key, key_id);
    outer->envelope = binary_of(bytes);
    outer->algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    outer->key_id = (ProtobufCBinaryData){SIGN_KEY_ID_BYTES, key_id};
    outer->signature = (ProtobufCBinaryData){SIGNATURE_BYTES, signature};
    return outer;
}

/* Runs one turn with @envelope alone and returns its one reply. */
static const struct reply *run(struct fixture *f, const Hs__SignedEnvelope *envelope,
                               const char *user)
{
    size_t count = 0;

    assert_int_equal(turn_begin(f->turn), ERR_OK);
    turn_envelope(f->turn, envelope, user, NULL);
    assert_int_equal(turn_end(f->turn), ERR_OK);
    const struct reply *replies = turn_replies(f->turn, &count);
    assert_int_equal(count, 1);
    return replies;
}

static void assert_refused(const struct reply *reply, enum refusal refusal)
{
    assert_int_equal(reply->kind, REPLY_REFUSAL);
    assert_string_equal(refusal_code(reply->refusal), refusal_code(refusal));
}

/* Returns the complete receipt of @reply as bytes that outlive the turn. */
static struct bytes receipt_bytes(struct fixture *f, const struct reply *reply)
{
    struct bytes head = turn_head(f->turn);

    assert_int_equal(reply->kind, REPLY_RECEIPT);
    if (reply->receipt->head == NULL) {
        reply->receipt->head =
            message_read(&hs__signed_head__descriptor, head, turn_arena(f->turn));
    }
    return message_pack(reply->receipt, &f->arena);
}

static void a_receipt_proves_the_command_to_anyone(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    const Hs__SignedEnvelope *envelope = seal(f, &draft);
    struct bytes bytes = receipt_bytes(f, run(f, envelope, draft.signer));
    Hs__Receipt *receipt = message_read(&hs__receipt__descriptor, bytes, &f->arena);

    assert_true(receipt_check(receipt, f->office_key.public_key, "test", &f->arena));
    assert_true(receipt_covers(receipt, envelope, draft.signer, &f->arena));
    receipt->leaf.data[0] ^= 1;
    assert_false(receipt_check(receipt, f->office_key.public_key, "test", &f->arena));
}

static void the_same_command_gets_the_same_receipt_over_restarts(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    const Hs__SignedEnvelope *envelope = seal(f, &draft);
    struct bytes first = receipt_bytes(f, run(f, envelope, draft.signer));
    uint64_t head = journal_head(f->journal)->seq;

    struct bytes again = receipt_bytes(f, run(f, envelope, draft.signer));
    assert_true(bytes_equal(first, again));

    close_turn(f);
    open_turn(f);
    struct transaction *txn = NULL;
    assert_int_equal(journal_read_begin(f->journal, &txn), ERR_OK);
    assert_int_equal(directory_load(&f->directory, txn), ERR_OK);
    journal_read_end(txn);
    again = receipt_bytes(f, run(f, envelope, draft.signer));
    assert_true(bytes_equal(first, again));
    assert_int_equal(journal_head(f->journal)->seq, head);
}

static void the_same_command_twice_in_one_turn_is_one(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    const Hs__SignedEnvelope *envelope = seal(f, &draft);
    size_t count = 0;

    assert_int_equal(turn_begin(f->turn), ERR_OK);
    turn_envelope(f->turn, envelope, draft.signer, NULL);
    turn_envelope(f->turn, envelope, draft.signer, NULL);
    assert_int_equal(turn_end(f->turn), ERR_OK);

    const struct reply *replies = turn_replies(f->turn, &count);
    assert_int_equal(count, 2);
    assert_true(bytes_equal(receipt_bytes(f, &replies[0]), receipt_bytes(f, &replies[1])));
    (void)turn_happenings(f->turn, &count);
    assert_int_equal(count, 1);
}

static void an_id_with_other_bytes_is_refused_and_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    struct draft other = enrolment(f, "person:other", 9);

    (void)receipt_bytes(f, run(f, seal(f, &draft), draft.signer));
    uint64_t head = journal_head(f->journal)->seq;
    assert_refused(run(f, seal(f, &other), other.signer), REFUSAL_COMMAND_ID_REUSED);
    assert_int_equal(journal_head(f->journal)->seq, head);
    assert_null(directory_find(&f->directory, "person:other"));
}

static void a_command_older_than_the_memory_is_refused(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    const int64_t memory_ms = INT64_C(30) * 24 * 3600 * 1000;

    make_id(NOW_MS - memory_ms - 1, 9, draft.id);
    assert_refused(run(f, seal(f, &draft), draft.signer), REFUSAL_COMMAND_TOO_OLD);
    make_id(NOW_MS - memory_ms, 9, draft.id);
    assert_int_equal(run(f, seal(f, &draft), draft.signer)->kind, REPLY_RECEIPT);
}

static void a_command_id_has_16_bytes(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);

    draft.id_bytes = 15;
    assert_refused(run(f, seal(f, &draft), draft.signer), REFUSAL_COMMAND_ID_INVALID);
    draft.id_bytes = 0;
    assert_refused(run(f, seal(f, &draft), draft.signer), REFUSAL_COMMAND_ID_INVALID);
}

static void a_refused_command_may_be_decided_afresh(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    struct draft change = draft;
    Hs__ChangePrincipal *body = message_new(&hs__change_principal__descriptor, &f->arena);

    body->name = "person:street";
    body->disabled = true;
    change.command = message_new(&hs__command__descriptor, &f->arena);
    change.command->body_case = HS__COMMAND__BODY_CHANGE_PRINCIPAL;
    change.command->change_principal = body;
    make_id(NOW_MS, 10, change.id);

    assert_refused(run(f, seal(f, &change), change.signer), REFUSAL_UNKNOWN_PRINCIPAL);
    (void)receipt_bytes(f, run(f, seal(f, &draft), draft.signer));
    assert_int_equal(run(f, seal(f, &change), change.signer)->kind, REPLY_RECEIPT);
    assert_true(directory_find(&f->directory, "person:street")->disabled);
}

static void an_envelope_that_proves_nothing_is_refused(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);
    Hs__SignedEnvelope *spoilt = seal(f, &draft);
    Hs__SignedEnvelope *garbage = seal(f, &draft);
    struct draft foreign = draft;
    struct draft stranger = draft;
    uint64_t head = journal_head(f->journal)->seq;

    spoilt->signature.data[5] ^= 1;
    assert_refused(run(f, spoilt, draft.signer), REFUSAL_BAD_SIGNATURE);
    garbage->envelope.len -= 1;
    assert_refused(run(f, garbage, draft.signer), REFUSAL_MALFORMED);
    foreign.office = "elsewhere";
    assert_refused(run(f, seal(f, &foreign), foreign.signer), REFUSAL_WRONG_OFFICE);
    stranger.signer = "person:nobody";
    assert_refused(run(f, seal(f, &stranger), "person:nobody"), REFUSAL_UNKNOWN_SIGNER);
    assert_refused(run(f, seal(f, &draft), "person:nobody"), REFUSAL_UNKNOWN_SIGNER);
    draft.key = &f->office_key;
    assert_refused(run(f, seal(f, &draft), draft.signer), REFUSAL_BAD_SIGNATURE);
    assert_int_equal(journal_head(f->journal)->seq, head);
}

static void time_never_goes_back(void **state)
{
    struct fixture *f = *state;
    struct draft draft = enrolment(f, "person:street", 9);

    f->wall_ms = NOW_MS - 3600 * 1000;
    assert_int_equal(run(f, seal(f, &draft), draft.signer)->kind, REPLY_RECEIPT);
    assert_true(turn_now_ms(f->turn) == NOW_MS);
    assert_true(journal_head(f->journal)->at_ms == NOW_MS);
}

static void what_is_no_envelope_is_refused(void **state)
{
    struct fixture *f = *state;
    static const uint8_t frames[][4] = {{0x1a, 0x7f, 0, 0}, {0x1a, 2, 0xff, 0xff}, {0xff, 1, 2, 3}};
    size_t count = 0;

    assert_int_equal(turn_begin(f->turn), ERR_OK);
    for (size_t i = 0; i < 3; i++) {
        turn_frame(f->turn, (struct bytes){frames[i], sizeof frames[i]}, "person:security", NULL);
    }
    assert_int_equal(turn_end(f->turn), ERR_OK);
    const struct reply *replies = turn_replies(f->turn, &count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_refused(&replies[i], REFUSAL_MALFORMED);
    }
}

static const struct reply *run_held(struct fixture *f, const Hs__SignedEnvelope *envelope)
{
    size_t count = 0;

    assert_int_equal(turn_begin(f->turn), ERR_OK);
    turn_hold(f->turn);
    turn_envelope(f->turn, envelope, "person:security", NULL);
    assert_int_equal(turn_end(f->turn), ERR_OK);
    const struct reply *replies = turn_replies(f->turn, &count);
    assert_int_equal(count, 1);
    return replies;
}

static void while_held_only_what_is_on_record_gets_its_receipt(void **state)
{
    struct fixture *f = *state;
    struct draft old = enrolment(f, "person:street", 9);
    struct draft new = enrolment(f, "person:other", 10);
    struct bytes first = receipt_bytes(f, run(f, seal(f, &old), old.signer));

    const struct reply *refused = run_held(f, seal(f, &new));
    assert_refused(refused, REFUSAL_STORE_FULL);
    assert_memory_equal(refused->command_id.data, new.id, sizeof new.id);
    assert_true(bytes_equal(receipt_bytes(f, run_held(f, seal(f, &old))), first));
}

/* An envelope of @count enrolments of as many persons, signed. */
static Hs__SignedEnvelope *seal_many(struct fixture *f, size_t count)
{
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    struct draft draft = enrolment(f, "person:one", 9);
    Hs__SignedEnvelope *outer = seal(f, &draft); /* its key id and algorithm are kept */

    envelope.office = draft.office;
    envelope.signer = draft.signer;
    envelope.commands = arena_array(&f->arena, count, sizeof *envelope.commands);
    for (uint64_t i = 0; i < count; i++) {
        draft = enrolment(f, arena_format(&f->arena, "person:%zu", (size_t)i), 9);
        bytes_put_u64(draft.command->enrol->principal->curve_key.data + 8, i);
        bytes_put_u64(draft.command->enrol->principal->sign_key.data + 8, i);
        bytes_put_u64(draft.id + 8, i);
        draft.command->id = binary_of((struct bytes){draft.id, sizeof draft.id});
        envelope.commands[i] = binary_of(message_pack(draft.command, &f->arena));
        envelope.n_commands++;
    }
    struct bytes bytes = message_pack(&envelope, &f->arena);
    signature_make(draft.key, TAG_ENVELOPE, draft.office, bytes, outer->signature.data);
    outer->envelope = binary_of(bytes);
    return outer;
}

static void a_large_envelope_sent_again_is_answered_in_a_moment(void **state)
{
    enum { COMMANDS = 3000, TIMES_MAX = 20 };
    struct fixture *f = *state;
    Hs__SignedEnvelope *envelope = seal_many(f, COMMANDS);
    int64_t took_ns[2] = {0};
    size_t count = 0;

    for (int round = 0; round < 2; round++) {
        int64_t begun_ns = clock_monotonic_ns();

        assert_int_equal(turn_begin(f->turn), ERR_OK);
        turn_envelope(f->turn, envelope, "person:security", NULL);
        assert_int_equal(turn_end(f->turn), ERR_OK);
        took_ns[round] = clock_monotonic_ns() - begun_ns;
        const struct reply *replies = turn_replies(f->turn, &count);
        assert_int_equal(count, COMMANDS);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(replies[i].kind, REPLY_RECEIPT);
        }
    }
    assert_true(took_ns[1] < TIMES_MAX * took_ns[0]); /* not a commit read for each command */
}

/* Returns a command whose parsed form is many times its @size bytes. */
static struct draft bomb(struct fixture *f, size_t size, uint8_t tail)
{
    struct draft draft = {.office = "test", .signer = "person:security", .key = &f->admin_key};
    Hs__Command *command = message_new(&hs__command__descriptor, &f->arena);
    Hs__Submit *submit = message_new(&hs__submit__descriptor, &f->arena);
    Hs__Packet *packet = message_new(&hs__packet__descriptor, &f->arena);
    Hs__Field *field = message_new(&hs__field__descriptor, &f->arena);

    packet->n_fields = size / 2; /* a tag and a length each */
    packet->fields = arena_array(&f->arena, packet->n_fields, sizeof *packet->fields);
    for (size_t i = 0; i < packet->n_fields; i++) {
        packet->fields[i] = field;
    }
    submit->packet = packet;
    command->body_case = HS__COMMAND__BODY_SUBMIT;
    command->submit = submit;
    draft.command = command;
    make_id(NOW_MS, tail, draft.id);
    return draft;
}

static void a_command_that_unfolds_costs_the_others_nothing(void **state)
{
    struct fixture *f = *state;
    struct draft first = enrolment(f, "person:first", 9);
    struct draft last = enrolment(f, "person:last", 10);
    size_t count = 0;

    for (size_t size = 64 * 1024; size <= 2 * 1024 * 1024; size *= 2) {
        struct arena_mark mark = arena_mark(&f->arena);
        struct draft large = bomb(f, size, 11);
        Hs__SignedEnvelope *envelopes[] = {seal(f, &first), seal(f, &large), seal(f, &last)};

        assert_int_equal(turn_begin(f->turn), ERR_OK);
        for (size_t i = 0; i < 3; i++) {
            turn_envelope(f->turn, envelopes[i], first.signer, NULL);
        }
        assert_int_equal(turn_end(f->turn), ERR_OK);
        const struct reply *replies = turn_replies(f->turn, &count);
        assert_int_equal(count, 3);
        assert_int_equal(replies[0].kind, REPLY_RECEIPT);
        assert_int_equal(replies[1].kind, REPLY_REFUSAL);
        assert_int_equal(replies[2].kind, REPLY_RECEIPT);
        arena_rewind(&f->arena, mark);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_receipt_proves_the_command_to_anyone),
        T(the_same_command_gets_the_same_receipt_over_restarts),
        T(the_same_command_twice_in_one_turn_is_one),
        T(an_id_with_other_bytes_is_refused_and_changes_nothing),
        T(a_command_older_than_the_memory_is_refused),
        T(a_command_id_has_16_bytes),
        T(a_refused_command_may_be_decided_afresh),
        T(an_envelope_that_proves_nothing_is_refused),
        T(time_never_goes_back),
        T(what_is_no_envelope_is_refused),
        T(while_held_only_what_is_on_record_gets_its_receipt),
        T(a_large_envelope_sent_again_is_answered_in_a_moment),
        T(a_command_that_unfolds_costs_the_others_nothing),
    };

    return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
