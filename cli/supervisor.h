/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - programs kept running: each starts again soon after it ended, until all are told
 * to stop.
 *
 * A program that ends is started again after RESTART_MS; one that ended DEATHS_KEPT times within
 * DEATHS_WINDOW_MS, after RESTART_SLOW_MS. A program says on its standard output that it serves, by
 * a line that begins with "ready". One that has ended GIVE_UP_COUNT times without ever having been
 * ready ends everything: it will not get better by itself.
 *
 * SIGINT and SIGTERM stop all programs; what has not ended after STOP_MS is killed.
 */
#ifndef CLI_SUPERVISOR_H
#define CLI_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum {
    CHILDREN_MAX = 64,
    RESTART_MS = 100,
    RESTART_SLOW_MS = 5000,
    DEATHS_KEPT = 20,
    DEATHS_WINDOW_MS = 10000,
    GIVE_UP_COUNT = 3,
    STOP_MS = 10000,
};

struct supervisor;

/* What happened to the program @name. Called from supervisor_run(). */
struct supervisor_listener {
    void *self;
    /* It said @line; @is_first: for the first time. */
    void (*on_ready)(void *self, const char *name, const char *line, bool is_first);
    /* It ended with @status, as waitpid() gives it, and starts again in @delay_ms; below 0: never.
     */
    void (*on_end)(void *self, const char *name, int status, int delay_ms);
};

/* Returns a supervisor of nothing, or NULL if the system refuses what it needs. */
struct supervisor *supervisor_new(const struct supervisor_listener *listener);

/* Adds a program, which is started at once if supervisor_run() is under way, else by it. All texts
 * and @argv are borrowed until supervisor_free(). Returns ERR_FULL beyond CHILDREN_MAX. */
enum err supervisor_add(struct supervisor *supervisor, const char *name, const char *const *argv,
                        const char *log_path);

/* Changes how @name is started the next time. */
void supervisor_change(struct supervisor *supervisor, const char *name, const char *const *argv);

/* Returns the process id of @name; 0 while it does not run. */
int supervisor_pid(const struct supervisor *supervisor, const char *name);

/* Runs until all programs were stopped and have ended. Returns false if one was given up. */
bool supervisor_run(struct supervisor *supervisor);

/* Returns how long a program that died at @deaths_ms[0..count), oldest first, is kept waiting. */
int supervisor_delay_ms(const uint64_t *deaths_ms, size_t count);

void supervisor_free(struct supervisor *supervisor);

#endif
