/* SPDX-License-Identifier: Apache-2.0 */
/* publication.h - seeing to it that the agent's pack is on record: for runtime.c alone. */
#ifndef AGENTS_PUBLICATION_H
#define AGENTS_PUBLICATION_H

#include "agents/runtime.h"

/* Compares the pack in force, as a welcome names it, with the agent's own, and publishes that where
 * they differ. Until it is on record, and when it is refused, no reviews are taken. */
void publication_welcomed(struct runtime *runtime, const Hs__Welcome *welcome);

#endif
