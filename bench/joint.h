/* SPDX-License-Identifier: Apache-2.0 */
/* joint.h - joint reviews a second: submit, four opinions, verdict, everything durable and signed.
 *
 * The broker is killed while the load is on it, started again, and asked; then its journal is read:
 * `verified` says that nothing acknowledged was lost, changed or done twice.
 */
#ifndef BENCH_JOINT_H
#define BENCH_JOINT_H

#include "bench/options.h"

/* Measures in @folder and prints. */
int joint_run(const char *folder, const struct bench_options *options);

#endif
