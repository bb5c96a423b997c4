/* SPDX-License-Identifier: Apache-2.0 */
/* huishen hold: 中止计时, asked for by a department, done or answered by the office. */
#include "cli/local_time.h"
#include "cli/review_order.h"
#include "cli/verbs.h"
#include "cli/words.h"

static bool is_answer(const struct arguments *arguments)
{
    return arguments_have(arguments, "approve") || arguments_have(arguments, "refuse");
}

static const char *text_of(const struct arguments *arguments, const char *option)
{
    const char *value = arguments_value(arguments, option);

    return value == NULL ? "" : value;
}

/* ---- the office's answer ---- */

static int answer(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__AnswerHold body = HS__ANSWER_HOLD__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.approved = arguments_have(arguments, "approve");
    body.reason = text_of(arguments, "refuse");
    command.body_case = HS__COMMAND__BODY_ANSWER_HOLD;
    command.answer_hold = &body;

    const struct review_order order = {
        .target = &target,
        .command = &command,
        .done = body.approved ? (struct phrase){"已批准，中止计时", "approved: its clock stands"}
                              : (struct phrase){"未批准，继续计时", "refused: its clock runs on"},
    };
    return review_order_give(cli, session, &order);
}

/* ---- a new hold ---- */

/* Sets @hold to what is asked for; its texts are borrowed. */
static int read_hold(const struct cli *cli, const struct arguments *arguments, int offset_minutes,
                     Hs__Hold *hold)
{
    const char *until = arguments_value(arguments, "until");
    int reason = 0;

    if (!word_to_value(cli, &hs__hold__reason__descriptor, "--reason",
                       arguments_value(arguments, "reason"), &reason)) {
        return STATUS_INVALID;
    }
    if (!local_time_read_end(bytes_of_text(until), offset_minutes, &hold->ends_at)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli,
                                 "--until：%s 不是时间，应写作 '2026-03-10 10:20' 或 2026-03-10",
                                 "--until: %s is no time; write '2026-03-10 10:20' or 2026-03-10"),
                        until);
    }
    hold->reason = (Hs__Hold__Reason)reason;
    hold->document = text_of(arguments, "document");
    hold->note = text_of(arguments, "note");
    hold->asked_by = text_of(arguments, "asked-by");
    return STATUS_DONE;
}

/* By the office it holds, by a department it is asked for: the record says which. */
static int hold(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__Hold wanted = HS__HOLD__INIT;
    Hs__HoldClock body = HS__HOLD_CLOCK__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    int status = read_hold(cli, arguments, session_offset_minutes(session), &wanted);

    if (status == STATUS_DONE) {
        status = review_or_proposal_find(cli, session, arguments->words[0], &target);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.hold = &wanted;
    command.body_case = HS__COMMAND__BODY_HOLD_CLOCK;
    command.hold_clock = &body;

    const struct review_order order = {
        .target = &target,
        .command = &command,
        .done = {"已记入台账", "on record"},
    };
    return review_order_give(cli, session, &order);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    static const char *const needed[] = {"reason", "document", "until"};
    bool answers = is_answer(arguments);

    if (arguments_have(arguments, "approve") && arguments_have(arguments, "refuse")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--approve 与 --refuse 只能给出其一",
                                 "give --approve or --refuse, not both"));
    }
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (!answers && !arguments_have(arguments, needed[i])) {
            return review_order_needs(cli, "--reason, --document, --until");
        }
        if (answers && arguments_have(arguments, needed[i])) {
            return cli_fail(cli, STATUS_INVALID,
                            cli_text(cli, "答复中止申请时不用 --%s",
                                     "--%s does not go with an answer to a department's asking"),
                            needed[i]);
        }
    }
    return session_do(cli, arguments, answers ? answer : hold);
}

static const struct option options[] = {
    {.name = "reason",
     .value = "expert_review|hearing|public_notice|applicant_request|superior|force_majeure",
     .help = {"事由", "for what"}},
    {.name = "document", .value = "TEXT", .help = {"所依据的文号", "the paper it rests on"}},
    {.name = "until",
     .value = "TIME",
     .help = {"预计恢复：'2026-03-10 10:20'，或日期（该日终了）",
              "its expected end: '2026-03-10 10:20', or a date, which counts to its end"}},
    {.name = "note", .value = "TEXT", .help = {"附注", "a note"}},
    {.name = "asked-by",
     .value = "WHO",
     .help = {"谁提出的（由办公室径行中止时）", "who asked for it, where the office holds"}},
    {.name = "approve", .help = {"批准部门的申请", "approve what the department asks for"}},
    {.name = "refuse",
     .value = "TEXT",
     .help = {"不批准部门的申请，理由", "refuse it, with the reason"}},
};

const struct verb verb_hold = {
    .name = "hold",
    .words = "(REVIEW | ID) --reason R --document TEXT --until TIME | REVIEW (--approve | --refuse "
             "TEXT)",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"中止计时：申请、办理、批准", "let a clock stand: ask, hold, approve"},
    .manual =
        {"中止一个审查任务的计时；只给项目编号 ID "
         "的，中止该项目各项在走的计时。部门办理的是申请，\n"
         "须在期限届满前提出，由办公室以 --approve 或 --refuse "
         "答复；办公室办理的即时生效。事由限于\n"
         "所列各项（补正不由此办理），须有文号和预计恢复时间，届时自行恢复；时间是辖区当地时间。\n"
         "中止期间的工作日顺延，重叠的只计一次。提前恢复：huishen resume。\n"
         "--json 输出 {\"reviewId\", \"state\", \"review\"}，全案为 {\"proposalId\", \"state\", "
         "\"proposal\"}。",
         "Lets the clock of a review stand; with the ID of a proposal alone, every clock of it\n"
         "that runs. By a department this is asked for, before the limit has passed, and the\n"
         "office answers with --approve or --refuse; by the office it holds at once. Reasons are\n"
         "those listed (a correction is not held by hand); a paper and an expected end are\n"
         "needed, at which the hold ends by itself. Times are the office's local times. The\n"
         "working days held are added to the limit, once where holds overlap. To end one\n"
         "earlier: huishen resume. With --json: {\"reviewId\", \"state\", \"review\"}, of a whole\n"
         "proposal {\"proposalId\", \"state\", \"proposal\"}."},
    .example =
        "huishen --as fire hold LJHS-2026-0007/1/fire --reason expert_review \\\n"
        "    --document '消评〔2026〕3号' --until 2026-03-20\n"
        "huishen --as office hold LJHS-2026-0007/1/fire --approve\n"
        "huishen --as office hold LJHS-2026-0007 --reason hearing --document '听〔2026〕1号' "
        "\\\n    --until '2026-03-20 12:00' --asked-by '街道办'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
