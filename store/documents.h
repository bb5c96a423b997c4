/* SPDX-License-Identifier: Apache-2.0 */
/* documents.h - files named by the hash of their bytes, put and got in chunks.
 *
 *   documents/ab/cdef...      a complete document: the hash in hex, its first byte as the folder
 *   documents/partial/HASH    what has come of one so far
 *
 * A document appears under its name only when all of it is there, its hash is right and it is on
 * disk; the name is on disk too once document_put() has said that the document is complete. An
 * upload that was interrupted goes on where it stopped, over restarts too. Documents are not in the
 * journal; a packet names them by hash. All calls block: the broker makes them on worker threads.
 * Calls on different documents may run at the same time, puts of one document must not.
 */
#ifndef STORE_DOCUMENTS_H
#define STORE_DOCUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"

enum { DOCUMENT_CHUNK_BYTES = 256 * 1024 };

#define DOCUMENT_BYTES_MAX  (UINT64_C(512) * 1024 * 1024)
#define DOCUMENT_UNNAMED_MS (INT64_C(24) * 3600 * 1000) /* how long nobody need name one */

/* The folder; borrowed. */
struct documents {
    const char *folder;
};

/* Makes the folder and those in it. Errors: those of os/files.h. */
enum err documents_open(const char *folder, struct documents *out);

/* A piece of a document on its way in. */
struct document_chunk {
    struct hash hash;
    uint64_t size; /* of the whole document */
    uint64_t offset;
    struct bytes bytes; /* empty: asks how much is stored */
};

/* How much of a document is stored. */
struct document_state {
    uint64_t stored;
    bool is_complete;
};

/* Adds @chunk where it belongs and sets @out, also after ERR_INVALID and ERR_EXISTS, to what is
 * then stored. The last chunk completes the document. One that is complete already stays as it is.
 *
 * Errors:
 *   ERR_FULL     the document or the chunk is larger than the limit
 *   ERR_EXISTS   the chunk does not begin where the stored part ends
 *   ERR_INVALID  the chunk goes beyond the size, or the bytes do not have that hash: the part is
 *                thrown away, and the upload begins anew
 *   ERR_NO_SPACE, ERR_DENIED, ERR_IO */
enum err document_put(const struct documents *documents, const struct document_chunk *chunk,
                      struct document_state *out);

/* True if the document is complete. */
bool document_exists(const struct documents *documents, const struct hash *hash);

/* True if the document is complete and has @size bytes: a packet is about to name it. It counts as
 * touched now, so that a sweep leaves it until the packet can be known. */
bool document_claim(const struct documents *documents, const struct hash *hash, uint64_t size);

/* Reads at most DOCUMENT_CHUNK_BYTES at @out->offset of the document @out->hash into @arena, and
 * sets size and bytes; bytes are empty at the end.
 *
 * Errors: ERR_ABSENT, ERR_FULL (the arena), ERR_INVALID (the offset is beyond the end), ERR_IO. */
enum err document_get(const struct documents *documents, struct arena *arena,
                      struct document_chunk *out);

/* Reads the whole document and compares its hash. Errors: ERR_ABSENT; ERR_CORRUPT if it differs. */
enum err document_check(const struct documents *documents, const struct hash *hash);

/* Whether any packet names a document; and what keeps document_claim() from being called on another
 * thread while one is removed, for as long as that takes. */
struct document_names {
    bool (*is_named)(void *self, const struct hash *hash);
    void (*hold)(void *self);
    void (*resume)(void *self);
    void *self;
};

/* Removes partial uploads, and complete documents that nobody names, not touched since @before_ms
 * (Unix milliseconds); sets @removed to how many. Errors: ERR_IO and others: those met first. */
enum err documents_sweep(const struct documents *documents, const struct document_names *names,
                         int64_t before_ms, uint64_t *removed);

#endif
