/* SPDX-License-Identifier: Apache-2.0 */
#include "library/dictionary.h"

#include <string.h>

#include "lib/check.h"

static const Hs__Office__Current *find(Hs__Office__Current *const *list, size_t count,
                                       const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i]->id, id) == 0) {
            return list[i];
        }
    }
    return NULL;
}

static enum huishen_result ask_office(struct huishen *office, Hs__Office **out)
{
    Hs__Query__GetOffice get = HS__QUERY__GET_OFFICE__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    query.body_case = HS__QUERY__BODY_OFFICE;
    query.office = &get;
    enum huishen_result result = connection_query(office, &query, HS__ANSWER__BODY_OFFICE, &answer);
    if (result == HUISHEN_DONE) {
        *out = answer->office;
    }
    return result;
}

/* Sets @out to the definition that @current names, a message of @type. */
static enum huishen_result ask(struct huishen *office, const Hs__Office__Current *current,
                               const ProtobufCMessageDescriptor *type, void **out)
{
    Hs__Query__GetDefinition get = HS__QUERY__GET_DEFINITION__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    if (current == NULL) {
        return connection_refuse(office, type == &hs__process__descriptor
                                             ? REFUSAL_UNKNOWN_PROCESS
                                             : REFUSAL_UNKNOWN_DEFINITION);
    }
    get.hash = current->hash;
    query.body_case = HS__QUERY__BODY_DEFINITION;
    query.definition = &get;
    enum huishen_result result =
        connection_query(office, &query, HS__ANSWER__BODY_DEFINITION, &answer);
    if (result != HUISHEN_DONE) {
        return result;
    }
    *out = message_read(type, bytes_of(answer->definition->definition), &office->arena);
    return *out != NULL ? HUISHEN_DONE : connection_fail(office, ERR_IO);
}

enum huishen_result dictionary_ask(struct huishen *office, const char *process,
                                   const struct dictionary **out)
{
    Hs__Office *record = NULL;
    void *found = NULL;
    struct dictionary_fault fault;
    enum huishen_result result = ask_office(office, &record);

    if (result != HUISHEN_DONE) {
        return result;
    }
    const char *id = process[0] == '\0' ? record->default_process : process;
    result = ask(office, find(record->processes, record->n_processes, id), &hs__process__descriptor,
                 &found);
    if (result != HUISHEN_DONE) {
        return result;
    }
    require(found != NULL);
    id = ((const Hs__Process *)found)->dictionary;
    result = ask(office, find(record->dictionaries, record->n_dictionaries, id),
                 &hs__dictionary__descriptor, &found);
    if (result != HUISHEN_DONE) {
        return result;
    }
    *out = dictionary_index(found, &office->arena, &fault);
    return *out != NULL ? HUISHEN_DONE : connection_fail(office, ERR_IO);
}
