/* SPDX-License-Identifier: Apache-2.0 */
#include "os/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "os/random.h"

enum err files_err(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
        return ERR_ABSENT;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case EEXIST:
        return ERR_EXISTS;
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}

/* ---- reading ---- */

/* Fills @size bytes at @out from @fd. ERR_IO also if the file became shorter meanwhile. */
static enum err read_all(int fd, uint8_t *out, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(fd, out + done, size - done);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0 ? ERR_IO : files_err(errno);
        }
        done += (size_t)got;
    }
    return ERR_OK;
}

/* Reads what @fd holds, which is open for reading; @needs_secret as for file_read_secret(). */
static enum err read_open(int fd, bool needs_secret, size_t bytes_max, struct arena *arena,
                          struct bytes *out)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0) {
        return files_err(errno);
    }
    if (!S_ISREG(facts.st_mode)) {
        return ERR_INVALID;
    }
    if (needs_secret && ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0 || facts.st_uid != geteuid())) {
        return ERR_DENIED;
    }
    if ((uintmax_t)facts.st_size > bytes_max) {
        return ERR_FULL;
    }

    size_t size = (size_t)facts.st_size;
    struct arena_mark mark = arena_mark(arena);
    uint8_t *data = size < SIZE_MAX ? arena_alloc(arena, size + 1) : NULL;
    if (data == NULL) {
        return ERR_FULL;
    }

    enum err err = read_all(fd, data, size);
    if (err != ERR_OK) {
        arena_rewind(arena, mark);
        return err;
    }
    *out = (struct bytes){data, size};
    return ERR_OK;
}

static enum err read_path(const char *path, bool needs_secret, size_t bytes_max,
                          struct arena *arena, struct bytes *out)
{
    /* Without O_NONBLOCK opening a pipe would wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        return files_err(errno);
    }

    enum err err = read_open(fd, needs_secret, bytes_max, arena, out);
    (void)close(fd); /* it was only read */
    return err;
}

enum err file_read(const char *path, size_t bytes_max, struct arena *arena, struct bytes *out)
{
    return read_path(path, false, bytes_max, arena, out);
}

enum err file_read_secret(const char *path, size_t bytes_max, struct arena *arena,
                          struct bytes *out)
{
    return read_path(path, true, bytes_max, arena, out);
}

/* ---- writing ---- */

static enum err write_all(int fd, struct bytes bytes)
{
    size_t done = 0;

    while (done < bytes.size) {
        ssize_t put = write(fd, bytes.data + done, bytes.size - done);

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

/* Makes the new file @path of @bytes and puts it on disk; removes it if that fails. */
static enum err write_new(const char *path, struct bytes bytes, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0) {
        return files_err(errno);
    }

    enum err err = write_all(fd, bytes);
    if (err == ERR_OK && (fchmod(fd, mode) != 0 || fsync(fd) != 0)) {
        err = files_err(errno);
    }
    if (close(fd) != 0 && err == ERR_OK) {
        err = files_err(errno);
    }
    if (err != ERR_OK) {
        (void)unlink(path); /* the first failure is the one to report */
    }
    return err;
}

/* Writes the path of the folder that holds @path at @out. Returns false if it is too long. */
static bool find_folder(const char *path, char out[FILES_PATH_BYTES_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path);

    if (size >= FILES_PATH_BYTES_MAX) {
        return false;
    }
    if (slash == NULL || size == 0) {
        memcpy(out, slash == NULL ? "." : "/", 2);
        return true;
    }
    memcpy(out, path, size);
    out[size] = '\0';
    return true;
}

enum err file_write(const char *path, struct bytes bytes, mode_t mode)
{
    char folder[FILES_PATH_BYTES_MAX];
    char fresh[FILES_PATH_BYTES_MAX];
    char digits[17];
    uint8_t random[8];

    random_bytes(random, sizeof random);
    bytes_to_hex((struct bytes){random, sizeof random}, digits);
    int size = snprintf(fresh, sizeof fresh, "%s.new-%s", path, digits);
    if (size < 0 || (size_t)size >= sizeof fresh || !find_folder(path, folder)) {
        return ERR_INVALID;
    }

    enum err err = write_new(fresh, bytes, mode);
    if (err != ERR_OK) {
        return err;
    }
    if (rename(fresh, path) != 0) {
        err = files_err(errno);
        (void)unlink(fresh); /* the first failure is the one to report */
        return err;
    }
    return folder_sync(folder);
}

enum err file_remove(const char *path)
{
    return unlink(path) == 0 ? ERR_OK : files_err(errno);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

enum err folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return files_err(errno);
    }

    enum err err = fsync(fd) == 0 ? ERR_OK : files_err(errno);
    (void)close(fd); /* it was only read */
    return err;
}

enum err file_system_free(const char *path, uint64_t *out)
{
    struct statvfs facts;

    if (statvfs(path, &facts) != 0) {
        return files_err(errno);
    }
    *out = (uint64_t)facts.f_bavail * facts.f_frsize;
    return ERR_OK;
}
