/* SPDX-License-Identifier: Apache-2.0 */
/* condition.h - the conditions of a verdict: what must be done before the proposal is through.
 *
 * A condition is named by what it comes from:
 *   fire#2          an item of severity must of a conditional opinion, unless a ruling overruled
 * it; fire            what the approver decided conditionally for a silent department; ruling#1 the
 * demand of the ruling on conflict 1; CO-1, CO-1[L2]  a failed check of the office with condition
 * that it did not set aside. Who set an item closes it; the office may close any.
 */
#ifndef CORE_CONDITION_H
#define CORE_CONDITION_H

#include <stdbool.h>

#include "proto/message.h"

/* True if @name is a condition of @proposal's round. Sets @department to the one whose it is; ""
 * where it is the office's. Valid as long as the proposal. */
bool condition_find(const Hs__Proposal *proposal, const char *name, const char **department);

/* True if the item @item of @review, an opinion of this round, is a condition. */
bool condition_is_item(const Hs__Proposal *proposal, const Hs__Review *review, uint32_t item);

/* True if @item of the office is one. */
bool condition_is_office_item(const Hs__OfficeItem *item);

/* Returns how the condition that is item @item of @review was closed; NULL while it is open. */
const Hs__ClosedCondition *condition_closed_item(const Hs__Proposal *proposal,
                                                 const Hs__Review *review, uint32_t item);

/* Returns how @name was closed; NULL while it is open. */
const Hs__ClosedCondition *condition_closed(const Hs__Proposal *proposal, const char *name);

#endif
