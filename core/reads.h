/* SPDX-License-Identifier: Apache-2.0 */
/* reads.h - which fields a rule reads: found in its text, whatever the data may be.
 *
 * Private to the rule language. It errs to the coarse side: a change of any field that could change
 * the rule's value lies at or below a path it gives.
 */
#ifndef CORE_READS_H
#define CORE_READS_H

#include <stdbool.h>

#include "core/syntax.h"
#include "lib/arena.h"

/* Sets the reads of @expression, in @arena. Returns false if the arena is full. */
bool reads_collect(struct expression *expression, struct arena *arena);

#endif
