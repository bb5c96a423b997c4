/* SPDX-License-Identifier: Apache-2.0 */
/* events.h - what the files of the runtime share. */
#ifndef AGENTS_EVENTS_H
#define AGENTS_EVENTS_H

#include "agents/runtime.h"

/* Ends the runtime because its store failed with @err. */
void runtime_fail(struct runtime *runtime, enum err err);

/* Notes that the store was changed with the outcome @err, which ends the runtime if it is one. */
void runtime_changed(struct runtime *runtime, enum err err);

/* Makes the task @key, whose opinion was not taken, be decided again. */
void runtime_redo(struct runtime *runtime, struct task_key key);

/* Leaves the task @key to a person. */
void runtime_leave(struct runtime *runtime, struct task_key key);

#endif
