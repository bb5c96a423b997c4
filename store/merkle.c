/* SPDX-License-Identifier: Apache-2.0 */
#include "store/merkle.h"

#include <stdlib.h>

#include "lib/check.h"

enum { CAPACITY_MIN = 1024 };

/* Splitting at the largest power of two below n is the same as pairing neighbours from the left,
 * level by level, an odd last one going up as it is. */

static struct hash inner_node(const struct hash *left, const struct hash *right)
{
    uint8_t pair[1 + 2 * HASH_BYTES] = {0x02};

    memcpy(pair + 1, left->bytes, HASH_BYTES);
    memcpy(pair + 1 + HASH_BYTES, right->bytes, HASH_BYTES);
    return hash_of((struct bytes){pair, sizeof pair});
}

/* Nodes of all levels: fewer than twice the leaves, and one odd node a level. */
static size_t nodes_needed(size_t leaf_count)
{
    return 2 * leaf_count + MERKLE_PATH_MAX + 1;
}

static void grow(struct merkle *tree)
{
    size_t capacity = tree->capacity == 0 ? nodes_needed(CAPACITY_MIN) : 2 * tree->capacity;
    struct hash *nodes = realloc(tree->nodes, capacity * sizeof *nodes);

    require(nodes != NULL); /* at most 2 * 2^20 nodes of 32 bytes, doubled once */
    tree->nodes = nodes;
    tree->capacity = capacity;
}

void merkle_clear(struct merkle *tree)
{
    tree->leaf_count = 0;
}

enum err merkle_add(struct merkle *tree, const struct hash *leaf)
{
    if (tree->leaf_count == MERKLE_LEAVES_MAX) {
        return ERR_FULL;
    }
    if (nodes_needed(tree->leaf_count + 1) > tree->capacity) {
        grow(tree);
    }
    tree->nodes[tree->leaf_count++] = *leaf;
    return ERR_OK;
}

/* Computes the level above the @count nodes at @level and returns how many that has. */
static size_t build_level(struct hash *level, size_t count)
{
    struct hash *above = level + count;

    for (size_t i = 0; i + 1 < count; i += 2) {
        above[i / 2] = inner_node(&level[i], &level[i + 1]);
    }
    if (count % 2 == 1) {
        above[count / 2] = level[count - 1];
    }
    return (count + 1) / 2;
}

struct hash merkle_finish(struct merkle *tree)
{
    struct hash *level = tree->nodes;
    size_t count = tree->leaf_count;

    require(count > 0);
    while (count > 1) {
        size_t above = build_level(level, count);

        level += count;
        count = above;
    }
    return *level;
}

size_t merkle_path(const struct merkle *tree, size_t index, struct hash path[MERKLE_PATH_MAX])
{
    const struct hash *level = tree->nodes;
    size_t count = tree->leaf_count;
    size_t length = 0;

    require(index < count);
    while (count > 1) {
        size_t sibling = index ^ 1;

        if (sibling < count) {
            require(length < MERKLE_PATH_MAX);
            path[length++] = level[sibling];
        }
        level += count;
        count = (count + 1) / 2;
        index /= 2;
    }
    return length;
}

void merkle_release(struct merkle *tree)
{
    free(tree->nodes);
    *tree = (struct merkle){0};
}

bool merkle_check(const struct merkle_claim *claim, const struct hash *root)
{
    struct hash node = claim->leaf;
    uint64_t index = claim->index;
    uint64_t count = claim->leaf_count;
    size_t used = 0;

    if (index >= count || count > MERKLE_LEAVES_MAX) {
        return false;
    }
    while (count > 1) {
        if ((index ^ 1) < count) {
            if (used == claim->path_count) {
                return false;
            }
            const struct hash *sibling = &claim->path[used++];
            node = index % 2 == 1 ? inner_node(sibling, &node) : inner_node(&node, sibling);
        }
        count = (count + 1) / 2;
        index /= 2;
    }
    return used == claim->path_count && hash_equal(node, *root);
}
