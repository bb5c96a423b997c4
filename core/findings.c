/* SPDX-License-Identifier: Apache-2.0 */
#include "core/findings.h"

#include <string.h>

#include "core/evaluate.h"

enum { FINDINGS_MAX = 16 * 1024 };

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
    enum fault fault;
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
    finding->reason = answer->fault == FAULT_NONE ? "" : fault_zh(answer->fault);
    if (finding->element == NULL || !copy_missing(answer, run->arena, finding)) {
        return false;
    }
    run->out->rows[run->out->count++] = (struct finding_row){finding, rule, element, answer->fault};
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
        .fault = evaluation->kind == EVALUATION_FAULT ? evaluation->fault : FAULT_NOT_A_BOOL,
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
    if (answer.fault != FAULT_NONE) {
        answer.fault = FAULT_NOT_A_LIST;
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

Hs__Opinion__Result finding_result(const struct finding_row *row)
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
            said = finding_result(row);
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
