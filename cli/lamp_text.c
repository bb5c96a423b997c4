/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lamp_text.h"

#include "lib/civil.h"

enum { SECOND_MS = 1000, MINUTE_SECONDS = 60, HOUR_SECONDS = 3600 };

const char *lamp_word(const struct cli *cli, enum lamp lamp)
{
    return cli_text(cli, lamp_zh(lamp), lamp_en(lamp));
}

const char *lamp_mark(const struct cli *cli, enum lamp lamp)
{
    static const struct phrase marks[LAMP_COUNT] = {
        [LAMP_OVERDUE] = {"逾", "O"}, [LAMP_NEAR] = {"临", "N"}, [LAMP_RUNNING] = {"行", "R"},
        [LAMP_HELD] = {"止", "H"},    [LAMP_LATE] = {"迟", "L"}, [LAMP_TACIT] = {"默", "S"},
        [LAMP_DONE] = {"办", "D"},
    };

    return cli_phrase(cli, marks[lamp]);
}

enum style lamp_style(enum lamp lamp)
{
    static const enum style styles[LAMP_COUNT] = {
        [LAMP_OVERDUE] = STYLE_RED, [LAMP_NEAR] = STYLE_YELLOW, [LAMP_RUNNING] = STYLE_GREEN,
        [LAMP_HELD] = STYLE_GREY,   [LAMP_LATE] = STYLE_BROWN,  [LAMP_TACIT] = STYLE_PURPLE,
        [LAMP_DONE] = STYLE_BLUE,
    };

    return styles[lamp];
}

const char *lamp_days(const struct cli *cli, const struct lamp_reading *reading)
{
    return cli_format(cli, "%u/%u%s", reading->counted_days, reading->real_days,
                      reading->is_provisional ? "*" : "");
}

/* Returns "2d 03:15:20", or "03:15:20" without whole days. */
static const char *time_text(const struct cli *cli, int64_t days, int64_t rest_ms)
{
    int64_t seconds = rest_ms / SECOND_MS;
    const char *rest = cli_format(cli, "%02d:%02d:%02d", (int)(seconds / HOUR_SECONDS),
                                  (int)(seconds / MINUTE_SECONDS % MINUTE_SECONDS),
                                  (int)(seconds % MINUTE_SECONDS));

    return days == 0
               ? rest
               : cli_format(cli, cli_text(cli, "%lld天 %s", "%lldd %s"), (long long)days, rest);
}

const char *lamp_left(const struct cli *cli, const struct lamp_reading *reading)
{
    if (reading->lamp == LAMP_OVERDUE) {
        return cli_format(cli, cli_text(cli, "逾期 %u天", "%ud late"), reading->overdue_days);
    }
    if (!lamp_is_open(reading->lamp)) {
        return "-";
    }
    if (reading->left_ms == 0 && reading->left_days == 0) {
        return reading->lamp == LAMP_NEAR ? time_text(cli, 0, 0)
                                          : cli_text(cli, "无时限", "no limit");
    }
    return time_text(cli, reading->left_days, reading->left_today_ms);
}

const char *lamp_span(const struct cli *cli, int64_t span_ms)
{
    int64_t size_ms = span_ms < 0 ? -span_ms : span_ms;
    const char *text = time_text(cli, size_ms / CIVIL_DAY_MS, size_ms % CIVIL_DAY_MS);

    return span_ms < 0 ? cli_format(cli, "-%s", text) : text;
}
