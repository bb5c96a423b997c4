/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of os/file_copy in a folder of its own. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file_copy.h"
#include "os/files.h"

enum { LARGE_BYTES = 3 * 1024 * 1024 + 5 };

struct fixture {
    char folder[64];
    char from[96];
    char to[96];
    char link[96];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/huishen-copy-XXXXXX");
    *state = f;
    if (mkdtemp(f->folder) == NULL) {
        return -1;
    }
    (void)snprintf(f->from, sizeof f->from, "%s/from", f->folder);
    (void)snprintf(f->to, sizeof f->to, "%s/to", f->folder);
    (void)snprintf(f->link, sizeof f->link, "%s/link", f->folder);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    enum err err = folder_remove(f->folder);

    free(f);
    return err == ERR_OK ? 0 : -1;
}

static void a_copy_has_the_bytes_their_hash_and_the_mode_asked_for(void **state)
{
    struct fixture *f = *state;
    struct file_facts facts;
    struct hash copied;
    struct hash read;
    uint8_t *bytes = calloc(1, LARGE_BYTES);

    for (size_t i = 0; i < LARGE_BYTES; i++) {
        bytes[i] = (uint8_t)(i * 31 >> 7);
    }
    assert_int_equal(file_write(f->from, (struct bytes){bytes, LARGE_BYTES}, 0644), ERR_OK);
    assert_int_equal(file_copy(f->from, f->to, 0600, &copied), ERR_OK);

    assert_true(hash_equal(copied, hash_of((struct bytes){bytes, LARGE_BYTES})));
    assert_int_equal(file_hash(f->to, &read), ERR_OK);
    assert_true(hash_equal(read, copied));
    assert_int_equal(file_look(f->to, &facts), ERR_OK);
    assert_int_equal(facts.kind, FILE_REGULAR);
    assert_int_equal(facts.bytes, LARGE_BYTES);
    assert_int_equal(facts.mode, 0600);
    assert_int_equal(file_sync(f->to), ERR_OK);
    free(bytes);
}

static void an_empty_file_is_copied_too(void **state)
{
    struct fixture *f = *state;
    struct hash hash;

    assert_int_equal(file_write(f->from, (struct bytes){0}, 0600), ERR_OK);
    assert_int_equal(file_copy(f->from, f->to, 0600, &hash), ERR_OK);

    assert_true(hash_equal(hash, hash_of((struct bytes){0})));
}

static void nothing_is_overwritten(void **state)
{
    struct fixture *f = *state;
    struct hash before = {{1}};
    struct hash hash = before;

    assert_int_equal(file_write(f->from, bytes_of_text("new"), 0600), ERR_OK);
    assert_int_equal(file_write(f->to, bytes_of_text("old"), 0600), ERR_OK);
    assert_int_equal(file_copy(f->from, f->to, 0600, &hash), ERR_EXISTS);

    assert_true(hash_equal(hash, before));
    assert_int_equal(file_hash(f->to, &hash), ERR_OK);
    assert_true(hash_equal(hash, hash_of(bytes_of_text("old"))));
}

static void what_is_no_regular_file_is_not_copied(void **state)
{
    struct fixture *f = *state;
    struct file_facts facts;
    struct hash hash;

    assert_int_equal(file_write(f->from, bytes_of_text("x"), 0600), ERR_OK);
    assert_int_equal(symlink(f->from, f->link), 0);
    assert_int_equal(file_look(f->link, &facts), ERR_OK);
    assert_int_equal(facts.kind, FILE_OTHER);
    assert_int_not_equal(file_copy(f->link, f->to, 0600, &hash), ERR_OK);
    assert_int_equal(file_copy(f->folder, f->to, 0600, &hash), ERR_INVALID);
    assert_int_equal(file_hash(f->folder, &hash), ERR_INVALID);
    assert_int_equal(file_look(f->folder, &facts), ERR_OK);
    assert_int_equal(facts.kind, FILE_FOLDER);
    assert_int_equal(file_copy(f->to, f->from, 0600, &hash), ERR_ABSENT);
    assert_int_equal(file_look(f->to, &facts), ERR_ABSENT);
    assert_false(file_exists(f->to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_has_the_bytes_their_hash_and_the_mode_asked_for,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_is_copied_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_not_copied, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("os_file_copy", tests, NULL, NULL);
}
