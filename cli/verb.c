/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verb.h"

#include <string.h>

#include "cli/verbs.h"
#include "cli/width.h"

enum { NAME_COLUMNS = 14, OPTION_COLUMNS = 24 };

static const struct option global_options[] = {
    {.name = "home",
     .value = "DIR",
     .help = {"辖区目录；也可用环境变量 HUISHEN_HOME 给出",
              "the office's home; or set HUISHEN_HOME"}},
    {.name = "as",
     .value = "ACCOUNT",
     .help = {"以此账户的密钥办理；不含冒号的名字即 person:名字",
              "act with this account's keys; a name without a colon is person:NAME"}},
    {.name = "json", .help = {"只输出一行 JSON", "print one line of JSON"}},
    {.name = "lang",
     .value = "zh|en",
     .help = {"语言；缺省依 LC_ALL、LC_MESSAGES、LANG",
              "the language; by default that of LC_ALL, LC_MESSAGES or LANG"}},
    {.name = "help", .letter = 'h', .help = {"显示说明", "print the manual"}},
    {.name = "version", .help = {"显示版本", "print the version"}},
};

static const struct verb *const verbs[] = {VERB_LIST(VERB_POINTER)};

static const struct phrase exits[] = {
    {"0  办妥", "0  done"},
    {"1  被拒绝；错误输出为 refused: 代码: 理由",
     "1  refused; standard error says refused: CODE: sentence"},
    {"2  用法或输入有误", "2  bad usage or invalid input"},
    {"3  期限内未得到答复", "3  no answer in time"},
    {"4  运行环境出错（文件、网络、程序）",
     "4  the environment failed: a file, a socket, a program"},
};

const struct vocabulary *verb_vocabulary(void)
{
    static const struct vocabulary vocabulary = {
        .options = global_options,
        .option_count = sizeof global_options / sizeof *global_options,
        .verbs = verbs,
        .verb_count = sizeof verbs / sizeof *verbs,
    };

    return &vocabulary;
}

/* Failed writes show when the output is flushed at the end of the run. */
static void print_heading(const struct cli *cli, const char *zh, const char *en)
{
    (void)fprintf(cli->out, cli->is_coloured ? "\n\033[1m%s\033[0m\n" : "\n%s\n",
                  cli_text(cli, zh, en));
}

/* Prints @name, blanks up to @columns, and @text. */
static void print_row(const struct cli *cli, const char *name, size_t columns, const char *text)
{
    size_t width = width_of_text(name);
    int blanks = width < columns ? (int)(columns - width) : 2;

    (void)fprintf(cli->out, "  %s%*s%s\n", name, blanks, "", text);
}

static void print_options(const struct cli *cli, const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option *option = &options[i];
        const char *letter = option->letter == 0 ? "" : cli_format(cli, "-%c, ", option->letter);
        const char *name =
            cli_format(cli, "%s--%s%s%s", letter, option->name, option->value == NULL ? "" : " ",
                       option->value == NULL ? "" : option->value);

        print_row(cli, name, OPTION_COLUMNS, cli_phrase(cli, option->help));
    }
}

static void print_exits(const struct cli *cli)
{
    print_heading(cli, "退出码", "Exit status");
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        (void)fprintf(cli->out, "  %s\n", cli_phrase(cli, exits[i]));
    }
}

void verb_print_list(const struct cli *cli)
{
    const struct vocabulary *all = verb_vocabulary();

    (void)fprintf(cli->out, "%s\n",
                  cli_text(cli,
                           "会审：一家牵头、并联审批、限时办结。用法：huishen 命令 [参数] [选项]",
                           "Huishen: joint review. Usage: huishen VERB [words] [options]"));
    print_heading(cli, "命令", "Verbs");
    for (size_t i = 0; i < all->verb_count; i++) {
        print_row(cli, all->verbs[i]->name, NAME_COLUMNS, cli_phrase(cli, all->verbs[i]->summary));
    }
    print_heading(cli, "通用选项（命令前后均可）", "Options of every verb, before or after it");
    print_options(cli, all->options, all->option_count);
    print_exits(cli);
    (void)fprintf(cli->out, "\n%s\n",
                  cli_text(cli, "某一命令的说明：huishen help 命令",
                           "All about one verb: huishen help VERB"));
}

void verb_print(const struct cli *cli, const struct verb *verb)
{
    const struct vocabulary *all = verb_vocabulary();

    (void)fprintf(cli->out, "huishen %s%s%s\n\n%s\n", verb->name, verb->words[0] == '\0' ? "" : " ",
                  verb->words, cli_phrase(cli, verb->manual));
    if (verb->option_count > 0) {
        print_heading(cli, "选项", "Options");
        print_options(cli, verb->options, verb->option_count);
    }
    print_heading(cli, "通用选项", "Options of every verb");
    print_options(cli, all->options, all->option_count);
    print_exits(cli);
    print_heading(cli, "例", "Example");
    for (const char *line = verb->example; *line != '\0';) {
        size_t size = strcspn(line, "\n");

        (void)fprintf(cli->out, "  %.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
}
