/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lint.h"

#include <string.h>

#include "core/fields.h"
#include "core/limits.h"
#include "core/names.h"
#include "lib/text.h"
#include "proto/dictionary.h"

enum { RULES_MAX = 2000, STAGES_MAX = 64, SPAN_MAX_HOURS = 24 * 366 };

void defects_init(struct defects *defects, struct arena *arena)
{
    *defects = (struct defects){.arena = arena};
}

void defects_add(struct defects *defects, const char *path, const char *zh, const char *en)
{
    defects->total++;
    if (defects->count == DEFECTS_MAX) {
        return;
    }

    struct defect defect = {
        .path = arena_text(defects->arena, path),
        .zh = arena_text(defects->arena, zh),
        .en = arena_text(defects->arena, en),
    };
    if (defect.path == NULL || defect.zh == NULL || defect.en == NULL) {
        defect = (struct defect){"", "内容过于复杂", "this needs more memory than it may use"};
    }
    defects->rows[defects->count++] = defect;
}

/* Adds a defect at @path with @subject behind the sentences. */
static void add_about(struct defects *defects, const char *path, const char *zh, const char *en,
                      const char *subject)
{
    const char *zh_full = arena_format(defects->arena, "%s：%s", zh, subject);
    const char *en_full = arena_format(defects->arena, "%s: %s", en, subject);

    defects_add(defects, path, zh_full == NULL ? zh : zh_full, en_full == NULL ? en : en_full);
}

static const char *path_at(struct defects *defects, const char *list, size_t index,
                           const char *field)
{
    const char *path = field[0] == '\0'
                           ? arena_format(defects->arena, "%s[%zu]", list, index)
                           : arena_format(defects->arena, "%s[%zu].%s", list, index, field);

    return path == NULL ? list : path;
}

static void add_report(struct defects *defects, const char *path, const struct type_report *report)
{
    const char *subject = report->subject == NULL ? "" : report->subject;
    const char *zh = arena_format(defects->arena, "第%zu行第%zu列：%s%s%s%s%s",
                                  report->location.line, report->location.column,
                                  fault_zh(report->fault), subject[0] == '\0' ? "" : "：", subject,
                                  report->suggestion == NULL ? "" : "；是否应为 ",
                                  report->suggestion == NULL ? "" : report->suggestion);
    const char *en = arena_format(defects->arena, "line %zu, column %zu: %s%s%s%s%s%s",
                                  report->location.line, report->location.column,
                                  fault_en(report->fault), subject[0] == '\0' ? "" : ": ", subject,
                                  report->suggestion == NULL ? "" : "; did you mean ",
                                  report->suggestion == NULL ? "" : report->suggestion,
                                  report->suggestion == NULL ? "" : "?");

    defects_add(defects, path, zh == NULL ? fault_zh(report->fault) : zh,
                en == NULL ? fault_en(report->fault) : en);
}

/* What an expression is checked with; types is NULL where there is nothing to check it against. */
struct check {
    const struct type_source *types;
    const struct expression_element *element;
    enum type_kind wanted;
};

/* What an expression without defects took of the arena is given back: every rule of every pack may
 * be held against one new definition. */
static void lint_expression(const char *text, const char *path, const struct check *check,
                            struct defects *defects)
{
    const struct arena_mark mark = arena_mark(defects->arena);
    struct expression_refusal refusal;
    const struct expression *expression =
        expression_compile(bytes_of_text(text), check->element, defects->arena, &refusal);

    if (expression == NULL) {
        add_report(defects, path,
                   &(struct type_report){.fault = refusal.fault, .location = refusal.location});
        return;
    }
    if (check->types == NULL) {
        return;
    }

    struct type_reports *reports = arena_alloc(defects->arena, sizeof *reports);
    if (reports == NULL) {
        defects_add(defects, path, fault_zh(FAULT_TOO_COMPLEX), fault_en(FAULT_TOO_COMPLEX));
        return;
    }
    (void)expression_check(expression, check->types, check->wanted, defects->arena, reports);
    for (size_t i = 0; i < reports->count; i++) {
        add_report(defects, path, &reports->rows[i]);
    }
    if (reports->count == 0) {
        arena_rewind(defects->arena, mark);
    }
}

static void lint_head(const char *id, uint32_t version, struct defects *defects)
{
    if (!name_is_plain(id)) {
        defects_add(defects, "id", "编号须由小写字母、数字、_、-组成，以字母开头",
                    "an id is made of a-z, 0-9, _ and -, and begins with a letter");
    }
    if (version == 0) {
        defects_add(defects, "version", "须有版本号（正整数）", "a version, 1 or more, is needed");
    }
}

/* ---- dictionary ---- */

static enum type_kind kind_of(Hs__FieldDefinition__Type type)
{
    switch (type) {
    case HS__FIELD_DEFINITION__TYPE__BOOL:
        return TYPE_BOOL;
    case HS__FIELD_DEFINITION__TYPE__INTEGER:
    case HS__FIELD_DEFINITION__TYPE__NUMBER:
        return TYPE_NUMBER;
    case HS__FIELD_DEFINITION__TYPE__TEXT:
    case HS__FIELD_DEFINITION__TYPE__CODE:
        return TYPE_TEXT;
    case HS__FIELD_DEFINITION__TYPE__DATE:
        return TYPE_DATE;
    case HS__FIELD_DEFINITION__TYPE__CODES:
    case HS__FIELD_DEFINITION__TYPE__TEXTS:
        return TYPE_LIST;
    case HS__FIELD_DEFINITION__TYPE__UNSPECIFIED:
    case _HS__FIELD_DEFINITION__TYPE_IS_INT_SIZE:
        break;
    }
    return TYPE_ANY;
}

static void lint_derived(const Hs__Dictionary *dictionary, size_t index, struct defects *defects)
{
    const Hs__DerivedField *derived = dictionary->derived[index];
    struct field_types types = {
        .dictionary = dictionary, .derived_count = index, .arena = defects->arena};
    struct type_source source = field_type_source(&types);
    struct check check = {.types = &source, .wanted = kind_of(derived->type)};

    if (derived->type == HS__FIELD_DEFINITION__TYPE__UNSPECIFIED) {
        defects_add(defects, path_at(defects, "derived", index, "type"), "须有类型",
                    "a type is needed");
    }
    lint_expression(derived->expression, path_at(defects, "derived", index, "expression"), &check,
                    defects);
}

void lint_dictionary(const Hs__Dictionary *dictionary, struct defects *defects)
{
    struct dictionary_fault fault;

    lint_head(dictionary->id, dictionary->version, defects);
    if (dictionary_index(dictionary, defects->arena, &fault) == NULL) {
        defects_add(defects, fault.path, fault.zh, fault.en);
        return;
    }
    for (size_t i = 0; i < dictionary->n_fields; i++) {
        if (dictionary->fields[i]->type == HS__FIELD_DEFINITION__TYPE__UNSPECIFIED) {
            defects_add(defects, path_at(defects, "fields", i, "type"), "须有类型",
                        "a type is needed");
        }
    }
    for (size_t i = 0; i < dictionary->n_derived; i++) {
        lint_derived(dictionary, i, defects);
    }
}

/* ---- process ---- */

static void lint_limit(const Hs__Limit *limit, const char *path, struct defects *defects)
{
    uint32_t hours = 0;

    if (limit == NULL) {
        return;
    }
    switch (limit->span_case) {
    case HS__LIMIT__SPAN_HOURS:
        hours = limit->hours;
        break;
    case HS__LIMIT__SPAN_MINUTES:
        hours = limit->minutes / 60;
        break;
    case HS__LIMIT__SPAN_SECONDS:
        hours = limit->seconds / 3600;
        break;
    case HS__LIMIT__SPAN_WORKING_DAYS:
        defects_add(defects, path, "以工作日计的时限需要日历，本版本请用 hours、minutes 或 seconds",
                    "a limit in working days needs a calendar; give hours, minutes or seconds");
        return;
    case HS__LIMIT__SPAN__NOT_SET:
    case _HS__LIMIT__SPAN__CASE_IS_INT_SIZE:
        defects_add(defects, path, "时限须有时长", "a limit needs a span");
        return;
    }
    if (hours > SPAN_MAX_HOURS) {
        defects_add(defects, path, "时限过长", "the limit is longer than a year");
    }
}

static void lint_silence(const Hs__Silence *silence, const char *path, struct defects *defects)
{
    if (silence != NULL && silence->disposition == HS__SILENCE__DISPOSITION__TACIT) {
        defects_add(defects, path,
                    "逾期视为同意需要送达回执与两次催办，本版本请用 escalate 或 wait",
                    "tacit consent needs a receipt and two reminders; use escalate or wait");
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
        add_about(defects, path, "没有此部门", "there is no such department", seat->department);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(stage->seats[i]->department, seat->department) == 0) {
            add_about(defects, path, "部门重复", "this department has a seat already",
                      seat->department);
        }
    }
    lint_limit(seat->limit, path, defects);
    lint_silence(seat->silence, path, defects);
}

static void lint_when(const Hs__Process *process, const Hs__Dictionary *dictionary,
                      const Hs__Seat *seat, const char *path, struct defects *defects)
{
    struct field_types types = {
        .dictionary = dictionary,
        .process = process,
        .derived_count = dictionary == NULL ? 0 : dictionary->n_derived,
        .arena = defects->arena,
    };
    struct type_source source = field_type_source(&types);
    struct check check = {.types = dictionary == NULL ? NULL : &source, .wanted = TYPE_BOOL};

    if (seat->when[0] != '\0') {
        lint_expression(seat->when, path, &check, defects);
    }
}

static void lint_setting(const Hs__Process *process, size_t index, struct defects *defects)
{
    const Hs__Setting *setting = process->settings[index];
    const char *path = path_at(defects, "settings", index, "");
    struct number number;

    if (!name_is_plain(setting->name)) {
        add_about(defects, path, "设置项名称无效", "this is no name for a setting", setting->name);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(process->settings[i]->name, setting->name) == 0) {
            add_about(defects, path, "设置项重复", "this setting is given twice", setting->name);
        }
    }
    if (setting->value_case == HS__SETTING__VALUE__NOT_SET) {
        defects_add(defects, path, "设置项须有值", "a setting needs a value");
    }
    if (setting->value_case == HS__SETTING__VALUE_NUMBER &&
        number_from_fraction(bytes_of_text(setting->number), &number) != NUMBER_OK) {
        add_about(defects, path, "不是精确的数字", "this is no exact number", setting->number);
    }
}

static void lint_stage(const Hs__Process *process, size_t index, const Hs__Dictionary *dictionary,
                       const Hs__Office *office, struct defects *defects)
{
    const Hs__Stage *stage = process->stages[index];
    const char *list = path_at(defects, "stages", index, "seats");

    if (!name_is_plain(stage->id) || stage->kind == HS__STAGE__KIND__UNSPECIFIED) {
        defects_add(defects, path_at(defects, "stages", index, ""), "环节须有编号和类型",
                    "a stage needs an id and a kind");
    }
    if (stage->n_seats == 0 || stage->n_seats > LIMIT_SEATS) {
        defects_add(defects, list, "环节须有1至64个部门", "a stage has 1 to 64 seats");
        return;
    }
    for (size_t i = 0; i < stage->n_seats; i++) {
        lint_seat(stage, i, path_at(defects, list, i, ""), office, defects);
        lint_when(process, dictionary, stage->seats[i], path_at(defects, list, i, "when"), defects);
    }
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
    lint_matters(process, defects);
    if (process->n_stages == 0 || process->n_stages > STAGES_MAX) {
        defects_add(defects, "stages", "须有1至64个环节", "a process has 1 to 64 stages");
        return;
    }
    for (size_t i = 0; i < process->n_stages; i++) {
        lint_stage(process, i, dictionary, office, defects);
    }
}

/* ---- pack ---- */

static bool source_is_known(const Hs__Pack *pack, const char *id)
{
    for (size_t i = 0; i < pack->n_sources; i++) {
        if (strcmp(pack->sources[i]->id, id) == 0) {
            return true;
        }
    }
    return false;
}

static void lint_citations(const Hs__Pack *pack, size_t index, struct defects *defects)
{
    const Hs__Rule *rule = pack->rules[index];
    const char *path = path_at(defects, "rules", index, "citations");

    if (rule->n_citations == 0) {
        add_about(defects, path, "规则须有依据", "a rule needs a citation", rule->id);
    }
    for (size_t i = 0; i < rule->n_citations; i++) {
        if (!source_is_known(pack, rule->citations[i]->source)) {
            add_about(defects, path, "sources 中没有此依据", "this is not among the sources",
                      rule->citations[i]->source);
        }
    }
}

static bool id_is_valid(const char *id)
{
    size_t size = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    return size > 0 && size <= NAME_BYTES_MAX && id[size] == '\0';
}

static void lint_rule_head(const Hs__Pack *pack, size_t index, struct defects *defects)
{
    const Hs__Rule *rule = pack->rules[index];
    const char *path = path_at(defects, "rules", index, "");

    if (!id_is_valid(rule->id)) {
        add_about(defects, path, "规则编号无效", "this is no id for a rule", rule->id);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(pack->rules[i]->id, rule->id) == 0) {
            add_about(defects, path, "规则编号重复", "this id is given twice", rule->id);
        }
    }
    if (rule->severity == HS__RULE__SEVERITY__UNSPECIFIED ||
        rule->on_fail == HS__RULE__ON_FAIL__NONE) {
        add_about(defects, path, "规则须有 severity 与 on_fail",
                  "a rule needs a severity and an on_fail", rule->id);
    }
    if (rule->text == NULL || rule->text->zh[0] == '\0') {
        add_about(defects, path, "规则须有中文文字", "a rule needs its words in Chinese", rule->id);
    }
    if (rule->condition[0] == '\0') {
        add_about(defects, path, "规则须有 condition", "a rule needs a condition", rule->id);
    }
}

static void lint_rule_expressions(const Hs__Rule *rule, size_t index,
                                  const struct type_source *types, struct defects *defects)
{
    struct expression_element element = {.name = "item", .list_path = rule->each};
    struct check list = {.types = types, .wanted = TYPE_LIST};
    struct check check = {
        .types = types,
        .element = rule->each[0] == '\0' ? NULL : &element,
        .wanted = TYPE_BOOL,
    };

    if (rule->each[0] != '\0') {
        lint_expression(rule->each, path_at(defects, "rules", index, "each"), &list, defects);
    }
    if (rule->applies[0] != '\0') {
        lint_expression(rule->applies, path_at(defects, "rules", index, "applies"), &check,
                        defects);
    }
    if (rule->condition[0] != '\0') {
        lint_expression(rule->condition, path_at(defects, "rules", index, "condition"), &check,
                        defects);
    }
}

static bool rests_on_statute(const Hs__Pack *pack, const Hs__Rule *rule)
{
    for (size_t i = 0; i < rule->n_citations; i++) {
        for (size_t j = 0; j < pack->n_sources; j++) {
            if (pack->sources[j]->statute &&
                strcmp(pack->sources[j]->id, rule->citations[i]->source) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void lint_waivable(const Hs__Pack *pack, size_t index, bool as_gate, struct defects *defects)
{
    const Hs__Rule *rule = pack->rules[index];
    const char *path = path_at(defects, "rules", index, "waivable");

    if (rule->waivable && !as_gate) {
        add_about(defects, path, "只有准入条件可以豁免", "only a gate can be waived", rule->id);
    } else if (rule->waivable && rests_on_statute(pack, rule)) {
        add_about(defects, path, "以法律法规为依据的条件不得豁免",
                  "what rests on a statute cannot be waived", rule->id);
    }
}

void lint_pack(const Hs__Pack *pack, const Hs__Dictionary *dictionary, const Hs__Process *process,
               bool as_gate, struct defects *defects)
{
    struct field_types types = {
        .dictionary = dictionary,
        .process = process,
        .derived_count = dictionary == NULL ? 0 : dictionary->n_derived,
        .arena = defects->arena,
    };
    struct type_source source = field_type_source(&types);

    lint_head(pack->id, pack->version, defects);
    if (pack->n_rules > RULES_MAX) {
        defects_add(defects, "rules", "规则过多", "a pack has at most 2000 rules");
        return;
    }
    for (size_t i = 0; i < pack->n_rules; i++) {
        lint_rule_head(pack, i, defects);
        lint_citations(pack, i, defects);
        lint_waivable(pack, i, as_gate, defects);
        lint_rule_expressions(pack->rules[i], i, dictionary == NULL ? NULL : &source, defects);
    }
    if (process != NULL) {
        lint_rule_matters(pack, process, defects);
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
        for (size_t j = 0; j < process->stages[i]->n_seats; j++) {
            if (expression_reads_setting(process->stages[i]->seats[j]->when, setting, arena)) {
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
            add_about(defects, path_at(defects, "settings", i, ""), "没有规则使用此设置项",
                      "no rule reads this setting", process->settings[i]->name);
        }
    }
}
