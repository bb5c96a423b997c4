/* SPDX-License-Identifier: Apache-2.0 */
/* huishen-agent - a department's agent. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "agents/runtime.h"
#include "client/client.h"
#include "net/service.h"
#include "os/random.h"
#include "os/sandbox.h"
#include "os/virtual_clock.h"
#include "proto/text/load.h"

enum {
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_ENVIRONMENT = 4,
    PATH_BYTES = 4096,
    CREDIT_DEFAULT = 64
};

struct daemon {
    uv_loop_t loop;
    struct arena arena;
    struct log log;
    const Hs__AgentConfig *config;
    struct virtual_clock virtual_clock;
    struct clock clock;    /* the machine's, or the virtual one's */
    char base[PATH_BYTES]; /* of the paths in the configuration */
    struct keys keys;
    struct published_pack pack;
    struct store *store;
    struct runtime runtime;
    struct client *client;
    uv_signal_t interrupt;
    uv_signal_t terminate;
    struct service service;
    int status;
};

static void print_help(void)
{
    puts("usage: huishen-agent --config FILE [--broker ENDPOINT] [--clock FROM,RATE,BOOT]\n"
         "\n"
         "A department's agent: publishes its rules, takes its reviews, keeps them, answers by\n"
         "the rules where the department lets them, and leaves them to people elsewhere.\n"
         "\n"
         "  --config FILE      the agent's configuration (configs/agents/fire.yaml)\n"
         "  --broker ENDPOINT  instead of the configuration's broker\n"
         "  --clock F,R,B      the clock that a demonstration's broker was given\n"
         "  --help             this text\n"
         "  --version          the version\n"
         "\n"
         "Relative paths in FILE begin at the home, or, for a file outside of a home's\n"
         "configs/agents, at the folder of FILE.\n"
         "\n"
         "Prints `ready PRINCIPAL` on standard output when it is welcomed and its rules are on\n"
         "record. Logs to standard error. SIGINT and SIGTERM end it. Killed at any moment it\n"
         "loses nothing and repeats nothing.\n"
         "Exit status: 0 ended as asked, 1 the broker's journal is not the one it knew, 2 bad "
         "usage\n"
         "or configuration, 4 the environment failed.");
}

/* Sets daemon->base to where relative paths of the configuration @path begin. */
static void find_base(struct daemon *daemon, const char *path)
{
    static const char inside[] = "/configs/agents";
    char *whole = realpath(path, NULL); /* NULL: loading it says what is wrong */
    const char *slash = whole == NULL ? NULL : strrchr(whole, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - whole);

    if (size >= sizeof inside - 1 &&
        memcmp(whole + size - (sizeof inside - 1), inside, sizeof inside - 1) == 0) {
        size -= sizeof inside - 1;
    }
    (void)snprintf(daemon->base, sizeof daemon->base, "%.*s", (int)size,
                   whole == NULL ? "" : whole);
    free(whole);
}

static const char *path_of(struct daemon *daemon, const char *path)
{
    return path[0] == '/' ? path : arena_format(&daemon->arena, "%s/%s", daemon->base, path);
}

/* Reads a file of the agent's. Returns 0, or the exit status: a file that the machine does not give
 * is no mistake in it. */
static int load(struct daemon *daemon, const char *path, const ProtobufCMessageDescriptor *type,
                ProtobufCMessage **out)
{
    struct text_errors errors;
    struct text_file file = {.path = path, .arena = &daemon->arena, .errors = &errors};

    text_errors_init(&errors, TEXT_EN);
    enum err err = load_message(&file, type, out);
    if (err == ERR_OK) {
        return 0;
    }
    for (size_t i = 0; i < errors.count; i++) {
        fprintf(stderr, "%s\n", text_error_line(&errors.rows[i], path, &daemon->arena));
    }
    return err == ERR_IO || err == ERR_NO_SPACE ? EXIT_ENVIRONMENT : EXIT_USAGE;
}

static const char *missing_setting(const Hs__AgentConfig *config)
{
    if (config->principal[0] == '\0') {
        return "principal";
    }
    if (config->department[0] == '\0') {
        return "department";
    }
    if (config->office[0] == '\0') {
        return "office";
    }
    if (config->keys[0] == '\0') {
        return "keys";
    }
    if (config->data[0] == '\0') {
        return "data";
    }
    if (strcmp(config->handler, "rules") != 0 && strcmp(config->handler, "desk") != 0) {
        return "handler: rules or desk";
    }
    if (strcmp(config->handler, "rules") == 0 && config->rules[0] == '\0') {
        return "rules";
    }
    return NULL;
}

static int load_pack(struct daemon *daemon)
{
    const Hs__AgentConfig *config = daemon->config;
    const char *path = path_of(daemon, config->rules);
    ProtobufCMessage *message = NULL;

    int status = load(daemon, path, &hs__pack__descriptor, &message);
    if (status != 0) {
        return status;
    }
    enum err err = pack_publish((Hs__Pack *)message, config->department, config->owner,
                                &daemon->arena, &daemon->pack);
    if (err != ERR_OK) {
        fprintf(stderr, "%s: this is not the pack of %s%s%s\n", path, config->department,
                config->owner[0] == '\0' ? "" : ", owner ", config->owner);
        return EXIT_USAGE;
    }
    return 0;
}

static int load_all(struct daemon *daemon, const char *path)
{
    ProtobufCMessage *message = NULL;
    enum log_level level = LOG_INFO;
    char reason[KEYS_REASON_BYTES];

    find_base(daemon, path);
    int status = load(daemon, path, &hs__agent_config__descriptor, &message);
    if (status != 0) {
        return status;
    }
    daemon->config = (const Hs__AgentConfig *)message;
    const char *missing = missing_setting(daemon->config);
    if (missing != NULL) {
        fprintf(stderr, "%s: %s: this is needed\n", path, missing);
        return EXIT_USAGE;
    }
    if (daemon->config->log_level[0] != '\0' &&
        !log_level_from_text(daemon->config->log_level, &level)) {
        fprintf(stderr, "%s: log_level: debug, info, warning or error\n", path);
        return EXIT_USAGE;
    }
    log_init(&daemon->log, STDERR_FILENO, level, 0, clock_real());
    if (keys_load(path_of(daemon, daemon->config->keys), &daemon->keys, reason) != ERR_OK) {
        fprintf(stderr, "huishen-agent: %s\n", reason);
        return EXIT_ENVIRONMENT;
    }
    return daemon->config->rules[0] == '\0' ? 0 : load_pack(daemon);
}

/* ---- at work ---- */

static void stop(struct daemon *daemon, int status)
{
    if (daemon->client == NULL) {
        return;
    }
    daemon->status = status;
    client_close(daemon->client);
    daemon->client = NULL;
    uv_close((uv_handle_t *)&daemon->interrupt, NULL);
    uv_close((uv_handle_t *)&daemon->terminate, NULL);
    service_close(&daemon->service);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct daemon *daemon = handle->data;

    log_event(&daemon->log, LOG_INFO, "stopping", log_number("signal", number), LOG_END);
    service_stopping(&daemon->service);
    runtime_stop(&daemon->runtime);
    stop(daemon, 0);
}

static void on_ready(void *self)
{
    struct daemon *daemon = self;

    printf("ready %s\n", daemon->config->principal);
    (void)fflush(stdout); /* whoever waits for the line may be gone: that stops nothing */
    log_event(&daemon->log, LOG_INFO, "ready", log_text("principal", daemon->config->principal),
              LOG_END);
}

/* Says why nothing more is believed; the log has it already. */
static void refuse(struct daemon *daemon, enum client_problem problem)
{
    fprintf(stderr, "refused: %s: %s\n", client_problem_code(problem), client_problem_en(problem));
    stop(daemon, EXIT_REFUSED);
}

static void on_ended(void *self, enum runtime_end end)
{
    struct daemon *daemon = self;

    switch (end) {
    case RUNTIME_STORE_FAILED:
        stop(daemon, EXIT_ENVIRONMENT);
        break;
    case RUNTIME_HISTORY_DIFFERS:
        refuse(daemon, PROBLEM_HISTORY_DIFFERS);
        break;
    case RUNTIME_WRONG_BROKER:
        refuse(daemon, PROBLEM_WRONG_BROKER);
        break;
    }
}

static void watch_signal(struct daemon *daemon, uv_signal_t *handle, int number)
{
    uv_signal_init(&daemon->loop, handle);
    handle->data = daemon;
    uv_signal_start(handle, on_signal, number);
}

static enum err make_runtime(struct daemon *daemon)
{
    const Hs__AgentConfig *config = daemon->config;
    struct runtime_settings settings = {
        .department = config->department,
        .pack = daemon->pack.bytes.data == NULL ? NULL : &daemon->pack,
        .runs_rules = strcmp(config->handler, "rules") == 0,
        .credit = config->credit == 0 ? CREDIT_DEFAULT : config->credit,
        .clock = daemon->clock,
        .log = &daemon->log,
    };
    struct runtime_listener listener = {.self = daemon, .ready = on_ready, .ended = on_ended};
    enum err err = store_open(path_of(daemon, config->data), STORE_MAP_BYTES, &daemon->store);

    if (err == ERR_OK) {
        err = runtime_init(&daemon->runtime, &settings, &listener, daemon->store);
    }
    if (err != ERR_OK) {
        log_event(&daemon->log, LOG_ERROR, "store_unusable", log_err(err),
                  log_text("folder", path_of(daemon, config->data)), LOG_END);
    }
    return err;
}

static enum err connect_broker(struct daemon *daemon, const char *endpoint)
{
    const Hs__AgentConfig *config = daemon->config;
    struct client_settings *settings = arena_alloc(&daemon->arena, sizeof *settings);
    struct client_handlers handlers = runtime_handlers(&daemon->runtime);

    if (settings == NULL) {
        return ERR_FULL;
    }
    *settings = (struct client_settings){
        .endpoint = endpoint,
        .broker_curve = config->broker_curve_key,
        .keys = &daemon->keys,
        .office = config->office,
        .principal = config->principal,
        .department = config->department,
        .credit = runtime_credit(&daemon->runtime),
        .seen = daemon->runtime.stored_head,
        .clock = daemon->clock,
    };
    memcpy(settings->instance, store_instance(daemon->store), INSTANCE_BYTES);
    if (!bytes_from_hex(config->broker_sign_key, settings->broker_key,
                        sizeof settings->broker_key)) {
        log_event(&daemon->log, LOG_ERROR, "broker_sign_key_invalid", LOG_END);
        return ERR_INVALID;
    }
    enum err err = client_open(&daemon->loop, settings, &handlers, &daemon->client);
    if (err != ERR_OK) {
        log_event(&daemon->log, LOG_ERROR, "not_connecting", log_err(err),
                  log_text("endpoint", endpoint), LOG_END);
        return err;
    }
    runtime_attach(&daemon->runtime, client_conversation(daemon->client));
    return ERR_OK;
}

/* Gives up what the agent never needs: other files than its own store's, which is open by now, and
 * before the first thread is started. Rules and keys were read. */
static void confine(struct daemon *daemon)
{
    const char *const folders[] = {path_of(daemon, daemon->config->data)};

    sandbox_tell(&daemon->log, "process", sandbox_process());
    sandbox_tell(&daemon->log, "files", sandbox_files(folders, 1));
}

static enum err begin(struct daemon *daemon, const char *endpoint)
{
    enum err err = service_open(&daemon->loop, &daemon->service);

    if (err != ERR_OK) {
        log_event(&daemon->log, LOG_WARNING, "service_manager_unheard", log_err(err), LOG_END);
    }
    err = make_runtime(daemon);
    if (err == ERR_OK) {
        confine(daemon);
        err = connect_broker(daemon, endpoint);
    }
    if (err != ERR_OK) {
        service_close(&daemon->service);
    }
    return err;
}

static int serve(struct daemon *daemon, const char *endpoint)
{
    int rc = uv_loop_init(&daemon->loop);
    if (rc != 0) {
        log_event(&daemon->log, LOG_ERROR, "no_loop", log_text("reason", uv_strerror(rc)), LOG_END);
        return EXIT_ENVIRONMENT;
    }
    enum err err = begin(daemon, endpoint);
    daemon->status = err == ERR_OK ? 0 : EXIT_ENVIRONMENT;
    if (err == ERR_OK) {
        watch_signal(daemon, &daemon->interrupt, SIGINT);
        watch_signal(daemon, &daemon->terminate, SIGTERM);
        sandbox_tell(&daemon->log, "calls", sandbox_calls());
        service_ready(&daemon->service); /* an office that is down makes no agent that is */
    }
    uv_run(&daemon->loop, UV_RUN_DEFAULT);
    if (daemon->store != NULL) {
        runtime_release(&daemon->runtime);
    }
    store_close(daemon->store);
    uv_loop_close(&daemon->loop);
    log_event(&daemon->log, LOG_INFO, "stopped", log_number("status", daemon->status), LOG_END);
    return daemon->status;
}

struct arguments {
    const char *config;
    const char *broker;
    const char *clock;
};

/* Reads the command line. Returns -1 to go on, else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *out)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"broker", required_argument, NULL, 'b'},
        {"clock", required_argument, NULL, 't'},  {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'c') {
            out->config = optarg;
        } else if (option == 'b') {
            out->broker = optarg;
        } else if (option == 't') {
            out->clock = optarg;
        } else if (option == 'v') {
            puts("huishen-agent " HUISHEN_VERSION);
            return 0;
        } else if (option == 'h') {
            print_help();
            return 0;
        } else {
            fprintf(stderr, "huishen-agent: %s: no such option, or its value is missing\n",
                    argv[optind - 1]);
            return EXIT_USAGE;
        }
    }
    if (out->config == NULL || optind < argc) {
        fprintf(stderr, "usage: huishen-agent --config FILE [--broker ENDPOINT]; see --help\n");
        return EXIT_USAGE;
    }
    return -1;
}

/* Sets the clock that @text asks for, NULL: the machine's; false if it is none. */
static bool set_clock(struct daemon *daemon, const char *text)
{
    daemon->clock = clock_real();
    if (text == NULL) {
        return true;
    }
    if (!virtual_clock_from_text(text, &daemon->virtual_clock)) {
        fprintf(stderr, "huishen-agent: --clock: FROM,RATE,BOOT: three numbers\n");
        return false;
    }
    daemon->clock = virtual_clock_wall(&daemon->virtual_clock);
    return true;
}

int main(int argc, char **argv)
{
    struct daemon *daemon = &(struct daemon){.status = 0};
    struct arguments arguments = {0};
    int status = read_arguments(argc, argv, &arguments);

    if (status >= 0) {
        return status;
    }
    if (!set_clock(daemon, arguments.clock)) {
        return EXIT_USAGE;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a reader of our output that is gone stops nothing */
    random_seed_libc();
    arena_init(&daemon->arena, LOAD_ARENA_BYTES);
    status = load_all(daemon, arguments.config);
    if (status == 0) {
        status =
            serve(daemon, arguments.broker != NULL ? arguments.broker : daemon->config->broker);
    }
    keys_wipe(&daemon->keys);
    arena_release(&daemon->arena);
    return status;
}
