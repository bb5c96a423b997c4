/* SPDX-License-Identifier: Apache-2.0 */
/* huishen rule: the lead settles a review whose department says that it is not competent. */
#include "cli/review_ref.h"
#include "cli/verbs.h"

static int settle(struct cli *cli, struct session *session, const struct arguments *arguments)
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

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, settle);
}

static const struct option options[] = {
    {.name = "confirm",
     .help = {"确认：该任务按不涉及办结", "it is so: the review closes as not involved"}},
    {.name = "refuse",
     .help = {"不予确认：该部门仍须答复", "it is not: the department must answer"}},
    {.name = "reason", .value = "TEXT", .help = {"理由，记入台账", "the reason, put on record"}},
};

const struct verb verb_rule = {
    .name = "rule",
    .words = "REVIEW (--confirm | --refuse) [--reason TEXT]",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"牵头单位裁定“非本部门职责”", "settle a review marked not competent"},
    .manual = {"部门答复“非本部门职责”后，由牵头单位（办公室）裁定：确认，则该任务按不涉及办结；\n"
               "不予确认，则该部门仍须答复。--json 输出 {\"reviewId\", \"confirmed\"}。",
               "After a department answered not_competent, the lead settles it: confirmed, the\n"
               "review closes as not involved; refused, the department must answer. With --json:\n"
               "{\"reviewId\", \"confirmed\"}."},
    .example = "huishen --as office rule LJHS-2026-0007/1/telecom --confirm",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
