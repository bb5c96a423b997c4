/* SPDX-License-Identifier: Apache-2.0 */
/* The rule language: any text is read or refused and comes to its end; a rule made by choices comes
 * to what the second evaluator (second.h) says. */
#include <stdio.h>

#include "core/evaluate.h"
#include "core/typecheck.h"
#include "lib/check.h"
#include "tests/fuzz/second.h"
#include "tests/fuzz/target.h"

enum { ARENA_BYTES = 64 << 20, DATA_BYTES = 1 << 20, ROWS = 3 };

static struct arena arena = {.capacity_bytes = ARENA_BYTES};

/* ---- the fields, built once, for both ---- */

struct data {
    struct arena arena;
    bool is_built;
    struct value root;
    struct second_value second;
};

#define NUMBER_VALUE(numerator_, denominator_)                        \
    {                                                                 \
        .kind = SECOND_NUMBER, .number = { numerator_, denominator_ } \
    }
#define TEXT_VALUE(text_)                                                           \
    {                                                                               \
        .kind = SECOND_TEXT, .text = {(const uint8_t *)(text_), sizeof(text_) - 1 } \
    }
#define LIST_VALUE(items_)                                                                \
    {                                                                                     \
        .kind = SECOND_LIST, .items = items_, .count = sizeof(items_) / sizeof(items_)[0] \
    }
#define OBJECT_VALUE(names_, items_)                             \
    {                                                            \
        .kind = SECOND_OBJECT, .names = names_, .items = items_, \
        .count = sizeof(items_) / sizeof(items_)[0]              \
    }

/* A field that is null is unknown, as is one that is not there. */
static const struct second_value numbers[] = {NUMBER_VALUE(3, 1), NUMBER_VALUE(1, 3),
                                              NUMBER_VALUE(-1, 1)};
static const struct second_value gaps[] = {
    NUMBER_VALUE(1, 1), {.kind = SECOND_UNKNOWN}, NUMBER_VALUE(2, 1)};
static const char *const row_names[] = {"id", "ok", "w", "when", "sub"};
static const struct second_value row_0[] = {TEXT_VALUE("L1"),
                                            {.kind = SECOND_BOOL, .truth = true},
                                            NUMBER_VALUE(9, 2),
                                            {.kind = SECOND_DATE, .date = 20260310},
                                            LIST_VALUE(numbers)};
static const struct second_value row_1[] = {TEXT_VALUE("ab"),
                                            {.kind = SECOND_BOOL},
                                            {.kind = SECOND_UNKNOWN},
                                            {.kind = SECOND_DATE, .date = 20251231},
                                            LIST_VALUE(gaps)};
static const struct second_value row_2[] = {TEXT_VALUE("鸳溪"),
                                            {.kind = SECOND_UNKNOWN},
                                            NUMBER_VALUE(INT64_MAX, 1),
                                            NUMBER_VALUE(0, 1),
                                            {.kind = SECOND_UNKNOWN}};
static const struct second_value rows[ROWS] = {
    OBJECT_VALUE(row_names, row_0), OBJECT_VALUE(row_names, row_1), OBJECT_VALUE(row_names, row_2)};
static const char *const inner_names[] = {"map", "x", "y"};
static const struct second_value inner[] = {
    NUMBER_VALUE(7, 1), TEXT_VALUE("a"), {.kind = SECOND_UNKNOWN}};
static const char *const outer_names[] = {"p", "package", "x"};
static const struct second_value outer[] = {OBJECT_VALUE(inner_names, inner), TEXT_VALUE("b"),
                                            NUMBER_VALUE(INT64_MIN, 1)};
static const char *const root_names[] = {"a", "b",    "d", "date", "f", "g",    "gaps", "item",
                                         "l", "none", "o", "rows", "s", "size", "t",    "zero"};
static const struct second_value root_items[] = {
    NUMBER_VALUE(2, 1),
    NUMBER_VALUE(-5, 4),
    {.kind = SECOND_DATE, .date = 20260310},
    {.kind = SECOND_DATE, .date = 20000229},
    {.kind = SECOND_BOOL, .truth = true},
    {.kind = SECOND_BOOL},
    LIST_VALUE(gaps),
    NUMBER_VALUE(1, 1),
    LIST_VALUE(numbers),
    {.kind = SECOND_LIST},
    OBJECT_VALUE(outer_names, outer),
    LIST_VALUE(rows),
    TEXT_VALUE("ab"),
    TEXT_VALUE("a"),
    TEXT_VALUE("鸳溪花园"),
    {.kind = SECOND_UNKNOWN},
};
static const struct second_value root = OBJECT_VALUE(root_names, root_items);

static struct value scalar_of(const struct second_value *second)
{
    switch (second->kind) {
    case SECOND_BOOL:
        return value_of_bool(second->truth);
    case SECOND_NUMBER:
        return value_of_number(second->number);
    case SECOND_TEXT:
        return value_of_text(second->text);
    case SECOND_DATE:
        return value_of_date(second->date);
    case SECOND_LIST:
        return value_of_list();
    case SECOND_OBJECT:
        return value_of_object();
    case SECOND_UNKNOWN:
    case SECOND_NULL:
    case SECOND_ERROR:
        break;
    }
    return value_of_absent();
}

/* Fills @place with what is below @second. As deep as the fields are. */
static void fill(struct value *place, const struct second_value *second, struct arena *kept)
{
    for (size_t i = 0; i < second->count; i++) {
        const struct second_value *item = &second->items[i];
        struct value *made =
            second->kind == SECOND_LIST
                ? value_append(place, (struct bytes){0}, scalar_of(item), kept)
                : value_set(place, bytes_of_text(second->names[i]), scalar_of(item), kept);

        require(made != NULL);
        fill(made, item, kept);
    }
}

static const struct value *fields(void)
{
    static struct data data;

    if (!data.is_built) {
        arena_init(&data.arena, DATA_BYTES);
        data.root = value_of_object();
        fill(&data.root, &root, &data.arena);
        data.is_built = true;
    }
    return &data.root;
}

/* ---- comparing ---- */

/* True if @value holds an unknown, at any depth. */
static bool is_incomplete(const struct second_value *value)
{
    if (value->kind == SECOND_LIST) {
        for (size_t i = 0; i < value->count; i++) {
            if (is_incomplete(&value->items[i])) {
                return true;
            }
        }
    }
    return value->kind == SECOND_UNKNOWN;
}

static bool is_same(const struct value *first, const struct second_value *second)
{
    switch (first->kind) {
    case VALUE_NULL:
        return second->kind == SECOND_NULL;
    case VALUE_BOOL:
        return second->kind == SECOND_BOOL && first->truth == second->truth;
    case VALUE_NUMBER:
        return second->kind == SECOND_NUMBER && number_equal(first->number, second->number);
    case VALUE_TEXT:
        return second->kind == SECOND_TEXT && bytes_equal(first->text, second->text);
    case VALUE_DATE:
        return second->kind == SECOND_DATE && first->date == second->date;
    case VALUE_LIST:
        for (size_t i = 0; i < second->count && first->list.count == second->count; i++) {
            if (!is_same(first->list.items[i], &second->items[i])) {
                return false;
            }
        }
        return second->kind == SECOND_LIST && first->list.count == second->count;
    case VALUE_OBJECT:
        return second->kind == SECOND_OBJECT;
    case VALUE_ABSENT:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        break;
    }
    return second->kind == SECOND_UNKNOWN;
}

static bool is_answer(const struct evaluation *first, const struct second_value *second)
{
    if (first->kind == EVALUATION_FAULT) {
        return second->kind == SECOND_ERROR;
    }
    if (first->kind == EVALUATION_UNKNOWN) {
        return first->missing_count > 0 && is_incomplete(second);
    }
    return second->kind != SECOND_ERROR && !is_incomplete(second) && is_same(first->value, second);
}

/* ---- the two halves ---- */

/* Reads and, where it is one, evaluates a text; what it says must hold of any. */
static void run_text(struct bytes text, struct evaluation *out)
{
    struct expression_refusal refusal;
    const struct expression *expression = expression_compile(text, NULL, &arena, &refusal);
    const struct scope scope = {.root = fields()};
    size_t count = 0;

    *out = (struct evaluation){.kind = EVALUATION_FAULT};
    if (expression == NULL) {
        require(refusal.fault != FAULT_NONE && refusal.location.offset <= text.size);
        return;
    }
    const char *const *reads = expression_reads(expression, &count);
    for (size_t i = 1; i < count; i++) {
        require(strcmp(reads[i - 1], reads[i]) < 0);
    }
    expression_evaluate(expression, &scope, &arena, out);
    for (size_t i = 1; i < out->missing_count; i++) {
        require(strcmp(out->missing[i - 1], out->missing[i]) < 0);
    }
}

static void compare(struct choices *choices)
{
    const struct second_node *rule = second_make(choices, &arena);
    const char *text = second_write(rule, choices, &arena);
    struct evaluation first;

    if (text == NULL) {
        return; /* longer than is worth while */
    }
    run_text(bytes_of_text(text), &first);
    if (first.kind == EVALUATION_FAULT && first.fault == FAULT_TOO_COMPLEX) {
        return;
    }
    struct second_value second = second_evaluate(rule, &root, &arena);
    if (!is_answer(&first, &second)) {
        (void)fprintf(stderr, "%s\nthe first: kind %d %s, the second: kind %d\n", text,
                      (int)first.kind, fault_code(first.fault), (int)second.kind);
        require(is_answer(&first, &second));
    }
}

void fuzz_rules(struct bytes input)
{
    struct choices choices = {input};
    struct evaluation evaluation;

    arena_clear(&arena);
    if (choose(&choices, 8) == 0) {
        run_text(choices.rest, &evaluation);
    } else {
        compare(&choices);
    }
}
