/* SPDX-License-Identifier: Apache-2.0 */
#include "store/commit.h"

#include "lib/check.h"

struct bytes commit_head(const struct commit *commit)
{
    return (struct bytes){commit->head.bytes, commit->head.size};
}

/* Sets the siblings of @receipt, in @arena. False if they do not fit. */
static bool add_path(const struct commit *commit, Hs__Receipt *receipt, struct arena *arena)
{
    struct hash path[MERKLE_PATH_MAX];
    size_t count = merkle_path(&commit->tree, receipt->leaf_index, path);
    uint8_t *copies = arena_array(arena, count, HASH_BYTES);

    receipt->siblings = arena_array(arena, count, sizeof *receipt->siblings);
    if (copies == NULL || receipt->siblings == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(copies + i * HASH_BYTES, path[i].bytes, HASH_BYTES);
        receipt->siblings[i] = (ProtobufCBinaryData){HASH_BYTES, copies + i * HASH_BYTES};
    }
    receipt->n_siblings = count;
    return true;
}

Hs__Receipt *commit_receipt(const struct commit *commit, const struct receipt_subject *subject,
                            struct arena *arena)
{
    Hs__Receipt *receipt = message_new(&hs__receipt__descriptor, arena);

    require(commit->head.seq == commit->last_seq + 1);
    require(subject->seq >= commit->first_seq && subject->seq <= commit->last_seq);
    if (receipt == NULL) {
        return NULL;
    }

    size_t index = (size_t)(subject->seq - commit->first_seq);
    receipt->command_id = binary_of(subject->command_id);
    receipt->seq = subject->seq;
    receipt->index = subject->index;
    receipt->received_at = commit->head.at_ms;
    receipt->leaf_index = (uint32_t)index;
    receipt->leaf.len = HASH_BYTES;
    receipt->leaf.data = arena_copy(arena, bytes_of_hash(&commit->tree.nodes[index]));
    receipt->head = message_read(&hs__signed_head__descriptor, commit_head(commit), arena);
    receipt->first_event = subject->first_event;
    receipt->event_count = subject->event_count;
    receipt->result = (Hs__Receipt__Result *)(uintptr_t)subject->result;
    if (receipt->leaf.data == NULL || receipt->head == NULL || !add_path(commit, receipt, arena)) {
        return NULL;
    }
    return receipt;
}
