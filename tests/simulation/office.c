/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/office.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker/broker.h"
#include "lib/check.h"
#include "store/views.h"
#include "tests/simulation/files.h"
#include "tests/simulation/swarm.h"

enum {
    MAP_BYTES = 1 << 30,
    RESERVE_BYTES = 1 << 20,
    EFFECTS_MAX = 150, /* until a crash that was drawn */
    RESTART_MS_MAX = 60000,
    RETRY_MS = 2000,         /* after a start that failed */
    STARTS_MAX = 200,        /* that fail in a row */
    RECEIPTS_CHECKED = 2048, /* after a crash; all of them at the end */
    SUSPEND_MS_MAX = 300000,
    STEP_MS_MAX = 315360000, /* of the office's clock, times 1000: ten years */
    LATE_MS_MAX = 5000,      /* of the machine, before a deadline lies behind */
};

static void pump(void *self, uint64_t number);
static void start(void *self, uint64_t number);

/* ---- clocks ---- */

static int64_t office_wall_ms(void *self)
{
    const struct office *office = self;

    return world_office_ms(office->world) + office->wall_offset_ms;
}

static int64_t office_boot_ms(void *self)
{
    const struct office *office = self;

    return (office->world->now_ms - office->booted_ms) * office->world->office_rate;
}

static int64_t machine_boot_ms(void *self)
{
    return ((const struct office *)self)->world->now_ms;
}

/* Nothing disciplines a clock that is wrong. */
static bool is_synchronised(void *self)
{
    return ((const struct office *)self)->wall_offset_ms == 0;
}

static struct broker_options options_of(struct office *office)
{
    struct broker_options options = {
        .home = office->home,
        .listen = "tcp://127.0.0.1:*",
        .map_bytes = MAP_BYTES,
        .reserve_bytes = RESERVE_BYTES,
        .log = &office->log,
        .clock = {office_wall_ms, machine_boot_ms, office},
        .time = {.clock = {office_wall_ms, office_boot_ms, office},
                 .is_synchronised = is_synchronised,
                 .rules = {.gap_ms_max = INT64_C(7) * 24 * 3600 * 1000},
                 .rate = office->world->office_rate},
    };

    (void)snprintf(options.time.boot_id, sizeof options.time.boot_id, "boot-%" PRIu64,
                   office->boots);
    return options;
}

/* ---- the process ---- */

static void pump_in(struct office *office, int64_t delay_ms)
{
    if (office->frozen_until_ms > office->world->now_ms + delay_ms) {
        delay_ms = office->frozen_until_ms - office->world->now_ms;
    }
    world_in(office->world, delay_ms,
             (struct world_event){.happen = pump, .self = office, .number = ++office->pumps});
}

static void draw_crash(struct office *office)
{
    struct world *world = office->world;

    office->is_power = swarm_hits(world, MISHAP_POWER);
    office->process.kill_in = office->is_power || swarm_hits(world, MISHAP_KILL)
                                  ? (uint64_t)chance_log(&world->fate, 1, EFFECTS_MAX)
                                  : 0;
}

static void start_in(struct office *office, int64_t delay_ms)
{
    world_in(office->world, delay_ms, (struct world_event){.happen = start, .self = office});
}

static void boot(struct office *office)
{
    office->boots++;
    office->booted_ms = office->world->now_ms;
}

static void crash(struct office *office)
{
    struct world *world = office->world;

    world->tally.crashes++;
    world->tally.power_losses += office->is_power;
    world_note(world, office->is_power ? "power lost" : "killed", world->tally.crashes,
               (struct bytes){0});
    office->broker = NULL;
    process_end(&office->process);
    network_broker_ended(office->network);
    if (office->is_power) {
        office->has_lost_synced = disk_lose_power(&office->disk) || office->has_lost_synced;
        boot(office);
    }
    start_in(office, chance_log(&world->fate, 1, RESTART_MS_MAX));
}

static void close_broker(void *self)
{
    broker_close(((struct office *)self)->broker);
}

static void end(struct office *office)
{
    struct broker *broker = office->broker;

    office->process.kill_in = 0;
    if (process_run(&office->process, close_broker, office)) {
        require(broker != NULL);
    }
    office->broker = NULL;
    process_end(&office->process);
    network_broker_ended(office->network);
}

/* Runs @run in the broker's process, and looks at what came of it. */
static bool run(struct office *office, process_fn run_it)
{
    draw_crash(office);
    if (!process_run(&office->process, run_it, office)) {
        crash(office);
        return false;
    }
    office->process.kill_in = 0;
    if (office->broker == NULL) {
        return false; /* it did not start */
    }
    if (!office->broker->is_stopping) {
        oracle_look(office->oracle, office->broker->journal);
        return true;
    }
    world_note(office->world, "broker ended", (uint64_t)broker_status(office->broker),
               (struct bytes){0});
    end(office);
    start_in(office, RETRY_MS);
    return false;
}

static void turn_loop(void *self)
{
    struct office *office = self;

    if (network_has_arrived(office->network)) {
        network_tell_broker(office->network);
    }
    if (!office->broker->is_stopping) {
        loop_turn(&office->loop);
    }
}

static void pump(void *self, uint64_t number)
{
    struct office *office = self;
    struct world *world = office->world;

    if (number != office->pumps || office->broker == NULL) {
        return; /* another was asked for since */
    }
    if (office->frozen_until_ms > world->now_ms) {
        pump_in(office, 0);
        return;
    }
    office->disk.faults.is_full = office->disk.faults.is_full && !world->is_calm;
    bool is_full = office->disk.faults.is_full;
    office->disk.faults = swarm_disk(world);
    office->disk.faults.is_full = is_full;
    if (!run(office, turn_loop)) {
        return;
    }
    int64_t due_ms =
        network_has_arrived(office->network) ? world->now_ms : loop_due_ms(&office->loop);
    pump_in(office, due_ms - world->now_ms);
}

static void on_arrived(void *self)
{
    struct office *office = self;

    if (office->broker != NULL) {
        pump_in(office, 0);
    }
}

static void watch(void *self, const struct link *link, struct bytes frame)
{
    (void)link;
    oracle_hear(((struct office *)self)->oracle, frame);
}

/* ---- starting ---- */

static void open_broker(void *self)
{
    struct office *office = self;
    struct broker_options options = options_of(office);

    if (broker_open(&options, &office->loop.uv, &office->broker) != ERR_OK) {
        office->broker = NULL;
    }
}

/* What the broker does not open, on a disk that never failed, is a fault of its own. */
static void judge_refused_start(struct office *office)
{
    struct world *world = office->world;
    const uint32_t *ppm = world->swarm->ppm;
    bool may_fail =
        !world->is_calm && (office->disk.faults.is_full || ppm[MISHAP_FAILING_WRITE] > 0 ||
                            ppm[MISHAP_FAILING_SYNC] > 0 || ppm[MISHAP_SHORT_WRITE] > 0);

    world_note(world, "start refused", ++office->failed_starts, (struct bytes){0});
    if (office->has_lost_synced) {
        office->is_refused = true; /* it noticed: that is what was to be shown */
        world->is_over = true;
    } else if (!may_fail || office->failed_starts > STARTS_MAX) {
        world_fail(world, "I1: the broker does not open what a crash left");
    } else {
        start_in(office, RETRY_MS);
    }
}

static bool open_once(struct office *office)
{
    loop_init(&office->loop, office->world);
    network_use(office->network);
    draw_crash(office);
    if (!process_run(&office->process, open_broker, office)) {
        crash(office);
        return false;
    }
    office->process.kill_in = 0;
    if (office->broker == NULL) {
        process_end(&office->process);
        network_broker_ended(office->network);
        return false;
    }
    return true;
}

/* I2: a store from before does not pass for the present one. */
static void try_old_backup(struct office *office)
{
    char data[DISK_PATH_BYTES + 32];
    struct world *world = office->world;

    if (!office->has_backup || !swarm_hits(world, MISHAP_OLD_BACKUP)) {
        return;
    }
    (void)snprintf(data, sizeof data, "%s/journal/data.mdb", office->home);
    files_copy(data, office->spare);
    files_copy(office->backup, data);
    world_note(world, "old backup put back", world->tally.crashes, (struct bytes){0});
    if (open_once(office)) {
        world_fail(world, "I2: the broker serves from an old copy of its store");
        end(office);
    }
    files_copy(office->spare, data); /* killed while it looked or not, it is to start once more */
    disk_settle(&office->disk);
}

static void start(void *self, uint64_t number)
{
    struct office *office = self;
    struct world *world = office->world;

    (void)number;
    if (office->broker != NULL || office->is_refused) {
        return;
    }
    try_old_backup(office);
    uint64_t crashes = world->tally.crashes;
    if (world->is_over || !open_once(office)) {
        if (!world->is_over && world->tally.crashes == crashes) {
            judge_refused_start(office);
        }
        return;
    }
    office->failed_starts = 0;
    office->opened_ms = world->now_ms;
    world_note(world, "broker runs", office->boots, (struct bytes){0});
    oracle_look(office->oracle, office->broker->journal);
    oracle_check_receipts(office->oracle, office->broker->journal, RECEIPTS_CHECKED);
    pump_in(office, 0);
}

/* ---- life ---- */

void office_init(struct office *office, struct world *world, struct network *network,
                 const char *home)
{
    *office = (struct office){
        .world = world, .network = network, .oracle = office->oracle, .booted_ms = world->now_ms};
    (void)snprintf(office->home, sizeof office->home, "%s", home);
    (void)snprintf(office->spare, sizeof office->spare, "%s-spare", home);
    (void)snprintf(office->backup, sizeof office->backup, "%s-backup", home);
    disk_init(&office->disk, world, office->home);
    office->disk.may_lose_power = world->swarm->ppm[MISHAP_POWER] > 0;
    log_init(&office->log, world->is_loud ? STDERR_FILENO : -1, LOG_WARNING, 0,
             (struct clock){office_wall_ms, office_boot_ms, office});
    network->arrived = on_arrived;
    network->broker = office;
    network->watch = watch;
    network->watcher = office;
    boot(office);
    start_in(office, 0);
}

void office_release(struct office *office)
{
    if (office->broker != NULL) {
        office_stop(office);
    }
    disk_release(&office->disk);
}

static void stop_broker(void *self)
{
    broker_stop(((struct office *)self)->broker);
}

void office_stop(struct office *office)
{
    oracle_check_receipts(office->oracle, office->broker->journal, SIZE_MAX);
    office->process.kill_in = 0;
    if (process_run(&office->process, stop_broker, office)) {
        end(office);
    }
}

bool office_is_up(const struct office *office)
{
    return office->broker != NULL && office->frozen_until_ms <= office->world->now_ms;
}

bool office_trusts_clock(const struct office *office)
{
    struct turn_outlook outlook;

    return office->broker != NULL && turn_look(office->broker->turn, &outlook) &&
           outlook.time.suspicion == HS__TRUSTED_TIME__SUSPICION__NONE;
}

struct transaction *office_read(struct office *office)
{
    struct transaction *txn = NULL;

    if (office->broker != NULL && journal_read_begin(office->broker->journal, &txn) != ERR_OK) {
        return NULL;
    }
    return txn;
}

/* ---- faults ---- */

static void keep_backup(struct office *office)
{
    char data[DISK_PATH_BYTES + 32];

    if (office->world->swarm->ppm[MISHAP_OLD_BACKUP] > 0 &&
        (!office->has_backup || chance_below(&office->world->fate, 20) == 0)) {
        (void)snprintf(data, sizeof data, "%s/journal/data.mdb", office->home);
        files_copy(data, office->backup);
        office->has_backup = true;
    }
}

static void step_clock(struct office *office)
{
    struct chance *fate = &office->world->fate;
    int64_t step_ms = chance_log(fate, 1, STEP_MS_MAX);

    step_ms *= chance_below(fate, 4) == 0 ? 1000 : 1;
    office->wall_offset_ms = chance_below(fate, 2) == 0 ? step_ms : -step_ms;
    world_note(office->world, "clock stepped", (uint64_t)office->wall_offset_ms, (struct bytes){0});
}

void office_suffer(struct office *office)
{
    struct world *world = office->world;

    if (office->broker != NULL) {
        keep_backup(office);
    }
    if (office->wall_offset_ms != 0 && chance_below(&world->fate, 3) == 0) {
        office_set_clock(office);
    } else if (swarm_hits(world, MISHAP_STEP)) {
        step_clock(office);
    }
    if (swarm_hits(world, MISHAP_SUSPEND)) {
        office->frozen_until_ms = world->now_ms + chance_log(&world->fate, 1, SUSPEND_MS_MAX);
        world_note(world, "suspended", (uint64_t)office->frozen_until_ms, (struct bytes){0});
    }
    if (office->disk.faults.is_full) {
        office->disk.faults.is_full = chance_below(&world->fate, 2) == 0;
    } else {
        office->disk.faults.is_full = swarm_hits(world, MISHAP_FULL);
    }
}

void office_set_clock(struct office *office)
{
    office->wall_offset_ms = 0;
}

void office_check_deadlines(struct office *office)
{
    struct world *world = office->world;
    struct turn_outlook outlook;
    int64_t due_ms = 0;

    if (!office_is_up(office) || world->now_ms - office->opened_ms < LATE_MS_MAX ||
        world->now_ms - office->frozen_until_ms < LATE_MS_MAX || office->broker->is_full ||
        office->broker->is_store_full || !turn_look(office->broker->turn, &outlook) ||
        outlook.time.suspicion != HS__TRUSTED_TIME__SUSPICION__NONE) {
        return;
    }
    struct transaction *txn = office_read(office);
    if (txn != NULL && view_next_deadline(txn, &due_ms) == ERR_OK &&
        outlook.time.now_ms - due_ms > LATE_MS_MAX * world->office_rate) {
        world_fail(world, "I8: a deadline lies %" PRId64 " ms behind",
                   outlook.time.now_ms - due_ms);
    }
    journal_read_end(txn);
}
