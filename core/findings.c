/* SPDX-License-Identifier: Apache-2.0 */
#include "core/findings.h"

#include <string.h>

#include "core/evaluate.h"
#include "lib/text.h"

enum { FINDINGS_MAX = 16 * 1024, ITEM_TEXT_BYTES_MAX = 16 * 1024, SHOWN_VALUES_MAX = 8 };

/* One run of a pack. */
struct run {
    const struct compiled_pack *pack;
    const struct facts *facts;
    struct arena *arena;
    struct findings *out;
    size_t capacity;
};

/* What one rule says of one element, or of the packet. */
struct answer {
    Hs__Finding__State state;
    const char *const *missing;
    size_t missing_count;
    const char *reason;
};

static bool make_room(struct run *run)
{
    struct findings *out = run->out;

    if (out->count < run->capacity) {
        return true;
    }

    size_t larger = run->capacity == 0 ? run->pack->pack->n_rules + 16 : 2 * run->capacity;
    struct finding_row *rows = arena_array(run->arena, larger, sizeof *rows);
    if (rows == NULL || larger > FINDINGS_MAX) {
        return false;
    }
    if (out->count > 0) {
        memcpy(rows, out->rows, out->count * sizeof *rows);
    }
    out->rows = rows;
    run->capacity = larger;
    return true;
}

/* What an element is called in a finding: its own id, or its position. */
static const char *element_name(const struct value *element, struct arena *arena)
{
    if (element == NULL) {
        return "";
    }
    return element->label.size > 0 ? arena_copy(arena, element->label)
                                   : arena_format(arena, "%u", element->position);
}

static bool copy_missing(const struct answer *answer, struct arena *arena, Hs__Finding *finding)
{
    const char **paths = arena_array(arena, answer->missing_count, sizeof *paths);

    if (paths == NULL) {
        return false;
    }
    for (size_t i = 0; i < answer->missing_count; i++) {
        paths[i] = answer->missing[i];
    }
    finding->n_missing = answer->missing_count;
    finding->missing = paths;
    return true;
}

static bool add_row(struct run *run, const struct compiled_rule *rule, const struct value *element,
                    const struct answer *answer)
{
    Hs__Finding *finding = message_new(&hs__finding__descriptor, run->arena);

    if (finding == NULL || !make_room(run)) {
        return false;
    }
    finding->pack = run->pack->pack->id;
    finding->rule_id = rule->rule->id;
    finding->element = element_name(element, run->arena);
    finding->state = answer->state;
    finding->reason = answer->reason == NULL ? "" : answer->reason;
    if (finding->element == NULL || !copy_missing(answer, run->arena, finding)) {
        return false;
    }
    run->out->rows[run->out->count++] =
        (struct finding_row){.finding = finding, .rule = rule, .element = element};
    return true;
}

static struct answer answer_of(const struct evaluation *evaluation)
{
    if (evaluation->kind == EVALUATION_UNKNOWN) {
        return (struct answer){.state = HS__FINDING__STATE__UNKNOWN,
                               .missing = evaluation->missing,
                               .missing_count = evaluation->missing_count};
    }
    if (evaluation->kind == EVALUATION_VALUE && evaluation->value->kind == VALUE_BOOL) {
        return (struct answer){.state = evaluation->value->truth ? HS__FINDING__STATE__PASSED
                                                                 : HS__FINDING__STATE__FAILED};
    }
    /* A fault, or a value that is neither true nor false: unknown, with that as the reason. */
    return (struct answer){
        .state = HS__FINDING__STATE__UNKNOWN,
        .reason =
            fault_zh(evaluation->kind == EVALUATION_FAULT ? evaluation->fault : FAULT_NOT_A_BOOL),
    };
}

static struct answer ask(struct run *run, const struct expression *expression,
                         const struct value *element)
{
    struct scope scope = {.root = run->facts->root, .element = element};
    struct evaluation evaluation;

    expression_evaluate(expression, &scope, run->arena, &evaluation);
    return answer_of(&evaluation);
}

/* Whether the rule applies comes first: false means not applicable, unknown means unknown. */
static struct answer ask_rule(struct run *run, const struct compiled_rule *rule,
                              const struct value *element)
{
    if (rule->applies != NULL) {
        struct answer applies = ask(run, rule->applies, element);

        if (applies.state == HS__FINDING__STATE__FAILED) {
            applies.state = HS__FINDING__STATE__NOT_APPLICABLE;
            return applies;
        }
        if (applies.state != HS__FINDING__STATE__PASSED) {
            return applies;
        }
    }
    return ask(run, rule->condition, element);
}

static bool is_told(Hs__Finding__State state)
{
    return state == HS__FINDING__STATE__FAILED || state == HS__FINDING__STATE__UNKNOWN;
}

static bool run_elements(struct run *run, const struct compiled_rule *rule,
                         const struct value *list)
{
    struct answer whole = {.state = HS__FINDING__STATE__NOT_APPLICABLE};
    size_t before = run->out->count;

    for (size_t i = 0; i < list->list.count; i++) {
        struct answer answer = ask_rule(run, rule, list->list.items[i]);

        if (is_told(answer.state) && !add_row(run, rule, list->list.items[i], &answer)) {
            return false;
        }
        if (answer.state == HS__FINDING__STATE__PASSED) {
            whole.state = HS__FINDING__STATE__PASSED;
        }
    }
    return run->out->count > before || add_row(run, rule, NULL, &whole);
}

static bool run_rule(struct run *run, const struct compiled_rule *rule)
{
    if (rule->each == NULL) {
        struct answer answer = ask_rule(run, rule, NULL);

        return add_row(run, rule, NULL, &answer);
    }

    struct evaluation list;
    expression_evaluate(rule->each, &(struct scope){.root = run->facts->root}, run->arena, &list);
    if (list.kind == EVALUATION_VALUE && list.value->kind == VALUE_LIST) {
        return run_elements(run, rule, list.value);
    }
    struct answer answer = answer_of(&list);
    if (answer.reason != NULL) {
        answer.reason = fault_zh(FAULT_NOT_A_LIST);
    }
    return add_row(run, rule, NULL, &answer);
}

bool findings_run(const struct compiled_pack *pack, const struct facts *facts, struct arena *arena,
                  struct findings *out)
{
    struct run run = {.pack = pack, .facts = facts, .arena = arena, .out = out};

    *out = (struct findings){.pack = pack};
    for (size_t i = 0; i < pack->pack->n_rules; i++) {
        if (!run_rule(&run, &pack->rules[i])) {
            return false;
        }
    }
    return true;
}

static bool is_owned(const struct finding_row *row, const char *owner)
{
    return owner == NULL || strcmp(row->rule->rule->owner, owner) == 0;
}

static bool is_must(const struct finding_row *row)
{
    return row->rule->rule->severity == HS__RULE__SEVERITY__MUST;
}

/* Counts the rows of one rule, from @index on, as one rule; returns the index after them. */
static size_t count_rule(const struct findings *findings, size_t index,
                         struct finding_counts *counts)
{
    const struct compiled_rule *rule = findings->rows[index].rule;
    Hs__Finding__State state = findings->rows[index].finding->state;

    for (index++; index < findings->count && findings->rows[index].rule == rule; index++) {
        if (findings->rows[index].finding->state == HS__FINDING__STATE__FAILED) {
            state = HS__FINDING__STATE__FAILED;
        }
    }
    counts->passed += state == HS__FINDING__STATE__PASSED;
    counts->failed += state == HS__FINDING__STATE__FAILED;
    counts->unknown += state == HS__FINDING__STATE__UNKNOWN;
    counts->not_applicable += state == HS__FINDING__STATE__NOT_APPLICABLE;
    return index;
}

struct finding_counts findings_count(const struct findings *findings, const char *owner)
{
    struct finding_counts counts = {0};
    size_t index = 0;

    while (index < findings->count) {
        struct finding_counts ignored = {0};
        bool is_counted = is_owned(&findings->rows[index], owner);

        index = count_rule(findings, index, is_counted ? &counts : &ignored);
    }
    return counts;
}

bool findings_incomplete(const struct findings *findings, const char *owner)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (is_owned(row, owner) && is_must(row) &&
            row->finding->state == HS__FINDING__STATE__UNKNOWN) {
            return true;
        }
    }
    return false;
}

static Hs__Opinion__Result result_of_failure(const struct finding_row *row)
{
    Hs__Rule__OnFail on_fail = row->rule->rule->on_fail;

    if (on_fail == HS__RULE__ON_FAIL__REJECT && is_must(row)) {
        return HS__OPINION__RESULT__DISAGREE;
    }
    if (on_fail == HS__RULE__ON_FAIL__REJECT || on_fail == HS__RULE__ON_FAIL__CONDITION) {
        return HS__OPINION__RESULT__CONDITIONAL;
    }
    return HS__OPINION__RESULT__AGREE;
}

Hs__Opinion__Result findings_result(const struct findings *findings, const char *owner)
{
    Hs__Opinion__Result result = HS__OPINION__RESULT__NOT_INVOLVED;

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];
        Hs__Opinion__Result said = HS__OPINION__RESULT__AGREE;

        if (!is_owned(row, owner) || row->finding->state == HS__FINDING__STATE__NOT_APPLICABLE) {
            continue;
        }
        if (row->finding->state == HS__FINDING__STATE__FAILED) {
            said = result_of_failure(row);
        }
        if (said == HS__OPINION__RESULT__DISAGREE) {
            return said;
        }
        if (said == HS__OPINION__RESULT__CONDITIONAL ||
            result == HS__OPINION__RESULT__NOT_INVOLVED) {
            result = said;
        }
    }
    return result;
}

static const Hs__Source *source_of(const struct compiled_pack *pack, const char *id)
{
    for (size_t i = 0; i < pack->pack->n_sources; i++) {
        if (strcmp(pack->pack->sources[i]->id, id) == 0) {
            return pack->pack->sources[i];
        }
    }
    return NULL;
}

bool citation_needs_checking(const struct compiled_pack *pack, const Hs__Citation *citation)
{
    const Hs__Source *source = source_of(pack, citation->source);

    return citation->confidence != HS__CITATION__CONFIDENCE__HIGH || citation->clause[0] == '\0' ||
           (source != NULL && !source->verified);
}

const char *rule_basis(const struct compiled_pack *pack, const Hs__Rule *rule, struct arena *arena)
{
    struct text_builder text;

    text_builder_init(&text, arena, ITEM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < rule->n_citations; i++) {
        const Hs__Citation *citation = rule->citations[i];
        const Hs__Source *source = source_of(pack, citation->source);

        text_builder_add(&text, i == 0 ? "" : "；");
        text_builder_add(&text, source == NULL ? citation->source : source->title);
        if (citation->clause[0] != '\0') {
            text_builder_add(&text, " ");
            text_builder_add(&text, citation->clause);
        }
        if (citation_needs_checking(pack, citation)) {
            text_builder_add(&text, "（引用前请核对）");
        }
    }
    return text_builder_finish(&text);
}

static void add_value(struct text_builder *text, const struct value *value)
{
    char decimal[NUMBER_TEXT_BYTES];
    char date[TEXT_DATE_BYTES];

    switch (value->kind) {
    case VALUE_BOOL:
        text_builder_add(text, value->truth ? "是" : "否");
        break;
    case VALUE_NUMBER:
        if (number_to_decimal(value->number, decimal)) {
            text_builder_add(text, decimal);
        } else {
            text_builder_add_number(text, value->number);
        }
        break;
    case VALUE_TEXT:
        text_builder_add_bytes(text, value->text);
        break;
    case VALUE_DATE:
        date_to_text(value->date, date);
        text_builder_add(text, date);
        break;
    case VALUE_LIST:
        text_builder_add_format(text, "%u项", value->list.count);
        break;
    case VALUE_ABSENT:
    case VALUE_NULL:
    case VALUE_OBJECT:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        text_builder_add(text, "未提供");
        break;
    }
}

/* The label and unit of the field a path names, from the dictionary; the path itself if it has none
 * there (a setting). */
struct shown_field {
    const char *label;
    const char *unit;
};

static struct shown_field shown_field(const struct rulebook *rulebook, const char *path)
{
    const Hs__Dictionary *source = rulebook->source;

    for (size_t i = 0; i < source->n_fields; i++) {
        const Hs__FieldDefinition *field = source->fields[i];

        if (strcmp(field->path, path) == 0 && field->label != NULL) {
            return (struct shown_field){field->label->zh, field->unit};
        }
    }
    for (size_t i = 0; i < source->n_derived; i++) {
        const Hs__DerivedField *field = source->derived[i];

        if (strcmp(field->path, path) == 0 && field->label != NULL) {
            return (struct shown_field){field->label->zh, ""};
        }
    }
    return (struct shown_field){path, ""};
}

/* Returns the value that @path, as expression_reads() gives it, has for @row: below the element if
 * it leads through the rule's list, else below the root. NULL if there is none to show. */
static const struct value *value_read(const struct finding_row *row, const struct facts *facts,
                                      const char *path)
{
    const struct value *value = facts->root;
    size_t list_size = strlen(row->rule->rule->each);

    if (list_size > 0 && strncmp(path, row->rule->rule->each, list_size) == 0 &&
        strncmp(path + list_size, "[].", 3) == 0) {
        value = row->element;
        path += list_size + 3;
    }
    while (value != NULL && *path != '\0') {
        size_t size = strcspn(path, ".[");

        if (path[size] == '[' || value->kind != VALUE_OBJECT) {
            return NULL;
        }
        value = value_get(value, (struct bytes){(const uint8_t *)path, size});
        path += size + (path[size] == '.' ? 1 : 0);
    }
    return value;
}

/* What is there instead of what the rule asks: the fields its condition read, with their values. */
static const char *defect_of(const struct finding_row *row, const struct facts *facts,
                             struct arena *arena)
{
    size_t count = 0;
    const char *const *paths = expression_reads(row->rule->condition, &count);
    struct text_builder text;
    size_t shown = 0;

    text_builder_init(&text, arena, ITEM_TEXT_BYTES_MAX);
    for (size_t i = 0; i < count && shown < SHOWN_VALUES_MAX; i++) {
        const struct value *value = value_read(row, facts, paths[i]);
        struct shown_field field = shown_field(facts->rulebook, paths[i]);

        if (value == NULL || strncmp(paths[i], "cfg.", 4) == 0) {
            continue;
        }
        text_builder_add(&text, shown == 0 ? "" : "，");
        text_builder_add(&text, field.label);
        text_builder_add(&text, " ");
        add_value(&text, value);
        text_builder_add(&text, field.unit);
        shown++;
    }
    return text_builder_finish(&text);
}

static const char *place_of(const struct finding_row *row, struct arena *arena)
{
    return row->element == NULL ? "" : value_path(row->element, arena);
}

Hs__Item *finding_item(const struct findings *findings, const struct finding_row *row,
                       const struct facts *facts, struct arena *arena)
{
    const Hs__Rule *rule = row->rule->rule;
    Hs__Item *item = message_new(&hs__item__descriptor, arena);

    if (item == NULL) {
        return NULL;
    }
    item->rule_id = rule->id;
    item->matter = rule->matter;
    item->place = place_of(row, arena);
    item->defect = defect_of(row, facts, arena);
    item->demand = rule->text == NULL ? rule->id : rule->text->zh;
    item->basis = rule_basis(findings->pack, rule, arena);
    item->severity = result_of_failure(row) == HS__OPINION__RESULT__AGREE
                         ? HS__ITEM__SEVERITY__ADVICE
                         : HS__ITEM__SEVERITY__MUST;
    item->owner = rule->owner;
    return item->place == NULL || item->defect == NULL || item->basis == NULL ? NULL : item;
}

static bool suggest_items(const struct findings *findings, const struct facts *facts,
                          struct arena *arena, Hs__Opinion *opinion)
{
    opinion->items = arena_array(arena, findings->count, sizeof(Hs__Item *));
    if (opinion->items == NULL) {
        return false;
    }
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (row->finding->state != HS__FINDING__STATE__FAILED) {
            continue;
        }
        opinion->items[opinion->n_items] = finding_item(findings, row, facts, arena);
        if (opinion->items[opinion->n_items] == NULL) {
            return false;
        }
        opinion->n_items++;
    }
    return true;
}

static bool suggest_parts(const struct findings *findings, const Hs__Department *department,
                          struct arena *arena, Hs__Opinion *opinion)
{
    opinion->parts = arena_array(arena, department->n_owners, sizeof(Hs__Part *));
    if (opinion->parts == NULL) {
        return false;
    }
    for (size_t i = 0; i < department->n_owners; i++) {
        Hs__Part *part = message_new(&hs__part__descriptor, arena);

        if (part == NULL) {
            return false;
        }
        part->owner = department->owners[i]->id;
        part->result = findings_result(findings, part->owner);
        opinion->parts[opinion->n_parts++] = part;
    }
    return true;
}

Hs__Opinion *findings_suggest(const struct findings *findings, const struct facts *facts,
                              const Hs__Department *department, const uint8_t *packet_hash,
                              struct arena *arena)
{
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, arena);

    if (opinion == NULL || !suggest_items(findings, facts, arena, opinion) ||
        !suggest_parts(findings, department, arena, opinion)) {
        return NULL;
    }
    opinion->result = findings_result(findings, NULL);
    opinion->by_rules = true;
    opinion->packet = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)packet_hash};
    if (findings->pack->hash != NULL) {
        opinion->pack = (ProtobufCBinaryData){32, (uint8_t *)(uintptr_t)findings->pack->hash};
    }
    return opinion;
}
