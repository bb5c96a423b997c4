/* SPDX-License-Identifier: Apache-2.0 */
/* huishen extend: 延长, once, with a reason that the applicant reads. */
#include "cli/review_order.h"
#include "cli/verbs.h"
#include "core/calendar.h"

enum {
    MINUTE_SECONDS = 60,
    HOUR_SECONDS = 3600,
    HOURS_MAX = 366 * 24,
    MINUTES_MAX = HOURS_MAX * 60,
};

static bool has_length(const struct arguments *arguments)
{
    return arguments_have(arguments, "days") || arguments_have(arguments, "hours") ||
           arguments_have(arguments, "minutes");
}

/* A review is extended by a length; the applicant's correction by what the process gives. */
static int check_length(const struct cli *cli, const struct arguments *arguments, bool is_whole)
{
    bool has_other = arguments_have(arguments, "outage");

    if (is_whole && (has_length(arguments) || has_other)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "补正期限的延长由流程规定，不给时长",
                                 "the process says by how much a correction is extended: give no "
                                 "length"));
    }
    if (!is_whole && !has_length(arguments)) {
        return review_order_needs(cli, cli_text(cli, "--days，或 --hours、--minutes",
                                                "--days, or --hours and --minutes"));
    }
    return STATUS_DONE;
}

static int read_length(const struct cli *cli, const struct arguments *arguments,
                       Hs__Extension *extension)
{
    uint64_t days = 0;
    uint64_t hours = 0;
    uint64_t minutes = 0;

    if (!arguments_number(cli, arguments, "days", CALENDAR_LIMIT_MAX, &days) ||
        !arguments_number(cli, arguments, "hours", HOURS_MAX, &hours) ||
        !arguments_number(cli, arguments, "minutes", MINUTES_MAX, &minutes)) {
        return STATUS_INVALID;
    }
    extension->working_days = (uint32_t)days;
    extension->seconds = (uint32_t)(hours * HOUR_SECONDS + minutes * MINUTE_SECONDS);
    return STATUS_DONE;
}

static int extend(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    Hs__Extension extension = HS__EXTENSION__INIT;
    Hs__ExtendLimit body = HS__EXTEND_LIMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    int status = read_length(cli, arguments, &extension);

    if (status == STATUS_DONE) {
        status = review_or_proposal_find(cli, session, arguments->words[0], &target);
    }
    if (status == STATUS_DONE) {
        status = check_length(cli, arguments, review_target_is_whole(&target));
    }
    if (status != STATUS_DONE) {
        return status;
    }
    extension.reason = arguments_value(arguments, "reason");
    extension.outage = arguments_have(arguments, "outage");
    body.review = &target.ref;
    body.extension = &extension;
    command.body_case = HS__COMMAND__BODY_EXTEND_LIMIT;
    command.extend_limit = &body;

    const struct review_order order = {
        .target = &target,
        .command = &command,
        .done = {"时限已延长", "its limit is extended"},
    };
    return review_order_give(cli, session, &order);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    if (!arguments_have(arguments, "reason")) {
        return review_order_needs(cli, "--reason");
    }
    return session_do(cli, arguments, extend);
}

static const struct option options[] = {
    {.name = "days", .value = "N", .help = {"延长的工作日数", "by how many working days"}},
    {.name = "hours",
     .value = "N",
     .help = {"时限以时间计的，延长的小时数", "by how many hours, of a limit in elapsed time"}},
    {.name = "minutes", .value = "N", .help = {"和分钟数", "and minutes"}},
    {.name = "reason",
     .value = "TEXT",
     .help = {"理由，告知申请人", "the reason, which the applicant reads"}},
    {.name = "outage",
     .help = {"因系统故障，由办公室办理", "for an outage of the system, by the office"}},
};

const struct verb verb_extend = {
    .name = "extend",
    .words = "REVIEW --days N --reason TEXT [--outage] | ID --reason TEXT",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"延长时限", "give a review more time, once"},
    .manual =
        {"延长一个审查任务的时限：一次，由该部门负责人在届满前办理，至多为流程所定的份额（向上\n"
         "取整），理由告知申请人；第二轮起不延长。因系统故障（--"
         "outage）由办公室办理，届满后也可以，\n"
         "未答复的逾期任务恢复计时。只给项目编号 ID 的，由申请人申请延长补正期限，一次。\n"
         "--json 同 hold。",
         "Extends the limit of a review: once, by the department's head, before it has passed,\n"
         "by at most the share that the process gives, rounded up, with a reason that the\n"
         "applicant reads; not in a later round. For an outage of the system (--outage) it is\n"
         "the office's, also afterwards: an overdue review that nobody answered runs again. With\n"
         "the ID of a proposal alone the applicant asks for more time to answer a correction,\n"
         "once. --json as of hold."},
    .example =
        "huishen --as head-fire extend LJHS-2026-0007/1/fire --days 2 --reason '现场复核'\n"
        "huishen --as office extend LJHS-2026-0007/1/fire --days 1 --reason '停电' --outage\n"
        "huishen --as street extend LJHS-2026-0007 --reason '图纸待盖章'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
