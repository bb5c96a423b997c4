/* SPDX-License-Identifier: Apache-2.0 */
#include "client/envelope.h"

#include <string.h>

#include "os/random.h"
#include "proto/tags.h"

enum { COMMAND_ID_TIME_BYTES = 6 };

void command_id_make(int64_t wall_ms, uint8_t out[COMMAND_ID_BYTES])
{
    uint8_t time[8];

    bytes_put_u64(time, wall_ms > 0 ? (uint64_t)wall_ms : 0);
    memcpy(out, time + sizeof time - COMMAND_ID_TIME_BYTES, COMMAND_ID_TIME_BYTES);
    random_bytes(out + COMMAND_ID_TIME_BYTES, COMMAND_ID_BYTES - COMMAND_ID_TIME_BYTES);
}

static struct bytes pack_envelope(const struct envelope_author *author,
                                  const struct bytes *commands, size_t count,
                                  const struct seen_head *seen, struct arena *arena)
{
    ProtobufCBinaryData *fields = arena_array(arena, count, sizeof *fields);
    Hs__Envelope envelope = HS__ENVELOPE__INIT;

    if (fields == NULL) {
        return (struct bytes){0};
    }
    for (size_t i = 0; i < count; i++) {
        fields[i] = binary_of(commands[i]);
    }
    envelope.office = author->office;
    envelope.signer = author->signer;
    envelope.n_commands = count;
    envelope.commands = fields;
    envelope.seen_seq = seen->seq;
    if (seen->seq > 0) {
        envelope.seen_hash = binary_of((struct bytes){seen->hash.bytes, sizeof seen->hash.bytes});
    }
    return message_pack(&envelope, arena);
}

struct bytes envelope_frame(const struct envelope_author *author, const struct bytes *commands,
                            size_t count, const struct seen_head *seen, struct arena *arena)
{
    struct bytes envelope = pack_envelope(author, commands, count, seen, arena);
    uint8_t signature[SIGNATURE_BYTES];
    uint8_t key_id[SIGN_KEY_ID_BYTES];
    Hs__SignedEnvelope sealed = HS__SIGNED_ENVELOPE__INIT;
    Hs__ClientMessage message = HS__CLIENT_MESSAGE__INIT;

    if (envelope.data == NULL) {
        return (struct bytes){0};
    }
    signature_make(author->key, TAG_ENVELOPE, author->office, envelope, signature);
    sign_key_id(author->key->public_key, key_id);
    sealed.envelope = binary_of(envelope);
    sealed.algorithm = HS__SIGNED_ENVELOPE__ALGORITHM__ED25519;
    sealed.key_id = binary_of((struct bytes){key_id, sizeof key_id});
    sealed.signature = binary_of((struct bytes){signature, sizeof signature});
    message.body_case = HS__CLIENT_MESSAGE__BODY_ENVELOPE;
    message.envelope = &sealed;
    return message_pack(&message, arena);
}
