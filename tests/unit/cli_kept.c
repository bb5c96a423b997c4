/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of commands kept until they are answered, over the end of the program. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/kept.h"
#include "os/files.h"

enum { ARENA_BYTES = 16 * 1024 * 1024 };

#define NOW_MS     INT64_C(1790000000000)
#define TOO_OLD_MS (NOW_MS + (int64_t)KEPT_DAYS_MAX * 24 * 3600 * 1000)

struct fixture {
    struct arena arena;
    struct cli cli;
    char folder[64];
    const char *home;
    Hs__Withdraw withdraw;
    Hs__Command command;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.cli = {.err = stderr, .language = LANGUAGE_EN},
                               .folder = "/tmp/huishen-kept-XXXXXX"};
    arena_init(&fixture.arena, ARENA_BYTES);
    fixture.cli.arena = &fixture.arena;
    assert_non_null(mkdtemp(fixture.folder));
    fixture.home = arena_format(&fixture.arena, "%s/pending/agent:fire/1", fixture.folder);
    hs__withdraw__init(&fixture.withdraw);
    fixture.withdraw.proposal = 7;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)folder_remove(f->folder);
    arena_release(&f->arena);
    return 0;
}

/* Keeps the fixture's command, typed anew, at @now_ms. */
static struct kept take(struct fixture *f, int64_t now_ms)
{
    struct kept kept;

    hs__command__init(&f->command);
    f->command.body_case = HS__COMMAND__BODY_WITHDRAW;
    f->command.withdraw = &f->withdraw;
    assert_int_equal(kept_take(&f->cli, f->home, now_ms, &f->command, &kept), STATUS_DONE);
    assert_int_equal(f->command.id.len, 16);
    return kept;
}

static bool is_same(struct bytes id, const struct fixture *f)
{
    return bytes_equal(id, bytes_of(f->command.id));
}

static void what_was_not_answered_has_its_id_again(void **state)
{
    struct fixture *f = *state;
    struct kept kept = take(f, NOW_MS);
    struct bytes id = bytes_of(f->command.id);

    kept_release(&kept, false);
    kept = take(f, TOO_OLD_MS - 1);
    assert_true(is_same(id, f));
    kept_release(&kept, true);
}

static void what_was_answered_gets_a_new_id(void **state)
{
    struct fixture *f = *state;
    struct kept kept = take(f, NOW_MS);
    struct bytes id = bytes_of(f->command.id);

    kept_release(&kept, true);
    kept = take(f, NOW_MS);
    assert_false(is_same(id, f));
    kept_release(&kept, true);
}

static void an_id_that_the_broker_would_not_take_is_not_used(void **state)
{
    struct fixture *f = *state;
    struct kept kept = take(f, NOW_MS);
    struct bytes id = bytes_of(f->command.id);

    kept_release(&kept, false);
    kept = take(f, TOO_OLD_MS);
    assert_false(is_same(id, f));
    kept_release(&kept, true);
}

static void another_command_has_another_id(void **state)
{
    struct fixture *f = *state;
    struct kept kept = take(f, NOW_MS);
    struct bytes id = bytes_of(f->command.id);

    kept_release(&kept, false);
    f->withdraw.proposal = 8;
    kept = take(f, NOW_MS);
    assert_false(is_same(id, f));
    kept_release(&kept, true);
}

static void two_programs_at_a_time_are_not_taken_for_one(void **state)
{
    struct fixture *f = *state;
    struct kept first = take(f, NOW_MS);
    struct bytes id = bytes_of(f->command.id);
    struct kept second = take(f, NOW_MS);

    assert_false(is_same(id, f));
    kept_release(&first, true);
    kept_release(&second, true);
}

static void a_torn_file_is_no_command(void **state)
{
    struct fixture *f = *state;
    struct kept kept = take(f, NOW_MS);
    const char *path = kept.path;

    kept_release(&kept, false);
    assert_int_equal(file_write(path, bytes_of_text("torn"), 0600), ERR_OK);
    kept = take(f, NOW_MS);
    assert_string_equal(kept.path, path);
    kept_release(&kept, true);
    assert_false(file_exists(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_not_answered_has_its_id_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_answered_gets_a_new_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_that_the_broker_would_not_take_is_not_used, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_command_has_another_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_programs_at_a_time_are_not_taken_for_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_torn_file_is_no_command, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
