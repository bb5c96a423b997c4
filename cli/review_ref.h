/* SPDX-License-Identifier: Apache-2.0 */
/* review_ref.h - a review as it is written on the command line: LJHS-2026-0007/1/fire. */
#ifndef CLI_REVIEW_REF_H
#define CLI_REVIEW_REF_H

#include "cli/session.h"

/* What a review id names. */
struct review_target {
    Hs__ReviewRef ref;
    const char
        *id; /* LJHS-2026-0007/1/fire, however it was asked for; of a whole, LJHS-2026-0007 */
    const Hs__Proposal *proposal;
};

/* Asks for the proposal that @id names, by number or id, and sets @out. Returns an exit status:
 * STATUS_INVALID if @id is not of the form PROPOSAL/ROUND/DEPARTMENT. */
int review_find(struct cli *cli, struct session *session, const char *id,
                struct review_target *out);

/* The same; but @id may also be that of a proposal alone, which then is meant as a whole: the
 * department of the reference is empty. */
int review_or_proposal_find(struct cli *cli, struct session *session, const char *id,
                            struct review_target *out);

/* True if @target is a proposal as a whole. */
bool review_target_is_whole(const struct review_target *target);

/* Returns the review of @proposal that @target names; NULL if it has none such in its round. */
const Hs__Review *review_in(const Hs__Proposal *proposal, const struct review_target *target);

/* Returns the department that @id names, borrowed from it; NULL if it is no review id. */
const char *review_department(const char *id);

#endif
