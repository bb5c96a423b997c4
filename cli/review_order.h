/* SPDX-License-Identifier: Apache-2.0 */
/* review_order.h - a verb's one command about a review, or about a proposal as a whole, and what
 * became of it.
 *
 * With --json: {"reviewId", "state", "review"}, of a whole {"proposalId", "state", "proposal"};
 * state is "recorded" or, where what was asked for was so already, "unchanged", and the record is
 * as it is afterwards.
 */
#ifndef CLI_REVIEW_ORDER_H
#define CLI_REVIEW_ORDER_H

#include "cli/review_ref.h"

struct review_order {
    const struct review_target *target;
    Hs__Command *command; /* whose review is that of the target */
    struct phrase done;   /* what is so once it is on record */
};

/* Sends the command of @order and prints what became of it: that it is done, and where the clock
 * stands now. Returns an exit status. */
int review_order_give(struct cli *cli, struct session *session, const struct review_order *order);

/* Says on err that the verb needs @words, "--reason and --until", and returns STATUS_INVALID. */
int review_order_needs(const struct cli *cli, const char *words);

#endif
