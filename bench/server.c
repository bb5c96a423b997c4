/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/files.h"

enum {
    EXEC_FAILED = 127,
    LOG_MODE = 0600,
    LOG_END_BYTES = 2048,                /* of the log, shown when it does not serve */
    LINE_BYTES = ENDPOINT_BYTES_MAX + 6, /* "ready " and the endpoint */
    PATH_BYTES = FILES_PATH_BYTES_MAX + 32,
};

/* Writes the path of the broker's program at @out. */
static bool find_program(char out[PATH_BYTES])
{
    static const char name[] = "/huishen-broker";
    ssize_t size = readlink("/proc/self/exe", out, FILES_PATH_BYTES_MAX - 1);

    if (size <= 0) {
        return false;
    }
    out[size] = '\0';

    char *slash = strrchr(out, '/');
    if (slash == NULL) {
        return false;
    }
    memcpy(slash, name, sizeof name);
    return true;
}

/* Between fork() and exec(): only what is safe there. Does not return. */
static void become(char *const argv[], int out_fd, int log_fd)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* fails for a bad signal only */
    (void)setpgid(0, 0);                    /* Ctrl-C is for us, who then end it */
    (void)signal(SIGPIPE, SIG_DFL);
    if (dup2(out_fd, STDOUT_FILENO) < 0 || dup2(log_fd, STDERR_FILENO) < 0) {
        _exit(EXEC_FAILED);
    }
    execv(argv[0], argv);
    _exit(EXEC_FAILED);
}

static void log_path(const struct server *server, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/broker.log", server->home);
}

static enum err fork_broker(struct server *server, char *const argv[])
{
    char path[PATH_BYTES];
    int ends[2] = {-1, -1};

    log_path(server, path);
    int log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, LOG_MODE);
    if (log_fd < 0) {
        return ERR_IO;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        (void)close(log_fd);
        return ERR_IO;
    }

    pid_t pid = fork();
    if (pid == 0) {
        become(argv, ends[1], log_fd);
    }
    (void)close(log_fd);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return ERR_IO;
    }
    server->pid = pid;
    server->out_fd = ends[0];
    return ERR_OK;
}

enum err server_start(struct server *server, const char *home, const char *listen)
{
    char program[PATH_BYTES];
    char home_copy[FILES_PATH_BYTES_MAX];
    char listen_copy[ENDPOINT_BYTES_MAX];
    char home_option[] = "--home";
    char listen_option[] = "--listen";
    char *const argv[] = {program, home_option, home_copy, listen_option, listen_copy, NULL};

    *server = (struct server){.out_fd = -1, .home = home};
    (void)snprintf(home_copy, sizeof home_copy, "%s", home);
    (void)snprintf(listen_copy, sizeof listen_copy, "%s", listen);
    enum err err = find_program(program) ? fork_broker(server, argv) : ERR_IO;
    if (err != ERR_OK) {
        fprintf(stderr, "huishen-broker cannot be started: %s\n", strerror(errno));
    }
    return err;
}

static void show_log(const struct server *server)
{
    char path[PATH_BYTES];
    char text[LOG_END_BYTES + 1];

    log_path(server, path);
    fprintf(stderr, "huishen-broker does not serve; its log ends with:\n");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (lseek(fd, -LOG_END_BYTES, SEEK_END) < 0) {
        (void)lseek(fd, 0, SEEK_SET); /* a shorter one: all of it */
    }
    ssize_t size = read(fd, text, LOG_END_BYTES);
    (void)close(fd);
    fprintf(stderr, "%.*s", size > 0 ? (int)size : 0, text);
}

/* Reads one line from @fd into @line, a byte at a time: there is one line in a process's life. */
static enum err read_line(int fd, char *line, size_t size, int timeout_ms)
{
    int64_t end_ns = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    size_t length = 0;

    for (;;) {
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        int64_t left_ms = (end_ns - clock_monotonic_ns()) / 1000000;
        int ready = left_ms > 0 ? poll(&wanted, 1, (int)left_ms) : 0;

        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready == 0) {
            return ERR_TIMEOUT;
        }
        if (ready < 0 || length + 1 == size || read(fd, line + length, 1) != 1) {
            return ERR_IO;
        }
        if (line[length] == '\n') {
            line[length] = '\0';
            return ERR_OK;
        }
        length++;
    }
}

enum err server_wait_ready(struct server *server, int timeout_ms)
{
    static const char ready[] = "ready ";
    char line[LINE_BYTES];
    enum err err = read_line(server->out_fd, line, sizeof line, timeout_ms);

    if (err == ERR_OK && strncmp(line, ready, sizeof ready - 1) != 0) {
        err = ERR_IO;
    }
    if (err != ERR_OK) {
        show_log(server);
        return err;
    }
    (void)snprintf(server->endpoint, sizeof server->endpoint, "%s", line + sizeof ready - 1);
    return ERR_OK;
}

/* Waits for the process and forgets it. Returns its status as waitpid() gives it. */
static int reap(struct server *server)
{
    int status = 0;

    while (waitpid(server->pid, &status, 0) < 0 && errno == EINTR) {
    }
    (void)close(server->out_fd);
    server->pid = 0;
    server->out_fd = -1;
    return status;
}

void server_kill(struct server *server)
{
    if (server->pid > 0) {
        (void)kill(server->pid, SIGKILL); /* ours and not waited for: it cannot be another */
        (void)reap(server);
    }
}

bool server_stop(struct server *server)
{
    (void)kill(server->pid, SIGTERM);

    int status = reap(server);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static enum err read_proc(const struct server *server, const char *name, char *text, size_t size)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)server->pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    ssize_t length = read(fd, text, size - 1);
    (void)close(fd);
    if (length <= 0) {
        return ERR_IO;
    }
    text[length] = '\0';
    return ERR_OK;
}

enum err server_cpu_seconds(const struct server *server, double *out)
{
    char text[1024];
    uint64_t user = 0;
    uint64_t system = 0;
    enum err err = read_proc(server, "stat", text, sizeof text);

    if (err != ERR_OK) {
        return err;
    }

    /* proc(5): the name stands in parentheses; utime and stime are fields 14 and 15, in ticks. */
    const char *rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &user,
               &system) != 2) {
        return ERR_IO;
    }
    *out = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return ERR_OK;
}

enum err server_rss_anon_bytes(const struct server *server, uint64_t *out)
{
    char text[4096];
    uint64_t kilobytes = 0;
    enum err err = read_proc(server, "status", text, sizeof text);

    if (err != ERR_OK) {
        return err;
    }

    const char *line = strstr(text, "RssAnon:");
    if (line == NULL || sscanf(line, "RssAnon: %" SCNu64, &kilobytes) != 1) {
        return ERR_IO;
    }
    *out = kilobytes * 1024;
    return ERR_OK;
}
