/* SPDX-License-Identifier: Apache-2.0 */
/* huishen show: where a proposal stands. */
#include "cli/intake_view.h"
#include "cli/proposal_view.h"
#include "cli/verbs.h"

static int show(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Proposal *proposal = NULL;
    int offset_minutes = session_offset_minutes(session);
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, proposal_to_json(cli, proposal, offset_minutes));
        return STATUS_DONE;
    }
    proposal_print(cli, proposal, offset_minutes);
    return intake_print(cli, session, proposal, cli->out);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, show);
}

const struct verb verb_show = {
    .name = "show",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"一个申报项目的现状", "where a proposal stands"},
    .manual =
        {"显示一个申报项目：状态、轮次、各部门的审查任务（送达、接收、时限、答复）、结论，\n"
         "以及未过的准入条件和缺少的材料。ID 是编号（LJHS-2026-0007）或其序号（7）。\n"
         "--json 输出完整记录，reviews 中每项带 reviewId。",
         "Shows a proposal: its status and round, the review of each department (when it was\n"
         "dispatched, received, is due, was given), its verdict, and what it lacks. ID is its\n"
         "number (LJHS-2026-0007) or its id (7). With --json the whole record; each of its\n"
         "reviews has a reviewId."},
    .example = "huishen show LJHS-2026-0007\nhuishen --json show 7",
    .run = run,
};
