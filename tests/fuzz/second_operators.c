/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/second_operators.h"

#include "tests/fuzz/fraction.h"

const struct second_value second_unknown = {.kind = SECOND_UNKNOWN};
const struct second_value second_error = {.kind = SECOND_ERROR};

struct second_value second_bool(bool truth)
{
    return (struct second_value){.kind = SECOND_BOOL, .truth = truth};
}

struct second_value second_number(bool is_there, struct number number)
{
    return is_there ? (struct second_value){.kind = SECOND_NUMBER, .number = number} : second_error;
}

bool second_is_open(struct second_value value)
{
    return value.kind == SECOND_UNKNOWN || value.kind == SECOND_ERROR;
}

/* What an operation on open operands comes to: a missing field is asked for before a fault is told.
 */
struct second_value second_open(struct second_value a, struct second_value b)
{
    return a.kind == SECOND_UNKNOWN || b.kind == SECOND_UNKNOWN ? second_unknown : second_error;
}

/* ---- the three truths ---- */

void second_join(struct second_junction *junction, struct second_value part)
{
    if (part.kind == SECOND_BOOL) {
        junction->is_decided = junction->is_decided || part.truth == junction->deciding;
    } else if (part.kind == SECOND_UNKNOWN) {
        junction->has_unknown = true;
    } else {
        junction->has_error = true;
    }
}

struct second_value second_joined(const struct second_junction *junction)
{
    if (junction->is_decided) {
        return second_bool(junction->deciding);
    }
    if (junction->has_unknown) {
        return second_unknown;
    }
    return junction->has_error ? second_error : second_bool(!junction->deciding);
}

/* ---- equality and order ---- */

/* Kleene's equality, of lists element by element. As deep as the values are. */
struct second_value second_equality(struct second_value a, struct second_value b)
{
    struct second_junction all = {.deciding = false};

    if (second_is_open(a) || second_is_open(b)) {
        return second_open(a, b);
    }
    if (a.kind != b.kind) {
        return second_bool(false);
    }
    switch (a.kind) {
    case SECOND_NULL:
        return second_bool(true);
    case SECOND_BOOL:
        return second_bool(a.truth == b.truth);
    case SECOND_NUMBER:
        return second_bool((wide)a.number.numerator * b.number.denominator ==
                           (wide)b.number.numerator * a.number.denominator);
    case SECOND_TEXT:
        return second_bool(bytes_equal(a.text, b.text));
    case SECOND_DATE:
        return second_bool(a.date == b.date);
    case SECOND_LIST:
        for (size_t i = 0; a.count == b.count && i < a.count; i++) {
            second_join(&all, second_equality(a.items[i], b.items[i]));
        }
        return a.count == b.count ? second_joined(&all) : second_bool(false);
    case SECOND_OBJECT:
    case SECOND_UNKNOWN:
    case SECOND_ERROR:
        break;
    }
    return second_error; /* objects are compared with null only */
}

struct second_value second_membership(struct second_value value, struct second_value list)
{
    struct second_junction any = {.deciding = true};

    if (list.kind != SECOND_LIST) {
        return second_error;
    }
    for (size_t i = 0; i < list.count; i++) {
        second_join(&any, second_equality(value, list.items[i]));
    }
    return second_joined(&any);
}

static int compare_texts(struct bytes a, struct bytes b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++) {
        if (a.data[i] != b.data[i]) {
            return a.data[i] < b.data[i] ? -1 : 1;
        }
    }
    return a.size < b.size ? -1 : a.size > b.size ? 1 : 0;
}

struct second_value second_order(const char *sign, struct second_value a, struct second_value b)
{
    int found = 0;

    if (a.kind != b.kind || a.kind == SECOND_NULL || a.kind > SECOND_DATE) {
        return second_error;
    }
    if (a.kind == SECOND_BOOL) {
        found = (a.truth ? 1 : 0) - (b.truth ? 1 : 0);
    } else if (a.kind == SECOND_NUMBER) {
        wide left = (wide)a.number.numerator * b.number.denominator;
        wide right = (wide)b.number.numerator * a.number.denominator;

        found = left < right ? -1 : left > right ? 1 : 0;
    } else if (a.kind == SECOND_TEXT) {
        found = compare_texts(a.text, b.text);
    } else {
        found = a.date < b.date ? -1 : a.date > b.date ? 1 : 0;
    }
    bool is_equal_enough = found == 0 && sign[1] == '=';
    return second_bool(is_equal_enough || (sign[0] == '<' ? found < 0 : found > 0));
}

/* ---- arithmetic ---- */

struct second_value second_compute(char sign, struct number a, struct number b)
{
    const wide cross_a = (wide)a.numerator * b.denominator;
    const wide cross_b = (wide)b.numerator * a.denominator;
    struct fraction result = {0, (wide)a.denominator * b.denominator};
    struct number number = {0};

    if (sign == '+') {
        result.numerator = cross_a + cross_b;
    } else if (sign == '-') {
        result.numerator = cross_a - cross_b;
    } else if (sign == '*') {
        result.numerator = (wide)a.numerator * b.numerator;
    } else if (b.numerator == 0) {
        return second_error;
    } else if (sign == '/') {
        result = (struct fraction){cross_a, cross_b};
    } else if (a.denominator != 1 || b.denominator != 1) {
        return second_error;
    } else {
        result = (struct fraction){(wide)a.numerator % b.numerator, 1};
    }
    bool is_there = fraction_fits(result, &number);
    return second_number(is_there, number);
}
