/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/verdict: the rule is total, and its bytes are those of its inputs. */
#include "tests/lib/test.h"

#include "core/verdict.h"

#define RESULT(name)  HS__OPINION__RESULT__##name
#define OUTCOME(name) HS__VERDICT__OUTCOME__##name
#define STATE(name)   HS__REVIEW__STATE__##name

enum { SEATS = 4 };

struct fixture {
    struct arena arena;
    Hs__Proposal proposal;
    Hs__Review reviews[SEATS];
    Hs__Review *pointers[SEATS];
    Hs__OfficeItem item;
    Hs__OfficeItem *items[1];
};

static int set_up(void **state)
{
    static struct fixture fixture;
    static const char *const names[SEATS] = {"planning", "fire", "utilities", "urban_management"};

    fixture = (struct fixture){.proposal = HS__PROPOSAL__INIT, .item = HS__OFFICE_ITEM__INIT};
    arena_init(&fixture.arena, 1 << 20);
    for (size_t i = 0; i < SEATS; i++) {
        fixture.reviews[i] = (Hs__Review)HS__REVIEW__INIT;
        fixture.reviews[i].department = names[i];
        fixture.reviews[i].state = STATE(CLOSED);
        fixture.reviews[i].result = RESULT(AGREE);
        fixture.pointers[i] = &fixture.reviews[i];
    }
    fixture.proposal.id = 7;
    fixture.proposal.round = 1;
    fixture.proposal.n_reviews = SEATS;
    fixture.proposal.reviews = fixture.pointers;
    fixture.items[0] = &fixture.item;
    fixture.proposal.office_items = fixture.items;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static void set(struct fixture *f, size_t seat, Hs__Review__State state, Hs__Opinion__Result result)
{
    f->reviews[seat].state = state;
    f->reviews[seat].result = result;
}

static void one_result_among_agreements_decides(void **state)
{
    static const struct {
        Hs__Review__State state;
        Hs__Opinion__Result result;
        Hs__Verdict__Outcome outcome;
    } rows[] = {
        {STATE(CLOSED), RESULT(AGREE), OUTCOME(PASSED)},
        {STATE(CLOSED), RESULT(NOT_INVOLVED), OUTCOME(PASSED)},
        {STATE(CLOSED), RESULT(TACIT), OUTCOME(PASSED)},
        {STATE(CLOSED), RESULT(CONDITIONAL), OUTCOME(CONDITIONAL)},
        {STATE(CLOSED), RESULT(DISAGREE), OUTCOME(RETURNED)},
        {STATE(OVERDUE), RESULT(OVERDUE), OUTCOME(UNSPECIFIED)},
        {STATE(OPEN), RESULT(UNSPECIFIED), OUTCOME(UNSPECIFIED)},
        {STATE(NOT_COMPETENT), RESULT(NOT_COMPETENT), OUTCOME(UNSPECIFIED)},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (size_t seat = 0; seat < SEATS; seat++) {
            set(f, seat, rows[i].state, rows[i].result);
            assert_int_equal(verdict_outcome(&f->proposal), rows[i].outcome);
            set(f, seat, STATE(CLOSED), RESULT(AGREE));
        }
    }
}

static void a_disagreement_outweighs_silence_and_conditions(void **state)
{
    struct fixture *f = *state;

    set(f, 0, STATE(CLOSED), RESULT(CONDITIONAL));
    set(f, 1, STATE(OVERDUE), RESULT(OVERDUE));
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(UNSPECIFIED));

    set(f, 2, STATE(CLOSED), RESULT(DISAGREE));
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(RETURNED));

    set(f, 3, STATE(OPEN), RESULT(UNSPECIFIED));
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(UNSPECIFIED));
}

static void the_office_can_only_make_it_worse(void **state)
{
    struct fixture *f = *state;

    f->proposal.n_office_items = 1;
    f->item.effect = HS__RULE__ON_FAIL__ADVISE;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(PASSED));
    f->item.effect = HS__RULE__ON_FAIL__CONDITION;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(CONDITIONAL));
    f->item.effect = HS__RULE__ON_FAIL__REJECT;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(RETURNED));

    set(f, 1, STATE(CLOSED), RESULT(DISAGREE));
    f->item.effect = HS__RULE__ON_FAIL__CONDITION;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(RETURNED));

    set(f, 1, STATE(OPEN), RESULT(UNSPECIFIED));
    f->item.effect = HS__RULE__ON_FAIL__REJECT;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(UNSPECIFIED));
}

static void without_a_round_there_is_no_verdict(void **state)
{
    struct fixture *f = *state;

    f->proposal.round = 0;
    f->proposal.n_reviews = 0;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(UNSPECIFIED));
}

static void the_hash_is_that_of_the_inputs(void **state)
{
    struct fixture *f = *state;
    struct hash first;
    struct hash again;
    uint8_t other_opinion[32] = {1};

    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &first));
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &again));
    assert_memory_equal(first.bytes, again.bytes, sizeof first.bytes);

    f->reviews[2].opinion = (ProtobufCBinaryData){sizeof other_opinion, other_opinion};
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &again));
    assert_memory_not_equal(first.bytes, again.bytes, sizeof first.bytes);
}

static void a_late_opinion_after_the_verdict_changes_nothing_of_it(void **state)
{
    struct fixture *f = *state;
    struct hash first;
    struct hash again;
    uint8_t late[32] = {1};

    set(f, 0, STATE(CLOSED), RESULT(DISAGREE));
    set(f, 1, STATE(OVERDUE), RESULT(OVERDUE));
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &first));

    set(f, 1, STATE(CLOSED), RESULT(AGREE));
    f->reviews[1].opinion = (ProtobufCBinaryData){sizeof late, late};
    f->reviews[1].after_verdict = true;
    assert_int_equal(verdict_outcome(&f->proposal), OUTCOME(RETURNED));
    assert_true(verdict_hash(verdict_build(&f->proposal, &f->arena), &f->arena, &again));
    assert_memory_equal(first.bytes, again.bytes, sizeof first.bytes);
}

static void too_small_an_arena_is_told(void **state)
{
    struct fixture *f = *state;
    struct arena tiny;

    arena_init(&tiny, 64);
    assert_null(verdict_build(&f->proposal, &tiny));
    arena_release(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_result_among_agreements_decides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disagreement_outweighs_silence_and_conditions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_office_can_only_make_it_worse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_round_there_is_no_verdict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_hash_is_that_of_the_inputs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_late_opinion_after_the_verdict_changes_nothing_of_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_small_an_arena_is_told, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
