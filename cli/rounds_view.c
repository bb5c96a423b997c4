/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rounds_view.h"

#include "cli/width.h"
#include "cli/words.h"

/* Nothing of what others wrote may command the terminal. */
static const char *plain(const struct cli *cli, const char *text)
{
    return cli_memory(width_fit(text, SIZE_MAX, cli->arena));
}

static const char *word_of_answer(const struct cli *cli, Hs__ItemReply__Answer answer)
{
    switch (answer) {
    case HS__ITEM_REPLY__ANSWER__ADOPTED:
        return cli_text(cli, "采纳", "adopted");
    case HS__ITEM_REPLY__ANSWER__PARTLY:
        return cli_text(cli, "部分采纳", "partly adopted");
    case HS__ITEM_REPLY__ANSWER__NOT_ADOPTED:
        return cli_text(cli, "不采纳", "not adopted");
    case HS__ITEM_REPLY__ANSWER__UNSPECIFIED:
    case _HS__ITEM_REPLY__ANSWER_IS_INT_SIZE:
        break;
    }
    return cli_text(cli, "未答复", "not answered");
}

/* What its department says to it now; nothing while it has not. */
static const char *word_of_state(const struct cli *cli, Hs__AnsweredItem__State state)
{
    switch (state) {
    case HS__ANSWERED_ITEM__STATE__CLOSED:
        return cli_text(cli, "  【已闭合】", "  [closed]");
    case HS__ANSWERED_ITEM__STATE__RESTATED:
        return cli_text(cli, "  【未闭合】", "  [still open]");
    case HS__ANSWERED_ITEM__STATE__OPEN:
    case _HS__ANSWERED_ITEM__STATE_IS_INT_SIZE:
        break;
    }
    return "";
}

void answered_print(const struct cli *cli, Hs__AnsweredItem *const *rows, size_t count, FILE *file)
{
    if (count > 0) {
        (void)fprintf(
            file, "\n%s\n",
            cli_text(cli, "对上一轮意见的答复", "Answers to the items of the round before"));
    }
    for (size_t i = 0; i < count; i++) {
        const Hs__AnsweredItem *row = rows[i];

        (void)fprintf(file, "  %s  %s%s\n      %s%s%s\n", plain(cli, row->item->id),
                      plain(cli, row->item->demand), word_of_state(cli, row->state),
                      word_of_answer(cli, row->answer),
                      row->reason[0] == '\0' ? "" : cli_text(cli, "：", ": "),
                      plain(cli, row->reason));
    }
}

static void print_texts(const struct cli *cli, const char *const *texts, size_t count, FILE *file)
{
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(file, "  %s\n", plain(cli, texts[i]));
    }
}

void unread_print(const struct cli *cli, const Hs__Proposal *proposal, FILE *file)
{
    if (proposal->n_unread == 0 && proposal->n_unread_documents == 0) {
        return;
    }
    (void)fprintf(file, "%s\n",
                  cli_text(cli, "下列改动没有规则或部门看，未因此请任何部门再审：",
                           "no rule and no department looks at these changes; nobody was asked "
                           "again for them:"));
    print_texts(cli, proposal->unread, proposal->n_unread, file);
    print_texts(cli, proposal->unread_documents, proposal->n_unread_documents, file);
}

void rounds_print(const struct cli *cli, const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_past_rounds; i++) {
        const Hs__PastRound *past = proposal->past_rounds[i];

        (void)fprintf(cli->out,
                      cli_text(cli, "%s第%u轮：%s（材料 v%u）\n", "%sround %u: %s (packet v%u)\n"),
                      i == 0 ? "\n" : "", past->round, word_of_outcome(cli, past->outcome),
                      past->packet_version);
    }
    answered_print(cli, proposal->answered, proposal->n_answered, cli->out);
    (void)fputs(proposal->n_unread + proposal->n_unread_documents > 0 ? "\n" : "", cli->out);
    unread_print(cli, proposal, cli->out);
}
