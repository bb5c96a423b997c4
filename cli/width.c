/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/width.h"

#include <string.h>

#include "lib/check.h"

/* Code points from first to last have the same width. */
struct range {
    uint32_t first;
    uint32_t last;
};

/* Blocks in whole, not characters one by one: unassigned ones in them count with their block. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267F, 0x267F},   {0x2693, 0x2693},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26CE, 0x26CE},
    {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},
    {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},   {0x2E80, 0x303E},
    {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F335},
    {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3},
    {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440},
    {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6D0, 0x1F6DF}, {0x1F6EB, 0x1F6FC},
    {0x1F7E0, 0x1F7EB}, {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

static const struct range none[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},   {0x20D0, 0x20F0}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

/* Moving the direction of the text or hiding it: shown as '?', as a control character is. */
static bool is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) ||
           (code_point >= 0x2028 && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

static bool is_in(const struct range *ranges, size_t count, uint32_t code_point)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ranges[middle].last < code_point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && ranges[low].first <= code_point;
}

unsigned width_of_code_point(uint32_t code_point)
{
    if (code_point < 0x0300 || is_control(code_point)) {
        return 1;
    }
    if (is_in(none, sizeof none / sizeof *none, code_point)) {
        return 0;
    }
    return is_in(wide, sizeof wide / sizeof *wide, code_point) ? 2 : 1;
}

struct character width_first(const char *text)
{
    const struct character broken = {0xFFFF, 1};
    const uint8_t *bytes = (const uint8_t *)text;
    size_t size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t code_point = size == 1 ? bytes[0] : bytes[0] & (0xFFU >> (size + 1));

    if ((bytes[0] >= 0x80 && bytes[0] < 0xC2) || bytes[0] > 0xF4) {
        return broken;
    }
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return broken;
        }
        code_point = code_point << 6 | (bytes[i] & 0x3FU);
    }
    return (struct character){code_point, size};
}

bool character_is_shown(struct character character)
{
    return character.code_point != 0xFFFF && !is_control(character.code_point);
}

size_t width_of_text(const char *text)
{
    size_t width = 0;

    while (*text != '\0') {
        struct character character = width_first(text);

        width += width_of_code_point(character.code_point);
        text += character.size;
    }
    return width;
}

char *width_fit(const char *text, size_t columns, struct arena *arena)
{
    static const char ellipsis[] = "…";
    char *out = arena_alloc(arena, strlen(text) + sizeof ellipsis);
    bool is_cut = width_of_text(text) > columns;
    size_t left = is_cut ? columns - 1 : columns;
    size_t size = 0;

    require(columns > 0);
    if (out == NULL) {
        return NULL;
    }
    while (*text != '\0') {
        struct character character = width_first(text);
        unsigned width = width_of_code_point(character.code_point);

        if (width > left) {
            break;
        }
        if (character_is_shown(character)) {
            memcpy(out + size, text, character.size);
            size += character.size;
        } else {
            out[size++] = '?';
        }
        left -= width;
        text += character.size;
    }
    if (is_cut) {
        memcpy(out + size, ellipsis, sizeof ellipsis - 1);
        size += sizeof ellipsis - 1;
    }
    out[size] = '\0';
    return out;
}

/* A line does not begin with these. */
static bool closes(uint32_t code_point)
{
    static const uint32_t marks[] = {0x3001, 0x3002, 0xFF0C, 0xFF1B, 0xFF1A, 0xFF1F,
                                     0xFF01, 0xFF09, 0x300B, 0x300D, 0x300F, 0x3011,
                                     0x201D, ',',    '.',    ';',    ')',    ']'};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (marks[i] == code_point) {
            return true;
        }
    }
    return false;
}

size_t width_line(const char *text, size_t columns)
{
    size_t size = 0;
    size_t width = 0;
    size_t best = 0;
    bool after_wide = false;

    while (text[size] != '\0') {
        struct character character = width_first(text + size);
        unsigned character_width = width_of_code_point(character.code_point);
        bool is_wide = character_width == 2;

        if (size > 0 && !closes(character.code_point) &&
            (is_wide || after_wide || character.code_point == ' ')) {
            best = size;
        }
        if (width + character_width > columns) {
            return best > 0 ? best : size > 0 ? size : character.size;
        }
        width += character_width;
        size += character.size;
        after_wide = is_wide;
    }
    return size;
}
