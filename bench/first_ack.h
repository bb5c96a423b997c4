/* SPDX-License-Identifier: Apache-2.0 */
/* first_ack.h - a client that is already trying while its broker starts.
 *
 * A connection that failed is tried again only after a tenth of a second or more, which would hide
 * what is measured. So another connection is begun every few milliseconds, each with a submission
 * of its own, until the first of them is acknowledged.
 */
#ifndef BENCH_FIRST_ACK_H
#define BENCH_FIRST_ACK_H

#include "bench/book.h"
#include "bench/office.h"

enum {
    FIRST_ACK_STEP_MS = 5,
    FIRST_ACK_ATTEMPTS_MAX = 64, /* beyond these the ones begun go on trying */
    FIRST_ACK_WAIT_MS = 30000,
};

struct first_ack_settings {
    const struct bench_office *office; /* its first applicant submits */
    const char *endpoint;
    struct book *book; /* gets what was acknowledged */
    /* Starts the broker: called once, after the first connection was begun. */
    enum err (*start)(void *self);
    void *self;
};

/* Sets @elapsed_ms to the time from the call of start to the first acknowledgement.
 *
 * Errors, said on standard error: what start gave; ERR_TIMEOUT; ERR_CORRUPT if the submission was
 * refused. */
enum err first_ack_measure(const struct first_ack_settings *settings, double *elapsed_ms);

#endif
