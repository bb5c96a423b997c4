/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/measures.h"

#include <string.h>

#include "core/calendar.h"

void measures_init(struct measures *measures, struct cli *cli, struct session *session)
{
    *measures = (struct measures){.cli = cli, .session = session};
}

static int ask_definition(struct measures *measures, ProtobufCBinaryData hash,
                          const Hs__Answer__Definition **out)
{
    Hs__Query__GetDefinition get = HS__QUERY__GET_DEFINITION__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    get.hash = hash;
    query.body_case = HS__QUERY__BODY_DEFINITION;
    query.definition = &get;
    int status = session_query(measures->session, &query, &answer);
    if (status == STATUS_DONE) {
        *out = answer->definition;
    }
    return status;
}

/* Asks for the process that @pins name. */
static int ask_process(struct measures *measures, ProtobufCBinaryData pins, const Hs__Process **out)
{
    const Hs__Answer__Definition *answer = NULL;
    int status = ask_definition(measures, pins, &answer);

    if (status == STATUS_DONE && answer->pins != NULL) {
        status = ask_definition(measures, answer->pins->process, &answer);
    }
    if (status == STATUS_DONE) {
        *out = message_read(&hs__process__descriptor, bytes_of(answer->definition),
                            measures->cli->arena);
    }
    return status;
}

static int find_process(struct measures *measures, ProtobufCBinaryData pins,
                        const Hs__Process **out)
{
    *out = NULL;
    if (pins.len != HASH_BYTES) {
        return STATUS_DONE; /* no round was opened */
    }
    for (size_t i = 0; i < measures->known_count; i++) {
        if (memcmp(measures->known[i].pins, pins.data, HASH_BYTES) == 0) {
            *out = measures->known[i].process;
            return STATUS_DONE;
        }
    }

    int status = ask_process(measures, pins, out);
    if (status == STATUS_DONE) {
        size_t place = measures->known_count % MEASURES_PINS_MAX;

        measures->known_count = place + 1;
        memcpy(measures->known[place].pins, pins.data, HASH_BYTES);
        measures->known[place].process = *out;
    }
    return status;
}

static bool is_in_working_days(const Hs__Review *review)
{
    return review->limit != NULL && review->limit->span_case == HS__LIMIT__SPAN_WORKING_DAYS;
}

/* Returns the hash of the calendar @id that is in force; of no bytes if there is none. */
static ProtobufCBinaryData calendar_in_force(const Hs__Office *office, const char *id)
{
    for (size_t i = 0; i < office->n_calendars; i++) {
        if (strcmp(office->calendars[i]->id, id) == 0) {
            return office->calendars[i]->hash;
        }
    }
    return (ProtobufCBinaryData){0};
}

/* Sets measures->calendar to the one with @hash. */
static int find_calendar(struct measures *measures, ProtobufCBinaryData hash)
{
    const Hs__Answer__Definition *answer = NULL;

    if (hash.len != HASH_BYTES || (measures->calendar != NULL &&
                                   memcmp(measures->calendar_hash, hash.data, HASH_BYTES) == 0)) {
        return STATUS_DONE;
    }

    int status = ask_definition(measures, hash, &answer);
    if (status == STATUS_DONE) {
        struct arena *arena = measures->cli->arena;
        const Hs__Calendar *source =
            message_read(&hs__calendar__descriptor, bytes_of(answer->definition), arena);

        measures->calendar = source == NULL ? NULL : calendar_build(source, arena);
        memcpy(measures->calendar_hash, hash.data, HASH_BYTES);
    }
    return status;
}

int measures_of(struct measures *measures, const Hs__Office *office, const Hs__BoardRow *row,
                struct lamp_measure *out)
{
    const Hs__Process *process = NULL;
    int status = find_process(measures, row->pins, &process);

    for (size_t i = 0; status == STATUS_DONE && i < row->n_reviews; i++) {
        out[i] = (struct lamp_measure){.utc_offset_minutes = office->utc_offset_minutes};
        if (process != NULL && is_in_working_days(row->reviews[i])) {
            status = find_calendar(measures, calendar_in_force(office, process->calendar));
            out[i].calendar = measures->calendar;
        }
    }
    return status;
}
