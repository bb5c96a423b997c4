/* SPDX-License-Identifier: Apache-2.0 */
/* load.h - the clients: submitters that keep proposals in flight, and an agent for each department
 * that answers every review.
 *
 * All on one loop in one thread, through libhuishen: each connection authenticated by CURVE, each
 * envelope signed, each receipt checked. A unit of work is one joint review (bench/book.h). As soon
 * as one is done the next is submitted, so that the same number is always in flight.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/book.h"
#include "bench/office.h"

enum {
    LOAD_WELCOME_MS = 10000, /* to be welcomed on every connection */
    LOAD_STALL_MS = 20000,   /* without any answer: the broker is taken for gone */
    LOAD_TICK_MS = 50,
    LOAD_REASON_BYTES = 160,
};

struct load_settings {
    const struct bench_office *office;
    const char *endpoint;
    struct book *book;
    uint32_t conc;      /* units in flight */
    bool has_no_agents; /* nobody answers: submissions alone */
};

struct load;

/* Connects everybody and waits until each is welcomed. What goes wrong is said on standard error,
 * as in the calls below.
 *
 * Errors: ERR_TIMEOUT, ERR_IO. */
enum err load_open(const struct load_settings *settings, struct load **out);

/* A stretch of work. */
struct load_phase {
    int64_t duration_ms;      /* 0: until the submissions are done */
    uint64_t submissions;     /* in this phase; 0: no limit */
    bool is_unanswered;       /* agents leave the reviews open: a unit ends with its submission */
    void (*tick)(void *self); /* every LOAD_TICK_MS; may be NULL */
    void (*feed)(void *self, const Hs__FeedItem *item); /* what submitters hear; may be NULL */
    void *self;
};

/* Works through @phase. When its time is over units are still in flight, and go on in the next.
 *
 * Errors: ERR_TIMEOUT (no answer in LOAD_STALL_MS), ERR_CORRUPT (the broker did what it should not,
 * a refusal included). */
enum err load_run(struct load *load, const struct load_phase *phase);

/* Returns how many units were done so far. */
uint64_t load_done(const struct load *load);

/* Ends every connection. Accepts NULL. */
void load_close(struct load *load);

#endif
