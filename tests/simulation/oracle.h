/* SPDX-License-Identifier: Apache-2.0 */
/* oracle.h - what must be so, looked at after every turn: the promises of the product, held against
 * the journal entry by entry, and against what left the broker.
 *
 * It knows events and times and none of the product's rules but what it proves: numbers are dense,
 * time goes on and is never ahead, a command has one effect, a review one opinion, a round one
 * verdict, and that the one its record gives; no deadline comes early or twice; what was
 * acknowledged stands.
 */
#ifndef TESTS_SIMULATION_ORACLE_H
#define TESTS_SIMULATION_ORACLE_H

#include "lib/arena.h"
#include "lib/hash.h"
#include "store/journal.h"
#include "store/verify.h"
#include "tests/simulation/world.h"

enum { ORACLE_REVIEWS_MAX = 16, ORACLE_NAME_BYTES = 32 };

struct seen_review {
    char department[ORACLE_NAME_BYTES];
    bool is_given;
    bool is_closed_otherwise; /* tacit, decided for, carried forward */
    bool is_overdue;
};

struct seen_proposal {
    uint32_t round;
    uint64_t verdict_seq; /* of the round; 0: none yet */
    bool has_lapsed;
    struct seen_review reviews[ORACLE_REVIEWS_MAX];
    size_t count;
};

/* A command that had effects. */
struct seen_command {
    uint64_t id; /* checksum; 0: unused */
    uint64_t seq;
    uint32_t index;
};

/* An acknowledgement that left the broker. */
struct seen_receipt {
    uint64_t seq;
    struct hash leaf;
};

struct oracle {
    struct world *world;
    uint64_t read_seq; /* entries up to it were looked at */
    struct hash leaf;  /* of the last one */
    int64_t at_ms;     /* of it */
    struct arena arena;
    struct arena packed;             /* of frames */
    struct seen_proposal *proposals; /* by id */
    size_t proposal_count;
    struct seen_command *commands; /* a hash table */
    size_t command_count;
    size_t command_capacity;
    struct seen_receipt *receipts;
    size_t receipt_count;
    size_t receipt_capacity;
    struct kept_head head; /* the last that left */
    uint64_t envelope_seq; /* the received entry whose commands are: */
    uint64_t *ids;
    size_t id_count;
};

void oracle_init(struct oracle *oracle, struct world *world);
void oracle_release(struct oracle *oracle);

/* Takes what the founding left as it is. */
void oracle_begin(struct oracle *oracle, struct journal *journal);

/* Looks at what is new in @journal, after a turn or a restart. */
void oracle_look(struct oracle *oracle, struct journal *journal);

/* Takes note of @frame, a bundle that leaves the broker. */
void oracle_hear(struct oracle *oracle, struct bytes frame);

/* Holds the last @count acknowledgements against @journal. */
void oracle_check_receipts(struct oracle *oracle, struct journal *journal, size_t count);

/* Verifies the whole journal in @folder, which nobody has open; with views, against a replay in
 * @scratch (NULL: without). */
void oracle_verify(struct oracle *oracle, const char *folder, const char *scratch);

#endif
