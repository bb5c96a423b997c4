/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of os/virtual_clock: the line, and what is no clock. */
#include "tests/lib/test.h"

#include "os/virtual_clock.h"

static void time_passes_as_many_times_as_fast(void **state)
{
    const struct virtual_clock clock = {.from_ms = 1000, .rate = 130000, .boot_ms = 50};

    (void)state;
    assert_true(virtual_clock_at(&clock, 50) == 1000);
    assert_true(virtual_clock_at(&clock, 51) == 131000);
    assert_true(virtual_clock_at(&clock, 60050) == 1000 + INT64_C(130000) * 60000); /* a quarter */
}

static void a_clock_of_rate_zero_stands(void **state)
{
    const struct virtual_clock standing = {.from_ms = 1000};
    struct clock clock = virtual_clock_both(&standing);

    (void)state;
    assert_true(clock.wall_ms(clock.self) == 1000);
    assert_true(clock.boot_ms(clock.self) == 0);
}

static void only_the_wall_clock_of_a_client_is_virtual(void **state)
{
    const struct virtual_clock standing = {.from_ms = 1000};
    struct clock clock = virtual_clock_wall(&standing);
    struct clock machine = clock_real();

    (void)state;
    assert_true(clock.wall_ms(clock.self) == 1000);
    assert_true(clock.boot_ms(clock.self) >= machine.boot_ms(machine.self) - 1000);
}

static void its_text_says_all_of_it(void **state)
{
    const struct virtual_clock clock = {.from_ms = 1800000000000, .rate = 60, .boot_ms = 12345};
    struct virtual_clock again = {0};
    char text[VIRTUAL_CLOCK_TEXT_BYTES];

    (void)state;
    virtual_clock_to_text(&clock, text);
    assert_string_equal(text, "1800000000000,60,12345");
    assert_true(virtual_clock_from_text(text, &again));
    assert_memory_equal(&again, &clock, sizeof clock);
    assert_true(virtual_clock_from_text("1,2,3\n", &again));
}

static void what_is_no_clock_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "1",
        "1,2",
        "1,2,",
        "1,2,3,",
        "1,2,3 ",
        " 1,2,3",
        "-1,2,3",
        "1,-2,3",
        "1,2,3\n4",
        "1,1000001,3",
        "253402300800000,1,3",
        "99999999999999999999,1,3",
        "1,2,0000000000000000000000000000000000000000000000000000000000003",
    };
    struct virtual_clock clock = {.rate = 7};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        assert_false(virtual_clock_from_text(texts[i], &clock));
        assert_true(clock.rate == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_passes_as_many_times_as_fast),
        cmocka_unit_test(a_clock_of_rate_zero_stands),
        cmocka_unit_test(only_the_wall_clock_of_a_client_is_virtual),
        cmocka_unit_test(its_text_says_all_of_it),
        cmocka_unit_test(what_is_no_clock_is_refused),
    };

    return cmocka_run_group_tests_name("virtual_clock", tests, NULL, NULL);
}
