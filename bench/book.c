/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/book.h"

#include <stdlib.h>

#include "lib/check.h"

enum { ACKS_FIRST = 4096 };

static struct unit *new_chunk(void)
{
    struct unit *chunk = calloc(BOOK_CHUNK_UNITS, sizeof *chunk);

    require(chunk != NULL);
    for (size_t i = 0; i < BOOK_CHUNK_UNITS; i++) {
        for (size_t j = 0; j < BENCH_DEPARTMENTS; j++) {
            chunk[i].parts[j].unit = &chunk[i];
        }
    }
    return chunk;
}

struct unit *book_unit(struct book *book, uint64_t proposal)
{
    uint64_t chunk = proposal / BOOK_CHUNK_UNITS;

    if (proposal == 0 || chunk >= BOOK_CHUNKS_MAX) {
        return NULL;
    }
    if (book->chunks[chunk] == NULL) {
        book->chunks[chunk] = new_chunk();
    }
    if (proposal > book->proposal_max) {
        book->proposal_max = proposal;
    }

    struct unit *unit = &book->chunks[chunk][proposal % BOOK_CHUNK_UNITS];
    unit->proposal = proposal;
    return unit;
}

const struct unit *book_find(const struct book *book, uint64_t proposal)
{
    uint64_t chunk = proposal / BOOK_CHUNK_UNITS;

    if (chunk >= BOOK_CHUNKS_MAX || book->chunks[chunk] == NULL) {
        return NULL;
    }

    const struct unit *unit = &book->chunks[chunk][proposal % BOOK_CHUNK_UNITS];
    return unit->proposal == 0 ? NULL : unit;
}

void book_acknowledge(struct book *book, const struct ack *ack)
{
    if (book->ack_count == book->ack_capacity) {
        book->ack_capacity = book->ack_capacity == 0 ? ACKS_FIRST : book->ack_capacity * 2;
        book->acks = realloc(book->acks, book->ack_capacity * sizeof *book->acks);
        require(book->acks != NULL);
    }
    book->acks[book->ack_count++] = *ack;
}

bool unit_is_complete(const struct unit *unit)
{
    if (!unit->is_submitted || !unit->has_verdict) {
        return false;
    }
    for (size_t i = 0; i < BENCH_DEPARTMENTS; i++) {
        if (!unit->parts[i].is_given) {
            return false;
        }
    }
    return true;
}

void book_release(struct book *book)
{
    for (size_t i = 0; i < BOOK_CHUNKS_MAX; i++) {
        free(book->chunks[i]);
    }
    free(book->acks);
    *book = (struct book){.acks = NULL};
}
