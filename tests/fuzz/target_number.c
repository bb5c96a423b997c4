/* SPDX-License-Identifier: Apache-2.0 */
/* Exact numbers against 128 bits and the definitions. */
#include <stdio.h>

#include "lib/check.h"
#include "lib/number.h"
#include "lib/text.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/fraction.h"
#include "tests/fuzz/target.h"

static void expect(enum number_result result, struct number found, struct fraction wanted)
{
    struct number number;

    if (fraction_fits(wanted, &number)) {
        require(result == NUMBER_OK && number_equal(found, number));
    } else {
        require(result == NUMBER_OVERFLOW);
    }
}

/* Whole numbers near the bounds and near zero are where arithmetic goes wrong. */
static int64_t choose_part(struct choices *choices)
{
    unsigned shape = choose(choices, 8);
    int64_t nearby = (int64_t)choose(choices, 32);
    unsigned shift = choose(choices, 63);

    switch (shape) {
    case 0:
        return nearby;
    case 1:
        return INT64_MAX - nearby;
    case 2:
        return INT64_MIN + nearby;
    case 3:
        return (INT64_C(1) << shift) - nearby;
    case 4:
        return -nearby;
    default:
        return (int64_t)(choose_u64(choices) >> shift);
    }
}

static struct number choose_number(struct choices *choices)
{
    struct fraction fraction = {choose_part(choices), choose_part(choices)};
    struct number number = {0, 1};

    if (fraction.denominator == 0 || !fraction_fits(fraction, &number)) {
        number = number_of((int64_t)fraction.numerator);
    }
    return number;
}

static void test_arithmetic(struct number a, struct number b)
{
    const wide cross_a = (wide)a.numerator * b.denominator;
    const wide cross_b = (wide)b.numerator * a.denominator;
    const wide denominators = (wide)a.denominator * b.denominator;
    struct number out = {0};
    enum number_result result = number_add(a, b, &out);

    expect(result, out, (struct fraction){cross_a + cross_b, denominators});
    result = number_subtract(a, b, &out);
    expect(result, out, (struct fraction){cross_a - cross_b, denominators});
    result = number_multiply(a, b, &out);
    expect(result, out, (struct fraction){(wide)a.numerator * b.numerator, denominators});
    result = number_divide(a, b, &out);
    if (b.numerator == 0) {
        require(result == NUMBER_DIVISION_BY_ZERO);
    } else {
        expect(result, out, (struct fraction){cross_a, cross_b});
    }
    result = number_negate(a, &out);
    expect(result, out, (struct fraction){-(wide)a.numerator, a.denominator});

    int order = number_compare(a, b);
    require((order < 0) == (cross_a < cross_b) && (order > 0) == (cross_a > cross_b));
    require(number_equal(a, b) == (order == 0));
}

static void test_remainder(struct number a, struct number b)
{
    struct number out = {0};
    enum number_result result = number_remainder(a, b, &out);

    if (a.denominator != 1 || b.denominator != 1) {
        require(result == NUMBER_NOT_WHOLE);
    } else if (b.numerator == 0) {
        require(result == NUMBER_DIVISION_BY_ZERO);
    } else {
        require(result == NUMBER_OK && out.denominator == 1 &&
                out.numerator == (int64_t)((wide)a.numerator % b.numerator));
    }
}

static void test_text(struct number number)
{
    char text[NUMBER_TEXT_BYTES];
    struct number again = {0};

    number_to_text(number, text);
    require(strlen(text) < sizeof text);
    require(number_from_fraction(bytes_of_text(text), &again) == NUMBER_OK);
    require(number_equal(number, again));
    if (!number_to_decimal(number, text)) {
        return;
    }
    require(strlen(text) < sizeof text);

    enum number_result result = number_from_text(bytes_of_text(text), &again);
    require(result == NUMBER_OK ? number_equal(number, again)
                                : strlen(text) > NUMBER_LITERAL_BYTES_MAX);
}

static bool is_reduced(struct number number)
{
    struct fraction fraction = {number.numerator, number.denominator};
    struct number reduced = {0};

    return number.denominator > 0 && fraction_fits(fraction, &reduced) &&
           number_equal(number, reduced);
}

static void test_decimal(int64_t units, unsigned places)
{
    struct fraction wanted = {units, 1};
    struct number out = {0};
    enum number_result result = number_from_decimal(units, places, &out);

    if (places > 37) { /* 10^38 is the last power of ten in 127 bits */
        require(result == NUMBER_OVERFLOW || is_reduced(out));
        return;
    }
    for (unsigned i = 0; i < places; i++) {
        wanted.denominator *= 10;
    }
    expect(result, out, wanted);
}

/* A literal made of the choices, with its value where 128 bits hold it. */
static void test_literal(struct choices *choices)
{
    struct fraction wanted = {0, 1};
    char text[NUMBER_LITERAL_BYTES_MAX] = "";
    size_t size = 0;
    unsigned whole = 1 + choose(choices, 18);
    unsigned places = choose(choices, 18);
    int exponent = (int)choose(choices, 37) - 18;
    struct number out = {0};

    for (unsigned i = 0; i < whole + places; i++) {
        unsigned digit = choose(choices, 11) % 10;

        if (i == whole) {
            text[size++] = '.';
        }
        text[size++] = (char)('0' + digit);
        wanted.numerator = wanted.numerator * 10 + (wide)digit;
    }
    size += (size_t)snprintf(text + size, sizeof text - size, "e%+d", exponent);
    exponent -= (int)places;
    for (; exponent < 0; exponent++) {
        wanted.denominator *= 10;
    }
    if (exponent > 0 && wanted.numerator > INT64_MAX) {
        exponent = 1; /* too large already, and more would not fit 128 bits */
    }
    for (; exponent > 0; exponent--) {
        wanted.numerator *= 10;
    }
    enum number_result result = number_from_text((struct bytes){(uint8_t *)text, size}, &out);
    expect(result, out, wanted);
}

static void test_any_text(struct bytes text)
{
    struct number out = {0};

    if (number_from_text(text, &out) == NUMBER_OK) {
        require(is_reduced(out));
    }
    if (number_from_fraction(text, &out) == NUMBER_OK) {
        require(is_reduced(out));
    }
}

void fuzz_number(struct bytes input)
{
    struct choices choices = {input};
    unsigned shape = choose(&choices, 3);

    if (shape == 0) {
        test_any_text(choices.rest);
        return;
    }
    if (shape == 1) {
        test_literal(&choices);
        return;
    }
    struct number a = choose_number(&choices);
    struct number b = choose_number(&choices);

    require(is_reduced(a) && is_reduced(b));
    test_arithmetic(a, b);
    test_remainder(a, b);
    test_text(a);
    test_decimal(a.numerator, choose(&choices, 80));
}
