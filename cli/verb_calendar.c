/* SPDX-License-Identifier: Apache-2.0 */
/* huishen calendar: the arithmetic of working days alone, and what a year's notice says. */
#include <string.h>

#include "cli/calendar_file.h"
#include "cli/calendar_import.h"
#include "cli/local_time.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/calendar.h"
#include "lib/civil.h"
#include "lib/text.h"
#include "proto/text/instant.h"

enum { YEAR_FIRST = 1, YEAR_LAST = 9999, YEAR_DIVISOR = 10000, MINUTE_MS = 60000 };

static int load(const struct cli *cli, const struct arguments *arguments, struct calendar **out)
{
    const char *given = arguments_value(arguments, "calendar");

    return given == NULL ? calendar_load_installed(cli, out) : calendar_load(cli, given, out);
}

/* ---- reading instants ---- */

/* Reads "2026-03-10 10:20", local to @calendar; also with T between the two. */
static bool read_local(const struct calendar *calendar, const char *text, size_t size,
                       int64_t *at_ms)
{
    return local_time_read((struct bytes){(const uint8_t *)text, size},
                           calendar->source->utc_offset_minutes, at_ms);
}

static int wrong_instant(const struct cli *cli, const char *option, const char *value)
{
    return cli_fail(cli, STATUS_INVALID,
                    cli_text(cli, "--%s：%s 不是时间，应写作 '2026-03-10 10:20'",
                             "--%s: %s is no time; write '2026-03-10 10:20'"),
                    option, value);
}

static int read_hold(const struct cli *cli, const struct calendar *calendar, const char *value,
                     struct hold_span *out)
{
    const char *slash = strchr(value, '/');

    if (slash == NULL || !read_local(calendar, value, (size_t)(slash - value), &out->from_ms) ||
        !read_local(calendar, slash + 1, strlen(slash + 1), &out->to_ms)) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "--hold：%s 不是起止时间，应写作 '2026-03-10 10:20/2026-03-12 09:00'",
                     "--hold: %s is no span; write '2026-03-10 10:20/2026-03-12 09:00'"),
            value);
    }
    if (out->to_ms < out->from_ms) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "--hold：%s 的结束早于开始", "--hold: %s ends before it begins"), value);
    }
    return STATUS_DONE;
}

/* A limit as it was asked for. */
struct question {
    int64_t from_ms;
    uint64_t workdays;
    struct hold_span holds[CALENDAR_HOLDS_MAX];
    size_t hold_count;
};

static int read_holds(const struct cli *cli, const struct arguments *arguments,
                      const struct calendar *calendar, struct question *question)
{
    for (size_t i = 0; i < arguments->option_count; i++) {
        const struct option_given *given = &arguments->options[i];

        if (strcmp(given->option->name, "hold") != 0) {
            continue;
        }
        if (question->hold_count == CALENDAR_HOLDS_MAX) {
            return cli_fail(cli, STATUS_INVALID,
                            cli_text(cli, "--hold 最多 %d 个", "at most %d of --hold"),
                            CALENDAR_HOLDS_MAX);
        }
        int status =
            read_hold(cli, calendar, given->value, &question->holds[question->hold_count++]);
        if (status != STATUS_DONE) {
            return status;
        }
    }
    return STATUS_DONE;
}

static int read_question(const struct cli *cli, const struct arguments *arguments,
                         const struct calendar *calendar, struct question *out)
{
    const char *from = arguments_value(arguments, "from");

    *out = (struct question){.workdays = 0};
    if (from == NULL || !arguments_have(arguments, "days")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "calendar due 需要 --from 与 --days",
                                 "calendar due needs --from and --days"));
    }
    if (!read_local(calendar, from, strlen(from), &out->from_ms)) {
        return wrong_instant(cli, "from", from);
    }
    if (!arguments_number(cli, arguments, "days", CALENDAR_LIMIT_MAX, &out->workdays)) {
        return STATUS_INVALID;
    }
    return read_holds(cli, arguments, calendar, out);
}

/* ---- due ---- */

/* Returns "2026-03-10 Tue". */
static const char *day_text(const struct cli *cli, int32_t day)
{
    char date[TEXT_DATE_BYTES];

    date_to_text(civil_date(day), date);
    return cli_format(cli, "%s %s", date, word_of_weekday(cli, civil_weekday(day)));
}

/* Returns "2026-03-10 10:20 Tue". */
static const char *local_text(const struct cli *cli, const struct calendar *calendar, int64_t at_ms)
{
    int32_t day = calendar_day(calendar, at_ms);
    int minute = (int)((at_ms - calendar_instant(calendar, day, 0)) / MINUTE_MS);
    char date[TEXT_DATE_BYTES];

    date_to_text(civil_date(day), date);
    return cli_format(cli, "%s %02d:%02d %s", date, minute / 60, minute % 60,
                      word_of_weekday(cli, civil_weekday(day)));
}

static json_t *instant_json(const struct calendar *calendar, int64_t at_ms)
{
    char text[INSTANT_BYTES];

    return cli_memory(instant_to_text(at_ms, calendar->source->utc_offset_minutes, text)
                          ? json_string(text)
                          : json_null());
}

static json_t *date_json(int32_t day)
{
    char text[TEXT_DATE_BYTES];

    date_to_text(civil_date(day), text);
    return cli_memory(json_string(text));
}

static void print_due_json(const struct cli *cli, const struct calendar *calendar,
                           const struct question *question, const struct due *due)
{
    cli_json(cli, cli_memory(json_pack("{s:o, s:o, s:I, s:I, s:o, s:I, s:b, s:s, s:I}",
                                       "deliveredAt", instant_json(calendar, question->from_ms),
                                       "dayZero", date_json(due->day_zero), "workdays",
                                       (json_int_t)question->workdays, "heldDays",
                                       (json_int_t)due->held_days, "dueAt",
                                       instant_json(calendar, due->due_ms), "realDays",
                                       (json_int_t)due->due_day - due->day_zero, "provisional",
                                       (int)due->is_provisional, "calendar", calendar->source->id,
                                       "version", (json_int_t)calendar->source->version)));
}

static void print_due(const struct cli *cli, const struct calendar *calendar,
                      const struct question *question, const struct due *due)
{
    char day_zero[TEXT_DATE_BYTES];

    date_to_text(civil_date(due->day_zero), day_zero);
    (void)fprintf(cli->out, cli_text(cli, "送达  %s（第0日 %s）\n", "from  %s (day 0: %s)\n"),
                  local_text(cli, calendar, question->from_ms), day_zero);
    (void)fprintf(cli->out,
                  cli_text(cli, "截止  %s\n时限  %u 个工作日，中止 %u 个工作日，自然日 %d 天\n",
                           "due   %s\nlimit %u working days, held for %u; %d calendar days\n"),
                  local_text(cli, calendar, due->due_ms), (unsigned)question->workdays,
                  due->held_days, due->due_day - due->day_zero);
    if (due->is_provisional) {
        (void)fputs(cli_text(cli, "暂定：其中有年度的放假通知尚未公布\n",
                             "provisional: the notice of a year in it is not published\n"),
                    cli->out);
    }
}

static int run_due(const struct cli *cli, const struct arguments *arguments)
{
    struct calendar *calendar = NULL;
    struct question question;
    int status = load(cli, arguments, &calendar);

    if (status == STATUS_DONE) {
        status = read_question(cli, arguments, calendar, &question);
    }
    if (status != STATUS_DONE) {
        return status;
    }

    struct due due = calendar_due(calendar, question.from_ms, (uint32_t)question.workdays,
                                  question.holds, question.hold_count);
    if (cli->is_json) {
        print_due_json(cli, calendar, &question, &due);
    } else {
        print_due(cli, calendar, &question, &due);
    }
    return STATUS_DONE;
}

/* ---- show ---- */

static const char *kind_word(const struct cli *cli, const struct special_day *special)
{
    static const struct phrase words[] = {
        [SPECIAL_OFF] = {"休息", "off"},
        [SPECIAL_WORKING] = {"上班", "working"},
        [SPECIAL_HALF] = {"半天", "half"},
    };

    return cli->is_json ? words[special->kind].en : cli_phrase(cli, words[special->kind]);
}

static bool is_in_year(const struct special_day *special, uint64_t year)
{
    return (uint64_t)civil_date(special->day) / YEAR_DIVISOR == year;
}

static uint32_t working_days_of(const struct calendar *calendar, uint64_t year)
{
    int32_t first = civil_day((int32_t)year * YEAR_DIVISOR + 101);
    int32_t last = civil_day((int32_t)year * YEAR_DIVISOR + 1231);

    return calendar_count(calendar, first - 1, last);
}

static void print_year_json(const struct cli *cli, const struct calendar *calendar, uint64_t year)
{
    bool is_published =
        calendar_is_published(calendar, civil_day((int32_t)year * YEAR_DIVISOR + 101));
    json_t *days = cli_memory(json_array());

    for (size_t i = 0; i < calendar->day_count; i++) {
        const struct special_day *special = &calendar->days[i];

        if (is_in_year(special, year)) {
            json_t *row = json_pack("{s:o, s:s, s:s}", "date", date_json(special->day), "kind",
                                    kind_word(cli, special), "cause", special->cause);

            cli_memory(json_array_append_new(days, row) == 0 ? days : NULL);
        }
    }
    cli_json(cli, cli_memory(json_pack("{s:I, s:b, s:I, s:o}", "year", (json_int_t)year,
                                       "provisional", (int)!is_published, "workdays",
                                       (json_int_t)working_days_of(calendar, year), "days", days)));
}

static void print_year(const struct cli *cli, const struct calendar *calendar, uint64_t year)
{
    static const struct table_column columns[] = {
        {{"日期", "date"}, 0}, {{"安排", "is"}, 0}, {{"依据", "by"}, 60}};
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < calendar->day_count; i++) {
        const struct special_day *special = &calendar->days[i];

        if (is_in_year(special, year)) {
            const char *day =
                special->kind == SPECIAL_HALF
                    ? local_text(cli, calendar, calendar_close_ms(calendar, special->day))
                    : day_text(cli, special->day);

            table_add(&table, (const char *[]){day, kind_word(cli, special), special->cause});
        }
    }
    table_print(&table);
    (void)fprintf(
        cli->out, cli_text(cli, "%d 年工作日 %u 天%s\n", "%d: %u working days%s\n"), (int)year,
        working_days_of(calendar, year),
        calendar_is_published(calendar, civil_day((int32_t)year * YEAR_DIVISOR + 101))
            ? ""
            : cli_text(cli, "（通知尚未公布，暂定）", " (provisional: no notice is published)"));
}

static int run_show(const struct cli *cli, const struct arguments *arguments)
{
    struct calendar *calendar = NULL;
    uint64_t year = 0;
    int status = load(cli, arguments, &calendar);

    if (status != STATUS_DONE) {
        return status;
    }
    if (!arguments_have(arguments, "year")) {
        year = calendar->year_count == 0 ? 0 : calendar->years[calendar->year_count - 1];
    } else if (!arguments_number(cli, arguments, "year", YEAR_LAST, &year)) {
        return STATUS_INVALID;
    }
    if (year < YEAR_FIRST) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "请用 --year 给出年度", "name the year with --year"));
    }
    if (cli->is_json) {
        print_year_json(cli, calendar, year);
    } else {
        print_year(cli, calendar, year);
    }
    return STATUS_DONE;
}

static int run_import(struct cli *cli, const struct arguments *arguments)
{
    if (cli->home == NULL) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli,
                                 "calendar import 须知道目录：用 --home DIR 或 HUISHEN_HOME 给出",
                                 "calendar import needs a home: give --home DIR or set "
                                 "HUISHEN_HOME"));
    }
    cli->action = "import";
    return calendar_import(cli, arguments->words[1]);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *action = arguments->words[0];
    bool has_file = arguments->word_count == 2;

    if (strcmp(action, "due") == 0 && !has_file) {
        return run_due(cli, arguments);
    }
    if (strcmp(action, "show") == 0 && !has_file) {
        return run_show(cli, arguments);
    }
    if (strcmp(action, "import") == 0 && has_file) {
        return run_import(cli, arguments);
    }
    return cli_fail(
        cli, STATUS_INVALID,
        cli_text(cli, "用法：calendar due、calendar show 或 calendar import FILE，不是 calendar %s",
                 "calendar due, calendar show or calendar import FILE, not calendar %s"),
        action);
}

static const struct option options[] = {
    {.name = "from",
     .value = "'YYYY-MM-DD HH:MM'",
     .help = {"送达时间（当地时间）", "when it was delivered, in local time"}},
    {.name = "days", .value = "N", .help = {"时限，工作日", "the limit, in working days"}},
    {.name = "hold",
     .value = "'FROM/TO'",
     .help = {"中止计时的起止时间，可多次", "the clock stopped from one time to another"},
     .is_repeatable = true},
    {.name = "year", .value = "YYYY", .help = {"show 的年度", "the year to show"}},
    {.name = "calendar",
     .value = "FILE",
     .help = {"用此文件，而不用已安装的日历", "use this file and not the installed calendar"}},
};

const struct verb verb_calendar = {
    .name = "calendar",
    .words = "due | show | import FILE",
    .words_min = 1,
    .words_max = 2,
    .summary = {"工作日历：推算截止时间、查看年度安排、导入通知",
                "working days: when a limit ends, what a year's notice says"},
    .manual =
        {"calendar due 推算时限何时届满，不需要辖区或服务程序：送达当日为第0日，下班后或休息日\n"
         "送达的以下一工作日为第0日；第 N 个工作日下班时届满（该时刻仍属按时）。--hold 中止期间\n"
         "按其间工作日顺延，重叠的只计一次，第0日之前的不计。所及年度的放假通知尚未公布的，标明\n"
         "“暂定”。--json 输出 {\"deliveredAt\", \"dayZero\", \"workdays\", \"heldDays\", "
         "\"dueAt\",\n"
         "\"realDays\", \"provisional\", \"calendar\", \"version\"}。\n"
         "calendar show 列出一个年度的放假、调休与地方安排。\n"
         "calendar import 检查 FILE 并发布为辖区的现行日历（办公室或系统管理员办理，version "
         "须高于\n"
         "现行的），列出新增的年度和有变的日子；未了结的时限随后逐一重算，只会推后。FILE "
         "也成为辖区\n"
         "目录中的日历。--json 输出 {\"calendar\", \"version\", \"state\", \"yearsAdded\", "
         "\"days\", \"hoursChanged\"}。",
         "calendar due finds when a limit ends, without an office or a broker. The day of\n"
         "delivery is day 0; what comes after hours or on a day off has its day 0 on the next\n"
         "working day. The limit ends when business closes on the N-th working day, and that\n"
         "instant is still in time. A --hold adds the working days in it; holds that overlap\n"
         "count once, and nothing counts before day 0. What reaches into a year whose notice\n"
         "is not published is provisional and says so. With --json: {\"deliveredAt\", "
         "\"dayZero\",\n"
         "\"workdays\", \"heldDays\", \"dueAt\", \"realDays\", \"provisional\", \"calendar\",\n"
         "\"version\"}.\n"
         "calendar show lists the days off, the make-up days and the local days of a year.\n"
         "calendar import checks FILE and publishes it in the office, by the office or the\n"
         "system administrator, with a version above the one in force; it prints the years\n"
         "added and the days that count otherwise than before. Open clocks are then computed\n"
         "anew; a due date moves later, never earlier. FILE also becomes the home's calendar.\n"
         "With --json: {\"calendar\", \"version\", \"state\", \"yearsAdded\", \"days\",\n"
         "\"hoursChanged\"}, days of the years added left out."},
    .example = "huishen calendar due --from '2026-02-12 10:00' --days 5\n"
               "huishen calendar show --year 2026\n"
               "huishen --as office calendar import working_days.yaml",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
