/* SPDX-License-Identifier: Apache-2.0 */
/* trace.h - the events of clocks in the words of the oracle: `MS DEPARTMENT WORDS`, a line each.
 *
 * What is not about a clock is left out. A refusal is of the department "~".
 */
#ifndef TESTS_VIRTUAL_TRACE_H
#define TESTS_VIRTUAL_TRACE_H

#include <stdint.h>
#include <stdio.h>

#include "proto/message.h"

/* Prints @event, recorded at @at_ms. */
void trace_event(FILE *file, int64_t at_ms, const Hs__Event *event);

/* Prints that @command was refused for the reason @code. */
void trace_refusal(FILE *file, int64_t at_ms, const Hs__Command *command, const char *code);

#endif
