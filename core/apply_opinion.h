/* SPDX-License-Identifier: Apache-2.0 */
/* apply_opinion.h - what becomes of an opinion before and after it is given: for apply.c. */
#ifndef CORE_APPLY_OPINION_H
#define CORE_APPLY_OPINION_H

#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"

/* Changes the review that @event names, which must be one of @proposal's: by a draft, by sending
 * back the draft that it has, or by a rectification. What it adds is in @arena, or borrowed from
 * the event. */
void apply_opinion(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                   struct arena *arena);

#endif
