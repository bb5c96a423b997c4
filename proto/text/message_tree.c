/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/message_tree.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "lib/check.h"
#include "lib/text.h"
#include "proto/text/instant.h"
#include "proto/text/schema_text.h"

struct reader {
    struct arena *arena;
    struct text_errors *errors;
    bool is_full;
};

static void read_message(struct reader *reader, const struct tree *tree, ProtobufCMessage *message);

static void refuse(struct reader *reader, const struct tree *tree, enum text_reason reason)
{
    text_errors_add(reader->errors, tree, (struct text_cause){.reason = reason});
}

/* Returns @pointer, or NULL with the reader marked. */
static void *or_full(struct reader *reader, void *pointer)
{
    reader->is_full = reader->is_full || pointer == NULL;
    return pointer;
}

/* ---- scalars ---- */

static bool is_text(const struct tree *tree)
{
    return tree->kind == TREE_TEXT || tree->kind == TREE_PLAIN;
}

/* Reads the decimal digits of @tree, which stand for at most @magnitude_max. */
static bool read_digits(struct reader *reader, const struct tree *tree, uint64_t magnitude_max,
                        bool *is_negative, uint64_t *magnitude)
{
    struct bytes text = tree->text;
    uint64_t value = 0;

    *is_negative = text.size > 0 && text.data[0] == '-';
    size_t at = *is_negative ? 1 : 0;
    bool is_number = (is_text(tree) || tree->kind == TREE_NUMBER) && at < text.size &&
                     (text.data[at] != '0' || at + 1 == text.size);
    for (size_t i = at; is_number && i < text.size; i++) {
        is_number = text.data[i] >= '0' && text.data[i] <= '9';
    }
    if (!is_number) {
        refuse(reader, tree, TEXT_NEED_WHOLE);
        return false;
    }
    for (; at < text.size; at++) {
        uint64_t digit = (uint64_t)(text.data[at] - '0');

        if (value > (magnitude_max - digit) / 10) {
            text_errors_add(
                reader->errors, tree,
                (struct text_cause){.reason = TEXT_RANGE, .detail = (const char *)text.data});
            return false;
        }
        value = value * 10 + digit;
    }
    *magnitude = value;
    return true;
}

/* Returns the integer of @tree, from -@max - 1 to @max; 0 after an error. */
static int64_t read_signed(struct reader *reader, const struct tree *tree, int64_t max)
{
    bool is_negative = false;
    uint64_t magnitude = 0;
    uint64_t limit = (uint64_t)max + (tree->text.size > 0 && tree->text.data[0] == '-' ? 1 : 0);

    if (!read_digits(reader, tree, limit, &is_negative, &magnitude)) {
        return 0;
    }
    if (is_negative) {
        return magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
    }
    return (int64_t)magnitude;
}

static uint64_t read_unsigned(struct reader *reader, const struct tree *tree, uint64_t max)
{
    bool is_negative = false;
    uint64_t magnitude = 0;

    if (!read_digits(reader, tree, max, &is_negative, &magnitude)) {
        return 0;
    }
    if (is_negative && magnitude > 0) {
        text_errors_add(
            reader->errors, tree,
            (struct text_cause){.reason = TEXT_RANGE, .detail = (const char *)tree->text.data});
        return 0;
    }
    return magnitude;
}

static int64_t read_instant(struct reader *reader, const struct tree *tree)
{
    int64_t at_ms = 0;

    if (is_text(tree) && instant_from_text(tree->text, &at_ms)) {
        return at_ms;
    }
    /* What is out of range of a date is written as its number: see message_to_json(). */
    bool is_number = tree->kind == TREE_TEXT && tree->text.size > 4;
    for (size_t i = 0; is_number && i < tree->text.size; i++) {
        uint8_t c = tree->text.data[i];

        is_number = (c >= '0' && c <= '9') || (i == 0 && c == '-');
    }
    if (is_number) {
        return read_signed(reader, tree, INT64_MAX);
    }
    refuse(reader, tree, TEXT_NEED_INSTANT);
    return 0;
}

static protobuf_c_boolean read_bool(struct reader *reader, const struct tree *tree)
{
    if (tree_is(tree, TREE_BOOL, "true") || tree_is(tree, TREE_PLAIN, "true")) {
        return true;
    }
    if (!tree_is(tree, TREE_BOOL, "false") && !tree_is(tree, TREE_PLAIN, "false")) {
        refuse(reader, tree, TEXT_NEED_BOOL);
    }
    return false;
}

/* ---- enums ---- */

/* Says which words @type has, if they are few, and which was probably meant. */
static void refuse_word(struct reader *reader, const struct tree *tree,
                        const ProtobufCEnumDescriptor *type)
{
    char words[SCHEMA_WORDS_MAX][SCHEMA_NAME_BYTES];
    const char *offered[SCHEMA_WORDS_MAX];
    char list[TEXT_DETAIL_BYTES] = "";
    size_t count = 0;
    size_t size = 0;

    require(type->n_values <= SCHEMA_WORDS_MAX);
    for (unsigned i = 0; i < type->n_values; i++) {
        schema_lower(type->values[i].name, words[count]);
        if (strcmp(words[count], "unspecified") == 0) {
            continue;
        }

        if (size + strlen(words[count]) + 3 < sizeof list) {
            size += (size_t)snprintf(list + size, sizeof list - size, ", %s", words[count]);
        }
        offered[count] = words[count];
        count++;
    }

    bool is_listed = count > 0 && count <= SCHEMA_WORDS_LISTED_MAX;
    const char *word = (const char *)tree->text.data;
    text_errors_add(reader->errors, tree,
                    (struct text_cause){
                        .reason = is_listed ? TEXT_NEED_WORD : TEXT_UNKNOWN_WORD,
                        .detail = is_listed ? list + 2 : word,
                        .suggestion = is_text(tree) ? text_nearest(word, offered, count) : NULL});
}

static int read_word(struct reader *reader, const struct tree *tree,
                     const ProtobufCEnumDescriptor *type)
{
    const ProtobufCEnumValue *value =
        is_text(tree) ? schema_word(type, (const char *)tree->text.data) : NULL;

    if (value == NULL) {
        refuse_word(reader, tree, type);
        return 0;
    }
    return value->value;
}

/* ---- texts and bytes ---- */

static const char *read_text(struct reader *reader, const struct tree *tree)
{
    const char *copy = NULL;

    if (!is_text(tree)) {
        refuse(reader, tree, TEXT_NEED_TEXT);
    } else {
        copy = or_full(reader, arena_copy(reader->arena, tree->text));
    }
    return copy == NULL ? (const char *)protobuf_c_empty_string : copy;
}

static ProtobufCBinaryData read_bytes(struct reader *reader, const struct tree *tree)
{
    size_t capacity = tree->text.size / 4 * 3 + 3;
    ProtobufCBinaryData bytes = {0};
    uint8_t *data = NULL;

    if (!is_text(tree)) {
        refuse(reader, tree, TEXT_NEED_BYTES);
        return bytes;
    }
    data = or_full(reader, arena_alloc(reader->arena, capacity));
    if (data == NULL) {
        return bytes;
    }
    if (sodium_base642bin(data, capacity, (const char *)tree->text.data, tree->text.size, NULL,
                          &bytes.len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        refuse(reader, tree, TEXT_NEED_BYTES);
        return (ProtobufCBinaryData){0};
    }
    bytes.data = bytes.len == 0 ? NULL : data;
    return bytes;
}

/* ---- fields ---- */

static ProtobufCMessage *read_inner(struct reader *reader, const struct tree *tree,
                                    const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = or_full(reader, message_new(type, reader->arena));

    if (message != NULL) {
        read_message(reader, tree, message);
    }
    return message;
}

/* Reads the value of @field from @tree to @out. */
static void read_value(struct reader *reader, const struct tree *tree,
                       const ProtobufCFieldDescriptor *field, void *out)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        *(int32_t *)out = (int32_t)read_signed(reader, tree, INT32_MAX);
        return;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        *(uint32_t *)out = (uint32_t)read_unsigned(reader, tree, UINT32_MAX);
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        *(int64_t *)out = schema_is_instant(field) ? read_instant(reader, tree)
                                                   : read_signed(reader, tree, INT64_MAX);
        return;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        *(uint64_t *)out = read_unsigned(reader, tree, UINT64_MAX);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)out = read_bool(reader, tree);
        return;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)out = read_word(reader, tree, field->descriptor);
        return;
    case PROTOBUF_C_TYPE_STRING:
        *(const char **)out = read_text(reader, tree);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        *(ProtobufCBinaryData *)out = read_bytes(reader, tree);
        return;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)out = read_inner(reader, tree, field->descriptor);
        return;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        break;
    }
    require(false); /* the schema has neither floats nor doubles */
}

static void read_list(struct reader *reader, const struct tree *tree,
                      const ProtobufCFieldDescriptor *field, uint8_t *base)
{
    if (tree->kind != TREE_LIST) {
        refuse(reader, tree, TEXT_NEED_LIST);
        return;
    }
    if (tree->count == 0) {
        return;
    }

    size_t size = schema_value_size(field);
    uint8_t *values = or_full(reader, arena_array(reader->arena, tree->count, size));
    if (values == NULL) {
        return;
    }
    for (const struct tree *item = tree->first; item != NULL; item = item->next) {
        if (item->kind == TREE_NULL) {
            refuse(reader, item, TEXT_NEED_ELEMENT);
        } else {
            read_value(reader, item, field, values + item->position * size);
        }
    }
    *(size_t *)(void *)(base + field->quantifier_offset) = tree->count;
    *(uint8_t **)(void *)(base + field->offset) = values;
}

/* Marks @field as the set member of its oneof; false if there is one already. */
static bool choose(struct reader *reader, const struct tree *tree,
                   const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
                   uint8_t *base)
{
    uint32_t *chosen = (uint32_t *)(void *)(base + field->quantifier_offset);

    if (*chosen != 0) {
        const ProtobufCFieldDescriptor *other =
            protobuf_c_message_descriptor_get_field(type, *chosen);

        text_errors_add(reader->errors, tree,
                        (struct text_cause){.reason = TEXT_ONE_OF, .detail = other->name});
        return false;
    }
    *chosen = field->id;
    return true;
}

static void refuse_name(struct reader *reader, const struct tree *member,
                        const ProtobufCMessageDescriptor *type)
{
    char camels[SCHEMA_FIELDS_MAX][SCHEMA_NAME_BYTES];
    const char *names[2 * SCHEMA_FIELDS_MAX];
    size_t count = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        schema_camel(type->fields[i].name, camels[i]);
        names[count++] = type->fields[i].name;
        names[count++] = camels[i];
    }
    text_errors_add(reader->errors, member,
                    (struct text_cause){.reason = TEXT_UNKNOWN,
                                        .suggestion = text_nearest(member->name, names, count)});
}

/* Recursion is bounded by the schema, in which no message contains itself. */
static void read_message(struct reader *reader, const struct tree *tree, ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    bool is_given[SCHEMA_FIELDS_MAX] = {false};
    uint8_t *base = (uint8_t *)message;

    require(type->n_fields <= SCHEMA_FIELDS_MAX);
    if (tree->kind != TREE_OBJECT) {
        refuse(reader, tree, TEXT_NEED_OBJECT);
        return;
    }
    for (const struct tree *member = tree->first; member != NULL && !reader->is_full;
         member = member->next) {
        const ProtobufCFieldDescriptor *field = schema_field(type, member->name);

        if (field == NULL) {
            refuse_name(reader, member, type);
            continue;
        }
        if (is_given[field - type->fields]) {
            refuse(reader, member, TEXT_REPEATED);
            continue;
        }
        is_given[field - type->fields] = true;
        if (member->kind == TREE_NULL) {
            continue;
        }
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            read_list(reader, member, field, base);
        } else if (!schema_is_one_of(field) || choose(reader, member, type, field, base)) {
            read_value(reader, member, field, base + field->offset);
        }
    }
}

enum err message_from_tree(const struct tree *tree, const ProtobufCMessageDescriptor *type,
                           struct arena *arena, ProtobufCMessage **out, struct text_errors *errors)
{
    struct reader reader = {.arena = arena, .errors = errors};
    size_t before = errors->total;
    ProtobufCMessage *message = or_full(&reader, message_new(type, arena));

    if (message != NULL) {
        read_message(&reader, tree, message);
    }
    if (reader.is_full) {
        text_errors_add(errors, NULL, (struct text_cause){.reason = TEXT_MEMORY});
        return ERR_FULL;
    }
    if (errors->total > before) {
        return ERR_INVALID;
    }
    *out = message;
    return ERR_OK;
}
