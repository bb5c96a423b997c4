/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "cli/verb.h"
#include "lib/text.h"

enum { CANDIDATES_MAX = 96 };

/* One parse. */
struct parse {
    const struct cli *cli;
    const struct vocabulary *vocabulary;
    int argc;
    char *const *argv;
    int next; /* index of the word to read */
    struct arguments *out;
};

static const struct option *find_in(const struct option *options, size_t count, const char *name,
                                    size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(options[i].name) == size && memcmp(options[i].name, name, size) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static const struct option *find_letter_in(const struct option *options, size_t count, char letter)
{
    for (size_t i = 0; i < count; i++) {
        if (options[i].letter != 0 && options[i].letter == letter) {
            return &options[i];
        }
    }
    return NULL;
}

static const struct option *find_option(const struct parse *parse, const char *name, size_t size)
{
    const struct verb *verb = parse->out->verb;
    const struct option *found =
        verb == NULL ? NULL : find_in(verb->options, verb->option_count, name, size);

    return found != NULL
               ? found
               : find_in(parse->vocabulary->options, parse->vocabulary->option_count, name, size);
}

static const struct option *find_letter(const struct parse *parse, char letter)
{
    const struct verb *verb = parse->out->verb;
    const struct option *found =
        verb == NULL ? NULL : find_letter_in(verb->options, verb->option_count, letter);

    return found != NULL ? found
                         : find_letter_in(parse->vocabulary->options,
                                          parse->vocabulary->option_count, letter);
}

static const struct verb *find_verb(const struct vocabulary *vocabulary, const char *name)
{
    for (size_t i = 0; i < vocabulary->verb_count; i++) {
        if (strcmp(vocabulary->verbs[i]->name, name) == 0) {
            return vocabulary->verbs[i];
        }
    }
    return NULL;
}

static bool say_unknown_option(const struct parse *parse, const char *word, size_t size)
{
    const struct cli *cli = parse->cli;
    const struct verb *verb = parse->out->verb;
    const char *candidates[CANDIDATES_MAX];
    size_t count = 0;

    for (size_t i = 0; verb != NULL && i < verb->option_count && count < CANDIDATES_MAX; i++) {
        candidates[count++] = verb->options[i].name;
    }
    for (size_t i = 0; i < parse->vocabulary->option_count && count < CANDIDATES_MAX; i++) {
        candidates[count++] = parse->vocabulary->options[i].name;
    }

    const char *name = cli_format(cli, "%.*s", (int)(size < 64 ? size : 64), word);
    const char *nearest = text_nearest(name + strspn(name, "-"), candidates, count);
    if (nearest != NULL) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "没有选项 %s，是不是 --%s？", "no option %s; did you mean --%s?"),
                 name, nearest);
    } else {
        cli_fail(cli, STATUS_INVALID, cli_text(cli, "没有选项 %s", "no option %s"), name);
    }
    return false;
}

static bool say_unknown_verb(const struct parse *parse, const char *word)
{
    const struct cli *cli = parse->cli;
    const struct vocabulary *vocabulary = parse->vocabulary;
    const char *candidates[CANDIDATES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < vocabulary->verb_count && count < CANDIDATES_MAX; i++) {
        candidates[count++] = vocabulary->verbs[i]->name;
    }

    const char *nearest = text_nearest(word, candidates, count);
    if (nearest != NULL) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "没有命令 %s，是不是 %s？", "no command %s; did you mean %s?"), word,
                 nearest);
    } else {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "没有命令 %s；命令列表：huishen help",
                          "no command %s; the list: huishen help"),
                 word);
    }
    return false;
}

/* True if @value is one of the words that @choices, "a|b|c", offers. */
static bool is_offered(const char *choices, const char *value)
{
    size_t size = strlen(value);

    for (const char *word = choices; word != NULL;) {
        const char *end = strchr(word, '|');
        size_t word_size = end == NULL ? strlen(word) : (size_t)(end - word);

        if (word_size == size && memcmp(word, value, size) == 0) {
            return true;
        }
        word = end == NULL ? NULL : end + 1;
    }
    return false;
}

/* Adds @option with the value that stands in its own word, or the next word's. */
static bool add_option(struct parse *parse, const struct option *option, const char *attached)
{
    const struct cli *cli = parse->cli;
    struct arguments *out = parse->out;
    const char *value = attached;

    if (option->value == NULL && attached != NULL) {
        cli_fail(cli, STATUS_INVALID, cli_text(cli, "--%s 不带值", "--%s takes no value"),
                 option->name);
        return false;
    }
    if (option->value != NULL && value == NULL) {
        if (parse->next >= parse->argc) {
            cli_fail(cli, STATUS_INVALID, cli_text(cli, "--%s 须给出 %s", "--%s needs a value: %s"),
                     option->name, option->value);
            return false;
        }
        value = parse->argv[parse->next++];
    }
    if (option->value != NULL && strchr(option->value, '|') != NULL &&
        !is_offered(option->value, value)) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "--%s 不能是 %s，只能是 %s", "--%s cannot be %s; it is one of %s"),
                 option->name, value, option->value);
        return false;
    }
    if (!option->is_repeatable && option->value != NULL && arguments_have(out, option->name)) {
        cli_fail(cli, STATUS_INVALID, cli_text(cli, "--%s 只能给一次", "--%s is given twice"),
                 option->name);
        return false;
    }
    if (out->option_count == ARGUMENT_OPTIONS_MAX) {
        cli_fail(cli, STATUS_INVALID, cli_text(cli, "选项过多", "too many options"));
        return false;
    }
    out->options[out->option_count++] = (struct option_given){option, value};
    return true;
}

static bool read_option(struct parse *parse, const char *word)
{
    if (word[1] == '-') {
        const char *name = word + 2;
        const char *equals = strchr(name, '=');
        size_t size = equals == NULL ? strlen(name) : (size_t)(equals - name);
        const struct option *option = find_option(parse, name, size);

        return option == NULL ? say_unknown_option(parse, word, size + 2)
                              : add_option(parse, option, equals == NULL ? NULL : equals + 1);
    }

    const struct option *option = find_letter(parse, word[1]);
    return option == NULL ? say_unknown_option(parse, word, strlen(word))
                          : add_option(parse, option, word[2] == '\0' ? NULL : word + 2);
}

static bool read_word(struct parse *parse, const char *word)
{
    struct arguments *out = parse->out;

    if (out->verb == NULL) {
        out->verb = find_verb(parse->vocabulary, word);
        return out->verb != NULL || say_unknown_verb(parse, word);
    }
    if (out->word_count == ARGUMENT_WORDS_MAX) {
        cli_fail(parse->cli, STATUS_INVALID, cli_text(parse->cli, "参数过多", "too many words"));
        return false;
    }
    out->words[out->word_count++] = word;
    return true;
}

/* What is not UTF-8 can neither be recorded nor shown. */
static bool is_readable(const struct cli *cli, int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++) {
        if (!text_is_utf8(bytes_of_text(argv[i]))) {
            cli_fail(cli, STATUS_INVALID,
                     cli_text(cli, "第 %d 个参数不是 UTF-8；请用 UTF-8 的终端和文件名",
                              "word %d is not UTF-8; use a terminal and names of files that are"),
                     i);
            return false;
        }
    }
    return true;
}

bool arguments_parse(const struct cli *cli, int argc, char *const *argv,
                     const struct vocabulary *vocabulary, struct arguments *out)
{
    struct parse parse = {
        .cli = cli, .vocabulary = vocabulary, .argc = argc, .argv = argv, .next = 1, .out = out};
    bool options_ended = false;

    *out = (struct arguments){0};
    if (!is_readable(cli, argc, argv)) {
        return false;
    }
    while (parse.next < argc) {
        const char *word = argv[parse.next++];
        bool is_option = !options_ended && word[0] == '-' && word[1] != '\0';

        if (is_option && strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (is_option ? !read_option(&parse, word) : !read_word(&parse, word)) {
            return false;
        }
    }
    return true;
}

bool arguments_have(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (strcmp(arguments->options[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *arguments_value(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (strcmp(arguments->options[i].option->name, name) == 0) {
            return arguments->options[i].value;
        }
    }
    return NULL;
}

bool arguments_number(const struct cli *cli, const struct arguments *arguments, const char *name,
                      uint64_t max, uint64_t *out)
{
    const char *text = arguments_value(arguments, name);
    uint64_t number = 0;
    bool is_number = text != NULL && text[0] != '\0';

    if (text == NULL) {
        return true;
    }
    for (const char *digit = text; is_number && *digit != '\0'; digit++) {
        is_number = *digit >= '0' && *digit <= '9' && number <= max / 10;
        number = is_number ? number * 10 + (uint64_t)(*digit - '0') : 0;
    }
    if (!is_number || number > max) {
        cli_fail(cli, STATUS_INVALID,
                 cli_text(cli, "--%s 应为 0 到 %llu 之间的整数，不是 %s",
                          "--%s is a whole number from 0 to %llu, not %s"),
                 name, (unsigned long long)max, text);
        return false;
    }
    *out = number;
    return true;
}
