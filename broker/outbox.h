/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h - what leaves after a turn: one bundle for each connection, closed at 1 MiB, the next
 * begun. */
#ifndef BROKER_OUTBOX_H
#define BROKER_OUTBOX_H

#include "broker/session.h"
#include "net/router.h"

/* Sends what was said to every session since the last time, with @head (the bytes of a SignedHead,
 * or none) in each bundle, and forgets it. A connection that is gone ends its session; one whose
 * queue is full loses its session too: its client connects again and asks for what it lacks.
 * Builds in @arena. */
void outbox_flush(struct sessions *sessions, struct router *router, struct bytes head,
                  struct arena *arena);

/* Returns a new message of the broker in @arena; its memory is a bug's bound, never a peer's: NULL
 * when full, and session_say() accepts that as nothing to say. */
Hs__BrokerMessage *outbox_message(struct arena *arena);

#endif
