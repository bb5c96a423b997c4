/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - what a text says before its meaning is known: objects, lists and scalars, each with its
 * place in the text.
 *
 * YAML and JSON are read into the same tree; a message or a packet is then read from it, by its
 * schema or its dictionary. Scalars keep the text they were written in, so numbers stay exact, and
 * `no`, `0123` or `1.50` stay texts where a text is asked for.
 *
 * Trees live in an arena and borrow nothing else. They are no deeper than TREE_DEPTH_MAX.
 */
#ifndef PROTO_TEXT_TREE_H
#define PROTO_TEXT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"

enum {
    TREE_DEPTH_MAX = 24,           /* the deepest message is 8, the deepest packet 11 */
    TREE_NODES_MAX = 50000,        /* a packet or a pack of rules */
    TREE_NODES_CONFIG_MAX = 20000, /* everything else */
    TREE_NAME_BYTES_MAX = 256,
    TREE_PATH_BYTES = 512, /* of a path written here, with its terminator */
};

enum tree_kind {
    TREE_NULL,   /* nothing was given */
    TREE_BOOL,   /* JSON: true or false */
    TREE_NUMBER, /* JSON: a number */
    TREE_TEXT,   /* a text for certain: in quotes, or a block of YAML */
    TREE_PLAIN,  /* YAML without quotes: what it is depends on what is asked for */
    TREE_LIST,
    TREE_OBJECT,
};

/* Children hang in a chain, in the order of the text: they are walked, and their number is not
 * known beforehand. */
struct tree {
    enum tree_kind kind;
    uint32_t line;       /* from 1, of the name where there is one; 0: not known */
    uint32_t column;     /* from 1; 0: not known */
    uint32_t position;   /* among the parent's children, from 0 */
    struct bytes text;   /* of a scalar, as written, quotes and escapes resolved; ends with a 0 */
    const char *name;    /* of an object's member; NULL for an element */
    const char *label;   /* instead of the position in paths, if a reader set it */
    struct tree *parent; /* NULL at the root, and where a reader began */
    struct tree *first;
    struct tree *last;
    struct tree *next;
    size_t count; /* of children */
};

/* Adds a new node of @kind behind the children of @parent (NULL: a root) and returns it; NULL if
 * @arena is full. */
struct tree *tree_add(struct tree *parent, enum tree_kind kind, struct arena *arena);

/* Returns the member @name of the object @tree, or NULL. Goes through all members. */
struct tree *tree_get(const struct tree *tree, const char *name);

/* True if @tree is a scalar of kind @kind whose text is @text. */
bool tree_is(const struct tree *tree, enum tree_kind kind, const char *text);

/* Sets @again to the first member that repeats the name of one before it and returns true; returns
 * false if all names of the object @tree differ. Sets *@is_full, and returns false, if @scratch has
 * no room to tell. */
bool tree_repeats(const struct tree *tree, struct arena *scratch, const struct tree **again,
                  bool *is_full);

/* Writes the path of @tree, as in stages[0].seats[2].when, at @out; its end is cut off if it does
 * not fit. The root's is empty. */
void tree_path(const struct tree *tree, char out[TREE_PATH_BYTES]);

/* Returns the node at @path, as tree_path() writes it, below @root, or the last one there is on the
 * way. Names may differ in snake_case and lowerCamelCase. */
const struct tree *tree_nearest(const struct tree *root, const char *path);

/* True if @name and @other are one name, in snake_case or lowerCamelCase. */
bool tree_names_agree(const char *name, const char *other);

#endif
