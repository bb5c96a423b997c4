/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - the bounds of a client's work, each with its reason. Sizes are bytes, times ms. */
#ifndef CLIENT_LIMITS_H
#define CLIENT_LIMITS_H

enum {
    COMMAND_ID_BYTES = 16,

    /* An envelope is closed at this size; a packet at its limit still fits with what surrounds it
     * because a single command may travel alone above it. */
    CLIENT_ENVELOPE_BYTES_MAX = 1024 * 1024,
    CLIENT_COMMAND_BYTES_MAX = 2 * 1024 * 1024,
    CLIENT_ENVELOPE_COMMANDS_MAX = 4096, /* what the broker decides in a turn */

    /* The broker's bundles close at 1 MiB, with one message above that at most. */
    CLIENT_FRAME_BYTES_MAX = 4 * 1024 * 1024,
    CLIENT_ARENA_BYTES = 16 * CLIENT_FRAME_BYTES_MAX,

    CLIENT_PENDING_MAX = 64 * 1024,               /* commands or queries unanswered */
    CLIENT_PENDING_BYTES_MAX = 256 * 1024 * 1024, /* their bytes, all together */
    CLIENT_WATCHES_MAX = 256,                     /* as the broker keeps for a session */

    CLIENT_RESEND_FIRST_MS = 3000, /* silence before the first resend; doubles to ... */
    CLIENT_RESEND_MAX_MS = 30000,
    CLIENT_LOOK_MS = 500,       /* how often silences are looked at */
    CLIENT_RETRY_MS = 100,      /* a send that found no room is tried again */
    CLIENT_HEARTBEAT_MS = 5000, /* the broker ends a session after three missed */
    CLIENT_SESSION_MS = 14000,  /* our own silence after which the session is taken for ended */
    CLIENT_QUIET_MS = 60000,    /* the broker's silence after which it is greeted again, should what
                                   it said of an ended session have been lost */

    DOCUMENT_CHUNK_BYTES = 256 * 1024,
    DOCUMENT_CREDIT = 8, /* chunks in flight */
    DOCUMENT_TRANSFERS_MAX = 16,
    DOCUMENT_RESTARTS_MAX = 8, /* in a row without a byte gained */
};

#define DOCUMENT_BYTES_MAX ((uint64_t)512 * 1024 * 1024)

#endif
