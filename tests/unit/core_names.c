/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/names: the ids people read, and the local dates behind them. */
#include "tests/lib/test.h"

#include "core/names.h"

enum { CHINA = 480 };

static void a_year_turns_at_local_midnight(void **state)
{
    const int64_t new_year_in_china = INT64_C(1767196800000); /* 2025-12-31T16:00:00Z */

    (void)state;
    assert_int_equal(year_at(new_year_in_china - 1, CHINA), 2025);
    assert_int_equal(year_at(new_year_in_china, CHINA), 2026);
    assert_int_equal(year_at(new_year_in_china, 0), 2025);
}

static void a_number_has_at_least_four_digits(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 4096);
    assert_string_equal(proposal_number(&arena, "LJHS", 2026, 7), "LJHS-2026-0007");
    assert_string_equal(proposal_number(&arena, "LJHS", 2026, 12345), "LJHS-2026-12345");
    assert_string_equal(review_id(&arena, "LJHS-2026-0007", 1, "fire"), "LJHS-2026-0007/1/fire");
    arena_release(&arena);
}

static void a_review_id_is_taken_apart_or_refused(void **state)
{
    static const char *const bad[] = {
        "",          "LJHS-2026-0007",  "LJHS-2026-0007/1", "LJHS-2026-0007/1/", "/1/fire",
        "x/0/fire",  "x/-1/fire",       "x/1a/fire",        "x/1/Fire",          "x/1/fire/2",
        "x/1/ fire", "x/12345678/fire", "x//fire",
    };
    struct review_name name;

    (void)state;
    assert_true(review_name_from_text("LJHS-2026-0007/12/urban_management", &name));
    assert_int_equal(name.proposal_size, strlen("LJHS-2026-0007"));
    assert_int_equal(name.round, 12);
    assert_string_equal(name.department, "urban_management");
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(review_name_from_text(bad[i], &name));
    }
}

static void principals_have_names_of_five_kinds(void **state)
{
    static const char *const good[] = {
        "office",    "person:fire", "person:王工", "agent:fire/1", "agent:urban_management/12",
        "gateway:1", "office:yubei"};
    static const char *const bad[] = {
        "",           "Office",       "person:",           "person:a/b",
        "person:a:b", "person:.x",    "agent:fire",        "agent:fire/0",
        "agent:/1",   "agent:Fire/1", "gateway:one",       "office:",
        "root",       "person:a\nb",  "agent:fire/1234567"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_true(principal_name_is_valid(good[i]));
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(principal_name_is_valid(bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_turns_at_local_midnight),
        cmocka_unit_test(a_number_has_at_least_four_digits),
        cmocka_unit_test(a_review_id_is_taken_apart_or_refused),
        cmocka_unit_test(principals_have_names_of_five_kinds),
    };

    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
