/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - one verb's conversation with the broker, as one account.
 *
 * Every function that asks returns STATUS_DONE, or the exit status of the program after it has said
 * why on err: STATUS_REFUSED, STATUS_NO_ANSWER, STATUS_ENVIRONMENT. Answers live in the cli's
 * arena.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "cli/home.h"
#include "proto/message.h"

enum {
    SESSION_CONNECT_MS = 10000, /* to be welcomed */
    SESSION_ANSWER_MS = 15000,  /* to be answered */
};

struct session;
struct arguments;

/* What a verb does in a session; returns an exit status. */
typedef int (*session_fn)(struct cli *cli, struct session *session,
                          const struct arguments *arguments);

/* Opens a session of the cli's home, does @work in it and closes it. Returns an exit status. */
int session_do(struct cli *cli, const struct arguments *arguments, session_fn work);

/* Opens a session of @home's broker as the account asked for, and waits to be welcomed. Warns on
 * err if the broker's clock is suspect. @home outlives it. */
int session_open(struct cli *cli, const struct home *home, struct session **out);

/* Minutes by which the office's local time is ahead of UTC. */
int session_offset_minutes(const struct session *session);

/* The office's time, as it was when the session began. */
int64_t session_office_ms(const struct session *session);

/* Returns what the broker said when it welcomed us, its time with it; valid until the session is
 * closed. */
const Hs__Welcome *session_welcome(const struct session *session);

/* Sends @command, whose id is set in it: a new one, or that of the same command sent before and not
 * answered (kept.h). Sets @out to the receipt; to NULL if what it
 * asks for was so already. Refused: STATUS_REFUSED. */
int session_command(struct session *session, Hs__Command *command, Hs__Receipt **out);

/* Sends @command likewise, and says nothing of what becomes of it: one that goes along with what
 * was asked for, and that the signer may not have a right to. */
void session_command_quietly(struct session *session, Hs__Command *command);

/* Asks @query. Sets @out to the answer, which is no refusal: that is STATUS_REFUSED. */
int session_query(struct session *session, Hs__Query *query, Hs__Answer **out);

/* Asks for the proposal of this number or id. */
int session_show(struct session *session, const char *proposal, Hs__Proposal **out);

/* Asks for the office's record. */
int session_office(struct session *session, Hs__Office **out);

/* Asks for what happens to @proposal (0: to all) from now on. */
int session_watch(struct session *session, uint64_t proposal);

/* Waits @timeout_ms for the next thing that happens. Sets @out to NULL when nothing did. */
int session_next(struct session *session, uint64_t timeout_ms, Hs__FeedItem **out);

/* For a verb that goes on meanwhile. session_ask() asks @query; @answer is NULL until
 * session_wait() has set it, in @arena, and session_check() then says whether it is one.
 * session_wait() waits for that, for what is watched, and until the descriptor given to
 * session_listen() can be read; that nothing of it came in @timeout_ms is STATUS_DONE too. */
void session_listen(struct session *session, int descriptor);
int session_ask(struct session *session, Hs__Query *query, struct arena *arena,
                Hs__Answer **answer);
int session_wait(struct session *session, uint64_t timeout_ms);
int session_check(const struct session *session, const Hs__Query *query, const Hs__Answer *answer);

/* True while the connection stands; it comes back by itself. */
bool session_is_connected(const struct session *session);

/* Stores the file at @path with the broker and sets the hash, size and name of @document. */
int session_put_document(struct session *session, const char *path, Hs__Document *document);

/* Accepts NULL. */
void session_close(struct session *session);

/* Milliseconds of a clock that never goes back. */
uint64_t session_now_ms(void);

#endif
