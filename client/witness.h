/* SPDX-License-Identifier: Apache-2.0 */
/* witness.h - the journal's heads as one client saw them: nobody rewrites what it has seen.
 *
 * Remembers the last head that the broker signed and showed. A head with the same seq and another
 * hash, or a broker that comes back with less than it had, means that the journal is not the one we
 * knew. Receipts are checked here too, because they rest on the same heads.
 */
#ifndef CLIENT_WITNESS_H
#define CLIENT_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/hash.h"
#include "proto/message.h"

enum { WITNESS_KEY_BYTES = 32 };

/* The place in a journal that a head stands for; seq 0: none seen yet. */
struct seen_head {
    uint64_t seq;
    struct hash hash;
};

struct witness {
    const char *office;             /* borrowed */
    uint8_t key[WITNESS_KEY_BYTES]; /* the broker's, Ed25519 */
    struct seen_head seen;
};

enum witness_verdict {
    WITNESS_AGREES,
    WITNESS_DIFFERS, /* it contradicts what was seen before */
    WITNESS_INVALID, /* it is no head of this office, or its signature is not the broker's */
};

/* Makes a witness of @office, whose broker signs with @key, that saw @seen. */
void witness_init(struct witness *witness, const char *office, const uint8_t *key,
                  const struct seen_head *seen);

/* Looks at @head, which came with answers, and remembers it if it is newer than what was seen. An
 * older one is no contradiction: it may have been on its way. Needs room in @arena. */
enum witness_verdict witness_look(struct witness *witness, const Hs__SignedHead *head,
                                  struct arena *arena);

/* The same for the head with which a connection begins: it differs also if it is older, because the
 * broker then lost what it had shown. NULL, the journal's head being unknown, differs if any was
 * seen. */
enum witness_verdict witness_welcome(struct witness *witness, const Hs__SignedHead *head,
                                     struct arena *arena);

/* True if @receipt, complete with its head, proves that its entry is in the office's journal. */
bool witness_receipt(const struct witness *witness, const Hs__Receipt *receipt,
                     struct arena *arena);

#endif
