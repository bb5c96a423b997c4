/* SPDX-License-Identifier: Apache-2.0 */
/* office_keys.h - whose keys are whose in simulated offices: what a name signs with follows from
 * it, as in tests/virtual/model.h, by which they are founded. */
#ifndef TESTS_SIMULATION_OFFICE_KEYS_H
#define TESTS_SIMULATION_OFFICE_KEYS_H

#include "net/keys.h"

#define OFFICE_ID "virtual"

/* Sets the keys of @name. */
void office_key(const char *name, struct sign_key *sign, uint8_t curve[CURVE_KEY_BYTES]);

#endif
