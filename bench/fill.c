/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/fill.h"

#include <stdio.h>
#include <string.h>

#include "broker/limits.h"
#include "broker/turn.h"
#include "lib/check.h"
#include "proto/tags.h"

enum { FILL_ARENA_BYTES = 32 << 20, ID_BYTES = 16, ID_TIME_BYTES = 6, BUNDLE = 16 };

/* A turn is ended here: the rest of its arena is more than an envelope takes, so that none of its
 * commands is put off. */
enum { TURN_FILLED_BYTES = TURN_ARENA_BYTES / 4 };

/* The office while it is filled. */
struct filling {
    const struct fill *fill;
    struct journal *journal;
    struct library *library;
    struct directory directory;
    struct turn *turn;
    struct arena material; /* the packet */
    struct arena arena;    /* of one turn */
    Hs__Packet *packet;
    uint64_t given;
    int64_t at_ms; /* what the clock says */
};

static int64_t time_of(void *self)
{
    return ((const struct filling *)self)->at_ms;
}

static enum err open_office(struct filling *filling)
{
    const struct bench_office *office = filling->fill->office;
    const struct journal_options options = {.folder = office->journal};
    struct failure failure = {{0}};
    struct transaction *txn = NULL;
    enum err err = journal_open(&options, &filling->journal, &failure);

    if (err != ERR_OK) {
        fprintf(stderr, "%s: %s\n", office->journal, failure.text);
        return err;
    }
    err = journal_read_begin(filling->journal, &txn);
    if (err == ERR_OK) {
        err = directory_load(&filling->directory, txn);
        journal_read_end(txn);
    }
    filling->library = library_new();

    struct time_source time = time_source_machine();
    time.clock = (struct clock){.wall_ms = time_of, .boot_ms = time.clock.boot_ms, .self = filling};
    const struct turn_settings settings = {
        .journal = filling->journal,
        .library = filling->library,
        .directory = &filling->directory,
        .key = &office->broker.sign,
        .time = time,
    };
    filling->turn = turn_new(&settings);
    return err;
}

/* ---- envelopes ---- */

/* Returns @commands, made by @author, signed. */
static Hs__SignedEnvelope *seal(struct filling *filling, const char *author,
                                const struct sign_key *key, Hs__Envelope *envelope)
{
    struct arena *arena = &filling->arena;
    Hs__SignedEnvelope *outer = message_new(&hs__signed_envelope__descriptor, arena);
    uint8_t *key_id = arena_alloc(arena, SIGN_KEY_ID_BYTES);
    uint8_t *signature = arena_alloc(arena, SIGNATURE_BYTES);

    envelope->office = OFFICE_ID;
    envelope->signer = author;
    struct bytes bytes = message_pack(envelope, arena);
    require(outer != NULL && key_id != NULL && signature != NULL && bytes.data != NULL);
    signature_make(key, TAG_ENVELOPE, OFFICE_ID, bytes, signature);
    sign_key_id(key->public_key, key_id);
    outer->envelope = binary_of(bytes);
    outer->algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    outer->key_id = (ProtobufCBinaryData){SIGN_KEY_ID_BYTES, key_id};
    outer->signature = (ProtobufCBinaryData){SIGNATURE_BYTES, signature};
    return outer;
}

static ProtobufCBinaryData pack(struct filling *filling, Hs__Command *command)
{
    uint8_t *id = arena_alloc(&filling->arena, ID_BYTES);
    uint8_t time[8];

    require(id != NULL);
    bytes_put_u64(time, (uint64_t)filling->at_ms);
    memcpy(id, time + 2, ID_TIME_BYTES);
    bytes_put_u64(id + ID_BYTES - sizeof time, filling->fill->first_number + filling->given);
    command->id = (ProtobufCBinaryData){ID_BYTES, id};
    struct bytes bytes = message_pack(command, &filling->arena);
    require(bytes.data != NULL);
    return binary_of(bytes);
}

static void submit_bundle(struct filling *filling)
{
    const struct fill *fill = filling->fill;
    const struct bench_principal *applicant = &fill->office->submitters[0];
    ProtobufCBinaryData commands[BUNDLE];
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.process = fill->limit_seconds > 0 ? "bench_burst" : "";
    body.packet = filling->packet;
    body.title = "测量";
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    while (envelope.n_commands < BUNDLE && filling->given < fill->proposals) {
        filling->given++;
        definitions_renumber(filling->packet, fill->first_number + filling->given);
        commands[envelope.n_commands++] = pack(filling, &command);
    }
    envelope.commands = commands;
    turn_envelope(filling->turn, seal(filling, applicant->name, &applicant->keys.sign, &envelope),
                  applicant->name, NULL);
}

/* ---- turns ---- */

static enum err end_turn(struct filling *filling)
{
    size_t count = 0;
    enum err err = turn_end(filling->turn);
    const struct reply *replies = turn_replies(filling->turn, &count);

    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        if (replies[i].kind == REPLY_REFUSAL) {
            fprintf(stderr, "filling the office: %s\n", refusal_code(replies[i].refusal));
            err = ERR_INVALID;
        }
    }
    return err;
}

static enum err begin_turn(struct filling *filling)
{
    arena_clear(&filling->arena);
    return turn_begin(filling->turn);
}

static enum err submit_all(struct filling *filling)
{
    enum err err = ERR_OK;

    while (filling->given < filling->fill->proposals && err == ERR_OK) {
        if (filling->fill->limit_seconds == 0) {
            filling->at_ms = clock_real().wall_ms(NULL);
        }
        err = begin_turn(filling);
        while (err == ERR_OK && filling->given < filling->fill->proposals &&
               turn_arena(filling->turn)->used_bytes < TURN_FILLED_BYTES) {
            submit_bundle(filling);
        }
        if (err == ERR_OK) {
            err = end_turn(filling);
        }
    }
    return err;
}

static enum err publish_burst(struct filling *filling)
{
    const struct bench_office *office = filling->fill->office;
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    Hs__Publish body = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    enum err err = begin_turn(filling);

    if (err != ERR_OK) {
        return err;
    }
    body.kind = HS__PUBLISH__KIND__PROCESS;
    body.definition = binary_of(message_pack(
        definitions_burst(filling->fill->limit_seconds, &filling->arena), &filling->arena));
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &body;
    ProtobufCBinaryData bytes = pack(filling, &command);
    envelope.n_commands = 1;
    envelope.commands = &bytes;
    turn_envelope(filling->turn, seal(filling, "office", &office->broker.sign, &envelope), "office",
                  NULL);
    return end_turn(filling);
}

enum err fill_office(const struct fill *fill, int64_t *due_ms)
{
    struct filling filling = {.fill = fill, .at_ms = clock_real().wall_ms(NULL)};
    enum err err = ERR_OK;

    arena_init(&filling.material, FILL_ARENA_BYTES);
    arena_init(&filling.arena, FILL_ARENA_BYTES);
    directory_init(&filling.directory);
    filling.packet = definitions_packet(0, &filling.material);
    err = open_office(&filling);
    if (err == ERR_OK && fill->limit_seconds > 0) {
        err = publish_burst(&filling);
        *due_ms = filling.at_ms + (int64_t)fill->limit_seconds * 1000;
    }
    if (err == ERR_OK) {
        err = submit_all(&filling);
    }
    turn_free(filling.turn);
    library_free(filling.library);
    directory_release(&filling.directory);
    journal_close(filling.journal);
    arena_release(&filling.material);
    arena_release(&filling.arena);
    return err;
}
