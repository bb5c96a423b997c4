/* SPDX-License-Identifier: Apache-2.0 */
/* directory.h - the principals of the office, in memory: who owns which key.
 *
 * A copy of the store's directory as it was committed last; loaded again after a turn that changed
 * it. Offices have tens to thousands of principals: by name it is searched, by key looked through.
 */
#ifndef BROKER_DIRECTORY_H
#define BROKER_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/err.h"
#include "proto/message.h"
#include "store/journal.h"

/* Invariant: rows are sorted by name. */
struct directory {
    struct arena arena;
    Hs__Principal **rows;
    size_t count;
};

void directory_init(struct directory *directory);
void directory_release(struct directory *directory);

/* Reads all principals of the store. Errors as those of store/database.h; @directory is then empty.
 */
enum err directory_load(struct directory *directory, struct transaction *txn);

/* Returns the principal @name, or the one that owns the CURVE key; NULL if there is none. Borrowed
 * until the next load. */
const Hs__Principal *directory_find(const struct directory *directory, const char *name);
const Hs__Principal *directory_find_key(const struct directory *directory,
                                        const uint8_t curve_key[32]);

/* Returns the principal that owns either of @principal's keys; NULL if nobody does. */
const Hs__Principal *directory_find_owner(const struct directory *directory,
                                          const Hs__Principal *principal);

#endif
