/* SPDX-License-Identifier: Apache-2.0 */
/* syntax.h - a rule as a tree: what the parser makes and evaluation, reads and checks walk.
 *
 * Private to the rule language. A tree is as deep as the rule is nested, which is bounded by
 * LIMIT_EXPRESSION_NESTING: chains of operators, of conditionals and of selections are flat lists,
 * so walking a tree may recurse. A tree is never changed once made.
 */
#ifndef CORE_SYNTAX_H
#define CORE_SYNTAX_H

#include <stddef.h>
#include <stdint.h>

#include "core/lexer.h"
#include "core/value.h"

enum node_kind {
    /* Values. */
    NODE_LITERAL,     /* literal */
    NODE_PATH,        /* names, from the root or from a variable (then there may be none) */
    NODE_LIST,        /* parts: the elements */
    NODE_OR,          /* parts: two or more */
    NODE_AND,         /* parts: two or more */
    NODE_NOT,         /* parts: one; times */
    NODE_NEGATE,      /* parts: one; times */
    NODE_CHAIN,       /* parts: from left to right, each but the first with its sign */
    NODE_CONDITIONAL, /* parts: condition, value, condition, value, ..., value */
    NODE_MEMBER,      /* parts: a value, then steps */
    NODE_HAS,         /* parts: a NODE_PATH, or a NODE_MEMBER that ends in a NODE_SELECT */
    NODE_SIZE,        /* parts: one */
    NODE_SUM,         /* parts: one */

    /* Steps: what is done with the value before them. */
    NODE_SELECT, /* names */
    NODE_INDEX,  /* parts: one */
    NODE_MACRO,  /* macro, variable; parts: the body */
    NODE_CALL,   /* call; parts: the argument */
};

enum macro { MACRO_ALL, MACRO_EXISTS, MACRO_FILTER, MACRO_MAP };

enum call { CALL_STARTS_WITH, CALL_ENDS_WITH, CALL_CONTAINS };

enum { VARIABLE_ROOT = -1 };

struct node {
    enum node_kind kind;
    enum token_kind sign; /* of a part of a NODE_CHAIN: its operator */
    uint32_t sign_offset; /* in the text, of that sign */
    uint32_t offset;      /* in the text, of the name, the literal or the sign that made it */
    uint32_t times;       /* how often ! or - was written */
    int variable;         /* VARIABLE_ROOT, or which one: of a path, a macro */
    uint32_t name_count;
    const struct value_name *names;
    union {
        const struct value *literal;
        enum macro macro;
        enum call call;
    };
    struct node *parts; /* the first */
    struct node *next;  /* among the parts of the same node */
};

/* A compiled rule. reads: sorted, each path once. */
struct expression {
    struct bytes text;
    const struct node *root;
    const char *element_path; /* what variable 0 is an element of, or NULL */
    const char *const *reads;
    size_t read_count;
};

/* True if @node is the literal null. */
static inline bool node_is_null(const struct node *node)
{
    return node->kind == NODE_LITERAL && node->literal->kind == VALUE_NULL;
}

/* True if @part, not the first of the chain that begins with @first, only asks whether a value is
 * there: E == null, E != null, null == E, null != E. */
static inline bool node_is_null_test(const struct node *first, const struct node *part)
{
    return (part->sign == TOKEN_EQUAL || part->sign == TOKEN_NOT_EQUAL) &&
           (node_is_null(part) || (first->next == part && node_is_null(first)));
}

#endif
