/* SPDX-License-Identifier: Apache-2.0 */
/* apply_conflict.h - the part of apply() that is about conflicts and what settles them. */
#ifndef CORE_APPLY_CONFLICT_H
#define CORE_APPLY_CONFLICT_H

#include "core/apply.h"

/* Changes @proposal by @event, recorded at @at_ms; does nothing where it is about something else.
 */
void apply_conflict(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                    struct arena *arena);

/* Names the sides of @department in confirmed conflicts anew: it restated its opinion. */
void apply_restatement(Hs__Proposal *proposal, const char *department, struct arena *arena);

#endif
