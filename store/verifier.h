/* SPDX-License-Identifier: Apache-2.0 */
/* verifier.h - the state of one run of the verifier, for verify*.c alone. */
#ifndef STORE_VERIFIER_H
#define STORE_VERIFIER_H

#include "lib/arena.h"
#include "proto/message.h"
#include "store/head_file.h"
#include "store/journal.h"
#include "store/verify.h"
#include "store/verify_authors.h"

enum {
    OFFICE_NAME_BYTES = HEAD_OFFICE_BYTES_MAX + 1,
    VERIFIER_ARENA_BYTES = 256 * 1024 * 1024, /* of one entry */
};

/* An envelope of the commit at hand. */
struct seen_envelope {
    uint64_t seq;
    size_t command_count;
};

struct verifier {
    const struct verify_options *options;
    struct verify_report report;
    struct transaction *txn;
    struct arena arena; /* of one entry */

    /* From genesis, unless the caller brought them. */
    char office[OFFICE_NAME_BYTES];
    uint8_t sign_key[SIGN_PUBLIC_BYTES];
    bool has_genesis;
    struct authors authors;
    uint32_t epoch;

    /* The commit at hand. */
    struct commit commit; /* last_seq: the entry seen last; tree: the leaves so far */
    int64_t commit_at_ms;
    struct seen_envelope *envelopes;
    size_t envelope_count;
    size_t envelope_capacity;

    struct hash hash;      /* of the chain up to the entry seen last */
    int64_t last_at_ms;    /* of the entry before */
    bool witness_was_seen; /* the head kept outside has been compared */
};

/* Reports a fault of entry @entry, which may be NULL, with a detail. */
void verifier_report(struct verifier *verifier, uint64_t seq, const struct entry *entry,
                     enum verify_code code, const char *detail);

/* Finds genesis among the entries of the first commit and takes office and key from it. */
void verifier_find_genesis(struct verifier *verifier);

/* Check the bytes of an entry of their kind. */
void verifier_check_received(struct verifier *verifier, const struct entry *entry);
void verifier_check_event(struct verifier *verifier, const struct entry *entry);
void verifier_check_head(struct verifier *verifier, const struct entry *entry);

/* Checks the end against the head kept outside and the head file. Errors, with words in @failure:
 * the head file is there and cannot be read. */
enum err verifier_check_end(struct verifier *verifier, struct failure *failure);

#endif
