/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lib/number: exact at the edges of int64, refused beyond them. */
#include "tests/lib/test.h"

#include <string.h>

#include "lib/number.h"

static struct number read(const char *text)
{
    struct number number = {0};

    assert_int_equal(number_from_fraction(bytes_of_text(text), &number), NUMBER_OK);
    return number;
}

static void assert_text(struct number number, const char *expected)
{
    char text[NUMBER_TEXT_BYTES];

    number_to_text(number, text);
    assert_string_equal(text, expected);
}

typedef enum number_result (*operation_fn)(struct number, struct number, struct number *);

static void assert_result(operation_fn operation, const char *a, const char *b,
                          const char *expected)
{
    struct number result = {0};

    assert_int_equal(operation(read(a), read(b), &result), NUMBER_OK);
    assert_text(result, expected);
}

static void assert_refused(operation_fn operation, const char *a, const char *b,
                           enum number_result expected)
{
    struct number untouched = {7, 9};

    assert_int_equal(operation(read(a), read(b), &untouched), expected);
    assert_int_equal(untouched.numerator, 7);
    assert_int_equal(untouched.denominator, 9);
}

static void results_are_exact_and_reduced(void **state)
{
    (void)state;

    assert_result(number_add, "1/3", "1/6", "1/2");
    assert_result(number_add, "9223372036854775807/2", "9223372036854775807/2",
                  "9223372036854775807");
    assert_result(number_subtract, "1/2", "1/2", "0");
    assert_result(number_subtract, "-9223372036854775808", "-9223372036854775808", "0");
    assert_result(number_multiply, "9223372036854775807/2", "2/9223372036854775807", "1");
    assert_result(number_multiply, "-3/2", "2/3", "-1");
    assert_result(number_divide, "400", "600", "2/3");
    assert_result(number_divide, "2", "-9223372036854775808", "-1/4611686018427387904");
    assert_result(number_divide, "-9223372036854775808", "-9223372036854775808", "1");
    assert_result(number_remainder, "-7", "3", "-1");
    assert_result(number_remainder, "-9223372036854775808", "-1", "0");
}

static void what_does_not_fit_is_refused(void **state)
{
    struct number untouched = {7, 9};
    (void)state;

    assert_refused(number_add, "9223372036854775807", "1", NUMBER_OVERFLOW);
    assert_refused(number_add, "1/9223372036854775807", "1/9223372036854775806", NUMBER_OVERFLOW);
    assert_refused(number_subtract, "-9223372036854775808", "1", NUMBER_OVERFLOW);
    assert_refused(number_multiply, "-9223372036854775808", "-1", NUMBER_OVERFLOW);
    assert_refused(number_multiply, "9223372036854775807/2", "3", NUMBER_OVERFLOW);
    assert_refused(number_divide, "1", "-9223372036854775808", NUMBER_OVERFLOW);
    assert_refused(number_divide, "1", "0", NUMBER_DIVISION_BY_ZERO);
    assert_refused(number_remainder, "1", "0", NUMBER_DIVISION_BY_ZERO);
    assert_refused(number_remainder, "1/2", "2", NUMBER_NOT_WHOLE);
    assert_int_equal(number_negate(number_of(INT64_MIN), &untouched), NUMBER_OVERFLOW);
    assert_int_equal(untouched.numerator, 7);
}

static void numbers_are_compared_by_exact_cross_products(void **state)
{
    (void)state;

    assert_true(number_compare(read("9223372036854775807/9223372036854775806"),
                               read("9223372036854775806/9223372036854775805")) < 0);
    assert_true(number_compare(read("1/9223372036854775807"), read("1/9223372036854775806")) < 0);
    assert_true(number_compare(read("-9223372036854775808/9223372036854775807"), read("-1")) < 0);
    assert_true(number_compare(read("2/3"), read("0.667")) < 0);
    assert_int_equal(number_compare(read("0.5"), read("1/2")), 0);
}

static void assert_literal(const char *text, const char *expected)
{
    struct number number = {0};

    assert_int_equal(number_from_text(bytes_of_text(text), &number), NUMBER_OK);
    assert_text(number, expected);
}

static void literals_mean_their_text(void **state)
{
    (void)state;

    assert_literal("0x1F", "31");
    assert_literal("-0x8000000000000000", "-9223372036854775808");
    assert_literal("5.25", "21/4");
    assert_literal(".5", "1/2");
    assert_literal("1e3", "1000");
    assert_literal("2.5E-3", "1/400");
    assert_literal("-0.0", "0");
    assert_literal("0e-999", "0");
    assert_literal("5e-19", "1/2000000000000000000");
    assert_literal("0.500000000000000000000000", "1/2");
    assert_literal("-9223372036854775808", "-9223372036854775808");
    assert_literal("100000000000000000000000000000000000000000e-41", "1");
    assert_literal("0.00000000000000000021684043449710088680149056017398834228515625",
                   "1/4611686018427387904");
}

static void other_literals_are_refused(void **state)
{
    static const struct {
        const char *text;
        enum number_result result;
    } cases[] = {
        {"", NUMBER_SYNTAX},
        {"-", NUMBER_SYNTAX},
        {".", NUMBER_SYNTAX},
        {"5.", NUMBER_SYNTAX},
        {"1e", NUMBER_SYNTAX},
        {"1e+", NUMBER_SYNTAX},
        {"1e1000", NUMBER_SYNTAX},
        {"0x", NUMBER_SYNTAX},
        {"0xG", NUMBER_SYNTAX},
        {"1 ", NUMBER_SYNTAX},
        {"--1", NUMBER_SYNTAX},
        {"00000000000000000000000000000000000000000000000000000000000000001", NUMBER_SYNTAX},
        {"9223372036854775808", NUMBER_OVERFLOW},
        {"-9223372036854775809", NUMBER_OVERFLOW},
        {"0x8000000000000000", NUMBER_OVERFLOW},
        {"0xFFFFFFFFFFFFFFFFFFFFFFFF", NUMBER_OVERFLOW},
        {"1e19", NUMBER_OVERFLOW},
        {"1e-19", NUMBER_OVERFLOW},
        {"1e999", NUMBER_OVERFLOW},
        {"1e-999", NUMBER_OVERFLOW},
    };
    struct number number = {0};
    (void)state;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_int_equal(number_from_text(bytes_of_text(cases[i].text), &number), cases[i].result);
    }
}

static void fractions_are_read_and_reduced(void **state)
{
    struct number number = {0};
    (void)state;

    assert_text(read("6/4"), "3/2");
    assert_text(read("-0/7"), "0");
    assert_text(read("0.25"), "1/4");
    assert_int_equal(number_from_fraction(bytes_of_text("1/0"), &number), NUMBER_DIVISION_BY_ZERO);
    assert_int_equal(number_from_fraction(bytes_of_text("1/-2"), &number), NUMBER_SYNTAX);
    assert_int_equal(number_from_fraction(bytes_of_text("/2"), &number), NUMBER_SYNTAX);
    assert_int_equal(number_from_fraction(bytes_of_text("1/"), &number), NUMBER_SYNTAX);
    assert_int_equal(number_from_fraction(bytes_of_text("1/9223372036854775808"), &number),
                     NUMBER_OVERFLOW);
}

static void decimals_are_made_of_units_and_places(void **state)
{
    struct number number = {0};
    (void)state;

    assert_int_equal(number_from_decimal(525, 2, &number), NUMBER_OK);
    assert_text(number, "21/4");
    assert_int_equal(number_from_decimal(-123456789123456, 6, &number), NUMBER_OK);
    assert_text(number, "-1929012330054/15625");
    assert_int_equal(number_from_decimal(0, 99, &number), NUMBER_OK);
    assert_text(number, "0");
    assert_int_equal(number_from_decimal(1, 19, &number), NUMBER_OVERFLOW);
}

static void people_read_decimals_where_they_end(void **state)
{
    char text[NUMBER_TEXT_BYTES];
    (void)state;

    assert_true(number_to_decimal(read("21/4"), text));
    assert_string_equal(text, "5.25");
    assert_true(number_to_decimal(read("-1/400"), text));
    assert_string_equal(text, "-0.0025");
    assert_true(number_to_decimal(read("-7"), text));
    assert_string_equal(text, "-7");
    assert_true(number_to_decimal(read("1/4611686018427387904"), text));
    assert_string_equal(text, "0.00000000000000000021684043449710088680149056017398834228515625");
    assert_false(number_to_decimal(read("2/3"), text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_exact_and_reduced),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(numbers_are_compared_by_exact_cross_products),
        cmocka_unit_test(literals_mean_their_text),
        cmocka_unit_test(other_literals_are_refused),
        cmocka_unit_test(fractions_are_read_and_reduced),
        cmocka_unit_test(decimals_are_made_of_units_and_places),
        cmocka_unit_test(people_read_decimals_where_they_end),
    };

    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
