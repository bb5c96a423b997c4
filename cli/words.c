/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/text.h"

enum { WORDS_BYTES_MAX = 512 };

const char *word_of_result(const struct cli *cli, Hs__Opinion__Result result)
{
    switch (result) {
    case HS__OPINION__RESULT__AGREE:
        return cli_text(cli, "同意", "agree");
    case HS__OPINION__RESULT__CONDITIONAL:
        return cli_text(cli, "修改后同意", "conditional");
    case HS__OPINION__RESULT__DISAGREE:
        return cli_text(cli, "不同意", "disagree");
    case HS__OPINION__RESULT__NOT_INVOLVED:
        return cli_text(cli, "不涉及", "not involved");
    case HS__OPINION__RESULT__NOT_COMPETENT:
        return cli_text(cli, "非本部门职责", "not competent");
    case HS__OPINION__RESULT__TACIT:
        return cli_text(cli, "逾期视为同意", "tacit consent");
    case HS__OPINION__RESULT__OVERDUE:
        return cli_text(cli, "逾期未反馈", "overdue");
    case HS__OPINION__RESULT__UNSPECIFIED:
    case _HS__OPINION__RESULT_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_outcome(const struct cli *cli, Hs__Verdict__Outcome outcome)
{
    switch (outcome) {
    case HS__VERDICT__OUTCOME__PASSED:
        return cli_text(cli, "通过", "passed");
    case HS__VERDICT__OUTCOME__CONDITIONAL:
        return cli_text(cli, "修改后通过", "conditional");
    case HS__VERDICT__OUTCOME__RETURNED:
        return cli_text(cli, "退回修改", "returned");
    case HS__VERDICT__OUTCOME__REJECTED:
        return cli_text(cli, "不予通过", "rejected");
    case HS__VERDICT__OUTCOME__UNSPECIFIED:
    case _HS__VERDICT__OUTCOME_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_status(const struct cli *cli, Hs__Proposal__Status status)
{
    switch (status) {
    case HS__PROPOSAL__STATUS__GATE_FAILED:
        return cli_text(cli, "未过准入", "gate failed");
    case HS__PROPOSAL__STATUS__INCOMPLETE:
        return cli_text(cli, "待补正", "incomplete");
    case HS__PROPOSAL__STATUS__IN_REVIEW:
        return cli_text(cli, "会审中", "in review");
    case HS__PROPOSAL__STATUS__CONCLUDED:
        return cli_text(cli, "已有结论", "concluded");
    case HS__PROPOSAL__STATUS__WITHDRAWN:
        return cli_text(cli, "已撤回", "withdrawn");
    case HS__PROPOSAL__STATUS__LAPSED:
        return cli_text(cli, "逾期未补正，退件", "lapsed");
    case HS__PROPOSAL__STATUS__APPROVED:
        return cli_text(cli, "审定通过", "approved");
    case HS__PROPOSAL__STATUS__REJECTED:
        return cli_text(cli, "不予通过", "rejected");
    case HS__PROPOSAL__STATUS__UNSPECIFIED:
    case _HS__PROPOSAL__STATUS_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_hold(const struct cli *cli, Hs__Hold__Reason reason)
{
    switch (reason) {
    case HS__HOLD__REASON__CORRECTION:
        return cli_text(cli, "一次性补正", "correction");
    case HS__HOLD__REASON__EXPERT_REVIEW:
        return cli_text(cli, "专家评审、鉴定、检测", "expert review");
    case HS__HOLD__REASON__HEARING:
        return cli_text(cli, "听证", "hearing");
    case HS__HOLD__REASON__PUBLIC_NOTICE:
        return cli_text(cli, "公示", "public notice");
    case HS__HOLD__REASON__APPLICANT_REQUEST:
        return cli_text(cli, "申请人申请", "the applicant's request");
    case HS__HOLD__REASON__SUPERIOR:
        return cli_text(cli, "上级研究", "the superior's opinion");
    case HS__HOLD__REASON__FORCE_MAJEURE:
        return cli_text(cli, "不可抗力", "force majeure");
    case HS__HOLD__REASON__UNSPECIFIED:
    case _HS__HOLD__REASON_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_clock(const struct cli *cli, Hs__Clock__Kind kind)
{
    switch (kind) {
    case HS__CLOCK__KIND__TOTAL:
        return cli_text(cli, "总时限", "the whole");
    case HS__CLOCK__KIND__CORRECTION:
        return cli_text(cli, "补正", "the correction");
    case HS__CLOCK__KIND__COORDINATION:
        return cli_text(cli, "协调", "the coordination");
    case HS__CLOCK__KIND__DECISION:
        return cli_text(cli, "审定", "the decision");
    case HS__CLOCK__KIND__CONSOLIDATION:
        return cli_text(cli, "汇总", "the consolidation");
    case HS__CLOCK__KIND__CONDITION:
        return cli_text(cli, "附条件", "the next condition");
    case HS__CLOCK__KIND__UNSPECIFIED:
    case _HS__CLOCK__KIND_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_barrier(const struct cli *cli, Hs__Review__Barrier barrier)
{
    switch (barrier) {
    case HS__REVIEW__BARRIER__NOT_PROVIDED:
        return cli_text(cli, "流程未规定视为同意", "the process does not provide for consent");
    case HS__REVIEW__BARRIER__SAFETY_CRITICAL:
        return cli_text(cli, "安全类部门", "the department is safety-critical");
    case HS__REVIEW__BARRIER__NOT_RECEIVED:
        return cli_text(cli, "时限过半前未送达", "not received within half of the limit");
    case HS__REVIEW__BARRIER__NOT_REMINDED:
        return cli_text(cli, "催办不足两次", "fewer than two reminders");
    case HS__REVIEW__BARRIER__CLOCK_CHANGED:
        return cli_text(cli, "曾中止或延长", "the clock was held or extended");
    case HS__REVIEW__BARRIER__MUST_CHECK:
        return cli_text(cli, "必查项不合格或未知", "a must-check failed or is unknown");
    case HS__REVIEW__BARRIER__PROVISIONAL:
        return cli_text(cli, "日历未公布，时限暂定", "the due date is provisional");
    case HS__REVIEW__BARRIER__NONE:
    case _HS__REVIEW__BARRIER_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_ground(const struct cli *cli, Hs__Reopening__Ground ground)
{
    switch (ground) {
    case HS__REOPENING__GROUND__SAFETY:
        return cli_text(cli, "安全", "safety");
    case HS__REOPENING__GROUND__LAW:
        return cli_text(cli, "合法性", "legality");
    case HS__REOPENING__GROUND__UNSPECIFIED:
    case _HS__REOPENING__GROUND_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_review(const struct cli *cli, Hs__Review__State state)
{
    switch (state) {
    case HS__REVIEW__STATE__OPEN:
        return cli_text(cli, "待答复", "open");
    case HS__REVIEW__STATE__CLOSED:
        return cli_text(cli, "已答复", "closed");
    case HS__REVIEW__STATE__OVERDUE:
        return cli_text(cli, "逾期待答复", "overdue");
    case HS__REVIEW__STATE__NOT_COMPETENT:
        return cli_text(cli, "称非本部门职责", "not competent");
    case HS__REVIEW__STATE__HELD:
        return cli_text(cli, "中止计时", "held");
    case HS__REVIEW__STATE__UNSPECIFIED:
    case _HS__REVIEW__STATE_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_conflict(const struct cli *cli, Hs__Conflict__State state)
{
    switch (state) {
    case HS__CONFLICT__STATE__PROPOSED:
        return cli_text(cli, "待确认", "proposed");
    case HS__CONFLICT__STATE__CONFIRMED:
        return cli_text(cli, "已确认，待处理", "confirmed, to be settled");
    case HS__CONFLICT__STATE__DISMISSED:
        return cli_text(cli, "不成立", "dismissed");
    case HS__CONFLICT__STATE__AGREED:
        return cli_text(cli, "协调一致", "agreed");
    case HS__CONFLICT__STATE__RULED:
        return cli_text(cli, "已裁定", "ruled");
    case HS__CONFLICT__STATE__UNSPECIFIED:
    case _HS__CONFLICT__STATE_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_waiver(const struct cli *cli, Hs__Waiver__State state)
{
    switch (state) {
    case HS__WAIVER__STATE__ASKED:
        return cli_text(cli, "已申请豁免，待审定人答复", "waiver asked for");
    case HS__WAIVER__STATE__GRANTED:
        return cli_text(cli, "准予豁免", "waived");
    case HS__WAIVER__STATE__REFUSED:
        return cli_text(cli, "不予豁免", "waiver refused");
    case HS__WAIVER__STATE__UNSPECIFIED:
    case _HS__WAIVER__STATE_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_decision(const struct cli *cli, Hs__Decision__Kind kind)
{
    switch (kind) {
    case HS__DECISION__KIND__SIGNED:
        return cli_text(cli, "审定通过", "signed");
    case HS__DECISION__KIND__SENT_BACK:
        return cli_text(cli, "退回", "sent back");
    case HS__DECISION__KIND__REJECTED:
        return cli_text(cli, "不予通过", "rejected");
    case HS__DECISION__KIND__UNSPECIFIED:
    case _HS__DECISION__KIND_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_effect(const struct cli *cli, Hs__Rule__OnFail effect)
{
    switch (effect) {
    case HS__RULE__ON_FAIL__REJECT:
        return cli_text(cli, "否决", "reject");
    case HS__RULE__ON_FAIL__CONDITION:
        return cli_text(cli, "须修改", "condition");
    case HS__RULE__ON_FAIL__ADVISE:
        return cli_text(cli, "建议", "advice");
    case HS__RULE__ON_FAIL__NONE:
    case _HS__RULE__ON_FAIL_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_suspicion(const struct cli *cli, Hs__TrustedTime__Suspicion suspicion)
{
    switch (suspicion) {
    case HS__TRUSTED_TIME__SUSPICION__AHEAD:
        return cli_text(cli, "时钟向前跳变", "it was set forward");
    case HS__TRUSTED_TIME__SUSPICION__BEHIND:
        return cli_text(cli, "时钟向后跳变", "it was set back");
    case HS__TRUSTED_TIME__SUSPICION__BACKWARD:
        return cli_text(cli, "重启后早于台账最后一条",
                        "after a reboot it is before the journal's last entry");
    case HS__TRUSTED_TIME__SUSPICION__LONG_GAP:
        return cli_text(cli, "重启后距台账最后一条过久",
                        "after a reboot it is too long after the journal's last entry");
    case HS__TRUSTED_TIME__SUSPICION__UNSYNCHRONISED:
        return cli_text(cli, "重启后未同步", "after a reboot nothing synchronises it");
    case HS__TRUSTED_TIME__SUSPICION__NONE:
    case _HS__TRUSTED_TIME__SUSPICION_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_confidence(const struct cli *cli, Hs__Citation__Confidence confidence)
{
    switch (confidence) {
    case HS__CITATION__CONFIDENCE__HIGH:
        return cli_text(cli, "条文已核", "clause seen");
    case HS__CITATION__CONFIDENCE__MEDIUM:
        return cli_text(cli, "引用前请核对", "check before legal use");
    case HS__CITATION__CONFIDENCE__LOW:
        return cli_text(cli, "依据不确定，引用前请核对", "uncertain: check before legal use");
    case HS__CITATION__CONFIDENCE__UNSPECIFIED:
    case _HS__CITATION__CONFIDENCE_IS_INT_SIZE:
        break;
    }
    return "-";
}

const char *word_of_weekday(const struct cli *cli, enum weekday day)
{
    static const struct phrase weekdays[] = {
        [MONDAY] = {"周一", "Mon"},   [TUESDAY] = {"周二", "Tue"}, [WEDNESDAY] = {"周三", "Wed"},
        [THURSDAY] = {"周四", "Thu"}, [FRIDAY] = {"周五", "Fri"},  [SATURDAY] = {"周六", "Sat"},
        [SUNDAY] = {"周日", "Sun"},
    };

    return cli_phrase(cli, weekdays[day]);
}

static const char *lower_case(const struct cli *cli, const char *text)
{
    char *copy = cli_format(cli, "%s", text);

    for (char *letter = copy; *letter != '\0'; letter++) {
        *letter = (char)tolower((unsigned char)*letter);
    }
    return copy;
}

const char *word_in_schema(const struct cli *cli, const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);

    return found == NULL ? "" : lower_case(cli, found->name);
}

bool word_to_value(const struct cli *cli, const ProtobufCEnumDescriptor *type, const char *what,
                   const char *word, int *value)
{
    struct text_builder offered;

    text_builder_init(&offered, cli->arena, WORDS_BYTES_MAX);
    for (unsigned i = 0; i < type->n_values; i++) {
        const ProtobufCEnumValue *offer = &type->values[i];

        if (offer->value != 0 && strcasecmp(offer->name, word) == 0) {
            *value = offer->value;
            return true;
        }
        if (offer->value != 0) {
            text_builder_add(&offered, offered.size > 0 ? "|" : "");
            text_builder_add(&offered, lower_case(cli, offer->name));
        }
    }
    cli_fail(cli, STATUS_INVALID,
             cli_text(cli, "%s 不能是 %s，只能是 %s", "%s cannot be %s; it is one of %s"), what,
             word, (const char *)cli_memory((void *)(uintptr_t)text_builder_finish(&offered)));
    return false;
}

const char *word_of(const struct cli *cli, const Hs__Words *words)
{
    if (words == NULL) {
        return "";
    }

    const char *wanted = cli->language == LANGUAGE_ZH ? words->zh : words->en;
    const char *other = cli->language == LANGUAGE_ZH ? words->en : words->zh;
    return wanted[0] != '\0' ? wanted : other;
}
