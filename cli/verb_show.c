/* SPDX-License-Identifier: Apache-2.0 */
/* huishen show: where a proposal stands. */
#include "cli/delta.h"
#include "cli/intake_view.h"
#include "cli/message_text.h"
#include "cli/packet_view.h"
#include "cli/proposal_view.h"
#include "cli/published.h"
#include "cli/rounds_view.h"
#include "cli/sheet.h"
#include "cli/verbs.h"

/* What there is to show. */
struct shown {
    const Hs__Proposal *proposal;
    const Hs__VerdictDocument *preview; /* of a round that runs; NULL: none */
    int offset_minutes;
};

/* Sets the preview of a proposal in review. One whose round ended since it was looked at has none:
 * its verdict is for `verdict` to print. */
static int preview(struct session *session, struct shown *shown)
{
    Hs__Query__GetVerdict get = HS__QUERY__GET_VERDICT__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    if (shown->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        return STATUS_DONE;
    }
    get.proposal = shown->proposal->number;
    get.preview = true;
    query.body_case = HS__QUERY__BODY_VERDICT;
    query.verdict = &get;
    int status = session_query(session, &query, &answer);
    if (status == STATUS_DONE && answer->verdict->preview) {
        shown->preview = answer->verdict;
    }
    return status;
}

static void print_json(const struct cli *cli, const struct shown *shown)
{
    json_t *all = proposal_to_json(cli, shown->proposal, shown->offset_minutes);

    if (shown->preview != NULL) {
        json_t *document = message_json(shown->preview, shown->offset_minutes);

        cli_memory(json_object_set_new(all, "preview", document) == 0 ? all : NULL);
    }
    cli_json(cli, all);
}

static int print_text(struct cli *cli, struct session *session, const struct shown *shown)
{
    Hs__Office *office = NULL;

    proposal_print(cli, shown->proposal, shown->offset_minutes);
    questions_print(cli, shown->proposal, shown->offset_minutes);
    int status = intake_print(cli, session, shown->proposal, cli->out);
    if (status == STATUS_DONE && shown->preview != NULL) {
        status = session_office(session, &office);
    }
    if (status == STATUS_DONE && shown->preview != NULL) {
        (void)fputs("\n", cli->out); /* a failed write shows when out is flushed */
        sheet_print(cli, office, shown->preview, shown->offset_minutes, cli->out);
    }
    return status;
}

static int show_packet(struct cli *cli, struct session *session, const Hs__Proposal *proposal)
{
    const struct dictionary *dictionary = NULL;
    Hs__Packet *packet = NULL;
    int status = published_packet(cli, session, proposal, &packet, &dictionary);

    return status == STATUS_DONE ? packet_show(cli, proposal, packet, dictionary) : status;
}

static int show_changes(struct cli *cli, struct session *session, const Hs__Proposal *proposal)
{
    struct delta delta;
    int status = delta_load(cli, session, proposal, &delta);

    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        json_t *all = delta_to_json(&delta);

        cli_memory(json_object_set_new(all, "proposalId", json_string(proposal->number)) == 0
                       ? all
                       : NULL);
        cli_json(cli, all);
        return STATUS_DONE;
    }
    delta_print(cli, &delta);
    unread_print(cli, proposal, cli->out);
    return STATUS_DONE;
}

static int show(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Proposal *proposal = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    if (status != STATUS_DONE) {
        return status;
    }
    if (arguments_have(arguments, "packet")) {
        return show_packet(cli, session, proposal);
    }
    if (arguments_have(arguments, "changes")) {
        return show_changes(cli, session, proposal);
    }

    struct shown shown = {.proposal = proposal, .offset_minutes = session_offset_minutes(session)};
    status = preview(session, &shown);
    if (status == STATUS_DONE && cli->is_json) {
        print_json(cli, &shown);
    } else if (status == STATUS_DONE) {
        status = print_text(cli, session, &shown);
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, show);
}

static const struct option options[] = {
    {.name = "changes",
     .help = {"改为印出材料与上一轮相比改了什么",
              "print what the packet changed since the round before instead"}},
    {.name = "packet",
     .help = {"改为印出现行一版送审材料及随附文件清单",
              "print the packet as it is now instead, and its documents"}},
};

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
         "会审进行中时附结论文书的预览，并如此标明：已出具的意见、尚待答复的部门；它不是结论。\n"
         "--json 输出完整记录，reviews 中每项带 reviewId；会审进行中时另有 preview，\n"
         "与 verdict 的 JSON 相同，其中 preview 为 true。\n"
         "--packet 改为印出现行一版送审材料（字段字典的树，如报送时的文件）和随附文件的材料代码、\n"
         "名称、大小、哈希；--changes "
         "改为逐项印出与上一轮材料相比的改动（字段、改前、改后，文件）。\n"
         "--packet --json 时为 {\"proposalId\", \"version\", \"packetHash\", \"packet\",\n"
         "\"documents\": [{code, name, size, hash}]}。",
         "Shows a proposal: its status and round, the review of each department (when it was\n"
         "dispatched, received, is due, was given), its verdict, and what it lacks. ID is its\n"
         "number (LJHS-2026-0007) or its id (7). While the round runs a preview of the\n"
         "consolidated document follows and says so: the opinions given, and who has yet to\n"
         "answer; it is no verdict. With --json the whole record; each of its reviews has a\n"
         "reviewId, and while the round runs there is `preview`, as `verdict` prints it,\n"
         "with preview true. --packet prints the packet as it is now instead: the tree of the\n"
         "dictionary, as in the file submitted, then the code, name, size and hash of each\n"
         "document. --changes prints what it changed since the round before instead: each\n"
         "field before and after, and the documents. --packet --json: {\"proposalId\", "
         "\"version\", \"packetHash\", \"packet\",\n"
         "\"documents\": [{code, name, size, hash}]}."},
    .example = "huishen show LJHS-2026-0007\nhuishen --json show 7\n"
               "huishen --as fire show 7 --packet",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
