/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/service.h"
#include "tests/lib/test.h"

enum { SAID_BYTES = 64 };

/* A manager that listens, and a daemon's loop. */
struct fixture {
    char folder[32];
    char path[64];
    int manager;
    uv_loop_t loop;
    struct service service;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(f->folder, sizeof f->folder, "/tmp/huishen-service-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof f->path, "%.31s/notify", f->folder);
    memcpy(address.sun_path, f->path, strlen(f->path) + 1);
    f->manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->manager, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", f->path, 1), 0);
    assert_int_equal(unsetenv("WATCHDOG_USEC"), 0);
    assert_int_equal(unsetenv("WATCHDOG_PID"), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    service_close(&f->service);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    (void)close(f->manager);
    (void)unlink(f->path);
    return rmdir(f->folder);
}

/* What the manager was told next; the empty text if nothing is there. */
static const char *told(struct fixture *f)
{
    static char said[SAID_BYTES];
    ssize_t size = recv(f->manager, said, sizeof said - 1, MSG_DONTWAIT);

    said[size > 0 ? size : 0] = '\0';
    return said;
}

static void the_manager_is_told_of_serving_and_stopping(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(service_open(&f->loop, &f->service), ERR_OK);
    assert_string_equal(told(f), "");
    service_ready(&f->service);
    assert_string_equal(told(f), "READY=1");
    service_stopping(&f->service);
    assert_string_equal(told(f), "STOPPING=1");
    assert_int_equal(uv_run(&f->loop, UV_RUN_NOWAIT), 0);
    assert_string_equal(told(f), "");
}

/* A handle that keeps the loop turning until the manager heard enough. */
struct listener {
    uv_poll_t poll;
    struct fixture *fixture;
    unsigned lives;
};

static void on_told(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;

    (void)status;
    (void)events;
    assert_string_equal(told(listener->fixture), "WATCHDOG=1");
    listener->lives++;
    if (listener->lives == 3) {
        uv_close((uv_handle_t *)poll, NULL);
    }
}

static void signs_of_life_come_while_the_loop_turns(void **state)
{
    struct fixture *f = *state;
    struct listener listener = {.fixture = f};

    assert_int_equal(setenv("WATCHDOG_USEC", "20000", 1), 0);
    assert_int_equal(service_open(&f->loop, &f->service), ERR_OK);
    assert_int_equal(f->service.watchdog_ms, 10);
    service_ready(&f->service);
    assert_string_equal(told(f), "READY=1");
    listener.poll.data = &listener;
    assert_int_equal(uv_poll_init(&f->loop, &listener.poll, f->manager), 0);
    assert_int_equal(uv_poll_start(&listener.poll, UV_READABLE, on_told), 0);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT); /* ends although the timer goes on */
    assert_int_equal(listener.lives, 3);
}

static void another_process_s_watchdog_is_not_ours(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(setenv("WATCHDOG_USEC", "20000", 1), 0);
    assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
    assert_int_equal(service_open(&f->loop, &f->service), ERR_OK);
    assert_int_equal(f->service.watchdog_ms, 0);
}

static void without_a_manager_nothing_is_said(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    assert_int_equal(service_open(&f->loop, &f->service), ERR_OK);
    service_ready(&f->service);
    service_stopping(&f->service);
    assert_string_equal(told(f), "");
}

static void a_manager_that_cannot_be_reached_is_an_error_and_no_manager(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(setenv("NOTIFY_SOCKET", "somewhere", 1), 0);
    assert_int_equal(service_open(&f->loop, &f->service), ERR_INVALID);
    service_close(&f->service);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(setenv("NOTIFY_SOCKET", "/absent/socket", 1), 0);
    assert_int_equal(service_open(&f->loop, &f->service), ERR_IO);
    service_ready(&f->service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_manager_is_told_of_serving_and_stopping, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(signs_of_life_come_while_the_loop_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(another_process_s_watchdog_is_not_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_manager_nothing_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(a_manager_that_cannot_be_reached_is_an_error_and_no_manager,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
