/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of rereview.h: what the applicant must answer, who is asked again, what is carried. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "core/verdict.h"
#include "tests/core/office.h"

#define EVENT(name)   HS__EVENT__BODY_##name
#define RESULT(name)  HS__OPINION__RESULT__##name
#define STATE(name)   HS__REVIEW__STATE__##name
#define STATUS(name)  HS__PROPOSAL__STATUS__##name
#define OUTCOME(name) HS__VERDICT__OUTCOME__##name
#define ANSWER(name)  HS__ITEM_REPLY__ANSWER__##name

enum { PLANNING, FIRE, REREVIEW_SECONDS = 20, VERSIONS_MAX = 8 };

/* Item 1 of fire's opinion in the first round. */
static const char first_item[] = "LJHS-1970-0001/1/fire#1";

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    const Hs__Packet *packets[VERSIONS_MAX]; /* by version */
    const Hs__Opinion *opinions[2];          /* of the present round, or carried */
    int64_t now_ms;
    struct decision decision;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.proposal = HS__PROPOSAL__INIT, .now_ms = OFFICE_START_MS};
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);

    Hs__Stage *stage = fixture.office.process->stages[0];
    stage->rounds_max = 3;
    stage->rereview_limit = message_new(&hs__limit__descriptor, &fixture.arena);
    stage->rereview_limit->span_case = HS__LIMIT__SPAN_SECONDS;
    stage->rereview_limit->seconds = REREVIEW_SECONDS;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    const Hs__Packet *packets[2] = {0};
    struct situation situation = {
        .now_ms = f->now_ms,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .rulebook = f->office.rulebook,
        .rulebook_before = f->office.rulebook,
        .review_packets = packets,
        .opinions = f->opinions,
        .arena = &f->arena,
    };

    for (size_t i = 0; i < f->proposal.n_reviews; i++) {
        packets[i] = f->packets[f->proposal.reviews[i]->packet_version];
    }
    decide_command(&situation, command, &f->decision);
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
    f->packets[1] = body.packet;
}

/* One answer, or none if its item is NULL. */
static enum refusal revise(struct fixture *f, struct small_packet packet, Hs__ItemReply reply)
{
    Hs__Revise body = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__ItemReply **replies = arena_array(&f->arena, 1, sizeof(Hs__ItemReply *));

    replies[0] = arena_alloc(&f->arena, sizeof reply);
    *replies[0] = reply;
    body.proposal = 1;
    body.packet = small_packet_make(&f->office, &packet);
    body.n_items = reply.item[0] == '\0' ? 0 : 1;
    body.items = replies;
    command.body_case = HS__COMMAND__BODY_REVISE;
    command.revise = &body;
    f->packets[f->proposal.packet_version + 1] = body.packet;
    return run(f, &f->office.applicant, &command);
}

static Hs__ItemReply reply_of(const char *item, Hs__ItemReply__Answer answer, const char *reason)
{
    Hs__ItemReply reply = HS__ITEM_REPLY__INIT;

    reply.item = item;
    reply.answer = answer;
    reply.reason = reason;
    return reply;
}

static enum refusal give(struct fixture *f, size_t seat, Hs__Opinion *opinion)
{
    const Hs__Principal *signer = seat == FIRE ? &f->office.fireman : &f->office.planner;
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
    enum refusal refusal = run(f, signer, &command);
    if (refusal == REFUSAL_NONE) {
        f->opinions[seat] = opinion;
    }
    return refusal;
}

static Hs__Opinion *opinion_of(struct fixture *f, Hs__Opinion__Result result)
{
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, &f->arena);

    opinion->result = result;
    return opinion;
}

static Hs__Item *add_item(struct fixture *f, Hs__Opinion *opinion, const char *rule_id)
{
    Hs__Item *item = message_new(&hs__item__descriptor, &f->arena);

    if (opinion->items == NULL) {
        opinion->items = arena_array(&f->arena, 4, sizeof(Hs__Item *));
    }
    item->severity = HS__ITEM__SEVERITY__MUST;
    item->rule_id = rule_id;
    item->defect = "3.4 m";
    item->demand = "加宽车道";
    item->basis = "通知 1";
    item->closing = "图纸";
    opinion->items[opinion->n_items++] = item;
    return item;
}

static struct small_packet narrow(void)
{
    struct small_packet packet = small_packet_good();

    packet.width_cm = 340;
    return packet;
}

/* A first round in which planning agrees and fire does not. */
static void be_returned(struct fixture *f)
{
    Hs__Opinion *opinion = opinion_of(f, RESULT(DISAGREE));

    submit(f, narrow());
    assert_int_equal(give(f, PLANNING, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);
    add_item(f, opinion, "FI-1");
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_NONE);
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));
}

static void assert_events(const struct fixture *f, size_t count, const Hs__Event__BodyCase *cases)
{
    assert_int_equal(f->decision.event_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(f->decision.events[i]->body_case, cases[i]);
    }
}

static void every_must_item_is_answered_or_named(void **state)
{
    struct fixture *f = *state;

    be_returned(f);
    assert_int_equal(revise(f, small_packet_good(), reply_of("", 0, "")), REFUSAL_REPLY_INCOMPLETE);
    assert_string_equal(f->decision.detail, first_item);
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(PARTLY), "")),
                     REFUSAL_REPLY_INCOMPLETE);
    assert_int_equal(revise(f, small_packet_good(), reply_of("another", ANSWER(ADOPTED), "")),
                     REFUSAL_REPLY_INVALID);

    assert_int_equal(f->proposal.status, STATUS(CONCLUDED));
    assert_int_equal(f->proposal.packet_version, 1);
}

static void the_others_opinions_are_carried_forward(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PACKET_REVISED), EVENT(ROUND_OPENED)};
    struct fixture *f = *state;

    be_returned(f);
    int64_t given_at = f->proposal.reviews[PLANNING]->given_at;
    f->now_ms += 5000;
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_NONE);

    assert_events(f, 2, events);
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));
    assert_int_equal(f->proposal.round, 2);
    const Hs__Review *kept = f->proposal.reviews[PLANNING];
    assert_true(kept->carried_forward);
    assert_int_equal(kept->carried_from, 1);
    assert_int_equal(kept->state, STATE(CLOSED));
    assert_int_equal(kept->given_at, given_at);
    assert_int_equal(kept->packet_version, 1);
    const Hs__Review *asked = f->proposal.reviews[FIRE];
    assert_false(asked->carried_forward);
    assert_int_equal(asked->state, STATE(OPEN));
    assert_int_equal(asked->due_at, f->now_ms + REREVIEW_SECONDS * 1000);
    assert_int_equal(asked->packet_version, 2);
    assert_int_equal(asked->n_changed_inputs, 1);
    assert_string_equal(asked->changed_inputs[0], "lane.width_m");
    assert_int_equal(f->proposal.n_answered, 1);
    assert_string_equal(f->proposal.answered[0]->item->id, first_item);
    assert_int_equal(f->proposal.answered[0]->answer, ANSWER(ADOPTED));
}

static void the_old_verdict_stays_on_record_and_makes_room(void **state)
{
    struct fixture *f = *state;

    be_returned(f);
    ProtobufCBinaryData first = f->proposal.verdict;
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_NONE);
    assert_int_equal(f->proposal.verdict.len, 0);
    assert_int_equal(f->proposal.n_past_rounds, 1);
    const Hs__PastRound *past = f->proposal.past_rounds[0];
    assert_int_equal(past->round, 1);
    assert_int_equal(past->outcome, OUTCOME(RETURNED));
    assert_true(bytes_equal(bytes_of(past->verdict), bytes_of(first)));
    assert_int_equal(past->reviews[FIRE]->result, RESULT(DISAGREE));

    Hs__Opinion *agreeing = opinion_of(f, RESULT(AGREE));
    const char *closed[] = {first_item};
    agreeing->closed_items = closed;
    agreeing->n_closed_items = 1;
    assert_int_equal(give(f, FIRE, agreeing), REFUSAL_NONE);
    assert_int_equal(f->proposal.outcome, OUTCOME(PASSED));
    Hs__Verdict *verdict = verdict_build(&f->proposal, &f->arena);
    assert_int_equal(verdict->round, 2);
    assert_true(verdict->inputs[PLANNING]->carried_forward);
    assert_false(verdict->inputs[FIRE]->carried_forward);
}

static void what_a_carried_opinion_demands_is_carried_too(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = opinion_of(f, RESULT(DISAGREE));
    Hs__Opinion *agreeing = opinion_of(f, RESULT(AGREE));

    add_item(f, agreeing, "PL-1")->severity = HS__ITEM__SEVERITY__ADVICE;
    agreeing->items[0]->against = "fire";
    submit(f, narrow());
    assert_int_equal(give(f, PLANNING, agreeing), REFUSAL_NONE);
    uint64_t seq = f->proposal.reviews[PLANNING]->opinion_seq;
    add_item(f, opinion, "FI-1");
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_NONE);
    f->proposal.verdict = (ProtobufCBinaryData){HASH_BYTES, (uint8_t[HASH_BYTES]){1}};
    f->proposal.status = STATUS(CONCLUDED); /* as if the conflict had been settled */
    f->proposal.outcome = OUTCOME(RETURNED);
    f->proposal.reviews[PLANNING]->after_verdict = true;
    assert_int_equal(f->proposal.n_conflicts, 1);
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_NONE);

    const Hs__Review *kept = f->proposal.reviews[PLANNING];
    assert_true(kept->carried_forward);
    assert_int_equal(kept->n_claims, 1);
    assert_string_equal(kept->claims[0]->against, "fire");
    assert_int_equal(kept->opinion_seq, seq);
    assert_false(kept->after_verdict); /* this round's verdict hears it */
    assert_int_equal(f->proposal.n_conflicts, 0);
    assert_int_equal(f->proposal.past_rounds[0]->n_conflicts, 1);
}

static void who_was_decided_for_is_asked_again(void **state)
{
    struct fixture *f = *state;

    be_returned(f);
    f->proposal.reviews[PLANNING]->decided_by = "person:approver";
    f->proposal.reviews[PLANNING]->opinion.len = 0;
    f->opinions[PLANNING] = NULL;
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_NONE);

    assert_false(f->proposal.reviews[PLANNING]->carried_forward);
    assert_int_equal(f->proposal.reviews[PLANNING]->state, STATE(OPEN));
    assert_string_equal(f->proposal.reviews[PLANNING]->decided_by, "");
}

static enum refusal decide(struct fixture *f, Hs__Decision__Kind kind, const char *reason)
{
    static Hs__Principal__Role approving = HS__PRINCIPAL__ROLE__APPROVER;
    Hs__Principal approver = f->office.chief;
    Hs__Decide body = HS__DECIDE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    approver.roles = &approving;
    approver.n_roles = 1;
    body.proposal = 1;
    body.kind = kind;
    body.verdict = f->proposal.verdict;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_DECIDE;
    command.decide = &body;
    return run(f, &approver, &command);
}

static void what_was_sent_back_is_revised_as_what_was_returned(void **state)
{
    struct fixture *f = *state;

    submit(f, small_packet_good());
    assert_int_equal(give(f, PLANNING, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);
    assert_int_equal(give(f, FIRE, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);
    assert_int_equal(decide(f, HS__DECISION__KIND__SENT_BACK, "补充资金来源"), REFUSAL_NONE);
    assert_int_equal(revise(f, narrow(), reply_of("", 0, "")), REFUSAL_NONE);

    assert_int_equal(f->proposal.round, 2);
    assert_int_equal(f->proposal.status, STATUS(IN_REVIEW));
    assert_null(f->proposal.decision);
    const Hs__PastRound *past = f->proposal.past_rounds[0];
    assert_int_equal(past->outcome, OUTCOME(RETURNED));
    assert_int_equal(past->decision->outcome, OUTCOME(PASSED));
    assert_string_equal(past->decision->reason, "补充资金来源");
}

static void a_decision_that_ends_the_proposal_ends_its_rounds(void **state)
{
    struct fixture *f = *state;

    be_returned(f);
    assert_int_equal(decide(f, HS__DECISION__KIND__REJECTED, "方案不可行"), REFUSAL_NONE);
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_PROPOSAL_ENDED);
    f->proposal.status = STATUS(APPROVED);
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_PROPOSAL_ENDED);
}

static void who_reads_what_changed_is_asked_again(void **state)
{
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    be_returned(f);
    packet.style = false;
    assert_int_equal(revise(f, packet, reply_of(first_item, ANSWER(ADOPTED), "")), REFUSAL_NONE);

    assert_false(f->proposal.reviews[PLANNING]->carried_forward);
    assert_string_equal(f->proposal.reviews[PLANNING]->changed_inputs[0], "style");
}

static void a_demand_that_is_not_adopted_is_answered_by_who_made_it(void **state)
{
    struct fixture *f = *state;

    be_returned(f);
    assert_int_equal(revise(f, narrow(), reply_of(first_item, ANSWER(NOT_ADOPTED), "无法拓宽")),
                     REFUSAL_NONE);

    assert_true(f->proposal.reviews[PLANNING]->carried_forward);
    assert_int_equal(f->proposal.reviews[FIRE]->state, STATE(OPEN));
    assert_int_equal(f->proposal.reviews[FIRE]->n_changed_inputs, 0);
    assert_string_equal(f->proposal.answered[0]->reason, "无法拓宽");
}

static void a_packet_that_a_gate_stops_needs_no_second_reply(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PACKET_REVISED), EVENT(GATE_FAILED)};
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    be_returned(f);
    packet.gate_ok = false;
    assert_int_equal(revise(f, packet, reply_of(first_item, ANSWER(ADOPTED), "")), REFUSAL_NONE);
    assert_events(f, 2, events);
    assert_int_equal(f->proposal.status, STATUS(GATE_FAILED));

    assert_int_equal(revise(f, small_packet_good(), reply_of("", 0, "")), REFUSAL_NONE);
    assert_int_equal(f->proposal.round, 2);
    assert_int_equal(f->proposal.n_past_rounds, 1);
    assert_int_equal(f->proposal.answered[0]->answer, ANSWER(ADOPTED));
    assert_true(f->proposal.reviews[PLANNING]->carried_forward);
}

static void where_the_office_alone_objected_nobody_is_asked(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PACKET_REVISED), EVENT(ROUND_OPENED),
                                          EVENT(VERDICT_ISSUED)};
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    f->office.packs[0]->rules[0]->on_fail = HS__RULE__ON_FAIL__REJECT;
    small_office_compile(&f->office);
    packet.lead_ok = false;
    submit(f, packet);
    assert_int_equal(give(f, PLANNING, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);
    assert_int_equal(give(f, FIRE, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));

    assert_int_equal(revise(f, small_packet_good(), reply_of("", 0, "")), REFUSAL_NONE);
    assert_events(f, 3, events);
    assert_int_equal(f->proposal.outcome, OUTCOME(PASSED));
}

static void what_was_not_returned_has_no_next_round(void **state)
{
    struct fixture *f = *state;

    submit(f, small_packet_good());
    assert_int_equal(give(f, PLANNING, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);
    assert_int_equal(give(f, FIRE, opinion_of(f, RESULT(AGREE))), REFUSAL_NONE);

    assert_int_equal(revise(f, small_packet_good(), reply_of("", 0, "")),
                     REFUSAL_NOTHING_TO_REVISE);
}

static void rounds_have_an_end(void **state)
{
    struct fixture *f = *state;

    f->office.process->stages[0]->rounds_max = 1;
    be_returned(f);

    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_ROUNDS_EXHAUSTED);
}

/* A second round in which fire is asked about a lane of the width it demanded. */
static void be_in_the_second_round(struct fixture *f)
{
    be_returned(f);
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_NONE);
    f->opinions[FIRE] = NULL;
}

static Hs__Opinion *closing(struct fixture *f, Hs__Opinion__Result result, const char *item)
{
    Hs__Opinion *opinion = opinion_of(f, result);

    opinion->closed_items = arena_array(&f->arena, 1, sizeof *opinion->closed_items);
    opinion->closed_items[opinion->n_closed_items++] = item;
    return opinion;
}

static void each_earlier_demand_is_closed_or_goes_on(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(ITEMS_SETTLED), EVENT(OPINION_GIVEN),
                                          EVENT(VERDICT_ISSUED)};
    struct fixture *f = *state;

    be_in_the_second_round(f);
    assert_int_equal(give(f, FIRE, opinion_of(f, RESULT(AGREE))), REFUSAL_ITEMS_UNSETTLED);
    assert_string_equal(f->decision.detail, first_item);
    assert_int_equal(give(f, FIRE, closing(f, RESULT(AGREE), "LJHS-1970-0001/1/planning#1")),
                     REFUSAL_ITEM_INVALID);

    assert_int_equal(give(f, FIRE, closing(f, RESULT(AGREE), first_item)), REFUSAL_NONE);
    assert_events(f, 3, events);
    assert_int_equal(f->proposal.answered[0]->state, HS__ANSWERED_ITEM__STATE__CLOSED);
    assert_int_equal(f->proposal.outcome, OUTCOME(PASSED));
}

static void a_demand_that_goes_on_is_answered_again(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = opinion_of(f, RESULT(DISAGREE));

    be_in_the_second_round(f);
    add_item(f, opinion, "FI-1")->earlier = first_item;
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_NONE);
    assert_int_equal(f->proposal.answered[0]->state, HS__ANSWERED_ITEM__STATE__RESTATED);
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));

    assert_int_equal(revise(f, small_packet_good(), reply_of("", 0, "")), REFUSAL_REPLY_INCOMPLETE);
    assert_string_equal(f->decision.detail, "LJHS-1970-0001/2/fire#1");
    assert_int_equal(revise(f, small_packet_good(),
                            reply_of("LJHS-1970-0001/2/fire#1", ANSWER(NOT_ADOPTED), "无法拓宽")),
                     REFUSAL_NONE);
    assert_int_equal(f->proposal.round, 3);
    assert_int_equal(f->proposal.reviews[PLANNING]->carried_from, 1);
}

static void what_did_not_change_is_too_late_to_demand(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = closing(f, RESULT(DISAGREE), first_item);

    be_in_the_second_round(f);
    Hs__Item *item = add_item(f, opinion, "");
    item->matter = "greening";
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_LATE_NEW_ITEM);
    assert_string_equal(f->decision.detail, "items[0]");
    item->ground = HS__ITEM__GROUND__SAFETY;
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_REASON_MISSING);

    item->ground_reason = "现场发现高压线";
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_NONE);
    const Hs__ItemsSettled *settled = f->decision.events[0]->items_settled;
    assert_int_equal(settled->n_late, 1);
    assert_int_equal(settled->late[0]->number, 1);
    assert_int_equal(settled->late[0]->ground, HS__ITEM__GROUND__SAFETY);
    assert_int_equal(f->proposal.reviews[FIRE]->late_items, 1);
}

static void what_changed_may_bring_new_demands(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = closing(f, RESULT(DISAGREE), first_item);

    be_in_the_second_round(f);
    add_item(f, opinion, "FI-1")->place = "L3";

    assert_int_equal(give(f, FIRE, opinion), REFUSAL_NONE);
    assert_int_equal(f->proposal.reviews[FIRE]->late_items, 0);
}

static void a_new_demand_on_a_drawing_that_changed_is_in_time(void **state)
{
    static const char *codes[] = {"A03"};
    struct fixture *f = *state;
    Hs__Opinion *opinion = closing(f, RESULT(DISAGREE), first_item);

    be_in_the_second_round(f);
    f->proposal.reviews[FIRE]->changed_documents = codes;
    f->proposal.reviews[FIRE]->n_changed_documents = 1;
    Hs__Item *item = add_item(f, opinion, "");
    item->place = "A02";
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_LATE_NEW_ITEM);

    item->place = "A03 L2";
    assert_int_equal(give(f, FIRE, opinion), REFUSAL_NONE);
}

static void a_round_settles_nothing_that_was_not_raised(void **state)
{
    struct fixture *f = *state;

    submit(f, small_packet_good());

    assert_int_equal(give(f, FIRE, closing(f, RESULT(AGREE), first_item)), REFUSAL_ITEM_INVALID);
}

static enum refusal grant(struct fixture *f, const Hs__Principal *signer, const char *reason)
{
    Hs__GrantRound body = HS__GRANT_ROUND__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_GRANT_ROUND;
    command.grant_round = &body;
    return run(f, signer, &command);
}

static void the_office_may_grant_one_more_round_with_a_reason(void **state)
{
    struct fixture *f = *state;

    submit(f, narrow());
    assert_int_equal(grant(f, &f->office.chief, "方案待定"), REFUSAL_NOT_RETURNED);
    f->proposal = (Hs__Proposal)HS__PROPOSAL__INIT;
    be_returned(f);
    assert_int_equal(grant(f, &f->office.chief, "方案待定"), REFUSAL_ROUND_LEFT);

    f->office.process->stages[0]->rounds_max = 1;
    assert_int_equal(grant(f, &f->office.applicant, "方案待定"), REFUSAL_NOT_ALLOWED);
    assert_int_equal(grant(f, &f->office.chief, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(grant(f, &f->office.chief, "方案待定"), REFUSAL_NONE);
    assert_int_equal(f->proposal.rounds_granted, 1);
    assert_string_equal(f->decision.events[0]->round_granted->reason, "方案待定");
    assert_int_equal(grant(f, &f->office.chief, "方案待定"), REFUSAL_ROUND_LEFT);
    assert_int_equal(revise(f, small_packet_good(), reply_of(first_item, ANSWER(ADOPTED), "")),
                     REFUSAL_NONE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_must_item_is_answered_or_named),
        T(the_others_opinions_are_carried_forward),
        T(the_old_verdict_stays_on_record_and_makes_room),
        T(what_a_carried_opinion_demands_is_carried_too),
        T(who_was_decided_for_is_asked_again),
        T(what_was_sent_back_is_revised_as_what_was_returned),
        T(a_decision_that_ends_the_proposal_ends_its_rounds),
        T(who_reads_what_changed_is_asked_again),
        T(a_demand_that_is_not_adopted_is_answered_by_who_made_it),
        T(a_packet_that_a_gate_stops_needs_no_second_reply),
        T(where_the_office_alone_objected_nobody_is_asked),
        T(what_was_not_returned_has_no_next_round),
        T(rounds_have_an_end),
        T(each_earlier_demand_is_closed_or_goes_on),
        T(a_demand_that_goes_on_is_answered_again),
        T(what_did_not_change_is_too_late_to_demand),
        T(what_changed_may_bring_new_demands),
        T(a_new_demand_on_a_drawing_that_changed_is_in_time),
        T(a_round_settles_nothing_that_was_not_raised),
        T(the_office_may_grant_one_more_round_with_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
