/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/disclose: who reads what of a round's opinions, and when. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/disclose.h"
#include "tests/core/office.h"

#define STATE(name)  HS__REVIEW__STATE__##name
#define STATUS(name) HS__PROPOSAL__STATUS__##name
#define EVENT(name)  HS__EVENT__BODY_##name
#define ROLE(name)   HS__PRINCIPAL__ROLE__##name

enum { PLANNING, FIRE, REVIEWS };

/* A round in which fire has agreed and has drafted before, and planning is waited for. */
struct fixture {
    struct arena arena;
    struct small_office office;
    uint8_t hash[HASH_BYTES];
    Hs__Draft draft;
    Hs__Rectification rectification;
    Hs__Rectification *rectifications[1];
    Hs__Review reviews[REVIEWS];
    Hs__Review *rows[REVIEWS];
    Hs__Proposal proposal;
};

static void set_up_fire(struct fixture *f)
{
    Hs__Review *fire = &f->reviews[FIRE];

    fire->department = "fire";
    fire->state = STATE(CLOSED);
    fire->result = HS__OPINION__RESULT__AGREE;
    fire->opinion = (ProtobufCBinaryData){HASH_BYTES, f->hash};
    fire->given_by = "person:chief";
    fire->signer = "person:chief";
    fire->drafted_by = "person:fire";
    fire->given_at = OFFICE_START_MS;
    fire->late = true;
    fire->item_count = 3;
    fire->n_rectifications = 1;
    fire->rectifications = f->rectifications;
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){.hash = {1},
                          .draft = HS__DRAFT__INIT,
                          .rectification = HS__RECTIFICATION__INIT,
                          .proposal = HS__PROPOSAL__INIT};
    arena_init(&f->arena, 64 << 20);
    small_office_init(&f->office, &f->arena);
    f->rectifications[0] = &f->rectification;
    for (size_t i = 0; i < REVIEWS; i++) {
        f->reviews[i] = (Hs__Review)HS__REVIEW__INIT;
        f->reviews[i].sealed = true;
        f->rows[i] = &f->reviews[i];
    }
    f->reviews[PLANNING].department = "planning";
    f->reviews[PLANNING].state = STATE(OPEN);
    set_up_fire(f);
    f->proposal.id = 1;
    f->proposal.round = 1;
    f->proposal.status = STATUS(IN_REVIEW);
    f->proposal.applicant = "person:street";
    f->proposal.reviews = f->rows;
    f->proposal.n_reviews = REVIEWS;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static bool reads(struct fixture *f, const Hs__Principal *principal)
{
    return disclose_opinion(principal, &f->proposal, &f->reviews[FIRE]);
}

static void conclude(struct fixture *f)
{
    f->proposal.status = STATUS(CONCLUDED);
    f->proposal.verdict = (ProtobufCBinaryData){HASH_BYTES, f->hash};
}

static void who_oversees_and_its_own_department_read_at_once(void **state)
{
    static const Hs__Principal__Role roles[] = {ROLE(OFFICE), ROLE(APPROVER), ROLE(SUPERVISOR),
                                                ROLE(AUDIT)};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
        f->office.chief.roles[0] = roles[i];
        assert_true(reads(f, &f->office.chief));
    }
    assert_true(reads(f, &f->office.fireman));
    assert_true(reads(f, &f->office.fire_agent));
}

static void another_department_reads_when_all_are_in(void **state)
{
    struct fixture *f = *state;

    assert_false(reads(f, &f->office.planner));
    f->reviews[PLANNING].state = STATE(HELD);
    assert_false(reads(f, &f->office.planner));
    f->reviews[PLANNING].state = STATE(OVERDUE); /* still to be answered */
    assert_false(reads(f, &f->office.planner));
    f->reviews[PLANNING].state = STATE(NOT_COMPETENT);
    assert_true(reads(f, &f->office.planner));
    f->reviews[PLANNING].state = STATE(CLOSED);
    assert_true(reads(f, &f->office.planner));
}

static void a_verdict_opens_what_one_department_left_unanswered(void **state)
{
    struct fixture *f = *state;

    f->reviews[PLANNING].state = STATE(OVERDUE);
    conclude(f);
    assert_true(reads(f, &f->office.planner));
    assert_true(reads(f, &f->office.applicant));
}

static void a_stage_that_seals_nothing_is_read_by_every_department(void **state)
{
    struct fixture *f = *state;

    f->reviews[FIRE].sealed = false;
    assert_true(reads(f, &f->office.planner));
    assert_false(reads(f, &f->office.applicant));
}

static void the_applicant_reads_with_the_verdict(void **state)
{
    struct fixture *f = *state;

    f->reviews[PLANNING].state = STATE(CLOSED);
    assert_false(reads(f, &f->office.applicant)); /* all are in, and there is no verdict */
    f->proposal.status = STATUS(WITHDRAWN);
    f->proposal.verdict = (ProtobufCBinaryData){HASH_BYTES, f->hash}; /* of a round before */
    assert_false(reads(f, &f->office.applicant));
    conclude(f);
    assert_true(reads(f, &f->office.applicant));
}

static void what_was_carried_forward_was_read_before(void **state)
{
    struct fixture *f = *state;

    f->reviews[FIRE].carried_forward = true;
    assert_true(reads(f, &f->office.planner));
    assert_true(reads(f, &f->office.applicant));
}

static void what_is_withheld_says_that_it_was_answered_and_no_more(void **state)
{
    struct fixture *f = *state;
    struct hash before = hash_of(message_pack(&f->proposal, &f->arena));

    f->reviews[FIRE].state = STATE(NOT_COMPETENT);
    const Hs__Proposal *shown = disclose_proposal(&f->office.planner, &f->proposal, &f->arena);
    f->reviews[FIRE].state = STATE(CLOSED);

    const Hs__Review *fire = shown->reviews[FIRE];
    assert_true(fire->withheld);
    assert_int_equal(fire->state, STATE(CLOSED));
    assert_int_equal(fire->given_at, OFFICE_START_MS);
    assert_true(fire->late);
    assert_int_equal(fire->result, HS__OPINION__RESULT__UNSPECIFIED);
    assert_int_equal(fire->opinion.len, 0);
    assert_int_equal(fire->item_count, 0);
    assert_int_equal(fire->n_rectifications, 0);
    assert_string_equal(fire->given_by, "");
    assert_string_equal(fire->signer, "");
    assert_string_equal(fire->drafted_by, "");
    assert_false(shown->reviews[PLANNING]->withheld);
    struct hash after = hash_of(message_pack(&f->proposal, &f->arena));
    assert_true(hash_equal(before, after)); /* the record is not touched */
}

static void a_record_that_hides_nothing_is_itself(void **state)
{
    struct fixture *f = *state;

    assert_ptr_equal(disclose_proposal(&f->office.chief, &f->proposal, &f->arena), &f->proposal);
    assert_ptr_equal(disclose_proposal(&f->office.fireman, &f->proposal, &f->arena), &f->proposal);
}

static void silence_is_never_withheld(void **state)
{
    struct fixture *f = *state;

    f->reviews[FIRE].opinion.len = 0;
    f->reviews[FIRE].result = HS__OPINION__RESULT__TACIT;
    const Hs__Proposal *shown = disclose_proposal(&f->office.applicant, &f->proposal, &f->arena);
    assert_int_equal(shown->reviews[FIRE]->result, HS__OPINION__RESULT__TACIT);
}

static void what_followed_a_silence_is_withheld_and_the_silence_is_not(void **state)
{
    struct fixture *f = *state;
    Hs__LateOpinion late = HS__LATE_OPINION__INIT;

    f->reviews[FIRE].opinion.len = 0;
    f->reviews[FIRE].result = HS__OPINION__RESULT__TACIT;
    f->reviews[FIRE].late_opinion = &late;
    const Hs__Proposal *shown = disclose_proposal(&f->office.planner, &f->proposal, &f->arena);
    assert_int_equal(shown->reviews[FIRE]->result, HS__OPINION__RESULT__TACIT);
    assert_null(shown->reviews[FIRE]->late_opinion);
    assert_true(shown->reviews[FIRE]->withheld);
}

static void why_a_late_opinion_counts_is_withheld_with_it(void **state)
{
    struct fixture *f = *state;
    Hs__LateOpinion late = HS__LATE_OPINION__INIT;
    Hs__Reopening reopening = HS__REOPENING__INIT;

    f->reviews[FIRE].late_opinion = &late;
    f->reviews[FIRE].reopening = &reopening;
    const Hs__Proposal *shown = disclose_proposal(&f->office.planner, &f->proposal, &f->arena);
    assert_null(shown->reviews[FIRE]->reopening);
    assert_null(shown->reviews[FIRE]->late_opinion);
    shown = disclose_proposal(&f->office.fireman, &f->proposal, &f->arena);
    assert_ptr_equal(shown->reviews[FIRE]->reopening, &reopening);
}

/* Planning's review is overdue: the round's opinions are held against each other, and the seal
 * holds. A conflict and a merger of fire and water are on record. */
struct between {
    Hs__Conflict__Side sides[2];
    Hs__Conflict conflict;
    Hs__Conflict *conflicts[1];
    Hs__Merger__Member members[2];
    Hs__Merger merger;
    Hs__Merger *mergers[1];
    Hs__Review water;
    Hs__Review *rows[REVIEWS + 1];
};

static void put_between(struct fixture *f, struct between *between)
{
    static const char *const departments[] = {"fire", "water"};

    *between = (struct between){.conflict = HS__CONFLICT__INIT, .merger = HS__MERGER__INIT};
    for (size_t i = 0; i < ARRAY_COUNT(departments); i++) {
        between->sides[i] = (Hs__Conflict__Side)HS__CONFLICT__SIDE__INIT;
        between->sides[i].department = departments[i];
        between->members[i] = (Hs__Merger__Member)HS__MERGER__MEMBER__INIT;
        between->members[i].department = departments[i];
    }
    between->conflict.number = 1;
    between->conflict.one = &between->sides[0];
    between->conflict.other = &between->sides[1];
    between->conflict.demand = "保留车道";
    between->conflicts[0] = &between->conflict;
    between->merger.kept = &between->members[0];
    between->merger.merged = &between->members[1];
    between->mergers[0] = &between->merger;
    between->water = f->reviews[FIRE];
    between->water.department = "water";
    f->reviews[PLANNING].state = STATE(OVERDUE);
    between->rows[PLANNING] = &f->reviews[PLANNING];
    between->rows[FIRE] = &f->reviews[FIRE];
    between->rows[REVIEWS] = &between->water;
    f->proposal.reviews = between->rows;
    f->proposal.n_reviews = REVIEWS + 1;
    f->proposal.conflicts = between->conflicts;
    f->proposal.n_conflicts = 1;
    f->proposal.mergers = between->mergers;
    f->proposal.n_mergers = 1;
}

static void a_conflict_is_read_by_who_reads_both_opinions(void **state)
{
    struct fixture *f = *state;
    const Hs__Principal *const others[] = {&f->office.planner, &f->office.fireman,
                                           &f->office.applicant};
    struct between between;

    put_between(f, &between);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        const Hs__Proposal *shown = disclose_proposal(others[i], &f->proposal, &f->arena);

        assert_int_equal(shown->n_conflicts, 0);
        assert_int_equal(shown->n_mergers, 0);
    }
    assert_int_equal(disclose_proposal(&f->office.chief, &f->proposal, &f->arena)->n_conflicts, 1);
    assert_int_equal(f->proposal.n_conflicts, 1); /* the record is not touched */
    f->reviews[PLANNING].state = STATE(CLOSED);
    const Hs__Proposal *shown = disclose_proposal(&f->office.planner, &f->proposal, &f->arena);
    assert_int_equal(shown->n_conflicts, 1);
    assert_int_equal(shown->n_mergers, 1);
    assert_int_equal(disclose_proposal(&f->office.applicant, &f->proposal, &f->arena)->n_conflicts,
                     0);
    conclude(f);
    assert_int_equal(disclose_proposal(&f->office.applicant, &f->proposal, &f->arena)->n_conflicts,
                     1);
}

static void what_a_withheld_opinion_demands_and_replaced_is_withheld_too(void **state)
{
    struct fixture *f = *state;
    Hs__Claim claim = HS__CLAIM__INIT;
    Hs__Claim *claims[] = {&claim};
    Hs__EarlierOpinion earlier = HS__EARLIER_OPINION__INIT;
    Hs__EarlierOpinion *before[] = {&earlier};

    f->reviews[FIRE].n_claims = 1;
    f->reviews[FIRE].claims = claims;
    f->reviews[FIRE].must_count = 1;
    f->reviews[FIRE].opinion_seq = 9;
    f->reviews[FIRE].n_earlier = 1;
    f->reviews[FIRE].earlier = before;
    const Hs__Proposal *shown = disclose_proposal(&f->office.planner, &f->proposal, &f->arena);

    assert_int_equal(shown->reviews[FIRE]->n_claims, 0);
    assert_int_equal(shown->reviews[FIRE]->must_count, 0);
    assert_int_equal(shown->reviews[FIRE]->opinion_seq, 0);
    assert_int_equal(shown->reviews[FIRE]->n_earlier, 0);
}

static void what_was_decided_for_who_was_silent_is_read_with_the_opinions(void **state)
{
    struct fixture *f = *state;

    f->reviews[FIRE].opinion.len = 0;
    f->reviews[FIRE].decided_by = "person:approver";
    f->reviews[FIRE].decided_reason = "两次提醒未复";
    const Hs__Proposal *shown = disclose_proposal(&f->office.applicant, &f->proposal, &f->arena);
    assert_int_equal(shown->reviews[FIRE]->result, HS__OPINION__RESULT__UNSPECIFIED);
    assert_string_equal(shown->reviews[FIRE]->decided_by, "");
    assert_string_equal(shown->reviews[FIRE]->decided_reason, "");
    conclude(f);
    assert_ptr_equal(disclose_proposal(&f->office.applicant, &f->proposal, &f->arena),
                     &f->proposal);
}

static void a_draft_is_for_its_own_department_alone(void **state)
{
    struct fixture *f = *state;
    const Hs__Principal *const others[] = {&f->office.chief, &f->office.planner,
                                           &f->office.applicant};

    f->reviews[FIRE].draft = &f->draft;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        assert_null(disclose_proposal(others[i], &f->proposal, &f->arena)->reviews[FIRE]->draft);
    }
    assert_ptr_equal(
        disclose_proposal(&f->office.fireman, &f->proposal, &f->arena)->reviews[FIRE]->draft,
        &f->draft);
}

/* ---- events ---- */

static void what_an_opinion_says_is_not_fed_before_it_is_read(void **state)
{
    struct fixture *f = *state;
    Hs__OpinionGiven given = HS__OPINION_GIVEN__INIT;
    Hs__Event event = HS__EVENT__INIT;

    given.round = 1;
    given.department = "fire";
    given.result = HS__OPINION__RESULT__DISAGREE;
    given.given_by = "person:fire";
    event.proposal = 1;
    event.body_case = EVENT(OPINION_GIVEN);
    event.opinion_given = &given;

    assert_int_equal(disclose_event(&f->office.chief, &f->proposal, &event), DISCLOSE_ALL);
    assert_int_equal(disclose_event(&f->office.fireman, &f->proposal, &event), DISCLOSE_ALL);
    assert_int_equal(disclose_event(&f->office.planner, &f->proposal, &event),
                     DISCLOSE_THAT_IT_HAPPENED);
    assert_int_equal(disclose_event(&f->office.applicant, &f->proposal, &event),
                     DISCLOSE_THAT_IT_HAPPENED);

    const Hs__OpinionGiven *outline = disclose_outline(&event, &f->arena)->opinion_given;
    assert_string_equal(outline->department, "fire");
    assert_int_equal(outline->result, HS__OPINION__RESULT__UNSPECIFIED);
    assert_string_equal(outline->given_by, "");
    f->reviews[PLANNING].state = STATE(CLOSED);
    assert_int_equal(disclose_event(&f->office.planner, &f->proposal, &event), DISCLOSE_ALL);
}

static void what_tells_of_an_opinion_is_not_fed_either(void **state)
{
    struct fixture *f = *state;
    Hs__OpinionRectified rectified = HS__OPINION_RECTIFIED__INIT;
    Hs__FindingsRecorded findings = HS__FINDINGS_RECORDED__INIT;
    Hs__CompetenceSettled settled = HS__COMPETENCE_SETTLED__INIT;
    Hs__ReviewReopened reopened = HS__REVIEW_REOPENED__INIT;
    Hs__Event events[] = {HS__EVENT__INIT, HS__EVENT__INIT, HS__EVENT__INIT, HS__EVENT__INIT};

    rectified.department = findings.department = settled.department = reopened.department = "fire";
    events[3].body_case = EVENT(REVIEW_REOPENED);
    events[3].review_reopened = &reopened;
    events[0].body_case = EVENT(OPINION_RECTIFIED);
    events[0].opinion_rectified = &rectified;
    events[1].body_case = EVENT(FINDINGS_RECORDED);
    events[1].findings_recorded = &findings;
    events[2].body_case = EVENT(COMPETENCE_SETTLED);
    events[2].competence_settled = &settled;
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        assert_int_equal(disclose_event(&f->office.planner, &f->proposal, &events[i]),
                         DISCLOSE_NOTHING);
        assert_int_equal(disclose_event(&f->office.applicant, &f->proposal, &events[i]),
                         DISCLOSE_NOTHING);
        assert_int_equal(disclose_event(&f->office.chief, &f->proposal, &events[i]), DISCLOSE_ALL);
    }
}

static void what_tells_of_a_conflict_is_not_fed_before_both_opinions_are_read(void **state)
{
    struct fixture *f = *state;
    Hs__ConflictsProposed proposed = HS__CONFLICTS_PROPOSED__INIT;
    Hs__ConflictSettled settled = HS__CONFLICT_SETTLED__INIT;
    Hs__RulingAcknowledged acknowledged = HS__RULING_ACKNOWLEDGED__INIT;
    Hs__ItemsMerged merged = HS__ITEMS_MERGED__INIT;
    Hs__SilenceDecided decided = HS__SILENCE_DECIDED__INIT;
    Hs__Event events[] = {HS__EVENT__INIT, HS__EVENT__INIT, HS__EVENT__INIT, HS__EVENT__INIT,
                          HS__EVENT__INIT};
    struct between between;

    put_between(f, &between);
    proposed.conflicts = between.conflicts;
    proposed.n_conflicts = 1;
    settled.number = acknowledged.number = 1;
    merged.merger = &between.merger;
    decided.department = "fire";
    events[0].body_case = EVENT(CONFLICTS_PROPOSED);
    events[0].conflicts_proposed = &proposed;
    events[1].body_case = EVENT(CONFLICT_SETTLED);
    events[1].conflict_settled = &settled;
    events[2].body_case = EVENT(RULING_ACKNOWLEDGED);
    events[2].ruling_acknowledged = &acknowledged;
    events[3].body_case = EVENT(ITEMS_MERGED);
    events[3].items_merged = &merged;
    events[4].body_case = EVENT(SILENCE_DECIDED);
    events[4].silence_decided = &decided;
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        f->reviews[PLANNING].state = STATE(OVERDUE);
        assert_int_equal(disclose_event(&f->office.planner, &f->proposal, &events[i]),
                         DISCLOSE_NOTHING);
        assert_int_equal(disclose_event(&f->office.chief, &f->proposal, &events[i]), DISCLOSE_ALL);
        f->reviews[PLANNING].state = STATE(CLOSED);
        assert_int_equal(disclose_event(&f->office.planner, &f->proposal, &events[i]),
                         DISCLOSE_ALL);
        assert_int_equal(disclose_event(&f->office.applicant, &f->proposal, &events[i]),
                         DISCLOSE_NOTHING);
    }
}

static void a_draft_is_fed_to_its_own_department_alone(void **state)
{
    struct fixture *f = *state;
    Hs__OpinionDrafted drafted = HS__OPINION_DRAFTED__INIT;
    Hs__DraftSentBack sent = HS__DRAFT_SENT_BACK__INIT;
    Hs__Event events[] = {HS__EVENT__INIT, HS__EVENT__INIT};

    drafted.department = sent.department = "fire";
    events[0].body_case = EVENT(OPINION_DRAFTED);
    events[0].opinion_drafted = &drafted;
    events[1].body_case = EVENT(DRAFT_SENT_BACK);
    events[1].draft_sent_back = &sent;
    conclude(f);
    for (size_t i = 0; i < ARRAY_COUNT(events); i++) {
        assert_int_equal(disclose_event(&f->office.fireman, &f->proposal, &events[i]),
                         DISCLOSE_ALL);
        assert_int_equal(disclose_event(&f->office.chief, &f->proposal, &events[i]),
                         DISCLOSE_NOTHING);
        assert_int_equal(disclose_event(&f->office.planner, &f->proposal, &events[i]),
                         DISCLOSE_NOTHING);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(who_oversees_and_its_own_department_read_at_once),
        T(another_department_reads_when_all_are_in),
        T(a_verdict_opens_what_one_department_left_unanswered),
        T(a_stage_that_seals_nothing_is_read_by_every_department),
        T(the_applicant_reads_with_the_verdict),
        T(what_was_carried_forward_was_read_before),
        T(what_is_withheld_says_that_it_was_answered_and_no_more),
        T(a_record_that_hides_nothing_is_itself),
        T(silence_is_never_withheld),
        T(what_followed_a_silence_is_withheld_and_the_silence_is_not),
        T(why_a_late_opinion_counts_is_withheld_with_it),
        T(a_conflict_is_read_by_who_reads_both_opinions),
        T(what_a_withheld_opinion_demands_and_replaced_is_withheld_too),
        T(what_was_decided_for_who_was_silent_is_read_with_the_opinions),
        T(a_draft_is_for_its_own_department_alone),
        T(what_an_opinion_says_is_not_fed_before_it_is_read),
        T(what_tells_of_an_opinion_is_not_fed_either),
        T(what_tells_of_a_conflict_is_not_fed_before_both_opinions_are_read),
        T(a_draft_is_fed_to_its_own_department_alone),
    };

    return cmocka_run_group_tests_name("disclose", tests, NULL, NULL);
}
