/* SPDX-License-Identifier: Apache-2.0 */
/* typechecker.h - what the parts of a check share: what is known of a value, and the reports.
 *
 * Private to the rule language.
 */
#ifndef CORE_TYPECHECKER_H
#define CORE_TYPECHECKER_H

#include "core/syntax.h"
#include "core/typecheck.h"

/* What is known of a value. path: of an object, where it is; of a list, where its elements are
 * (rows[]); NULL if that is not known or not needed. literal: the text it is, if written out. */
struct typed {
    struct type type;
    const char *path;
    const struct value *literal;
};

struct checker {
    const struct type_source *source;
    struct arena *arena;
    struct bytes text;
    struct type_reports *reports;
    struct typed variables[LIMIT_EXPRESSION_VARIABLES];
};

static inline struct typed typed_of(enum type_kind kind)
{
    return (struct typed){.type = {.kind = kind}};
}

/* True if a value of @typed may be of @kind. */
static inline bool typed_may_be(struct typed typed, enum type_kind kind)
{
    return typed.type.kind == kind || typed.type.kind == TYPE_ANY;
}

/* Adds a report; @subject and @suggestion may be NULL and live as long as the arena. */
void checker_report(struct checker *checker, enum fault fault, size_t offset, const char *subject,
                    const char *suggestion);

/* Reports @fault at @offset unless @typed may be of @kind. */
void checker_want(struct checker *checker, struct typed typed, enum type_kind kind,
                  enum fault fault, size_t offset);

/* Returns what is known of the elements of @list. */
struct typed checker_element(struct typed list);

/* Returns what is known of @node, with what is wrong in it reported (typecheck.c). Recursion is
 * bounded by the nesting of the rule. */
struct typed check_node(struct checker *checker, const struct node *node);

/* Returns what is known of @left SIGN @right, the sign being that of @part
 * (typecheck_operators.c). */
struct typed check_binary(struct checker *checker, const struct node *part, struct typed left,
                          struct typed right);

/* Reports the texts written out in the list @list that @value, whose words are known, cannot be
 * (typecheck_operators.c). */
void check_listed_words(struct checker *checker, struct typed value, const struct node *list);

#endif
