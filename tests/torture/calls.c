/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that stand before libc's. Those that go on make the system call themselves, those
 * of memory ask glibc under its inner names: nothing is looked up, so nothing is called too early.
 */
#include "tests/torture/calls.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/torture/fail.h"

static struct tally *tally;
static _Atomic int64_t blocks;

/* ---- what fails ---- */

void torture_attach(struct tally *to)
{
    tally = to;
}

int64_t torture_blocks(void)
{
    return blocks;
}

__attribute__((constructor)) static void map_tally(void)
{
    const char *path = getenv("TORTURE_TALLY");
    int fd = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);

    if (fd < 0) {
        return;
    }
    void *at =
        (void *)syscall(SYS_mmap, NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
    if (at != MAP_FAILED) {
        tally = at;
    }
    (void)syscall(SYS_close, fd);
}

enum outcome outcome_of(enum calls calls, const char *name)
{
    if (tally == NULL || tally->is_armed == 0) {
        return OUTCOME_GO_ON;
    }
    uint64_t number = __atomic_add_fetch(&tally->counts[calls], 1, __ATOMIC_RELAXED);

    if (calls != tally->calls || tally->first == 0 || number < tally->first ||
        (number > tally->first && tally->is_lasting == 0)) {
        return OUTCOME_GO_ON;
    }
    if (__atomic_fetch_add(&tally->failed, 1, __ATOMIC_RELAXED) == 0) {
        (void)strncpy(tally->call, name, sizeof tally->call - 1);
    }
    if (tally->error == TALLY_SHORT) {
        return OUTCOME_SHORT;
    }
    errno = tally->error;
    return OUTCOME_FAIL;
}

bool is_failed(enum calls calls, const char *name)
{
    return outcome_of(calls, name) == OUTCOME_FAIL;
}

static bool is_file(int fd)
{
    struct stat facts;

    return syscall(SYS_newfstatat, fd, "", &facts, AT_EMPTY_PATH) == 0 && S_ISREG(facts.st_mode);
}

bool is_cut(enum calls calls, const char *name, int fd, size_t *size)
{
    bool is_counted = fd > STDERR_FILENO && tally != NULL && tally->is_armed != 0 &&
                      (calls == CALLS_NETWORK || is_file(fd));
    enum outcome outcome = is_counted ? outcome_of(calls, name) : OUTCOME_GO_ON;

    if (outcome == OUTCOME_SHORT) {
        *size = *size > 1 ? *size / 2 : *size;
    }
    return outcome == OUTCOME_FAIL;
}

/* ---- memory ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *old);

static void *held(void *block)
{
    if (block != NULL) {
        blocks++;
    }
    return block;
}

void *malloc(size_t size)
{
    return is_failed(CALLS_MEMORY, "malloc") ? NULL : held(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return is_failed(CALLS_MEMORY, "calloc") ? NULL : held(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    if (old != NULL && size == 0) {
        free(old);
        return NULL;
    }
    if (is_failed(CALLS_MEMORY, "realloc")) {
        return NULL;
    }
    void *block = __libc_realloc(old, size);
    return old == NULL ? held(block) : block;
}

void *memalign(size_t alignment, size_t size)
{
    return is_failed(CALLS_MEMORY, "memalign") ? NULL : held(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);

    if (block == NULL) {
        return ENOMEM;
    }
    *out = block;
    return 0;
}

void free(void *old)
{
    if (old != NULL) {
        blocks--;
        __libc_free(old);
    }
}

/* ---- reading and writing ---- */

ssize_t read(int fd, void *out, size_t size)
{
    return is_cut(CALLS_READ, "read", fd, &size) ? -1 : syscall(SYS_read, fd, out, size);
}

ssize_t pread(int fd, void *out, size_t size, off_t offset)
{
    return is_failed(CALLS_PREAD, "pread") ? -1 : syscall(SYS_pread64, fd, out, size, offset);
}

ssize_t write(int fd, const void *data, size_t size)
{
    return is_cut(CALLS_WRITE, "write", fd, &size) ? -1 : syscall(SYS_write, fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    return is_cut(CALLS_WRITE, "pwrite", fd, &size) ? -1
                                                    : syscall(SYS_pwrite64, fd, data, size, offset);
}

/* Half of the bytes of @parts, for a short write: those of the first part. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    size_t size = count > 0 ? parts[0].iov_len : 0;
    size_t whole = size;

    if (is_cut(CALLS_WRITE, "writev", fd, &size)) {
        return -1;
    }
    return size < whole ? syscall(SYS_write, fd, parts[0].iov_base, size)
                        : syscall(SYS_writev, fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    size_t size = count > 0 ? parts[0].iov_len : 0;
    size_t whole = size;

    if (is_cut(CALLS_WRITE, "pwritev", fd, &size)) {
        return -1;
    }
    return size < whole ? syscall(SYS_pwrite64, fd, parts[0].iov_base, size, offset)
                        : syscall(SYS_pwritev, fd, parts, count, offset, 0L);
}

int fsync(int fd)
{
    return is_failed(CALLS_SYNC, "fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return is_failed(CALLS_SYNC, "fdatasync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/* ---- names and sizes ---- */

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    return is_failed(CALLS_OPEN, "open") ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE_OF(flags)                                                                  \
    va_list arguments;                                                                  \
    va_start(arguments, flags);                                                         \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0; \
    va_end(arguments)

int open(const char *path, int flags, ...)
{
    MODE_OF(flags);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    MODE_OF(flags);
    return open_at(folder, path, flags, mode);
}

DIR *opendir(const char *path)
{
    DIR *(*next)(const char *) = (DIR * (*)(const char *))(uintptr_t)dlsym(RTLD_NEXT, "opendir");

    return is_failed(CALLS_OPEN, "opendir") ? NULL : next(path);
}

int rename(const char *from, const char *to)
{
    return is_failed(CALLS_NAME, "rename")
               ? -1
               : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int mkdir(const char *path, mode_t mode)
{
    return is_failed(CALLS_NAME, "mkdir") ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int unlink(const char *path)
{
    return is_failed(CALLS_NAME, "unlink") ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int fchmod(int fd, mode_t mode)
{
    return is_failed(CALLS_NAME, "fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int ftruncate(int fd, off_t size)
{
    return is_failed(CALLS_SIZE, "ftruncate") ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    return is_failed(CALLS_SIZE, "fallocate") ? -1
                                              : (int)syscall(SYS_fallocate, fd, mode, offset, size);
}

int fstat(int fd, struct stat *out)
{
    return is_failed(CALLS_SIZE, "fstat")
               ? -1
               : (int)syscall(SYS_newfstatat, fd, "", out, AT_EMPTY_PATH);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    return is_failed(CALLS_MAP, "mmap")
               ? MAP_FAILED
               : (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

ssize_t getrandom(void *out, size_t size, unsigned int flags)
{
    return is_failed(CALLS_RANDOM, "getrandom") ? -1 : syscall(SYS_getrandom, out, size, flags);
}

/* ---- the other names of the same ---- */

#define ALIAS(result, name, of, arguments) result name arguments __attribute__((alias(#of)));
ALIAS(ssize_t, pread64, pread, (int, void *, size_t, off_t))
ALIAS(ssize_t, pwrite64, pwrite, (int, const void *, size_t, off_t))
ALIAS(ssize_t, pwritev64, pwritev, (int, const struct iovec *, int, off_t))
ALIAS(int, open64, open, (const char *, int, ...))
ALIAS(int, openat64, openat, (int, const char *, int, ...))
ALIAS(int, ftruncate64, ftruncate, (int, off_t))
ALIAS(int, fallocate64, fallocate, (int, int, off_t, off_t))
ALIAS(int, fstat64, fstat, (int, struct stat64 *))
ALIAS(void *, mmap64, mmap, (void *, size_t, int, int, int, off_t))

/* What compilers call instead where they know the room. */
ssize_t __read_chk(int fd, void *out, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *out, size_t size, off_t offset, size_t room);
int __open_2(const char *path, int flags);

ssize_t __read_chk(int fd, void *out, size_t size, size_t room)
{
    return size > room ? (abort(), -1) : read(fd, out, size);
}

ssize_t __pread_chk(int fd, void *out, size_t size, off_t offset, size_t room)
{
    return size > room ? (abort(), -1) : pread(fd, out, size, offset);
}
ALIAS(ssize_t, __pread64_chk, __pread_chk, (int, void *, size_t, off_t, size_t))

int __open_2(const char *path, int flags)
{
    return open_at(AT_FDCWD, path, flags, 0);
}
ALIAS(int, __open64_2, __open_2, (const char *, int))
