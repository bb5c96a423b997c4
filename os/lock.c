/* SPDX-License-Identifier: Apache-2.0 */
#include "os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "os/files.h"

enum { LOCK_MODE = 0600 };

enum err lock_take(const char *path, int *out)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, LOCK_MODE);

    if (fd < 0) {
        return files_err(errno);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        enum err err = errno == EWOULDBLOCK ? ERR_EXISTS : files_err(errno);

        (void)close(fd);
        return err;
    }
    *out = fd;
    return ERR_OK;
}

void lock_release(int lock)
{
    if (lock >= 0) {
        (void)close(lock); /* which ends the lock */
    }
}
