/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - what a daemon tells the service manager that started it: that it serves, that it
 * stops, and every now and then that its loop still turns.
 *
 * The protocol is systemd's sd_notify(3): datagrams to the socket NOTIFY_SOCKET, and WATCHDOG_USEC,
 * within which the next sign of life must come or the daemon is killed and started again. Without
 * these variables everything here does nothing.
 */
#ifndef NET_SERVICE_H
#define NET_SERVICE_H

#include <stdint.h>
#include <uv.h>

#include "lib/err.h"

struct service {
    int fd;               /* connected to the manager; below 0: there is none */
    uint64_t watchdog_ms; /* half of what is granted; 0: no signs of life are wanted */
    uv_timer_t timer;     /* started by service_ready() */
};

/* Makes @service ready to tell the manager, if the environment names one, from @loop, which it does
 * not keep running. Call it before files are restricted.
 *
 * Errors (there is then none): ERR_INVALID if the socket's name is none, ERR_IO. */
enum err service_open(uv_loop_t *loop, struct service *service);

/* Says that it serves, and from then on that it lives. */
void service_ready(struct service *service);

/* Says that it is stopping. */
void service_stopping(struct service *service);

/* Gives back what it holds; the loop is to run once more. */
void service_close(struct service *service);

#endif
