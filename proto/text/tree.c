/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

struct tree *tree_add(struct tree *parent, enum tree_kind kind, struct arena *arena)
{
    struct tree *node = arena_alloc(arena, sizeof *node);

    if (node == NULL) {
        return NULL;
    }
    *node = (struct tree){.kind = kind, .parent = parent};
    if (parent == NULL) {
        return node;
    }
    node->position = (uint32_t)parent->count;
    if (parent->last == NULL) {
        parent->first = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
    parent->count++;
    return node;
}

struct tree *tree_get(const struct tree *tree, const char *name)
{
    for (struct tree *child = tree->first; child != NULL; child = child->next) {
        if (child->name != NULL && strcmp(child->name, name) == 0) {
            return child;
        }
    }
    return NULL;
}

bool tree_is(const struct tree *tree, enum tree_kind kind, const char *text)
{
    return tree->kind == kind && bytes_equal(tree->text, bytes_of_text(text));
}

/* By name, then by place in the text. */
static int compare_members(const void *left, const void *right)
{
    const struct tree *a = *(const struct tree *const *)left;
    const struct tree *b = *(const struct tree *const *)right;
    int order = strcmp(a->name, b->name);

    return order != 0 ? order : (a->position > b->position) - (a->position < b->position);
}

bool tree_repeats(const struct tree *tree, struct arena *scratch, const struct tree **again,
                  bool *is_full)
{
    struct arena_mark mark = arena_mark(scratch);
    const struct tree **members = arena_array(scratch, tree->count, sizeof *members);
    const struct tree *found = NULL;
    size_t count = 0;

    *is_full = members == NULL;
    if (members == NULL) {
        return false;
    }
    for (const struct tree *child = tree->first; child != NULL; child = child->next) {
        members[count++] = child;
    }
    /* Sorted, not compared with one another: an object may have as many members as a file nodes. */
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 1; i < count; i++) {
        bool is_again = strcmp(members[i - 1]->name, members[i]->name) == 0;

        if (is_again && (found == NULL || members[i]->position < found->position)) {
            found = members[i];
        }
    }
    arena_rewind(scratch, mark);
    *again = found;
    return found != NULL;
}

/* ---- paths ---- */

/* Adds @text to the path of @size bytes at @out and returns its new size. */
static size_t add_text(char *out, size_t size, const char *text)
{
    size_t length = strnlen(text, TREE_PATH_BYTES - 1 - size);

    memcpy(out + size, text, length);
    out[size + length] = '\0';
    return size + length;
}

static size_t add_step(char *out, size_t size, const struct tree *tree)
{
    char position[24];

    if (tree->name != NULL) {
        size = size > 0 ? add_text(out, size, ".") : size;
        return add_text(out, size, tree->name);
    }
    (void)snprintf(position, sizeof position, "%u", (unsigned)tree->position);
    size = add_text(out, size, "[");
    size = add_text(out, size, tree->label != NULL ? tree->label : position);
    return add_text(out, size, "]");
}

void tree_path(const struct tree *tree, char out[TREE_PATH_BYTES])
{
    const struct tree *chain[TREE_DEPTH_MAX + 1];
    size_t depth = 0;
    size_t size = 0;

    for (; tree->parent != NULL; tree = tree->parent) {
        require(depth <= TREE_DEPTH_MAX);
        chain[depth] = tree;
        depth++;
    }
    out[0] = '\0';
    for (; depth > 0; depth--) {
        size = add_step(out, size, chain[depth - 1]);
    }
}

bool tree_names_agree(const char *name, const char *other)
{
    while (*name != '\0' && *other != '\0') {
        bool is_name_cut = name[0] == '_' && name[1] >= 'a' && name[1] <= 'z';
        bool is_other_cut = other[0] == '_' && other[1] >= 'a' && other[1] <= 'z';
        char a = is_name_cut ? (char)(name[1] - 'a' + 'A') : *name;
        char b = is_other_cut ? (char)(other[1] - 'a' + 'A') : *other;

        if (a != b) {
            return false;
        }
        name += is_name_cut ? 2 : 1;
        other += is_other_cut ? 2 : 1;
    }
    return *name == *other;
}

static const struct tree *find_member(const struct tree *tree, const char *name, size_t size)
{
    char wanted[TREE_NAME_BYTES_MAX + 1];

    if (size >= sizeof wanted) {
        return NULL;
    }
    memcpy(wanted, name, size);
    wanted[size] = '\0';
    for (const struct tree *child = tree->first; child != NULL; child = child->next) {
        if (child->name != NULL && tree_names_agree(child->name, wanted)) {
            return child;
        }
    }
    return NULL;
}

static const struct tree *find_element(const struct tree *tree, const char *label, size_t size)
{
    char position[24];

    for (const struct tree *child = tree->first; child != NULL; child = child->next) {
        (void)snprintf(position, sizeof position, "%u", (unsigned)child->position);

        const char *own = child->label != NULL ? child->label : position;
        if (child->name == NULL && strlen(own) == size && strncmp(own, label, size) == 0) {
            return child;
        }
    }
    return NULL;
}

const struct tree *tree_nearest(const struct tree *root, const char *path)
{
    const struct tree *tree = root;

    while (*path != '\0') {
        bool is_element = *path == '[';
        size_t size = strcspn(path + is_element, is_element ? "]" : ".[");
        const struct tree *next =
            is_element ? find_element(tree, path + 1, size) : find_member(tree, path, size);

        if (next == NULL) {
            return tree;
        }
        tree = next;
        path += size + is_element;
        path += *path == ']';
        path += *path == '.';
    }
    return tree;
}
