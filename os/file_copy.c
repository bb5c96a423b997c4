/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/files.h"

enum { PIECE_BYTES = 1 << 20 }; /* more is no faster */

enum err file_look(const char *path, struct file_facts *out)
{
    struct stat facts;

    if (lstat(path, &facts) != 0) {
        return files_err(errno);
    }
    *out = (struct file_facts){
        .kind = S_ISREG(facts.st_mode)   ? FILE_REGULAR
                : S_ISDIR(facts.st_mode) ? FILE_FOLDER
                                         : FILE_OTHER,
        .bytes = (uint64_t)facts.st_size,
        .mode = facts.st_mode & 07777,
    };
    return ERR_OK;
}

/* Opens the regular file @path for reading. */
static enum err open_regular(const char *path, int *out)
{
    struct stat facts;
    /* Without O_NONBLOCK opening a pipe would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        return files_err(errno);
    }
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        (void)close(fd); /* it was only read */
        return ERR_INVALID;
    }
    *out = fd;
    return ERR_OK;
}

static enum err write_all(int fd, const uint8_t *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t put = write(fd, data + done, size - done);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return files_err(errno);
        }
        done += (size_t)put;
    }
    return ERR_OK;
}

/* Reads @from to its end and writes it to @to, unless that is below 0. */
static enum err pass(int from, int to, struct hash *out)
{
    uint8_t *piece = malloc(PIECE_BYTES);
    struct hasher hasher;
    enum err err = ERR_OK;
    ssize_t got = 0;

    require(piece != NULL);
    hasher_init(&hasher);
    do {
        got = read(from, piece, PIECE_BYTES);
        if (got < 0 && errno != EINTR) {
            err = files_err(errno);
        }
        if (got > 0) {
            hasher_add(&hasher, (struct bytes){piece, (size_t)got});
            err = to < 0 ? ERR_OK : write_all(to, piece, (size_t)got);
        }
    } while (got != 0 && err == ERR_OK);
    free(piece);
    if (err == ERR_OK) {
        *out = hasher_finish(&hasher);
    }
    return err;
}

enum err file_hash(const char *path, struct hash *out)
{
    int fd = -1;
    enum err err = open_regular(path, &fd);

    if (err != ERR_OK) {
        return err;
    }
    err = pass(fd, -1, out);
    (void)close(fd); /* it was only read */
    return err;
}

enum err file_copy(const char *from, const char *to, mode_t mode, struct hash *out)
{
    int source = -1;
    enum err err = open_regular(from, &source);

    if (err != ERR_OK) {
        return err;
    }

    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (target < 0) {
        err = files_err(errno);
        (void)close(source); /* it was only read */
        return err;
    }
    err = pass(source, target, out);
    (void)close(source); /* as above */
    if (err == ERR_OK && (fchmod(target, mode) != 0 || fsync(target) != 0)) {
        err = files_err(errno);
    }
    if (close(target) != 0 && err == ERR_OK) {
        err = files_err(errno);
    }
    if (err != ERR_OK) {
        (void)unlink(to); /* the first failure is the one to report */
    }
    return err;
}

enum err file_sync(const char *path)
{
    int fd = -1;
    enum err err = open_regular(path, &fd);

    if (err != ERR_OK) {
        return err;
    }
    err = fsync(fd) == 0 ? ERR_OK : files_err(errno);
    (void)close(fd); /* it was only read */
    return err;
}
