/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/definitions.h"

#include <string.h>

#include "cli/data_folder.h"
#include "cli/message_text.h"
#include "core/names.h"
#include "os/files.h"

int definitions_find(const struct cli *cli, struct definitions *out)
{
    if (cli->home != NULL) {
        *out = (struct definitions){.folder = cli->home, .is_home = true};
        return file_exists(cli_format(cli, "%s/configs/dictionary.yaml", cli->home))
                   ? STATUS_DONE
                   : cli_fail(cli, STATUS_ENVIRONMENT,
                              cli_text(cli, "%s 中没有 configs/dictionary.yaml",
                                       "%s has no configs/dictionary.yaml"),
                              cli->home);
    }
    *out = (struct definitions){.folder = data_folder_find(cli)};
    return out->folder == NULL ? STATUS_ENVIRONMENT : STATUS_DONE;
}

int definitions_process(const struct cli *cli, const struct definitions *definitions,
                        const char *id, const Hs__Process **out)
{
    void *loaded = NULL;
    const char *path = cli_format(cli, "%s/configs/processes/%s.yaml", definitions->folder, id);

    if (!name_is_plain(id) || !file_exists(path)) {
        return cli_fail(cli, STATUS_INVALID, cli_text(cli, "没有流程 %s", "there is no process %s"),
                        id);
    }
    int status = message_load(cli, path, &hs__process__descriptor, &loaded);
    *out = loaded;
    return status;
}

int definitions_departments(const struct cli *cli, const struct definitions *definitions,
                            const Hs__DepartmentList **out)
{
    void *loaded = NULL;
    int status =
        message_load(cli, cli_format(cli, "%s/configs/departments.yaml", definitions->folder),
                     &hs__department_list__descriptor, &loaded);

    *out = loaded;
    return status;
}

const char *definitions_pack_file(const struct cli *cli, const struct definitions *definitions,
                                  const char *department)
{
    const char *folder = definitions->folder;
    const char *candidates[] = {
        definitions->is_home ? cli_format(cli, "%s/rules/%s.yaml", folder, department)
                             : cli_format(cli, "%s/agents/%s/rules.yaml", folder, department),
        cli_format(cli, "%s/configs/processes/packs/%s.yaml", folder, department),
    };

    for (size_t i = 0; i < 2; i++) {
        if (name_is_plain(department) && file_exists(candidates[i])) {
            return candidates[i];
        }
    }
    return NULL;
}

const Hs__Department *department_of_owner(const Hs__DepartmentList *departments, const char *owner)
{
    for (size_t i = 0; i < departments->n_departments; i++) {
        const Hs__Department *department = departments->departments[i];

        for (size_t k = 0; k < department->n_owners; k++) {
            if (strcmp(department->owners[k]->id, owner) == 0) {
                return department;
            }
        }
    }
    return NULL;
}

const Hs__Department *department_named(const Hs__DepartmentList *departments, const char *id)
{
    for (size_t i = 0; i < departments->n_departments; i++) {
        if (strcmp(departments->departments[i]->id, id) == 0) {
            return departments->departments[i];
        }
    }
    return NULL;
}

const Hs__Stage *process_review_stage(const Hs__Process *process)
{
    for (size_t i = 0; i < process->n_stages; i++) {
        if (process->stages[i]->kind == HS__STAGE__KIND__REVIEW) {
            return process->stages[i];
        }
    }
    return NULL;
}

/* Makes @pack the pack of @owner: his rules alone, as his agent publishes them. */
static void keep_owner(Hs__Pack *pack, const char *owner)
{
    size_t kept = 0;

    for (size_t i = 0; i < pack->n_rules; i++) {
        if (strcmp(pack->rules[i]->owner, owner) == 0) {
            pack->rules[i]->owner = "";
            pack->rules[kept++] = pack->rules[i];
        }
    }
    pack->n_rules = kept;
    pack->id = owner;
}

/* Adds the pack @id to @set, unless it is there. */
static int add_pack(const struct cli *cli, const struct definitions *definitions, const char *id,
                    struct definition_set *set)
{
    const char *path = definitions_pack_file(cli, definitions, id);
    const Hs__Department *of_owner = NULL;
    void *loaded = NULL;

    for (size_t i = 0; i < set->pack_count; i++) {
        if (strcmp(set->packs[i]->id, id) == 0) {
            return STATUS_DONE;
        }
    }
    if (path == NULL) {
        of_owner = department_of_owner(set->departments, id);
        path = of_owner == NULL ? NULL : definitions_pack_file(cli, definitions, of_owner->id);
    }
    if (path == NULL || set->pack_count == DEFINITIONS_PACKS_MAX) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "没有 %s 的规则包", "there is no pack of %s"), id);
    }
    int status = message_load(cli, path, &hs__pack__descriptor, &loaded);
    if (status == STATUS_DONE && of_owner != NULL) {
        keep_owner(loaded, id);
    }
    set->packs[set->pack_count] = loaded;
    set->pack_count += status == STATUS_DONE ? 1 : 0;
    return status;
}

static int add_packs(const struct cli *cli, const struct definitions *definitions,
                     struct definition_set *set)
{
    const Hs__Stage *stage = process_review_stage(set->process);
    int status = STATUS_DONE;

    if (set->process->gate[0] != '\0') {
        status = add_pack(cli, definitions, set->process->gate, set);
    }
    if (status == STATUS_DONE && set->process->lead[0] != '\0') {
        status = add_pack(cli, definitions, set->process->lead, set);
    }
    for (size_t i = 0; stage != NULL && i < stage->n_seats && status == STATUS_DONE; i++) {
        status = add_pack(cli, definitions, stage->seats[i]->department, set);
    }
    return status;
}

int definitions_load(const struct cli *cli, const struct definitions *definitions, const char *id,
                     struct definition_set *out)
{
    void *dictionary = NULL;

    *out = (struct definition_set){0};
    int status = definitions_process(cli, definitions, id, &out->process);
    if (status == STATUS_DONE) {
        status =
            message_load(cli, cli_format(cli, "%s/configs/dictionary.yaml", definitions->folder),
                         &hs__dictionary__descriptor, &dictionary);
        out->dictionary = dictionary;
    }
    if (status == STATUS_DONE) {
        status = definitions_departments(cli, definitions, &out->departments);
    }
    return status == STATUS_DONE ? add_packs(cli, definitions, out) : status;
}
