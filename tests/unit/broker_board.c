/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of broker/query_board: in which order the board lists what is open, page by page, and to
 * whom. */
#include "broker/query.h"
#include "tests/unit/store_office.h"

enum { ASK_ARENA_BYTES = 8 << 20, ROWS_MAX = 64, PAGES_MAX = 64 };

/* Six proposals, each with a review at fire, due one after the other, and one at planning, without
 * a limit; fire has answered the first, the third and the fifth. */
struct fixture {
    struct office office;
    struct arena arena;
    struct broker broker;
    Hs__Office record;
    Hs__Department departments[2];
    Hs__Department *rows[2];
    Hs__Principal principal;
    Hs__Principal__Role role;
    uint64_t ids[ROWS_MAX]; /* of all pages */
    size_t id_count;
    size_t page_count;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){.record = HS__OFFICE__INIT, .principal = HS__PRINCIPAL__INIT};
    office_init(&f->office);
    arena_init(&f->arena, ASK_ARENA_BYTES);
    office_live(&f->office);
    for (size_t i = 0; i < 2; i++) {
        f->departments[i] = (Hs__Department)HS__DEPARTMENT__INIT;
        f->departments[i].id = i == 0 ? "fire" : "planning";
        f->rows[i] = &f->departments[i];
    }
    f->record.n_departments = 2;
    f->record.departments = f->rows;
    f->broker.office = &f->record;
    f->role = HS__PRINCIPAL__ROLE__OFFICE;
    f->principal.name = "office";
    f->principal.n_roles = 1;
    f->principal.roles = &f->role;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    office_release(&f->office);
    return 0;
}

static Hs__Answer *ask(struct fixture *f, Hs__Query__Board *board)
{
    Hs__Query query = HS__QUERY__INIT;
    struct asking asking = {
        .broker = &f->broker,
        .principal = &f->principal,
        .query = &query,
        .now_ms = f->office.now_ms,
        .arena = &f->arena,
        .answer = message_new(&hs__answer__descriptor, &f->arena),
    };

    query.body_case = HS__QUERY__BODY_BOARD;
    query.board = board;
    assert_int_equal(journal_read_begin(f->office.journal, &asking.txn), ERR_OK);
    query_answer_board(&asking);
    journal_read_end(asking.txn);
    return asking.answer;
}

/* Asks page by page, and notes the ids of the rows. */
static void ask_all(struct fixture *f, const char *department, uint32_t limit)
{
    Hs__Query__Board board = HS__QUERY__BOARD__INIT;

    f->id_count = 0;
    f->page_count = 0;
    board.department = department;
    board.limit = limit;
    do {
        Hs__Answer *answer = ask(f, &board);

        assert_int_equal(answer->body_case, HS__ANSWER__BODY_BOARD);
        assert_true(answer->board->n_rows <= limit);
        assert_int_equal(answer->board->now_at, f->office.now_ms);
        for (size_t i = 0; i < answer->board->n_rows; i++) {
            f->ids[f->id_count++] = answer->board->rows[i]->id;
        }
        board.from = answer->board->next;
        assert_true(++f->page_count < PAGES_MAX);
    } while (board.from != NULL);
}

static void assert_ids(struct fixture *f, const uint64_t *ids, size_t count)
{
    assert_int_equal(f->id_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(f->ids[i], ids[i]);
    }
}

static void record(struct fixture *f, const Hs__Event *event)
{
    office_begin(&f->office);
    office_record(&f->office, message_copy(event, &f->office.arena), NULL);
    office_commit(&f->office);
}

static void hold_clock(struct fixture *f, uint64_t proposal, const char *department)
{
    Hs__ClockHeld held = HS__CLOCK_HELD__INIT;
    Hs__Hold hold = HS__HOLD__INIT;
    Hs__Event event = HS__EVENT__INIT;

    held.round = 1;
    held.department = department;
    hold.reason = HS__HOLD__REASON__CORRECTION;
    held.hold = &hold;
    event.proposal = proposal;
    event.body_case = HS__EVENT__BODY_CLOCK_HELD;
    event.clock_held = &held;
    record(f, &event);
}

static void the_soonest_deadline_comes_first_whatever_the_pages(void **state)
{
    static const uint64_t ids[] = {2, 4, 6, 1, 3, 5};
    struct fixture *f = *state;

    for (uint32_t limit = 1; limit <= 7; limit++) {
        ask_all(f, "", limit);

        assert_ids(f, ids, ARRAY_COUNT(ids));
    }
    assert_int_equal(f->page_count, 1);
}

static void a_row_holds_what_the_clocks_say_and_no_more(void **state)
{
    struct fixture *f = *state;
    Hs__Query__Board board = HS__QUERY__BOARD__INIT;

    board.proposal = "LJHS-2027-0003";
    Hs__Answer *answer = ask(f, &board);

    assert_int_equal(answer->board->n_rows, 1);
    const Hs__BoardRow *row = answer->board->rows[0];
    assert_string_equal(row->number, "LJHS-2027-0003");
    assert_string_equal(row->title, "加装电梯");
    assert_int_equal(row->n_reviews, 2);
    assert_int_equal(row->reviews[0]->result, HS__OPINION__RESULT__AGREE);
    assert_true(row->reviews[0]->given_at > 0);
    assert_int_equal(row->reviews[0]->opinion.len, 0);
    assert_string_equal(row->reviews[0]->signer, "");
}

static void what_stands_comes_behind_what_runs(void **state)
{
    static const uint64_t ids[] = {4, 6, 1, 3, 5, 2};
    struct fixture *f = *state;

    hold_clock(f, 2, "fire");
    hold_clock(f, 2, "planning");

    for (uint32_t limit = 1; limit <= 7; limit++) {
        ask_all(f, "", limit);

        assert_ids(f, ids, ARRAY_COUNT(ids));
    }
}

static void what_is_over_is_not_on_the_board(void **state)
{
    static const uint64_t ids[] = {4, 6, 1, 3, 5};
    struct fixture *f = *state;
    Hs__ProposalWithdrawn withdrawn = HS__PROPOSAL_WITHDRAWN__INIT;
    Hs__Event event = HS__EVENT__INIT;

    event.proposal = 2;
    event.body_case = HS__EVENT__BODY_PROPOSAL_WITHDRAWN;
    event.proposal_withdrawn = &withdrawn;
    record(f, &event);

    ask_all(f, "", 2);

    assert_ids(f, ids, ARRAY_COUNT(ids));
}

static void what_lacks_something_comes_last(void **state)
{
    static const uint64_t ids[] = {2, 4, 6, 3, 5, 1};
    struct fixture *f = *state;
    Hs__GateFailed failed = HS__GATE_FAILED__INIT;
    Hs__CorrectionRequested requested = HS__CORRECTION_REQUESTED__INIT;
    Hs__Event event = HS__EVENT__INIT;

    event.proposal = 1;
    event.body_case = HS__EVENT__BODY_GATE_FAILED;
    event.gate_failed = &failed;
    record(f, &event); /* no longer in review */
    event.body_case = HS__EVENT__BODY_CORRECTION_REQUESTED;
    event.correction_requested = &requested;
    record(f, &event);

    ask_all(f, "", 2);

    assert_ids(f, ids, ARRAY_COUNT(ids));
}

static void a_department_has_its_own_order(void **state)
{
    static const uint64_t fire[] = {2, 4, 6};
    static const uint64_t planning[] = {1, 2, 3, 4, 5, 6};
    struct fixture *f = *state;

    ask_all(f, "fire", 2);
    assert_ids(f, fire, ARRAY_COUNT(fire));

    ask_all(f, "planning", 2);
    assert_ids(f, planning, ARRAY_COUNT(planning));
}

static void a_department_sees_its_own_rows(void **state)
{
    static const uint64_t ids[] = {2, 4, 6};
    struct fixture *f = *state;
    Hs__Query__Board board = HS__QUERY__BOARD__INIT;

    f->role = HS__PRINCIPAL__ROLE__REVIEWER;
    f->principal.department = "fire";

    ask_all(f, "", 10);
    assert_ids(f, ids, ARRAY_COUNT(ids));

    board.department = "planning";
    Hs__Answer *answer = ask(f, &board);
    assert_int_equal(answer->body_case, HS__ANSWER__BODY_REFUSAL);
    assert_string_equal(answer->refusal->code, "NOT_YOUR_REVIEW");
}

static void names_that_do_not_exist_are_refused(void **state)
{
    struct fixture *f = *state;
    Hs__Query__Board board = HS__QUERY__BOARD__INIT;

    board.department = "fir";
    assert_string_equal(ask(f, &board)->refusal->code, "UNKNOWN_DEPARTMENT");

    board.department = "";
    board.proposal = "LJHS-2027-0099";
    assert_string_equal(ask(f, &board)->refusal->code, "UNKNOWN_PROPOSAL");
}

static void a_place_out_of_all_bounds_ends_the_board(void **state)
{
    struct fixture *f = *state;
    Hs__Query__Board board = HS__QUERY__BOARD__INIT;
    Hs__BoardPlace place = HS__BOARD_PLACE__INIT;

    board.from = &place;
    place.part = UINT32_MAX;
    assert_int_equal(ask(f, &board)->board->n_rows, 0);

    place.part = 0;
    place.due_at = INT64_MAX;
    place.proposal = UINT64_MAX;
    assert_int_equal(ask(f, &board)->board->n_rows, 0);

    place.due_at = INT64_MIN;
    place.proposal = 0;
    assert_int_equal(ask(f, &board)->board->n_rows, 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_soonest_deadline_comes_first_whatever_the_pages),
        TEST(a_row_holds_what_the_clocks_say_and_no_more),
        TEST(what_stands_comes_behind_what_runs),
        TEST(what_is_over_is_not_on_the_board),
        TEST(what_lacks_something_comes_last),
        TEST(a_department_has_its_own_order),
        TEST(a_department_sees_its_own_rows),
        TEST(names_that_do_not_exist_are_refused),
        TEST(a_place_out_of_all_bounds_ends_the_board),
    };

    return cmocka_run_group_tests_name("broker_board", tests, NULL, NULL);
}
