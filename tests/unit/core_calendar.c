/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/calendar: the table of deadlines, the calendar that is delivered with the project,
 * and random limits over decades against an oracle that walks day by day through plain lists. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/lint.h"
#include "lib/civil.h"
#include "lib/text.h"
#include "proto/text/instant.h"
#include "proto/text/load.h"

enum {
    ARENA_BYTES = 64 * 1024 * 1024,
    ROUNDS = 100000,
    ROUND_HOLDS_MAX = 5,
    FIRST_DAY = 18262, /* 2020-01-01, before the first notice */
    LAST_DAY = 25567,  /* 2040-01-01, after the last */
    MINUTE_MS = 60000,
};

struct fixture {
    struct arena arena;
    Hs__Calendar *source;
    struct calendar *calendar;
    uint64_t chance;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    fixture = (struct fixture){.chance = 20260310};
    arena_init(&fixture.arena, ARENA_BYTES);
    text_errors_init(&errors, TEXT_EN);
    struct text_file file = {
        .path = "configs/calendars/working_days.yaml", .arena = &fixture.arena, .errors = &errors};
    if (load_message(&file, &hs__calendar__descriptor, &message) != ERR_OK) {
        print_error("%s: %s\n", errors.rows[0].path, errors.rows[0].reason);
        return 1;
    }
    fixture.source = (Hs__Calendar *)message;
    fixture.calendar = calendar_build(fixture.source, &fixture.arena);
    *state = &fixture;
    return fixture.calendar == NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static int32_t day_of(const char *date)
{
    int32_t value = 0;

    assert_true(date_from_text(bytes_of_text(date), &value));
    return civil_day(value);
}

/* Returns the instant of "2026-03-10 17:30" in China. */
static int64_t instant_of(struct fixture *f, const char *local)
{
    const char *text = arena_format(&f->arena, "%s:00+08:00", local);
    int64_t at_ms = 0;

    if (!instant_from_text(bytes_of_text(text), &at_ms)) {
        fail_msg("%s is no instant", local);
    }
    return at_ms;
}

static const char *text_at(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    assert_non_null(text);
    return text;
}

/* ---- the table ---- */

static struct hold_span hold_of(struct fixture *f, const char *text)
{
    const char *slash = strchr(text, '/');

    assert_non_null(slash);
    return (struct hold_span){
        .from_ms = instant_of(f, arena_format(&f->arena, "%.*s", (int)(slash - text), text)),
        .to_ms = instant_of(f, slash + 1),
    };
}

static void assert_deadline(struct fixture *f, const json_t *row)
{
    const json_t *list = json_object_get(row, "holds");
    struct hold_span holds[CALENDAR_HOLDS_MAX];
    size_t count = json_array_size(list);

    for (size_t i = 0; i < count; i++) {
        holds[i] = hold_of(f, json_string_value(json_array_get(list, i)));
    }

    struct due due =
        calendar_due(f->calendar, instant_of(f, text_at(row, "deliveredAt")),
                     (uint32_t)json_integer_value(json_object_get(row, "workdays")), holds, count);
    int32_t day_before = calendar_before(f->calendar, due.due_day, 1);
    if (due.due_ms != instant_of(f, text_at(row, "dueAt")) ||
        due.day_zero != day_of(text_at(row, "dayZero")) ||
        calendar_open_ms(f->calendar, day_before) != instant_of(f, text_at(row, "dayBeforeAt")) ||
        due.is_provisional) {
        fail_msg("%s (%s): due on %d", text_at(row, "id"), text_at(row, "why"),
                 civil_date(due.due_day));
    }
}

static void every_deadline_of_the_table_comes_out(void **state)
{
    struct fixture *f = *state;
    json_t *rows = json_load_file("tests/data/deadlines.json", 0, NULL);

    assert_true(json_array_size(rows) >= 20);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        assert_deadline(f, json_array_get(rows, i));
    }
    json_decref(rows);
}

/* ---- the delivered calendar ---- */

static void the_years_have_as_many_working_days_as_their_notices_say(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *before;
        const char *last;
        uint32_t workdays;
    } years[] = {
        {"2021-12-31", "2022-12-31", 249}, {"2022-12-31", "2023-12-31", 249},
        {"2023-12-31", "2024-12-31", 251}, {"2024-12-31", "2025-12-31", 248},
        {"2025-12-31", "2026-12-31", 248},
    };

    for (size_t i = 0; i < ARRAY_COUNT(years); i++) {
        assert_int_equal(
            calendar_count(f->calendar, day_of(years[i].before), day_of(years[i].last)),
            years[i].workdays);
    }
}

static void what_reaches_into_a_year_without_a_notice_is_provisional(void **state)
{
    struct fixture *f = *state;

    struct due inside = calendar_due(f->calendar, instant_of(f, "2026-12-24 10:00"), 5, NULL, 0);
    struct due beyond = calendar_due(f->calendar, instant_of(f, "2026-12-25 10:00"), 5, NULL, 0);

    assert_false(inside.is_provisional);
    assert_int_equal(inside.due_day, day_of("2026-12-31"));
    assert_true(beyond.is_provisional);
    assert_int_equal(beyond.due_day, day_of("2027-01-01")); /* a Friday, as far as is known */
}

static void a_hold_counts_from_day_0_and_not_after_the_end(void **state)
{
    struct fixture *f = *state;
    const int64_t from_ms = instant_of(f, "2026-03-14 09:00"); /* a Saturday: day 0 is the 16th */
    const struct hold_span early = hold_of(f, "2026-03-02 09:00/2026-03-17 09:00");
    const struct hold_span late = hold_of(f, "2026-03-23 17:31/2026-03-30 09:00");
    const struct hold_span last = hold_of(f, "2026-03-23 17:30/2026-03-24 09:00");

    assert_int_equal(calendar_due(f->calendar, from_ms, 5, &early, 1).held_days, 1);
    assert_int_equal(calendar_due(f->calendar, from_ms, 5, &late, 1).held_days, 0);
    assert_int_equal(calendar_due(f->calendar, from_ms, 5, &last, 1).held_days, 1);
}

static void holds_that_overlap_count_once_in_any_order(void **state)
{
    struct fixture *f = *state;
    const int64_t from_ms = instant_of(f, "2026-03-09 09:00");
    const struct hold_span holds[] = {
        hold_of(f, "2026-03-12 09:00/2026-03-16 09:00"),
        hold_of(f, "2026-03-10 09:00/2026-03-13 09:00"),
        hold_of(f, "2026-03-10 10:00/2026-03-11 09:00"),
    };

    assert_int_equal(calendar_due(f->calendar, from_ms, 5, holds, 3).held_days, 4);
}

/* ---- settings ---- */

static void the_strict_reading_makes_a_day_off_day_0(void **state)
{
    struct fixture *f = *state;

    f->source->after_hours = HS__CALENDAR__AFTER_HOURS__SAME_DAY;
    struct due due = calendar_due(f->calendar, instant_of(f, "2026-03-14 09:00"), 5, NULL, 0);

    assert_int_equal(due.day_zero, day_of("2026-03-14"));
    assert_int_equal(due.due_day, day_of("2026-03-20"));
}

/* Adds a day ordered by a document of the place to the notice of 2026, and builds anew. */
static void add_local_day(struct fixture *f, const char *date, const char *close)
{
    Hs__CalendarYear *year = f->source->years[f->source->n_years - 1];
    Hs__CalendarYear__LocalDay *local =
        message_new(&hs__calendar_year__local_day__descriptor, &f->arena);

    local->date = date;
    local->close = close;
    local->document = "渝府办〔2026〕1号";
    year->n_local_days = 1;
    year->local_days = arena_array(&f->arena, 1, sizeof(Hs__CalendarYear__LocalDay *));
    year->local_days[0] = local;
    f->calendar = calendar_build(f->source, &f->arena);
    assert_non_null(f->calendar);
}

static void a_half_day_counts_and_closes_early(void **state)
{
    struct fixture *f = *state;

    add_local_day(f, "2026-03-17", "12:00");

    struct due due = calendar_due(f->calendar, instant_of(f, "2026-03-10 10:20"), 5, NULL, 0);
    assert_true(due.due_ms == instant_of(f, "2026-03-17 12:00"));
    assert_int_equal(calendar_day_zero(f->calendar, instant_of(f, "2026-03-17 11:59")),
                     day_of("2026-03-17"));
    assert_int_equal(calendar_day_zero(f->calendar, instant_of(f, "2026-03-17 12:00")),
                     day_of("2026-03-18"));
}

static void a_local_day_off_stands_over_the_notice(void **state)
{
    struct fixture *f = *state;

    add_local_day(f, "2026-02-14", ""); /* a Saturday made a working day by the notice */

    assert_false(calendar_is_working(f->calendar, day_of("2026-02-14")));
    assert_string_equal(calendar_special(f->calendar, day_of("2026-02-14"))->cause,
                        "渝府办〔2026〕1号");
}

static void a_time_of_day_is_written_with_five_characters(void **state)
{
    static const char *const wrong[] = {"", "9:00", "09.00", "24:01", "12:60", "12:000", "ab:cd"};
    int minute = -1;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_false(minute_from_text(wrong[i], &minute));
        assert_int_equal(minute, -1);
    }
    assert_true(minute_from_text("24:00", &minute));
    assert_int_equal(minute, 24 * 60);
}

/* ---- what lint finds ---- */

static void assert_defect(struct fixture *f, const char *path)
{
    struct defects *defects = arena_alloc(&f->arena, sizeof *defects);

    assert_non_null(defects);
    defects_init(defects, &f->arena);
    lint_calendar(f->source, defects);
    assert_int_equal(defects->total, 1);
    assert_string_equal(defects->rows[0].path, path);
    assert_null(calendar_build(f->source, &f->arena));
}

static void half_of_a_day_off_is_a_defect(void **state)
{
    struct fixture *f = *state;

    add_local_day(f, "2026-02-14", "12:00"); /* a Saturday of work */
    f->source->years[4]->local_days[0]->date = "2026-02-21";
    assert_defect(f, "years[4].local_days[0]");
    f->source->years[4]->local_days[0]->date = "2026-10-01"; /* a Thursday off */
    assert_defect(f, "years[4].local_days[0]");
}

static void a_day_that_does_not_exist_is_a_defect(void **state)
{
    struct fixture *f = *state;

    f->source->years[1]->work_days[0] = "2023-02-29";
    assert_defect(f, "years[1].work_days[0]");
}

static void a_day_named_twice_is_a_defect(void **state)
{
    struct fixture *f = *state;

    f->source->years[4]->work_days[1] = "2026-01-01";
    assert_defect(f, "years[4].work_days[1]");
}

static void a_day_far_from_its_year_is_a_defect(void **state)
{
    struct fixture *f = *state;

    f->source->years[0]->work_days[0] = "2024-01-27";
    assert_defect(f, "years[0].work_days[0]");
}

static void years_out_of_order_are_a_defect(void **state)
{
    struct fixture *f = *state;

    f->source->years[2]->year = 2023;
    assert_defect(f, "years[2].year");
}

static void hours_that_do_not_follow_are_a_defect(void **state)
{
    struct fixture *f = *state;

    f->source->hours->close = "08:00";
    assert_defect(f, "hours");
    f->source->hours->close = "13:00";
    assert_defect(f, "hours.lunch_from");
}

static void a_year_without_its_notice_is_a_defect(void **state)
{
    struct fixture *f = *state;

    f->source->years[3]->notice = "";
    assert_defect(f, "years[3].notice");
}

/* ---- the oracle ---- */

static bool names_day(char *const *days, size_t count, const char *date)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(days[i], date) == 0) {
            return true;
        }
    }
    return false;
}

/* True if people work on @day: the lists of the notices as they were read, asked one by one. */
static bool oracle_works(const Hs__Calendar *source, int32_t day)
{
    char date[TEXT_DATE_BYTES];

    date_to_text(civil_date(day), date);
    for (size_t i = 0; i < source->n_years; i++) {
        const Hs__CalendarYear *year = source->years[i];

        for (size_t j = 0; j < year->n_holidays; j++) {
            if (names_day((char *const *)year->holidays[j]->days, year->holidays[j]->n_days,
                          date)) {
                return false;
            }
        }
        if (names_day((char *const *)year->work_days, year->n_work_days, date)) {
            return true;
        }
    }
    return ((day % 7) + 7) % 7 != 2 && ((day % 7) + 7) % 7 != 3; /* day 0 was a Thursday */
}

/* A limit as somebody with a calendar on the wall would find it: each day is either held or used
 * up, until all are used up. works[] holds the days from FIRST_DAY on. */
struct oracle {
    const bool *works;
    const struct hold_span *holds;
    size_t count;
};

static bool oracle_works_on(const struct oracle *oracle, int32_t day)
{
    return oracle->works[day - FIRST_DAY];
}

/* A day is held if it is after the first date of a hold and not after its last. */
static bool oracle_is_held(const struct oracle *oracle, int32_t day)
{
    for (size_t i = 0; i < oracle->count; i++) {
        int32_t from = civil_day_at(oracle->holds[i].from_ms, 480);
        int32_t to = civil_day_at(oracle->holds[i].to_ms, 480);

        if (day > from && day <= to) {
            return true;
        }
    }
    return false;
}

static int32_t oracle_due(const struct oracle *oracle, int64_t from_ms, uint32_t workdays)
{
    int32_t day = civil_day_at(from_ms, 480);
    int64_t in_day_ms = (from_ms + 480 * MINUTE_MS) % CIVIL_DAY_MS;

    if (!oracle_works_on(oracle, day) || in_day_ms >= (17 * 60 + 30) * MINUTE_MS) {
        do {
            day++;
        } while (!oracle_works_on(oracle, day));
    }
    while (workdays > 0) {
        day++;
        if (oracle_works_on(oracle, day) && !oracle_is_held(oracle, day)) {
            workdays--;
        }
    }
    return day;
}

/* A number below @bound: xorshift64*. */
static uint64_t chance(struct fixture *f, uint64_t bound)
{
    f->chance ^= f->chance >> 12;
    f->chance ^= f->chance << 25;
    f->chance ^= f->chance >> 27;
    return (f->chance * UINT64_C(2685821657736338717) >> 33) % bound;
}

/* Holds that begin while the limit runs: the first days after the delivery. */
static size_t random_holds(struct fixture *f, int64_t from_ms, struct hold_span *holds)
{
    size_t count = chance(f, ROUND_HOLDS_MAX + 1);

    for (size_t i = 0; i < count; i++) {
        holds[i].from_ms = from_ms + (int64_t)chance(f, 2 * 1440) * MINUTE_MS;
        holds[i].to_ms = holds[i].from_ms + (int64_t)chance(f, 20 * 1440) * MINUTE_MS;
    }
    return count;
}

static void random_limits_end_where_the_oracle_says(void **state)
{
    struct fixture *f = *state;
    static bool works[LAST_DAY - FIRST_DAY + 400];

    for (size_t i = 0; i < ARRAY_COUNT(works); i++) {
        works[i] = oracle_works(f->source, FIRST_DAY + (int32_t)i);
        assert_int_equal(calendar_is_working(f->calendar, FIRST_DAY + (int32_t)i), works[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct hold_span holds[ROUND_HOLDS_MAX];
        int64_t from_ms = (FIRST_DAY + (int64_t)chance(f, LAST_DAY - FIRST_DAY)) * CIVIL_DAY_MS +
                          (int64_t)chance(f, 1440) * MINUTE_MS;
        uint32_t workdays = 4 + (uint32_t)chance(f, 57);
        struct oracle oracle = {works, holds, random_holds(f, from_ms, holds)};
        int32_t expected = oracle_due(&oracle, from_ms, workdays);
        struct due due = calendar_due(f->calendar, from_ms, workdays, holds, oracle.count);

        if (due.due_day != expected) {
            fail_msg("round %d: %u days from %" PRId64 " with %zu holds: due on %d, not %d", round,
                     workdays, from_ms, oracle.count, civil_date(due.due_day),
                     civil_date(expected));
        }
        assert_int_equal(calendar_count(f->calendar, due.day_zero, due.due_day),
                         workdays + due.held_days);
        assert_int_equal(calendar_before(f->calendar, due.due_day, workdays + due.held_days),
                         due.day_zero);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_deadline_of_the_table_comes_out),
        T(the_years_have_as_many_working_days_as_their_notices_say),
        T(what_reaches_into_a_year_without_a_notice_is_provisional),
        T(a_hold_counts_from_day_0_and_not_after_the_end),
        T(holds_that_overlap_count_once_in_any_order),
        T(the_strict_reading_makes_a_day_off_day_0),
        T(a_half_day_counts_and_closes_early),
        T(a_local_day_off_stands_over_the_notice),
        T(a_time_of_day_is_written_with_five_characters),
        T(half_of_a_day_off_is_a_defect),
        T(a_day_that_does_not_exist_is_a_defect),
        T(a_day_named_twice_is_a_defect),
        T(a_day_far_from_its_year_is_a_defect),
        T(years_out_of_order_are_a_defect),
        T(hours_that_do_not_follow_are_a_defect),
        T(a_year_without_its_notice_is_a_defect),
        T(random_limits_end_where_the_oracle_says),
    };

    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
