/* SPDX-License-Identifier: Apache-2.0 */
/* huishen-broker - the daemon. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/broker.h"
#include "net/selftest.h"
#include "net/service.h"
#include "os/files.h"
#include "os/random.h"
#include "os/sandbox.h"
#include "proto/text/load.h"

enum { EXIT_USAGE = 2, EXIT_ENVIRONMENT = 4, PATH_BYTES = 4096 };

#define DEFAULT_LISTEN  "tcp://127.0.0.1:7700"
#define DEFAULT_RESERVE ((uint64_t)256 << 20)

/* The daemon with what stops it. */
struct daemon {
    uv_loop_t loop;
    struct broker *broker;
    struct log log;
    const char *home;
    const struct virtual_clock *virtual_clock; /* NULL: the machine's */
    uv_signal_t interrupt;
    uv_signal_t terminate;
    struct service service;
    int status;
};

static void print_help(void)
{
    puts(
        "usage: huishen-broker --home DIR [--listen tcp://ADDRESS:PORT] [--clock FROM,RATE,BOOT]\n"
        "\n"
        "Serves the office in DIR, which `huishen init` founded: keeps its journal, takes\n"
        "commands, lends reviews to agents, watches deadlines.\n"
        "\n"
        "  --home DIR      the office's home\n"
        "  --listen ADDR   where to listen, instead of office.yaml's listen; port 0: any\n"
        "  --clock F,R,B   a demonstration's clock: at B of the machine's boot clock it is F, and\n"
        "                  then R milliseconds pass in each of the machine's\n"
        "  --help          this text\n"
        "  --version       the version\n"
        "\n"
        "Prints `ready ADDR` on standard output when it serves. Logs to standard error. SIGINT\n"
        "and SIGTERM end it; nothing acknowledged is lost at any end.\n"
        "Exit status: 0 ended as asked, 2 bad usage, 4 the environment failed.");
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;

    log_event(&daemon->log, LOG_INFO, "stopping", log_number("signal", number), LOG_END);
    service_stopping(&daemon->service);
    broker_stop(daemon->broker);
}

static void write_endpoint(struct daemon *daemon)
{
    char folder[PATH_BYTES];
    char path[PATH_BYTES];
    char line[PATH_BYTES];

    (void)snprintf(folder, sizeof folder, "%s/run", daemon->home);
    (void)snprintf(path, sizeof path, "%s/run/broker", daemon->home);
    (void)snprintf(line, sizeof line, "%s\n", broker_endpoint(daemon->broker));
    if (folder_make(folder, 0700) != ERR_OK ||
        file_write(path, bytes_of_text(line), 0600) != ERR_OK) {
        log_event(&daemon->log, LOG_WARNING, "endpoint_not_written", log_text("path", path),
                  LOG_END);
    }
}

/* Clients on this machine take the time of their commands from the same clock. */
static void write_clock(const struct daemon *daemon)
{
    char path[PATH_BYTES];
    char text[VIRTUAL_CLOCK_TEXT_BYTES];

    (void)snprintf(path, sizeof path, "%s/run/clock", daemon->home);
    if (daemon->virtual_clock == NULL) {
        (void)file_remove(path); /* mostly absent */
        return;
    }
    virtual_clock_to_text(daemon->virtual_clock, text);
    if (file_write(path, bytes_of_text(text), 0600) != ERR_OK) {
        log_event(&daemon->log, LOG_WARNING, "clock_not_written", log_text("path", path), LOG_END);
    }
}

static void on_tested(void *self, enum selftest_result result)
{
    struct daemon *daemon = self;

    if (result != SELFTEST_PASSED) {
        log_event(&daemon->log, LOG_ERROR, "selftest_failed",
                  log_text("result", selftest_text(result)), LOG_END);
        daemon->status = EXIT_ENVIRONMENT;
        broker_stop(daemon->broker);
        return;
    }
    write_endpoint(daemon);
    write_clock(daemon);
    sandbox_tell(&daemon->log, "calls", sandbox_calls());
    service_ready(&daemon->service);
    log_event(&daemon->log, LOG_INFO, "ready",
              log_text("endpoint", broker_endpoint(daemon->broker)), LOG_END);
    printf("ready %s\n", broker_endpoint(daemon->broker));
    (void)fflush(stdout); /* whoever waits for the line may be gone: that stops nothing */
}

static void watch_signal(struct daemon *daemon, uv_signal_t *handle, int number)
{
    uv_signal_init(&daemon->loop, handle);
    handle->data = daemon;
    uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle);
}

/* Gives up what the broker never needs: other files than the home's, before the first thread is
 * started. journal/ and documents/ may be links to other disks, a local socket may lie elsewhere.
 */
static void confine(const struct daemon *daemon, const char *listen)
{
    static const char local[] = "ipc://";
    char journal[PATH_BYTES];
    char documents[PATH_BYTES];
    char socket[PATH_BYTES];
    const char *const folders[] = {daemon->home, journal, documents, socket};
    size_t count = sizeof folders / sizeof *folders;
    const char *slash = strrchr(listen, '/');
    bool is_local = strncmp(listen, local, sizeof local - 1) == 0 && slash != NULL;
    const char *path = is_local ? listen + sizeof local - 1 : "";

    (void)snprintf(journal, sizeof journal, "%s/journal", daemon->home);
    (void)snprintf(documents, sizeof documents, "%s/documents", daemon->home);
    (void)snprintf(socket, sizeof socket, "%.*s", is_local ? (int)(slash - path) : 0, path);
    sandbox_tell(&daemon->log, "process", sandbox_process());
    sandbox_tell(&daemon->log, "files", sandbox_files(folders, is_local ? count : count - 1));
}

static int serve(struct daemon *daemon, const struct broker_options *options)
{
    int rc = uv_loop_init(&daemon->loop);
    if (rc != 0) {
        log_event(&daemon->log, LOG_ERROR, "no_loop", log_text("reason", uv_strerror(rc)), LOG_END);
        return EXIT_ENVIRONMENT;
    }
    enum err err = service_open(&daemon->loop, &daemon->service);
    if (err != ERR_OK) {
        log_event(&daemon->log, LOG_WARNING, "service_manager_unheard", log_err(err), LOG_END);
    }
    confine(daemon, options->listen);
    if (broker_open(options, &daemon->loop, &daemon->broker) != ERR_OK) {
        service_close(&daemon->service);
        (void)uv_run(&daemon->loop, UV_RUN_NOWAIT); /* closes it */
        uv_loop_close(&daemon->loop);
        return EXIT_ENVIRONMENT;
    }
    watch_signal(daemon, &daemon->interrupt, SIGINT);
    watch_signal(daemon, &daemon->terminate, SIGTERM);
    if (broker_selftest(daemon->broker, on_tested, daemon) != ERR_OK) {
        on_tested(daemon, SELFTEST_NO_ANSWER);
    }
    uv_run(&daemon->loop, UV_RUN_DEFAULT);

    int status = daemon->status != 0 ? daemon->status : broker_status(daemon->broker);
    uv_close((uv_handle_t *)&daemon->interrupt, NULL);
    uv_close((uv_handle_t *)&daemon->terminate, NULL);
    service_close(&daemon->service);
    broker_close(daemon->broker);
    uv_loop_close(&daemon->loop);
    log_event(&daemon->log, LOG_INFO, "stopped", log_number("status", status), LOG_END);
    return status;
}

struct arguments {
    const char *home;
    const char *listen;
    const char *clock;
};

/* Reads the command line. Returns -1 to go on, else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *out)
{
    static const struct option options[] = {
        {"home", required_argument, NULL, 'h'},  {"listen", required_argument, NULL, 'l'},
        {"clock", required_argument, NULL, 'c'}, {"help", no_argument, NULL, '?'},
        {"version", no_argument, NULL, 'v'},     {NULL, 0, NULL, 0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            out->home = optarg;
        } else if (option == 'l') {
            out->listen = optarg;
        } else if (option == 'c') {
            out->clock = optarg;
        } else if (option == 'v') {
            puts("huishen-broker " HUISHEN_VERSION);
            return 0;
        } else if (option == '?' && optopt == 0 && strcmp(argv[optind - 1], "--help") == 0) {
            print_help();
            return 0;
        } else {
            fprintf(stderr, "huishen-broker: %s: no such option, or its value is missing\n",
                    argv[optind - 1]);
            return EXIT_USAGE;
        }
    }
    if (out->home == NULL) {
        out->home = getenv("HUISHEN_HOME");
    }
    if (out->home == NULL || optind < argc) {
        fprintf(stderr, "usage: huishen-broker --home DIR [--listen ADDR]; see --help\n");
        return EXIT_USAGE;
    }
    return -1;
}

/* Reads --clock into @out; false if it cannot be had. */
static bool read_clock(const struct arguments *arguments, const Hs__OfficeConfig *config,
                       struct virtual_clock *out)
{
    if (!config->demo) {
        fprintf(stderr, "--clock: only in a demonstration (office.yaml: demo: true)\n");
        return false;
    }
    if (!virtual_clock_from_text(arguments->clock, out) || out->rate == 0) {
        fprintf(stderr, "--clock: FROM,RATE,BOOT: three numbers\n");
        return false;
    }
    return true;
}

static int run(const struct arguments *arguments, const Hs__OfficeConfig *config)
{
    struct daemon daemon = {.home = arguments->home};
    struct virtual_clock virtual_clock;
    enum log_level level = LOG_INFO;

    if (config->log_level[0] != '\0' && !log_level_from_text(config->log_level, &level)) {
        fprintf(stderr, "%s/office.yaml: log_level: debug, info, warning or error\n",
                arguments->home);
        return EXIT_USAGE;
    }
    if (arguments->clock != NULL) {
        if (!read_clock(arguments, config, &virtual_clock)) {
            return EXIT_USAGE;
        }
        daemon.virtual_clock = &virtual_clock;
    }
    log_init(&daemon.log, STDERR_FILENO, level, config->utc_offset_minutes, clock_real());

    struct broker_options options = {
        .home = arguments->home,
        .listen = arguments->listen != NULL   ? arguments->listen
                  : config->listen[0] != '\0' ? config->listen
                                              : DEFAULT_LISTEN,
        .map_bytes = config->map_bytes,
        .reserve_bytes = config->reserve_bytes == 0 ? DEFAULT_RESERVE : config->reserve_bytes,
        .log = &daemon.log,
        .clock = clock_real(),
        .time = daemon.virtual_clock == NULL ? time_source_machine()
                                             : time_source_virtual(daemon.virtual_clock),
    };
    options.time.rules = time_rules_of(config);
    return serve(&daemon, &options);
}

/* Returns 0, or the exit status: a file that the machine does not give is no mistake in it. */
static int load_config(const char *home, struct arena *arena, const Hs__OfficeConfig **out)
{
    struct text_errors errors;
    char path[PATH_BYTES];
    struct text_file file = {.path = path, .arena = arena, .errors = &errors};
    ProtobufCMessage *message = NULL;

    (void)snprintf(path, sizeof path, "%s/office.yaml", home);
    text_errors_init(&errors, TEXT_EN);
    enum err err = load_message(&file, &hs__office_config__descriptor, &message);
    if (err == ERR_OK) {
        *out = (const Hs__OfficeConfig *)message;
        return 0;
    }
    for (size_t i = 0; i < errors.count; i++) {
        fprintf(stderr, "%s\n", text_error_line(&errors.rows[i], path, arena));
    }
    return err == ERR_IO || err == ERR_NO_SPACE ? EXIT_ENVIRONMENT : EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct arena arena;
    int status = read_arguments(argc, argv, &arguments);

    if (status >= 0) {
        return status;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a reader of our output that is gone stops nothing */
    random_seed_libc();
    arena_init(&arena, LOAD_ARENA_BYTES);

    const Hs__OfficeConfig *config = NULL;
    status = load_config(arguments.home, &arena, &config);
    if (status == 0) {
        status = run(&arguments, config);
    }
    arena_release(&arena);
    return status;
}
