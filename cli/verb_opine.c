/* SPDX-License-Identifier: Apache-2.0 */
/* huishen opine: the one opinion of a review, by a person. */
#include <strings.h>

#include "cli/opinion_file.h"
#include "cli/review_ref.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "lib/check.h"

/* Sets @value to the result called @word. What only the system records is one, for the broker to
 * refuse, but it is not offered. */
static bool read_result(const struct cli *cli, const char *word, int *value)
{
    for (int i = HS__OPINION__RESULT__AGREE; i <= HS__OPINION__RESULT__OVERDUE; i++) {
        if (strcasecmp(word_in_schema(cli, &hs__opinion__result__descriptor, i), word) == 0) {
            *value = i;
            return true;
        }
    }
    (void)cli_fail(
        cli, STATUS_INVALID,
        cli_text(cli, "--result 不能是 %s，只能是 %s", "--result cannot be %s; it is one of %s"),
        word, "agree|conditional|disagree|not_involved|not_competent");
    return false;
}

/* Sets @out to the opinion that the options state; without --file there is no text behind it. */
static int read_opinion(struct cli *cli, const struct arguments *arguments,
                        struct opinion_file *out)
{
    const char *result = arguments_value(arguments, "result");
    const char *reason = arguments_value(arguments, "reason");
    const char *file = arguments_value(arguments, "file");
    int value = 0;

    if ((result == NULL) == (file == NULL)) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "请给出 --result 或 --file 之一", "give either --result or --file"));
    }
    if (file != NULL) {
        return opinion_file_load(cli, file, out);
    }
    if (!read_result(cli, result, &value)) {
        return STATUS_INVALID;
    }
    *out = (struct opinion_file){.opinion =
                                     cli_memory(message_new(&hs__opinion__descriptor, cli->arena))};
    out->opinion->result = (Hs__Opinion__Result)value;
    out->opinion->reason = reason == NULL ? "" : reason;
    return STATUS_DONE;
}

/* The packet that the review is about: a correction may have brought a newer one for others. */
static ProtobufCBinaryData packet_under_review(const struct review_target *target)
{
    for (size_t i = 0; i < target->proposal->n_reviews; i++) {
        const Hs__Review *review = target->proposal->reviews[i];

        if (strcmp(review->department, target->ref.department) == 0) {
            return review->packet;
        }
    }
    return target->proposal->packet; /* no such review, as the broker will say */
}

static int send(struct cli *cli, struct session *session, struct review_target *target,
                Hs__Opinion *opinion)
{
    Hs__GiveOpinion give = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    require(opinion != NULL);
    if (opinion->packet.len == 0) {
        opinion->packet = packet_under_review(target);
    }
    give.review = &target->ref;
    give.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &give;
    int status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "reviewId", target->id, "result",
                                word_in_schema(cli, &hs__opinion__result__descriptor,
                                               (int)opinion->result)));
    } else {
        (void)fprintf(cli->out, "%s  %s\n", target->id, word_of_result(cli, opinion->result));
    }
    return STATUS_DONE;
}

static int opine(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    struct opinion_file file;
    int status = read_opinion(cli, arguments, &file);

    if (status == STATUS_DONE) {
        status = review_find(cli, session, arguments->words[0], &target);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    status = send(cli, session, &target, file.opinion);
    if (status == STATUS_REFUSED && file.text.path != NULL) {
        opinion_file_explain(cli, session, &file, &target);
    }
    return status;
}

/* Unless told otherwise, the department's own account answers for it. */
static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *result = arguments_value(arguments, "result");
    int ignored;

    if (result != NULL && !read_result(cli, result, &ignored)) {
        return STATUS_INVALID;
    }
    if (cli->account == NULL) {
        cli->fallback_account = review_department(arguments->words[0]);
    }
    return session_do(cli, arguments, opine);
}

static const struct option options[] = {
    {.name = "result",
     .value = "RESULT",
     .help = {"agree、conditional、disagree、not_involved 或 not_competent",
              "agree, conditional, disagree, not_involved or not_competent"}},
    {.name = "reason",
     .value = "TEXT",
     .help = {"理由；not_involved 和 not_competent 必填",
              "the reason; not_involved and not_competent need one"}},
    {.name = "file",
     .value = "FILE",
     .help = {"整份意见（YAML 或 JSON）", "the whole opinion, YAML or JSON"}},
};

const struct verb verb_opine = {
    .name = "opine",
    .words = "REVIEW (--result R [--reason T] | --file F)",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"出具一个审查任务的意见", "give the one opinion of a review"},
    .manual =
        {"出具一个审查任务的意见，一轮一次，不能更改。conditional 和 disagree 须用 --file 列明\n"
         "意见条目，强制性条目须有依据，条件须写明如何销项；not_involved 和 not_competent 须有\n"
         "reason。文件有误时逐处列出：文件:行: 路径: 原因。文件例：\n"
         "  result: conditional\n"
         "  items:\n"
         "  - severity: must             # 或 advice\n"
         "    matter: fire               # 流程所列事项之一\n"
         "    place: 消防车道 L2\n"
         "    drawing: 总平面图          # 可再写 sheet（图号）、axis（轴线）\n"
         "    defect: 净宽 3.4 米\n"
         "    demand: 净宽不小于 4.0 米\n"
         "    basis: GB 50016-2014 7.1.8\n"
         "    closing: 附修改后的总平面图\n"
         "第二份意见被拒绝：refused: OPINION_ALREADY_GIVEN。\n"
         "没有 --as、配置也未指定账户时，以与部门同名的账户办理。\n"
         "--json 输出 {\"reviewId\", \"result\"}。",
         "Gives the opinion of a review: once a round, and it cannot be changed. conditional\n"
         "and disagree need items, so a file; an item of severity must needs a basis, and a\n"
         "condition says how it is closed; not_involved and not_competent need a reason.\n"
         "What is wrong with a file is said place by place, file:line: path: reason.\n"
         "  result: conditional\n"
         "  items:\n"
         "  - severity: must             # or advice\n"
         "    matter: fire               # one of the process's\n"
         "    place: fire lane L2\n"
         "    drawing: site plan         # also its sheet, its axis\n"
         "    defect: it is 3.4 m wide\n"
         "    demand: a clear width of 4.0 m\n"
         "    basis: GB 50016-2014 7.1.8\n"
         "    closing: the site plan as changed\n"
         "A second opinion is refused: OPINION_ALREADY_GIVEN. Without --as, and if the\n"
         "configuration names no account, the account named like the department acts.\n"
         "With --json: {\"reviewId\", \"result\"}."},
    .example = "huishen --as fire opine LJHS-2026-0007/1/fire --result agree\n"
               "huishen --as fire opine LJHS-2026-0007/1/fire --file opinion.yaml",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
