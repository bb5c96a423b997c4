/* SPDX-License-Identifier: Apache-2.0 */
/* huishen decide: the approver's word on a verdict, or for a silent department. */
#include <string.h>

#include "cli/session.h"
#include "cli/verbs.h"
#include "cli/words.h"

static int say_decided(const struct cli *cli, const Hs__Proposal *proposal, Hs__Decision__Kind kind)
{
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "proposalId", proposal->number, "decision",
                                word_in_schema(cli, &hs__decision__kind__descriptor, (int)kind)));
    } else {
        (void)fprintf(cli->out, "%s  %s\n", proposal->number, word_of_decision(cli, kind));
    }
    return STATUS_DONE;
}

/* Decides on the verdict that the broker shows now; if another comes between, it refuses. */
static int decide_verdict(struct cli *cli, struct session *session,
                          const struct arguments *arguments)
{
    const char *sent_back = arguments_value(arguments, "send-back");
    const char *rejected = arguments_value(arguments, "reject");
    const char *reason = arguments_value(arguments, "reason");
    Hs__Decide body = HS__DECIDE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Proposal *proposal = NULL;
    Hs__Receipt *receipt = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    body.proposal = proposal->id;
    body.verdict = proposal->verdict;
    body.kind = HS__DECISION__KIND__SIGNED;
    body.reason = reason == NULL ? "" : reason;
    if (sent_back != NULL || rejected != NULL) {
        body.kind =
            sent_back != NULL ? HS__DECISION__KIND__SENT_BACK : HS__DECISION__KIND__REJECTED;
        body.reason = sent_back != NULL ? sent_back : rejected;
    }
    command.body_case = HS__COMMAND__BODY_DECIDE;
    command.decide = &body;
    status = session_command(session, &command, &receipt);
    return status == STATUS_DONE ? say_decided(cli, proposal, body.kind) : status;
}

static int decide_silence(struct cli *cli, struct session *session,
                          const struct arguments *arguments)
{
    const char *reason = arguments_value(arguments, "reason");
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__DecideSilence body = HS__DECIDE_SILENCE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Proposal *proposal = NULL;
    Hs__Receipt *receipt = NULL;
    int result = 0;

    if (!word_to_value(cli, &hs__opinion__result__descriptor, "--result",
                       arguments_value(arguments, "result"), &result)) {
        return STATUS_INVALID;
    }
    int status = session_show(session, arguments->words[0], &proposal);
    if (status != STATUS_DONE) {
        return status;
    }
    ref.proposal = proposal->id;
    ref.round = proposal->round;
    ref.department = arguments_value(arguments, "for");
    body.review = &ref;
    body.result = (Hs__Opinion__Result)result;
    body.reason = reason == NULL ? "" : reason;
    command.body_case = HS__COMMAND__BODY_DECIDE_SILENCE;
    command.decide_silence = &body;
    status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s, s:s}", "proposalId", proposal->number, "department",
                                ref.department, "result",
                                word_in_schema(cli, &hs__opinion__result__descriptor, result)));
    } else {
        (void)fprintf(cli->out,
                      cli_text(cli, "%s  %s 逾期未反馈，审定为：%s\n",
                               "%s  %s was silent; decided for it: %s\n"),
                      proposal->number, ref.department, word_of_result(cli, body.result));
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    int given = (arguments_have(arguments, "sign") ? 1 : 0) +
                (arguments_have(arguments, "send-back") ? 1 : 0) +
                (arguments_have(arguments, "reject") ? 1 : 0) +
                (arguments_have(arguments, "for") ? 1 : 0);

    if (given != 1 || arguments_have(arguments, "for") != arguments_have(arguments, "result")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli,
                                 "请给出 --sign、--send-back、--reject 或 --for 与 --result 之一",
                                 "give one of --sign, --send-back, --reject, or --for with "
                                 "--result"));
    }
    if (cli->account == NULL) {
        cli->fallback_account = "approver";
    }
    return session_do(cli, arguments,
                      arguments_have(arguments, "for") ? decide_silence : decide_verdict);
}

static const struct option options[] = {
    {.name = "sign", .help = {"审定通过：签署本轮结论", "sign the verdict of the round"}},
    {.name = "send-back",
     .value = "REASON",
     .help = {"退回修改，说明理由", "to be revised, with the reason"}},
    {.name = "reject",
     .value = "REASON",
     .help = {"不予通过，项目结束，说明理由", "the end of the proposal, with the reason"}},
    {.name = "for",
     .value = "DEPARTMENT",
     .help = {"代逾期未反馈的部门审定", "decide for a department that is overdue"}},
    {.name = "result",
     .value = "RESULT",
     .help = {"agree、conditional、disagree 或 not_involved",
              "agree, conditional, disagree or not_involved"}},
    {.name = "reason", .value = "TEXT", .help = {"理由，记入台账", "the reason, put on record"}},
};

const struct verb verb_decide = {
    .name = "decide",
    .words = "ID (--sign | --send-back T | --reject T | --for D --result R --reason T)",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"领导小组审定", "the approver's decision"},
    .manual =
        {"审定本轮结论：--sign 签署（通过或修改后通过），--send-back 退回修改，--reject 不予\n"
         "通过。审定载明所签署结论的哈希；其间结论有变：refused: VERDICT_DIFFERS。尚无结论：\n"
         "NO_VERDICT_YET。--for 代逾期未反馈的部门审定，须说明理由，文书中如实标明，不是该部门\n"
         "的意见。没有 --as、配置也未指定账户时，以 approver 办理。\n"
         "--json 输出 {\"proposalId\", \"decision\"}，--for 时为 {\"proposalId\", \"department\",\n"
         "\"result\"}。",
         "Decides on the verdict of the round: --sign signs it (passed or conditional),\n"
         "--send-back returns it to be revised, --reject ends the proposal. The decision\n"
         "names the verdict's hash; refused with VERDICT_DIFFERS if it changed meanwhile,\n"
         "with NO_VERDICT_YET if there is none. --for decides in place of a department that\n"
         "is overdue, with a reason; it is shown as such and never as its opinion. Without\n"
         "--as, and if the configuration names no account, approver acts.\n"
         "With --json: {\"proposalId\", \"decision\"}; with --for {\"proposalId\",\n"
         "\"department\", \"result\"}."},
    .example = "huishen --as approver decide LJHS-2026-0007 --sign\n"
               "huishen decide 7 --for fire --result agree --reason '经领导小组会议研究'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
