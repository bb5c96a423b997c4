/* SPDX-License-Identifier: Apache-2.0 */
/* disclose.h - what of the opinions of a running round a principal may read.
 *
 * The office, approvers, supervisors and auditors read all of them, a department its own. Other
 * departments read them at once where the stage does not seal them, else when every review of the
 * round is in; the applicant with the verdict. A draft is for its own department alone. Who has
 * answered, and when, is no secret: what it said is. Conflicts and mergers tell what two opinions
 * demand: who may read both reads them.
 */
#ifndef CORE_DISCLOSE_H
#define CORE_DISCLOSE_H

#include <stdbool.h>

#include "lib/arena.h"
#include "proto/message.h"

/* True if @principal, who may read @proposal, may read what @review of its present round said. */
bool disclose_opinion(const Hs__Principal *principal, const Hs__Proposal *proposal,
                      const Hs__Review *review);

/* True if @principal may read the draft of @review. */
bool disclose_draft(const Hs__Principal *principal, const Hs__Review *review);

/* Returns @proposal as @principal may read it: itself, or a copy in @arena in which the rest is
 * left out and reviews say that something is withheld. NULL: the arena is full. */
Hs__Proposal *disclose_proposal(const Hs__Principal *principal, Hs__Proposal *proposal,
                                struct arena *arena);

/* What @principal may hear of an event about a proposal. */
enum disclosure {
    DISCLOSE_NOTHING,
    DISCLOSE_THAT_IT_HAPPENED, /* disclose_outline() */
    DISCLOSE_ALL,
};

enum disclosure disclose_event(const Hs__Principal *principal, const Hs__Proposal *proposal,
                               const Hs__Event *event);

/* Returns opinion_given without what was said, in @arena; NULL if that is full. */
Hs__Event *disclose_outline(const Hs__Event *event, struct arena *arena);

#endif
