/* SPDX-License-Identifier: Apache-2.0 */
/* parser.h - a rule's text made into its tree, or refused with the place that is wrong.
 *
 * Private to the rule language: others compile with core/expression.h.
 */
#ifndef CORE_PARSER_H
#define CORE_PARSER_H

#include "core/syntax.h"
#include "lib/arena.h"

/* Why and where (an offset in bytes) a text is refused. */
struct parse_fault {
    enum fault code;
    size_t offset;
};

/* Returns the tree of @text, in @arena; names and strings in it are borrowed from @text. If
 * @variable is not NULL, it is the name of variable 0. Returns NULL, with @fault set, if @text is
 * not well-formed UTF-8, not a rule, beyond a limit, or the arena is full. */
const struct node *parse_expression(struct bytes text, const char *variable, struct arena *arena,
                                    struct parse_fault *fault);

#endif
