/* SPDX-License-Identifier: Apache-2.0 */
/* await.h - waiting until a proposal has its verdict, or has ended. */
#ifndef CLI_AWAIT_H
#define CLI_AWAIT_H

#include "cli/session.h"

enum await_what {
    AWAIT_VERDICT, /* of the present round */
    AWAIT_END,     /* proposal_is_ended() */
};

/* Waits at most @timeout_ms until @proposal, as asked for at the beginning and again after each
 * thing that happened to it, has come that far. Sets @out to its record as it then is, in any case.
 *
 * Returns STATUS_DONE when it came; STATUS_NO_ANSWER when the time passed; STATUS_REFUSED, without
 * a word said, when it can no longer come: the proposal was withdrawn or failed a gate; or another
 * exit status after saying why. */
int await_proposal(struct session *session, const char *proposal, enum await_what what,
                   uint64_t timeout_ms, Hs__Proposal **out);

#endif
