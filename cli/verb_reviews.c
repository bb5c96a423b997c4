/* SPDX-License-Identifier: Apache-2.0 */
/* huishen reviews: what a department still has to answer. */
#include "cli/message_text.h"
#include "cli/session.h"
#include "cli/stamp.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"

enum { LINES_MAX = 1000, TITLE_COLUMNS_MAX = 40 };

static void print_reviews(const struct cli *cli, const Hs__Answer__Reviews *reviews,
                          int offset_minutes)
{
    static const struct table_column columns[] = {
        {.title = {"审查任务", "review"}},
        {.title = {"名称", "title"}, .columns_max = TITLE_COLUMNS_MAX},
        {.title = {"状态", "state"}},
        {.title = {"时限", "due"}},
        {.title = {"接收", "received"}},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < reviews->n_reviews; i++) {
        const Hs__ReviewLine *line = reviews->reviews[i];
        char due[STAMP_BYTES];
        char received[STAMP_BYTES];

        stamp_write(line->review->due_at, offset_minutes, due);
        stamp_write(line->review->received_at, offset_minutes, received);
        table_add(&table,
                  (const char *const[]){line->review_id, line->title,
                                        word_of_review(cli, line->review->state), due, received});
    }
    table_print(&table);
}

static int ask(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Query__Reviews reviews = HS__QUERY__REVIEWS__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;
    const char *department = arguments_value(arguments, "department");
    int offset_minutes = session_offset_minutes(session);

    reviews.department = department == NULL ? "" : department;
    reviews.limit = LINES_MAX;
    query.body_case = HS__QUERY__BODY_REVIEWS;
    query.reviews = &reviews;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, message_json(answer->reviews, offset_minutes));
    } else {
        print_reviews(cli, answer->reviews, offset_minutes);
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, ask);
}

static const struct option options[] = {
    {.name = "department",
     .value = "ID",
     .help = {"部门；缺省为本账户所属部门", "the department; by default the account's own"}},
};

const struct verb verb_reviews = {
    .name = "reviews",
    .words = "",
    .needs_home = true,
    .summary = {"部门待办的审查任务", "what a department still has to answer"},
    .manual = {"列出一个部门尚待答复的审查任务，时限早的在前。\n"
               "--json 输出 {\"reviews\": [{reviewId, title, review}]}。",
               "Lists the reviews that a department has yet to answer, the earliest deadline\n"
               "first. With --json: {\"reviews\": [{reviewId, title, review}]}."},
    .example = "huishen --as fire reviews\nhuishen reviews --department fire",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
