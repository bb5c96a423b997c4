/* SPDX-License-Identifier: Apache-2.0 */
/* definitions.h - the journal as the place where the library finds definitions. */
#ifndef BROKER_DEFINITIONS_H
#define BROKER_DEFINITIONS_H

#include "broker/library.h"
#include "store/journal.h"

/* Returns a source that reads in @txn, for as long as that lasts. */
struct definition_source definitions_of(struct transaction *txn);

#endif
