/* SPDX-License-Identifier: Apache-2.0 */
/* evaluate.h - what a rule says of given data: a value, unknown with what is missing, or a fault.
 *
 * A pure function of the rule and the scope. Nothing is concluded from what is not there, and the
 * order of the parts of && and || does not matter; docs/rules.md has the tables. Every evaluation
 * ends within LIMIT_EVALUATION_STEPS.
 */
#ifndef CORE_EVALUATE_H
#define CORE_EVALUATE_H

#include <stddef.h>

#include "core/expression.h"
#include "core/value.h"
#include "lib/arena.h"

/* What the names of a rule stand for. root: an object. element: what the declared name of the rule
 * stands for (expression_compile()), an element of a list in the tree under root; NULL if the rule
 * declares none. */
struct scope {
    const struct value *root;
    const struct value *element;
};

enum evaluation_kind {
    EVALUATION_VALUE,   /* value */
    EVALUATION_UNKNOWN, /* missing */
    EVALUATION_FAULT,   /* fault, fault_offset */
};

/* What came of it. value is always set, and is what may be put into a tree as a derived field,
 * whatever the kind: a VALUE_UNKNOWN, a VALUE_FAULT, or a list of which some elements are unknown
 * (that is EVALUATION_UNKNOWN too). All of it lives in the arena and in the scope. */
struct evaluation {
    enum evaluation_kind kind;
    const struct value *value;
    const char *const *missing; /* the paths that are absent, sorted by byte order, each once */
    size_t missing_count;
    enum fault fault;
    size_t fault_offset; /* bytes into the rule's text */
    size_t steps;        /* that it took */
};

/* Evaluates @expression in @scope; what it makes lives in @arena. Beyond a limit, or when the arena
 * is full, the result is FAULT_TOO_COMPLEX, whatever the rule. */
void expression_evaluate(const struct expression *expression, const struct scope *scope,
                         struct arena *arena, struct evaluation *out);

#endif
