/* SPDX-License-Identifier: Apache-2.0 */
/* huishen wait: until there is a verdict, or an end. */
#include <string.h>

#include "cli/await.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/refusal.h"

enum { TIMEOUT_SECONDS = 60, TIMEOUT_SECONDS_MAX = 366 * 24 * 3600 };

static void tell(const struct cli *cli, const Hs__Proposal *proposal)
{
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s, s:i, s:s}", "proposalId", proposal->number, "status",
                                word_in_schema(cli, &hs__proposal__status__descriptor,
                                               (int)proposal->status),
                                "round", (int)proposal->round, "outcome",
                                word_in_schema(cli, &hs__verdict__outcome__descriptor,
                                               (int)proposal->outcome)));
    } else {
        bool has_outcome = proposal->outcome != HS__VERDICT__OUTCOME__UNSPECIFIED;

        (void)fprintf(cli->out, "%s  %s\n", proposal->number,
                      has_outcome ? word_of_outcome(cli, proposal->outcome)
                                  : word_of_status(cli, proposal->status));
    }
}

static int await(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *what = arguments_value(arguments, "for");
    bool is_end = what != NULL && strcmp(what, "end") == 0;
    uint64_t seconds = TIMEOUT_SECONDS;
    Hs__Proposal *proposal = NULL;

    if (!arguments_number(cli, arguments, "timeout", TIMEOUT_SECONDS_MAX, &seconds)) {
        return STATUS_INVALID;
    }
    int status = await_proposal(session, arguments->words[0], is_end ? AWAIT_END : AWAIT_VERDICT,
                                seconds * 1000, &proposal);
    if (proposal == NULL) {
        return status;
    }
    if (status == STATUS_DONE) {
        tell(cli, proposal);
    } else if (status == STATUS_REFUSED) {
        return cli_refused(cli, refusal_code(REFUSAL_NO_VERDICT),
                           cli_format(cli, "%s: %s",
                                      cli_text(cli, refusal_zh(REFUSAL_NO_VERDICT),
                                               refusal_en(REFUSAL_NO_VERDICT)),
                                      proposal->number));
    } else if (status == STATUS_NO_ANSWER) {
        return cli_fail(cli, status,
                        cli_text(cli, "%s 在 %llu 秒内没有结果", "%s: nothing came in %llu s"),
                        proposal->number, (unsigned long long)seconds);
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, await);
}

static const struct option options[] = {
    {.name = "for",
     .value = "verdict|end",
     .help = {"等到有结论（缺省），或等到项目结束", "for its verdict (the default), or its end"}},
    {.name = "timeout",
     .value = "SECONDS",
     .help = {"至多等这么久，缺省 60", "how long to wait at most; 60 by default"}},
};

const struct verb verb_wait = {
    .name = "wait",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"等到有结论或结束", "wait for a verdict or an end"},
    .manual =
        {"等到申报项目的本轮有结论；或用 --for end 等到项目结束（撤回、未过准入，或已审定：\n"
         "审定通过、不予通过）。等到了以 0 退出，没等到以 3 退出，所以脚本不必反复询问。\n"
         "已撤回或未过准入的项目不会有结论：refused: NO_VERDICT，以 1 退出。\n"
         "--json 输出 {\"proposalId\", \"status\", \"round\", \"outcome\"}。",
         "Waits until the present round of a proposal has its verdict or, with --for end,\n"
         "until the proposal has ended: withdrawn, gate failed, or decided on: approved or\n"
         "rejected. Exits 0 when it came and 3 when not, so scripts need no sleeping. A\n"
         "proposal that was withdrawn or failed a gate has no verdict to wait for: exit 1,\n"
         "refused: NO_VERDICT. With --json: {\"proposalId\", \"status\", \"round\", \"outcome\"}."},
    .example = "huishen wait LJHS-2026-0007 --timeout 300\n"
               "huishen wait 7 --for end --timeout 86400",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
