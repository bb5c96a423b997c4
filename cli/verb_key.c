/* SPDX-License-Identifier: Apache-2.0 */
/* huishen key: the keys of a principal on this machine. */
#include <string.h>

#include "cli/principals.h"
#include "cli/verbs.h"
#include "core/names.h"

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *what = arguments->words[0];
    bool is_new = strcmp(what, "new") == 0;
    struct public_keys keys;
    /* Keys are made where there is no office too: on a department's own machine. */
    const struct home home = {.folder = cli->home};

    if (!is_new && strcmp(what, "show") != 0) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "key 后应为 new 或 show，不是 %s", "key new or key show, not key %s"),
            what);
    }
    if (cli->account == NULL) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "请用 --as 给出主体，如 --as agent:fire/1",
                                 "name the principal with --as, for example --as agent:fire/1"));
    }

    const char *name = home_principal(cli, cli->account);
    if (!principal_name_is_valid(name)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s 不是主体名", "%s is no name of a principal"), name);
    }
    int status = is_new ? principal_make_keys(cli, &home, name, &keys)
                        : principal_read_keys(cli, &home, name, &keys);
    if (status == STATUS_DONE) {
        principal_print(cli, name, &keys);
    }
    return status;
}

const struct verb verb_key = {
    .name = "key",
    .words = "new|show --as PRINCIPAL",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"主体的密钥：生成、查看公钥",
                "a principal's keys: make them, show the public ones"},
    .manual =
        {"key new 为 --as 所指主体生成密钥，存入 --home 目录的 keys/ 下（只有本用户可读），并印出\n"
         "登记用的文本（公钥和指纹）。把它交给辖区办公室，由其以 department enrol 登记。\n"
         "目录可以只是一个空文件夹，不必是辖区。key show 再次印出这段文本。\n"
         "已有密钥：refused: KEYS_EXIST。--json 输出 {\"name\", \"curveKey\", \"signKey\",\n"
         "\"fingerprint\"}。",
         "key new makes keys for the principal named with --as, in keys/ of the home, readable\n"
         "by this user alone, and prints the text to enrol it by: public keys and fingerprint.\n"
         "Give that to the office, which records it with `department enrol`. The home may be an\n"
         "empty folder; it need not be an office. key show prints the text again. Keys that\n"
         "are there already: refused: KEYS_EXIST. With --json: {\"name\", \"curveKey\",\n"
         "\"signKey\", \"fingerprint\"}."},
    .example = "huishen --home . key new --as agent:fire/1 > fire.yaml\n"
               "huishen --home office department enrol fire.yaml",
    .run = run,
};
