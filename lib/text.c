/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/check.h"

/* ---- UTF-8 ---- */

/* Returns the size of the well-formed sequence at @data, of which @size bytes are there, or 0. */
static size_t sequence_size(const uint8_t *data, size_t size)
{
    uint8_t lead = data[0];

    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }

    size_t needed = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size < needed) {
        return 0;
    }
    for (size_t i = 1; i < needed; i++) {
        if ((data[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    /* The second byte alone tells the long forms, the surrogates and what is above U+10FFFF. */
    if ((lead == 0xE0 && data[1] < 0xA0) || (lead == 0xED && data[1] > 0x9F) ||
        (lead == 0xF0 && data[1] < 0x90) || (lead == 0xF4 && data[1] > 0x8F)) {
        return 0;
    }
    return needed;
}

bool text_is_utf8(struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size;) {
        size_t size = sequence_size(bytes.data + i, bytes.size - i);

        if (size == 0) {
            return false;
        }
        i += size;
    }
    return true;
}

size_t text_code_points(struct bytes bytes)
{
    size_t count = 0;

    for (size_t i = 0; i < bytes.size; i++) {
        count += (bytes.data[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

size_t text_put_code_point(uint32_t code_point, uint8_t *out)
{
    if (code_point > TEXT_CODE_POINT_MAX || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
        return 0;
    }
    if (code_point < 0x80) {
        out[0] = (uint8_t)code_point;
        return 1;
    }

    size_t size = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    out[0] = (uint8_t)((0xF00 >> size) | code_point);
    return size;
}

int text_compare(struct bytes a, struct bytes b)
{
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* ---- the nearest word ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Returns how many letters must be added, dropped, changed or swapped with their neighbour to make
 * @b of @a. Three rows of the usual table are enough. */
static size_t count_edits(struct bytes a, struct bytes b)
{
    size_t rows[3][TEXT_WORD_BYTES_MAX + 1];

    for (size_t j = 0; j <= b.size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            bool is_same = a.data[i - 1] == b.data[j - 1];

            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (is_same ? 0 : 1));
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1]) {
                row[j] = least(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a.size % 3][b.size];
}

const char *text_nearest(const char *word, const char *const *words, size_t count)
{
    struct bytes wanted = bytes_of_text(word);
    const char *nearest = NULL;
    size_t fewest = wanted.size / 3 + (wanted.size < 3 ? 1 : 0) + 1;

    if (wanted.size > TEXT_WORD_BYTES_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes candidate = bytes_of_text(words[i]);

        if (candidate.size > TEXT_WORD_BYTES_MAX || candidate.size + fewest <= wanted.size ||
            wanted.size + fewest <= candidate.size) {
            continue;
        }

        size_t edits = count_edits(wanted, candidate);
        if (edits < fewest) {
            fewest = edits;
            nearest = words[i];
        }
    }
    return nearest;
}

/* ---- the builder ---- */

enum { FIRST_CAPACITY = 64 };

void text_builder_init(struct text_builder *builder, struct arena *arena, size_t size_max)
{
    *builder = (struct text_builder){.arena = arena, .size_max = size_max};
}

/* Makes room for @size more bytes and a terminator, or marks the builder as failed. */
static bool make_room(struct text_builder *builder, size_t size)
{
    if (builder->is_failed || size > builder->size_max - builder->size) {
        builder->is_failed = true;
        return false;
    }
    if (builder->data != NULL && size < builder->capacity - builder->size) {
        return true;
    }

    size_t capacity = builder->data == NULL ? FIRST_CAPACITY : 2 * builder->capacity;
    if (capacity <= builder->size + size) {
        capacity = builder->size + size + 1;
    }

    char *data = arena_alloc(builder->arena, capacity);
    if (data == NULL) {
        builder->is_failed = true;
        return false;
    }
    if (builder->data != NULL) {
        memcpy(data, builder->data, builder->size);
    }
    builder->data = data;
    builder->capacity = capacity;
    return true;
}

void text_builder_add_bytes(struct text_builder *builder, struct bytes bytes)
{
    if (!make_room(builder, bytes.size)) {
        return;
    }
    if (bytes.size > 0) {
        memcpy(builder->data + builder->size, bytes.data, bytes.size);
    }
    builder->size += bytes.size;
    builder->data[builder->size] = '\0';
}

void text_builder_add(struct text_builder *builder, const char *text)
{
    text_builder_add_bytes(builder, bytes_of_text(text));
}

void text_builder_add_number(struct text_builder *builder, struct number number)
{
    char text[NUMBER_TEXT_BYTES];

    number_to_text(number, text);
    text_builder_add(builder, text);
}

void text_builder_add_format(struct text_builder *builder, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    require(length >= 0);

    if (!make_room(builder, (size_t)length)) {
        return;
    }
    va_start(arguments, format);
    /* Measured above, so it fits. */
    (void)vsnprintf(builder->data + builder->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    builder->size += (size_t)length;
}

const char *text_builder_finish(struct text_builder *builder)
{
    text_builder_add(builder, ""); /* an empty text needs its terminator too */
    return builder->is_failed ? NULL : builder->data;
}

/* ---- dates ---- */

static bool is_leap_year(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_in_month(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Reads @count digits at @data, or returns -1. */
static int32_t read_digits(const uint8_t *data, size_t count)
{
    int32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        if (data[i] < '0' || data[i] > '9') {
            return -1;
        }
        value = value * 10 + (data[i] - '0');
    }
    return value;
}

bool date_from_text(struct bytes text, int32_t *yyyymmdd)
{
    if (text.size != TEXT_DATE_BYTES - 1 || text.data[4] != '-' || text.data[7] != '-') {
        return false;
    }

    int32_t year = read_digits(text.data, 4);
    int32_t month = read_digits(text.data + 5, 2);
    int32_t day = read_digits(text.data + 8, 2);

    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
        return false;
    }
    *yyyymmdd = year * 10000 + month * 100 + day;
    return true;
}

static void write_digits(char *out, size_t count, int32_t value)
{
    for (size_t i = count; i > 0; i--) {
        out[i - 1] = (char)('0' + (char)(value % 10));
        value /= 10;
    }
}

void date_to_text(int32_t yyyymmdd, char out[TEXT_DATE_BYTES])
{
    require(yyyymmdd >= 10101 && yyyymmdd <= 99991231);

    write_digits(out, 4, yyyymmdd / 10000);
    out[4] = '-';
    write_digits(out + 5, 2, yyyymmdd / 100 % 100);
    out[7] = '-';
    write_digits(out + 8, 2, yyyymmdd % 100);
    out[10] = '\0';
}
