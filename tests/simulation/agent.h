/* SPDX-License-Identifier: Apache-2.0 */
/* agent.h - a department's agent in a simulated world: agents/runtime.c and agents/store.c as they
 * are, in a process and on a disk of its own. */
#ifndef TESTS_SIMULATION_AGENT_H
#define TESTS_SIMULATION_AGENT_H

#include "agents/runtime.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/network.h"
#include "tests/simulation/process.h"

struct agent {
    struct world *world;
    struct process process;
    struct disk disk;
    struct link link;
    struct sign_key key;
    const uint8_t *broker_key;
    char folder[DISK_PATH_BYTES];
    char department[NETWORK_NAME_BYTES];
    struct log log;
    struct store *store; /* NULL: it does not run */
    struct runtime runtime;
    struct conversation conversation;
    uint64_t wakes;  /* the number of the last one asked for */
    bool runs_rules; /* else a desk */
    bool is_power;
    bool is_gone;   /* for good */
    bool has_ended; /* it ended by itself */
    enum runtime_end end;
    struct bytes frame; /* at hand */
};

struct agent_place {
    struct network *network;
    const char *folder;
    const char *principal; /* agent:fire/1 */
    const char *department;
    const uint8_t *broker_key; /* borrowed */
    bool runs_rules;
};

/* Makes the agent, which begins to run. */
void agent_init(struct agent *agent, struct world *world, const struct agent_place *place);
void agent_release(struct agent *agent);

/* Its machine is gone for good. */
void agent_leave(struct agent *agent);

/* True if it is gone, or nothing waits in its outbox and no review waits to be decided. */
bool agent_is_idle(const struct agent *agent);

#endif
