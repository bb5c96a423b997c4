/* SPDX-License-Identifier: Apache-2.0 */
/* apply.h - what an event does to the records it is about.
 *
 * Pure and total: it decides nothing and cannot fail. The same events in the same order give the
 * same records on any machine, for ever; the meaning of an event already recorded never changes. It
 * knows no time but that of the entry. A record borrows texts and bytes from the events applied to
 * it, so both live in one arena; what apply adds itself is small (a pointer or a struct for each
 * review and definition), and the caller's arena has room for it: exhaustion is a bug.
 *
 * Times are milliseconds since the Unix epoch, UTC.
 */
#ifndef CORE_APPLY_H
#define CORE_APPLY_H

#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"

/* Which record an event changes. */
enum subject {
    SUBJECT_OFFICE,    /* the office's record: apply_office() */
    SUBJECT_PRINCIPAL, /* the office's record and that of the principal named by the event */
    SUBJECT_PROPOSAL,  /* the proposal event->proposal; proposal_submitted also the office's */
};

/* Returns which record @event changes. */
enum subject event_subject(const Hs__Event *event);

/* Returns the name of the principal that a SUBJECT_PRINCIPAL event is about, borrowed from it. */
const char *event_principal(const Hs__Event *event);

/* Changes @office by @event; does nothing where the event is not about it. */
void apply_office(Hs__Office *office, const Hs__Event *event, struct arena *arena);

/* Changes @principal, empty before it is enrolled, by @event. */
void apply_principal(Hs__Principal *principal, const Hs__Event *event, struct arena *arena);

/* Where in the journal an event is recorded. */
struct event_entry {
    uint64_t seq; /* 0: not yet, in a decision that looks ahead */
    int64_t at_ms;
};

/* Changes @proposal, empty before it is submitted, by @event, recorded as @entry. */
void apply_proposal(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                    struct arena *arena);

#endif
