/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of os/files in a folder of its own: contents, codes, and that a failure changes nothing. */
#include "tests/lib/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"

enum { ARENA_BYTES = 1024 * 1024 };

struct fixture {
    char folder[64];
    char path[FILES_PATH_BYTES_MAX];
    struct arena arena;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/huishen-files-XXXXXX");
    arena_init(&f->arena, ARENA_BYTES);
    *state = f;
    return mkdtemp(f->folder) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    enum err err = file_exists(f->folder) ? folder_remove(f->folder) : ERR_OK;

    arena_release(&f->arena);
    free(f);
    return err == ERR_OK ? 0 : -1;
}

/* Returns the path of @name in the fixture's folder, until it is next called. */
static const char *at(struct fixture *f, const char *name)
{
    (void)snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
    return f->path;
}

static void assert_holds(struct fixture *f, const char *name, const char *expected)
{
    struct bytes read;

    assert_int_equal(file_read(at(f, name), ARENA_BYTES, &f->arena, &read), ERR_OK);
    assert_string_equal((const char *)read.data, expected);
    assert_int_equal(read.size, strlen(expected));
}

static void what_was_written_is_read(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(file_write(at(f, "a"), bytes_of_text("hello"), 0644), ERR_OK);
    assert_int_equal(file_write(at(f, "empty"), (struct bytes){0}, 0644), ERR_OK);

    assert_holds(f, "a", "hello");
    assert_holds(f, "empty", "");
}

static void writing_again_replaces_content_and_mode_and_leaves_nothing_else(void **state)
{
    struct fixture *f = *state;
    const char *const *names;
    struct stat facts;
    size_t count;

    assert_int_equal(file_write(at(f, "a"), bytes_of_text("a longer text"), 0644), ERR_OK);
    assert_int_equal(file_write(at(f, "a"), bytes_of_text("short"), 0600), ERR_OK);

    assert_holds(f, "a", "short");
    assert_int_equal(stat(at(f, "a"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(folder_list(f->folder, &f->arena, &names, &count), ERR_OK);
    assert_int_equal(count, 1);
}

static void reading_tells_absent_too_large_and_not_a_file_apart(void **state)
{
    struct fixture *f = *state;
    struct bytes untouched = {.size = 7};

    assert_int_equal(file_write(at(f, "a"), bytes_of_text("12345"), 0644), ERR_OK);
    assert_int_equal(mkfifo(at(f, "pipe"), 0600), 0);

    assert_int_equal(file_read(at(f, "b"), 100, &f->arena, &untouched), ERR_ABSENT);
    assert_int_equal(file_read(at(f, "a"), 4, &f->arena, &untouched), ERR_FULL);
    assert_int_equal(file_read(f->folder, 100, &f->arena, &untouched), ERR_INVALID);
    assert_int_equal(file_read(at(f, "pipe"), 100, &f->arena, &untouched), ERR_INVALID);
    assert_int_equal(file_read(at(f, "a/b"), 100, &f->arena, &untouched), ERR_INVALID);
    assert_int_equal(untouched.size, 7);
    assert_int_equal(file_read(at(f, "a"), 5, &f->arena, &untouched), ERR_OK);
}

static void a_file_larger_than_the_arena_is_full_and_takes_nothing_of_it(void **state)
{
    struct fixture *f = *state;
    struct arena small;
    struct bytes untouched = {.size = 7};

    arena_init(&small, 16);
    assert_int_equal(file_write(at(f, "a"), bytes_of_text("0123456789abcdef"), 0644), ERR_OK);

    assert_int_equal(file_read(at(f, "a"), 100, &small, &untouched), ERR_FULL);
    assert_int_equal(small.used_bytes, 0);
    assert_int_equal(untouched.size, 7);
    arena_release(&small);
}

static void a_secret_that_others_may_read_is_refused(void **state)
{
    struct fixture *f = *state;
    struct bytes read = {.size = 7};

    assert_int_equal(file_write(at(f, "loose"), bytes_of_text("secret"), 0640), ERR_OK);
    assert_int_equal(file_write(at(f, "tight"), bytes_of_text("secret"), 0600), ERR_OK);

    assert_int_equal(file_read_secret(at(f, "loose"), 100, &f->arena, &read), ERR_DENIED);
    assert_int_equal(read.size, 7);
    assert_int_equal(file_read_secret(at(f, "tight"), 100, &f->arena, &read), ERR_OK);
    assert_int_equal(read.size, 6);
}

static void writing_into_no_folder_fails_and_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(folder_make(at(f, "dir"), 0755), ERR_OK);

    assert_int_equal(file_write(at(f, "none/a"), bytes_of_text("x"), 0644), ERR_ABSENT);
    assert_int_not_equal(file_write(at(f, "dir"), bytes_of_text("x"), 0644), ERR_OK);
    const char *const *names;
    size_t count;
    assert_int_equal(folder_list(f->folder, &f->arena, &names, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "dir");
}

static void the_codes_of_a_full_disk_and_of_permissions_are_told_apart(void **state)
{
    (void)state;

    assert_int_equal(files_err(ENOSPC), ERR_NO_SPACE);
    assert_int_equal(files_err(EDQUOT), ERR_NO_SPACE);
    assert_int_equal(files_err(EACCES), ERR_DENIED);
    assert_int_equal(files_err(ENOENT), ERR_ABSENT);
    assert_int_equal(files_err(EIO), ERR_IO);
}

/* A limit on the size of files fails the write half way, as a full disk does. */
static void a_write_that_fails_half_way_leaves_the_old_file(void **state)
{
    static const uint8_t large[64 * 1024];
    struct fixture *f = *state;
    struct rlimit limit;

    assert_int_equal(file_write(at(f, "a"), bytes_of_text("old"), 0644), ERR_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit small = {.rlim_cur = 4096, .rlim_max = limit.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);

    enum err err = file_write(at(f, "a"), (struct bytes){large, sizeof large}, 0644);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    (void)signal(SIGXFSZ, handler);

    const char *const *names;
    size_t count;
    assert_int_equal(err, ERR_IO);
    assert_holds(f, "a", "old");
    assert_int_equal(folder_list(f->folder, &f->arena, &names, &count), ERR_OK);
    assert_int_equal(count, 1);
}

static void folders_above_are_made_too(void **state)
{
    struct fixture *f = *state;
    struct stat facts;

    assert_int_equal(folder_make(at(f, "a/b/c"), 0700), ERR_OK);
    assert_int_equal(folder_make(at(f, "a/b/c"), 0755), ERR_OK);
    assert_int_equal(file_write(at(f, "a/file"), bytes_of_text(""), 0644), ERR_OK);

    assert_int_equal(stat(at(f, "a/b/c"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_int_equal(folder_make(at(f, "a/file"), 0700), ERR_INVALID);
    assert_int_equal(folder_make(at(f, "a/file/d"), 0700), ERR_INVALID);
    assert_int_equal(folder_make("", 0700), ERR_INVALID);
}

static void names_come_sorted_by_their_bytes(void **state)
{
    static const char *const made[] = {"b", "\xe7\x81\xab", "B", "a.yaml", "a"};
    static const char *const sorted[] = {"B", "a", "a.yaml", "b", "\xe7\x81\xab"};
    struct fixture *f = *state;
    const char *const *names;
    size_t count;

    for (size_t i = 0; i < ARRAY_COUNT(made); i++) {
        assert_int_equal(file_write(at(f, made[i]), bytes_of_text(""), 0644), ERR_OK);
    }
    assert_int_equal(folder_list(f->folder, &f->arena, &names, &count), ERR_OK);

    assert_int_equal(count, ARRAY_COUNT(sorted));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(names[i], sorted[i]);
    }
    assert_int_equal(folder_list(at(f, "none"), &f->arena, &names, &count), ERR_ABSENT);
    assert_int_equal(folder_list(at(f, "a"), &f->arena, &names, &count), ERR_INVALID);
}

static void a_tree_is_removed_and_links_out_of_it_are_not_followed(void **state)
{
    struct fixture *f = *state;
    char target[FILES_PATH_BYTES_MAX];

    assert_int_equal(folder_make(at(f, "kept"), 0755), ERR_OK);
    assert_int_equal(file_write(at(f, "kept/file"), bytes_of_text("x"), 0644), ERR_OK);
    (void)snprintf(target, sizeof target, "%s/kept", f->folder);
    assert_int_equal(folder_make(at(f, "tree/1/2/3"), 0755), ERR_OK);
    assert_int_equal(folder_make(at(f, "tree/4"), 0755), ERR_OK);
    assert_int_equal(file_write(at(f, "tree/1/2/file"), bytes_of_text("x"), 0644), ERR_OK);
    assert_int_equal(file_write(at(f, "tree/file"), bytes_of_text("x"), 0644), ERR_OK);
    assert_int_equal(symlink(target, at(f, "tree/4/link")), 0);

    assert_int_equal(folder_remove(at(f, "tree")), ERR_OK);

    assert_false(file_exists(at(f, "tree")));
    assert_holds(f, "kept/file", "x");
    assert_int_equal(folder_remove(at(f, "tree")), ERR_ABSENT);
}

static void a_tree_deeper_than_the_bound_is_not_followed(void **state)
{
    struct fixture *f = *state;
    char deep[128] = "deep";

    for (size_t i = 0; i < FILES_DEPTH_MAX; i++) {
        (void)strcat(deep, "/d");
    }
    assert_int_equal(folder_make(at(f, deep), 0755), ERR_OK);

    assert_int_equal(folder_remove(at(f, "deep")), ERR_FULL);

    deep[strlen("deep/d")] = '\0'; /* one less can be removed */
    assert_int_equal(folder_remove(at(f, deep)), ERR_OK);
}

static void a_file_system_has_room(void **state)
{
    struct fixture *f = *state;
    uint64_t free_bytes = 0;

    assert_int_equal(file_system_free(f->folder, &free_bytes), ERR_OK);
    assert_true(free_bytes > 0);
    assert_int_equal(file_system_free(at(f, "none"), &free_bytes), ERR_ABSENT);
}

static void files_are_removed_once(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(file_write(at(f, "a"), bytes_of_text("x"), 0644), ERR_OK);

    assert_int_equal(file_remove(at(f, "a")), ERR_OK);
    assert_int_equal(file_remove(at(f, "a")), ERR_ABSENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(writing_again_replaces_content_and_mode_and_leaves_nothing_else),
        TEST(reading_tells_absent_too_large_and_not_a_file_apart),
        TEST(a_file_larger_than_the_arena_is_full_and_takes_nothing_of_it),
        TEST(a_secret_that_others_may_read_is_refused),
        TEST(writing_into_no_folder_fails_and_leaves_the_old_file),
        TEST(the_codes_of_a_full_disk_and_of_permissions_are_told_apart),
        TEST(a_write_that_fails_half_way_leaves_the_old_file),
        TEST(folders_above_are_made_too),
        TEST(names_come_sorted_by_their_bytes),
        TEST(a_tree_is_removed_and_links_out_of_it_are_not_followed),
        TEST(a_tree_deeper_than_the_bound_is_not_followed),
        TEST(a_file_system_has_room),
        TEST(files_are_removed_once),
    };

    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
