/* SPDX-License-Identifier: Apache-2.0 */
/* merkle.h - the tree over the leaves of one commit, and the proof that a leaf is in it.
 *
 * Shaped as in RFC 6962, section 2.1: the left part of n leaves is the largest power of two below
 * n. An inner node is H(0x02 | left | right), H being BLAKE2b-256; leaves and chain links have
 * other first bytes (store/entry.h), so none can pass for another. Pure but for the memory of the
 * tree.
 */
#ifndef STORE_MERKLE_H
#define STORE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/hash.h"

enum { MERKLE_PATH_MAX = 20, MERKLE_LEAVES_MAX = 1 << MERKLE_PATH_MAX };

/* All nodes, level by level from the leaves up: building them once makes every path a look-up.
 * Invariant: leaf_count <= MERKLE_LEAVES_MAX; capacity holds the nodes above the leaves too. */
struct merkle {
    struct hash *nodes;
    size_t leaf_count;
    size_t capacity;
};

/* Makes @tree empty; it keeps its memory for the next use. A zeroed tree is empty. */
void merkle_clear(struct merkle *tree);

/* Adds the next leaf. ERR_FULL if there are MERKLE_LEAVES_MAX. */
enum err merkle_add(struct merkle *tree, const struct hash *leaf);

/* Computes the inner nodes. At least one leaf was added; none is added after it. Returns the root.
 */
struct hash merkle_finish(struct merkle *tree);

/* Writes the siblings on the way from leaf @index to the root, lowest first, and returns their
 * number. The tree was finished. */
size_t merkle_path(const struct merkle *tree, size_t index, struct hash path[MERKLE_PATH_MAX]);

/* Gives the memory back. */
void merkle_release(struct merkle *tree);

/* What is claimed of a leaf. */
struct merkle_claim {
    struct hash leaf;
    uint64_t index;
    uint64_t leaf_count;
    const struct hash *path;
    size_t path_count;
};

/* True if @claim's path leads from its leaf to @root. */
bool merkle_check(const struct merkle_claim *claim, const struct hash *root);

#endif
