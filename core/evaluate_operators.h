/* SPDX-License-Identifier: Apache-2.0 */
/* evaluate_operators.h - equality of two values, which membership in a list asks as well.
 *
 * Private to the rule language.
 */
#ifndef CORE_EVALUATE_OPERATORS_H
#define CORE_EVALUATE_OPERATORS_H

#include "core/evaluator.h"

enum equality {
    EQUALITY_DIFFERENT,
    EQUALITY_SAME,
    EQUALITY_OPEN, /* depends on what was added to the parts */
};

/* Returns whether @left and @right are equal; if open, adds to @parts what it depends on. Recursion
 * is bounded by LIMIT_VALUE_NESTING. */
enum equality evaluate_equality(struct evaluator *evaluator, const struct value *left,
                                const struct value *right, struct parts *parts);

#endif
