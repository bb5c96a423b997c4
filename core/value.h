/* SPDX-License-Identifier: Apache-2.0 */
/* value.h - the data a rule reads and the values it makes.
 *
 * The data is a tree of objects and lists, built from the root down: each value knows its place, so
 * that a missing or failing one can be named by its path (technical.fire.lanes[L2].clear_width_m).
 * The root must not move once it has members.
 * A finished tree is read by any number of evaluations and not changed by them. All of it lives in
 * the arena it was built in; texts and names are borrowed and must live as long.
 *
 * What an evaluation makes can be put into a tree by value: a number as well as an *unknown* with
 * the fields it lacks, a fault, or a list whose elements keep the places they came from.
 */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fault.h"
#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/number.h"

enum value_kind {
    VALUE_ABSENT,  /* in data: not provided, which is what null means there */
    VALUE_NULL,    /* in an expression: the literal null */
    VALUE_BOOL,    /* truth */
    VALUE_NUMBER,  /* number */
    VALUE_TEXT,    /* text: UTF-8, may hold U+0000 */
    VALUE_DATE,    /* date: 20260310 */
    VALUE_LIST,    /* list */
    VALUE_OBJECT,  /* object */
    VALUE_UNKNOWN, /* missing: depends on fields that are absent */
    VALUE_FAULT,   /* fault: could not be computed */
};

struct value;

/* In the order of the elements; never more than LIMIT_RESULT_ELEMENTS. */
struct value_list {
    const struct value **items;
    uint32_t count;
    uint32_t capacity; /* 0 if an evaluation made it: then it is final */
    uint32_t nesting;  /* lists within one another, this one counted; one of data counts as all
                          that data may have */
};

/* Sorted by name. A sorted array and not a hash table: an object has 2 to 40 members and is
 * searched by comparing the first eight bytes of the name as one integer, some 10 ns a look-up. */
struct value_object {
    struct value_member *members;
    uint32_t count;
    uint32_t capacity;
};

/* What an unknown value waits for: paths sorted by byte order, each once. A place is the one path
 * of an absent field, which a selection continues: .gross of an absent area is area.gross. */
struct value_missing {
    const char *const *paths;
    size_t count;
    bool is_place;
};

/* A fault, and where in its expression it arose: an offset in bytes. */
struct value_fault {
    enum fault code;
    uint32_t offset;
};

struct value {
    enum value_kind kind;
    uint32_t position; /* in the parent, if that is a list */
    union {
        bool truth;
        struct number number;
        struct bytes text;
        int32_t date;
        struct value_list list;
        struct value_object object;
        const struct value_missing *missing;
        struct value_fault fault;
    };
    const struct value *parent; /* NULL at the root, and for what an evaluation made */
    struct bytes label;         /* the name in the parent; of an element, empty if it has none */
};

/* A name and its first eight bytes, most significant first: their order is the names' order. */
struct value_name {
    uint64_t prefix;
    struct bytes text;
};

struct value_member {
    struct value_name name;
    struct value *value;
};

/* Makes a name of @text, borrowed. */
struct value_name value_name_of(struct bytes text);

/* Each returns a value without a place, to be put into a tree, or a root. */
struct value value_of_absent(void);
struct value value_of_bool(bool truth);
struct value value_of_number(struct number number);
struct value value_of_text(struct bytes text);
struct value value_of_date(int32_t yyyymmdd);
struct value value_of_list(void);
struct value value_of_object(void);

/* Puts a copy of @value into @object as the member @name, instead of one there, and returns it;
 * NULL, with nothing changed, if the arena is full or the tree would pass LIMIT_DATA_NESTING.
 * A list or object must be empty or come from an evaluation; fill it where it then is. What has a
 * place already keeps its path: it is a second name for what is there. */
struct value *value_set(struct value *object, struct bytes name, struct value value,
                        struct arena *arena);

/* Puts a copy of @value at the end of @list and returns it; NULL as above, or if the list is at
 * LIMIT_RESULT_ELEMENTS. @label names the element in paths, or is empty. */
struct value *value_append(struct value *list, struct bytes label, struct value value,
                           struct arena *arena);

/* Returns the member @name of @object, or NULL. */
struct value *value_get(const struct value *object, struct bytes name);

/* The same, with a name made once: for names looked up often. */
const struct value *value_find(const struct value *object, const struct value_name *name);

/* Returns the element of @list that is labelled @label, or NULL. The last one is tried first, so
 * filling a list in order of its elements costs a look each. */
struct value *value_element(const struct value *list, struct bytes label);

/* Returns the place @path in the tree under @root, made with all above it if not yet there. A new
 * last one is absent: the caller assigns to it with value_fill(). In "a.b[L2].c" what stands in
 * brackets is the label of an element; where no element has that label and it is a number below
 * LIMIT_DATA_ELEMENTS, its position, with absent elements before it if need be.
 * Returns NULL if @path is malformed, leads through a value that is no object or list, or there is
 * no room; places above it may then have been made. */
struct value *value_place(struct value *root, struct bytes path, struct arena *arena);

/* Makes @place, an absent value of a tree, hold what @value holds; it stays where it is. */
void value_fill(struct value *place, struct value value);

/* Returns the path of @value in its tree: empty for a root. NULL if the arena is full. */
const char *value_path(const struct value *value, struct arena *arena);

/* The same with @count more @names behind it, each after a dot. */
const char *value_path_below(const struct value *value, const struct value_name *names,
                             size_t count, struct arena *arena);

#endif
