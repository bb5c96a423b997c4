/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - the bounds of what peers may send, queue and wait for, each with its reason. */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

enum {
    /* A frame: a packet of 1 MiB, its envelope and room to grow. A longer one ends its connection.
     */
    NET_MESSAGE_BYTES_MAX = 4 * 1024 * 1024,

    /* Messages waiting in memory for each connection and direction. Small, because this many times
     * the largest frame is what one peer can make us hold, and because what must not be lost is in
     * a store anyway. */
    NET_QUEUE_MESSAGES = 256,

    /* A connection that has not finished its handshake by then is closed: idle ones cost a
     * descriptor each. */
    NET_HANDSHAKE_MS = 3000,

    /* A client gives a handshake up sooner: one whose key is not enrolled is left without an
     * answer, and a broker in the middle of a large turn still answers well within this. */
    NET_CLIENT_HANDSHAKE_MS = 2000,

    /* A silent connection is asked every five seconds and given up after fifteen. */
    NET_HEARTBEAT_MS = 5000,
    NET_HEARTBEAT_TIMEOUT_MS = 15000,

    /* Connections that the kernel completes before they are accepted. */
    NET_BACKLOG = 512,

    /* A client tries again after 100 to 200 ms, then ever more slowly up to this. Each draws its
     * own start, so that a thousand clients do not come back in the same moment. */
    NET_RECONNECT_MS_MIN = 100,
    NET_RECONNECT_MS_MAX = 5000,

    /* What one wake-up of a handler does before others have their turn. */
    NET_HANDSHAKES_PER_WAKE = 64,
    NET_DROPPED_PARTS_PER_CALL = 1024,
};

#endif
