/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/schema_text.h"

#include <string.h>

#include "lib/check.h"
#include "proto/text/tree.h"

bool schema_is_instant(const ProtobufCFieldDescriptor *field)
{
    size_t size = strlen(field->name);

    return field->type == PROTOBUF_C_TYPE_INT64 &&
           (strcmp(field->name, "at") == 0 ||
            (size > 3 && strcmp(field->name + size - 3, "_at") == 0));
}

bool schema_is_one_of(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

size_t schema_value_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    }
    require(false); /* these are all types there are */
    return 0;
}

void schema_camel(const char *name, char out[SCHEMA_NAME_BYTES])
{
    size_t size = 0;

    require(strlen(name) < SCHEMA_NAME_BYTES);
    for (; *name != '\0'; name++) {
        if (name[0] == '_' && name[1] >= 'a' && name[1] <= 'z') {
            name++;
            out[size] = (char)(*name - 'a' + 'A');
        } else {
            out[size] = *name;
        }
        size++;
    }
    out[size] = '\0';
}

void schema_lower(const char *name, char out[SCHEMA_NAME_BYTES])
{
    size_t size = 0;

    require(strlen(name) < SCHEMA_NAME_BYTES);
    for (; name[size] != '\0'; size++) {
        bool is_upper = name[size] >= 'A' && name[size] <= 'Z';

        out[size] = is_upper ? (char)(name[size] - 'A' + 'a') : name[size];
    }
    out[size] = '\0';
}

const ProtobufCFieldDescriptor *schema_field(const ProtobufCMessageDescriptor *type,
                                             const char *name)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (tree_names_agree(type->fields[i].name, name)) {
            return &type->fields[i];
        }
    }
    return NULL;
}

const ProtobufCEnumValue *schema_word(const ProtobufCEnumDescriptor *type, const char *word)
{
    for (unsigned i = 0; i < type->n_values; i++) {
        char lower[SCHEMA_NAME_BYTES];

        schema_lower(type->values[i].name, lower);
        if (strcmp(word, lower) == 0 || strcmp(word, type->values[i].name) == 0) {
            return &type->values[i];
        }
    }
    return NULL;
}
