/* SPDX-License-Identifier: Apache-2.0 */
/* world_check.h - what the offices of world.h are held to, event by event. */
#ifndef TESTS_FUZZ_WORLD_CHECK_H
#define TESTS_FUZZ_WORLD_CHECK_H

#include "tests/fuzz/world.h"

/* Holds @event against what is on record of @proposal, before it is applied. */
void world_check_event(struct world *world, struct world_proposal *proposal,
                       const Hs__Event *event);

/* Holds the record of @proposal, after an event was applied, to its form and to its verdict. */
void world_check_record(struct world *world, const struct world_proposal *proposal);

#endif
