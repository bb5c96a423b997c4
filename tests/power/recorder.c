/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { INODES_MAX = 4096, TAPE_FD = 1000 };

static struct {
    pthread_mutex_t mutex;
    int tape; /* -1: nothing is recorded */
    char root[RECORDER_PATH_BYTES];
    size_t root_size;
    dev_t device;
    struct known known[INODES_MAX];
    size_t known_count;
    const char *end; /* NULL: never */
    unsigned long records;
} recorder = {.mutex = PTHREAD_MUTEX_INITIALIZER, .tape = -1};

void recorder_lock(void)
{
    (void)pthread_mutex_lock(&recorder.mutex);
}

void recorder_unlock(void)
{
    (void)pthread_mutex_unlock(&recorder.mutex);
}

void recorder_fail(const char *what)
{
    (void)fprintf(stderr, "recorder: %s: %s\n", what, strerror(errno));
    abort();
}

bool recorder_is_on(void)
{
    return recorder.tape >= 0;
}

/* ---- the tape ---- */

void recorder_put(struct tape_record record, const struct iovec *parts, int count)
{
    static const uint8_t zeros[TAPE_ALIGNMENT];
    struct iovec all[RECORDER_PARTS_MAX + 2] = {{&record, sizeof record}};

    if (count > RECORDER_PARTS_MAX) {
        recorder_fail("too many parts in one write");
    }
    for (int i = 0; i < count; i++) {
        all[i + 1] = parts[i];
        record.size += parts[i].iov_len;
    }
    size_t rest = (size_t)(record.size % TAPE_ALIGNMENT);
    all[count + 1] =
        (struct iovec){(void *)(uintptr_t)zeros, rest == 0 ? 0 : TAPE_ALIGNMENT - rest};

    size_t size = sizeof record + (size_t)record.size + all[count + 1].iov_len;
    if (syscall(SYS_writev, recorder.tape, all, count + 2) != (long)size) {
        recorder_fail("the tape cannot be written");
    }
    recorder.records++;
    if (recorder.end != NULL && recorder.records == strtoul(recorder.end, NULL, 10)) {
        (void)raise(SIGKILL);
    }
}

void recorder_end_after(const char *deed, const char *path)
{
    size_t size = strlen(deed);
    const char *end = recorder.end;

    if (end != NULL && strncmp(end, deed, size) == 0 &&
        strncmp(path, end + size, strlen(end + size)) == 0) {
        (void)raise(SIGKILL);
    }
}

void recorder_put_text(struct tape_record record, const char *text)
{
    const struct iovec part = {(void *)(uintptr_t)text, strlen(text)};

    recorder_put(record, &part, 1);
}

/* ---- what is recorded ---- */

/* Removes doubled slashes and dots from @path. A step back in it is none of our programs' ways. */
static void make_plain(char *path)
{
    char *to = path;

    for (const char *from = path; *from != '\0'; from++) {
        if (from[0] == '/' && from[1] == '/') {
            continue;
        }
        if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || from[2] == '\0')) {
            from++;
            continue;
        }
        *to++ = *from;
    }
    while (to > path + 1 && to[-1] == '/') {
        to--;
    }
    *to = '\0';
    if (strstr(path, "/..") != NULL && strncmp(path, recorder.root, recorder.root_size) == 0) {
        recorder_fail("a path with .. in it");
    }
}

bool recorder_find(int folder, const char *path, char out[RECORDER_PATH_BYTES])
{
    char link[64];
    char full[RECORDER_PATH_BYTES];
    size_t size = 0;

    if (!recorder_is_on()) {
        return false;
    }
    if (path[0] != '/') {
        (void)snprintf(link, sizeof link,
                       folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
        ssize_t got = readlink(link, full, sizeof full - 2);
        if (got < 0) {
            return false;
        }
        size = (size_t)got;
        full[size++] = '/';
    }
    if (size + strlen(path) >= sizeof full) {
        return false;
    }
    memcpy(full + size, path, strlen(path) + 1);
    make_plain(full);
    if (strncmp(full, recorder.root, recorder.root_size) != 0) {
        return false;
    }
    const char *rest = full + recorder.root_size;
    if (rest[0] != '\0' && rest[0] != '/') {
        return false;
    }
    memcpy(out, rest[0] == '/' ? rest + 1 : rest, strlen(rest[0] == '/' ? rest + 1 : rest) + 1);
    return true;
}

static struct known *find_known(ino_t inode)
{
    for (size_t i = 0; i < recorder.known_count; i++) {
        if (recorder.known[i].inode == inode) {
            return &recorder.known[i];
        }
    }
    return NULL;
}

void recorder_remember(const struct stat *facts, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;

    recorder.device = facts->st_dev;
    if (find_known(facts->st_ino) != NULL) {
        return;
    }
    if (recorder.known_count == INODES_MAX) {
        recorder_fail("too many files");
    }
    recorder.known[recorder.known_count++] =
        (struct known){facts->st_ino, strcmp(name, "lock.mdb") == 0};
}

void recorder_forget(int folder, const char *path)
{
    struct stat facts;

    if (fstatat(folder, path, &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
        (S_ISREG(facts.st_mode) && facts.st_nlink > 1)) {
        return;
    }
    struct known *known = find_known(facts.st_ino);
    if (known != NULL) {
        *known = recorder.known[--recorder.known_count];
    }
}

const struct known *recorder_known(int fd)
{
    struct stat facts;

    if (!recorder_is_on() || fstat(fd, &facts) != 0 || facts.st_dev != recorder.device ||
        (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode))) {
        return NULL;
    }
    return find_known(facts.st_ino);
}

/* ---- the beginning ---- */

__attribute__((constructor)) static void begin(void)
{
    const char *root = getenv("HUISHEN_POWER_ROOT");
    const char *path = getenv("HUISHEN_POWER_TAPE");

    if (root == NULL || path == NULL || root[0] != '/' || strlen(root) >= RECORDER_PATH_BYTES) {
        return;
    }
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                          S_IRUSR | S_IWUSR);
    int tape = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, TAPE_FD);
    if (tape < 0) {
        recorder_fail(path);
    }
    (void)syscall(SYS_close, fd);
    recorder.root_size = strlen(root);
    memcpy(recorder.root, root, recorder.root_size + 1);
    recorder.end = getenv("HUISHEN_POWER_END");
    recorder.tape = tape;
    recorder_put_text((struct tape_record){.kind = TAPE_STARTED}, program_invocation_short_name);
}
