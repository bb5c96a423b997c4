/* SPDX-License-Identifier: Apache-2.0 */
#include "store/receipt.h"

#include <string.h>

#include "lib/signature.h"
#include "proto/tags.h"
#include "store/entry.h"
#include "store/merkle.h"

Hs__Head *signed_head_open(const Hs__SignedHead *signed_head, const uint8_t *sign_key,
                           const char *office, struct arena *arena)
{
    struct bytes bytes = bytes_of(signed_head->head);
    ProtobufCMessage *message = NULL;

    if (signed_head->signature.len != SIGNATURE_BYTES ||
        !signature_verify(sign_key, TAG_HEAD, office, bytes, signed_head->signature.data) ||
        message_parse(&hs__head__descriptor, bytes, arena, &message) != ERR_OK) {
        return NULL;
    }

    Hs__Head *head = (Hs__Head *)message;
    bool is_sound = strcmp(head->office, office) == 0 && head->root.len == HASH_BYTES &&
                    head->hash.len == HASH_BYTES && head->first_seq > 0 &&
                    head->first_seq <= head->last_seq;
    return is_sound ? head : NULL;
}

/* The events a receipt names lie in the commit, after the envelope. */
static bool events_fit(const Hs__Receipt *receipt, const Hs__Head *head)
{
    if (receipt->event_count == 0) {
        return receipt->first_event == 0;
    }
    return receipt->first_event > receipt->seq && receipt->first_event <= head->last_seq &&
           receipt->event_count - 1 <= head->last_seq - receipt->first_event;
}

static bool place_fits(const Hs__Receipt *receipt, const Hs__Head *head)
{
    return receipt->seq >= head->first_seq && receipt->seq <= head->last_seq &&
           receipt->leaf_index == receipt->seq - head->first_seq &&
           receipt->received_at == head->committed_at && receipt->leaf.len == HASH_BYTES &&
           receipt->n_siblings <= MERKLE_PATH_MAX;
}

static bool path_leads_to(const Hs__Receipt *receipt, const Hs__Head *head)
{
    struct hash path[MERKLE_PATH_MAX];
    struct hash root;
    struct merkle_claim claim = {
        .index = receipt->leaf_index,
        .leaf_count = head->last_seq - head->first_seq + 1,
        .path = path,
        .path_count = receipt->n_siblings,
    };

    for (size_t i = 0; i < receipt->n_siblings; i++) {
        if (receipt->siblings[i].len != HASH_BYTES) {
            return false;
        }
        memcpy(path[i].bytes, receipt->siblings[i].data, HASH_BYTES);
    }
    memcpy(claim.leaf.bytes, receipt->leaf.data, HASH_BYTES);
    memcpy(root.bytes, head->root.data, HASH_BYTES);
    return merkle_check(&claim, &root);
}

bool receipt_check(const Hs__Receipt *receipt, const uint8_t *sign_key, const char *office,
                   struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    const Hs__Head *head =
        receipt->head == NULL ? NULL : signed_head_open(receipt->head, sign_key, office, arena);
    bool is_proof = head != NULL && place_fits(receipt, head) && events_fit(receipt, head) &&
                    path_leads_to(receipt, head);

    arena_rewind(arena, mark);
    return is_proof;
}

static bool command_is_there(const Hs__Receipt *receipt, const Hs__SignedEnvelope *sent,
                             struct arena *arena)
{
    const Hs__Envelope *envelope =
        message_read(&hs__envelope__descriptor, bytes_of(sent->envelope), arena);

    if (envelope == NULL || receipt->index >= envelope->n_commands) {
        return false;
    }
    const Hs__Command *command =
        message_read(&hs__command__descriptor, bytes_of(envelope->commands[receipt->index]), arena);
    return command != NULL && bytes_equal(bytes_of(command->id), bytes_of(receipt->command_id));
}

bool receipt_covers(const Hs__Receipt *receipt, const Hs__SignedEnvelope *sent, const char *user_id,
                    struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    Hs__Received received = HS__RECEIVED__INIT;

    received.envelope = sent->envelope;
    received.algorithm = sent->algorithm;
    received.key_id = sent->key_id;
    received.signature = sent->signature;
    received.user_id = user_id;

    struct bytes bytes = message_pack(&received, arena);
    struct hash leaf = {{0}};
    if (bytes.data != NULL) {
        leaf = entry_leaf(receipt->seq, ENTRY_RECEIVED, receipt->received_at, bytes);
    }
    bool covers = bytes.data != NULL &&
                  bytes_equal(bytes_of(receipt->leaf), bytes_of_hash(&leaf)) &&
                  command_is_there(receipt, sent, arena);

    arena_rewind(arena, mark);
    return covers;
}
