/* SPDX-License-Identifier: Apache-2.0 */
/* huishen waive: 豁免 of a gate, asked for by the office, answered by the approver. */
#include "cli/intake_view.h"
#include "cli/review_order.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "cli/words.h"

static bool is_answer(const struct arguments *arguments)
{
    return arguments_have(arguments, "grant") || arguments_have(arguments, "refuse");
}

static const char *text_of(const struct arguments *arguments, const char *option)
{
    const char *value = arguments_value(arguments, option);

    return value == NULL ? "" : value;
}

/* ---- what became of it ---- */

static Hs__Waiver__State state_of(const struct arguments *arguments)
{
    if (!is_answer(arguments)) {
        return HS__WAIVER__STATE__ASKED;
    }
    return arguments_have(arguments, "grant") ? HS__WAIVER__STATE__GRANTED
                                              : HS__WAIVER__STATE__REFUSED;
}

static void say_json(const struct cli *cli, const struct arguments *arguments,
                     const Hs__Proposal *proposal)
{
    cli_json(
        cli,
        json_pack("{s:s, s:s, s:s, s:s}", "proposalId", proposal->number, "ruleId",
                  arguments->words[1], "state",
                  word_in_schema(cli, &hs__waiver__state__descriptor, (int)state_of(arguments)),
                  "status",
                  word_in_schema(cli, &hs__proposal__status__descriptor, (int)proposal->status)));
}

/* Says how @proposal stands now, and what still keeps its packet from going on. */
static int say(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Proposal *proposal = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        say_json(cli, arguments, proposal);
        return STATUS_DONE;
    }
    (void)fprintf(cli->out, "%s  %s  %s\n%s%s%s\n", proposal->number, arguments->words[1],
                  word_of_waiver(cli, state_of(arguments)), cli_text(cli, "状态", "status"),
                  cli_text(cli, "：", ": "), word_of_status(cli, proposal->status));
    return intake_print(cli, session, proposal, cli->out);
}

/* ---- the two commands ---- */

static void ask(const struct arguments *arguments, Hs__RequestWaiver *body)
{
    body->rule_id = arguments->words[1];
    body->reason = text_of(arguments, "reason");
    body->document = text_of(arguments, "document");
}

static void answer(const struct arguments *arguments, Hs__AnswerWaiver *body)
{
    body->rule_id = arguments->words[1];
    body->granted = arguments_have(arguments, "grant");
    body->reason = text_of(arguments, "refuse");
}

static int waive(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__RequestWaiver request = HS__REQUEST_WAIVER__INIT;
    Hs__AnswerWaiver reply = HS__ANSWER_WAIVER__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Proposal *proposal = NULL;
    Hs__Receipt *receipt = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    request.proposal = reply.proposal = proposal->id;
    if (is_answer(arguments)) {
        answer(arguments, &reply);
        command.body_case = HS__COMMAND__BODY_ANSWER_WAIVER;
        command.answer_waiver = &reply;
    } else {
        ask(arguments, &request);
        command.body_case = HS__COMMAND__BODY_REQUEST_WAIVER;
        command.request_waiver = &request;
    }
    status = session_command(session, &command, &receipt);
    return status == STATUS_DONE ? say(cli, session, arguments) : status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    bool answers = is_answer(arguments);

    if (arguments_have(arguments, "grant") && arguments_have(arguments, "refuse")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--grant 与 --refuse 只能给出其一",
                                 "give --grant or --refuse, not both"));
    }
    if (answers && (arguments_have(arguments, "reason") || arguments_have(arguments, "document"))) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "答复豁免申请时不用 --reason 和 --document",
                                 "--reason and --document do not go with an answer"));
    }
    if (!answers &&
        (!arguments_have(arguments, "reason") || !arguments_have(arguments, "document"))) {
        return review_order_needs(cli, "--reason, --document");
    }
    if (cli->account == NULL) {
        cli->fallback_account = answers ? "approver" : "office";
    }
    return session_do(cli, arguments, waive);
}

static const struct option options[] = {
    {.name = "reason",
     .value = "TEXT",
     .help = {"申请豁免的理由，印在会审文书上", "why, printed on the verdict"}},
    {.name = "document",
     .value = "TEXT",
     .help = {"所依据的文号", "the number of the paper it rests on"}},
    {.name = "grant", .help = {"准予豁免", "grant what the office asks for"}},
    {.name = "refuse", .value = "TEXT", .help = {"不予豁免，理由", "refuse it, with the reason"}},
};

const struct verb verb_waive = {
    .name = "waive",
    .words = "ID RULE (--reason TEXT --document TEXT | --grant | --refuse TEXT)",
    .words_min = 2,
    .words_max = 2,
    .needs_home = true,
    .summary = {"豁免准入条件：办公室申请，审定人答复", "waive a gate: ask for it, grant it"},
    .manual =
        {"项目未过准入条件时，办公室可就规则包标明 waivable 的一条（RULE，如 GATE-D1）申请豁免，\n"
         "须有理由和文号；审定人以 --grant 或 --refuse 答复。最后一条不通过的准入条件获准后，\n"
         "材料即按当时有效的规则继续：补正或送达各部门。豁免对该项目以后的材料和轮次继续有效，\n"
         "印在会审文书上；未答复的申请，新材料报送后即失效。以法律规定为据的不得豁免：\n"
         "refused: GATE_NOT_WAIVABLE。没有 --as、配置也未指定账户时，以 office 申请、以 approver "
         "答复。\n"
         "--json 输出 {\"proposalId\", \"ruleId\", \"state\", \"status\"}。",
         "Where a proposal failed a gate that its pack marks waivable (RULE: GATE-D1), the\n"
         "office may ask that it be waived, with a reason and the number of a document, and\n"
         "the approver answers with --grant or --refuse. With the last failed gate waived\n"
         "the packet goes on by itself, under the rules in force then: to a correction or to\n"
         "the departments. A waiver holds for later packets and rounds of the proposal and is\n"
         "printed on its verdicts; a request not answered ends with the next packet. What\n"
         "rests on a statute cannot be waived: refused with GATE_NOT_WAIVABLE. Without --as,\n"
         "and if the configuration names no account, office asks and approver answers.\n"
         "With --json: {\"proposalId\", \"ruleId\", \"state\", \"status\"}."},
    .example = "huishen --as office waive LJHS-2026-0007 GATE-D2 --reason '异议已转信访程序' \\\n"
               "    --document '渝领〔2026〕3号'\n"
               "huishen --as approver waive LJHS-2026-0007 GATE-D2 --grant",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
