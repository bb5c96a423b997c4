/* SPDX-License-Identifier: Apache-2.0 */
/* world.h - a simulated world: its time, what happens next in it, and what was seen of it.
 *
 * Everything happens in one thread, in the order of time and, at one instant, of asking. Time is
 * milliseconds of the machines. The office's clock runs office_rate times as fast, so that weeks of
 * an office pass with few heartbeats; the product does the same in a demonstration.
 */
#ifndef TESTS_SIMULATION_WORLD_H
#define TESTS_SIMULATION_WORLD_H

#include "lib/bytes.h"
#include "tests/simulation/chance.h"

struct swarm; /* swarm.h */

/* Something to come. number is the asker's, to know what it no longer wants. */
typedef void (*world_fn)(void *self, uint64_t number);

struct world_event {
    int64_t at_ms;
    uint64_t order;
    world_fn happen;
    void *self;
    uint64_t number;
};

/* What a seed counted. */
struct world_tally {
    uint64_t turns;
    uint64_t events;
    uint64_t proposals;
    uint64_t receipts;
    uint64_t refusals;
    uint64_t crashes;
    uint64_t power_losses;
    uint64_t frames;
    uint64_t faults; /* of all kinds, as they happened */
};

enum { WORLD_WORDS_BYTES = 512 };

struct world {
    const char *folder; /* of everything that is written; in memory */
    const struct swarm *swarm;
    struct chance chance; /* of who does what */
    struct chance fate;   /* of faults */
    int64_t now_ms;
    int64_t start_ms;        /* of now_ms */
    int64_t office_start_ms; /* Unix time at the start */
    int64_t office_rate;
    bool is_calm;  /* faults have stopped */
    bool is_loud;  /* tells each step on stderr */
    uint64_t hash; /* of all that happened */
    struct world_tally tally;
    char failure[WORLD_WORDS_BYTES]; /* the first promise that was broken; empty: none */
    bool is_over;

    struct world_event *heap; /* the soonest first */
    size_t count;
    size_t capacity;
    uint64_t order;
};

void world_init(struct world *world, uint64_t seed, const char *folder);
void world_release(struct world *world);

/* Makes @happen be called with @self and @number in @delay_ms. */
void world_in(struct world *world, int64_t delay_ms, struct world_event event);

/* Lets the next thing happen, if it does by @until_ms. False: there is none, or the world is over.
 */
bool world_step(struct world *world, int64_t until_ms);

/* Returns the right time of day, milliseconds UTC: what a sound clock of the office says. */
int64_t world_office_ms(const struct world *world);

/* Notes what happened, in the hash and, if the world is loud, in words. */
void world_note(struct world *world, const char *what, uint64_t number, struct bytes bytes);

/* Says which promise was broken; only the first is kept, and the world is over. */
void world_fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
