/* SPDX-License-Identifier: Apache-2.0 */
/* evaluator.h - what the parts of evaluation share: the state of one, its values and its budget.
 *
 * Private to the rule language. Values are passed as pointers and never changed; none that is
 * passed on is VALUE_ABSENT (evaluator_load() makes an unknown of it), except inside lists and as
 * what a variable is bound to. An exhausted evaluation goes on giving faults until it has unwound,
 * and counts as FAULT_TOO_COMPLEX whatever it then gives.
 */
#ifndef CORE_EVALUATOR_H
#define CORE_EVALUATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/limits.h"
#include "core/syntax.h"
#include "core/value.h"
#include "lib/arena.h"

enum { EVALUATOR_BYTES_A_STEP = 64 }; /* of text, compared, copied or counted */

struct evaluator {
    struct arena *arena;
    const struct value *root;
    size_t steps_left;
    bool is_exhausted;
    unsigned quiet; /* above 0: only whether a value is there will be asked, so no path is made */
    const struct value *variables[LIMIT_EXPRESSION_VARIABLES];
};

/* The unknown and faulty among the parts of one operation. Copying it remembers a state. */
struct parts {
    const struct value *fault;   /* the first */
    const struct value *unknown; /* the first */
    const struct parts_link *unknown_more;
    size_t path_count; /* of all unknown ones */
    uint32_t offset;   /* where the operation stands, for faults found inside it */
};

/* ---- budget (evaluator.c) ---- */

/* Takes @steps from what is left. Returns false, for ever, once there are not enough. */
bool evaluator_spend(struct evaluator *evaluator, size_t steps);

/* Ends the evaluation for lack of memory or room, and returns a fault that says so. */
const struct value *evaluator_exhaust(struct evaluator *evaluator);

/* ---- values (evaluator.c) ---- */

const struct value *evaluator_bool(bool truth);
const struct value *evaluator_make(struct evaluator *evaluator, struct value value);
const struct value *evaluator_fault(struct evaluator *evaluator, enum fault fault, uint32_t offset);

/* Returns the result of number arithmetic, or its fault. */
const struct value *evaluator_number(struct evaluator *evaluator, enum number_result result,
                                     struct number number, uint32_t offset);

/* Returns the list of @items, which it keeps. Too many, or lists nested too deep: exhausted. */
const struct value *evaluator_list(struct evaluator *evaluator, const struct value **items,
                                   size_t count);

/* Returns @value, or the unknown that an absent one is. */
const struct value *evaluator_load(struct evaluator *evaluator, const struct value *value);

/* Returns what @names select from @value, one below the other. */
const struct value *evaluator_select(struct evaluator *evaluator, const struct value *value,
                                     const struct node *names);

/* True if @value is unknown or a fault: nothing can be computed with it. */
static inline bool evaluator_is_open(const struct value *value)
{
    return value->kind == VALUE_UNKNOWN || value->kind == VALUE_FAULT;
}

/* ---- parts (evaluator.c) ---- */

/* Adds @value, an unknown or a fault. */
void parts_add(struct evaluator *evaluator, struct parts *parts, const struct value *value);

/* Returns the unknown of all unknown parts; if there is none, the fault; if there is none, @whole.
 */
const struct value *parts_conclude(struct evaluator *evaluator, const struct parts *parts,
                                   const struct value *whole);

/* ---- operations ---- */

/* Returns the value of @node (evaluate.c). Recursion is bounded by the nesting of the rule. */
const struct value *evaluate_node(struct evaluator *evaluator, const struct node *node);

/* Returns @left SIGN @right, the sign being that of @part (evaluate_operators.c). */
const struct value *evaluate_binary(struct evaluator *evaluator, const struct node *part,
                                    const struct value *left, const struct value *right);

/* Returns the result of the NODE_CALL @call on @text (evaluate_operators.c). */
const struct value *evaluate_call(struct evaluator *evaluator, const struct node *call,
                                  const struct value *text);

/* Returns @value negated @node->times (evaluate_operators.c). */
const struct value *evaluate_negation(struct evaluator *evaluator, const struct node *node,
                                      const struct value *value);

/* Each returns the result of a node of that kind (evaluate_lists.c). */
const struct value *evaluate_list(struct evaluator *evaluator, const struct node *node);
const struct value *evaluate_size(struct evaluator *evaluator, const struct node *node);
const struct value *evaluate_sum(struct evaluator *evaluator, const struct node *node);
const struct value *evaluate_index(struct evaluator *evaluator, const struct node *step,
                                   const struct value *list);
const struct value *evaluate_macro(struct evaluator *evaluator, const struct node *step,
                                   const struct value *list);

#endif
