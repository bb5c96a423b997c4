/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/value: trees, places and their paths. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/limits.h"
#include "core/value.h"

struct fixture {
    struct arena arena;
    struct value root;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, 16 * 1024 * 1024);
    fixture.root = value_of_object();
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static struct value *place(struct fixture *f, const char *path)
{
    return value_place(&f->root, bytes_of_text(path), &f->arena);
}

static void assert_path(struct fixture *f, const struct value *value, const char *expected)
{
    assert_string_equal(value_path(value, &f->arena), expected);
}

static void a_flat_packet_becomes_a_tree(void **state)
{
    struct fixture *f = *state;

    struct value *width = place(f, "technical.fire.lanes[L2].clear_width_m");
    value_fill(width, value_of_number(number_of(4)));
    value_fill(place(f, "funding"), value_of_list());
    struct value *amount = place(f, "funding[1].amount_wan");

    assert_path(f, width, "technical.fire.lanes[L2].clear_width_m");
    assert_path(f, amount, "funding[1].amount_wan");
    assert_ptr_equal(place(f, "technical.fire.lanes[L2].clear_width_m"), width);
    assert_int_equal(width->kind, VALUE_NUMBER);
    assert_int_equal(amount->kind, VALUE_ABSENT);
    assert_int_equal(place(f, "funding")->list.count, 2);
    assert_int_equal(place(f, "funding[0]")->kind, VALUE_ABSENT);
    assert_int_equal(place(f, "technical.fire.lanes")->list.count, 1);
}

static void positions_may_come_in_the_order_of_text(void **state)
{
    struct fixture *f = *state;

    (void)place(f, "rows[0].a");
    (void)place(f, "rows[10].a");
    struct value *second = place(f, "rows[2].a");

    assert_int_equal(place(f, "rows")->list.count, 11);
    assert_path(f, second, "rows[2].a");
}

static void malformed_and_impossible_paths_have_no_place(void **state)
{
    static const char *const bad[] = {"",     ".a",    "a.",     "a..b", "a[",    "a[1",
                                      "a[]",  "a]b",   "a[1]b",  "[1]",  "a[1].", "n.x",
                                      "n[0]", "a[1][", "list.x", "a.[1]"};
    struct fixture *f = *state;
    value_fill(place(f, "n"), value_of_number(number_of(1)));
    value_fill(place(f, "list"), value_of_list());

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_null(place(f, bad[i]));
    }
}

static void members_are_found_whatever_the_order_they_came_in(void **state)
{
    struct fixture *f = *state;
    static char names[200][24];

    for (int i = 0; i < 200; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s%d", i % 2 == 0 ? "a_long_name_" : "",
                       i * 7919 % 1000);
        assert_non_null(
            value_set(&f->root, bytes_of_text(names[i]), value_of_number(number_of(i)), &f->arena));
    }

    assert_int_equal(f->root.object.count, 200);
    for (int i = 0; i < 200; i++) {
        struct value *found = value_get(&f->root, bytes_of_text(names[i]));

        assert_non_null(found);
        assert_int_equal(found->number.numerator, i);
    }
    assert_null(value_get(&f->root, bytes_of_text("a_long_name_")));
    assert_null(value_get(&f->root, bytes_of_text("")));
}

static void setting_a_member_again_replaces_it_in_place(void **state)
{
    struct fixture *f = *state;
    struct value *first =
        value_set(&f->root, bytes_of_text("x"), value_of_number(number_of(1)), &f->arena);

    struct value *second = value_set(&f->root, bytes_of_text("x"), value_of_bool(true), &f->arena);

    assert_ptr_equal(first, second);
    assert_int_equal(f->root.object.count, 1);
    assert_int_equal(first->kind, VALUE_BOOL);
    assert_path(f, first, "x");
}

static void a_tree_is_only_so_deep(void **state)
{
    struct fixture *f = *state;
    struct value *at = &f->root;
    unsigned depth = 0;

    for (;;) {
        struct value *below = value_set(at, bytes_of_text("x"), value_of_object(), &f->arena);

        if (below == NULL) {
            break;
        }
        at = below;
        depth++;
    }

    assert_int_equal(depth, LIMIT_DATA_NESTING);
    assert_non_null(value_path(at, &f->arena));
}

static void a_full_arena_leaves_the_tree_as_it_was(void **state)
{
    (void)state;

    for (size_t capacity = 0;; capacity += 16) {
        struct arena arena;
        struct value root = value_of_object();

        arena_init(&arena, capacity);
        struct value *made = value_place(&root, bytes_of_text("a.b[L1].c"), &arena);
        struct arena more;
        arena_init(&more, 4096);
        assert_non_null(value_place(&root, bytes_of_text("a.b[L1].c"), &more));
        arena_release(&more);
        arena_release(&arena);
        if (made != NULL) {
            break;
        }
        assert_true(capacity < 4096);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flat_packet_becomes_a_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(positions_may_come_in_the_order_of_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(malformed_and_impossible_paths_have_no_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(members_are_found_whatever_the_order_they_came_in, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(setting_a_member_again_replaces_it_in_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_tree_is_only_so_deep, set_up, tear_down),
        cmocka_unit_test(a_full_arena_leaves_the_tree_as_it_was),
    };

    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
