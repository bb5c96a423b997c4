/* SPDX-License-Identifier: Apache-2.0 */
/* oracle_events.h - what must be so of each event, by those before it. */
#ifndef TESTS_SIMULATION_ORACLE_EVENTS_H
#define TESTS_SIMULATION_ORACLE_EVENTS_H

#include "store/entry.h"
#include "tests/simulation/oracle.h"

/* Looks at @event of @entry; @txn reads the journal it is in. */
void oracle_event(struct oracle *oracle, struct transaction *txn, const struct entry *entry,
                  const Hs__Event *event);

#endif
