/* SPDX-License-Identifier: Apache-2.0 */
#include "core/value.h"

#include <string.h>

#include "core/limits.h"
#include "lib/check.h"
#include "lib/text.h"

enum { FIRST_CAPACITY = 4, PREFIX_BYTES = 8 };

struct value_name value_name_of(struct bytes text)
{
    uint64_t prefix = 0;

    for (size_t i = 0; i < PREFIX_BYTES; i++) {
        prefix = prefix << 8 | (i < text.size ? text.data[i] : 0);
    }
    return (struct value_name){.prefix = prefix, .text = text};
}

struct value value_of_absent(void)
{
    return (struct value){.kind = VALUE_ABSENT};
}

struct value value_of_bool(bool truth)
{
    return (struct value){.kind = VALUE_BOOL, .truth = truth};
}

struct value value_of_number(struct number number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_of_text(struct bytes text)
{
    return (struct value){.kind = VALUE_TEXT, .text = text};
}

struct value value_of_date(int32_t yyyymmdd)
{
    return (struct value){.kind = VALUE_DATE, .date = yyyymmdd};
}

struct value value_of_list(void)
{
    return (struct value){.kind = VALUE_LIST, .list = {.nesting = LIMIT_DATA_NESTING}};
}

struct value value_of_object(void)
{
    return (struct value){.kind = VALUE_OBJECT};
}

static int compare_names(const struct value_name *a, const struct value_name *b)
{
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix ? -1 : 1;
    }
    if (a->text.size <= PREFIX_BYTES && a->text.size == b->text.size) {
        return 0;
    }
    return text_compare(a->text, b->text);
}

/* Returns the index of @name in @object, or where it belongs. */
static uint32_t find_index(const struct value_object *object, const struct value_name *name)
{
    uint32_t low = 0;
    uint32_t high = object->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (compare_names(&object->members[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool holds_at(const struct value_object *object, uint32_t index,
                     const struct value_name *name)
{
    return index < object->count && compare_names(&object->members[index].name, name) == 0;
}

const struct value *value_find(const struct value *object, const struct value_name *name)
{
    require(object->kind == VALUE_OBJECT);

    uint32_t index = find_index(&object->object, name);
    return holds_at(&object->object, index, name) ? object->object.members[index].value : NULL;
}

struct value *value_get(const struct value *object, struct bytes name)
{
    struct value_name made = value_name_of(name);

    require(object->kind == VALUE_OBJECT);

    uint32_t index = find_index(&object->object, &made);
    return holds_at(&object->object, index, &made) ? object->object.members[index].value : NULL;
}

/* True if @value may have something below it. */
static bool may_have_children(const struct value *value)
{
    unsigned nesting = 1;

    for (const struct value *above = value->parent; above != NULL; above = above->parent) {
        nesting++;
    }
    return nesting <= LIMIT_DATA_NESTING;
}

static bool grow_object(struct value_object *object, struct arena *arena)
{
    if (object->count < object->capacity) {
        return true;
    }

    uint32_t capacity = object->capacity == 0 ? FIRST_CAPACITY : 2 * object->capacity;
    struct value_member *members = arena_array(arena, capacity, sizeof *members);

    if (members == NULL) {
        return false;
    }
    if (object->count > 0) {
        memcpy(members, object->members, object->count * sizeof *members);
    }
    object->members = members;
    object->capacity = capacity;
    return true;
}

static bool grow_list(struct value_list *list, struct arena *arena)
{
    if (list->count < list->capacity) {
        return true;
    }

    uint32_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
    const struct value **items = arena_array(arena, capacity, sizeof *items);

    if (items == NULL) {
        return false;
    }
    if (list->count > 0) {
        memcpy(items, list->items, list->count * sizeof *items);
    }
    list->items = items;
    list->capacity = capacity;
    return true;
}

/* Makes room in @object for @name at @index and returns the new member's value, or NULL. */
static struct value *insert_member(struct value *object, uint32_t index, struct value_name name,
                                   struct arena *arena)
{
    if (!may_have_children(object) || !grow_object(&object->object, arena)) {
        return NULL;
    }

    struct value *stored = arena_alloc(arena, sizeof *stored);
    if (stored == NULL) {
        return NULL;
    }

    struct value_member *slot = &object->object.members[index];
    memmove(slot + 1, slot, (object->object.count - index) * sizeof *slot);
    *slot = (struct value_member){.name = name, .value = stored};
    object->object.count++;
    return stored;
}

struct value *value_set(struct value *object, struct bytes name, struct value value,
                        struct arena *arena)
{
    struct value_name made = value_name_of(name);

    require(object->kind == VALUE_OBJECT);

    uint32_t index = find_index(&object->object, &made);
    struct value *stored = holds_at(&object->object, index, &made)
                               ? object->object.members[index].value
                               : insert_member(object, index, made, arena);
    if (stored == NULL) {
        return NULL;
    }
    *stored = value;
    if (value.parent == NULL) {
        stored->parent = object;
        stored->label = name;
        stored->position = 0;
    }
    return stored;
}

struct value *value_append(struct value *list, struct bytes label, struct value value,
                           struct arena *arena)
{
    require(list->kind == VALUE_LIST);
    require(list->list.count == 0 || list->list.capacity > 0);

    if (list->list.count >= LIMIT_RESULT_ELEMENTS || !may_have_children(list) ||
        !grow_list(&list->list, arena)) {
        return NULL;
    }

    struct value *stored = arena_alloc(arena, sizeof *stored);
    if (stored == NULL) {
        return NULL;
    }
    *stored = value;
    stored->parent = list;
    stored->label = label;
    stored->position = list->list.count;
    list->list.items[list->list.count] = stored;
    list->list.count++;
    return stored;
}

/* The elements of a list of data are its own, made by value_append(): they may be written to. */
static struct value *own_element(const struct value *list, uint32_t index)
{
    require(list->list.capacity > 0);
    return (struct value *)(uintptr_t)list->list.items[index];
}

struct value *value_element(const struct value *list, struct bytes label)
{
    require(list->kind == VALUE_LIST);

    for (uint32_t i = list->list.count; i > 0; i--) {
        if (bytes_equal(list->list.items[i - 1]->label, label)) {
            return own_element(list, i - 1);
        }
    }
    return NULL;
}

void value_fill(struct value *place, struct value value)
{
    value.parent = place->parent;
    value.label = place->label;
    value.position = place->position;
    *place = value;
}

/* ---- places by path ---- */

/* True, with @out set, if @label is a number below LIMIT_DATA_ELEMENTS in its shortest form. */
static bool read_position(struct bytes label, uint32_t *out)
{
    uint32_t position = 0;

    if (label.size == 0 || (label.size > 1 && label.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < label.size; i++) {
        if (label.data[i] < '0' || label.data[i] > '9') {
            return false;
        }
        position = position * 10 + (uint32_t)(label.data[i] - '0');
        if (position >= LIMIT_DATA_ELEMENTS) {
            return false;
        }
    }
    *out = position;
    return true;
}

static struct value *place_element(struct value *list, struct bytes label, struct arena *arena)
{
    const struct bytes no_label = {0};
    uint32_t position = 0;

    if (list->kind == VALUE_ABSENT) {
        value_fill(list, value_of_list());
    }
    if (list->kind != VALUE_LIST || label.size == 0 ||
        (list->list.count > 0 && list->list.capacity == 0)) {
        return NULL;
    }

    struct value *found = value_element(list, label);
    if (found != NULL) {
        return found;
    }
    if (!read_position(label, &position)) {
        return value_append(list, label, value_of_absent(), arena);
    }
    while (list->list.count <= position) {
        if (value_append(list, no_label, value_of_absent(), arena) == NULL) {
            return NULL;
        }
    }
    return own_element(list, position);
}

static struct value *place_member(struct value *object, struct bytes name, struct arena *arena)
{
    if (object->kind == VALUE_ABSENT) {
        value_fill(object, value_of_object());
    }
    if (object->kind != VALUE_OBJECT || name.size == 0) {
        return NULL;
    }

    struct value *found = value_get(object, name);
    return found != NULL ? found : value_set(object, name, value_of_absent(), arena);
}

/* Returns how many bytes at @start of @path stand before one of @stops. */
static size_t span_until(struct bytes path, size_t start, const char *stops)
{
    size_t end = start;

    while (end < path.size && (path.data[end] == '\0' || strchr(stops, path.data[end]) == NULL)) {
        end++;
    }
    return end - start;
}

struct value *value_place(struct value *root, struct bytes path, struct arena *arena)
{
    struct value *place = root;
    bool is_name_next = true;
    size_t at = 0;

    if (path.size == 0 || path.size > LIMIT_PATH_BYTES) {
        return NULL;
    }
    while (place != NULL && (at < path.size || is_name_next)) {
        if (is_name_next) {
            size_t size = span_until(path, at, ".[]");

            place = place_member(place, (struct bytes){path.data + at, size}, arena);
            at += size;
            is_name_next = false;
        } else if (path.data[at] == '[') {
            size_t size = span_until(path, at + 1, "]");

            if (at + 1 + size == path.size) {
                return NULL;
            }
            place = place_element(place, (struct bytes){path.data + at + 1, size}, arena);
            at += size + 2;
        } else if (path.data[at] == '.') {
            at++;
            is_name_next = true;
        } else {
            return NULL;
        }
    }
    return place;
}

/* ---- paths ---- */

static void add_step(struct text_builder *builder, const struct value *value)
{
    if (value->parent->kind == VALUE_LIST) {
        if (value->label.size > 0) {
            text_builder_add(builder, "[");
            text_builder_add_bytes(builder, value->label);
            text_builder_add(builder, "]");
        } else {
            text_builder_add(builder, "[");
            text_builder_add_number(builder, number_of(value->position));
            text_builder_add(builder, "]");
        }
        return;
    }
    if (builder->size > 0) {
        text_builder_add(builder, ".");
    }
    text_builder_add_bytes(builder, value->label);
}

const char *value_path_below(const struct value *value, const struct value_name *names,
                             size_t count, struct arena *arena)
{
    const struct value *chain[LIMIT_DATA_NESTING + 1];
    struct text_builder builder;
    size_t depth = 0;

    for (; value->parent != NULL; value = value->parent) {
        require(depth < sizeof chain / sizeof chain[0]);
        chain[depth] = value;
        depth++;
    }
    text_builder_init(&builder, arena, LIMIT_PATH_BYTES);
    for (; depth > 0; depth--) {
        add_step(&builder, chain[depth - 1]);
    }
    for (size_t i = 0; i < count; i++) {
        if (builder.size > 0) {
            text_builder_add(&builder, ".");
        }
        text_builder_add_bytes(&builder, names[i].text);
    }
    return text_builder_finish(&builder);
}

const char *value_path(const struct value *value, struct arena *arena)
{
    return value_path_below(value, NULL, 0, arena);
}
