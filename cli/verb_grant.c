/* SPDX-License-Identifier: Apache-2.0 */
/* huishen grant: the office lets a returned proposal have one more round. */
#include "cli/session.h"
#include "cli/verbs.h"

static int grant(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__GrantRound body = HS__GRANT_ROUND__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;
    Hs__Proposal *proposal = NULL;
    const char *reason = arguments_value(arguments, "reason");
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    body.proposal = proposal->id;
    body.reason = reason == NULL ? "" : reason;
    command.body_case = HS__COMMAND__BODY_GRANT_ROUND;
    command.grant_round = &body;
    status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:i}", "proposalId", proposal->number, "roundGranted",
                                (int)proposal->round + 1));
    } else {
        (void)fprintf(cli->out, cli_text(cli, "%s  准予第%u轮\n", "%s  round %u granted\n"),
                      proposal->number, proposal->round + 1);
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, grant);
}

static const struct option options[] = {
    {.name = "reason", .value = "TEXT", .help = {"理由，记入台账", "the reason, put on record"}},
};

const struct verb verb_grant = {
    .name = "grant",
    .words = "ID --reason TEXT",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"准予退回的项目再加一轮", "let a returned proposal have one more round"},
    .manual =
        {"流程规定的轮次（rounds_max）用完、结论仍为退回修改时，由办公室说明理由，准予再加一轮；\n"
         "申报主体随后可再用 revise 报送。--json 输出 {\"proposalId\", \"roundGranted\"}。",
         "When a proposal was returned in the last round that its process allows\n"
         "(rounds_max), the office may grant one more, with a reason; the applicant can\n"
         "then revise again. With --json: {\"proposalId\", \"roundGranted\"}."},
    .example = "huishen --as office grant LJHS-2026-0007 --reason 燃气改线方案待定",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
