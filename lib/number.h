/* SPDX-License-Identifier: Apache-2.0 */
/* number.h - exact fractions: the one kind of number that rules, settings and packets know.
 *
 * Nothing is ever rounded. A result that does not fit is an answer (NUMBER_OVERFLOW), never a wrong
 * number; what comes between is computed in 128 bits and cannot overflow. Pure; allocates nothing.
 */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

enum {
    NUMBER_LITERAL_BYTES_MAX = 64, /* a longer literal is refused at sight */
    NUMBER_TEXT_BYTES = 96,        /* holds every text made here, with its terminator */
};

/* Invariant: denominator > 0, and the two have no common divisor above 1; zero is 0/1. So equal
 * numbers have equal members. */
struct number {
    int64_t numerator;
    int64_t denominator;
};

enum number_result {
    NUMBER_OK,
    NUMBER_OVERFLOW,         /* the reduced result does not fit */
    NUMBER_DIVISION_BY_ZERO, /* the right operand of / or % is zero */
    NUMBER_NOT_WHOLE,        /* an operand of % is not whole */
    NUMBER_SYNTAX,           /* the text is no number */
};

/* Returns the whole number @value. */
static inline struct number number_of(int64_t value)
{
    return (struct number){value, 1};
}

static inline bool number_is_whole(struct number number)
{
    return number.denominator == 1;
}

static inline bool number_equal(struct number a, struct number b)
{
    return a.numerator == b.numerator && a.denominator == b.denominator;
}

/* Each sets @out to the exact result and returns NUMBER_OK, or leaves @out alone and says why not:
 * NUMBER_OVERFLOW by all, NUMBER_DIVISION_BY_ZERO by divide and remainder, NUMBER_NOT_WHOLE by
 * remainder, whose result has the sign of @a. */
enum number_result number_add(struct number a, struct number b, struct number *out);
enum number_result number_subtract(struct number a, struct number b, struct number *out);
enum number_result number_multiply(struct number a, struct number b, struct number *out);
enum number_result number_divide(struct number a, struct number b, struct number *out);
enum number_result number_remainder(struct number a, struct number b, struct number *out);
enum number_result number_negate(struct number a, struct number *out);

/* Returns less than, equal to or greater than zero as @a is below, equal to or above @b. */
int number_compare(struct number a, struct number b);

/* Reads all of @text as a literal: an optional '-', then hexadecimal digits after 0x, or decimal
 * digits with an optional point and exponent ("5", "5.25", ".5", "2.5e-3").
 * Returns NUMBER_SYNTAX if it is none or longer than NUMBER_LITERAL_BYTES_MAX (the '-' not counted)
 * or its exponent has more than three digits; NUMBER_OVERFLOW if its reduced value does not fit. */
enum number_result number_from_text(struct bytes text, struct number *out);

/* Reads all of @text as "-?digits" or "-?digits/digits", which need not be reduced, or as a decimal
 * literal: the ways a setting may be written. Returns what number_from_text() may, and
 * NUMBER_DIVISION_BY_ZERO. */
enum number_result number_from_fraction(struct bytes text, struct number *out);

/* Sets @out to @units / 10^@places: 525 and 2 are 5.25. Returns NUMBER_OVERFLOW if it cannot. */
enum number_result number_from_decimal(int64_t units, unsigned places, struct number *out);

/* Writes @number as "-7", or "21/4" if it is not whole, at @out, which holds NUMBER_TEXT_BYTES. */
void number_to_text(struct number number, char *out);

/* Writes @number as a decimal ("5.25") at @out, which holds NUMBER_TEXT_BYTES, and returns true;
 * returns false, with @out undefined, if its decimals do not end. */
bool number_to_decimal(struct number number, char *out);

#endif
