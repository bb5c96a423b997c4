/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/published.h"

#include <string.h>

#include "core/refusal.h"
#include "lib/check.h"

static const Hs__Office__Current *find_current(Hs__Office__Current *const *list, size_t count,
                                               const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i]->id, id) == 0) {
            return list[i];
        }
    }
    return NULL;
}

static int refuse(const struct cli *cli, enum refusal refusal, const char *detail)
{
    return cli_refused(
        cli, refusal_code(refusal),
        cli_format(cli, "%s: %s", cli_text(cli, refusal_zh(refusal), refusal_en(refusal)), detail));
}

/* Asks for what @hash names. */
static int ask_any(struct session *session, ProtobufCBinaryData hash, Hs__Answer **out)
{
    Hs__Query__GetDefinition get = HS__QUERY__GET_DEFINITION__INIT;
    Hs__Query query = HS__QUERY__INIT;

    get.hash = hash;
    query.body_case = HS__QUERY__BODY_DEFINITION;
    query.definition = &get;
    return session_query(session, &query, out);
}

static int fail_to_read(const struct cli *cli)
{
    return cli_fail(cli, STATUS_ENVIRONMENT,
                    cli_text(cli, "无法读取已发布的定义", "a published definition cannot be read"));
}

/* Sets @out to the definition named by @hash, a message of type @type. */
static int ask(struct cli *cli, struct session *session, ProtobufCBinaryData hash,
               const ProtobufCMessageDescriptor *type, void **out)
{
    Hs__Answer *answer = NULL;
    int status = ask_any(session, hash, &answer);

    if (status != STATUS_DONE) {
        return status;
    }
    *out = message_read(type, bytes_of(answer->definition->definition), cli->arena);
    return *out != NULL ? STATUS_DONE : fail_to_read(cli);
}

static int index_dictionary(const struct cli *cli, const Hs__Dictionary *source,
                            const struct dictionary **out)
{
    struct dictionary_fault fault = {0};

    *out = dictionary_index(source, cli->arena, &fault);
    return *out != NULL ? STATUS_DONE
                        : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", fault.path,
                                   cli_text(cli, fault.zh, fault.en));
}

int published_dictionary(struct cli *cli, struct session *session, const char *process,
                         const struct dictionary **out)
{
    Hs__Office *office = NULL;
    void *found = NULL;

    int status = session_office(session, &office);
    if (status != STATUS_DONE) {
        return status;
    }
    const char *id = process[0] == '\0' ? office->default_process : process;
    const Hs__Office__Current *current = find_current(office->processes, office->n_processes, id);
    if (current == NULL) {
        return refuse(cli, REFUSAL_UNKNOWN_PROCESS, id);
    }
    status = ask(cli, session, current->hash, &hs__process__descriptor, &found);
    if (status != STATUS_DONE) {
        return status;
    }

    require(found != NULL);
    const Hs__Process *definition = found;
    id = definition->dictionary;
    current = find_current(office->dictionaries, office->n_dictionaries, id);
    if (current == NULL) {
        return refuse(cli, REFUSAL_UNKNOWN_DEFINITION, id);
    }
    status = ask(cli, session, current->hash, &hs__dictionary__descriptor, &found);
    if (status != STATUS_DONE) {
        return status;
    }
    return index_dictionary(cli, found, out);
}

int published_pack(struct cli *cli, struct session *session, const char *id, const Hs__Pack **out)
{
    Hs__Office *office = NULL;
    void *found = NULL;

    int status = session_office(session, &office);
    if (status != STATUS_DONE) {
        return status;
    }
    const Hs__Office__Current *current = find_current(office->packs, office->n_packs, id);
    if (current != NULL) {
        status = ask(cli, session, current->hash, &hs__pack__descriptor, &found);
    }
    *out = found;
    return status;
}

int published_calendar(struct cli *cli, struct session *session, const char *id,
                       const Hs__Calendar **out)
{
    Hs__Office *office = NULL;
    void *found = NULL;

    int status = session_office(session, &office);
    if (status != STATUS_DONE) {
        return status;
    }
    const Hs__Office__Current *current = find_current(office->calendars, office->n_calendars, id);
    if (current != NULL) {
        status = ask(cli, session, current->hash, &hs__calendar__descriptor, &found);
    }
    *out = found;
    return status;
}

static int ask_packs(struct cli *cli, struct session *session, const Hs__Pins *pins,
                     struct definition_set *out)
{
    int status = STATUS_DONE;

    for (size_t i = 0; i < pins->n_packs && i < DEFINITIONS_PACKS_MAX && status == STATUS_DONE;
         i++) {
        void *pack = NULL;

        status = ask(cli, session, pins->packs[i]->hash, &hs__pack__descriptor, &pack);
        out->packs[i] = pack;
        out->pack_count = i + 1;
    }
    return status;
}

static int ask_departments(struct cli *cli, struct session *session, struct definition_set *out)
{
    Hs__DepartmentList *list =
        cli_memory(message_new(&hs__department_list__descriptor, cli->arena));
    Hs__Office *office = NULL;
    int status = session_office(session, &office);

    if (status == STATUS_DONE) {
        list->n_departments = office->n_departments;
        list->departments = office->departments;
        out->departments = list;
    }
    return status;
}

int published_pinned(struct cli *cli, struct session *session, ProtobufCBinaryData pins,
                     struct definition_set *out)
{
    Hs__Answer *answer = NULL;
    void *process = NULL;
    void *dictionary = NULL;
    int status = ask_any(session, pins, &answer);

    *out = (struct definition_set){0};
    if (status != STATUS_DONE) {
        return status;
    }

    const Hs__Pins *named = answer->definition->pins;
    if (named == NULL) {
        return fail_to_read(cli);
    }
    status = ask(cli, session, named->process, &hs__process__descriptor, &process);
    out->process = process;
    if (status == STATUS_DONE) {
        status = ask(cli, session, named->dictionary, &hs__dictionary__descriptor, &dictionary);
        out->dictionary = dictionary;
    }
    if (status == STATUS_DONE) {
        status = ask_packs(cli, session, named, out);
    }
    return status == STATUS_DONE ? ask_departments(cli, session, out) : status;
}

int published_packet(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                     Hs__Packet **out, const struct dictionary **dictionary)
{
    Hs__Query__GetPacket get = HS__QUERY__GET_PACKET__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;
    struct definition_set set;

    get.proposal = proposal->id;
    get.version = proposal->packet_version;
    query.body_case = HS__QUERY__BODY_PACKET;
    query.packet = &get;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }
    *out = answer->packet;
    if (proposal->pins.len == 0) {
        return published_dictionary(cli, session, proposal->process, dictionary);
    }
    status = published_pinned(cli, session, proposal->pins, &set);
    return status == STATUS_DONE ? index_dictionary(cli, set.dictionary, dictionary) : status;
}
