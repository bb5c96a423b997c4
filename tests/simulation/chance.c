/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/chance.h"

#include "lib/check.h"

#define STEP UINT64_C(0x9e3779b97f4a7c15)

enum { MILLION = 1000000 };

static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

uint64_t chance_next(struct chance *chance)
{
    chance->state += STEP;
    return mix(chance->state);
}

struct chance chance_split(const struct chance *chance, uint64_t number)
{
    return (struct chance){mix(chance->state ^ mix(number + STEP))};
}

uint64_t chance_below(struct chance *chance, uint64_t count)
{
    require(count > 0);
    return chance_next(chance) % count; /* the bias of 2^-40 and less does not matter here */
}

int64_t chance_between(struct chance *chance, int64_t least, int64_t most)
{
    require(least <= most);
    return least + (int64_t)chance_below(chance, (uint64_t)(most - least) + 1);
}

bool chance_hits(struct chance *chance, uint32_t ppm)
{
    return chance_below(chance, MILLION) < ppm;
}

int64_t chance_log(struct chance *chance, int64_t least, int64_t most)
{
    int64_t high = least;
    unsigned doublings = 0;

    require(least >= 1 && least <= most);
    while (high <= most / 2) {
        high *= 2;
        doublings++;
    }
    int64_t low = least << chance_below(chance, (uint64_t)doublings + 1);
    return chance_between(chance, low, low <= most / 2 ? 2 * low : most);
}
