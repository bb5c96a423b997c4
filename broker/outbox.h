/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h - what leaves after a turn: one bundle for each connection, closed at 1 MiB, the next
 * begun. */
#ifndef BROKER_OUTBOX_H
#define BROKER_OUTBOX_H

#include "broker/session.h"
#include "net/router.h"
#include "os/log.h"

/* What a flush works with. arena is cleared for each frame; its capacity bounds a frame. */
struct outbox {
    struct sessions *sessions;
    struct router *router;
    struct arena *arena;
    const struct log *log;
};

/* Sends what was said to every session since the last time, with @head (the bytes of a SignedHead,
 * or none) in each bundle, and forgets it. A connection that is gone ends its session; where the
 * queue is full the session lapses: its client is told to say hello again when it is next heard,
 * and asks for what it lacks. */
void outbox_flush(const struct outbox *outbox, struct bytes head);

/* Returns a new message of the broker in @arena; NULL when that is full. */
Hs__BrokerMessage *outbox_message(struct arena *arena);

#endif
