/* SPDX-License-Identifier: Apache-2.0 */
/* handler.h - what an agent does with a review: the one thing in which agents differ.
 *
 *   rules  runs the department's pinned pack over the packet; sends the opinion where the
 * department lets its rules answer, else records the findings for the person who does desk   keeps
 * the review for people, who answer through any client
 */
#ifndef AGENTS_HANDLER_H
#define AGENTS_HANDLER_H

#include "agents/rulebooks.h"
#include "lib/arena.h"
#include "proto/message.h"

enum handled {
    HANDLED_ANSWERED, /* the command gives the opinion */
    HANDLED_LEFT,     /* a person decides; the command, if any, helps them */
    HANDLED_WAITS,    /* definitions are being asked for: offer it again when they are there */
};

/* What became of a task. */
struct handling {
    enum handled what;
    Hs__Command *command; /* without id, in the arena that was given; NULL: none */
    const char *reason;   /* why a machine could not decide, or NULL */
};

struct handler {
    void (*handle)(void *self, const Hs__ReviewTask *task, struct arena *arena,
                   struct handling *out);
    void *self;
};

/* The rules handler's own state. */
struct rules_handler {
    struct rulebooks *rulebooks; /* borrowed */
    /* The department as the office has it; NULL until known. Borrowed: the owner sets both. */
    const Hs__Department *department;
    bool may_answer; /* what the rules suggest is the opinion */
};

/* Returns the handler that runs the rules of @rules, which outlives it. */
struct handler handler_rules(struct rules_handler *rules);

/* Returns the handler that leaves everything to people. */
struct handler handler_desk(void);

#endif
