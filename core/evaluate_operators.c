/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evaluate_operators.h"

#include <string.h>

#include "lib/check.h"
#include "lib/text.h"

static bool spend_bytes(struct evaluator *evaluator, size_t size)
{
    return evaluator_spend(evaluator, size / EVALUATOR_BYTES_A_STEP);
}

/* ---- equality ---- */

static enum equality equality_of(bool is_same)
{
    return is_same ? EQUALITY_SAME : EQUALITY_DIFFERENT;
}

/* Lists are equal if all their elements are; two that differ are enough to tell that they are not.
 * What was found open until then is then forgotten. */
static enum equality compare_lists(struct evaluator *evaluator, const struct value *left,
                                   const struct value *right, struct parts *parts)
{
    const struct parts before = *parts;
    bool is_open = false;

    if (left->list.count != right->list.count) {
        return EQUALITY_DIFFERENT;
    }
    for (uint32_t i = 0; i < left->list.count; i++) {
        enum equality equality =
            evaluate_equality(evaluator, left->list.items[i], right->list.items[i], parts);

        if (equality == EQUALITY_DIFFERENT) {
            *parts = before;
            return EQUALITY_DIFFERENT;
        }
        is_open = is_open || equality == EQUALITY_OPEN;
    }
    return is_open ? EQUALITY_OPEN : EQUALITY_SAME;
}

enum equality evaluate_equality(struct evaluator *evaluator, const struct value *left,
                                const struct value *right, struct parts *parts)
{
    left = evaluator_load(evaluator, left);
    right = evaluator_load(evaluator, right);
    if (!evaluator_spend(evaluator, 1)) {
        return EQUALITY_OPEN;
    }
    if (evaluator_is_open(left) || evaluator_is_open(right)) {
        if (evaluator_is_open(left)) {
            parts_add(evaluator, parts, left);
        }
        if (evaluator_is_open(right)) {
            parts_add(evaluator, parts, right);
        }
        return EQUALITY_OPEN;
    }
    if (left->kind != right->kind) {
        return EQUALITY_DIFFERENT;
    }
    switch (left->kind) {
    case VALUE_NULL:
        return EQUALITY_SAME;
    case VALUE_BOOL:
        return equality_of(left->truth == right->truth);
    case VALUE_NUMBER:
        return equality_of(number_equal(left->number, right->number));
    case VALUE_TEXT:
        (void)spend_bytes(evaluator, left->text.size); /* too little is seen by the next step */
        return equality_of(bytes_equal(left->text, right->text));
    case VALUE_DATE:
        return equality_of(left->date == right->date);
    case VALUE_LIST:
        return compare_lists(evaluator, left, right, parts);
    case VALUE_OBJECT:
        parts_add(evaluator, parts,
                  evaluator_fault(evaluator, FAULT_OBJECTS_COMPARED, parts->offset));
        return EQUALITY_OPEN;
    case VALUE_ABSENT:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        break;
    }
    require(left->kind == VALUE_NULL); /* the open ones were dealt with above */
    return EQUALITY_OPEN;
}

static const struct value *test_equality(struct evaluator *evaluator, const struct node *part,
                                         const struct value *left, const struct value *right)
{
    struct parts parts = {.offset = part->sign_offset};
    enum equality equality = evaluate_equality(evaluator, left, right, &parts);

    if (equality == EQUALITY_OPEN) {
        return parts_conclude(evaluator, &parts, evaluator_bool(false));
    }
    return evaluator_bool((equality == EQUALITY_SAME) == (part->sign == TOKEN_EQUAL));
}

/* Membership is true if one element is equal; else open if one might be. */
static const struct value *test_membership(struct evaluator *evaluator, const struct node *part,
                                           const struct value *value, const struct value *list)
{
    struct parts parts = {.offset = part->sign_offset};

    if (list->kind != VALUE_LIST) {
        return evaluator_fault(evaluator, FAULT_NOT_A_LIST, part->sign_offset);
    }
    for (uint32_t i = 0; i < list->list.count && !evaluator->is_exhausted; i++) {
        if (evaluate_equality(evaluator, value, list->list.items[i], &parts) == EQUALITY_SAME) {
            return evaluator_bool(true);
        }
    }
    return parts_conclude(evaluator, &parts, evaluator_bool(false));
}

/* ---- order ---- */

static const struct value *test_order(struct evaluator *evaluator, const struct node *part,
                                      const struct value *left, const struct value *right)
{
    int order = 0;

    if (left->kind == VALUE_NUMBER && right->kind == VALUE_NUMBER) {
        order = number_compare(left->number, right->number);
    } else if (left->kind == VALUE_DATE && right->kind == VALUE_DATE) {
        order = (left->date > right->date) - (left->date < right->date);
    } else if (left->kind == VALUE_BOOL && right->kind == VALUE_BOOL) {
        order = (int)left->truth - (int)right->truth;
    } else if (left->kind == VALUE_TEXT && right->kind == VALUE_TEXT) {
        (void)spend_bytes(evaluator, left->text.size); /* too little is seen by the next step */
        order = text_compare(left->text, right->text);
    } else {
        return evaluator_fault(evaluator, FAULT_NOT_ORDERED, part->sign_offset);
    }
    if (part->sign == TOKEN_LESS) {
        return evaluator_bool(order < 0);
    }
    if (part->sign == TOKEN_LESS_EQUAL) {
        return evaluator_bool(order <= 0);
    }
    return evaluator_bool(part->sign == TOKEN_GREATER ? order > 0 : order >= 0);
}

/* ---- arithmetic ---- */

static const struct value *join_texts(struct evaluator *evaluator, struct bytes left,
                                      struct bytes right)
{
    size_t size = left.size + right.size;
    uint8_t *data = NULL;

    if (size > LIMIT_RESULT_TEXT_BYTES || !spend_bytes(evaluator, size)) {
        return evaluator_exhaust(evaluator);
    }
    data = arena_alloc(evaluator->arena, size);
    if (data == NULL) {
        return evaluator_exhaust(evaluator);
    }
    if (left.size > 0) {
        memcpy(data, left.data, left.size);
    }
    if (right.size > 0) {
        memcpy(data + left.size, right.data, right.size);
    }
    return evaluator_make(evaluator, value_of_text((struct bytes){data, size}));
}

static const struct value *join_lists(struct evaluator *evaluator, const struct value_list *left,
                                      const struct value_list *right)
{
    size_t count = (size_t)left->count + right->count;
    const struct value **items = NULL;

    if (count > LIMIT_RESULT_ELEMENTS || !evaluator_spend(evaluator, count)) {
        return evaluator_exhaust(evaluator);
    }
    items = arena_array(evaluator->arena, count, sizeof *items);
    if (items == NULL) {
        return evaluator_exhaust(evaluator);
    }
    if (left->count > 0) {
        memcpy(items, left->items, left->count * sizeof *items);
    }
    if (right->count > 0) {
        memcpy(items + left->count, right->items, right->count * sizeof *items);
    }
    return evaluator_list(evaluator, items, count);
}

static const struct value *compute(struct evaluator *evaluator, const struct node *part,
                                   const struct value *left, const struct value *right)
{
    struct number number = {0};
    enum number_result result = NUMBER_OK;

    if (part->sign == TOKEN_PLUS && left->kind == VALUE_TEXT && right->kind == VALUE_TEXT) {
        return join_texts(evaluator, left->text, right->text);
    }
    if (part->sign == TOKEN_PLUS && left->kind == VALUE_LIST && right->kind == VALUE_LIST) {
        return join_lists(evaluator, &left->list, &right->list);
    }
    if (left->kind != VALUE_NUMBER || right->kind != VALUE_NUMBER) {
        enum fault fault = part->sign == TOKEN_PLUS ? FAULT_NOT_ADDABLE : FAULT_NOT_A_NUMBER;

        return evaluator_fault(evaluator, fault, part->sign_offset);
    }
    if (part->sign == TOKEN_PLUS) {
        result = number_add(left->number, right->number, &number);
    } else if (part->sign == TOKEN_MINUS) {
        result = number_subtract(left->number, right->number, &number);
    } else if (part->sign == TOKEN_STAR) {
        result = number_multiply(left->number, right->number, &number);
    } else if (part->sign == TOKEN_SLASH) {
        result = number_divide(left->number, right->number, &number);
    } else {
        require(part->sign == TOKEN_PERCENT);
        result = number_remainder(left->number, right->number, &number);
    }
    return evaluator_number(evaluator, result, number, part->sign_offset);
}

const struct value *evaluate_binary(struct evaluator *evaluator, const struct node *part,
                                    const struct value *left, const struct value *right)
{
    if (evaluator_is_open(left) || evaluator_is_open(right)) {
        struct parts parts = {0};

        if (evaluator_is_open(left)) {
            parts_add(evaluator, &parts, left);
        }
        if (evaluator_is_open(right)) {
            parts_add(evaluator, &parts, right);
        }
        return parts_conclude(evaluator, &parts, left);
    }
    if (part->sign == TOKEN_EQUAL || part->sign == TOKEN_NOT_EQUAL) {
        return test_equality(evaluator, part, left, right);
    }
    if (part->sign == TOKEN_IN) {
        return test_membership(evaluator, part, left, right);
    }
    if (part->sign >= TOKEN_LESS && part->sign <= TOKEN_GREATER_EQUAL) {
        return test_order(evaluator, part, left, right);
    }
    return compute(evaluator, part, left, right);
}

const struct value *evaluate_negation(struct evaluator *evaluator, const struct node *node,
                                      const struct value *value)
{
    struct number number = {0};

    if (evaluator_is_open(value)) {
        return value;
    }
    if (value->kind != VALUE_NUMBER) {
        return evaluator_fault(evaluator, FAULT_NOT_A_NUMBER, node->offset);
    }

    /* Two minus signs cancel, but the first must fit: that of the lowest number does not. */
    enum number_result result = number_negate(value->number, &number);
    if (result == NUMBER_OK && node->times % 2 == 0) {
        return value;
    }
    return evaluator_number(evaluator, result, number, node->offset);
}

/* ---- texts ---- */

/* Returns whether @part stands anywhere in @whole; each try costs. */
static bool contains(struct evaluator *evaluator, struct bytes whole, struct bytes part)
{
    const uint8_t *at = whole.data;

    if (part.size == 0) {
        return true;
    }
    while (part.size <= (size_t)(whole.data + whole.size - at)) {
        size_t room = (size_t)(whole.data + whole.size - at) - part.size + 1;
        const uint8_t *found = memchr(at, part.data[0], room);

        if (found == NULL || !evaluator_spend(evaluator, 1 + part.size / EVALUATOR_BYTES_A_STEP)) {
            return false;
        }
        if (memcmp(found, part.data, part.size) == 0) {
            return true;
        }
        at = found + 1;
    }
    return false;
}

const struct value *evaluate_call(struct evaluator *evaluator, const struct node *call,
                                  const struct value *text)
{
    const struct value *argument = evaluate_node(evaluator, call->parts);
    struct parts parts = {0};

    if (evaluator_is_open(text)) {
        parts_add(evaluator, &parts, text);
    }
    if (evaluator_is_open(argument)) {
        parts_add(evaluator, &parts, argument);
    }
    if (evaluator_is_open(text) || evaluator_is_open(argument)) {
        return parts_conclude(evaluator, &parts, text);
    }
    if (text->kind != VALUE_TEXT || argument->kind != VALUE_TEXT) {
        return evaluator_fault(evaluator, FAULT_NOT_A_TEXT, call->offset);
    }

    struct bytes whole = text->text;
    struct bytes part = argument->text;
    if (call->call == CALL_CONTAINS) {
        (void)spend_bytes(evaluator, whole.size); /* too little is seen by the next step */
        return evaluator_bool(contains(evaluator, whole, part));
    }
    if (part.size > whole.size) {
        return evaluator_bool(false);
    }
    whole.data += call->call == CALL_ENDS_WITH ? whole.size - part.size : 0;
    whole.size = part.size;
    (void)spend_bytes(evaluator, part.size); /* as above */
    return evaluator_bool(bytes_equal(whole, part));
}
