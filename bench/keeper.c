/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/files.h"

/* Does not return. Dies with the keeper; what it starts dies with it. */
static void become_worker(keeper_work_fn work, const char *folder,
                          const struct bench_options *options)
{
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* fails for a bad signal only */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);

    int status = work(folder, options);
    if (fflush(stdout) != 0) {
        status = STATUS_ENVIRONMENT;
    }
    _exit(status);
}

/* Waits for @worker, ending it on a signal to us. Returns the exit status. */
static int wait_for(pid_t worker, const sigset_t *signals)
{
    int status = 0;

    for (;;) {
        int signal_number = 0;

        if (waitpid(worker, &status, WNOHANG) == worker) {
            break;
        }
        if (sigwait(signals, &signal_number) == 0 && signal_number != SIGCHLD) {
            (void)kill(worker, SIGKILL); /* it is ours and not yet waited for */
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_ENVIRONMENT;
}

/* Waits for what the worker left: its children became ours, and die with it. */
static void wait_for_rest(void)
{
    while (wait(NULL) > 0 || errno == EINTR) {
    }
}

int keeper_run(keeper_work_fn work, const struct bench_options *options)
{
    char folder[FILES_PATH_BYTES_MAX];
    sigset_t signals;
    int length = snprintf(folder, sizeof folder, "%s/huishen-bench-XXXXXX", options->dir);

    if (length < 0 || (size_t)length >= sizeof folder || mkdtemp(folder) == NULL) {
        fprintf(stderr, "%s: no folder can be made there: %s\n", options->dir, strerror(errno));
        return STATUS_ENVIRONMENT;
    }
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)prctl(PR_SET_CHILD_SUBREAPER,
                1); /* without it the folder may be removed a moment early */

    int status = STATUS_ENVIRONMENT;
    pid_t worker = fork();
    if (worker == 0) {
        become_worker(work, folder, options);
    }
    if (worker > 0) {
        status = wait_for(worker, &signals);
        wait_for_rest();
    } else {
        fprintf(stderr, "fork: %s\n", strerror(errno));
    }
    if (folder_remove(folder) != ERR_OK) {
        fprintf(stderr, "%s: it could not be removed\n", folder);
        return STATUS_ENVIRONMENT;
    }
    return status;
}
