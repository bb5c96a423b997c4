/* SPDX-License-Identifier: Apache-2.0 */
/* What events do to the office's record and to its principals. */
#include "core/apply_parts.h"

#include <string.h>

#include "lib/check.h"

/* Sets the row of @id in a list of what is in force, adding it if there is none. */
static void set_current(Hs__Office__Current ***rows, size_t *count, Hs__Office__Current row,
                        struct arena *arena)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp((*rows)[i]->id, row.id) == 0) {
            *(*rows)[i] = row;
            return;
        }
    }

    Hs__Office__Current *added = arena_alloc(arena, sizeof *added);
    require(added != NULL);
    *added = row;
    *rows = (Hs__Office__Current **)apply_grown(*rows, *count, arena);
    (*rows)[(*count)++] = added;
}

static Hs__Office__Current current_row(const char *id, uint32_t version, ProtobufCBinaryData hash)
{
    Hs__Office__Current row = HS__OFFICE__CURRENT__INIT;

    row.id = id;
    row.version = version;
    row.hash = hash;
    return row;
}

static void office_begins(Hs__Office *office, const Hs__Genesis *genesis)
{
    office->id = genesis->office;
    office->prefix = genesis->prefix;
    office->utc_offset_minutes = genesis->utc_offset_minutes;
    office->sign_key = genesis->broker_sign_key;
    office->epoch = 1;
}

/* Where one was in force, open clocks that went by it are computed anew. */
static void calendar_published(Hs__Office *office, Hs__Office__Current row, struct arena *arena)
{
    size_t count = office->n_calendars;
    bool is_first = true;

    for (size_t i = 0; i < count; i++) {
        is_first = is_first && strcmp(office->calendars[i]->id, row.id) != 0;
    }
    set_current(&office->calendars, &office->n_calendars, row, arena);
    if (!is_first) {
        office->recomputing = message_new(&hs__office__recomputing__descriptor, arena);
        require(office->recomputing != NULL);
    }
}

static void clocks_recomputed(Hs__Office *office, const Hs__ClocksRecomputed *recomputed,
                              struct arena *arena)
{
    office->recomputing =
        recomputed->done ? NULL : message_new(&hs__office__recomputing__descriptor, arena);
    if (!recomputed->done) {
        require(office->recomputing != NULL);
        office->recomputing->through = recomputed->through;
    }
}

static void definition_published(Hs__Office *office, const Hs__DefinitionPublished *published,
                                 struct arena *arena)
{
    Hs__Office__Current row = current_row(published->id, published->version, published->hash);

    switch (published->kind) {
    case HS__PUBLISH__KIND__DICTIONARY:
        set_current(&office->dictionaries, &office->n_dictionaries, row, arena);
        break;
    case HS__PUBLISH__KIND__PROCESS:
        set_current(&office->processes, &office->n_processes, row, arena);
        if (published->set_default || office->default_process[0] == '\0') {
            office->default_process = published->id;
        }
        break;
    case HS__PUBLISH__KIND__PACK:
        set_current(&office->packs, &office->n_packs, row, arena);
        break;
    case HS__PUBLISH__KIND__CALENDAR:
        calendar_published(office, row, arena);
        break;
    case HS__PUBLISH__KIND__UNSPECIFIED:
    case _HS__PUBLISH__KIND_IS_INT_SIZE:
        break;
    }
}

static void department_defined(Hs__Office *office, Hs__Department *department, struct arena *arena)
{
    for (size_t i = 0; i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, department->id) == 0) {
            office->departments[i] = department;
            return;
        }
    }
    office->departments =
        (Hs__Department **)apply_grown(office->departments, office->n_departments, arena);
    office->departments[office->n_departments++] = department;
}

static void proposal_counted(Hs__Office *office, const Hs__Event *event)
{
    uint32_t year = event->proposal_submitted->year;

    office->proposals = event->proposal;
    office->year_count = office->year == year ? office->year_count + 1 : 1;
    office->year = year;
}

/* Sets what is known of the clock; a suspicion that lasts over a reboot keeps its beginning. */
static void set_time(Hs__Office *office, Hs__TrustedTime time, struct arena *arena)
{
    Hs__TrustedTime *kept = arena_alloc(arena, sizeof *kept);

    require(kept != NULL);
    if (time.suspicion != HS__TRUSTED_TIME__SUSPICION__NONE && office->time != NULL &&
        office->time->suspicion != HS__TRUSTED_TIME__SUSPICION__NONE) {
        time.since_at = office->time->since_at;
    }
    *kept = time;
    office->time = kept;
}

static void time_changed(Hs__Office *office, const Hs__Event *event, struct arena *arena)
{
    Hs__TrustedTime time = HS__TRUSTED_TIME__INIT;

    if (event->body_case == HS__EVENT__BODY_CLOCK_ANCHORED) {
        time.anchor = event->clock_anchored->anchor;
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_GAP) {
        time.anchor = event->clock_gap->anchor;
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_CONFIRMED) {
        time.anchor = event->clock_confirmed->anchor;
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_SUSPECTED) {
        time.anchor = event->clock_suspected->anchor;
        time.suspicion = event->clock_suspected->suspicion;
        time.since_at = event->clock_suspected->anchor->trusted_at;
        time.wall_at = event->clock_suspected->wall_at;
    } else {
        return;
    }
    set_time(office, time, arena);
}

void apply_office(Hs__Office *office, const Hs__Event *event, struct arena *arena)
{
    time_changed(office, event, arena);
    if (event->body_case == HS__EVENT__BODY_GENESIS) {
        office_begins(office, event->genesis);
    } else if (event->body_case == HS__EVENT__BODY_DEPARTMENT_DEFINED) {
        department_defined(office, event->department_defined->department, arena);
    } else if (event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED) {
        definition_published(office, event->definition_published, arena);
    } else if (event->body_case == HS__EVENT__BODY_PINS_SET) {
        const Hs__PinsSet *set = event->pins_set;
        set_current(&office->pins, &office->n_pins,
                    current_row(set->pins->process_id, 0, set->hash), arena);
    } else if (event->body_case == HS__EVENT__BODY_CLOCKS_RECOMPUTED) {
        clocks_recomputed(office, event->clocks_recomputed, arena);
    } else if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        office->principals = event->principal_enrolled->principal->number;
    } else if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        proposal_counted(office, event);
    }
}

void apply_principal(Hs__Principal *principal, const Hs__Event *event, struct arena *arena)
{
    (void)arena; /* everything is borrowed from the event */
    if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        *principal = *event->principal_enrolled->principal;
    } else if (event->body_case == HS__EVENT__BODY_PRINCIPAL_CHANGED) {
        const Hs__PrincipalChanged *changed = event->principal_changed;

        principal->disabled = changed->disabled;
        if (changed->unlimited || changed->expires_at != 0) {
            principal->expires_at = changed->expires_at;
        }
        if (changed->n_roles > 0) {
            principal->n_roles = changed->n_roles;
            principal->roles = changed->roles;
        }
    }
}
