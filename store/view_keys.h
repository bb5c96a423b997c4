/* SPDX-License-Identifier: Apache-2.0 */
/* view_keys.h - the rows of the indices that a proposal's record asks for.
 *
 * A pure function of the record, so a change of the record is a difference of two sets of rows, and
 * no index can remember what the record forgot.
 */
#ifndef STORE_VIEW_KEYS_H
#define STORE_VIEW_KEYS_H

#include <stddef.h>

#include "lib/arena.h"
#include "proto/message.h"
#include "store/database.h"

/* A row; key and value are in the arena of the set. */
struct view_key {
    enum table table;
    struct bytes key;
    struct bytes value;
};

struct view_keys {
    struct view_key *rows;
    size_t count;
};

/* Sets @out to the rows that @record asks for, in @arena.
 *
 * Errors: ERR_FULL (the arena); ERR_CORRUPT if a text of the record is too long for a key. */
enum err view_keys_of(const Hs__Proposal *record, struct arena *arena, struct view_keys *out);

/* Removes the rows of @before that @after lacks and stores those that @before lacks. */
enum err view_keys_change(struct transaction *txn, const struct view_keys *before,
                          const struct view_keys *after);

#endif
