/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/expression: what is refused and where, what is read, and hostile texts. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "core/evaluate.h"
#include "core/expression.h"
#include "core/limits.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

struct fixture {
    struct arena arena;
    struct expression_refusal refusal;
    char text[LIMIT_EXPRESSION_BYTES + 16];
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, ARENA_BYTES);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static const struct expression *compile_bytes(struct fixture *f, struct bytes text)
{
    arena_clear(&f->arena);
    return expression_compile(text, NULL, &f->arena, &f->refusal);
}

static const struct expression *compile(struct fixture *f, const char *text)
{
    return compile_bytes(f, bytes_of_text(text));
}

/* Compiles the text and evaluates it with no fields at all. */
static enum evaluation_kind evaluate(struct fixture *f, const char *text)
{
    const struct expression *expression = compile(f, text);
    struct value root = value_of_object();
    struct scope scope = {.root = &root};
    struct evaluation evaluation;

    assert_non_null(expression);
    expression_evaluate(expression, &scope, &f->arena, &evaluation);
    return evaluation.kind;
}

static const struct {
    const char *text;
    enum fault fault;
    size_t line;
    size_t column;
} refusals[] = {
    {"", FAULT_OPERAND_EXPECTED, 1, 1},
    {"1 +", FAULT_OPERAND_EXPECTED, 1, 4},
    {"1 2", FAULT_UNEXPECTED, 1, 3},
    {"a @ b", FAULT_CHARACTER, 1, 3},
    {"a = b", FAULT_CHARACTER, 1, 3},
    {"a & b", FAULT_CHARACTER, 1, 3},
    {"(1", FAULT_PARENTHESIS_EXPECTED, 1, 3},
    {"[1, 2", FAULT_BRACKET_EXPECTED, 1, 6},
    {"[,]", FAULT_OPERAND_EXPECTED, 1, 2},
    {"a[0", FAULT_BRACKET_EXPECTED, 1, 4},
    {"a ? b", FAULT_COLON_EXPECTED, 1, 6},
    {"a.", FAULT_NAME_EXPECTED, 1, 3},
    {"a.in", FAULT_NAME_EXPECTED, 1, 3},
    {"package", FAULT_NAME_RESERVED, 1, 1},
    {"x.all(if, true)", FAULT_NAME_RESERVED, 1, 7},
    {"x.all(1, true)", FAULT_NAME_EXPECTED, 1, 7},
    {"x.all(y)", FAULT_COMMA_EXPECTED, 1, 8},
    {"x.map(y, y, y)", FAULT_PARENTHESIS_EXPECTED, 1, 11},
    {"f(1)", FAULT_FUNCTION_UNKNOWN, 1, 1},
    {"x.matches('a')", FAULT_FUNCTION_UNKNOWN, 1, 3},
    {"has(a)", FAULT_HAS_ARGUMENT, 1, 5},
    {"has((a.b))", FAULT_HAS_ARGUMENT, 1, 5},
    {"has(a.b[0])", FAULT_HAS_ARGUMENT, 1, 5},
    {"has(x.all(y, true))", FAULT_HAS_ARGUMENT, 1, 5},
    {"date('2026-02-29')", FAULT_DATE_ARGUMENT, 1, 6},
    {"date(x)", FAULT_DATE_ARGUMENT, 1, 6},
    {"'abc", FAULT_TEXT_NOT_CLOSED, 1, 1},
    {"'a\nb'", FAULT_TEXT_NOT_CLOSED, 1, 1},
    {"'''a'", FAULT_TEXT_NOT_CLOSED, 1, 1},
    {"'\\", FAULT_TEXT_NOT_CLOSED, 1, 1},
    {"'ab\\q'", FAULT_ESCAPE, 1, 4},
    {"'\\ud800'", FAULT_ESCAPE, 1, 2},
    {"'\\U00110000'", FAULT_ESCAPE, 1, 2},
    {"'\\x4'", FAULT_ESCAPE, 1, 2},
    {"'\\400'", FAULT_ESCAPE, 1, 2},
    {"12abc", FAULT_NUMBER_MALFORMED, 1, 1},
    {"1e", FAULT_NUMBER_MALFORMED, 1, 1},
    {"0x", FAULT_NUMBER_MALFORMED, 1, 1},
    {"1u", FAULT_NUMBER_MALFORMED, 1, 1},
    {"1e19", FAULT_NUMBER_TOO_LARGE, 1, 1},
    {"true || 9223372036854775808 > 0", FAULT_NUMBER_TOO_LARGE, 1, 9},
    {"!-1", FAULT_OPERAND_EXPECTED, 1, 2},
    {"b'a'", FAULT_UNEXPECTED, 1, 2},
    {"{}", FAULT_CHARACTER, 1, 1},
    {"'鸳溪' ==\n // a comment\n  花", FAULT_CHARACTER, 3, 3},
};
static void a_refusal_names_the_reason_and_the_place(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        assert_null(compile(f, refusals[i].text));
        if (f->refusal.fault != refusals[i].fault || f->refusal.location.line != refusals[i].line ||
            f->refusal.location.column != refusals[i].column) {
            print_error("%s: %s at %zu:%zu\n", refusals[i].text, fault_code(f->refusal.fault),
                        f->refusal.location.line, f->refusal.location.column);
            assert_true(false);
        }
    }
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_null(compile(f, "'\xFF'"));
    assert_int_equal(f->refusal.fault, FAULT_NOT_UTF8);
    assert_null(compile_bytes(f, (struct bytes){(const uint8_t *)"1\0", 2}));
    assert_int_equal(f->refusal.fault, FAULT_CHARACTER);
    assert_null(compile_bytes(f, (struct bytes){NULL, 0}));
    assert_int_equal(f->refusal.fault, FAULT_OPERAND_EXPECTED);
}

static void names_of_functions_are_names_where_no_parenthesis_follows(void **state)
{
    struct fixture *f = *state;

    assert_non_null(compile(f, "review.date == date && sum + size > a.map && a.all.filter"));
    assert_non_null(compile(f, "has == null || a.package.if"));
}

/* Fills the fixture's text with @part as often as it fits, behind @before. */
static struct bytes repeat(struct fixture *f, const char *before, const char *part)
{
    size_t size = strlen(before);

    memcpy(f->text, before, size);
    while (size + strlen(part) <= LIMIT_EXPRESSION_BYTES) {
        memcpy(f->text + size, part, strlen(part));
        size += strlen(part);
    }
    return (struct bytes){(const uint8_t *)f->text, size};
}

static void long_nesting_is_refused_however_it_is_made(void **state)
{
    static const char *const parts[] = {"(",        "[",   "a[", "size(",       "has(a[",
                                        "x.all(y,", "(a?", "(!", "x.contains(", "1+("};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        assert_null(compile_bytes(f, repeat(f, "", parts[i])));
        assert_int_equal(f->refusal.fault, FAULT_NESTING_TOO_DEEP);
    }
}

static void long_chains_are_flat(void **state)
{
    static const struct {
        const char *before;
        const char *part;
    } cases[] = {
        {"1", "+1"},         {"1", "*1"},        {"true", "&&true"},
        {"true", "==true"},  {"a", ".b"},        {"a", "[0]"},
        {"true", "?1:true"}, {"a", ".map(x,x)"}, {"a", ".startsWith('')"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct bytes text = repeat(f, cases[i].before, cases[i].part);
        const struct expression *expression = compile_bytes(f, text);
        struct value root = value_of_object();
        struct scope scope = {.root = &root};
        struct evaluation evaluation;

        if (expression == NULL) {
            /* The conditional cut short at the end of the room. */
            assert_int_not_equal(f->refusal.fault, FAULT_NESTING_TOO_DEEP);
            continue;
        }
        expression_evaluate(expression, &scope, &f->arena, &evaluation);
        assert_true(evaluation.kind != EVALUATION_FAULT || evaluation.fault == FAULT_TOO_COMPLEX);
    }
    assert_int_equal(evaluate(f, "!!!!!!!!!!!!!!!!true"), EVALUATION_VALUE);
}

static void the_longest_text_is_read_and_a_longer_one_refused(void **state)
{
    struct fixture *f = *state;
    struct bytes text = repeat(f, "1", " ");

    assert_non_null(compile_bytes(f, text));
    f->text[text.size] = ' ';
    text.size++;
    assert_null(compile_bytes(f, text));
    assert_int_equal(f->refusal.fault, FAULT_TEXT_TOO_LONG);
}

static void the_nesting_allowed_is_enough_and_no_more(void **state)
{
    struct fixture *f = *state;
    char text[2 * LIMIT_EXPRESSION_NESTING + 8];

    for (size_t depth = LIMIT_EXPRESSION_NESTING; depth <= LIMIT_EXPRESSION_NESTING + 1; depth++) {
        memset(text, '(', depth);
        text[depth] = '7';
        memset(text + depth + 1, ')', depth);
        text[2 * depth + 1] = '\0';
        assert_int_equal(compile(f, text) != NULL, depth == LIMIT_EXPRESSION_NESTING);
    }
}

/* ---- reads ---- */

static void assert_reads(struct fixture *f, const char *text,
                         const struct expression_element *element, const char *expected)
{
    char found[1024] = "";
    size_t count = 0;

    arena_clear(&f->arena);
    const struct expression *expression =
        expression_compile(bytes_of_text(text), element, &f->arena, &f->refusal);
    assert_non_null(expression);
    const char *const *reads = expression_reads(expression, &count);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s",
                       i == 0 ? "" : " ", reads[i]);
    }
    assert_string_equal(found, expected);
}

static void a_rule_says_which_fields_it_reads(void **state)
{
    const struct expression_element lane = {"item", "fire.lanes"};
    struct fixture *f = *state;

    assert_reads(f, "1 + 1 == 2", NULL, "");
    assert_reads(f, "b || a || b", NULL, "a b");
    assert_reads(f, "item.width >= 4 && project.tier == 'key'", &lane,
                 "fire.lanes[].width project.tier");
    assert_reads(f, "item != null", &lane, "fire.lanes");
    assert_reads(f, "item.spots.all(s, s.depth > item.width)", &lane,
                 "fire.lanes[].spots[].depth fire.lanes[].width");
    assert_reads(f, "has(item.width)", &lane, "fire.lanes[].width");
    assert_reads(f, "x.filter(a, a.b).map(c, c.d).all(e, e.f > 0)", NULL, "x[].b x[].d.f");
    assert_reads(f, "x.map(a, a.b.filter(c, c.d)).all(e, size(e) > 0)", NULL, "x[].b");
}

static void a_coarser_path_stands_for_the_finer_ones(void **state)
{
    struct fixture *f = *state;

    assert_reads(f, "a == null || a.b > 1", NULL, "a");
    assert_reads(f, "size(rows) > 0 && rows.all(r, r.x > 0)", NULL, "rows");
    assert_reads(f, "rows.all(r, true) && rows.all(r, r.x > 0)", NULL, "rows[].x");
    assert_reads(f, "size(rows.filter(r, r.x > 0))", NULL, "rows[].x");
    assert_reads(f, "rows.filter(r, r.x > 0) + more", NULL, "more rows");
    assert_reads(f, "(a.x ? b : c).d > 0", NULL, "a.x b c");
    assert_reads(f, "[m].exists(y, y.z == 0)", NULL, "m");
    assert_reads(f, "a_b && a.b && a", NULL, "a a_b");
    assert_reads(f, "rows[n.i].x", NULL, "n.i rows[].x");
}

/* ---- no memory, no sense ---- */

static void every_lack_of_memory_is_a_clean_refusal(void **state)
{
    static const char text[] =
        "a.b.c.all(x, x.y > 1.5 && 'k\\n' in [x.z, d]) ? size(e) : -sum(f[0]) "
        "+ 3 * date('2026-03-10') == has(g.h) || !i.contains('j')";
    const struct expression_element element = {"item", "rows"};
    bool is_done = false;
    (void)state;

    for (size_t capacity = 0; !is_done; capacity += 16) {
        struct arena arena;
        struct expression_refusal refusal = {FAULT_NONE, {0}};

        arena_init(&arena, capacity);
        is_done = expression_compile(bytes_of_text(text), &element, &arena, &refusal) != NULL;
        assert_int_equal(refusal.fault, is_done ? FAULT_NONE : FAULT_TOO_COMPLEX);
        assert_true(capacity < 1024 * 1024);
        arena_release(&arena);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Fills @root with a few fields of every kind. */
static void fill_data(struct fixture *f, struct value *root)
{
    *root = value_of_object();
    value_fill(value_place(root, bytes_of_text("a.b"), &f->arena), value_of_bool(true));
    value_fill(value_place(root, bytes_of_text("x[0].b"), &f->arena),
               value_of_number(number_of(2)));
    value_fill(value_place(root, bytes_of_text("x[1]"), &f->arena), value_of_absent());
    value_fill(value_place(root, bytes_of_text("x[2]"), &f->arena),
               value_of_text(bytes_of_text("x")));
    value_fill(value_place(root, bytes_of_text("y"), &f->arena), value_of_date(20260310));
}

static void random_texts_end_one_way_or_another(void **state)
{
    static const char *const pieces[] = {
        "a",    ".b",     "[0]",   "(",       ")",       "[",          "]",
        ",",    "1",      "2.5",   "'x'",     "null",    "in",         "&&",
        "||",   "!",      "-",     "+",       "*",       "/",          "%",
        "==",   "!=",     "<",     ">=",      "?",       ":",          "size(",
        "sum(", "has(a.", "date(", ".all(x,", ".map(y,", ".filter(z,", ".contains(",
        " ",    "//",     "\n",    "r'",      "\\",      "\"\"\"",     "x",
        "y",    "true",   "\xE9",  "0x",      "1e9",     "\t",         "'2026-03-10'",
        "[1,2]"};
    struct fixture *f = *state;
    uint32_t seed = 20260310;
    size_t compiled = 0;

    print_message("seed %u\n", seed);
    for (int i = 0; i < 40000; i++) {
        size_t size = 0;
        size_t count = next_random(&seed) % 24;

        for (size_t j = 0; j < count; j++) {
            const char *piece = pieces[next_random(&seed) % ARRAY_COUNT(pieces)];

            if (i % 4 == 0) {
                f->text[size] = (char)(next_random(&seed) % 256);
                size++;
                continue;
            }
            memcpy(f->text + size, piece, strlen(piece));
            size += strlen(piece);
        }

        const struct expression *expression =
            compile_bytes(f, (struct bytes){(const uint8_t *)f->text, size});
        if (expression == NULL) {
            assert_int_not_equal(f->refusal.fault, FAULT_NONE);
            assert_true(f->refusal.location.offset <= size);
            continue;
        }

        struct value root;
        struct scope scope = {.root = &root};
        struct evaluation evaluation;

        fill_data(f, &root);
        expression_evaluate(expression, &scope, &f->arena, &evaluation);
        assert_non_null(evaluation.value);
        compiled++;
    }
    assert_true(compiled > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_refusal_names_the_reason_and_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(text_that_is_not_utf8_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_functions_are_names_where_no_parenthesis_follows,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_nesting_is_refused_however_it_is_made, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(long_chains_are_flat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_text_is_read_and_a_longer_one_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_nesting_allowed_is_enough_and_no_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_rule_says_which_fields_it_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_coarser_path_stands_for_the_finer_ones, set_up,
                                        tear_down),
        cmocka_unit_test(every_lack_of_memory_is_a_clean_refusal),
        cmocka_unit_test_setup_teardown(random_texts_end_one_way_or_another, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
