/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtual/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/found.h"
#include "lib/check.h"
#include "lib/hash.h"
#include "proto/tags.h"
#include "store/views.h"

enum { ORDERS_ARENA_BYTES = 64 << 20, ID_BYTES = 16, ID_TIME_BYTES = 6, OFFSET_MINUTES = 480 };

static const char office_id[] = "virtual";
static const char security_name[] = "person:security";
static const char admin_name[] = "person:admin";

_Noreturn void model_fail(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

static void must(enum err err, const char *what)
{
    if (err != ERR_OK) {
        model_fail("%s: %s", what, err_text(err));
    }
}

void model_key(const char *name, struct sign_key *sign, uint8_t curve[32])
{
    struct hash seed = hash_of(bytes_of_text(name));
    struct hash other = hash_of((struct bytes){seed.bytes, sizeof seed.bytes});

    sign_key_from_seed(seed.bytes, sign);
    memcpy(curve, other.bytes, sizeof other.bytes);
}

static int64_t wall_of(void *self)
{
    return ((struct model *)self)->wall_ms;
}

static bool is_synchronised(void *self)
{
    (void)self;
    return true;
}

/* Both clocks are one: what the office does about clocks that contradict each other is not the
 * matter here (tests/unit/broker_turn.c). */
static struct time_source time_of(struct model *model)
{
    return (struct time_source){
        .clock = {.wall_ms = wall_of, .boot_ms = wall_of, .self = model},
        .boot_id = "virtual",
        .is_synchronised = is_synchronised,
        .rate = 1,
    };
}

/* ---- founding ---- */

static Hs__Principal *principal_of(struct model *model, const char *name, Hs__Principal__Role role)
{
    Hs__Principal *principal = message_new(&hs__principal__descriptor, &model->arena);
    uint8_t *curve = arena_alloc(&model->arena, 32);
    uint8_t *sign = arena_alloc(&model->arena, SIGN_PUBLIC_BYTES);
    struct sign_key key;

    model_key(name, &key, curve);
    memcpy(sign, key.public_key, SIGN_PUBLIC_BYTES);
    principal->name = name;
    principal->roles = arena_array(&model->arena, 1, sizeof *principal->roles);
    principal->roles[0] = role;
    principal->n_roles = 1;
    principal->curve_key = (ProtobufCBinaryData){32, curve};
    principal->sign_key = (ProtobufCBinaryData){SIGN_PUBLIC_BYTES, sign};
    return principal;
}

void model_found(struct model *model)
{
    uint8_t curve[32];
    struct founding *founding = NULL;
    struct failure failure = {{0}};

    arena_init(&model->arena, ORDERS_ARENA_BYTES);
    model_key("office", &model->key, curve);
    const struct founding_settings settings = {
        .journal = model->folder,
        .map_bytes = model->map_bytes,
        .office = office_id,
        .prefix = "LJHS",
        .utc_offset_minutes = OFFSET_MINUTES,
        .office_key = &model->key,
        .office_curve_key = curve,
        .security_admin = principal_of(model, security_name, HS__PRINCIPAL__ROLE__SECURITY_ADMIN),
        .time = time_of(model),
    };
    if (founding_begin(&settings, &founding, &failure) != ERR_OK) {
        model_fail("founding: %s", failure.text);
    }
    founding_end(founding);
    arena_release(&model->arena);
    model_open(model);
    model_enrol(model, admin_name, HS__PRINCIPAL__ROLE__SYSTEM_ADMIN, "");
}

void model_open(struct model *model)
{
    const struct journal_options options = {.folder = model->folder, .map_bytes = model->map_bytes};
    struct failure failure = {{0}};
    struct transaction *txn = NULL;
    uint8_t curve[32];

    arena_init(&model->arena, ORDERS_ARENA_BYTES);
    model_key("office", &model->key, curve);
    if (journal_open(&options, &model->journal, &failure) != ERR_OK) {
        model_fail("%s: %s", model->folder, failure.text);
    }
    directory_init(&model->directory);
    must(journal_read_begin(model->journal, &txn), "reading");
    must(directory_load(&model->directory, txn), "the directory");
    journal_read_end(txn);
    model->library = library_new();

    const struct turn_settings settings = {
        .journal = model->journal,
        .library = model->library,
        .directory = &model->directory,
        .key = &model->key,
        .time = time_of(model),
    };
    model->turn = turn_new(&settings);
}

void model_close(struct model *model)
{
    turn_free(model->turn);
    library_free(model->library);
    directory_release(&model->directory);
    journal_close(model->journal);
    arena_release(&model->arena);
}

/* ---- turns ---- */

/* Returns an id that no other order has, of the time of the turn: the clock may stand back. */
static uint8_t *next_id(struct model *model)
{
    uint8_t *id = arena_alloc(&model->arena, ID_BYTES);
    uint8_t time[8];

    bytes_put_u64(time, (uint64_t)turn_now_ms(model->turn));
    memcpy(id, time + 2, ID_TIME_BYTES);
    bytes_put_u64(id + ID_BYTES - 8, journal_next_seq(model->journal));
    bytes_put_u64(time, ++model->orders);
    memcpy(id + ID_TIME_BYTES, time + 6, 2);
    return id;
}

static Hs__SignedEnvelope *seal(struct model *model, const struct order *order)
{
    struct arena *arena = &model->arena;
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__SignedEnvelope *outer = message_new(&hs__signed_envelope__descriptor, arena);
    uint8_t *signature = arena_alloc(arena, SIGNATURE_BYTES);
    uint8_t *key_id = arena_alloc(arena, SIGN_KEY_ID_BYTES);
    uint8_t curve[32];
    struct sign_key key;

    require(outer != NULL && signature != NULL && key_id != NULL);
    model_key(order->author, &key, curve);
    order->command->id = (ProtobufCBinaryData){ID_BYTES, next_id(model)};
    ProtobufCBinaryData command = binary_of(message_pack(order->command, arena));
    envelope.office = office_id;
    envelope.signer = order->author;
    envelope.n_commands = 1;
    envelope.commands = &command;
    struct bytes bytes = message_pack(&envelope, arena);
    require(bytes.data != NULL);
    signature_make(&key, TAG_ENVELOPE, office_id, bytes, signature);
    sign_key_id(key.public_key, key_id);
    outer->envelope = binary_of(bytes);
    outer->algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    outer->key_id = (ProtobufCBinaryData){SIGN_KEY_ID_BYTES, key_id};
    outer->signature = (ProtobufCBinaryData){SIGNATURE_BYTES, signature};
    return outer;
}

size_t model_turn(struct model *model, const struct order *orders, size_t count)
{
    must(turn_begin(model->turn), "a turn");
    size_t happened = 0;

    (void)turn_alarms(model->turn); /* what comes of them happened, and is counted so */
    turn_recompute(model->turn);
    for (size_t i = 0; i < count; i++) {
        turn_envelope(model->turn, seal(model, &orders[i]), orders[i].author, NULL);
    }
    enum err err = turn_end(model->turn);
    if (err != ERR_OK) {
        model_fail("a turn: %s: %s", err_text(err), journal_failure(model->journal)->text);
    }
    (void)turn_happenings(model->turn, &happened);
    return happened;
}

bool model_next_wake(struct model *model, int64_t *wake_ms)
{
    struct transaction *txn = NULL;

    must(journal_read_begin(model->journal, &txn), "reading");
    enum err err = view_next_deadline(txn, wake_ms);
    journal_read_end(txn);
    if (err != ERR_ABSENT) {
        must(err, "the deadlines");
    }
    return err == ERR_OK;
}

void model_enrol(struct model *model, const char *name, Hs__Principal__Role role,
                 const char *department)
{
    Hs__Enrol body = HS__ENROL__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    size_t count = 0;

    arena_clear(&model->arena);
    body.principal = principal_of(model, name, role);
    body.principal->department = department;
    command.body_case = HS__COMMAND__BODY_ENROL;
    command.enrol = &body;
    (void)model_turn(model, &(struct order){security_name, &command}, 1);
    const struct reply *reply = turn_replies(model->turn, &count);
    if (count != 1 || reply->kind == REPLY_REFUSAL) {
        model_fail("%s cannot be enrolled: %s", name, refusal_code(reply->refusal));
    }
}
