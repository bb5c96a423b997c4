/* SPDX-License-Identifier: Apache-2.0 */
/* A frame as the router gets it, all the way in: message, signed envelope, envelope, commands; and
 * what clients and agents get: a broker's message, its receipts and heads. */
#include "lib/check.h"
#include "lib/signature.h"
#include "proto/wire.h"
#include "store/receipt.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/target.h"

enum { ROOM_TIMES = 16, COMMANDS_MAX = 64 };

static void read_commands(const Hs__Envelope *envelope, struct arena *arena)
{
    for (size_t i = 0; i < envelope->n_commands && i < COMMANDS_MAX; i++) {
        struct arena_mark mark = arena_mark(arena);
        ProtobufCMessage *command = NULL;

        if (message_parse(&hs__command__descriptor, bytes_of(envelope->commands[i]), arena,
                          &command) == ERR_OK) {
            require(message_size(command) == envelope->commands[i].len);
        }
        arena_rewind(arena, mark);
    }
}

static void read_signed(const Hs__SignedEnvelope *sent, struct arena *arena)
{
    struct bytes inside = bytes_of(sent->envelope);
    size_t count = wire_count(inside, 4);
    ProtobufCMessage *envelope = NULL;

    if (message_parse(&hs__envelope__descriptor, inside, arena, &envelope) == ERR_OK) {
        require(((Hs__Envelope *)envelope)->n_commands == count);
        read_commands((const Hs__Envelope *)envelope, arena);
    }
}

static void read_receipt(const Hs__Receipt *receipt, struct arena *arena)
{
    static const uint8_t key[SIGN_PUBLIC_BYTES] = {3};
    size_t used = arena->used_bytes;

    /* Nobody here can sign. */
    require(!receipt_check(receipt, key, "test", arena));
    require(arena->used_bytes == used);
}

static void read_frame(struct bytes frame, struct arena *arena)
{
    ProtobufCMessage *message = NULL;

    if (message_parse(&hs__client_message__descriptor, frame, arena, &message) == ERR_OK) {
        const Hs__ClientMessage *content = (const Hs__ClientMessage *)message;

        if (content->body_case == HS__CLIENT_MESSAGE__BODY_ENVELOPE) {
            read_signed(content->envelope, arena);
        }
    }
    (void)message_parse(&hs__bundle__descriptor, frame, arena, &message); /* what a client reads */
}

void fuzz_envelope(struct bytes input)
{
    static struct arena arena;
    struct choices choices = {input};
    unsigned shape = choose(&choices, 4);
    struct bytes rest = choices.rest;
    ProtobufCMessage *message = NULL;

    arena_clear(&arena); /* its memory is kept from run to run */
    arena.capacity_bytes = ROOM_TIMES * rest.size + 4096;
    if (shape == 0) {
        read_frame(rest, &arena);
    } else if (shape == 1) {
        if (message_parse(&hs__signed_envelope__descriptor, rest, &arena, &message) == ERR_OK) {
            read_signed((const Hs__SignedEnvelope *)message, &arena);
        }
    } else if (shape == 2) {
        if (message_parse(&hs__envelope__descriptor, rest, &arena, &message) == ERR_OK) {
            read_commands((const Hs__Envelope *)message, &arena);
        }
    } else if (message_parse(&hs__receipt__descriptor, rest, &arena, &message) == ERR_OK) {
        read_receipt((const Hs__Receipt *)message, &arena);
    }
}
