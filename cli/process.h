/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - a program started as a child, with a pipe from its standard output.
 *
 * fork() and exec() rather than uv_spawn(), which leaves no room for what must happen between the
 * two: the child is tied to its parent's life, so that none outlives it, however the parent ends.
 * It has a process group of its own: Ctrl-C goes to the parent, which then stops it in order.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <sys/types.h>

#include "lib/err.h"

struct process {
    pid_t pid;  /* 0: none */
    int out_fd; /* what it prints; the caller closes it */
};

/* What to start. argv[0] is a path, argv ends with NULL. log_path gets its standard error,
 * appended; NULL: it shares ours. ended_signal reaches it when its parent's thread ends. */
struct process_start {
    const char *const *argv;
    const char *log_path;
    int ended_signal;
};

/* Starts it. Errors: ERR_IO, nothing is left behind. A program that cannot be executed ends with
 * status 127. */
enum err process_start(const struct process_start *start, struct process *out);

#endif
