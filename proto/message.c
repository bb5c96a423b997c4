/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <stdint.h>

#include "lib/check.h"
#include "lib/text.h"

/* Where a message is built. protobuf-c does not tell malformed from too large: this does. */
struct room {
    struct arena *arena;
    bool was_short; /* something did not fit */
};

static void *allocate(void *self, size_t size)
{
    struct room *room = self;
    void *memory = arena_alloc(room->arena, size);

    room->was_short = room->was_short || memory == NULL;
    return memory;
}

static void forget(void *self, void *pointer)
{
    (void)self; /* an arena is given back as a whole */
    (void)pointer;
}

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                                struct room *room)
{
    ProtobufCAllocator allocator = {allocate, forget, room};

    return protobuf_c_message_unpack(type, &allocator, bytes.size, bytes.data);
}

static bool is_sound(const ProtobufCMessage *message);

static bool value_is_sound(const ProtobufCFieldDescriptor *field, const void *value)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = *(const char *const *)value;

        return text == NULL || text_is_utf8(bytes_of_text(text));
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        return protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)value) != NULL;
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *inner = *(ProtobufCMessage *const *)value;

        return inner == NULL || is_sound(inner);
    }
    return true;
}

static size_t element_size(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
}

static bool needs_a_look(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_ENUM ||
           field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static bool field_is_sound(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;

    if (!needs_a_look(field)) {
        return true;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
        const uint8_t *values = *(uint8_t *const *)(const void *)(base + field->offset);

        for (size_t i = 0; i < count; i++) {
            if (!value_is_sound(field, values + i * element_size(field))) {
                return false;
            }
        }
        return true;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id) {
        return true;
    }
    return value_is_sound(field, base + field->offset);
}

/* Depth is bounded by the schema, in which no message contains itself. */
static bool is_sound(const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (message->n_unknown_fields > 0) {
        return false;
    }
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (!field_is_sound(message, &type->fields[i])) {
            return false;
        }
    }
    return true;
}

/* Whether packing @message gives @bytes again. A repeated scalar, a default that was sent, a text
 * cut at U+0000: each makes the size differ; the order of fields and an integer of more bits than
 * its field has do not. */
static enum err compare_packed(const ProtobufCMessage *message, struct bytes bytes,
                               struct arena *arena)
{
    if (message_size(message) != bytes.size) {
        return ERR_INVALID;
    }

    struct arena_mark mark = arena_mark(arena);
    struct bytes packed = message_pack(message, arena);
    enum err err = packed.data == NULL          ? ERR_FULL
                   : bytes_equal(packed, bytes) ? ERR_OK
                                                : ERR_INVALID;

    arena_rewind(arena, mark);
    return err;
}

enum err message_parse(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                       struct arena *arena, ProtobufCMessage **out)
{
    struct room room = {.arena = arena};
    ProtobufCMessage *message = unpack(type, bytes, &room);

    if (message == NULL) {
        return room.was_short ? ERR_FULL : ERR_INVALID;
    }
    if (!is_sound(message)) {
        return ERR_INVALID;
    }

    enum err err = compare_packed(message, bytes, arena);
    if (err == ERR_OK) {
        *out = message;
    }
    return err;
}

void *message_read(const ProtobufCMessageDescriptor *type, struct bytes bytes, struct arena *arena)
{
    struct room room = {.arena = arena};

    return unpack(type, bytes, &room);
}

size_t message_size(const void *message)
{
    return protobuf_c_message_get_packed_size(message);
}

struct bytes message_pack(const void *message, struct arena *arena)
{
    size_t size = message_size(message);
    uint8_t *data = arena_alloc(arena, size);

    if (data == NULL) {
        return (struct bytes){0};
    }
    require(protobuf_c_message_pack(message, data) == size);
    return (struct bytes){data, size};
}

void *message_new(const ProtobufCMessageDescriptor *type, struct arena *arena)
{
    ProtobufCMessage *message = arena_alloc(arena, type->sizeof_message);

    if (message != NULL) {
        protobuf_c_message_init(type, message);
    }
    return message;
}

void *message_new_body(Hs__Event *event, Hs__Event__BodyCase body, struct arena *arena)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&hs__event__descriptor, (unsigned)body);

    require(field != NULL);

    void *message = message_new(field->descriptor, arena);
    if (message != NULL) {
        event->genesis = message; /* all bodies are pointers in one place */
        event->body_case = body;
    }
    return message;
}

void *message_copy(const void *message, struct arena *arena)
{
    const ProtobufCMessage *original = message;
    struct bytes bytes = message_pack(message, arena);

    return bytes.data == NULL ? NULL : message_read(original->descriptor, bytes, arena);
}
