/* SPDX-License-Identifier: Apache-2.0 */
#include "core/names.h"

#include <string.h>

#include "lib/civil.h"

uint32_t year_at(int64_t at_ms, int offset_minutes)
{
    return (uint32_t)civil_date(civil_day_at(at_ms, offset_minutes)) / 10000;
}

char *proposal_number(struct arena *arena, const char *prefix, uint32_t year, uint32_t number)
{
    return arena_format(arena, "%s-%u-%04u", prefix, year, number);
}

char *review_id(struct arena *arena, const char *number, uint32_t round, const char *department)
{
    return arena_format(arena, "%s/%u/%s", number, round, department);
}

bool review_name_from_text(const char *id, struct review_name *out)
{
    const char *first = strchr(id, '/');
    const char *second = first == NULL ? NULL : strchr(first + 1, '/');
    uint32_t round = 0;

    if (second == NULL || first == id || !name_is_plain(second + 1) || second - first > 7) {
        return false;
    }
    for (const char *digit = first + 1; digit < second; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        round = round * 10 + (uint32_t)(*digit - '0');
    }
    if (round == 0) {
        return false;
    }
    *out = (struct review_name){
        .proposal = id,
        .proposal_size = (size_t)(first - id),
        .round = round,
        .department = second + 1,
    };
    return true;
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_plain(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool span_is_plain(const char *text, size_t size)
{
    if (size == 0 || size > NAME_BYTES_MAX || !is_letter(text[0])) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_plain(text[i])) {
            return false;
        }
    }
    return true;
}

bool name_is_plain(const char *text)
{
    return span_is_plain(text, strlen(text));
}

static bool person_is_valid(const char *text)
{
    size_t size = strlen(text);

    if (size == 0 || size > NAME_BYTES_MAX || text[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c == 0x7f || c == '/' || c == ':' || c == '\\') {
            return false;
        }
    }
    return true;
}

static bool is_number(const char *text)
{
    size_t size = strspn(text, "0123456789");

    return size > 0 && size <= 6 && text[size] == '\0' && text[0] != '0';
}

static bool agent_is_valid(const char *text)
{
    const char *slash = strchr(text, '/');

    return slash != NULL && span_is_plain(text, (size_t)(slash - text)) && is_number(slash + 1);
}

bool principal_name_is_valid(const char *name)
{
    if (strcmp(name, "office") == 0) {
        return true;
    }
    if (strncmp(name, "person:", 7) == 0) {
        return person_is_valid(name + 7);
    }
    if (strncmp(name, "agent:", 6) == 0) {
        return agent_is_valid(name + 6);
    }
    if (strncmp(name, "gateway:", 8) == 0) {
        return is_number(name + 8);
    }
    return strncmp(name, "office:", 7) == 0 && name_is_plain(name + 7);
}
