/* SPDX-License-Identifier: Apache-2.0 */
/* verb.h - what a verb is: its name, its manual and its function. Each stands in verb_NAME.c.
 *
 * The manual is all there is to know of a verb: `huishen VERB --help` prints it.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stddef.h>

#include "cli/arguments.h"
#include "cli/cli.h"

struct verb {
    const char *name;
    const char *words; /* what follows it, for the help: "ID FILE" */
    size_t words_min;  /* how many of them */
    size_t words_max;
    bool needs_home;
    struct phrase summary; /* one line, without a full stop */
    struct phrase manual;  /* paragraphs; lines of at most 78 columns */
    const char *example;   /* one command a line */
    const struct option *options;
    size_t option_count;
    int (*run)(struct cli *cli, const struct arguments *arguments);
};

/* All of them, in the order of the list in the help. */
const struct vocabulary *verb_vocabulary(void);

/* Prints the list of verbs, or all about @verb. */
void verb_print_list(const struct cli *cli);
void verb_print(const struct cli *cli, const struct verb *verb);

#endif
