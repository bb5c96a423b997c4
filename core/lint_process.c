/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a process: its stages, their seats and limits, its settings. */
#include "core/lint_parts.h"

#include <string.h>

#include "core/fields.h"
#include "core/limits.h"
#include "core/names.h"
#include "lib/number.h"

enum { STAGES_MAX = 64 };

static bool is_safety_critical(const Hs__Office *office, const char *id)
{
    for (size_t i = 0; office != NULL && i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, id) == 0) {
            return office->departments[i]->safety_critical;
        }
    }
    return false;
}

static void lint_silence(const Hs__Seat *seat, const char *path, const Hs__Office *office,
                         struct defects *defects)
{
    const Hs__Silence *silence = seat->silence;

    if (silence == NULL || silence->disposition != HS__SILENCE__DISPOSITION__TACIT) {
        return;
    }
    if (silence->basis[0] == '\0') {
        defects_add(defects, path, "逾期视为同意须写明依据", "tacit consent needs its legal basis");
    }
    if (is_safety_critical(office, seat->department)) {
        defects_add_about(defects, path, "安全类部门逾期一律不视为同意",
                          "the silence of a safety-critical department is never consent",
                          seat->department);
    }
}

static bool department_is_known(const Hs__Office *office, const char *id)
{
    for (size_t i = 0; office != NULL && i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, id) == 0) {
            return true;
        }
    }
    return office == NULL;
}

static void lint_seat(const Hs__Stage *stage, size_t index, const char *path,
                      const Hs__Office *office, struct defects *defects)
{
    const Hs__Seat *seat = stage->seats[index];

    if (!name_is_plain(seat->department) || !department_is_known(office, seat->department)) {
        defects_add_about(defects, path, "没有此部门", "there is no such department",
                          seat->department);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(stage->seats[i]->department, seat->department) == 0) {
            defects_add_about(defects, path, "部门重复", "this department has a seat already",
                              seat->department);
        }
    }
    lint_silence(seat, path, office, defects);
}

void lint_when(const Hs__Process *process, const Hs__Dictionary *dictionary, const char *when,
               const char *path, struct defects *defects)
{
    struct field_types types = {
        .dictionary = dictionary,
        .process = process,
        .derived_count = dictionary == NULL ? 0 : dictionary->n_derived,
        .arena = defects->arena,
    };
    struct type_source source = field_type_source(&types);
    struct check check = {.types = dictionary == NULL ? NULL : &source, .wanted = TYPE_BOOL};

    if (when[0] != '\0') {
        lint_expression(when, path, &check, defects);
    }
}

static void lint_setting(const Hs__Process *process, size_t index, struct defects *defects)
{
    const Hs__Setting *setting = process->settings[index];
    const char *path = lint_path(defects, "settings", index, "");
    struct number number;

    if (!name_is_plain(setting->name)) {
        defects_add_about(defects, path, "设置项名称无效", "this is no name for a setting",
                          setting->name);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(process->settings[i]->name, setting->name) == 0) {
            defects_add_about(defects, path, "设置项重复", "this setting is given twice",
                              setting->name);
        }
    }
    if (setting->value_case == HS__SETTING__VALUE__NOT_SET) {
        defects_add(defects, path, "设置项须有值", "a setting needs a value");
    }
    if (setting->value_case == HS__SETTING__VALUE_NUMBER &&
        number_from_fraction(bytes_of_text(setting->number), &number) != NUMBER_OK) {
        defects_add_about(defects, path, "不是精确的数字", "this is no exact number",
                          setting->number);
    }
}

static void lint_stage(const Hs__Process *process, size_t index, const Hs__Dictionary *dictionary,
                       const Hs__Office *office, struct defects *defects)
{
    const Hs__Stage *stage = process->stages[index];
    const char *list = lint_path(defects, "stages", index, "seats");

    if (!name_is_plain(stage->id) || stage->kind == HS__STAGE__KIND__UNSPECIFIED) {
        defects_add(defects, lint_path(defects, "stages", index, ""), "环节须有编号和类型",
                    "a stage needs an id and a kind");
    }
    if (stage->n_seats == 0 || stage->n_seats > LIMIT_SEATS) {
        defects_add(defects, list, "环节须有1至64个部门", "a stage has 1 to 64 seats");
        return;
    }
    lint_documents(process, index, dictionary, defects);
    for (size_t i = 0; i < stage->n_seats; i++) {
        lint_seat(stage, i, lint_path(defects, list, i, ""), office, defects);
        lint_when(process, dictionary, stage->seats[i]->when, lint_path(defects, list, i, "when"),
                  defects);
    }
    lint_clocks(process, index, dictionary, defects);
}

void lint_process(const Hs__Process *process, const Hs__Dictionary *dictionary,
                  const Hs__Office *office, struct defects *defects)
{
    lint_head(process->id, process->version, defects);
    if (!name_is_plain(process->dictionary)) {
        defects_add(defects, "dictionary", "须指明字段字典", "a process names its dictionary");
    }
    for (size_t i = 0; i < process->n_settings; i++) {
        lint_setting(process, i, defects);
    }
    if (process->calendar[0] != '\0' && !name_is_plain(process->calendar)) {
        defects_add_about(defects, "calendar", "日历编号无效", "this is no id of a calendar",
                          process->calendar);
    }
    lint_matters(process, defects);
    lint_pairs(process, defects);
    if (process->n_stages == 0 || process->n_stages > STAGES_MAX) {
        defects_add(defects, "stages", "须有1至64个环节", "a process has 1 to 64 stages");
        return;
    }
    for (size_t i = 0; i < process->n_stages; i++) {
        lint_stage(process, i, dictionary, office, defects);
    }
}

/* ---- settings ---- */

static bool expression_reads_setting(const char *text, const char *setting, struct arena *arena)
{
    struct expression_refusal refusal;
    const struct expression *expression =
        expression_compile(bytes_of_text(text), NULL, arena, &refusal);
    size_t count = 0;

    if (expression == NULL) {
        return false;
    }
    const char *const *paths = expression_reads(expression, &count);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(paths[i], "cfg.", 4) == 0 && strcmp(paths[i] + 4, setting) == 0) {
            return true;
        }
    }
    return false;
}

static bool pack_reads_setting(const Hs__Pack *pack, const char *setting, struct arena *arena)
{
    for (size_t i = 0; i < pack->n_rules; i++) {
        if (expression_reads_setting(pack->rules[i]->condition, setting, arena) ||
            expression_reads_setting(pack->rules[i]->applies, setting, arena)) {
            return true;
        }
    }
    return false;
}

static bool stages_read_setting(const Hs__Process *process, const char *setting,
                                struct arena *arena)
{
    for (size_t i = 0; i < process->n_stages; i++) {
        const Hs__Stage *stage = process->stages[i];

        for (size_t j = 0; j < stage->n_seats; j++) {
            if (expression_reads_setting(stage->seats[j]->when, setting, arena)) {
                return true;
            }
        }
        for (size_t j = 0; j < stage->n_classes; j++) {
            if (expression_reads_setting(stage->classes[j]->when, setting, arena)) {
                return true;
            }
        }
    }
    return false;
}

void lint_settings(const Hs__Process *process, const Hs__Pack *const *packs, size_t count,
                   struct defects *defects)
{
    for (size_t i = 0; i < process->n_settings; i++) {
        bool is_read = stages_read_setting(process, process->settings[i]->name, defects->arena);

        for (size_t j = 0; j < count && !is_read; j++) {
            is_read = pack_reads_setting(packs[j], process->settings[i]->name, defects->arena);
        }
        if (!is_read) {
            defects_add_about(defects, lint_path(defects, "settings", i, ""),
                              "没有规则使用此设置项", "no rule reads this setting",
                              process->settings[i]->name);
        }
    }
}
