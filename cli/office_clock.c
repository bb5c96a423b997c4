/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/office_clock.h"

#include "cli/local_time.h"
#include "cli/stamp.h"
#include "os/files.h"
#include "store/head_file.h"

struct clock office_clock(const struct cli *cli, const struct home *home)
{
    struct virtual_clock *out = cli_memory(arena_alloc(cli->arena, sizeof *out));
    struct bytes text = {0};

    if (file_read(home_path(cli, home, "run/clock"), VIRTUAL_CLOCK_TEXT_BYTES, cli->arena, &text) !=
            ERR_OK ||
        !virtual_clock_from_text(cli_format(cli, "%.*s", (int)text.size, (const char *)text.data),
                                 out)) {
        return clock_real();
    }
    return virtual_clock_wall(out);
}

/* Sets @at_ms to what --clock-from says, if it was given. */
static int read_from(const struct cli *cli, const struct arguments *arguments, int offset_minutes,
                     int64_t *at_ms)
{
    const char *from = arguments_value(arguments, "clock-from");

    if (from != NULL &&
        !(local_time_read(bytes_of_text(from), offset_minutes, at_ms) && *at_ms > 0)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--clock-from 应形如 '2026-03-10 10:20'，不是 %s",
                                 "--clock-from is like '2026-03-10 10:20', not %s"),
                        from);
    }
    return STATUS_DONE;
}

/* Only a demonstration's time may be another than that of the world. */
static int fail_real(const struct cli *cli)
{
    return cli_fail(
        cli, STATUS_INVALID,
        cli_text(cli, "--clock-rate、--clock-from 只用于演示辖区（init --demo）",
                 "--clock-rate and --clock-from are for a demonstration (init --demo)"));
}

/* Returns the time of the last entry of @home's journal, 0 if that cannot be read: the broker will
 * say why. */
static int64_t last_entry_ms(const struct cli *cli, const struct home *home)
{
    struct head_file file;
    int64_t last_ms = 0;

    if (head_file_open(home_path(cli, home, "journal/head"), true, &file) == ERR_OK) {
        last_ms = file.last.at_ms;
        head_file_close(&file);
    }
    return last_ms;
}

int office_clock_wanted(const struct cli *cli, const struct arguments *arguments,
                        const struct home *home, const struct virtual_clock **out)
{
    struct virtual_clock *wanted = cli_memory(arena_alloc(cli->arena, sizeof *wanted));
    struct clock machine = clock_real();
    bool has_from = arguments_have(arguments, "clock-from");
    int64_t last_ms = last_entry_ms(cli, home);
    int offset_minutes = home->office->utc_offset_minutes;
    uint64_t rate = 1;

    if (!has_from && !arguments_have(arguments, "clock-rate")) {
        return STATUS_DONE;
    }
    if (!home->office->demo) {
        return fail_real(cli);
    }
    wanted->from_ms = machine.wall_ms(machine.self);
    wanted->from_ms = wanted->from_ms < last_ms ? last_ms : wanted->from_ms;
    if (!arguments_number(cli, arguments, "clock-rate", VIRTUAL_CLOCK_RATE_MAX, &rate) ||
        read_from(cli, arguments, offset_minutes, &wanted->from_ms) != STATUS_DONE) {
        return STATUS_INVALID;
    }
    if (rate == 0) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--clock-rate 至少为 1", "--clock-rate is at least 1"));
    }
    if (wanted->from_ms < last_ms) {
        char stamp[STAMP_BYTES];

        stamp_write(last_ms, offset_minutes, stamp);
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "台账已记到 %s，--clock-from 不能更早；可用 init --clock-from 新建",
                     "the journal has come to %s, --clock-from cannot be earlier; "
                     "init --clock-from makes a home that begins earlier"),
            stamp);
    }
    wanted->rate = (int64_t)rate;
    wanted->boot_ms = machine.boot_ms(machine.self);
    *out = wanted;
    return STATUS_DONE;
}

int office_clock_founding(const struct cli *cli, const struct arguments *arguments,
                          int offset_minutes, const struct virtual_clock **out)
{
    struct virtual_clock *wanted = cli_memory(arena_alloc(cli->arena, sizeof *wanted));

    if (!arguments_have(arguments, "clock-from")) {
        return STATUS_DONE;
    }
    if (!arguments_have(arguments, "demo")) {
        return fail_real(cli);
    }
    *wanted = (struct virtual_clock){.rate = 0};
    *out = wanted;
    return read_from(cli, arguments, offset_minutes, &wanted->from_ms);
}
