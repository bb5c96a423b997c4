/* SPDX-License-Identifier: Apache-2.0 */
/* Each test gives things up for good, so each does so in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/sandbox.h"
#include "tests/lib/test.h"

enum { PASSED = 0, FAILED = 1, SKIPPED = 2, PATH_BYTES = 256 };

typedef int (*child_fn)(const char *folder);

#define CHECK(condition)                                            \
    do {                                                            \
        if (!(condition)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
            return FAILED;                                          \
        }                                                           \
    } while (0)

/* Runs @child in a process and a temporary folder of its own. */
static void run(child_fn child)
{
    char folder[] = "/tmp/huishen-sandbox-XXXXXX";
    int status = 0;

    assert_non_null(mkdtemp(folder));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(child(folder));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    char command[PATH_BYTES];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        print_message("this kernel cannot\n");
    } else {
        assert_int_equal(WEXITSTATUS(status), PASSED);
    }
}

static int open_in(const char *folder, const char *name, int flags)
{
    char path[PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0) {
        (void)close(fd);
    }
    return fd >= 0 ? 0 : errno;
}

static int keep_below(const char *folder)
{
    char inside[PATH_BYTES];
    char outside[PATH_BYTES];
    char absent[PATH_BYTES];
    const char *const writable[] = {absent, inside};
    int file = open("/dev/null", O_WRONLY);

    (void)snprintf(inside, sizeof inside, "%s/in", folder);
    (void)snprintf(outside, sizeof outside, "%s/out", folder);
    (void)snprintf(absent, sizeof absent, "%s/absent", folder);
    CHECK(mkdir(inside, 0700) == 0 && mkdir(outside, 0700) == 0 && file >= 0);
    CHECK(open_in(outside, "old", O_WRONLY | O_CREAT) == 0);
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);

    enum err err = sandbox_files(writable, 2);
    if (err == ERR_ABSENT) {
        return SKIPPED;
    }
    CHECK(err == ERR_OK);
    CHECK(open_in(inside, "new", O_WRONLY | O_CREAT) == 0);
    CHECK(open_in(inside, "new", O_RDONLY) == 0);
    CHECK(open_in(outside, "old", O_RDONLY) == EACCES);
    CHECK(open_in(outside, "new", O_WRONLY | O_CREAT) == EACCES);
    CHECK(open_in(folder, "new", O_WRONLY | O_CREAT) == EACCES);
    CHECK(open_in("/etc", "passwd", O_RDONLY) == 0);
    CHECK(open_in("/etc", "passwd", O_WRONLY) != 0);
    CHECK(open_in("/proc/sys/kernel/random", "boot_id", O_RDONLY) == 0);
    CHECK(write(file, "x", 1) == 1);
    CHECK(chdir(inside) == 0 && symlink("/etc", "link") != 0 && errno == EACCES);
    return PASSED;
}

static int give_up_process(const char *folder)
{
    struct rlimit core;

    (void)folder;
    CHECK(sandbox_process() == ERR_OK);
    CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
#ifndef __SANITIZE_ADDRESS__
    CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
#endif
    return PASSED;
}

/* True if what a thread may do includes finding out its parent, and running nothing. */
static void *look_in_thread(void *out)
{
    int *found = out;
    char *const none[] = {NULL};

    *found = getppid() > 0 && execve("/bin/true", none, none) != 0 ? errno : 0;
    return NULL;
}

/* What a sanitizer needs for itself is left to it, and is not looked at in its builds. */
static int check_memory(const struct rlimit *files)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(page != MAP_FAILED);
    (void)files;
#ifndef __SANITIZE_ADDRESS__
    CHECK(setrlimit(RLIMIT_NOFILE, files) != 0 && errno == EPERM);
    CHECK(mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0 && errno == EPERM);
    CHECK(mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
          MAP_FAILED);
    CHECK(ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 && errno == EPERM);
#endif
    CHECK(mprotect(page, 4096, PROT_READ) == 0);
    return PASSED;
}

static int keep_calls(const char *folder)
{
    static const struct sched_param plain = {.sched_priority = 0};
    static const struct sched_param first = {.sched_priority = 1};
    struct timex clock = {.modes = 0};
    struct rlimit files;
    pthread_t thread;
    char *const none[] = {NULL};
    int found = 0;

    CHECK(sandbox_process() == ERR_OK);
    enum err err = sandbox_calls();
    if (err == ERR_ABSENT) {
        return SKIPPED;
    }
    CHECK(err == ERR_OK);
    CHECK(execve("/bin/true", none, none) != 0 && errno == EPERM);
    CHECK(chroot("/") != 0 && errno == EPERM);
    CHECK(setuid(getuid()) != 0 && errno == EPERM);
    CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
    CHECK(socket(AF_INET, SOCK_STREAM, 0) >= 0 && socket(AF_UNIX, SOCK_DGRAM, 0) >= 0);
    CHECK(socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == EAFNOSUPPORT);
    CHECK(adjtimex(&clock) >= 0);
    CHECK(sched_setscheduler(0, SCHED_OTHER, &plain) == 0);
    CHECK(sched_setscheduler(0, SCHED_FIFO, &first) != 0 && errno == EPERM);
    CHECK(open_in(folder, "file", O_WRONLY | O_CREAT) == 0);
    CHECK(pthread_create(&thread, NULL, look_in_thread, &found) == 0);
    CHECK(pthread_join(thread, NULL) == 0 && found == EPERM);
    return check_memory(&files);
}

static int wait_turn(int fd)
{
    char byte;

    return read(fd, &byte, 1) == 1;
}

struct earlier {
    int turn[2];
    int found;
};

static void *look_when_told(void *self)
{
    struct earlier *earlier = self;

    return wait_turn(earlier->turn[0]) ? look_in_thread(&earlier->found) : NULL;
}

static int reach_earlier_threads(const char *folder)
{
    struct earlier earlier = {.found = 0};
    pthread_t thread;

    (void)folder;
    CHECK(pipe(earlier.turn) == 0 && sandbox_process() == ERR_OK);
    CHECK(pthread_create(&thread, NULL, look_when_told, &earlier) == 0);
    enum err err = sandbox_calls();
    if (err == ERR_ABSENT) {
        return SKIPPED;
    }
    CHECK(err == ERR_OK && write(earlier.turn[1], "x", 1) == 1);
    CHECK(pthread_join(thread, NULL) == 0 && earlier.found == EPERM);
    return PASSED;
}

static void files_are_written_below_the_folders_given_only(void **state)
{
    (void)state;
    run(keep_below);
}

static void nothing_is_gained_dumped_or_debugged(void **state)
{
    (void)state;
    run(give_up_process);
}

static void what_no_daemon_does_is_refused(void **state)
{
    (void)state;
    run(keep_calls);
}

static void threads_from_before_are_held_too(void **state)
{
    (void)state;
    run(reach_earlier_threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_written_below_the_folders_given_only),
        cmocka_unit_test(nothing_is_gained_dumped_or_debugged),
        cmocka_unit_test(what_no_daemon_does_is_refused),
        cmocka_unit_test(threads_from_before_are_held_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
