/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock_line.h"

#include "cli/stamp.h"
#include "cli/words.h"
#include "lib/text.h"

enum { RUNGS_BYTES_MAX = 1024 };

/* The clock an event is about: a department's, or one of the whole proposal. */
static const char *clock_name(const struct cli *cli, const char *department, Hs__Clock__Kind kind)
{
    return department[0] != '\0' ? department : word_of_clock(cli, kind);
}

static const char *until(const struct cli *cli, int64_t at_ms, int offset_minutes)
{
    char stamp[STAMP_BYTES];

    if (at_ms == 0) {
        return "-";
    }
    stamp_write(at_ms, offset_minutes, stamp);
    return cli_format(cli, "%s", stamp);
}

static const char *rungs_of(const struct cli *cli, const Hs__RungReached *reached)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, RUNGS_BYTES_MAX);
    for (size_t i = 0; i < reached->n_rungs; i++) {
        text_builder_add(&list, i > 0 ? " " : "");
        text_builder_add(&list, reached->rungs[i]);
    }
    const char *text = text_builder_finish(&list);
    return text == NULL ? "" : text;
}

static const char *overdue_line(const struct cli *cli, const Hs__ReviewOverdue *overdue)
{
    if (overdue->disposition == HS__SILENCE__DISPOSITION__TACIT) {
        return cli_format(cli, cli_text(cli, "%s 逾期视为同意", "%s is silent: taken for consent"),
                          overdue->department);
    }
    if (overdue->barrier != HS__REVIEW__BARRIER__NONE) {
        return cli_format(cli,
                          cli_text(cli, "%s 逾期，不视为同意：%s", "%s is overdue, no consent: %s"),
                          overdue->department, word_of_barrier(cli, overdue->barrier));
    }
    return cli_format(cli, cli_text(cli, "%s 逾期", "%s is overdue"), overdue->department);
}

static const char *held_line(const struct cli *cli, const Hs__ClockHeld *held, int offset_minutes)
{
    const char *reason =
        word_of_hold(cli, held->hold == NULL ? HS__HOLD__REASON__UNSPECIFIED : held->hold->reason);
    const char *name = clock_name(cli, held->department, held->clock);

    if (held->hold == NULL || held->hold->ends_at == 0) {
        return cli_format(cli, cli_text(cli, "%s 中止计时：%s", "%s: its clock stands: %s"), name,
                          reason);
    }
    return cli_format(cli,
                      cli_text(cli, "%s 中止计时：%s，至 %s", "%s: its clock stands: %s, until %s"),
                      name, reason, until(cli, held->hold->ends_at, offset_minutes));
}

/* NULL if only the next wake-up moved, which is nothing to people. */
static const char *moved_line(const struct cli *cli, const Hs__DeadlineMoved *moved,
                              int offset_minutes)
{
    if (moved->from_at == moved->due_at) {
        return NULL;
    }

    const char *name = clock_name(cli, moved->department, moved->clock);

    return cli_format(cli, cli_text(cli, "%s 时限由 %s 改为 %s", "%s: due %s moved to %s"), name,
                      until(cli, moved->from_at, offset_minutes),
                      until(cli, moved->due_at, offset_minutes));
}

static const char *started_line(const struct cli *cli, const Hs__Clock *clock, int offset_minutes)
{
    return clock == NULL ? NULL
                         : cli_format(cli, cli_text(cli, "%s时限至 %s", "%s: due %s"),
                                      word_of_clock(cli, clock->kind),
                                      until(cli, clock->due_at, offset_minutes));
}

static const char *marked_line(const struct cli *cli, const Hs__ReviewMarked *marked)
{
    bool is_accepted = marked->mark == HS__MARK_REVIEW__MARK__ACCEPTED;

    return cli_format(cli,
                      is_accepted ? cli_text(cli, "%s 已签收（%s）", "%s accepted it (%s)")
                                  : cli_text(cli, "%s 已阅（%s）", "%s opened it (%s)"),
                      marked->department, marked->marked_by);
}

/* What the ladder and people do so that a review is answered. */
static const char *pressing_line(const struct cli *cli, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_RUNG_REACHED) {
        return cli_format(cli, cli_text(cli, "%s 提醒：%s", "%s: reminder: %s"),
                          event->rung_reached->department, rungs_of(cli, event->rung_reached));
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_REMINDED) {
        return cli_format(cli, cli_text(cli, "%s 催办：%s", "%s is reminded: %s"),
                          event->review_reminded->department, event->review_reminded->note);
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_ESCALATED) {
        return cli_format(cli, cli_text(cli, "%s 督办至 %s：%s", "%s is escalated to %s: %s"),
                          event->review_escalated->department, event->review_escalated->to,
                          event->review_escalated->reason);
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_DELIVERED) {
        return cli_format(
            cli, cli_text(cli, "%s 以其他方式送达：%s", "%s: delivered by other means: %s"),
            event->review_delivered->department, event->review_delivered->means);
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_MARKED) {
        return marked_line(cli, event->review_marked);
    }
    return NULL;
}

static const char *asked_line(const struct cli *cli, const Hs__HoldAsked *asked)
{
    return cli_format(cli, cli_text(cli, "%s 申请中止计时：%s", "%s asks that its clock stand: %s"),
                      asked->department,
                      word_of_hold(cli, asked->hold == NULL ? HS__HOLD__REASON__UNSPECIFIED
                                                            : asked->hold->reason));
}

const char *clock_line(const struct cli *cli, const Hs__Event *event, int offset_minutes)
{
    if (event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE) {
        return overdue_line(cli, event->review_overdue);
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_HELD) {
        return held_line(cli, event->clock_held, offset_minutes);
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_RESUMED) {
        return cli_format(
            cli, cli_text(cli, "%s 恢复计时（%s）", "%s: its clock goes on (%s)"),
            clock_name(cli, event->clock_resumed->department, event->clock_resumed->clock),
            word_of_hold(cli, event->clock_resumed->reason));
    }
    if (event->body_case == HS__EVENT__BODY_DEADLINE_MOVED) {
        return moved_line(cli, event->deadline_moved, offset_minutes);
    }
    if (event->body_case == HS__EVENT__BODY_LIMIT_EXTENDED) {
        return cli_format(
            cli, cli_text(cli, "%s 时限延长至 %s", "%s: its limit is extended to %s"),
            clock_name(cli, event->limit_extended->department, HS__CLOCK__KIND__CORRECTION),
            until(cli, event->limit_extended->due_at, offset_minutes));
    }
    if (event->body_case == HS__EVENT__BODY_HOLD_ASKED) {
        return asked_line(cli, event->hold_asked);
    }
    if (event->body_case == HS__EVENT__BODY_HOLD_REFUSED) {
        return cli_format(cli, cli_text(cli, "%s 中止申请未批准：%s", "%s: no hold: %s"),
                          event->hold_refused->department, event->hold_refused->reason);
    }
    if (event->body_case == HS__EVENT__BODY_QUESTION_ASKED) {
        return cli_format(
            cli, cli_text(cli, "%s 向申报人提出 %zu 问", "%s asks the applicant %zu questions"),
            event->question_asked->department, event->question_asked->n_questions);
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_STARTED) {
        return started_line(cli, event->clock_started->clock, offset_minutes);
    }
    if (event->body_case == HS__EVENT__BODY_CLOCK_PASSED) {
        return cli_format(cli, cli_text(cli, "%s已超时限", "%s: its limit has passed"),
                          word_of_clock(cli, event->clock_passed->kind));
    }
    if (event->body_case == HS__EVENT__BODY_CORRECTION_LAPSED) {
        return cli_text(cli, "逾期未补正，退件", "the correction was not answered: lapsed");
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_REOPENED) {
        return cli_format(cli, cli_text(cli, "%s 以%s为由重开：%s", "%s is reopened for %s: %s"),
                          event->review_reopened->department,
                          word_of_ground(cli, event->review_reopened->ground),
                          event->review_reopened->reason);
    }
    return pressing_line(cli, event);
}
