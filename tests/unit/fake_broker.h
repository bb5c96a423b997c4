/* SPDX-License-Identifier: Apache-2.0 */
/* fake_broker.h - the other side of a conversation, in the test's hands: reads what a client sends,
 * and says what the test wants said, with heads and receipts that prove what they should.
 *
 * Its journal has one entry a commit. Messages live in its arena until it is released.
 */
#ifndef TESTS_UNIT_FAKE_BROKER_H
#define TESTS_UNIT_FAKE_BROKER_H

#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/signature.h"
#include "proto/message.h"
#include "proto/tags.h"

#define FAKE_OFFICE "yuzhong"

enum { FAKE_MESSAGES_MAX = 8192, FAKE_BUNDLE_MAX = 8192, FAKE_ARENA_BYTES = 256 * 1024 * 1024 };

struct fake_broker {
    struct sign_key key;
    uint64_t seq;
    struct hash hash;
    struct arena arena;
    const Hs__ClientMessage *received[FAKE_MESSAGES_MAX]; /* in order */
    size_t received_count;
    Hs__BrokerMessage *bundle[FAKE_BUNDLE_MAX]; /* to be said with the next bundle */
    size_t bundle_count;
};

static inline void fake_init(struct fake_broker *fake)
{
    uint8_t seed[SIGN_SEED_BYTES] = {7};

    memset(fake, 0, sizeof *fake);
    sign_key_from_seed(seed, &fake->key);
    arena_init(&fake->arena, FAKE_ARENA_BYTES);
    fake->seq = 10;
    fake->hash = hash_of(bytes_of_text("history"));
}

static inline void fake_release(struct fake_broker *fake)
{
    arena_release(&fake->arena);
}

static inline void *fake_new(struct fake_broker *fake, const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, &fake->arena);

    assert_non_null(message);
    return message;
}

static inline ProtobufCBinaryData fake_bytes(struct fake_broker *fake, const void *data,
                                             size_t size)
{
    void *copy = arena_copy(&fake->arena, (struct bytes){data, size});

    assert_non_null(copy);
    return (ProtobufCBinaryData){size, copy};
}

/* ---- what it receives ---- */

static inline void fake_take(struct fake_broker *fake, struct bytes frame)
{
    struct bytes copy = {arena_copy(&fake->arena, frame), frame.size};
    ProtobufCMessage *message = NULL;

    assert_non_null(copy.data);
    assert_int_equal(message_parse(&hs__client_message__descriptor, copy, &fake->arena, &message),
                     ERR_OK);
    assert_true(fake->received_count < FAKE_MESSAGES_MAX);
    fake->received[fake->received_count++] = (const Hs__ClientMessage *)message;
}

static inline void fake_forget(struct fake_broker *fake)
{
    fake->received_count = 0;
}

static inline size_t fake_count(const struct fake_broker *fake, Hs__ClientMessage__BodyCase kind)
{
    size_t count = 0;

    for (size_t i = 0; i < fake->received_count; i++) {
        count += fake->received[i]->body_case == kind;
    }
    return count;
}

/* Returns the last message of kind @kind. */
static inline const Hs__ClientMessage *fake_last(const struct fake_broker *fake,
                                                 Hs__ClientMessage__BodyCase kind)
{
    for (size_t i = fake->received_count; i > 0; i--) {
        if (fake->received[i - 1]->body_case == kind) {
            return fake->received[i - 1];
        }
    }
    return NULL;
}

static inline const Hs__Envelope *fake_open(struct fake_broker *fake,
                                            const Hs__ClientMessage *message)
{
    ProtobufCMessage *envelope = NULL;

    assert_int_equal(message_parse(&hs__envelope__descriptor, bytes_of(message->envelope->envelope),
                                   &fake->arena, &envelope),
                     ERR_OK);
    return (const Hs__Envelope *)envelope;
}

static inline const Hs__Command *fake_command(struct fake_broker *fake,
                                              const Hs__Envelope *envelope, size_t index)
{
    ProtobufCMessage *command = NULL;

    assert_true(index < envelope->n_commands);
    assert_int_equal(message_parse(&hs__command__descriptor, bytes_of(envelope->commands[index]),
                                   &fake->arena, &command),
                     ERR_OK);
    return (const Hs__Command *)command;
}

/* Returns the last envelope received, opened. */
static inline const Hs__Envelope *fake_envelope(struct fake_broker *fake)
{
    const Hs__ClientMessage *message = fake_last(fake, HS__CLIENT_MESSAGE__BODY_ENVELOPE);

    assert_non_null(message);
    return fake_open(fake, message);
}

/* ---- its journal ---- */

/* Returns the signed head of the last commit. */
static inline Hs__SignedHead *fake_head(struct fake_broker *fake)
{
    Hs__Head *head = fake_new(fake, &hs__head__descriptor);
    Hs__SignedHead *signed_head = fake_new(fake, &hs__signed_head__descriptor);
    uint8_t signature[SIGNATURE_BYTES];
    uint8_t number[8];

    bytes_put_u64(number, fake->seq);
    struct hash leaf = hash_of((struct bytes){number, sizeof number});
    head->office = FAKE_OFFICE;
    head->first_seq = fake->seq;
    head->last_seq = fake->seq;
    head->root = fake_bytes(fake, leaf.bytes, sizeof leaf.bytes);
    head->hash = fake_bytes(fake, fake->hash.bytes, sizeof fake->hash.bytes);
    head->committed_at = 1000;
    struct bytes bytes = message_pack(head, &fake->arena);
    signature_make(&fake->key, TAG_HEAD, FAKE_OFFICE, bytes, signature);
    signed_head->head = binary_of(bytes);
    signed_head->signature = fake_bytes(fake, signature, sizeof signature);
    return signed_head;
}

/* Commits: the next head is another. */
static inline void fake_commit(struct fake_broker *fake)
{
    fake->seq += 2; /* the entry and its head */
    fake->hash = hash_of((struct bytes){fake->hash.bytes, sizeof fake->hash.bytes});
}

/* Returns the receipt of @id in the last commit, without its head. */
static inline Hs__Receipt *fake_receipt(struct fake_broker *fake, ProtobufCBinaryData id)
{
    Hs__Receipt *receipt = fake_new(fake, &hs__receipt__descriptor);
    uint8_t number[8];

    bytes_put_u64(number, fake->seq);
    struct hash leaf = hash_of((struct bytes){number, sizeof number});
    receipt->command_id = fake_bytes(fake, id.data, id.len);
    receipt->seq = fake->seq;
    receipt->received_at = 1000;
    receipt->leaf = fake_bytes(fake, leaf.bytes, sizeof leaf.bytes);
    return receipt;
}

/* ---- what it says ---- */

static inline Hs__BrokerMessage *fake_say(struct fake_broker *fake)
{
    Hs__BrokerMessage *message = fake_new(fake, &hs__broker_message__descriptor);

    assert_true(fake->bundle_count < FAKE_BUNDLE_MAX);
    fake->bundle[fake->bundle_count++] = message;
    return message;
}

static inline Hs__Welcome *fake_say_welcome(struct fake_broker *fake)
{
    Hs__Welcome *welcome = fake_new(fake, &hs__welcome__descriptor);
    Hs__BrokerMessage *message = fake_say(fake);

    welcome->office = FAKE_OFFICE;
    welcome->sign_key = fake_bytes(fake, fake->key.public_key, sizeof fake->key.public_key);
    welcome->head = fake_head(fake);
    message->body_case = HS__BROKER_MESSAGE__BODY_WELCOME;
    message->welcome = welcome;
    return welcome;
}

static inline void fake_say_receipt(struct fake_broker *fake, Hs__Receipt *receipt)
{
    Hs__BrokerMessage *message = fake_say(fake);

    message->body_case = HS__BROKER_MESSAGE__BODY_RECEIPT;
    message->receipt = receipt;
}

static inline Hs__Refusal *fake_say_refusal(struct fake_broker *fake, ProtobufCBinaryData id,
                                            const char *code)
{
    Hs__BrokerMessage *message = fake_say(fake);
    Hs__Refusal *refusal = fake_new(fake, &hs__refusal__descriptor);

    refusal->command_id = fake_bytes(fake, id.data, id.len);
    refusal->code = code;
    refusal->zh = "不";
    refusal->en = "no";
    message->body_case = HS__BROKER_MESSAGE__BODY_REFUSAL;
    message->refusal = refusal;
    return refusal;
}

static inline void fake_say_unchanged(struct fake_broker *fake, ProtobufCBinaryData id)
{
    Hs__BrokerMessage *message = fake_say(fake);
    Hs__Unchanged *unchanged = fake_new(fake, &hs__unchanged__descriptor);

    unchanged->command_id = fake_bytes(fake, id.data, id.len);
    message->body_case = HS__BROKER_MESSAGE__BODY_UNCHANGED;
    message->unchanged = unchanged;
}

static inline Hs__Answer *fake_say_answer(struct fake_broker *fake, uint64_t query_id)
{
    Hs__BrokerMessage *message = fake_say(fake);
    Hs__Answer *answer = fake_new(fake, &hs__answer__descriptor);

    answer->id = query_id;
    message->body_case = HS__BROKER_MESSAGE__BODY_ANSWER;
    message->answer = answer;
    return answer;
}

/* Returns the bytes of a bundle of all that was said since the last, with the head of the last
 * commit if @has_head. */
static inline struct bytes fake_bundle(struct fake_broker *fake, bool has_head)
{
    Hs__Bundle *bundle = fake_new(fake, &hs__bundle__descriptor);

    bundle->head = has_head ? fake_head(fake) : NULL;
    bundle->n_messages = fake->bundle_count;
    bundle->messages = fake->bundle;
    struct bytes bytes = message_pack(bundle, &fake->arena);
    assert_non_null(bytes.data);
    fake->bundle_count = 0;
    return bytes;
}

#endif
