/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/dictionary.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/text.h"

struct dictionary {
    struct dictionary_node root;
};

/* A path of the dictionary and what stands there. */
struct entry {
    const char *path;
    const Hs__FieldDefinition *field;
    const Hs__DerivedField *derived;
    size_t index; /* in fields or derived */
};

struct indexing {
    struct arena *arena;
    struct dictionary_fault *fault;
};

/* Entries that continue one node: their paths agree up to offset, where the next name begins. */
struct run {
    const struct entry *entries;
    size_t count;
    size_t offset;
};

/* ---- faults ---- */

static bool refuse(struct indexing *indexing, const struct entry *entry, const char *zh,
                   const char *en)
{
    struct dictionary_fault *fault = indexing->fault;

    *fault = (struct dictionary_fault){0};
    if (entry != NULL) {
        (void)snprintf(fault->path, sizeof fault->path, "%s[%zu].path",
                       entry->field != NULL ? "fields" : "derived", entry->index);
    }
    (void)snprintf(fault->zh, sizeof fault->zh, "%s", zh);
    (void)snprintf(fault->en, sizeof fault->en, "%s", en);
    return false;
}

static bool refuse_full(struct indexing *indexing)
{
    return refuse(indexing, NULL, "字典过大", "the dictionary is too large");
}

/* ---- the syntax of paths ---- */

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_size(const char *text)
{
    size_t size = 0;

    while (is_name_start(text[size]) || (size > 0 && text[size] >= '0' && text[size] <= '9')) {
        size++;
    }
    return size;
}

/* Sets @steps to the number of names in @path and returns true if it is well formed: the last name
 * has no brackets. */
static bool count_steps(const char *path, size_t *steps)
{
    const char *at = path;

    for (*steps = 1;; (*steps)++) {
        size_t size = name_size(at);

        if (size == 0 || size > DICTIONARY_NAME_BYTES_MAX) {
            return false;
        }
        at += size;
        if (at[0] == '\0') {
            return true;
        }
        if (strncmp(at, "[]", 2) == 0) {
            at += 2;
        }
        if (at[0] != '.') {
            return false;
        }
        at++;
    }
}

static bool check_path(struct indexing *indexing, const struct entry *entry)
{
    size_t steps = 0;

    if (strnlen(entry->path, DICTIONARY_PATH_BYTES_MAX + 1) > DICTIONARY_PATH_BYTES_MAX) {
        return refuse(indexing, entry, "路径过长", "the path is too long");
    }
    if (!count_steps(entry->path, &steps)) {
        return refuse(indexing, entry,
                      "路径应为以点分隔的名称，清单名后加 []，如 funding[].amount_wan",
                      "a path is names between dots, a list's with [], as in funding[].amount_wan");
    }
    if (steps > DICTIONARY_STEPS_MAX) {
        return refuse(indexing, entry, "路径层次过多", "the path has too many names");
    }
    if (strcmp(entry->path, "cfg") == 0 || strncmp(entry->path, "cfg.", 4) == 0 ||
        strncmp(entry->path, "cfg[", 4) == 0) {
        return refuse(indexing, entry, "cfg 是流程设置的名称", "cfg is the name of the settings");
    }
    if (entry->derived != NULL && strchr(entry->path, '[') != NULL) {
        return refuse(indexing, entry, "派生字段不能在清单之内",
                      "a derived field cannot lie in a list");
    }
    if (entry->field != NULL && entry->field->n_codes > DICTIONARY_CODES_MAX) {
        return refuse(indexing, entry, "代码过多", "the field has too many codes");
    }
    return true;
}

/* ---- the order of paths ---- */

/* An order of characters in which a path comes before those that continue it, and those before any
 * that continues its last name: entries below a node then stand together, sorted by name. */
static int rank(char c)
{
    switch (c) {
    case '\0':
        return 0;
    case '.':
        return 1;
    case '[':
        return 2;
    default:
        return (unsigned char)c;
    }
}

static int compare_entries(const void *left, const void *right)
{
    const char *a = ((const struct entry *)left)->path;
    const char *b = ((const struct entry *)right)->path;

    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return rank(*a) - rank(*b);
}

/* ---- the tree ---- */

/* Returns how many of @run's first entries have the name that the first has. */
static size_t count_same_name(struct run run)
{
    const char *name = run.entries[0].path + run.offset;
    size_t size = name_size(name);
    size_t same = 1;

    while (same < run.count && strncmp(run.entries[same].path + run.offset, name, size) == 0 &&
           name_size(run.entries[same].path + run.offset) == size) {
        same++;
    }
    return same;
}

static bool add_children(struct indexing *indexing, struct dictionary_node *node, struct run run);

/* Finds the field that names the elements of @list. */
static bool find_id(struct indexing *indexing, struct dictionary_node *list,
                    const struct entry *first)
{
    const struct dictionary_node *id = dictionary_child(list, bytes_of_text("id"));

    if (id == NULL) {
        return true;
    }
    if (id->kind != DICTIONARY_FIELD || (id->field->type != HS__FIELD_DEFINITION__TYPE__TEXT &&
                                         id->field->type != HS__FIELD_DEFINITION__TYPE__CODE)) {
        return refuse(indexing, first, "清单的 id 应为 text 或 code",
                      "the id of a list must be a text or a code");
    }
    list->id = id;
    return true;
}

/* Makes @node of the entries of @run, which all have its name. */
static bool add_node(struct indexing *indexing, struct dictionary_node *node, struct run run)
{
    const struct entry *first = &run.entries[0];
    const char *name = first->path + run.offset;
    size_t size = name_size(name);
    char next = name[size];
    struct bytes text = {(const uint8_t *)name, size};

    node->name = arena_copy(indexing->arena, text);
    if (node->name == NULL) {
        return refuse_full(indexing);
    }
    for (size_t i = 1; i < run.count; i++) {
        char other = run.entries[i].path[run.offset + size];

        if (other != next) {
            return refuse(
                indexing, &run.entries[i], "路径已作他用：字段、对象、清单只能是其一",
                "the path is used otherwise: a field, an object or a list, not two of them");
        }
        if (next == '\0') {
            return refuse(indexing, &run.entries[i], "路径重复", "the path is given twice");
        }
    }
    if (next == '\0') {
        node->kind = first->field != NULL ? DICTIONARY_FIELD : DICTIONARY_DERIVED;
        node->field = first->field;
        node->derived = first->derived;
        return true;
    }
    node->kind = next == '[' ? DICTIONARY_LIST : DICTIONARY_OBJECT;
    run.offset += size + (next == '[' ? strlen("[].") : strlen("."));
    return add_children(indexing, node, run) &&
           (node->kind == DICTIONARY_OBJECT || find_id(indexing, node, first));
}

/* Makes the children of @node from @run. Recursion is bounded by DICTIONARY_STEPS_MAX. */
static bool add_children(struct indexing *indexing, struct dictionary_node *node, struct run run)
{
    size_t count = 0;
    size_t done = 0;

    for (struct run rest = run; rest.count > 0; count++) {
        size_t same = count_same_name(rest);

        rest.entries += same;
        rest.count -= same;
    }

    struct dictionary_node *children = arena_array(indexing->arena, count, sizeof *children);
    const char **names = arena_array(indexing->arena, count, sizeof *names);
    if (children == NULL || names == NULL) {
        return refuse_full(indexing);
    }
    for (size_t i = 0; i < count; i++) {
        struct run rest = {run.entries + done, run.count - done, run.offset};

        rest.count = count_same_name(rest);
        if (!add_node(indexing, &children[i], rest)) {
            return false;
        }
        names[i] = children[i].name;
        done += rest.count;
    }
    node->children = children;
    node->names = names;
    node->child_count = count;
    return true;
}

static bool add_all(struct indexing *indexing, const Hs__Dictionary *source,
                    struct dictionary *dictionary)
{
    size_t count = 0;

    if (source->n_fields > DICTIONARY_FIELDS_MAX ||
        source->n_derived > DICTIONARY_FIELDS_MAX - source->n_fields) {
        return refuse_full(indexing);
    }
    struct entry *entries =
        arena_array(indexing->arena, source->n_fields + source->n_derived, sizeof *entries);
    if (entries == NULL) {
        return refuse_full(indexing);
    }
    for (size_t i = 0; i < source->n_fields; i++) {
        entries[count++] =
            (struct entry){.path = source->fields[i]->path, .field = source->fields[i], .index = i};
    }
    for (size_t i = 0; i < source->n_derived; i++) {
        entries[count++] = (struct entry){
            .path = source->derived[i]->path, .derived = source->derived[i], .index = i};
    }
    for (size_t i = 0; i < count; i++) {
        if (!check_path(indexing, &entries[i])) {
            return false;
        }
    }
    qsort(entries, count, sizeof *entries, compare_entries);
    return add_children(indexing, &dictionary->root, (struct run){entries, count, 0});
}

struct dictionary *dictionary_index(const Hs__Dictionary *source, struct arena *arena,
                                    struct dictionary_fault *fault)
{
    struct indexing indexing = {.arena = arena, .fault = fault};
    struct dictionary *dictionary = arena_alloc(arena, sizeof *dictionary);

    if (dictionary == NULL) {
        (void)refuse_full(&indexing); /* says so in fault */
        return NULL;
    }
    dictionary->root = (struct dictionary_node){.kind = DICTIONARY_OBJECT, .name = ""};
    return add_all(&indexing, source, dictionary) ? dictionary : NULL;
}

/* ---- looking up ---- */

const struct dictionary_node *dictionary_root(const struct dictionary *dictionary)
{
    return &dictionary->root;
}

const struct dictionary_node *dictionary_child(const struct dictionary_node *node,
                                               struct bytes name)
{
    size_t low = 0;
    size_t high = node->child_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(name, bytes_of_text(node->names[middle]));

        if (order == 0) {
            return &node->children[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const char *dictionary_nearest(const struct dictionary_node *node, const char *name)
{
    return text_nearest(name, node->names, node->child_count);
}

static bool is_position(struct bytes label)
{
    size_t position = 0;

    if (label.size == 0 || label.size > 4 || (label.size > 1 && label.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < label.size; i++) {
        if (label.data[i] < '0' || label.data[i] > '9') {
            return false;
        }
        position = position * 10 + (size_t)(label.data[i] - '0');
    }
    return position < PACKET_LIST_MAX;
}

static bool is_element_id(struct bytes label)
{
    if (label.size == 0 || label.size > PACKET_ELEMENT_ID_BYTES_MAX || !text_is_utf8(label)) {
        return false;
    }
    for (size_t i = 0; i < label.size; i++) {
        uint8_t c = label.data[i];
        bool is_c1 = c == 0xC2 && label.data[i + 1] < 0xA0; /* well formed: there is a next */

        if (c < 0x20 || c == 0x7F || c == '[' || c == ']' || is_c1) {
            return false;
        }
    }
    return true;
}

bool dictionary_label_is_valid(const struct dictionary_node *list, struct bytes label)
{
    require(list->kind == DICTIONARY_LIST);

    return list->id != NULL ? is_element_id(label) : is_position(label);
}

static size_t span_until(struct bytes path, size_t at, const char *ends)
{
    size_t size = 0;

    while (at + size < path.size && strchr(ends, path.data[at + size]) == NULL) {
        size++;
    }
    return size;
}

/* Walks @path from the root: @is_concrete says what stands in brackets. */
static const struct dictionary_node *walk(const struct dictionary *dictionary, struct bytes path,
                                          bool is_concrete)
{
    const struct dictionary_node *node = &dictionary->root;
    size_t at = 0;

    while (at < path.size) {
        size_t size = span_until(path, at, ".[");

        node = dictionary_child(node, (struct bytes){path.data + at, size});
        at += size;
        if (node == NULL || at == path.size) {
            return node;
        }
        if (path.data[at] == '[') {
            struct bytes label = {path.data + at + 1, span_until(path, at + 1, "]")};

            at += label.size + 2;
            if (node->kind != DICTIONARY_LIST || at > path.size ||
                !(is_concrete ? dictionary_label_is_valid(node, label) : label.size == 0)) {
                return NULL;
            }
            if (at == path.size) {
                return node;
            }
        } else if (node->kind == DICTIONARY_LIST) {
            return NULL;
        }
        if (path.data[at] != '.' || at + 1 == path.size) {
            return NULL;
        }
        at++;
    }
    return node;
}

const struct dictionary_node *dictionary_find(const struct dictionary *dictionary,
                                              struct bytes path)
{
    return walk(dictionary, path, false);
}

const struct dictionary_node *dictionary_find_concrete(const struct dictionary *dictionary,
                                                       struct bytes path)
{
    return walk(dictionary, path, true);
}
