/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - one line for each thing that happened, fit for eyes and for programs:
 *
 *     2026-03-10T10:20:00.123+08:00 level=info event=turn_committed commands=3 took_us=812
 *
 * A value that is not plain (spaces, quotes, control characters, bytes that are no UTF-8) is put in
 * double quotes and escaped, so nothing that a peer sends can begin a line or a field. A line is
 * written by one write(2) and has at most LOG_LINE_BYTES_MAX bytes; what does not fit is left out
 * and the line ends with `truncated=true`. A line that cannot be written is lost: logging never
 * stops the work. Never log a key, a password or a packet's content.
 *
 *     log_event(log, LOG_INFO, "review_dispatched", log_text("department", name),
 *               log_number("proposal", id), LOG_END);
 */
#ifndef OS_LOG_H
#define OS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "os/clock.h"

enum {
    LOG_LINE_BYTES_MAX = 2048, /* with the newline; below what a pipe writes in one piece */
    LOG_VALUE_BYTES_MAX = 512, /* of one text; the rest is replaced by "..." */
};

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Where lines go. Handed around by pointer; nothing to release. */
struct log {
    int fd;               /* borrowed */
    enum log_level level; /* lines below it are not written */
    int utc_offset_minutes;
    struct clock clock;
};

enum log_kind { LOG_KIND_NONE, LOG_KIND_TEXT, LOG_KIND_NUMBER, LOG_KIND_BYTES, LOG_KIND_BOOL };

/* A key and its value, borrowed until the line is written. Made by the functions below only. */
struct log_field {
    enum log_kind kind;
    const char *key;
    const char *text;
    struct bytes bytes;
    int64_t number;
};

/* Makes @log write lines of @level and above to @fd, dated by @clock in the zone that is
 * @utc_offset_minutes east of Greenwich. */
void log_init(struct log *log, int fd, enum log_level level, int utc_offset_minutes,
              struct clock clock);

/* Sets @out to the level called @name ("debug", "info", "warning", "error"). Returns false, with
 * @out untouched, if none is. */
bool log_level_from_text(const char *name, enum log_level *out);

/* The fields of a line. Keys are words of the program: lower-case letters, digits, '_'. */
struct log_field log_text(const char *key, const char *text); /* NULL is an empty text */
struct log_field log_number(const char *key, int64_t number);
struct log_field log_hex(const char *key, struct bytes bytes); /* at most 64 bytes of it */
struct log_field log_bool(const char *key, bool value);
struct log_field log_err(enum err err); /* the key is "error" */

/* Writes the line of @event with its @count @fields. */
void log_write(const struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, size_t count);

/* The end of the fields: a field that writes nothing, so that an event may have none. */
#define LOG_END ((struct log_field){.kind = LOG_KIND_NONE})

/* A macro because only an array lets the compiler check the type of every field. */
#define log_event(log, level, event, ...)                                 \
    log_write(log, level, event, (const struct log_field[]){__VA_ARGS__}, \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

#endif
