/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - the broker under measurement: a child process, and what the kernel says of it.
 *
 * The program is the huishen-broker beside this one. It dies with us.
 */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "net/endpoint.h"

struct server {
    pid_t pid;                         /* 0: none */
    int out_fd;                        /* what it prints */
    char endpoint[ENDPOINT_BYTES_MAX]; /* where it serves; known once it is ready */
    const char *home;                  /* borrowed */
};

/* Executes the broker of @home, which listens at @listen. Returns at once. Its log goes to the file
 * broker.log in the home. Errors: ERR_IO, said on standard error. */
enum err server_start(struct server *server, const char *home, const char *listen);

/* Waits until it is ready, at most @timeout_ms.
 *
 * Errors: ERR_TIMEOUT, ERR_IO (it ended), with the end of its log on standard error. */
enum err server_wait_ready(struct server *server, int timeout_ms);

/* Ends it by SIGKILL and waits until it is gone. Does nothing if there is none. */
void server_kill(struct server *server);

/* Asks it to end. Returns true if it did so by itself and with status 0. */
bool server_stop(struct server *server);

/* Sets @out to the seconds of processor time it used, its threads together. */
enum err server_cpu_seconds(const struct server *server, double *out);

/* Sets @out to the bytes of its memory that no file stands behind. */
enum err server_rss_anon_bytes(const struct server *server, uint64_t *out);

#endif
