/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/event_check: an event about a conflict or a decision that does not fit its record
 * is named before apply meets it. */
#include "tests/lib/test.h"

#include "lib/hash.h"
#include "proto/message.h"
#include "store/event_check.h"

#define EVENT(name) HS__EVENT__BODY_##name

/* A proposal in its first round, with one conflict between its two reviews. */
struct fixture {
    Hs__Proposal proposal;
    Hs__Review reviews[2];
    Hs__Review *review_rows[2];
    Hs__Conflict__Side sides[2];
    Hs__Conflict conflict;
    Hs__Conflict *conflict_rows[1];
    Hs__Event event;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    static const char *const names[] = {"fire", "planning"};
    struct fixture *f = &fixture;

    *f = (struct fixture){
        .proposal = HS__PROPOSAL__INIT,
        .conflict = HS__CONFLICT__INIT,
        .event = HS__EVENT__INIT,
    };
    for (size_t i = 0; i < 2; i++) {
        f->reviews[i] = (Hs__Review)HS__REVIEW__INIT;
        f->reviews[i].department = names[i];
        f->review_rows[i] = &f->reviews[i];
        f->sides[i] = (Hs__Conflict__Side)HS__CONFLICT__SIDE__INIT;
        f->sides[i].department = names[i];
    }
    f->conflict.number = 1;
    f->conflict.one = &f->sides[0];
    f->conflict.other = &f->sides[1];
    f->conflict_rows[0] = &f->conflict;
    f->proposal.id = 1;
    f->proposal.round = 1;
    f->proposal.n_reviews = 2;
    f->proposal.reviews = f->review_rows;
    f->proposal.n_conflicts = 1;
    f->proposal.conflicts = f->conflict_rows;
    f->event.proposal = 1;
    *state = f;
    return 0;
}

static void assert_sound(const struct fixture *f, bool is_sound)
{
    const char *fault = event_fault(&f->event, &f->proposal);

    assert_true((fault == NULL) == is_sound);
    assert_non_null(event_fault(&f->event, NULL));
}

static void proposed_conflicts_have_two_sides_in_their_round(void **state)
{
    struct fixture *f = *state;
    Hs__ConflictsProposed body = HS__CONFLICTS_PROPOSED__INIT;

    body.round = 1;
    body.n_conflicts = 1;
    body.conflicts = f->conflict_rows;
    f->event.body_case = EVENT(CONFLICTS_PROPOSED);
    f->event.conflicts_proposed = &body;
    assert_sound(f, true);

    f->sides[1].department = "water";
    assert_sound(f, false);
    f->conflict.other = NULL;
    assert_sound(f, false);
    f->conflict.other = &f->sides[0];
    body.round = 2;
    assert_sound(f, false);
}

static void a_settlement_is_of_a_conflict_and_overrules_its_sides(void **state)
{
    struct fixture *f = *state;
    Hs__ConflictSettled body = HS__CONFLICT_SETTLED__INIT;
    const char *overruled[] = {"planning"};

    body.round = 1;
    body.number = 1;
    body.n_overruled = 1;
    body.overruled = overruled;
    f->event.body_case = EVENT(CONFLICT_SETTLED);
    f->event.conflict_settled = &body;
    assert_sound(f, true);

    overruled[0] = "water";
    assert_sound(f, false);
    overruled[0] = "fire";
    body.number = 2;
    assert_sound(f, false);
}

static void a_ruling_is_acknowledged_by_a_side_of_its_conflict(void **state)
{
    struct fixture *f = *state;
    Hs__RulingAcknowledged body = HS__RULING_ACKNOWLEDGED__INIT;

    body.round = 1;
    body.number = 1;
    body.department = "fire";
    f->event.body_case = EVENT(RULING_ACKNOWLEDGED);
    f->event.ruling_acknowledged = &body;
    assert_sound(f, true);

    body.department = "water";
    assert_sound(f, false);
}

static void a_merger_has_two_items(void **state)
{
    struct fixture *f = *state;
    Hs__ItemsMerged body = HS__ITEMS_MERGED__INIT;
    Hs__Merger merger = HS__MERGER__INIT;
    Hs__Merger__Member member = HS__MERGER__MEMBER__INIT;

    merger.kept = &member;
    merger.merged = &member;
    body.round = 1;
    body.merger = &merger;
    f->event.body_case = EVENT(ITEMS_MERGED);
    f->event.items_merged = &body;
    assert_sound(f, true);

    merger.merged = NULL;
    assert_sound(f, false);
    body.merger = NULL;
    assert_sound(f, false);
}

static void a_silence_that_is_decided_is_that_of_a_review(void **state)
{
    struct fixture *f = *state;
    Hs__SilenceDecided body = HS__SILENCE_DECIDED__INIT;

    body.round = 1;
    body.department = "fire";
    f->event.body_case = EVENT(SILENCE_DECIDED);
    f->event.silence_decided = &body;
    assert_sound(f, true);

    body.department = "water";
    assert_sound(f, false);
}

static void a_decision_is_about_the_present_round(void **state)
{
    struct fixture *f = *state;
    Hs__ProposalDecided body = HS__PROPOSAL_DECIDED__INIT;

    body.round = 1;
    f->event.body_case = EVENT(PROPOSAL_DECIDED);
    f->event.proposal_decided = &body;
    assert_sound(f, true);

    body.round = 2;
    assert_sound(f, false);
}

static void a_waiver_is_of_a_gate_and_answered_when_asked_for(void **state)
{
    struct fixture *f = *state;
    Hs__WaiverRequested requested = HS__WAIVER_REQUESTED__INIT;
    Hs__WaiverAnswered answered = HS__WAIVER_ANSWERED__INIT;
    Hs__Waiver waiver = HS__WAIVER__INIT;
    Hs__Waiver *waivers[] = {&waiver};

    f->event.body_case = EVENT(WAIVER_REQUESTED);
    f->event.waiver_requested = &requested;
    assert_sound(f, false);
    requested.rule_id = "GATE-D1";
    assert_sound(f, true);

    answered.rule_id = "GATE-D1";
    f->event.body_case = EVENT(WAIVER_ANSWERED);
    f->event.waiver_answered = &answered;
    assert_sound(f, false);
    waiver.rule_id = "GATE-D1";
    f->proposal.n_waivers = 1;
    f->proposal.waivers = waivers;
    assert_sound(f, true);
}

static void a_return_from_a_backup_names_a_hash(void **state)
{
    struct fixture *f = *state;
    uint8_t hash[HASH_BYTES] = {1};
    Hs__OfficeRestored restored = HS__OFFICE_RESTORED__INIT;

    f->event.body_case = EVENT(OFFICE_RESTORED);
    f->event.office_restored = &restored;
    assert_non_null(event_fault(&f->event, NULL));
    restored.hash = (ProtobufCBinaryData){sizeof hash, hash};
    assert_null(event_fault(&f->event, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(proposed_conflicts_have_two_sides_in_their_round, set_up),
        cmocka_unit_test_setup(a_settlement_is_of_a_conflict_and_overrules_its_sides, set_up),
        cmocka_unit_test_setup(a_ruling_is_acknowledged_by_a_side_of_its_conflict, set_up),
        cmocka_unit_test_setup(a_merger_has_two_items, set_up),
        cmocka_unit_test_setup(a_silence_that_is_decided_is_that_of_a_review, set_up),
        cmocka_unit_test_setup(a_decision_is_about_the_present_round, set_up),
        cmocka_unit_test_setup(a_waiver_is_of_a_gate_and_answered_when_asked_for, set_up),
        cmocka_unit_test_setup(a_return_from_a_backup_names_a_hash, set_up),
    };

    return cmocka_run_group_tests_name("event check", tests, NULL, NULL);
}
