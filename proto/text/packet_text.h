/* SPDX-License-Identifier: Apache-2.0 */
/* packet_text.h - a proposal file as a packet, and a packet as JSON.
 *
 * A proposal file is the tree of the dictionary: bare, or under `proposal` with `sample`,
 * `scenario` and `expected` beside it, which are annotations and ignored, as are `case_no` and
 * `round` at the root of the fields. Any other name that the dictionary lacks is an error. null is
 * absence; an empty list is not. The elements of a list that has ids need one each; those of
 * another list are named by position; each has at least one field. Numbers are exact from their
 * text.
 */
#ifndef PROTO_TEXT_PACKET_TEXT_H
#define PROTO_TEXT_PACKET_TEXT_H

#include <jansson.h>

#include "lib/arena.h"
#include "lib/err.h"
#include "proto/dictionary.h"
#include "proto/text/error.h"
#include "proto/text/tree.h"

/* How to print what packet_to_json() returns, so that numbers stay what they are. */
#define PACKET_JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* Reads a packet, without documents, from @tree into @arena; packet_check() then holds. The
 * elements of @tree get their ids as labels, and the node of `proposal` becomes a root, so that
 * paths in
 * @errors are those of the packet.
 *
 * Errors (@out is untouched, @errors has one more at least):
 *   ERR_INVALID  it is not that; all that was found is reported, not the first only
 *   ERR_FULL     it does not fit into @arena */
enum err packet_from_tree(struct tree *tree, const struct dictionary *dictionary,
                          struct arena *arena, Hs__Packet **out, struct text_errors *errors);

/* Returns the text that @packet has at @path; the empty text if it has none. Borrowed. */
const char *packet_text_at(const Hs__Packet *packet, const char *path);

/* Returns the fields of @packet as the tree of @dictionary, which the caller releases: names in the
 * order of the alphabet, elements with ids in that of their ids. What packet_from_tree() reads from
 * it, printed with PACKET_JSON_FLAGS, are the same fields. NULL if packet_check() refuses @packet
 * or memory is exhausted. */
json_t *packet_to_json(const Hs__Packet *packet, const struct dictionary *dictionary);

/* Returns the value of @field, which packet_check() let pass, for the caller to release; of a list
 * that is how many elements it has. Print it with PACKET_JSON_FLAGS. NULL if memory is exhausted.
 */
json_t *packet_value_to_json(const Hs__Field *field);

#endif
