/* SPDX-License-Identifier: Apache-2.0 */
/* huishen remind, escalate, deliver, accept, reopen: what people do so that a review gets its
 * answer, and what is made of one that came too late. */
#include "cli/review_order.h"
#include "cli/verbs.h"
#include "cli/words.h"

static const char *text_of(const struct arguments *arguments, const char *option)
{
    const char *value = arguments_value(arguments, option);

    return value == NULL ? "" : value;
}

/* ---- remind ---- */

static int remind(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__RemindReview body = HS__REMIND_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct review_order order = {
        .target = &target, .command = &command, .done = {"已催办", "it is reminded"}};
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.note = text_of(arguments, "note");
    command.body_case = HS__COMMAND__BODY_REMIND_REVIEW;
    command.remind_review = &body;
    return review_order_give(cli, session, &order);
}

static int run_remind(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, remind);
}

static const struct option remind_options[] = {
    {.name = "note", .value = "TEXT", .help = {"催办的话", "what the department is told"}},
};

const struct verb verb_remind = {
    .name = "remind",
    .words = "REVIEW [--note TEXT]",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"催办", "remind a department"},
    .manual =
        {"办公室催办一个尚未答复的审查任务，记入台账；届满前的催办计入提醒次数。--json 同 hold。",
         "The office reminds a department of a review that it has yet to answer, on record.\n"
         "Before the limit has passed it counts as a reminder. --json as of hold."},
    .example = "huishen --as office remind LJHS-2026-0007/1/fire --note '请于今日答复'",
    .options = remind_options,
    .option_count = sizeof remind_options / sizeof *remind_options,
    .run = run_remind,
};

/* ---- escalate ---- */

static int escalate(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__EscalateReview body = HS__ESCALATE_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct review_order order = {
        .target = &target, .command = &command, .done = {"已督办", "it is escalated"}};
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.to = text_of(arguments, "to");
    body.reason = text_of(arguments, "reason");
    command.body_case = HS__COMMAND__BODY_ESCALATE_REVIEW;
    command.escalate_review = &body;
    return review_order_give(cli, session, &order);
}

static int run_escalate(struct cli *cli, const struct arguments *arguments)
{
    if (!arguments_have(arguments, "to") || !arguments_have(arguments, "reason")) {
        return review_order_needs(cli, "--to, --reason");
    }
    return session_do(cli, arguments, escalate);
}

static const struct option escalate_options[] = {
    {.name = "to",
     .value = "head|deputy_leader|group",
     .help = {"督办至：单位负责人、常务副组长、领导小组",
              "to the head of the unit, the deputy leader, the leading group"}},
    {.name = "reason", .value = "TEXT", .help = {"理由", "why"}},
};

const struct verb verb_escalate = {
    .name = "escalate",
    .words = "REVIEW --to WHOM --reason TEXT",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"督办", "escalate a review that waits"},
    .manual =
        {"办公室将一个尚未答复的审查任务提请督办，记入台账；不等流程所定的各级督办。\n"
         "--json 同 hold。",
         "The office takes a review that waits for its answer to somebody higher, on record,\n"
         "without waiting for the ladder of the process. --json as of hold."},
    .example =
        "huishen --as office escalate LJHS-2026-0007/1/fire --to head --reason '两次催办未复'",
    .options = escalate_options,
    .option_count = sizeof escalate_options / sizeof *escalate_options,
    .run = run_escalate,
};

/* ---- deliver ---- */

static int deliver(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__DeliverReview body = HS__DELIVER_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct review_order order = {
        .target = &target, .command = &command, .done = {"已以其他方式送达", "it is delivered"}};
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.means = text_of(arguments, "means");
    command.body_case = HS__COMMAND__BODY_DELIVER_REVIEW;
    command.deliver_review = &body;
    return review_order_give(cli, session, &order);
}

static int run_deliver(struct cli *cli, const struct arguments *arguments)
{
    return arguments_have(arguments, "means") ? session_do(cli, arguments, deliver)
                                              : review_order_needs(cli, "--means");
}

static const struct option deliver_options[] = {
    {.name = "means",
     .value = "TEXT",
     .help = {"方式：当面、电话、邮寄……", "by hand, by telephone, by post, ..."}},
};

const struct verb verb_deliver = {
    .name = "deliver",
    .words = "REVIEW --means TEXT",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"以其他方式送达", "deliver a review by other means"},
    .manual =
        {"部门的代理没有接收的，由办公室以其他方式送达并登记，视同接收；已有接收记录的不变。\n"
         "时限仍自原送达之日起算。--json 同 hold。",
         "Where a department's agent has not received a review, the office delivers it by\n"
         "other means and puts that on record, which is a receipt; one that is received is\n"
         "left as it is. The limit counts from the first delivery all the same. --json as of\n"
         "hold."},
    .example = "huishen --as office deliver LJHS-2026-0007/1/fire --means '当面送达，张三签收'",
    .options = deliver_options,
    .option_count = sizeof deliver_options / sizeof *deliver_options,
    .run = run_deliver,
};

/* ---- accept ---- */

static int accept_review(struct cli *cli, struct session *session,
                         const struct arguments *arguments)
{
    struct review_target target;
    Hs__MarkReview body = HS__MARK_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    const struct review_order order = {
        .target = &target, .command = &command, .done = {"已签收", "accepted"}};
    int status = review_find(cli, session, arguments->words[0], &target);

    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.mark = HS__MARK_REVIEW__MARK__ACCEPTED;
    command.body_case = HS__COMMAND__BODY_MARK_REVIEW;
    command.mark_review = &body;
    return review_order_give(cli, session, &order);
}

static int run_accept(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, accept_review);
}

const struct verb verb_accept = {
    .name = "accept",
    .words = "REVIEW",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"签收", "take a review on, as a person of the department"},
    .manual = {"部门人员签收本部门的审查任务，记入台账；首次有效。时限不因签收与否而变。\n"
               "--json 同 hold。",
               "A person of the department takes its review on, on record; the first time counts.\n"
               "The limit does not depend on it. --json as of hold."},
    .example = "huishen --as fire accept LJHS-2026-0007/1/fire",
    .run = run_accept,
};

/* ---- reopen ---- */

static int reopen(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__ReopenReview body = HS__REOPEN_REVIEW__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    int ground = 0;
    const struct review_order order = {
        .target = &target,
        .command = &command,
        .done = {"已重开，采用逾期意见", "reopened: the late opinion counts"}};

    if (!word_to_value(cli, &hs__reopening__ground__descriptor, "--ground",
                       arguments_value(arguments, "ground"), &ground)) {
        return STATUS_INVALID;
    }
    int status = review_find(cli, session, arguments->words[0], &target);
    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.ground = (Hs__Reopening__Ground)ground;
    body.reason = text_of(arguments, "reason");
    command.body_case = HS__COMMAND__BODY_REOPEN_REVIEW;
    command.reopen_review = &body;
    return review_order_give(cli, session, &order);
}

static int run_reopen(struct cli *cli, const struct arguments *arguments)
{
    if (!arguments_have(arguments, "ground") || !arguments_have(arguments, "reason")) {
        return review_order_needs(cli, "--ground, --reason");
    }
    return session_do(cli, arguments, reopen);
}

static const struct option reopen_options[] = {
    {.name = "ground", .value = "safety|law", .help = {"安全，或合法性", "safety, or legality"}},
    {.name = "reason", .value = "TEXT", .help = {"理由", "why"}},
};

const struct verb verb_reopen = {
    .name = "reopen",
    .words = "REVIEW --ground safety|law --reason TEXT",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"以逾期意见重开视为同意的任务", "let a late opinion count after tacit consent"},
    .manual =
        {"逾期视为同意的任务，部门后来的书面意见只作逾期意见保存；涉及安全或合法性的，\n"
         "牵头单位（办公室）可以决定采用。本轮已有结论的，原结论保留，各部门意见转入下一轮，\n"
         "随即另作结论。--json 同 hold。",
         "Where silence was taken for consent, what the department then says is kept as a late\n"
         "opinion. The lead can let it count, on grounds of safety or legality alone. Where the\n"
         "round has its verdict already, that stays on record; all opinions go on into another\n"
         "round, whose verdict follows at once. --json as of hold."},
    .example = "huishen --as office reopen LJHS-2026-0007/1/telecom --ground safety \\\n"
               "    --reason '架空线跨越消防登高面'",
    .options = reopen_options,
    .option_count = sizeof reopen_options / sizeof *reopen_options,
    .run = run_reopen,
};
