/* SPDX-License-Identifier: Apache-2.0 */
/* signing.h - which signatures the simulator makes (signing.c says why). */
#ifndef TESTS_SIMULATION_SIGNING_H
#define TESTS_SIMULATION_SIGNING_H

#include <stdbool.h>

/* From now on they are Ed25519's. */
void signing_real(void);

#endif
