/* SPDX-License-Identifier: Apache-2.0 */
/* verify_authors.h - the directory as it stood at each point of a journal: who had which key.
 *
 * For the verifier, which goes through the enrolments as it goes through the journal. A hash table
 * of names: an office has up to some thousand.
 */
#ifndef STORE_VERIFY_AUTHORS_H
#define STORE_VERIFY_AUTHORS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/signature.h"

struct author {
    char *name; /* NULL: an empty slot */
    uint8_t key[SIGN_PUBLIC_BYTES];
};

/* Invariant: capacity is a power of two or 0, and at least twice count. */
struct authors {
    struct author *slots;
    size_t count;
    size_t capacity;
};

/* Sets the key of @name, copied, which may have one. */
void authors_set(struct authors *authors, const char *name, const uint8_t *key);

/* Returns the key of @name, borrowed until the next authors_set(); NULL if it is not known. */
const uint8_t *authors_find(const struct authors *authors, const char *name);

void authors_release(struct authors *authors);

#endif
