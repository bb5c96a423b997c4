/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evaluate.h"

#include "core/evaluator.h"
#include "lib/check.h"

static const struct value *evaluate_path(struct evaluator *evaluator, const struct node *node)
{
    const struct value *base =
        node->variable == VARIABLE_ROOT ? evaluator->root : evaluator->variables[node->variable];

    return evaluator_select(evaluator, base, node);
}

/* && and ||: one part that decides is enough; else unknown before fault before the other truth. */
static const struct value *evaluate_junction(struct evaluator *evaluator, const struct node *node)
{
    bool deciding = node->kind == NODE_OR;
    struct parts parts = {0};

    for (const struct node *part = node->parts; part != NULL; part = part->next) {
        const struct value *value = evaluate_node(evaluator, part);

        if (value->kind == VALUE_BOOL) {
            if (value->truth == deciding) {
                return value;
            }
            continue;
        }
        if (!evaluator_is_open(value)) {
            value = evaluator_fault(evaluator, FAULT_NOT_A_BOOL, part->offset);
        }
        parts_add(evaluator, &parts, value);
    }
    return parts_conclude(evaluator, &parts, evaluator_bool(!deciding));
}

static const struct value *evaluate_not(struct evaluator *evaluator, const struct node *node)
{
    const struct value *value = evaluate_node(evaluator, node->parts);

    if (evaluator_is_open(value)) {
        return value;
    }
    if (value->kind != VALUE_BOOL) {
        return evaluator_fault(evaluator, FAULT_NOT_A_BOOL, node->offset);
    }
    return evaluator_bool(value->truth != (node->times % 2 == 1));
}

/* Returns whether @value, evaluated quietly or not, is there, as @part asks: == null, != null. */
static const struct value *test_null(const struct value *value, const struct node *part)
{
    if (value->kind == VALUE_FAULT) {
        return value;
    }

    bool is_null = value->kind == VALUE_UNKNOWN || value->kind == VALUE_NULL;
    return evaluator_bool(is_null == (part->sign == TOKEN_EQUAL));
}

static const struct value *evaluate_quietly(struct evaluator *evaluator, const struct node *node)
{
    evaluator->quiet++;

    const struct value *value = evaluate_node(evaluator, node);

    evaluator->quiet--;
    return value;
}

static const struct value *evaluate_chain(struct evaluator *evaluator, const struct node *node)
{
    const struct node *first = node->parts;
    const struct node *part = first->next;
    const struct value *value = NULL;

    if (node_is_null_test(first, part)) {
        value = evaluate_quietly(evaluator, node_is_null(part) ? first : part);
        value = test_null(value, part);
        part = part->next;
    } else {
        value = evaluate_node(evaluator, first);
    }
    for (; part != NULL; part = part->next) {
        if (node_is_null_test(first, part)) {
            value = test_null(value, part);
            continue;
        }
        value = evaluate_binary(evaluator, part, value, evaluate_node(evaluator, part));
    }
    return value;
}

static const struct value *evaluate_conditional(struct evaluator *evaluator,
                                                const struct node *node)
{
    const struct node *part = node->parts;

    while (part->next != NULL) {
        const struct value *condition = evaluate_node(evaluator, part);

        if (evaluator_is_open(condition)) {
            return condition;
        }
        if (condition->kind != VALUE_BOOL) {
            return evaluator_fault(evaluator, FAULT_NOT_A_BOOL, part->offset);
        }
        if (condition->truth) {
            return evaluate_node(evaluator, part->next);
        }
        part = part->next->next;
    }
    return evaluate_node(evaluator, part);
}

static const struct value *evaluate_member(struct evaluator *evaluator, const struct node *node)
{
    const struct value *value = evaluate_node(evaluator, node->parts);

    for (const struct node *step = node->parts->next; step != NULL; step = step->next) {
        if (step->kind == NODE_SELECT) {
            value = evaluator_select(evaluator, value, step);
        } else if (step->kind == NODE_INDEX) {
            value = evaluate_index(evaluator, step, value);
        } else if (step->kind == NODE_MACRO) {
            value = evaluate_macro(evaluator, step, value);
        } else {
            value = evaluate_call(evaluator, step, value);
        }
    }
    return value;
}

static const struct value *evaluate_has(struct evaluator *evaluator, const struct node *node)
{
    const struct value *value = evaluate_quietly(evaluator, node->parts);

    return value->kind == VALUE_FAULT ? value : evaluator_bool(value->kind != VALUE_UNKNOWN);
}

const struct value *evaluate_node(struct evaluator *evaluator, const struct node *node)
{
    if (!evaluator_spend(evaluator, 1)) {
        return evaluator_exhaust(evaluator);
    }
    switch (node->kind) {
    case NODE_LITERAL:
        return node->literal;
    case NODE_PATH:
        return evaluate_path(evaluator, node);
    case NODE_LIST:
        return evaluate_list(evaluator, node);
    case NODE_OR:
    case NODE_AND:
        return evaluate_junction(evaluator, node);
    case NODE_NOT:
        return evaluate_not(evaluator, node);
    case NODE_NEGATE:
        return evaluate_negation(evaluator, node, evaluate_node(evaluator, node->parts));
    case NODE_CHAIN:
        return evaluate_chain(evaluator, node);
    case NODE_CONDITIONAL:
        return evaluate_conditional(evaluator, node);
    case NODE_MEMBER:
        return evaluate_member(evaluator, node);
    case NODE_HAS:
        return evaluate_has(evaluator, node);
    case NODE_SIZE:
        return evaluate_size(evaluator, node);
    case NODE_SUM:
        return evaluate_sum(evaluator, node);
    case NODE_SELECT:
    case NODE_INDEX:
    case NODE_MACRO:
    case NODE_CALL:
        break;
    }
    require(node->kind < NODE_SELECT); /* a step has no value of its own */
    return NULL;
}

/* Adds the unknown and faulty elements in @list, at any depth, to @parts. The recursion is bounded
 * by LIMIT_VALUE_NESTING, which evaluator_list() and the tree keep. */
static void add_open_elements(struct evaluator *evaluator, const struct value *list,
                              struct parts *parts)
{
    for (uint32_t i = 0; i < list->list.count; i++) {
        const struct value *item = list->list.items[i];

        if (!evaluator_spend(evaluator, 1)) {
            return;
        }
        if (item->kind == VALUE_LIST) {
            add_open_elements(evaluator, item, parts);
            continue;
        }
        item = evaluator_load(evaluator, item);
        if (evaluator_is_open(item)) {
            parts_add(evaluator, parts, item);
        }
    }
}

void expression_evaluate(const struct expression *expression, const struct scope *scope,
                         struct arena *arena, struct evaluation *out)
{
    struct evaluator evaluator;
    struct parts parts = {0};

    require(scope->root->kind == VALUE_OBJECT);
    require((expression->element_path != NULL) == (scope->element != NULL));

    /* Not by an initialiser: the variables are written before they are read. */
    evaluator.arena = arena;
    evaluator.root = scope->root;
    evaluator.steps_left = LIMIT_EVALUATION_STEPS;
    evaluator.is_exhausted = false;
    evaluator.quiet = 0;
    evaluator.variables[0] = scope->element;

    const struct value *value = evaluate_node(&evaluator, expression->root);
    const struct value *result = value;
    if (value->kind == VALUE_LIST) {
        add_open_elements(&evaluator, value, &parts);
        result = parts_conclude(&evaluator, &parts, value);
    }
    if (evaluator.is_exhausted) {
        result = value = evaluator_exhaust(&evaluator);
    }

    *out = (struct evaluation){.kind = EVALUATION_VALUE, .value = value};
    out->steps = LIMIT_EVALUATION_STEPS - evaluator.steps_left;
    if (result->kind == VALUE_UNKNOWN) {
        out->kind = EVALUATION_UNKNOWN;
        out->missing = result->missing->paths;
        out->missing_count = result->missing->count;
    } else if (result->kind == VALUE_FAULT) {
        out->kind = EVALUATION_FAULT;
        out->value = result;
        out->fault = result->fault.code;
        out->fault_offset = result->fault.offset;
    }
}
