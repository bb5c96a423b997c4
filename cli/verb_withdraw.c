/* SPDX-License-Identifier: Apache-2.0 */
/* huishen withdraw: the end of a proposal, by its applicant. */
#include "cli/session.h"
#include "cli/verbs.h"

static int withdraw(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *reason = arguments_value(arguments, "reason");
    Hs__Withdraw body = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Proposal *proposal = NULL;
    Hs__Receipt *receipt = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    body.proposal = proposal->id;
    body.reason = reason == NULL ? "" : reason;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &body;
    status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli,
                 json_pack("{s:s, s:s}", "proposalId", proposal->number, "status", "withdrawn"));
    } else {
        (void)fprintf(cli->out, cli_text(cli, "%s 已撤回\n", "%s withdrawn\n"), proposal->number);
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, withdraw);
}

static const struct option options[] = {
    {.name = "reason", .value = "TEXT", .help = {"理由", "the reason, put on record"}},
};

const struct verb verb_withdraw = {
    .name = "withdraw",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"撤回一个申报项目", "withdraw a proposal"},
    .manual =
        {"撤回本人申报的项目。未答复的审查任务随即结束；已有的记录不变。\n"
         "--json 输出 {\"proposalId\", \"status\"}。",
         "Withdraws a proposal of one's own. Its open reviews end at once; what is on record\n"
         "stays. With --json: {\"proposalId\", \"status\"}."},
    .example = "huishen withdraw LJHS-2026-0007 --reason '方案重做'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
