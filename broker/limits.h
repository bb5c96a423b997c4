/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - the bounds of the broker's work, each with its reason. */
#ifndef BROKER_LIMITS_H
#define BROKER_LIMITS_H

enum {
    /* A turn: what is decided in one transaction. The rest waits in the sockets. */
    TURN_COMMANDS_MAX = 4096,
    TURN_ARENA_BYTES = 64 * 1024 * 1024,
    TURN_END_BYTES = 16 * 1024 * 1024, /* of the arena: an envelope's entry, events, receipts */
    TURN_LEAVES_MAX = 512 * 1024,      /* entries read for repeated receipts: about 0.1 s */
    TURN_ALARMS_MAX = 1024,        /* so that a burst of deadlines does not keep commands waiting */
    TURN_RECOMPUTED_MAX = 1024,    /* proposals whose clocks follow a new calendar; the same */
    TURN_PRINCIPAL_COMMANDS = 256, /* of one principal while others wait */
    COMMAND_ID_BYTES = 16,
    COMMAND_ARENA_FACTOR = 16,         /* a command may use this many times its envelope's bytes, */
    COMMAND_ARENA_BYTES_MIN = 1 << 20, /* and at least this */

    /* Sessions: connections that said hello or watch something. */
    SESSIONS_MAX = 4096,
    SESSIONS_PRINCIPAL_MAX = 256, /* of one principal, so that it cannot have all */
    SESSION_WATCHES_MAX = 256,
    SESSION_SILENCE_MS = 15000, /* three heartbeats missed */

    BUNDLE_BYTES_MAX = 1024 * 1024, /* a bundle is closed at this size */
    CREDIT_MAX = 4096,              /* reviews an agent may hold unanswered */

    QUERY_ROWS_MAX = 500,  /* rows of one answer; the client asks for the next */
    BOARD_ROWS_MAX = 100,  /* of a page of the board: a hundred records stay within a bundle */
    BOARD_SCAN_MAX = 1000, /* records read for a page: about 10 ms */
    QUERY_ARENA_BYTES = 32 * 1024 * 1024,
};

#endif
