/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of corrections while a round runs: completeness is each department's own, and a clock
 * stands until its department has what its must-rules ask for. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "tests/core/office.h"

#define EVENT(name)  HS__EVENT__BODY_##name
#define RESULT(name) HS__OPINION__RESULT__##name
#define STATE(name)  HS__REVIEW__STATE__##name

enum { PLANNING, FIRE, STANDING_MS = 10000 };

struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    Hs__Packet *packet; /* the proposal's present one */
    int64_t now_ms;
    struct decision decision;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.proposal = HS__PROPOSAL__INIT, .now_ms = OFFICE_START_MS};
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    fixture.office.process->completeness = HS__PROCESS__COMPLETENESS__DEPARTMENT;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static void apply_all(struct fixture *f)
{
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_proposal(&f->proposal, f->decision.events[i], (struct event_entry){i + 1, f->now_ms},
                       &f->arena);
    }
}

static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    struct situation situation = {
        .now_ms = f->now_ms,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .packet = f->packet,
        .rulebook = f->office.rulebook,
        .arena = &f->arena,
    };

    decide_command(&situation, command, &f->decision);
    apply_all(f);
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

static enum refusal revise(struct fixture *f, struct small_packet packet)
{
    Hs__Revise body = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.proposal = 1;
    body.packet = small_packet_make(&f->office, &packet);
    command.body_case = HS__COMMAND__BODY_REVISE;
    command.revise = &body;
    enum refusal refusal = run(f, &f->office.applicant, &command);
    if (refusal == REFUSAL_NONE) {
        f->packet = body.packet;
    }
    return refusal;
}

static enum refusal agree(struct fixture *f, const Hs__Principal *signer,
                          ProtobufCBinaryData packet)
{
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Opinion opinion = HS__OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    ref.proposal = 1;
    ref.round = 1;
    ref.department = signer->department;
    opinion.result = RESULT(AGREE);
    opinion.packet = packet;
    body.review = &ref;
    body.opinion = &opinion;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, signer, &command);
}

static void assert_events(const struct fixture *f, size_t count, const Hs__Event__BodyCase *cases)
{
    assert_int_equal(f->decision.event_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(f->decision.events[i]->body_case, cases[i]);
    }
}

/* A packet in which fire finds nothing to measure. */
static struct small_packet lacking(void)
{
    struct small_packet packet = small_packet_good();

    packet.width_absent = true;
    return packet;
}

static void a_gap_stops_the_clock_of_its_department_alone(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PROPOSAL_SUBMITTED), EVENT(ROUND_OPENED),
                                          EVENT(CLOCK_HELD), EVENT(CORRECTION_REQUESTED)};
    struct fixture *f = *state;

    submit(f, lacking());

    assert_events(f, 4, events);
    assert_false(f->decision.result.incomplete);
    assert_int_equal(f->proposal.status, HS__PROPOSAL__STATUS__IN_REVIEW);
    assert_int_equal(f->proposal.reviews[PLANNING]->state, STATE(OPEN));
    assert_int_equal(f->proposal.reviews[FIRE]->state, STATE(HELD));
    assert_int_equal(f->proposal.reviews[FIRE]->holds[0]->reason, HS__HOLD__REASON__CORRECTION);
    assert_int_equal(f->proposal.n_missing, 1);
    assert_string_equal(f->proposal.missing[0]->path, "lane.width_m");
    assert_string_equal(f->proposal.missing[0]->packs[0], "fire");
}

static void a_gate_that_lacks_something_still_stops_all(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PROPOSAL_SUBMITTED), EVENT(CORRECTION_REQUESTED)};
    struct fixture *f = *state;
    struct small_packet packet = lacking();

    packet.gate_absent = true;
    submit(f, packet);

    assert_events(f, 2, events);
    assert_true(f->decision.result.incomplete);
    assert_int_equal(f->proposal.n_missing, 1);
}

static void a_correction_lets_the_clock_go_on_where_it_stood(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PACKET_REVISED), EVENT(CLOCK_RESUMED)};
    struct fixture *f = *state;

    submit(f, lacking());
    int64_t due_ms = f->proposal.reviews[FIRE]->due_at;
    f->now_ms += STANDING_MS;

    assert_int_equal(revise(f, small_packet_good()), REFUSAL_NONE);
    assert_events(f, 2, events);
    assert_int_equal(f->proposal.reviews[FIRE]->state, STATE(OPEN));
    assert_int_equal(f->proposal.reviews[FIRE]->due_at, due_ms + STANDING_MS);
    assert_int_equal(f->proposal.reviews[FIRE]->holds[0]->to_at, f->now_ms);
    assert_int_equal(f->proposal.n_missing, 0);
}

static void each_department_judges_the_packet_it_was_given(void **state)
{
    struct fixture *f = *state;

    submit(f, lacking());
    ProtobufCBinaryData before = f->proposal.packet;
    assert_int_equal(revise(f, small_packet_good()), REFUSAL_NONE);

    assert_int_equal(f->proposal.reviews[PLANNING]->packet_version, 1);
    assert_int_equal(f->proposal.reviews[FIRE]->packet_version, 2);
    assert_int_equal(agree(f, &f->office.fireman, before), REFUSAL_PACKET_DIFFERS);
    assert_int_equal(agree(f, &f->office.fireman, f->proposal.packet), REFUSAL_NONE);
    assert_int_equal(agree(f, &f->office.planner, before), REFUSAL_NONE);
    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__PASSED);
}

static void a_correction_changes_only_what_was_asked_for(void **state)
{
    struct fixture *f = *state;
    struct small_packet packet = small_packet_good();

    submit(f, lacking());
    packet.style = false;

    assert_int_equal(revise(f, packet), REFUSAL_CORRECTION_TOO_WIDE);
    assert_string_equal(f->decision.detail, "style");
    assert_int_equal(f->proposal.packet_version, 1);
    assert_int_equal(f->proposal.reviews[FIRE]->state, STATE(HELD));
}

static void what_is_still_missing_is_asked_for_again(void **state)
{
    const Hs__Event__BodyCase events[] = {EVENT(PACKET_REVISED), EVENT(CORRECTION_REQUESTED)};
    struct fixture *f = *state;

    submit(f, lacking());
    assert_int_equal(revise(f, lacking()), REFUSAL_NONE);

    assert_events(f, 2, events);
    assert_true(f->decision.result.incomplete);
    assert_int_equal(f->proposal.reviews[FIRE]->state, STATE(HELD));
    assert_int_equal(f->proposal.n_missing, 1);
}

static void a_clock_that_stands_has_no_deadline(void **state)
{
    struct fixture *f = *state;

    submit(f, lacking());
    f->now_ms = f->proposal.reviews[FIRE]->due_at + 1;
    struct situation situation = {.now_ms = f->now_ms,
                                  .office = &f->office.office,
                                  .proposal = &f->proposal,
                                  .arena = &f->arena};
    decide_wake(&situation, "fire", &f->decision);

    assert_int_equal(f->decision.event_count, 0);
}

static void a_person_may_judge_without_what_is_missing(void **state)
{
    struct fixture *f = *state;

    submit(f, lacking());
    f->now_ms = f->proposal.reviews[FIRE]->due_at + 1;
    assert_int_equal(agree(f, &f->office.fireman, f->proposal.packet), REFUSAL_NONE);

    assert_int_equal(f->proposal.reviews[FIRE]->state, STATE(CLOSED));
    assert_false(f->proposal.reviews[FIRE]->late);
    assert_int_equal(f->proposal.reviews[FIRE]->holds[0]->to_at, f->now_ms);
    assert_int_equal(f->proposal.n_missing, 0);
    assert_int_equal(revise(f, small_packet_good()), REFUSAL_NOTHING_TO_REVISE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_gap_stops_the_clock_of_its_department_alone),
        T(a_gate_that_lacks_something_still_stops_all),
        T(a_correction_lets_the_clock_go_on_where_it_stood),
        T(each_department_judges_the_packet_it_was_given),
        T(a_correction_changes_only_what_was_asked_for),
        T(what_is_still_missing_is_asked_for_again),
        T(a_clock_that_stands_has_no_deadline),
        T(a_person_may_judge_without_what_is_missing),
    };

    return cmocka_run_group_tests_name("correction", tests, NULL, NULL);
}
