/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `huishen` that need no broker, run as the program runs them. One that fails says so
 * and ends with a status of its own; one that says that it is done has done it; what it leaves lets
 * it be run again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "os/files.h"
#include "tests/torture/scenario.h"

enum { WORDS_MAX = 16, PATH_BYTES = 512 };

/* A command line; `@` at the beginning of a word is the folder of the sources. */
struct line {
    const char *name;
    const char *words[WORDS_MAX];
    bool has_home;                /* in which the run takes place */
    const char *again[WORDS_MAX]; /* what the judge runs; none: the same */
};

static const struct line lines[] = {
    {"help", {"help"}, false, {NULL}},
    {"help submit", {"--lang", "zh", "help", "submit"}, false, {NULL}},
    {"help --completion", {"help", "--completion", "bash"}, false, {NULL}},
    {"init", {"init", "home"}, false, {"--home", "home", "verify"}},
    {"init --json", {"--json", "init", "home"}, false, {"--home", "home", "verify"}},
    {"init --demo", {"init", "home", "--demo"}, false, {"--home", "home", "verify", "--views"}},
    {"verify", {"--home", "home", "verify"}, true, {NULL}},
    {"verify --json", {"--json", "--home", "home", "verify"}, true, {NULL}},
    {"verify --views", {"--home", "home", "verify", "--views"}, true, {NULL}},
    {"key new",
     {"--home", "home", "--as", "person:new", "key", "new"},
     true,
     {"--home", "home", "--as", "person:new", "key", "show"}},
    {"key show", {"--home", "home", "--as", "person:office", "key", "show"}, true, {NULL}},
    {"head", {"--home", "home", "head"}, true, {NULL}},
    {"export", {"--home", "home", "export"}, true, {NULL}},
    {"upgrade", {"--home", "home", "upgrade"}, true, {NULL}},
    {"backup", {"--home", "home", "backup", "copy"}, true, {"--home", "home", "verify"}},
    {"lint a dictionary", {"lint", "@/configs/dictionary.yaml"}, false, {NULL}},
    {"lint departments", {"lint", "@/configs/departments.yaml"}, false, {NULL}},
    {"lint a process", {"lint", "@/configs/processes/joint_review.yaml"}, false, {NULL}},
    {"lint fire", {"lint", "@/agents/fire/rules.yaml"}, false, {NULL}},
    {"lint planning", {"--json", "lint", "@/agents/planning/rules.yaml"}, false, {NULL}},
    {"lint gates", {"lint", "@/configs/processes/packs/gate.yaml"}, false, {NULL}},
    {"lint in a home", {"--home", "home", "lint", "@/agents/fire/rules.yaml"}, true, {NULL}},
    {"check 1", {"check", "@/configs/samples/01_clean_pass.yaml"}, false, {NULL}},
    {"check 2",
     {"--json", "check", "@/configs/samples/02_fire_lane_too_narrow.yaml"},
     false,
     {NULL}},
    {"check 5",
     {"--lang", "zh", "check", "@/configs/samples/05_funding_not_in_place.yaml"},
     false,
     {NULL}},
    {"check 8 in a home",
     {"--home", "home", "check", "@/configs/samples/08_municipal_demo.yaml"},
     true,
     {NULL}},
    {"check against",
     {"check", "@/configs/samples/11_second_round.yaml", "--against",
      "@/configs/samples/02_fire_lane_too_narrow.yaml"},
     false,
     {NULL}},
    {"eval", {"eval", "1 + 2 * 3 == 7"}, false, {NULL}},
    {"eval --json", {"--json", "eval", "site.area_m2 > 100"}, false, {NULL}},
    {"calendar due",
     {"calendar", "due", "--from", "2026-03-10 10:20", "--days", "5"},
     false,
     {NULL}},
    {"calendar due, held",
     {"--json", "calendar", "due", "--from", "2026-02-10 18:20", "--days", "20", "--hold",
      "2026-03-02 09:00/2026-03-06 09:00"},
     false,
     {NULL}},
    {"calendar show", {"calendar", "show", "--year", "2026"}, false, {NULL}},
    {"calendar show in a home",
     {"--home", "home", "--json", "calendar", "show", "--year", "2027"},
     true,
     {NULL}},
};

static char root[PATH_BYTES];

/* Runs the words as the program would. */
static int run_words(const char *const *words)
{
    static char texts[WORDS_MAX][PATH_BYTES];
    char *argv[WORDS_MAX + 2] = {"huishen"};
    int count = 1;

    for (; count <= WORDS_MAX && words[count - 1] != NULL; count++) {
        const char *word = words[count - 1];

        (void)snprintf(texts[count - 1], PATH_BYTES, "%s%s", word[0] == '@' ? root : "",
                       word[0] == '@' ? word + 1 : word);
        argv[count] = texts[count - 1];
    }
    int status = cli_run(count, argv, stdout, stderr);
    (void)fflush(stdout); /* what it said is judged */
    return status;
}

static void deed(struct run *run)
{
    const struct line *line = run->scenario->data;
    int status = run_words(line->words);

    run->is_acknowledged = status == STATUS_DONE;
    /* To lint a file that cannot be read is a finding; to all, one that may not be read is. */
    bool is_finding = strstr(line->name, "lint") != NULL || run->tally.error == EACCES;

    run_expect(run, status != STATUS_REFUSED && (status != STATUS_INVALID || is_finding),
               "a failing call is told as a refusal or a mistake of the user");
    run_end(run, status == STATUS_DONE ? ERR_OK : ERR_IO, "");
}

static void judge(struct run *run)
{
    const struct line *line = run->scenario->data;
    bool is_making = line->again[0] != NULL;

    if (is_making && !run->is_acknowledged && run->is_done) {
        run_expect(run, run->tally.is_lasting == 1 || run_words(line->words) == STATUS_DONE,
                   "it left something behind and cannot be run again");
    }
    if (!is_making || run->is_acknowledged) {
        run_expect(run, run_words(is_making ? line->again : line->words) == STATUS_DONE,
                   "it cannot be run afterwards");
    }
}

/* Makes the home of an office, in a process of its own. */
static void make_home(const char *folder)
{
    const char *const words[] = {"init", "home", "--demo", NULL};
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        bool is_made = freopen("/dev/null", "w", stdout) != NULL && mkdir(folder, 0700) == 0 &&
                       chdir(folder) == 0 && run_words(words) == STATUS_DONE;

        _exit(is_made ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        torture_fail("no office can be founded in %s", folder);
    }
}

void verbs_add(struct scenarios *all, const struct material *material)
{
    char folder[PATH_BYTES];

    (void)snprintf(root, sizeof root, "%s", material->root);
    (void)snprintf(folder, sizeof folder, "%.200s/office", material->scratch);
    make_home(folder);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct scenario scenario = {
            .group = "verb", .deed = deed, .judge = judge, .data = &lines[i]};

        (void)snprintf(scenario.name, sizeof scenario.name, "%s", lines[i].name);
        if (lines[i].has_home) {
            (void)snprintf(scenario.prepared, sizeof scenario.prepared, "%.200s/office",
                           material->scratch);
        }
        scenarios_add(all, &scenario);
    }
}
