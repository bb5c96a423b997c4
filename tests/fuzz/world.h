/* SPDX-License-Identifier: Apache-2.0 */
/* world.h - an office over core/ alone, with what the broker keeps for it: records, packets,
 * opinions, principals, a clock that only goes on. Everything that is decided is held against what
 * must be true of any office (world_record()).
 */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include "tests/core/office.h"
#include "tests/fuzz/making.h"

enum {
    WORLD_KINDS = 16, /* of processes: each bit of the number is a trait */
    WORLD_PROPOSALS_MAX = 3,
    WORLD_PACKETS_MAX = 8,
    WORLD_OPINIONS_MAX = 128,
    WORLD_PRINCIPALS_MAX = 24,
    WORLD_EVENTS_MAX = 4096,
    WORLD_SEATS = 2,
};

/* What a round's history has come to, by the events alone. */
struct world_round {
    uint32_t number;
    unsigned verdicts;
    bool is_given[WORLD_SEATS]; /* planning, fire; an opinion that may not be given again */
};

struct world_proposal {
    Hs__Proposal *record; /* empty until it is submitted */
    const Hs__Packet *packets[WORLD_PACKETS_MAX];
    struct world_round round;
};

struct world {
    struct arena *arena;
    const struct small_office *small; /* shared by all of its kind */
    const struct calendar *calendar;
    Hs__Office *office;
    struct world_proposal proposals[WORLD_PROPOSALS_MAX]; /* that of id 1 first */
    Hs__Principal *principals[WORLD_PRINCIPALS_MAX];
    size_t principal_count;
    const Hs__Opinion *opinions[WORLD_OPINIONS_MAX]; /* given or drafted */
    struct bytes hashes[WORLD_OPINIONS_MAX];
    size_t opinion_count;
    struct bytes events[WORLD_EVENTS_MAX]; /* all on record */
    struct event_entry_at {
        uint64_t seq;
        int64_t at_ms;
    } entries[WORLD_EVENTS_MAX];
    size_t event_count;
    int64_t now_ms;
};

/* Makes @world a new office of @kind in @arena. */
void world_init(struct world *world, unsigned kind, struct arena *arena);

/* Lets @signer give @command, and records what comes of it. */
enum refusal world_give(struct world *world, const Hs__Principal *signer,
                        const Hs__Command *command);

/* Lets the clock go on by @span_ms and records everything that it brings. */
void world_pass(struct world *world, int64_t span_ms);

/* Returns when a clock of the proposal @record next does something, and whose; 0: none. */
int64_t world_next_wake(const Hs__Proposal *record, const char **department);

/* Returns the opinion with @hash that was given or drafted, or NULL. */
const Hs__Opinion *world_opinion(const struct world *world, struct bytes hash);

/* Applies everything on record again, from its bytes, and holds the result against the records. */
void world_replay(struct world *world);

#endif
