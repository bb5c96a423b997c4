/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/evaluate beyond the cases of the conformance files: rules asked of elements, what
 * is missing and where, derived fields, limits and lack of memory. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "core/evaluate.h"
#include "core/expression.h"
#include "core/limits.h"

struct fixture {
    struct arena arena;
    struct value root;
    struct evaluation evaluation;
};

static const struct expression_element lane_element = {"item", "fire.lanes"};

static void put(struct fixture *f, const char *path, struct value value)
{
    struct value *place = value_place(&f->root, bytes_of_text(path), &f->arena);

    assert_non_null(place);
    value_fill(place, value);
}

static struct value number(int64_t value)
{
    return value_of_number(number_of(value));
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    arena_init(&f->arena, 256 * 1024 * 1024);
    f->root = value_of_object();
    put(f, "fire.lanes[L1].width", number(4));
    put(f, "fire.lanes[L2].length", number(30));
    put(f, "fire.lanes[L3].width", number(3));
    put(f, "funding[0].amount", number(100));
    put(f, "funding[1].document", value_of_text(bytes_of_text("doc")));
    put(f, "codes", value_of_list());
    put(f, "codes[0]", value_of_text(bytes_of_text("road")));
    put(f, "codes[1]", value_of_absent());
    put(f, "total", number(600));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static void evaluate_for(struct fixture *f, const char *text,
                         const struct expression_element *element, const struct value *item)
{
    struct expression_refusal refusal = {FAULT_NONE, {0}};
    const struct expression *expression =
        expression_compile(bytes_of_text(text), element, &f->arena, &refusal);
    const struct scope scope = {.root = &f->root, .element = item};

    assert_non_null(expression);
    expression_evaluate(expression, &scope, &f->arena, &f->evaluation);
}

static void evaluate(struct fixture *f, const char *text)
{
    evaluate_for(f, text, NULL, NULL);
}

static void assert_missing(struct fixture *f, const char *text, const char *expected)
{
    char found[1024] = "";

    evaluate(f, text);
    assert_int_equal(f->evaluation.kind, EVALUATION_UNKNOWN);
    for (size_t i = 0; i < f->evaluation.missing_count; i++) {
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s",
                       i == 0 ? "" : " ", f->evaluation.missing[i]);
    }
    assert_string_equal(found, expected);
}

static void assert_truth(struct fixture *f, const char *text, bool expected)
{
    evaluate(f, text);
    assert_int_equal(f->evaluation.kind, EVALUATION_VALUE);
    assert_int_equal(f->evaluation.value->kind, VALUE_BOOL);
    assert_int_equal(f->evaluation.value->truth, expected);
}

static void assert_fault(struct fixture *f, const char *text, enum fault fault, size_t offset)
{
    evaluate(f, text);
    assert_int_equal(f->evaluation.kind, EVALUATION_FAULT);
    assert_string_equal(fault_code(f->evaluation.fault), fault_code(fault));
    assert_int_equal(f->evaluation.fault_offset, offset);
}

static void missing_fields_are_named_by_their_place(void **state)
{
    struct fixture *f = *state;

    assert_missing(f, "fire.lanes.all(l, l.width >= 3)", "fire.lanes[L2].width");
    assert_missing(f, "sum(funding.map(f, f.amount))", "funding[1].amount");
    assert_missing(f, "funding.filter(f, f.document != null)[0].amount.net > 0",
                   "funding[1].amount.net");
    assert_missing(f, "funding.all(f, f.amount > 0 && f.document != '')",
                   "funding[0].document funding[1].amount");
    assert_missing(f, "fire.lanes.map(l, l.width)", "fire.lanes[L2].width");
    assert_missing(f, "'x' in codes", "codes[1]");
    assert_missing(f, "codes == ['road', 'bridge']", "codes[1]");
    assert_missing(f, "fire.ways.exists(w, w.x)", "fire.ways");
    assert_missing(f, "a.b + a.c + a.b", "a.b a.c");
    assert_missing(f, "(total > 1 ? a.b : c).d", "a.b.d");
    assert_missing(f, "[fire.lanes[1]].all(l, l.width > 0)", "fire.lanes[L2].width");
}

static void what_does_not_matter_is_not_missing(void **state)
{
    struct fixture *f = *state;

    assert_missing(f, "fire.lanes.exists(l, l.width > 9) || a", "a fire.lanes[L2].width");
    assert_missing(f, "[1, 2] in [[u, 3], [w, 2]]", "w");
    assert_missing(f, "[u, 1] == [v, 1] || [w, 1] == [x, 2]", "u v");
    assert_missing(f, "u != null || w", "w");
}

static void an_each_rule_is_asked_of_an_element(void **state)
{
    struct fixture *f = *state;
    const struct value *lanes = value_place(&f->root, bytes_of_text("fire.lanes"), &f->arena);

    evaluate_for(f, "item.width >= 4 && total == 600", &lane_element, lanes->list.items[0]);
    assert_int_equal(f->evaluation.kind, EVALUATION_VALUE);
    assert_true(f->evaluation.value->truth);
    evaluate_for(f, "item.width >= 4", &lane_element, lanes->list.items[1]);
    assert_int_equal(f->evaluation.kind, EVALUATION_UNKNOWN);
    assert_string_equal(f->evaluation.missing[0], "fire.lanes[L2].width");
    evaluate_for(f, "fire.lanes.exists(x, x.width > item.width)", &lane_element,
                 lanes->list.items[2]);
    assert_true(f->evaluation.value->truth);
}

static void a_derived_field_stands_for_its_rule(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        const char *text;
    } fields[] = {
        {"wide", "fire.lanes.filter(l, has(l.width) && l.width > 3)"},
        {"widths", "fire.lanes.map(l, l.width)"},
        {"share", "approved / total"},
        {"broken", "1 / 0"},
        {"first", "funding[0]"},
    };

    put(f, "derived", value_of_object());
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        evaluate(f, fields[i].text);
        assert_non_null(value_set(value_place(&f->root, bytes_of_text("derived"), &f->arena),
                                  bytes_of_text(fields[i].name), *f->evaluation.value, &f->arena));
    }

    assert_missing(f, "derived.wide.all(l, l.length > 0)", "fire.lanes[L1].length");
    assert_missing(f, "derived.share >= 1 / 2", "approved");
    assert_missing(f, "derived.widths.all(w, w > 1)", "fire.lanes[L2].width");
    assert_missing(f, "derived.first.document == ''", "funding[0].document");
    assert_missing(f, "derived.other", "derived.other");
    assert_truth(f, "has(derived.share)", false);
    assert_truth(f, "size(derived.widths) == 3 && 4 in derived.widths", true);
    assert_fault(f, "derived.broken > 0", FAULT_DIVISION_BY_ZERO, 2);
}

static void faults_name_their_reason_and_place(void **state)
{
    struct fixture *f = *state;

    assert_fault(f, "total / 0", FAULT_DIVISION_BY_ZERO, 6);
    assert_fault(f, "9223372036854775807 + 1", FAULT_OVERFLOW, 20);
    assert_fault(f, "total % 0.5", FAULT_NOT_WHOLE, 6);
    assert_fault(f, "true && total", FAULT_NOT_A_BOOL, 8);
    assert_fault(f, "total < 'a'", FAULT_NOT_ORDERED, 6);
    assert_fault(f, "total + 'a'", FAULT_NOT_ADDABLE, 6);
    assert_fault(f, "-'a'", FAULT_NOT_A_NUMBER, 0);
    assert_fault(f, "codes[7]", FAULT_INDEX_OUT_OF_RANGE, 5);
    assert_fault(f, "total.x", FAULT_NOT_AN_OBJECT, 0);
    assert_fault(f, "total in total", FAULT_NOT_A_LIST, 6);
    assert_fault(f, "size(total)", FAULT_NOT_SIZED, 0);
    assert_fault(f, "total.contains('a')", FAULT_NOT_A_TEXT, 6);
    assert_fault(f, "fire == fire", FAULT_OBJECTS_COMPARED, 5);
    assert_fault(f, "fire.lanes == fire.lanes", FAULT_OBJECTS_COMPARED, 11);
    assert_truth(f, "fire == 1", false);
    assert_truth(f, "fire == null", false);
}

/* Returns @begin with @part behind it @count times. */
static const char *repeated(struct fixture *f, const char *begin, const char *part, int count)
{
    const char *text = begin;

    for (int i = 0; i < count; i++) {
        text = arena_format(&f->arena, "%s%s", text, part);
    }
    return text;
}

static void every_evaluation_ends(void **state)
{
    struct fixture *f = *state;

    /* A list that doubles, a text that doubles, a nest that deepens, loops within loops. */
    assert_fault(f,
                 repeated(f, repeated(f, "['0123456789'].map(x, x", ").map(x, x + x", 30), ")", 1),
                 FAULT_TOO_COMPLEX, 0);
    assert_fault(f, repeated(f, "[[1]]", ".map(x, x + x)", 30), FAULT_TOO_COMPLEX, 0);
    assert_fault(f, repeated(f, "[1]", ".map(x, [x])", 100), FAULT_TOO_COMPLEX, 0);

    evaluate(f, repeated(f, repeated(f, "[[1]]", ".map(x, [x, x])", 40), " == []", 1));
    assert_int_equal(f->evaluation.kind, EVALUATION_VALUE);

    assert_fault(
        f, repeated(f, repeated(f, "", "[0,1,2,3,4,5,6,7,8,9].all(x, ", 9), "x >= 0)))))))))", 1),
        FAULT_TOO_COMPLEX, 0);
    assert_int_equal(f->evaluation.steps, LIMIT_EVALUATION_STEPS);
}

static void comparing_and_scanning_shared_lists_costs_steps(void **state)
{
    struct fixture *f = *state;
    char text[1024] = "[[1]]";

    for (int i = 0; i < 28; i++) {
        (void)strcat(text, ".map(x, [x, x])");
    }
    assert_fault(f, text, FAULT_TOO_COMPLEX, 0);
    (void)strcpy(text, "[[[1]]");
    for (int i = 0; i < 28; i++) {
        (void)strcat(text, ".map(x, [x, x])");
    }
    (void)strcat(text, "].exists(y, y == y)");
    assert_fault(f, text, FAULT_TOO_COMPLEX, 0);
}

static void searching_a_text_costs_steps(void **state)
{
    struct fixture *f = *state;
    static char text[60000];
    size_t size = (size_t)snprintf(text, sizeof text, "('");

    memset(text + size, 'a', 20000);
    size += 20000;
    (void)snprintf(text + size, sizeof text - size, "').contains('");
    size += strlen(text + size);
    memset(text + size, 'a', 10000);
    size += 10000;
    (void)snprintf(text + size, sizeof text - size, "b')");

    assert_fault(f, text, FAULT_TOO_COMPLEX, 0);
}

static void many_missing_fields_are_united_once(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 3000; i++) {
        put(f, arena_format(&f->arena, "rows[R%d].other", i), number(1));
    }

    evaluate(f, "rows.all(r, r.x > 0 && r.y > 0) && rows.all(r, r.x > 0)");
    assert_int_equal(f->evaluation.kind, EVALUATION_UNKNOWN);
    assert_int_equal(f->evaluation.missing_count, 6000);
}

static void every_lack_of_memory_is_a_clean_fault(void **state)
{
    static const char text[] =
        "fire.lanes.map(l, l.width).filter(w, w == null || w > 1) + [a.b] == "
        "[1, 'x' + 'y', c] || sum(funding.map(g, g.amount)) / 7 > total";
    struct fixture *f = *state;
    struct expression_refusal refusal;
    const struct expression *expression =
        expression_compile(bytes_of_text(text), NULL, &f->arena, &refusal);
    const struct scope scope = {.root = &f->root};
    struct evaluation evaluation = {.kind = EVALUATION_FAULT};

    assert_non_null(expression);
    for (size_t capacity = 0; evaluation.kind == EVALUATION_FAULT; capacity += 16) {
        struct arena arena;

        arena_init(&arena, capacity);
        expression_evaluate(expression, &scope, &arena, &evaluation);
        assert_true(evaluation.kind != EVALUATION_FAULT || evaluation.fault == FAULT_TOO_COMPLEX);
        assert_true(capacity < 1024 * 1024);
        arena_release(&arena);
    }
    assert_int_equal(evaluation.kind, EVALUATION_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(missing_fields_are_named_by_their_place),
        TEST(what_does_not_matter_is_not_missing),
        TEST(an_each_rule_is_asked_of_an_element),
        TEST(a_derived_field_stands_for_its_rule),
        TEST(faults_name_their_reason_and_place),
        TEST(every_evaluation_ends),
        TEST(comparing_and_scanning_shared_lists_costs_steps),
        TEST(searching_a_text_costs_steps),
        TEST(many_missing_fields_are_united_once),
        TEST(every_lack_of_memory_is_a_clean_fault),
    };

    return cmocka_run_group_tests_name("evaluate", tests, NULL, NULL);
}
