/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/number.h"

#include <stddef.h>

#include "lib/check.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/* The magnitude of the lowest numerator. */
static const uint64_t lowest = (uint64_t)1 << 63;

enum { EXPONENT_DIGITS_MAX = 3 };

static uint64_t magnitude_of(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static uint64_t find_common(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Euclid in 128 bits for as long as it must be: the operands fall below 64 bits within a few steps,
 * where a step costs a twentieth. */
static unsigned_wide find_common_wide(unsigned_wide a, unsigned_wide b)
{
    while (b > UINT64_MAX) {
        unsigned_wide rest = a % b;

        a = b;
        b = rest;
    }
    return b == 0 ? a : find_common((uint64_t)b, (uint64_t)(a % b));
}

/* Makes a number of parts that have no common divisor. */
static enum number_result make_number(bool is_negative, unsigned_wide numerator,
                                      unsigned_wide denominator, struct number *out)
{
    if (numerator > (is_negative ? lowest : lowest - 1) || denominator > (unsigned_wide)INT64_MAX) {
        return NUMBER_OVERFLOW;
    }
    out->numerator =
        is_negative ? (int64_t)(0 - (uint64_t)numerator) : (int64_t)(uint64_t)numerator;
    out->denominator = (int64_t)(uint64_t)denominator;
    return NUMBER_OK;
}

static enum number_result reduce(wide numerator, unsigned_wide denominator, struct number *out)
{
    bool is_negative = numerator < 0;
    unsigned_wide magnitude = is_negative ? 0 - (unsigned_wide)numerator : (unsigned_wide)numerator;
    unsigned_wide common = find_common_wide(denominator, magnitude);

    return make_number(is_negative, magnitude / common, denominator / common, out);
}

enum number_result number_add(struct number a, struct number b, struct number *out)
{
    if (a.denominator == 1 && b.denominator == 1) {
        int64_t sum = 0;

        if (__builtin_add_overflow(a.numerator, b.numerator, &sum)) {
            return NUMBER_OVERFLOW;
        }
        *out = number_of(sum);
        return NUMBER_OK;
    }
    return reduce((wide)a.numerator * b.denominator + (wide)b.numerator * a.denominator,
                  (unsigned_wide)((wide)a.denominator * b.denominator), out);
}

enum number_result number_subtract(struct number a, struct number b, struct number *out)
{
    if (a.denominator == 1 && b.denominator == 1) {
        int64_t difference = 0;

        if (__builtin_sub_overflow(a.numerator, b.numerator, &difference)) {
            return NUMBER_OVERFLOW;
        }
        *out = number_of(difference);
        return NUMBER_OK;
    }
    return reduce((wide)a.numerator * b.denominator - (wide)b.numerator * a.denominator,
                  (unsigned_wide)((wide)a.denominator * b.denominator), out);
}

/* Multiplies the signless fractions @a over @b and @c over @d; b and d are not zero. Dividing
 * crosswise first leaves a product that is already reduced. */
static enum number_result multiply_parts(bool is_negative, const uint64_t a_over_b[2],
                                         const uint64_t c_over_d[2], struct number *out)
{
    uint64_t first = find_common(c_over_d[1], a_over_b[0]);
    uint64_t second = find_common(a_over_b[1], c_over_d[0]);
    unsigned_wide numerator =
        (unsigned_wide)(a_over_b[0] / first) * (unsigned_wide)(c_over_d[0] / second);
    unsigned_wide denominator =
        (unsigned_wide)(a_over_b[1] / second) * (unsigned_wide)(c_over_d[1] / first);

    return make_number(is_negative, numerator, denominator, out);
}

enum number_result number_multiply(struct number a, struct number b, struct number *out)
{
    const uint64_t left[2] = {magnitude_of(a.numerator), (uint64_t)a.denominator};
    const uint64_t right[2] = {magnitude_of(b.numerator), (uint64_t)b.denominator};

    return multiply_parts((a.numerator < 0) != (b.numerator < 0), left, right, out);
}

enum number_result number_divide(struct number a, struct number b, struct number *out)
{
    if (b.numerator == 0) {
        return NUMBER_DIVISION_BY_ZERO;
    }

    const uint64_t left[2] = {magnitude_of(a.numerator), (uint64_t)a.denominator};
    const uint64_t right[2] = {(uint64_t)b.denominator, magnitude_of(b.numerator)};

    return multiply_parts((a.numerator < 0) != (b.numerator < 0), left, right, out);
}

enum number_result number_remainder(struct number a, struct number b, struct number *out)
{
    if (a.denominator != 1 || b.denominator != 1) {
        return NUMBER_NOT_WHOLE;
    }
    if (b.numerator == 0) {
        return NUMBER_DIVISION_BY_ZERO;
    }
    /* The lowest numerator % -1 overflows in C; any number % -1 is 0. */
    *out = number_of(b.numerator == -1 ? 0 : a.numerator % b.numerator);
    return NUMBER_OK;
}

enum number_result number_negate(struct number a, struct number *out)
{
    if (a.numerator == INT64_MIN) {
        return NUMBER_OVERFLOW;
    }
    *out = (struct number){-a.numerator, a.denominator};
    return NUMBER_OK;
}

int number_compare(struct number a, struct number b)
{
    if (a.denominator == b.denominator) {
        return (a.numerator > b.numerator) - (a.numerator < b.numerator);
    }

    wide left = (wide)a.numerator * b.denominator;
    wide right = (wide)b.numerator * a.denominator;

    return (left > right) - (left < right);
}

/* ---- reading ---- */

/* A decimal magnitude: the digits, most significant first, over 10^places. The digits are kept as
 * digits because 2^-62 needs 44 of them, more than 128 bits hold, and fits as a fraction. */
struct decimal {
    uint8_t digits[NUMBER_LITERAL_BYTES_MAX];
    size_t count;
    int places; /* below zero: that many zeros follow the digits */
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(uint8_t c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Divides the digits by @divisor and returns the remainder. */
static unsigned divide_digits(struct decimal *decimal, unsigned divisor)
{
    unsigned rest = 0;

    for (size_t i = 0; i < decimal->count; i++) {
        unsigned part = rest * 10 + decimal->digits[i];

        decimal->digits[i] = (uint8_t)(part / divisor);
        rest = part % divisor;
    }
    return rest;
}

/* Takes @divisor, 2 or 5, out of the digits as often as it goes, at most @times; returns how often
 * it did not. */
static int divide_out(struct decimal *decimal, unsigned divisor, int times)
{
    while (times > 0 && decimal->count > 0 && decimal->digits[decimal->count - 1] % divisor == 0) {
        unsigned rest = divide_digits(decimal, divisor);

        require(rest == 0);
        times--;
    }
    return times;
}

/* Multiplies @value by @factor @times, saturating above @lowest. */
static uint64_t raise(uint64_t value, uint64_t factor, int times)
{
    for (int i = 0; i < times && value != 0; i++) {
        if (value > lowest / factor) {
            return UINT64_MAX;
        }
        value *= factor;
    }
    return value;
}

static void drop_trailing_zeros(struct decimal *decimal)
{
    while (decimal->count > 0 && decimal->digits[decimal->count - 1] == 0) {
        decimal->count--;
        decimal->places--;
    }
}

static enum number_result decimal_to_number(struct decimal *decimal, bool is_negative,
                                            struct number *out)
{
    drop_trailing_zeros(decimal);
    if (decimal->count == 0) {
        *out = number_of(0);
        return NUMBER_OK;
    }

    int twos = divide_out(decimal, 2, decimal->places > 0 ? decimal->places : 0);
    int fives = divide_out(decimal, 5, decimal->places > 0 ? decimal->places : 0);
    uint64_t denominator = raise(raise(1, 2, twos), 5, fives);
    uint64_t numerator = 0;

    for (size_t i = 0; i < decimal->count; i++) {
        if (numerator > (lowest - decimal->digits[i]) / 10) {
            return NUMBER_OVERFLOW;
        }
        numerator = numerator * 10 + decimal->digits[i];
    }
    numerator = raise(numerator, 10, decimal->places < 0 ? -decimal->places : 0);
    return make_number(is_negative, numerator, denominator, out);
}

static enum number_result read_hex(struct bytes text, bool is_negative, struct number *out)
{
    uint64_t value = 0;

    if (text.size == 0) {
        return NUMBER_SYNTAX;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (hex_digit(text.data[i]) < 0) {
            return NUMBER_SYNTAX;
        }
    }
    for (size_t i = 0; i < text.size; i++) {
        if (value > lowest / 16) {
            return NUMBER_OVERFLOW;
        }
        value = value * 16 + (uint64_t)hex_digit(text.data[i]);
    }
    return make_number(is_negative, value, 1, out);
}

/* Moves the digits at @position into @decimal and returns how many there were. */
static size_t take_digits(struct bytes text, size_t *position, struct decimal *decimal)
{
    size_t start = *position;

    while (*position < text.size && is_digit(text.data[*position])) {
        decimal->digits[decimal->count] = (uint8_t)(text.data[*position] - '0');
        decimal->count++;
        (*position)++;
    }
    return *position - start;
}

/* Reads the exponent at @position, to the end of @text. */
static bool read_exponent(struct bytes text, size_t position, int *exponent)
{
    bool is_negative = false;
    int value = 0;

    position++;
    if (position < text.size && (text.data[position] == '+' || text.data[position] == '-')) {
        is_negative = text.data[position] == '-';
        position++;
    }

    size_t count = text.size - position;
    if (count == 0 || count > EXPONENT_DIGITS_MAX) {
        return false;
    }
    for (; position < text.size; position++) {
        if (!is_digit(text.data[position])) {
            return false;
        }
        value = value * 10 + (text.data[position] - '0');
    }
    *exponent = is_negative ? -value : value;
    return true;
}

static enum number_result read_decimal(struct bytes text, bool is_negative, struct number *out)
{
    struct decimal decimal = {.count = 0};
    size_t position = 0;
    size_t whole_count = take_digits(text, &position, &decimal);
    int exponent = 0;

    if (position < text.size && text.data[position] == '.') {
        position++;

        size_t count = take_digits(text, &position, &decimal);
        if (count == 0) {
            return NUMBER_SYNTAX;
        }
        decimal.places = (int)count;
    } else if (whole_count == 0) {
        return NUMBER_SYNTAX;
    }
    if (position < text.size) {
        if (text.data[position] != 'e' && text.data[position] != 'E') {
            return NUMBER_SYNTAX;
        }
        if (!read_exponent(text, position, &exponent)) {
            return NUMBER_SYNTAX;
        }
    }
    decimal.places -= exponent;
    return decimal_to_number(&decimal, is_negative, out);
}

enum number_result number_from_text(struct bytes text, struct number *out)
{
    bool is_negative = text.size > 0 && text.data[0] == '-';

    if (is_negative) {
        text = (struct bytes){text.data + 1, text.size - 1};
    }
    if (text.size > NUMBER_LITERAL_BYTES_MAX) {
        return NUMBER_SYNTAX;
    }
    if (text.size >= 2 && text.data[0] == '0' && text.data[1] == 'x') {
        return read_hex((struct bytes){text.data + 2, text.size - 2}, is_negative, out);
    }
    return read_decimal(text, is_negative, out);
}

/* Reads decimal digits and nothing else, with a value of at most @lowest. */
static enum number_result read_magnitude(struct bytes text, uint64_t *out)
{
    uint64_t value = 0;

    if (text.size == 0) {
        return NUMBER_SYNTAX;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i])) {
            return NUMBER_SYNTAX;
        }
        if (value > (lowest - (uint64_t)(text.data[i] - '0')) / 10) {
            return NUMBER_OVERFLOW;
        }
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return NUMBER_OK;
}

enum number_result number_from_fraction(struct bytes text, struct number *out)
{
    const uint8_t *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);

    if (slash == NULL) {
        return number_from_text(text, out);
    }

    bool is_negative = text.data[0] == '-';
    const uint8_t *start = text.data + (is_negative ? 1 : 0);
    uint64_t numerator = 0;
    uint64_t denominator = 0;
    enum number_result result =
        read_magnitude((struct bytes){start, (size_t)(slash - start)}, &numerator);

    if (result != NUMBER_OK) {
        return result;
    }
    result = read_magnitude((struct bytes){slash + 1, (size_t)(text.data + text.size - slash - 1)},
                            &denominator);
    if (result != NUMBER_OK) {
        return result;
    }
    if (denominator == 0) {
        return NUMBER_DIVISION_BY_ZERO;
    }

    uint64_t common = find_common(denominator, numerator);
    return make_number(is_negative && numerator != 0, numerator / common, denominator / common,
                       out);
}

enum number_result number_from_decimal(int64_t units, unsigned places, struct number *out)
{
    uint64_t numerator = magnitude_of(units);
    uint64_t denominator = 1;

    if (numerator == 0) {
        *out = number_of(0);
        return NUMBER_OK;
    }
    for (unsigned i = 0; i < places; i++) {
        uint64_t factor = 10;

        if (numerator % 2 == 0) {
            numerator /= 2;
            factor /= 2;
        }
        if (numerator % 5 == 0) {
            numerator /= 5;
            factor /= 5;
        }
        if (denominator > lowest / factor) {
            return NUMBER_OVERFLOW;
        }
        denominator *= factor;
    }
    return make_number(units < 0, numerator, denominator, out);
}

/* ---- writing ---- */

/* Writes @value and a terminator at @out and returns how many digits it wrote. */
static size_t write_magnitude(uint64_t value, char *out)
{
    char reversed[24];
    size_t count = 0;

    do {
        reversed[count] = (char)('0' + (char)(value % 10));
        value /= 10;
        count++;
    } while (value != 0);
    for (size_t i = 0; i < count; i++) {
        out[i] = reversed[count - 1 - i];
    }
    out[count] = '\0';
    return count;
}

void number_to_text(struct number number, char *out)
{
    size_t size = 0;

    if (number.numerator < 0) {
        out[0] = '-';
        size = 1;
    }
    size += write_magnitude(magnitude_of(number.numerator), out + size);
    if (number.denominator != 1) {
        out[size] = '/';
        (void)write_magnitude((uint64_t)number.denominator, out + size + 1); /* the last part */
    }
}

bool number_to_decimal(struct number number, char *out)
{
    uint64_t denominator = (uint64_t)number.denominator;
    uint64_t rest = magnitude_of(number.numerator) % denominator;
    size_t size = 0;

    for (uint64_t other = denominator; other != 1;) {
        if (other % 2 != 0 && other % 5 != 0) {
            return false;
        }
        other /= other % 2 == 0 ? 2 : 5;
    }
    if (number.numerator < 0) {
        out[0] = '-';
        size = 1;
    }
    size += write_magnitude(magnitude_of(number.numerator) / denominator, out + size);
    if (rest == 0) {
        return true;
    }
    out[size] = '.';
    size++;
    while (rest != 0) { /* at most 62 times: the denominator has at most 62 factors */
        unsigned_wide scaled = (unsigned_wide)rest * 10;

        out[size] = (char)('0' + (char)(scaled / denominator));
        rest = (uint64_t)(scaled % denominator);
        size++;
    }
    out[size] = '\0';
    return true;
}
