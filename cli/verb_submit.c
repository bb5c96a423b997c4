/* SPDX-License-Identifier: Apache-2.0 */
/* huishen submit: a new proposal. */
#include "cli/await.h"
#include "cli/intake_view.h"
#include "cli/packet_input.h"
#include "cli/published.h"
#include "cli/verbs.h"
#include "cli/words.h"

enum { WAIT_SECONDS_MAX = 366 * 24 * 3600 };

/* Sends @packet. Sets @out to the record of the new proposal. */
static int send(struct session *session, const char *process, Hs__Packet *packet, const char *title,
                Hs__Proposal **out)
{
    Hs__Submit submit = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    submit.process = process;
    submit.packet = packet;
    submit.title = title;
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &submit;
    int status = session_command(session, &command, &receipt);
    return status == STATUS_DONE ? session_show(session, receipt->result->number, out) : status;
}

/* Waits for the verdict; the number is told already, so that it is known whatever happens now. */
static int wait_for_verdict(struct cli *cli, struct session *session, const char *number,
                            uint64_t seconds)
{
    Hs__Proposal *proposal = NULL;
    int status = await_proposal(session, number, AWAIT_VERDICT, seconds * 1000, &proposal);

    if (status == STATUS_DONE) {
        (void)fprintf(cli->err, "%s  %s\n", number, word_of_outcome(cli, proposal->outcome));
    } else if (status == STATUS_NO_ANSWER && proposal != NULL) {
        return cli_fail(cli, status,
                        cli_text(cli, "%s 在 %llu 秒内没有结论", "%s: no verdict in %llu s"),
                        number, (unsigned long long)seconds);
    }
    return status;
}

static int submit(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *given = arguments_value(arguments, "process");
    const char *process = given == NULL ? "" : given;
    const struct dictionary *dictionary = NULL;
    Hs__Packet *packet = NULL;
    const char *title = "";
    Hs__Proposal *proposal = NULL;
    uint64_t seconds = 0;

    if (!arguments_number(cli, arguments, "wait", WAIT_SECONDS_MAX, &seconds)) {
        return STATUS_INVALID;
    }

    int status = published_dictionary(cli, session, process, &dictionary);
    if (status == STATUS_DONE) {
        status = packet_input_load(cli, arguments->words[0], dictionary, &packet, &title);
    }
    if (status == STATUS_DONE) {
        status = packet_input_documents(cli, session, arguments, packet);
    }
    if (status == STATUS_DONE) {
        status = send(session, process, packet, title, &proposal);
    }
    if (status == STATUS_DONE) {
        status = intake_tell(cli, session, proposal);
    }
    if (status == STATUS_DONE && seconds > 0) {
        status = wait_for_verdict(cli, session, proposal->number, seconds);
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, submit);
}

static const struct option options[] = {
    {.name = "process",
     .value = "ID",
     .help = {"流程；缺省为辖区的缺省流程", "the process; the office's default if not given"}},
    {.name = "document",
     .value = "CODE=PATH",
     .is_repeatable = true,
     .help = {"随附文件及其材料代码，可多次给出", "a document and what it is; may be repeated"}},
    {.name = "wait",
     .value = "SECONDS",
     .help = {"办理后至多等这么久，等到有结论", "wait so long at most for the verdict"}},
};

const struct verb verb_submit = {
    .name = "submit",
    .words = "FILE",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"报送一个申报项目", "submit a proposal"},
    .manual =
        {"报送 FILE（YAML 或 JSON，至多 1 MiB）中的申报项目。登记入台账后在标准输出印出编号。\n"
         "文件是字段字典的树，可直接写，也可写在 proposal: 之下；旁边的 sample、scenario、\n"
         "expected 不读，其他不认识的字段是错误，指明行号。\n"
         "未通过准入条件或材料不全时，仍登记并印出编号，但以 1 退出：refused: GATE_FAILED\n"
         "或 refused: INCOMPLETE，其下一次列明全部未过的条件和缺少的字段；用 revise 补正。\n"
         "其他拒绝不留下任何记录。--json 输出\n"
         "{\"proposalId\", \"status\", \"failedGates\": [], \"missing\": []}。",
         "Submits the proposal in FILE, YAML or JSON of at most 1 MiB. Its number is\n"
         "printed on standard output once it is on record. The file is the tree of the\n"
         "dictionary, bare or under `proposal:` with `sample`, `scenario` and `expected`\n"
         "beside it, which are not read; any other unknown key is an error with its line.\n"
         "A packet that fails a gate or is incomplete is on record too and its number is\n"
         "printed, but the exit status is 1: refused: GATE_FAILED or refused: INCOMPLETE,\n"
         "with every failed gate and every missing field below it; `revise` answers it. Any\n"
         "other refusal leaves nothing. With --json:\n"
         "{\"proposalId\", \"status\", \"failedGates\": [], \"missing\": []}."},
    .example = "huishen --as street submit proposal.yaml --document site_plan=plan.pdf\n"
               "huishen submit proposal.yaml --wait 60",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
