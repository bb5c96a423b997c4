/* SPDX-License-Identifier: Apache-2.0 */
/* named_documents.h - which documents the packets of a journal name.
 *
 * A set of hashes in memory, read from the envelopes of the journal, each once: a later reading
 * goes on where the one before ended. A packet that was refused counts too, if its envelope is on
 * record. 32 bytes a document, in a table at most half full: a million documents take 64 to 128 MiB
 * at worst, and 64 on average; an index of its own in the store would cost every submission a
 * random write for each document.
 */
#ifndef STORE_NAMED_DOCUMENTS_H
#define STORE_NAMED_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/hash.h"
#include "store/journal.h"

struct named_documents {
    struct hash *rows; /* of capacity, a power of two; a hash of zeros is no row */
    size_t count;
    size_t capacity;
    uint64_t next_seq; /* of the first entry not read */
    struct arena arena;
};

void named_documents_init(struct named_documents *named);
void named_documents_release(struct named_documents *named);

/* Reads the next entries of @journal, as many as one short transaction takes, on any thread. Sets
 * @is_done when there are no more. Errors: ERR_CORRUPT, ERR_IO; nothing was read. */
enum err named_documents_read(struct named_documents *named, struct journal *journal,
                              bool *is_done);

/* True if a packet that was read names the document. */
bool named_documents_have(const struct named_documents *named, const struct hash *hash);

#endif
