/* SPDX-License-Identifier: Apache-2.0 */
/* model.h - an office in one process, under a clock that stands until it is told: the real core,
 * turn and store, without a network.
 *
 * Times are milliseconds since the Unix epoch, UTC. What a principal signs with follows from its
 * name, so a journal made here can be read by whoever knows the names. A call that fails for the
 * environment ends the program with the words on stderr: it is a test's.
 */
#ifndef TESTS_VIRTUAL_MODEL_H
#define TESTS_VIRTUAL_MODEL_H

#include "broker/turn.h"
#include "lib/arena.h"

struct model {
    const char *folder; /* of the journal; borrowed */
    size_t map_bytes;
    int64_t wall_ms; /* what the clock says */
    struct journal *journal;
    struct library *library;
    struct directory directory;
    struct turn *turn;
    struct arena arena; /* of the orders of one turn */
    struct sign_key key;
    uint64_t orders; /* how many were given: their ids */
};

/* Founds an office in the empty folder @model->folder at @model->wall_ms, with the principals
 * office, person:security and person:admin, and opens it. The first three members are the caller's;
 * the rest is zero. */
void model_found(struct model *model);

/* Opens the office in @model->folder. */
void model_open(struct model *model);

/* Closes it; the clock goes on to stand. */
void model_close(struct model *model);

/* Returns the keys of @name. */
void model_key(const char *name, struct sign_key *sign, uint8_t curve[32]);

/* What somebody orders. */
struct order {
    const char *author; /* person:fire */
    Hs__Command *command;
};

/* Runs a turn: what the clock brings, then @count orders. What came of it is the turn's until the
 * next one: turn_happenings(), turn_replies(). Returns how many events there were. */
size_t model_turn(struct model *model, const struct order *orders, size_t count);

/* Sets @wake_ms to when the clock next brings something. False: never. */
bool model_next_wake(struct model *model, int64_t *wake_ms);

/* Enrols @name in the role @role, in @department (empty: none). */
void model_enrol(struct model *model, const char *name, Hs__Principal__Role role,
                 const char *department);

/* Prints the words and ends the program. */
_Noreturn void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
