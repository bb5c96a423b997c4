/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sheet.h"

#include <string.h>

#include "cli/rounds_view.h"
#include "cli/sheet_parts.h"
#include "cli/stamp.h"
#include "cli/width.h"
#include "cli/words.h"

/* A hash, 64 digits behind a title, is not broken: it is there to be copied. */
enum { SHEET_COLUMNS = 80, TITLE_COLUMNS = 14 };

const char *sheet_say(const struct sheet *sheet, const char *zh, const char *en)
{
    return cli_text(sheet->cli, zh, en);
}

void sheet_heading(const struct sheet *sheet, const char *zh, const char *en)
{
    (void)fprintf(sheet->file, "\n%s\n", sheet_say(sheet, zh, en));
}

void sheet_entry(const struct sheet *sheet, size_t indent, const char *title, const char *text)
{
    size_t title_columns = width_of_text(title);
    size_t left = indent + (title_columns < TITLE_COLUMNS ? TITLE_COLUMNS : title_columns + 2);
    /* Nothing of what others wrote may command the terminal. */
    const char *rest = cli_memory(width_fit(text, SIZE_MAX, sheet->cli->arena));

    if (text[0] == '\0') {
        return;
    }
    (void)fprintf(sheet->file, "%*s%s%*s", (int)indent, "", title,
                  (int)(left - indent - title_columns), "");
    for (bool is_first = true; *rest != '\0'; is_first = false) {
        size_t size = width_line(rest, SHEET_COLUMNS - left);

        (void)fprintf(sheet->file, "%*s%.*s\n", is_first ? 0 : (int)left, "", (int)size, rest);
        rest += size;
        rest += strspn(rest, " ");
    }
}

const char *sheet_time(const struct sheet *sheet, int64_t at_ms)
{
    char stamp[STAMP_BYTES];

    stamp_write(at_ms, sheet->offset_minutes, stamp);
    return cli_format(sheet->cli, "%s", stamp);
}

static void print_head(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    const Hs__VerdictDocument__ProcessRef *process = document->process;

    (void)fprintf(sheet->file, "%s\n\n",
                  document->preview ? sheet_say(sheet, "联合会审结论（预览，尚未形成）",
                                                "Joint review: preview, there is no verdict yet")
                                    : sheet_say(sheet, "联合会审结论", "Joint review: verdict"));
    sheet_entry(sheet, 0, sheet_say(sheet, "编号", "proposal"), document->proposal_id);
    sheet_entry(sheet, 0, sheet_say(sheet, "项目", "title"), document->title);
    sheet_entry(sheet, 0, sheet_say(sheet, "申报", "applicant"), document->applicant);
    sheet_entry(sheet, 0, sheet_say(sheet, "辖区", "office"), document->office);
    if (process != NULL) {
        sheet_entry(sheet, 0, sheet_say(sheet, "流程", "process"),
                    cli_format(sheet->cli, "%s (%s v%u)", word_of(sheet->cli, process->title),
                               process->id, process->version));
    }
    sheet_entry(sheet, 0, sheet_say(sheet, "轮次", "round"),
                cli_format(sheet->cli, "%u", document->round));
    sheet_entry(sheet, 0, sheet_say(sheet, "结论", "verdict"),
                word_of_outcome(sheet->cli, document->outcome));
    if (document->issued_at != 0) {
        sheet_entry(sheet, 0, sheet_say(sheet, "作出时间", "issued"),
                    sheet_time(sheet, document->issued_at));
    }
}

static const char *given_by(const struct sheet *sheet,
                            const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    const Hs__VerdictDocument__GivenBy *by = opinion->given_by;

    if (by == NULL || opinion->given_at == 0) {
        return "";
    }
    if (by->by_rules) {
        return cli_format(sheet->cli, "%s (%s)",
                          sheet_say(sheet, "机审自动出具", "by the department's rules; no person"),
                          by->signer);
    }
    const char *person = by->person[0] != '\0' ? by->person : by->signer;
    return by->drafted_by[0] == '\0'
               ? person
               : cli_format(sheet->cli, sheet_say(sheet, "%s（起草：%s）", "%s (drafted by %s)"),
                            person, by->drafted_by);
}

/* Every time a slip in the opinion was put right. */
static void print_rectifications(const struct sheet *sheet,
                                 const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    for (size_t i = 0; i < opinion->n_rectifications; i++) {
        const Hs__Rectification *row = opinion->rectifications[i];

        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "更正", "rectified"),
                    cli_format(sheet->cli, "%s  %s  %s", sheet_time(sheet, row->rectified_at),
                               row->rectified_by, row->reason));
    }
}

static const Hs__Words *owner_title(const Hs__Department *department, const char *owner)
{
    for (size_t i = 0; i < department->n_owners; i++) {
        if (strcmp(department->owners[i]->id, owner) == 0) {
            return department->owners[i]->title;
        }
    }
    return NULL;
}

/* What people call @owner, a part of @department; its id if the office has no name for it. */
static const char *owner_name(const struct sheet *sheet, const char *department, const char *owner)
{
    const char *name = "";

    for (size_t i = 0; i < sheet->office->n_departments && name[0] == '\0'; i++) {
        if (strcmp(sheet->office->departments[i]->id, department) == 0) {
            name = word_of(sheet->cli, owner_title(sheet->office->departments[i], owner));
        }
    }
    return name[0] == '\0' ? owner : name;
}

static void print_parts(const struct sheet *sheet,
                        const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    for (size_t i = 0; i < opinion->n_parts; i++) {
        (void)fprintf(sheet->file, "    %s  %s\n",
                      owner_name(sheet, opinion->department, opinion->parts[i]->owner),
                      word_of_result(sheet->cli, opinion->parts[i]->result));
    }
}

/* The result, or in a preview that there is none yet. */
static const char *result_of(const struct sheet *sheet,
                             const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    if (opinion->result != HS__OPINION__RESULT__UNSPECIFIED) {
        return word_of_result(sheet->cli, opinion->result);
    }
    if (strcmp(opinion->state, "sealed") == 0) {
        return sheet_say(sheet, "已答复，收齐前不公开", "given, sealed until all are in");
    }
    return strcmp(opinion->state, "held") == 0 ? sheet_say(sheet, "中止计时", "held")
                                               : sheet_say(sheet, "待答复", "open");
}

/* What followed a silence that was taken for consent: an opinion that does not count, or the
 * decision by which it does. */
static void print_after_silence(const struct sheet *sheet,
                                const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    const Hs__LateOpinion *late = opinion->late_opinion;
    const Hs__Reopening *reopening = opinion->reopening;

    if (reopening != NULL) {
        sheet_entry(
            sheet, INDENT_COLUMNS, sheet_say(sheet, "重开", "reopened"),
            cli_format(
                sheet->cli,
                sheet_say(sheet, "曾视为同意，%s 由 %s 以%s为由采用逾期意见：%s",
                          "silence was taken for consent; this late opinion counts since %s, "
                          "by %s, for %s: %s"),
                sheet_time(sheet, reopening->reopened_at), reopening->reopened_by,
                word_of_ground(sheet->cli, reopening->ground), reopening->reason));
    } else if (late != NULL) {
        sheet_entry(
            sheet, INDENT_COLUMNS, sheet_say(sheet, "逾期意见", "late opinion"),
            cli_format(sheet->cli,
                       sheet_say(sheet, "%s，%s（%s），不计入", "%s, %s (%s), does not count"),
                       word_of_result(sheet->cli, late->result), sheet_time(sheet, late->given_at),
                       late->given_by[0] == '\0' ? late->signer : late->given_by));
    }
}

static void print_opinion(const struct sheet *sheet,
                          const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    const char *title = word_of(sheet->cli, opinion->title);
    const char *carried =
        opinion->carried_forward ? sheet_say(sheet, "（沿用上轮）", " (carried forward)") : "";
    const char *late = opinion->late ? sheet_say(sheet, "（逾期）", " (late)") : "";
    bool is_silent = opinion->result == HS__OPINION__RESULT__TACIT;

    (void)fprintf(sheet->file, "\n  %s  %s%s%s\n", title[0] == '\0' ? opinion->department : title,
                  result_of(sheet, opinion), carried, late);
    print_parts(sheet, opinion);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "由", "given by"),
                given_by(sheet, opinion));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "送达／接收", "sent/received"),
                cli_format(sheet->cli, "%s / %s", sheet_time(sheet, opinion->dispatched_at),
                           sheet_time(sheet, opinion->received_at)));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "时限／答复", "due/given"),
                cli_format(sheet->cli, "%s / %s", sheet_time(sheet, opinion->due_at),
                           sheet_time(sheet, is_silent ? 0 : opinion->given_at)));
    if (opinion->given_at != 0) {
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "用时", "time used"),
                    cli_format(sheet->cli,
                               sheet_say(sheet, "计时 %d 天，自然日 %d 天",
                                         "%d days counted, %d days in all"),
                               opinion->counted_days, opinion->real_days));
    }
    print_rectifications(sheet, opinion);
    print_after_silence(sheet, opinion);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "理由", "reason"), opinion->reason);
    if (opinion->decided_by[0] != '\0') {
        sheet_entry(sheet, INDENT_COLUMNS,
                    sheet_say(sheet, "逾期未反馈，审定", "silent; decided by"),
                    cli_format(sheet->cli, "%s: %s", opinion->decided_by, opinion->decided_reason));
    }
    if (opinion->counts_as != HS__OPINION__RESULT__UNSPECIFIED) {
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "裁定后计作", "after ruling"),
                    word_of_result(sheet->cli, opinion->counts_as));
    }
}

/* What people call @matter; its id if the process has no word for it. */
const char *sheet_matter(const struct sheet *sheet, const char *matter)
{
    const char *name = "";

    for (size_t i = 0; i < sheet->document->n_matters; i++) {
        if (strcmp(sheet->document->matters[i]->code, matter) == 0) {
            name = word_of(sheet->cli, sheet->document->matters[i]->label);
        }
    }
    return name[0] == '\0' ? matter : name;
}

/* Where @item is: in words, and in the drawings. */
static const char *place_of(const struct sheet *sheet, const Hs__Item *item)
{
    const struct {
        const char *title;
        const char *text;
    } parts[] = {
        {"", item->place},
        {sheet_say(sheet, "图纸", "drawing "), item->drawing},
        {sheet_say(sheet, "图号", "sheet "), item->sheet},
        {sheet_say(sheet, "轴线", "axis "), item->axis},
    };
    const char *place = "";

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].text[0] != '\0') {
            place = cli_format(sheet->cli, "%s%s%s%s", place,
                               place[0] == '\0' ? "" : sheet_say(sheet, "，", ", "), parts[i].title,
                               parts[i].text);
        }
    }
    return place;
}

static void print_item(const struct sheet *sheet, const char *department, const Hs__Item *item)
{
    bool is_must = item->severity == HS__ITEM__SEVERITY__MUST;

    (void)fprintf(sheet->file, "\n    %s  %s%s%s\n", item->id,
                  is_must ? sheet_say(sheet, "必须修改", "must")
                          : sheet_say(sheet, "建议", "advice"),
                  item->owner[0] == '\0' ? "" : "  ", owner_name(sheet, department, item->owner));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "规则", "rule"), item->rule_id);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "事项", "matter"),
                sheet_matter(sheet, item->matter));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "位置", "place"), place_of(sheet, item));
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "现状", "found"), item->defect);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "要求", "demand"), item->demand);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "依据", "basis"), item->basis);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "销项", "closed by"), item->closing);
    sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "时限", "not later than"), item->close_by);
}

/* The opinions that this one replaced after coordination, with their items. */
static void print_earlier(const struct sheet *sheet,
                          const Hs__VerdictDocument__DepartmentOpinion *opinion)
{
    for (size_t i = 0; i < opinion->n_earlier; i++) {
        const Hs__VerdictDocument__Earlier *earlier = opinion->earlier[i];

        (void)fputc('\n', sheet->file);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "原意见", "before"),
                    cli_format(sheet->cli, "%s  %s", word_of_result(sheet->cli, earlier->result),
                               sheet_time(sheet, earlier->given_at)));
        for (size_t k = 0; k < earlier->n_items; k++) {
            sheet_entry(sheet, INDENT_COLUMNS + 2, sheet_say(sheet, "要求", "demand"),
                        earlier->items[k]->demand);
            sheet_entry(sheet, INDENT_COLUMNS + 2, sheet_say(sheet, "依据", "basis"),
                        earlier->items[k]->basis);
        }
    }
}

/* The item that @id was merged into, or has in common with; NULL if it stands for itself. */
static const char *merged_into(const struct sheet *sheet, const char *id)
{
    for (size_t i = 0; i < sheet->document->n_duplicates; i++) {
        const Hs__VerdictDocument__Duplicate *row = sheet->document->duplicates[i];

        for (size_t k = 0; k < row->n_merged; k++) {
            if (strcmp(row->merged[k], id) == 0) {
                return row->item_id;
            }
        }
    }
    return NULL;
}

/* Prints @item, or where it is printed already: once, with the names of all who demand it. */
static void print_once(const struct sheet *sheet, const char *department, const Hs__Item *item)
{
    const char *kept = merged_into(sheet, item->id);

    if (kept == NULL) {
        print_item(sheet, department, item);
    } else {
        (void)fprintf(sheet->file, "\n    %s  %s %s\n", item->id,
                      sheet_say(sheet, "并入", "the same as"), kept);
    }
}

static void print_opinions(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    sheet_heading(sheet, "一、各部门意见", "1. Opinions");
    for (size_t i = 0; i < document->n_opinions; i++) {
        const Hs__VerdictDocument__DepartmentOpinion *opinion = document->opinions[i];

        print_opinion(sheet, opinion);
        for (size_t k = 0; k < opinion->n_items; k++) {
            print_once(sheet, opinion->department, opinion->items[k]);
        }
        print_earlier(sheet, opinion);
    }
}

static void print_office(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    sheet_heading(sheet, "二、办公室事项", "2. Items of the office");
    if (document->n_office_items == 0) {
        (void)fprintf(sheet->file, "  %s\n", sheet_say(sheet, "无", "none"));
    }
    for (size_t i = 0; i < document->n_office_items; i++) {
        const Hs__OfficeItem *item = document->office_items[i];

        (void)fprintf(sheet->file, "\n    %s%s%s%s  %s\n", item->rule_id,
                      item->element[0] == '\0' ? "" : "[", item->element,
                      item->element[0] == '\0' ? "" : "]",
                      word_of_effect(sheet->cli, item->effect));
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "现状", "found"), item->defect);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "依据", "basis"), item->basis);
        sheet_entry(sheet, INDENT_COLUMNS, sheet_say(sheet, "不计入", "set aside"),
                    item->set_aside_reason);
    }
}

static void print_rule(const struct sheet *sheet, const Hs__VerdictDocument *document)
{
    sheet_heading(sheet, "三、结论规则与核对", "3. The rule, and how to check it");
    sheet_entry(
        sheet, 2, "",
        sheet_say(
            sheet,
            "有意见冲突未处理，不作结论；任一部门不同意，退回修改；否则任一逾期未反馈，暂不作结论"
            "；否则任一修改后同意，修改后"
            "通过；"
            "否则通过。办公室事项：必须项否决则退回修改，须修改则由通过改为修改后通过，建议只作备"
            "注。",
            "An open conflict: no verdict. Any disagree: returned. Else any overdue: no verdict. "
            "Else any conditional: "
            "conditional. Else passed. Items of the office: a must-check with reject makes it "
            "returned, one with condition makes passed conditional, advice is a remark."));
    (void)fputc('\n', sheet->file);
    sheet_entry(sheet, 2, sheet_say(sheet, "材料", "packet"), document->packet_hash);
    sheet_entry(sheet, 2, sheet_say(sheet, "定义", "definitions"), document->pins_hash);
    sheet_entry(sheet, 2, sheet_say(sheet, "结论", "verdict"), document->verdict_hash);
    sheet_entry(sheet, 2, sheet_say(sheet, "重新计算", "recomputed"), document->recomputed_hash);
    if (document->seq != 0) {
        sheet_entry(sheet, 2, sheet_say(sheet, "台账条目", "entry"),
                    cli_format(sheet->cli, "%llu", (unsigned long long)document->seq));
    }
    if (!document->preview) {
        sheet_entry(sheet, 2, sheet_say(sheet, "核对命令", "check it by"),
                    cli_format(sheet->cli, "huishen verdict %s --round %u --recompute",
                               document->proposal_id, document->round));
    }
}

void sheet_print_opinion(const struct cli *cli, const struct sheet_opinion *opinion, FILE *file)
{
    const Hs__VerdictDocument none = HS__VERDICT_DOCUMENT__INIT;
    const struct sheet sheet = {
        .cli = cli, .office = opinion->office, .file = file, .document = &none};
    const Hs__Opinion *content = opinion->opinion;

    sheet_entry(&sheet, INDENT_COLUMNS, sheet_say(&sheet, "意见", "result"),
                word_of_result(cli, content->result));
    for (size_t i = 0; i < content->n_parts; i++) {
        (void)fprintf(file, "    %s  %s\n",
                      owner_name(&sheet, opinion->department, content->parts[i]->owner),
                      word_of_result(cli, content->parts[i]->result));
    }
    sheet_entry(&sheet, INDENT_COLUMNS, sheet_say(&sheet, "理由", "reason"), content->reason);
    for (size_t i = 0; i < content->n_items; i++) {
        print_item(&sheet, opinion->department, content->items[i]);
    }
}

void sheet_print(const struct cli *cli, const Hs__Office *office,
                 const Hs__VerdictDocument *document, int offset_minutes, FILE *file)
{
    const struct sheet sheet = {
        .cli = cli,
        .office = office,
        .file = file,
        .offset_minutes = offset_minutes,
        .document = document,
    };

    print_head(&sheet, document);
    print_opinions(&sheet, document);
    print_office(&sheet, document);
    answered_print(cli, document->answered_items, document->n_answered_items, file);
    sheet_print_matrix(&sheet, document);
    sheet_print_settled(&sheet, document);
    sheet_print_conditions(&sheet, document);
    sheet_print_decision(&sheet, document);
    print_rule(&sheet, document);
}
