/* SPDX-License-Identifier: Apache-2.0 */
/* broker.h - the daemon: one socket, one journal, one loop, one thread.
 *
 * Each time the loop wakes with messages it takes all that is there, decides the commands in one
 * turn, and only after its commit answers, sends reviews to agents and tells who watches. Queries
 * are answered from what was committed.
 */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include <uv.h>

#include "broker/arrivals.h"
#include "broker/session.h"
#include "broker/turn.h"
#include "net/keys.h"
#include "net/router.h"
#include "net/selftest.h"
#include "net/zap.h"
#include "os/log.h"

struct broker_options {
    const char *home;
    const char *listen;     /* endpoint; port 0: any */
    uint64_t map_bytes;     /* of the journal; 0: the default */
    uint64_t reserve_bytes; /* free space below which commands are refused */
    struct log *log;
    struct clock clock;      /* the machine's: for the network and for files */
    struct time_source time; /* the office's */
};

/* The parts are shared by the files of broker/; other programs use the functions below. */
struct broker {
    struct broker_options options;
    int lock; /* of the home; -1: not held */
    uv_loop_t *loop;
    void *context;
    struct zap *zap;
    struct router *router;
    struct keys keys;
    struct journal *journal;
    struct library *library;
    struct directory directory;
    struct turn *turn;
    struct sessions sessions;
    struct arena office_arena;
    Hs__Office *office; /* as committed */
    struct arena query_arena;
    struct arena scratch_arena; /* of one body of the journal */
    struct arena frame_arena;   /* of the frame being sent */
    struct documents_service *documents;
    struct sweep_service *sweep;

    struct arrivals arrivals;

    uv_timer_t alarm;
    uv_timer_t second;
    uv_idle_t again;      /* runs while arrivals or deadlines are left over from a turn */
    int handles;          /* of these, not yet closed */
    bool is_full;         /* free space is below the reserve */
    bool is_store_full;   /* the last turn found no room in the store: deadlines wait a second */
    bool is_dispatch_due; /* reviews were left over for want of room in an arena */
    bool is_stopping;
    bool is_due_known; /* due_ms is the next deadline */
    int64_t due_ms;
    int exit_status;
    uint64_t seconds;
};

/* Opens the home's journal and listens. Errors were logged. */
enum err broker_open(const struct broker_options *options, uv_loop_t *loop, struct broker **out);

/* Proves that a stranger's key does not get in; serve only if it passes. Errors as of
 * selftest_start(). */
enum err broker_selftest(struct broker *broker, selftest_fn on_done, void *self);

/* Returns the endpoint in use. */
const char *broker_endpoint(const struct broker *broker);

/* Ends serving: the loop then runs out of work. Safe to call twice. */
void broker_stop(struct broker *broker);

/* Returns the exit status: 0, or 4 after the store failed. */
int broker_status(const struct broker *broker);

/* Sends what was said to all sessions, with @head in each bundle. */
void broker_flush(struct broker *broker, struct bytes head);

/* Returns the time at which a request is judged outside of a turn: as far as the clock is believed
 * now, and never before that of the last turn. */
int64_t broker_now_ms(const struct broker *broker);

/* Releases everything; the loop has ended. */
void broker_close(struct broker *broker);

/* ---- between the files of broker/ ---- */

/* Opens all that the broker has on disk, and does not listen yet (opening.c): takes the home's
 * lock, checks the journal's end, brings the views to it, reads the office and the directory, finds
 * the documents. Errors were logged; nothing is left open. */
enum err broker_open_home(const struct broker_options *options, uv_loop_t *loop,
                          struct broker **out);

/* Reads the office's record as it was committed last (opening.c). */
enum err broker_load_office(struct broker *broker);

/* The clock between turns (clock_watch.c): true if a turn would find something new about it, or a
 * deadline passed. */
bool clock_watch_is_due(struct broker *broker);

/* Logs what the turn recorded about the clock (clock_watch.c). */
void clock_watch_log(const struct broker *broker);

/* Fills in what @welcome says of the time, in @arena (clock_watch.c). False: it is full. */
bool clock_watch_tell(struct broker *broker, Hs__Welcome *welcome, struct arena *arena);

/* Says the replies of the turn to those who asked (replies.c). */
void replies_say(struct broker *broker);

/* True if @body looks like a message of @kind: the first byte of a ClientMessage is its one field's
 * tag (messages.c). */
bool message_is(struct bytes body, Hs__ClientMessage__BodyCase kind);

/* Tells the client of @session, once, that its session is not there any more: it learns in no other
 * way that what it watched and was lent has ended (messages.c). */
void message_want_hello(struct broker *broker, struct session *session);

/* Takes what is answered at once: everything but an envelope (messages.c). */
void message_take(struct broker *broker, struct session *session, struct bytes body);

/* Answers @query of @session from what is committed (query.c). */
void query_answer(struct broker *broker, struct session *session, const Hs__Query *query,
                  struct arena *arena);

/* Lends reviews of @department to its agents as far as their credit goes (dispatch.c). Packets of
 * the present turn come from @turn, others from the journal. What @arena has no room for waits for
 * dispatch_all(). */
void dispatch_department(struct broker *broker, const char *department, struct arena *arena);

/* The same for every department, in an arena cleared for each; it leaves at once (dispatch.c). */
void dispatch_all(struct broker *broker);

/* Returns the head to welcome @session with, in @arena: the last one; but if @hello tells of
 * another history, the head that stands where the client saw another, which it then finds out
 * (history.c). NULL if @arena is full. */
const Hs__SignedHead *history_head(struct broker *broker, const struct session *session,
                                   const Hs__Hello *hello, struct arena *arena);

/* What the happenings of a turn mean for sessions: reviews to lend, leases to end, feed
 * (dispatch.c). */
void dispatch_happenings(struct broker *broker, struct arena *arena);

/* Puts on record that the journal in @folder came back from a backup, if that is so and not on
 * record yet (restored.c). Errors were logged. */
enum err restored_record(struct broker *broker, const char *folder);

/* Documents: chunks in and out, on worker threads (transfer.c). Errors of opening were logged. */
enum err transfer_open(struct broker *broker, struct documents_service **out);
void transfer_close(struct documents_service *service);
void transfer_put(struct documents_service *service, struct session *session,
                  const Hs__DocumentPut *put);
void transfer_get(struct documents_service *service, struct session *session,
                  const Hs__DocumentGet *get);
const struct documents *transfer_documents(const struct documents_service *service);
bool transfer_has(void *service, const Hs__Document *document);

/* Removes, on a worker thread, what nobody names after a day (sweep.c). A document that a packet is
 * about to name is claimed: true if it is stored and has @size bytes. */
struct sweep_service *sweep_new(struct broker *broker, const struct documents *documents);
void sweep_free(struct sweep_service *service);
void sweep_start(struct sweep_service *service);
bool sweep_claim(struct sweep_service *service, const struct hash *hash, uint64_t size);

#endif
