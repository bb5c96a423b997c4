/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/corpus.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"

enum { TEXT_SHARE = 8 }; /* of a text at most one byte in so many is no letter */

/* A line being read, and the bytes made of it. */
struct reading {
    struct bytes rest;
    uint8_t *data;
    size_t size;
};

static _Noreturn void fail(const char *name, const char *why)
{
    (void)fprintf(stderr, "corpus: %s: %s\n", name, why);
    exit(EXIT_FAILURE);
}

static bool is_at(const struct reading *reading, char c)
{
    return reading->rest.size > 0 && reading->rest.data[0] == (uint8_t)c;
}

static uint8_t take(struct reading *reading)
{
    require(reading->rest.size > 0);

    uint8_t c = reading->rest.data[0];
    reading->rest = (struct bytes){reading->rest.data + 1, reading->rest.size - 1};
    return c;
}

static void put(struct reading *reading, uint8_t byte, const char *name)
{
    if (reading->size == CORPUS_INPUT_BYTES_MAX) {
        fail(name, "the input is too large");
    }
    reading->data[reading->size] = byte;
    reading->size++;
}

/* Returns the value of the hex digit at hand and takes it, or -1. */
static int take_digit(struct reading *reading)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = reading->rest.size == 0 || reading->rest.data[0] == 0
                            ? NULL
                            : strchr(digits, reading->rest.data[0]);

    if (found == NULL) {
        return -1;
    }
    (void)take(reading); /* it was looked at */
    return (int)(found - digits);
}

static bool take_hex(struct reading *reading, const char *name)
{
    int high = take_digit(reading);
    int low = high < 0 ? -1 : take_digit(reading);

    if (low < 0) {
        return false;
    }
    put(reading, (uint8_t)(high * 16 + low), name);
    return true;
}

static void take_escape(struct reading *reading, const char *name)
{
    uint8_t letter = reading->rest.size == 0 ? 0 : take(reading);

    if (letter == 'x') {
        if (!take_hex(reading, name)) {
            fail(name, "two hex digits are wanted after \\x");
        }
    } else if (letter == 'n' || letter == 't') {
        put(reading, letter == 'n' ? '\n' : '\t', name);
    } else if (letter == '"' || letter == '\\') {
        put(reading, letter, name);
    } else {
        fail(name, "an escape that there is not");
    }
}

static void take_text(struct reading *reading, const char *name)
{
    (void)take(reading); /* the quote */
    while (!is_at(reading, '"')) {
        if (reading->rest.size == 0) {
            fail(name, "a text without its closing quote");
        }

        uint8_t c = take(reading);
        if (c == '\\') {
            take_escape(reading, name);
        } else {
            put(reading, c, name);
        }
    }
    (void)take(reading); /* the quote */
}

/* Takes "COUNT*", if it stands here; 1 otherwise. */
static size_t take_times(struct reading *reading)
{
    size_t times = 0;
    size_t count = 0;

    while (count < reading->rest.size && reading->rest.data[count] >= '0' &&
           reading->rest.data[count] <= '9' && times <= CORPUS_INPUT_BYTES_MAX) {
        times = times * 10 + (size_t)(reading->rest.data[count] - '0');
        count++;
    }
    if (count == 0 || count == reading->rest.size || reading->rest.data[count] != '*') {
        return 1;
    }
    reading->rest = (struct bytes){reading->rest.data + count + 1, reading->rest.size - count - 1};
    return times;
}

static void take_part(struct reading *reading, const char *name)
{
    size_t times = take_times(reading);
    size_t start = reading->size;

    if (is_at(reading, '"')) {
        take_text(reading, name);
    } else {
        while (take_hex(reading, name)) {
        }
    }

    size_t size = reading->size - start;
    if (reading->rest.size > 0 && !is_at(reading, ' ')) {
        fail(name, "a part that is neither hex nor text");
    }
    for (size_t i = 0; i < size * (times - 1); i++) {
        put(reading, reading->data[start + i % size], name);
    }
}

static struct bytes take_line(struct bytes *rest)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    struct bytes line = {rest->data, size};

    size += end == NULL ? 0 : 1;
    *rest = (struct bytes){rest->data + size, rest->size - size};
    return line;
}

void corpus_open(struct corpus *corpus, struct bytes text)
{
    *corpus = (struct corpus){.rest = text, .room = malloc(CORPUS_INPUT_BYTES_MAX)};
    require(corpus->room != NULL);
}

void corpus_close(struct corpus *corpus)
{
    free(corpus->room);
    corpus->room = NULL;
}

bool corpus_next(struct corpus *corpus, struct corpus_input *out)
{
    struct reading reading = {.data = corpus->room};
    size_t size = 0;

    while (reading.rest.size == 0 || is_at(&reading, '#')) {
        if (corpus->rest.size == 0) {
            return false;
        }
        reading.rest = take_line(&corpus->rest);
    }
    while (reading.rest.size > 0 && !is_at(&reading, ' ') && size + 1 < sizeof out->name) {
        out->name[size++] = (char)take(&reading);
    }
    out->name[size] = '\0';
    while (reading.rest.size > 0) {
        if (take(&reading) != ' ') {
            fail(out->name, "a space is wanted here");
        }
        take_part(&reading, out->name);
    }
    out->bytes = (struct bytes){reading.data, reading.size};
    return true;
}

static bool is_plain(uint8_t c)
{
    return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\t';
}

/* True if @bytes are better read as a text. */
static bool is_text(struct bytes bytes)
{
    size_t other = 0;

    for (size_t i = 0; i < bytes.size; i++) {
        other += is_plain(bytes.data[i]) ? 0 : 1;
    }
    return other <= bytes.size / TEXT_SHARE;
}

static void print_text(struct bytes bytes)
{
    (void)printf(" \"");
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t c = bytes.data[i];

        if (c == '\n' || c == '\t') {
            (void)printf("\\%c", c == '\n' ? 'n' : 't');
        } else if (c == '"' || c == '\\') {
            (void)printf("\\%c", c);
        } else if (is_plain(c)) {
            (void)putchar(c);
        } else {
            (void)printf("\\x%02x", c);
        }
    }
    (void)putchar('"');
}

void corpus_print(const struct corpus_input *input)
{
    (void)printf("%s", input->name);
    if (input->bytes.size > 0 && is_text(input->bytes)) {
        print_text(input->bytes);
    } else if (input->bytes.size > 0) {
        (void)putchar(' ');
        for (size_t i = 0; i < input->bytes.size; i++) {
            (void)printf("%02x", input->bytes.data[i]);
        }
    }
    (void)putchar('\n');
}
