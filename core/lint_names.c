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

static const Hs__FieldDefinition *definition_of(const Hs__Dictionary *dictionary, const char *path)
{
    for (size_t i = 0; i < dictionary->n_fields; i++) {
        if (strcmp(dictionary->fields[i]->path, path) == 0) {
            return dictionary->fields[i];
        }
    }
    return NULL;
}

static bool is_word(Hs__FieldDefinition__Type type)
{
    return type == HS__FIELD_DEFINITION__TYPE__TEXT || type == HS__FIELD_DEFINITION__TYPE__CODE;
}

/* True if the document at @index of @seat has a name, and one it was not named by before. */
static bool is_named_once(const Hs__Seat *seat, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(seat->documents[i], seat->documents[index]) == 0) {
            return false;
        }
    }
    return seat->documents[index][0] != '\0';
}

void lint_documents(const Hs__Process *process, size_t index, const Hs__Dictionary *dictionary,
                    struct defects *defects)
{
    const Hs__Stage *stage = process->stages[index];
    const char *list = stage->document_list;
    const char *brackets = list + strcspn(list, "[");
    const Hs__FieldDefinition *field = dictionary == NULL ? NULL : definition_of(dictionary, list);

    for (size_t i = 0; i < stage->n_seats; i++) {
        for (size_t j = 0; j < stage->seats[i]->n_documents; j++) {
            if (!is_named_once(stage->seats[i], j)) {
                add(defects, (struct place){"stages", index, "seats"},
                    (struct defect){.zh = "文件代码为空或重复",
                                    .en = "a document's code is empty or given twice"},
                    stage->seats[i]->department);
            }
        }
    }
    if (list[0] == '\0') {
        return;
    }
    if (strncmp(brackets, "[].", 3) != 0 || brackets[2 + strcspn(brackets + 2, "[")] != '\0' ||
        (dictionary != NULL && (field == NULL || !is_word(field->type)))) {
        add(defects, (struct place){"stages", index, "document_list"},
            (struct defect){.zh = "须是一个清单中各项的文字或代码字段",
                            .en = "this has to be a text or a code of the elements of one list"},
            list);
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
