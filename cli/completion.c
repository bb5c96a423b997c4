/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include <ctype.h>
#include <string.h>

#include "cli/verb.h"
#include "cli/words.h"

/* What does not depend on the verbs. Words in capitals stand for what is looked up: files, folders,
 * and what the office of the line or of HUISHEN_HOME has. It is asked for two seconds at most, as
 * the account of the line. */
static const char fixed[] =
    "_huishen_home() {\n"
    "    local i\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        [ \"${COMP_WORDS[i]}\" = --home ] && { echo \"${COMP_WORDS[i + 1]}\"; return; }\n"
    "    done\n"
    "    echo \"$HUISHEN_HOME\"\n"
    "}\n"
    "\n"
    "_huishen_names() { # FOLDER: the names of its .yaml files\n"
    "    local file\n"
    "    for file in \"$1\"/*.yaml; do\n"
    "        [ -e \"$file\" ] && basename \"$file\" .yaml\n"
    "    done\n"
    "}\n"
    "\n"
    "_huishen_ask() { # FIELD VERB: what the office says of the field\n"
    "    local home as=() i\n"
    "    home=$(_huishen_home)\n"
    "    [ -n \"$home\" ] || return\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        [ \"${COMP_WORDS[i]}\" = --as ] && as=(--as \"${COMP_WORDS[i + 1]}\")\n"
    "    done\n"
    "    timeout 2 \"${COMP_WORDS[0]}\" --home \"$home\" \"${as[@]}\" --json \"$2\" 2>/dev/null |\n"
    "        grep -o \"\\\"$1\\\": *\\\"[^\\\"]*\\\"\" | cut -d '\"' -f 4 | sort -u\n"
    "}\n"
    "\n"
    "_huishen_offer() { # WORDS: those that the word at the cursor begins\n"
    "    local word kind offered=\"\"\n"
    "    for kind in $1; do\n"
    "        case \"$kind\" in\n"
    "        FILE | DIR)\n"
    "            compopt -o filenames 2>/dev/null\n"
    "            [ \"$kind\" = FILE ] && mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "            [ \"$kind\" = DIR ] && mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "            ;;\n"
    "        PROPOSAL) offered+=\" $(_huishen_ask proposalId list)\" ;;\n"
    "        REVIEW) offered+=\" $(_huishen_ask reviewId reviews)\" ;;\n"
    "        VERB) offered+=\" $(_huishen_verbs)\" ;;\n"
    "        PROCESS) offered+=\" $(_huishen_names \"$(_huishen_home)/configs/processes\")\" ;;\n"
    "        DEPARTMENT) offered+=\" $(_huishen_names \"$(_huishen_home)/rules\")\" ;;\n"
    "        [A-Z]*) ;;\n"
    "        *) offered+=\" $kind\" ;;\n"
    "        esac\n"
    "    done\n"
    "    [ -z \"$offered\" ] || mapfile -t COMPREPLY < <(compgen -W \"$offered\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_huishen() {\n"
    "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" verb=\"\" words=() word previous=\"\" i\n"
    "    COMPREPLY=()\n"
    "    [ \"$cur\" = = ] && cur=\"\"\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=\"${COMP_WORDS[i]}\"\n"
    "        [ \"$word\" = = ] && continue # bash takes --option=value apart\n"
    "        if [ -n \"$previous\" ]; then\n"
    "            previous=\"\"\n"
    "        elif [[ \"$word\" == -* ]]; then\n"
    "            [ -n \"$(_huishen_value \"$verb $word\")\" ] && previous=\"$word\"\n"
    "        elif [ -z \"$verb\" ]; then\n"
    "            verb=\"$word\"\n"
    "        else\n"
    "            words+=(\"$word\")\n"
    "        fi\n"
    "    done\n"
    "    if [ -n \"$previous\" ]; then\n"
    "        _huishen_offer \"$(_huishen_value \"$verb $previous\")\"\n"
    "    elif [[ \"$cur\" == -* ]]; then\n"
    "        _huishen_offer \"$(_huishen_options \"$verb\") $(_huishen_options \"\")\"\n"
    "    elif [ -z \"$verb\" ]; then\n"
    "        _huishen_offer VERB\n"
    "    else\n"
    "        _huishen_offer \"$(_huishen_words \"$verb ${#words[@]} ${words[0]}\")\"\n"
    "    fi\n"
    "}\n"
    "complete -F _huishen huishen\n";

/* The values that a word in capitals stands for. */
static const struct {
    const char *name;
    const ProtobufCEnumDescriptor *type;
    int value_max; /* what people may say; 0: all but the first */
} enums[] = {
    {"STATUS", &hs__proposal__status__descriptor, 0},
    {"RESULT", &hs__opinion__result__descriptor, HS__OPINION__RESULT__NOT_COMPETENT},
    {"ROLE", &hs__principal__role__descriptor, 0},
};

/* Prints the words of @text, which are divided by '|'. */
static void print_choices(const struct cli *cli, const char *text)
{
    for (; *text != '\0'; text++) {
        (void)fputc(*text == '|' ? ' ' : *text, cli->out); /* a failure shows at the end */
    }
}

static void print_enum(const struct cli *cli, const ProtobufCEnumDescriptor *type, int value_max)
{
    const char *gap = "";

    for (unsigned i = 0; i < type->n_values; i++) {
        int value = type->values[i].value;

        if (value != 0 && (value_max == 0 || value <= value_max)) {
            (void)fprintf(cli->out, "%s%s", gap, word_in_schema(cli, type, value));
            gap = " ";
        }
    }
}

/* Prints what the value of @option may be. */
static void print_value(const struct cli *cli, const struct option *option)
{
    const char *value = option->value;

    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        if (strcmp(value, enums[i].name) == 0) {
            print_enum(cli, enums[i].type, enums[i].value_max);
            return;
        }
    }
    if (strchr(value, '|') != NULL) {
        print_choices(cli, value);
    } else if (strcmp(option->name, "process") == 0) {
        (void)fputs("PROCESS", cli->out);
    } else if (strcmp(option->name, "department") == 0 ||
               strcmp(option->name, "departments") == 0) {
        (void)fputs("DEPARTMENT", cli->out);
    } else if (strcmp(value, "FILE") == 0 || strcmp(value, "DIR") == 0) {
        (void)fputs(value, cli->out);
    } else {
        (void)fputs("ANY", cli->out);
    }
}

static void print_values_of(const struct cli *cli, const char *verb, const struct option *options,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct option *option = &options[i];

        if (option->value == NULL) {
            continue;
        }
        (void)fprintf(cli->out, "    \"%s --%s\"", verb, option->name);
        if (option->letter != 0) {
            (void)fprintf(cli->out, " | \"%s -%c\"", verb, option->letter);
        }
        (void)fputs(") echo \"", cli->out);
        print_value(cli, option);
        (void)fputs("\" ;;\n", cli->out);
    }
}

static void print_options_of(const struct cli *cli, const char *verb, const struct option *options,
                             size_t count)
{
    (void)fprintf(cli->out, "    \"%s\") echo \"", verb);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(cli->out, "%s--%s", i == 0 ? "" : " ", options[i].name);
    }
    (void)fputs("\" ;;\n", cli->out);
}

/* ---- the words behind a verb ---- */

/* A word of a verb's usage, without its brackets and dots. */
struct usage_word {
    const char *text;
    size_t size;
};

/* Takes the next word of @usage; false at the end, or where options and quotes begin. */
static bool take_word(const char **usage, struct usage_word *word)
{
    const char *text = *usage + strspn(*usage, " ");
    size_t size = strcspn(text, " ");

    *usage = text + size;
    if (size == 0 || strchr("('-", text[0]) != NULL || strncmp(text, "[-", 2) == 0) {
        return false;
    }
    if (text[0] == '[') {
        text++;
        size--;
    }
    while (size > 1 && (text[size - 1] == ']' || text[size - 1] == '.')) {
        size--;
    }
    *word = (struct usage_word){text, size};
    return true;
}

static void print_word(const struct cli *cli, struct usage_word word)
{
    if (word.size == 2 && strncmp(word.text, "ID", 2) == 0) {
        (void)fputs("PROPOSAL", cli->out);
        return;
    }
    print_choices(cli, cli_format(cli, "%.*s", (int)word.size, word.text));
}

/* Prints the words that may come first behind @verb. */
static void print_first_words(const struct cli *cli, const struct verb *verb)
{
    const char *usage = verb->words;
    struct usage_word word;
    bool is_first = true;

    (void)fprintf(cli->out, "    \"%s 0 \") echo \"", verb->name);
    while (take_word(&usage, &word)) {
        if (word.text[0] == '|') {
            (void)fputc(' ', cli->out);
        } else if (is_first) {
            print_word(cli, word);
        }
        is_first = word.text[0] == '|';
    }
    (void)fputs("\" ;;\n", cli->out);
}

/* Prints the words that may come later, each behind the @first of its form if that is a word of its
 * own. */
static void print_later_words(const struct cli *cli, const struct verb *verb)
{
    const char *usage = verb->words;
    struct usage_word first = {0};
    struct usage_word word;
    size_t place = 0;

    while (take_word(&usage, &word)) {
        if (word.text[0] == '|') {
            place = 0;
            continue;
        }
        if (place == 0) {
            first = word;
        } else {
            bool is_literal = islower((unsigned char)first.text[0]) != 0;

            (void)fprintf(cli->out, "    \"%s %zu \"%.*s) echo \"", verb->name, place,
                          is_literal ? (int)first.size : 1, is_literal ? first.text : "*");
            print_word(cli, word);
            (void)fputs("\" ;;\n", cli->out);
        }
        place++;
    }
}

/* Prints what may stand at each place behind @verb. Its usage is one form, "ID FILE", or several
 * that begin with a word of their own, "list | add NAME". */
static void print_words_of(const struct cli *cli, const struct verb *verb)
{
    print_first_words(cli, verb);
    print_later_words(cli, verb);
    if (strstr(verb->words, "...") != NULL) {
        (void)fprintf(cli->out, "    \"%s \"*) echo \"FILE\" ;;\n", verb->name);
    }
}

void completion_print_bash(const struct cli *cli)
{
    const struct vocabulary *all = verb_vocabulary();

    /* What cannot be written shows at the end of the run. */
    (void)fputs("# SPDX-License-Identifier: Apache-2.0\n"
                "# The completion of huishen for bash, made by: huishen help --completion bash\n\n"
                "_huishen_verbs() {\n    echo \"",
                cli->out);
    for (size_t i = 0; i < all->verb_count; i++) {
        (void)fprintf(cli->out, "%s%s", i == 0 ? "" : " ", all->verbs[i]->name);
    }
    (void)fputs("\"\n}\n\n_huishen_options() { # VERB\n    case \"$1\" in\n", cli->out);
    print_options_of(cli, "", all->options, all->option_count);
    for (size_t i = 0; i < all->verb_count; i++) {
        print_options_of(cli, all->verbs[i]->name, all->verbs[i]->options,
                         all->verbs[i]->option_count);
    }
    (void)fputs(
        "    esac\n}\n\n_huishen_value() { # VERB OPTION: what its value is; nothing: none\n"
        "    case \"$1\" in\n",
        cli->out);
    for (size_t i = 0; i < all->verb_count; i++) {
        print_values_of(cli, all->verbs[i]->name, all->verbs[i]->options,
                        all->verbs[i]->option_count);
    }
    print_values_of(cli, "\"*\"", all->options, all->option_count);
    (void)fputs("    esac\n}\n\n_huishen_words() { # VERB PLACE FIRST\n    case \"$1\" in\n",
                cli->out);
    for (size_t i = 0; i < all->verb_count; i++) {
        print_words_of(cli, all->verbs[i]);
    }
    (void)fputs("    esac\n}\n\n", cli->out);
    (void)fputs(fixed, cli->out);
}
