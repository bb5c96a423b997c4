/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/approve and core/condition: the decision under a verdict, the decision for a silent
 * department, what the office sets aside, and the conditions that are closed. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/condition.h"
#include "core/decide.h"
#include "core/verdict.h"
#include "lib/civil.h"
#include "lib/hash.h"
#include "tests/core/office.h"

#define RESULT(name)  HS__OPINION__RESULT__##name
#define OUTCOME(name) HS__VERDICT__OUTCOME__##name
#define STATUS(name)  HS__PROPOSAL__STATUS__##name
#define KIND(name)    HS__DECISION__KIND__##name

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Principal approver;
    Hs__Principal__Role roles[1];
    Hs__Proposal proposal;
    struct calendar *calendar; /* NULL: the process names none */
    const char *close_by;      /* of every item that is given */
    int64_t now_ms;
    struct decision decision;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){
        .proposal = HS__PROPOSAL__INIT,
        .approver = HS__PRINCIPAL__INIT,
        .roles = {HS__PRINCIPAL__ROLE__APPROVER},
        .close_by = "",
        .now_ms = OFFICE_START_MS,
    };
    arena_init(&f->arena, 64 << 20);
    small_office_init(&f->office, &f->arena);
    f->approver.name = "person:approver";
    f->approver.n_roles = 1;
    f->approver.roles = f->roles;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static struct situation situation_of(struct fixture *f, const Hs__Principal *signer)
{
    return (struct situation){
        .now_ms = f->now_ms,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .rulebook = f->office.rulebook,
        .calendar = f->calendar,
        .arena = &f->arena,
    };
}

static void apply_all(struct fixture *f)
{
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_office(&f->office.office, f->decision.events[i], &f->arena);
        apply_proposal(&f->proposal, f->decision.events[i], (struct event_entry){i + 1, f->now_ms},
                       &f->arena);
    }
}

/* Decides @command; what was given is as it was, and what comes of it is applied. */
static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    struct situation situation = situation_of(f, signer);
    struct hash before = hash_of(message_pack(&f->proposal, &f->arena));

    decide_command(&situation, command, &f->decision);
    struct hash after = hash_of(message_pack(&f->proposal, &f->arena));
    assert_memory_equal(before.bytes, after.bytes, sizeof after.bytes);
    apply_all(f);
    return f->decision.refusal;
}

static void submit(struct fixture *f, bool lead_ok)
{
    struct small_packet packet = small_packet_good();
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    packet.lead_ok = lead_ok;
    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
}

/* Gives an opinion; one that demands has one item of severity must and one of advice. */
static enum refusal give(struct fixture *f, const Hs__Principal *who, Hs__Opinion__Result result)
{
    Hs__ReviewRef *ref = message_new(&hs__review_ref__descriptor, &f->arena);
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, &f->arena);
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    opinion->items = arena_array(&f->arena, 2, sizeof(Hs__Item *));
    for (size_t i = 0; result != RESULT(AGREE) && i < 2; i++) {
        Hs__Item *item = message_new(&hs__item__descriptor, &f->arena);

        item->severity = i == 0 ? HS__ITEM__SEVERITY__MUST : HS__ITEM__SEVERITY__ADVICE;
        item->demand = "要求";
        item->basis = "规范 1";
        item->close_by = f->close_by;
        opinion->items[opinion->n_items++] = item;
    }
    opinion->result = result;
    ref->proposal = 1;
    ref->round = 1;
    ref->department = who->department;
    body.review = ref;
    body.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, who, &command);
}

static void conclude(struct fixture *f, Hs__Opinion__Result of_fire)
{
    submit(f, true);
    assert_int_equal(give(f, &f->office.planner, RESULT(AGREE)), REFUSAL_NONE);
    assert_int_equal(give(f, &f->office.fireman, of_fire), REFUSAL_NONE);
    assert_int_equal(f->proposal.status, STATUS(CONCLUDED));
}

static enum refusal decide_of(struct fixture *f, const Hs__Principal *who, Hs__Decision__Kind kind,
                              const char *reason)
{
    Hs__Decide body = HS__DECIDE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.kind = kind;
    body.verdict = f->proposal.verdict;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_DECIDE;
    command.decide = &body;
    return run(f, who, &command);
}

static enum refusal decide(struct fixture *f, Hs__Decision__Kind kind, const char *reason)
{
    return decide_of(f, &f->approver, kind, reason);
}

/* ---- the clocks after the verdict ---- */

static Hs__Limit *hours(struct fixture *f, uint32_t count)
{
    Hs__Limit *limit = message_new(&hs__limit__descriptor, &f->arena);

    limit->span_case = HS__LIMIT__SPAN_HOURS;
    limit->hours = count;
    return limit;
}

/* Lets the clocks of the whole come to what they have come to at @now_ms. */
static void wake(struct fixture *f, int64_t now_ms)
{
    f->now_ms = now_ms;
    const struct situation situation = situation_of(f, NULL);

    decide_wake(&situation, "", &f->decision);
    apply_all(f);
}

static const Hs__Clock *clock_of(struct fixture *f, Hs__Clock__Kind kind)
{
    return proposal_clock(&f->proposal, kind);
}

static void the_approver_has_a_clock_from_the_verdict_to_the_decision(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->decision = hours(f, 40);
    conclude(f, RESULT(AGREE));

    const Hs__Clock *clock = clock_of(f, HS__CLOCK__KIND__DECISION);
    assert_non_null(clock);
    assert_int_equal(clock->since_at, OFFICE_START_MS);
    assert_int_equal(clock->due_at, OFFICE_START_MS + INT64_C(40) * 3600 * 1000);
    assert_int_equal(f->proposal.wake_at, clock->due_at + 1);

    wake(f, clock->due_at);
    assert_int_equal(f->decision.event_count, 0);
    wake(f, f->proposal.wake_at);
    assert_true(clock_of(f, HS__CLOCK__KIND__DECISION)->passed);
    assert_int_equal(f->proposal.wake_at, 0);

    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_NONE);
    assert_null(clock_of(f, HS__CLOCK__KIND__DECISION));
}

static void what_is_returned_waits_for_no_approver(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->decision = hours(f, 40);
    conclude(f, RESULT(DISAGREE));
    assert_int_equal(f->proposal.n_clocks, 0);
    assert_int_equal(f->proposal.wake_at, 0);
}

/* A limit that passed before the verdict is on record before it, whoever finds it first. */
static void what_passed_before_the_verdict_is_recorded_before_it(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->total = hours(f, 2);
    submit(f, true);
    assert_int_equal(give(f, &f->office.planner, RESULT(AGREE)), REFUSAL_NONE);
    f->now_ms += INT64_C(3) * 3600 * 1000;
    assert_int_equal(give(f, &f->office.fireman, RESULT(AGREE)), REFUSAL_NONE);

    size_t count = f->decision.event_count;
    assert_int_equal(f->decision.events[count - 2]->body_case, HS__EVENT__BODY_CLOCK_PASSED);
    assert_int_equal(f->decision.events[count - 1]->body_case, HS__EVENT__BODY_VERDICT_ISSUED);
    assert_true(f->proposal.clocks[0]->passed);
    assert_int_equal(f->proposal.clocks[0]->ended_at, f->now_ms);
}

/* Every day of 2026 counts by its weekday. */
static void make_calendar(struct fixture *f)
{
    static Hs__OfficeHours office_hours = HS__OFFICE_HOURS__INIT;
    static Hs__Calendar source = HS__CALENDAR__INIT;

    office_hours.open = "09:00";
    office_hours.close = "17:30";
    source.id = "days";
    source.version = 1;
    source.utc_offset_minutes = 480;
    source.hours = &office_hours;
    f->calendar = calendar_build(&source, &f->arena);
    assert_non_null(f->calendar);
}

static int64_t end_of(struct fixture *f, int32_t date)
{
    return calendar_instant(f->calendar, civil_day(date) + 1, 0) - 1;
}

static enum refusal close_condition(struct fixture *f, const char *name)
{
    Hs__CloseCondition body = HS__CLOSE_CONDITION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.condition = name;
    body.evidence = "已改";
    command.body_case = HS__COMMAND__BODY_CLOSE_CONDITION;
    command.close_condition = &body;
    return run(f, &f->office.chief, &command);
}

/* Planning's condition is to be closed by June 10, fire's by June 1. */
static void conclude_with_dates(struct fixture *f)
{
    make_calendar(f);
    submit(f, true);
    f->close_by = "2026-06-10";
    assert_int_equal(give(f, &f->office.planner, RESULT(CONDITIONAL)), REFUSAL_NONE);
    f->close_by = "2026-06-01";
    assert_int_equal(give(f, &f->office.fireman, RESULT(CONDITIONAL)), REFUSAL_NONE);
}

static void the_date_of_each_condition_is_recorded_as_it_passes(void **state)
{
    struct fixture *f = *state;

    conclude_with_dates(f);
    assert_int_equal(clock_of(f, HS__CLOCK__KIND__CONDITION)->due_at, end_of(f, 20260601));
    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_NONE);

    wake(f, end_of(f, 20260601) + 1);
    assert_int_equal(f->decision.event_count, 2);
    assert_int_equal(f->decision.events[0]->clock_passed->due_at, end_of(f, 20260601));
    assert_int_equal(clock_of(f, HS__CLOCK__KIND__CONDITION)->due_at, end_of(f, 20260610));
    wake(f, f->proposal.wake_at);
    assert_int_equal(f->decision.event_count, 1);
    assert_true(clock_of(f, HS__CLOCK__KIND__CONDITION)->passed);
    assert_int_equal(f->proposal.wake_at, 0);

    assert_int_equal(close_condition(f, "fire#1"), REFUSAL_NONE);
    assert_int_equal(close_condition(f, "planning#1"), REFUSAL_NONE);
    assert_null(clock_of(f, HS__CLOCK__KIND__CONDITION));
}

static void a_condition_that_is_closed_has_no_date_any_more(void **state)
{
    struct fixture *f = *state;

    conclude_with_dates(f);
    assert_int_equal(close_condition(f, "fire#1"), REFUSAL_NONE);
    assert_int_equal(clock_of(f, HS__CLOCK__KIND__CONDITION)->due_at, end_of(f, 20260610));
    assert_int_equal(close_condition(f, "planning#1"), REFUSAL_NONE);
    assert_null(clock_of(f, HS__CLOCK__KIND__CONDITION));
    assert_int_equal(f->proposal.wake_at, 0);
}

/* ---- the decision ---- */

static void a_signature_approves_and_ends_the_proposal(void **state)
{
    struct fixture *f = *state;

    conclude(f, RESULT(CONDITIONAL));
    assert_int_equal(decide_of(f, &f->office.chief, KIND(SIGNED), ""), REFUSAL_NOT_ALLOWED);
    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_NONE);
    assert_int_equal(f->proposal.status, STATUS(APPROVED));
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
    assert_string_equal(f->proposal.decision->decided_by, "person:approver");
    assert_memory_equal(f->proposal.decision->verdict.data, f->proposal.verdict.data, HASH_BYTES);
    assert_int_equal(decide(f, KIND(REJECTED), "x"), REFUSAL_PROPOSAL_ENDED);
}

static void what_is_sent_back_is_returned_and_not_decided_on_twice(void **state)
{
    struct fixture *f = *state;
    struct hash hash;

    conclude(f, RESULT(AGREE));
    assert_int_equal(decide(f, KIND(SENT_BACK), ""), REFUSAL_REASON_MISSING);
    assert_int_equal(decide(f, KIND(SENT_BACK), "资金未落实"), REFUSAL_NONE);
    assert_int_equal(f->proposal.status, STATUS(CONCLUDED));
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));
    assert_int_equal(f->proposal.decision->outcome, OUTCOME(PASSED));
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &hash));
    assert_memory_equal(hash.bytes, f->proposal.verdict.data, HASH_BYTES);
    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_DECISION_ALREADY_MADE);
}

static void rejected_is_a_decision_with_reasons(void **state)
{
    struct fixture *f = *state;

    conclude(f, RESULT(DISAGREE));
    assert_int_equal(decide(f, KIND(REJECTED), ""), REFUSAL_REASON_MISSING);
    assert_int_equal(decide(f, KIND(REJECTED), "两轮均未整改"), REFUSAL_NONE);
    assert_int_equal(f->proposal.status, STATUS(REJECTED));
    assert_int_equal(f->proposal.outcome, OUTCOME(REJECTED));
    assert_int_equal(f->proposal.decision->outcome, OUTCOME(RETURNED));
}

static void a_verdict_that_returns_is_not_signed(void **state)
{
    struct fixture *f = *state;

    conclude(f, RESULT(DISAGREE));
    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_VERDICT_RETURNS);
    assert_int_equal(decide(f, KIND(SENT_BACK), "x"), REFUSAL_VERDICT_RETURNS);
    assert_int_equal(decide(f, KIND(UNSPECIFIED), "x"), REFUSAL_MALFORMED);
}

static void only_the_verdict_that_was_read_is_decided_on(void **state)
{
    struct fixture *f = *state;
    Hs__Decide body = HS__DECIDE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    uint8_t other[HASH_BYTES] = {1};

    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_UNKNOWN_PROPOSAL);
    submit(f, true);
    assert_int_equal(decide(f, KIND(SIGNED), ""), REFUSAL_NO_VERDICT_YET);
    give(f, &f->office.planner, RESULT(AGREE));
    give(f, &f->office.fireman, RESULT(AGREE));
    body.proposal = 1;
    body.kind = KIND(SIGNED);
    body.verdict = (ProtobufCBinaryData){sizeof other, other};
    command.body_case = HS__COMMAND__BODY_DECIDE;
    command.decide = &body;
    assert_int_equal(run(f, &f->approver, &command), REFUSAL_VERDICT_DIFFERS);
    assert_int_equal(f->proposal.status, STATUS(CONCLUDED));
}

static void the_applicant_neither_revises_nor_withdraws_what_is_approved(void **state)
{
    struct fixture *f = *state;
    Hs__Withdraw body = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    conclude(f, RESULT(AGREE));
    decide(f, KIND(SIGNED), "");
    body.proposal = 1;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_PROPOSAL_ENDED);
}

/* ---- for a silent department ---- */

static enum refusal decide_for(struct fixture *f, const char *department,
                               Hs__Opinion__Result result, const char *reason)
{
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__DecideSilence body = HS__DECIDE_SILENCE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    ref.proposal = 1;
    ref.round = 1;
    ref.department = department;
    body.review = &ref;
    body.result = result;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_DECIDE_SILENCE;
    command.decide_silence = &body;
    return run(f, &f->approver, &command);
}

static void fall_silent(struct fixture *f)
{
    struct situation situation;

    submit(f, true);
    give(f, &f->office.planner, RESULT(AGREE));
    f->now_ms = f->proposal.reviews[1]->due_at + 1;
    situation = situation_of(f, &f->approver);
    decide_wake(&situation, "fire", &f->decision);
    apply_all(f);
}

static void a_decision_for_a_silent_department_is_reasoned_and_shown_as_such(void **state)
{
    struct fixture *f = *state;

    fall_silent(f);
    assert_int_equal(decide_for(f, "fire", RESULT(AGREE), ""), REFUSAL_REASON_MISSING);
    assert_int_equal(decide_for(f, "fire", RESULT(TACIT), "x"), REFUSAL_RESULT_INVALID);
    assert_int_equal(decide_for(f, "water", RESULT(AGREE), "x"), REFUSAL_UNKNOWN_REVIEW);
    assert_int_equal(decide_for(f, "planning", RESULT(AGREE), "x"), REFUSAL_NOT_OVERDUE);
    assert_int_equal(decide_for(f, "fire", RESULT(CONDITIONAL), "领导小组会议定"), REFUSAL_NONE);

    const Hs__Review *review = f->proposal.reviews[1];
    const Hs__Verdict *verdict = verdict_build(&f->proposal, &f->arena);
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
    assert_string_equal(review->decided_by, "person:approver");
    assert_string_equal(review->given_by, "");
    assert_int_equal(review->opinion.len, 0);
    assert_string_equal(verdict->inputs[1]->decided_by, "person:approver");
    assert_string_equal(verdict->inputs[1]->decided_reason, "领导小组会议定");
    assert_int_equal(give(f, &f->office.fireman, RESULT(AGREE)), REFUSAL_OPINION_ALREADY_GIVEN);
}

static void nobody_decides_for_who_still_has_time(void **state)
{
    struct fixture *f = *state;

    submit(f, true);
    assert_int_equal(decide_for(f, "fire", RESULT(AGREE), "x"), REFUSAL_NOT_OVERDUE);
}

/* ---- items of the office ---- */

static enum refusal set_aside(struct fixture *f, const char *rule_id, const char *reason)
{
    Hs__SetAside body = HS__SET_ASIDE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.rule_id = rule_id;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_SET_ASIDE;
    command.set_aside = &body;
    return run(f, &f->office.chief, &command);
}

static void what_the_office_sets_aside_counts_no_longer_and_stays_listed(void **state)
{
    struct fixture *f = *state;

    submit(f, false);
    assert_int_equal(set_aside(f, "CO-9", "x"), REFUSAL_UNKNOWN_ITEM);
    assert_int_equal(set_aside(f, "CO-1", ""), REFUSAL_REASON_MISSING);
    assert_int_equal(set_aside(f, "CO-1", "已另行核实"), REFUSAL_NONE);
    assert_int_equal(set_aside(f, "CO-1", "x"), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0);
    give(f, &f->office.planner, RESULT(AGREE));
    give(f, &f->office.fireman, RESULT(AGREE));
    assert_int_equal(f->proposal.outcome, OUTCOME(PASSED));
    assert_int_equal(f->proposal.n_office_items, 1);
    assert_string_equal(f->proposal.office_items[0]->set_aside_reason, "已另行核实");
    assert_int_equal(set_aside(f, "CO-1", "x"), REFUSAL_VERDICT_ISSUED);
}

/* ---- conditions ---- */

static enum refusal close_of(struct fixture *f, const Hs__Principal *who, const char *condition,
                             const char *evidence)
{
    Hs__CloseCondition body = HS__CLOSE_CONDITION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.condition = condition;
    body.evidence = evidence;
    command.body_case = HS__COMMAND__BODY_CLOSE_CONDITION;
    command.close_condition = &body;
    return run(f, who, &command);
}

static void a_condition_is_closed_by_who_set_it_with_evidence(void **state)
{
    struct fixture *f = *state;

    conclude(f, RESULT(CONDITIONAL));
    assert_int_equal(close_of(f, &f->office.planner, "fire#1", "x"), REFUSAL_NOT_YOUR_CONDITION);
    assert_int_equal(close_of(f, &f->office.fireman, "fire#1", ""), REFUSAL_REASON_MISSING);
    assert_int_equal(close_of(f, &f->office.fireman, "fire#2", "x"), REFUSAL_UNKNOWN_CONDITION);
    assert_int_equal(close_of(f, &f->office.fireman, "planning#1", "x"), REFUSAL_UNKNOWN_CONDITION);
    assert_int_equal(close_of(f, &f->office.fireman, "fire#1", "竣工图 A03 v2"), REFUSAL_NONE);
    assert_string_equal(condition_closed(&f->proposal, "fire#1")->evidence, "竣工图 A03 v2");
    assert_string_equal(condition_closed(&f->proposal, "fire#1")->closed_by, "person:fire");
    assert_int_equal(close_of(f, &f->office.fireman, "fire#1", "x"), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0);
}

static void the_office_closes_its_own_and_any(void **state)
{
    struct fixture *f = *state;

    submit(f, false);
    give(f, &f->office.planner, RESULT(AGREE));
    assert_int_equal(close_of(f, &f->office.chief, "CO-1", "x"), REFUSAL_UNKNOWN_CONDITION);
    give(f, &f->office.fireman, RESULT(CONDITIONAL));
    decide(f, KIND(SIGNED), "");
    assert_int_equal(close_of(f, &f->office.fireman, "CO-1", "x"), REFUSAL_NOT_YOUR_CONDITION);
    assert_int_equal(close_of(f, &f->office.chief, "CO-1", "已核"), REFUSAL_NONE);
    assert_int_equal(close_of(f, &f->office.chief, "fire#1", "逾期由牵头确认"), REFUSAL_NONE);
    assert_int_equal(close_of(f, &f->office.chief, "CO-1[L2]", "x"), REFUSAL_UNKNOWN_CONDITION);
    assert_int_equal(close_of(f, &f->office.chief, "fire", "x"), REFUSAL_UNKNOWN_CONDITION);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_approver_has_a_clock_from_the_verdict_to_the_decision),
        TEST(what_is_returned_waits_for_no_approver),
        TEST(what_passed_before_the_verdict_is_recorded_before_it),
        TEST(the_date_of_each_condition_is_recorded_as_it_passes),
        TEST(a_condition_that_is_closed_has_no_date_any_more),
        TEST(a_signature_approves_and_ends_the_proposal),
        TEST(what_is_sent_back_is_returned_and_not_decided_on_twice),
        TEST(rejected_is_a_decision_with_reasons),
        TEST(a_verdict_that_returns_is_not_signed),
        TEST(only_the_verdict_that_was_read_is_decided_on),
        TEST(the_applicant_neither_revises_nor_withdraws_what_is_approved),
        TEST(a_decision_for_a_silent_department_is_reasoned_and_shown_as_such),
        TEST(nobody_decides_for_who_still_has_time),
        TEST(what_the_office_sets_aside_counts_no_longer_and_stays_listed),
        TEST(a_condition_is_closed_by_who_set_it_with_evidence),
        TEST(the_office_closes_its_own_and_any),
    };
#undef TEST

    return cmocka_run_group_tests_name("approve", tests, NULL, NULL);
}
