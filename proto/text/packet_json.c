/* SPDX-License-Identifier: Apache-2.0 */
/* packet_to_json() of proto/text/packet_text.h. */
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/text.h"
#include "proto/text/decimal.h"
#include "proto/text/packet_text.h"

/* A number keeps its decimals: at most 15 digits survive the library's double. */
static json_t *write_number(const Hs__Number *number)
{
    char text[DECIMAL_BYTES];

    decimal_to_text(number->units, number->places, text);
    return json_loads(text, JSON_DECODE_ANY, NULL);
}

static json_t *write_codes(const Hs__Codes *codes)
{
    json_t *list = json_array();

    for (size_t i = 0; i < codes->n_codes; i++) {
        /* Takes the reference, and refuses NULL. */
        if (json_array_append_new(list, json_string(codes->codes[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* A list named by position is filled beforehand: its positions do not come in their order. */
static json_t *write_count(const struct dictionary_node *node, uint32_t count)
{
    json_t *list = json_array();

    for (uint32_t i = 0; node->id == NULL && i < count; i++) {
        if (json_array_append_new(list, json_object()) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *packet_value_to_json(const Hs__Field *field)
{
    char date[TEXT_DATE_BYTES];

    switch (field->value_case) {
    case HS__FIELD__VALUE_FLAG:
        return json_boolean(field->flag);
    case HS__FIELD__VALUE_NUMBER:
        return write_number(field->number);
    case HS__FIELD__VALUE_TEXT:
        return json_string(field->text);
    case HS__FIELD__VALUE_DATE:
        date_to_text(field->date, date);
        return json_string(date);
    case HS__FIELD__VALUE_CODES:
        return write_codes(field->codes);
    case HS__FIELD__VALUE_COUNT:
        return json_integer(field->count);
    case HS__FIELD__VALUE__NOT_SET:
    case _HS__FIELD__VALUE__CASE_IS_INT_SIZE:
        break;
    }
    require(false); /* packet_check() lets none pass */
    return NULL;
}

static json_t *write_value(const struct dictionary_node *node, const Hs__Field *field)
{
    return field->value_case == HS__FIELD__VALUE_COUNT ? write_count(node, field->count)
                                                       : packet_value_to_json(field);
}

/* Returns the element of @list that @label names, made if it has ids and this one is new. */
static json_t *find_element(const struct dictionary_node *node, json_t *list, struct bytes label)
{
    size_t position = 0;

    if (node->id == NULL) {
        for (size_t i = 0; i < label.size; i++) {
            position = position * 10 + (size_t)(label.data[i] - '0');
        }
        return json_array_get(list, position);
    }

    /* The fields of an element stand together: only the last one can be meant. */
    size_t count = json_array_size(list);
    json_t *last = count == 0 ? NULL : json_array_get(list, count - 1);
    json_t *id = last == NULL ? NULL : json_object_get(last, node->id->name);
    if (id != NULL && json_string_length(id) == label.size &&
        memcmp(json_string_value(id), label.data, label.size) == 0) {
        return last;
    }
    last = json_pack("{s:s%}", node->id->name, (const char *)label.data, label.size);
    return json_array_append_new(list, last) == 0 ? last : NULL;
}

/* Returns the object that @object has as its member @name, made if need be. */
static json_t *find_object(json_t *object, struct bytes name)
{
    json_t *inner = json_object_getn(object, (const char *)name.data, name.size);

    if (inner == NULL) {
        inner = json_object();
        if (json_object_setn_new(object, (const char *)name.data, name.size, inner) != 0) {
            return NULL;
        }
    }
    return inner;
}

/* Puts @field, which stands in @dictionary, into the tree under @object. */
static bool place_field(const struct dictionary *dictionary, json_t *object, const Hs__Field *field)
{
    const struct dictionary_node *node = dictionary_root(dictionary);
    const char *path = field->path;

    while (object != NULL) {
        struct bytes name = {(const uint8_t *)path, strcspn(path, ".[")};
        struct bytes label = {0};

        node = dictionary_child(node, name);
        require(node != NULL);
        path += name.size;
        if (*path == '\0') {
            return json_object_setn_new(object, (const char *)name.data, name.size,
                                        write_value(node, field)) == 0;
        }
        if (*path == '[') {
            label = (struct bytes){(const uint8_t *)path + 1, strcspn(path + 1, "]")};
            object = find_element(
                node, json_object_getn(object, (const char *)name.data, name.size), label);
            path += label.size + 2;
        } else {
            object = find_object(object, name);
        }
        path++; /* the dot */
    }
    return false;
}

json_t *packet_to_json(const Hs__Packet *packet, const struct dictionary *dictionary)
{
    struct packet_fault fault;
    json_t *object = packet_check(packet, dictionary, &fault) ? json_object() : NULL;

    for (size_t i = 0; object != NULL && i < packet->n_fields; i++) {
        if (!place_field(dictionary, object, packet->fields[i])) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}
