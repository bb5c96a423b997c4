/* SPDX-License-Identifier: Apache-2.0 */
/* apply_approval.h - the part of apply() that is about what the approver and the office decide and
 * the conditions that follow. */
#ifndef CORE_APPLY_APPROVAL_H
#define CORE_APPLY_APPROVAL_H

#include "core/apply.h"

/* Changes @proposal by @event, recorded at @at_ms; does nothing where it is about something else.
 */
void apply_approval(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                    struct arena *arena);

#endif
