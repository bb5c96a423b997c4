/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, decimals, keys, addresses, hex: the small readers. */
#include <stdlib.h>

#include "lib/check.h"
#include "lib/text.h"
#include "net/endpoint.h"
#include "net/keys.h"
#include "proto/text/decimal.h"
#include "proto/wire.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/target.h"

/* Returns how many bytes the first code point of @text has by the table of RFC 3629, 0: none. */
static size_t first_code_point(struct bytes text, uint32_t *out)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = text.data[0];
    size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    uint32_t value = size == 1 ? lead : lead & (0xFFu >> (size + 1));

    if (size > text.size || (lead >= 0x80 && lead < 0xC0) || lead >= 0xF8) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((text.data[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (text.data[i] & 0x3Fu);
    }
    if (value < smallest[size] || value > TEXT_CODE_POINT_MAX ||
        (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *out = value;
    return size;
}

static void test_utf8(struct bytes text)
{
    struct bytes rest = text;
    bool is_sound = true;
    size_t count = 0;

    while (is_sound && rest.size > 0) {
        uint8_t again[TEXT_CODE_POINT_BYTES];
        uint32_t code_point = 0;
        size_t size = first_code_point(rest, &code_point);

        is_sound = size > 0;
        if (is_sound) {
            require(text_put_code_point(code_point, again) == size);
            require(memcmp(again, rest.data, size) == 0);
            rest = (struct bytes){rest.data + size, rest.size - size};
            count++;
        }
    }
    require(text_is_utf8(text) == is_sound);
    if (is_sound) {
        require(text_code_points(text) == count);
    }
}

static void test_decimal(struct bytes text)
{
    char again[DECIMAL_BYTES];
    int64_t units = 0;
    int64_t same_units = 0;
    uint32_t places = 0;
    uint32_t same_places = 0;

    if (decimal_from_text(text, &units, &places) != DECIMAL_OK) {
        return;
    }
    require(places == 0 || units % 10 != 0);
    decimal_to_text(units, places, again);
    require(strlen(again) < sizeof again);
    require(decimal_from_text(bytes_of_text(again), &same_units, &same_places) == DECIMAL_OK);
    require(units == same_units && places == same_places);
}

/* What takes a text that ends in a zero. */
static void test_string(const char *text)
{
    uint8_t key[CURVE_KEY_BYTES];
    uint8_t half[CURVE_KEY_BYTES];
    char again[CURVE_TEXT_BYTES];
    char address[ENDPOINT_BYTES_MAX];

    if (curve_key_from_text(text, key)) {
        curve_key_to_text(key, again);
        require(strcmp(text, again) == 0);
    }
    if (endpoint_to_connect(text, address) == ERR_OK) {
        require(memchr(address, '\0', sizeof address) != NULL);
    }
    if (endpoint_to_bind(text, address) == ERR_OK) {
        require(memchr(address, '\0', sizeof address) != NULL);
    }
    (void)bytes_from_hex(text, half,
                         strlen(text) / 2 < sizeof half ? strlen(text) / 2 : sizeof half);
}

static void test_nearest(const char *text)
{
    static const char *const words[] = {"planning", "fire", "width", "", "clear_width_m"};
    const char *found = text_nearest(text, words, sizeof words / sizeof words[0]);

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i][0] != '\0' && strcmp(words[i], text) == 0) {
            require(found == words[i]);
        }
    }
}

static void test_wire(struct bytes message)
{
    for (uint32_t number = 0; number < 4; number++) {
        struct bytes found = wire_find(message, number);

        require(found.data == NULL || (found.data >= message.data &&
                                       found.data + found.size <= message.data + message.size));
        require((wire_count(message, number) > 0) == (found.data != NULL));
    }
}

void fuzz_text(struct bytes input)
{
    char *text = malloc(input.size + 1);

    require(text != NULL);
    if (input.size > 0) {
        memcpy(text, input.data, input.size);
    }
    text[input.size] = '\0';
    test_utf8(input);
    test_decimal(input);
    test_string(text);
    test_nearest(text);
    test_wire(input);
    free(text);
}
