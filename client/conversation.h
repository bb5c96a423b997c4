/* SPDX-License-Identifier: Apache-2.0 */
/* conversation.h - the protocol with the broker, without a socket or a clock.
 *
 * It is told when a connection stands and what arrives, and says what to send: hello after every
 * connecting, and again when nothing was heard for long; then, once welcomed, heartbeats, watches,
 * and every command and query until it is answered (pending.h). The commands that wait at the end
 * of a turn travel in one envelope, signed.
 *
 * It holds the broker to its word: a receipt that does not prove its entry is no answer, and a
 * journal that is not the one seen before ends the conversation.
 *
 * Time is what the caller brings: milliseconds of a clock that never goes back. Functions given to
 * it may call it again; what they are given lives until they return.
 */
#ifndef CLIENT_CONVERSATION_H
#define CLIENT_CONVERSATION_H

#include <stdbool.h>
#include <stdint.h>

#include "client/answer.h"
#include "client/envelope.h"
#include "client/pending.h"
#include "client/witness.h"

enum { INSTANCE_BYTES = 16 };

/* What the other side did that it should not have. */
enum client_problem {
    PROBLEM_HISTORY_DIFFERS,  /* the conversation has ended */
    PROBLEM_WRONG_BROKER,     /* another office or key than agreed: the conversation has ended */
    PROBLEM_ENVELOPE_REFUSED, /* a whole envelope was refused; its commands stay */
    PROBLEM_RECEIPT_INVALID,  /* a receipt proves nothing; its command stays */
    PROBLEM_MESSAGE_INVALID,  /* what arrived cannot be read, and is dropped */
};

/* Returns the problem's code as scripts read it: HISTORY_DIFFERS. */
const char *client_problem_code(enum client_problem problem);

/* Returns the problem in a sentence without a full stop. */
const char *client_problem_zh(enum client_problem problem);
const char *client_problem_en(enum client_problem problem);

/* Whom to tell. Each may be NULL. */
struct client_handlers {
    void *self;
    void (*welcomed)(void *self, const Hs__Welcome *welcome);
    void (*lost)(void *self); /* the connection is gone; it is sought again */
    /* The broker refuses our key, or is another than expected; it is tried again. */
    void (*denied)(void *self);
    void (*review)(void *self, const Hs__ReviewTask *task);
    void (*review_ended)(void *self, const Hs__ReviewRef *review);
    void (*feed)(void *self, const Hs__FeedItem *item);
    void (*document_state)(void *self, const Hs__DocumentState *state);
    void (*document_chunk)(void *self, const Hs__DocumentChunk *chunk);
    void (*problem)(void *self, enum client_problem problem, const char *detail);
    /* At the end of a turn of the loop, before what waits is sent: what came in together can be
     * stored together. Returns true if it has more to do: the next turn then comes at once. */
    bool (*turn)(void *self);
};

/* Who talks to whom. Texts and keys are borrowed and outlive the conversation. */
struct conversation_settings {
    struct envelope_author author;
    const char *department; /* of an agent; empty: a client */
    uint32_t credit;        /* reviews it takes unanswered */
    uint8_t instance[INSTANCE_BYTES];
    uint8_t broker_key[WITNESS_KEY_BYTES]; /* Ed25519 */
    struct seen_head seen;
};

/* How frames leave: returns false if there is no room now; it is then tried again. */
struct conversation_sender {
    void *self;
    bool (*send)(void *self, struct bytes frame);
};

struct conversation {
    struct conversation_settings settings;
    struct client_handlers handlers;
    struct conversation_sender sender;
    struct witness witness;

    bool is_connected;
    bool is_welcomed;
    bool is_stopped;          /* for good */
    bool has_more;            /* the turn function said so */
    bool are_watches_sent;    /* all of them, on this connection */
    int64_t hello_due_ms;     /* while not welcomed */
    int64_t hello_silence_ms; /* before the next hello */
    int64_t sent_ms;          /* of the last frame */
    int64_t heard_ms;         /* the same, received */
    int64_t retry_ms;         /* when a send that found no room is tried again; 0: none */

    struct pending commands;
    struct pending queries;
    uint64_t query_id; /* the last one given */
    uint64_t watches[CLIENT_WATCHES_MAX];
    size_t watch_count;

    struct arena incoming; /* of the frame at hand */
    struct arena outgoing; /* of the frame being made */
};

/* Makes a conversation that is not connected. */
void conversation_init(struct conversation *conversation,
                       const struct conversation_settings *settings,
                       const struct client_handlers *handlers,
                       const struct conversation_sender *sender);

/* Forgets everything; nobody is told. */
void conversation_release(struct conversation *conversation);

/* Says that a new connection stands, or that it is gone. */
void conversation_connected(struct conversation *conversation, int64_t now_ms);
void conversation_lost(struct conversation *conversation);

/* Takes in @frame, a bundle of the broker's. */
void conversation_receive(struct conversation *conversation, struct bytes frame, int64_t now_ms);

/* Sends what is due at @now_ms. */
void conversation_turn(struct conversation *conversation, int64_t now_ms);

/* Returns when conversation_turn() is due next, or INT64_MAX. */
int64_t conversation_wake_ms(const struct conversation *conversation);

/* Takes @bytes, the bytes of a Command with id @id, to be sent until answered; copied.
 * A temporary refusal (STORE_FULL, TOO_BUSY) is an answer unless @is_patient.
 *
 * Errors (nothing is taken):
 *   ERR_EXISTS   a command of this id is waiting
 *   ERR_INVALID  @bytes are more than CLIENT_COMMAND_BYTES_MAX
 *   ERR_FULL     too many are waiting */
struct conversation_command {
    uint8_t id[COMMAND_ID_BYTES];
    struct bytes bytes;
    bool is_patient;
    command_answered_fn answered;
    void *self;
};
enum err conversation_command(struct conversation *conversation,
                              const struct conversation_command *command);

/* Forgets the command @id: it may have been decided or not. Does nothing if there is none. */
void conversation_forget(struct conversation *conversation, const uint8_t id[COMMAND_ID_BYTES]);

/* Asks @query, whose id is set here, until it is answered. Returns its id; 0 if it is too large or
 * too many are waiting. */
uint64_t conversation_query(struct conversation *conversation, Hs__Query *query,
                            query_answered_fn answered, void *self);

/* Forgets the query @id. */
void conversation_forget_query(struct conversation *conversation, uint64_t id);

/* Watches @proposal (0: everything), on this connection and every later one, or stops it. Returns
 * false if CLIENT_WATCHES_MAX are watched. */
bool conversation_watch(struct conversation *conversation, uint64_t proposal);
void conversation_unwatch(struct conversation *conversation, uint64_t proposal);

/* Sends @message now. Returns false if there is no room or no welcome; it is not tried again. */
bool conversation_send(struct conversation *conversation, const Hs__ClientMessage *message,
                       int64_t now_ms);

/* Says how many reviews are taken unanswered from now on: with a new hello. */
void conversation_credit(struct conversation *conversation, uint32_t credit, int64_t now_ms);

#endif
