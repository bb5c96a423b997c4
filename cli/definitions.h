/* SPDX-License-Identifier: Apache-2.0 */
/* definitions.h - the dictionary, the processes and the packs as files: those of a home, or those
 * that come with the program.
 *
 *   in a home       configs/dictionary.yaml, configs/departments.yaml, configs/processes/ID.yaml,
 *                   configs/processes/packs/ID.yaml, rules/ID.yaml
 *   in a data folder the same, and agents/ID/rules.yaml in place of rules/ID.yaml
 *
 * Every function returns an exit status and has said why on err where it is not STATUS_DONE. What
 * is loaded lives in the cli's arena.
 */
#ifndef CLI_DEFINITIONS_H
#define CLI_DEFINITIONS_H

#include <stdbool.h>

#include "cli/cli.h"
#include "proto/message.h"

#define DEFINITIONS_DEFAULT_PROCESS "joint_review"

enum { DEFINITIONS_PACKS_MAX = 64 };

/* Where definitions are read from. */
struct definitions {
    const char *folder;
    bool is_home;
};

/* A process with all that it names. Packs are those of its seats, its gate and its lead; the pack
 * of a seat that is an owner's holds that owner's rules alone. */
struct definition_set {
    const Hs__Process *process;
    const Hs__Dictionary *dictionary;
    const Hs__DepartmentList *departments;
    const Hs__Pack *packs[DEFINITIONS_PACKS_MAX];
    size_t pack_count;
};

/* Sets @out to the cli's home where one was named, else to the data folder. */
int definitions_find(const struct cli *cli, struct definitions *out);

/* Loads the process @id with all that it names. */
int definitions_load(const struct cli *cli, const struct definitions *definitions, const char *id,
                     struct definition_set *out);

/* Loads one of them. */
int definitions_process(const struct cli *cli, const struct definitions *definitions,
                        const char *id, const Hs__Process **out);
int definitions_departments(const struct cli *cli, const struct definitions *definitions,
                            const Hs__DepartmentList **out);

/* Returns the file of the pack of @department, or NULL if it has none of its own. */
const char *definitions_pack_file(const struct cli *cli, const struct definitions *definitions,
                                  const char *department);

/* Returns the department of @departments that @owner is an owner of, or NULL. */
const Hs__Department *department_of_owner(const Hs__DepartmentList *departments, const char *owner);

/* Returns the department @id, or NULL. */
const Hs__Department *department_named(const Hs__DepartmentList *departments, const char *id);

/* Returns the stage of @process that is reviewed, or NULL. */
const Hs__Stage *process_review_stage(const Hs__Process *process);

#endif
