/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/proposal_view.h"

#include "cli/clock_view.h"
#include "cli/message_text.h"
#include "cli/rounds_view.h"
#include "cli/stamp.h"
#include "cli/table.h"
#include "cli/words.h"

enum { TITLE_COLUMNS_MAX = 60 };

json_t *proposal_to_json(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes)
{
    json_t *all = cli_memory(json_pack("{s:s}", "proposalId", proposal->number));
    json_t *message = message_json(proposal, offset_minutes);
    json_t *reviews = json_object_get(message, "reviews");
    size_t index;
    json_t *review;

    json_array_foreach(reviews, index, review)
    {
        const char *id = cli_format(cli, "%s/%u/%s", proposal->number, proposal->round,
                                    proposal->reviews[index]->department);

        cli_memory(json_object_set_new(review, "reviewId", json_string(id)) == 0 ? review : NULL);
    }
    cli_memory(json_object_update(all, message) == 0 ? all : NULL);
    json_decref(message);
    return all;
}

bool proposal_is_ended(const Hs__Proposal *proposal)
{
    switch (proposal->status) {
    case HS__PROPOSAL__STATUS__GATE_FAILED:
    case HS__PROPOSAL__STATUS__WITHDRAWN:
    case HS__PROPOSAL__STATUS__LAPSED:
    case HS__PROPOSAL__STATUS__APPROVED:
    case HS__PROPOSAL__STATUS__REJECTED:
        return true;
    case HS__PROPOSAL__STATUS__CONCLUDED: /* the approver has still to decide */
    case HS__PROPOSAL__STATUS__INCOMPLETE:
    case HS__PROPOSAL__STATUS__IN_REVIEW:
    case HS__PROPOSAL__STATUS__UNSPECIFIED:
    case _HS__PROPOSAL__STATUS_IS_INT_SIZE:
        break;
    }
    return false;
}

/* Writes that fail show when out is flushed. */
static void print_line(const struct cli *cli, struct phrase title, const char *text)
{
    if (text[0] != '\0') {
        (void)fprintf(cli->out, "%s%s%s\n", cli_phrase(cli, title), cli_text(cli, "：", ": "),
                      text);
    }
}

static void print_time(const struct cli *cli, struct phrase title, int64_t at_ms,
                       int offset_minutes)
{
    char stamp[STAMP_BYTES];

    if (at_ms != 0) {
        stamp_write(at_ms, offset_minutes, stamp);
        print_line(cli, title, stamp);
    }
}

static void add_review(struct table *table, const Hs__Review *review, int offset_minutes)
{
    const struct cli *cli = table->cli;
    char times[3][STAMP_BYTES];

    stamp_write(review->dispatched_at, offset_minutes, times[0]);
    stamp_write(review->received_at, offset_minutes, times[1]);
    stamp_write(review->result == HS__OPINION__RESULT__TACIT ? 0 : review->given_at, offset_minutes,
                times[2]); /* who was silent gave nothing */
    const char *result = word_of_result(cli, review->result);
    if (review->withheld && review->result == HS__OPINION__RESULT__UNSPECIFIED) {
        result = cli_text(cli, "已密封", "sealed");
    }
    const char *state =
        review->carried_forward
            ? cli_format(cli, cli_text(cli, "沿用第%u轮", "of round %u"), review->carried_from)
            : word_of_review(cli, review->state);
    table_add(table, (const char *const[]){review->department, state, result, times[0], times[1],
                                           clock_due(cli, review, offset_minutes), times[2]});
}

static void print_reviews(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes)
{
    static const struct table_column columns[] = {
        {.title = {"部门", "department"}}, {.title = {"状态", "state"}},
        {.title = {"结果", "result"}},     {.title = {"送达", "dispatched"}},
        {.title = {"接收", "received"}},   {.title = {"时限", "due"}},
        {.title = {"答复", "given"}},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        add_review(&table, proposal->reviews[i], offset_minutes);
    }
    (void)fputs(proposal->n_reviews > 0 ? "\n" : "", cli->out);
    table_print(&table);
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        clock_view_review(cli, proposal->reviews[i], offset_minutes);
    }
}

static void print_waivers(const struct cli *cli, const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_waivers; i++) {
        const Hs__Waiver *waiver = proposal->waivers[i];
        const char *text =
            cli_format(cli, cli_text(cli, "%s（%s）", "%s (%s)"), waiver->reason, waiver->document);

        print_line(cli, (struct phrase){"豁免", "waiver"},
                   cli_format(cli, "%s  %s  %s", waiver->rule_id,
                              word_of_waiver(cli, waiver->state),
                              waiver->state == HS__WAIVER__STATE__REFUSED ? waiver->refused_reason
                                                                          : text));
    }
}

void proposal_print(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes)
{
    char hash[65] = "";

    print_line(cli, (struct phrase){"编号", "proposal"}, proposal->number);
    print_line(cli, (struct phrase){"名称", "title"}, proposal->title);
    print_line(cli, (struct phrase){"申报", "applicant"}, proposal->applicant);
    print_line(cli, (struct phrase){"流程", "process"}, proposal->process);
    print_line(cli, (struct phrase){"状态", "status"}, word_of_status(cli, proposal->status));
    if (proposal->round > 0) {
        print_line(cli, (struct phrase){"轮次", "round"}, cli_format(cli, "%u", proposal->round));
    }
    if (proposal->outcome != HS__VERDICT__OUTCOME__UNSPECIFIED) {
        print_line(cli, (struct phrase){"结论", "verdict"},
                   word_of_outcome(cli, proposal->outcome));
    }
    print_time(cli, (struct phrase){"报送", "submitted"}, proposal->submitted_at, offset_minutes);
    print_time(cli, (struct phrase){"本轮开始", "round opened"}, proposal->opened_at,
               offset_minutes);
    print_time(cli, (struct phrase){"办结", "concluded"}, proposal->concluded_at, offset_minutes);
    if (proposal->packet.len == 32) {
        bytes_to_hex(bytes_of(proposal->packet), hash);
        print_line(cli, (struct phrase){"材料", "packet"},
                   cli_format(cli, "v%u %s", proposal->packet_version, hash));
    }
    print_line(cli, (struct phrase){"撤回理由", "withdrawn because"}, proposal->withdrawn_reason);
    print_waivers(cli, proposal);
    clock_view_proposal(cli, proposal, offset_minutes);
    print_reviews(cli, proposal, offset_minutes);
    rounds_print(cli, proposal);
}
