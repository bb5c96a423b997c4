/* SPDX-License-Identifier: Apache-2.0 */
/* apply_opinion.h - what becomes of an opinion before and after it is given: for apply.c. */
#ifndef CORE_APPLY_OPINION_H
#define CORE_APPLY_OPINION_H

#include "core/apply.h"

/* Changes the review that @event names, which must be one of @proposal's: by a draft, by sending
 * back the draft that it has, or by a rectification. What it adds is in @arena, or borrowed from
 * the event. Does nothing where the event is about something else. */
void apply_opinion(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                   struct arena *arena);

#endif
