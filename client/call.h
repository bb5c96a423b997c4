/* SPDX-License-Identifier: Apache-2.0 */
/* call.h - a connection to a broker for programs that ask one thing at a time and wait for it.
 *
 * The same client underneath, on a loop of its own that runs only while a call waits. Every call
 * has a time to be answered in, in milliseconds. Beside what a call lists, each may return:
 *   ERR_TIMEOUT  no answer in time; a command may have been decided nevertheless
 *   ERR_DENIED   the broker refuses our key: it is not enrolled, or this is another broker
 *   ERR_CORRUPT  the broker is not to be trusted: client_call_problem() says why. Nothing is asked
 *                of it any more
 *   ERR_FULL     the answer does not fit into the arena given, or what is asked is too large
 */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include <stdint.h>

#include "client/client.h"
#include "lib/arena.h"

enum {
    CALL_FEED_BYTES_MAX = 64 * 1024 * 1024, /* of what happened and was not asked for yet */
    CALL_REASON_BYTES = 160,
};

struct client_call;

/* Connects and waits to be welcomed. @settings outlive the call.
 *
 * Errors (nothing is left open), beside those above:
 *   ERR_INVALID  the endpoint or a key is of no accepted form
 *   ERR_IO       the library refuses */
enum err client_call_open(const struct client_settings *settings, int64_t timeout_ms,
                          struct client_call **out);

/* Returns what the broker said when it welcomed us; valid until the call is closed. */
const Hs__Welcome *client_call_welcome(const struct client_call *call);

/* Returns the code of the problem that ended the conversation, or NULL. Valid for ever. */
const char *client_call_problem(const struct client_call *call);

/* Sends @command, under its own id if it has one, else under a new one, and sets @answer, in
 * @arena, to its answer. A refusal is an answer, also a temporary one. */
enum err client_call_command(struct client_call *call, const Hs__Command *command,
                             int64_t timeout_ms, struct arena *arena,
                             struct command_answer *answer);

/* Asks @query, whose id is set here, and sets @answer, in @arena; answer->refusal if refused. */
enum err client_call_query(struct client_call *call, Hs__Query *query, int64_t timeout_ms,
                           struct arena *arena, Hs__Answer **answer);

/* Watches @proposal (0: all that the principal may see). Errors: ERR_FULL. */
enum err client_call_watch(struct client_call *call, uint64_t proposal);

/* Watches it no longer. What came of it before is still there to be asked for. */
void client_call_unwatch(struct client_call *call, uint64_t proposal);

/* Sets @item, in @arena, to the next thing that happened to what is watched. ERR_FULL also if more
 * than CALL_FEED_BYTES_MAX were not asked for in time: some are lost. */
enum err client_call_next(struct client_call *call, int64_t timeout_ms, struct arena *arena,
                          Hs__FeedItem **item);

/* For programs that go on meanwhile: asks @query, whose id is set here, without waiting. @answer is
 * NULL until client_call_wait() has set it, in @arena. One is asked at a time: what is asked next
 * takes its place. */
enum err client_call_ask(struct client_call *call, Hs__Query *query, struct arena *arena,
                         Hs__Answer **answer);

/* Lets client_call_wait() also end when @descriptor can be read. Once for a call; the descriptor
 * outlives it. */
void client_call_listen(struct client_call *call, int descriptor);

/* Waits until what was asked is answered, something happened to what is watched, or the descriptor
 * can be read. ERR_TIMEOUT if nothing of it did; ERR_FULL if the answer does not fit. */
enum err client_call_wait(struct client_call *call, int64_t timeout_ms);

/* True while the connection stands; it comes back by itself. */
bool client_call_is_connected(const struct client_call *call);

/* Told how far a document has come. */
struct call_progress {
    void (*report)(void *self, uint64_t done_bytes, uint64_t all_bytes); /* or NULL */
    void *self;
};

/* A document that was stored, or what the broker said against it. */
struct call_document {
    struct hash hash;
    uint64_t size;
    bool is_refused; /* reason is the broker's code: STORE_FULL */
    char reason[CALL_REASON_BYTES];
};

/* Stores the file @path with the broker; waits at most @timeout_ms without progress.
 *
 * Errors, beside those above (@out->reason says why, if anything is to be said):
 *   ERR_ABSENT   there is no such file
 *   ERR_INVALID  it is no regular file, or the broker refuses it
 *   ERR_FULL     it is larger than DOCUMENT_BYTES_MAX
 *   ERR_IO       it cannot be read */
enum err client_call_put(struct client_call *call, const char *path, int64_t timeout_ms,
                         const struct call_progress *progress, struct call_document *out);

/* Fetches the document @out->hash into the file @path; waits at most @timeout_ms without progress.
 * Sets @out->size.
 *
 * Errors, beside those above, with no file made (@out->reason):
 *   ERR_INVALID  the broker does not have it, or refuses it, or the path is too long
 *   ERR_ABSENT, ERR_NO_SPACE, ERR_IO  the file cannot be written */
enum err client_call_get(struct client_call *call, const char *path, int64_t timeout_ms,
                         const struct call_progress *progress, struct call_document *out);

/* Closes the connection. Accepts NULL. */
void client_call_close(struct client_call *call);

#endif
