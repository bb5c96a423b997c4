/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of client/pending: what is sent when, and sent again. */
#include "tests/lib/test.h"

#include <string.h>

#include "client/pending.h"

static int set_up(void **state)
{
    static struct pending pending;

    pending_init(&pending);
    *state = &pending;
    return 0;
}

static int tear_down(void **state)
{
    pending_release(*state);
    return 0;
}

static void make_id(uint64_t number, uint8_t out[COMMAND_ID_BYTES])
{
    memset(out, 0, COMMAND_ID_BYTES);
    bytes_put_u64(out + 8, number);
}

static struct pending_item *add(struct pending *pending, uint64_t number)
{
    struct pending_item *item = NULL;
    uint8_t id[COMMAND_ID_BYTES];

    make_id(number, id);
    assert_int_equal(pending_add(pending, id, bytes_of_text("command"), &item), ERR_OK);
    return item;
}

static struct pending_item *find(struct pending *pending, uint64_t number)
{
    uint8_t id[COMMAND_ID_BYTES];

    make_id(number, id);
    return pending_find(pending, id);
}

static void an_item_waits_until_it_is_sent(void **state)
{
    struct pending *pending = *state;
    struct pending_item *item = add(pending, 1);

    assert_ptr_equal(pending_waiting(pending), item);
    assert_int_equal(pending_wake_ms(pending), INT64_MAX);
    pending_sent(pending, item, 100);

    assert_null(pending_waiting(pending));
    assert_int_equal(pending_wake_ms(pending), 100 + CLIENT_RESEND_FIRST_MS);
}

static void a_silence_doubles_until_its_limit(void **state)
{
    static const int64_t silences_ms[] = {3000, 6000, 12000, 24000, 30000, 30000};
    struct pending *pending = *state;
    struct pending_item *item = add(pending, 1);
    int64_t now_ms = 1000;

    for (size_t i = 0; i < ARRAY_COUNT(silences_ms); i++) {
        pending_sent(pending, item, now_ms);

        assert_false(pending_wake(pending, now_ms + silences_ms[i] - 1));
        assert_true(pending_wake(pending, now_ms + silences_ms[i]));
        assert_ptr_equal(pending_waiting(pending), item);
        now_ms += silences_ms[i];
    }
}

static void an_answer_to_another_postpones_a_resend(void **state)
{
    struct pending *pending = *state;
    struct pending_item *item = add(pending, 1);

    pending_sent(pending, item, 1000);
    pending_heard(pending, 3000);

    assert_false(pending_wake(pending, 1000 + CLIENT_RESEND_FIRST_MS));
    assert_true(pending_wake(pending, 3000 + CLIENT_RESEND_FIRST_MS));
}

static void answers_to_others_do_not_postpone_it_for_ever(void **state)
{
    struct pending *pending = *state;

    pending_sent(pending, add(pending, 1), 1000);
    pending_heard(pending, 1000 + CLIENT_RESEND_MAX_MS - 1);

    assert_true(pending_wake(pending, 1000 + CLIENT_RESEND_MAX_MS));
}

static void a_restart_sends_all_again_the_oldest_first(void **state)
{
    struct pending *pending = *state;
    struct pending_item *first = add(pending, 1);
    struct pending_item *second = add(pending, 2);

    pending_sent(pending, first, 1000);
    pending_sent(pending, second, 1000);
    struct pending_item *third = add(pending, 3);
    pending_restart(pending);

    assert_ptr_equal(pending_waiting(pending), first);
    assert_ptr_equal(first->next, second);
    assert_ptr_equal(second->next, third);
    assert_null(third->next);
}

static void an_id_is_taken_once(void **state)
{
    struct pending *pending = *state;
    struct pending_item *untouched = NULL;
    uint8_t id[COMMAND_ID_BYTES];

    (void)add(pending, 1);
    make_id(1, id);

    assert_int_equal(pending_add(pending, id, bytes_of_text("x"), &untouched), ERR_EXISTS);
    assert_null(untouched);
    assert_int_equal(pending->count, 1);
}

static void more_than_the_limit_is_refused(void **state)
{
    struct pending *pending = *state;
    struct pending_item *untouched = NULL;
    uint8_t id[COMMAND_ID_BYTES];

    for (uint64_t i = 0; i < CLIENT_PENDING_MAX; i++) {
        (void)add(pending, i);
    }
    make_id(CLIENT_PENDING_MAX, id);

    assert_int_equal(pending_add(pending, id, bytes_of_text("x"), &untouched), ERR_FULL);
    assert_int_equal(pending->count, CLIENT_PENDING_MAX);
}

static void thousands_are_found_and_removed_in_any_order(void **state)
{
    enum { COUNT = 5000, STRIDE = 7 }; /* no common divisor */
    struct pending *pending = *state;

    for (uint64_t i = 0; i < COUNT; i++) {
        struct pending_item *item = add(pending, i);

        if (i % 3 == 0) {
            pending_sent(pending, item, (int64_t)i);
        }
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        uint64_t number = i * STRIDE % COUNT;

        assert_non_null(find(pending, number));
        pending_remove(pending, find(pending, number));
        assert_null(find(pending, number));
    }

    assert_int_equal(pending->count, 0);
    assert_int_equal(pending->bytes, 0);
    assert_null(pending_waiting(pending));
    assert_int_equal(pending_wake_ms(pending), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_item_waits_until_it_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_silence_doubles_until_its_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_to_another_postpones_a_resend, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_to_others_do_not_postpone_it_for_ever, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_restart_sends_all_again_the_oldest_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_id_is_taken_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_the_limit_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thousands_are_found_and_removed_in_any_order, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("client_pending", tests, NULL, NULL);
}
