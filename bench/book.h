/* SPDX-License-Identifier: Apache-2.0 */
/* book.h - what the load asked for and what was acknowledged: what the audit holds the broker to.
 *
 * One unit for each proposal that anything was heard of; one ack for each receipt. Units stay where
 * they are until the book is released.
 */
#ifndef BENCH_BOOK_H
#define BENCH_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/definitions.h"
#include "lib/hash.h"

enum {
    BOOK_COMMAND_BYTES = 16,
    BOOK_NUMBER_BYTES = 32,
    BOOK_CHUNK_UNITS = 4096,
    BOOK_CHUNKS_MAX = 8192,
};

struct unit;

/* One department's opinion. */
struct unit_part {
    struct unit *unit; /* whose part it is */
    bool is_given;     /* the opinion was acknowledged */
};

/* One joint review. It is done when the submission and every opinion are acknowledged and the
 * verdict was delivered to the submitter. */
struct unit {
    uint64_t proposal; /* 0: nothing was heard of it */
    void *slot;        /* of the load that submitted it, while it is in flight */
    void *load;
    int64_t start_ns; /* clock_monotonic_ns() of the submission */
    int64_t done_ns;  /* 0: not done */
    struct hash packet;
    struct hash verdict;
    uint32_t outcome;
    bool is_submitted; /* acknowledged: number and packet are set */
    bool has_verdict;
    char number[BOOK_NUMBER_BYTES];
    struct unit_part parts[BENCH_DEPARTMENTS];
};

/* What a receipt says is on record. */
struct ack {
    uint64_t seq;   /* of the received entry */
    uint32_t index; /* of the command in it */
    uint8_t command[BOOK_COMMAND_BYTES];
    struct hash leaf;
};

/* Chunks, because units are pointed to; indexed by proposal, which the broker counts from 1. */
struct book {
    struct unit *chunks[BOOK_CHUNKS_MAX];
    uint64_t proposal_max; /* the last one heard of */
    struct ack *acks;
    size_t ack_count;
    size_t ack_capacity;
};

/* Returns the unit of @proposal, made if need be; NULL if the id is 0 or beyond what a book holds.
 */
struct unit *book_unit(struct book *book, uint64_t proposal);

/* Returns the unit of @proposal, or NULL if nothing was heard of it. */
const struct unit *book_find(const struct book *book, uint64_t proposal);

/* Adds @ack. */
void book_acknowledge(struct book *book, const struct ack *ack);

/* True if everything that makes @unit done has happened. */
bool unit_is_complete(const struct unit *unit);

/* Frees everything; a zeroed book is an empty one. */
void book_release(struct book *book);

#endif
