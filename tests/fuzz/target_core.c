/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of commands and of time over core/: decided, held against what must be true of any
 * office (world.c), recorded, and at the end applied again from the bytes on record. */
#include "lib/check.h"
#include "tests/fuzz/mending.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"

enum {
    ARENA_BYTES = 64 << 20,
    ARENA_LEFT_BYTES = 8 << 20, /* a case ends before its arena does */
    STEPS_MAX = 48,
    MINUTE_MS = 60000,
    DAY_MS = 24 * 60 * MINUTE_MS,
};

static const char *const departments[] = {"planning", "fire"};

/* What is likely to be named: the proposal, its round, the hashes on its record. */
static struct making making_of(const struct world *world, struct choices *choices)
{
    uint64_t id = world->office->proposals;
    const Hs__Proposal *record = world->proposals[id > 1 ? id - 1 : 0].record;
    struct making making = {.choices = choices,
                            .arena = world->arena,
                            .now_ms = world->now_ms,
                            .proposal = id > 1 ? id : 1,
                            .round = record->round,
                            .departments = departments,
                            .department_count = 2};
    size_t count = 0;

    making.hashes[count++] = bytes_of(record->verdict);
    making.hashes[count++] = bytes_of(record->packet);
    for (size_t i = 0; i < record->n_reviews && count + 2 <= MAKING_HASHES_MAX; i++) {
        making.hashes[count++] = bytes_of(record->reviews[i]->opinion);
        if (record->reviews[i]->draft != NULL) {
            making.hashes[count++] = bytes_of(record->reviews[i]->draft->opinion);
        }
    }
    return making;
}

/* Most commands are put right, and so made of nothing first; what is wrong must be refused. */
static void give(struct world *world, struct choices *choices, unsigned body)
{
    struct choices none = {{0}};
    bool is_mended = choose(choices, 8) != 7;
    const struct making making =
        making_of(world, is_mended && mend_is_whole(body) ? &none : choices);
    Hs__Command *command =
        (Hs__Command *)make_message_with(&making, &hs__command__descriptor, body);

    if (command != NULL && is_mended) {
        mend_command(world, world->proposals[making.proposal - 1].record, choices, command);
    }
    if (command != NULL) {
        (void)world_give(world, mend_signer(world, choices, command),
                         command); /* a refusal is an answer */
    }
}

static void pass(struct world *world, struct choices *choices)
{
    static const int64_t spans[] = {1, 250, 1000, 30 * 1000, MINUTE_MS, 60 * MINUTE_MS, DAY_MS};
    unsigned which = choose(choices, 9);
    int64_t span_ms = 0;

    if (which < 7) {
        span_ms = spans[which] * (1 + (int64_t)choose(choices, 8));
    } else { /* to the very instant at which something is next, or just beyond */
        const char *department = NULL;
        int64_t at_ms = world_next_wake(world->proposals[0].record, &department);

        span_ms = at_ms == 0 ? 0 : at_ms - world->now_ms + (which == 7 ? 0 : 1);
    }
    world_pass(world, span_ms < 0 ? 0 : span_ms);
}

void fuzz_core(struct bytes input)
{
    static struct arena arena = {.capacity_bytes = ARENA_BYTES};
    static struct world world;
    struct choices choices = {input};

    arena_clear(&arena);
    world_init(&world, choose(&choices, WORLD_KINDS), &arena);
    give(&world, &choices, HS__COMMAND__BODY_SUBMIT);
    for (unsigned i = 0; i < STEPS_MAX && choices_are_left(&choices) &&
                         arena.capacity_bytes - arena.used_bytes > ARENA_LEFT_BYTES;
         i++) {
        unsigned turn = choose(&choices, 64);

        if (turn + 1 < hs__command__descriptor.n_fields) { /* the first one is its id */
            give(&world, &choices, HS__COMMAND__BODY_SUBMIT + turn);
        } else if (turn < 52) {
            static const unsigned likely[] = {
                HS__COMMAND__BODY_GIVE_OPINION, HS__COMMAND__BODY_REVISE,
                HS__COMMAND__BODY_GIVE_OPINION, HS__COMMAND__BODY_SETTLE_CONFLICT,
                HS__COMMAND__BODY_GIVE_OPINION, HS__COMMAND__BODY_DECIDE};

            give(&world, &choices, likely[turn % 6]);
        } else {
            pass(&world, &choices);
        }
    }
    if (arena.capacity_bytes - arena.used_bytes > ARENA_LEFT_BYTES) {
        world_replay(&world);
    }
}
