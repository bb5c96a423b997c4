/* SPDX-License-Identifier: Apache-2.0 */
/* board_office.h - an office's board in March 2026 for the tests of cli/board: proposals in review
 * by working days, as a broker would tell them at any moment of that month.
 *
 * The table says what happens when; what has not happened at the moment asked for is left out.
 */
#ifndef TESTS_UNIT_BOARD_OFFICE_H
#define TESTS_UNIT_BOARD_OFFICE_H

#include <stdlib.h>
#include <string.h>

#include "cli/board_frame.h"
#include "cli/cli.h"
#include "proto/text/instant.h"
#include "proto/text/load.h"
#include "tests/lib/test.h"

enum { BOARD_ARENA_BYTES = 256 * 1024 * 1024, BOARD_DEPARTMENTS = 8, BOARD_WORKDAYS = 5 };

static const struct phrase board_titles[BOARD_DEPARTMENTS] = {
    {"规划自然资源局", "Planning and natural resources"},
    {"消防救援支队", "Fire and rescue"},
    {"供排水权属单位", "Water and drainage"},
    {"供电权属单位", "Power supply"},
    {"燃气权属单位", "Gas supply"},
    {"通信权属单位", "Telecom"},
    {"城市管理局", "Urban management"},
    {"建设管理局", "Construction administration"},
};

static const char *const board_ids[BOARD_DEPARTMENTS] = {
    "planning", "fire", "water", "power", "gas", "telecom", "urban_management", "construction"};

/* A proposal: when it was delivered, and of each department what it did on which day of the month:
 * "a13" answered at 11:00, "h12" its clock stopped at 15:00, "t" silence taken for consent, "o"
 * nothing, "-" not involved. */
struct board_case {
    const char *title;
    const char *delivered; /* in March 2026: "10 10:20" */
    const char *did[BOARD_DEPARTMENTS];
};

static const struct board_case board_cases[] = {
    {"鸳鸯街道桂雨苑老旧小区改造提升项目",
     "04 09:40",
     {"a06", "o", "a09", "a09", "a10", "t", "a11", "a12"}},
    {"人和街道和睦新村老旧小区改造提升项目",
     "06 16:00",
     {"a10", "a16", "a11", "a11", "h10", "a12", "a12", "a11"}},
    {"天宫殿街道天竺雅居老旧小区改造提升项目",
     "10 10:20",
     {"a13", "o", "a13", "a13", "a12", "o", "a13", "o"}},
    {"礼嘉街道礼和坊老旧小区改造提升项目",
     "10 15:05",
     {"a12", "o", "o", "a13", "o", "-", "o", "-"}},
    {"鸳鸯街道鸳溪花园老旧小区改造提升项目",
     "11 09:30",
     {"a13", "a16", "o", "a13", "h13", "o", "o", "a16"}},
    {"翠云街道翠渝路片区加装电梯", "11 17:45", {"o", "o", "-", "o", "-", "-", "o", "o"}},
    {"金山街道金开苑屋面与外墙改造", "12 08:50", {"a13", "-", "o", "-", "-", "-", "o", "a16"}},
    {"康美街道康庄美地管网改造", "12 14:20", {"o", "-", "a13", "a16", "a16", "o", "o", "-"}},
    {"大竹林街道竹林佳园停车与充电设施改造",
     "13 10:00",
     {"a16", "o", "o", "o", "o", "o", "o", "o"}},
    {"人和街道万年路小区消防通道整治", "16 11:15", {"o", "o", "-", "-", "-", "-", "o", "-"}},
    {"天宫殿街道星汇片区照明与安防改造", "17 09:00", {"-", "o", "-", "o", "-", "o", "o", "-"}},
};

struct board_office {
    struct arena arena;
    struct cli cli;
    struct calendar *calendar;
    Hs__Office record;
    struct board board;
    struct board_view view;
};

/* Returns the instant of "17 17:25:00" in March 2026; seconds may be left out. */
static inline int64_t board_instant(struct board_office *office, const char *local)
{
    bool has_seconds = strlen(local) > strlen("17 17:25");
    const char *day = arena_format(&office->arena, "2026-03-%.2sT%s%s+08:00", local, local + 3,
                                   has_seconds ? "" : ":00");
    int64_t at_ms = 0;

    if (!instant_from_text(bytes_of_text(day), &at_ms)) {
        fail_msg("%s is no instant", day);
    }
    return at_ms;
}

static inline int board_office_set_up(void **state)
{
    struct board_office *office = calloc(1, sizeof *office);
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    arena_init(&office->arena, BOARD_ARENA_BYTES);
    text_errors_init(&errors, TEXT_EN);
    struct text_file file = {
        .path = "configs/calendars/working_days.yaml", .arena = &office->arena, .errors = &errors};
    assert_int_equal(load_message(&file, &hs__calendar__descriptor, &message), ERR_OK);
    office->calendar = calendar_build((const Hs__Calendar *)message, &office->arena);
    assert_non_null(office->calendar);
    office->cli = (struct cli){.arena = &office->arena, .language = LANGUAGE_ZH};
    office->record = (Hs__Office)HS__OFFICE__INIT;
    office->record.id = "liangjiang";
    office->record.utc_offset_minutes = 480;
    office->record.n_departments = BOARD_DEPARTMENTS;
    office->record.departments =
        arena_array(&office->arena, BOARD_DEPARTMENTS, sizeof(Hs__Department *));
    for (size_t i = 0; i < BOARD_DEPARTMENTS; i++) {
        Hs__Department *department = message_new(&hs__department__descriptor, &office->arena);
        Hs__Words *title = message_new(&hs__words__descriptor, &office->arena);

        title->zh = board_titles[i].zh;
        title->en = board_titles[i].en;
        department->id = board_ids[i];
        department->title = title;
        office->record.departments[i] = department;
    }
    office->view.is_live = true;
    *state = office;
    return 0;
}

static inline int board_office_tear_down(void **state)
{
    struct board_office *office = *state;

    arena_release(&office->arena);
    free(office);
    return 0;
}

/* What @did has made of @review by @now_ms. */
static inline void board_happen(struct board_office *office, Hs__Review *review, const char *did,
                                int64_t now_ms)
{
    int64_t at_ms = 0;

    if (did[0] == 'a') {
        at_ms = board_instant(office, arena_format(&office->arena, "%s 11:00", did + 1));
    } else if (did[0] == 'h') {
        at_ms = board_instant(office, arena_format(&office->arena, "%s 15:00", did + 1));
    } else if (did[0] == 't') {
        at_ms = review->due_at + 1;
    }
    if (at_ms == 0 || at_ms > now_ms) {
        review->state =
            now_ms > review->due_at ? HS__REVIEW__STATE__OVERDUE : HS__REVIEW__STATE__OPEN;
        return;
    }
    review->state = did[0] == 'h' ? HS__REVIEW__STATE__HELD : HS__REVIEW__STATE__CLOSED;
    if (did[0] == 'h') {
        Hs__Hold *hold = message_new(&hs__hold__descriptor, &office->arena);

        hold->from_at = at_ms;
        review->n_holds = 1;
        review->holds = arena_copy(&office->arena, (struct bytes){(uint8_t *)&hold, sizeof hold});
    } else if (did[0] == 't') {
        review->result = HS__OPINION__RESULT__TACIT;
    } else {
        review->given_at = at_ms;
        review->late = at_ms > review->due_at;
        review->result = HS__OPINION__RESULT__AGREE;
    }
}

static inline Hs__BoardRow *board_row_of(struct board_office *office, size_t index, int64_t now_ms)
{
    const struct board_case *from = &board_cases[index];
    Hs__BoardRow *row = message_new(&hs__board_row__descriptor, &office->arena);
    int64_t delivered_ms = board_instant(office, from->delivered);

    row->id = index + 1;
    row->number = arena_format(&office->arena, "LJHS-2026-%04zu", index + 1);
    row->title = from->title;
    row->process = "joint_review_units";
    row->status = HS__PROPOSAL__STATUS__IN_REVIEW;
    row->stage = "joint_review";
    row->round = 1;
    row->opened_at = delivered_ms;
    row->reviews = arena_array(&office->arena, BOARD_DEPARTMENTS, sizeof(Hs__Review *));
    for (size_t i = 0; i < BOARD_DEPARTMENTS; i++) {
        Hs__Review *review = message_new(&hs__review__descriptor, &office->arena);

        if (from->did[i][0] == '-') {
            continue;
        }
        review->department = board_ids[i];
        review->dispatched_at = delivered_ms;
        review->due_at =
            calendar_due(office->calendar, delivered_ms, BOARD_WORKDAYS, NULL, 0).due_ms;
        board_happen(office, review, from->did[i], now_ms);
        row->reviews[row->n_reviews++] = review;
    }
    return row;
}

/* Makes the board as it is at @now: the proposals delivered by then, those of the table again and
 * again, @times times, under new numbers. */
static inline void board_office_at(struct board_office *office, const char *now, size_t times)
{
    int64_t now_ms = board_instant(office, now);
    size_t cases = ARRAY_COUNT(board_cases);
    struct board_entry *entries = arena_array(&office->arena, cases * times, sizeof *entries);
    struct lamp_measure *measures =
        arena_array(&office->arena, BOARD_DEPARTMENTS, sizeof *measures);
    size_t count = 0;

    for (size_t i = 0; i < BOARD_DEPARTMENTS; i++) {
        measures[i] = (struct lamp_measure){office->calendar, 480};
    }
    for (size_t i = 0; i < cases * times; i++) {
        if (board_instant(office, board_cases[i % cases].delivered) <= now_ms) {
            Hs__BoardRow *row = board_row_of(office, i % cases, now_ms);

            row->id = i + 1;
            row->number = arena_format(&office->arena, "LJHS-2026-%04zu", i + 1);
            entries[count++] = (struct board_entry){row, measures};
        }
    }
    assert_true(board_build(&office->board, &office->record, entries, count, &office->arena));
    board_show(&office->board, &office->view, now_ms);
}

#endif
