/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/opinion_draft and core/opinion_rectify: what a department does with its opinion
 * before it is given, who signs it off, and how a slip is put right afterwards. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/apply.h"
#include "core/decide.h"
#include "core/verdict.h"
#include "tests/core/office.h"

#define RESULT(name) HS__OPINION__RESULT__##name
#define EVENT(name)  HS__EVENT__BODY_##name

enum { REASON_TOO_LONG = 1025, RECTIFICATIONS = 8 };

/* A round with reviews of planning and of fire, whose head signs off. */
struct fixture {
    struct arena arena;
    struct small_office office;
    Hs__Proposal proposal;
    Hs__Principal head; /* of fire */
    Hs__Principal__Role head_role;
    Hs__ReviewRef fire;
    Hs__ReviewRef planning;
    Hs__Item item;
    Hs__Item *items[1];
    Hs__Opinion opinion; /* agrees */
    struct decision decision;
    int64_t now_ms;
    uint64_t seq;
};

static enum refusal run(struct fixture *f, const Hs__Principal *signer, const Hs__Command *command)
{
    struct situation situation = {
        .now_ms = ++f->now_ms,
        .office = &f->office.office,
        .signer = signer,
        .proposal = f->proposal.id == 0 ? NULL : &f->proposal,
        .rulebook = f->office.rulebook,
        .arena = &f->arena,
    };
    struct hash before = hash_of(message_pack(&f->proposal, &f->arena));

    decide_command(&situation, command, &f->decision);

    struct hash after = hash_of(message_pack(&f->proposal, &f->arena));
    assert_true(hash_equal(before, after)); /* a decision changes nothing */
    for (size_t i = 0; i < f->decision.event_count; i++) {
        apply_proposal(&f->proposal, f->decision.events[i],
                       (struct event_entry){++f->seq, f->now_ms}, &f->arena);
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

static void set_up_words(struct fixture *f)
{
    f->fire = (Hs__ReviewRef)HS__REVIEW_REF__INIT;
    f->fire.proposal = 1;
    f->fire.round = 1;
    f->fire.department = "fire";
    f->planning = f->fire;
    f->planning.department = "planning";
    f->item = (Hs__Item)HS__ITEM__INIT;
    f->item.severity = HS__ITEM__SEVERITY__MUST;
    f->item.demand = "加宽车道";
    f->item.basis = "GB 50016 7.1.8";
    f->items[0] = &f->item;
    f->opinion = (Hs__Opinion)HS__OPINION__INIT;
    f->opinion.result = RESULT(AGREE);
    f->opinion.items = f->items;
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){.proposal = HS__PROPOSAL__INIT,
                          .now_ms = OFFICE_START_MS,
                          .head_role = HS__PRINCIPAL__ROLE__HEAD};
    arena_init(&f->arena, 64 << 20);
    small_office_init(&f->office, &f->arena);
    f->office.office.departments[1]->sign_off = HS__DEPARTMENT__SIGN_OFF__HEAD;
    f->head = f->office.fireman;
    f->head.name = "person:chief";
    f->head.roles = &f->head_role;
    set_up_words(f);
    submit(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

/* ---- commands ---- */

static enum refusal draft(struct fixture *f, const Hs__Principal *signer)
{
    Hs__DraftOpinion body = HS__DRAFT_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = &f->fire;
    body.opinion = &f->opinion;
    command.body_case = HS__COMMAND__BODY_DRAFT_OPINION;
    command.draft_opinion = &body;
    return run(f, signer, &command);
}

static enum refusal send_back(struct fixture *f, const Hs__Principal *signer, const char *reason)
{
    Hs__SendBackDraft body = HS__SEND_BACK_DRAFT__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = &f->fire;
    if (f->proposal.reviews[1]->draft != NULL) {
        body.draft = f->proposal.reviews[1]->draft->opinion;
    }
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_SEND_BACK_DRAFT;
    command.send_back_draft = &body;
    return run(f, signer, &command);
}

/* Gives the opinion; as the release of @draft, unless that is empty. */
static enum refusal give(struct fixture *f, const Hs__Principal *signer, ProtobufCBinaryData of)
{
    Hs__GiveOpinion body = HS__GIVE_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = strcmp(signer->department, "fire") == 0 ? &f->fire : &f->planning;
    body.opinion = &f->opinion;
    body.draft = of;
    command.body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command.give_opinion = &body;
    return run(f, signer, &command);
}

static const ProtobufCBinaryData no_draft;

static enum refusal rectify(struct fixture *f, const Hs__Principal *signer, const char *reason)
{
    Hs__RectifyOpinion body = HS__RECTIFY_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;

    body.review = strcmp(signer->department, "fire") == 0 ? &f->fire : &f->planning;
    body.opinion = &f->opinion;
    body.reason = reason;
    command.body_case = HS__COMMAND__BODY_RECTIFY_OPINION;
    command.rectify_opinion = &body;
    return run(f, signer, &command);
}

static Hs__Review *fires(struct fixture *f)
{
    return f->proposal.reviews[1];
}

/* ---- drafts ---- */

static void a_draft_is_kept_and_is_no_opinion(void **state)
{
    struct fixture *f = *state;
    struct hash hash = hash_of(message_pack(&f->opinion, &f->arena));

    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);

    assert_int_equal(f->decision.event_count, 1);
    assert_int_equal(f->decision.events[0]->body_case, EVENT(OPINION_DRAFTED));
    assert_string_equal(f->decision.result.review, "LJHS-1970-0001/1/fire");
    assert_int_equal(fires(f)->state, HS__REVIEW__STATE__OPEN);
    assert_int_equal(fires(f)->opinion.len, 0);
    assert_memory_equal(fires(f)->draft->opinion.data, hash.bytes, HASH_BYTES);
    assert_string_equal(fires(f)->draft->drafted_by, "person:fire");
    assert_int_equal(fires(f)->draft->drafted_at, f->now_ms);
}

static void the_same_draft_again_is_nothing_and_another_replaces_it(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0);
    f->opinion.reason = "车道已核";
    assert_int_equal(draft(f, &f->head), REFUSAL_NONE);
    assert_string_equal(fires(f)->draft->drafted_by, "person:chief");
}

static void a_draft_is_held_against_the_sheet(void **state)
{
    struct fixture *f = *state;

    f->opinion.result = RESULT(CONDITIONAL);
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_ITEMS_MISSING);
    f->opinion.n_items = 1;
    f->opinion.by_rules = true;
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_RULES_MAY_NOT_ANSWER);
    f->opinion.by_rules = false;
    assert_int_equal(draft(f, &f->office.planner), REFUSAL_NOT_YOUR_REVIEW);
    assert_int_equal(draft(f, &f->office.fire_agent), REFUSAL_NOT_ALLOWED);
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
}

static void nobody_drafts_what_was_given_or_withdrawn(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_OPINION_ALREADY_GIVEN);
    f->proposal.status = HS__PROPOSAL__STATUS__WITHDRAWN;
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_PROPOSAL_ENDED);
}

/* ---- sign-off ---- */

static void where_the_head_signs_off_a_reviewer_does_not_give(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->office.fireman, no_draft), REFUSAL_SIGN_OFF_NEEDED);
    assert_string_equal(f->decision.detail, "fire");
    assert_int_equal(give(f, &f->office.planner, no_draft), REFUSAL_NONE); /* it asks for none */
    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    assert_string_equal(fires(f)->drafted_by, "");
}

static void the_rules_need_no_head(void **state)
{
    struct fixture *f = *state;

    f->opinion.by_rules = true;
    assert_int_equal(give(f, &f->office.fire_agent, no_draft), REFUSAL_NONE);
    assert_true(fires(f)->by_rules);
}

static void the_head_releases_the_draft_and_both_are_named(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
    ProtobufCBinaryData drafted = fires(f)->draft->opinion;
    assert_int_equal(give(f, &f->office.fireman, drafted), REFUSAL_SIGN_OFF_NEEDED);
    assert_int_equal(give(f, &f->head, drafted), REFUSAL_NONE);

    assert_string_equal(fires(f)->drafted_by, "person:fire");
    assert_string_equal(fires(f)->given_by, "person:chief");
    assert_string_equal(fires(f)->signer, "person:chief");
    assert_int_equal(fires(f)->given_at, f->now_ms);
    assert_int_equal(fires(f)->state, HS__REVIEW__STATE__CLOSED);
    assert_null(fires(f)->draft);
}

static void what_is_released_is_the_draft_as_it_is(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
    ProtobufCBinaryData first = fires(f)->draft->opinion;
    f->opinion.reason = "另有说明";
    assert_int_equal(give(f, &f->head, first), REFUSAL_DRAFT_DIFFERS); /* not these words */
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(give(f, &f->head, first), REFUSAL_DRAFT_DIFFERS); /* not this draft */
    assert_int_equal(fires(f)->state, HS__REVIEW__STATE__OPEN);
    assert_int_equal(give(f, &f->head, fires(f)->draft->opinion), REFUSAL_NONE);
}

static void a_draft_is_sent_back_with_a_reason_and_then_not_released(void **state)
{
    struct fixture *f = *state;
    char reason[REASON_TOO_LONG + 1];

    memset(reason, 'x', REASON_TOO_LONG);
    reason[REASON_TOO_LONG] = '\0';
    assert_int_equal(send_back(f, &f->head, "补依据"), REFUSAL_NO_DRAFT);
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE);
    assert_int_equal(send_back(f, &f->office.fireman, "补依据"), REFUSAL_NOT_ALLOWED);
    assert_int_equal(send_back(f, &f->head, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(send_back(f, &f->head, reason), REFUSAL_TOO_LARGE);
    assert_int_equal(send_back(f, &f->head, "补依据"), REFUSAL_NONE);

    assert_string_equal(fires(f)->draft->sent_back_reason, "补依据");
    assert_string_equal(fires(f)->draft->sent_back_by, "person:chief");
    assert_string_equal(fires(f)->draft->drafted_by, "person:fire");
    assert_int_equal(fires(f)->draft->sent_back_at, f->now_ms);
    assert_int_equal(give(f, &f->head, fires(f)->draft->opinion), REFUSAL_NO_DRAFT);
    assert_int_equal(draft(f, &f->office.fireman), REFUSAL_NONE); /* the same, once more */
    assert_int_equal(fires(f)->draft->sent_back_at, 0);
}

/* ---- rectification ---- */

static void a_slip_is_put_right_and_the_first_giving_stays(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    ProtobufCBinaryData first = fires(f)->opinion;
    int64_t given_at = f->now_ms;
    f->opinion.result = RESULT(CONDITIONAL);
    f->opinion.n_items = 1;
    assert_int_equal(rectify(f, &f->office.fireman, "漏列"), REFUSAL_SIGN_OFF_NEEDED);
    assert_int_equal(rectify(f, &f->head, ""), REFUSAL_REASON_MISSING);
    assert_int_equal(rectify(f, &f->head, "漏列一条"), REFUSAL_NONE);

    assert_int_equal(f->decision.events[0]->opinion_rectified->version, 2);
    assert_int_equal(fires(f)->result, RESULT(CONDITIONAL));
    assert_int_equal(fires(f)->item_count, 1);
    assert_int_equal(fires(f)->given_at, given_at);
    assert_false(fires(f)->late);
    assert_int_equal(fires(f)->n_rectifications, 1);
    assert_true(bytes_equal(bytes_of(fires(f)->rectifications[0]->replaced), bytes_of(first)));
    assert_string_equal(fires(f)->rectifications[0]->reason, "漏列一条");
    assert_string_equal(fires(f)->rectifications[0]->rectified_by, "person:chief");
    assert_int_equal(fires(f)->rectifications[0]->rectified_at, f->now_ms);
}

static void the_verdict_rests_on_the_last_version(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    f->opinion.result = RESULT(DISAGREE);
    f->opinion.n_items = 1;
    assert_int_equal(rectify(f, &f->head, "结果误选"), REFUSAL_NONE);
    f->opinion.result = RESULT(AGREE);
    f->opinion.n_items = 0;
    assert_int_equal(give(f, &f->office.planner, no_draft), REFUSAL_NONE);

    assert_int_equal(f->proposal.outcome, HS__VERDICT__OUTCOME__RETURNED);
    Hs__Verdict *verdict = verdict_build(&f->proposal, &f->arena);
    assert_true(bytes_equal(bytes_of(verdict->inputs[1]->opinion), bytes_of(fires(f)->opinion)));
}

static void consolidation_ends_rectification(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_OPINION_NOT_GIVEN);
    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    f->proposal.reviews[0]->state = HS__REVIEW__STATE__CLOSED; /* nothing else is open */
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_CONSOLIDATION_OPEN);
    f->proposal.reviews[0]->state = HS__REVIEW__STATE__OPEN;
    assert_int_equal(give(f, &f->office.planner, no_draft), REFUSAL_NONE); /* the verdict */
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_CONSOLIDATION_OPEN);
    assert_int_equal(rectify(f, &f->office.planner, "误"), REFUSAL_CONSOLIDATION_OPEN);
}

static void what_is_put_right_is_what_is_held_against_the_others(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    assert_int_equal(fires(f)->must_count, 0);
    uint64_t given_seq = fires(f)->opinion_seq;
    f->opinion.result = RESULT(CONDITIONAL);
    f->opinion.n_items = 1;
    assert_int_equal(rectify(f, &f->head, "漏列一条"), REFUSAL_NONE);

    assert_int_equal(fires(f)->must_count, 1);
    assert_int_equal(fires(f)->n_claims, 1);
    assert_int_equal(fires(f)->claims[0]->item, 1);
    assert_int_equal(fires(f)->opinion_seq, f->seq);
    assert_true(f->seq > given_seq);
}

static void a_conflict_or_merger_on_record_ends_rectification(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    f->opinion.reason = "换一种说法";
    f->proposal.n_conflicts = 1;
    f->proposal.conflicts = (Hs__Conflict *[]){&(Hs__Conflict)HS__CONFLICT__INIT};
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_CONSOLIDATION_OPEN);
    f->proposal.n_conflicts = 0;
    f->proposal.n_mergers = 1;
    f->proposal.mergers = (Hs__Merger *[]){&(Hs__Merger)HS__MERGER__INIT};
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_CONSOLIDATION_OPEN);
    f->proposal.n_mergers = 0;
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_NONE);
}

static void a_carried_opinion_is_not_this_rounds_to_rectify(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    fires(f)->carried_forward = true;
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_OPINION_NOT_GIVEN);
}

static void a_rectification_is_an_opinion_and_no_new_question(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_NONE);
    assert_int_equal(f->decision.event_count, 0); /* it says so already */
    f->opinion.result = RESULT(CONDITIONAL);
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_ITEMS_MISSING);
    f->opinion.result = RESULT(NOT_COMPETENT);
    f->opinion.reason = "非本部门职责";
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_RESULT_INVALID);
}

static void a_review_is_rectified_a_few_times_at_most(void **state)
{
    static const char *const reasons[] = {"一", "二"};
    struct fixture *f = *state;

    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    for (size_t i = 0; i < RECTIFICATIONS; i++) {
        f->opinion.reason = reasons[i % 2];
        assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_NONE);
    }
    f->opinion.reason = "三";
    assert_int_equal(rectify(f, &f->head, "误"), REFUSAL_TOO_LARGE);
    assert_int_equal(fires(f)->n_rectifications, RECTIFICATIONS);
}

static void who_is_not_competent_by_a_slip_says_so_and_is_answered_for(void **state)
{
    struct fixture *f = *state;

    f->opinion.result = RESULT(NOT_COMPETENT);
    f->opinion.reason = "误选";
    assert_int_equal(give(f, &f->head, no_draft), REFUSAL_NONE);
    assert_int_equal(fires(f)->state, HS__REVIEW__STATE__NOT_COMPETENT);
    f->opinion.result = RESULT(AGREE);
    assert_int_equal(rectify(f, &f->head, "误选"), REFUSAL_NONE);
    assert_int_equal(fires(f)->state, HS__REVIEW__STATE__CLOSED);
    assert_int_equal(fires(f)->result, RESULT(AGREE));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_draft_is_kept_and_is_no_opinion),
        T(the_same_draft_again_is_nothing_and_another_replaces_it),
        T(a_draft_is_held_against_the_sheet),
        T(nobody_drafts_what_was_given_or_withdrawn),
        T(where_the_head_signs_off_a_reviewer_does_not_give),
        T(the_rules_need_no_head),
        T(the_head_releases_the_draft_and_both_are_named),
        T(what_is_released_is_the_draft_as_it_is),
        T(a_draft_is_sent_back_with_a_reason_and_then_not_released),
        T(a_slip_is_put_right_and_the_first_giving_stays),
        T(the_verdict_rests_on_the_last_version),
        T(consolidation_ends_rectification),
        T(what_is_put_right_is_what_is_held_against_the_others),
        T(a_conflict_or_merger_on_record_ends_rectification),
        T(a_carried_opinion_is_not_this_rounds_to_rectify),
        T(a_rectification_is_an_opinion_and_no_new_question),
        T(a_review_is_rectified_a_few_times_at_most),
        T(who_is_not_competent_by_a_slip_says_so_and_is_answered_for),
    };

    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
