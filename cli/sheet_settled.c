/* SPDX-License-Identifier: Apache-2.0 */
/* The sheet's second half: conflicts and rulings, waivers, conditions, the matrix, the decision. */
#include "cli/sheet_parts.h"

#include <string.h>

#include "cli/words.h"

static void print_side(const struct sheet *sheet, const Hs__VerdictDocument__Side *side)
{
    const char *told = side->acknowledged_at == 0
                           ? sheet_say(sheet, "裁定不予支持，待签收", "overruled, not acknowledged")
                           : sheet_say(sheet, "裁定不予支持，已签收", "overruled, acknowledged");

    sheet_entry(sheet, INDENT_COLUMNS + 2, side->department,
                side->n_item_ids > 0 ? side->item_ids[0]
                                     : sheet_say(sheet, "整份意见", "the whole opinion"));
    for (size_t i = 1; i < side->n_item_ids; i++) {
        sheet_entry(sheet, INDENT_COLUMNS + 2, " ", side->item_ids[i]);
    }
    if (side->restated) {
        sheet_entry(sheet, INDENT_COLUMNS + 2, " ", sheet_say(sheet, "协调后变更意见", "restated"));
    }
    if (side->overruled) {
        sheet_entry(sheet, INDENT_COLUMNS + 2, " ", told);
    }
}

static void print_conflict(const struct sheet *sheet, const Hs__VerdictDocument__Conflict *conflict)
{
    const char *title = conflict->title == NULL ? "" : word_of(sheet->cli, conflict->title);

    (void)fprintf(sheet->file, "\n    %s  %s  %s\n", conflict->id,
                  word_of_conflict(sheet->cli, conflict->state),
                  title[0] == '\0' ? sheet_say(sheet, "部门标注", "marked by a department")
                                   : title);
    for (size_t i = 0; i < conflict->n_sides; i++) {
        print_side(sheet, conflict->sides[i]);
    }
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "处理", "settled"), conflict->ruling);
    if (strcmp(conflict->ruling, conflict->reason) != 0) {
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "理由", "reason"), conflict->reason);
    }
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "文件", "document"), conflict->document);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "由", "by"), conflict->settled_by);
}

void sheet_print_settled(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    if (document->n_conflicts > 0) {
        sheet_heading(sheet, "意见协调与裁定", "Conflicts and rulings");
    }
    for (size_t i = 0; i < document->n_conflicts; i++) {
        print_conflict(sheet, document->conflicts[i]);
    }
    if (document->n_waivers > 0) {
        sheet_heading(sheet, "豁免的准入条件", "Gates that were waived");
    }
    for (size_t i = 0; i < document->n_waivers; i++) {
        const Hs__VerdictDocument__Waiver *waiver = document->waivers[i];

        (void)fprintf(sheet->file, "\n    %s\n", waiver->rule_id);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "理由", "reason"), waiver->reason);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "文件", "document"), waiver->document);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "申请", "asked by"), waiver->asked_by);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "批准", "granted by"),
                    waiver->granted_by);
    }
}

void sheet_print_conditions(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    if (document->n_conditions > 0) {
        sheet_heading(sheet, "须落实事项（条件）", "Conditions");
    }
    for (size_t i = 0; i < document->n_conditions; i++) {
        const Hs__VerdictDocument__Condition *condition = document->conditions[i];
        bool is_closed = condition->closed_at != 0;

        (void)fprintf(sheet->file, "\n    %s  %s\n", condition->name,
                      is_closed ? sheet_say(sheet, "已闭合", "closed")
                                : sheet_say(sheet, "待落实", "open"));
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "要求", "demand"), condition->demand);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "依据", "basis"), condition->basis);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "确认单位", "closed by"),
                    condition->department[0] == '\0' ? sheet_say(sheet, "办公室", "the office")
                                                     : condition->department);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "销项", "how"), condition->closing);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "时限", "by"), condition->close_by);
        if (is_closed) {
            sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "闭合", "closed"),
                        cli_format(sheet->cli, "%s  %s  %s",
                                   sheet_time(sheet, condition->closed_at), condition->closed_by,
                                   condition->evidence));
        }
    }
}

/* One line a matter: which departments ask for how much in it. */
void sheet_print_matrix(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    if (document->n_matrix > 0) {
        sheet_heading(sheet, "事项与部门", "Matters and departments");
    }
    for (size_t i = 0; i < document->n_matrix; i++) {
        const Hs__VerdictDocument__MatrixRow *row = document->matrix[i];
        const char *line = "";

        for (size_t k = 0; k < document->n_opinions; k++) {
            if (row->musts[k] + row->advices[k] > 0) {
                line = cli_format(
                    sheet->cli,
                    sheet_say(sheet, "%s%s%s 必改 %u 建议 %u", "%s%s%s must %u advice %u"), line,
                    line[0] == '\0' ? "" : "; ", document->opinions[k]->department, row->musts[k],
                    row->advices[k]);
            }
        }
        sheet_entry(sheet, INDENT_COLUMNS,
                    row->matter[0] == '\0' ? sheet_say(sheet, "其他", "other")
                                           : sheet_matter(sheet, row->matter),
                    line);
    }
}

void sheet_print_decision(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    const Hs__Decision *decision = document->decision;

    if (decision == NULL) {
        return;
    }
    sheet_heading(sheet, "审定", "Decision");
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "审定", "decision"),
                cli_format(sheet->cli, "%s  %s  %s", word_of_decision(sheet->cli, decision->kind),
                           decision->decided_by, sheet_time(sheet, decision->decided_at)));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "会审结论", "verdict"),
                word_of_outcome(sheet->cli, decision->outcome));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "理由", "reason"), decision->reason);
}
