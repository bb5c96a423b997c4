/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock_view.h"

#include "cli/stamp.h"
#include "cli/words.h"
#include "lib/text.h"

enum { STANDING_BYTES_MAX = 65536 }; /* notes are free text */

/* Whose clock is told, and how. */
struct teller {
    const struct cli *cli;
    const char *name; /* with which each line begins: fire */
    int offset_minutes;
};

static const char *stamp_of(const struct teller *teller, int64_t at_ms)
{
    char stamp[STAMP_BYTES];

    stamp_write(at_ms, teller->offset_minutes, stamp);
    return cli_format(teller->cli, "%s", stamp);
}

static const char *provisional_mark(const struct cli *cli, bool is_provisional)
{
    return is_provisional ? cli_text(cli, "（暂定）", " (provisional)") : "";
}

/* Writes that fail show when out is flushed. */
static void tell(const struct teller *teller, const char *text)
{
    (void)fprintf(teller->cli->out, "%s%s%s\n", teller->name, cli_text(teller->cli, "：", ": "),
                  text);
}

const char *clock_due(const struct cli *cli, const Hs__Review *review, int offset_minutes)
{
    const struct teller teller = {.cli = cli, .offset_minutes = offset_minutes};
    const char *mark = provisional_mark(cli, review->provisional);

    if (review->due_at == 0) {
        return "-";
    }
    if (review->state == HS__REVIEW__STATE__HELD) {
        mark = cli_text(cli, "（中止前）", " (before the hold)");
    }
    return cli_format(cli, "%s%s", stamp_of(&teller, review->due_at), mark);
}

static const char *hold_text(const struct teller *teller, const Hs__Hold *hold)
{
    const struct cli *cli = teller->cli;
    const char *reason = word_of_hold(cli, hold->reason);

    return hold->ends_at == 0 ? reason
                              : cli_format(cli, cli_text(cli, "%s，至 %s", "%s, until %s"), reason,
                                           stamp_of(teller, hold->ends_at));
}

const char *clock_standing(const struct cli *cli, const Hs__Review *review, int offset_minutes)
{
    const struct teller teller = {.cli = cli, .offset_minutes = offset_minutes};
    struct text_builder list;

    text_builder_init(&list, cli->arena, STANDING_BYTES_MAX);
    for (size_t i = 0; i < review->n_holds; i++) {
        if (review->holds[i]->to_at == 0) {
            text_builder_add(&list, list.size > 0 ? cli_text(cli, "；", "; ") : "");
            text_builder_add(&list, hold_text(&teller, review->holds[i]));
        }
    }
    const char *text = text_builder_finish(&list);
    return text == NULL || text[0] == '\0' ? "-" : text;
}

/* ---- holds and extensions ---- */

/* Who a hold goes back to and the paper that it rests on, in brackets; empty if nobody said. */
static const char *origin_of(const struct teller *teller, const Hs__Hold *hold)
{
    const struct cli *cli = teller->cli;
    const char *const parts[] = {
        hold->document,
        hold->asked_by[0] == '\0'
            ? ""
            : cli_format(cli, cli_text(cli, "申请 %s", "asked by %s"), hold->asked_by),
        hold->approved_by[0] == '\0'
            ? ""
            : cli_format(cli, cli_text(cli, "批准 %s", "approved by %s"), hold->approved_by),
        hold->note,
    };
    struct text_builder list;

    text_builder_init(&list, cli->arena, STANDING_BYTES_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i][0] != '\0') {
            text_builder_add(&list, list.size > 0 ? cli_text(cli, "，", ", ") : "");
            text_builder_add(&list, parts[i]);
        }
    }
    const char *text = text_builder_finish(&list);
    return text == NULL || text[0] == '\0'
               ? ""
               : cli_format(cli, cli_text(cli, "（%s）", " (%s)"), text);
}

static void tell_holds(const struct teller *teller, Hs__Hold *const *holds, size_t count)
{
    const struct cli *cli = teller->cli;

    for (size_t i = 0; i < count; i++) {
        const Hs__Hold *hold = holds[i];

        if (hold->to_at == 0) {
            tell(teller,
                 cli_format(cli, cli_text(cli, "自 %s 中止计时：%s%s", "held since %s: %s%s"),
                            stamp_of(teller, hold->from_at), hold_text(teller, hold),
                            origin_of(teller, hold)));
        }
    }
}

static const char *length_of(const struct cli *cli, const Hs__Extension *extension)
{
    if (extension->working_days == 0) {
        return cli_format(cli, cli_text(cli, "%u 秒", "%u s"), extension->seconds);
    }
    return cli_format(cli,
                      cli_text(cli, "%u 个工作日",
                               extension->working_days == 1 ? "%u working day" : "%u working days"),
                      extension->working_days);
}

static void tell_extensions(const struct teller *teller, Hs__Extension *const *extensions,
                            size_t count)
{
    const struct cli *cli = teller->cli;

    for (size_t i = 0; i < count; i++) {
        const Hs__Extension *extension = extensions[i];

        tell(teller,
             cli_format(cli, cli_text(cli, "延长 %s：%s（%s）", "extended by %s: %s (%s)"),
                        length_of(cli, extension), extension->reason, extension->granted_by));
    }
}

/* ---- silence ---- */

/* The silence counts no longer: who decided so, and why. */
static void tell_reopening(const struct teller *teller, const Hs__Reopening *reopening)
{
    const struct cli *cli = teller->cli;

    tell(teller, cli_format(cli,
                            cli_text(cli, "曾视为同意，%s 由 %s 以%s为由重开：%s",
                                     "silence was taken for consent until reopened %s by %s for "
                                     "%s: %s"),
                            stamp_of(teller, reopening->reopened_at), reopening->reopened_by,
                            word_of_ground(cli, reopening->ground), reopening->reason));
}

static void tell_silence(const struct teller *teller, const Hs__Review *review)
{
    const struct cli *cli = teller->cli;
    const Hs__LateOpinion *late = review->late_opinion;

    if (review->state == HS__REVIEW__STATE__OVERDUE) {
        tell(teller, review->barrier == HS__REVIEW__BARRIER__NONE
                         ? cli_text(cli, "逾期未答复", "overdue")
                         : cli_format(cli,
                                      cli_text(cli, "逾期未答复，不视为同意：%s",
                                               "overdue, not taken for consent: %s"),
                                      word_of_barrier(cli, review->barrier)));
    }
    if (review->result == HS__OPINION__RESULT__TACIT) {
        tell(teller, cli_format(cli,
                                cli_text(cli, "逾期未答复，视为同意；书面意见应于 %s 前补交",
                                         "silent, taken for consent; owes its opinion in writing "
                                         "by %s"),
                                stamp_of(teller, review->written_due_at)));
    }
    if (late != NULL) {
        tell(teller,
             cli_format(cli, cli_text(cli, "逾期意见：%s，%s（%s）", "late opinion: %s, %s (%s)"),
                        word_of_result(cli, late->result), stamp_of(teller, late->given_at),
                        late->given_by));
    }
    if (review->reopening != NULL) {
        tell_reopening(teller, review->reopening);
    }
}

/* ---- what people did ---- */

static void tell_stamps(const struct teller *teller, const Hs__Review *review)
{
    const struct cli *cli = teller->cli;

    if (review->delivered_by[0] != '\0') {
        tell(teller,
             cli_format(cli, cli_text(cli, "以其他方式送达：%s", "delivered by other means: %s"),
                        review->delivered_by));
    }
    if (review->opened_at != 0) {
        tell(teller, cli_format(cli, cli_text(cli, "阅件 %s", "opened %s"),
                                stamp_of(teller, review->opened_at)));
    }
    if (review->accepted_at != 0) {
        tell(teller, cli_format(cli, cli_text(cli, "签收 %s（%s）", "accepted %s (%s)"),
                                stamp_of(teller, review->accepted_at), review->accepted_by));
    }
    if (review->reminders > 0) {
        tell(teller,
             cli_format(cli, cli_text(cli, "提醒 %u 次，最近 %s", "reminders: %u, the last %s"),
                        review->reminders, stamp_of(teller, review->reminded_at)));
    }
}

void clock_view_review(const struct cli *cli, const Hs__Review *review, int offset_minutes)
{
    const struct teller teller = {
        .cli = cli, .name = review->department, .offset_minutes = offset_minutes};

    tell_holds(&teller, review->holds, review->n_holds);
    if (review->hold_asked != NULL) {
        tell(&teller, cli_format(cli, cli_text(cli, "申请中止计时：%s%s", "asks for a hold: %s%s"),
                                 hold_text(&teller, review->hold_asked),
                                 origin_of(&teller, review->hold_asked)));
    }
    tell_extensions(&teller, review->extensions, review->n_extensions);
    tell_silence(&teller, review);
    tell_stamps(&teller, review);
}

void clock_view_proposal(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes)
{
    if (proposal->limit_class[0] != '\0') {
        const struct teller teller = {.cli = cli, .name = cli_text(cli, "时限类别", "limit class")};

        tell(&teller, proposal->limit_class);
    }
    for (size_t i = 0; i < proposal->n_clocks; i++) {
        const Hs__Clock *clock = proposal->clocks[i];
        const struct teller teller = {
            .cli = cli, .name = word_of_clock(cli, clock->kind), .offset_minutes = offset_minutes};
        const char *end = clock->ended_at == 0
                              ? ""
                              : cli_format(cli, cli_text(cli, "，%s 结束", ", ended %s"),
                                           stamp_of(&teller, clock->ended_at));

        tell(&teller,
             cli_format(cli, cli_text(cli, "至 %s%s%s%s", "due %s%s%s%s"),
                        stamp_of(&teller, clock->due_at), provisional_mark(cli, clock->provisional),
                        end, clock->passed ? cli_text(cli, "，已超时限", ", passed") : ""));
        tell_holds(&teller, clock->holds, clock->n_holds);
        tell_extensions(&teller, clock->extensions, clock->n_extensions);
    }
}
