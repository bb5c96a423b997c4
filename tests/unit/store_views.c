/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/ledger, store/views, store/bodies, store/replay: views follow the journal, say
 * what it says, and come out the same when they are made anew. */
#include "store/bodies.h"
#include "store/event_check.h"
#include "store/row.h"
#include "store/state_hash.h"
#include "tests/unit/store_office.h"

enum { READ_ARENA_BYTES = 8 << 20 };

struct fixture {
    struct office office;
    struct arena arena;
    struct transaction *txn;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    office_init(&fixture.office);
    arena_init(&fixture.arena, READ_ARENA_BYTES);
    fixture.txn = NULL;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    journal_read_end(f->txn);
    arena_release(&f->arena);
    office_release(&f->office);
    return 0;
}

static struct transaction *reading(struct fixture *f)
{
    journal_read_end(f->txn);
    f->txn = NULL;
    assert_int_equal(journal_read_begin(f->office.journal, &f->txn), ERR_OK);
    return f->txn;
}

static void records_are_found_by_id_number_party_and_status(void **state)
{
    struct fixture *f = *state;
    uint64_t ids[10];
    struct id_list list = {.ids = ids, .max = 10};
    Hs__Proposal *proposal = NULL;
    Hs__Office *record = NULL;
    uint64_t id = 0;

    office_live(&f->office);
    struct transaction *txn = reading(f);

    assert_int_equal(view_number(txn, "LJHS-2027-0004", &id), ERR_OK);
    assert_int_equal(id, 4);
    assert_int_equal(view_number(txn, "LJHS-2027-0009", &id), ERR_ABSENT);
    assert_int_equal(view_proposal(txn, 4, &f->arena, &proposal), ERR_OK);
    assert_string_equal(proposal->title, "加装电梯");
    assert_int_equal(proposal->n_reviews, 2);
    assert_int_equal(view_proposal(txn, 99, &f->arena, &proposal), ERR_ABSENT);
    assert_int_equal(view_by_party(txn, "person:zhang", 2, &list), ERR_OK);
    assert_int_equal(list.count, 4);
    assert_int_equal(ids[0], 3);
    assert_int_equal(view_by_party(txn, "person:zh", 0, &list), ERR_OK);
    assert_int_equal(list.count, 0);
    assert_int_equal(view_by_status(txn, HS__PROPOSAL__STATUS__IN_REVIEW, 0, &list), ERR_OK);
    assert_int_equal(list.count, 6);
    list.max = 2;
    assert_int_equal(view_all(txn, 0, &list), ERR_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(view_office(txn, &f->arena, &record), ERR_OK);
    assert_int_equal(record->proposals, 6);
    assert_string_equal(record->id, OFFICE_ID);
}

static void the_inbox_holds_what_is_to_be_answered_the_soonest_first(void **state)
{
    struct fixture *f = *state;
    struct due_reviews inbox;

    office_live(&f->office);
    struct transaction *txn = reading(f);

    assert_int_equal(
        view_inbox(txn, &(struct inbox){"fire", INBOX_ANSWERABLE}, 100, &f->arena, &inbox), ERR_OK);
    assert_int_equal(inbox.count, 3); /* 1, 3 and 5 were answered */
    assert_int_equal(inbox.rows[0].proposal, 2);
    assert_int_equal(inbox.rows[1].proposal, 4);
    assert_true(inbox.rows[0].due_ms < inbox.rows[1].due_ms);
    assert_int_equal(
        view_inbox(txn, &(struct inbox){"planning", INBOX_ANSWERABLE}, 4, &f->arena, &inbox),
        ERR_OK);
    assert_int_equal(inbox.count, 4);
    assert_int_equal(inbox.rows[0].due_ms, INT64_MAX);
    assert_int_equal(
        view_inbox(txn, &(struct inbox){"fir", INBOX_ANSWERABLE}, 4, &f->arena, &inbox), ERR_OK);
    assert_int_equal(inbox.count, 0);
}

static void record_overdue(struct office *office, uint64_t proposal)
{
    Hs__ReviewOverdue overdue = HS__REVIEW_OVERDUE__INIT;
    Hs__Event event = HS__EVENT__INIT;

    overdue.round = 1;
    overdue.department = "fire";
    event.proposal = proposal;
    event.body_case = HS__EVENT__BODY_REVIEW_OVERDUE;
    event.review_overdue = &overdue;
    office_begin(office);
    office_record(office, message_copy(&event, &office->arena), NULL);
    office_commit(office);
}

static void a_deadline_goes_when_it_is_recorded_and_the_inbox_keeps_the_review(void **state)
{
    struct fixture *f = *state;
    struct due_reviews list;
    int64_t due = 0;

    office_live(&f->office);
    struct transaction *txn = reading(f);
    assert_int_equal(view_next_deadline(txn, &due), ERR_OK);
    assert_int_equal(view_deadlines(txn, due, 10, &f->arena, &list), ERR_OK);
    assert_int_equal(list.count, 0);
    assert_int_equal(view_deadlines(txn, due + 1, 10, &f->arena, &list), ERR_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.rows[0].proposal, 2);
    assert_string_equal(list.rows[0].department, "fire");

    record_overdue(&f->office, 2);

    txn = reading(f);
    assert_int_equal(view_deadlines(txn, INT64_MAX, 10, &f->arena, &list), ERR_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(
        view_inbox(txn, &(struct inbox){"fire", INBOX_ANSWERABLE}, 100, &f->arena, &list), ERR_OK);
    assert_int_equal(list.count, 3);
}

static void bodies_are_read_from_the_journal(void **state)
{
    struct fixture *f = *state;
    Hs__ReviewRef review = HS__REVIEW_REF__INIT;
    Hs__Packet *packet = NULL;
    Hs__Opinion *opinion = NULL;
    struct definition_body definition;
    struct hash hashes[2];

    office_live(&f->office);
    office_begin(&f->office);
    office_publish(&f->office, 9, hashes);
    assert_int_equal(body_definition(journal_transaction(f->office.journal),
                                     bytes_of_hash(&hashes[0]), &f->arena, &definition),
                     ERR_OK); /* in the turn itself */
    office_commit(&f->office);
    struct transaction *txn = reading(f);

    assert_int_equal(body_packet(txn, 2, 1, &f->arena, &packet), ERR_OK);
    assert_int_equal(strlen(packet->fields[0]->text), 5000);
    assert_int_equal(body_packet(txn, 2, 2, &f->arena, &packet), ERR_ABSENT);
    review.proposal = 1;
    review.round = 1;
    review.department = "fire";
    assert_int_equal(body_opinion(txn, &review, &f->arena, &opinion), ERR_OK);
    assert_string_equal(opinion->reason, "符合要求");
    review.department = "planning";
    assert_int_equal(body_opinion(txn, &review, &f->arena, &opinion), ERR_ABSENT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(body_definition(txn, bytes_of_hash(&hashes[i]), &f->arena, &definition),
                         ERR_OK);
        assert_int_equal(definition.kind, i == 0 ? DEFINITION_PACK : DEFINITION_PINS);
        struct hash found = hash_of(definition.bytes);
        assert_true(hash_equal(found, hashes[i]));
    }
}

/* Fire's review of proposal 2, and an opinion of these words. */
struct words {
    Hs__ReviewRef review;
    Hs__Opinion opinion;
};

static void set_words(struct words *words, const char *reason)
{
    words->review = (Hs__ReviewRef)HS__REVIEW_REF__INIT;
    words->review.proposal = 2;
    words->review.round = 1;
    words->review.department = "fire";
    words->opinion = (Hs__Opinion)HS__OPINION__INIT;
    words->opinion.result = HS__OPINION__RESULT__AGREE;
    words->opinion.reason = reason;
}

/* The fire department drafts. */
static void record_draft(struct office *office, const char *reason)
{
    Hs__DraftOpinion body = HS__DRAFT_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__OpinionDrafted drafted = HS__OPINION_DRAFTED__INIT;
    Hs__Event event = HS__EVENT__INIT;
    struct words words;

    set_words(&words, reason);
    body.review = &words.review;
    body.opinion = &words.opinion;
    command.body_case = HS__COMMAND__BODY_DRAFT_OPINION;
    command.draft_opinion = &body;
    office_begin(office);
    struct command_context context =
        office_receive(office, "agent:fire/1", &office->agent, &command, NULL);
    drafted.round = 1;
    drafted.department = "fire";
    drafted.opinion = office_hash(office, message_pack(&words.opinion, &office->arena));
    event.proposal = 2;
    event.body_case = HS__EVENT__BODY_OPINION_DRAFTED;
    event.opinion_drafted = &drafted;
    office_record(office, message_copy(&event, &office->arena), &context);
    office_commit(office);
}

/* The fire department rectifies its opinion: version @version from now on. */
static void record_rectified(struct office *office, uint32_t version, const char *reason)
{
    Hs__RectifyOpinion body = HS__RECTIFY_OPINION__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__OpinionRectified rectified = HS__OPINION_RECTIFIED__INIT;
    Hs__Event event = HS__EVENT__INIT;
    struct words words;

    set_words(&words, reason);
    body.review = &words.review;
    body.opinion = &words.opinion;
    command.body_case = HS__COMMAND__BODY_RECTIFY_OPINION;
    command.rectify_opinion = &body;
    office_begin(office);
    struct command_context context =
        office_receive(office, "agent:fire/1", &office->agent, &command, NULL);
    rectified.round = 1;
    rectified.department = "fire";
    rectified.result = words.opinion.result;
    rectified.version = version;
    rectified.opinion = office_hash(office, message_pack(&words.opinion, &office->arena));
    event.proposal = 2;
    event.body_case = HS__EVENT__BODY_OPINION_RECTIFIED;
    event.opinion_rectified = &rectified;
    office_record(office, message_copy(&event, &office->arena), &context);
    office_commit(office);
}

static void opine_in_versions(struct office *office)
{
    office_live(office);
    record_draft(office, "草稿");
    record_draft(office, "又一稿");
    office_begin(office);
    office_agree(office, 2, NULL);
    office_commit(office);
    record_rectified(office, 2, "更正");
    record_rectified(office, 3, "再更正");
}

static void assert_version(struct fixture *f, uint32_t version, const char *reason)
{
    Hs__Opinion *opinion = NULL;
    struct words words;

    set_words(&words, "");

    const struct opinion_version wanted = {&words.review, version};
    assert_int_equal(body_opinion_version(f->txn, &wanted, &f->arena, &opinion),
                     reason == NULL ? ERR_ABSENT : ERR_OK);
    if (reason != NULL) {
        assert_string_equal(opinion->reason, reason);
    }
}

static void the_draft_and_every_version_of_an_opinion_are_read_again(void **state)
{
    struct fixture *f = *state;
    Hs__Opinion *opinion = NULL;
    struct words words;

    opine_in_versions(&f->office);

    struct transaction *txn = reading(f);
    assert_version(f, OPINION_DRAFT, "又一稿");
    assert_version(f, 1, "符合要求");
    assert_version(f, 2, "更正");
    assert_version(f, 3, NULL); /* it is the one that counts */
    set_words(&words, "");
    assert_int_equal(body_opinion(txn, &words.review, &f->arena, &opinion), ERR_OK);
    assert_string_equal(opinion->reason, "再更正");
}

static void the_ledger_shows_what_the_turn_did_so_far(void **state)
{
    struct fixture *f = *state;
    struct office *office = &f->office;
    const Hs__Proposal *proposal = NULL;
    const Hs__Principal *principal = NULL;
    struct command_row row;
    struct sent sent = {0};

    office_found(office);
    office_begin(office);
    assert_int_equal(ledger_proposal(office->ledger, 1, &proposal), ERR_ABSENT);
    office_submit(office, 10, &sent);

    assert_int_equal(ledger_proposal(office->ledger, 1, &proposal), ERR_OK);
    assert_int_equal(proposal->status, HS__PROPOSAL__STATUS__IN_REVIEW);
    assert_int_equal(ledger_principal(office->ledger, "person:zhang", &principal), ERR_OK);
    assert_int_equal(principal->number, 2);
    assert_int_equal(ledger_principal(office->ledger, "person:li", &principal), ERR_ABSENT);
    assert_int_equal(ledger_command(office->ledger, sent.id, 2, &row), ERR_OK);
    assert_int_equal(row.event_count, 2);
    assert_int_equal(ledger_command(office->ledger, sent.id, 3, &row), ERR_ABSENT);
    sent_release(&sent);
    office_commit(office);
}

static void a_command_is_forgotten_thirty_days_later_and_not_before(void **state)
{
    struct fixture *f = *state;
    struct office *office = &f->office;
    struct command_row row;
    struct sent sent = {0};

    office_found(office);
    office_begin(office);
    office_submit(office, 10, &sent);
    office_commit(office);
    int64_t sent_ms = office->now_ms;

    office->now_ms = sent_ms + COMMAND_MEMORY_MS - 1000;
    office_begin(office);
    office_submit(office, 10, NULL);
    office_commit(office);
    assert_int_equal(view_command(reading(f), sent.id, 2, &row), ERR_OK);
    office_begin(office);
    office_submit(office, 10, NULL);
    office_commit(office);

    assert_int_equal(view_command(reading(f), sent.id, 2, &row), ERR_ABSENT);
    sent_release(&sent);
}

static void an_event_that_cannot_be_applied_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct office *office = &f->office;
    Hs__ReviewOverdue overdue = HS__REVIEW_OVERDUE__INIT;
    Hs__Event event = HS__EVENT__INIT;
    uint64_t seq = 0;

    office_found(office);
    office_begin(office);
    overdue.round = 1;
    overdue.department = "fire";
    event.proposal = 77;
    event.body_case = HS__EVENT__BODY_REVIEW_OVERDUE;
    event.review_overdue = &overdue;

    assert_int_equal(ledger_append(office->ledger, office->journal, &event, NULL, &seq),
                     ERR_CORRUPT);
    journal_abort(office->journal);
    arena_clear(&office->arena);
}

static void assert_fault(const Hs__Proposal *proposal, const Hs__Event *event)
{
    assert_non_null(event_fault(event, proposal));
}

static void a_damaged_event_about_an_opinion_does_not_reach_its_review(void **state)
{
    struct fixture *f = *state;
    Hs__Proposal *proposal = NULL;
    Hs__OpinionDrafted drafted = HS__OPINION_DRAFTED__INIT;
    Hs__DraftSentBack sent = HS__DRAFT_SENT_BACK__INIT;
    Hs__OpinionRectified rectified = HS__OPINION_RECTIFIED__INIT;
    Hs__Event event = HS__EVENT__INIT;
    uint8_t hash[HASH_BYTES] = {1};

    office_live(&f->office);
    assert_int_equal(view_proposal(reading(f), 1, &f->arena, &proposal), ERR_OK);
    event.proposal = 1;
    event.body_case = HS__EVENT__BODY_OPINION_DRAFTED;
    event.opinion_drafted = &drafted;
    drafted.round = 1;
    drafted.department = "fire";
    assert_fault(proposal, &event); /* no hash */
    drafted.opinion = (ProtobufCBinaryData){HASH_BYTES, hash};
    assert_null(event_fault(&event, proposal));
    drafted.department = "nobody";
    assert_fault(proposal, &event);
    assert_fault(NULL, &event);

    event.body_case = HS__EVENT__BODY_DRAFT_SENT_BACK;
    event.draft_sent_back = &sent;
    sent.round = 1;
    sent.department = "fire";
    assert_fault(proposal, &event); /* there is no draft */

    event.body_case = HS__EVENT__BODY_OPINION_RECTIFIED;
    event.opinion_rectified = &rectified;
    rectified.round = 1;
    rectified.department = "fire";
    rectified.version = 2;
    assert_fault(proposal, &event); /* no hash */
    rectified.opinion = (ProtobufCBinaryData){HASH_BYTES, hash};
    assert_null(event_fault(&event, proposal));
    rectified.version = 3;
    assert_fault(proposal, &event); /* there is no second */
    rectified.version = 2;
    rectified.department = "planning";
    assert_fault(proposal, &event); /* it gave none */
}

/* The hash of all rows of all views. */
static struct hash hash_of_views(struct fixture *f)
{
    struct hash hash;

    assert_int_equal(state_hash(reading(f), &hash), ERR_OK);
    return hash;
}

/* Sets the meta row @name to @value, as an older or interrupted program would have left it. */
static void set_meta(struct fixture *f, const char *name, uint64_t value)
{
    struct transaction *txn = NULL;
    uint8_t bytes[8];

    journal_read_end(f->txn);
    f->txn = NULL;
    bytes_put_u64(bytes, value);
    assert_int_equal(transaction_begin(journal_database(f->office.journal), true, &txn), ERR_OK);
    assert_int_equal(row_put(txn, TABLE_META, bytes_of_text(name), (struct bytes){bytes, 8}),
                     ERR_OK);
    assert_int_equal(transaction_commit(txn), ERR_OK);
}

static void views_made_anew_are_the_same_byte_for_byte(void **state)
{
    struct fixture *f = *state;

    opine_in_versions(&f->office);
    record_overdue(&f->office, 4);
    f->office.now_ms += COMMAND_MEMORY_MS + 1;
    record_overdue(&f->office, 6); /* and commands are forgotten */
    struct hash lived = hash_of_views(f);

    set_meta(f, "views_version", 0);
    assert_int_equal(replay_catch_up(f->office.journal, NULL), ERR_OK);
    struct hash made = hash_of_views(f);
    assert_int_equal(replay_catch_up(f->office.journal, NULL), ERR_OK);

    assert_true(hash_equal(lived, made));
    assert_true(hash_equal(lived, hash_of_views(f)));
}

static void another_value_is_another_state(void **state)
{
    struct fixture *f = *state;

    office_live(&f->office);
    struct hash before = hash_of_views(f);
    set_meta(f, "views_version", 0);
    struct hash other = hash_of_views(f);
    set_meta(f, "views_version", VIEWS_VERSION);

    assert_false(hash_equal(before, other));
    assert_true(hash_equal(before, hash_of_views(f)));
}

static void views_that_know_more_than_the_journal_are_refused(void **state)
{
    struct fixture *f = *state;

    office_live(&f->office);
    set_meta(f, "applied_seq", 1000);

    assert_int_equal(replay_catch_up(f->office.journal, NULL), ERR_CORRUPT);
}

static void a_flipped_bit_in_a_view_is_found_when_it_is_read(void **state)
{
    struct fixture *f = *state;
    struct transaction *txn = NULL;
    Hs__Proposal *proposal = NULL;
    struct bytes value;
    struct row_key key;
    uint8_t *stored = NULL;
    uint8_t copy[4096];

    office_live(&f->office);
    assert_int_equal(transaction_begin(journal_database(f->office.journal), true, &txn), ERR_OK);
    key_of_proposal(&key, 3);
    assert_int_equal(table_get(txn, TABLE_PROPOSALS, row_key_bytes(&key), &value), ERR_OK);
    memcpy(copy, value.data, value.size);
    copy[10] ^= 4;
    assert_int_equal(table_reserve(txn, TABLE_PROPOSALS, row_key_bytes(&key), value.size, &stored),
                     ERR_OK);
    memcpy(stored, copy, value.size);
    assert_int_equal(transaction_commit(txn), ERR_OK);

    txn = reading(f);
    assert_int_equal(view_proposal(txn, 3, &f->arena, &proposal), ERR_CORRUPT);
    assert_non_null(strstr(database_failure(journal_database(f->office.journal))->text,
                           "proposals: row 0000000000000003"));
    assert_int_equal(view_proposal(txn, 4, &f->arena, &proposal), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_are_found_by_id_number_party_and_status, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_inbox_holds_what_is_to_be_answered_the_soonest_first,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_deadline_goes_when_it_is_recorded_and_the_inbox_keeps_the_review, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bodies_are_read_from_the_journal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_draft_and_every_version_of_an_opinion_are_read_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_event_about_an_opinion_does_not_reach_its_review,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_ledger_shows_what_the_turn_did_so_far, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_command_is_forgotten_thirty_days_later_and_not_before,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_cannot_be_applied_is_an_error, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(views_made_anew_are_the_same_byte_for_byte, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_value_is_another_state, set_up, tear_down),
        cmocka_unit_test_setup_teardown(views_that_know_more_than_the_journal_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_flipped_bit_in_a_view_is_found_when_it_is_read, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
