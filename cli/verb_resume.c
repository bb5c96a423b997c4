/* SPDX-License-Identifier: Apache-2.0 */
/* huishen resume: 恢复计时, before a hold ends by itself. */
#include "cli/review_order.h"
#include "cli/verbs.h"
#include "cli/words.h"

static int resume(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    struct review_target target;
    const char *reason = arguments_value(arguments, "reason");
    int value = HS__HOLD__REASON__UNSPECIFIED;
    Hs__ResumeClock body = HS__RESUME_CLOCK__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    if (reason != NULL &&
        !word_to_value(cli, &hs__hold__reason__descriptor, "--reason", reason, &value)) {
        return STATUS_INVALID;
    }
    int status = review_or_proposal_find(cli, session, arguments->words[0], &target);
    if (status != STATUS_DONE) {
        return status;
    }
    body.review = &target.ref;
    body.reason = (Hs__Hold__Reason)value;
    command.body_case = HS__COMMAND__BODY_RESUME_CLOCK;
    command.resume_clock = &body;

    const struct review_order order = {
        .target = &target,
        .command = &command,
        .done = {"该项中止已结束", "the hold has ended"},
    };
    return review_order_give(cli, session, &order);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, resume);
}

static const struct option options[] = {
    {.name = "reason",
     .value = "correction|expert_review|hearing|public_notice|applicant_request|superior|"
              "force_majeure",
     .help = {"哪一项", "which"}},
};

const struct verb verb_resume = {
    .name = "resume",
    .words = "(REVIEW | ID) [--reason R]",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"恢复计时", "end a hold: the clock goes on"},
    .manual =
        {"提前结束一项中止，有几项的以 --reason 指明；没有其他中止的，时钟恢复，时限按实际中止的\n"
         "工作日顺延，只会推后。办公室和本部门均可办理；只给项目编号 ID 的，结束全案的中止，由\n"
         "办公室办理。补正所致的中止由补正结束，办公室也可以结束。--json 同 hold。",
         "Ends a hold before it ends by itself; where several stand --reason says which. Where\n"
         "no other stands the clock goes on, its end moved by the working days that were really\n"
         "held, and never earlier. The office's and the department's own; with the ID of a\n"
         "proposal alone, the hold of the whole, the office's. A hold for a correction ends with\n"
         "its answer, or by the office. --json as of hold."},
    .example = "huishen --as fire resume LJHS-2026-0007/1/fire\n"
               "huishen --as office resume LJHS-2026-0007 --reason hearing",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
