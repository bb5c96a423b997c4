/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/verb.h"
#include "proto/text/packet_text.h"

enum { FOLDER_BYTES = 4096 };

const char *cli_text(const struct cli *cli, const char *zh, const char *en)
{
    return cli->language == LANGUAGE_ZH ? zh : en;
}

const char *cli_phrase(const struct cli *cli, struct phrase phrase)
{
    return cli->language == LANGUAGE_ZH ? phrase.zh : phrase.en;
}

void *cli_memory(void *pointer)
{
    if (pointer == NULL) {
        (void)fputs("huishen: out of memory\n", stderr); /* there is nobody else to tell */
        exit(STATUS_ENVIRONMENT);
    }
    return pointer;
}

char *cli_format(const struct cli *cli, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    size_t bytes = (size_t)(size < 0 ? 0 : size) + 1;
    char *text = cli_memory(arena_alloc(cli->arena, bytes));
    va_start(arguments, format);
    (void)vsnprintf(text, bytes, format, arguments); /* measured above */
    va_end(arguments);
    return text;
}

int cli_fail(const struct cli *cli, int status, const char *format, ...)
{
    va_list arguments;

    (void)fputs("huishen: ", cli->err); /* a closed err cannot be reported */
    va_start(arguments, format);
    (void)vfprintf(cli->err, format, arguments);
    va_end(arguments);
    (void)fputc('\n', cli->err);
    return status;
}

int cli_refused(const struct cli *cli, const char *code, const char *sentence)
{
    (void)fprintf(cli->err, "refused: %s: %s\n", code, sentence); /* as in cli_fail() */
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "refused", code, "reason", sentence));
    }
    return STATUS_REFUSED;
}

void cli_json(const struct cli *cli, json_t *json)
{
    cli_memory(json);
    /* A failed write shows in finish_output(). */
    (void)json_dumpf(json, cli->out, JSON_ENCODE_ANY | PACKET_JSON_FLAGS);
    (void)fputc('\n', cli->out);
    json_decref(json);
}

/* Chinese if the environment asks for it, in the order that setlocale() follows; else English. */
static enum language environment_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
        }
    }
    return LANGUAGE_EN;
}

/* --lang counts for the messages about the other options too, so it is looked for before them. */
static enum language asked_language(int argc, char *const *argv)
{
    for (int i = 1; i < argc && argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
        const char *value = NULL;

        if (strncmp(argv[i], "--lang=", 7) == 0) {
            value = argv[i] + 7;
        } else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
            value = argv[i + 1];
        }
        if (value != NULL) {
            return strcmp(value, "zh") == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
        }
    }
    return environment_language();
}

/* Returns the folder of this executable; "." where the system does not tell. */
static const char *own_folder(const struct cli *cli)
{
    char path[FOLDER_BYTES];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);

    if (size <= 0) {
        return ".";
    }
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return ".";
    }
    *slash = '\0';
    return cli_format(cli, "%s", path[0] == '\0' ? "/" : path);
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] != '\0';
}

static void take_global_options(struct cli *cli, const struct arguments *arguments)
{
    const char *home = arguments_value(arguments, "home");

    cli->is_json = arguments_have(arguments, "json");
    cli->account = arguments_value(arguments, "as");
    cli->home = home != NULL ? home : is_set("HUISHEN_HOME") ? getenv("HUISHEN_HOME") : NULL;
    cli->verb = arguments->verb == NULL ? NULL : arguments->verb->name;
    cli->folder = own_folder(cli);
    cli->is_coloured = isatty(fileno(cli->out)) == 1 && !is_set("NO_COLOR");
}

static bool words_fit(const struct cli *cli, const struct arguments *arguments)
{
    const struct verb *verb = arguments->verb;

    if (arguments->word_count < verb->words_min) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "缺少参数。用法：huishen %s %s", "words missing: huishen %s %s"),
                 verb->name, verb->words);
        return false;
    }
    if (arguments->word_count > verb->words_max) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "多出参数 %s。用法：huishen %s %s",
                          "one word too many, %s: huishen %s %s"),
                 arguments->words[verb->words_max], verb->name, verb->words);
        return false;
    }
    if (verb->needs_home && cli->home == NULL) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "%s 须知道目录：用 --home DIR 或环境变量 HUISHEN_HOME 给出",
                          "%s needs a home: give --home DIR or set HUISHEN_HOME"),
                 verb->name);
        return false;
    }
    return true;
}

static int run_verb(struct cli *cli, const struct arguments *arguments)
{
    const struct verb *verb = arguments->verb;

    if (arguments_have(arguments, "version")) {
        (void)fprintf(cli->out, "huishen %s\n", HUISHEN_VERSION); /* shows in finish_output() */
        return STATUS_DONE;
    }
    if (verb == NULL) {
        verb_print_list(cli);
        return STATUS_DONE;
    }
    if (arguments_have(arguments, "help")) {
        verb_print(cli, verb);
        return STATUS_DONE;
    }
    return words_fit(cli, arguments) ? verb->run(cli, arguments) : STATUS_INVALID;
}

/* Whoever asked must not take half an answer for a whole one. */
static int finish_output(const struct cli *cli, int status)
{
    if (fflush(cli->out) != 0 || ferror(cli->out) != 0) {
        return cli_fail(cli, STATUS_ENVIRONMENT,
                        cli_text(cli, "输出未能写完", "the output could not be written"));
    }
    return status;
}

int cli_run(int argc, char *const *argv, FILE *out, FILE *err)
{
    struct arena arena;
    struct arguments arguments;
    struct cli cli = {.out = out, .err = err, .arena = &arena};

    arena_init(&arena, CLI_ARENA_BYTES);
    cli.language = asked_language(argc, argv);

    int status = STATUS_INVALID;
    if (arguments_parse(&cli, argc, argv, verb_vocabulary(), &arguments)) {
        take_global_options(&cli, &arguments);
        status = finish_output(&cli, run_verb(&cli, &arguments));
    }
    arena_release(&arena);
    return status;
}
