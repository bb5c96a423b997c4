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

/* Sets @out to the definition named by @hash, a message of type @type. */
static int ask(struct cli *cli, struct session *session, ProtobufCBinaryData hash,
               const ProtobufCMessageDescriptor *type, void **out)
{
    Hs__Query__GetDefinition get = HS__QUERY__GET_DEFINITION__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    get.hash = hash;
    query.body_case = HS__QUERY__BODY_DEFINITION;
    query.definition = &get;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }

    *out = answer->body_case == HS__ANSWER__BODY_DEFINITION
               ? message_read(type, bytes_of(answer->definition->definition), cli->arena)
               : NULL;
    return *out != NULL ? STATUS_DONE
                        : cli_fail(cli, STATUS_ENVIRONMENT,
                                   cli_text(cli, "无法读取已发布的定义",
                                            "a published definition cannot be read"));
}

int published_dictionary(struct cli *cli, struct session *session, const char *process,
                         const struct dictionary **out)
{
    Hs__Office *office = NULL;
    void *found = NULL;
    struct dictionary_fault fault = {0};

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
    *out = dictionary_index(found, cli->arena, &fault);
    return *out != NULL ? STATUS_DONE
                        : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", fault.path,
                                   cli_text(cli, fault.zh, fault.en));
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
