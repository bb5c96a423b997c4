/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/calendar_import.h"

#include "cli/calendar_file.h"
#include "cli/message_text.h"
#include "cli/published.h"
#include "cli/table.h"
#include "lib/civil.h"
#include "lib/text.h"
#include "os/files.h"

enum { YEAR_DIVISOR = 10000, JANUARY_FIRST = 101, DECEMBER_LAST = 1231, FILE_MODE = 0640 };

/* ---- what is different ---- */

/* An import: the calendar in the file, and the one in force before. */
struct import {
    struct cli *cli;
    const struct calendar *now;
    const struct calendar *before; /* NULL: there was none */
    bool is_unchanged;             /* it was in force already */
};

/* What a day is for those who count. */
enum day_kind { DAY_WORKING, DAY_HALF, DAY_OFF };

static enum day_kind kind_of(const struct calendar *calendar, int32_t day)
{
    const struct special_day *special = calendar_special(calendar, day);

    if (!calendar_is_working(calendar, day)) {
        return DAY_OFF;
    }
    return special != NULL && special->kind == SPECIAL_HALF ? DAY_HALF : DAY_WORKING;
}

static bool is_changed(const struct import *import, int32_t day)
{
    return kind_of(import->now, day) != kind_of(import->before, day) ||
           (kind_of(import->now, day) == DAY_HALF &&
            calendar_close_ms(import->now, day) != calendar_close_ms(import->before, day));
}

static int32_t first_day(uint32_t year)
{
    return civil_day((int32_t)year * YEAR_DIVISOR + JANUARY_FIRST);
}

static int32_t last_day(uint32_t year)
{
    return civil_day((int32_t)year * YEAR_DIVISOR + DECEMBER_LAST);
}

static bool is_added(const struct import *import, uint32_t year)
{
    return import->before == NULL || !calendar_is_published(import->before, first_day(year));
}

static bool hours_differ(const struct import *import)
{
    if (import->before == NULL) {
        return false;
    }
    const Hs__Calendar *now = import->now->source;
    const Hs__Calendar *before = import->before->source;

    return import->now->open_minute != import->before->open_minute ||
           import->now->lunch_from_minute != import->before->lunch_from_minute ||
           import->now->lunch_to_minute != import->before->lunch_to_minute ||
           import->now->close_minute != import->before->close_minute ||
           now->after_hours != before->after_hours ||
           now->utc_offset_minutes != before->utc_offset_minutes;
}

/* ---- telling it ---- */

static const char *kind_word(const struct cli *cli, enum day_kind kind)
{
    static const struct phrase words[] = {
        [DAY_WORKING] = {"上班", "working"},
        [DAY_HALF] = {"半天", "half"},
        [DAY_OFF] = {"休息", "off"},
    };

    return cli->is_json ? words[kind].en : cli_phrase(cli, words[kind]);
}

static const char *cause_of(const struct import *import, int32_t day)
{
    const struct special_day *special = calendar_special(import->now, day);

    return special == NULL ? "" : special->cause;
}

static const char *date_of(const struct cli *cli, int32_t day)
{
    char date[TEXT_DATE_BYTES];

    date_to_text(civil_date(day), date);
    return cli_format(cli, "%s", date);
}

/* Adds the days of @year that count otherwise than before to @table or @rows, whichever is not
 * NULL. */
static void add_days(const struct import *import, uint32_t year, struct table *table, json_t *rows)
{
    const struct cli *cli = import->cli;

    for (int32_t day = first_day(year); day <= last_day(year); day++) {
        if (!is_changed(import, day)) {
            continue;
        }
        const char *date = date_of(cli, day);
        const char *was = kind_word(cli, kind_of(import->before, day));
        const char *is = kind_word(cli, kind_of(import->now, day));

        if (table != NULL) {
            table_add(table, (const char *const[]){date, was, is, cause_of(import, day)});
        } else {
            json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "date", date, "was", was, "is", is,
                                    "cause", cause_of(import, day));

            cli_memory(json_array_append_new(rows, row) == 0 ? rows : NULL);
        }
    }
}

static void print_json(const struct import *import)
{
    const Hs__Calendar *source = import->now->source;
    json_t *added = cli_memory(json_array());
    json_t *rows = cli_memory(json_array());

    for (size_t i = 0; i < import->now->year_count && !import->is_unchanged; i++) {
        uint32_t year = import->now->years[i];

        if (is_added(import, year)) {
            cli_memory(json_array_append_new(added, json_integer(year)) == 0 ? added : NULL);
        } else {
            add_days(import, year, NULL, rows);
        }
    }
    cli_json(import->cli,
             cli_memory(json_pack("{s:s, s:I, s:s, s:o, s:o, s:b}", "calendar", source->id,
                                  "version", (json_int_t)source->version, "state",
                                  import->is_unchanged ? "unchanged" : "recorded", "yearsAdded",
                                  added, "days", rows, "hoursChanged",
                                  (int)(!import->is_unchanged && hours_differ(import)))));
}

static void print_changes(const struct import *import)
{
    static const struct table_column columns[] = {
        {{"日期", "date"}, 0}, {{"原为", "was"}, 0}, {{"现为", "is"}, 0}, {{"依据", "by"}, 60}};
    const struct cli *cli = import->cli;
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < import->now->year_count; i++) {
        uint32_t year = import->now->years[i];

        if (is_added(import, year)) {
            (void)fprintf(
                cli->out,
                cli_text(cli, "新增 %u 年：工作日 %u 天\n", "%u is added: %u working days\n"), year,
                calendar_count(import->now, first_day(year) - 1, last_day(year)));
        } else {
            add_days(import, year, &table, NULL);
        }
    }
    table_print(&table);
    if (hours_differ(import)) {
        (void)fputs(cli_text(cli, "办公时间有变\n", "the office hours are different\n"), cli->out);
    }
}

static void print_text(const struct import *import)
{
    const struct cli *cli = import->cli;
    const Hs__Calendar *source = import->now->source;

    (void)fprintf(cli->out, "%s v%u  %s\n", source->id, source->version,
                  import->is_unchanged ? cli_text(cli, "已是现行日历，未变", "in force already")
                                       : cli_text(cli, "已记入台账", "on record"));
    if (!import->is_unchanged) {
        print_changes(import);
        (void)fputs(cli_text(cli, "未了结的时限将逐一重算，只会推后，不会提前\n",
                             "open clocks are computed anew; a due date moves later, never "
                             "earlier\n"),
                    cli->out);
    }
}

/* ---- import ---- */

static int publish(struct session *session, struct import *import)
{
    Hs__Publish body = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;
    struct bytes bytes = message_pack(import->now->source, import->cli->arena);

    cli_memory((void *)(uintptr_t)bytes.data);
    body.kind = HS__PUBLISH__KIND__CALENDAR;
    body.definition = binary_of(bytes);
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &body;

    int status = session_command(session, &command, &receipt);
    import->is_unchanged = receipt == NULL;
    return status;
}

/* Puts the file at @path into the home, where `calendar due` and `show` find it. */
static int install(const struct cli *cli, const char *path, const char *id)
{
    const char *target = cli_format(cli, "%s/configs/calendars/%s.yaml", cli->home, id);
    struct bytes text = {0};
    enum err err = file_read(path, LOAD_BYTES_MAX, cli->arena, &text);

    if (err == ERR_OK) {
        err = file_write(target, text, FILE_MODE);
    }
    return err == ERR_OK ? STATUS_DONE
                         : cli_fail(cli, STATUS_ENVIRONMENT,
                                    cli_text(cli, "已记入台账，但未能写入 %s：%s",
                                             "it is on record, but %s could not be written: %s"),
                                    target, err_text(err));
}

/* Publishes, once it is known what was in force. */
static int import_into(struct session *session, struct import *import)
{
    struct cli *cli = import->cli;
    const Hs__Calendar *before = NULL;
    int status = published_calendar(cli, session, import->now->source->id, &before);

    if (status == STATUS_DONE && before != NULL) {
        import->before = cli_memory(calendar_build(before, cli->arena));
    }
    return status == STATUS_DONE ? publish(session, import) : status;
}

int calendar_import(struct cli *cli, const char *path)
{
    struct import import = {.cli = cli};
    struct calendar *now = NULL;
    struct home home;
    struct session *session = NULL;
    int status = calendar_load(cli, path, &now);

    if (status == STATUS_DONE) {
        import.now = now;
        status = home_open(cli, &home);
    }
    if (status == STATUS_DONE) {
        status = session_open(cli, &home, &session);
    }
    if (status == STATUS_DONE) {
        status = import_into(session, &import);
    }
    if (status == STATUS_DONE) {
        status = install(cli, path, now->source->id);
    }
    session_close(session);
    if (status == STATUS_DONE && cli->is_json) {
        print_json(&import);
    } else if (status == STATUS_DONE) {
        print_text(&import);
    }
    return status;
}
