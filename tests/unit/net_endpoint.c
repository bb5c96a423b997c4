/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of net/endpoint: a table of what is written, what is bound and what is connected to. */
#include "tests/lib/test.h"

#include <string.h>

#include "net/endpoint.h"

/* NULL: refused. */
struct row {
    const char *endpoint;
    const char *bound;
    const char *connected;
};

static const struct row rows[] = {
    {"tcp://127.0.0.1:7700", "tcp://127.0.0.1:7700", "tcp://127.0.0.1:7700"},
    {"tcp://127.0.0.1:0", "tcp://127.0.0.1:*", NULL},
    {"tcp://0.0.0.0:7700", "tcp://0.0.0.0:7700", "tcp://127.0.0.1:7700"},
    {"tcp://*:7700", "tcp://*:7700", "tcp://127.0.0.1:7700"},
    {"tcp://[::1]:7700", "tcp://[::1]:7700", "tcp://[::1]:7700"},
    {"tcp://[::]:7700", "tcp://[::]:7700", "tcp://[::1]:7700"},
    {"tcp://office.example-1.cn:65535", "tcp://office.example-1.cn:65535",
     "tcp://office.example-1.cn:65535"},
    {"ipc:///run/huishen/broker", "ipc:///run/huishen/broker", "ipc:///run/huishen/broker"},
    {"tcp://127.0.0.1:65536", NULL, NULL},
    {"tcp://127.0.0.1:", NULL, NULL},
    {"tcp://127.0.0.1", NULL, NULL},
    {"tcp://127.0.0.1:*", NULL, NULL},
    {"tcp://127.0.0.1:-1", NULL, NULL},
    {"tcp://127.0.0.1:77 00", NULL, NULL},
    {"tcp://:7700", NULL, NULL},
    {"tcp://[]:7700", NULL, NULL},
    {"tcp://[::1:7700", NULL, NULL},
    {"tcp://10.0.0.1:1;127.0.0.1:7700", NULL, NULL},
    {"tcp://a/b:7700", NULL, NULL},
    {"TCP://127.0.0.1:7700", NULL, NULL},
    {" tcp://127.0.0.1:7700", NULL, NULL},
    {"127.0.0.1:7700", NULL, NULL},
    {"inproc://x", NULL, NULL},
    {"pgm://eth0;239.192.1.1:5555", NULL, NULL},
    {"epgm://eth0;239.192.1.1:5555", NULL, NULL},
    {"norm://127.0.0.1:7700", NULL, NULL},
    {"udp://127.0.0.1:7700", NULL, NULL},
    {"ws://127.0.0.1:7700", NULL, NULL},
    {"vmci://1:7700", NULL, NULL},
    {"ipc://", NULL, NULL},
    {"ipc://*", NULL, NULL},
    {"ipc://@name", NULL, NULL},
    {"", NULL, NULL},
};

static void assert_result(const struct row *row, enum err err, const char *out,
                          const char *expected)
{
    bool is_right = expected == NULL ? err == ERR_INVALID && strcmp(out, "untouched") == 0
                                     : err == ERR_OK && strcmp(out, expected) == 0;

    if (!is_right) {
        fail_msg("%s: error %d, gave %s", row->endpoint, (int)err, out);
    }
}

static void every_form_is_accepted_or_refused_as_listed(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char bound[ENDPOINT_BYTES_MAX] = "untouched";
        char connected[ENDPOINT_BYTES_MAX] = "untouched";

        assert_result(&rows[i], endpoint_to_bind(rows[i].endpoint, bound), bound, rows[i].bound);
        assert_result(&rows[i], endpoint_to_connect(rows[i].endpoint, connected), connected,
                      rows[i].connected);
    }
}

static void a_text_too_long_is_refused(void **state)
{
    char endpoint[2 * ENDPOINT_BYTES_MAX] = "tcp://";
    char out[ENDPOINT_BYTES_MAX];

    (void)state;
    memset(endpoint + strlen(endpoint), 'a', ENDPOINT_BYTES_MAX);
    (void)strcat(endpoint, ":7700");

    assert_int_equal(endpoint_to_bind(endpoint, out), ERR_INVALID);
    assert_int_equal(endpoint_to_connect(endpoint, out), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_accepted_or_refused_as_listed),
        cmocka_unit_test(a_text_too_long_is_refused),
    };

    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
