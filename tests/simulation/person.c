/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "tests/simulation/office_keys.h"
#include "tests/simulation/swarm.h"
#include "tests/simulation/work.h"

enum { ARENA_BYTES = 16 << 20, FRAME_KEPT_OF = 8, RESTART_OF = 400 };

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* ---- waking ---- */

static void wake(void *self, uint64_t number);
static void think(void *self, uint64_t number);

static void wake_later(struct person *person)
{
    int64_t wake_ms = conversation_wake_ms(&person->conversation);
    int64_t delay_ms = wake_ms - person->world->now_ms;

    if (wake_ms != INT64_MAX) {
        world_in(person->world, delay_ms < 1 ? 1 : delay_ms,
                 (struct world_event){.happen = wake, .self = person, .number = ++person->wakes});
    }
}

static void turn(struct person *person)
{
    conversation_turn(&person->conversation, person->world->now_ms);
    wake_later(person);
}

static void wake(void *self, uint64_t number)
{
    struct person *person = self;

    if (number == person->wakes) {
        turn(person);
    }
}

/* About forty times a day; in a department twenty, and then more at a sitting. */
static void think_later(struct person *person)
{
    int64_t day_ms = DAY_MS / person->world->office_rate * (person->department[0] == '\0' ? 1 : 2);

    world_in(person->world,
             chance_between(&person->world->chance, day_ms / 80 + 1, 3 * day_ms / 80 + 1),
             (struct world_event){.happen = think, .self = person});
}

static void think(void *self, uint64_t number)
{
    struct person *person = self;

    (void)number; /* one is asked for at a time */
    think_later(person);
    if (chance_below(&person->world->chance, RESTART_OF) == 0) {
        person_restart(person);
    }
    if (!person->is_resting && person->kept_count < PERSON_COMMANDS_MAX / 2) {
        work_do(person);
        turn(person);
    }
}

/* ---- commands ---- */

static void on_answered(void *self, const struct command_answer *answer)
{
    struct kept_command *kept = self;
    struct person *person = kept->person;

    world_note(person->world, answer->kind == ANSWER_REFUSAL ? answer->refusal->code : "answered",
               person->link.number, (struct bytes){kept->id, sizeof kept->id});
    free(kept->bytes);
    kept->bytes = NULL;
    person->kept_count--;
}

static void give(struct person *person, struct kept_command *kept)
{
    struct conversation_command command = {
        .bytes = {kept->bytes, kept->size},
        .is_patient = true,
        .answered = on_answered,
        .self = kept,
    };

    memcpy(command.id, kept->id, sizeof command.id);
    enum err err = conversation_command(&person->conversation, &command);
    require(err == ERR_OK); /* few are open, and none is large */
}

void person_ask(struct person *person, Hs__Command *command)
{
    struct kept_command *kept = person->kept;

    while (kept->bytes != NULL) {
        kept++;
        require(kept < person->kept + PERSON_COMMANDS_MAX);
    }
    kept->person = person;
    command_id_make(world_office_ms(person->world), kept->id);
    command->id = binary_of((struct bytes){kept->id, sizeof kept->id});

    struct bytes bytes = message_pack(command, &person->arena);
    require(bytes.data != NULL);
    kept->bytes = malloc(bytes.size);
    require(kept->bytes != NULL);
    memcpy(kept->bytes, bytes.data, bytes.size);
    kept->size = bytes.size;
    person->kept_count++;
    world_note(person->world, "asked", (uint64_t)command->body_case,
               (struct bytes){kept->bytes, kept->size});
    give(person, kept);
}

/* ---- the link ---- */

static void keep_frame(struct person *person, struct bytes frame)
{
    struct bytes *place = &person->frames[person->frame_count++ % PERSON_FRAMES_MAX];
    uint8_t *copy = malloc(frame.size);

    require(copy != NULL);
    free((void *)(uintptr_t)place->data);
    memcpy(copy, frame.data, frame.size);
    *place = (struct bytes){copy, frame.size};
}

static bool send_frame(void *self, struct bytes frame)
{
    struct person *person = self;

    if (person->world->swarm->ppm[MISHAP_HOSTILE] > 0 &&
        chance_below(&person->world->chance, FRAME_KEPT_OF) == 0) {
        keep_frame(person, frame);
    }
    return link_send(&person->link, frame);
}

static void on_connected(void *self)
{
    struct person *person = self;

    conversation_connected(&person->conversation, person->world->now_ms);
    turn(person);
}

static void on_lost(void *self)
{
    struct person *person = self;

    conversation_lost(&person->conversation);
    turn(person);
}

static void on_denied(void *self)
{
    (void)self; /* it goes on trying */
}

static void on_receive(void *self, struct bytes frame)
{
    struct person *person = self;

    conversation_receive(&person->conversation, frame, person->world->now_ms);
    turn(person);
}

static void on_problem(void *self, enum client_problem problem, const char *detail)
{
    struct person *person = self;

    if (problem == PROBLEM_HISTORY_DIFFERS || problem == PROBLEM_WRONG_BROKER ||
        problem == PROBLEM_RECEIPT_INVALID || problem == PROBLEM_MESSAGE_INVALID) {
        world_fail(person->world, "I16: %s: %s %s", person->link.name, client_problem_code(problem),
                   detail);
    }
}

/* ---- life ---- */

static void begin(struct person *person, const struct seen_head *seen)
{
    const struct client_handlers handlers = {.self = person, .problem = on_problem};
    const struct conversation_sender sender = {.self = person, .send = send_frame};
    struct conversation_settings settings = {
        .author = {OFFICE_ID, person->link.name, &person->key},
        .department = "",
        .seen = *seen,
    };

    memcpy(settings.broker_key, person->broker_key, sizeof settings.broker_key);
    conversation_init(&person->conversation, &settings, &handlers, &sender);
}

void person_restart(struct person *person)
{
    struct seen_head seen = person->conversation.witness.seen;

    world_note(person->world, "client anew", person->link.number, (struct bytes){0});
    link_down(&person->link);
    conversation_release(&person->conversation);
    begin(person, &seen);
    for (size_t i = 0; i < PERSON_COMMANDS_MAX; i++) {
        if (person->kept[i].bytes != NULL) {
            give(person, &person->kept[i]);
        }
    }
    link_up(&person->link);
}

void person_init(struct person *person, struct world *world, const struct person_place *place)
{
    const struct seen_head nothing = {.seq = 0};

    *person = (struct person){
        .world = world,
        .office = place->office,
        .samples = place->samples,
        .department = place->department,
        .role = place->role,
        .broker_key = place->broker_key,
    };
    (void)snprintf(person->link.name, sizeof person->link.name, "%s", place->name);
    office_key(place->name, &person->key, person->link.curve);
    person->link.peer = (struct link_peer){on_connected, on_lost, on_denied, on_receive, person};
    arena_init(&person->arena, ARENA_BYTES);
    begin(person, &nothing);
    link_open(&person->link, place->network);
    think_later(person);
}

void person_release(struct person *person)
{
    conversation_release(&person->conversation);
    arena_release(&person->arena);
    for (size_t i = 0; i < PERSON_COMMANDS_MAX; i++) {
        free(person->kept[i].bytes);
    }
    for (size_t i = 0; i < PERSON_FRAMES_MAX; i++) {
        free((void *)(uintptr_t)person->frames[i].data);
    }
}

void person_replay(struct person *person, const struct person *other)
{
    size_t count = other->frame_count < PERSON_FRAMES_MAX ? other->frame_count : PERSON_FRAMES_MAX;

    if (count > 0) {
        struct bytes frame = other->frames[chance_below(&person->world->fate, count)];

        world_note(person->world, "said again", person->link.number, frame);
        (void)link_send(&person->link, frame); /* without a connection it is not heard */
    }
}
