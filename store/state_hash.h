/* SPDX-License-Identifier: Apache-2.0 */
/* state_hash.h - one hash of what an office's record means now: two stores with the same one hold
 * the same records, inboxes, clocks and indices.
 *
 * Views are a function of the journal (store/views.h), so the same journal gives the same hash on
 * any machine, with the same version of the views. Rows are hashed in the order of tables and keys,
 * each as: size of the key u64, key, size of the value u64, value; before those of a table its name
 * and a zero. Integers are big-endian.
 */
#ifndef STORE_STATE_HASH_H
#define STORE_STATE_HASH_H

#include "lib/hash.h"
#include "store/database.h"

/* Sets @out to the hash of the views that @txn reads. Reads every row: on a copy. Errors: those of
 * store/database.h. */
enum err state_hash(struct transaction *txn, struct hash *out);

#endif
