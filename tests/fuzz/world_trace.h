/* SPDX-License-Identifier: Apache-2.0 */
/* world_trace.h - what happens in a world, printed where FUZZ_TRACE is set: for people who look
 * into a case that failed. */
#ifndef TESTS_FUZZ_WORLD_TRACE_H
#define TESTS_FUZZ_WORLD_TRACE_H

#include "tests/fuzz/world.h"

/* Prints a command with what it was answered, or an event, as JSON with the time. */
void world_trace(const struct world *world, const char *what, const void *message);

#endif
