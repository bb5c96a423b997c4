/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of os/clock and os/random: what can be said of clocks without waiting. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "os/clock.h"
#include "os/random.h"

static void the_wall_clock_is_the_time_of_day_in_ms(void **state)
{
    struct clock clock = clock_real();

    (void)state;
    time_t before = time(NULL);
    int64_t now_ms = clock.wall_ms(clock.self);
    time_t after = time(NULL);

    assert_in_range(now_ms / 1000, before - 1, after + 1);
}

static void boot_and_monotonic_clocks_go_forward(void **state)
{
    struct clock clock = clock_real();

    (void)state;
    int64_t boot_ms = clock.boot_ms(clock.self);
    int64_t first_ns = clock_monotonic_ns();
    int64_t second_ns = clock_monotonic_ns();

    assert_true(boot_ms > 0);
    assert_true(clock.boot_ms(clock.self) >= boot_ms);
    assert_true(second_ns >= first_ns);
}

static void the_boot_id_is_the_same_when_asked_again(void **state)
{
    char first[CLOCK_BOOT_ID_BYTES];
    char second[CLOCK_BOOT_ID_BYTES];

    (void)state;
    assert_int_equal(clock_boot_id(first), ERR_OK);
    assert_int_equal(clock_boot_id(second), ERR_OK);

    assert_int_equal(strlen(first), CLOCK_BOOT_ID_BYTES - 1);
    assert_string_equal(first, second);
}

static void asking_whether_the_clock_is_synchronised_answers(void **state)
{
    (void)state;

    bool is_synchronised = clock_is_synchronised();

    assert_int_equal(is_synchronised, clock_is_synchronised());
}

static void random_bytes_differ(void **state)
{
    uint8_t first[32] = {0};
    uint8_t second[32] = {0};

    (void)state;
    random_bytes(first, sizeof first);
    random_bytes(second, sizeof second);

    assert_memory_not_equal(first, second, sizeof first);
}

static void a_seed_from_the_kernel_differs_each_time(void **state)
{
    int first[4];
    int second[4];

    (void)state;
    random_seed_libc();
    for (size_t i = 0; i < ARRAY_COUNT(first); i++) {
        first[i] = rand();
    }
    random_seed_libc();
    for (size_t i = 0; i < ARRAY_COUNT(second); i++) {
        second[i] = rand();
    }

    assert_memory_not_equal(first, second, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wall_clock_is_the_time_of_day_in_ms),
        cmocka_unit_test(boot_and_monotonic_clocks_go_forward),
        cmocka_unit_test(the_boot_id_is_the_same_when_asked_again),
        cmocka_unit_test(asking_whether_the_clock_is_synchronised_answers),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(a_seed_from_the_kernel_differs_each_time),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
