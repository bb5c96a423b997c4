/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/error.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

struct sentence {
    const char *zh;
    const char *en;
};

#define TEXT_REASON_ROW(code, zh, en) [code] = {zh, en},
static const struct sentence sentences[] = {TEXT_REASONS(TEXT_REASON_ROW)};
#undef TEXT_REASON_ROW

void text_errors_init(struct text_errors *errors, enum text_language language)
{
    *errors = (struct text_errors){.language = language};
}

/* Adds @text to the @size bytes that @out of @capacity holds, whole characters only, and returns
 * the new size. A control character becomes '?'. */
static size_t add_plain(char *out, size_t capacity, size_t size, const char *text)
{
    size_t length = strnlen(text, capacity - 1 - size);

    while (length > 0 && ((uint8_t)text[length] & 0xC0) == 0x80) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        uint8_t c = (uint8_t)text[i];

        out[size + i] = c < 0x20 || c == 0x7F ? '?' : text[i];
    }
    out[size + length] = '\0';
    return size + length;
}

/* Adds @pattern with @detail in place of {}. */
static size_t add_sentence(char *out, size_t size, const char *pattern, const char *detail)
{
    char cut[TEXT_DETAIL_BYTES] = "";
    char before[TEXT_REASON_BYTES] = "";
    const char *gap = strstr(pattern, "{}");

    if (gap == NULL) {
        return add_plain(out, TEXT_REASON_BYTES, size, pattern);
    }
    (void)add_plain(cut, sizeof cut, 0, detail == NULL ? "" : detail);
    (void)snprintf(before, sizeof before, "%.*s", (int)(gap - pattern), pattern);
    size = add_plain(out, TEXT_REASON_BYTES, size, before);
    size = add_plain(out, TEXT_REASON_BYTES, size, cut);
    return add_plain(out, TEXT_REASON_BYTES, size, gap + 2);
}

/* Returns the next row to fill, or NULL if there are enough. */
static struct text_error *add_row(struct text_errors *errors)
{
    errors->total++;
    if (errors->count == TEXT_ERRORS_MAX) {
        return NULL;
    }
    errors->count++;
    errors->rows[errors->count - 1] = (struct text_error){0};
    return &errors->rows[errors->count - 1];
}

static void fill_reason(const struct text_errors *errors, struct text_error *row,
                        struct text_cause cause)
{
    bool is_chinese = errors->language == TEXT_ZH;
    const struct sentence *sentence = &sentences[cause.reason];
    size_t size =
        add_sentence(row->reason, 0, is_chinese ? sentence->zh : sentence->en, cause.detail);

    if (cause.suggestion != NULL) {
        (void)add_sentence(row->reason, size, is_chinese ? "；是否应为 {}" : "; did you mean {}?",
                           cause.suggestion);
    }
}

void text_errors_add(struct text_errors *errors, const struct tree *tree, struct text_cause cause)
{
    char path[TREE_PATH_BYTES];
    struct text_error *row = add_row(errors);

    if (row == NULL) {
        return;
    }
    if (tree != NULL) {
        tree_path(tree, path);
        (void)add_plain(row->path, sizeof row->path, 0, path);
        row->line = tree->line;
    }
    fill_reason(errors, row, cause);
}

void text_errors_add_at(struct text_errors *errors, unsigned line, unsigned column,
                        struct text_cause cause)
{
    struct text_error *row = add_row(errors);

    if (row == NULL) {
        return;
    }
    row->line = line;
    row->column = column;
    fill_reason(errors, row, cause);
}

void text_errors_sort(struct text_errors *errors)
{
    /* At most TEXT_ERRORS_MAX rows, nearly in order; stable. */
    for (size_t i = 1; i < errors->count; i++) {
        for (size_t j = i; j > 0 && errors->rows[j - 1].line > errors->rows[j].line; j--) {
            struct text_error row = errors->rows[j];

            errors->rows[j] = errors->rows[j - 1];
            errors->rows[j - 1] = row;
        }
    }
}

const char *text_error_line(const struct text_error *error, const char *file, struct arena *arena)
{
    struct text_builder line;

    text_builder_init(&line, arena, sizeof *error + strlen(file) + 64);
    text_builder_add(&line, file);
    text_builder_add(&line, ":");
    if (error->line > 0) {
        text_builder_add_format(&line, "%u:", error->line);
    }
    if (error->line > 0 && error->column > 0) {
        text_builder_add_format(&line, "%u:", error->column);
    }
    if (error->path[0] != '\0') {
        text_builder_add_format(&line, " %s:", error->path);
    }
    text_builder_add_format(&line, " %s", error->reason);
    return text_builder_finish(&line);
}
