/* SPDX-License-Identifier: Apache-2.0 */
/* restart.h - how long an office is away after its broker was killed: from exec to the first
 * acknowledged submission of a client that is already trying.
 *
 * In a new office, and in one with many proposals: the time must not grow with what is stored.
 * The two take turns, so that a machine that changes its pace changes both.
 */
#ifndef BENCH_RESTART_H
#define BENCH_RESTART_H

#include "bench/options.h"

/* Measures in @folder and prints. */
int restart_run(const char *folder, const struct bench_options *options);

#endif
