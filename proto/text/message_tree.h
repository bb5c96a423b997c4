/* SPDX-License-Identifier: Apache-2.0 */
/* message_tree.h - a message of the schema read from a tree: what files and JSON say, typed.
 *
 * null is absence. A text field takes whatever stands without quotes in YAML; a bool takes true and
 * false without quotes; an integer takes digits, also in quotes, as JSON has them for 64 bits. The
 * rest is as proto/text/schema_text.h says.
 */
#ifndef PROTO_TEXT_MESSAGE_TREE_H
#define PROTO_TEXT_MESSAGE_TREE_H

#include "lib/arena.h"
#include "lib/err.h"
#include "proto/message.h"
#include "proto/text/error.h"
#include "proto/text/tree.h"

/* Reads a message of @type from @tree into @arena, which everything is copied into.
 *
 * Errors (@out is untouched, @errors has one more at least):
 *   ERR_INVALID  a name is unknown or given twice, a value is not what its field asks for, two
 *                members of a oneof are given; all of these are reported, not the first only
 *   ERR_FULL     it does not fit into @arena */
enum err message_from_tree(const struct tree *tree, const ProtobufCMessageDescriptor *type,
                           struct arena *arena, ProtobufCMessage **out, struct text_errors *errors);

#endif
