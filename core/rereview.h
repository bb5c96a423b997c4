/* SPDX-License-Identifier: Apache-2.0 */
/* rereview.h - a round after the first: the applicant has answered what was demanded, and only
 * those are asked again whom the answer or the new packet concerns.
 *
 * A department is asked again if it has an open must-item, if something it looks at is another now
 * (touch.h), or if it has given nothing that could be kept. Everybody else's opinion is carried
 * forward: the review says so, is closed, and keeps its times, its packet and its signer.
 */
#ifndef CORE_REREVIEW_H
#define CORE_REREVIEW_H

#include "core/checks.h"
#include "core/decide.h"
#include "core/touch.h"

/* What becomes of one seat. */
struct next_seat {
    Hs__Review *carried; /* NULL: the department is asked, if it is involved */
    struct touch touch;  /* why, if an input is the reason */
};

struct next_round {
    struct next_seat *seats; /* one for each seat of the stage */
    Hs__AnsweredItem **answered;
    size_t answered_count;
    struct unread unread;
};

/* Checks the packet of @revise and sets @next to what its round would be. Returns the checks; NULL,
 * with @decision refused, if it cannot have one: ROUNDS_EXHAUSTED, REPLY_INCOMPLETE, REPLY_INVALID
 * as below, or for what intake_check() refuses. */
struct checks *rereview_check(const struct situation *situation, const Hs__Revise *revise,
                              struct next_round *next, struct decision *decision);

/* Decides on a new packet for a proposal that was returned, or whose packet since then failed a
 * gate or lacked something. Refuses with NOTHING_TO_REVISE what was not returned, with
 * ROUNDS_EXHAUSTED what has had all its rounds, with REPLY_INCOMPLETE, naming the items, a reply
 * that leaves a must-item open, with REPLY_INVALID one that answers what was not asked. */
void decide_rereview(const struct situation *situation, const Hs__Revise *revise,
                     struct decision *out);

#endif
