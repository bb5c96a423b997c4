/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/text/instant and proto/text/decimal. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/limits.h"
#include "proto/text/decimal.h"
#include "proto/text/instant.h"

static void instants_are_written_in_their_zone(void **state)
{
    static const struct {
        int64_t at_ms;
        int offset;
        const char *text;
    } rows[] = {
        {0, 0, "1970-01-01T00:00:00+00:00"},
        {0, 480, "1970-01-01T08:00:00+08:00"},
        {-1, 0, "1969-12-31T23:59:59.999+00:00"},
        {INT64_C(1773109230123), 480, "2026-03-10T10:20:30.123+08:00"},
        {INT64_C(1773109230000), -210, "2026-03-09T22:50:30-03:30"},
        {INT64_C(951782400000), 0, "2000-02-29T00:00:00+00:00"},
        {INT64_C(4107542399000), 0, "2100-02-28T23:59:59+00:00"},
        {INT64_C(4107542400000), 0, "2100-03-01T00:00:00+00:00"},
        {INT64_C(-62135596800000), 0, "0001-01-01T00:00:00+00:00"},
        {INT64_C(253402300799999), 0, "9999-12-31T23:59:59.999+00:00"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[INSTANT_BYTES];
        int64_t again = 0;

        assert_true(instant_to_text(rows[i].at_ms, rows[i].offset, text));
        assert_string_equal(text, rows[i].text);
        assert_true(instant_from_text(bytes_of_text(text), &again));
        assert_true(again == rows[i].at_ms);
    }
}

static void instants_out_of_range_are_not_written(void **state)
{
    char text[INSTANT_BYTES];

    (void)state;
    assert_false(instant_to_text(INT64_MAX, 0, text));
    assert_false(instant_to_text(INT64_MIN, 0, text));
    assert_false(instant_to_text(INT64_C(253402300800000), 0, text));
    assert_false(instant_to_text(INT64_C(253402300799999), 1, text));
    assert_false(instant_to_text(INT64_C(-62135596800000), -1, text));
    assert_false(instant_to_text(0, INSTANT_OFFSET_MINUTES_MAX + 1, text));
    assert_false(instant_to_text(0, -INSTANT_OFFSET_MINUTES_MAX - 1, text));
}

static void instants_are_read_in_every_form(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},      {"1970-01-01t00:00:00z", 0},
        {"1970-01-01 08:00:00+08:00", 0}, {"1970-01-01T00:00:00.5Z", 500},
        {"1970-01-01T00:00:00.25Z", 250}, {"1970-01-01T00:00:60Z", 60000},
        {"1969-12-31T20:00:00-04:00", 0},
    };
    int64_t at_ms = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_true(instant_from_text(bytes_of_text(rows[i].text), &at_ms));
        assert_true(at_ms == rows[i].at_ms);
    }
}

static void what_is_no_instant_is_not_read(void **state)
{
    static const char *const texts[] = {"",
                                        "2026-03-10",
                                        "2026-03-10T",
                                        "2026-03-10T09:00:00",
                                        "2026-03-10T09:00Z",
                                        "2026-03-10T24:00:00Z",
                                        "2026-03-10T09:60:00Z",
                                        "2026-03-10T09:00:61Z",
                                        "2026-02-29T09:00:00Z",
                                        "2026-03-10T09:00:00.Z",
                                        "2026-03-10T09:00:00.1234Z",
                                        "2026-03-10T09:00:00+0800",
                                        "2026-03-10T09:00:00+8:00",
                                        "2026-03-10T09:00:00+19:00",
                                        "2026-03-10T09:00:00+08:60",
                                        "2026-03-10T09:00:00Z ",
                                        "2026-03-10X09:00:00Z",
                                        "2026-03-10T0a:00:00Z",
                                        "0001-01-01T00:00:00+01:00",
                                        "9999-12-31T23:59:59-01:00"};
    int64_t at_ms = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        if (instant_from_text(bytes_of_text(texts[i]), &at_ms)) {
            fail_msg("%s is read as %" PRId64, texts[i], at_ms);
        }
        assert_int_equal(at_ms, 7);
    }
}

static void every_day_comes_back(void **state)
{
    (void)state;
    for (int64_t day = -719162; day < 2932897; day += 13) {
        char text[INSTANT_BYTES];
        int64_t again = 0;

        assert_true(instant_to_text(day * 86400000, 0, text));
        assert_true(instant_from_text(bytes_of_text(text), &again));
        assert_true(again == day * 86400000);
    }
}

static void decimals_are_exact_and_shortest(void **state)
{
    static const struct {
        const char *text;
        int64_t units;
        uint32_t places;
    } rows[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"0.000000", 0, 0},
        {"4", 4, 0},
        {"4.0", 4, 0},
        {"4.50", 45, 1},
        {"-12.345678", -12345678, 6},
        {"0.000001", 1, 6},
        {"1.25e3", 1250, 0},
        {"1E-6", 1, 6},
        {"00012", 12, 0},
        {"999999999999999", PACKET_NUMBER_UNITS_MAX, 0},
        {"-999999999.999999", -PACKET_NUMBER_UNITS_MAX, 6},
        {"1.0000000000000000000000", 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t units = 7;
        uint32_t places = 7;

        if (decimal_from_text(bytes_of_text(rows[i].text), &units, &places) != DECIMAL_OK ||
            units != rows[i].units || places != rows[i].places) {
            fail_msg("%s: %" PRId64 " with %u places", rows[i].text, units, (unsigned)places);
        }
    }
}

static void what_has_too_many_digits_is_told_from_what_is_no_number(void **state)
{
    static const char *const long_ones[] = {
        "1000000000000000", "0.0000001", "1e15", "1e-7", "1e999", "123456789012345678901234567890",
        "1.00000000000001"};
    static const char *const no_numbers[] = {"",    "-",     "+1",   "1,5", "0x10", "1/2",
                                             "1 ",  "１",    "e5",   "1e",  ".",    "--1",
                                             "nan", "1.2.3", "true", "1_0", "1e1.5"};
    int64_t units = 7;
    uint32_t places = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(long_ones); i++) {
        assert_int_equal(decimal_from_text(bytes_of_text(long_ones[i]), &units, &places),
                         DECIMAL_DIGITS);
    }
    for (size_t i = 0; i < ARRAY_COUNT(no_numbers); i++) {
        if (decimal_from_text(bytes_of_text(no_numbers[i]), &units, &places) != DECIMAL_SYNTAX) {
            fail_msg("%s", no_numbers[i]);
        }
    }
    assert_int_equal(units, 7);
    assert_int_equal(places, 7);
}

static void decimals_come_back_from_their_text(void **state)
{
    static const int64_t units[] = {
        0, 1, -1, 10, 999, -1000001, PACKET_NUMBER_UNITS_MAX, -PACKET_NUMBER_UNITS_MAX};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
        for (uint32_t places = 0; places <= PACKET_NUMBER_PLACES_MAX; places++) {
            char text[DECIMAL_BYTES];
            int64_t again = 0;
            uint32_t again_places = 0;
            int64_t scaled = units[i];
            uint32_t shortest = places;

            while (shortest > 0 && scaled % 10 == 0) {
                scaled /= 10;
                shortest--;
            }
            decimal_to_text(scaled, shortest, text);
            assert_int_equal(decimal_from_text(bytes_of_text(text), &again, &again_places),
                             DECIMAL_OK);
            assert_true(again == scaled);
            assert_int_equal(again_places, shortest);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_written_in_their_zone),
        cmocka_unit_test(instants_out_of_range_are_not_written),
        cmocka_unit_test(instants_are_read_in_every_form),
        cmocka_unit_test(what_is_no_instant_is_not_read),
        cmocka_unit_test(every_day_comes_back),
        cmocka_unit_test(decimals_are_exact_and_shortest),
        cmocka_unit_test(what_has_too_many_digits_is_told_from_what_is_no_number),
        cmocka_unit_test(decimals_come_back_from_their_text),
    };

    return cmocka_run_group_tests_name("scalars", tests, NULL, NULL);
}
