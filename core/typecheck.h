/* SPDX-License-Identifier: Apache-2.0 */
/* typecheck.h - a rule held against the fields there are, before it counts.
 *
 * Evaluation needs no types: it answers any rule on any data. This finds what an author cannot have
 * meant: fields that do not exist, values that can never be equal, operands an operator does not
 * take. What it cannot know it lets pass.
 */
#ifndef CORE_TYPECHECK_H
#define CORE_TYPECHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/expression.h"
#include "core/limits.h"
#include "lib/arena.h"

enum type_kind {
    TYPE_ANY, /* not known, or anything: nothing is reported of it */
    TYPE_NULL,
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_TEXT,
    TYPE_DATE,
    TYPE_LIST,
    TYPE_OBJECT,
};

/* element: of a list, the kind of its elements. words: of a text, or of a list of texts, the only
 * words it can be, borrowed from the source; none if it can be any. */
struct type {
    enum type_kind kind;
    enum type_kind element;
    const char *const *words;
    size_t word_count;
};

/* Where the types of fields come from: a dictionary, derived fields and settings. Paths are as in
 * expression_reads(), elements of lists as rows[].width; settings are below "cfg". */
struct type_source {
    const void *self;

    /* Sets @type to that of the field or object at @path and returns true; false if there is none.
     */
    bool (*find)(const void *self, const char *path, struct type *type);

    /* Returns the names right below the object at @path, empty for the root, and sets @count: what
     * a mistyped name may have meant. May be NULL: then nothing is suggested. */
    const char *const *(*names)(const void *self, const char *path, size_t *count);
};

/* One thing that is wrong. subject: the path or word it is about, or NULL; suggestion: what may
 * have been meant in its place, or NULL. */
struct type_report {
    enum fault fault;
    struct expression_location location;
    const char *subject;
    const char *suggestion;
};

/* In the order in which they were found. type: of the rule's value. */
struct type_reports {
    struct type_report rows[LIMIT_CHECK_REPORTS];
    size_t count;
    struct type type;
};

/* Fills @out with what is wrong with @expression, whose value must be of @wanted (TYPE_ANY: need
 * not be of any one), and returns true if that is nothing. Reports beyond LIMIT_CHECK_REPORTS are
 * left out; if the arena, in which their texts live, is full, the last is FAULT_TOO_COMPLEX. */
bool expression_check(const struct expression *expression, const struct type_source *source,
                      enum type_kind wanted, struct arena *arena, struct type_reports *out);

#endif
