/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that write to files, make them durable, or say something, as the recorder has them. */
#include "tests/power/recorder.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zmq.h>

/* ---- writing ---- */

/* Records that @count bytes of @parts are at @offset of @known. */
static void note_write(int fd, const struct known *known, uint64_t offset,
                       const struct iovec *parts, int count)
{
    const struct tape_record record = {.inode = known->inode, .offset = offset};
    struct tape_record write_record = record;
    struct tape_record written = record;
    int flags = fcntl(fd, F_GETFL);

    write_record.kind = TAPE_WRITE;
    written.kind = TAPE_WRITTEN;
    recorder_put(write_record, parts, count);
    if (flags >= 0 && (flags & O_DSYNC) != 0) {
        recorder_put(written, NULL, 0);
    }
}

/* Cuts @parts to the @size bytes that were taken; returns how many parts are left. */
static int cut_parts(struct iovec *parts, int count, size_t size)
{
    int kept = 0;

    while (kept < count && size > 0) {
        if (parts[kept].iov_len > size) {
            parts[kept].iov_len = size;
        }
        size -= parts[kept].iov_len;
        kept++;
    }
    return kept;
}

/* Writes at @offset, or where the file stands if it is negative. */
static ssize_t record_write(int fd, const struct iovec *given, int count, off_t offset)
{
    struct iovec parts[RECORDER_PARTS_MAX];

    recorder_lock();
    const struct known *known = recorder_known(fd);
    ssize_t put = offset < 0 ? syscall(SYS_writev, fd, given, count)
                             : syscall(SYS_pwritev, fd, given, count, offset, 0);
    int error = errno;
    if (known != NULL && put > 0) {
        if (count > RECORDER_PARTS_MAX) {
            recorder_fail("too many parts in one write");
        }
        memcpy(parts, given, (size_t)count * sizeof *parts);
        off_t at = offset < 0 ? lseek(fd, 0, SEEK_CUR) - put : offset;
        note_write(fd, known, (uint64_t)at, parts, cut_parts(parts, count, (size_t)put));
    }
    recorder_unlock();
    errno = error;
    return put;
}

/* Sockets and pipes are not waited for under the lock. */
static bool is_file(int fd)
{
    struct stat facts;

    return recorder_is_on() && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
}

ssize_t write(int fd, const void *data, size_t size)
{
    const struct iovec part = {(void *)(uintptr_t)data, size};

    return is_file(fd) ? record_write(fd, &part, 1, -1) : syscall(SYS_write, fd, data, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return is_file(fd) ? record_write(fd, parts, count, -1) : syscall(SYS_writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    const struct iovec part = {(void *)(uintptr_t)data, size};

    return record_write(fd, &part, 1, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
{
    return pwrite(fd, data, size, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    return record_write(fd, parts, count, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset)
{
    return record_write(fd, parts, count, offset);
}

static int note_resize(int fd, int result)
{
    struct stat facts;
    int error = errno;
    const struct known *known = recorder_known(fd);

    if (known != NULL && result == 0 && fstat(fd, &facts) == 0) {
        recorder_put((struct tape_record){.kind = TAPE_RESIZED,
                                          .inode = known->inode,
                                          .offset = (uint64_t)facts.st_size},
                     NULL, 0);
    }
    recorder_unlock();
    errno = error;
    return result;
}

int ftruncate(int fd, off_t size)
{
    recorder_lock();
    return note_resize(fd, (int)syscall(SYS_ftruncate, fd, size));
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    recorder_lock();
    if (mode != 0 && recorder_known(fd) != NULL) {
        recorder_fail("fallocate that does more than add is not recorded");
    }
    return note_resize(fd, (int)syscall(SYS_fallocate, fd, mode, offset, size));
}

int fallocate64(int fd, int mode, off_t offset, off_t size)
{
    return fallocate(fd, mode, offset, size);
}

int posix_fallocate(int fd, off_t offset, off_t size)
{
    return fallocate(fd, 0, offset, size) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off_t offset, off_t size)
{
    return posix_fallocate(fd, offset, size);
}

/* ---- making durable ---- */

static int record_sync(int fd, long number)
{
    recorder_lock();
    const struct known *known = recorder_known(fd);
    int result = (int)syscall(number, fd);
    int error = errno;
    if (known != NULL && result == 0) {
        recorder_put((struct tape_record){.kind = TAPE_SYNCED, .inode = known->inode}, NULL, 0);
    }
    recorder_unlock();
    errno = error;
    return result;
}

int fsync(int fd)
{
    return record_sync(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return record_sync(fd, SYS_fdatasync);
}

/* ---- what cannot be seen ---- */

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    if ((flags & MAP_ANONYMOUS) == 0 && (flags & MAP_TYPE) != MAP_PRIVATE &&
        (protection & PROT_WRITE) != 0) {
        recorder_lock();
        const struct known *known = recorder_known(fd);
        if (known != NULL && !known->may_be_mapped) {
            recorder_fail("a file is mapped for writing: its writes cannot be seen");
        }
        recorder_unlock();
    }
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return mmap(address, size, protection, flags, fd, offset);
}

static ssize_t refuse_move(int fd, const char *what)
{
    if (recorder_known(fd) != NULL) {
        recorder_fail(what);
    }
    errno = ENOSYS; /* the caller does it in another way */
    return -1;
}

ssize_t sendfile(int out, int in, off_t *offset, size_t size)
{
    (void)in;
    (void)offset;
    (void)size;
    return refuse_move(out, "sendfile is not recorded");
}

ssize_t copy_file_range(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t size,
                        unsigned int flags)
{
    (void)in;
    (void)in_offset;
    (void)out_offset;
    (void)size;
    (void)flags;
    return refuse_move(out, "copy_file_range is not recorded");
}

/* ---- LMDB and the network ---- */

/* Returns the function called @name of the library that is loaded after this one. */
static void *next(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    if (symbol == NULL) {
        recorder_fail(name);
    }
    return symbol;
}

int mdb_env_open(MDB_env *env, const char *path, unsigned int flags, mdb_mode_t mode)
{
    int (*real)(MDB_env *, const char *, unsigned int, mdb_mode_t);
    const char *wanted = getenv("HUISHEN_POWER_LMDB");
    const unsigned int forbidden =
        MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC | MDB_NOLOCK | MDB_NOMEMINIT;

    if ((flags & forbidden) != 0) {
        recorder_fail("LMDB is opened with flags that give durability away");
    }
    if (wanted != NULL) {
        flags |= strcmp(wanted, "nosync") == 0       ? MDB_NOSYNC
                 : strcmp(wanted, "nometasync") == 0 ? MDB_NOMETASYNC
                 : strcmp(wanted, "writemap") == 0   ? MDB_WRITEMAP
                                                     : 0;
    }
    *(void **)&real = next("mdb_env_open");
    return real(env, path, flags, mode);
}

int zmq_send(void *socket, const void *data, size_t size, int flags)
{
    int (*real)(void *, const void *, size_t, int);

    if (recorder_is_on() && (flags & ZMQ_SNDMORE) == 0 && size > 0) {
        const struct iovec part = {(void *)(uintptr_t)data, size};

        recorder_lock();
        recorder_put((struct tape_record){.kind = TAPE_SAID}, &part, 1);
        recorder_unlock();
    }
    *(void **)&real = next("zmq_send");
    return real(socket, data, size, flags);
}
