/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/yaml.h"

#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "lib/check.h"
#include "proto/text/source.h"

/* The containers that are open, outermost first, and the name that waits for its value. */
struct reader {
    struct arena *arena;
    struct text_errors *errors;
    struct bytes bytes;
    size_t nodes_max;
    size_t nodes;
    struct tree *root;
    struct tree *open[TREE_DEPTH_MAX];
    size_t depth;
    const char *name;
    yaml_mark_t name_mark;
    bool is_done; /* the end of the text was reached */
};

/* ---- errors ---- */

static enum err refuse_at(struct reader *reader, yaml_mark_t mark, struct text_cause cause)
{
    text_errors_add_at(reader->errors, (unsigned)mark.line + 1, (unsigned)mark.column + 1, cause);
    return ERR_INVALID;
}

static enum err refuse(struct reader *reader, yaml_mark_t mark, enum text_reason reason)
{
    return refuse_at(reader, mark, (struct text_cause){.reason = reason});
}

static enum err refuse_full(struct reader *reader)
{
    text_errors_add_at(reader->errors, 0, 0, (struct text_cause){.reason = TEXT_MEMORY});
    return ERR_FULL;
}

/* True if the line @line, from 0, begins with a tab among its blanks. */
static bool is_tab_indented(struct bytes bytes, size_t line)
{
    size_t at = 0;

    for (; at < bytes.size && line > 0; at++) {
        line -= bytes.data[at] == '\n';
    }
    while (at < bytes.size && bytes.data[at] == ' ') {
        at++;
    }
    return at < bytes.size && bytes.data[at] == '\t';
}

/* Says what libyaml found. */
static enum err refuse_syntax(struct reader *reader, const yaml_parser_t *parser)
{
    const char *problem = parser->problem == NULL ? "" : parser->problem;

    require(parser->error != YAML_MEMORY_ERROR); /* exhausted memory ends the process */
    if (parser->error == YAML_READER_ERROR) {
        text_errors_add_at(reader->errors, source_line(reader->bytes, parser->problem_offset), 0,
                           (struct text_cause){.reason = TEXT_CONTROL});
        return ERR_INVALID;
    }
    if (is_tab_indented(reader->bytes, parser->problem_mark.line)) {
        return refuse(reader, parser->problem_mark, TEXT_TAB);
    }
    return refuse_at(reader, parser->problem_mark,
                     (struct text_cause){.reason = TEXT_SYNTAX_YAML, .detail = problem});
}

/* ---- values ---- */

static bool waits_for_name(const struct reader *reader)
{
    return reader->depth > 0 && reader->open[reader->depth - 1]->kind == TREE_OBJECT &&
           reader->name == NULL;
}

/* Adds a value of @kind, which begins at @mark, where the reader stands. */
static enum err add_value(struct reader *reader, enum tree_kind kind, yaml_mark_t mark,
                          struct tree **out)
{
    struct tree *parent = reader->depth == 0 ? NULL : reader->open[reader->depth - 1];

    if (waits_for_name(reader)) {
        return refuse(reader, mark, TEXT_NAME);
    }
    if (reader->nodes == reader->nodes_max) {
        char limit[24];

        (void)snprintf(limit, sizeof limit, "%zu", reader->nodes_max);
        return refuse_at(reader, mark, (struct text_cause){.reason = TEXT_NODES, .detail = limit});
    }

    struct tree *node = tree_add(parent, kind, reader->arena);
    if (node == NULL) {
        return refuse_full(reader);
    }
    reader->nodes++;
    mark = reader->name != NULL ? reader->name_mark : mark;
    node->line = (uint32_t)mark.line + 1;
    node->column = (uint32_t)mark.column + 1;
    node->name = reader->name;
    reader->name = NULL;
    reader->root = parent == NULL ? node : reader->root;
    *out = node;
    return ERR_OK;
}

static enum err add_container(struct reader *reader, enum tree_kind kind, yaml_mark_t mark)
{
    struct tree *node = NULL;

    if (reader->depth == TREE_DEPTH_MAX) {
        return refuse(reader, mark, TEXT_DEEP);
    }

    enum err err = add_value(reader, kind, mark, &node);
    if (err == ERR_OK) {
        reader->open[reader->depth] = node;
        reader->depth++;
    }
    return err;
}

static enum err close_container(struct reader *reader)
{
    require(reader->depth > 0);
    reader->depth--;

    struct tree *closed = reader->open[reader->depth];
    const struct tree *again = NULL;
    bool is_full = false;
    if (closed->kind != TREE_OBJECT) {
        return ERR_OK;
    }
    if (tree_repeats(closed, reader->arena, &again, &is_full)) {
        text_errors_add(reader->errors, again, (struct text_cause){.reason = TEXT_REPEATED});
        return ERR_INVALID;
    }
    return is_full ? refuse_full(reader) : ERR_OK;
}

static enum err take_name(struct reader *reader, const yaml_event_t *event, const char *text)
{
    if (event->data.scalar.length > TREE_NAME_BYTES_MAX) {
        return refuse(reader, event->start_mark, TEXT_NAME_LONG);
    }
    if (text[0] == '\0') {
        return refuse(reader, event->start_mark, TEXT_NAME);
    }
    reader->name = text;
    reader->name_mark = event->start_mark;
    return ERR_OK;
}

static bool is_absent(struct bytes text)
{
    return text.size == 0 || bytes_equal(text, bytes_of_text("~")) ||
           bytes_equal(text, bytes_of_text("null"));
}

static enum err take_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct bytes text = {event->data.scalar.value, event->data.scalar.length};
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    struct tree *node = NULL;

    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
        return refuse(reader, event->start_mark,
                      event->data.scalar.anchor != NULL ? TEXT_ANCHOR : TEXT_TAG);
    }
    if (memchr(text.data, '\0', text.size) != NULL) {
        return refuse(reader, event->start_mark, TEXT_NUL);
    }

    const char *copy = arena_copy(reader->arena, text);
    if (copy == NULL) {
        return refuse_full(reader);
    }
    if (waits_for_name(reader)) {
        return take_name(reader, event, copy);
    }

    enum tree_kind kind = !is_plain ? TREE_TEXT : is_absent(text) ? TREE_NULL : TREE_PLAIN;
    enum err err = add_value(reader, kind, event->start_mark, &node);
    if (err == ERR_OK) {
        node->text = (struct bytes){(const uint8_t *)copy, text.size};
    }
    return err;
}

/* ---- events ---- */

static enum err take_document(struct reader *reader, const yaml_event_t *event)
{
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end) {
        return refuse(reader, event->start_mark, TEXT_DIRECTIVE);
    }
    return reader->root == NULL ? ERR_OK : refuse(reader, event->start_mark, TEXT_DOCUMENTS);
}

static enum err take_list(struct reader *reader, const yaml_event_t *event)
{
    if (event->data.sequence_start.anchor != NULL) {
        return refuse(reader, event->start_mark, TEXT_ANCHOR);
    }
    if (event->data.sequence_start.tag != NULL) {
        return refuse(reader, event->start_mark, TEXT_TAG);
    }
    return add_container(reader, TREE_LIST, event->start_mark);
}

static enum err take_object(struct reader *reader, const yaml_event_t *event)
{
    if (event->data.mapping_start.anchor != NULL) {
        return refuse(reader, event->start_mark, TEXT_ANCHOR);
    }
    if (event->data.mapping_start.tag != NULL) {
        return refuse(reader, event->start_mark, TEXT_TAG);
    }
    return add_container(reader, TREE_OBJECT, event->start_mark);
}

static enum err take_event(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return ERR_OK;
    case YAML_STREAM_END_EVENT:
        reader->is_done = true;
        return ERR_OK;
    case YAML_DOCUMENT_START_EVENT:
        return take_document(reader, event);
    case YAML_ALIAS_EVENT:
        return refuse(reader, event->start_mark, TEXT_ALIAS);
    case YAML_SCALAR_EVENT:
        return take_scalar(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        return take_list(reader, event);
    case YAML_MAPPING_START_EVENT:
        return take_object(reader, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_container(reader);
    }
    return ERR_OK;
}

static enum err read_events(struct reader *reader, yaml_parser_t *parser)
{
    enum err err = ERR_OK;

    while (err == ERR_OK && !reader->is_done) {
        yaml_event_t event;

        if (yaml_parser_parse(parser, &event) == 0) {
            return refuse_syntax(reader, parser);
        }
        err = take_event(reader, &event);
        yaml_event_delete(&event);
    }
    return err;
}

enum err yaml_read(struct bytes bytes, size_t nodes_max, struct arena *arena, struct tree **out,
                   struct text_errors *errors)
{
    yaml_parser_t parser;
    enum err err = source_begin(&bytes, errors);
    struct reader reader = {
        .arena = arena, .errors = errors, .bytes = bytes, .nodes_max = nodes_max};

    if (err != ERR_OK) {
        return err;
    }
    int is_ready = yaml_parser_initialize(&parser);
    require(is_ready != 0); /* exhausted memory ends the process */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, reader.bytes.data, reader.bytes.size);
    err = read_events(&reader, &parser);
    yaml_parser_delete(&parser);
    if (err != ERR_OK) {
        return err;
    }
    if (reader.root == NULL) {
        reader.root = tree_add(NULL, TREE_NULL, arena);
    }
    if (reader.root == NULL) {
        return refuse_full(&reader);
    }
    *out = reader.root;
    return ERR_OK;
}
