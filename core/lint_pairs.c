/* SPDX-License-Identifier: Apache-2.0 */
/* The incompatible pairs of a process: what its departments' demands are held against. */
#include "core/lint.h"

#include <string.h>

#include "core/limits.h"
#include "core/names.h"

struct pack_list {
    const Hs__Pack *const *rows;
    size_t count;
};

static void add(struct defects *defects, size_t index, struct defect sentences, const char *subject)
{
    const char *path = arena_format(defects->arena, "incompatible[%zu].%s", index, sentences.path);
    const char *zh = arena_format(defects->arena, "%s：%s", sentences.zh, subject);
    const char *en = arena_format(defects->arena, "%s: %s", sentences.en, subject);

    defects_add(defects, path == NULL ? "incompatible" : path, zh == NULL ? sentences.zh : zh,
                en == NULL ? sentences.en : en);
}

static bool is_matter(const Hs__Process *process, const char *name)
{
    for (size_t i = 0; i < process->n_matters; i++) {
        if (strcmp(process->matters[i]->code, name) == 0) {
            return true;
        }
    }
    return process->n_matters == 0 && name_is_plain(name);
}

static bool is_rule(const struct pack_list *packs, const char *id)
{
    for (size_t i = 0; i < packs->count; i++) {
        for (size_t k = 0; k < packs->rows[i]->n_rules; k++) {
            if (strcmp(packs->rows[i]->rules[k]->id, id) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A matter is a plain name, and the id of a rule is not: it has capitals (UM-01). */
static void lint_side(const Hs__Process *process, size_t index, const char *name, bool is_one,
                      struct defects *defects)
{
    const Hs__IncompatiblePair *pair = process->incompatible[index];
    size_t count = is_one ? pair->n_one : pair->n_other;
    const char **entries = is_one ? pair->one : pair->other;

    if (count == 0) {
        add(defects, index,
            (struct defect){name, "每边至少列一个事项或规则", "each side names a matter or a rule"},
            pair->id);
    }
    for (size_t i = 0; i < count; i++) {
        if (name_is_plain(entries[i]) && !is_matter(process, entries[i])) {
            add(defects, index,
                (struct defect){name, "matters 中没有此事项", "this is not among the matters"},
                entries[i]);
        }
    }
}

static void lint_pair(const Hs__Process *process, size_t index, struct defects *defects)
{
    const Hs__IncompatiblePair *pair = process->incompatible[index];

    if (!name_is_plain(pair->id)) {
        add(defects, index, (struct defect){"id", "意见冲突编号无效", "this is no name for a pair"},
            pair->id);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(process->incompatible[i]->id, pair->id) == 0) {
            add(defects, index,
                (struct defect){"id", "意见冲突编号重复", "this pair is given twice"}, pair->id);
        }
    }
    if (pair->title == NULL || pair->title->zh[0] == '\0') {
        add(defects, index,
            (struct defect){"title", "须有中文名称", "a pair needs its words in Chinese"},
            pair->id);
    }
    lint_side(process, index, "one", true, defects);
    lint_side(process, index, "other", false, defects);
}

void lint_pairs(const Hs__Process *process, struct defects *defects)
{
    if (process->n_incompatible > LIMIT_PAIRS) {
        defects_add(defects, "incompatible", "至多64组", "a process has at most 64 pairs");
        return;
    }
    for (size_t i = 0; i < process->n_incompatible; i++) {
        lint_pair(process, i, defects);
    }
}

static void lint_rules(const Hs__IncompatiblePair *pair, size_t index, bool is_one,
                       const struct pack_list *packs, struct defects *defects)
{
    size_t count = is_one ? pair->n_one : pair->n_other;
    const char **entries = is_one ? pair->one : pair->other;

    for (size_t i = 0; i < count; i++) {
        if (!name_is_plain(entries[i]) && !is_rule(packs, entries[i])) {
            add(defects, index,
                (struct defect){is_one ? "one" : "other", "没有规则包有此规则",
                                "no pack has this rule"},
                entries[i]);
        }
    }
}

void lint_pair_rules(const Hs__Process *process, const Hs__Pack *const *packs, size_t count,
                     struct defects *defects)
{
    const struct pack_list list = {packs, count};

    for (size_t i = 0; i < process->n_incompatible; i++) {
        lint_rules(process->incompatible[i], i, true, &list, defects);
        lint_rules(process->incompatible[i], i, false, &list, defects);
    }
}
