/* SPDX-License-Identifier: Apache-2.0 */
#include "os/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/text.h"

enum { HEX_SHOWN_MAX = 64, MS_PER_SECOND = 1000, SECONDS_PER_MINUTE = 60 };

static const char ending[] = " truncated=true\n";

/* A line being made. Invariant: size <= LOG_LINE_BYTES_MAX - sizeof ending, so the ending fits. */
struct line {
    char data[LOG_LINE_BYTES_MAX];
    size_t size;
    bool is_full;
};

static void put(struct line *line, const char *data, size_t size)
{
    if (line->is_full || size > sizeof line->data - sizeof ending - line->size) {
        line->is_full = true;
        return;
    }
    memcpy(line->data + line->size, data, size);
    line->size += size;
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* ---- values ---- */

static bool is_plain(const char *text, size_t size)
{
    if (size == 0 || !text_is_utf8((struct bytes){(const uint8_t *)text, size})) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7F) {
            return false;
        }
    }
    return true;
}

/* Returns the size of the character at @text, of which @size bytes are there, if it may be shown as
 * it is; 0 if it must be escaped: a control, a quote, a backslash, no UTF-8, or one of the marks
 * that reorder or hide what stands around them. */
static size_t shown_size(const char *text, size_t size)
{
    unsigned char c = (unsigned char)text[0];

    if (c < 0x80) {
        return c >= ' ' && c != 0x7F && c != '"' && c != '\\' ? 1 : 0;
    }

    size_t length = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (length > size || !text_is_utf8((struct bytes){(const uint8_t *)text, length})) {
        return 0;
    }
    const unsigned char *at = (const unsigned char *)text;
    bool is_control = c == 0xC2 && at[1] < 0xA0;        /* U+0080 to U+009F */
    bool is_mark = c == 0xE2 && at[1] == 0x80 &&        /* U+200B to U+200F, */
                   ((at[2] >= 0x8B && at[2] <= 0x8F) || /* U+2028 to U+202E */
                    (at[2] >= 0xA8 && at[2] <= 0xAE));
    bool is_isolate = c == 0xE2 && at[1] == 0x81 && at[2] >= 0xA0 && at[2] <= 0xAF;
    return is_control || is_mark || is_isolate ? 0 : length;
}

static void put_escaped(struct line *line, unsigned char c)
{
    char escaped[8];

    if (c == '"' || c == '\\') {
        (void)snprintf(escaped, sizeof escaped, "\\%c", c);
    } else if (c == '\n') {
        (void)snprintf(escaped, sizeof escaped, "\\n");
    } else {
        (void)snprintf(escaped, sizeof escaped, "\\x%02x", c);
    }
    put_text(line, escaped);
}

static void put_value(struct line *line, const char *text)
{
    size_t whole = strnlen(text, LOG_VALUE_BYTES_MAX + 1);
    size_t size = whole > LOG_VALUE_BYTES_MAX ? LOG_VALUE_BYTES_MAX : whole;

    if (size == whole && is_plain(text, size)) {
        put(line, text, size);
        return;
    }
    put_text(line, "\"");
    for (size_t i = 0; i < size;) {
        size_t shown = shown_size(text + i, size - i);

        if (shown > 0) {
            put(line, text + i, shown);
        } else {
            put_escaped(line, (unsigned char)text[i]);
        }
        i += shown > 0 ? shown : 1;
    }
    put_text(line, size < whole ? "...\"" : "\"");
}

static void put_number(struct line *line, int64_t number)
{
    char digits[32];

    (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
    put_text(line, digits);
}

static void put_hex(struct line *line, struct bytes bytes)
{
    char hex[2 * HEX_SHOWN_MAX + 1];
    size_t size = bytes.size > HEX_SHOWN_MAX ? HEX_SHOWN_MAX : bytes.size;

    bytes_to_hex((struct bytes){bytes.data, size}, hex);
    put_text(line, hex);
}

/* Adds @field whole or, if it does not fit, nothing of it. */
static void put_field(struct line *line, const struct log_field *field)
{
    size_t before = line->size;

    if (field->kind == LOG_KIND_NONE) {
        return;
    }
    put_text(line, " ");
    put_text(line, field->key);
    put_text(line, "=");
    switch (field->kind) {
    case LOG_KIND_NONE:
        break;
    case LOG_KIND_TEXT:
        put_value(line, field->text);
        break;
    case LOG_KIND_NUMBER:
        put_number(line, field->number);
        break;
    case LOG_KIND_BYTES:
        put_hex(line, field->bytes);
        break;
    case LOG_KIND_BOOL:
        put_text(line, field->number != 0 ? "true" : "false");
        break;
    }
    if (line->is_full) {
        line->size = before;
    }
}

/* ---- lines ---- */

static void put_time(struct line *line, const struct log *log)
{
    int64_t now_ms = log->clock.wall_ms(log->clock.self);
    int64_t local_ms =
        now_ms + (int64_t)log->utc_offset_minutes * SECONDS_PER_MINUTE * MS_PER_SECOND;
    int64_t rest_ms = (local_ms % MS_PER_SECOND + MS_PER_SECOND) % MS_PER_SECOND;
    time_t seconds = (time_t)((local_ms - rest_ms) / MS_PER_SECOND);
    int offset = log->utc_offset_minutes < 0 ? -log->utc_offset_minutes : log->utc_offset_minutes;
    struct tm parts = {0};
    char text[96];

    (void)gmtime_r(&seconds, &parts); /* a time out of range is shown as zeros */
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d",
                   parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                   parts.tm_min, parts.tm_sec, (int)rest_ms,
                   log->utc_offset_minutes < 0 ? '-' : '+', offset / SECONDS_PER_MINUTE,
                   offset % SECONDS_PER_MINUTE);
    put_text(line, text);
}

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

void log_init(struct log *log, int fd, enum log_level level, int utc_offset_minutes,
              struct clock clock)
{
    *log = (struct log){
        .fd = fd,
        .level = level,
        .utc_offset_minutes = utc_offset_minutes,
        .clock = clock,
    };
}

bool log_level_from_text(const char *name, enum log_level *out)
{
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        if (strcmp(level_names[level], name) == 0) {
            *out = (enum log_level)level;
            return true;
        }
    }
    return false;
}

struct log_field log_text(const char *key, const char *text)
{
    return (struct log_field){.kind = LOG_KIND_TEXT, .key = key, .text = text != NULL ? text : ""};
}

struct log_field log_number(const char *key, int64_t number)
{
    return (struct log_field){.kind = LOG_KIND_NUMBER, .key = key, .number = number};
}

struct log_field log_hex(const char *key, struct bytes bytes)
{
    return (struct log_field){.kind = LOG_KIND_BYTES, .key = key, .bytes = bytes};
}

struct log_field log_bool(const char *key, bool value)
{
    return (struct log_field){.kind = LOG_KIND_BOOL, .key = key, .number = value};
}

struct log_field log_err(enum err err)
{
    return log_text("error", err_text(err));
}

void log_write(const struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, size_t count)
{
    struct line line = {.size = 0};

    if (level < log->level) {
        return;
    }
    put_time(&line, log);
    put_text(&line, " level=");
    put_text(&line, level_names[level]);
    put_text(&line, " event=");
    put_value(&line, event);
    for (size_t i = 0; i < count; i++) {
        put_field(&line, &fields[i]);
    }

    const char *end = line.is_full ? ending : "\n";
    memcpy(line.data + line.size, end, strlen(end));
    line.size += strlen(end);
    ssize_t written = write(log->fd, line.data, line.size);
    (void)written; /* logging never stops the work */
}
