/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/packet_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text/packet_reader.h"

/* ---- objects and lists ---- */

static void read_object(struct packet_reader *reader, struct tree *tree,
                        const struct dictionary_node *node);

/* Labels the element @tree of @list by its id. False after an error. */
static bool label_element(struct packet_reader *reader, struct tree *tree,
                          const struct dictionary_node *list)
{
    const struct tree *id = list->id == NULL ? NULL : tree_get(tree, list->id->name);

    if (list->id == NULL) {
        return true;
    }
    if (id == NULL || id->kind == TREE_NULL) {
        packet_reader_refuse(reader, tree, TEXT_ID_ABSENT);
        return false;
    }
    if (id->kind != TREE_TEXT && id->kind != TREE_PLAIN) {
        packet_reader_refuse(reader, id, TEXT_NEED_TEXT);
        return false;
    }
    if (!dictionary_label_is_valid(list, id->text)) {
        packet_reader_refuse(reader, id, TEXT_ID_BAD);
        return false;
    }
    tree->label = (const char *)id->text.data;
    return true;
}

static void read_element(struct packet_reader *reader, struct tree *tree,
                         const struct dictionary_node *list)
{
    size_t path_size = reader->path_size;
    size_t count = reader->count;
    size_t errors = reader->errors->total;
    char position[24];

    if (tree->kind != TREE_OBJECT) {
        packet_reader_refuse(reader, tree,
                             tree->kind == TREE_NULL ? TEXT_NEED_ELEMENT : TEXT_NEED_OBJECT);
        return;
    }
    (void)snprintf(position, sizeof position, "%u", (unsigned)tree->position);
    if (!label_element(reader, tree, list) ||
        !packet_reader_enter(
            reader, tree,
            (const char *[]){"[", tree->label == NULL ? position : tree->label, "]"})) {
        return;
    }
    read_object(reader, tree, list);
    packet_reader_leave(reader, path_size);
    if (reader->count == count && reader->errors->total == errors) {
        packet_reader_refuse(reader, tree, TEXT_NEED_ELEMENT);
    }
}

static void read_list(struct packet_reader *reader, struct tree *tree,
                      const struct dictionary_node *list)
{
    if (tree->kind != TREE_LIST || tree->count > PACKET_LIST_MAX) {
        packet_reader_refuse(reader, tree,
                             tree->kind != TREE_LIST ? TEXT_NEED_LIST : TEXT_LIST_LONG);
        return;
    }

    Hs__Field *field = packet_reader_add(reader, tree);
    if (field == NULL) {
        return;
    }
    field->value_case = HS__FIELD__VALUE_COUNT;
    field->count = (uint32_t)tree->count;
    for (struct tree *item = tree->first; item != NULL && !reader->is_full; item = item->next) {
        read_element(reader, item, list);
    }
}

static void read_member(struct packet_reader *reader, struct tree *member,
                        const struct dictionary_node *node)
{
    size_t path_size = reader->path_size;

    if (!packet_reader_enter(reader, member,
                             (const char *[]){path_size == 0 ? "" : ".", node->name, ""})) {
        return;
    }
    switch (node->kind) {
    case DICTIONARY_OBJECT:
        if (member->kind == TREE_OBJECT) {
            read_object(reader, member, node);
        } else {
            packet_reader_refuse(reader, member, TEXT_NEED_OBJECT);
        }
        break;
    case DICTIONARY_LIST:
        read_list(reader, member, node);
        break;
    case DICTIONARY_FIELD:
        packet_reader_value(reader, member, node->field);
        break;
    case DICTIONARY_DERIVED:
        packet_reader_refuse(reader, member, TEXT_DERIVED);
        break;
    }
    packet_reader_leave(reader, path_size);
}

static bool is_annotation(const struct tree *member)
{
    return member->parent->parent == NULL &&
           (strcmp(member->name, "case_no") == 0 || strcmp(member->name, "round") == 0);
}

/* Recursion is bounded by DICTIONARY_STEPS_MAX: every step goes down in the dictionary. */
static void read_object(struct packet_reader *reader, struct tree *tree,
                        const struct dictionary_node *node)
{
    for (struct tree *member = tree->first; member != NULL && !reader->is_full;
         member = member->next) {
        const struct dictionary_node *child = dictionary_child(node, bytes_of_text(member->name));

        if (child == NULL && !is_annotation(member)) {
            text_errors_add(
                reader->errors, member,
                (struct text_cause){.reason = TEXT_UNKNOWN,
                                    .suggestion = dictionary_nearest(node, member->name)});
        } else if (child != NULL && member->kind != TREE_NULL) {
            read_member(reader, member, child);
        }
    }
}

/* ---- the packet ---- */

static bool is_among(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* Returns the node whose members are the fields: @tree, or what stands under `proposal`; NULL after
 * an error. */
static struct tree *find_fields(struct packet_reader *reader, struct tree *tree,
                                const struct dictionary *dictionary)
{
    static const char *const beside[] = {"proposal", "sample", "scenario", "expected"};
    struct tree *proposal = tree->kind == TREE_OBJECT ? tree_get(tree, beside[0]) : NULL;
    size_t errors = reader->errors->total;

    if (proposal == NULL ||
        dictionary_child(dictionary_root(dictionary), bytes_of_text(beside[0])) != NULL) {
        proposal = tree;
    } else {
        for (const struct tree *member = tree->first; member != NULL; member = member->next) {
            if (!is_among(member->name, beside, sizeof beside / sizeof beside[0])) {
                packet_reader_refuse(reader, member, TEXT_UNKNOWN);
            }
        }
        proposal->parent = NULL;
    }
    if (proposal->kind != TREE_OBJECT) {
        packet_reader_refuse(reader, proposal,
                             proposal->kind == TREE_NULL ? TEXT_EMPTY : TEXT_NEED_OBJECT);
    }
    return reader->errors->total == errors ? proposal : NULL;
}

static int compare_found(const void *left, const void *right)
{
    const struct packet_found *a = left;
    const struct packet_found *b = right;
    int order = strcmp(a->field->path, b->field->path);

    if (order != 0) {
        return order;
    }
    return (a->tree->line > b->tree->line) - (a->tree->line < b->tree->line);
}

/* Says which ids are given twice: their fields have the same paths. Sorted by path. */
static void refuse_repeated(struct packet_reader *reader)
{
    const struct tree *last = NULL;

    for (size_t i = 1; i < reader->count; i++) {
        const struct tree *element = reader->found[i].tree->parent;

        if (strcmp(reader->found[i - 1].field->path, reader->found[i].field->path) == 0 &&
            element != last && element != NULL && element->label != NULL) {
            text_errors_add(
                reader->errors, element,
                (struct text_cause){.reason = TEXT_ID_REPEATED, .detail = element->label});
            last = element;
        }
    }
}

static Hs__Packet *make_packet(struct packet_reader *reader)
{
    Hs__Packet *packet =
        packet_reader_memory(reader, message_new(&hs__packet__descriptor, reader->arena));
    Hs__Field **fields = packet_reader_memory(
        reader, arena_array(reader->arena, reader->count, sizeof(Hs__Field *)));

    if (packet == NULL || fields == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < reader->count; i++) {
        fields[i] = reader->found[i].field;
    }
    packet->n_fields = reader->count;
    packet->fields = reader->count == 0 ? NULL : fields;
    return packet;
}

/* What is left to find wrong are limits of the whole. */
static void check_packet(struct packet_reader *reader, const Hs__Packet *packet,
                         const struct tree *tree, const struct dictionary *dictionary)
{
    struct packet_fault fault;

    if (!packet_check(packet, dictionary, &fault)) {
        text_errors_add(reader->errors,
                        fault.path[0] == '\0' ? NULL : tree_nearest(tree, fault.path),
                        (struct text_cause){
                            .reason = TEXT_PACKET,
                            .detail = reader->errors->language == TEXT_ZH ? fault.zh : fault.en});
    }
}

enum err packet_from_tree(struct tree *tree, const struct dictionary *dictionary,
                          struct arena *arena, Hs__Packet **out, struct text_errors *errors)
{
    struct packet_reader reader = {.arena = arena, .errors = errors};
    size_t before = errors->total;
    struct tree *fields = find_fields(&reader, tree, dictionary);
    Hs__Packet *packet = NULL;

    if (fields == NULL) {
        return ERR_INVALID;
    }
    read_object(&reader, fields, dictionary_root(dictionary));
    if (!reader.is_full && reader.count > 0) {
        qsort(reader.found, reader.count, sizeof *reader.found, compare_found);
        refuse_repeated(&reader);
    }
    if (!reader.is_full && errors->total == before) {
        packet = make_packet(&reader);
    }
    if (packet != NULL) {
        check_packet(&reader, packet, fields, dictionary);
    }
    if (reader.is_full) {
        packet_reader_refuse(&reader, NULL, TEXT_MEMORY);
        return ERR_FULL;
    }
    if (errors->total > before) {
        return ERR_INVALID;
    }
    *out = packet;
    return ERR_OK;
}

const char *packet_text_at(const Hs__Packet *packet, const char *path)
{
    size_t low = 0;
    size_t high = packet->n_fields;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, packet->fields[middle]->path);

        if (order == 0) {
            const Hs__Field *field = packet->fields[middle];

            return field->value_case == HS__FIELD__VALUE_TEXT ? field->text : "";
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return "";
}
