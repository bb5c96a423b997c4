/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/agent.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/check.h"
#include "tests/simulation/office_keys.h"
#include "tests/simulation/swarm.h"

enum {
    EFFECTS_MAX = 100,
    RESTART_MS_MAX = 60000,
    RETRY_MS = 2000,
    CREDIT = 1024, /* more than one office has open: what an agent lacks is not for want of it */
    LINK_NAME_BYTES = NETWORK_NAME_BYTES,
    WAKE_LEAST_MS = 1,
};

static void start(void *self, uint64_t number);

static int64_t wall_ms(void *self)
{
    return world_office_ms(((const struct agent *)self)->world);
}

static int64_t boot_ms(void *self)
{
    return ((const struct agent *)self)->world->now_ms;
}

static struct clock clock_of(struct agent *agent)
{
    return (struct clock){wall_ms, boot_ms, agent};
}

/* ---- the process ---- */

static void start_in(struct agent *agent, int64_t delay_ms)
{
    world_in(agent->world, delay_ms, (struct world_event){.happen = start, .self = agent});
}

static void forget(struct agent *agent)
{
    agent->store = NULL;
    process_end(&agent->process);
    link_down(&agent->link);
}

static void crash(struct agent *agent)
{
    world_note(agent->world, "agent killed", agent->link.number, bytes_of_text(agent->link.name));
    forget(agent);
    if (agent->is_power) {
        (void)disk_lose_power(&agent->disk); /* what it lost it gets again */
    }
    start_in(agent, chance_log(&agent->world->fate, 1, RESTART_MS_MAX));
}

static void release(void *self)
{
    struct agent *agent = self;

    conversation_release(&agent->conversation);
    runtime_release(&agent->runtime);
    store_close(agent->store);
}

static void wake(void *self, uint64_t number);

static void wake_later(struct agent *agent)
{
    int64_t wake_ms = conversation_wake_ms(&agent->conversation);

    if (wake_ms == INT64_MAX) {
        return;
    }
    int64_t delay_ms = wake_ms - agent->world->now_ms;
    world_in(agent->world, delay_ms < WAKE_LEAST_MS ? WAKE_LEAST_MS : delay_ms,
             (struct world_event){.happen = wake, .self = agent, .number = ++agent->wakes});
}

static void after_ended(struct agent *agent)
{
    world_note(agent->world, "agent ended", (uint64_t)agent->end, bytes_of_text(agent->link.name));
    if (agent->end != RUNTIME_STORE_FAILED) {
        world_fail(agent->world, "I16: %s believes its broker no more", agent->link.name);
    }
    (void)process_run(&agent->process, release, agent);
    forget(agent);
    agent->has_ended = false;
    start_in(agent, RETRY_MS);
}

static void run(struct agent *agent, process_fn run_it)
{
    struct world *world = agent->world;

    if (agent->store == NULL) {
        return;
    }
    agent->disk.faults = swarm_disk(world);
    agent->disk.faults.lying_sync_ppm = 0;
    agent->is_power = chance_below(&world->fate, 3) == 0;
    agent->process.kill_in = swarm_hits(world, MISHAP_AGENT_KILL)
                                 ? (uint64_t)chance_log(&world->fate, 1, EFFECTS_MAX)
                                 : 0;
    if (!process_run(&agent->process, run_it, agent)) {
        crash(agent);
        return;
    }
    agent->process.kill_in = 0;
    if (agent->has_ended) {
        after_ended(agent);
        return;
    }
    wake_later(agent);
}

static void turn(void *self)
{
    struct agent *agent = self;

    conversation_turn(&agent->conversation, agent->world->now_ms);
}

static void wake(void *self, uint64_t number)
{
    struct agent *agent = self;

    if (number == agent->wakes) {
        run(agent, turn);
    }
}

/* ---- the link ---- */

static void take_connected(void *self)
{
    struct agent *agent = self;

    conversation_connected(&agent->conversation, agent->world->now_ms);
    turn(agent);
}

static void take_lost(void *self)
{
    struct agent *agent = self;

    conversation_lost(&agent->conversation);
    turn(agent);
}

static void take_frame(void *self)
{
    struct agent *agent = self;

    conversation_receive(&agent->conversation, agent->frame, agent->world->now_ms);
    turn(agent);
}

static void on_connected(void *self)
{
    run(self, take_connected);
}

static void on_lost(void *self)
{
    run(self, take_lost);
}

static void on_denied(void *self)
{
    (void)self; /* it goes on trying */
}

static void on_receive(void *self, struct bytes frame)
{
    struct agent *agent = self;

    agent->frame = frame;
    run(agent, take_frame);
}

static bool send_frame(void *self, struct bytes frame)
{
    return link_send(&((struct agent *)self)->link, frame);
}

/* ---- starting ---- */

static void on_ready(void *self)
{
    (void)self; /* nobody waits for it */
}

static void on_ended(void *self, enum runtime_end end)
{
    struct agent *agent = self;

    agent->has_ended = true;
    agent->end = end;
}

static void open_all(void *self)
{
    struct agent *agent = self;
    const struct runtime_settings settings = {
        .department = agent->department,
        .runs_rules = agent->runs_rules,
        .credit = CREDIT,
        .clock = clock_of(agent),
        .log = &agent->log,
    };
    const struct runtime_listener listener = {.self = agent, .ready = on_ready, .ended = on_ended};
    const struct conversation_sender sender = {.self = agent, .send = send_frame};
    struct conversation_settings spoken = {
        .author = {OFFICE_ID, agent->link.name, &agent->key},
        .department = agent->department,
    };

    if (store_open(agent->folder, STORE_MAP_BYTES, &agent->store) != ERR_OK ||
        runtime_init(&agent->runtime, &settings, &listener, agent->store) != ERR_OK) {
        agent->store = NULL;
        return;
    }
    spoken.credit = runtime_credit(&agent->runtime);
    spoken.seen = agent->runtime.stored_head;
    memcpy(spoken.instance, store_instance(agent->store), sizeof spoken.instance);
    memcpy(spoken.broker_key, agent->broker_key, sizeof spoken.broker_key);

    struct client_handlers handlers = runtime_handlers(&agent->runtime);
    conversation_init(&agent->conversation, &spoken, &handlers, &sender);
    runtime_attach(&agent->runtime, &agent->conversation);
}

static void start(void *self, uint64_t number)
{
    struct agent *agent = self;
    const uint32_t *ppm = agent->world->swarm->ppm;

    (void)number; /* one start is asked for at a time */
    if (agent->store != NULL || agent->is_gone) {
        return;
    }
    agent->disk.faults = swarm_disk(agent->world);
    agent->disk.faults.lying_sync_ppm = 0;
    if (!process_run(&agent->process, open_all, agent) || agent->store == NULL) {
        if (agent->world->is_calm ||
            (ppm[MISHAP_FAILING_WRITE] == 0 && ppm[MISHAP_SHORT_WRITE] == 0 &&
             ppm[MISHAP_FAILING_SYNC] == 0)) {
            world_fail(agent->world, "I10: %s does not open its store", agent->link.name);
        }
        forget(agent);
        start_in(agent, RETRY_MS);
        return;
    }
    link_up(&agent->link);
}

void agent_init(struct agent *agent, struct world *world, const struct agent_place *place)
{
    *agent = (struct agent){
        .world = world, .broker_key = place->broker_key, .runs_rules = place->runs_rules};
    (void)snprintf(agent->folder, sizeof agent->folder, "%s", place->folder);
    (void)snprintf(agent->department, sizeof agent->department, "%s", place->department);
    (void)snprintf(agent->link.name, LINK_NAME_BYTES, "%s", place->principal);
    office_key(place->principal, &agent->key, agent->link.curve);
    agent->link.peer = (struct link_peer){on_connected, on_lost, on_denied, on_receive, agent};
    disk_init(&agent->disk, world, agent->folder);
    agent->disk.may_lose_power = world->swarm->ppm[MISHAP_AGENT_KILL] > 0;
    log_init(&agent->log, world->is_loud ? STDERR_FILENO : -1, LOG_ERROR, 0, clock_of(agent));
    link_open(&agent->link, place->network);
    link_down(&agent->link);
    start_in(agent, 0);
}

void agent_leave(struct agent *agent)
{
    agent->is_gone = true;
    forget(agent);
}

void agent_release(struct agent *agent)
{
    if (agent->store != NULL) {
        agent->process.kill_in = 0;
        (void)process_run(&agent->process, release, agent);
        forget(agent);
    }
    disk_release(&agent->disk);
}

bool agent_is_idle(const struct agent *agent)
{
    return agent->is_gone || (agent->store != NULL && agent->conversation.is_welcomed &&
                              agent->runtime.queue.count == 0 && agent->runtime.sent == NULL &&
                              agent->conversation.commands.count == 0);
}
