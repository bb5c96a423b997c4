/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h - the views made from the journal: at start-up where they are behind or of another
 * version, and by the verifier to compare with what is stored.
 *
 * Goes through store/ledger.h, commit by commit, as the turns did.
 */
#ifndef STORE_REPLAY_H
#define STORE_REPLAY_H

#include <stdint.h>

#include "lib/err.h"
#include "store/journal.h"

/* Told now and then, how far the replay is: entries applied, of how many. */
typedef void (*replay_progress_fn)(void *self, uint64_t applied, uint64_t last);

struct replay_progress {
    replay_progress_fn tell; /* NULL: nobody is told */
    void *self;
};

/* Brings the views of @journal, between turns, to its last entry: nothing to do after an orderly
 * life, everything where VIEWS_VERSION differs. What is done stays done if it is interrupted.
 *
 * Errors: ERR_CORRUPT if the views know more than the journal, or an entry cannot be applied; the
 * codes of store/database.h. The words are in the database of @journal. */
enum err replay_catch_up(struct journal *journal, const struct replay_progress *progress);

/* Makes the views of the journal that @source reads in @target, which holds none.
 * Errors: as above; the words are in @target or in @source's database. */
enum err replay_into(struct transaction *source, struct database *target,
                     const struct replay_progress *progress);

#endif
