/* SPDX-License-Identifier: Apache-2.0 */
/* huishen help: the list of verbs, or all about one. */
#include <string.h>

#include "cli/completion.h"
#include "cli/verbs.h"
#include "lib/text.h"

enum { VERBS_MAX = 64 };

static int say_unknown(const struct cli *cli, const char *name)
{
    const struct vocabulary *all = verb_vocabulary();
    const char *names[VERBS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < all->verb_count && count < VERBS_MAX; i++) {
        names[count++] = all->verbs[i]->name;
    }

    const char *nearest = text_nearest(name, names, count);
    return nearest == NULL
               ? cli_fail(cli, STATUS_INVALID, cli_text(cli, "没有命令 %s", "no command %s"), name)
               : cli_fail(
                     cli, STATUS_INVALID,
                     cli_text(cli, "没有命令 %s，是不是 %s？", "no command %s; did you mean %s?"),
                     name, nearest);
}

static int print_completion(const struct cli *cli, const char *shell)
{
    if (strcmp(shell, "bash") != 0) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "--completion 只能是 bash，不是 %s", "--completion is bash, not %s"),
            shell);
    }
    completion_print_bash(cli);
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const struct vocabulary *all = verb_vocabulary();

    if (arguments_have(arguments, "completion")) {
        return print_completion(cli, arguments_value(arguments, "completion"));
    }
    if (arguments->word_count == 0) {
        verb_print_list(cli);
        return STATUS_DONE;
    }
    for (size_t i = 0; i < all->verb_count; i++) {
        if (strcmp(all->verbs[i]->name, arguments->words[0]) == 0) {
            verb_print(cli, all->verbs[i]);
            return STATUS_DONE;
        }
    }
    return say_unknown(cli, arguments->words[0]);
}

static const struct option options[] = {
    {.name = "completion",
     .value = "bash",
     .help = {"输出 bash 的命令补全", "print the completion of bash"}},
};

const struct verb verb_help = {
    .name = "help",
    .words = "[VERB]",
    .words_max = 1,
    .summary = {"命令列表，或某一命令的说明", "the list of verbs, or all about one"},
    .manual =
        {"列出全部命令；给出命令名时，显示该命令的完整说明。--completion bash 输出命令补全，\n"
         "供 bash 读入。",
         "Lists the verbs. With the name of one, prints its whole manual. With --completion\n"
         "bash it prints what bash reads to complete verbs, options, files and ids."},
    .example = "huishen help submit\nsource <(huishen help --completion bash)",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
