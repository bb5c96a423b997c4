/* SPDX-License-Identifier: Apache-2.0 */
#include "net/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/check.h"

enum { NO_FD = -1, US_PER_MS = 1000, DECIMAL = 10 };

/* Reads the address @name, a path or, after '@', a name without a file. */
static bool read_address(const char *name, struct sockaddr_un *address, socklen_t *size)
{
    size_t length = strlen(name);

    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof address->sun_path) {
        return false;
    }
    memcpy(address->sun_path, name, length);
    if (name[0] == '@') {
        address->sun_path[0] = '\0';
    }
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

static enum err connect_manager(const char *name, int *out)
{
    struct sockaddr_un address;
    socklen_t size = 0;

    if (!read_address(name, &address, &size)) {
        return ERR_INVALID;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return ERR_IO;
    }
    if (connect(fd, (const struct sockaddr *)&address, size) != 0) {
        (void)close(fd); /* nothing was said */
        return ERR_IO;
    }
    *out = fd;
    return ERR_OK;
}

/* How often to say that we live: half of what the manager grants this process. */
static uint64_t read_watchdog_ms(void)
{
    const char *granted = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");

    if (granted == NULL || (pid != NULL && strtoll(pid, NULL, DECIMAL) != getpid())) {
        return 0;
    }
    return strtoull(granted, NULL, DECIMAL) / 2 / US_PER_MS;
}

enum err service_open(uv_loop_t *loop, struct service *service)
{
    const char *name = getenv("NOTIFY_SOCKET");

    *service = (struct service){.fd = NO_FD};
    int rc = uv_timer_init(loop, &service->timer);
    require(rc == 0); /* always */
    service->timer.data = service;
    uv_unref((uv_handle_t *)&service->timer);
    if (name == NULL) {
        return ERR_OK;
    }
    service->watchdog_ms = read_watchdog_ms();
    return connect_manager(name, &service->fd);
}

/* A manager that does not hear is not waited for: the next sign of life may reach it. */
static void say(const struct service *service, const char *state)
{
    if (service->fd >= 0) {
        (void)send(service->fd, state, strlen(state), MSG_NOSIGNAL);
    }
}

static void on_timer(uv_timer_t *timer)
{
    say(timer->data, "WATCHDOG=1");
}

void service_ready(struct service *service)
{
    say(service, "READY=1");
    if (service->fd >= 0 && service->watchdog_ms > 0) {
        int rc = uv_timer_start(&service->timer, on_timer, 0, service->watchdog_ms);
        require(rc == 0); /* fails for a closing timer only */
    }
}

void service_stopping(struct service *service)
{
    say(service, "STOPPING=1");
}

void service_close(struct service *service)
{
    if (service->fd >= 0) {
        (void)close(service->fd); /* datagrams leave at once */
    }
    service->fd = NO_FD;
    uv_close((uv_handle_t *)&service->timer, NULL);
}
