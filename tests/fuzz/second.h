/* SPDX-License-Identifier: Apache-2.0 */
/* second.h - a second evaluator of the rule language, written from its definition alone, to hold
 * the first against. A rule is made by choices, written as text for the first evaluator, and walked
 * here as it was made. Nothing is shared with core/ but the exact fractions' two int64.
 *
 * Slow and plain: no limits but the depth and the size of what is made, every value a copy.
 */
#ifndef TESTS_FUZZ_SECOND_H
#define TESTS_FUZZ_SECOND_H

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/number.h"
#include "tests/fuzz/choices.h"

enum second_kind {
    SECOND_UNKNOWN,
    SECOND_ERROR,
    SECOND_NULL,
    SECOND_BOOL,
    SECOND_NUMBER,
    SECOND_TEXT,
    SECOND_DATE,
    SECOND_LIST,
    SECOND_OBJECT,
};

/* A value; of an object, names[i] is the name of items[i]. */
struct second_value {
    enum second_kind kind;
    bool truth;
    struct number number;
    struct bytes text;
    int32_t date;
    const struct second_value *items;
    const char *const *names;
    size_t count;
};

enum second_operator {
    SECOND_CONSTANT, /* constant, written as spelling */
    SECOND_NAME,     /* name: a variable, or a field at the root */
    SECOND_SELECT,   /* parts[0].name */
    SECOND_INDEX,    /* parts[0][parts[1]] */
    SECOND_LISTING,  /* [parts] */
    SECOND_NOT,
    SECOND_MINUS,
    SECOND_BINARY, /* parts[0] sign parts[1] */
    SECOND_AND,
    SECOND_OR,
    SECOND_CHOICE, /* parts[0] ? parts[1] : parts[2] */
    SECOND_ALL,    /* parts[0].all(name, parts[1]), and the other macros */
    SECOND_EXISTS,
    SECOND_FILTER,
    SECOND_MAP,
    SECOND_STARTS_WITH, /* parts[0].startsWith(parts[1]), and the other two */
    SECOND_ENDS_WITH,
    SECOND_CONTAINS,
    SECOND_SIZE,
    SECOND_SUM,
    SECOND_HAS, /* has(parts[0]), which is a SECOND_SELECT */
};

enum { SECOND_PARTS_MAX = 3 };

struct second_node {
    enum second_operator operator;
    const char *spelling; /* of a constant */
    struct second_value constant;
    const char *name;
    const char *sign; /* of a SECOND_BINARY: + - * / % < <= > >= == != in */
    const struct second_node *parts[SECOND_PARTS_MAX];
    size_t part_count;
};

/* Returns a rule made by @choices, in @arena. It ends where they do. */
const struct second_node *second_make(struct choices *choices, struct arena *arena);

/* Returns @node as text, in @arena, with as few parentheses as its meaning needs, and some more. */
const char *second_write(const struct second_node *node, struct choices *choices,
                         struct arena *arena);

/* Returns the value of @node over the fields of the object @root; in @arena. */
struct second_value second_evaluate(const struct second_node *node, const struct second_value *root,
                                    struct arena *arena);

#endif
