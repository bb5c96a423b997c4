/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of os/log: each line compared whole, as it comes out of a pipe. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/log.h"

struct fixture {
    int pipe[2];
    struct log log;
    char line[4 * LOG_LINE_BYTES_MAX];
};

static int64_t fixed_ms(void *self)
{
    (void)self;
    return INT64_C(1773109200123); /* 2026-03-10T02:20:00.123Z */
}

static int set_up(void **state)
{
    static struct fixture fixture;
    const struct clock clock = {.wall_ms = fixed_ms, .boot_ms = fixed_ms};

    if (pipe2(fixture.pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    log_init(&fixture.log, fixture.pipe[1], LOG_INFO, 480, clock);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    return close(f->pipe[0]) | close(f->pipe[1]);
}

/* Returns what was written since it was last asked. */
static const char *written(struct fixture *f)
{
    ssize_t size = read(f->pipe[0], f->line, sizeof f->line - 1);

    f->line[size > 0 ? size : 0] = '\0';
    return f->line;
}

#define STAMP "2026-03-10T10:20:00.123+08:00 level=info event="

static void a_line_has_time_level_event_and_fields(void **state)
{
    static const uint8_t hash[] = {0xde, 0xad};
    struct fixture *f = *state;

    log_event(&f->log, LOG_INFO, "turn_committed", log_text("department", "fire"),
              log_number("took_us", -812), log_hex("head", (struct bytes){hash, sizeof hash}),
              log_bool("is_late", false), log_err(ERR_TIMEOUT), LOG_END);

    assert_string_equal(written(f), STAMP "turn_committed department=fire took_us=-812 head=dead "
                                          "is_late=false error=\"no answer in time\"\n");
}

static void an_event_needs_no_fields(void **state)
{
    struct fixture *f = *state;

    log_event(&f->log, LOG_INFO, "ready", LOG_END);

    assert_string_equal(written(f), STAMP "ready\n");
}

static void levels_below_the_threshold_are_silent(void **state)
{
    struct fixture *f = *state;

    log_event(&f->log, LOG_DEBUG, "detail", LOG_END);

    assert_string_equal(written(f), "");
}

static void zones_west_of_greenwich_and_halves_are_right(void **state)
{
    struct fixture *f = *state;

    f->log.utc_offset_minutes = -210;
    log_event(&f->log, LOG_ERROR, "x", LOG_END);

    assert_string_equal(written(f), "2026-03-09T22:50:00.123-03:30 level=error event=x\n");
}

struct escape {
    const char *value;
    const char *shown;
};

static void no_value_can_forge_a_line_or_a_field(void **state)
{
    static const struct escape escapes[] = {
        {"plain-1.2/3:4", "plain-1.2/3:4"},
        {"", "\"\""},
        {"two words", "\"two words\""},
        {"a=b", "\"a=b\""},
        {"x\nevent=forged", "\"x\\nevent=forged\""},
        {"say \"yes\" \\ no", "\"say \\\"yes\\\" \\\\ no\""},
        {"\x1b[2J\r\t\x7f", "\"\\x1b[2J\\x0d\\x09\\x7f\""},
        {"\xe6\xb6\x88\xe9\x98\xb2", "\"\xe6\xb6\x88\xe9\x98\xb2\""}, /* shown, in quotes */
        {"\xff\xe6\xb6", "\"\\xff\\xe6\\xb6\""},                      /* no UTF-8 */
        {"\xc2\x85", "\"\\xc2\\x85\""},                               /* next line, U+0085 */
        {"\xe2\x80\xaetxt", "\"\\xe2\\x80\\xaetxt\""},                /* right-to-left override */
        {"\xe2\x80\xa8", "\"\\xe2\\x80\\xa8\""},                      /* line separator */
        {"\xe2\x81\xa6", "\"\\xe2\\x81\\xa6\""},                      /* isolate */
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_COUNT(escapes); i++) {
        char expected[256] = STAMP "e k=";

        (void)strcat(strcat(expected, escapes[i].shown), "\n");
        log_event(&f->log, LOG_INFO, "e", log_text("k", escapes[i].value), LOG_END);
        assert_string_equal(written(f), expected);
    }
}

static void a_long_value_is_cut_and_says_so(void **state)
{
    struct fixture *f = *state;
    char value[2 * LOG_VALUE_BYTES_MAX];
    char expected[2 * LOG_LINE_BYTES_MAX] = STAMP "e k=\"";

    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    memset(expected + strlen(expected), 'v', LOG_VALUE_BYTES_MAX);
    (void)strcat(expected, "...\" n=1\n");
    log_event(&f->log, LOG_INFO, "e", log_text("k", value), log_number("n", 1), LOG_END);

    assert_string_equal(written(f), expected);
}

static void a_long_line_is_cut_at_a_field_and_says_so(void **state)
{
    static const char ending[] = " truncated=true\n";
    struct fixture *f = *state;
    char value[LOG_VALUE_BYTES_MAX + 1];

    memset(value, '\n', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    log_event(&f->log, LOG_INFO, "e", log_text("a", value), log_text("b", value),
              log_number("n", 1), LOG_END);

    const char *line = written(f);
    size_t size = strlen(line);
    assert_true(size <= LOG_LINE_BYTES_MAX);
    assert_string_equal(line + size - strlen(ending), ending);
    assert_ptr_equal(strchr(line, '\n'), line + size - 1);
    assert_non_null(strstr(line, " a=\""));
    assert_null(strstr(line, " b="));
}

static void no_text_is_an_empty_text(void **state)
{
    struct fixture *f = *state;

    log_event(&f->log, LOG_INFO, "e", log_text("k", NULL), LOG_END);

    assert_string_equal(written(f), STAMP "e k=\"\"\n");
}

static void levels_have_names(void **state)
{
    enum log_level level = LOG_ERROR;

    (void)state;

    assert_false(log_level_from_text("loud", &level));
    assert_int_equal(level, LOG_ERROR);
    assert_true(log_level_from_text("debug", &level));
    assert_int_equal(level, LOG_DEBUG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_time_level_event_and_fields),
        TEST(an_event_needs_no_fields),
        TEST(levels_below_the_threshold_are_silent),
        TEST(zones_west_of_greenwich_and_halves_are_right),
        TEST(no_value_can_forge_a_line_or_a_field),
        TEST(a_long_value_is_cut_and_says_so),
        TEST(a_long_line_is_cut_at_a_field_and_says_so),
        TEST(no_text_is_an_empty_text),
        TEST(levels_have_names),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
