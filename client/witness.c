/* SPDX-License-Identifier: Apache-2.0 */
#include "client/witness.h"

#include <string.h>

#include "store/receipt.h"

void witness_init(struct witness *witness, const char *office, const uint8_t *key,
                  const struct seen_head *seen)
{
    *witness = (struct witness){.office = office, .seen = *seen};
    memcpy(witness->key, key, sizeof witness->key);
}

/* Opens @head; NULL unless the broker signed it for this office. */
static const Hs__Head *open_head(const struct witness *witness, const Hs__SignedHead *head,
                                 struct arena *arena)
{
    return signed_head_open(head, witness->key, witness->office, arena);
}

static bool is_seen_hash(const struct witness *witness, const Hs__Head *head)
{
    struct bytes seen = {witness->seen.hash.bytes, sizeof witness->seen.hash.bytes};

    return bytes_equal(bytes_of(head->hash), seen);
}

/* Compares @head with what was seen, and remembers it if it is newer. */
static enum witness_verdict compare(struct witness *witness, const Hs__Head *head)
{
    struct seen_head *seen = &witness->seen;

    if (head->last_seq == seen->seq) {
        return is_seen_hash(witness, head) ? WITNESS_AGREES : WITNESS_DIFFERS;
    }
    if (head->last_seq > seen->seq) {
        seen->seq = head->last_seq;
        memcpy(seen->hash.bytes, head->hash.data, sizeof seen->hash.bytes);
    }
    return WITNESS_AGREES;
}

enum witness_verdict witness_look(struct witness *witness, const Hs__SignedHead *head,
                                  struct arena *arena)
{
    const Hs__Head *opened = open_head(witness, head, arena);

    return opened == NULL ? WITNESS_INVALID : compare(witness, opened);
}

enum witness_verdict witness_welcome(struct witness *witness, const Hs__SignedHead *head,
                                     struct arena *arena)
{
    if (head == NULL) {
        return witness->seen.seq == 0 ? WITNESS_AGREES : WITNESS_DIFFERS;
    }

    const Hs__Head *opened = open_head(witness, head, arena);
    if (opened == NULL) {
        return WITNESS_INVALID;
    }
    if (opened->last_seq < witness->seen.seq) {
        return WITNESS_DIFFERS;
    }
    return compare(witness, opened);
}

bool witness_receipt(const struct witness *witness, const Hs__Receipt *receipt, struct arena *arena)
{
    return receipt_check(receipt, witness->key, witness->office, arena);
}
