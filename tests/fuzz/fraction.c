/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fraction.h"

static unsigned_wide magnitude(wide value)
{
    return value < 0 ? 0 - (unsigned_wide)value : (unsigned_wide)value;
}

static unsigned_wide common_divisor(unsigned_wide a, unsigned_wide b)
{
    while (b != 0) {
        unsigned_wide rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

bool fraction_fits(struct fraction fraction, struct number *out)
{
    unsigned_wide numerator = magnitude(fraction.numerator);
    unsigned_wide denominator = magnitude(fraction.denominator);
    unsigned_wide common = common_divisor(numerator, denominator);
    bool is_negative = (fraction.numerator < 0) != (fraction.denominator < 0);
    unsigned_wide most = (unsigned_wide)INT64_MAX + (is_negative ? 1 : 0);

    numerator /= common;
    denominator /= common;
    if (numerator > most || denominator > INT64_MAX) {
        return false;
    }
    out->numerator = (int64_t)(is_negative ? -(wide)numerator : (wide)numerator);
    out->denominator = (int64_t)denominator;
    return true;
}
