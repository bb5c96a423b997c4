/* SPDX-License-Identifier: Apache-2.0 */
/* premises.h - the office of a folder `journal`, opened as the broker opens it, and one of its
 * turns done again from the envelopes that a sample's journal has of it.
 *
 * Unlike tests/virtual/model.h it gives every failure back: they are what is looked at.
 */
#ifndef TESTS_TORTURE_PREMISES_H
#define TESTS_TORTURE_PREMISES_H

#include "broker/turn.h"
#include "lib/arena.h"
#include "store/journal.h"

enum { PREMISES_MAP_BYTES = 64 << 20, PREMISES_ENVELOPES_MAX = 8 };

/* The keys and the clock of the offices that tests/virtual/ makes. */
struct premises {
    int64_t wall_ms;
    struct sign_key key;
    struct journal *journal;
    struct library *library;
    struct directory directory;
    struct turn *turn;
};

/* Opens the office in @folder at @wall_ms, as options of the broker would. On failure @failure has
 * the words and nothing is open. */
enum err premises_open(struct premises *premises, const char *folder, int64_t wall_ms,
                       struct failure *failure);
void premises_close(struct premises *premises);

/* A commit of a sample, to be made again. */
struct commit_again {
    int64_t at_ms;
    uint64_t before; /* seq of the head before it */
    struct hash hash_before;
    uint64_t after; /* seq of its own head */
    struct hash hash_after;
    Hs__SignedEnvelope *envelopes[PREMISES_ENVELOPES_MAX];
    const char *users[PREMISES_ENVELOPES_MAX];
    size_t count;
};

/* Does the turn of @commit. ERR_OK: it is committed, and answered. Other errors: those of the
 * turn. */
enum err premises_turn(struct premises *premises, const struct commit_again *commit);

#endif
