/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/making.h"

#include "lib/check.h"

enum { ELEMENTS_MAX = 4, SPAN_MS = 100000, OTHER_BYTES_MAX = 40 };

static const char *const names[] = {
    "person:fire",  "person:planning", "person:street", "person:office",
    "agent:fire/1", "person:approver", "person:nobody", ""};

static const char *const words[] = {
    "",
    "a",
    "1",
    "LJHS-1970-0001/1/fire#1",
    "LJHS-1970-0001/1/planning#1",
    "matter",
    "width",
    "FI-1",
    "PL-1",
    "CO-1",
    "GATE-1",
    "L1",
    "road",
    "small_review",
    "lane.width_m",
    "依据第1条",
    "加宽车道",
    "\u202E倒",
    "small",
};

static bool name_is(const ProtobufCFieldDescriptor *field, const char *name)
{
    return strcmp(field->name, name) == 0;
}

static bool name_ends_in(const ProtobufCFieldDescriptor *field, const char *ending)
{
    size_t size = strlen(field->name);
    size_t ending_size = strlen(ending);

    return size >= ending_size && strcmp(field->name + size - ending_size, ending) == 0;
}

static const char *make_text(const struct making *making, const ProtobufCFieldDescriptor *field)
{
    bool is_department = name_is(field, "department") || name_is(field, "in_favour") ||
                         name_is(field, "overruled") || name_is(field, "departments");

    if (is_department && choose(making->choices, 16) != 15) {
        return making->departments[choose(making->choices, (unsigned)making->department_count)];
    }
    if (name_ends_in(field, "_by") || name_is(field, "signer") || name_is(field, "name")) {
        return names[choose(making->choices, sizeof names / sizeof names[0])];
    }
    return words[choose(making->choices, sizeof words / sizeof words[0])];
}

static uint64_t make_number(const struct making *making, const ProtobufCFieldDescriptor *field)
{
    unsigned shape = choose(making->choices, 16);

    if (name_ends_in(field, "_at")) {
        if (shape < 2) {
            return 0;
        }
        if (shape < 14) {
            return (uint64_t)(making->now_ms + (int64_t)choose(making->choices, 256) * SPAN_MS -
                              (shape < 5 ? 100 * SPAN_MS : 0));
        }
    } else if (shape < 13 && name_is(field, "proposal")) {
        return making->proposal;
    } else if (shape < 13 && name_is(field, "round")) {
        return making->round;
    } else if (shape < 14) {
        return shape;
    }
    return choose_u64(making->choices);
}

static struct bytes make_bytes(const struct making *making)
{
    static const uint8_t other[OTHER_BYTES_MAX] = {1, 2, 3};
    unsigned shape = choose(making->choices, MAKING_HASHES_MAX + 4);

    if (shape < MAKING_HASHES_MAX && making->hashes[shape].size > 0) {
        return making->hashes[shape];
    }
    return (struct bytes){other, shape < MAKING_HASHES_MAX + 2
                                     ? MAKING_HASH_BYTES
                                     : choose(making->choices, OTHER_BYTES_MAX)};
}

static size_t element_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    }
    return 0;
}

/* Makes one value of @field at @out. False: the arena is full. The recursion through messages is
 * bounded by the schema, in which no message contains itself. */
static bool make_value(const struct making *making, const ProtobufCFieldDescriptor *field,
                       void *out)
{
    const ProtobufCEnumDescriptor *enumeration = field->descriptor;
    uint64_t number = 0;

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        *(const char **)out = make_text(making, field);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        *(ProtobufCMessage **)out = make_message(making, field->descriptor);
        return *(ProtobufCMessage **)out != NULL;
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        *(ProtobufCBinaryData *)out = binary_of(make_bytes(making));
    } else if (field->type == PROTOBUF_C_TYPE_BOOL) {
        *(protobuf_c_boolean *)out = choose(making->choices, 2) != 0;
    } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
        *(int *)out = enumeration->values[choose(making->choices, enumeration->n_values)].value;
    } else {
        number = make_number(making, field);
        memcpy(out, &number, element_size(field)); /* the low bytes stand first on our machines */
    }
    return true;
}

static bool make_list(const struct making *making, const ProtobufCFieldDescriptor *field,
                      uint8_t *message)
{
    size_t count = choose(making->choices, ELEMENTS_MAX);
    size_t size = element_size(field);
    uint8_t *elements = arena_array(making->arena, count, size);

    if (elements == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!make_value(making, field, elements + i * size)) {
            return false;
        }
    }
    *(size_t *)(void *)(message + field->quantifier_offset) = count;
    *(void **)(void *)(message + field->offset) = count > 0 ? elements : NULL;
    return true;
}

static bool is_of_oneof(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* Returns the field of the oneof of @first, the earliest of it, that is made. */
static const ProtobufCFieldDescriptor *choose_member(const struct making *making,
                                                     const ProtobufCMessageDescriptor *type,
                                                     const ProtobufCFieldDescriptor *first,
                                                     unsigned wanted)
{
    const ProtobufCFieldDescriptor *end = type->fields + type->n_fields;
    unsigned count = 0;

    for (const ProtobufCFieldDescriptor *field = first; field < end; field++) {
        bool is_member = is_of_oneof(field) && field->quantifier_offset == first->quantifier_offset;

        if (is_member && field->id == wanted) {
            return field;
        }
        count += is_member ? 1 : 0;
    }

    unsigned index = choose(making->choices, count);
    const ProtobufCFieldDescriptor *field = first;
    while (index > 0) {
        field++;
        index -= is_of_oneof(field) && field->quantifier_offset == first->quantifier_offset ? 1 : 0;
    }
    return field;
}

static bool make_field(const struct making *making, const ProtobufCFieldDescriptor *field,
                       uint8_t *message)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return make_list(making, field, message);
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && choose(making->choices, 8) == 7) {
        return true; /* absent */
    }
    return make_value(making, field, message + field->offset);
}

ProtobufCMessage *make_message_with(const struct making *making,
                                    const ProtobufCMessageDescriptor *type, unsigned number)
{
    uint8_t *message = message_new(type, making->arena);

    if (message == NULL) {
        return NULL;
    }
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        if (!is_of_oneof(field)) {
            if (!make_field(making, field, message)) {
                return NULL;
            }
            continue;
        }

        uint32_t *which = (uint32_t *)(void *)(message + field->quantifier_offset);
        if (*which == 0) { /* the first of its oneof */
            field = choose_member(making, type, field, number);
            if (!make_value(making, field, message + field->offset)) {
                return NULL;
            }
            *which = field->id;
        }
    }
    return (ProtobufCMessage *)(void *)message;
}

ProtobufCMessage *make_message(const struct making *making, const ProtobufCMessageDescriptor *type)
{
    return make_message_with(making, type, 0);
}
