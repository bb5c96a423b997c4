/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/check.h"
#include "lib/number.h"
#include "proto/limits.h"

enum decimal_result decimal_from_text(struct bytes text, int64_t *units, uint32_t *places)
{
    char decimal[NUMBER_TEXT_BYTES];
    struct number number;
    int64_t value = 0;
    uint32_t after = 0;
    bool is_after = false;

    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0' || strchr("0123456789+-.eE", text.data[i]) == NULL) {
            return DECIMAL_SYNTAX;
        }
    }

    enum number_result result = number_from_text(text, &number);
    if (result == NUMBER_SYNTAX && text.size <= NUMBER_LITERAL_BYTES_MAX) {
        return DECIMAL_SYNTAX;
    }
    if (result != NUMBER_OK || !number_to_decimal(number, decimal)) {
        return DECIMAL_DIGITS;
    }
    for (const char *at = decimal[0] == '-' ? decimal + 1 : decimal; *at != '\0'; at++) {
        if (*at == '.') {
            is_after = true;
            continue;
        }
        value = value * 10 + (*at - '0');
        after += is_after ? 1 : 0;
        if (value > PACKET_NUMBER_UNITS_MAX || after > PACKET_NUMBER_PLACES_MAX) {
            return DECIMAL_DIGITS;
        }
    }
    *units = decimal[0] == '-' ? -value : value;
    *places = after;
    return DECIMAL_OK;
}

void decimal_to_text(int64_t units, uint32_t places, char out[DECIMAL_BYTES])
{
    int64_t scale = 1;
    int64_t magnitude = units < 0 ? -units : units;

    require(places <= PACKET_NUMBER_PLACES_MAX && magnitude <= PACKET_NUMBER_UNITS_MAX);
    for (uint32_t i = 0; i < places; i++) {
        scale *= 10;
    }
    if (places == 0) {
        (void)snprintf(out, DECIMAL_BYTES, "%" PRId64, units);
    } else {
        (void)snprintf(out, DECIMAL_BYTES, "%s%" PRId64 ".%0*" PRId64, units < 0 ? "-" : "",
                       magnitude / scale, (int)places, magnitude % scale);
    }
}
