/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/lamp: the reviews of the sample scenarios, and what the lamp says at each moment
 * around a deadline, under a hold, of silence, and of a limit in elapsed time. */
#include "tests/lib/test.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/lamp.h"
#include "lib/civil.h"
#include "proto/text/instant.h"
#include "proto/text/load.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, HOLDS_MAX = 4, HOUR_MS = 3600000, MINUTE_MS = 60000 };

/* The measure is working days, the review one of five of them, delivered on Tuesday 2026-03-10. */
struct fixture {
    struct arena arena;
    struct lamp_measure measure;
    Hs__Review review;
    Hs__Hold holds[HOLDS_MAX];
    Hs__Hold *hold_rows[HOLDS_MAX];
};

/* Returns the instant of "2026-03-10 17:30" or "2026-03-10 17:30:01" in China. */
static int64_t instant_of(struct fixture *f, const char *local)
{
    bool has_seconds = strlen(local) > strlen("2026-03-10 17:30");
    const char *text = arena_format(&f->arena, "%s%s+08:00", local, has_seconds ? "" : ":00");
    int64_t at_ms = 0;

    if (!instant_from_text(bytes_of_text(text), &at_ms)) {
        fail_msg("%s is no instant", local);
    }
    return at_ms;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    arena_init(&f->arena, ARENA_BYTES);
    text_errors_init(&errors, TEXT_EN);
    struct text_file file = {
        .path = "configs/calendars/working_days.yaml", .arena = &f->arena, .errors = &errors};
    assert_int_equal(load_message(&file, &hs__calendar__descriptor, &message), ERR_OK);
    f->measure =
        (struct lamp_measure){calendar_build((const Hs__Calendar *)message, &f->arena), 8 * 60};
    assert_non_null(f->measure.calendar);
    f->review = (Hs__Review)HS__REVIEW__INIT;
    f->review.state = HS__REVIEW__STATE__OPEN;
    f->review.dispatched_at = instant_of(f, "2026-03-10 10:20");
    f->review.due_at = instant_of(f, "2026-03-17 17:30");
    f->review.holds = f->hold_rows;
    for (size_t i = 0; i < HOLDS_MAX; i++) {
        f->holds[i] = (Hs__Hold)HS__HOLD__INIT;
        f->hold_rows[i] = &f->holds[i];
    }
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

static void hold(struct fixture *f, const char *from, const char *to)
{
    Hs__Hold *added = &f->holds[f->review.n_holds++];

    added->from_at = instant_of(f, from);
    added->to_at = to == NULL ? 0 : instant_of(f, to);
}

static void answer(struct fixture *f, const char *at, Hs__Opinion__Result result)
{
    f->review.state = HS__REVIEW__STATE__CLOSED;
    f->review.given_at = instant_of(f, at);
    f->review.result = result;
}

static struct lamp_reading reading_at(struct fixture *f, const char *now)
{
    return lamp_read(&f->review, &f->measure, instant_of(f, now));
}

/* ---- the scenarios ---- */

static const char *text_at(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    assert_non_null(text);
    return text;
}

static void assert_review(struct fixture *f, const json_t *row)
{
    const json_t *holds = json_object_get(row, "holds");

    f->review.n_holds = 0;
    f->review.dispatched_at = instant_of(f, text_at(row, "dispatchedAt"));
    f->review.due_at = instant_of(f, text_at(row, "dueAt"));
    for (size_t i = 0; i < json_array_size(holds); i++) {
        const char *span = json_string_value(json_array_get(holds, i));
        const char *slash = strchr(span, '/');

        hold(f, arena_format(&f->arena, "%.*s", (int)(slash - span), span), slash + 1);
    }
    answer(f, text_at(row, "givenAt"), HS__OPINION__RESULT__AGREE);

    struct lamp_reading reading = reading_at(f, "2026-12-31 12:00");
    enum lamp expected = json_is_true(json_object_get(row, "onTime")) ? LAMP_DONE : LAMP_LATE;
    json_int_t counted = json_integer_value(json_object_get(row, "countedDays"));
    if (reading.lamp != expected || reading.counted_days != (uint32_t)counted) {
        fail_msg("sample %s, %s: %s after %u days", text_at(row, "sample"),
                 text_at(row, "department"), lamp_en(reading.lamp), reading.counted_days);
    }
}

static void the_reviews_of_the_scenarios_come_out(void **state)
{
    struct fixture *f = *state;
    json_t *rows = json_load_file("tests/data/lamps.json", 0, NULL);

    assert_int_equal(json_array_size(rows), 66);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        assert_review(f, json_array_get(rows, i));
    }
    json_decref(rows);
}

/* ---- around the deadline ---- */

static void the_lamp_turns_at_the_last_working_day_and_at_the_deadline(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *now;
        enum lamp lamp;
        uint32_t counted_days;
        uint32_t real_days;
        uint32_t overdue_days;
    } moments[] = {
        {"2026-03-10 10:20", LAMP_RUNNING, 0, 0, 0},
        {"2026-03-13 23:59:59", LAMP_RUNNING, 3, 3, 0},
        {"2026-03-15 12:00", LAMP_RUNNING, 3, 5, 0}, /* a Sunday; two working days are left */
        {"2026-03-16 00:00", LAMP_NEAR, 4, 6, 0},
        {"2026-03-17 00:00", LAMP_NEAR, 5, 7, 0},
        {"2026-03-17 17:30:00", LAMP_NEAR, 5, 7, 0},
        {"2026-03-17 17:30:01", LAMP_OVERDUE, 5, 7, 1},
        {"2026-03-18 00:00", LAMP_OVERDUE, 6, 8, 1},
        {"2026-03-22 00:00", LAMP_OVERDUE, 8, 12, 3}, /* the weekend adds nothing */
    };

    for (size_t i = 0; i < ARRAY_COUNT(moments); i++) {
        struct lamp_reading reading = reading_at(f, moments[i].now);

        assert_int_equal(reading.lamp, moments[i].lamp);
        assert_int_equal(reading.counted_days, moments[i].counted_days);
        assert_int_equal(reading.real_days, moments[i].real_days);
        assert_int_equal(reading.overdue_days, moments[i].overdue_days);
        assert_false(reading.is_provisional);
    }
}

static void a_deadline_recorded_as_passed_is_overdue(void **state)
{
    struct fixture *f = *state;

    f->review.state = HS__REVIEW__STATE__OVERDUE;

    struct lamp_reading reading = reading_at(f, "2026-03-19 09:00");

    assert_int_equal(reading.lamp, LAMP_OVERDUE);
    assert_int_equal(reading.overdue_days, 2);
    assert_int_equal(reading.left_today_ms, 0);
    assert_true(reading.left_ms < 0);
}

static void an_answer_on_day_0_has_taken_no_day(void **state)
{
    struct fixture *f = *state;

    answer(f, "2026-03-10 16:00", HS__OPINION__RESULT__AGREE);

    struct lamp_reading reading = reading_at(f, "2026-03-20 09:00");

    assert_int_equal(reading.lamp, LAMP_DONE);
    assert_int_equal(reading.counted_days, 0);
    assert_int_equal(reading.left_ms, 0);
}

static void an_answer_in_the_evening_of_the_last_day_is_a_day_late(void **state)
{
    struct fixture *f = *state;

    answer(f, "2026-03-17 17:30:01", HS__OPINION__RESULT__AGREE);

    struct lamp_reading reading = reading_at(f, "2026-03-30 09:00");

    assert_int_equal(reading.lamp, LAMP_LATE);
    assert_int_equal(reading.counted_days, 5);
    assert_int_equal(reading.overdue_days, 1);
}

static void an_opinion_given_anew_in_a_conflict_takes_no_time(void **state)
{
    struct fixture *f = *state;
    Hs__EarlierOpinion first = HS__EARLIER_OPINION__INIT;
    Hs__EarlierOpinion *rows[] = {&first};

    answer(f, "2026-03-19 09:30", HS__OPINION__RESULT__CONDITIONAL);
    first.given_at = instant_of(f, "2026-03-16 15:40");
    f->review.earlier = rows;
    f->review.n_earlier = 1;

    struct lamp_reading reading = reading_at(f, "2026-03-30 09:00");

    assert_int_equal(reading.lamp, LAMP_DONE);
    assert_int_equal(reading.counted_days, 4);
    assert_int_equal(reading.real_days, 6);
    assert_int_equal(reading.overdue_days, 0);
}

static void silence_taken_for_consent_has_a_lamp_of_its_own(void **state)
{
    struct fixture *f = *state;

    f->review.dispatched_at = instant_of(f, "2026-09-28 18:05");
    f->review.due_at = instant_of(f, "2026-10-12 17:30");
    f->review.state = HS__REVIEW__STATE__CLOSED;
    f->review.result = HS__OPINION__RESULT__TACIT;

    struct lamp_reading reading = reading_at(f, "2026-10-20 09:00");

    assert_int_equal(reading.lamp, LAMP_TACIT);
    assert_int_equal(reading.counted_days, 5);
    assert_int_equal(reading.real_days, 14);
}

static void who_is_not_competent_has_answered(void **state)
{
    struct fixture *f = *state;

    answer(f, "2026-03-12 09:00", HS__OPINION__RESULT__NOT_COMPETENT);
    f->review.state = HS__REVIEW__STATE__NOT_COMPETENT;

    struct lamp_reading reading = reading_at(f, "2026-03-25 09:00");

    assert_int_equal(reading.lamp, LAMP_DONE);
    assert_int_equal(reading.counted_days, 2);
}

/* ---- what is left ---- */

static void what_is_left_is_counted_in_business_time(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *now;
        uint32_t days;
        int64_t today_ms;
    } moments[] = {
        {"2026-03-13 08:00", 2, 13 * HOUR_MS / 2}, /* 09:00 to 12:00, 14:00 to 17:30 */
        {"2026-03-13 11:00", 2, 9 * HOUR_MS / 2},
        {"2026-03-13 13:00", 2, 7 * HOUR_MS / 2}, /* the break at noon */
        {"2026-03-13 17:00", 2, HOUR_MS / 2},
        {"2026-03-13 20:00", 2, 0},
        {"2026-03-14 10:00", 2, 0}, /* a Saturday */
        {"2026-03-17 17:25", 0, 5 * MINUTE_MS},
        {"2026-03-17 17:30", 0, 0},
    };

    for (size_t i = 0; i < ARRAY_COUNT(moments); i++) {
        struct lamp_reading reading = reading_at(f, moments[i].now);

        assert_int_equal(reading.left_days, moments[i].days);
        assert_int_equal(reading.left_today_ms, moments[i].today_ms);
        assert_int_equal(reading.left_ms, f->review.due_at - instant_of(f, moments[i].now));
    }
}

static void what_is_left_stands_still_while_the_clock_does(void **state)
{
    struct fixture *f = *state;

    f->review.state = HS__REVIEW__STATE__HELD;
    hold(f, "2026-03-13 17:00", NULL);

    struct lamp_reading soon = reading_at(f, "2026-03-16 09:00");
    struct lamp_reading later = reading_at(f, "2026-03-25 09:00");

    assert_int_equal(soon.lamp, LAMP_HELD);
    assert_int_equal(soon.counted_days, 3);
    assert_int_equal(later.lamp, LAMP_HELD);
    assert_int_equal(later.counted_days, 3);
    assert_int_equal(later.held_days, 8);
    assert_int_equal(later.real_days, 15);
    assert_int_equal(later.left_days, 2);
    assert_int_equal(later.left_today_ms, HOUR_MS / 2);
    assert_int_equal(later.left_ms, soon.left_ms);
}

static void holds_that_overlap_count_once(void **state)
{
    struct fixture *f = *state;

    hold(f, "2026-03-12 09:00", "2026-03-13 09:00");
    hold(f, "2026-03-11 09:00", "2026-03-12 17:00");
    hold(f, "2026-03-09 09:00", "2026-03-10 17:00"); /* before day 0 */
    answer(f, "2026-03-16 09:00", HS__OPINION__RESULT__AGREE);

    struct lamp_reading reading = reading_at(f, "2026-03-20 09:00");

    assert_int_equal(reading.held_days, 2);
    assert_int_equal(reading.counted_days, 2);
}

static void a_year_without_a_notice_makes_it_provisional(void **state)
{
    struct fixture *f = *state;

    f->review.dispatched_at = instant_of(f, "2026-12-29 10:00");
    f->review.due_at = instant_of(f, "2027-01-05 17:30");

    assert_true(reading_at(f, "2026-12-30 09:00").is_provisional);
}

/* ---- elapsed time ---- */

static void a_limit_in_elapsed_time_counts_every_day(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *now;
        enum lamp lamp;
        uint32_t counted_days;
        uint32_t left_days;
        int64_t left_rest_ms;
    } moments[] = {
        {"2026-03-14 09:20", LAMP_RUNNING, 4, 3, HOUR_MS},
        {"2026-03-16 10:19:59", LAMP_RUNNING, 6, 1, 1000},
        {"2026-03-16 10:20", LAMP_NEAR, 6, 1, 0},
        {"2026-03-17 10:19", LAMP_NEAR, 7, 0, MINUTE_MS},
        {"2026-03-17 10:20:01", LAMP_OVERDUE, 7, 0, 0},
    };

    f->measure.calendar = NULL;
    f->review.due_at = f->review.dispatched_at + 7 * (int64_t)CIVIL_DAY_MS;

    for (size_t i = 0; i < ARRAY_COUNT(moments); i++) {
        struct lamp_reading reading = reading_at(f, moments[i].now);

        assert_int_equal(reading.lamp, moments[i].lamp);
        assert_int_equal(reading.counted_days, moments[i].counted_days);
        assert_int_equal(reading.left_days, moments[i].left_days);
        assert_int_equal(reading.left_today_ms, moments[i].left_rest_ms);
    }
}

static void a_short_limit_is_near_in_its_last_fifth(void **state)
{
    struct fixture *f = *state;

    f->measure.calendar = NULL;
    f->review.due_at = f->review.dispatched_at + 10 * MINUTE_MS;

    assert_int_equal(reading_at(f, "2026-03-10 10:27:59").lamp, LAMP_RUNNING);
    assert_int_equal(reading_at(f, "2026-03-10 10:28").lamp, LAMP_NEAR);
}

static void without_a_limit_it_runs(void **state)
{
    struct fixture *f = *state;

    f->review.due_at = 0;

    struct lamp_reading reading = reading_at(f, "2027-03-10 10:20");

    assert_int_equal(reading.lamp, LAMP_RUNNING);
    assert_int_equal(reading.left_days, 0);
    assert_int_equal(reading.left_ms, 0);
}

static void every_lamp_has_a_word(void **state)
{
    (void)state;
    for (enum lamp lamp = 0; lamp < LAMP_COUNT; lamp++) {
        assert_true(lamp_zh(lamp)[0] != '\0' && lamp_en(lamp)[0] != '\0');
    }
    assert_string_equal(lamp_zh(LAMP_TACIT), "逾期视为同意"); /* never shown as consent */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_reviews_of_the_scenarios_come_out),
        TEST(the_lamp_turns_at_the_last_working_day_and_at_the_deadline),
        TEST(a_deadline_recorded_as_passed_is_overdue),
        TEST(an_answer_on_day_0_has_taken_no_day),
        TEST(an_answer_in_the_evening_of_the_last_day_is_a_day_late),
        TEST(an_opinion_given_anew_in_a_conflict_takes_no_time),
        TEST(silence_taken_for_consent_has_a_lamp_of_its_own),
        TEST(who_is_not_competent_has_answered),
        TEST(what_is_left_is_counted_in_business_time),
        TEST(what_is_left_stands_still_while_the_clock_does),
        TEST(holds_that_overlap_count_once),
        TEST(a_year_without_a_notice_makes_it_provisional),
        TEST(a_limit_in_elapsed_time_counts_every_day),
        TEST(a_short_limit_is_near_in_its_last_fifth),
        TEST(without_a_limit_it_runs),
        cmocka_unit_test(every_lamp_has_a_word),
    };

    return cmocka_run_group_tests_name("core_lamp", tests, NULL, NULL);
}
