/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/check.h"
#include "proto/text/instant.h"
#include "proto/text/json_tree.h"
#include "proto/text/message_tree.h"
#include "proto/text/schema_text.h"

enum { NUMBER_BYTES = 24 }; /* holds a 64-bit integer as text */

static json_t *write_message(const ProtobufCMessage *message, int utc_offset_minutes);

static json_t *write_signed(int64_t value)
{
    char text[NUMBER_BYTES];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    return json_string(text);
}

static json_t *write_unsigned(uint64_t value)
{
    char text[NUMBER_BYTES];

    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

static json_t *write_instant(int64_t at_ms, int utc_offset_minutes)
{
    char text[INSTANT_BYTES];

    if (at_ms == 0) {
        return json_null();
    }
    return instant_to_text(at_ms, utc_offset_minutes, text) ? json_string(text)
                                                            : write_signed(at_ms);
}

static json_t *write_word(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    char word[SCHEMA_NAME_BYTES];

    if (found == NULL) {
        return json_integer(value);
    }
    schema_lower(found->name, word);
    return json_string(word);
}

static json_t *write_bytes(const ProtobufCBinaryData *bytes)
{
    size_t size = sodium_base64_ENCODED_LEN(bytes->len, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    json_t *json = NULL;

    if (text != NULL) {
        (void)sodium_bin2base64(text, size, bytes->data, bytes->len,
                                sodium_base64_VARIANT_ORIGINAL); /* returns text */
        json = json_string(text);
    }
    free(text);
    return json;
}

/* Writes the value of @field at @value; NULL for a message that is not there. */
static json_t *write_value(const ProtobufCFieldDescriptor *field, const void *value,
                           int utc_offset_minutes)
{
    const char *text = NULL;

    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return json_integer(*(const int32_t *)value);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)value);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return schema_is_instant(field) ? write_instant(*(const int64_t *)value, utc_offset_minutes)
                                        : write_signed(*(const int64_t *)value);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return write_unsigned(*(const uint64_t *)value);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)value);
    case PROTOBUF_C_TYPE_ENUM:
        return write_word(field->descriptor, *(const int *)value);
    case PROTOBUF_C_TYPE_STRING:
        text = *(const char *const *)value;
        return json_string(text == NULL ? "" : text);
    case PROTOBUF_C_TYPE_BYTES:
        return write_bytes(value);
    case PROTOBUF_C_TYPE_MESSAGE:
        return write_message(*(ProtobufCMessage *const *)value, utc_offset_minutes);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        break;
    }
    require(false); /* the schema has neither floats nor doubles */
    return NULL;
}

static json_t *write_list(const ProtobufCFieldDescriptor *field, const uint8_t *base,
                          int utc_offset_minutes)
{
    size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const uint8_t *values = *(uint8_t *const *)(const void *)(base + field->offset);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        const void *value = values + i * schema_value_size(field);

        /* Takes the reference, and refuses NULL. */
        if (json_array_append_new(list, write_value(field, value, utc_offset_minutes)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* True if @field is not there: a message that is not set, or not the set member of its oneof. */
static bool is_left_out(const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return false;
    }
    if (schema_is_one_of(field) &&
        *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id) {
        return true;
    }
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           *(ProtobufCMessage *const *)(const void *)(base + field->offset) == NULL;
}

/* Recursion is bounded by the schema, in which no message contains itself. */
static json_t *write_message(const ProtobufCMessage *message, int utc_offset_minutes)
{
    const uint8_t *base = (const uint8_t *)message;
    json_t *object = json_object();

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char name[SCHEMA_NAME_BYTES];

        if (is_left_out(field, base)) {
            continue;
        }
        schema_camel(field->name, name);

        json_t *value = field->label == PROTOBUF_C_LABEL_REPEATED
                            ? write_list(field, base, utc_offset_minutes)
                            : write_value(field, base + field->offset, utc_offset_minutes);
        if (json_object_set_new(object, name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *message_to_json(const void *message, int utc_offset_minutes)
{
    return write_message(message, utc_offset_minutes);
}

enum err message_from_json(const json_t *json, const ProtobufCMessageDescriptor *type,
                           struct arena *arena, ProtobufCMessage **out, struct text_errors *errors)
{
    struct tree *tree = NULL;
    enum err err = json_tree_of(json, arena, &tree, errors);

    return err == ERR_OK ? message_from_tree(tree, type, arena, out, errors) : err;
}
