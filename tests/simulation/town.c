/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/town.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "store/views.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/export.h"
#include "tests/simulation/files.h"
#include "tests/simulation/office_keys.h"
#include "tests/simulation/person.h"
#include "tests/simulation/random.h"
#include "tests/simulation/samples.h"
#include "tests/simulation/swarm.h"
#include "tests/simulation/work.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

enum {
    MINUTE_MS = 60000,
    CUT_MS_MAX = 300000,
    LEAVE_MS_MAX = 20000,   /* before the end: about as long as a session outlives its agent */
    SETTLE_MS = 30 * 60000, /* of the machines, after the faults: by then all is answered */
    PEOPLE_MAX = 32,
    AGENTS_MAX = 24,
    PATH_BYTES = 256,
    ARENA_BYTES = 64 << 20,
    INBOX_MAX = 256,
    FOLDER_BYTES = PATH_BYTES + 64,
    DISABLED_MINUTES_MAX = 10,
    DESKS_OF = 3, /* two of so many agents are desks: the rules of the others take the time */
    VIEWS_OF = 4, /* one of so many seeds has its views made anew */
};

/* The first morning: what founded the office came just before. */
#define FIRST_MORNING_MS INT64_C(1767834000000) /* 2026-01-08 09:00 in China */

struct town {
    struct world world;
    struct swarm swarm;
    struct network network;
    struct oracle oracle;
    struct office office;
    struct samples samples;
    struct person people[PEOPLE_MAX];
    size_t person_count;
    struct agent agents[AGENTS_MAX];
    size_t agent_count;
    struct sign_key office_key;
    char names[AGENTS_MAX + PEOPLE_MAX][NETWORK_NAME_BYTES];
    size_t name_count;
    struct person *security;
    struct person *admin;
    struct person *disabled;
    int64_t enable_ms;
    int64_t confirmed_ms;
    char home[FOLDER_BYTES];
    struct arena arena;
};

static const char *const departments[] = {"planning",    "fire",  "utilities", "urban_management",
                                          "water",       "power", "gas",       "telecom",
                                          "construction"};

enum { DEPARTMENTS = sizeof departments / sizeof departments[0] };

/* Returns "BEFOREDEPARTMENTAFTER", for as long as the town stands. */
static const char *name_of(struct town *town, const char *before, const char *department,
                           const char *after)
{
    char *name = town->names[town->name_count++];

    require(town->name_count <= AGENTS_MAX + PEOPLE_MAX);
    (void)snprintf(name, NETWORK_NAME_BYTES, "%s%s%s", before, department, after);
    return name;
}

/* ---- founding ---- */

static void place_files(struct town *town, const char *founded)
{
    static const char *const files[] = {"data.mdb", "head"};
    char reason[KEYS_REASON_BYTES];
    char from[FOLDER_BYTES + 16];
    char to[FOLDER_BYTES + 32];
    struct keys keys;

    files_make(town->world.folder);
    (void)snprintf(town->home, sizeof town->home, "%s/home", town->world.folder);
    files_make(town->home);
    for (int i = 0; i < 2; i++) {
        static const char *const folders[] = {"journal", "keys"};

        (void)snprintf(to, sizeof to, "%s/%s", town->home, folders[i]);
        files_make(to);
    }
    for (int i = 0; i < 2; i++) {
        (void)snprintf(from, sizeof from, "%s/%s", founded, files[i]);
        (void)snprintf(to, sizeof to, "%s/journal/%s", town->home, files[i]);
        files_copy(from, to);
    }
    uint8_t curve[CURVE_KEY_BYTES];
    office_key("office", &town->office_key, curve);
    curve_pair_generate(&keys.curve);
    keys.sign = town->office_key;
    (void)snprintf(to, sizeof to, "%s/keys/office", town->home);
    enum err err = keys_save(&keys, to, reason);
    require(err == ERR_OK);
}

static void add_person(struct town *town, const char *name, const char *department,
                       Hs__Principal__Role role)
{
    const struct person_place place = {
        .network = &town->network,
        .office = &town->office,
        .samples = &town->samples,
        .name = name,
        .department = department,
        .role = role,
        .broker_key = town->office_key.public_key,
    };
    struct person *person = &town->people[town->person_count++];

    require(town->person_count <= PEOPLE_MAX);
    person_init(person, &town->world, &place);
    person->next = town->person_count == 1 ? NULL : person - 1;
}

static void add_agent(struct town *town, const char *department, int number)
{
    char folder[FOLDER_BYTES];
    struct agent_place place = {
        .network = &town->network,
        .folder = folder,
        .principal = name_of(town, "agent:", department, number == 1 ? "/1" : "/2"),
        .department = department,
        .broker_key = town->office_key.public_key,
        .runs_rules = chance_below(&town->world.chance, DESKS_OF) == 0,
    };

    (void)snprintf(folder, sizeof folder, "%s/agent-%s-%d", town->world.folder, department, number);
    require(town->agent_count < AGENTS_MAX);
    agent_init(&town->agents[town->agent_count++], &town->world, &place);
}

static void settle_in(struct town *town)
{
    add_person(town, "person:street", "", HS__PRINCIPAL__ROLE__APPLICANT);
    add_person(town, "person:office", "", HS__PRINCIPAL__ROLE__OFFICE);
    add_person(town, "person:approver", "", HS__PRINCIPAL__ROLE__APPROVER);
    for (size_t i = 0; i < DEPARTMENTS; i++) {
        add_person(town, name_of(town, "person:", departments[i], ""), departments[i],
                   HS__PRINCIPAL__ROLE__REVIEWER);
        add_person(town, name_of(town, "person:", departments[i], "_head"), departments[i],
                   HS__PRINCIPAL__ROLE__HEAD);
        add_agent(town, departments[i], 1);
        if (chance_below(&town->world.chance, 2) == 0) {
            add_agent(town, departments[i], 2);
        }
    }
    add_person(town, "person:security", "", HS__PRINCIPAL__ROLE__SECURITY_ADMIN);
    town->security = &town->people[town->person_count - 1];
    add_person(town, "person:admin", "", HS__PRINCIPAL__ROLE__SYSTEM_ADMIN);
    town->admin = &town->people[town->person_count - 1];
}

/* ---- the faults of a minute ---- */

static void cut_links(struct town *town)
{
    for (struct link *link = town->network.links; link != NULL; link = link->next) {
        if (swarm_hits(&town->world, MISHAP_CUT) && chance_below(&town->world.fate, 4) == 0) {
            int64_t until_ms = town->world.now_ms + chance_log(&town->world.fate, 1, CUT_MS_MAX);

            link->cut_ms[chance_below(&town->world.fate, 2)] = until_ms;
        }
    }
}

static void disable_someone(struct town *town)
{
    if (town->disabled != NULL && town->world.now_ms >= town->enable_ms) {
        work_disable(town->security, town->disabled->link.name, false);
        town->disabled = NULL;
    } else if (town->disabled == NULL && swarm_hits(&town->world, MISHAP_DISABLE)) {
        town->disabled = &town->people[chance_below(&town->world.fate, town->person_count - 2)];
        town->enable_ms = town->world.now_ms +
                          MINUTE_MS * chance_between(&town->world.fate, 1, DISABLED_MINUTES_MAX);
        work_disable(town->security, town->disabled->link.name, true);
    }
}

/* An operator looks at a clock that is suspect, once it is right, and says so. */
static void confirm_clock(struct town *town)
{
    if (town->office.broker != NULL && town->office.wall_offset_ms == 0 &&
        !office_trusts_clock(&town->office) && town->admin->kept_count == 0) {
        work_confirm_clock(town->admin);
    }
}

static void every_minute(void *self, uint64_t number)
{
    struct town *town = self;

    world_in(&town->world, MINUTE_MS,
             (struct world_event){.happen = every_minute, .self = town, .number = number + 1});
    office_check_deadlines(&town->office);
    if (!town->world.is_calm) {
        office_suffer(&town->office);
        cut_links(town);
        disable_someone(town);
        if (swarm_hits(&town->world, MISHAP_HOSTILE)) {
            work_hostile(&town->people[chance_between(&town->world.fate, 3,
                                                      (int64_t)town->person_count - 3)]);
        }
    }
    confirm_clock(town);
}

/* ---- the end ---- */

/* Of some departments that have two agents one is gone for good. */
static void send_agents_away(struct town *town)
{
    for (size_t i = 1; i < town->agent_count; i++) {
        if (strcmp(town->agents[i].department, town->agents[i - 1].department) == 0 &&
            chance_below(&town->world.chance, 2) == 0) {
            agent_leave(&town->agents[i]);
        }
    }
}

static void calm_down(struct town *town)
{
    town->world.is_calm = true;
    office_set_clock(&town->office);
    town->office.frozen_until_ms = 0;
    for (struct link *link = town->network.links; link != NULL; link = link->next) {
        link->cut_ms[LINK_TO_BROKER] = 0;
        link->cut_ms[LINK_TO_PEER] = 0;
    }
    for (size_t i = 0; i < town->person_count; i++) {
        town->people[i].is_resting = true;
    }
    if (town->disabled != NULL) {
        work_disable(town->security, town->disabled->link.name, false);
    }
}

static bool is_received(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return proposal->reviews[i]->received_at != 0;
        }
    }
    return false;
}

/* I10: what was dispatched is stored by an agent of its department, now that one stays there.
 * Returns the department whose agents lack a review; NULL: none. */
static const char *unreceived(struct town *town)
{
    struct transaction *txn = office_read(&town->office);
    const char *found = NULL;

    for (size_t i = 0; txn != NULL && i < DEPARTMENTS && found == NULL; i++) {
        const struct inbox inbox = {departments[i], INBOX_ANSWERABLE};
        struct due_reviews due = {.count = 0};

        arena_clear(&town->arena);
        (void)view_inbox(txn, &inbox, INBOX_MAX, &town->arena, &due); /* the oracle reads it too */
        for (size_t k = 0; k < due.count && found == NULL; k++) {
            Hs__Proposal *proposal = NULL;

            if (view_proposal(txn, due.rows[k].proposal, &town->arena, &proposal) == ERR_OK &&
                !is_received(proposal, departments[i])) {
                found = departments[i];
            }
        }
    }
    journal_read_end(txn);
    return found;
}

/* Says what has not come to rest; NULL: all has. */
static const char *unsettled(struct town *town)
{
    if (!office_is_up(&town->office) || !office_trusts_clock(&town->office)) {
        return "broker";
    }
    for (size_t i = 0; i < town->person_count; i++) {
        if (town->people[i].kept_count > 0) {
            return town->people[i].link.name;
        }
    }
    for (size_t i = 0; i < town->agent_count; i++) {
        if (!agent_is_idle(&town->agents[i])) {
            return town->agents[i].link.name;
        }
    }
    return unreceived(town);
}

static void run_until(struct town *town, int64_t until_ms)
{
    while (world_step(&town->world, until_ms)) {
    }
}

static void come_to_rest(struct town *town)
{
    int64_t until_ms = town->world.now_ms + SETTLE_MS;

    calm_down(town);
    do {
        run_until(town, town->world.now_ms + MINUTE_MS / 4);
        town->world.now_ms += MINUTE_MS / 4;
    } while (!town->world.is_over && unsettled(town) != NULL && town->world.now_ms < until_ms);

    const char *name = town->world.is_over ? NULL : unsettled(town);
    if (name != NULL) {
        world_fail(&town->world, "I8, I10: %s has not come to rest", name);
    }
}

static void check_all(struct town *town)
{
    char journal[FOLDER_BYTES + 16];
    char scratch[FOLDER_BYTES + 16];

    if (town->office.broker != NULL) {
        office_stop(&town->office);
    }
    (void)snprintf(journal, sizeof journal, "%s/journal", town->home);
    (void)snprintf(scratch, sizeof scratch, "%s/views", town->world.folder);
    if (!town->world.is_over) {
        oracle_verify(&town->oracle, journal,
                      chance_below(&town->world.chance, VIEWS_OF) == 0 ? scratch : NULL);
    }
}

static void write_journal(const struct town *town)
{
    char journal[FOLDER_BYTES + 16];
    char path[FOLDER_BYTES + 16];

    (void)snprintf(journal, sizeof journal, "%s/journal", town->home);
    (void)snprintf(path, sizeof path, "%s/journal.jsonl", town->world.folder);
    FILE *file = fopen(path, "w");
    require(file != NULL);
    export_journal(journal, file);
    int rc = fclose(file);
    require(rc == 0);
}

/* ---- life ---- */

static void begin(struct town *town, const struct town_settings *settings)
{
    struct world *world = &town->world;

    world_init(world, settings->seed, settings->scratch);
    if (settings->is_control) {
        swarm_control(&town->swarm);
    } else {
        swarm_init(&town->swarm, settings->seed, settings->masked);
    }
    world->swarm = &town->swarm;
    world->is_loud = settings->is_loud;
    world->office_rate = chance_log(&world->chance, 500, 8000);
    world->office_start_ms = FIRST_MORNING_MS;
    random_use(&world->chance);
    place_files(town, settings->founded);
    samples_load(&town->samples);
    network_init(&town->network, world);
    arena_init(&town->arena, ARENA_BYTES);
    oracle_init(&town->oracle, world);
    town->office.oracle = &town->oracle;
    office_init(&town->office, world, &town->network, town->home);
    settle_in(town);
    world_in(world, MINUTE_MS, (struct world_event){.happen = every_minute, .self = town});
}

static void end(struct town *town, const struct town_settings *settings)
{
    for (size_t i = 0; i < town->agent_count; i++) {
        agent_release(&town->agents[i]);
    }
    for (size_t i = 0; i < town->person_count; i++) {
        person_release(&town->people[i]);
    }
    office_release(&town->office);
    oracle_release(&town->oracle);
    network_release(&town->network);
    world_release(&town->world);
    arena_release(&town->arena);
    arena_release(&town->samples.arena);
    if (settings->keeps_journal) {
        write_journal(town);
    } else {
        files_remove(settings->scratch);
    }
}

void town_run(const struct town_settings *settings, struct town_report *report)
{
    struct town *town = calloc(1, sizeof *town);

    require(town != NULL);
    begin(town, settings);
    unsigned days =
        settings->days > 0 ? settings->days : (unsigned)chance_log(&town->world.chance, 3, 20);
    int64_t span_ms = days * DAY_MS / town->world.office_rate;
    run_until(town, town->world.start_ms + span_ms -
                        chance_between(&town->world.chance, 0, LEAVE_MS_MAX));
    send_agents_away(town);
    run_until(town, town->world.start_ms + span_ms);
    if (!town->world.is_over) {
        come_to_rest(town);
    }
    check_all(town);

    *report = (struct town_report){
        .tally = town->world.tally,
        .hash = town->world.hash,
        .days = days,
        .rate = town->world.office_rate,
        .has_lost_synced = town->office.has_lost_synced,
        .is_refused = town->office.is_refused,
    };
    for (int i = 0; i < MISHAP_COUNT; i++) {
        report->faults_on |= (uint32_t)(town->swarm.ppm[i] > 0) << i;
    }
    memcpy(report->failure, town->world.failure, sizeof report->failure);
    end(town, settings);
    free(town);
}
