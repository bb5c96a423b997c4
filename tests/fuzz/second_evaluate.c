/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a rule, by the definition of the language. */
#include "lib/check.h"
#include "tests/fuzz/second_operators.h"

/* A variable and what it stands for; the innermost is first. */
struct binding {
    const char *name;
    struct second_value value;
    const struct binding *outer;
};

struct walk {
    const struct second_value *root;
    struct arena *arena;
    const struct binding *bindings;
};

static struct second_value evaluate(struct walk *walk, const struct second_node *node);

static struct second_value *items_of(struct walk *walk, size_t count)
{
    struct second_value *items = arena_array(walk->arena, count, sizeof *items);

    require(items != NULL);
    return items;
}

/* ---- names ---- */

static struct second_value member_of(const struct second_value *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++) {
        if (strcmp(object->names[i], name) == 0) {
            return object->items[i];
        }
    }
    return second_unknown;
}

static struct second_value evaluate_name(const struct walk *walk, const char *name)
{
    for (const struct binding *binding = walk->bindings; binding != NULL;
         binding = binding->outer) {
        if (strcmp(binding->name, name) == 0) {
            return binding->value;
        }
    }
    return member_of(walk->root, name);
}

static struct second_value evaluate_select(struct walk *walk, const struct second_node *node)
{
    struct second_value from = evaluate(walk, node->parts[0]);

    if (second_is_open(from)) {
        return from;
    }
    return from.kind == SECOND_OBJECT ? member_of(&from, node->name) : second_error;
}

/* ---- arithmetic ---- */

static struct second_value join_texts(struct walk *walk, struct bytes a, struct bytes b)
{
    uint8_t *data = arena_alloc(walk->arena, a.size + b.size);

    require(data != NULL);
    for (size_t i = 0; i < a.size + b.size; i++) {
        data[i] = i < a.size ? a.data[i] : b.data[i - a.size];
    }
    return (struct second_value){.kind = SECOND_TEXT, .text = {data, a.size + b.size}};
}

static struct second_value join_lists(struct walk *walk, struct second_value a,
                                      struct second_value b)
{
    struct second_value *items = items_of(walk, a.count + b.count);

    for (size_t i = 0; i < a.count + b.count; i++) {
        items[i] = i < a.count ? a.items[i] : b.items[i - a.count];
    }
    return (struct second_value){.kind = SECOND_LIST, .items = items, .count = a.count + b.count};
}

static bool is_null_literal(const struct second_node *node)
{
    return node->operator== SECOND_CONSTANT && node->constant.kind == SECOND_NULL;
}

static struct second_value evaluate_binary(struct walk *walk, const struct second_node *node)
{
    struct second_value a = evaluate(walk, node->parts[0]);
    struct second_value b = evaluate(walk, node->parts[1]);
    bool is_equality = strcmp(node->sign, "==") == 0;
    bool is_inequality = strcmp(node->sign, "!=") == 0;

    if ((is_equality || is_inequality) &&
        (is_null_literal(node->parts[0]) || is_null_literal(node->parts[1]))) {
        struct second_value tested = is_null_literal(node->parts[1]) ? a : b;
        bool is_absent = tested.kind == SECOND_UNKNOWN || tested.kind == SECOND_NULL;

        return tested.kind == SECOND_ERROR ? second_error : second_bool(is_absent == is_equality);
    }
    if (second_is_open(a) || second_is_open(b)) {
        return second_open(a, b);
    }
    if (is_equality || is_inequality) {
        struct second_value same = second_equality(a, b);

        return second_is_open(same) ? same : second_bool(same.truth == is_equality);
    }
    if (strcmp(node->sign, "in") == 0) {
        return second_membership(a, b);
    }
    if (node->sign[0] == '<' || node->sign[0] == '>') {
        return second_order(node->sign, a, b);
    }
    if (a.kind == SECOND_NUMBER && b.kind == SECOND_NUMBER) {
        return second_compute(node->sign[0], a.number, b.number);
    }
    if (node->sign[0] == '+' && a.kind == SECOND_TEXT && b.kind == SECOND_TEXT) {
        return join_texts(walk, a.text, b.text);
    }
    if (node->sign[0] == '+' && a.kind == SECOND_LIST && b.kind == SECOND_LIST) {
        return join_lists(walk, a, b);
    }
    return second_error;
}

/* ---- lists ---- */

static struct second_value list_or_open(const struct second_value *items, size_t count)
{
    struct second_junction found = {.deciding = true};

    for (size_t i = 0; i < count; i++) {
        if (second_is_open(items[i])) {
            second_join(&found, items[i]);
        }
    }
    if (found.has_error) {
        return found.has_unknown ? second_unknown : second_error;
    }
    return (struct second_value){.kind = SECOND_LIST, .items = items, .count = count};
}

static struct second_value evaluate_listing(struct walk *walk, const struct second_node *node)
{
    struct second_value *items = items_of(walk, node->part_count);

    for (size_t i = 0; i < node->part_count; i++) {
        items[i] = evaluate(walk, node->parts[i]);
    }
    return list_or_open(items, node->part_count);
}

static struct second_value evaluate_index(struct walk *walk, const struct second_node *node)
{
    struct second_value list = evaluate(walk, node->parts[0]);
    struct second_value index = evaluate(walk, node->parts[1]);

    if (second_is_open(list) || second_is_open(index)) {
        return second_open(list, index);
    }
    if (list.kind != SECOND_LIST || index.kind != SECOND_NUMBER || index.number.denominator != 1 ||
        index.number.numerator < 0 || index.number.numerator >= (int64_t)list.count) {
        return second_error;
    }
    return list.items[index.number.numerator];
}

static struct second_value evaluate_body(struct walk *walk, const struct second_node *node,
                                         struct second_value element)
{
    const struct binding binding = {node->name, element, walk->bindings};

    walk->bindings = &binding;
    struct second_value value = evaluate(walk, node->parts[1]);
    walk->bindings = binding.outer;
    return value;
}

static struct second_value filter(struct walk *walk, const struct second_node *node,
                                  struct second_value list)
{
    struct second_value *kept = items_of(walk, list.count);
    struct second_junction judged = {.deciding = true};
    size_t count = 0;

    for (size_t i = 0; i < list.count; i++) {
        struct second_value test = evaluate_body(walk, node, list.items[i]);

        second_join(&judged, test);
        if (test.kind == SECOND_BOOL && test.truth) {
            kept[count] = list.items[i];
            count++;
        }
    }
    if (judged.has_unknown || judged.has_error) {
        return judged.has_unknown ? second_unknown : second_error;
    }
    return (struct second_value){.kind = SECOND_LIST, .items = kept, .count = count};
}

static struct second_value evaluate_macro(struct walk *walk, const struct second_node *node)
{
    struct second_value list = evaluate(walk, node->parts[0]);
    struct second_junction junction = {.deciding = node->operator== SECOND_EXISTS };

    if (second_is_open(list) || list.kind != SECOND_LIST) {
        return second_is_open(list) ? list : second_error;
    }
    if (node->operator== SECOND_FILTER) {
        return filter(walk, node, list);
    }

    struct second_value *items = items_of(walk, list.count);
    for (size_t i = 0; i < list.count; i++) {
        items[i] = evaluate_body(walk, node, list.items[i]);
        second_join(&junction, items[i]);
    }
    return node->operator== SECOND_MAP ? list_or_open(items, list.count) : second_joined(&junction);
}

static struct second_value evaluate_sum(struct walk *walk, const struct second_node *node)
{
    struct second_value list = evaluate(walk, node->parts[0]);
    struct second_value total = {.kind = SECOND_NUMBER, .number = {0, 1}};
    bool has_unknown = false;

    if (second_is_open(list) || list.kind != SECOND_LIST) {
        return second_is_open(list) ? list : second_error;
    }
    for (size_t i = 0; i < list.count; i++) {
        has_unknown = has_unknown || list.items[i].kind == SECOND_UNKNOWN;
        if (total.kind == SECOND_NUMBER) {
            total = list.items[i].kind == SECOND_NUMBER
                        ? second_compute('+', total.number, list.items[i].number)
                        : second_error;
        }
    }
    return has_unknown ? second_unknown : total;
}

static struct second_value evaluate_size(struct walk *walk, const struct second_node *node)
{
    struct second_value value = evaluate(walk, node->parts[0]);
    size_t size = value.count;

    if (second_is_open(value) || (value.kind != SECOND_LIST && value.kind != SECOND_TEXT)) {
        return second_is_open(value) ? value : second_error;
    }
    if (value.kind == SECOND_TEXT) {
        size = 0;
        for (size_t i = 0; i < value.text.size; i++) {
            size += (value.text.data[i] & 0xC0) == 0x80 ? 0 : 1; /* not a later byte of one */
        }
    }
    return second_number(true, (struct number){(int64_t)size, 1});
}

/* ---- texts, signs, choices ---- */

static bool stands_at(struct bytes whole, struct bytes part, size_t at)
{
    for (size_t i = 0; i < part.size; i++) {
        if (whole.data[at + i] != part.data[i]) {
            return false;
        }
    }
    return true;
}

static struct second_value evaluate_text(struct walk *walk, const struct second_node *node)
{
    struct second_value whole = evaluate(walk, node->parts[0]);
    struct second_value part = evaluate(walk, node->parts[1]);

    if (second_is_open(whole) || second_is_open(part)) {
        return second_open(whole, part);
    }
    if (whole.kind != SECOND_TEXT || part.kind != SECOND_TEXT) {
        return second_error;
    }
    if (part.text.size > whole.text.size) {
        return second_bool(false);
    }
    size_t last = whole.text.size - part.text.size;
    size_t from = node->operator== SECOND_ENDS_WITH ? last : 0;
    size_t to = node->operator== SECOND_STARTS_WITH ? 0 : last;
    for (size_t at = from; at <= to; at++) {
        if (stands_at(whole.text, part.text, at)) {
            return second_bool(true);
        }
    }
    return second_bool(false);
}

static struct second_value evaluate_sign(struct walk *walk, const struct second_node *node)
{
    struct second_value value = evaluate(walk, node->parts[0]);

    if (second_is_open(value)) {
        return value;
    }
    if (node->operator== SECOND_NOT) {
        return value.kind == SECOND_BOOL ? second_bool(!value.truth) : second_error;
    }
    return value.kind == SECOND_NUMBER ? second_compute('-', (struct number){0, 1}, value.number)
                                       : second_error;
}

static struct second_value evaluate_choice(struct walk *walk, const struct second_node *node)
{
    struct second_value condition = evaluate(walk, node->parts[0]);

    if (condition.kind != SECOND_BOOL) {
        return second_is_open(condition) ? condition : second_error;
    }
    return evaluate(walk, node->parts[condition.truth ? 1 : 2]);
}

static struct second_value evaluate_junction(struct walk *walk, const struct second_node *node)
{
    struct second_junction junction = {.deciding = node->operator== SECOND_OR };

    second_join(&junction, evaluate(walk, node->parts[0]));
    second_join(&junction, evaluate(walk, node->parts[1]));
    return second_joined(&junction);
}

static struct second_value evaluate_has(struct walk *walk, const struct second_node *node)
{
    struct second_value value = evaluate(walk, node->parts[0]);

    return value.kind == SECOND_ERROR ? second_error : second_bool(value.kind != SECOND_UNKNOWN);
}

/* The recursion is as deep as the rule, which second_make() bounds. */
static struct second_value evaluate(struct walk *walk, const struct second_node *node)
{
    switch (node->operator) {
    case SECOND_CONSTANT:
        return node->constant;
    case SECOND_NAME:
        return evaluate_name(walk, node->name);
    case SECOND_SELECT:
        return evaluate_select(walk, node);
    case SECOND_INDEX:
        return evaluate_index(walk, node);
    case SECOND_LISTING:
        return evaluate_listing(walk, node);
    case SECOND_NOT:
    case SECOND_MINUS:
        return evaluate_sign(walk, node);
    case SECOND_BINARY:
        return evaluate_binary(walk, node);
    case SECOND_AND:
    case SECOND_OR:
        return evaluate_junction(walk, node);
    case SECOND_CHOICE:
        return evaluate_choice(walk, node);
    case SECOND_ALL:
    case SECOND_EXISTS:
    case SECOND_FILTER:
    case SECOND_MAP:
        return evaluate_macro(walk, node);
    case SECOND_STARTS_WITH:
    case SECOND_ENDS_WITH:
    case SECOND_CONTAINS:
        return evaluate_text(walk, node);
    case SECOND_SIZE:
        return evaluate_size(walk, node);
    case SECOND_SUM:
        return evaluate_sum(walk, node);
    case SECOND_HAS:
        return evaluate_has(walk, node);
    }
    return second_error;
}

struct second_value second_evaluate(const struct second_node *node, const struct second_value *root,
                                    struct arena *arena)
{
    struct walk walk = {.root = root, .arena = arena};

    return evaluate(&walk, node);
}
