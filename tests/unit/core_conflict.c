/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/conflict and core/ruling: what contradicts, who settles it, and what the round then
 * comes to. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/conflict.h"
#include "core/decide.h"
#include "core/limits.h"
#include "core/verdict.h"
#include "lib/hash.h"
#include "tests/core/office.h"

#define EVENT(name)   HS__EVENT__BODY_##name
#define RESULT(name)  HS__OPINION__RESULT__##name
#define OUTCOME(name) HS__VERDICT__OUTCOME__##name
#define STATE(name)   HS__CONFLICT__STATE__##name
#define STEP(name)    HS__SETTLE_CONFLICT__STEP__##name

/* The office's process knows one incompatible pair: a lane, and trees. */
struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    Hs__IncompatiblePair pair;
    Hs__IncompatiblePair *pairs[1];
    const char *one[1];
    const char *other[1];
    Hs__Words title;
    struct decision decision;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){
        .proposal = HS__PROPOSAL__INIT,
        .pair = HS__INCOMPATIBLE_PAIR__INIT,
        .one = {"FI-1"},
        .other = {"trees"},
        .title = HS__WORDS__INIT,
    };
    arena_init(&f->arena, 64 << 20);
    small_office_init(&f->office, &f->arena);
    f->title.zh = "车道与树木";
    f->pair.id = "lane_or_trees";
    f->pair.title = &f->title;
    f->pair.n_one = 1;
    f->pair.one = f->one;
    f->pair.n_other = 1;
    f->pair.other = f->other;
    f->pairs[0] = &f->pair;
    f->office.process->n_incompatible = 1;
    f->office.process->incompatible = f->pairs;
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
        .now_ms = OFFICE_START_MS,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .rulebook = f->office.rulebook,
        .arena = &f->arena,
    };
    struct hash before = hash_of(message_pack(&f->proposal, &f->arena));

    decide_command(&situation, command, &f->decision);
    struct hash after = hash_of(message_pack(&f->proposal, &f->arena));
    assert_memory_equal(before.bytes, after.bytes, sizeof after.bytes);
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_office(&f->office.office, f->decision.events[i], &f->arena);
        apply_proposal(&f->proposal, f->decision.events[i],
                       (struct event_entry){i + 1, OFFICE_START_MS}, &f->arena);
    }
    return f->decision.refusal;
}

static void submit(struct fixture *f)
{
    struct small_packet packet = small_packet_good();
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    assert_int_equal(run(f, &f->office.applicant, &command), REFUSAL_NONE);
}

static Hs__Item item_of(const char *rule_id, const char *matter, const char *place)
{
    Hs__Item item = HS__ITEM__INIT;

    item.severity = HS__ITEM__SEVERITY__MUST;
    item.rule_id = rule_id;
    item.matter = matter;
    item.place = place;
    item.demand = "要求";
    item.basis = "规范 1";
    return item;
}

/* Gives the opinion of @department with @count items, which are copied. */
static enum refusal give(struct fixture *f, const char *department, Hs__Opinion__Result result,
                         const Hs__Item *items, size_t count)
{
    bool is_fire = strcmp(department, "fire") == 0;
    Hs__ReviewRef *ref = message_new(&hs__review_ref__descriptor, &f->arena);
    Hs__Opinion *opinion = message_new(&hs__opinion__descriptor, &f->arena);
    Hs__Item *copies = arena_array(&f->arena, count, sizeof *copies);
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    opinion->items = arena_array(&f->arena, count, sizeof(Hs__Item *));
    for (size_t i = 0; i < count; i++) {
        copies[i] = items[i];
        opinion->items[opinion->n_items++] = &copies[i];
    }
    opinion->result = result;
    opinion->reason = result == RESULT(NOT_COMPETENT) ? "不属本部门职责" : "";
    ref->proposal = 1;
    ref->round = 1;
    ref->department = department;
    body.review = ref;
    body.opinion = opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, is_fire ? &f->office.fireman : &f->office.planner, &command);
}

/* Fire keeps its lane, planning disagrees for the trees: the two of sample 14. */
static void contradict(struct fixture *f)
{
    const Hs__Item lane = item_of("FI-1", "fire", "L1");
    const Hs__Item trees = item_of("PL-9", "trees", "北侧绿地");

    submit(f);
    assert_int_equal(give(f, "fire", RESULT(CONDITIONAL), &lane, 1), REFUSAL_NONE);
    assert_int_equal(give(f, "planning", RESULT(DISAGREE), &trees, 1), REFUSAL_NONE);
}

static enum refusal settle(struct fixture *f, Hs__SettleConflict settlement)
{
    Hs__Command command = HS__COMMAND__INIT;

    settlement.proposal = 1;
    if (settlement.number == 0) {
        settlement.number = 1;
    }
    command.body_case = HS__COMMAND__BODY_SETTLE_CONFLICT;
    command.settle_conflict = &settlement;
    return run(f, &f->office.chief, &command);
}

static Hs__SettleConflict step(Hs__SettleConflict__Step step, const char *reason)
{
    Hs__SettleConflict settlement = HS__SETTLE_CONFLICT__INIT;

    settlement.step = step;
    settlement.reason = reason;
    return settlement;
}

static Hs__SettleConflict ruling(const char *in_favour, const char *demand)
{
    Hs__SettleConflict settlement = step(STEP(RULE), "生命通道优先");

    settlement.in_favour = in_favour;
    settlement.demand = demand;
    return settlement;
}

static void a_declared_pair_leaves_the_round_unresolved(void **state)
{
    struct fixture *f = *state;
    const Hs__Conflict *conflict;

    contradict(f);

    assert_int_equal(f->decision.event_count, 2);
    assert_int_equal(f->decision.events[1]->body_case, EVENT(CONFLICTS_PROPOSED));
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__IN_REVIEW);
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(UNSPECIFIED));
    assert_int_equal(f->proposal.n_conflicts, 1);
    conflict = f->proposal.conflicts[0];
    assert_int_equal(conflict->number, 1);
    assert_string_equal(conflict->pair, "lane_or_trees");
    assert_string_equal(conflict->one->department, "fire");
    assert_string_equal(conflict->other->department, "planning");
    assert_int_equal(conflict->one->n_items, 1);
    assert_int_equal(conflict->other->items[0], 1);
}

static void the_lead_has_a_clock_while_a_conflict_is_open(void **state)
{
    struct fixture *f = *state;
    Hs__Limit limit = HS__LIMIT__INIT;

    limit.span_case = HS__LIMIT__SPAN_HOURS;
    limit.hours = 24;
    f->office.process->stages[0]->coordination = &limit;
    f->office.process->stages[0]->consolidation = &limit;
    contradict(f);

    const Hs__Clock *clock = proposal_clock(&f->proposal, HS__CLOCK__KIND__COORDINATION);
    assert_non_null(clock);
    assert_int_equal(clock->due_at, OFFICE_START_MS + INT64_C(24) * 3600 * 1000);
    assert_int_equal(f->proposal.wake_at, clock->due_at + 1);
    assert_null(proposal_clock(&f->proposal, HS__CLOCK__KIND__CONSOLIDATION));

    settle(f, step(STEP(CONFIRM), ""));
    assert_non_null(proposal_clock(&f->proposal, HS__CLOCK__KIND__COORDINATION));
    assert_int_equal(f->proposal.n_clocks, 1); /* confirming starts no other */
    assert_int_equal(settle(f, ruling("fire", "")), REFUSAL_NONE);
    assert_null(proposal_clock(&f->proposal, HS__CLOCK__KIND__COORDINATION));
    assert_int_equal(f->proposal.wake_at, 0);
}

static void the_lead_has_a_clock_while_a_competence_is_to_be_settled(void **state)
{
    struct fixture *f = *state;
    Hs__Limit limit = HS__LIMIT__INIT;

    limit.span_case = HS__LIMIT__SPAN_HOURS;
    limit.hours = 24;
    f->office.process->stages[0]->consolidation = &limit;
    submit(f);
    assert_int_equal(give(f, "planning", RESULT(AGREE), NULL, 0), REFUSAL_NONE);
    assert_null(proposal_clock(&f->proposal, HS__CLOCK__KIND__CONSOLIDATION));
    assert_int_equal(give(f, "fire", RESULT(NOT_COMPETENT), NULL, 0), REFUSAL_NONE);
    assert_non_null(proposal_clock(&f->proposal, HS__CLOCK__KIND__CONSOLIDATION));
}

/* Planning is silent and the approver decides for it: a mark against it is against nobody's demand.
 */
static void what_was_decided_for_a_silent_department_contradicts_nobody(void **state)
{
    struct fixture *f = *state;
    Hs__Item lane = item_of("FI-1", "fire", "L1");
    Hs__Review *planning;

    submit(f);
    planning = proposal_review(&f->proposal, "planning");
    planning->state = HS__REVIEW__STATE__CLOSED;
    planning->result = RESULT(DISAGREE);
    planning->decided_by = "person:approver";
    lane.against = "planning";
    assert_int_equal(give(f, "fire", RESULT(CONDITIONAL), &lane, 1), REFUSAL_NONE);
    assert_int_equal(f->proposal.n_conflicts, 0);
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));
}

static void what_no_pair_names_is_no_conflict(void **state)
{
    struct fixture *f = *state;
    const Hs__Item lane = item_of("FI-2", "fire", "L1");
    const Hs__Item trees = item_of("", "trees", "L1");

    submit(f);
    give(f, "fire", RESULT(CONDITIONAL), &lane, 1);
    give(f, "planning", RESULT(CONDITIONAL), &trees, 1);
    assert_int_equal(f->proposal.n_conflicts, 0);
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
}

static void advice_contradicts_nobody(void **state)
{
    struct fixture *f = *state;
    const Hs__Item lane = item_of("FI-1", "fire", "L1");
    Hs__Item trees = item_of("", "trees", "L1");

    trees.severity = HS__ITEM__SEVERITY__ADVICE;
    submit(f);
    give(f, "fire", RESULT(CONDITIONAL), &lane, 1);
    give(f, "planning", RESULT(AGREE), &trees, 1);
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
}

static void a_pair_held_to_one_place_asks_for_the_same_place(void **state)
{
    struct fixture *f = *state;
    const Hs__Item lanes[] = {item_of("FI-1", "fire", "L1"), item_of("FI-1", "fire", "L2")};
    const Hs__Item trees[] = {item_of("", "trees", "L3"), item_of("", "trees", "L2"),
                              item_of("", "trees", "")};

    f->pair.same_place = true;
    submit(f);
    give(f, "fire", RESULT(CONDITIONAL), lanes, 2);
    give(f, "planning", RESULT(CONDITIONAL), trees, 3);
    assert_int_equal(f->proposal.n_conflicts, 1);
    assert_int_equal(f->proposal.conflicts[0]->one->n_items, 1);
    assert_int_equal(f->proposal.conflicts[0]->one->items[0], 2);
    assert_int_equal(f->proposal.conflicts[0]->other->n_items, 1);
    assert_int_equal(f->proposal.conflicts[0]->other->items[0], 2);
}

static void a_mark_names_an_item_a_matter_or_what_is_at_the_same_place(void **state)
{
    static const struct {
        uint32_t item;
        const char *matter;
        uint32_t meant; /* 0: the opinion as a whole */
    } rows[] = {{2, "", 2}, {0, "water", 2}, {0, "", 1}, {9, "", 0}};

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        tear_down(state);
        set_up(state);
        struct fixture *f = *state;
        const Hs__Item lanes[] = {item_of("", "fire", "L1"), item_of("", "water", "L2")};
        Hs__Item mark = item_of("", "style", "L1");

        mark.against = "fire";
        mark.against_item = rows[i].item;
        mark.against_matter = rows[i].matter;
        submit(f);
        give(f, "fire", RESULT(CONDITIONAL), lanes, 2);
        give(f, "planning", RESULT(CONDITIONAL), &mark, 1);
        assert_int_equal(f->proposal.n_conflicts, 1);
        const Hs__Conflict *conflict = f->proposal.conflicts[0];
        assert_string_equal(conflict->pair, "");
        assert_string_equal(conflict->one->department, "planning");
        assert_int_equal(conflict->other->whole, rows[i].meant == 0);
        assert_int_equal(conflict->other->n_items, rows[i].meant == 0 ? 0 : 1);
        if (rows[i].meant != 0) {
            assert_int_equal(conflict->other->items[0], rows[i].meant);
        }
    }
}

static void a_mark_on_what_a_pair_found_is_the_same_conflict(void **state)
{
    struct fixture *f = *state;
    const Hs__Item lane = item_of("FI-1", "fire", "L1");
    Hs__Item trees = item_of("", "trees", "L1");

    trees.against = "fire";
    submit(f);
    give(f, "fire", RESULT(CONDITIONAL), &lane, 1);
    give(f, "planning", RESULT(CONDITIONAL), &trees, 1);
    assert_int_equal(f->proposal.n_conflicts, 1);
}

static void a_mark_is_against_another_department_of_the_round(void **state)
{
    struct fixture *f = *state;
    Hs__Item trees = item_of("", "trees", "L1");

    submit(f);
    trees.against = "planning";
    assert_int_equal(give(f, "planning", RESULT(CONDITIONAL), &trees, 1), REFUSAL_ITEM_INVALID);
    trees.against = "nobody";
    assert_int_equal(give(f, "planning", RESULT(CONDITIONAL), &trees, 1), REFUSAL_ITEM_INVALID);
    trees.against = "";
    trees.against_matter = "fire";
    assert_int_equal(give(f, "planning", RESULT(CONDITIONAL), &trees, 1), REFUSAL_ITEM_INVALID);
}

static void a_dismissed_conflict_needs_a_reason_and_frees_the_verdict(void **state)
{
    struct fixture *f = *state;

    contradict(f);
    assert_int_equal(settle(f, step(STEP(DISMISS), "")), REFUSAL_REASON_MISSING);
    assert_int_equal(settle(f, step(STEP(DISMISS), "两处不在一地")), REFUSAL_NONE);
    assert_int_equal(f->decision.events[1]->body_case, EVENT(VERDICT_ISSUED));
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));
    assert_int_equal(settle(f, step(STEP(CONFIRM), "")), REFUSAL_CONFLICT_SETTLED);
}

static void only_a_confirmed_conflict_is_settled(void **state)
{
    struct fixture *f = *state;
    Hs__SettleConflict other = step(STEP(CONFIRM), "");

    contradict(f);
    other.number = 2;
    assert_int_equal(settle(f, other), REFUSAL_UNKNOWN_CONFLICT);
    assert_int_equal(settle(f, step(STEP(UNSPECIFIED), "x")), REFUSAL_MALFORMED);
    assert_int_equal(settle(f, step(STEP(AGREE), "x")), REFUSAL_CONFLICT_NOT_CONFIRMED);
    assert_int_equal(settle(f, ruling("fire", "")), REFUSAL_CONFLICT_NOT_CONFIRMED);
    assert_int_equal(settle(f, step(STEP(CONFIRM), "")), REFUSAL_NONE);
    assert_int_equal(settle(f, step(STEP(CONFIRM), "")), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0);
    assert_int_equal(f->proposal.conflicts[0]->state, STATE(CONFIRMED));
}

static void a_ruling_has_a_reason_and_a_winner_or_a_demand(void **state)
{
    struct fixture *f = *state;
    Hs__SettleConflict silent = ruling("fire", "");

    contradict(f);
    settle(f, step(STEP(CONFIRM), ""));
    silent.reason = "";
    assert_int_equal(settle(f, silent), REFUSAL_REASON_MISSING);
    assert_int_equal(settle(f, ruling("", "")), REFUSAL_RULING_INVALID);
    assert_int_equal(settle(f, ruling("water", "")), REFUSAL_RULING_INVALID);
    silent.reason = arena_array(&f->arena, LIMIT_REASON_BYTES + 2, 1);
    memset((char *)(uintptr_t)silent.reason, 'x', LIMIT_REASON_BYTES + 1);
    assert_int_equal(settle(f, silent), REFUSAL_TOO_LARGE);
}

static void a_ruling_overrules_the_items_of_the_other_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    const Hs__Review *planning;

    contradict(f);
    planning = f->proposal.reviews[0];
    settle(f, step(STEP(CONFIRM), ""));
    assert_int_equal(settle(f, ruling("fire", "")), REFUSAL_NONE);

    planning = f->proposal.reviews[0];
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
    assert_int_equal(planning->result, RESULT(DISAGREE)); /* as it was given */
    assert_int_equal(conflict_result(&f->proposal, planning), RESULT(AGREE));
    assert_true(conflict_overrules(&f->proposal, "planning", 1));
    assert_false(conflict_overrules(&f->proposal, "fire", 1));
}

static void a_disagreement_that_rests_on_more_than_the_ruling_took_stands(void **state)
{
    struct fixture *f = *state;
    const Hs__Item lane = item_of("FI-1", "fire", "L1");
    const Hs__Item both[] = {item_of("", "trees", "L1"), item_of("", "style", "N")};

    submit(f);
    give(f, "fire", RESULT(CONDITIONAL), &lane, 1);
    give(f, "planning", RESULT(DISAGREE), both, 2);
    settle(f, step(STEP(CONFIRM), ""));
    settle(f, ruling("fire", ""));
    assert_int_equal(f->proposal.outcome, OUTCOME(RETURNED));
}

static void a_ruling_of_its_own_demand_is_a_condition(void **state)
{
    struct fixture *f = *state;

    contradict(f);
    settle(f, step(STEP(CONFIRM), ""));
    assert_int_equal(settle(f, ruling("", "车道 4.0 米，补绿 330 平方米")), REFUSAL_NONE);
    assert_true(f->proposal.conflicts[0]->one->overruled);
    assert_true(f->proposal.conflicts[0]->other->overruled);
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
}

static enum refusal acknowledge(struct fixture *f, const Hs__Principal *signer)
{
    Hs__AcknowledgeRuling body = HS__ACKNOWLEDGE_RULING__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.number = 1;
    command.body_case = HS__COMMAND__BODY_ACKNOWLEDGE_RULING;
    command.acknowledge_ruling = &body;
    return run(f, signer, &command);
}

static void the_overruled_department_acknowledges_once_and_the_verdict_stays(void **state)
{
    struct fixture *f = *state;
    struct hash before;
    struct hash after;

    contradict(f);
    settle(f, step(STEP(CONFIRM), ""));
    assert_int_equal(acknowledge(f, &f->office.planner), REFUSAL_NOT_OVERRULED);
    settle(f, ruling("fire", ""));
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &before));
    assert_int_equal(acknowledge(f, &f->office.fireman), REFUSAL_NOT_OVERRULED);
    assert_int_equal(acknowledge(f, &f->office.fire_agent), REFUSAL_NOT_ALLOWED);
    assert_int_equal(acknowledge(f, &f->office.planner), REFUSAL_NONE);
    assert_int_equal(f->proposal.conflicts[0]->other->acknowledged_at, OFFICE_START_MS);
    assert_int_equal(acknowledge(f, &f->office.planner), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0);
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &after));
    assert_memory_equal(before.bytes, after.bytes, sizeof after.bytes);
    assert_memory_equal(before.bytes, f->proposal.verdict.data, sizeof before.bytes);
}

static void an_agreement_is_on_paper_or_in_a_restated_opinion(void **state)
{
    struct fixture *f = *state;
    Hs__SettleConflict on_paper = step(STEP(AGREE), "协调会一致");

    contradict(f);
    settle(f, step(STEP(CONFIRM), ""));
    assert_int_equal(settle(f, on_paper), REFUSAL_DOCUMENT_NUMBER_MISSING);
    on_paper.document = "会议纪要 12 号";
    assert_int_equal(settle(f, on_paper), REFUSAL_NONE);
    assert_int_equal(f->proposal.conflicts[0]->state, STATE(AGREED));
    assert_int_equal(f->proposal.outcome,
                     OUTCOME(RETURNED)); /* its disagree is its own to change */
}

/* Sample 14: coordination, the opinion restated from disagree to conditional, both versions kept.
 */
static void after_coordination_an_opinion_is_restated_and_the_earlier_kept(void **state)
{
    struct fixture *f = *state;
    const Hs__Item green = item_of("PL-9", "trees", "补绿 330 平方米");
    struct hash first;

    contradict(f);
    memcpy(first.bytes, f->proposal.reviews[0]->opinion.data, sizeof first.bytes);
    assert_int_equal(give(f, "planning", RESULT(CONDITIONAL), &green, 1),
                     REFUSAL_OPINION_ALREADY_GIVEN);
    settle(f, step(STEP(CONFIRM), ""));
    assert_int_equal(give(f, "planning", RESULT(NOT_INVOLVED), NULL, 0), REFUSAL_RESULT_INVALID);
    assert_int_equal(give(f, "planning", RESULT(CONDITIONAL), &green, 1), REFUSAL_NONE);
    assert_int_equal(f->proposal.n_conflicts, 1); /* no second one over the same */
    assert_true(f->proposal.conflicts[0]->other->restated);
    assert_int_equal(f->proposal.conflicts[0]->other->n_items, 1);
    assert_int_equal(settle(f, step(STEP(AGREE), "协调一致")), REFUSAL_NONE);

    const Hs__Review *review = f->proposal.reviews[0];
    assert_int_equal(f->proposal.outcome, OUTCOME(CONDITIONAL));
    assert_int_equal(review->result, RESULT(CONDITIONAL));
    assert_int_equal(review->n_earlier, 1);
    assert_int_equal(review->earlier[0]->result, RESULT(DISAGREE));
    assert_memory_equal(review->earlier[0]->opinion.data, first.bytes, sizeof first.bytes);
    assert_int_equal(give(f, "planning", RESULT(AGREE), NULL, 0), REFUSAL_OPINION_ALREADY_GIVEN);
}

/* Its words are those of this round, where they are read from now on. */
static void an_opinion_restated_is_carried_forward_no_more(void **state)
{
    struct fixture *f = *state;
    const Hs__Item green = item_of("PL-9", "trees", "补绿 330 平方米");

    contradict(f);
    f->proposal.reviews[0]->carried_forward = true;
    f->proposal.reviews[0]->carried_from = 7;
    settle(f, step(STEP(CONFIRM), ""));
    assert_int_equal(give(f, "planning", RESULT(CONDITIONAL), &green, 1), REFUSAL_NONE);

    assert_false(f->proposal.reviews[0]->carried_forward);
    assert_int_equal(f->proposal.reviews[0]->carried_from, 0);
}

static enum refusal merge(struct fixture *f, uint32_t kept, uint32_t merged)
{
    Hs__Merger__Member members[] = {HS__MERGER__MEMBER__INIT, HS__MERGER__MEMBER__INIT};
    Hs__Merger merger = HS__MERGER__INIT;
    Hs__MergeItems body = HS__MERGE_ITEMS__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    members[0].department = "fire";
    members[0].item = kept;
    members[1].department = "planning";
    members[1].item = merged;
    merger.kept = &members[0];
    merger.merged = &members[1];
    body.proposal = 1;
    body.merger = message_copy(&merger, &f->arena);
    command.body_case = HS__COMMAND__BODY_MERGE_ITEMS;
    command.merge_items = &body;
    return run(f, &f->office.chief, &command);
}

static void duplicates_are_merged_once_and_stay_on_record(void **state)
{
    struct fixture *f = *state;

    contradict(f);
    assert_int_equal(merge(f, 1, 2), REFUSAL_UNKNOWN_ITEM);
    assert_int_equal(merge(f, 0, 1), REFUSAL_UNKNOWN_ITEM);
    assert_int_equal(merge(f, 1, 1), REFUSAL_NONE);
    assert_int_equal(merge(f, 1, 1), REFUSAL_ITEM_MERGED);
    assert_int_equal(f->proposal.n_mergers, 1);
    assert_string_equal(f->proposal.mergers[0]->merged->department, "planning");
}

static void the_claims_on_record_are_few_and_those_that_contradict_come_first(void **state)
{
    struct fixture *f = *state;
    Hs__Item items[LIMIT_CLAIMS + 8];

    for (size_t i = 0; i < ARRAY_COUNT(items); i++) {
        items[i] = item_of("", i + 1 == ARRAY_COUNT(items) ? "trees" : "style", "N");
    }
    submit(f);
    give(f, "planning", RESULT(DISAGREE), items, ARRAY_COUNT(items));
    const Hs__Review *review = f->proposal.reviews[0];
    assert_int_equal(review->n_claims, LIMIT_CLAIMS);
    assert_int_equal(review->must_count, ARRAY_COUNT(items));
    assert_int_equal(review->claims[0]->item, ARRAY_COUNT(items));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_declared_pair_leaves_the_round_unresolved),
        TEST(the_lead_has_a_clock_while_a_conflict_is_open),
        TEST(what_was_decided_for_a_silent_department_contradicts_nobody),
        TEST(the_lead_has_a_clock_while_a_competence_is_to_be_settled),
        TEST(what_no_pair_names_is_no_conflict),
        TEST(advice_contradicts_nobody),
        TEST(a_pair_held_to_one_place_asks_for_the_same_place),
        TEST(a_mark_names_an_item_a_matter_or_what_is_at_the_same_place),
        TEST(a_mark_on_what_a_pair_found_is_the_same_conflict),
        TEST(a_mark_is_against_another_department_of_the_round),
        TEST(a_dismissed_conflict_needs_a_reason_and_frees_the_verdict),
        TEST(only_a_confirmed_conflict_is_settled),
        TEST(a_ruling_has_a_reason_and_a_winner_or_a_demand),
        TEST(a_ruling_overrules_the_items_of_the_other_and_nothing_else),
        TEST(a_disagreement_that_rests_on_more_than_the_ruling_took_stands),
        TEST(a_ruling_of_its_own_demand_is_a_condition),
        TEST(the_overruled_department_acknowledges_once_and_the_verdict_stays),
        TEST(an_agreement_is_on_paper_or_in_a_restated_opinion),
        TEST(after_coordination_an_opinion_is_restated_and_the_earlier_kept),
        TEST(an_opinion_restated_is_carried_forward_no_more),
        TEST(duplicates_are_merged_once_and_stay_on_record),
        TEST(the_claims_on_record_are_few_and_those_that_contradict_come_first),
    };
#undef TEST

    return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
