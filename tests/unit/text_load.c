/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/text/load: files as they come, good and bad. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"
#include "proto/text/load.h"

struct fixture {
    struct arena arena;
    struct text_errors errors;
    struct text_file file;
    char folder[64];
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    arena_init(&fixture.arena, LOAD_ARENA_BYTES);
    text_errors_init(&fixture.errors, TEXT_EN);
    (void)snprintf(fixture.folder, sizeof fixture.folder, "/tmp/huishen-load-XXXXXX");
    *state = &fixture;
    return mkdtemp(fixture.folder) == NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)folder_remove(f->folder); /* a leftover harms nobody */
    arena_release(&f->arena);
    return 0;
}

/* Writes the file @name and returns its path. */
static const char *put(struct fixture *f, const char *name, struct bytes bytes)
{
    const char *path = arena_format(&f->arena, "%s/%s", f->folder, name);

    assert_int_equal(file_write(path, bytes, 0600), ERR_OK);
    return path;
}

/* Loads @path as a department. Returns the first error without the folder; "" if there is none. */
static const char *load(struct fixture *f, const char *path, enum err expected)
{
    ProtobufCMessage *message = NULL;

    text_errors_init(&f->errors, f->errors.language);
    f->file = (struct text_file){.path = path, .arena = &f->arena, .errors = &f->errors};
    assert_int_equal(load_message(&f->file, &hs__department__descriptor, &message), expected);
    assert_true((expected == ERR_OK) == (message != NULL));
    assert_true((expected == ERR_OK) == (f->errors.total == 0));
    return f->errors.total == 0
               ? ""
               : text_error_line(&f->errors.rows[0], strrchr(path, '/') + 1, &f->arena);
}

static const char *load_text(struct fixture *f, const char *name, const char *text,
                             enum err expected)
{
    return load(f, put(f, name, bytes_of_text(text)), expected);
}

static void the_ending_says_what_a_file_is(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(load_text(f, "a.yaml", "id: fire\n", ERR_OK), "");
    assert_string_equal(load_text(f, "a.yml", "id: fire\n", ERR_OK), "");
    assert_string_equal(load_text(f, "a.JSON", "{\"id\": \"fire\"}", ERR_OK), "");
    assert_string_equal(load_text(f, "a.json", "id: fire\n", ERR_INVALID),
                        "a.json:1:2: no valid JSON: invalid token near 'id'");
    assert_string_equal(load_text(f, "a.txt", "id: fire\n", ERR_INVALID),
                        "a.txt: the file's name must end in .yaml, .yml or .json");
    assert_string_equal(load_text(f, "yaml", "id: fire\n", ERR_INVALID),
                        "yaml: the file's name must end in .yaml, .yml or .json");
}

static void what_cannot_be_read_is_said_clearly(void **state)
{
    struct fixture *f = *state;
    const char *folder = arena_format(&f->arena, "%s/folder.yaml", f->folder);
    const char *absent = arena_format(&f->arena, "%s/absent.yaml", f->folder);

    assert_int_equal(folder_make(folder, 0700), ERR_OK);
    assert_string_equal(load(f, absent, ERR_ABSENT), "absent.yaml: there is no such file");
    assert_string_equal(load(f, folder, ERR_INVALID),
                        "folder.yaml: this is a folder or no plain file");
    assert_string_equal(load_text(f, "empty.yaml", "", ERR_INVALID),
                        "empty.yaml: there is nothing in it");
    assert_string_equal(load_text(f, "empty.json", " \n", ERR_INVALID),
                        "empty.json: there is nothing in it");
    assert_string_equal(load_text(f, "latin.yaml", "id: fire\ntitle: {zh: \xE9}\n", ERR_INVALID),
                        "latin.yaml:2: this is not UTF-8");
    assert_string_equal(load_text(f, "utf16.yaml", "\xFF\xFEi\n", ERR_INVALID),
                        "utf16.yaml:1: this is not UTF-8");
}

static void what_may_not_be_read_is_said_clearly(void **state)
{
    struct fixture *f = *state;
    const char *path = put(f, "secret.yaml", bytes_of_text("id: fire\n"));

    if (geteuid() == 0) {
        print_message("passed over: nothing is forbidden to root\n");
        skip();
    }
    assert_int_equal(chmod(path, 0), 0);
    assert_string_equal(load(f, path, ERR_DENIED), "secret.yaml: it may not be read");
}

static void a_file_has_at_most_one_mebibyte(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(LOAD_BYTES_MAX + 1);

    assert_non_null(text);
    memset(text, '#', LOAD_BYTES_MAX + 1);
    assert_string_equal(
        load(f, put(f, "large.yaml", (struct bytes){(uint8_t *)text, LOAD_BYTES_MAX + 1}),
             ERR_FULL),
        "large.yaml: the file is larger than 1 MiB");
    memcpy(text, "id: fire\n", 9);
    assert_string_equal(
        load(f, put(f, "large.yaml", (struct bytes){(uint8_t *)text, LOAD_BYTES_MAX}), ERR_OK), "");
    f->errors.language = TEXT_ZH;
    assert_string_equal(
        load(f, put(f, "large.yaml", (struct bytes){(uint8_t *)text, LOAD_BYTES_MAX + 1}),
             ERR_FULL),
        "large.yaml: 文件大于 1 MiB");
    free(text);
}

static void errors_come_in_the_order_of_their_lines(void **state)
{
    struct fixture *f = *state;

    (void)load_text(f, "a.yaml", "idd: fire\nanswer: x\nsafety_critical: 1\nowners: 2\n",
                    ERR_INVALID);

    assert_int_equal(f->errors.count, 4);
    for (size_t i = 0; i < f->errors.count; i++) {
        assert_int_equal(f->errors.rows[i].line, i + 1);
    }
}

static void a_path_of_the_message_has_a_line_of_the_file(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(load_line(&f->file, "id"), 0);
    (void)load_text(f, "a.yaml",
                    "id: fire\nowners:\n- id: gas\n- id: water\n  title:\n    zh: 水\n", ERR_OK);

    assert_int_equal(load_line(&f->file, "owners[1].title.zh"), 6);
    assert_int_equal(load_line(&f->file, "owners[1].title.en"), 5);
    assert_int_equal(load_line(&f->file, "owners[2]"), 2);
    assert_int_equal(load_line(&f->file, ""), 1);
}

static void a_configuration_has_fewer_values_than_a_pack(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;
    char *text = malloc(LOAD_BYTES_MAX);
    size_t size = (size_t)snprintf(text, LOAD_BYTES_MAX, "rules:\n");

    for (int i = 0; i < TREE_NODES_CONFIG_MAX; i++) {
        size += (size_t)snprintf(text + size, LOAD_BYTES_MAX - size, "- id: r\n");
    }
    const char *path = put(f, "pack.yaml", (struct bytes){(uint8_t *)text, size});
    free(text);
    f->file = (struct text_file){.path = path, .arena = &f->arena, .errors = &f->errors};

    assert_int_equal(load_message(&f->file, &hs__pack__descriptor, &message), ERR_OK);
    assert_int_equal(load_message(&f->file, &hs__department__descriptor, &message), ERR_INVALID);
    assert_string_equal(f->errors.rows[0].reason,
                        "there is too much of it: more than 20000 values");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_ending_says_what_a_file_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_said_clearly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_may_not_be_read_is_said_clearly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_has_at_most_one_mebibyte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_come_in_the_order_of_their_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_of_the_message_has_a_line_of_the_file, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_configuration_has_fewer_values_than_a_pack, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
