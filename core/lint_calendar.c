/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a calendar. */
#include <string.h>

#include "core/calendar.h"
#include "core/lint.h"
#include "core/names.h"
#include "lib/civil.h"
#include "lib/text.h"

enum { OFFSET_MINUTES_MAX = 18 * 60, YEAR_MAX = 9999, YEAR_DIVISOR = 10000 };

/* The days that one source, the notices or the local documents, has named so far. */
struct named {
    int32_t days[CALENDAR_DAYS_MAX];
    size_t count;
};

struct look {
    struct defects *defects;
    struct named *by_notice;
    struct named *by_place;
    uint32_t year; /* of the notice at hand */
};

static const char *place(const struct look *look, const char *parent, const char *field,
                         size_t index)
{
    const char *path = arena_format(look->defects->arena, "%s%s[%zu]", parent, field, index);

    return path == NULL ? parent : path;
}

static const char *member(const struct look *look, const char *parent, const char *field)
{
    const char *path = arena_format(look->defects->arena, "%s.%s", parent, field);

    return path == NULL ? parent : path;
}

static bool is_named(const struct named *named, int32_t day)
{
    for (size_t i = 0; i < named->count; i++) {
        if (named->days[i] == day) {
            return true;
        }
    }
    return false;
}

/* Looks at one day, and keeps it in @named. */
static void look_at_day(const struct look *look, const char *date, const char *path,
                        struct named *named)
{
    int32_t value = 0;

    if (!date_from_text(bytes_of_text(date), &value)) {
        defects_add(look->defects, path, "须为存在的日期，写作 2026-03-10",
                    "this is no day of the calendar, written 2026-03-10");
        return;
    }

    uint32_t year = (uint32_t)value / YEAR_DIVISOR;
    if (year + 1 < look->year || year > look->year + 1) {
        defects_add(look->defects, path, "日期距该年度超过一年",
                    "this day is more than a year from the year of the notice");
    }
    if (is_named(named, civil_day(value))) {
        defects_add(look->defects, path, "同一日期重复列出", "this day is named twice");
    }
    if (named->count == CALENDAR_DAYS_MAX) {
        defects_add(look->defects, path, "列出的日期过多", "too many days are named");
        return;
    }
    named->days[named->count++] = civil_day(value);
}

static void look_at_local_day(const struct look *look, const Hs__CalendarYear__LocalDay *local,
                              const char *path)
{
    int minute = 0;

    look_at_day(look, local->date, member(look, path, "date"), look->by_place);
    if (local->close[0] != '\0' && !minute_from_text(local->close, &minute)) {
        defects_add(look->defects, member(look, path, "close"), "须为时刻，写作 12:00",
                    "this is no time of day, written 12:00");
    }
    if (local->document[0] == '\0') {
        defects_add(look->defects, member(look, path, "document"), "须注明文号",
                    "a local day needs the number of the document that orders it");
    }
}

static void look_at_year(struct look *look, const Hs__CalendarYear *year, const char *path)
{
    int32_t issued = 0;

    look->year = year->year;
    if (year->year == 0 || year->year > YEAR_MAX) {
        defects_add(look->defects, member(look, path, "year"), "年度须在 1 至 9999 之间",
                    "a year lies between 1 and 9999");
    }
    if (year->notice[0] == '\0') {
        defects_add(look->defects, member(look, path, "notice"), "须注明通知文号",
                    "a year needs the number of its notice");
    }
    if (!date_from_text(bytes_of_text(year->issued), &issued)) {
        defects_add(look->defects, member(look, path, "issued"), "须为存在的日期，写作 2026-03-10",
                    "this is no day of the calendar, written 2026-03-10");
    }
    for (size_t i = 0; i < year->n_holidays; i++) {
        const char *holiday = place(look, path, ".holidays", i);

        for (size_t j = 0; j < year->holidays[i]->n_days; j++) {
            look_at_day(look, year->holidays[i]->days[j], place(look, holiday, ".days", j),
                        look->by_notice);
        }
    }
    for (size_t i = 0; i < year->n_work_days; i++) {
        look_at_day(look, year->work_days[i], place(look, path, ".work_days", i), look->by_notice);
    }
    for (size_t i = 0; i < year->n_local_days; i++) {
        look_at_local_day(look, year->local_days[i], place(look, path, ".local_days", i));
    }
}

static void look_at_hours(const struct look *look, const Hs__OfficeHours *hours)
{
    int open = 0;
    int close = 0;
    int lunch_from = 0;
    int lunch_to = 0;

    if (hours == NULL || !minute_from_text(hours->open, &open) ||
        !minute_from_text(hours->close, &close) || open >= close) {
        defects_add(look->defects, "hours", "办公时间须有开始与结束时刻，写作 09:00",
                    "office hours need a time to open and a later one to close, written 09:00");
        return;
    }
    if (hours->lunch_from[0] == '\0' && hours->lunch_to[0] == '\0') {
        return;
    }
    if (!minute_from_text(hours->lunch_from, &lunch_from) ||
        !minute_from_text(hours->lunch_to, &lunch_to) || lunch_from < open ||
        lunch_from > lunch_to || lunch_to >= close) {
        defects_add(look->defects, "hours.lunch_from", "午休须在办公时间之内",
                    "the break must lie inside the office hours");
    }
}

static bool is_listed(const char *const *dates, size_t count, const char *date)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(dates[i], date) == 0) {
            return true;
        }
    }
    return false;
}

/* True if people work on @date, by the notices and the weekday. */
static bool is_worked(const Hs__Calendar *calendar, const char *date)
{
    int32_t value = 0;

    for (size_t i = 0; i < calendar->n_years; i++) {
        const Hs__CalendarYear *year = calendar->years[i];

        if (is_listed(year->work_days, year->n_work_days, date)) {
            return true;
        }
        for (size_t j = 0; j < year->n_holidays; j++) {
            if (is_listed(year->holidays[j]->days, year->holidays[j]->n_days, date)) {
                return false;
            }
        }
    }
    return !date_from_text(bytes_of_text(date), &value) ||
           civil_weekday(civil_day(value)) <= FRIDAY;
}

/* Half of a day off would make it a day of work. */
static void look_at_half_days(const struct look *look, const Hs__Calendar *calendar)
{
    for (size_t i = 0; i < calendar->n_years; i++) {
        const char *path = place(look, "", "years", i);

        for (size_t j = 0; j < calendar->years[i]->n_local_days; j++) {
            const Hs__CalendarYear__LocalDay *local = calendar->years[i]->local_days[j];

            if (local->close[0] != '\0' && !is_worked(calendar, local->date)) {
                defects_add(look->defects, place(look, path, ".local_days", j), "休息日不能是半天",
                            "a day off cannot be a half day");
            }
        }
    }
}

static void look_at_head(const Hs__Calendar *calendar, struct defects *defects)
{
    if (!name_is_plain(calendar->id)) {
        defects_add(defects, "id", "编号须由小写字母、数字、_、-组成，以字母开头",
                    "an id is made of a-z, 0-9, _ and -, and begins with a letter");
    }
    if (calendar->version == 0) {
        defects_add(defects, "version", "须有版本号（正整数）", "a version, 1 or more, is needed");
    }
    if (calendar->utc_offset_minutes < -OFFSET_MINUTES_MAX ||
        calendar->utc_offset_minutes > OFFSET_MINUTES_MAX) {
        defects_add(defects, "utc_offset_minutes", "时区偏移超出范围",
                    "this is no offset from UTC in minutes");
    }
}

void lint_calendar(const Hs__Calendar *calendar, struct defects *defects)
{
    struct look look = {
        .defects = defects,
        .by_notice = arena_alloc(defects->arena, sizeof(struct named)),
        .by_place = arena_alloc(defects->arena, sizeof(struct named)),
    };

    if (look.by_notice == NULL || look.by_place == NULL) {
        defects_add(defects, "", "内容过于复杂", "this needs more memory than it may use");
        return;
    }
    look_at_head(calendar, defects);
    look_at_hours(&look, calendar->hours);
    if (calendar->n_years > CALENDAR_YEARS_MAX) {
        defects_add(defects, "years", "年度过多", "there are too many years");
        return;
    }
    for (size_t i = 0; i < calendar->n_years; i++) {
        const char *path = place(&look, "", "years", i);

        if (i > 0 && calendar->years[i]->year <= calendar->years[i - 1]->year) {
            defects_add(defects, member(&look, path, "year"), "年度须由小到大，每年一次",
                        "years stand in order, each once");
        }
        look_at_year(&look, calendar->years[i], path);
    }
    look_at_half_days(&look, calendar);
}
