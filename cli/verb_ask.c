/* SPDX-License-Identifier: Apache-2.0 */
/* huishen ask: what a department asks the applicant, gathered with the others' questions. */
#include <string.h>

#include "cli/review_ref.h"
#include "cli/verbs.h"

enum { QUESTIONS_MAX = 16 };

/* Sets @body to the questions; the i-th --about goes with the i-th of them. */
static int read_questions(const struct cli *cli, const struct arguments *arguments,
                          Hs__AskApplicant *body)
{
    size_t count = arguments->word_count - 1;
    size_t about = 0;

    body->questions = cli_memory(arena_array(cli->arena, count, sizeof *body->questions));
    body->n_questions = count;
    for (size_t i = 0; i < count; i++) {
        body->questions[i] = cli_memory(message_new(&hs__question__descriptor, cli->arena));
        body->questions[i]->text = arguments->words[i + 1];
    }
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (strcmp(arguments->options[i].option->name, "about") != 0) {
            continue;
        }
        if (about == count) {
            return cli_fail(
                cli, STATUS_INVALID,
                cli_text(cli, "--about 多于问题", "there are more --about than questions"));
        }
        body->questions[about++]->path = arguments->options[i].value;
    }
    return STATUS_DONE;
}

static int ask(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__AskApplicant body = HS__ASK_APPLICANT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;
    int status = read_questions(cli, arguments, &body);

    if (status == STATUS_DONE) {
        status = review_find(cli, session, arguments->words[0], &target);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    command.body_case = HS__COMMAND__BODY_ASK_APPLICANT;
    command.ask_applicant = &body;
    status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:I}", "reviewId", target.id, "questions",
                                (json_int_t)body.n_questions));
    } else {
        (void)fprintf(cli->out,
                      cli_text(cli, "%s  已记录 %zu 问，与其他部门的问询汇总后一次告知\n",
                               "%s  %zu questions on record, sent together with the others'\n"),
                      target.id, body.n_questions);
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, ask);
}

static const struct option options[] = {
    {.name = "about",
     .value = "PATH",
     .is_repeatable = true,
     .help = {"第 i 个 --about 对应第 i 问：答复时可改动该字段",
              "the i-th goes with the i-th question: the answer may change this field"}},
};

const struct verb verb_ask = {
    .name = "ask",
    .words = "REVIEW QUESTION...",
    .words_min = 2,
    .words_max = 1 + QUESTIONS_MAX,
    .needs_home = true,
    .summary = {"向申报人问询，汇总为一次补正", "ask the applicant, with all departments at once"},
    .manual =
        {"本部门就一项审查任务向申报人问询。各部门的问询在流程规定的时段内汇总，作为一次补正\n"
         "告知申报人，届时本部门时钟中止，答复后恢复。每轮只能问一次，一次问全。申报人以\n"
         "revise ID FILE --reply 答复。--json 输出 {\"reviewId\", \"questions\"}。",
         "Asks the applicant something about a review of one's own department. Questions of\n"
         "all departments are gathered for the time that the process gives and sent as one\n"
         "correction; the department's clock stands from then until the answer. Once a\n"
         "round, so ask everything. The applicant answers with revise ID FILE --reply. With\n"
         "--json: {\"reviewId\", \"questions\"}."},
    .example = "huishen --as fire ask LJHS-2026-0007/1/fire '车道做法？' '登高场地坡度？'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
