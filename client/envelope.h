/* SPDX-License-Identifier: Apache-2.0 */
/* envelope.h - commands, made and signed: what a client hands to the broker. */
#ifndef CLIENT_ENVELOPE_H
#define CLIENT_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "client/limits.h"
#include "client/witness.h"
#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/signature.h"
#include "proto/message.h"

enum {
    /* What an envelope adds to its commands at most, and to each of them. */
    ENVELOPE_OVERHEAD_BYTES = 1024,
    ENVELOPE_COMMAND_OVERHEAD_BYTES = 8,
};

/* Writes a new command id at @out: @wall_ms (Unix milliseconds) and ten random bytes. */
void command_id_make(int64_t wall_ms, uint8_t out[COMMAND_ID_BYTES]);

/* Who signs, and for which office. All borrowed. */
struct envelope_author {
    const char *office;
    const char *signer;
    const struct sign_key *key;
};

/* Returns the frame that carries @commands, each the bytes of a Command, in one envelope signed by
 * @author, who has seen @seen; data is NULL if @arena is too small. */
struct bytes envelope_frame(const struct envelope_author *author, const struct bytes *commands,
                            size_t count, const struct seen_head *seen, struct arena *arena);

#endif
