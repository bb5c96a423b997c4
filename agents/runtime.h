/* SPDX-License-Identifier: Apache-2.0 */
/* runtime.h - an agent at work: takes reviews, has them decided, and sees the answers on record.
 *
 * A review is stored before it is acknowledged, and its opinion before it is sent: all that came in
 * during a turn of the loop, and all that follows from it, is one commit, and what waits is sent
 * after it. So an agent killed at any moment loses nothing and repeats nothing: a command leaves
 * the outbox with its answer only, and an answered review is not decided again.
 *
 * Before it takes reviews, the agent sees to it that its pack is on record. Every connection begins
 * with the office's record and the list of open reviews, so that reviews which ended elsewhere
 * meanwhile are dropped.
 *
 * It is driven by a conversation (client/conversation.h), whose handlers are its own. Nothing is
 * sent or stored outside of that.
 */
#ifndef AGENTS_RUNTIME_H
#define AGENTS_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "agents/handler.h"
#include "agents/pack.h"
#include "agents/queue.h"
#include "agents/rulebooks.h"
#include "agents/store.h"
#include "client/conversation.h"
#include "os/clock.h"
#include "os/log.h"

enum {
    RUNTIME_TASKS_PER_TURN = 256,                 /* decided before what came in has its turn */
    RUNTIME_ARENA_BYTES = 64 * 1024 * 1024,       /* one task */
    RUNTIME_PENDING_MAX = CLIENT_PENDING_MAX / 2, /* commands handed to the conversation */
    RUNTIME_REVIEWS_MAX = 500,                    /* of a list of open reviews */
};

/* Why an agent stops by itself. */
enum runtime_end {
    RUNTIME_STORE_FAILED,    /* its store did: nothing can be promised any more */
    RUNTIME_HISTORY_DIFFERS, /* the journal is not the one it knew */
    RUNTIME_WRONG_BROKER,
};

/* Whom to tell. Both are set. */
struct runtime_listener {
    void *self;
    void (*ready)(void *self); /* welcomed, and the pack is on record; once */
    void (*ended)(void *self, enum runtime_end end);
};

struct runtime_settings {
    const char *department;            /* borrowed */
    const struct published_pack *pack; /* borrowed; NULL: it publishes none */
    bool runs_rules;                   /* else a desk */
    uint32_t credit;                   /* reviews it takes unanswered */
    struct clock clock;
    struct log *log; /* borrowed; it dates in the office's zone once that is known */
};

enum publication {
    PUBLICATION_UNKNOWN,   /* not welcomed yet */
    PUBLICATION_ASKED,     /* the pack was sent and not answered */
    PUBLICATION_ON_RECORD, /* or there is nothing to publish */
    PUBLICATION_REFUSED,
};

struct sent_command;

/* A definition asked for. */
struct definition_fetch {
    struct runtime *runtime;
    struct hash hash;
    bool is_used;
};

struct runtime {
    struct runtime_settings settings;
    struct runtime_listener listener;
    struct store *store;               /* borrowed */
    struct conversation *conversation; /* borrowed; set by runtime_attach() */
    struct rulebooks rulebooks;
    struct definition_fetch fetches[DEFINITIONS_WANTED_MAX];
    struct rules_handler rules;
    struct handler handler;
    struct queue queue;   /* tasks to decide */
    struct queue waiting; /* tasks whose definitions are being asked for */
    struct arena task_arena;
    struct arena office_arena;
    struct seen_head stored_head;
    enum publication publication;
    struct hash refused_for; /* the pack in force when ours was sent */
    size_t refused_size;     /* 0: there was none */
    bool is_ready;
    bool has_ended;
    bool is_lost;     /* the connection, since the last welcome */
    bool has_changed; /* something was stored in this turn */
    uint64_t handed;  /* place in the outbox up to which commands were handed over */
    struct sent_command *sent;
};

/* Makes a runtime over @store and takes up what is in it. The credit with which the conversation is
 * to begin is runtime_credit().
 *
 * Errors (release it nevertheless): ERR_CORRUPT, ERR_IO */
enum err runtime_init(struct runtime *runtime, const struct runtime_settings *settings,
                      const struct runtime_listener *listener, struct store *store);

/* Returns how many reviews it can take unanswered now. */
uint32_t runtime_credit(const struct runtime *runtime);

/* Returns what the conversation is to be told: with @runtime, which must stay where it is. */
struct client_handlers runtime_handlers(struct runtime *runtime);

/* Gives it the conversation to speak in, before that is first told anything. */
void runtime_attach(struct runtime *runtime, struct conversation *conversation);

/* Stores what is worth storing at an orderly end. */
void runtime_stop(struct runtime *runtime);

/* Frees what it holds; the store is the caller's. */
void runtime_release(struct runtime *runtime);

#endif
