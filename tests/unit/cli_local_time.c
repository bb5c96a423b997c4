/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/local_time: what is a time to people. */
#include "tests/lib/test.h"

#include "cli/local_time.h"

enum { CHINA_MINUTES = 480 };

static void a_time_is_read_in_the_local_zone(void **state)
{
    int64_t at_ms = 0;

    (void)state;
    assert_true(local_time_read(bytes_of_text("1970-01-01 08:00"), CHINA_MINUTES, &at_ms));
    assert_int_equal(at_ms, 0);
    assert_true(local_time_read(bytes_of_text("2026-03-10T10:20"), CHINA_MINUTES, &at_ms));
    assert_int_equal(at_ms, INT64_C(1773109200000));
    assert_true(local_time_read(bytes_of_text("2026-03-10 02:20"), 0, &at_ms));
    assert_int_equal(at_ms, INT64_C(1773109200000));
}

static void an_end_may_be_a_date_which_lasts_to_its_last_minute(void **state)
{
    int64_t end_ms = 0;
    int64_t minute_ms = 0;

    (void)state;
    assert_true(local_time_read_end(bytes_of_text("2026-03-10"), CHINA_MINUTES, &end_ms));
    assert_true(local_time_read(bytes_of_text("2026-03-10 23:59"), CHINA_MINUTES, &minute_ms));
    assert_int_equal(end_ms, minute_ms);
    assert_true(local_time_read_end(bytes_of_text("2026-03-10 10:20"), CHINA_MINUTES, &end_ms));
    assert_int_equal(end_ms, INT64_C(1773109200000));
}

static void what_is_no_time_is_refused_and_nothing_is_set(void **state)
{
    static const char *const texts[] = {
        "",
        "2026-03-10",
        "2026-02-30 10:20",
        "2026-03-10 25:00",
        "2026-03-10 10:60",
        "yesterday",
        "2026-03-10-10:20",
        "2026-03-10 10:20x",
        "2026-3-10 10:20",
        "2026-03-10 1020 ",
    };
    int64_t at_ms = 7;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(local_time_read(bytes_of_text(texts[i]), CHINA_MINUTES, &at_ms));
        assert_int_equal(at_ms, 7);
    }
    assert_false(local_time_read_end(bytes_of_text("2026-02-30"), CHINA_MINUTES, &at_ms));
    assert_int_equal(at_ms, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_read_in_the_local_zone),
        cmocka_unit_test(an_end_may_be_a_date_which_lasts_to_its_last_minute),
        cmocka_unit_test(what_is_no_time_is_refused_and_nothing_is_set),
    };

    return cmocka_run_group_tests_name("cli_local_time", tests, NULL, NULL);
}
