/* SPDX-License-Identifier: Apache-2.0 */
/* person.h - somebody of the office at work in a simulated world, over client/conversation.c.
 *
 * Whoever it is wakes now and then, looks at what is on record, and asks for something that its
 * role may ask for (work.h), mostly sensible. A command is repeated until it is answered, also over
 * a connection that was lost, and now and then by a client that was started anew with what the old
 * one had kept.
 */
#ifndef TESTS_SIMULATION_PERSON_H
#define TESTS_SIMULATION_PERSON_H

#include "client/conversation.h"
#include "tests/simulation/network.h"
#include "tests/simulation/office.h"

struct samples;

enum { PERSON_COMMANDS_MAX = 64, PERSON_FRAMES_MAX = 8 };

/* A command that is not answered yet, as it is kept. */
struct kept_command {
    struct person *person;
    uint8_t id[COMMAND_ID_BYTES];
    uint8_t *bytes; /* NULL: this place is free */
    size_t size;
};

struct person {
    struct world *world;
    struct office *office;
    const struct samples *samples;
    struct link link;
    struct sign_key key;
    const char *department; /* empty: of none */
    Hs__Principal__Role role;
    const uint8_t *broker_key;
    struct conversation conversation;
    struct kept_command kept[PERSON_COMMANDS_MAX];
    size_t kept_count;
    struct arena arena; /* of one command */
    uint64_t wakes;
    bool is_resting;                        /* asks for nothing new */
    struct bytes frames[PERSON_FRAMES_MAX]; /* sent before: to be said again by a hostile one */
    size_t frame_count;
    struct person *next;
};

struct person_place {
    struct network *network;
    struct office *office;
    const struct samples *samples;
    const char *name;
    const char *department;
    Hs__Principal__Role role;
    const uint8_t *broker_key;
};

void person_init(struct person *person, struct world *world, const struct person_place *place);
void person_release(struct person *person);

/* Asks for @command, whose id is set here. */
void person_ask(struct person *person, Hs__Command *command);

/* Its client is started anew. */
void person_restart(struct person *person);

/* Says a frame again that was said before, by itself or by @other. */
void person_replay(struct person *person, const struct person *other);

#endif
