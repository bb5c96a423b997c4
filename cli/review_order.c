/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/review_order.h"

#include "cli/clock_view.h"
#include "cli/message_text.h"
#include "cli/proposal_view.h"
#include "cli/words.h"

/* What there is to tell of an order that was taken. */
struct outcome {
    const struct review_order *order;
    const Hs__Proposal *proposal; /* as it is now; NULL: it could not be had */
    bool is_unchanged;
    int offset_minutes;
};

static void print_json(const struct cli *cli, const struct outcome *outcome)
{
    const struct review_target *target = outcome->order->target;
    bool is_whole = review_target_is_whole(target);
    json_t *all =
        cli_memory(json_pack("{s:s, s:s}", is_whole ? "proposalId" : "reviewId", target->id,
                             "state", outcome->is_unchanged ? "unchanged" : "recorded"));
    const Hs__Review *review =
        outcome->proposal == NULL || is_whole ? NULL : review_in(outcome->proposal, target);

    if (review != NULL) {
        json_t *record = message_json(review, outcome->offset_minutes);

        cli_memory(json_object_set_new(all, "review", record) == 0 ? all : NULL);
    } else if (outcome->proposal != NULL) {
        json_t *record = proposal_to_json(cli, outcome->proposal, outcome->offset_minutes);

        cli_memory(json_object_set_new(all, "proposal", record) == 0 ? all : NULL);
    }
    cli_json(cli, all);
}

/* The order led to another round, in which the review has gone on. */
static void print_next_round(const struct cli *cli, const Hs__Proposal *proposal)
{
    (void)fprintf(
        cli->out,
        cli_text(cli, "各部门意见转入第%u轮，结论：%s；第%u轮的结论保留\n",
                 "all opinions went on into round %u, verdict: %s; that of round %u stays\n"),
        proposal->round, word_of_outcome(cli, proposal->outcome), proposal->round - 1);
}

static void print_text(const struct cli *cli, const struct outcome *outcome)
{
    const struct review_target *target = outcome->order->target;
    const Hs__Review *review = outcome->proposal == NULL || review_target_is_whole(target)
                                   ? NULL
                                   : review_in(outcome->proposal, target);

    (void)fprintf(cli->out, "%s  %s\n", target->id,
                  outcome->is_unchanged ? cli_text(cli, "此前已如此，未变", "so already: unchanged")
                                        : cli_phrase(cli, outcome->order->done));
    if (review != NULL) {
        (void)fprintf(cli->out, "%s%s%s\n", cli_text(cli, "时限", "due"), cli_text(cli, "：", ": "),
                      clock_due(cli, review, outcome->offset_minutes));
        clock_view_review(cli, review, outcome->offset_minutes);
    } else if (outcome->proposal != NULL && !review_target_is_whole(target)) {
        print_next_round(cli, outcome->proposal);
    } else if (outcome->proposal != NULL) {
        clock_view_proposal(cli, outcome->proposal, outcome->offset_minutes);
    }
}

int review_order_give(struct cli *cli, struct session *session, const struct review_order *order)
{
    Hs__Receipt *receipt = NULL;
    Hs__Proposal *proposal = NULL;
    int status = session_command(session, order->command, &receipt);

    if (status != STATUS_DONE) {
        return status;
    }

    /* It is on record, whether or not the broker answers once more. */
    (void)session_show(session, order->target->proposal->number, &proposal);
    const struct outcome outcome = {
        .order = order,
        .proposal = proposal,
        .is_unchanged = receipt == NULL,
        .offset_minutes = session_offset_minutes(session),
    };
    if (cli->is_json) {
        print_json(cli, &outcome);
    } else {
        print_text(cli, &outcome);
    }
    return STATUS_DONE;
}

int review_order_needs(const struct cli *cli, const char *words)
{
    return cli_fail(cli, STATUS_INVALID, cli_text(cli, "%s 需要 %s", "%s needs %s"), cli->verb,
                    words);
}
