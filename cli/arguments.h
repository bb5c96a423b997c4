/* SPDX-License-Identifier: Apache-2.0 */
/* arguments.h - the words of a command line, sorted into a verb, its options and the rest.
 *
 * Options may stand anywhere: the global ones also before the verb. An option's value follows as
 * the next word or after '='. "--" ends the options; "-" alone is a word like any other. All texts
 * are borrowed from the command line.
 */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

enum {
    ARGUMENT_WORDS_MAX = 512,  /* files given to lint, for one */
    ARGUMENT_OPTIONS_MAX = 64, /* documents given to submit, for one */
};

/* An option a verb knows. */
struct option {
    const char *name;  /* without the dashes */
    const char *value; /* what the help calls its value; NULL: it has none. With a '|' in it, the
                          value is one of the words so divided */
    struct phrase help;
    char letter;        /* of its short form; 0: none */
    bool is_repeatable; /* else given once */
};

struct option_given {
    const struct option *option;
    const char *value; /* NULL if it takes none */
};

struct verb;

/* What was given. verb is NULL if no word was. */
struct arguments {
    const struct verb *verb;
    const char *words[ARGUMENT_WORDS_MAX]; /* after the verb */
    size_t word_count;
    struct option_given options[ARGUMENT_OPTIONS_MAX];
    size_t option_count;
};

/* Everything that may be given: the global options, and the verbs with theirs. */
struct vocabulary {
    const struct option *options;
    size_t option_count;
    const struct verb *const *verbs;
    size_t verb_count;
};

/* Sorts argv[1..) into @out. Returns true, or false with the reason said on @cli's err: a word that
 * is no verb or option (with the nearest that is), a value too many or too few. */
bool arguments_parse(const struct cli *cli, int argc, char *const *argv,
                     const struct vocabulary *vocabulary, struct arguments *out);

/* True if the option @name was given. */
bool arguments_have(const struct arguments *arguments, const char *name);

/* Returns the value of the option @name, the first if several; NULL if it was not given. */
const char *arguments_value(const struct arguments *arguments, const char *name);

/* Sets @out to the whole number given as option @name, if it was. Returns false, with the reason
 * said on @cli's err, if that is no number between 0 and @max. */
bool arguments_number(const struct cli *cli, const struct arguments *arguments, const char *name,
                      uint64_t max, uint64_t *out);

#endif
