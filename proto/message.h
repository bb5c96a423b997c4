/* SPDX-License-Identifier: Apache-2.0 */
/* message.h - the only door to the generated code: bytes to messages in an arena, and back.
 *
 * Messages live in arenas and are never freed one by one. The bytes of a message are canonical: in
 * field order, without defaults, repeated scalars or unknown fields. What comes from outside goes
 * through message_parse(), which holds it to that; what we stored ourselves, under a checksum, goes
 * through message_read().
 *
 * Both bound memory by the arena alone: no message of the schema contains itself, so depth is
 * bounded by the schema (tests/unit/proto_schema.c walks the descriptors).
 */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"

#include "huishen/v1/calendar.pb-c.h"
#include "huishen/v1/command.pb-c.h"
#include "huishen/v1/config.pb-c.h"
#include "huishen/v1/definition.pb-c.h"
#include "huishen/v1/event.pb-c.h"
#include "huishen/v1/journal.pb-c.h"
#include "huishen/v1/opinion.pb-c.h"
#include "huishen/v1/packet.pb-c.h"
#include "huishen/v1/record.pb-c.h"
#include "huishen/v1/wire.pb-c.h"

/* Reads the message of type @type in @bytes, which a peer or a file supplied, into @arena.
 *
 * Errors (@arena may hold what was built until then):
 *   ERR_INVALID  not such a message, or not its canonical bytes, or a text that is not UTF-8 or
 *                holds U+0000, or an enum value that the schema does not know
 *   ERR_FULL     it does not fit into @arena */
enum err message_parse(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                       struct arena *arena, ProtobufCMessage **out);

/* Reads what message_pack() wrote. Returns NULL if it is not that or does not fit. */
void *message_read(const ProtobufCMessageDescriptor *type, struct bytes bytes, struct arena *arena);

/* Returns the bytes of @message, in @arena; data is NULL if they do not fit. */
struct bytes message_pack(const void *message, struct arena *arena);

/* Returns how many bytes message_pack() would make. */
size_t message_size(const void *message);

/* Returns a new, empty message of type @type in @arena; NULL if it does not fit. */
void *message_new(const ProtobufCMessageDescriptor *type, struct arena *arena);

/* Gives @event a new, empty body of kind @body and returns it; NULL, with @event unchanged, if it
 * does not fit. */
void *message_new_body(Hs__Event *event, Hs__Event__BodyCase body, struct arena *arena);

/* Returns a deep copy of @message in @arena; NULL if it does not fit. */
void *message_copy(const void *message, struct arena *arena);

/* The bytes of a protobuf-c binary field, and a binary field that borrows @bytes. */
static inline struct bytes bytes_of(ProtobufCBinaryData data)
{
    return (struct bytes){data.data, data.len};
}

static inline ProtobufCBinaryData binary_of(struct bytes bytes)
{
    return (ProtobufCBinaryData){.len = bytes.size, .data = (uint8_t *)(uintptr_t)bytes.data};
}

#endif
