/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evaluator.h"
#include "lib/check.h"
#include "lib/text.h"

/* ---- making lists ---- */

/* Evaluates into @items: an unknown element stays one, a fault is that of the whole list unless an
 * element is unknown; then the list is. */
struct gathering {
    const struct value **items;
    size_t count;
    struct parts parts;
};

static void gather(struct evaluator *evaluator, struct gathering *gathering,
                   const struct value *value)
{
    if (evaluator_is_open(value)) {
        parts_add(evaluator, &gathering->parts, value);
    }
    gathering->items[gathering->count] = value;
    gathering->count++;
}

static const struct value *conclude(struct evaluator *evaluator, struct gathering *gathering)
{
    if (gathering->parts.fault != NULL) {
        return parts_conclude(evaluator, &gathering->parts, gathering->parts.fault);
    }
    return evaluator_list(evaluator, gathering->items, gathering->count);
}

const struct value *evaluate_list(struct evaluator *evaluator, const struct node *node)
{
    struct gathering gathering = {0};
    size_t count = 0;

    for (const struct node *part = node->parts; part != NULL; part = part->next) {
        count++;
    }
    gathering.items = arena_array(evaluator->arena, count, sizeof *gathering.items);
    if (gathering.items == NULL) {
        return evaluator_exhaust(evaluator);
    }
    for (const struct node *part = node->parts; part != NULL; part = part->next) {
        gather(evaluator, &gathering, evaluate_node(evaluator, part));
    }
    return conclude(evaluator, &gathering);
}

/* ---- asking lists ---- */

const struct value *evaluate_size(struct evaluator *evaluator, const struct node *node)
{
    const struct value *value = evaluate_node(evaluator, node->parts);
    size_t size = 0;

    if (evaluator_is_open(value)) {
        return value;
    }
    if (value->kind == VALUE_LIST) {
        size = value->list.count;
    } else if (value->kind == VALUE_TEXT) {
        if (!evaluator_spend(evaluator, value->text.size / EVALUATOR_BYTES_A_STEP)) {
            return evaluator_exhaust(evaluator);
        }
        size = text_code_points(value->text);
    } else {
        return evaluator_fault(evaluator, FAULT_NOT_SIZED, node->offset);
    }
    return evaluator_make(evaluator, value_of_number(number_of((int64_t)size)));
}

const struct value *evaluate_sum(struct evaluator *evaluator, const struct node *node)
{
    const struct value *list = evaluate_node(evaluator, node->parts);
    struct number total = number_of(0);
    struct parts parts = {0};

    if (evaluator_is_open(list)) {
        return list;
    }
    if (list->kind != VALUE_LIST) {
        return evaluator_fault(evaluator, FAULT_NOT_A_LIST, node->offset);
    }
    for (uint32_t i = 0; i < list->list.count && evaluator_spend(evaluator, 1); i++) {
        const struct value *item = evaluator_load(evaluator, list->list.items[i]);

        if (item->kind == VALUE_NUMBER && parts.fault == NULL) {
            enum number_result result = number_add(total, item->number, &total);

            if (result != NUMBER_OK) {
                parts_add(evaluator, &parts,
                          evaluator_number(evaluator, result, total, node->offset));
            }
        } else if (evaluator_is_open(item)) {
            parts_add(evaluator, &parts, item);
        } else if (item->kind != VALUE_NUMBER && parts.fault == NULL) {
            parts_add(evaluator, &parts,
                      evaluator_fault(evaluator, FAULT_NOT_A_NUMBER, node->offset));
        }
    }
    if (parts.fault != NULL || parts.unknown != NULL) {
        return parts_conclude(evaluator, &parts, parts.fault);
    }
    return evaluator_make(evaluator, value_of_number(total));
}

const struct value *evaluate_index(struct evaluator *evaluator, const struct node *step,
                                   const struct value *list)
{
    const struct value *index = evaluate_node(evaluator, step->parts);

    if (evaluator_is_open(list) || evaluator_is_open(index)) {
        struct parts parts = {0};

        if (evaluator_is_open(list)) {
            parts_add(evaluator, &parts, list);
        }
        if (evaluator_is_open(index)) {
            parts_add(evaluator, &parts, index);
        }
        return parts_conclude(evaluator, &parts, list);
    }
    if (list->kind != VALUE_LIST) {
        return evaluator_fault(evaluator, FAULT_NOT_A_LIST, step->offset);
    }
    if (index->kind != VALUE_NUMBER || !number_is_whole(index->number)) {
        return evaluator_fault(evaluator, FAULT_NOT_WHOLE, step->offset);
    }
    if (index->number.numerator < 0 || index->number.numerator >= (int64_t)list->list.count) {
        return evaluator_fault(evaluator, FAULT_INDEX_OUT_OF_RANGE, step->offset);
    }
    return evaluator_load(evaluator, list->list.items[index->number.numerator]);
}

/* ---- macros ---- */

static const struct value *evaluate_body(struct evaluator *evaluator, const struct node *step,
                                         const struct value *element)
{
    evaluator->variables[step->variable] = element;
    return evaluate_node(evaluator, step->parts);
}

/* The same where it must be true or false: anything else is a fault. */
static const struct value *evaluate_test(struct evaluator *evaluator, const struct node *step,
                                         const struct value *element)
{
    const struct value *value = evaluate_body(evaluator, step, element);

    if (value->kind == VALUE_BOOL || evaluator_is_open(value)) {
        return value;
    }
    return evaluator_fault(evaluator, FAULT_NOT_A_BOOL, step->parts->offset);
}

/* all is && over the elements, exists ||. */
static const struct value *evaluate_quantifier(struct evaluator *evaluator, const struct node *step,
                                               const struct value_list *list)
{
    bool deciding = step->macro == MACRO_EXISTS;
    struct parts parts = {0};

    for (uint32_t i = 0; i < list->count && !evaluator->is_exhausted; i++) {
        const struct value *value = evaluate_test(evaluator, step, list->items[i]);

        if (value->kind != VALUE_BOOL) {
            parts_add(evaluator, &parts, value);
        } else if (value->truth == deciding) {
            return value;
        }
    }
    return parts_conclude(evaluator, &parts, evaluator_bool(!deciding));
}

/* Which elements stay must be known of every one. They stay as they are, absent or not. */
static const struct value *evaluate_filter(struct evaluator *evaluator, const struct node *step,
                                           const struct value_list *list,
                                           struct gathering *gathering)
{
    for (uint32_t i = 0; i < list->count && !evaluator->is_exhausted; i++) {
        const struct value *value = evaluate_test(evaluator, step, list->items[i]);

        if (value->kind != VALUE_BOOL) {
            parts_add(evaluator, &gathering->parts, value);
        } else if (value->truth) {
            gathering->items[gathering->count] = list->items[i];
            gathering->count++;
        }
    }
    if (gathering->parts.unknown != NULL || gathering->parts.fault != NULL) {
        return parts_conclude(evaluator, &gathering->parts, gathering->parts.fault);
    }
    return evaluator_list(evaluator, gathering->items, gathering->count);
}

const struct value *evaluate_macro(struct evaluator *evaluator, const struct node *step,
                                   const struct value *list)
{
    struct gathering gathering = {0};

    if (evaluator_is_open(list)) {
        return list;
    }
    if (list->kind != VALUE_LIST) {
        return evaluator_fault(evaluator, FAULT_NOT_A_LIST, step->offset);
    }
    if (step->macro == MACRO_ALL || step->macro == MACRO_EXISTS) {
        return evaluate_quantifier(evaluator, step, &list->list);
    }
    gathering.items = arena_array(evaluator->arena, list->list.count, sizeof *gathering.items);
    if (gathering.items == NULL) {
        return evaluator_exhaust(evaluator);
    }
    if (step->macro == MACRO_FILTER) {
        return evaluate_filter(evaluator, step, &list->list, &gathering);
    }
    for (uint32_t i = 0; i < list->list.count && !evaluator->is_exhausted; i++) {
        gather(evaluator, &gathering, evaluate_body(evaluator, step, list->list.items[i]));
    }
    return conclude(evaluator, &gathering);
}
