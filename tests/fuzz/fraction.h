/* SPDX-License-Identifier: Apache-2.0 */
/* fraction.h - exact fractions of 128 bits: what numbers of 64 are held against. */
#ifndef TESTS_FUZZ_FRACTION_H
#define TESTS_FUZZ_FRACTION_H

#include "lib/number.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

/* An exact fraction that need not be reduced; its denominator is not zero. Sums and products of two
 * numbers of 64 bits fit. */
struct fraction {
    wide numerator;
    wide denominator;
};

/* Returns whether @fraction, reduced, has two parts of 64 bits, and sets @out to it if so. */
bool fraction_fits(struct fraction fraction, struct number *out);

#endif
