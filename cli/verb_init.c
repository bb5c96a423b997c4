/* SPDX-License-Identifier: Apache-2.0 */
/* huishen init: a new home. */
#include <ctype.h>
#include <string.h>

#include "cli/data_folder.h"
#include "cli/founding_orders.h"
#include "cli/new_home.h"
#include "cli/office_clock.h"
#include "cli/verbs.h"
#include "core/names.h"

enum { PREFIX_BYTES_MAX = 16 };

static bool is_prefix(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++) {
        if (!isascii(text[i]) || (!isupper(text[i]) && !isdigit(text[i]))) {
            return false;
        }
    }
    return size > 0 && size <= PREFIX_BYTES_MAX;
}

static void tell(const struct cli *cli, const struct new_home *new_home,
                 const struct public_keys *broker)
{
    char fingerprint[FINGERPRINT_TEXT_BYTES];

    keys_fingerprint(broker, fingerprint);
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s, s:s, s:b, s:s}", "home", new_home->home.folder,
                                "office", new_home->office, "prefix", new_home->prefix, "demo",
                                new_home->is_demo ? 1 : 0, "fingerprint", fingerprint));
        return;
    }
    (void)fprintf(cli->out, /* shows when out is flushed */
                  cli_text(cli, "%s：辖区 %s 已建立\n公钥指纹 %s\n下一步：huishen --home %s up\n",
                           "%s: office %s is founded\nits keys: %s\nnext: huishen --home %s up\n"),
                  new_home->home.folder, new_home->office, fingerprint, new_home->home.folder);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *folder = arguments->words[0];
    const char *office = arguments_value(arguments, "office");
    const char *prefix = arguments_value(arguments, "prefix");
    struct new_home new_home = {
        .cli = cli,
        .home = {.folder = folder},
        .office = office == NULL ? "liangjiang" : office,
        .prefix = prefix == NULL ? "LJHS" : prefix,
        .is_demo = arguments_have(arguments, "demo"),
    };
    struct public_keys broker;

    if (!name_is_plain(new_home.office)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--office 只用小写字母、数字、_、-，以字母开头",
                                 "--office is of a-z, 0-9, _ and -, beginning with a letter"));
    }
    if (!is_prefix(new_home.prefix)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--prefix 只用大写字母和数字，至多 16 个",
                                 "--prefix is of A-Z and 0-9, at most 16 of them"));
    }
    if (folder[0] == '\0') {
        return cli_fail(cli, STATUS_INVALID, cli_text(cli, "DIR 不能为空", "DIR may not be empty"));
    }
    if (!new_home_is_free(cli, folder)) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "%s 已存在且不是空文件夹", "%s is there already and no empty folder"),
            folder);
    }
    new_home.data = data_folder_find(cli);
    if (new_home.data == NULL) {
        return STATUS_ENVIRONMENT;
    }
    int status =
        office_clock_founding(cli, arguments, NEW_HOME_UTC_OFFSET_MINUTES, &new_home.clock);
    if (status == STATUS_DONE) {
        status = new_home_make(&new_home, &broker);
    }
    if (status == STATUS_DONE) {
        tell(cli, &new_home, &broker);
    }
    return status;
}

static const struct option options[] = {
    {.name = "office",
     .value = "ID",
     .help = {"辖区标识，缺省 liangjiang", "the office's id; liangjiang by default"}},
    {.name = "prefix",
     .value = "PREFIX",
     .help = {"编号前缀，缺省 LJHS", "of proposal numbers; LJHS by default"}},
    {.name = "demo",
     .help = {"演示：加入人员、部门账户和代理，意见由机审出具",
              "a demonstration: people, departments, agents; the rules answer"}},
    {.name = "clock-from",
     .value = "'YYYY-MM-DD HH:MM'",
     .help = {"演示：台账从此时（当地时间）开始",
              "a demonstration: when its journal begins, in local time"}},
};

const struct verb verb_init = {
    .name = "init",
    .words = "DIR",
    .words_min = 1,
    .words_max = 1,
    .summary = {"新建一个辖区目录", "make the home of a new office"},
    .manual =
        {"在 DIR（不存在或为空）新建辖区：密钥、配置、字典、流程、规则包，以及从创始条目开始的\n"
         "台账。台账登记：辖区、安全管理员 person:security、系统管理员 person:admin、各部门、\n"
         "字典、流程、准入和牵头单位的规则包。--demo 另加 street、office、approver、supervisor\n"
         "和每个部门的同名账户、负责人账户（head-"
         "fire）与代理，各部门的意见由其规则出具，其台账可从 --clock-from 开始。\n"
         "失败则不留下任何东西。\n"
         "随程序提供的定义取自 HUISHEN_DATADIR，否则取自程序旁的 ../configs 和 ../agents。\n"
         "--json 输出 {\"home\", \"office\", \"prefix\", \"demo\", \"fingerprint\"}。",
         "Makes the home of a new office in DIR, which is absent or empty: keys,\n"
         "configuration, dictionary, processes, packs, and a journal that begins with genesis.\n"
         "On record are then the office, the security administrator person:security, the\n"
         "system administrator person:admin, the departments, the dictionary, the processes,\n"
         "and the packs of the gates and the lead. --demo adds street, office, approver,\n"
         "supervisor, and for each department an account of its name, one of its head\n"
         "(head-fire) and an agent; every department answers by its rules; its journal may\n"
         "begin at --clock-from. If it fails, nothing is left behind. Definitions come from\n"
         "HUISHEN_DATADIR, else from ../configs and ../agents beside the program.\n"
         "With --json: {\"home\", \"office\", \"prefix\", \"demo\", \"fingerprint\"}."},
    .example = "huishen init demo --demo\nhuishen init /srv/office --office yubei --prefix YBHS",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
