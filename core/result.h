/* SPDX-License-Identifier: Apache-2.0 */
/* result.h - what a receipt says a command led to: a pure function of the events it gave, so that
 * an old receipt can be made again from the journal. */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "proto/message.h"

/* Sets @out to the result of the @count @events of one command. @number is that of the proposal
 * they are about (it never changes); NULL where they are about none or submit it. Borrows from the
 * events and @number. Returns false if @arena is too small. */
bool result_of_events(Hs__Event *const *events, size_t count, const char *number,
                      struct arena *arena, Hs__Receipt__Result *out);

#endif
