/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { EXEC_FAILED = 127, LOG_MODE = 0640 };

/* Between fork() and exec(): only what is safe there. Does not return. */
static void become(const struct process_start *start, pid_t parent, int out_fd, int log_fd)
{
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, start->ended_signal); /* fails for a bad signal only */
    if (getppid() != parent) {
        _exit(EXEC_FAILED); /* the parent ended before the tie was made */
    }
    (void)setpgid(0, 0); /* cannot fail for a process just made */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(out_fd, STDOUT_FILENO) < 0 || (log_fd >= 0 && dup2(log_fd, STDERR_FILENO) < 0)) {
        _exit(EXEC_FAILED);
    }

    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null_fd >= 0) {
        (void)dup2(null_fd, STDIN_FILENO); /* else it keeps ours, which it does not read */
    }
    (void)signal(SIGPIPE, SIG_DFL);
    execv(start->argv[0], (char *const *)(uintptr_t)start->argv);
    _exit(EXEC_FAILED);
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        (void)close(fd); /* nothing was written through it */
    }
}

enum err process_start(const struct process_start *start, struct process *out)
{
    int ends[2] = {-1, -1};
    int log_fd = -1;
    pid_t parent = getpid();

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return ERR_IO;
    }
    if (start->log_path != NULL) {
        log_fd = open(start->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, LOG_MODE);
        if (log_fd < 0) {
            goto fail;
        }
    }

    pid_t pid = fork();
    if (pid < 0) {
        goto fail;
    }
    if (pid == 0) {
        become(start, parent, ends[1], log_fd);
    }
    close_if_open(ends[1]);
    close_if_open(log_fd);
    *out = (struct process){.pid = pid, .out_fd = ends[0]};
    return ERR_OK;

fail:
    close_if_open(ends[0]);
    close_if_open(ends[1]);
    close_if_open(log_fd);
    return ERR_IO;
}
