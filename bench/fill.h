/* SPDX-License-Identifier: Apache-2.0 */
/* fill.h - many open proposals put into an office's journal, by the broker's own turn and without
 * its network: every one is signed, decided, recorded and synced as ever, at several times the
 * speed.
 */
#ifndef BENCH_FILL_H
#define BENCH_FILL_H

#include "bench/office.h"

/* What is put in. The office's broker must not run. */
struct fill {
    const struct bench_office *office; /* its first applicant submits */
    uint64_t proposals;
    uint64_t first_number; /* of the packets: they differ */
    /* 0: the ordinary process. Else all are submitted in turns of the same instant to a process
     * whose limits are of so many seconds. */
    uint32_t limit_seconds;
};

/* Puts them in. Sets @due_ms, if there is a limit in seconds, to when all of them are due. What
 * goes wrong is said on standard error. */
enum err fill_office(const struct fill *fill, int64_t *due_ms);

#endif
