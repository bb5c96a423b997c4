/* SPDX-License-Identifier: Apache-2.0 */
/* intake_view.h - what keeps a proposal from being reviewed: failed gates, missing fields. */
#ifndef CLI_INTAKE_VIEW_H
#define CLI_INTAKE_VIEW_H

#include "cli/session.h"

/* Tells what became of @proposal at intake, as `submit` and `revise` do: on out its number, or with
 * --json {"proposalId", "status", "outcome", "failedGates": [], "missing": []}; on err, if it
 * failed a gate or lacks something, "refused: GATE_FAILED" or "refused: INCOMPLETE" and below it
 * every failed gate and every missing field. What only some departments of a round lack is told on
 * err too, and no refusal. Returns STATUS_REFUSED in the first two cases, STATUS_DONE, or why the
 * words of the gates could not be had. */
int intake_tell(struct cli *cli, struct session *session, const Hs__Proposal *proposal);

/* Prints the lists alone, on @file. */
int intake_print(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                 FILE *file);

/* Prints what departments ask and was not sent yet, with the time at which it is, and what the
 * applicant answered to the last correction of the round. */
void questions_print(const struct cli *cli, const Hs__Proposal *proposal, int offset_minutes);

#endif
