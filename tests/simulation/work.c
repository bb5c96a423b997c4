/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/work.h"

#include <string.h>

#include "lib/check.h"
#include "store/views.h"

enum { RECENT = 250, HUGE_ITEMS = 300 };

void *work_new(struct work *work, const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, &work->person->arena);

    require(message != NULL);
    return message;
}

Hs__Command *work_command(struct work *work, Hs__Command__BodyCase body,
                          const ProtobufCMessageDescriptor *type)
{
    Hs__Command *command = work_new(work, &hs__command__descriptor);

    command->body_case = body;
    command->submit = work_new(work, type); /* the bodies are one union of pointers */
    return command;
}

void work_ask(struct work *work, Hs__Command *command)
{
    person_ask(work->person, command);
}

Hs__ReviewRef *work_ref(struct work *work, const char *department)
{
    Hs__ReviewRef *ref = work_new(work, &hs__review_ref__descriptor);

    ref->proposal = work->proposal->id;
    ref->round = work->proposal->round;
    ref->department = department;
    return ref;
}

bool work_take_any(struct work *work)
{
    Hs__Office *office = NULL;

    if (view_office(work->txn, &work->person->arena, &office) != ERR_OK || office->proposals == 0) {
        return false;
    }
    uint64_t back =
        chance_below(work->chance, RECENT < office->proposals ? RECENT : office->proposals);
    return view_proposal(work->txn, office->proposals - back, &work->person->arena,
                         &work->proposal) == ERR_OK;
}

static void act(struct work *work)
{
    switch (work->person->role) {
    case HS__PRINCIPAL__ROLE__APPLICANT:
        work_of_applicant(work);
        break;
    case HS__PRINCIPAL__ROLE__REVIEWER:
    case HS__PRINCIPAL__ROLE__HEAD:
        work_of_department(work);
        break;
    case HS__PRINCIPAL__ROLE__OFFICE:
        work_of_office(work);
        break;
    case HS__PRINCIPAL__ROLE__APPROVER:
        work_of_approver(work);
        break;
    case HS__PRINCIPAL__ROLE__NONE:
    case HS__PRINCIPAL__ROLE__SUPERVISOR:
    case HS__PRINCIPAL__ROLE__SYSTEM_ADMIN:
    case HS__PRINCIPAL__ROLE__SECURITY_ADMIN:
    case HS__PRINCIPAL__ROLE__AUDIT:
    case HS__PRINCIPAL__ROLE__AGENT:
    case HS__PRINCIPAL__ROLE__GATEWAY:
    case _HS__PRINCIPAL__ROLE_IS_INT_SIZE:
        break;
    }
}

void work_do(struct person *person)
{
    struct work work = {.person = person, .chance = &person->world->chance};

    arena_clear(&person->arena);
    work.txn = office_read(person->office);
    if (work.txn == NULL) {
        return; /* nobody can tell what there is to do */
    }
    act(&work);
    journal_read_end(work.txn);
}

/* ---- what should not be ---- */

static void give_to_another(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_GIVE_OPINION, &hs__give_opinion__descriptor);
    Hs__Opinion *opinion = work_new(work, &hs__opinion__descriptor);
    size_t count = chance_below(work->chance, 8) == 0 ? HUGE_ITEMS : 0;

    opinion->result = count > 0 ? HS__OPINION__RESULT__DISAGREE : HS__OPINION__RESULT__AGREE;
    opinion->packet = work->proposal->packet;
    opinion->items = arena_array(&work->person->arena, count, sizeof *opinion->items);
    for (; opinion->n_items < count; opinion->n_items++) {
        Hs__Item *item = work_new(work, &hs__item__descriptor);

        item->severity = HS__ITEM__SEVERITY__MUST;
        item->demand = "all of it";
        opinion->items[opinion->n_items] = item;
    }
    command->give_opinion->opinion = opinion;
    command->give_opinion->review =
        work_ref(work, chance_below(work->chance, 2) == 0 ? "fire" : "planning");
    command->give_opinion->review->round += (uint32_t)chance_below(work->chance, 3);
    work_ask(work, command);
}

void work_hostile(struct person *person)
{
    struct work work = {.person = person, .chance = &person->world->fate};

    arena_clear(&person->arena);
    work.txn = office_read(person->office);
    if (work.txn != NULL && work_take_any(&work) && person->kept_count < PERSON_COMMANDS_MAX / 2) {
        give_to_another(&work);
    }
    journal_read_end(work.txn);
    person_replay(person, person);
    if (person->next != NULL) {
        person_replay(person, person->next);
    }
}

/* ---- administering ---- */

void work_disable(struct person *person, const char *name, bool disabled)
{
    struct work work = {.person = person};

    arena_clear(&person->arena);
    Hs__Command *command =
        work_command(&work, HS__COMMAND__BODY_CHANGE_PRINCIPAL, &hs__change_principal__descriptor);
    command->change_principal->name = name;
    command->change_principal->disabled = disabled;
    work_ask(&work, command);
}

void work_confirm_clock(struct person *person)
{
    struct work work = {.person = person};

    arena_clear(&person->arena);
    Hs__Command *command =
        work_command(&work, HS__COMMAND__BODY_CONFIRM_CLOCK, &hs__confirm_clock__descriptor);
    command->confirm_clock->reason = "looked at";
    work_ask(&work, command);
}
