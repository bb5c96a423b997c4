/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - who is connected: one session for each connection that said hello.
 *
 * Sessions are memory only. A lease (a review lent to an agent) lives in its session and ends with
 * it; nothing of a session is ever needed after a restart. A session's owner is the authenticated
 * User-Id of its connection; the routing id only says where to send.
 */
#ifndef BROKER_SESSION_H
#define BROKER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/limits.h"
#include "lib/arena.h"
#include "lib/bytes.h"
#include "proto/message.h"

enum { ROUTING_BYTES_MAX = 32, USER_BYTES_MAX = 160, DEPARTMENT_BYTES_MAX = 80 };

/* A review lent to an agent. */
struct lease {
    uint64_t proposal;
    uint32_t round;
};

struct session {
    struct session *next; /* in its bucket, then in the list of all */
    struct session *all_next;
    uint8_t routing[ROUTING_BYTES_MAX];
    size_t routing_size;
    char user[USER_BYTES_MAX];
    char department[DEPARTMENT_BYTES_MAX]; /* of an agent; empty: a client */
    uint8_t instance[16];
    uint32_t credit;
    struct lease *leases; /* lease_count of lease_capacity, in no order */
    size_t lease_count;
    size_t lease_capacity;
    int64_t seen_ms;       /* boot clock */
    bool has_greeted;      /* hello was said, and the session has not lapsed since */
    bool is_hello_wanted;  /* its client was told to say hello */
    bool is_slow;          /* its queue was found full since its last hello */
    bool is_misunderstood; /* it sent what cannot be read */
    bool watches_all;
    uint64_t watches[SESSION_WATCHES_MAX];
    size_t watch_count;

    /* What leaves when the turn is over; messages live in the arena of the turn or the query. */
    Hs__BrokerMessage **messages;
    size_t message_count;
    size_t message_capacity;
};

enum { SESSION_BUCKETS = 1024 };

struct sessions {
    struct session *buckets[SESSION_BUCKETS];
    struct session *all;
    size_t count;
    bool is_lease_free; /* a session ended or lapsed with one: it is to be given to others */
};

void sessions_init(struct sessions *sessions);

/* Ends every session. */
void sessions_release(struct sessions *sessions);

/* Returns the session of @routing, or NULL. */
struct session *sessions_find(const struct sessions *sessions, struct bytes routing);

/* Returns the session of @routing and @user, new if there is none; NULL when SESSIONS_MAX are there
 * or a name is too long. A session whose routing id now belongs to another user begins afresh. A
 * user who has SESSIONS_PRINCIPAL_MAX loses the one not seen for longest. */
struct session *sessions_take(struct sessions *sessions, struct bytes routing, const char *user);

/* Ends @session; its leases are free again. */
void sessions_end(struct sessions *sessions, struct session *session);

/* Ends what @session began with its hello: leases, credit, watches, what waits to be sent. Its
 * client is to say hello again. */
void session_lapse(struct sessions *sessions, struct session *session);

/* Ends the sessions of agent @instance other than @session: a new hello replaces the old ones. */
void sessions_replace(struct sessions *sessions, const struct session *session);

/* Leases. session_lease() adds one if credit is left. */
bool session_has_credit(const struct session *session);
bool session_lease(struct session *session, uint64_t proposal, uint32_t round);
bool session_unlease(struct session *session, uint64_t proposal, uint32_t round);

/* True if any session of @department holds a lease of the review. */
bool sessions_leased(const struct sessions *sessions, const char *department, uint64_t proposal,
                     uint32_t round);

/* Watching: 0 is everything. */
bool session_watch(struct session *session, uint64_t proposal, bool stop);
bool session_watches(const struct session *session, uint64_t proposal);

/* Queues @message for @session, to leave with its next bundle. */
void session_say(struct session *session, Hs__BrokerMessage *message);

#endif
