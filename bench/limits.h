/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - what the disk beneath allows, whoever writes: synced commits a second.
 *
 * Uses LMDB and the system alone, nothing of the broker: a figure to hold the broker's against.
 */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include "bench/options.h"

/* Measures in @folder and prints. */
int limits_run(const char *folder, const struct bench_options *options);

#endif
