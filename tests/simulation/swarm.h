/* SPDX-License-Identifier: Apache-2.0 */
/* swarm.h - which faults a seed has, and how often: each is on or off, its rate drawn evenly over
 * the orders of magnitude. Some seeds have none. */
#ifndef TESTS_SIMULATION_SWARM_H
#define TESTS_SIMULATION_SWARM_H

#include "tests/simulation/disk.h"
#include "tests/simulation/world.h"

/* Faults by number, name, and their rates, parts of a million of their occasions. Numbers are a
 * contract with the file of kept seeds: only added. */
#define MISHAP_LIST(X)                                                                          \
    X(KILL, "kill", 100, 20000)   /* of the broker: per effect-bearing run */                   \
    X(POWER, "power", 100, 10000) /* the same with its machine */                               \
    X(AGENT_KILL, "agent-kill", 100, 20000)                                                     \
    X(DROP, "drop", 100, 30000) /* a frame */                                                   \
    X(DUPLICATE, "duplicate", 100, 30000)                                                       \
    X(REORDER, "reorder", 100, 50000)                                                           \
    X(DELAY, "delay", 100, 50000)                                                               \
    X(CUT, "cut", 20000, 500000)  /* one direction of a link: per minute */                     \
    X(FLAP, "flap", 20, 3000)     /* a connection, per frame */                                 \
    X(STEP, "step", 5000, 200000) /* of the broker's clock: per minute */                       \
    X(SUSPEND, "suspend", 5000, 100000)                                                         \
    X(FULL, "full", 5000, 100000) /* the broker's disk: per minute */                           \
    X(SHORT_WRITE, "short-write", 10, 500)                                                      \
    X(FAILING_WRITE, "failing-write", 10, 500)                                                  \
    X(FAILING_SYNC, "failing-sync", 10, 2000)                                                   \
    X(OLD_BACKUP, "old-backup", 100000, 500000) /* put back after a crash: per crash */         \
    X(DISABLE, "disable", 5000, 100000)         /* an account for a while: per minute */        \
    X(HOSTILE, "hostile", 50000, 500000)        /* what a hostile principal says, per minute */ \
    X(LYING_SYNC, "lying-sync", 100000, 900000) /* the negative control only */

#define MISHAP_ENUM(name, text, least, most) MISHAP_##name,
enum mishap { MISHAP_LIST(MISHAP_ENUM) MISHAP_COUNT };
#undef MISHAP_ENUM

struct swarm {
    uint32_t ppm[MISHAP_COUNT]; /* 0: off */
};

/* Draws what @seed has; faults of @masked (a bit each) are off whatever was drawn. */
void swarm_init(struct swarm *swarm, uint64_t seed, uint32_t masked);

/* The negative control: sync lies and the power goes, and nothing else. */
void swarm_control(struct swarm *swarm);

const char *mishap_name(enum mishap fault);

/* True if @fault strikes now. Never once the world is calm. */
bool swarm_hits(struct world *world, enum mishap fault);

/* Returns by how much a frame is late. */
int64_t swarm_delay_ms(struct world *world);

/* Returns what a disk has of faults now. */
struct disk_faults swarm_disk(const struct world *world);

#endif
