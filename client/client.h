/* SPDX-License-Identifier: Apache-2.0 */
/* client.h - libhuishen: one principal's connection to a broker, on a libuv loop.
 *
 * It connects, and again whenever the connection is gone, and holds the conversation
 * (conversation.h) over it. Nothing waits and there are no threads: what is asked for returns at
 * once, and the function given for it is called from the loop, when the answer is there.
 *
 *     client_open(loop, &settings, &handlers, &client);
 *     client_command(client, &command, (struct client_asker){answered, self, false}, NULL);
 *     uv_run(loop, UV_RUN_DEFAULT);
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <uv.h>

#include "client/conversation.h"
#include "net/keys.h"
#include "os/clock.h"

/* All borrowed, and outliving the client. */
struct client_settings {
    const char *endpoint;     /* tcp://HOST:PORT */
    const char *broker_curve; /* the broker's CURVE key in Z85 */
    const struct keys *keys;  /* the principal's own */
    const char *office;
    const char *principal;
    const char *department;                /* of an agent; empty: a client */
    uint32_t credit;                       /* reviews it takes unanswered */
    uint8_t instance[INSTANCE_BYTES];      /* of an agent */
    uint8_t broker_key[WITNESS_KEY_BYTES]; /* the broker's Ed25519 key */
    struct seen_head seen;                 /* the last head seen before, if any */
    struct clock clock;
};

struct client;

/* Begins to connect, on @loop. @settings are borrowed, @handlers copied.
 *
 * Errors: ERR_INVALID if the endpoint or a key is of no accepted form, ERR_IO if the library
 * refuses. */
enum err client_open(uv_loop_t *loop, const struct client_settings *settings,
                     const struct client_handlers *handlers, struct client **out);

/* Who is told of a command's answer. */
struct client_asker {
    command_answered_fn answered;
    void *self;
    bool is_patient; /* a temporary refusal (STORE_FULL, TOO_BUSY) is no answer: it is sent again */
};

/* Sends @command until it is answered, under its own id if it has one (kept from an earlier
 * sending), else under a new one. The id goes to @id, which may be NULL.
 *
 * Errors (nothing is sent):
 *   ERR_INVALID  it is larger than CLIENT_COMMAND_BYTES_MAX
 *   ERR_FULL     too many are waiting */
enum err client_command(struct client *client, const Hs__Command *command,
                        struct client_asker asker, uint8_t *id);

/* Asks @query until it is answered; its id is set in it and returned, 0 if too many are waiting. */
uint64_t client_query(struct client *client, Hs__Query *query, query_answered_fn answered,
                      void *self);

/* Watches @proposal (0: all that the principal may see) on this and every later connection. Returns
 * false if there are too many. To miss nothing, watch first and then ask. */
bool client_watch(struct client *client, uint64_t proposal);
void client_unwatch(struct client *client, uint64_t proposal);

/* Returns the conversation, for what is not offered here; client_wake() after using it, unless from
 * one of the functions that the client calls. */
struct conversation *client_conversation(struct client *client);

/* Makes the next turn of the loop a turn of the client. */
void client_wake(struct client *client);

/* Returns the time that the conversation goes by. */
int64_t client_now_ms(const struct client *client);

/* True while the connection stands and the broker has said welcome. */
bool client_is_welcomed(const struct client *client);

/* Returns how many times in a row the broker refused our key. */
unsigned client_refusals(const struct client *client);

/* Ends everything; nobody is told of anything after this. The memory is given back when the loop
 * has run again. NULL is accepted. */
void client_close(struct client *client);

#endif
