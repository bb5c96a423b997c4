/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/document: the days to an opinion, in working days and in elapsed time. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "core/document.h"
#include "proto/text/instant.h"
#include "proto/text/load.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

/* One review of sample 03's gas: Qingming, 04-04 to 04-06, lies in it. */
struct fixture {
    struct arena arena;
    Hs__Office office;
    Hs__Process process;
    Hs__Proposal proposal;
    Hs__Review review;
    Hs__Review *rows[1];
    Hs__Limit limit;
    const Hs__Opinion *opinions[1];
    struct document_sources sources;
};

static int64_t instant_of(const char *text)
{
    int64_t at_ms = 0;

    assert_true(instant_from_text(bytes_of_text(text), &at_ms));
    return at_ms;
}

static const struct calendar *calendar_of(struct arena *arena)
{
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    text_errors_init(&errors, TEXT_EN);
    struct text_file file = {
        .path = "configs/calendars/working_days.yaml", .arena = arena, .errors = &errors};
    assert_int_equal(load_message(&file, &hs__calendar__descriptor, &message), ERR_OK);
    return calendar_build((const Hs__Calendar *)message, arena);
}

static int set_up(void **state)
{
    static const uint8_t process_hash[32] = {0};
    struct fixture *f = calloc(1, sizeof *f);

    arena_init(&f->arena, ARENA_BYTES);
    f->office = (Hs__Office)HS__OFFICE__INIT;
    f->office.utc_offset_minutes = 8 * 60;
    f->process = (Hs__Process)HS__PROCESS__INIT;
    f->limit = (Hs__Limit)HS__LIMIT__INIT;
    f->limit.span_case = HS__LIMIT__SPAN_WORKING_DAYS;
    f->limit.working_days = 5;
    f->review = (Hs__Review)HS__REVIEW__INIT;
    f->review.department = "gas";
    f->review.state = HS__REVIEW__STATE__CLOSED;
    f->review.limit = &f->limit;
    f->review.dispatched_at = instant_of("2026-04-02T16:10:00+08:00");
    f->review.due_at = instant_of("2026-04-10T17:30:00+08:00");
    f->review.given_at = instant_of("2026-04-09T16:00:00+08:00");
    f->rows[0] = &f->review;
    f->proposal = (Hs__Proposal)HS__PROPOSAL__INIT;
    f->proposal.round = 1;
    f->proposal.reviews = f->rows;
    f->proposal.n_reviews = 1;
    f->sources = (struct document_sources){
        .office = &f->office,
        .proposal = &f->proposal,
        .process = &f->process,
        .process_hash = process_hash,
        .calendar = calendar_of(&f->arena),
        .opinions = f->opinions,
    };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    free(f);
    return 0;
}

static void assert_days(struct fixture *f, int counted, int real)
{
    const Hs__VerdictDocument *document = document_build(&f->sources, &f->arena);

    assert_non_null(document);
    assert_int_equal(document->n_opinions, 1);
    assert_int_equal(document->opinions[0]->counted_days, counted);
    assert_int_equal(document->opinions[0]->real_days, real);
}

static void only_working_days_count(void **state)
{
    struct fixture *f = *state;

    assert_days(f, 4, 7);
}

static void held_days_do_not_count(void **state)
{
    struct fixture *f = *state;
    Hs__Hold hold = HS__HOLD__INIT;
    Hs__Hold *holds[] = {&hold};

    hold.from_at = instant_of("2026-04-03T10:00:00+08:00");
    hold.to_at = instant_of("2026-04-07T09:00:00+08:00");
    f->review.holds = holds;
    f->review.n_holds = 1;

    assert_days(f, 3, 7);
}

static void every_day_counts_of_a_limit_in_elapsed_time(void **state)
{
    struct fixture *f = *state;

    f->limit.span_case = HS__LIMIT__SPAN_HOURS;
    f->limit.hours = 200;

    assert_days(f, 7, 7);
}

static void without_an_opinion_there_are_no_days(void **state)
{
    struct fixture *f = *state;

    f->review.state = HS__REVIEW__STATE__OPEN;
    f->review.given_at = 0;

    assert_days(f, 0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_working_days_count),
        TEST(held_days_do_not_count),
        TEST(every_day_counts_of_a_limit_in_elapsed_time),
        TEST(without_an_opinion_there_are_no_days),
    };

    return cmocka_run_group_tests_name("core_document", tests, NULL, NULL);
}
