/* SPDX-License-Identifier: Apache-2.0 */
/* Histories of one proposal each, decided and applied by core/ alone: no store, no turn, so that a
 * hundred thousand of them take seconds.
 *
 * Each line of stdin is one object:
 *
 *   {"office": {...}}             departments, as an Office record; once, first
 *   {"dictionary": {...}}         once
 *   {"pack": {...}}               each of the packs, once
 *   {"calendar": {...}}           the calendar number 0, 1, 2 ...
 *   {"process": {...}}            the process number 0, 1, 2 ...
 *   {"calendar_used": N, "packet": {...}, "steps": [...]}
 *                                 a history
 *
 * Steps: ["submit", PROCESS], ["clock", MS], ["jump", MS], ["down", MS], ["import", CALENDAR],
 * ["give", NAME, COMMAND]; tests/virtual/office.c says what they mean. A principal's role and
 * department follow from its name: person:street, person:office, person:X and agent:X/1 of the
 * department X, person:X_head its head.
 *
 * Prints the events of a history, one line each, as tests/virtual/trace.h words them, and after
 * them an empty line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "lib/check.h"
#include "proto/text/json.h"
#include "tests/virtual/trace.h"

enum {
    KEPT_BYTES = 256 << 20,
    HISTORY_BYTES = 64 << 20,
    PACKS_MAX = 8,
    POOL_MAX = 1024,
    WAKES_MAX = 100000, /* at one instant */
};

/* What all histories share. */
struct pool {
    struct arena arena;
    Hs__Office *office;
    Hs__Dictionary *dictionary;
    Hs__Pack *packs[PACKS_MAX];
    size_t pack_count;
    struct rulebook *rulebooks[POOL_MAX];
    size_t process_count;
    struct calendar *calendars[POOL_MAX];
    size_t calendar_count;
};

/* One history while it runs. */
struct history {
    const struct pool *pool;
    const struct rulebook *rulebook;
    const struct calendar *calendar;
    const Hs__Packet *packet;
    struct arena arena;
    Hs__Office office;
    Hs__Proposal *proposal;
    int64_t wall_ms;
    int64_t last_ms; /* of the last thing on record */
    uint64_t seq;
};

static _Noreturn void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void *message_of(const json_t *json, const ProtobufCMessageDescriptor *type,
                        struct arena *arena)
{
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    text_errors_init(&errors, TEXT_EN);
    if (message_from_json(json, type, arena, &message, &errors) != ERR_OK) {
        fail(errors.rows[0].path, errors.rows[0].reason);
    }
    return message;
}

/* ---- the clock ---- */

static int64_t now_of(const struct history *history)
{
    return history->wall_ms > history->last_ms ? history->wall_ms : history->last_ms;
}

static struct situation situation_of(struct history *history)
{
    return (struct situation){
        .now_ms = now_of(history),
        .office = &history->office,
        .proposal = history->proposal->id == 0 ? NULL : history->proposal,
        .packet = history->packet,
        .rulebook = history->rulebook,
        .calendar = history->calendar,
        .arena = &history->arena,
    };
}

static void record(struct history *history, const struct decision *decision)
{
    const int64_t now_ms = now_of(history); /* one instant for all that is decided at once */

    for (size_t i = 0; i < decision->event_count; i++) {
        const struct event_entry entry = {++history->seq, now_ms};

        apply_office(&history->office, decision->events[i], &history->arena);
        apply_proposal(history->proposal, decision->events[i], entry, &history->arena);
        trace_event(stdout, now_ms, decision->events[i]);
        history->last_ms = now_ms;
    }
}

/* Sets @department (empty: the whole proposal) to whose clock next does something, and @at_ms to
 * when. False: none. */
static bool next_wake(const struct history *history, const char **department, int64_t *at_ms)
{
    const Hs__Proposal *proposal = history->proposal;
    bool is_found = false;

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (review->wake_at != 0 && (!is_found || review->wake_at < *at_ms)) {
            *at_ms = review->wake_at;
            *department = review->department;
            is_found = true;
        }
    }
    if (proposal->wake_at != 0 && (!is_found || proposal->wake_at < *at_ms)) {
        *at_ms = proposal->wake_at;
        *department = "";
        is_found = true;
    }
    return is_found;
}

static void ring(struct history *history)
{
    const char *department = NULL;
    int64_t at_ms = 0;
    unsigned bound = WAKES_MAX;

    while (next_wake(history, &department, &at_ms) && at_ms <= now_of(history)) {
        const struct situation situation = situation_of(history);
        struct decision decision;

        if (bound-- == 0) {
            fail("a wake-up", "it comes again and again");
        }
        decide_wake(&situation, department, &decision);
        if (decision.event_count == 0) {
            fail("a wake-up", "it came to nothing, and would for ever");
        }
        record(history, &decision);
    }
}

static void advance(struct history *history, int64_t to_ms)
{
    const char *department = NULL;
    int64_t at_ms = 0;

    while (next_wake(history, &department, &at_ms) && at_ms <= to_ms) {
        history->wall_ms = at_ms > history->wall_ms ? at_ms : history->wall_ms;
        ring(history);
    }
    history->wall_ms = to_ms;
}

/* A new calendar is in force. */
static void import(struct history *history, json_int_t calendar)
{
    struct decision decision;

    ring(history);
    history->calendar = history->pool->calendars[calendar];
    history->last_ms = now_of(history); /* it is on record */
    const struct situation situation = situation_of(history);
    decide_recompute(&situation, &decision);
    record(history, &decision);
}

/* What a restart leaves: the record as the store keeps it. */
static void reopen(struct history *history)
{
    struct bytes bytes = message_pack(history->proposal, &history->arena);

    history->proposal = message_read(&hs__proposal__descriptor, bytes, &history->arena);
    require(history->proposal != NULL);
}

/* ---- orders ---- */

static Hs__Principal *principal_of(struct history *history, const char *name)
{
    struct arena *arena = &history->arena;
    Hs__Principal *principal = message_new(&hs__principal__descriptor, arena);
    char *department = arena_text(arena, strchr(name, ':') + 1);
    char *end = strstr(department, "_head");
    Hs__Principal__Role role = HS__PRINCIPAL__ROLE__REVIEWER;

    if (strcmp(name, "person:street") == 0) {
        role = HS__PRINCIPAL__ROLE__APPLICANT;
    } else if (strcmp(name, "person:office") == 0) {
        role = HS__PRINCIPAL__ROLE__OFFICE;
    } else if (end != NULL) {
        role = HS__PRINCIPAL__ROLE__HEAD;
        *end = '\0';
    } else if (strncmp(name, "agent:", strlen("agent:")) == 0) {
        role = HS__PRINCIPAL__ROLE__AGENT;
        *strchr(department, '/') = '\0';
    }
    bool is_departmental =
        role != HS__PRINCIPAL__ROLE__APPLICANT && role != HS__PRINCIPAL__ROLE__OFFICE;

    principal->name = name;
    principal->roles = arena_array(arena, 1, sizeof *principal->roles);
    principal->roles[0] = role;
    principal->n_roles = 1;
    principal->department = is_departmental ? department : "";
    principal->number = 1;
    return principal;
}

static void give(struct history *history, const char *name, const Hs__Command *command)
{
    struct decision decision;

    ring(history); /* the clock comes first */
    struct situation situation = situation_of(history);
    situation.signer = principal_of(history, name);
    decide_command(&situation, command, &decision);
    if (decision.refusal != REFUSAL_NONE) {
        trace_refusal(stdout, now_of(history), command, refusal_code(decision.refusal));
        return;
    }
    record(history, &decision);
}

static void submit(struct history *history, json_int_t process)
{
    Hs__Command *command = message_new(&hs__command__descriptor, &history->arena);

    history->rulebook = history->pool->rulebooks[process];
    command->body_case = HS__COMMAND__BODY_SUBMIT;
    command->submit = message_new(&hs__submit__descriptor, &history->arena);
    command->submit->packet = (Hs__Packet *)(uintptr_t)history->packet;
    give(history, "person:street", command);
}

static void take_step(struct history *history, const json_t *step)
{
    const char *verb = json_string_value(json_array_get(step, 0));
    const json_t *argument = json_array_get(step, 1);
    int64_t at_ms = json_integer_value(argument);

    if (strcmp(verb, "submit") == 0) {
        submit(history, at_ms);
    } else if (strcmp(verb, "clock") == 0) {
        advance(history, at_ms);
    } else if (strcmp(verb, "jump") == 0 || strcmp(verb, "down") == 0) {
        if (verb[0] == 'd') {
            reopen(history);
        }
        history->wall_ms = at_ms;
        ring(history);
    } else if (strcmp(verb, "import") == 0) {
        import(history, at_ms);
    } else if (strcmp(verb, "give") == 0) {
        give(history, json_string_value(argument),
             message_of(json_array_get(step, 2), &hs__command__descriptor, &history->arena));
    } else {
        fail(verb, "there is no such step");
    }
}

/* ---- lines ---- */

static void add_process(struct pool *pool, const json_t *json)
{
    static const uint8_t pins[32] = {7};
    const char *reason = "";
    const struct rulebook_sources sources = {
        .process = message_of(json, &hs__process__descriptor, &pool->arena),
        .dictionary = pool->dictionary,
        .packs = (const Hs__Pack *const *)pool->packs,
        .pack_count = pool->pack_count,
        .pins = pins,
    };

    require(pool->process_count < POOL_MAX);
    pool->rulebooks[pool->process_count] = rulebook_compile(&sources, &pool->arena, &reason);
    if (pool->rulebooks[pool->process_count++] == NULL) {
        fail("process", reason);
    }
}

static void add_calendar(struct pool *pool, const json_t *json)
{
    const Hs__Calendar *source = message_of(json, &hs__calendar__descriptor, &pool->arena);

    require(pool->calendar_count < POOL_MAX);
    pool->calendars[pool->calendar_count] = calendar_build(source, &pool->arena);
    if (pool->calendars[pool->calendar_count++] == NULL) {
        fail("calendar", "it is not sound");
    }
}

static void run(const struct pool *pool, struct arena *arena, const json_t *line)
{
    struct history history = {.pool = pool, .arena = *arena, .office = *pool->office};
    size_t i = 0;
    const json_t *step = NULL;

    history.calendar = pool->calendars[json_integer_value(json_object_get(line, "calendar_used"))];
    history.packet =
        message_of(json_object_get(line, "packet"), &hs__packet__descriptor, &history.arena);
    history.proposal = message_new(&hs__proposal__descriptor, &history.arena);
    json_array_foreach(json_object_get(line, "steps"), i, step)
    {
        take_step(&history, step);
    }
    (void)putchar('\n');
    *arena = history.arena;
}

static void obey(struct pool *pool, struct arena *arena, const json_t *line)
{
    const json_t *member = NULL;

    if ((member = json_object_get(line, "office")) != NULL) {
        pool->office = message_of(member, &hs__office__descriptor, &pool->arena);
    } else if ((member = json_object_get(line, "dictionary")) != NULL) {
        pool->dictionary = message_of(member, &hs__dictionary__descriptor, &pool->arena);
    } else if ((member = json_object_get(line, "pack")) != NULL) {
        require(pool->pack_count < PACKS_MAX);
        pool->packs[pool->pack_count++] = message_of(member, &hs__pack__descriptor, &pool->arena);
    } else if ((member = json_object_get(line, "process")) != NULL) {
        add_process(pool, member);
    } else if ((member = json_object_get(line, "calendar")) != NULL) {
        add_calendar(pool, member);
    } else {
        arena_clear(arena);
        run(pool, arena, line);
    }
}

int main(void)
{
    static struct pool pool;
    struct arena arena;
    char *text = NULL;
    size_t room = 0;
    json_error_t error;

    arena_init(&pool.arena, KEPT_BYTES);
    arena_init(&arena, HISTORY_BYTES);
    while (getline(&text, &room, stdin) > 0) {
        json_t *line = json_loads(text, 0, &error);

        if (line == NULL) {
            fail("a line", error.text);
        }
        obey(&pool, &arena, line);
        json_decref(line);
    }
    free(text);
    arena_release(&arena);
    arena_release(&pool.arena);
    return 0;
}
