/* SPDX-License-Identifier: Apache-2.0 */
/* truth.h - what a recorded run of a broker really came to: the entries of its journal at the end,
 * what its views held after each commit, and what it had promised at each moment of the tape.
 *
 * A promise is counted from the moment at which the broker handed the message to its socket: the
 * earliest at which anybody can have had it. Each bundle names the head of its commit, so
 * everything in it is covered by the seq of that head. What is known is kept in memory that child
 * processes share.
 */
#ifndef TESTS_POWER_TRUTH_H
#define TESTS_POWER_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/hash.h"
#include "tests/power/subject.h"

enum { TRUTH_DOCUMENTS_MAX = 256 };

/* A document that a packet of entry seq names. */
struct named_document {
    uint64_t seq;
    struct hash hash;
};

struct truth {
    struct arena arena;
    struct bytes *rows; /* of entry i + 1, as it is stored */
    uint64_t *marks;    /* shared; of the views when entry i + 1 was the last; 0: not known */
    uint64_t last_seq;
    int64_t last_at_ms;
    struct hash complete[TRUTH_DOCUMENTS_MAX]; /* documents that were said to be complete */
    size_t complete_count;
    struct named_document named[TRUTH_DOCUMENTS_MAX];
    size_t named_count;
    uint64_t receipts; /* that were said */
};

/* Reads the journal in @folder, which no process has open. Ends the process if it cannot. */
void truth_read(struct truth *truth, const char *folder);
void truth_release(struct truth *truth);

/* Takes into @promise what @message, which the broker said, promises. A receipt that is not that of
 * the journal ends the process. */
void truth_hear(struct truth *truth, struct bytes message, struct promise *promise);

#endif
