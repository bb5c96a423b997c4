/* SPDX-License-Identifier: Apache-2.0 */
/* huishen submit: a new proposal. */
#include "cli/await.h"
#include "cli/intake_view.h"
#include "cli/packet_input.h"
#include "cli/published.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/refusal.h"

enum { WAIT_SECONDS_MAX = 366 * 24 * 3600 };

/* Sends @packet. Sets @number to the new proposal's, which is on record then. */
static int send(struct session *session, const char *process, Hs__Packet *packet, const char *title,
                const char **number)
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
    if (status == STATUS_DONE) {
        *number = receipt->result->number;
    }
    return status;
}

/* On record though it cannot be looked at: whoever submitted must not submit again. */
static void tell_number(const struct cli *cli, const char *number)
{
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s}", "proposalId", number));
    } else {
        (void)fprintf(cli->out, "%s\n", number); /* shows when out is flushed */
    }
}

/* Says on err how a wait of @seconds for the verdict of @proposal ended, which @status tells. */
static int say_waited(const struct cli *cli, const Hs__Proposal *proposal, int status,
                      uint64_t seconds)
{
    if (status == STATUS_DONE) {
        (void)fprintf(cli->err, "%s  %s\n", proposal->number,
                      word_of_outcome(cli, proposal->outcome));
    } else if (status == STATUS_REFUSED) { /* withdrawn meanwhile */
        (void)fprintf(cli->err, "refused: %s: %s: %s\n", refusal_code(REFUSAL_NO_VERDICT),
                      cli_text(cli, refusal_zh(REFUSAL_NO_VERDICT), refusal_en(REFUSAL_NO_VERDICT)),
                      proposal->number);
    } else if (status == STATUS_NO_ANSWER) {
        cli_fail(cli, status, cli_text(cli, "%s 在 %llu 秒内没有结论", "%s: no verdict in %llu s"),
                 proposal->number, (unsigned long long)seconds);
    }
    return status;
}

/* Tells the number at once, so that it is known whatever happens while waiting; the one document of
 * --json comes last, so that it says how the wait ended. */
static int tell(struct cli *cli, struct session *session, Hs__Proposal *proposal, uint64_t seconds)
{
    bool is_stopped = proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED ||
                      proposal->status == HS__PROPOSAL__STATUS__INCOMPLETE;

    if (seconds == 0 || is_stopped) {
        return intake_tell(cli, session, proposal);
    }

    int told = cli->is_json ? STATUS_DONE : intake_tell(cli, session, proposal);
    int waited =
        await_proposal(session, proposal->number, AWAIT_VERDICT, seconds * 1000, &proposal);
    if (told == STATUS_DONE && cli->is_json) {
        told = intake_tell(cli, session, proposal);
    }
    return told != STATUS_DONE ? told : say_waited(cli, proposal, waited, seconds);
}

static int submit(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *given = arguments_value(arguments, "process");
    const char *process = given == NULL ? "" : given;
    const struct dictionary *dictionary = NULL;
    Hs__Packet *packet = NULL;
    const char *title = "";
    const char *number = NULL;
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
        status = send(session, process, packet, title, &number);
    }
    if (status == STATUS_DONE) {
        status = session_show(session, number, &proposal);
        if (status != STATUS_DONE) {
            tell_number(cli, number);
        }
    }
    return status == STATUS_DONE ? tell(cli, session, proposal, seconds) : status;
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
         "其他拒绝不留下任何记录。没有等到答复（退出码 3）时再次键入同一命令，不会重复登记。\n"
         "--json 输出（有 --wait 时在等待结束后）\n"
         "{\"proposalId\", \"status\", \"outcome\", \"failedGates\": [], \"missing\": []}。",
         "Submits the proposal in FILE, YAML or JSON of at most 1 MiB. Its number is\n"
         "printed on standard output once it is on record. The file is the tree of the\n"
         "dictionary, bare or under `proposal:` with `sample`, `scenario` and `expected`\n"
         "beside it, which are not read; any other unknown key is an error with its line.\n"
         "A packet that fails a gate or is incomplete is on record too and its number is\n"
         "printed, but the exit status is 1: refused: GATE_FAILED or refused: INCOMPLETE,\n"
         "with every failed gate and every missing field below it; `revise` answers it. Any\n"
         "other refusal leaves nothing. After exit 3, no answer, type the same command again:\n"
         "it is not recorded twice. With --json:\n"
         "{\"proposalId\", \"status\", \"outcome\", \"failedGates\": [], \"missing\": []}; with\n"
         "--wait it is printed when the wait ends."},
    .example = "huishen --as street submit proposal.yaml --document site_plan=plan.pdf\n"
               "huishen submit proposal.yaml --wait 60",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
