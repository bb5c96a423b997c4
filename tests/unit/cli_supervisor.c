/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/supervisor with real programs (/bin/sh): ready lines, restarts, giving up, the end.
 * Each test waits for events alone, and ends by stopping the supervisor with a signal to itself. */
#include "tests/lib/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/supervisor.h"

enum { EVENTS_MAX = 64, LIFE_SECONDS_MAX = 30 };

struct event {
    char name[16];
    char line[64]; /* of a ready line; else empty */
    bool is_first;
    int status;
    int delay_ms;
};

struct fixture {
    struct supervisor *supervisor;
    struct event events[EVENTS_MAX];
    size_t count;
    size_t stop_after; /* so many events */
    bool kills_at_first_ready;
};

static void record(struct fixture *f, struct event event)
{
    if (f->count < EVENTS_MAX) {
        f->events[f->count++] = event;
    }
    if (f->count == f->stop_after) {
        (void)kill(getpid(), SIGTERM);
    }
}

static void on_ready(void *self, const char *name, const char *line, bool is_first)
{
    struct fixture *f = self;
    struct event event = {.is_first = is_first};

    (void)snprintf(event.name, sizeof event.name, "%s", name);
    (void)snprintf(event.line, sizeof event.line, "%s", line);
    record(f, event);
    if (f->kills_at_first_ready && is_first) {
        (void)kill(supervisor_pid(f->supervisor, name), SIGKILL);
    }
}

static void on_end(void *self, const char *name, int status, int delay_ms)
{
    struct event event = {.status = status, .delay_ms = delay_ms};

    (void)snprintf(event.name, sizeof event.name, "%s", name);
    record(self, event);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    const struct supervisor_listener listener = {.self = f, .on_ready = on_ready, .on_end = on_end};

    f->supervisor = supervisor_new(&listener);
    assert_non_null(f->supervisor);
    (void)alarm(LIFE_SECONDS_MAX);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    supervisor_free(f->supervisor);
    free(f);
    return 0;
}

static const char *const says_ready[] = {"/bin/sh", "-c",
                                         "echo noise; echo ready here; exec sleep 60", NULL};
static const char *const fails[] = {"/bin/sh", "-c", "exit 4", NULL};
static const char *const serves_and_dies[] = {"/bin/sh", "-c", "echo ready; kill -9 $$", NULL};

static void a_program_says_when_it_serves(void **state)
{
    struct fixture *f = *state;

    f->stop_after = 1;
    assert_int_equal(supervisor_add(f->supervisor, "a", says_ready, NULL), ERR_OK);

    assert_true(supervisor_run(f->supervisor));
    assert_int_equal(f->count, 1);
    assert_string_equal(f->events[0].line, "ready here");
    assert_true(f->events[0].is_first);
}

static void a_program_that_is_killed_serves_again(void **state)
{
    struct fixture *f = *state;

    f->stop_after = 3;
    f->kills_at_first_ready = true;
    assert_int_equal(supervisor_add(f->supervisor, "a", says_ready, NULL), ERR_OK);

    assert_true(supervisor_run(f->supervisor));
    assert_int_equal(f->count, 3);
    assert_true(WIFSIGNALED(f->events[1].status) && WTERMSIG(f->events[1].status) == SIGKILL);
    assert_int_equal(f->events[1].delay_ms, RESTART_MS);
    assert_false(f->events[2].is_first);
}

static void one_that_never_serves_ends_everything(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(supervisor_add(f->supervisor, "good", says_ready, NULL), ERR_OK);
    assert_int_equal(supervisor_add(f->supervisor, "bad", fails, NULL), ERR_OK);

    assert_false(supervisor_run(f->supervisor));
    const struct event *last = &f->events[f->count - 1];
    assert_string_equal(last->name, "bad");
    assert_int_equal(WEXITSTATUS(last->status), 4);
    assert_int_equal(last->delay_ms, -1);
}

static void a_program_that_is_not_there_ends_everything(void **state)
{
    static const char *const missing[] = {"/nonexistent/huishen-broker", NULL};
    struct fixture *f = *state;

    assert_int_equal(supervisor_add(f->supervisor, "missing", missing, NULL), ERR_OK);

    assert_false(supervisor_run(f->supervisor));
    assert_int_equal(WEXITSTATUS(f->events[0].status), 127);
}

static void one_that_dies_after_serving_is_started_again_and_again(void **state)
{
    struct fixture *f = *state;

    f->stop_after = 2 * (GIVE_UP_COUNT + 2);
    assert_int_equal(supervisor_add(f->supervisor, "a", serves_and_dies, NULL), ERR_OK);

    assert_true(supervisor_run(f->supervisor));
    assert_int_equal(f->count, f->stop_after);
}

static void twenty_deaths_in_ten_seconds_slow_the_restarts(void **state)
{
    uint64_t deaths_ms[DEATHS_KEPT];

    (void)state;
    for (size_t i = 0; i < DEATHS_KEPT; i++) {
        deaths_ms[i] = 1000 + i * 500;
    }
    assert_int_equal(supervisor_delay_ms(deaths_ms, DEATHS_KEPT - 1), RESTART_MS);
    assert_int_equal(supervisor_delay_ms(deaths_ms, DEATHS_KEPT), RESTART_SLOW_MS);
    deaths_ms[DEATHS_KEPT - 1] = deaths_ms[0] + DEATHS_WINDOW_MS + 1;
    assert_int_equal(supervisor_delay_ms(deaths_ms, DEATHS_KEPT), RESTART_MS);
}

static void a_supervisor_that_never_ran_is_freed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(supervisor_add(f->supervisor, "a", says_ready, NULL), ERR_OK);
    supervisor_free(f->supervisor);
    f->supervisor = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_program_says_when_it_serves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_is_killed_serves_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_never_serves_ends_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_is_not_there_ends_everything, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_that_dies_after_serving_is_started_again_and_again,
                                        set_up, tear_down),
        cmocka_unit_test(twenty_deaths_in_ten_seconds_slow_the_restarts),
        cmocka_unit_test_setup_teardown(a_supervisor_that_never_ran_is_freed, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("cli_supervisor", tests, NULL, NULL);
}
