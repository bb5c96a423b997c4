/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/feed_line.h"

#include "cli/clock_line.h"
#include "cli/stamp.h"
#include "cli/words.h"
#include "lib/text.h"

enum { LIST_BYTES_MAX = 2048 };

static const char *rules_of(const struct cli *cli, const Hs__GateFailed *failed)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, LIST_BYTES_MAX);
    for (size_t i = 0; i < failed->n_findings; i++) {
        text_builder_add(&list, i > 0 ? " " : "");
        text_builder_add(&list, failed->findings[i]->rule_id);
    }
    const char *text = text_builder_finish(&list);
    return text == NULL ? "" : text;
}

static const char *departments_of(const struct cli *cli, const Hs__RoundOpened *opened)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, LIST_BYTES_MAX);
    for (size_t i = 0; i < opened->n_reviews; i++) {
        text_builder_add(&list, i > 0 ? " " : "");
        text_builder_add(&list, opened->reviews[i]->department);
    }
    const char *text = text_builder_finish(&list);
    return text == NULL ? "" : text;
}

static const char *opinion_text(const struct cli *cli, const Hs__OpinionGiven *given)
{
    if (given->result == HS__OPINION__RESULT__UNSPECIFIED) {
        return cli_format(
            cli, cli_text(cli, "%s：已答复，收齐前不公开", "%s: given, sealed until all are in"),
            given->department);
    }
    return cli_format(cli, cli_text(cli, "%s：%s（%u 条意见%s）", "%s: %s (%u items%s)"),
                      given->department, word_of_result(cli, given->result), given->item_count,
                      given->by_rules ? cli_text(cli, "，机审", ", by rules") : "");
}

/* An opinion before and after it is given. */
static const char *reworked_text(const struct cli *cli, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_OPINION_DRAFTED) {
        return cli_format(cli, cli_text(cli, "%s 起草意见：%s", "%s: drafted by %s"),
                          event->opinion_drafted->department, event->opinion_drafted->drafted_by);
    }
    if (event->body_case == HS__EVENT__BODY_DRAFT_SENT_BACK) {
        return cli_format(cli, cli_text(cli, "%s 草稿退回：%s", "%s: draft sent back: %s"),
                          event->draft_sent_back->department, event->draft_sent_back->reason);
    }
    return cli_format(cli, cli_text(cli, "%s 更正意见：%s", "%s: opinion rectified: %s"),
                      event->opinion_rectified->department, event->opinion_rectified->reason);
}

static const char *settled_text(const struct cli *cli, const Hs__ItemsSettled *settled)
{
    return cli_format(cli,
                      cli_text(cli, "%s：已闭合 %zu 条，仍未闭合 %zu 条，迟提 %zu 条",
                               "%s: %zu items closed, %zu still open, %zu late"),
                      settled->department, settled->n_closed, settled->n_restated, settled->n_late);
}

static const char *conflict_text(const struct cli *cli, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_CONFLICTS_PROPOSED) {
        return cli_format(cli, cli_text(cli, "意见冲突：%zu 处", "conflicts proposed: %zu"),
                          event->conflicts_proposed->n_conflicts);
    }
    if (event->body_case == HS__EVENT__BODY_CONFLICT_SETTLED) {
        return cli_format(cli, cli_text(cli, "意见冲突 %u：%s", "conflict %u: %s"),
                          event->conflict_settled->number,
                          word_of_conflict(cli, event->conflict_settled->state));
    }
    if (event->body_case == HS__EVENT__BODY_RULING_ACKNOWLEDGED) {
        return cli_format(
            cli, cli_text(cli, "%s 已签收裁定（冲突 %u）", "%s has read the ruling on conflict %u"),
            event->ruling_acknowledged->department, event->ruling_acknowledged->number);
    }
    return cli_text(cli, "意见条目合并", "two items were merged");
}

/* What comes after the opinions. */
static const char *what_was_settled(const struct cli *cli, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_CONDITION_CLOSED) {
        return cli_format(cli, cli_text(cli, "条件闭合：%s", "condition closed: %s"),
                          event->condition_closed->condition);
    }
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_DECIDED) {
        return cli_format(cli, cli_text(cli, "审定：%s", "decision: %s"),
                          word_of_decision(cli, event->proposal_decided->kind));
    }
    if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        return cli_format(
            cli, cli_text(cli, "%s 逾期未反馈，审定为：%s", "%s was silent; decided for it: %s"),
            event->silence_decided->department,
            word_of_result(cli, event->silence_decided->result));
    }
    if (event->body_case == HS__EVENT__BODY_OFFICE_ITEM_SET_ASIDE) {
        return cli_format(cli, cli_text(cli, "办公室事项不计入：%s", "set aside: %s"),
                          event->office_item_set_aside->rule_id);
    }
    return conflict_text(cli, event);
}

/* What became of a packet before the departments had it. */
static const char *intake_text(const struct cli *cli, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        return cli_format(cli, cli_text(cli, "报送：%s", "submitted: %s"),
                          event->proposal_submitted->title);
    }
    if (event->body_case == HS__EVENT__BODY_PACKET_REVISED) {
        return cli_format(cli, cli_text(cli, "新材料 v%u", "new packet v%u"),
                          event->packet_revised->version);
    }
    if (event->body_case == HS__EVENT__BODY_GATE_FAILED) {
        return cli_format(cli, cli_text(cli, "未过准入：%s", "gate failed: %s"),
                          rules_of(cli, event->gate_failed));
    }
    if (event->body_case == HS__EVENT__BODY_CORRECTION_REQUESTED) {
        return cli_format(cli, cli_text(cli, "待补正：%zu 项", "incomplete: %zu fields"),
                          event->correction_requested->n_missing);
    }
    if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
        return cli_format(cli, cli_text(cli, "送达：%s", "dispatched: %s"),
                          departments_of(cli, event->round_opened));
    }
    return NULL;
}

/* Events about the office, of which no feed tells. */
#define OFFICE_EVENTS(X)    \
    X(CLOCKS_RECOMPUTED)    \
    X(GENESIS)              \
    X(PRINCIPAL_ENROLLED)   \
    X(PRINCIPAL_CHANGED)    \
    X(DEPARTMENT_DEFINED)   \
    X(DEFINITION_PUBLISHED) \
    X(PINS_SET)             \
    X(CLOCK_ANCHORED)       \
    X(CLOCK_SUSPECTED)      \
    X(CLOCK_GAP)            \
    X(CLOCK_CONFIRMED)      \
    X(OFFICE_RESTORED)

#define EVENT_CASE(body) case HS__EVENT__BODY_##body:

/* Events of which clock_line() tells. */
#define CLOCK_EVENTS(X)  \
    X(REVIEW_OVERDUE)    \
    X(CLOCK_HELD)        \
    X(CLOCK_RESUMED)     \
    X(RUNG_REACHED)      \
    X(DEADLINE_MOVED)    \
    X(LIMIT_EXTENDED)    \
    X(HOLD_ASKED)        \
    X(HOLD_REFUSED)      \
    X(REVIEW_MARKED)     \
    X(REVIEW_DELIVERED)  \
    X(REVIEW_REMINDED)   \
    X(REVIEW_ESCALATED)  \
    X(CLOCK_STARTED)     \
    X(CLOCK_PASSED)      \
    X(CORRECTION_LAPSED) \
    X(REVIEW_REOPENED)   \
    X(QUESTION_ASKED)

static const char *waiver_text(const struct cli *cli, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_WAIVER_REQUESTED) {
        return cli_format(cli, cli_text(cli, "申请豁免：%s", "waiver asked for: %s"),
                          event->waiver_requested->rule_id);
    }
    return cli_format(cli,
                      event->waiver_answered->granted
                          ? cli_text(cli, "准予豁免：%s", "gate waived: %s")
                          : cli_text(cli, "不予豁免：%s", "waiver refused: %s"),
                      event->waiver_answered->rule_id);
}

static const char *what_happened(const struct cli *cli, const Hs__Event *event, int offset_minutes)
{
    switch (event->body_case) {
    case HS__EVENT__BODY_PROPOSAL_SUBMITTED:
    case HS__EVENT__BODY_PACKET_REVISED:
    case HS__EVENT__BODY_GATE_FAILED:
    case HS__EVENT__BODY_CORRECTION_REQUESTED:
    case HS__EVENT__BODY_ROUND_OPENED:
        return intake_text(cli, event);
    case HS__EVENT__BODY_REVIEW_RECEIVED:
        return cli_format(cli, cli_text(cli, "%s 已接收", "%s received it"),
                          event->review_received->department);
    case HS__EVENT__BODY_FINDINGS_RECORDED:
        return cli_format(cli, cli_text(cli, "%s 机审提示：%s", "%s: its rules suggest %s"),
                          event->findings_recorded->department,
                          word_of_result(cli, event->findings_recorded->suggested));
    case HS__EVENT__BODY_OPINION_GIVEN:
        return opinion_text(cli, event->opinion_given);
    case HS__EVENT__BODY_OPINION_DRAFTED:
    case HS__EVENT__BODY_DRAFT_SENT_BACK:
    case HS__EVENT__BODY_OPINION_RECTIFIED:
        return reworked_text(cli, event);
    case HS__EVENT__BODY_COMPETENCE_SETTLED:
        return cli_format(cli, cli_text(cli, "%s 职责已裁定", "%s: competence settled"),
                          event->competence_settled->department);
    case HS__EVENT__BODY_VERDICT_ISSUED:
        return cli_format(cli, cli_text(cli, "会审结论：%s", "verdict: %s"),
                          word_of_outcome(cli, event->verdict_issued->outcome));
    case HS__EVENT__BODY_PROPOSAL_WITHDRAWN:
        return cli_text(cli, "撤回", "withdrawn");
        CLOCK_EVENTS(EVENT_CASE)
        return clock_line(cli, event, offset_minutes);
    case HS__EVENT__BODY_ITEMS_SETTLED:
        return settled_text(cli, event->items_settled);
    case HS__EVENT__BODY_ROUND_GRANTED:
        return cli_format(cli, cli_text(cli, "准予再加一轮：%s", "another round granted: %s"),
                          event->round_granted->reason);
    case HS__EVENT__BODY_CONFLICTS_PROPOSED:
    case HS__EVENT__BODY_CONFLICT_SETTLED:
    case HS__EVENT__BODY_RULING_ACKNOWLEDGED:
    case HS__EVENT__BODY_ITEMS_MERGED:
    case HS__EVENT__BODY_CONDITION_CLOSED:
    case HS__EVENT__BODY_PROPOSAL_DECIDED:
    case HS__EVENT__BODY_SILENCE_DECIDED:
    case HS__EVENT__BODY_OFFICE_ITEM_SET_ASIDE:
        return what_was_settled(cli, event);
    case HS__EVENT__BODY_WAIVER_REQUESTED:
    case HS__EVENT__BODY_WAIVER_ANSWERED:
        return waiver_text(cli, event);
        OFFICE_EVENTS(EVENT_CASE)
    case HS__EVENT__BODY__NOT_SET:
    case _HS__EVENT__BODY__CASE_IS_INT_SIZE:
        break;
    }
    return NULL;
}

const char *feed_line(const struct cli *cli, const Hs__FeedItem *item, int offset_minutes)
{
    char stamp[STAMP_BYTES];
    const char *text = item->event == NULL ? NULL : what_happened(cli, item->event, offset_minutes);

    if (text == NULL) {
        return NULL;
    }
    stamp_write(item->at, offset_minutes, stamp);
    return cli_format(cli, "%s  %s  %s", stamp, item->proposal, text);
}
