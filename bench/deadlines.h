/* SPDX-License-Identifier: Apache-2.0 */
/* deadlines.h - what a million open deadlines cost: the restart, the memory, and when ten thousand
 * of them pass in the same second, the delay of the first and of the last, and the submissions
 * meanwhile.
 *
 * Beside a new office in the same run, which has none: the ratios say more than the times do.
 */
#ifndef BENCH_DEADLINES_H
#define BENCH_DEADLINES_H

#include "bench/options.h"

/* Measures in @folder and prints. */
int deadlines_run(const char *folder, const struct bench_options *options);

#endif
