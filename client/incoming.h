/* SPDX-License-Identifier: Apache-2.0 */
/* incoming.h - what the broker sends, taken in: for conversation.c alone. */
#ifndef CLIENT_INCOMING_H
#define CLIENT_INCOMING_H

#include "client/conversation.h"

/* Takes in @frame: checks it, and tells whom it concerns. */
void incoming_bundle(struct conversation *conversation, struct bytes frame, int64_t now_ms);

/* Writes the key under which the query @id is pending. */
void query_key(uint64_t id, uint8_t out[COMMAND_ID_BYTES]);

/* Begins anew (conversation.c): until the welcome nothing but hello is sent. */
void conversation_begin(struct conversation *conversation, int64_t now_ms);

#endif
