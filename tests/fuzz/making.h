/* SPDX-License-Identifier: Apache-2.0 */
/* making.h - messages of any type of the schema, made by choices: sound in form, of any content.
 *
 * The schema's own field names say what is likely there: a department that exists, the round that
 * runs, an instant near now. So what is made gets past the first checks as often as not.
 */
#ifndef TESTS_FUZZ_MAKING_H
#define TESTS_FUZZ_MAKING_H

#include "lib/arena.h"
#include "proto/message.h"
#include "tests/fuzz/choices.h"

enum { MAKING_HASHES_MAX = 8, MAKING_HASH_BYTES = 32 };

/* What messages are made of. */
struct making {
    struct choices *choices;
    struct arena *arena;
    int64_t now_ms;
    uint64_t proposal; /* the likely one */
    uint32_t round;    /* the likely one */
    const char *const *departments;
    size_t department_count;
    struct bytes hashes[MAKING_HASHES_MAX]; /* of what is on record; empty ones are passed over */
};

/* Returns a message of @type, made by the choices; NULL if the arena is full. */
ProtobufCMessage *make_message(const struct making *making, const ProtobufCMessageDescriptor *type);

/* The same for a message with one oneof of which the field @number is wanted. */
ProtobufCMessage *make_message_with(const struct making *making,
                                    const ProtobufCMessageDescriptor *type, unsigned number);

#endif
