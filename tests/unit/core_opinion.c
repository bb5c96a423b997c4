/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/opinion: the parts and the items of an opinion, and that a decision changes nothing
 * of what it is given. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "core/opinion.h"
#include "lib/hash.h"
#include "tests/core/office.h"

#define RESULT(name)   HS__OPINION__RESULT__##name
#define SEVERITY(name) HS__ITEM__SEVERITY__##name

enum { OWNERS = 2, ITEMS_TOO_MANY = OPINION_ITEMS_MAX + 1 };

/* A round is open, fire is a department of two owners, and its reviewer has an opinion to give. */
struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    Hs__Department__Owner owners[OWNERS];
    Hs__Department__Owner *owner_rows[OWNERS];
    Hs__Item item;
    Hs__Item *items[ITEMS_TOO_MANY];
    Hs__Part parts[OWNERS];
    Hs__Part *part_rows[OWNERS];
    Hs__Opinion opinion;
    struct decision decision;
};

/* Decides @command, holds everything that was given against what it was, and applies the events. */
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
    const void *const given[] = {&f->office.office, &f->proposal, signer, command};
    struct hash before[ARRAY_COUNT(given)];

    for (size_t i = 0; i < ARRAY_COUNT(given); i++) {
        before[i] = hash_of(message_pack(given[i], &f->arena));
    }
    decide_command(&situation, command, &f->decision);
    for (size_t i = 0; i < ARRAY_COUNT(given); i++) {
        struct hash after = hash_of(message_pack(given[i], &f->arena));
        assert_memory_equal(before[i].bytes, after.bytes, sizeof after.bytes);
    }
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_office(&f->office.office, f->decision.events[i], &f->arena);
        apply_proposal(&f->proposal, f->decision.events[i],
                       (struct event_entry){i + 1, OFFICE_START_MS}, &f->arena);
    }
    return f->decision.refusal;
}

static enum refusal submit(struct fixture *f, const char *title)
{
    struct small_packet packet = small_packet_good();
    Hs__Submit body = HS__SUBMIT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.packet = small_packet_make(&f->office, &packet);
    body.title = title;
    command.body_case = HS__COMMAND__BODY_SUBMIT;
    command.submit = &body;
    return run(f, &f->office.applicant, &command);
}

static enum refusal give(struct fixture *f)
{
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    ref.proposal = 1;
    ref.round = 1;
    ref.department = "fire";
    body.review = &ref;
    body.opinion = &f->opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, &f->office.fireman, &command);
}

static void set_up_opinion(struct fixture *f)
{
    static const char *const names[OWNERS] = {"north", "south"};

    for (size_t i = 0; i < OWNERS; i++) {
        f->owners[i] = (Hs__Department__Owner)HS__DEPARTMENT__OWNER__INIT;
        f->owners[i].id = names[i];
        f->owner_rows[i] = &f->owners[i];
        f->parts[i] = (Hs__Part)HS__PART__INIT;
        f->parts[i].owner = names[i];
        f->parts[i].result = RESULT(AGREE);
        f->part_rows[i] = &f->parts[i];
    }
    for (size_t i = 0; i < ITEMS_TOO_MANY; i++) {
        f->items[i] = &f->item;
    }
    f->item.severity = SEVERITY(MUST);
    f->item.demand = "加宽车道";
    f->item.basis = "GB 50016 7.1.8";
    f->opinion.result = RESULT(CONDITIONAL);
    f->opinion.items = f->items;
    f->opinion.n_items = 1;
    f->opinion.parts = f->part_rows;
}

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){
        .proposal = HS__PROPOSAL__INIT, .item = HS__ITEM__INIT, .opinion = HS__OPINION__INIT};
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    set_up_opinion(&fixture);
    fixture.office.office.departments[1]->owners = fixture.owner_rows;
    fixture.office.office.departments[1]->n_owners = OWNERS;
    assert_int_equal(submit(&fixture, "桂雨苑"), REFUSAL_NONE);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static void an_item_says_what_is_demanded_and_how_strictly(void **state)
{
    struct fixture *f = *state;

    f->item.demand = "";
    assert_int_equal(give(f), REFUSAL_ITEM_INVALID);
    assert_string_equal(f->decision.detail, "items[0].demand");
    f->item.demand = "加宽车道";
    f->item.severity = SEVERITY(UNSPECIFIED);
    assert_int_equal(give(f), REFUSAL_ITEM_INVALID);
    f->item.severity = SEVERITY(MUST);
    f->item.id = "LJHS-2026-0001/1/fire#1";
    assert_int_equal(give(f), REFUSAL_ITEM_INVALID);
    f->item.id = "";
    f->item.owner = "west";
    assert_int_equal(give(f), REFUSAL_ITEM_INVALID);
    f->item.owner = "south";
    f->item.close_by = "2026-06-31";
    assert_int_equal(give(f), REFUSAL_ITEM_INVALID);
    assert_string_equal(f->decision.detail, "items[0].close_by");
    f->item.close_by = "2026-06-30";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void advice_alone_neither_returns_nor_binds(void **state)
{
    struct fixture *f = *state;

    f->item.severity = SEVERITY(ADVICE);
    f->item.basis = "";
    assert_int_equal(give(f), REFUSAL_ITEMS_MISSING);
    f->opinion.result = RESULT(DISAGREE);
    assert_int_equal(give(f), REFUSAL_ITEMS_MISSING);
    f->opinion.result = RESULT(AGREE);
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void parts_are_one_of_each_owner_and_the_worst_is_the_result(void **state)
{
    struct fixture *f = *state;

    f->opinion.n_parts = OWNERS;
    assert_int_equal(give(f), REFUSAL_PARTS_INVALID); /* all agree, the result does not */
    f->parts[0].result = RESULT(CONDITIONAL);
    f->parts[1].owner = "north";
    assert_int_equal(give(f), REFUSAL_PARTS_INVALID);
    f->parts[1].owner = "west";
    assert_int_equal(give(f), REFUSAL_PARTS_INVALID);
    f->parts[1].owner = "south";
    f->parts[1].result = RESULT(NOT_COMPETENT);
    assert_int_equal(give(f), REFUSAL_PARTS_INVALID);
    f->parts[1].result = RESULT(NOT_INVOLVED);
    f->opinion.n_parts = 1;
    assert_int_equal(give(f), REFUSAL_PARTS_INVALID);
    f->opinion.n_parts = OWNERS;
    f->item.owner = "north";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void a_part_that_demands_has_an_item_of_its_owner(void **state)
{
    struct fixture *f = *state;

    f->opinion.n_parts = OWNERS;
    f->parts[0].result = RESULT(CONDITIONAL);
    assert_int_equal(give(f), REFUSAL_ITEMS_MISSING);
    assert_string_equal(f->decision.detail, "parts[0]: north");
    f->item.owner = "north";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void an_item_is_about_a_matter_of_the_process(void **state)
{
    struct fixture *f = *state;
    Hs__Code fire = HS__CODE__INIT;
    Hs__Code *matters[] = {&fire};

    fire.code = "fire";
    f->office.process->matters = matters;
    f->office.process->n_matters = 1;
    f->item.matter = "lane";
    assert_int_equal(give(f), REFUSAL_ITEM_INVALID);
    assert_string_equal(f->decision.detail, "items[0].matter: lane");
    f->item.matter = "fire";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void what_demands_nothing_has_no_item_that_must_be_met(void **state)
{
    struct fixture *f = *state;

    f->opinion.result = RESULT(AGREE);
    assert_int_equal(give(f), REFUSAL_MUST_NOT_DEMAND);
    assert_string_equal(f->decision.detail, "items[0].severity");
    f->opinion.result = RESULT(CONDITIONAL);
    f->opinion.n_parts = OWNERS;
    f->parts[0].result = RESULT(CONDITIONAL);
    f->opinion.n_items = 2;
    f->item.owner = "south"; /* which agrees */
    assert_int_equal(give(f), REFUSAL_MUST_NOT_DEMAND);
    f->item.owner = "north";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void who_steps_aside_says_why(void **state)
{
    static const Hs__Opinion__Result results[] = {RESULT(NOT_INVOLVED), RESULT(NOT_COMPETENT)};
    struct fixture *f = *state;

    f->opinion.n_items = 0;
    for (size_t i = 0; i < ARRAY_COUNT(results); i++) {
        f->opinion.result = results[i];
        assert_int_equal(give(f), REFUSAL_REASON_MISSING);
        assert_string_equal(f->decision.detail, "reason");
    }
    f->opinion.reason = "不在本部门范围";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void a_full_sheet_says_what_is_wrong_and_how_a_condition_is_closed(void **state)
{
    struct fixture *f = *state;

    f->office.process->sheet = HS__PROCESS__SHEET__FULL;
    assert_int_equal(give(f), REFUSAL_DEFECT_MISSING);
    assert_string_equal(f->decision.detail, "items[0].defect");
    f->item.defect = "净宽 3.4 米";
    assert_int_equal(give(f), REFUSAL_CLOSING_MISSING);
    assert_string_equal(f->decision.detail, "items[0].closing");
    f->item.severity = SEVERITY(ADVICE);
    assert_int_equal(give(f), REFUSAL_ITEMS_MISSING); /* advice needs neither, and is not enough */
    f->item.severity = SEVERITY(MUST);
    f->opinion.result = RESULT(DISAGREE);
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void every_fault_of_a_sheet_is_found_with_its_place(void **state)
{
    static const char *const paths[] = {"reason", "items[0].demand", "items[0].basis",
                                        "items[0].severity"};
    struct fixture *f = *state;
    struct opinion_frame frame = {.department = f->office.office.departments[1]};
    struct opinion_faults faults = {.arena = &f->arena};

    f->opinion.result = RESULT(NOT_INVOLVED);
    f->item.demand = "";
    f->item.basis = "";
    opinion_check(&f->opinion, &frame, &faults);

    assert_int_equal(faults.count, ARRAY_COUNT(paths));
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        assert_string_equal(faults.rows[i].path, paths[i]);
    }
    f->opinion.n_items = OPINION_FAULTS_MAX;
    opinion_check(&f->opinion, &frame, &faults);
    assert_int_equal(faults.count, OPINION_FAULTS_MAX);
}

static void an_item_needs_no_matter_and_a_process_no_list(void **state)
{
    struct fixture *f = *state;

    f->item.matter = "lane";
    assert_int_equal(give(f), REFUSAL_NONE);
}

static void titles_and_lists_of_items_have_a_limit(void **state)
{
    struct fixture *f = *state;
    char title[1026];

    f->opinion.n_items = ITEMS_TOO_MANY;
    assert_int_equal(give(f), REFUSAL_TOO_LARGE);
    f->opinion.n_items = ITEMS_TOO_MANY - 1;
    assert_int_equal(give(f), REFUSAL_NONE);

    memset(title, 'x', sizeof title);
    title[sizeof title - 1] = '\0';
    assert_int_equal(submit(f, title), REFUSAL_TOO_LARGE);
}

static void the_reviews_of_a_sealed_stage_are_sealed(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->proposal.n_reviews; i++) {
        assert_false(f->proposal.reviews[i]->sealed);
    }
    f->office.process->stages[0]->sealed = true;
    f->proposal = (Hs__Proposal)HS__PROPOSAL__INIT;
    assert_int_equal(submit(f, "荔枝苑"), REFUSAL_NONE);
    assert_true(f->proposal.n_reviews > 0);
    for (size_t i = 0; i < f->proposal.n_reviews; i++) {
        assert_true(f->proposal.reviews[i]->sealed);
    }
}

static void a_refused_opinion_leaves_the_review_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct hash before = hash_of(message_pack(&f->proposal, &f->arena));

    f->opinion.n_items = 0;
    assert_int_equal(give(f), REFUSAL_ITEMS_MISSING);

    struct hash after = hash_of(message_pack(&f->proposal, &f->arena));
    assert_memory_equal(before.bytes, after.bytes, sizeof after.bytes);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_item_says_what_is_demanded_and_how_strictly),
        T(advice_alone_neither_returns_nor_binds),
        T(parts_are_one_of_each_owner_and_the_worst_is_the_result),
        T(a_part_that_demands_has_an_item_of_its_owner),
        T(an_item_is_about_a_matter_of_the_process),
        T(what_demands_nothing_has_no_item_that_must_be_met),
        T(who_steps_aside_says_why),
        T(a_full_sheet_says_what_is_wrong_and_how_a_condition_is_closed),
        T(every_fault_of_a_sheet_is_found_with_its_place),
        T(an_item_needs_no_matter_and_a_process_no_list),
        T(titles_and_lists_of_items_have_a_limit),
        T(the_reviews_of_a_sealed_stage_are_sealed),
        T(a_refused_opinion_leaves_the_review_as_it_was),
    };

    return cmocka_run_group_tests_name("opinion", tests, NULL, NULL);
}
