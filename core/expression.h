/* SPDX-License-Identifier: Apache-2.0 */
/* expression.h - a rule: read once, evaluated many times, and able to say which fields it reads.
 *
 * The language is a total subset of CEL with exact numbers and three values: a rule is true, false
 * or unknown because a field is missing. It always ends: limits.h bounds its text, its nesting, its
 * steps and what it makes. docs/rules.md has the grammar. Evaluation: core/evaluate.h; checking
 * against a dictionary: core/typecheck.h.
 */
#ifndef CORE_EXPRESSION_H
#define CORE_EXPRESSION_H

#include <stddef.h>

#include "core/fault.h"
#include "lib/arena.h"
#include "lib/bytes.h"

struct expression;

/* Declares that a rule is asked once for each element of a list: @name ("item") stands for the
 * element, @list_path ("technical.fire.lanes") for where the list is. */
struct expression_element {
    const char *name;
    const char *list_path;
};

/* A place in a text. line and column count from 1, columns in code points. */
struct expression_location {
    size_t offset; /* bytes from the start */
    size_t line;
    size_t column;
};

/* Why and where a text is refused. */
struct expression_refusal {
    enum fault fault;
    struct expression_location location;
};

/* Returns the rule that @text says, in @arena; both @text and @element are copied. @element may be
 * NULL. Returns NULL, with @refusal set, if @text is no rule, beyond a limit, or the arena is full
 * (FAULT_TOO_COMPLEX). */
const struct expression *expression_compile(struct bytes text,
                                            const struct expression_element *element,
                                            struct arena *arena,
                                            struct expression_refusal *refusal);

/* Returns the text @expression was compiled from; valid as long as it. */
struct bytes expression_text(const struct expression *expression);

/* Returns the paths of the fields that @expression reads, evaluated or not, sorted by byte order,
 * each once; elements of a list as rows[].width. A coarser path stands for the finer ones below it.
 * Sets @count. Valid as long as @expression. */
const char *const *expression_reads(const struct expression *expression, size_t *count);

/* Returns where in @text the byte @offset is. */
struct expression_location expression_locate(struct bytes text, size_t offset);

#endif
