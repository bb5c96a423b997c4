/* SPDX-License-Identifier: Apache-2.0 */
/* work.h - what a person of the office asks for next: by its role and by what is on record, mostly
 * sensible, now and then not. */
#ifndef TESTS_SIMULATION_WORK_H
#define TESTS_SIMULATION_WORK_H

#include "tests/simulation/person.h"
#include "tests/simulation/samples.h"

/* What a choice is made with, while it is made. */
struct work {
    struct person *person;
    struct transaction *txn;
    struct chance *chance;
    Hs__Proposal *proposal; /* the one at hand */
    Hs__Review *review;     /* the department's */
};

/* Lets @person, whose broker runs or not, ask for something. */
void work_do(struct person *person);

/* A hostile principal says what it should not. */
void work_hostile(struct person *person);

/* Asks for an account to be disabled, or enabled again; @person administers security. */
void work_disable(struct person *person, const char *name, bool disabled);

/* Asks for the clock to be confirmed; @person administers the system. */
void work_confirm_clock(struct person *person);

/* ---- between the files of work ---- */

/* Returns a command of that kind, whose body is of @type and set. */
Hs__Command *work_command(struct work *work, Hs__Command__BodyCase body,
                          const ProtobufCMessageDescriptor *type);

/* Asks for it. */
void work_ask(struct work *work, Hs__Command *command);

/* Returns a new message in the arena of the person. */
void *work_new(struct work *work, const ProtobufCMessageDescriptor *type);

/* Returns the reference of @department's review of the proposal at hand. */
Hs__ReviewRef *work_ref(struct work *work, const char *department);

/* Takes one of the last proposals at hand; false if there is none. */
bool work_take_any(struct work *work);

void work_of_department(struct work *work); /* work_department.c */
void work_of_office(struct work *work);     /* work_office.c */
void work_of_applicant(struct work *work);
void work_of_approver(struct work *work);

#endif
