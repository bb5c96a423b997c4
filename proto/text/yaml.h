/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.h - the part of YAML that configuration needs, read into a tree.
 *
 * Mappings, lists and scalars, in block or flow style. `null`, `~` or nothing at all, without
 * quotes, is absence; every other scalar keeps its text. Refused, with the line: names given twice,
 * aliases, anchors, tags, directives, a second document, what is not UTF-8, U+0000, nesting deeper
 * than TREE_DEPTH_MAX, more than @nodes_max values. A byte order mark is skipped.
 */
#ifndef PROTO_TEXT_YAML_H
#define PROTO_TEXT_YAML_H

#include "lib/err.h"
#include "proto/text/error.h"
#include "proto/text/tree.h"

/* Reads @bytes into @arena. An empty text is a tree of kind TREE_NULL.
 *
 * Errors (@out is untouched, @errors has one more at least):
 *   ERR_INVALID  it is not that
 *   ERR_FULL     it does not fit into @arena */
enum err yaml_read(struct bytes bytes, size_t nodes_max, struct arena *arena, struct tree **out,
                   struct text_errors *errors);

#endif
