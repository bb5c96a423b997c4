/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.h - a packet's exact numbers as text: at most 15 digits, 6 of them after the point. */
#ifndef PROTO_TEXT_DECIMAL_H
#define PROTO_TEXT_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

enum { DECIMAL_BYTES = 24 }; /* of a text written here, with its terminator */

enum decimal_result {
    DECIMAL_OK,
    DECIMAL_SYNTAX, /* not a decimal number */
    DECIMAL_DIGITS, /* more digits than a packet's number has */
};

/* Reads all of @text, as in "-12.50" or "1.25e3", as @units / 10^@places, with @places as small as
 * possible. Unless DECIMAL_OK is returned the two are untouched. */
enum decimal_result decimal_from_text(struct bytes text, int64_t *units, uint32_t *places);

/* Writes @units / 10^@places, which decimal_from_text() gives, at @out. */
void decimal_to_text(int64_t units, uint32_t places, char out[DECIMAL_BYTES]);

#endif
