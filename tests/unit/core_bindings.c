/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/text/bindings, which need values of the core: what is read is what is written. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "proto/text/bindings.h"

struct fixture {
    struct arena arena;
    struct value root;
    struct bindings_fault fault;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, 16 * 1024 * 1024);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static enum err read(struct fixture *f, const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, BINDINGS_JSON_FLAGS, &error);

    assert_non_null(json);
    enum err err = bindings_read(json, &f->arena, &f->root, &f->fault);
    json_decref(json);
    return err;
}

static const struct value *at(struct fixture *f, const char *name)
{
    const struct value *found = value_get(&f->root, bytes_of_text(name));

    assert_non_null(found);
    return found;
}

static void assert_number(struct fixture *f, const char *json, const char *expected)
{
    char text[64];
    char number[NUMBER_TEXT_BYTES];

    (void)snprintf(text, sizeof text, "{\"n\": %s}", json);
    assert_int_equal(read(f, text), ERR_OK);
    number_to_text(at(f, "n")->number, number);
    assert_string_equal(number, expected);
}

static void numbers_mean_their_decimal_text(void **state)
{
    struct fixture *f = *state;

    assert_number(f, "4", "4");
    assert_number(f, "4.0", "4");
    assert_number(f, "-0.0", "0");
    assert_number(f, "0.1", "1/10");
    assert_number(f, "123456789.123456", "1929012330054/15625");
    assert_number(f, "0.000001", "1/1000000");
    assert_number(f, "1e3", "1000");
    assert_number(f, "999999999999999", "999999999999999");
    assert_number(f, "{\"$number\": \"2/3\"}", "2/3");
    assert_number(f, "{\"$number\": \"9223372036854775807\"}", "9223372036854775807");
}

static void assert_refused(struct fixture *f, const char *text, const char *path)
{
    assert_int_equal(read(f, text), ERR_INVALID);
    assert_string_equal(f->fault.path, path);
    assert_non_null(f->fault.reason);
}

static void what_has_no_exact_meaning_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_refused(f, "[]", "");
    assert_refused(f, "3", "");
    assert_refused(f, "{\"$date\": \"2026-03-10\"}", "");
    assert_refused(f, "{\"a\": {\"n\": 1234567890123456}}", "a.n");
    assert_refused(f, "{\"a\": [1, 0.0000001]}", "a[1]");
    assert_refused(f, "{\"a\": [{\"id\": \"L2\", \"n\": 1e300}]}", "a[L2].n");
    assert_refused(f, "{\"d\": {\"$date\": \"2026-02-29\"}}", "d");
    assert_refused(f, "{\"d\": {\"$date\": 20260310}}", "d");
    assert_refused(f, "{\"n\": {\"$number\": \"1/0\"}}", "n");
    assert_refused(f, "{\"n\": {\"\": 1}}", "n");
}

static void elements_are_labelled_by_a_plain_id_of_their_own(void **state)
{
    static const char *const expected[] = {"a[L1]", "a[1]", "a[2]", "a[3]", "a[4]", "a[5]"};
    struct fixture *f = *state;

    assert_int_equal(read(f, "{\"a\": [{\"id\": \"L1\"}, {\"id\": \"L1\"}, {\"id\": 3}, "
                             "{\"id\": \"x]\"}, {\"id\": \"\"}, 7]}"),
                     ERR_OK);

    const struct value *list = at(f, "a");
    assert_int_equal(list->list.count, ARRAY_COUNT(expected));
    for (uint32_t i = 0; i < list->list.count; i++) {
        assert_string_equal(value_path(list->list.items[i], &f->arena), expected[i]);
    }
}

static void what_is_read_is_written_the_same(void **state)
{
    static const char text[] =
        "{\"b\": true, \"d\": {\"$date\": \"2026-03-10\"}, "
        "\"f\": {\"$number\": \"21/4\"}, \"l\": [1, null, \"a\\u0000b\", []], "
        "\"n\": -7, \"o\": {}}";
    struct fixture *f = *state;

    assert_int_equal(read(f, text), ERR_OK);

    json_t *json = bindings_write(&f->root);
    char *written = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_error_t error;
    json_t *expected = json_loads(text, BINDINGS_JSON_FLAGS, &error);
    assert_true(json_equal(json, expected));
    assert_non_null(written);
    free(written);
    json_decref(json);
    json_decref(expected);
}

static void deep_and_vast_values_are_refused(void **state)
{
    struct fixture *f = *state;
    char open[LIMIT_DATA_NESTING + 1] = "";
    char close[LIMIT_DATA_NESTING + 1] = "";

    memset(open, '[', LIMIT_DATA_NESTING);
    memset(close, ']', LIMIT_DATA_NESTING);
    assert_int_equal(read(f, arena_format(&f->arena, "{\"a\":%s%s}", open, close)), ERR_INVALID);

    /* A list of lists that all are one: 2^30 elements in 30 values. */
    struct value lists[30];
    struct value one = value_of_bool(true);
    const struct value *pairs[30][2];
    for (size_t i = 0; i < 30; i++) {
        pairs[i][0] = pairs[i][1] = i == 0 ? &one : &lists[i - 1];
        lists[i] = value_of_list();
        lists[i].list.items = pairs[i];
        lists[i].list.count = 2;
    }
    assert_null(bindings_write(&lists[29]));
}

static void every_lack_of_memory_is_told(void **state)
{
    struct fixture *f = *state;
    json_error_t error;
    json_t *json = json_loads("{\"a\": {\"b\": [{\"id\": \"x\", \"n\": 1.5}, \"text\"]}}",
                              BINDINGS_JSON_FLAGS, &error);
    enum err err = ERR_FULL;

    for (size_t capacity = 0; err != ERR_OK; capacity += 16) {
        struct arena arena;
        struct value root;

        arena_init(&arena, capacity);
        err = bindings_read(json, &arena, &root, &f->fault);
        assert_true(err == ERR_OK || err == ERR_FULL);
        assert_true(capacity < 64 * 1024);
        arena_release(&arena);
    }
    json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_mean_their_decimal_text),
        TEST(what_has_no_exact_meaning_is_refused),
        TEST(elements_are_labelled_by_a_plain_id_of_their_own),
        TEST(what_is_read_is_written_the_same),
        TEST(deep_and_vast_values_are_refused),
        TEST(every_lack_of_memory_is_told),
    };

    return cmocka_run_group_tests_name("bindings", tests, NULL, NULL);
}
