/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/packet_reader.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "proto/packet_value.h"
#include "proto/text/decimal.h"

enum { CODES_LISTED_MAX = 12, CODES_NEAR_MAX = 256 };

void packet_reader_refuse(struct packet_reader *reader, const struct tree *tree,
                          enum text_reason reason)
{
    text_errors_add(reader->errors, tree, (struct text_cause){.reason = reason});
}

void *packet_reader_memory(struct packet_reader *reader, void *pointer)
{
    reader->is_full = reader->is_full || pointer == NULL;
    return pointer;
}

/* ---- where the reader is ---- */

bool packet_reader_enter(struct packet_reader *reader, const struct tree *tree,
                         const char *const parts[3])
{
    size_t room = sizeof reader->path - reader->path_size;
    int size =
        snprintf(reader->path + reader->path_size, room, "%s%s%s", parts[0], parts[1], parts[2]);

    if (size < 0 || (size_t)size >= room) {
        reader->path[reader->path_size] = '\0';
        packet_reader_refuse(reader, tree, TEXT_NAME_LONG);
        return false;
    }
    reader->path_size += (size_t)size;
    return true;
}

void packet_reader_leave(struct packet_reader *reader, size_t path_size)
{
    reader->path_size = path_size;
    reader->path[path_size] = '\0';
}

Hs__Field *packet_reader_add(struct packet_reader *reader, const struct tree *tree)
{
    if (reader->count == reader->capacity) {
        size_t capacity = reader->capacity == 0 ? 256 : 2 * reader->capacity;
        struct packet_found *larger =
            packet_reader_memory(reader, arena_array(reader->arena, capacity, sizeof *larger));

        if (larger == NULL) {
            return NULL;
        }
        if (reader->count > 0) {
            memcpy(larger, reader->found, reader->count * sizeof *larger);
        }
        reader->found = larger;
        reader->capacity = capacity;
    }

    Hs__Field *field =
        packet_reader_memory(reader, message_new(&hs__field__descriptor, reader->arena));
    const char *path = packet_reader_memory(reader, arena_text(reader->arena, reader->path));
    if (field == NULL || path == NULL) {
        return NULL;
    }
    field->path = path;
    reader->found[reader->count++] = (struct packet_found){field, tree};
    return field;
}

/* ---- scalars ---- */

static bool is_text(const struct tree *tree)
{
    return tree->kind == TREE_TEXT || tree->kind == TREE_PLAIN;
}

static void read_bool(struct packet_reader *reader, const struct tree *tree)
{
    bool is_true = tree_is(tree, TREE_BOOL, "true") || tree_is(tree, TREE_PLAIN, "true");

    if (!is_true && !tree_is(tree, TREE_BOOL, "false") && !tree_is(tree, TREE_PLAIN, "false")) {
        packet_reader_refuse(reader, tree, TEXT_NEED_BOOL);
        return;
    }

    Hs__Field *field = packet_reader_add(reader, tree);
    if (field != NULL) {
        field->value_case = HS__FIELD__VALUE_FLAG;
        field->flag = is_true;
    }
}

static void read_number(struct packet_reader *reader, const struct tree *tree, bool is_whole)
{
    int64_t units = 0;
    uint32_t places = 0;

    if (tree->kind != TREE_NUMBER && tree->kind != TREE_PLAIN) {
        packet_reader_refuse(reader, tree, is_whole ? TEXT_NEED_WHOLE : TEXT_NEED_NUMBER);
        return;
    }

    enum decimal_result result = decimal_from_text(tree->text, &units, &places);
    if (result == DECIMAL_DIGITS) {
        packet_reader_refuse(reader, tree, TEXT_DIGITS);
        return;
    }
    if (result == DECIMAL_SYNTAX || (is_whole && places > 0)) {
        packet_reader_refuse(reader, tree, is_whole ? TEXT_NEED_WHOLE : TEXT_NEED_NUMBER);
        return;
    }

    Hs__Field *field = packet_reader_add(reader, tree);
    Hs__Number *number =
        packet_reader_memory(reader, message_new(&hs__number__descriptor, reader->arena));
    if (field != NULL && number != NULL) {
        number->units = units;
        number->places = places;
        field->value_case = HS__FIELD__VALUE_NUMBER;
        field->number = number;
    }
}

static void read_date(struct packet_reader *reader, const struct tree *tree)
{
    int32_t date = 0;

    if (!is_text(tree) || !date_from_text(tree->text, &date)) {
        packet_reader_refuse(reader, tree, TEXT_NEED_DATE);
        return;
    }

    Hs__Field *field = packet_reader_add(reader, tree);
    if (field != NULL) {
        field->value_case = HS__FIELD__VALUE_DATE;
        field->date = date;
    }
}

/* ---- texts and codes ---- */

/* Returns the text of @tree, in the arena, or NULL after an error. */
static const char *take_text(struct packet_reader *reader, const struct tree *tree)
{
    if (!is_text(tree)) {
        packet_reader_refuse(reader, tree,
                             tree->kind == TREE_NULL ? TEXT_NEED_ELEMENT : TEXT_NEED_TEXT);
        return NULL;
    }
    if (tree->text.size > PACKET_TEXT_BYTES_MAX) {
        packet_reader_refuse(reader, tree, TEXT_TEXT_LONG);
        return NULL;
    }
    if (!packet_text_is_plain((const char *)tree->text.data, PACKET_TEXT_BYTES_MAX)) {
        packet_reader_refuse(reader, tree, TEXT_CONTROL);
        return NULL;
    }
    return packet_reader_memory(reader, arena_copy(reader->arena, tree->text));
}

static void refuse_code(struct packet_reader *reader, const struct tree *tree,
                        const Hs__FieldDefinition *definition)
{
    const char *codes[CODES_NEAR_MAX];
    const char *given = (const char *)tree->text.data;
    char list[TEXT_DETAIL_BYTES] = "";
    size_t size = 0;
    size_t count = definition->n_codes < CODES_NEAR_MAX ? definition->n_codes : CODES_NEAR_MAX;

    for (size_t i = 0; i < count; i++) {
        codes[i] = definition->codes[i]->code;
        if (i < CODES_LISTED_MAX && size + strlen(codes[i]) + 3 < sizeof list) {
            size += (size_t)snprintf(list + size, sizeof list - size, "%s%s", i == 0 ? "" : ", ",
                                     codes[i]);
        }
    }

    bool is_listed = count <= CODES_LISTED_MAX;
    text_errors_add(reader->errors, tree,
                    (struct text_cause){.reason = is_listed ? TEXT_NEED_WORD : TEXT_UNKNOWN_WORD,
                                        .detail = is_listed ? list : given,
                                        .suggestion = text_nearest(given, codes, count)});
}

/* Returns the code of @tree, in the arena, or NULL after an error. */
static const char *take_code(struct packet_reader *reader, const struct tree *tree,
                             const Hs__FieldDefinition *definition)
{
    const char *code = take_text(reader, tree);

    if (code == NULL || definition->n_codes == 0) {
        return code;
    }
    for (size_t i = 0; i < definition->n_codes; i++) {
        if (strcmp(definition->codes[i]->code, code) == 0) {
            return code;
        }
    }
    refuse_code(reader, tree, definition);
    return NULL;
}

static void read_text(struct packet_reader *reader, const struct tree *tree,
                      const Hs__FieldDefinition *definition)
{
    bool is_code = definition->type == HS__FIELD_DEFINITION__TYPE__CODE;
    const char *text = is_code ? take_code(reader, tree, definition) : take_text(reader, tree);
    Hs__Field *field = text == NULL ? NULL : packet_reader_add(reader, tree);

    if (field != NULL) {
        field->value_case = HS__FIELD__VALUE_TEXT;
        field->text = text;
    }
}

/* True if @code is among the @count first of @codes. */
static bool is_among(const char *code, const char *const *codes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(codes[i], code) == 0) {
            return true;
        }
    }
    return false;
}

static void read_texts(struct packet_reader *reader, const struct tree *tree,
                       const Hs__FieldDefinition *definition)
{
    bool is_coded = definition->type == HS__FIELD_DEFINITION__TYPE__CODES;
    size_t count = 0;

    if (tree->kind != TREE_LIST || tree->count > PACKET_LIST_MAX) {
        packet_reader_refuse(reader, tree,
                             tree->kind != TREE_LIST ? TEXT_NEED_LIST : TEXT_LIST_LONG);
        return;
    }

    Hs__Codes *codes =
        packet_reader_memory(reader, message_new(&hs__codes__descriptor, reader->arena));
    const char **texts =
        packet_reader_memory(reader, arena_array(reader->arena, tree->count, sizeof *texts));
    Hs__Field *field = packet_reader_add(reader, tree);
    if (codes == NULL || texts == NULL || field == NULL) {
        return;
    }
    for (const struct tree *item = tree->first; item != NULL; item = item->next) {
        const char *text = is_coded ? take_code(reader, item, definition) : take_text(reader, item);

        if (text == NULL) {
            continue;
        }
        /* Codes of a list do not repeat, so there are never more of them than the field has. */
        if (is_coded && definition->n_codes > 0 && is_among(text, texts, count)) {
            packet_reader_refuse(reader, item, TEXT_REPEATED);
            continue;
        }
        texts[count++] = text;
    }
    codes->n_codes = count;
    codes->codes = count == 0 ? NULL : texts;
    field->value_case = HS__FIELD__VALUE_CODES;
    field->codes = codes;
}

void packet_reader_value(struct packet_reader *reader, const struct tree *tree,
                         const Hs__FieldDefinition *definition)
{
    switch (definition->type) {
    case HS__FIELD_DEFINITION__TYPE__BOOL:
        read_bool(reader, tree);
        return;
    case HS__FIELD_DEFINITION__TYPE__INTEGER:
        read_number(reader, tree, true);
        return;
    case HS__FIELD_DEFINITION__TYPE__NUMBER:
        read_number(reader, tree, false);
        return;
    case HS__FIELD_DEFINITION__TYPE__TEXT:
    case HS__FIELD_DEFINITION__TYPE__CODE:
        read_text(reader, tree, definition);
        return;
    case HS__FIELD_DEFINITION__TYPE__DATE:
        read_date(reader, tree);
        return;
    case HS__FIELD_DEFINITION__TYPE__CODES:
    case HS__FIELD_DEFINITION__TYPE__TEXTS:
        read_texts(reader, tree, definition);
        return;
    case HS__FIELD_DEFINITION__TYPE__UNSPECIFIED:
    case _HS__FIELD_DEFINITION__TYPE_IS_INT_SIZE:
        break;
    }
    packet_reader_refuse(reader, tree, TEXT_UNTYPED);
}
