/* SPDX-License-Identifier: Apache-2.0 */
/* proof.h - receipts cut from the journal, today's and old ones alike.
 *
 * A receipt is a function of the journal: made again at any time it is the same, byte for byte. The
 * broker makes the first one here too, from the commit at hand, which saves reading it back.
 */
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include "lib/arena.h"
#include "proto/message.h"
#include "store/commit.h"
#include "store/journal.h"
#include "store/views.h"

/* Fills @out, a zeroed commit, with the commit that holds entry @seq: recomputes its leaves, and
 * finds its head by going on to it. The caller ends it with merkle_release(&out->tree).
 *
 * Errors: ERR_ABSENT if there is no such entry; ERR_CORRUPT if its commit has no head, or one that
 * covers other entries; the codes of store/database.h. */
enum err commit_load(struct transaction *txn, uint64_t seq, struct commit *out);

/* A commit at hand, and a transaction that reads a journal which has it. */
struct proof_source {
    struct transaction *txn;
    const struct commit *commit;
};

/* Sets @out to the receipt of the command @row with the id @id, whose envelope is in the commit at
 * hand; in @arena.
 *
 * Errors: ERR_CORRUPT, ERR_FULL, the codes of store/database.h. */
enum err receipt_from_commit(const struct proof_source *source, const struct command_row *row,
                             struct bytes id, struct arena *arena, Hs__Receipt **out);

/* The same where the commit is not at hand. A command of a turn that goes on has none yet:
 * ERR_CORRUPT. */
enum err receipt_build(struct transaction *txn, const struct command_row *row, struct bytes id,
                       struct arena *arena, Hs__Receipt **out);

/* Sets @out to what the events of the command @row led to, in @arena. */
enum err receipt_result(struct transaction *txn, const struct command_row *row, struct arena *arena,
                        Hs__Receipt__Result **out);

#endif
