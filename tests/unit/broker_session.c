/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of broker/session: who may have how many, and what ends with them. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "broker/session.h"

static int set_up(void **state)
{
    static struct sessions sessions;

    sessions_init(&sessions);
    *state = &sessions;
    return 0;
}

static int tear_down(void **state)
{
    sessions_release(*state);
    return 0;
}

/* Lets connection @number of @user be heard. Returns its session, or NULL. */
static struct session *hear(struct sessions *sessions, uint64_t number, const char *user)
{
    uint8_t routing[8];

    bytes_put_u64(routing, number);
    struct session *session = sessions_take(sessions, (struct bytes){routing, 8}, user);
    if (session != NULL) {
        session->seen_ms = (int64_t)number;
    }
    return session;
}

static void a_principal_leaves_others_their_sessions_and_loses_its_own_oldest(void **state)
{
    struct sessions *sessions = *state;
    uint8_t first[8];

    assert_non_null(hear(sessions, 1, "person:other"));
    for (uint64_t i = 2; i < SESSIONS_MAX + 100; i++) {
        assert_non_null(hear(sessions, i, "person:greedy"));
    }

    assert_int_equal(sessions->count, SESSIONS_PRINCIPAL_MAX + 1);
    bytes_put_u64(first, 1);
    assert_non_null(sessions_find(sessions, (struct bytes){first, 8}));
    assert_int_equal(sessions->all->seen_ms, SESSIONS_MAX + 99);
    bytes_put_u64(first, SESSIONS_MAX + 99 - SESSIONS_PRINCIPAL_MAX);
    assert_null(sessions_find(sessions, (struct bytes){first, 8}));
}

static void a_session_known_costs_no_other_its_place(void **state)
{
    struct sessions *sessions = *state;

    for (uint64_t i = 0; i < SESSIONS_PRINCIPAL_MAX; i++) {
        assert_non_null(hear(sessions, i, "person:busy"));
    }
    assert_non_null(hear(sessions, 7, "person:busy"));

    assert_int_equal(sessions->count, SESSIONS_PRINCIPAL_MAX);
}

static void what_a_hello_began_ends_when_the_session_lapses(void **state)
{
    struct session *session = hear(*state, 1, "agent:fire/1");

    (void)snprintf(session->department, sizeof session->department, "fire");
    session->credit = 2;
    assert_true(session_lease(session, 5, 1));
    assert_true(session_watch(session, 0, false));
    session_lapse(*state, session);

    assert_true(((struct sessions *)*state)->is_lease_free);
    assert_false(sessions_leased(*state, "fire", 5, 1));
    assert_false(session_has_credit(session));
    assert_false(session_watches(session, 5));
    assert_false(session->has_greeted);
}

/* Whatever ends a session, its reviews are to be given to others. */
static void the_end_of_a_session_tells_of_the_leases_it_frees(void **state)
{
    struct sessions *sessions = *state;
    struct session *idle = hear(sessions, 1, "agent:fire/1");
    struct session *busy = hear(sessions, 2, "agent:fire/2");

    sessions_end(sessions, idle);
    assert_false(sessions->is_lease_free);
    busy->credit = 1;
    assert_true(session_lease(busy, 5, 1));
    sessions_end(sessions, busy);
    assert_true(sessions->is_lease_free);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_principal_leaves_others_their_sessions_and_loses_its_own_oldest),
        TEST(a_session_known_costs_no_other_its_place),
        TEST(what_a_hello_began_ends_when_the_session_lapses),
        TEST(the_end_of_a_session_tells_of_the_leases_it_frees),
    };

    return cmocka_run_group_tests_name("broker_session", tests, NULL, NULL);
}
