/* SPDX-License-Identifier: Apache-2.0 */
/* second_operators.h - what the operators of the second evaluator do with values. */
#ifndef TESTS_FUZZ_SECOND_OPERATORS_H
#define TESTS_FUZZ_SECOND_OPERATORS_H

#include "tests/fuzz/second.h"

extern const struct second_value second_unknown;
extern const struct second_value second_error;

struct second_value second_bool(bool truth);

/* Returns @number, or an error if it @is_there not. */
struct second_value second_number(bool is_there, struct number number);

/* True of an unknown and of an error. */
bool second_is_open(struct second_value value);

/* What an operation on open operands comes to: a missing field is asked for before a fault is told.
 */
struct second_value second_open(struct second_value a, struct second_value b);

/* Parts joined by && (deciding: false) or || (deciding: true), whatever their order. */
struct second_junction {
    bool deciding;
    bool is_decided;
    bool has_unknown;
    bool has_error;
};

void second_join(struct second_junction *junction, struct second_value part);
struct second_value second_joined(const struct second_junction *junction);

/* Each gives a bool, an unknown or an error: == by Kleene's truths, of lists element by element;
 * in; and < <= > >=, which @sign says. */
struct second_value second_equality(struct second_value a, struct second_value b);
struct second_value second_membership(struct second_value value, struct second_value list);
struct second_value second_order(const char *sign, struct second_value a, struct second_value b);

/* Returns a @sign b, of + - * / %, or an error. */
struct second_value second_compute(char sign, struct number a, struct number b);

#endif
