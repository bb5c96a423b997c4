/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/selftest: a guarded router passes, an open one does not. */
#include "tests/unit/net_office.h"

#include "net/selftest.h"

enum { BRIEF_MS = 300 };

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

static void a_handler_that_lets_everyone_in_is_found(void **state)
{
    struct fixture *f = *state;
    const struct zap_principals principals = {.find = find_everyone};

    zap_close(f->office.zap);
    f->office.zap = NULL;
    int64_t deadline_ns = office_deadline_ns();
    while (zap_open(f->office.context, &f->office.loop, &principals, &f->office.zap) ==
           ERR_EXISTS) { /* until the old one is gone */
        office_turn(&f->office, deadline_ns);
    }

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
    zap_close(f->office.zap);
    f->office.zap = NULL;
    enum selftest_result result = run_selftest(f, other, BRIEF_MS);
    zap_close(other);
    (void)uv_run(&f->office.loop, UV_RUN_NOWAIT);
    context_free(other_context);

    assert_int_equal(result, SELFTEST_NO_ANSWER);
    assert_int_equal(f->office.received, 0);
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
        TEST(results_have_words),
    };

    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
