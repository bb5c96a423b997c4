/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.h - a run in a child process and a temporary folder, both gone when the run ends.
 *
 * However the run ends (by itself, by a signal, by a bug), what it started is ended with it and the
 * folder is removed: the process that waits does nothing else, so it is there to do it.
 */
#ifndef BENCH_KEEPER_H
#define BENCH_KEEPER_H

#include "bench/options.h"

/* What is run; returns an exit status. @folder exists, is empty and its own. */
typedef int (*keeper_work_fn)(const char *folder, const struct bench_options *options);

/* Runs @work in a new folder within @options->dir. Returns its status, STATUS_ENVIRONMENT if it
 * could not be run or did not come to its end. */
int keeper_run(keeper_work_fn work, const struct bench_options *options);

#endif
