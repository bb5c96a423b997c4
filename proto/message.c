/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <stdint.h>

#include "lib/check.h"
#include "lib/text.h"

static void *allocate(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void forget(void *arena, void *pointer)
{
    (void)arena; /* an arena is given back as a whole */
    (void)pointer;
}

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                                struct arena *arena)
{
    ProtobufCAllocator allocator = {allocate, forget, arena};

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

enum err message_parse(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                       struct arena *arena, ProtobufCMessage **out)
{
    ProtobufCMessage *message = unpack(type, bytes, arena);

    if (message == NULL) {
        /* protobuf-c does not tell malformed from too large; an arena that is nearly used up
         * answers for the latter. */
        bool nearly_full = arena->capacity_bytes - arena->used_bytes < bytes.size;
        return nearly_full ? ERR_FULL : ERR_INVALID;
    }
    /* A repeated scalar, a default that was sent, a text cut at U+0000: each makes the size differ.
     */
    if (!is_sound(message) || protobuf_c_message_get_packed_size(message) != bytes.size) {
        return ERR_INVALID;
    }
    *out = message;
    return ERR_OK;
}

void *message_read(const ProtobufCMessageDescriptor *type, struct bytes bytes, struct arena *arena)
{
    return unpack(type, bytes, arena);
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
