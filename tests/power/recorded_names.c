/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that open, name and remove files, as the recorder has them. */
#include "tests/power/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- opening and naming ---- */

static void note_open(int fd, const char *path, int flags, bool existed)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0) {
        recorder_fail(path);
    }
    if (!S_ISDIR(facts.st_mode) && (flags & O_ACCMODE) == O_RDONLY) {
        return;
    }
    recorder_remember(&facts, path);
    recorder_put_text((struct tape_record){.kind = S_ISDIR(facts.st_mode) ? TAPE_FOLDER : TAPE_FILE,
                                           .is_new = existed ? 0 : 1,
                                           .inode = facts.st_ino},
                      path);
    if ((flags & O_TRUNC) != 0 && existed) {
        recorder_put((struct tape_record){.kind = TAPE_RESIZED, .inode = facts.st_ino}, NULL, 0);
    }
}

static int record_open(int folder, const char *path, int flags, mode_t mode)
{
    char ours[RECORDER_PATH_BYTES];
    struct stat facts;

    recorder_lock();
    bool is_ours = recorder_find(folder, path, ours);
    bool existed = is_ours && fstatat(folder, path, &facts, 0) == 0;
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    int error = errno;
    if (is_ours && fd >= 0) {
        note_open(fd, ours, flags, existed);
    }
    recorder_unlock();
    errno = error;
    return fd;
}

/* The mode is there where a file may be made. */
#define OPEN_BODY(folder, path, flags)            \
    va_list arguments;                            \
    mode_t mode = 0;                              \
    va_start(arguments, flags);                   \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) { \
        mode = va_arg(arguments, mode_t);         \
    }                                             \
    va_end(arguments);                            \
    return record_open(folder, path, flags, mode)

int open(const char *path, int flags, ...)
{
    OPEN_BODY(AT_FDCWD, path, flags);
}

int open64(const char *path, int flags, ...)
{
    OPEN_BODY(AT_FDCWD, path, flags);
}

int openat(int folder, const char *path, int flags, ...)
{
    OPEN_BODY(folder, path, flags);
}

int openat64(int folder, const char *path, int flags, ...)
{
    OPEN_BODY(folder, path, flags);
}

/* What the fortified headers make of open() without a mode. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return record_open(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return record_open(AT_FDCWD, path, flags, 0);
}

int creat(const char *path, mode_t mode)
{
    return record_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    char ours[RECORDER_PATH_BYTES];
    struct stat facts;

    recorder_lock();
    bool is_ours = recorder_find(folder, path, ours);
    int result = (int)syscall(SYS_mkdirat, folder, path, mode);
    int error = errno;
    if (is_ours && result == 0) {
        if (fstatat(folder, path, &facts, 0) != 0) {
            recorder_fail(path);
        }
        recorder_remember(&facts, ours);
        recorder_put_text(
            (struct tape_record){.kind = TAPE_FOLDER, .is_new = 1, .inode = facts.st_ino}, ours);
        recorder_end_after("made ", ours);
    }
    recorder_unlock();
    errno = error;
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int renameat(int old_folder, const char *old_path, int new_folder, const char *new_path)
{
    char old_ours[RECORDER_PATH_BYTES];
    char new_ours[RECORDER_PATH_BYTES];

    recorder_lock();
    bool was_ours = recorder_find(old_folder, old_path, old_ours);
    bool is_ours = recorder_find(new_folder, new_path, new_ours);
    if (was_ours != is_ours) {
        recorder_fail("a name that leaves or enters what is recorded");
    }
    if (is_ours) {
        recorder_forget(new_folder, new_path);
    }
    int result = (int)syscall(SYS_renameat, old_folder, old_path, new_folder, new_path);
    int error = errno;
    if (is_ours && result == 0) {
        const struct iovec parts[] = {{old_ours, strlen(old_ours) + 1},
                                      {new_ours, strlen(new_ours)}};

        recorder_put((struct tape_record){.kind = TAPE_RENAMED}, parts, 2);
        recorder_end_after("named ", new_ours);
    }
    recorder_unlock();
    errno = error;
    return result;
}

int rename(const char *old_path, const char *new_path)
{
    return renameat(AT_FDCWD, old_path, AT_FDCWD, new_path);
}

int unlinkat(int folder, const char *path, int flags)
{
    char ours[RECORDER_PATH_BYTES];

    recorder_lock();
    bool is_ours = recorder_find(folder, path, ours);
    if (is_ours) {
        recorder_forget(folder, path);
    }
    int result = (int)syscall(SYS_unlinkat, folder, path, flags);
    int error = errno;
    if (is_ours && result == 0) {
        recorder_put_text((struct tape_record){.kind = TAPE_REMOVED}, ours);
    }
    recorder_unlock();
    errno = error;
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

static int refuse_name(const char *path, const char *what)
{
    char ours[RECORDER_PATH_BYTES];

    if (recorder_find(AT_FDCWD, path, ours)) {
        recorder_fail(what);
    }
    errno = EPERM;
    return -1;
}

/* Nothing of ours makes links: whoever starts to must record them. */
int link(const char *old_path, const char *new_path)
{
    (void)old_path;
    return refuse_name(new_path, "link is not recorded");
}

int symlink(const char *target, const char *path)
{
    (void)target;
    return refuse_name(path, "symlink is not recorded");
}
