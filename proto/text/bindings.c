/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/bindings.h"

#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "lib/check.h"
#include "lib/text.h"

enum {
    NUMBER_DIGITS_MAX = 15,
    NUMBER_PLACES_MAX = 6,
    LABEL_BYTES_MAX = 64,
    REAL_TEXT_BYTES = 32, /* holds what %.15g prints */
    WRITE_VALUES_MAX = 256 * 1024,
    WRITE_TEXT_BYTES_MAX = 4 * 1024 * 1024,
};

struct reader {
    struct arena *arena;
    struct bindings_fault *fault;
    unsigned nesting;
};

static enum err read_value(struct reader *reader, const json_t *json, struct value *place);

/* ---- faults ---- */

/* Fills the fault with the path of @place and @reason. Without room for the path it has none. */
static enum err refuse(struct reader *reader, const struct value *place, const char *reason)
{
    const char *path = value_path(place, reader->arena);

    reader->fault->reason = reason;
    reader->fault->path[0] = '\0';
    if (path != NULL) {
        strncat(reader->fault->path, path, BINDINGS_PATH_BYTES - 1);
    }
    return ERR_INVALID;
}

static enum err refuse_full(struct reader *reader, const struct value *place)
{
    (void)refuse(reader, place, "this is too large"); /* it has another code */
    return ERR_FULL;
}

/* ---- scalars ---- */

/* True if @text, a decimal literal, keeps to the digits a number of the data may have. */
static bool is_short_decimal(const char *text)
{
    const char *point = strchr(text, '.');
    size_t places = point == NULL ? 0 : strlen(point + 1);
    size_t digits = strlen(text) - (text[0] == '-' ? 1 : 0) - (point == NULL ? 0 : 1);

    return digits <= NUMBER_DIGITS_MAX && places <= NUMBER_PLACES_MAX;
}

/* Reads a number by its decimal text: a double gives back 15 digits as they were written. */
static enum err read_number(struct reader *reader, const json_t *json, struct value *place)
{
    char text[REAL_TEXT_BYTES];
    char decimal[NUMBER_TEXT_BYTES];
    struct number number = {0};
    int length = 0;

    if (json_is_integer(json)) {
        length = snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    } else {
        length = snprintf(text, sizeof text, "%.15g", json_real_value(json));
    }
    require(length > 0 && (size_t)length < sizeof text);
    /* %g turns to exponents for the very large and small: bring them to their plain form first. */
    if (number_from_text(bytes_of_text(text), &number) != NUMBER_OK ||
        !number_to_decimal(number, decimal) || !is_short_decimal(decimal)) {
        return refuse(reader, place, "a number has at most 15 digits, 6 of them after the point");
    }
    value_fill(place, value_of_number(number));
    return ERR_OK;
}

static struct bytes text_of(const json_t *json)
{
    return (struct bytes){(const uint8_t *)json_string_value(json), json_string_length(json)};
}

static enum err read_text(struct reader *reader, const json_t *json, struct value *place)
{
    struct bytes text = text_of(json);

    text.data = arena_copy(reader->arena, text);
    if (text.data == NULL) {
        return refuse_full(reader, place);
    }
    value_fill(place, value_of_text(text));
    return ERR_OK;
}

/* True if @json is an object with the one member @tag. */
static bool is_tagged(const json_t *json, const char *tag)
{
    return json_object_size(json) == 1 && json_object_get(json, tag) != NULL;
}

static enum err read_tagged(struct reader *reader, const json_t *json, struct value *place)
{
    const json_t *date = json_object_get(json, "$date");
    const json_t *fraction = json_object_get(json, "$number");
    struct number number = {0};
    int32_t day = 0;

    if (date != NULL) {
        if (!json_is_string(date) || !date_from_text(text_of(date), &day)) {
            return refuse(reader, place, "$date needs a day that exists, as in 2026-03-10");
        }
        value_fill(place, value_of_date(day));
        return ERR_OK;
    }
    if (!json_is_string(fraction) ||
        number_from_fraction(text_of(fraction), &number) != NUMBER_OK) {
        return refuse(reader, place, "$number needs a fraction that fits, as in 21/4");
    }
    value_fill(place, value_of_number(number));
    return ERR_OK;
}

/* ---- lists and objects ---- */

/* Returns the label for @json as an element of @list: its id, or nothing. */
static struct bytes find_label(const json_t *json, const struct value *list)
{
    const struct bytes no_label = {0};
    const json_t *id = json_object_get(json, "id");
    struct bytes label = json_is_string(id) ? text_of(id) : no_label;

    if (label.size == 0 || label.size > LABEL_BYTES_MAX ||
        memchr(label.data, '\0', label.size) != NULL || strpbrk((const char *)label.data, "[].") ||
        value_element(list, label) != NULL) {
        return no_label;
    }
    return label;
}

static enum err read_list(struct reader *reader, const json_t *json, struct value *place)
{
    size_t index = 0;
    const json_t *item = NULL;

    value_fill(place, value_of_list());
    json_array_foreach(json, index, item)
    {
        struct bytes label = find_label(item, place);

        if (label.size > 0) {
            label.data = arena_copy(reader->arena, label);
        }
        struct value *element = value_append(place, label, value_of_absent(), reader->arena);
        if (element == NULL || (label.size > 0 && label.data == NULL)) {
            return refuse_full(reader, place);
        }

        enum err err = read_value(reader, item, element);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

static enum err read_object(struct reader *reader, const json_t *json, struct value *place)
{
    const char *name = NULL;
    const json_t *member = NULL;

    value_fill(place, value_of_object());
    json_object_foreach((json_t *)(uintptr_t)json, name, member)
    {
        struct bytes copy = bytes_of_text(name);

        copy.data = arena_copy(reader->arena, copy);
        if (copy.size == 0) {
            return refuse(reader, place, "a name must not be empty");
        }
        struct value *value =
            copy.data == NULL ? NULL : value_set(place, copy, value_of_absent(), reader->arena);
        if (value == NULL) {
            return refuse_full(reader, place);
        }

        enum err err = read_value(reader, member, value);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* Makes @place hold @json. Recursion is bounded by LIMIT_DATA_NESTING. */
static enum err read_value(struct reader *reader, const json_t *json, struct value *place)
{
    enum err err = ERR_OK;

    switch (json_typeof(json)) {
    case JSON_NULL:
        return ERR_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        value_fill(place, value_of_bool(json_is_true(json)));
        return ERR_OK;
    case JSON_INTEGER:
    case JSON_REAL:
        return read_number(reader, json, place);
    case JSON_STRING:
        return read_text(reader, json, place);
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    if (is_tagged(json, "$date") || is_tagged(json, "$number")) {
        return read_tagged(reader, json, place);
    }
    if (reader->nesting == LIMIT_DATA_NESTING) {
        return refuse(reader, place, "lists and objects are nested too deep");
    }
    reader->nesting++;
    err = json_is_array(json) ? read_list(reader, json, place) : read_object(reader, json, place);
    reader->nesting--;
    return err;
}

enum err bindings_read(const json_t *json, struct arena *arena, struct value *root,
                       struct bindings_fault *fault)
{
    struct reader reader = {.arena = arena, .fault = fault};

    *root = value_of_absent();
    if (!json_is_object(json) || is_tagged(json, "$date") || is_tagged(json, "$number")) {
        return refuse(&reader, root, "the fields must be one object");
    }
    return read_value(&reader, json, root);
}

/* ---- writing ---- */

/* What may still be written. A list can hold one value many times over, so its size says little. */
struct writer {
    size_t values_left;
    size_t text_left;
};

static json_t *write_value(struct writer *writer, const struct value *value);

static json_t *write_tagged(const char *tag, const char *text)
{
    return json_pack("{s:s}", tag, text);
}

static json_t *write_list(struct writer *writer, const struct value *value)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < value->list.count; i++) {
        /* Takes the reference, and refuses NULL. */
        if (json_array_append_new(list, write_value(writer, value->list.items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *write_object(struct writer *writer, const struct value *value)
{
    json_t *object = json_object();

    for (uint32_t i = 0; i < value->object.count; i++) {
        const struct value_member *member = &value->object.members[i];

        if (json_object_setn_new(object, (const char *)member->name.text.data,
                                 member->name.text.size, write_value(writer, member->value)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *write_number(struct number number)
{
    char text[NUMBER_TEXT_BYTES];

    if (number_is_whole(number)) {
        return json_integer(number.numerator);
    }
    number_to_text(number, text);
    return write_tagged("$number", text);
}

static json_t *write_text(struct writer *writer, struct bytes text)
{
    if (text.size > writer->text_left) {
        return NULL;
    }
    writer->text_left -= text.size;
    return json_stringn(text.size == 0 ? "" : (const char *)text.data, text.size);
}

/* Recursion is bounded by LIMIT_VALUE_NESTING lists above LIMIT_DATA_NESTING of data. */
static json_t *write_value(struct writer *writer, const struct value *value)
{
    char date[TEXT_DATE_BYTES];

    if (writer->values_left == 0) {
        return NULL;
    }
    writer->values_left--;
    switch (value->kind) {
    case VALUE_ABSENT:
    case VALUE_NULL:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        return json_null();
    case VALUE_BOOL:
        return json_boolean(value->truth);
    case VALUE_NUMBER:
        return write_number(value->number);
    case VALUE_TEXT:
        return write_text(writer, value->text);
    case VALUE_DATE:
        date_to_text(value->date, date);
        return write_tagged("$date", date);
    case VALUE_LIST:
        return write_list(writer, value);
    case VALUE_OBJECT:
        return write_object(writer, value);
    }
    return NULL;
}

json_t *bindings_write(const struct value *value)
{
    struct writer writer = {WRITE_VALUES_MAX, WRITE_TEXT_BYTES_MAX};

    return write_value(&writer, value);
}
