/* SPDX-License-Identifier: Apache-2.0 */
/* event_check.h - whether an event can be applied to the record it is about.
 *
 * apply() is total over what decide() can say. What is read back from a journal is not taken on
 * trust: an event that names a review or a proposal that is not there must be a fault that is
 * reported, not a program that stops.
 */
#ifndef STORE_EVENT_CHECK_H
#define STORE_EVENT_CHECK_H

#include "proto/message.h"

/* Returns NULL if @event can be applied; otherwise what is wrong with it, a static text. @proposal
 * is the record it is about, NULL if there is none. */
const char *event_fault(const Hs__Event *event, const Hs__Proposal *proposal);

#endif
