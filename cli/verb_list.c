/* SPDX-License-Identifier: Apache-2.0 */
/* huishen list: the proposals one may see. */
#include <string.h>

#include "cli/proposal_view.h"
#include "cli/session.h"
#include "cli/stamp.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "lib/text.h"

enum { PAGE_LINES = 200, LINES_MAX = 100000, WAITING_BYTES_MAX = 1024, TITLE_COLUMNS_MAX = 36 };

static bool is_waiting(const Hs__Review *review)
{
    return review->state == HS__REVIEW__STATE__OPEN ||
           review->state == HS__REVIEW__STATE__OVERDUE ||
           review->state == HS__REVIEW__STATE__HELD ||
           review->state == HS__REVIEW__STATE__NOT_COMPETENT;
}

/* True if @clock says with whom a proposal is that no department has to answer. */
static bool is_whose_turn(const Hs__Clock *clock)
{
    return clock->ended_at == 0 && clock->kind != HS__CLOCK__KIND__TOTAL;
}

/* With whom @proposal is: departments, else what the lead, the approver or the applicant has to do.
 */
static const char *waiting_for(const struct cli *cli, const Hs__Proposal *proposal)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, WAITING_BYTES_MAX);
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (is_waiting(proposal->reviews[i])) {
            text_builder_add(&list, list.size > 0 ? " " : "");
            text_builder_add(&list, proposal->reviews[i]->department);
        }
    }
    for (size_t i = 0; list.size == 0 && i < proposal->n_clocks; i++) {
        if (is_whose_turn(proposal->clocks[i])) {
            text_builder_add(&list, word_of_clock(cli, proposal->clocks[i]->kind));
        }
    }
    const char *text = text_builder_finish(&list);
    return text == NULL || text[0] == '\0' ? "-" : text;
}

/* The next due date of those that run: where a clock stands it is not known yet. Of whom it waits
 * for. */
static int64_t next_due(const Hs__Proposal *proposal)
{
    int64_t due_at = 0;

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (is_waiting(review) && review->state != HS__REVIEW__STATE__HELD && review->due_at != 0 &&
            (due_at == 0 || review->due_at < due_at)) {
            due_at = review->due_at;
        }
    }
    for (size_t i = 0; due_at == 0 && i < proposal->n_clocks; i++) {
        due_at = is_whose_turn(proposal->clocks[i]) ? proposal->clocks[i]->due_at : 0;
    }
    return due_at;
}

static void add_line(struct table *table, const Hs__Proposal *proposal, int offset_minutes)
{
    const struct cli *cli = table->cli;
    char due[STAMP_BYTES];

    stamp_write(next_due(proposal), offset_minutes, due);
    table_add(table, (const char *const[]){
                         proposal->number, proposal->title, word_of_status(cli, proposal->status),
                         cli_format(cli, "%u", proposal->round),
                         word_of_outcome(cli, proposal->outcome), due, waiting_for(cli, proposal)});
}

/* Asks page by page and adds each proposal to @table or @all, whichever is not NULL. */
static int collect(struct cli *cli, struct session *session, Hs__Query__List *list,
                   struct table *table, json_t *all)
{
    int offset_minutes = session_offset_minutes(session);
    bool is_more = true;

    for (size_t count = 0; is_more && count < LINES_MAX;) {
        Hs__Query query = HS__QUERY__INIT;
        Hs__Answer *answer = NULL;

        query.body_case = HS__QUERY__BODY_LIST;
        query.list = list;
        int status = session_query(session, &query, &answer);
        if (status != STATUS_DONE) {
            return status;
        }
        const Hs__Answer__Proposals *page = answer->proposals;
        for (size_t i = 0; i < page->n_proposals; i++) {
            if (table != NULL) {
                add_line(table, page->proposals[i], offset_minutes);
            } else {
                json_t *line = proposal_to_json(cli, page->proposals[i], offset_minutes);
                cli_memory(json_array_append_new(all, line) == 0 ? all : NULL);
            }
            list->after = page->proposals[i]->id;
        }
        count += page->n_proposals;
        is_more = page->more && page->n_proposals > 0;
    }
    return STATUS_DONE;
}

static int print_list(struct cli *cli, struct session *session, Hs__Query__List *list)
{
    static const struct table_column columns[] = {
        {.title = {"编号", "number"}},
        {.title = {"名称", "title"}, .columns_max = TITLE_COLUMNS_MAX},
        {.title = {"状态", "status"}},
        {.title = {"轮次", "round"}},
        {.title = {"结论", "verdict"}},
        {.title = {"最近时限", "next due"}},
        {.title = {"在", "with"}},
    };
    struct table table;

    if (cli->is_json) {
        json_t *all = json_array();
        int status = collect(cli, session, list, NULL, all);

        if (status == STATUS_DONE) {
            cli_json(cli, json_pack("{s:O}", "proposals", all));
        }
        json_decref(all);
        return status;
    }
    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    int status = collect(cli, session, list, &table, NULL);
    if (status == STATUS_DONE) {
        table_print_or(&table, (struct phrase){"没有申报项目", "no proposals"});
    } else {
        table_print(&table);
    }
    return status;
}

static int ask(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Query__List list = HS__QUERY__LIST__INIT;
    const char *department = arguments_value(arguments, "department");
    const char *stage = arguments_value(arguments, "stage");
    const char *state = arguments_value(arguments, "status");

    list.overdue = arguments_have(arguments, "overdue");
    list.department = department == NULL ? "" : department;
    list.stage = stage == NULL ? "" : stage;
    list.status = state == NULL ? "" : state;
    list.limit = PAGE_LINES;
    return print_list(cli, session, &list);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *state = arguments_value(arguments, "status");
    int ignored;

    if (state != NULL &&
        !word_to_value(cli, &hs__proposal__status__descriptor, "--status", state, &ignored)) {
        return STATUS_INVALID;
    }
    return session_do(cli, arguments, ask);
}

static const struct option options[] = {
    {.name = "overdue",
     .help = {"只列有审查任务逾期的", "only those with a review that is overdue"}},
    {.name = "department",
     .value = "ID",
     .help = {"只列等待该部门的", "only those that wait for this department"}},
    {.name = "stage", .value = "ID", .help = {"只列处于该环节的", "only those in this stage"}},
    {.name = "status",
     .value = "STATUS",
     .help = {"只列此状态的：gate_failed、incomplete、in_review、concluded、withdrawn、lapsed",
              "only these: gate_failed, incomplete, in_review, concluded, withdrawn, lapsed"}},
};

const struct verb verb_list = {
    .name = "list",
    .words = "",
    .needs_home = true,
    .summary = {"申报项目列表", "the proposals you may see"},
    .manual =
        {"列出本账户可见的申报项目，按编号排列：状态、轮次、结论、最近的时限、在谁手中。\n"
         "没有时，终端上说明一句，管道中无输出；没有这样的环节：refused: UNKNOWN_STAGE。\n"
         "--json 输出 {\"proposals\": [...]}，每项与 show 相同。",
         "Lists the proposals that the account may see, by number: status, round, verdict,\n"
         "the next deadline and with whom each is. If there is none a terminal is told so and\n"
         "a pipe gets nothing; a stage that no process has is refused: UNKNOWN_STAGE. With\n"
         "--json: {\"proposals\": [...]}, each as `show` prints it."},
    .example = "huishen list --overdue\nhuishen list --department fire --status in_review",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
