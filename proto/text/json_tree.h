/* SPDX-License-Identifier: Apache-2.0 */
/* json_tree.h - JSON as a tree: from a text, with lines, or from what a program holds.
 *
 * JSON as the standard has it, nothing more: names given twice, U+0000, numbers such as 01 or NaN,
 * texts that are not UTF-8, nesting deeper than TREE_DEPTH_MAX and more than @nodes_max values are
 * refused. A byte order mark is skipped. Numbers keep the text they were written in.
 */
#ifndef PROTO_TEXT_JSON_TREE_H
#define PROTO_TEXT_JSON_TREE_H

#include <jansson.h>

#include "lib/err.h"
#include "proto/text/error.h"
#include "proto/text/tree.h"

/* Reads the JSON text @bytes into @arena. An empty text is a tree of kind TREE_NULL.
 *
 * Errors (@out is untouched, @errors has one more at least):
 *   ERR_INVALID  it is not that
 *   ERR_FULL     it does not fit into @arena */
enum err json_tree_read(struct bytes bytes, size_t nodes_max, struct arena *arena,
                        struct tree **out, struct text_errors *errors);

/* Copies @json, which holds at most TREE_NODES_MAX values, into @arena. No line is known. A number
 * with a point means its 15 significant digits. Errors as above. */
enum err json_tree_of(const json_t *json, struct arena *arena, struct tree **out,
                      struct text_errors *errors);

#endif
