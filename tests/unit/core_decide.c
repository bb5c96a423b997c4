/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/decide: intake, the one opinion, deadlines, and who may do what. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "core/limits.h"
#include "tests/core/office.h"

#define EVENT(name)  HS__EVENT__BODY_##name
#define RESULT(name) HS__OPINION__RESULT__##name
#define STATUS(name) HS__PROPOSAL__STATUS__##name

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    int64_t now_ms;
    struct decision decision;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.proposal = HS__PROPOSAL__INIT, .now_ms = OFFICE_START_MS};
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    *state = &fixture;
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
        .arena = &f->arena,
    };
}

/* Decides @command for @signer and applies what comes of it. */
static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    struct situation situation = situation_of(f, signer);

    decide_command(&situation, command, &f->decision);
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_office(&f->office.office, f->decision.events[i], &f->arena);
        apply_proposal(&f->proposal, f->decision.events[i], (struct event_entry){i + 1, f->now_ms},
                       &f->arena);
    }
    return f->decision.refusal;
}

static enum refusal submit(struct fixture *f, struct small_packet packet)
{
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.packet = small_packet_make(&f->office, &packet);
    body.title = "桂雨苑";
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    return run(f, &f->office.applicant, &command);
}

static enum refusal give(struct fixture *f, const Hs__Principal *signer, const char *department,
                         Hs__Opinion *opinion)
{
    Hs__ReviewRef *ref = message_new(&hs__review_ref__descriptor, &f->arena);
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    ref->proposal = 1;
    ref->round = 1;
    ref->department = department;
    body.review = ref;
    body.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, signer, &command);
}

static Hs__Opinion *opinion_of(struct fixture *f, Hs__Opinion__Result result)
{
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, &f->arena);

    opinion->result = result;
    return opinion;
}

static Hs__Opinion *with_item(struct fixture *f, Hs__Opinion *opinion, const char *basis)
{
    Hs__Item *item = message_new(&hs__item__descriptor, &f->arena);

    item->severity = HS__ITEM__SEVERITY__MUST;
    item->demand = "加宽车道";
    item->basis = basis;
    opinion->items = arena_array(&f->arena, 1, sizeof(Hs__Item *));
    opinion->items[0] = item;
    opinion->n_items = 1;
    return opinion;
}

static void assert_events(struct fixture *f, size_t count, const Hs__Event__BodyCase *kinds)
{
    assert_int_equal(f->decision.refusal, REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(f->decision.events[i]->body_case, kinds[i]);
    }
}

static void a_complete_packet_opens_a_round_for_all_at_once(void **state)
{
    const Hs__Event__BodyCase kinds[] = {EVENT(PROPOSAL_SUBMITTED), EVENT(ROUND_OPENED)};
    struct fixture *f = *state;

    assert_int_equal(submit(f, small_packet_good()), REFUSAL_NONE);

    assert_events(f, 2, kinds);
    assert_string_equal(f->proposal.number, "LJHS-1970-0001");
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));
    assert_int_equal(f->proposal.n_reviews, 2);
    assert_int_equal(f->proposal.reviews[0]->dispatched_at, OFFICE_START_MS);
    assert_int_equal(f->proposal.reviews[0]->due_at, 0);
    assert_int_equal(f->proposal.reviews[1]->due_at, OFFICE_START_MS + OFFICE_LIMIT_SECONDS * 1000);
}

static void a_failed_gate_ends_the_submission_with_the_whole_list(void **state)
{
    const Hs__Event__BodyCase kinds[] = {EVENT(PROPOSAL_SUBMITTED), EVENT(GATE_FAILED)};
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    packet.gate_ok = false;
    packet.width_absent = true;
    submit(f, packet);

    assert_events(f, 2, kinds);
    assert_true(f->decision.result.gate_failed);
    assert_int_equal(f->proposal.n_failed_gates, 1);
    assert_string_equal(f->proposal.failed_gates[0]->rule_id, "GATE-1");
    assert_int_equal(f->proposal.n_missing, 1);
    assert_string_equal(f->proposal.missing[0]->path, "lane.width_m");
}

static void what_is_missing_is_told_once_and_answered_by_a_revision(void **state)
{
    const Hs__Event__BodyCase asked[] = {EVENT(PROPOSAL_SUBMITTED), EVENT(CORRECTION_REQUESTED)};
    const Hs__Event__BodyCase answered[] = {EVENT(PACKET_REVISED), EVENT(ROUND_OPENED)};
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();
    Hs__Revise body = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    packet.width_absent = true;
    packet.gate_absent = true;
    submit(f, packet);
    assert_events(f, 2, asked);
    assert_int_equal(f->proposal.n_missing, 2);
    assert_int_equal(f->proposal.n_reviews, 0);

    packet = small_packet_good();
    body.proposal = 1;
    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_REVISE;
    command.revise = &body;
    assert_int_equal(run(f, &f->office.other_applicant, &command), REFUSAL_NOT_YOUR_PROPOSAL);
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
    assert_events(f, 2, answered);
    assert_int_equal(f->proposal.packet_version, 2);
    assert_int_equal(f->proposal.n_missing, 0);
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NOTHING_TO_REVISE);
}

static void the_last_opinion_brings_the_verdict_in_the_same_decision(void **state)
{
    const Hs__Event__BodyCase first[] = {EVENT(OPINION_GIVEN)};
    const Hs__Event__BodyCase last[] = {EVENT(OPINION_GIVEN), EVENT(VERDICT_ISSUED)};
    struct fixture *f = *state;

    submit(f, small_packet_good());
    give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE)));
    assert_events(f, 1, first);
    give(f, &f->office.fireman, "fire",
         with_item(f, opinion_of(f, RESULT(CONDITIONAL)), "GB 55037 3.4.5"));
    assert_events(f, 2, last);

    assert_int_equal(f->proposal.status, STATUS(CONCLUDED));
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__CONDITIONAL);
    assert_string_equal(f->decision.result.review, "LJHS-1970-0001/1/fire");
}

/* Whatever room a client's command leaves: what follows from an opinion is looked at in it too. */
static void nothing_is_added_to_a_refusal(void **state)
{
    struct fixture *f = *state;
    struct situation situation = {.arena = &f->arena};
    struct decision decision = {0};

    assert_non_null(decision_add(&decision, &situation, 1));
    decision_refuse(&decision, REFUSAL_TOO_COMPLEX, NULL);
    assert_null(decision_add(&decision, &situation, 1));
    assert_int_equal(decision.event_count, 0);
    assert_int_equal(decision.refusal, REFUSAL_TOO_COMPLEX);
}

static void a_last_opinion_without_room_is_refused_as_too_complex(void **state)
{
    struct fixture *f = *state;
    struct situation situation;
    Hs__Hold hold = HS__HOLD__INIT;
    Hs__Hold *holds[] = {&hold};
    Hs__ReviewRef review = HS__REVIEW_REF__INIT;
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct arena arena;
    size_t room = 0;

    submit(f, small_packet_good());
    give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE)));
    hold.from_at = OFFICE_START_MS;
    f->proposal.reviews[1]->state = HS__REVIEW__STATE__HELD;
    f->proposal.reviews[1]->holds = holds; /* it ends with the opinion: apply() writes a copy */
    f->proposal.reviews[1]->n_holds = 1;
    review.proposal = 1;
    review.round = 1;
    review.department = "fire";
    body.review = &review;
    body.opinion = opinion_of(f, RESULT(AGREE));
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    situation = situation_of(f, &f->office.fireman);
    situation.arena = &arena;
    do {
        arena_init(&arena, room);
        decide_command(&situation, &command, &f->decision);
        assert_true(f->decision.refusal == REFUSAL_TOO_COMPLEX ||
                    f->decision.refusal == REFUSAL_NONE);
        assert_true(arena.used_bytes <= room);
        arena_release(&arena);
        room += 16;
    } while (f->decision.refusal == REFUSAL_TOO_COMPLEX);

    assert_true(room > 16);
    assert_int_equal(f->decision.event_count, 2);
}

static void an_opinion_is_given_once(void **state)
{
    struct fixture *f = *state;

    submit(f, small_packet_good());
    assert_int_equal(give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_NONE);
    assert_int_equal(give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_OPINION_ALREADY_GIVEN);
    assert_int_equal(f->decision.event_count, 0);
}

static void an_opinion_that_lacks_what_it_needs_is_refused(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *other_packet = opinion_of(f, RESULT(AGREE));
    Hs__Opinion *by_rules = opinion_of(f, RESULT(AGREE));
    uint8_t hash[32] = {1};

    submit(f, small_packet_good());
    other_packet->packet = (ProtobufCBinaryData){sizeof hash, hash};
    by_rules->by_rules = true;

    assert_int_equal(give(f, &f->office.planner, "planning", NULL), REFUSAL_RESULT_INVALID);
    assert_int_equal(give(f, &f->office.planner, "planning", opinion_of(f, RESULT(TACIT))),
                     REFUSAL_RESULT_INVALID);
    assert_int_equal(give(f, &f->office.planner, "planning", opinion_of(f, RESULT(DISAGREE))),
                     REFUSAL_ITEMS_MISSING);
    assert_int_equal(
        give(f, &f->office.planner, "planning", with_item(f, opinion_of(f, RESULT(DISAGREE)), "")),
        REFUSAL_BASIS_MISSING);
    assert_int_equal(give(f, &f->office.planner, "planning", opinion_of(f, RESULT(NOT_INVOLVED))),
                     REFUSAL_REASON_MISSING);
    assert_int_equal(give(f, &f->office.planner, "planning", other_packet), REFUSAL_PACKET_DIFFERS);
    assert_int_equal(give(f, &f->office.planner, "planning", by_rules),
                     REFUSAL_RULES_MAY_NOT_ANSWER);
    assert_int_equal(give(f, &f->office.fireman, "planning", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_NOT_YOUR_REVIEW);
    assert_int_equal(give(f, &f->office.planner, "water", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_UNKNOWN_REVIEW);
    assert_int_equal(give(f, &f->office.applicant, "planning", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_NOT_ALLOWED);
    assert_int_equal(f->proposal.reviews[0]->state, HS__REVIEW__STATE__OPEN);
}

static void rules_answer_only_where_the_department_lets_them(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *by_rules = opinion_of(f, RESULT(AGREE));

    submit(f, small_packet_good());
    assert_int_equal(give(f, &f->office.fire_agent, "fire", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_RULES_MAY_NOT_ANSWER);
    by_rules->by_rules = true;
    assert_int_equal(give(f, &f->office.fire_agent, "fire", by_rules), REFUSAL_NONE);
    assert_string_equal(f->proposal.reviews[1]->given_by, "");
    assert_string_equal(f->proposal.reviews[1]->signer, "agent:fire/1");
}

static void pass_deadline(struct fixture *f)
{
    struct situation situation = situation_of(f, NULL);

    decide_wake(&situation, "fire", &f->decision);
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_proposal(&f->proposal, f->decision.events[i], (struct event_entry){i + 1, f->now_ms},
                       &f->arena);
    }
}

static void a_deadline_passes_after_its_instant_once(void **state)
{
    const Hs__Event__BodyCase kinds[] = {EVENT(REVIEW_OVERDUE)};
    struct fixture *f = *state;

    submit(f, small_packet_good());
    f->now_ms = f->proposal.reviews[1]->due_at;
    pass_deadline(f);
    assert_int_equal(f->decision.event_count, 0);

    f->now_ms++;
    pass_deadline(f);
    assert_events(f, 1, kinds);
    pass_deadline(f);
    assert_int_equal(f->decision.event_count, 0);
    assert_int_equal(f->proposal.reviews[1]->state, HS__REVIEW__STATE__OVERDUE);
}

static void an_opinion_after_its_deadline_records_the_deadline_and_is_late(void **state)
{
    const Hs__Event__BodyCase burst[] = {EVENT(REVIEW_OVERDUE), EVENT(OPINION_GIVEN)};
    struct fixture *f = *state;

    submit(f, small_packet_good());
    f->now_ms = f->proposal.reviews[1]->due_at + 1;
    give(f, &f->office.fireman, "fire", opinion_of(f, RESULT(AGREE)));
    assert_events(f, 2, burst);
    assert_true(f->proposal.reviews[1]->late);
}

static void an_opinion_at_the_instant_of_its_deadline_is_in_time(void **state)
{
    struct fixture *f = *state;

    submit(f, small_packet_good());
    f->now_ms = f->proposal.reviews[1]->due_at;
    give(f, &f->office.fireman, "fire", opinion_of(f, RESULT(AGREE)));
    assert_int_equal(f->decision.event_count, 1);
    assert_false(f->proposal.reviews[1]->late);
}

static void silence_holds_the_verdict_until_the_late_opinion_comes(void **state)
{
    const Hs__Event__BodyCase last[] = {EVENT(OPINION_GIVEN), EVENT(VERDICT_ISSUED)};
    struct fixture *f = *state;

    submit(f, small_packet_good());
    give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE)));
    f->now_ms = f->proposal.reviews[1]->due_at + 1;
    pass_deadline(f);
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));

    assert_int_equal(f->proposal.verdict_seq, 0);

    give(f, &f->office.fireman, "fire", opinion_of(f, RESULT(AGREE)));
    assert_events(f, 2, last);
    assert_int_equal(f->proposal.verdict_seq, 2); /* of the two, the entry with the verdict */
    assert_true(f->proposal.reviews[1]->late);
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__PASSED);
}

static void a_disagreement_beside_silence_returns_and_the_late_opinion_is_kept(void **state)
{
    const Hs__Event__BodyCase kinds[] = {EVENT(REVIEW_OVERDUE), EVENT(VERDICT_ISSUED)};
    const Hs__Event__BodyCase kept[] = {EVENT(OPINION_GIVEN)};
    struct fixture *f = *state;

    submit(f, small_packet_good());
    give(f, &f->office.planner, "planning",
         with_item(f, opinion_of(f, RESULT(DISAGREE)), "城乡规划法 43"));
    f->now_ms = f->proposal.reviews[1]->due_at + 1;
    pass_deadline(f);
    assert_events(f, 2, kinds);
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__RETURNED);

    give(f, &f->office.fireman, "fire", opinion_of(f, RESULT(AGREE)));
    assert_events(f, 1, kept);
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__RETURNED);
}

static enum refusal settle_of(struct fixture *f, const char *department, bool confirmed,
                              const char *reason)
{
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__SettleCompetence body = HS__SETTLE_COMPETENCE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    ref.proposal = 1;
    ref.round = 1;
    ref.department = department;
    body.review = &ref;
    body.confirmed = confirmed;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_SETTLE_COMPETENCE;
    command.settle_competence = &body;
    return run(f, &f->office.chief, &command);
}

static enum refusal settle(struct fixture *f, bool confirmed, const char *reason)
{
    return settle_of(f, "planning", confirmed, reason);
}

static void what_the_lead_sends_back_has_no_answer_and_no_second_deadline(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = opinion_of(f, RESULT(NOT_COMPETENT));
    const Hs__Review *review = NULL;

    submit(f, small_packet_good());
    opinion->reason = "由住建部门负责";
    f->now_ms = f->proposal.reviews[1]->due_at + 1;
    pass_deadline(f);
    assert_int_equal(give(f, &f->office.fireman, "fire", opinion), REFUSAL_NONE);
    assert_int_equal(settle_of(f, "fire", false, "属消防职责"), REFUSAL_NONE);

    review = f->proposal.reviews[1];
    assert_int_equal(review->state, HS__REVIEW__STATE__OVERDUE);
    assert_int_equal(review->result, RESULT(OVERDUE));
    assert_int_equal(review->opinion.len, 0);
    assert_string_equal(review->given_by, "");
    assert_string_equal(review->signer, "");
    pass_deadline(f);
    assert_int_equal(f->decision.event_count, 0);
}

static void not_competent_waits_for_the_lead(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = opinion_of(f, RESULT(NOT_COMPETENT));

    submit(f, small_packet_good());
    assert_int_equal(settle(f, true, ""), REFUSAL_NOT_MARKED);
    opinion->reason = "由住建部门负责";
    give(f, &f->office.planner, "planning", opinion);
    give(f, &f->office.fireman, "fire", opinion_of(f, RESULT(AGREE)));
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));

    assert_int_equal(settle(f, false, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(settle(f, false, "属规划职责"), REFUSAL_NONE);
    assert_int_equal(f->proposal.reviews[0]->state, HS__REVIEW__STATE__OPEN);
    give(f, &f->office.planner, "planning", opinion);
    assert_int_equal(settle(f, true, ""), REFUSAL_NONE);
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__PASSED);
    assert_int_equal(f->proposal.reviews[0]->result, RESULT(NOT_INVOLVED));
}

static void the_leads_failed_check_is_an_item_of_the_office(void **state)
{
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    packet.lead_ok = false;
    submit(f, packet);
    assert_int_equal(f->proposal.n_office_items, 1);
    assert_string_equal(f->proposal.office_items[0]->rule_id, "CO-1");
    give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE)));
    give(f, &f->office.fireman, "fire", opinion_of(f, RESULT(AGREE)));
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__CONDITIONAL);
}

static enum refusal withdraw(struct fixture *f, const Hs__Principal *signer)
{
    Hs__Withdraw body = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.reason = "另行申报";
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &body;
    return run(f, signer, &command);
}

static void a_withdrawn_proposal_takes_no_opinion(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(withdraw(f, &f->office.applicant), REFUSAL_UNKNOWN_PROPOSAL);
    submit(f, small_packet_good());
    assert_int_equal(withdraw(f, &f->office.other_applicant), REFUSAL_NOT_YOUR_PROPOSAL);
    assert_int_equal(withdraw(f, &f->office.applicant), REFUSAL_NONE);
    assert_int_equal(give(f, &f->office.planner, "planning", opinion_of(f, RESULT(AGREE))),
                     REFUSAL_PROPOSAL_ENDED);
    assert_int_equal(withdraw(f, &f->office.applicant), REFUSAL_PROPOSAL_ENDED);
}

static void a_submission_that_cannot_be_taken_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct small_packet packet = small_packet_good();
    struct situation situation;
    const char *documents[] = {"A01"};

    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_PACKET_INVALID);
    body.packet = small_packet_make(&f->office, &packet);
    body.process = "no_such_process";
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_UNKNOWN_PROCESS);
    body.process = "";
    situation = situation_of(f, &f->office.applicant);
    situation.rulebook = NULL;
    decide_command(&situation, &command, &f->decision);
    assert_int_equal(f->decision.refusal, REFUSAL_DEPARTMENT_NOT_READY);
    situation = situation_of(f, &f->office.applicant);
    situation.missing_documents = documents;
    situation.missing_document_count = 1;
    decide_command(&situation, &command, &f->decision);
    assert_int_equal(f->decision.refusal, REFUSAL_DOCUMENT_MISSING);
    assert_string_equal(f->decision.detail, "A01");
    body.packet->fields[0]->path = "gate.okay";
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_PACKET_INVALID);
    assert_int_equal(f->office.office.proposals, 0);
}

static void documents_that_are_too_large_are_refused_by_name(void **state)
{
    enum { COUNT = 9 };
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();
    static const uint8_t hashes[COUNT][PACKET_HASH_BYTES] = {{1}, {2}, {3}, {4}, {5},
                                                             {6}, {7}, {8}, {9}};
    static Hs__Document rows[COUNT];
    static Hs__Document *documents[COUNT];
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    for (size_t i = 0; i < COUNT; i++) {
        rows[i] = (Hs__Document)HS__DOCUMENT__INIT;
        rows[i].code = "A01";
        rows[i].name = i + 1 < COUNT ? "plan.pdf" : "last.pdf";
        rows[i].hash = (ProtobufCBinaryData){PACKET_HASH_BYTES, (uint8_t *)(uintptr_t)hashes[i]};
        rows[i].size = LIMIT_DOCUMENT_BYTES;
        documents[i] = &rows[i];
    }
    rows[COUNT - 1].size = 1;
    body.packet = small_packet_make(&f->office, &packet);
    body.packet->documents = documents;
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;

    body.packet->n_documents = COUNT;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_TOO_LARGE);
    assert_string_equal(f->decision.detail, "A01 last.pdf");
    rows[0].size = LIMIT_DOCUMENT_BYTES + 1;
    body.packet->n_documents = 1;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_TOO_LARGE);
    rows[0].size = LIMIT_DOCUMENT_BYTES;
    body.packet->n_documents = COUNT - 1;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
}

static void every_arena_size_gives_a_decision_or_too_complex(void **state)
{
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    bool was_decided = false;

    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    for (size_t size = 0; !was_decided && size < (1 << 20); size += 64) {
        struct situation situation = situation_of(f, &f->office.applicant);
        struct arena small;

        arena_init(&small, size);
        situation.arena = &small;
        decide_command(&situation, &command, &f->decision);
        was_decided = f->decision.refusal == REFUSAL_NONE;
        if (!was_decided) {
            assert_int_equal(f->decision.refusal, REFUSAL_TOO_COMPLEX);
            assert_int_equal(f->decision.event_count, 0);
        }
        arena_release(&small);
    }
    assert_true(was_decided);
}

static void a_process_whose_new_version_lacks_a_pack_takes_no_submission(void **state)
{
    struct fixture *f = *state;

    f->office.office.processes[0]->version = 2; /* the rulebook is that of version 1 */

    assert_int_equal(submit(f, small_packet_good()), REFUSAL_DEPARTMENT_NOT_READY);
    assert_int_equal(f->office.office.proposals, 0);
}

static void a_round_that_involves_nobody_ends_at_once(void **state)
{
    const Hs__Event__BodyCase kinds[] = {EVENT(PROPOSAL_SUBMITTED), EVENT(ROUND_OPENED),
                                         EVENT(VERDICT_ISSUED)};
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    f->office.process->stages[0]->seats[0]->when = "style == false";
    f->office.process->stages[0]->seats[1]->when = "lane.width_m < 4.0";
    small_office_compile(&f->office);
    packet.lead_ok = false;
    submit(f, packet);

    assert_events(f, 3, kinds);
    assert_int_equal(f->proposal.status, STATUS(CONCLUDED));
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__CONDITIONAL);
}

static void a_disabled_principal_may_do_nothing(void **state)
{
    struct fixture *f = *state;

    f->office.applicant.disabled = true;
    assert_int_equal(submit(f, small_packet_good()), REFUSAL_PRINCIPAL_DISABLED);
}

static void numbers_begin_again_with_the_local_year(void **state)
{
    struct fixture *f = *state;

    submit(f, small_packet_good());
    submit(f, small_packet_good());
    assert_string_equal(f->decision.result.number, "LJHS-1970-0002");
    f->now_ms = INT64_C(1767196800000); /* 2026-01-01T00:00 in China */
    submit(f, small_packet_good());
    assert_string_equal(f->decision.result.number, "LJHS-2026-0001");
    assert_int_equal(f->decision.result.proposal, 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_complete_packet_opens_a_round_for_all_at_once),
        T(a_failed_gate_ends_the_submission_with_the_whole_list),
        T(what_is_missing_is_told_once_and_answered_by_a_revision),
        T(the_last_opinion_brings_the_verdict_in_the_same_decision),
        T(nothing_is_added_to_a_refusal),
        T(a_last_opinion_without_room_is_refused_as_too_complex),
        T(an_opinion_is_given_once),
        T(an_opinion_that_lacks_what_it_needs_is_refused),
        T(rules_answer_only_where_the_department_lets_them),
        T(a_deadline_passes_after_its_instant_once),
        T(an_opinion_after_its_deadline_records_the_deadline_and_is_late),
        T(an_opinion_at_the_instant_of_its_deadline_is_in_time),
        T(silence_holds_the_verdict_until_the_late_opinion_comes),
        T(a_disagreement_beside_silence_returns_and_the_late_opinion_is_kept),
        T(not_competent_waits_for_the_lead),
        T(what_the_lead_sends_back_has_no_answer_and_no_second_deadline),
        T(the_leads_failed_check_is_an_item_of_the_office),
        T(a_withdrawn_proposal_takes_no_opinion),
        T(a_submission_that_cannot_be_taken_leaves_nothing),
        T(documents_that_are_too_large_are_refused_by_name),
        T(every_arena_size_gives_a_decision_or_too_complex),
        T(a_process_whose_new_version_lacks_a_pack_takes_no_submission),
        T(a_round_that_involves_nobody_ends_at_once),
        T(a_disabled_principal_may_do_nothing),
        T(numbers_begin_again_with_the_local_year),
    };

    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
