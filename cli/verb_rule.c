/* SPDX-License-Identifier: Apache-2.0 */
/* huishen rule: the lead settles a review whose department says that it is not competent, or a
 * conflict between two departments. */
#include <stdlib.h>

#include "cli/review_ref.h"
#include "cli/verbs.h"
#include "cli/words.h"

enum { NUMBER_MAX = 100000 };

static int settle_competence(struct cli *cli, struct session *session,
                             const struct arguments *arguments)
{
    struct review_target target;
    const char *reason = arguments_value(arguments, "reason");
    bool is_confirmed = arguments_have(arguments, "confirm");
    Hs__SettleCompetence body = HS__SETTLE_COMPETENCE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    if (is_confirmed == arguments_have(arguments, "refuse")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "请给出 --confirm 或 --refuse 之一",
                                 "give either --confirm or --refuse"));
    }
    int status = review_find(cli, session, arguments->words[0], &target);
    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.confirmed = is_confirmed;
    body.reason = reason == NULL ? "" : reason;
    command.body_case = HS__COMMAND__BODY_SETTLE_COMPETENCE;
    command.settle_competence = &body;
    status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli,
                 json_pack("{s:s, s:b}", "reviewId", target.id, "confirmed", is_confirmed ? 1 : 0));
    } else {
        (void)fprintf(cli->out, "%s  %s\n", target.id,
                      is_confirmed
                          ? cli_text(cli, "确认不属该部门职责", "confirmed: not involved")
                          : cli_text(cli, "不予确认，仍须答复", "refused: it must answer"));
    }
    return STATUS_DONE;
}

static const char *value_or_empty(const struct arguments *arguments, const char *name)
{
    const char *value = arguments_value(arguments, name);

    return value == NULL ? "" : value;
}

static int settle_conflict(struct cli *cli, struct session *session,
                           const struct arguments *arguments)
{
    bool is_agreed = arguments_have(arguments, "agreed");
    Hs__SettleConflict body = HS__SETTLE_CONFLICT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Proposal *proposal = NULL;
    Hs__Receipt *receipt = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    body.proposal = proposal->id;
    body.number = (uint32_t)strtoul(arguments->words[1], NULL, 10);
    body.step = is_agreed ? HS__SETTLE_CONFLICT__STEP__AGREE : HS__SETTLE_CONFLICT__STEP__RULE;
    body.in_favour = value_or_empty(arguments, "for");
    body.demand = value_or_empty(arguments, "text");
    body.reason = value_or_empty(arguments, "reason");
    body.document = value_or_empty(arguments, "document");
    command.body_case = HS__COMMAND__BODY_SETTLE_CONFLICT;
    command.settle_conflict = &body;
    status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:i, s:s}", "proposalId", proposal->number, "conflict",
                                (int)body.number, "state", is_agreed ? "agreed" : "ruled"));
    } else {
        (void)fprintf(cli->out, cli_text(cli, "%s  冲突 %u：%s\n", "%s  conflict %u: %s\n"),
                      proposal->number, body.number,
                      word_of_conflict(cli, is_agreed ? HS__CONFLICT__STATE__AGREED
                                                      : HS__CONFLICT__STATE__RULED));
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    bool has_ruling = arguments_have(arguments, "for") || arguments_have(arguments, "text");
    char *end = NULL;

    if (arguments->word_count == 1) {
        return session_do(cli, arguments, settle_competence);
    }
    unsigned long number = strtoul(arguments->words[1], &end, 10);
    if (*end != '\0' || number == 0 || number > NUMBER_MAX) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s 不是冲突的序号", "%s is no number of a conflict"),
                        arguments->words[1]);
    }
    if (has_ruling == arguments_have(arguments, "agreed")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "请给出 --agreed，或 --for、--text",
                                 "give either --agreed, or --for or --text"));
    }
    return session_do(cli, arguments, settle_conflict);
}

static const struct option options[] = {
    {.name = "confirm",
     .help = {"确认：该任务按不涉及办结", "it is so: the review closes as not involved"}},
    {.name = "refuse",
     .help = {"不予确认：该部门仍须答复", "it is not: the department must answer"}},
    {.name = "for",
     .value = "DEPARTMENT",
     .help = {"裁定支持该部门", "the ruling: this department prevails"}},
    {.name = "text",
     .value = "TEXT",
     .help = {"裁定：应如何处理，作为条件", "the ruling: what is to be done, as a condition"}},
    {.name = "agreed",
     .help = {"双方协调一致；无人变更意见时须有文件编号",
              "both agreed; with a document unless one restated its opinion"}},
    {.name = "reason", .value = "TEXT", .help = {"理由，记入台账", "the reason, put on record"}},
    {.name = "document",
     .value = "NUMBER",
     .help = {"文件编号，如会议纪要", "the number of the paper, as of minutes"}},
};

const struct verb verb_rule = {
    .name = "rule",
    .words = "REVIEW (--confirm | --refuse) | ID CONFLICT (--for D | --text T | --agreed)",
    .words_min = 1,
    .words_max = 2,
    .needs_home = true,
    .summary = {"牵头单位裁定职责与意见冲突", "settle competence, or a conflict"},
    .manual =
        {"REVIEW：部门答复“非本部门职责”后，由牵头单位（办公室）裁定：确认，则该任务按不涉及\n"
         "办结；不予确认，则该部门仍须答复。--json 输出 {\"reviewId\", \"confirmed\"}。\n"
         "ID CONFLICT：裁定一处已确认的意见冲突（序号见 huishen conflicts），须说明理由。--for\n"
         "支持一方，另一方的相关条目不再计入；--text 写明应如何处理，作为条件，双方条目均不再\n"
         "计入；--agreed 记录协调一致。意见原文一律保留。裁定送达未获支持的部门，由其签收。\n"
         "--json 输出 {\"proposalId\", \"conflict\", \"state\"}。",
         "REVIEW: after a department answered not_competent, the lead settles it: confirmed,\n"
         "the review closes as not involved; refused, the department must answer. With\n"
         "--json: {\"reviewId\", \"confirmed\"}.\n"
         "ID CONFLICT: rules on a confirmed conflict (its number: huishen conflicts), with a\n"
         "reason. --for lets one department prevail: the other's items in the conflict count\n"
         "no longer. --text says what is to be done, as a condition, in place of both.\n"
         "--agreed records an agreement. Every opinion stays as it was given. The overruled\n"
         "department acknowledges. With --json: {\"proposalId\", \"conflict\", \"state\"}."},
    .example = "huishen --as office rule LJHS-2026-0007/1/telecom --confirm\n"
               "huishen --as office rule LJHS-2026-0014 1 --for fire --reason '生命通道优先'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
