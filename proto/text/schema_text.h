/* SPDX-License-Identifier: Apache-2.0 */
/* schema_text.h - what the schema's names and values are called in JSON and YAML.
 *
 * Canonical proto3 JSON with the project's differences: default and empty values are written; an
 * int64 field named `at` or `..._at` is an instant (RFC 3339; null for 0, which means never); an
 * enum's value is its name in lower case, and its full name is understood, too. Names of fields are
 * written in lowerCamelCase and read in that or in snake_case.
 */
#ifndef PROTO_TEXT_SCHEMA_TEXT_H
#define PROTO_TEXT_SCHEMA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/message.h"

enum {
    SCHEMA_NAME_BYTES = 64,       /* a name of the schema, with its terminator */
    SCHEMA_FIELDS_MAX = 64,       /* of one message; tests/unit/proto_schema.c holds it to that */
    SCHEMA_WORDS_MAX = 64,        /* of one enum; likewise */
    SCHEMA_WORDS_LISTED_MAX = 12, /* an error names the words of an enum with no more than these */
};

/* True if @field holds an instant: milliseconds since the Unix epoch. */
bool schema_is_instant(const ProtobufCFieldDescriptor *field);

/* True if @field is a member of a oneof. */
bool schema_is_one_of(const ProtobufCFieldDescriptor *field);

/* Returns the size of one value of @field in a message's struct or array. */
size_t schema_value_size(const ProtobufCFieldDescriptor *field);

/* Writes the lowerCamelCase of @name at @out. */
void schema_camel(const char *name, char out[SCHEMA_NAME_BYTES]);

/* Writes @name in lower case at @out. */
void schema_lower(const char *name, char out[SCHEMA_NAME_BYTES]);

/* Returns the field of @type called @name, in either style, or NULL. */
const ProtobufCFieldDescriptor *schema_field(const ProtobufCMessageDescriptor *type,
                                             const char *name);

/* Returns the value of @type that @word names, or NULL. */
const ProtobufCEnumValue *schema_word(const ProtobufCEnumDescriptor *type, const char *word);

#endif
