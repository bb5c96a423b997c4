/* SPDX-License-Identifier: Apache-2.0 */
/* commit.h - the entries of one commit and the head that covers them: what receipts are cut from.
 *
 * Filled by the journal as a turn appends, or again later from the journal (store/proof.h): the
 * same entries give the same receipts, byte for byte.
 */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"
#include "store/entry.h"
#include "store/head_file.h"
#include "store/merkle.h"

/* Invariant: the leaves of the tree are those of first_seq..last_seq; head.seq is last_seq + 1 once
 * the commit is complete, 0 before. */
struct commit {
    uint64_t first_seq;
    uint64_t last_seq;
    struct merkle tree;
    struct head_record head;
};

/* The command a receipt is for. Texts and bytes are borrowed. */
struct receipt_subject {
    struct bytes command_id;
    uint64_t seq;   /* of the received entry */
    uint32_t index; /* of the command in its envelope */
    uint64_t first_event;
    uint32_t event_count;
    const Hs__Receipt__Result *result; /* NULL: nothing to say */
};

/* Returns the receipt for @subject, an entry of the complete @commit, in @arena; NULL if it does
 * not fit. Borrows from @subject, not from @commit. */
Hs__Receipt *commit_receipt(const struct commit *commit, const struct receipt_subject *subject,
                            struct arena *arena);

/* The bytes of the SignedHead of @commit, borrowed from it. */
struct bytes commit_head(const struct commit *commit);

#endif
