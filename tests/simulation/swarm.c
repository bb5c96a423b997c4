/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/swarm.h"

enum { FAULTLESS_OF = 10, ON_PPM = 350000, DELAY_MS_MAX = 120000, SPREAD_MS = 5 };

struct mishap_row {
    const char *name;
    int64_t least_ppm;
    int64_t most_ppm;
};

#define MISHAP_ROW(code, text, least, most) {text, least, most},
static const struct mishap_row faults[] = {MISHAP_LIST(MISHAP_ROW)};
#undef MISHAP_ROW

void swarm_init(struct swarm *swarm, uint64_t seed, uint32_t masked)
{
    const struct chance root = {seed};
    struct chance chance = chance_split(&root, 3);
    bool is_faultless = chance_below(&chance, FAULTLESS_OF) == 0;

    *swarm = (struct swarm){{0}};
    for (int i = 0; i < MISHAP_COUNT; i++) {
        bool is_on = chance_hits(&chance, ON_PPM);
        uint32_t ppm = (uint32_t)chance_log(&chance, faults[i].least_ppm, faults[i].most_ppm);

        if (is_on && !is_faultless && i != MISHAP_LYING_SYNC && (masked >> i & 1) == 0) {
            swarm->ppm[i] = ppm;
        }
    }
}

void swarm_control(struct swarm *swarm)
{
    *swarm = (struct swarm){{0}};
    swarm->ppm[MISHAP_POWER] = 10000;
    swarm->ppm[MISHAP_LYING_SYNC] = 500000;
}

const char *mishap_name(enum mishap fault)
{
    return faults[fault].name;
}

bool swarm_hits(struct world *world, enum mishap fault)
{
    uint32_t ppm = world->swarm->ppm[fault];

    if (ppm == 0 || world->is_calm || !chance_hits(&world->fate, ppm)) {
        return false;
    }
    world->tally.faults++;
    return true;
}

int64_t swarm_delay_ms(struct world *world)
{
    int64_t spread_ms = chance_between(&world->chance, 0, SPREAD_MS);

    return swarm_hits(world, MISHAP_DELAY) ? spread_ms + chance_log(&world->fate, 1, DELAY_MS_MAX)
                                           : spread_ms;
}

struct disk_faults swarm_disk(const struct world *world)
{
    const uint32_t *ppm = world->swarm->ppm;

    if (world->is_calm) {
        return (struct disk_faults){.is_full = false};
    }
    return (struct disk_faults){
        .short_write_ppm = ppm[MISHAP_SHORT_WRITE],
        .failing_write_ppm = ppm[MISHAP_FAILING_WRITE],
        .failing_sync_ppm = ppm[MISHAP_FAILING_SYNC],
        .lying_sync_ppm = ppm[MISHAP_LYING_SYNC],
    };
}
