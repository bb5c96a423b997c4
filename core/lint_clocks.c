/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with the limits of a stage, its classes and its ladder. */
#include "core/lint_parts.h"

#include <string.h>

#include "core/clock.h"
#include "core/names.h"
#include "lib/number.h"

enum { SPAN_MAX_HOURS = 24 * 366, LIMIT_DAYS_MAX = 250, CLASSES_MAX = 32 };

/* The stage at hand. */
struct stage_lint {
    const Hs__Process *process;
    const Hs__Stage *stage;
    const char *path;
    struct defects *defects;
};

static const char *path_of(const struct stage_lint *lint, const char *field)
{
    const char *path = arena_format(lint->defects->arena, "%s.%s", lint->path, field);

    return path == NULL ? lint->path : path;
}

static void lint_span(const struct stage_lint *lint, const Hs__Limit *limit, const char *path)
{
    uint64_t hours = 0;

    switch (limit->span_case) {
    case HS__LIMIT__SPAN_HOURS:
        hours = limit->hours;
        break;
    case HS__LIMIT__SPAN_MINUTES:
        hours = limit->minutes / 60;
        break;
    case HS__LIMIT__SPAN_SECONDS:
        hours = limit->seconds / 3600;
        break;
    case HS__LIMIT__SPAN_WORKING_DAYS:
        if (lint->process->calendar[0] == '\0') {
            defects_add(lint->defects, path, "以工作日计的时限需要日历，请写明流程的 calendar",
                        "a limit in working days needs the process's calendar");
        }
        hours = limit->working_days > LIMIT_DAYS_MAX ? SPAN_MAX_HOURS + 1 : 0;
        break;
    case HS__LIMIT__SPAN__NOT_SET:
    case _HS__LIMIT__SPAN__CASE_IS_INT_SIZE:
        defects_add(lint->defects, path, "时限须有时长", "a limit needs a span");
        return;
    }
    if (hours > SPAN_MAX_HOURS) {
        defects_add(lint->defects, path, "时限过长", "the limit is longer than a year");
    }
}

static bool is_nothing(const Hs__Limit *limit)
{
    return limit->span_case != HS__LIMIT__SPAN__NOT_SET && limit->working_days == 0 &&
           limit_elapsed_ms(limit) == 0;
}

static void lint_limit(const struct stage_lint *lint, const Hs__Limit *limit, const char *path)
{
    if (limit == NULL) {
        return;
    }
    lint_span(lint, limit, path);
    if (is_nothing(limit)) {
        defects_add(lint->defects, path, "时限不得为零", "a limit is longer than nothing");
    }
}

static void lint_classes(const struct stage_lint *lint, const Hs__Dictionary *dictionary)
{
    const char *list = path_of(lint, "classes");

    if (lint->stage->n_classes > CLASSES_MAX) {
        defects_add(lint->defects, list, "类别过多", "a stage has at most 32 classes");
        return;
    }
    for (size_t i = 0; i < lint->stage->n_classes; i++) {
        const Hs__LimitClass *limit_class = lint->stage->classes[i];
        const char *path = lint_path(lint->defects, list, i, "");

        if (!name_is_plain(limit_class->id)) {
            defects_add_about(lint->defects, path, "类别编号无效", "this is no id for a class",
                              limit_class->id);
        }
        if (limit_class->limit == NULL) {
            defects_add_about(lint->defects, path, "类别须有时限", "a class needs a limit",
                              limit_class->id);
        }
        lint_limit(lint, limit_class->limit, path);
        lint_when(lint->process, dictionary, limit_class->when,
                  lint_path(lint->defects, list, i, "when"), lint->defects);
    }
}

/* Returns the offset of @rung; NULL for the middle of the limit. */
static const Hs__Limit *offset_of(const Hs__Rung *rung)
{
    switch (rung->at_case) {
    case HS__RUNG__AT_UNRECEIVED:
        return rung->unreceived;
    case HS__RUNG__AT_BEFORE:
        return rung->before;
    case HS__RUNG__AT_AFTER:
        return rung->after;
    case HS__RUNG__AT_HALF:
    case HS__RUNG__AT__NOT_SET:
    case _HS__RUNG__AT__CASE_IS_INT_SIZE:
        break;
    }
    return NULL;
}

static void lint_rung(const struct stage_lint *lint, const Hs__Rung *rung, const char *path)
{
    const Hs__Limit *offset = offset_of(rung);

    if (!name_is_plain(rung->id) || !name_is_plain(rung->to)) {
        defects_add_about(lint->defects, path, "阶梯各级须有编号 id 和对象 to",
                          "a rung needs an id and whom it is addressed to", rung->id);
    }
    if (rung->at_case == HS__RUNG__AT__NOT_SET) {
        defects_add_about(lint->defects, path, "须写明 unreceived、half、before 或 after",
                          "a rung needs one of unreceived, half, before, after", rung->id);
    }
    if (offset != NULL) {
        lint_span(lint, offset, path);
    }
    if (rung->at_case == HS__RUNG__AT_UNRECEIVED && limit_elapsed_ms(rung->unreceived) == 0) {
        defects_add_about(lint->defects, path, "未接收的时长以 hours、minutes 或 seconds 计",
                          "unreceived is in hours, minutes or seconds", rung->id);
    }
    if (rung->repeats && rung->at_case != HS__RUNG__AT_AFTER) {
        defects_add_about(lint->defects, path, "只有 after 可以 repeats", "only `after` can repeat",
                          rung->id);
    }
}

static void lint_ladder(const struct stage_lint *lint)
{
    const char *list = path_of(lint, "ladder");

    if (lint->stage->n_ladder > CLOCK_RUNGS_MAX) {
        defects_add(lint->defects, list, "阶梯过长", "a ladder has at most 32 rungs");
        return;
    }
    for (size_t i = 0; i < lint->stage->n_ladder; i++) {
        const Hs__Rung *rung = lint->stage->ladder[i];
        const char *path = lint_path(lint->defects, list, i, "");

        lint_rung(lint, rung, path);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(lint->stage->ladder[j]->id, rung->id) == 0) {
                defects_add_about(lint->defects, path, "编号重复", "this id is given twice",
                                  rung->id);
            }
        }
    }
}

static void lint_extension(const struct stage_lint *lint)
{
    const Hs__ExtensionRule *rule = lint->stage->extension;
    struct number share;

    if (rule != NULL && (number_from_fraction(bytes_of_text(rule->share), &share) != NUMBER_OK ||
                         share.numerator <= 0 || share.numerator > share.denominator)) {
        defects_add_about(
            lint->defects, path_of(lint, "extension"), "延长比例须大于0且不大于1，如 1/2",
            "the share of an extension is more than 0 and at most 1, like 1/2", rule->share);
    }
}

void lint_clocks(const Hs__Process *process, size_t index, const Hs__Dictionary *dictionary,
                 struct defects *defects)
{
    const struct stage_lint lint = {
        .process = process,
        .stage = process->stages[index],
        .path = lint_path(defects, "stages", index, ""),
        .defects = defects,
    };

    for (size_t i = 0; i < lint.stage->n_seats; i++) {
        const Hs__Seat *seat = lint.stage->seats[i];
        const char *path = lint_path(defects, path_of(&lint, "seats"), i, "limit");

        lint_limit(&lint, seat->limit, path);
        lint_limit(&lint, seat->silence == NULL ? NULL : seat->silence->written, path);
    }
    lint_limit(&lint, lint.stage->correction, path_of(&lint, "correction"));
    lint_limit(&lint, lint.stage->correction_more, path_of(&lint, "correction_more"));
    lint_limit(&lint, lint.stage->total, path_of(&lint, "total"));
    lint_limit(&lint, lint.stage->question_window, path_of(&lint, "question_window"));
    lint_limit(&lint, lint.stage->coordination, path_of(&lint, "coordination"));
    lint_limit(&lint, lint.stage->consolidation, path_of(&lint, "consolidation"));
    lint_limit(&lint, lint.stage->decision, path_of(&lint, "decision"));
    lint_limit(&lint, lint.stage->rereview_limit, path_of(&lint, "rereview_limit"));
    lint_classes(&lint, dictionary);
    lint_ladder(&lint);
    lint_extension(&lint);
}
