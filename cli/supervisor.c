/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/supervisor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "cli/process.h"
#include "lib/check.h"

enum { LINE_BYTES_MAX = 1024 };

/* A program. It has ended when it is reaped and its output is read to the end. */
struct child {
    struct supervisor *supervisor;
    const char *name;
    const char *const *argv;
    const char *log_path;
    pid_t pid; /* 0: reaped, or not started */
    int status;
    uv_pipe_t output;
    bool is_reading; /* output is open or closing */
    uv_timer_t restart;
    bool was_ready;
    uint64_t deaths_ms[DEATHS_KEPT]; /* the last, oldest first */
    size_t death_count;
    size_t deaths_unready;
    char line[LINE_BYTES_MAX];
    size_t line_size;
    char buffer[LINE_BYTES_MAX]; /* what is being read */
};

struct supervisor {
    struct supervisor_listener listener;
    uv_loop_t loop;
    uv_signal_t child_signal;
    uv_signal_t stop_signals[2];
    uv_timer_t stop_timer;
    bool is_running; /* supervisor_run() was called */
    bool is_stopping;
    bool has_given_up;
    struct child children[CHILDREN_MAX];
    size_t child_count;
};

static void stop_all(struct supervisor *supervisor);

int supervisor_delay_ms(const uint64_t *deaths_ms, size_t count)
{
    bool is_failing = count >= DEATHS_KEPT &&
                      deaths_ms[count - 1] - deaths_ms[count - DEATHS_KEPT] <= DEATHS_WINDOW_MS;

    return is_failing ? RESTART_SLOW_MS : RESTART_MS;
}

/* ---- output ---- */

static void take_line(struct child *child)
{
    const struct supervisor_listener *listener = &child->supervisor->listener;
    bool is_first = !child->was_ready;

    child->line[child->line_size] = '\0';
    child->line_size = 0;
    if (strncmp(child->line, "ready", 5) == 0) {
        child->was_ready = true;
        listener->on_ready(listener->self, child->name, child->line, is_first);
    }
}

/* What is longer than a line may be is cut: such a line says nothing of interest. */
static void take_output(struct child *child, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n') {
            take_line(child);
        } else if (child->line_size < LINE_BYTES_MAX - 1) {
            child->line[child->line_size++] = data[i];
        }
    }
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct child *child = handle->data;

    (void)suggested; /* a line is short */
    *out = uv_buf_init(child->buffer, sizeof child->buffer);
}

static void settle(struct child *child);

static void on_output_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;

    child->is_reading = false;
    settle(child);
}

static void on_output(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    struct child *child = stream->data;

    if (size > 0) {
        take_output(child, buffer->base, (size_t)size);
    }
    if (size < 0) {
        uv_close((uv_handle_t *)stream, on_output_closed);
    }
}

/* ---- life ---- */

static void start(struct child *child)
{
    struct supervisor *supervisor = child->supervisor;
    const struct process_start how = {
        .argv = child->argv, .log_path = child->log_path, .ended_signal = SIGKILL};
    struct process process;

    child->line_size = 0;
    if (process_start(&how, &process) != ERR_OK) {
        child->status = W_EXITCODE(127, 0);
        settle(child);
        return;
    }
    child->pid = process.pid;
    require(uv_pipe_init(&supervisor->loop, &child->output, 0) == 0);
    child->output.data = child;
    child->is_reading = true;
    if (uv_pipe_open(&child->output, process.out_fd) != 0) {
        (void)close(process.out_fd); /* only read from */
        uv_close((uv_handle_t *)&child->output, on_output_closed);
    } else if (uv_read_start((uv_stream_t *)&child->output, allocate, on_output) != 0) {
        uv_close((uv_handle_t *)&child->output, on_output_closed);
    }
}

static void on_restart(uv_timer_t *timer)
{
    start(timer->data);
}

static void record_death(struct child *child)
{
    if (child->death_count == DEATHS_KEPT) {
        memmove(child->deaths_ms, child->deaths_ms + 1,
                (DEATHS_KEPT - 1) * sizeof *child->deaths_ms);
        child->death_count--;
    }
    child->deaths_ms[child->death_count++] = uv_now(&child->supervisor->loop);
    child->deaths_unready += child->was_ready ? 0 : 1;
}

static void close_handles(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->child_count; i++) {
        uv_close((uv_handle_t *)&supervisor->children[i].restart, NULL);
    }
    uv_close((uv_handle_t *)&supervisor->child_signal, NULL);
    uv_close((uv_handle_t *)&supervisor->stop_signals[0], NULL);
    uv_close((uv_handle_t *)&supervisor->stop_signals[1], NULL);
    uv_close((uv_handle_t *)&supervisor->stop_timer, NULL);
}

static void end_if_all_ended(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->child_count; i++) {
        if (supervisor->children[i].pid != 0 || supervisor->children[i].is_reading) {
            return;
        }
    }
    if (!uv_is_closing((uv_handle_t *)&supervisor->stop_timer)) {
        close_handles(supervisor);
    }
}

/* Decides what follows, once @child has ended. */
static void settle(struct child *child)
{
    struct supervisor *supervisor = child->supervisor;
    const struct supervisor_listener *listener = &supervisor->listener;

    if (child->pid != 0 || child->is_reading) {
        return;
    }
    if (supervisor->is_stopping) {
        end_if_all_ended(supervisor);
        return;
    }

    record_death(child);
    bool is_given_up = child->deaths_unready >= GIVE_UP_COUNT;
    int delay_ms = is_given_up ? -1 : supervisor_delay_ms(child->deaths_ms, child->death_count);
    listener->on_end(listener->self, child->name, child->status, delay_ms);
    if (is_given_up) {
        supervisor->has_given_up = true;
        stop_all(supervisor);
    } else {
        require(uv_timer_start(&child->restart, on_restart, (uint64_t)delay_ms, 0) == 0);
    }
}

static void reap(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->child_count; i++) {
        struct child *child = &supervisor->children[i];
        int status = 0;

        if (child->pid != 0 && waitpid(child->pid, &status, WNOHANG) == child->pid) {
            child->pid = 0;
            child->status = status;
            settle(child);
        }
    }
}

static void on_child_signal(uv_signal_t *handle, int number)
{
    (void)number;
    reap(handle->data);
}

static void signal_all(const struct supervisor *supervisor, int number)
{
    for (size_t i = 0; i < supervisor->child_count; i++) {
        if (supervisor->children[i].pid != 0) {
            (void)kill(supervisor->children[i].pid, number); /* gone already: reaped soon */
        }
    }
}

static void on_stop_timer(uv_timer_t *timer)
{
    signal_all(timer->data, SIGKILL);
}

static void stop_all(struct supervisor *supervisor)
{
    if (supervisor->is_stopping) {
        signal_all(supervisor, SIGKILL); /* asked twice: at once */
        return;
    }
    supervisor->is_stopping = true;
    for (size_t i = 0; i < supervisor->child_count; i++) {
        (void)uv_timer_stop(&supervisor->children[i].restart); /* always succeeds */
    }
    signal_all(supervisor, SIGTERM);
    require(uv_timer_start(&supervisor->stop_timer, on_stop_timer, STOP_MS, 0) == 0);
    end_if_all_ended(supervisor);
}

static void on_stop_signal(uv_signal_t *handle, int number)
{
    (void)number;
    stop_all(handle->data);
}

/* ---- public ---- */

struct supervisor *supervisor_new(const struct supervisor_listener *listener)
{
    struct supervisor *supervisor = calloc(1, sizeof *supervisor);

    if (supervisor == NULL) {
        return NULL;
    }
    if (uv_loop_init(&supervisor->loop) != 0) {
        free(supervisor);
        return NULL;
    }
    supervisor->listener = *listener;
    require(uv_signal_init(&supervisor->loop, &supervisor->child_signal) == 0);
    require(uv_signal_init(&supervisor->loop, &supervisor->stop_signals[0]) == 0);
    require(uv_signal_init(&supervisor->loop, &supervisor->stop_signals[1]) == 0);
    require(uv_timer_init(&supervisor->loop, &supervisor->stop_timer) == 0);
    supervisor->child_signal.data = supervisor;
    supervisor->stop_signals[0].data = supervisor;
    supervisor->stop_signals[1].data = supervisor;
    supervisor->stop_timer.data = supervisor;
    return supervisor;
}

enum err supervisor_add(struct supervisor *supervisor, const char *name, const char *const *argv,
                        const char *log_path)
{
    if (supervisor->child_count == CHILDREN_MAX) {
        return ERR_FULL;
    }
    if (supervisor->is_stopping) {
        return ERR_OK; /* it would be stopped at once */
    }

    struct child *child = &supervisor->children[supervisor->child_count++];
    *child =
        (struct child){.supervisor = supervisor, .name = name, .argv = argv, .log_path = log_path};
    require(uv_timer_init(&supervisor->loop, &child->restart) == 0);
    child->restart.data = child;
    if (supervisor->is_running) {
        start(child);
    }
    return ERR_OK;
}

static const struct child *find_child(const struct supervisor *supervisor, const char *name)
{
    for (size_t i = 0; i < supervisor->child_count; i++) {
        if (strcmp(supervisor->children[i].name, name) == 0) {
            return &supervisor->children[i];
        }
    }
    return NULL;
}

void supervisor_change(struct supervisor *supervisor, const char *name, const char *const *argv)
{
    const struct child *child = find_child(supervisor, name);

    require(child != NULL);
    supervisor->children[child - supervisor->children].argv = argv;
}

int supervisor_pid(const struct supervisor *supervisor, const char *name)
{
    const struct child *child = find_child(supervisor, name);

    return child == NULL ? 0 : (int)child->pid;
}

bool supervisor_run(struct supervisor *supervisor)
{
    require(uv_signal_start(&supervisor->child_signal, on_child_signal, SIGCHLD) == 0);
    require(uv_signal_start(&supervisor->stop_signals[0], on_stop_signal, SIGINT) == 0);
    require(uv_signal_start(&supervisor->stop_signals[1], on_stop_signal, SIGTERM) == 0);
    supervisor->is_running = true;
    for (size_t i = 0; i < supervisor->child_count; i++) {
        start(&supervisor->children[i]);
    }
    (void)uv_run(&supervisor->loop, UV_RUN_DEFAULT); /* ends when every handle is closed */
    return !supervisor->has_given_up;
}

void supervisor_free(struct supervisor *supervisor)
{
    if (supervisor == NULL) {
        return;
    }
    if (!supervisor->is_running) {
        close_handles(supervisor);
        (void)uv_run(&supervisor->loop, UV_RUN_DEFAULT); /* only closes */
    }
    require(uv_loop_close(&supervisor->loop) == 0);
    free(supervisor);
}
