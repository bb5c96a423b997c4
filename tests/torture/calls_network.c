/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, and what loops wait with. epoll_ctl() and pipe2() are let through: libuv ends a process
 * whose loop cannot have them, without a word. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/torture/fail.h"

static bool fails(const char *name)
{
    return is_failed(CALLS_NETWORK, name);
}

int socket(int domain, int type, int protocol)
{
    return fails("socket") ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    return fails("bind") ? -1 : (int)syscall(SYS_bind, fd, address, size);
}

int listen(int fd, int backlog)
{
    return fails("listen") ? -1 : (int)syscall(SYS_listen, fd, backlog);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    return fails("connect") ? -1 : (int)syscall(SYS_connect, fd, address, size);
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    return fails("accept4") ? -1 : (int)syscall(SYS_accept4, fd, address, size, flags);
}

int accept(int fd, struct sockaddr *address, socklen_t *size)
{
    return accept4(fd, address, size, 0);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    return is_cut(CALLS_NETWORK, "send", fd, &size)
               ? -1
               : syscall(SYS_sendto, fd, data, size, flags, NULL, 0L);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
               socklen_t address_size)
{
    return is_cut(CALLS_NETWORK, "sendto", fd, &size)
               ? -1
               : syscall(SYS_sendto, fd, data, size, flags, address, address_size);
}

ssize_t recv(int fd, void *out, size_t size, int flags)
{
    return is_cut(CALLS_NETWORK, "recv", fd, &size)
               ? -1
               : syscall(SYS_recvfrom, fd, out, size, flags, NULL, NULL);
}

ssize_t __recv_chk(int fd, void *out, size_t size, size_t room, int flags);
ssize_t __recv_chk(int fd, void *out, size_t size, size_t room, int flags)
{
    return recv(fd, out, size < room ? size : room, flags);
}

int epoll_create1(int flags)
{
    return fails("epoll_create1") ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

int eventfd(unsigned int count, int flags)
{
    return fails("eventfd") ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}
