/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - what every verb of `huishen` is given: where to write, in which language, and for whom.
 *
 * A verb is a function from a struct cli and its arguments to an exit status. What it has to say to
 * people or scripts goes to out; everything else to err. With --json, out carries exactly one JSON
 * document, on one line, when it is done or refused, and none when it failed otherwise; exceptions
 * say so in their verb's help.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/arena.h"

enum exit_status {
    STATUS_DONE = 0,
    STATUS_REFUSED = 1,     /* "refused: CODE: sentence" on err */
    STATUS_INVALID = 2,     /* bad usage or invalid input */
    STATUS_NO_ANSWER = 3,   /* of the broker, in time */
    STATUS_ENVIRONMENT = 4, /* a file, a socket, a program failed */
};

enum language { LANGUAGE_EN, LANGUAGE_ZH };

enum { CLI_ARENA_BYTES = 1024 * 1024 * 1024 };

/* The same said in both languages; static. */
struct phrase {
    const char *zh;
    const char *en;
};

struct cli {
    FILE *out;
    FILE *err;
    struct arena *arena; /* for the whole run of the program */
    enum language language;
    bool is_json;
    bool is_coloured;             /* out is a terminal, and its reader did not say NO_COLOR */
    const char *verb;             /* its name */
    const char *action;           /* of a verb that has several: its first word, "add"; else NULL */
    const char *home;             /* --home or HUISHEN_HOME; NULL: none was named */
    const char *account;          /* --as; NULL: the home's own for this verb */
    const char *fallback_account; /* who acts if neither --as nor the home says; may be NULL */
    const char *folder;           /* in which this program's executable lies */
};

/* Runs the program with @argv, writing to @out and @err, and returns its exit status. */
int cli_run(int argc, char *const *argv, FILE *out, FILE *err);

/* Returns the one of the two that @cli speaks. Both may be formats, with the same arguments. */
const char *cli_text(const struct cli *cli, const char *zh, const char *en)
    __attribute__((format_arg(2), format_arg(3)));
const char *cli_phrase(const struct cli *cli, struct phrase phrase);

/* Returns formatted text in the arena. Exhausted memory ends the program. */
char *cli_format(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns @pointer; ends the program with STATUS_ENVIRONMENT if it is NULL, for lack of memory. */
void *cli_memory(void *pointer);

/* Says "huishen: ..." on err and returns @status, one of the above. */
int cli_fail(const struct cli *cli, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says "refused: @code: @sentence" on err and returns STATUS_REFUSED. With --json, out gets
 * {"refused": @code, "reason": @sentence}. */
int cli_refused(const struct cli *cli, const char *code, const char *sentence);

/* Prints @json, which it releases, as the one line of out. */
void cli_json(const struct cli *cli, json_t *json);

#endif
