/* SPDX-License-Identifier: Apache-2.0 */
/* huishen check: what all departments would find, before submitting. */
#include "cli/against.h"
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

/* Sets @out to what a new round over @packet would ask again after the packet in the file @path;
 * leaves it if no file is given. */
static int compare(const struct cli *cli, const char *path, const struct definition_set *set,
                   const Hs__Packet *packet, struct against_report **out)
{
    Hs__Packet *before = NULL;

    if (path == NULL) {
        return STATUS_DONE;
    }
    int status = load_packet(cli, path, set, &before);
    if (status == STATUS_DONE) {
        *out = cli_memory(arena_alloc(cli->arena, sizeof **out));
        status = against_run(cli, set, before, packet, *out);
    }
    return status;
}

static void print_json(const struct cli *cli, const struct check_report *report,
                       const struct against_report *against)
{
    json_t *all = cli_memory(check_report_to_json(cli, report));

    if (against != NULL) {
        json_t *json = cli_memory(against_to_json(against));

        cli_memory(json_object_set_new(all, "against", json) == 0 ? all : NULL);
    }
    cli_json(cli, all);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *process = arguments_value(arguments, "process");
    struct definitions definitions;
    struct definition_set set;
    Hs__Packet *packet = NULL;
    struct check_report *report = cli_memory(arena_alloc(cli->arena, sizeof *report));
    struct against_report *against = NULL;
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
    if (status == STATUS_DONE) {
        status = compare(cli, arguments_value(arguments, "against"), &set, packet, &against);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        print_json(cli, report, against);
        return STATUS_DONE;
    }
    check_report_print(cli, report);
    if (against != NULL) {
        against_print(cli, against);
    }
    return STATUS_DONE;
}

static const struct option options[] = {
    {.name = "against",
     .value = "FILE",
     .help = {"与上一版材料比较：改了什么，谁须再审",
              "compare with the packet before: what changed, who is asked again"}},
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
         "\"gate\": {...}, \"missing\": [...]}。\n"
         "--against "
         "给出上一轮的材料，另印出：逐项的改动；输入（规则所读字段、所看图纸文件）被触及\n"
         "而须再审的部门；沿用原意见的部门；没有规则也没有部门看的改动。--json 时在 against 中。",
         "Runs the gates, the lead's checks and every department's rules over the packet in\n"
         "FILE; needs no broker. With --home the rules are that office's, else those that come\n"
         "with the program. For each department it prints what the machine check suggests and\n"
         "every rule that failed or is unknown: its id and words, what was found or which\n"
         "fields are missing, the clause it rests on and how sure that is; at the end the\n"
         "fields to be filled in before submitting. A suggestion is no opinion. The exit status\n"
         "is 0 whatever is found, 2 if the file is not valid. With --json: {\"departments\":\n"
         "[{department, owner, suggested, counts, findings}], \"gate\": {...}, \"missing\": "
         "[...]}.\n"
         "--against names the packet of the round before, and adds what changed, which\n"
         "departments are asked again because something their rules read or a document they\n"
         "look at is another now, who keeps its opinion, and what nobody reads; with --json\n"
         "as `against`."},
    .example = "huishen check proposal.yaml\nhuishen --json check proposal.yaml --department fire\n"
               "huishen check second.yaml --against first.yaml",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
