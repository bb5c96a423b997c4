/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_view.h"

#include "cli/words.h"

/* ---- JSON ---- */

static void append(json_t *array, json_t *value)
{
    cli_memory(json_array_append_new(array, cli_memory(value)) == 0 ? array : NULL);
}

static json_t *texts_to_json(const char *const *texts, size_t count)
{
    json_t *json = json_array();

    for (size_t i = 0; i < count; i++) {
        append(json, json_string(texts[i]));
    }
    return json;
}

static json_t *citations_to_json(const struct cli *cli, const Hs__Rule *rule)
{
    json_t *json = json_array();

    for (size_t i = 0; i < rule->n_citations; i++) {
        const Hs__Citation *citation = rule->citations[i];

        append(json, json_pack("{s:s, s:s, s:s}", "source", citation->source, "clause",
                               citation->clause, "confidence",
                               word_in_schema(cli, &hs__citation__confidence__descriptor,
                                              (int)citation->confidence)));
    }
    return json;
}

/* What is there instead of what the rule asks for; empty unless it failed. */
static const char *defect_of(const struct cli *cli, const struct check_report *report,
                             const struct finding_row *row, enum finding_language language)
{
    if (row->finding->state != HS__FINDING__STATE__FAILED) {
        return "";
    }
    return cli_memory((void *)(uintptr_t)finding_defect(row, &report->facts, language, cli->arena));
}

static json_t *finding_to_json(const struct cli *cli, const struct check_report *report,
                               const struct check_entry *entry, const struct finding_row *row)
{
    const Hs__Finding *finding = row->finding;
    const Hs__Rule *rule = row->rule->rule;
    const char *basis =
        cli_memory((void *)(uintptr_t)rule_basis(entry->findings->pack, rule, cli->arena));

    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "ruleId",
        finding->rule_id, "element", finding->element, "state",
        word_in_schema(cli, &hs__finding__state__descriptor, (int)finding->state), "severity",
        word_in_schema(cli, &hs__rule__severity__descriptor, (int)rule->severity), "onFail",
        word_in_schema(cli, &hs__rule__on_fail__descriptor, (int)rule->on_fail), "matter",
        rule->matter, "owner", rule->owner, "zh", rule->text == NULL ? "" : rule->text->zh, "en",
        rule->text == NULL ? "" : rule->text->en, "defect", defect_of(cli, report, row, FINDING_ZH),
        "basis", basis, "citations", citations_to_json(cli, rule), "reason", finding->reason,
        "missing", texts_to_json((const char *const *)finding->missing, finding->n_missing));
}

/* A failed must-check that rejects settles it, whatever else is missing. */
static bool is_incomplete(const struct check_entry *entry)
{
    return entry->is_incomplete && entry->result != HS__OPINION__RESULT__DISAGREE;
}

static const char *suggestion_in_schema(const struct cli *cli, const struct check_entry *entry)
{
    return is_incomplete(entry)
               ? "incomplete"
               : word_in_schema(cli, &hs__opinion__result__descriptor, (int)entry->result);
}

static json_t *entry_to_json(const struct cli *cli, const struct check_report *report,
                             const struct check_entry *entry)
{
    const struct finding_counts *counts = &entry->counts;
    json_t *findings = json_array();
    json_t *json;

    for (size_t i = 0; entry->findings != NULL && i < entry->findings->count; i++) {
        if (check_is_told(entry, &entry->findings->rows[i])) {
            append(findings, finding_to_json(cli, report, entry, &entry->findings->rows[i]));
        }
    }
    json = cli_memory(json_pack(
        "{s:s, s:b, s:s, s:{s:i, s:i, s:i, s:i}, s:o}", "department", entry->id, "involved",
        entry->is_involved ? 1 : 0, "suggested", suggestion_in_schema(cli, entry), "counts",
        "passed", (int)counts->passed, "failed", (int)counts->failed, "unknown",
        (int)counts->unknown, "notApplicable", (int)counts->not_applicable, "findings", findings));
    if (entry->owner != NULL) {
        cli_memory(json_object_set_new(json, "owner", json_string(entry->owner)) == 0 ? json
                                                                                      : NULL);
    }
    if (entry->is_lead) {
        cli_memory(json_object_set_new(json, "lead", json_true()) == 0 ? json : NULL);
    }
    return json;
}

json_t *check_report_to_json(const struct cli *cli, const struct check_report *report)
{
    json_t *departments = json_array();
    json_t *missing = json_array();
    json_t *gate = json_null();

    for (size_t i = 0; i < report->entry_count; i++) {
        json_t *entry = entry_to_json(cli, report, &report->entries[i]);

        if (report->entries[i].is_gate) {
            gate = entry;
        } else {
            append(departments, entry);
        }
    }
    for (size_t i = 0; i < report->missing_count; i++) {
        const struct check_missing *field = &report->missing[i];

        append(missing, json_pack("{s:s, s:s, s:s}", "path", field->path, "rules", field->rules,
                                  "reason", field->reason));
    }
    return json_pack("{s:o, s:o, s:o}", "departments", departments, "gate", gate, "missing",
                     missing);
}

/* ---- text; failed writes show when out is flushed ---- */

static void print_missing_of(const struct cli *cli, const struct finding_row *row)
{
    const Hs__Finding *finding = row->finding;

    if (finding->n_missing == 0) {
        (void)fprintf(cli->out, "      %s\n",
                      cli_text(cli, fault_zh(row->fault), fault_en(row->fault)));
        return;
    }
    (void)fprintf(cli->out, "      %s", cli_text(cli, "缺少：", "missing: "));
    for (size_t i = 0; i < finding->n_missing; i++) {
        (void)fprintf(cli->out, "%s%s", i == 0 ? "" : cli_text(cli, "、", ", "),
                      finding->missing[i]);
    }
    (void)fputc('\n', cli->out);
}

/* An author may be sure of a clause that nobody has seen: that is no high confidence. */
static Hs__Citation__Confidence confidence_in(const struct compiled_pack *pack,
                                              const Hs__Citation *citation)
{
    return citation->confidence == HS__CITATION__CONFIDENCE__HIGH &&
                   citation_needs_checking(pack, citation)
               ? HS__CITATION__CONFIDENCE__MEDIUM
               : citation->confidence;
}

static void print_finding(const struct cli *cli, const struct check_report *report,
                          const struct check_entry *entry, const struct finding_row *row)
{
    const Hs__Finding *finding = row->finding;
    const Hs__Rule *rule = row->rule->rule;
    bool is_failed = finding->state == HS__FINDING__STATE__FAILED;
    const char *element =
        finding->element[0] == '\0' ? "" : cli_format(cli, "[%s]", finding->element);

    (void)fprintf(cli->out, "    %s%s  %s  %s\n", finding->rule_id, element,
                  is_failed ? word_of_effect(cli, rule->on_fail) : cli_text(cli, "未知", "unknown"),
                  word_of(cli, rule->text));
    if (is_failed) {
        (void)fprintf(
            cli->out, "      %s%s\n", cli_text(cli, "现状：", "found: "),
            defect_of(cli, report, row, cli->language == LANGUAGE_ZH ? FINDING_ZH : FINDING_EN));
    } else {
        print_missing_of(cli, row);
    }
    for (size_t i = 0; i < rule->n_citations; i++) {
        const Hs__Citation *citation = rule->citations[i];

        (void)fprintf(cli->out, "      %s%s %s (%s)\n", cli_text(cli, "依据：", "basis: "),
                      citation->source, citation->clause,
                      word_of_confidence(cli, confidence_in(entry->findings->pack, citation)));
    }
}

static void print_entry(const struct cli *cli, const struct check_report *report,
                        const struct check_entry *entry)
{
    const char *title = entry->is_gate ? cli_text(cli, "准入与办公室清单", "gate and office list")
                                       : word_of(cli, entry->title);
    const char *suggestion = is_incomplete(entry) ? cli_text(cli, "材料不全", "incomplete")
                                                  : word_of_result(cli, entry->result);

    (void)fprintf(cli->out,
                  cli_text(cli, "%s%s%s  %s：%s  （通过 %u，未过 %u，未知 %u，不适用 %u）\n",
                           "%s%s%s  %s: %s  (%u passed, %u failed, %u unknown, %u not "
                           "applicable)\n"),
                  entry->id, entry->owner == NULL ? "" : ".",
                  entry->owner == NULL ? "" : entry->owner, title, suggestion, entry->counts.passed,
                  entry->counts.failed, entry->counts.unknown, entry->counts.not_applicable);
    for (size_t i = 0; entry->findings != NULL && i < entry->findings->count; i++) {
        if (check_is_told(entry, &entry->findings->rows[i])) {
            print_finding(cli, report, entry, &entry->findings->rows[i]);
        }
    }
}

void check_report_print(const struct cli *cli, const struct check_report *report)
{
    for (size_t i = 0; i < report->entry_count; i++) {
        print_entry(cli, report, &report->entries[i]);
    }
    if (report->missing_count > 0) {
        (void)fprintf(cli->out, "\n%s\n",
                      cli_text(cli, "报送前须补齐：", "to be filled in before submitting:"));
    }
    for (size_t i = 0; i < report->missing_count; i++) {
        const struct check_missing *missing = &report->missing[i];

        (void)fprintf(cli->out, "  %s  (%s)\n",
                      missing->path[0] == '\0' ? missing->reason : missing->path, missing->rules);
    }
}
