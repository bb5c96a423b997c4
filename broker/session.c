/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/session.h"

#include <stdlib.h>

#include "lib/check.h"

static void *grow(void *array, size_t capacity, size_t size)
{
    void *grown = realloc(array, capacity * size);

    require(grown != NULL); /* exhausted memory ends the process; counts are bounded */
    return grown;
}

static size_t bucket_of(struct bytes routing)
{
    uint32_t hash = 2166136261U; /* FNV-1a: routing ids are the library's own random bytes */

    for (size_t i = 0; i < routing.size; i++) {
        hash = (hash ^ routing.data[i]) * 16777619U;
    }
    return hash % SESSION_BUCKETS;
}

static struct bytes routing_of(const struct session *session)
{
    return (struct bytes){session->routing, session->routing_size};
}

void sessions_init(struct sessions *sessions)
{
    *sessions = (struct sessions){.count = 0};
}

void sessions_release(struct sessions *sessions)
{
    while (sessions->all != NULL) {
        sessions_end(sessions, sessions->all);
    }
}

struct session *sessions_find(const struct sessions *sessions, struct bytes routing)
{
    struct session *session = sessions->buckets[bucket_of(routing)];

    while (session != NULL && !bytes_equal(routing_of(session), routing)) {
        session = session->next;
    }
    return session;
}

static struct session *session_new(struct bytes routing, const char *user)
{
    struct session *session = calloc(1, sizeof *session);

    require(session != NULL);
    memcpy(session->routing, routing.data, routing.size);
    session->routing_size = routing.size;
    memcpy(session->user, user, strlen(user) + 1);
    return session;
}

/* Makes room for one more session of @user: who has all that it may have loses one of its own. */
static void make_room(struct sessions *sessions, const char *user)
{
    struct session *oldest = NULL;
    size_t count = 0;

    for (struct session *s = sessions->all; s != NULL; s = s->all_next) {
        if (strcmp(s->user, user) == 0) {
            count++;
            oldest = oldest == NULL || s->seen_ms <= oldest->seen_ms ? s : oldest;
        }
    }
    if (count >= SESSIONS_PRINCIPAL_MAX) {
        sessions_end(sessions, oldest);
    }
}

struct session *sessions_take(struct sessions *sessions, struct bytes routing, const char *user)
{
    struct session *session = sessions_find(sessions, routing);

    if (session != NULL && strcmp(session->user, user) == 0) {
        return session;
    }
    if (session != NULL) {
        sessions_end(sessions, session);
    }
    make_room(sessions, user);
    if (sessions->count == SESSIONS_MAX || routing.size > ROUTING_BYTES_MAX ||
        strlen(user) >= USER_BYTES_MAX) {
        return NULL;
    }

    size_t bucket = bucket_of(routing);
    session = session_new(routing, user);
    session->next = sessions->buckets[bucket];
    sessions->buckets[bucket] = session;
    session->all_next = sessions->all;
    sessions->all = session;
    sessions->count++;
    return session;
}

void sessions_end(struct sessions *sessions, struct session *session)
{
    struct session **link = &sessions->buckets[bucket_of(routing_of(session))];

    while (*link != session) {
        link = &(*link)->next;
    }
    *link = session->next;
    for (link = &sessions->all; *link != session; link = &(*link)->all_next) {
    }
    *link = session->all_next;
    sessions->count--;
    sessions->is_lease_free = sessions->is_lease_free || session->lease_count > 0;
    free(session->leases);
    free(session->messages);
    free(session);
}

void session_lapse(struct sessions *sessions, struct session *session)
{
    sessions->is_lease_free = sessions->is_lease_free || session->lease_count > 0;
    session->department[0] = '\0';
    session->credit = 0;
    session->lease_count = 0;
    session->watches_all = false;
    session->watch_count = 0;
    session->message_count = 0;
    session->has_greeted = false;
    session->is_hello_wanted = false;
}

void sessions_replace(struct sessions *sessions, const struct session *session)
{
    struct session *other = sessions->all;

    while (other != NULL) {
        struct session *following = other->all_next;

        if (other != session && strcmp(other->user, session->user) == 0 &&
            memcmp(other->instance, session->instance, sizeof session->instance) == 0) {
            sessions_end(sessions, other);
        }
        other = following;
    }
}

bool session_has_credit(const struct session *session)
{
    return session->lease_count < session->credit;
}

static size_t find_lease(const struct session *session, uint64_t proposal, uint32_t round)
{
    size_t index = 0;

    while (index < session->lease_count &&
           (session->leases[index].proposal != proposal || session->leases[index].round != round)) {
        index++;
    }
    return index;
}

bool session_lease(struct session *session, uint64_t proposal, uint32_t round)
{
    if (!session_has_credit(session)) {
        return false;
    }
    if (session->lease_count == session->lease_capacity) {
        session->lease_capacity = session->lease_capacity == 0 ? 16 : 2 * session->lease_capacity;
        session->leases = grow(session->leases, session->lease_capacity, sizeof(struct lease));
    }
    session->leases[session->lease_count++] = (struct lease){proposal, round};
    return true;
}

bool session_unlease(struct session *session, uint64_t proposal, uint32_t round)
{
    size_t index = find_lease(session, proposal, round);

    if (index == session->lease_count) {
        return false;
    }
    session->leases[index] = session->leases[--session->lease_count];
    return true;
}

bool sessions_leased(const struct sessions *sessions, const char *department, uint64_t proposal,
                     uint32_t round)
{
    for (const struct session *s = sessions->all; s != NULL; s = s->all_next) {
        if (strcmp(s->department, department) == 0 &&
            find_lease(s, proposal, round) < s->lease_count) {
            return true;
        }
    }
    return false;
}

static size_t find_watch(const struct session *session, uint64_t proposal)
{
    size_t index = 0;

    while (index < session->watch_count && session->watches[index] != proposal) {
        index++;
    }
    return index;
}

bool session_watch(struct session *session, uint64_t proposal, bool stop)
{
    size_t index = find_watch(session, proposal);

    if (proposal == 0) {
        session->watches_all = !stop;
        return true;
    }
    if (stop) {
        if (index < session->watch_count) {
            session->watches[index] = session->watches[--session->watch_count];
        }
        return true;
    }
    if (index < session->watch_count) {
        return true;
    }
    if (session->watch_count == SESSION_WATCHES_MAX) {
        return false;
    }
    session->watches[session->watch_count++] = proposal;
    return true;
}

bool session_watches(const struct session *session, uint64_t proposal)
{
    return session->watches_all || find_watch(session, proposal) < session->watch_count;
}

void session_say(struct session *session, Hs__BrokerMessage *message)
{
    if (session->message_count == session->message_capacity) {
        session->message_capacity =
            session->message_capacity == 0 ? 16 : 2 * session->message_capacity;
        session->messages =
            grow(session->messages, session->message_capacity, sizeof(Hs__BrokerMessage *));
    }
    session->messages[session->message_count++] = message;
}
