/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/selftest: a guarded router passes, an open one does not. */
#include "tests/unit/net_office.h"

#include "net/selftest.h"

enum { BRIEF_MS = 300, STRANGERS = 300 };

struct fixture {
    struct office office;
    bool is_done;
    enum selftest_result result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL) {
        return -1;
    }
    office_open(&f->office, (struct router_options){0});
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    office_close(&f->office);
    free(f);
    return 0;
}

static void on_done(void *self, enum selftest_result result)
{
    struct fixture *f = self;

    assert_false(f->is_done);
    f->is_done = true;
    f->result = result;
}

static enum selftest_result run_selftest(struct fixture *f, struct zap *zap, int timeout_ms)
{
    const struct selftest_options options = {
        .router = f->office.router,
        .zap = zap,
        .timeout_ms = timeout_ms,
        .on_done = on_done,
        .self = f,
    };
    int64_t deadline_ns = office_deadline_ns();

    assert_int_equal(selftest_start(f->office.context, &f->office.loop, &options), ERR_OK);
    while (!f->is_done) {
        office_turn(&f->office, deadline_ns);
    }
    return f->result;
}

static void a_guarded_router_refuses_a_stranger(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(run_selftest(f, f->office.zap, SELFTEST_MS), SELFTEST_PASSED);

    assert_int_equal(f->office.received, 0);
    assert_int_equal(zap_counts(f->office.zap).admitted, 0);
    office_serves_an_honest_client(&f->office);
}

static const char *find_everyone(void *self, const uint8_t key[CURVE_KEY_BYTES])
{
    (void)self;
    (void)key;
    return "person:anyone";
}

/* Closes the handler and waits until its address is free. */
static void lose_handler(struct office *office)
{
    static const char address[] = "inproc://zeromq.zap.01";
    int64_t deadline_ns = office_deadline_ns();
    void *socket = office_socket(office);

    zap_close(office->zap);
    office->zap = NULL;
    while (zmq_bind(socket, address) != 0) {
        office_turn(office, deadline_ns);
    }
    assert_int_equal(zmq_unbind(socket, address), 0);
}

static void a_handler_that_lets_everyone_in_is_found(void **state)
{
    struct fixture *f = *state;
    const struct zap_principals principals = {.find = find_everyone};

    lose_handler(&f->office);
    assert_int_equal(zap_open(f->office.context, &f->office.loop, &principals, &f->office.zap),
                     ERR_OK);

    assert_int_equal(run_selftest(f, f->office.zap, SELFTEST_MS), SELFTEST_ADMITTED);
}

/* The handler is gone: everyone is refused, but not because anyone looked. */
static void a_router_without_its_handler_is_no_proof(void **state)
{
    struct fixture *f = *state;
    void *other_context = context_new();
    const struct zap_principals principals = {.find = office_find, .self = &f->office};
    struct zap *other = NULL;

    assert_int_equal(zap_open(other_context, &f->office.loop, &principals, &other), ERR_OK);
    lose_handler(&f->office);
    enum selftest_result result = run_selftest(f, other, BRIEF_MS);
    zap_close(other);
    (void)uv_run(&f->office.loop, UV_RUN_NOWAIT);
    context_free(other_context);

    assert_int_equal(result, SELFTEST_NO_ANSWER);
    assert_int_equal(f->office.received, 0);
}

/* Closing a connection in the middle of its reports must never stop the library's thread, on which
 * every other connection of the context lives. */
static void strangers_that_come_and_go_leave_the_office_working(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < STRANGERS; i++) {
        f->is_done = false;
        assert_int_equal(run_selftest(f, f->office.zap, SELFTEST_MS), SELFTEST_PASSED);
    }

    office_serves_an_honest_client(&f->office);
}

static void results_have_words(void **state)
{
    (void)state;

    assert_string_equal(selftest_text(SELFTEST_PASSED), "passed");
    assert_string_equal(selftest_text(SELFTEST_ADMITTED), "stranger_admitted");
    assert_string_equal(selftest_text(SELFTEST_NO_ANSWER), "no_answer");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_guarded_router_refuses_a_stranger),
        TEST(a_handler_that_lets_everyone_in_is_found),
        TEST(a_router_without_its_handler_is_no_proof),
        TEST(strangers_that_come_and_go_leave_the_office_working),
        TEST(results_have_words),
    };

    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
