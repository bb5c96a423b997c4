/* SPDX-License-Identifier: Apache-2.0 */
#include "os/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/check.h"

enum { ROWS_UNKNOWN = 24, COLUMNS_UNKNOWN = 80, SIGNAL_BATCH = 64 };

/* The other screen, no cursor; and back. */
static const char enter[] = "\033[?1049h\033[?25l\033[2J";
static const char leave[] = "\033[0m\033[?25h\033[?1049l";

static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
static const int fatal[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGQUIT};

enum {
    ENDING_COUNT = sizeof ending / sizeof *ending,
    FATAL_COUNT = sizeof fatal / sizeof *fatal,
};

struct terminal {
    struct termios before;
    int signals[2]; /* a pipe: the handlers write what came */
    int ready;      /* readable when standard input or the pipe is */
    struct sigaction resized_before;
    struct sigaction ending_before[ENDING_COUNT];
    struct sigaction fatal_before[FATAL_COUNT];
};

/* A signal's handler is given nothing, so what it has to give back must stand here. */
static struct terminal *volatile taken;

/* Only what a handler may do. */
static void give_back(const struct terminal *terminal)
{
    ssize_t written = write(STDOUT_FILENO, leave, sizeof leave - 1);

    (void)written; /* a terminal that is gone needs nothing */
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
}

static void on_signal(int number)
{
    const char byte = (char)number;
    int saved = errno;

    if (taken != NULL) {
        ssize_t written = write(taken->signals[1], &byte, 1);

        (void)written; /* a full pipe tells enough */
    }
    errno = saved;
}

/* The handler is gone by now (SA_RESETHAND): raised again, the signal ends the process. */
static void on_fatal(int number)
{
    if (taken != NULL) {
        give_back(taken);
    }
    (void)raise(number);
}

static void on_exit_of_process(void)
{
    terminal_close(taken);
}

bool terminal_is_there(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && kind != NULL &&
           strcmp(kind, "dumb") != 0;
}

static void catch_signals(struct terminal *terminal)
{
    struct sigaction caught = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction last = {.sa_handler = on_fatal, .sa_flags = (int)SA_RESETHAND};

    require(sigaction(SIGWINCH, &caught, &terminal->resized_before) == 0);
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        require(sigaction(ending[i], &caught, &terminal->ending_before[i]) == 0);
    }
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        require(sigaction(fatal[i], &last, &terminal->fatal_before[i]) == 0);
    }
}

static void let_signals_go(const struct terminal *terminal)
{
    require(sigaction(SIGWINCH, &terminal->resized_before, NULL) == 0);
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        require(sigaction(ending[i], &terminal->ending_before[i], NULL) == 0);
    }
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        require(sigaction(fatal[i], &terminal->fatal_before[i], NULL) == 0);
    }
}

static bool watch_descriptor(int epoll, int descriptor)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

static void release(struct terminal *terminal)
{
    for (size_t i = 0; i < 2; i++) {
        if (terminal->signals[i] >= 0) {
            (void)close(terminal->signals[i]);
        }
    }
    if (terminal->ready >= 0) {
        (void)close(terminal->ready);
    }
    free(terminal);
}

static bool make_raw(const struct terminal *terminal)
{
    struct termios raw = terminal->before;

    raw.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
    raw.c_lflag &= (tcflag_t) ~(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0;
}

enum err terminal_open(struct terminal **out)
{
    struct terminal *terminal = calloc(1, sizeof *terminal);

    require(terminal != NULL && taken == NULL);
    terminal->signals[0] = terminal->signals[1] = terminal->ready = -1;
    if (!terminal_is_there()) {
        release(terminal);
        return ERR_INVALID;
    }
    terminal->ready = epoll_create1(EPOLL_CLOEXEC);
    if (terminal->ready < 0 || pipe2(terminal->signals, O_CLOEXEC | O_NONBLOCK) != 0 ||
        tcgetattr(STDIN_FILENO, &terminal->before) != 0 ||
        !watch_descriptor(terminal->ready, STDIN_FILENO) ||
        !watch_descriptor(terminal->ready, terminal->signals[0]) ||
        atexit(on_exit_of_process) != 0) {
        release(terminal);
        return ERR_IO;
    }
    taken = terminal;
    catch_signals(terminal);
    if (!make_raw(terminal) ||
        terminal_send(terminal, (struct bytes){(const uint8_t *)enter, sizeof enter - 1}) !=
            ERR_OK) {
        terminal_close(terminal);
        return ERR_IO;
    }
    *out = terminal;
    return ERR_OK;
}

int terminal_descriptor(const struct terminal *terminal)
{
    return terminal->ready;
}

static void take_signals(struct terminal *terminal, struct terminal_input *input)
{
    char numbers[SIGNAL_BATCH];
    ssize_t count = read(terminal->signals[0], numbers, sizeof numbers);

    for (ssize_t i = 0; i < count; i++) {
        input->is_resized = input->is_resized || numbers[i] == SIGWINCH;
        input->is_ending = input->is_ending || numbers[i] != SIGWINCH;
    }
}

struct terminal_input terminal_take(struct terminal *terminal, char *buffer, size_t buffer_size)
{
    struct pollfd wanted = {.fd = STDIN_FILENO, .events = POLLIN};
    struct terminal_input input = {.size = 0};

    take_signals(terminal, &input);
    if (poll(&wanted, 1, 0) != 1) {
        return input;
    }

    ssize_t size = read(STDIN_FILENO, buffer, buffer_size);
    if (size > 0) {
        input.size = (size_t)size;
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
        input.is_ending = true;
    }
    return input;
}

struct terminal_size terminal_size(const struct terminal *terminal)
{
    struct winsize size = {0};

    (void)terminal; /* there is one */
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return (struct terminal_size){ROWS_UNKNOWN, COLUMNS_UNKNOWN};
    }
    return (struct terminal_size){size.ws_row, size.ws_col};
}

enum err terminal_send(struct terminal *terminal, struct bytes bytes)
{
    size_t sent = 0;

    (void)terminal; /* there is one */
    while (sent < bytes.size) {
        ssize_t size = write(STDOUT_FILENO, bytes.data + sent, bytes.size - sent);

        if (size < 0 && errno != EINTR) {
            return ERR_IO;
        }
        sent += size > 0 ? (size_t)size : 0;
    }
    return ERR_OK;
}

void terminal_close(struct terminal *terminal)
{
    if (terminal == NULL) {
        return;
    }
    require(terminal == taken);
    give_back(terminal);
    taken = NULL;
    let_signals_go(terminal);
    release(terminal);
}
