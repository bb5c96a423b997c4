/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h - an agent's commands on their way: for runtime.c alone.
 *
 * A command is pushed into the store, handed to the conversation after the commit, and removed from
 * the store with its answer, together with what the answer means for the task.
 */
#ifndef AGENTS_OUTBOX_H
#define AGENTS_OUTBOX_H

#include "agents/runtime.h"

/* Gives @command an id and pushes it. Errors: those of the store, or ERR_FULL if @arena is. */
enum err outbox_push(struct runtime *runtime, Hs__Command *command, struct arena *arena);

/* Pushes the acknowledgement of the review @key. Errors: as above. */
enum err outbox_push_receipt(struct runtime *runtime, struct task_key key, struct arena *arena);

/* Hands to the conversation what was committed and is not handed over, as far as it takes it.
 * Errors: ERR_CORRUPT, ERR_IO. */
enum err outbox_hand_over(struct runtime *runtime);

/* Forgets what was handed over; the store keeps it. */
void outbox_release(struct runtime *runtime);

#endif
