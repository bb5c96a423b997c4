/* SPDX-License-Identifier: Apache-2.0 */
/* huishen check: what all departments would find, before submitting. */
#include "cli/check_view.h"
#include "cli/packet_input.h"
#include "cli/verbs.h"

static int load_packet(const struct cli *cli, const char *path, const struct definition_set *set,
                       Hs__Packet **out)
{
    struct dictionary_fault fault = {0};
    const char *title = "";
    const struct dictionary *dictionary = dictionary_index(set->dictionary, cli->arena, &fault);

    if (dictionary == NULL) {
        return cli_fail(cli, STATUS_INVALID, "dictionary: %s: %s", fault.path,
                        cli_text(cli, fault.zh, fault.en));
    }
    return packet_input_load(cli, path, dictionary, out, &title);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *process = arguments_value(arguments, "process");
    struct definitions definitions;
    struct definition_set set;
    Hs__Packet *packet = NULL;
    struct check_report *report = cli_memory(arena_alloc(cli->arena, sizeof *report));
    int status = definitions_find(cli, &definitions);

    if (status == STATUS_DONE) {
        status = definitions_load(cli, &definitions,
                                  process == NULL ? DEFINITIONS_DEFAULT_PROCESS : process, &set);
    }
    if (status == STATUS_DONE) {
        status = load_packet(cli, arguments->words[0], &set, &packet);
    }
    if (status == STATUS_DONE) {
        status = check_run(cli, &set, packet, arguments_value(arguments, "department"), report);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, check_report_to_json(cli, report));
    } else {
        check_report_print(cli, report);
    }
    return STATUS_DONE;
}

static const struct option options[] = {
    {.name = "department",
     .value = "ID",
     .help = {"只看该部门（gate 为准入条件）", "this department only (gate: the gates)"}},
    {.name = "process",
     .value = "ID",
     .help = {"流程，缺省 joint_review", "the process; joint_review by default"}},
};

const struct verb verb_check = {
    .name = "check",
    .words = "FILE",
    .words_min = 1,
    .words_max = 1,
    .summary = {"报送前查看各部门的全部机审提示",
                "see every department's findings before submitting"},
    .manual =
        {"对 FILE 中的申报材料运行准入条件、牵头单位和各部门的全部规则，不需要会审服务。给出\n"
         "--home 时用该辖区的规则，否则用随程序提供的规则。逐个部门印出机审提示的结果、每条\n"
         "未过或未知的规则：编号、文字、现状或缺少的字段、依据条款及其可信程度；最后列出报送前\n"
         "须补齐的字段。机审提示不是部门意见。无论提示如何都以 0 退出；文件有误以 2 退出。\n"
         "--json 输出 {\"departments\": [{department, owner, suggested, counts, findings}],\n"
         "\"gate\": {...}, \"missing\": [...]}。",
         "Runs the gates, the lead's checks and every department's rules over the packet in\n"
         "FILE; needs no broker. With --home the rules are that office's, else those that come\n"
         "with the program. For each department it prints what the machine check suggests and\n"
         "every rule that failed or is unknown: its id and words, what was found or which\n"
         "fields are missing, the clause it rests on and how sure that is; at the end the\n"
         "fields to be filled in before submitting. A suggestion is no opinion. The exit status\n"
         "is 0 whatever is found, 2 if the file is not valid. With --json: {\"departments\":\n"
         "[{department, owner, suggested, counts, findings}], \"gate\": {...}, \"missing\": "
         "[...]}."},
    .example = "huishen check proposal.yaml\nhuishen --json check proposal.yaml --department fire",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
