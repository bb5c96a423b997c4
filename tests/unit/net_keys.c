/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/keys: what is saved is loaded, and every way a key file can be wrong is told. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "net/keys.h"
#include "os/files.h"

struct fixture {
    char top[64];
    char folder[128];
    char path[256];
    struct keys keys;
    char reason[KEYS_REASON_BYTES];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    (void)snprintf(f->top, sizeof f->top, "/tmp/huishen-keys-XXXXXX");
    if (mkdtemp(f->top) == NULL) {
        return -1;
    }
    (void)snprintf(f->folder, sizeof f->folder, "%s/keys/agent:fire/1", f->top);
    keys_generate(&f->keys);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    enum err err = folder_remove(f->top);

    free(f);
    return err == ERR_OK ? 0 : -1;
}

static const char *at(struct fixture *f, const char *name)
{
    (void)snprintf(f->path, sizeof f->path, "%s/%s", f->folder, name);
    return f->path;
}

static void assert_load_fails(struct fixture *f, enum err expected, const char *name)
{
    struct keys untouched = {.curve = {.secret = "untouched"}};

    assert_int_equal(keys_load(f->folder, &untouched, f->reason), expected);
    assert_string_equal(untouched.curve.secret, "untouched");
    if (strncmp(f->reason, at(f, name), strlen(f->path)) != 0) {
        fail_msg("%s does not begin with %s", f->reason, f->path);
    }
}

static void saved_keys_are_loaded(void **state)
{
    struct fixture *f = *state;
    struct keys loaded = {0};

    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);
    assert_int_equal(keys_load(f->folder, &loaded, f->reason), ERR_OK);

    assert_memory_equal(&loaded, &f->keys, sizeof loaded);
}

static void keys_are_closed_to_others(void **state)
{
    static const char *const names[] = {"curve.key", "sign.key"};
    struct fixture *f = *state;
    struct stat facts;

    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);

    assert_int_equal(stat(f->folder, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        assert_int_equal(stat(at(f, names[i]), &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
    }
}

static void keys_are_never_overwritten(void **state)
{
    struct fixture *f = *state;
    struct keys other;
    struct keys loaded;

    keys_generate(&other);
    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);
    assert_int_equal(keys_save(&other, f->folder, f->reason), ERR_EXISTS);
    assert_int_equal(keys_load(f->folder, &loaded, f->reason), ERR_OK);
    assert_memory_equal(&loaded, &f->keys, sizeof loaded);

    assert_int_equal(file_remove(at(f, "curve.key")), ERR_OK); /* the other half alone */
    assert_int_equal(keys_save(&other, f->folder, f->reason), ERR_EXISTS);
    assert_non_null(strstr(f->reason, "sign.key"));
}

static void a_missing_file_is_absent(void **state)
{
    struct fixture *f = *state;

    assert_load_fails(f, ERR_ABSENT, "curve.key");
    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);
    assert_int_equal(file_remove(at(f, "sign.key")), ERR_OK);
    assert_load_fails(f, ERR_ABSENT, "sign.key");
}

static void a_file_open_to_others_is_denied(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);
    assert_int_equal(chmod(at(f, "sign.key"), 0644), 0);

    assert_load_fails(f, ERR_DENIED, "sign.key");
    assert_non_null(strstr(f->reason, "chmod 600"));
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    struct fixture *f = *state;
    char file[128];

    (void)snprintf(file, sizeof file, "%s/keys", f->top);
    assert_int_equal(file_write(file, bytes_of_text("no folder"), 0600), ERR_OK);

    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_INVALID);
}

#define ZEROS "0000000000000000000000000000000000000000"
#define HEX   "00000000000000000000000000000000000000000000000000000000000000"

struct content {
    const char *name;
    const char *text;
};

static void malformed_files_are_corrupt(void **state)
{
    static const struct content contents[] = {
        {"curve.key", ""},
        {"curve.key", "huishen curve key 1\n"},
        {"curve.key", "huishen curve key 2\npublic " ZEROS "\nsecret " ZEROS "\n"},
        {"curve.key", "huishen sign key 1\npublic " ZEROS "\nsecret " ZEROS "\n"},
        {"curve.key", "huishen curve key 1\npublic " ZEROS "\nsecret " ZEROS "\n"},   /* no pair */
        {"curve.key", "huishen curve key 1\npublic " ZEROS "\nsecret " ZEROS},        /* cut */
        {"curve.key", "huishen curve key 1\npublic " ZEROS "\nsecret " ZEROS "\n\n"}, /* more */
        {"curve.key", "huishen curve key 1\npublic " ZEROS "0\nsecret " ZEROS "\n"},
        {"curve.key", "huishen curve key 1\nsecret " ZEROS "\npublic " ZEROS "\n"},
        {"curve.key", "huishen curve key 1\r\npublic " ZEROS "\r\nsecret " ZEROS "\r\n"},
        {"sign.key", "huishen sign key 1\npublic " HEX "00\nsecret " HEX "00\n"}, /* no pair */
        {"sign.key", "huishen sign key 1\npublic " HEX "00\nsecret " HEX "0x\n"},
        {"sign.key", "huishen sign key 1\npublic " HEX "0\nsecret " HEX "0\n"},
        {"sign.key", "huishen sign key 1\npublic " HEX "00\n"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(contents); i++) {
        struct bytes text = bytes_of_text(contents[i].text);

        (void)folder_remove(f->folder);
        assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);
        assert_int_equal(file_write(at(f, contents[i].name), text, 0600), ERR_OK);
        assert_load_fails(f, ERR_CORRUPT, contents[i].name);
    }
}

static void a_file_too_large_or_no_file_is_corrupt(void **state)
{
    static const uint8_t large[64 * 1024];
    struct fixture *f = *state;

    assert_int_equal(keys_save(&f->keys, f->folder, f->reason), ERR_OK);
    assert_int_equal(file_write(at(f, "curve.key"), (struct bytes){large, sizeof large}, 0600),
                     ERR_OK);
    assert_load_fails(f, ERR_CORRUPT, "curve.key");

    assert_int_equal(file_remove(at(f, "curve.key")), ERR_OK);
    assert_int_equal(folder_make(at(f, "curve.key"), 0700), ERR_OK);
    assert_load_fails(f, ERR_CORRUPT, "curve.key");
}

static void curve_keys_have_a_text_form(void **state)
{
    struct fixture *f = *state;
    uint8_t key[CURVE_KEY_BYTES];
    char text[CURVE_TEXT_BYTES];

    assert_true(curve_key_from_text(f->keys.curve.public_key, key));
    curve_key_to_text(key, text);
    assert_string_equal(text, f->keys.curve.public_key);

    assert_false(curve_key_from_text("", key));
    assert_false(curve_key_from_text("short", key));
    assert_false(curve_key_from_text(ZEROS "0", key));
    assert_false(curve_key_from_text("\"000000000000000000000000000000000000000", key));
    assert_false(curve_key_from_text("\xff"
                                     "000000000000000000000000000000000000000",
                                     key));
    assert_false(
        curve_key_from_text("#####00000000000000000000000000000000000", key)); /* > 32 bit */
}

static void a_fingerprint_is_sixteen_groups_and_covers_both_keys(void **state)
{
    struct fixture *f = *state;
    struct public_keys keys;
    char first[FINGERPRINT_TEXT_BYTES];
    char second[FINGERPRINT_TEXT_BYTES];

    keys_public(&f->keys, &keys);
    keys_fingerprint(&keys, first);
    assert_int_equal(strlen(first), FINGERPRINT_TEXT_BYTES - 1);
    for (size_t i = 0; i < strlen(first); i++) {
        assert_int_equal(first[i] == ' ', i % 5 == 4);
    }

    keys.curve[0] ^= 1;
    keys_fingerprint(&keys, second);
    assert_string_not_equal(first, second);
    keys.curve[0] ^= 1;
    keys.sign[31] ^= 1;
    keys_fingerprint(&keys, second);
    assert_string_not_equal(first, second);
}

static void wiped_keys_are_zero(void **state)
{
    static const struct keys zero;
    struct fixture *f = *state;

    keys_wipe(&f->keys);

    assert_memory_equal(&f->keys, &zero, sizeof zero);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(saved_keys_are_loaded),
        TEST(keys_are_closed_to_others),
        TEST(keys_are_never_overwritten),
        TEST(a_missing_file_is_absent),
        TEST(a_file_open_to_others_is_denied),
        TEST(a_folder_that_cannot_be_made_is_told),
        TEST(malformed_files_are_corrupt),
        TEST(a_file_too_large_or_no_file_is_corrupt),
        TEST(curve_keys_have_a_text_form),
        TEST(a_fingerprint_is_sixteen_groups_and_covers_both_keys),
        TEST(wiped_keys_are_zero),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
