/* SPDX-License-Identifier: Apache-2.0 */
/* huishen conflicts: which demands contradict, and the steps with them that need no ruling. */
#include <stdlib.h>
#include <string.h>

#include "cli/message_text.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/names.h"
#include "lib/text.h"

enum { NUMBER_MAX = 100000, TEXT_BYTES_MAX = 4096, REASON_COLUMNS_MAX = 40 };

/* ---- the list ---- */

static const char *side_text(const struct cli *cli, const Hs__Conflict__Side *side)
{
    struct text_builder text;

    text_builder_init(&text, cli->arena, TEXT_BYTES_MAX);
    text_builder_add(&text, side->department);
    for (size_t i = 0; i < side->n_items; i++) {
        text_builder_add_format(&text, "%s%u", i == 0 ? "#" : ",", side->items[i]);
    }
    if (side->restated) {
        text_builder_add(&text, cli_text(cli, "（意见变更）", " (restated)"));
    }
    if (side->overruled) {
        text_builder_add(
            &text,
            side->acknowledged_at != 0
                ? cli_text(cli, "（裁定不予支持，已签收）", " (overruled, acknowledged)")
                : cli_text(cli, "（裁定不予支持，待签收）", " (overruled, not acknowledged)"));
    }
    const char *told = text_builder_finish(&text);
    return told == NULL ? side->department : told;
}

static void print_list(const struct cli *cli, const Hs__Proposal *proposal)
{
    static const struct table_column columns[] = {
        {.title = {"序号", "no"}},         {.title = {"状态", "state"}},
        {.title = {"一方", "one"}},        {.title = {"另一方", "other"}},
        {.title = {"依据的设定", "pair"}}, {.title = {"理由", "reason"}, REASON_COLUMNS_MAX},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        const Hs__Conflict *conflict = proposal->conflicts[i];

        table_add(
            &table,
            (const char *const[]){
                cli_format(cli, "%u", conflict->number), word_of_conflict(cli, conflict->state),
                side_text(cli, conflict->one), side_text(cli, conflict->other),
                conflict->pair[0] == '\0' ? cli_text(cli, "部门标注", "a mark") : conflict->pair,
                conflict->demand[0] == '\0' ? conflict->reason : conflict->demand});
    }
    table_print_or(&table, (struct phrase){"没有意见冲突", "there are no conflicts"});
}

static int list(struct cli *cli, struct session *session, const Hs__Proposal *proposal)
{
    json_t *rows = NULL;

    if (!cli->is_json) {
        print_list(cli, proposal);
        return STATUS_DONE;
    }
    rows = cli_memory(json_array());
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        json_t *row = message_json(proposal->conflicts[i], session_offset_minutes(session));

        cli_memory(json_array_append_new(rows, row) == 0 ? rows : NULL);
    }
    cli_json(cli, json_pack("{s:s, s:o}", "proposalId", proposal->number, "conflicts", rows));
    return STATUS_DONE;
}

/* ---- the steps ---- */

static int say_done(const struct cli *cli, const Hs__Proposal *proposal, const char *what)
{
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "proposalId", proposal->number, "done", what));
    } else {
        (void)fprintf(cli->out, "%s  %s\n", proposal->number, what);
    }
    return STATUS_DONE;
}

static int send(struct session *session, Hs__Command *command)
{
    Hs__Receipt *receipt = NULL;

    return session_command(session, command, &receipt);
}

static int settle(struct cli *cli, struct session *session, const struct arguments *arguments,
                  const Hs__Proposal *proposal)
{
    bool is_confirmed = arguments_have(arguments, "confirm");
    const char *reason = arguments_value(arguments, "reason");
    Hs__SettleConflict body = HS__SETTLE_CONFLICT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    uint64_t number = 0;

    if (!arguments_number(cli, arguments, is_confirmed ? "confirm" : "dismiss", NUMBER_MAX,
                          &number)) {
        return STATUS_INVALID;
    }
    body.proposal = proposal->id;
    body.number = (uint32_t)number;
    body.step =
        is_confirmed ? HS__SETTLE_CONFLICT__STEP__CONFIRM : HS__SETTLE_CONFLICT__STEP__DISMISS;
    body.reason = reason == NULL ? "" : reason;
    command.body_case = HS__COMMAND__BODY_SETTLE_CONFLICT;
    command.settle_conflict = &body;
    int status = send(session, &command);
    return status == STATUS_DONE ? say_done(cli, proposal, is_confirmed ? "confirmed" : "dismissed")
                                 : status;
}

static int acknowledge(struct cli *cli, struct session *session, const struct arguments *arguments,
                       const Hs__Proposal *proposal)
{
    Hs__AcknowledgeRuling body = HS__ACKNOWLEDGE_RULING__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    uint64_t number = 0;

    if (!arguments_number(cli, arguments, "acknowledge", NUMBER_MAX, &number)) {
        return STATUS_INVALID;
    }
    body.proposal = proposal->id;
    body.number = (uint32_t)number;
    command.body_case = HS__COMMAND__BODY_ACKNOWLEDGE_RULING;
    command.acknowledge_ruling = &body;
    int status = send(session, &command);
    return status == STATUS_DONE ? say_done(cli, proposal, "acknowledged") : status;
}

/* Reads "fire#2", an item by its department, or the id that the verdict prints. */
static bool read_item(const struct cli *cli, const char *word, Hs__Merger__Member *out)
{
    const char *slash = strrchr(word, '/');
    const char *department = slash == NULL ? word : slash + 1;
    const char *mark = strrchr(department, '#');
    unsigned long item = mark == NULL ? 0 : strtoul(mark + 1, NULL, 10);

    hs__merger__member__init(out);
    if (item == 0 || item > NUMBER_MAX) {
        (void)cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "%s 不是意见条目，应如 fire#2", "%s is no item; one is written fire#2"),
            word);
        return false;
    }
    out->department = cli_format(cli, "%.*s", (int)(mark - department), department);
    out->item = (uint32_t)item;
    return true;
}

static int merge(struct cli *cli, struct session *session, const struct arguments *arguments,
                 const Hs__Proposal *proposal)
{
    Hs__Merger__Member kept;
    Hs__Merger__Member merged;
    Hs__Merger merger = HS__MERGER__INIT;
    Hs__MergeItems body = HS__MERGE_ITEMS__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    if (arguments->word_count != 2) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--merge 须有两个条目", "--merge takes two items"));
    }
    if (!read_item(cli, arguments_value(arguments, "merge"), &kept) ||
        !read_item(cli, arguments->words[1], &merged)) {
        return STATUS_INVALID;
    }
    merger.kept = &kept;
    merger.merged = &merged;
    body.proposal = proposal->id;
    body.merger = &merger;
    command.body_case = HS__COMMAND__BODY_MERGE_ITEMS;
    command.merge_items = &body;
    int status = send(session, &command);
    return status == STATUS_DONE ? say_done(cli, proposal, "merged") : status;
}

static int conflicts(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Proposal *proposal = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    if (arguments_have(arguments, "merge")) {
        return merge(cli, session, arguments, proposal);
    }
    if (arguments_have(arguments, "acknowledge")) {
        return acknowledge(cli, session, arguments, proposal);
    }
    return arguments_have(arguments, "confirm") || arguments_have(arguments, "dismiss")
               ? settle(cli, session, arguments, proposal)
               : list(cli, session, proposal);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    static const char *const steps[] = {"confirm", "dismiss", "acknowledge", "merge"};
    int given = 0;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        given += arguments_have(arguments, steps[i]) ? 1 : 0;
    }
    if (given > 1 || (arguments->word_count == 2 && !arguments_have(arguments, "merge"))) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli,
                                 "一次只办一件：--confirm、--dismiss、--acknowledge 或 --merge",
                                 "one at a time: --confirm, --dismiss, --acknowledge or --merge"));
    }
    return session_do(cli, arguments, conflicts);
}

static const struct option options[] = {
    {.name = "confirm",
     .value = "N",
     .help = {"牵头单位确认第 N 处冲突", "it is one: the lead confirms conflict N"}},
    {.name = "dismiss",
     .value = "N",
     .help = {"牵头单位认定第 N 处不成立，须说明理由", "it is none; with a reason"}},
    {.name = "acknowledge",
     .value = "N",
     .help = {"未获支持的部门签收裁定", "the overruled department has read the ruling"}},
    {.name = "merge",
     .value = "ITEM",
     .help = {"把另一条并入此条（如 fire#2）", "keep this item (fire#2), merge the other into it"}},
    {.name = "reason", .value = "TEXT", .help = {"理由，记入台账", "the reason, put on record"}},
};

const struct verb verb_conflicts = {
    .name = "conflicts",
    .words = "ID [--confirm N | --dismiss N | --acknowledge N | --merge ITEM ITEM] [--reason TEXT]",
    .words_min = 1,
    .words_max = 2,
    .needs_home = true,
    .summary = {"意见冲突：查看、确认、合并", "conflicts of demands: list, confirm, merge"},
    .manual =
        {"列出本轮的意见冲突。各部门意见到齐时，按流程中声明的不相容事项和部门的标注提出；\n"
         "牵头单位确认（--confirm）或认定不成立（--dismiss，须说明理由）。有冲突未处理时不作\n"
         "结论。确认后由 huishen rule 裁定或记录协调一致；部门可以重新出具意见，原意见保留。\n"
         "--merge 把两个部门的相同条目合并显示，各自署名保留。\n"
         "--json 输出 {\"proposalId\", \"conflicts\": [...]}。",
         "Lists the conflicts of the round. They are proposed when all opinions are in, by\n"
         "the incompatible pairs that the process declares and by the marks of departments.\n"
         "The lead confirms one or, with a reason, dismisses it; while one is open there is\n"
         "no verdict. A confirmed one is settled by huishen rule, which rules or records an\n"
         "agreement; a department of it may give its opinion anew, and the earlier stays.\n"
         "--merge shows two items that say the same as one, with both authors.\n"
         "With --json: {\"proposalId\", \"conflicts\": [...]}."},
    .example = "huishen conflicts LJHS-2026-0014\n"
               "huishen --as office conflicts LJHS-2026-0014 --confirm 1",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
