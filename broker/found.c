/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/found.h"

#include <stdlib.h>
#include <string.h>

#include "broker/turn.h"
#include "core/names.h"
#include "lib/check.h"
#include "os/random.h"
#include "proto/tags.h"
#include "store/format.h"

enum {
    CURVE_KEY_BYTES = 32,
    PREFIX_BYTES_MAX = 16,
    ID_BYTES = 16,
    ID_TIME_BYTES = 6,
    FOUNDING_ARENA_BYTES = 32 << 20
};

struct founding {
    struct journal *journal;
    struct library *library;
    struct directory directory;
    struct turn *turn;
    struct arena arena;
    struct time_source time;
    char *office;
    struct sign_key key;
};

static bool prefix_is_valid(const char *prefix)
{
    size_t size = strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    return size > 0 && size <= PREFIX_BYTES_MAX && prefix[size] == '\0';
}

static const char *fault_of(const struct founding_settings *settings)
{
    const Hs__Principal *admin = settings->security_admin;

    if (!name_is_plain(settings->office)) {
        return "an office's id is made of a-z, 0-9, _ and -, and begins with a letter";
    }
    if (!prefix_is_valid(settings->prefix)) {
        return "a prefix is made of 1 to 16 capital letters and digits";
    }
    if (settings->utc_offset_minutes < -14 * 60 || settings->utc_offset_minutes > 14 * 60) {
        return "an offset from UTC is between -840 and 840 minutes";
    }
    if (!principal_name_is_valid(admin->name) || admin->curve_key.len != CURVE_KEY_BYTES ||
        admin->sign_key.len != SIGN_PUBLIC_BYTES) {
        return "the security administrator needs a name and two keys";
    }
    return NULL;
}

static Hs__Genesis *genesis_of(const struct founding_settings *settings, struct arena *arena)
{
    Hs__Genesis *genesis = message_new(&hs__genesis__descriptor, arena);

    require(genesis != NULL); /* the arena is empty and large */
    genesis->office = settings->office;
    genesis->prefix = settings->prefix;
    genesis->utc_offset_minutes = settings->utc_offset_minutes;
    genesis->broker_curve_key =
        binary_of((struct bytes){settings->office_curve_key, CURVE_KEY_BYTES});
    genesis->broker_sign_key =
        binary_of((struct bytes){settings->office_key->public_key, SIGN_PUBLIC_BYTES});
    genesis->hash_algorithm = "BLAKE2b-256";
    genesis->sign_algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    genesis->schema = FORMAT_PRESENT;
    genesis->security_admin = (Hs__Principal *)(uintptr_t)settings->security_admin;
    return genesis;
}

static enum err open_journal(const struct founding_settings *settings, struct founding *founding,
                             struct failure *failure)
{
    struct journal_options options = {
        .folder = settings->journal, .map_bytes = settings->map_bytes, .create = true};
    enum err err = journal_open(&options, &founding->journal, failure);

    if (err == ERR_OK && journal_head(founding->journal)->seq != 0) {
        failure_set(failure, "%s holds a journal already", settings->journal);
        err = ERR_EXISTS;
    }
    return err;
}

static enum err write_genesis(const struct founding_settings *settings, struct founding *founding,
                              struct failure *failure)
{
    struct turn_settings turn_settings = {
        .journal = founding->journal,
        .library = founding->library,
        .directory = &founding->directory,
        .key = &founding->key,
        .time = founding->time,
    };

    founding->turn = turn_new(&turn_settings);
    enum err err = turn_begin(founding->turn);
    if (err == ERR_OK) {
        turn_genesis(founding->turn, genesis_of(settings, &founding->arena));
        err = turn_end(founding->turn);
    }
    if (err != ERR_OK) {
        *failure = *journal_failure(founding->journal);
    }
    return err;
}

enum err founding_begin(const struct founding_settings *settings, struct founding **out,
                        struct failure *failure)
{
    const char *fault = fault_of(settings);
    struct founding *founding = calloc(1, sizeof *founding);

    require(founding != NULL);
    if (fault != NULL) {
        failure_set(failure, "%s", fault);
        free(founding);
        return ERR_INVALID;
    }
    arena_init(&founding->arena, FOUNDING_ARENA_BYTES);
    directory_init(&founding->directory);
    founding->library = library_new();
    founding->time = settings->time;
    founding->key = *settings->office_key;
    founding->office = strdup(settings->office);
    require(founding->office != NULL);

    enum err err = open_journal(settings, founding, failure);
    if (err == ERR_OK) {
        err = write_genesis(settings, founding, failure);
    }
    if (err != ERR_OK) {
        founding_end(founding);
        return err;
    }
    *out = founding;
    return ERR_OK;
}

static void make_id(struct founding *founding, uint8_t id[ID_BYTES])
{
    const struct clock *clock = &founding->time.clock;
    uint64_t ms = (uint64_t)clock->wall_ms(clock->self);
    uint8_t time[8];

    bytes_put_u64(time, ms);
    memcpy(id, time + 2, ID_TIME_BYTES);
    random_bytes(id + ID_TIME_BYTES, ID_BYTES - ID_TIME_BYTES);
}

/* Returns @command in an envelope signed by @author. */
static Hs__SignedEnvelope *sign_order(struct founding *founding,
                                      const struct founding_author *author,
                                      const Hs__Command *command)
{
    struct arena *arena = &founding->arena;
    Hs__SignedEnvelope *outer = message_new(&hs__signed_envelope__descriptor, arena);
    Hs__Envelope envelope = HS__ENVELOPE__INIT;
    ProtobufCBinaryData bytes = binary_of(message_pack(command, arena));
    uint8_t *key_id = arena_alloc(arena, SIGN_KEY_ID_BYTES);
    uint8_t *signature = arena_alloc(arena, SIGNATURE_BYTES);

    envelope.office = founding->office;
    envelope.signer = author->name;
    envelope.n_commands = 1;
    envelope.commands = &bytes;
    struct bytes signed_bytes = message_pack(&envelope, arena);
    if (outer == NULL || bytes.data == NULL || key_id == NULL || signature == NULL ||
        signed_bytes.data == NULL) {
        return NULL;
    }
    signature_make(author->key, TAG_ENVELOPE, founding->office, signed_bytes, signature);
    sign_key_id(author->key->public_key, key_id);
    outer->envelope = binary_of(signed_bytes);
    outer->algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    outer->key_id = (ProtobufCBinaryData){SIGN_KEY_ID_BYTES, key_id};
    outer->signature = (ProtobufCBinaryData){SIGNATURE_BYTES, signature};
    return outer;
}

enum err founding_order(struct founding *founding, const struct founding_author *author,
                        Hs__Command *command, enum refusal *refusal, struct failure *failure)
{
    uint8_t id[ID_BYTES];
    size_t count = 0;

    arena_clear(&founding->arena);
    make_id(founding, id);
    command->id = (ProtobufCBinaryData){ID_BYTES, id};

    const Hs__SignedEnvelope *order = sign_order(founding, author, command);
    if (order == NULL) {
        failure_set(failure, "the order is too large");
        return ERR_FULL;
    }
    enum err err = turn_begin(founding->turn);
    if (err == ERR_OK) {
        turn_envelope(founding->turn, order, author->name, NULL);
        err = turn_end(founding->turn);
    }
    if (err != ERR_OK) {
        *failure = *journal_failure(founding->journal);
        return err;
    }
    const struct reply *reply = turn_replies(founding->turn, &count);
    require(count == 1);
    if (reply->kind != REPLY_REFUSAL) {
        return ERR_OK;
    }
    *refusal = reply->refusal;
    failure_set(failure, "%s: %s%s%s", refusal_code(reply->refusal), refusal_en(reply->refusal),
                reply->detail == NULL ? "" : ": ", reply->detail == NULL ? "" : reply->detail);
    return ERR_DENIED;
}

void founding_end(struct founding *founding)
{
    if (founding == NULL) {
        return;
    }
    turn_free(founding->turn);
    library_free(founding->library);
    directory_release(&founding->directory);
    if (founding->journal != NULL) {
        (void)journal_sync_head(founding->journal); /* a witness beside the journal */
    }
    journal_close(founding->journal);
    arena_release(&founding->arena);
    sign_key_wipe(&founding->key);
    free(founding->office);
    free(founding);
}
