/* SPDX-License-Identifier: Apache-2.0 */
/* chance.h - the one source of chance of a simulated world: the same seed, the same draws. */
#ifndef TESTS_SIMULATION_CHANCE_H
#define TESTS_SIMULATION_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SplitMix64 (Steele, Lea and Flood, 2014). */
struct chance {
    uint64_t state;
};

/* Returns the next 64 bits. */
uint64_t chance_next(struct chance *chance);

/* Returns a source of its own for part @number: what is drawn there changes nothing here. */
struct chance chance_split(const struct chance *chance, uint64_t number);

/* Returns a number below @count, which is at least 1. */
uint64_t chance_below(struct chance *chance, uint64_t count);

/* Returns a number from @least to @most, both included. */
int64_t chance_between(struct chance *chance, int64_t least, int64_t most);

/* True in @ppm of a million times. */
bool chance_hits(struct chance *chance, uint32_t ppm);

/* Returns a number from @least (at least 1) to @most, each order of magnitude as likely as any
 * other. */
int64_t chance_log(struct chance *chance, int64_t least, int64_t most);

#endif
