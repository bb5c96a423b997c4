/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - what random_bytes() draws from in the simulator. */
#ifndef TESTS_SIMULATION_RANDOM_H
#define TESTS_SIMULATION_RANDOM_H

#include "tests/simulation/chance.h"

/* Makes @chance the source, borrowed. */
void random_use(struct chance *chance);

#endif
