/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/json_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text/source.h"

enum { REAL_DIGITS = 15 };

/* The library reads and checks the text; this reader then goes through both its values and the
 * text, in step, because the library keeps neither places nor the digits of numbers. */
struct reader {
    struct arena *arena;
    struct text_errors *errors;
    struct bytes bytes; /* empty: there is no text */
    size_t at;          /* where in it */
    uint32_t line;      /* of at, from 1 */
    size_t line_start;  /* the offset at which that line begins */
    size_t nodes_max;
    size_t nodes;
    size_t depth;
};

/* A value's name and place. */
struct spot {
    const char *name;
    uint32_t line;
    uint32_t column;
};

/* ---- the text ---- */

/* Passes over blanks and the characters of @others; where something else stands, it stops. */
static void skip(struct reader *reader, const char *others)
{
    while (reader->at < reader->bytes.size) {
        char c = (char)reader->bytes.data[reader->at];

        if (c == '\n') {
            reader->line++;
            reader->line_start = reader->at + 1;
        } else if (c != ' ' && c != '\t' && c != '\r' && (c == '\0' || strchr(others, c) == NULL)) {
            return;
        }
        reader->at++;
    }
}

static void skip_string(struct reader *reader)
{
    for (reader->at++; reader->at < reader->bytes.size && reader->bytes.data[reader->at] != '"';
         reader->at++) {
        reader->at += reader->bytes.data[reader->at] == '\\' ? 1 : 0;
    }
    reader->at++;
}

/* Passes over a number or a word and returns it. */
static struct bytes skip_word(struct reader *reader)
{
    size_t start = reader->at;

    while (reader->at < reader->bytes.size &&
           strchr("+-.0123456789", reader->bytes.data[reader->at]) != NULL) {
        reader->at++;
    }
    while (reader->at < reader->bytes.size &&
           strchr(" \t\r\n,]}:", reader->bytes.data[reader->at]) == NULL) {
        reader->at++;
    }
    return (struct bytes){reader->bytes.data + start, reader->at - start};
}

static struct spot spot_here(const struct reader *reader)
{
    if (reader->bytes.size == 0) {
        return (struct spot){0};
    }
    return (struct spot){.line = reader->line,
                         .column = (uint32_t)(reader->at - reader->line_start) + 1};
}

/* ---- errors ---- */

static enum err refuse(struct reader *reader, struct spot spot, struct text_cause cause)
{
    text_errors_add_at(reader->errors, spot.line, spot.column, cause);
    return ERR_INVALID;
}

static enum err refuse_full(struct reader *reader)
{
    text_errors_add_at(reader->errors, 0, 0, (struct text_cause){.reason = TEXT_MEMORY});
    return ERR_FULL;
}

/* Says what the library found. */
static enum err refuse_syntax(struct reader *reader, const json_error_t *error)
{
    struct spot spot = {.line = error->line > 0 ? (uint32_t)error->line : 0,
                        .column = error->column > 0 ? (uint32_t)error->column : 0};
    enum json_error_code code = json_error_code(error);
    struct text_cause cause = {.reason = TEXT_SYNTAX_JSON, .detail = error->text};

    if (code == json_error_out_of_memory) {
        return refuse_full(reader);
    }
    if (code == json_error_duplicate_key) {
        cause.reason = TEXT_REPEATED;
    } else if (code == json_error_null_character || code == json_error_null_byte_in_key) {
        cause.reason = TEXT_NUL;
    } else if (code == json_error_stack_overflow) {
        cause.reason = TEXT_DEEP;
    } else if (code == json_error_numeric_overflow) {
        cause.reason = TEXT_DIGITS;
    }
    return refuse(reader, spot, cause);
}

/* ---- values ---- */

static enum err take(struct reader *reader, const json_t *json, struct tree *parent,
                     struct spot spot, struct tree **out);

static enum err take_list(struct reader *reader, const json_t *json, struct tree *list)
{
    enum err err = ERR_OK;

    skip(reader, "");
    reader->at++; /* the opening bracket */
    for (size_t i = 0; err == ERR_OK && i < json_array_size(json); i++) {
        struct tree *child = NULL;

        skip(reader, ",");
        err = take(reader, json_array_get(json, i), list, spot_here(reader), &child);
    }
    skip(reader, "");
    reader->at++; /* the closing bracket */
    return err;
}

static enum err take_object(struct reader *reader, const json_t *json, struct tree *object)
{
    enum err err = ERR_OK;
    void *at = json_object_iter((json_t *)(uintptr_t)json);

    skip(reader, "");
    reader->at++; /* the opening brace */
    for (; err == ERR_OK && at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        const char *name = json_object_iter_key(at);
        struct tree *child = NULL;

        skip(reader, ",");
        struct spot spot = spot_here(reader);
        if (name[0] == '\0' || strlen(name) > TREE_NAME_BYTES_MAX) {
            return refuse(
                reader, spot,
                (struct text_cause){.reason = name[0] == '\0' ? TEXT_NAME : TEXT_NAME_LONG});
        }
        spot.name = arena_text(reader->arena, name);
        if (spot.name == NULL) {
            return refuse_full(reader);
        }
        skip_string(reader);
        skip(reader, ":");
        err = take(reader, json_object_iter_value(at), object, spot, &child);
    }
    skip(reader, "");
    reader->at++; /* the closing brace */
    return err;
}

static enum err take_container(struct reader *reader, const json_t *json, struct spot spot,
                               struct tree *node)
{
    if (reader->depth == TREE_DEPTH_MAX) {
        return refuse(reader, spot, (struct text_cause){.reason = TEXT_DEEP});
    }
    reader->depth++;
    enum err err =
        json_is_array(json) ? take_list(reader, json, node) : take_object(reader, json, node);
    reader->depth--;
    return err;
}

static enum err take_string(struct reader *reader, const json_t *json, struct spot spot,
                            struct tree *node)
{
    struct bytes text = {(const uint8_t *)json_string_value(json), json_string_length(json)};

    if (memchr(text.data, '\0', text.size) != NULL) {
        return refuse(reader, spot, (struct text_cause){.reason = TEXT_NUL});
    }
    skip_string(reader);
    node->text = (struct bytes){arena_copy(reader->arena, text), text.size};
    return node->text.data == NULL ? refuse_full(reader) : ERR_OK;
}

/* Sets the text of a number or a word: that of the file, or the shortest that means it. */
static enum err take_word(struct reader *reader, const json_t *json, struct tree *node)
{
    if (reader->bytes.size > 0) {
        struct bytes word = skip_word(reader);

        node->text = (struct bytes){arena_copy(reader->arena, word), word.size};
        return node->text.data == NULL ? refuse_full(reader) : ERR_OK;
    }

    char *word = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
    const char *copy = word == NULL ? NULL : arena_text(reader->arena, word);
    free(word);
    if (copy == NULL) {
        return refuse_full(reader);
    }
    node->text = bytes_of_text(copy);
    return ERR_OK;
}

static enum tree_kind kind_of(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return TREE_OBJECT;
    case JSON_ARRAY:
        return TREE_LIST;
    case JSON_STRING:
        return TREE_TEXT;
    case JSON_INTEGER:
    case JSON_REAL:
        return TREE_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return TREE_BOOL;
    case JSON_NULL:
        break;
    }
    return TREE_NULL;
}

/* Adds @json, whose text begins where the reader stands, below @parent. Recursion is bounded by
 * TREE_DEPTH_MAX. */
static enum err take(struct reader *reader, const json_t *json, struct tree *parent,
                     struct spot spot, struct tree **out)
{
    if (reader->nodes == reader->nodes_max) {
        char limit[24];

        (void)snprintf(limit, sizeof limit, "%zu", reader->nodes_max);
        return refuse(reader, spot, (struct text_cause){.reason = TEXT_NODES, .detail = limit});
    }

    struct tree *node = tree_add(parent, kind_of(json), reader->arena);
    if (node == NULL) {
        return refuse_full(reader);
    }
    reader->nodes++;
    node->name = spot.name;
    node->line = spot.line;
    node->column = spot.column;
    *out = node;
    switch (node->kind) {
    case TREE_OBJECT:
    case TREE_LIST:
        return take_container(reader, json, spot, node);
    case TREE_TEXT:
        return take_string(reader, json, spot, node);
    case TREE_NULL:
    case TREE_BOOL:
    case TREE_NUMBER:
    case TREE_PLAIN:
        break;
    }
    return take_word(reader, json, node);
}

enum err json_tree_read(struct bytes bytes, size_t nodes_max, struct arena *arena,
                        struct tree **out, struct text_errors *errors)
{
    json_error_t error;
    struct tree *root = NULL;
    enum err err = source_begin(&bytes, errors);
    struct reader reader = {
        .arena = arena, .errors = errors, .bytes = bytes, .line = 1, .nodes_max = nodes_max};

    if (err != ERR_OK) {
        return err;
    }
    skip(&reader, "");
    if (reader.at == bytes.size) {
        root = tree_add(NULL, TREE_NULL, arena);
        *out = root == NULL ? *out : root;
        return root == NULL ? refuse_full(&reader) : ERR_OK;
    }

    json_t *json = json_loadb((const char *)bytes.data, bytes.size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (json == NULL) {
        return refuse_syntax(&reader, &error);
    }
    err = take(&reader, json, NULL, spot_here(&reader), &root);
    json_decref(json);
    if (err == ERR_OK) {
        *out = root;
    }
    return err;
}

enum err json_tree_of(const json_t *json, struct arena *arena, struct tree **out,
                      struct text_errors *errors)
{
    struct reader reader = {.arena = arena, .errors = errors, .nodes_max = TREE_NODES_MAX};
    struct tree *root = NULL;
    enum err err = take(&reader, json, NULL, (struct spot){0}, &root);

    if (err == ERR_OK) {
        *out = root;
    }
    return err;
}
