/* SPDX-License-Identifier: Apache-2.0 */
/* proposal_view.h - a proposal as people and scripts see it. */
#ifndef CLI_PROPOSAL_VIEW_H
#define CLI_PROPOSAL_VIEW_H

#include "cli/cli.h"
#include "proto/message.h"

/* Returns the JSON of @proposal: the message's own, with proposalId (its number) first and reviewId
 * in each of its reviews. The caller releases it. */
json_t *proposal_to_json(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes);

/* Prints the state of @proposal on out: where it stands, its reviews, what it lacks. */
void proposal_print(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes);

/* True if nothing more can come of @proposal without its applicant: it is withdrawn, failed a gate,
 * or has a verdict that does not return it. */
bool proposal_is_ended(const Hs__Proposal *proposal);

#endif
