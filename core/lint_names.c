/* SPDX-License-Identifier: Apache-2.0 */
/* The names that rules share with others: matters with their process, owners with their department.
 */
#include "core/lint.h"

#include <string.h>

#include "core/names.h"

/* The field of an element of a list. */
struct place {
    const char *list;
    size_t index;
    const char *field;
};

/* Adds a defect at @place with @subject behind the sentences. */
static void add(struct defects *defects, struct place place, struct defect sentences,
                const char *subject)
{
    const char *path =
        arena_format(defects->arena, "%s[%zu].%s", place.list, place.index, place.field);
    const char *zh = arena_format(defects->arena, "%s：%s", sentences.zh, subject);
    const char *en = arena_format(defects->arena, "%s: %s", sentences.en, subject);

    defects_add(defects, path == NULL ? place.list : path, zh == NULL ? sentences.zh : zh,
                en == NULL ? sentences.en : en);
}

static bool is_listed(const Hs__Process *process, size_t count, const char *matter)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(process->matters[i]->code, matter) == 0) {
            return true;
        }
    }
    return false;
}

void lint_matters(const Hs__Process *process, struct defects *defects)
{
    for (size_t i = 0; i < process->n_matters; i++) {
        const Hs__Code *matter = process->matters[i];

        if (!name_is_plain(matter->code)) {
            add(defects, (struct place){"matters", i, "code"},
                (struct defect){.zh = "事项名称无效", .en = "this is no name for a matter"},
                matter->code);
        }
        if (is_listed(process, i, matter->code)) {
            add(defects, (struct place){"matters", i, "code"},
                (struct defect){.zh = "事项重复", .en = "this matter is given twice"},
                matter->code);
        }
        if (matter->label == NULL || matter->label->zh[0] == '\0') {
            add(defects, (struct place){"matters", i, "label"},
                (struct defect){.zh = "事项须有中文名称",
                                .en = "a matter needs a label in Chinese"},
                matter->code);
        }
    }
}

void lint_rule_matters(const Hs__Pack *pack, const Hs__Process *process, struct defects *defects)
{
    for (size_t i = 0; i < pack->n_rules && process->n_matters > 0; i++) {
        const char *matter = pack->rules[i]->matter;

        if (matter[0] != '\0' && !is_listed(process, process->n_matters, matter)) {
            add(defects, (struct place){"rules", i, "matter"},
                (struct defect){.zh = "流程的 matters 中没有此事项",
                                .en = "this is not among the matters of the process"},
                matter);
        }
    }
}

static bool has_owner(const Hs__Department *department, const char *owner)
{
    for (size_t i = 0; i < department->n_owners; i++) {
        if (strcmp(department->owners[i]->id, owner) == 0) {
            return true;
        }
    }
    return false;
}

void lint_owners(const Hs__Pack *pack, const Hs__Office *office, struct defects *defects)
{
    const Hs__Department *department = NULL;

    for (size_t i = 0; i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, pack->id) == 0) {
            department = office->departments[i];
        }
    }
    for (size_t i = 0; department != NULL && i < pack->n_rules; i++) {
        const char *owner = pack->rules[i]->owner;

        if (owner[0] != '\0' && !has_owner(department, owner)) {
            add(defects, (struct place){"rules", i, "owner"},
                (struct defect){.zh = "部门没有此权属单位",
                                .en = "the department has no such owner"},
                owner);
        }
    }
}
