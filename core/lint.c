/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lint.h"

#include <string.h>

#include "core/fields.h"
#include "core/lint_parts.h"
#include "core/names.h"
#include "proto/dictionary.h"

enum { RULES_MAX = 2000 };

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

void defects_add_about(struct defects *defects, const char *path, const char *zh, const char *en,
                       const char *subject)
{
    const char *zh_full = arena_format(defects->arena, "%s：%s", zh, subject);
    const char *en_full = arena_format(defects->arena, "%s: %s", en, subject);

    defects_add(defects, path, zh_full == NULL ? zh : zh_full, en_full == NULL ? en : en_full);
}

const char *lint_path(struct defects *defects, const char *list, size_t index, const char *field)
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

/* What an expression without defects took of the arena is given back: every rule of every pack may
 * be held against one new definition. */
void lint_expression(const char *text, const char *path, const struct check *check,
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

void lint_head(const char *id, uint32_t version, struct defects *defects)
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
        defects_add(defects, lint_path(defects, "derived", index, "type"), "须有类型",
                    "a type is needed");
    }
    lint_expression(derived->expression, lint_path(defects, "derived", index, "expression"), &check,
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
            defects_add(defects, lint_path(defects, "fields", i, "type"), "须有类型",
                        "a type is needed");
        }
    }
    for (size_t i = 0; i < dictionary->n_derived; i++) {
        lint_derived(dictionary, i, defects);
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
    const char *path = lint_path(defects, "rules", index, "citations");

    if (rule->n_citations == 0) {
        defects_add_about(defects, path, "规则须有依据", "a rule needs a citation", rule->id);
    }
    for (size_t i = 0; i < rule->n_citations; i++) {
        if (!source_is_known(pack, rule->citations[i]->source)) {
            defects_add_about(defects, path, "sources 中没有此依据",
                              "this is not among the sources", rule->citations[i]->source);
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
    const char *path = lint_path(defects, "rules", index, "");

    if (!id_is_valid(rule->id)) {
        defects_add_about(defects, path, "规则编号无效", "this is no id for a rule", rule->id);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(pack->rules[i]->id, rule->id) == 0) {
            defects_add_about(defects, path, "规则编号重复", "this id is given twice", rule->id);
        }
    }
    if (rule->severity == HS__RULE__SEVERITY__UNSPECIFIED ||
        rule->on_fail == HS__RULE__ON_FAIL__NONE) {
        defects_add_about(defects, path, "规则须有 severity 与 on_fail",
                          "a rule needs a severity and an on_fail", rule->id);
    }
    if (rule->text == NULL || rule->text->zh[0] == '\0') {
        defects_add_about(defects, path, "规则须有中文文字", "a rule needs its words in Chinese",
                          rule->id);
    }
    if (rule->condition[0] == '\0') {
        defects_add_about(defects, path, "规则须有 condition", "a rule needs a condition",
                          rule->id);
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
        lint_expression(rule->each, lint_path(defects, "rules", index, "each"), &list, defects);
    }
    if (rule->applies[0] != '\0') {
        lint_expression(rule->applies, lint_path(defects, "rules", index, "applies"), &check,
                        defects);
    }
    if (rule->condition[0] != '\0') {
        lint_expression(rule->condition, lint_path(defects, "rules", index, "condition"), &check,
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
    const char *path = lint_path(defects, "rules", index, "waivable");

    if (rule->waivable && !as_gate) {
        defects_add_about(defects, path, "只有准入条件可以豁免", "only a gate can be waived",
                          rule->id);
    } else if (rule->waivable && rests_on_statute(pack, rule)) {
        defects_add_about(defects, path, "以法律法规为依据的条件不得豁免",
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
