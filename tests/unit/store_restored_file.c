/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/restored_file: what was noted is read, what is garbled is not taken for it. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/files.h"
#include "store/restored_file.h"

struct fixture {
    char folder[64];
    char path[96];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/huishen-restored-XXXXXX");
    *state = f;
    if (mkdtemp(f->folder) == NULL) {
        return -1;
    }
    (void)snprintf(f->path, sizeof f->path, "%s/restored", f->folder);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    enum err err = folder_remove(f->folder);

    free(f);
    return err == ERR_OK ? 0 : -1;
}

static void what_is_noted_is_read_again(void **state)
{
    struct fixture *f = *state;
    const struct restored_record noted = {UINT64_MAX, hash_of(bytes_of_text("x")), INT64_MAX};
    struct restored_record read;

    assert_int_equal(restored_file_read(f->folder, &read), ERR_ABSENT);
    assert_int_equal(restored_file_write(f->folder, &noted), ERR_OK);
    assert_int_equal(restored_file_read(f->folder, &read), ERR_OK);

    assert_true(read.seq == noted.seq && read.at_ms == noted.at_ms);
    assert_true(hash_equal(read.hash, noted.hash));
    assert_int_equal(restored_file_remove(f->folder), ERR_OK);
    assert_int_equal(restored_file_read(f->folder, &read), ERR_ABSENT);
    assert_int_equal(restored_file_remove(f->folder), ERR_OK);
}

static void a_garbled_note_is_corrupt_and_changes_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "huishen restored 1\n",
        "huishen restored 1\n7\n",
        "huishen restored 1\n7\nab\n5\n",
        "huishen restored 2\n7\n"
        "0000000000000000000000000000000000000000000000000000000000000000\n5\n",
        "huishen restored 1\nx\n"
        "0000000000000000000000000000000000000000000000000000000000000000\n5\n",
    };
    struct fixture *f = *state;
    struct restored_record read = {.seq = 3};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        assert_int_equal(file_write(f->path, bytes_of_text(texts[i]), 0600), ERR_OK);
        assert_int_equal(restored_file_read(f->folder, &read), ERR_CORRUPT);
    }
    assert_int_equal(read.seq, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_noted_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_garbled_note_is_corrupt_and_changes_nothing, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("store_restored_file", tests, NULL, NULL);
}
