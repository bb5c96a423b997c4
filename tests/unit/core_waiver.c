/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/waive and core/waiver: a gate that failed is waived for its proposal, and the
 * packet goes on by itself. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "core/document.h"
#include "core/verdict.h"
#include "core/waiver.h"
#include "tests/core/office.h"

#define EVENT(name)  HS__EVENT__BODY_##name
#define RESULT(name) HS__OPINION__RESULT__##name
#define STATUS(name) HS__PROPOSAL__STATUS__##name
#define STATE(name)  HS__WAIVER__STATE__##name

enum { REVIEWS = 2 };

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Principal approver;
    Hs__Principal__Role roles[1];
    Hs__Proposal proposal;
    const Hs__Packet *packet;                  /* the proposal's present one */
    const Hs__Packet *review_packets[REVIEWS]; /* of the round that ended */
    const Hs__Opinion *opinions[REVIEWS];
    int64_t now_ms;
    struct decision decision;
};

/* Makes the gate pack three gates: GATE-1 on gate.ok and GATE-2 on lead.ok can be waived, GATE-3 on
 * style cannot. */
static void make_gates(struct fixture *f)
{
    static const char *const ids[] = {"GATE-1", "GATE-2", "GATE-3"};
    static const char *const conditions[] = {"gate.ok == true", "lead.ok == true", "style == true"};
    Hs__Pack *gate = f->office.packs[2];
    const Hs__Rule *first = gate->rules[0];
    Hs__Rule **rules = arena_array(&f->arena, ARRAY_COUNT(ids), sizeof *rules);

    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        rules[i] = arena_alloc(&f->arena, sizeof *rules[i]);
        *rules[i] = *first;
        rules[i]->id = ids[i];
        rules[i]->condition = conditions[i];
        rules[i]->waivable = i < 2;
    }
    gate->n_rules = ARRAY_COUNT(ids);
    gate->rules = rules;
    small_office_compile(&f->office);
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){
        .proposal = HS__PROPOSAL__INIT,
        .approver = HS__PRINCIPAL__INIT,
        .roles = {HS__PRINCIPAL__ROLE__APPROVER},
        .now_ms = OFFICE_START_MS,
    };
    arena_init(&f->arena, 64 << 20);
    small_office_init(&f->office, &f->arena);
    make_gates(f);
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

/* Decides @command; what was given is as it was, and what comes of it is applied. */
static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    struct situation situation = {
        .now_ms = f->now_ms,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .packet = f->packet,
        .rulebook = f->office.rulebook,
        .rulebook_before = f->office.rulebook,
        .review_packets = f->review_packets,
        .opinions = f->opinions,
        .arena = &f->arena,
    };
    struct bytes before = message_pack(&f->proposal, &f->arena);

    decide_command(&situation, command, &f->decision);
    assert_true(bytes_equal(before, message_pack(&f->proposal, &f->arena)));
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_proposal(&f->proposal, f->decision.events[i], (struct event_entry){i + 1, f->now_ms},
                       &f->arena);
    }
    return f->decision.refusal;
}

static void submit(struct fixture *f, struct small_packet packet)
{
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
    f->packet = body.packet;
}

/* Sends another packet, with an answer to @item unless it is empty. */
static void revise(struct fixture *f, struct small_packet packet, const char *item)
{
    Hs__Revise body = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__ItemReply **replies = arena_array(&f->arena, 1, sizeof *replies);

    replies[0] = message_new(&hs__item_reply__descriptor, &f->arena);
    replies[0]->item = item;
    replies[0]->answer = HS__ITEM_REPLY__ANSWER__ADOPTED;
    body.proposal = 1;
    body.packet = small_packet_make(&f->office, &packet);
    body.n_items = item[0] == '\0' ? 0 : 1;
    body.items = replies;
    command.body_case = HS__COMMAND__BODY_REVISE;
    command.revise = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
    f->packet = body.packet;
}

static enum refusal request_with(struct fixture *f, const char *rule_id, const char *reason,
                                 const char *document)
{
    Hs__RequestWaiver body = HS__REQUEST_WAIVER__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.rule_id = rule_id;
    body.reason = reason;
    body.document = document;
    command.body_case = HS__COMMAND__BODY_REQUEST_WAIVER;
    command.request_waiver = &body;
    return run(f, &f->office.chief, &command);
}

static enum refusal request(struct fixture *f, const char *rule_id)
{
    return request_with(f, rule_id, "危房须先行改造", "渝领〔2026〕3号");
}

/* The approver's answer: granted, or refused with @reason. */
static enum refusal answer(struct fixture *f, const char *rule_id, bool granted, const char *reason)
{
    Hs__AnswerWaiver body = HS__ANSWER_WAIVER__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.rule_id = rule_id;
    body.granted = granted;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_ANSWER_WAIVER;
    command.answer_waiver = &body;
    return run(f, &f->approver, &command);
}

static void grant(struct fixture *f, const char *rule_id)
{
    assert_int_equal(request(f, rule_id), REFUSAL_NONE);
    assert_int_equal(answer(f, rule_id, true, ""), REFUSAL_NONE);
}

static void give(struct fixture *f, size_t seat, Hs__Opinion *opinion)
{
    const Hs__Principal *signer = seat == 0 ? &f->office.planner : &f->office.fireman;
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    ref.proposal = 1;
    ref.round = f->proposal.round;
    ref.department = signer->department;
    body.review = &ref;
    body.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    assert_int_equal(run(f, signer, &command), REFUSAL_NONE);
    f->opinions[seat] = opinion;
    f->review_packets[seat] = f->packet;
}

static Hs__Opinion *agreement(struct fixture *f)
{
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, &f->arena);

    opinion->result = RESULT(AGREE);
    return opinion;
}

static Hs__Opinion *objection(struct fixture *f)
{
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, &f->arena);
    Hs__Item *item = message_new(&hs__item__descriptor, &f->arena);

    item->severity = HS__ITEM__SEVERITY__MUST;
    item->defect = "3.4 m";
    item->demand = "加宽车道";
    item->basis = "通知 1";
    opinion->result = RESULT(DISAGREE);
    opinion->n_items = 1;
    opinion->items = arena_array(&f->arena, 1, sizeof(Hs__Item *));
    opinion->items[0] = item;
    return opinion;
}

static struct small_packet failing(bool gate_ok, bool lead_ok, bool style)
{
    struct small_packet packet = small_packet_good();

    packet.gate_ok = gate_ok;
    packet.lead_ok = lead_ok;
    packet.style = style;
    return packet;
}

static void assert_events(const struct fixture *f, size_t count, const Hs__Event__BodyCase *cases)
{
    assert_int_equal(f->decision.event_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(f->decision.events[i]->body_case, cases[i]);
    }
}

static void the_last_gate_waived_opens_the_round_in_the_same_decision(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(WAIVER_ANSWERED), EVENT(ROUND_OPENED)};
    struct fixture *f = *state;

    submit(f, failing(false, true, true));
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    assert_int_equal(f->proposal.status, STATUS(GATE_FAILED));
    assert_int_equal(waiver_of(&f->proposal, "GATE-1")->state, STATE(ASKED));
    f->now_ms += 1000;
    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_NONE);

    assert_events(f, 2, events);
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));
    assert_int_equal(f->proposal.round, 1);
    assert_int_equal(f->proposal.n_reviews, 2);
    assert_int_equal(f->proposal.n_failed_gates, 0);
    assert_int_equal(f->proposal.n_office_items, 0); /* what is waived is no item of the office */
    const Hs__Waiver *waiver = waiver_of(&f->proposal, "GATE-1");
    assert_int_equal(waiver->state, STATE(GRANTED));
    assert_string_equal(waiver->reason, "危房须先行改造");
    assert_string_equal(waiver->document, "渝领〔2026〕3号");
    assert_string_equal(waiver->asked_by, "person:office");
    assert_string_equal(waiver->answered_by, "person:approver");
    assert_int_equal(waiver->answered_at, f->now_ms);
}

static void a_packet_waits_until_each_of_its_gates_is_waived(void **state)
{
    const Hs__Event__BodyCase one[] = {EVENT(WAIVER_ANSWERED)};
    const Hs__Event__BodyCase both[] = {EVENT(WAIVER_ANSWERED), EVENT(ROUND_OPENED)};
    struct fixture *f = *state;

    submit(f, failing(false, false, true));
    grant(f, "GATE-2");
    assert_events(f, 1, one);
    assert_int_equal(f->proposal.status, STATUS(GATE_FAILED));
    assert_int_equal(f->proposal.n_failed_gates, 1);
    assert_string_equal(f->proposal.failed_gates[0]->rule_id, "GATE-1");

    grant(f, "GATE-1");
    assert_events(f, 2, both);
    assert_int_equal(f->proposal.n_office_items, 1); /* the lead's own rule on the same field */
    assert_string_equal(f->proposal.office_items[0]->rule_id, "CO-1");
}

static void what_the_packet_lacks_is_asked_for_then(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(WAIVER_ANSWERED), EVENT(CORRECTION_REQUESTED)};
    struct fixture *f = *state;
    struct small_packet packet = failing(false, true, true);

    packet.width_absent = true;
    submit(f, packet);
    grant(f, "GATE-1");

    assert_events(f, 2, events);
    assert_true(f->decision.result.incomplete);
    assert_int_equal(f->proposal.status, STATUS(INCOMPLETE));
    assert_int_equal(f->proposal.n_missing, 1);
    packet.width_absent = false;
    revise(f, packet, "");
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW)); /* and it holds for the next packet */
}

static void what_is_in_force_by_then_decides(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(WAIVER_ANSWERED), EVENT(GATE_FAILED)};
    struct fixture *f = *state;

    f->office.packs[2]->n_rules = 2;
    small_office_compile(&f->office);
    submit(f, failing(false, true, false));
    assert_int_equal(f->proposal.n_failed_gates, 1);
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    f->office.packs[2]->n_rules = 3;
    small_office_compile(&f->office);
    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_NONE);

    assert_events(f, 2, events);
    assert_int_equal(f->proposal.n_failed_gates, 1);
    assert_string_equal(f->proposal.failed_gates[0]->rule_id, "GATE-3");
}

static void a_request_is_of_a_failed_gate_that_can_be_waived(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(request(f, "GATE-1"), REFUSAL_UNKNOWN_PROPOSAL);
    submit(f, failing(false, true, false));
    assert_int_equal(request(f, "GATE-9"), REFUSAL_UNKNOWN_RULE);
    assert_int_equal(request(f, "GATE-2"), REFUSAL_GATE_NOT_FAILED);
    assert_int_equal(request(f, "GATE-3"), REFUSAL_GATE_NOT_WAIVABLE);
    assert_int_equal(request_with(f, "GATE-1", "", "3号"), REFUSAL_REASON_MISSING);
    assert_int_equal(request_with(f, "GATE-1", "x", ""), REFUSAL_DOCUMENT_NUMBER_MISSING);

    char *text = arena_alloc(&f->arena, LIMIT_REASON_BYTES + 2);
    memset(text, 'x', LIMIT_REASON_BYTES + 1);
    assert_int_equal(request_with(f, "GATE-1", text, "3号"), REFUSAL_TOO_LARGE);
    assert_int_equal(request_with(f, "GATE-1", "x", text), REFUSAL_TOO_LARGE);
    assert_int_equal(f->proposal.n_waivers, 0);
}

static void it_is_asked_for_and_answered_once(void **state)
{
    struct fixture *f = *state;

    submit(f, failing(false, false, true));
    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_NO_WAIVER_ASKED);
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    assert_int_equal(request(f, "GATE-1"), REFUSAL_WAIVER_ALREADY_ASKED);
    assert_int_equal(answer(f, "GATE-2", true, ""), REFUSAL_NO_WAIVER_ASKED);
    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_NONE);
    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_NO_WAIVER_ASKED);
    assert_int_equal(request(f, "GATE-1"), REFUSAL_GATE_ALREADY_WAIVED);
}

static void a_refusal_needs_a_reason_and_can_be_asked_about_again(void **state)
{
    struct fixture *f = *state;

    submit(f, failing(false, true, true));
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    assert_int_equal(answer(f, "GATE-1", false, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(answer(f, "GATE-1", false, "先征求意见"), REFUSAL_NONE);
    assert_int_equal(f->proposal.status, STATUS(GATE_FAILED));
    assert_int_equal(f->proposal.n_failed_gates, 1);
    assert_string_equal(waiver_of(&f->proposal, "GATE-1")->refused_reason, "先征求意见");

    grant(f, "GATE-1");
    assert_int_equal(f->proposal.n_waivers, 1);
    assert_string_equal(waiver_of(&f->proposal, "GATE-1")->refused_reason, "");
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));
}

static void a_gate_that_became_a_statutes_is_not_waived_any_more(void **state)
{
    struct fixture *f = *state;

    submit(f, failing(false, true, true));
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    f->office.packs[2]->rules[0]->waivable = false;

    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_GATE_NOT_WAIVABLE);
    assert_int_equal(answer(f, "GATE-1", false, "已属法定"), REFUSAL_NONE);
}

static void another_packet_ends_what_waits_for_an_answer(void **state)
{
    struct fixture *f = *state;

    submit(f, failing(false, true, true));
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    revise(f, failing(false, false, true), "");

    assert_int_equal(f->proposal.status, STATUS(GATE_FAILED));
    assert_null(waiver_of(&f->proposal, "GATE-1"));
    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_NO_WAIVER_ASKED);
}

static void the_verdict_rests_on_the_waivers_granted(void **state)
{
    struct fixture *f = *state;

    submit(f, failing(false, true, true));
    grant(f, "GATE-1");
    give(f, 0, agreement(f));
    give(f, 1, agreement(f));
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__PASSED);

    Hs__Verdict *verdict = verdict_build(&f->proposal, &f->arena);
    struct hash hash;
    assert_int_equal(verdict->n_waivers, 1);
    assert_string_equal(verdict->waivers[0]->rule_id, "GATE-1");
    assert_true(verdict_hash(verdict, &f->arena, &hash));
    assert_memory_equal(hash.bytes, f->proposal.verdict.data, sizeof hash.bytes);
    verdict->n_waivers = 0;
    assert_true(verdict_hash(verdict, &f->arena, &hash));
    assert_memory_not_equal(hash.bytes, f->proposal.verdict.data, sizeof hash.bytes);
}

static void the_document_prints_who_asked_and_who_granted(void **state)
{
    static const uint8_t process_hash[32] = {1};
    struct fixture *f = *state;

    submit(f, failing(false, false, true));
    grant(f, "GATE-1");
    assert_int_equal(request(f, "GATE-2"), REFUSAL_NONE);
    const struct document_sources sources = {
        .office = &f->office.office,
        .proposal = &f->proposal,
        .process = f->office.process,
        .process_hash = process_hash,
        .opinions = f->opinions,
    };
    const Hs__VerdictDocument *document = document_build(&sources, &f->arena);

    assert_int_equal(document->n_waivers, 1); /* what only waits is none */
    const Hs__VerdictDocument__Waiver *waiver = document->waivers[0];
    assert_string_equal(waiver->rule_id, "GATE-1");
    assert_string_equal(waiver->reason, "危房须先行改造");
    assert_string_equal(waiver->document, "渝领〔2026〕3号");
    assert_string_equal(waiver->asked_by, "person:office");
    assert_string_equal(waiver->granted_by, "person:approver");
    assert_int_equal(waiver->granted_at, f->now_ms);
}

static void the_next_round_opens_by_a_waiver_with_the_replies_given(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(WAIVER_ANSWERED), EVENT(ROUND_OPENED)};
    struct fixture *f = *state;

    submit(f, small_packet_good());
    give(f, 0, agreement(f));
    give(f, 1, objection(f));
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__RETURNED);
    revise(f, failing(false, true, true), "LJHS-1970-0001/1/fire#1");
    assert_int_equal(f->proposal.status, STATUS(GATE_FAILED));
    grant(f, "GATE-1");

    assert_events(f, 2, events);
    assert_int_equal(f->proposal.round, 2);
    assert_int_equal(f->proposal.n_answered, 1);
    assert_int_equal(f->proposal.answered[0]->answer, HS__ITEM_REPLY__ANSWER__ADOPTED);
    assert_true(f->proposal.reviews[0]->carried_forward);
    assert_int_equal(f->proposal.past_rounds[0]->n_waivers, 0); /* it had none */
}

static void a_round_in_which_nobody_is_asked_ends_with_the_waiver_in_its_verdict(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(WAIVER_ANSWERED), EVENT(ROUND_OPENED),
                                          EVENT(VERDICT_ISSUED)};
    struct fixture *f = *state;

    f->office.packs[0]->rules[0]->on_fail = HS__RULE__ON_FAIL__REJECT;
    f->office.packs[2]->n_rules = 1;
    small_office_compile(&f->office);
    submit(f, failing(true, false, true));
    give(f, 0, agreement(f));
    give(f, 1, agreement(f));
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__RETURNED);
    revise(f, failing(false, true, true), "");
    grant(f, "GATE-1");

    assert_events(f, 3, events);
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__PASSED);
    struct hash hash;
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &hash));
    assert_memory_equal(hash.bytes, f->proposal.verdict.data, sizeof hash.bytes);
}

static void what_has_ended_is_not_waived(void **state)
{
    struct fixture *f = *state;
    Hs__Withdraw body = HS__WITHDRAW__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    submit(f, failing(false, true, true));
    assert_int_equal(request(f, "GATE-1"), REFUSAL_NONE);
    body.proposal = 1;
    command.body_case = HS__COMMAND__BODY_WITHDRAW;
    command.withdraw = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);

    assert_int_equal(answer(f, "GATE-1", true, ""), REFUSAL_PROPOSAL_ENDED);
    assert_int_equal(request(f, "GATE-1"), REFUSAL_PROPOSAL_ENDED);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_last_gate_waived_opens_the_round_in_the_same_decision),
        T(a_packet_waits_until_each_of_its_gates_is_waived),
        T(what_the_packet_lacks_is_asked_for_then),
        T(what_is_in_force_by_then_decides),
        T(a_request_is_of_a_failed_gate_that_can_be_waived),
        T(it_is_asked_for_and_answered_once),
        T(a_refusal_needs_a_reason_and_can_be_asked_about_again),
        T(a_gate_that_became_a_statutes_is_not_waived_any_more),
        T(another_packet_ends_what_waits_for_an_answer),
        T(the_verdict_rests_on_the_waivers_granted),
        T(the_document_prints_who_asked_and_who_granted),
        T(the_next_round_opens_by_a_waiver_with_the_replies_given),
        T(a_round_in_which_nobody_is_asked_ends_with_the_waiver_in_its_verdict),
        T(what_has_ended_is_not_waived),
    };

    return cmocka_run_group_tests_name("waiver", tests, NULL, NULL);
}
