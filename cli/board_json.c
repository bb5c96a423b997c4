/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/board_json.h"

#include "cli/words.h"
#include "proto/text/instant.h"

static json_t *instant_of(const struct board *board, int64_t at_ms)
{
    char text[INSTANT_BYTES];

    return at_ms != 0 && instant_to_text(at_ms, board->utc_offset_minutes, text) ? json_string(text)
                                                                                 : json_null();
}

/* The lamp's word for scripts is the English one in lower case with underscores. */
static const char *lamp_name(enum lamp lamp)
{
    static const char *const names[LAMP_COUNT] = {
        [LAMP_OVERDUE] = "overdue",   [LAMP_NEAR] = "near",      [LAMP_RUNNING] = "running",
        [LAMP_HELD] = "held",         [LAMP_LATE] = "done_late", [LAMP_TACIT] = "silent",
        [LAMP_DONE] = "done_in_time",
    };

    return names[lamp];
}

static json_t *review_of(const struct cli *cli, const struct board *board,
                         const struct board_row *row, size_t column)
{
    const struct board_cell *cell = &row->cells[column];
    const struct lamp_reading *reading = &cell->reading;
    const char *department = board->columns[column]->id;
    const char *id =
        cli_format(cli, "%s/%u/%s", row->source->number, row->source->round, department);

    return json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:o, s:o, s:o}", "reviewId",
        id, "department", department, "lamp", lamp_name(reading->lamp), "result",
        word_in_schema(cli, &hs__opinion__result__descriptor, (int)cell->review->result),
        "countedDays", (json_int_t)reading->counted_days, "realDays",
        (json_int_t)reading->real_days, "heldDays", (json_int_t)reading->held_days, "overdueDays",
        (json_int_t)reading->overdue_days, "provisional", (int)reading->is_provisional, "leftDays",
        (json_int_t)reading->left_days, "leftTodayMs", (json_int_t)reading->left_today_ms, "leftMs",
        (json_int_t)reading->left_ms, "dispatchedAt",
        instant_of(board, cell->review->dispatched_at), "dueAt",
        instant_of(board, cell->review->due_at), "givenAt",
        instant_of(board, cell->review->given_at));
}

static json_t *row_of(const struct cli *cli, const struct board *board, const struct board_row *row)
{
    json_t *reviews = cli_memory(json_array());

    for (size_t i = 0; i < board->column_count; i++) {
        if (row->cells[i].review != NULL) {
            json_t *review = cli_memory(review_of(cli, board, row, i));

            cli_memory(json_array_append_new(reviews, review) == 0 ? reviews : NULL);
        }
    }
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:o?, s:o}", "proposalId", row->source->number, "title",
        row->source->title, "process", row->source->process, "status",
        word_in_schema(cli, &hs__proposal__status__descriptor, (int)row->source->status), "round",
        (json_int_t)row->source->round, "lamp",
        row->first == NULL ? NULL : json_string(lamp_name(row->first->reading.lamp)), "reviews",
        reviews);
}

json_t *board_to_json(const struct cli *cli, const struct board *board)
{
    json_t *rows = cli_memory(json_array());

    for (size_t i = 0; i < board->shown_count; i++) {
        json_t *row = cli_memory(row_of(cli, board, &board->rows[board->shown[i]]));

        cli_memory(json_array_append_new(rows, row) == 0 ? rows : NULL);
    }
    return cli_memory(json_pack("{s:o, s:b, s:o}", "nowAt", instant_of(board, board->now_ms),
                                "complete", (int)!board->is_cut, "rows", rows));
}
