/* SPDX-License-Identifier: Apache-2.0 */
/* huishen up: everything of an office on one machine. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/definitions.h"
#include "cli/home.h"
#include "cli/message_text.h"
#include "cli/new_home.h"
#include "cli/office_clock.h"
#include "cli/supervisor.h"
#include "cli/verbs.h"
#include "core/names.h"
#include "os/files.h"

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, PORT_MAX = 65535, DEPARTMENTS_MAX = 48 };

/* One run. Names of agents are those of their departments. */
struct up {
    struct cli *cli;
    struct home home;
    struct supervisor *supervisor;
    const char *departments[DEPARTMENTS_MAX];
    size_t department_count;
    size_t ready_count; /* of the agents */
    const char *listen; /* what the broker is first told */
    const char *endpoint;
    const char *clock; /* what everyone is told of a virtual one; NULL: the machine's */
};

/* ---- what is started ---- */

static const char **new_argv(const struct up *up, size_t count)
{
    return cli_memory(arena_array(up->cli->arena, count + 1, sizeof(char *)));
}

static const char *const *broker_argv(const struct up *up, const char *listen)
{
    const char **argv = new_argv(up, 7);

    argv[0] = cli_format(up->cli, "%s/huishen-broker", up->cli->folder);
    argv[1] = "--home";
    argv[2] = up->home.folder;
    argv[3] = "--listen";
    argv[4] = listen;
    argv[5] = up->clock == NULL ? NULL : "--clock";
    argv[6] = up->clock;
    return argv;
}

static const char *const *agent_argv(const struct up *up, const char *department)
{
    const char **argv = new_argv(up, 7);

    argv[0] = cli_format(up->cli, "%s/huishen-agent", up->cli->folder);
    argv[1] = "--config";
    argv[2] =
        home_path(up->cli, &up->home, cli_format(up->cli, "configs/agents/%s.yaml", department));
    argv[3] = "--broker";
    argv[4] = up->endpoint;
    argv[5] = up->clock == NULL ? NULL : "--clock";
    argv[6] = up->clock;
    return argv;
}

static const char *log_path(const struct up *up, const char *name)
{
    return home_path(up->cli, &up->home, cli_format(up->cli, "run/%s.log", name));
}

static void start_agents(struct up *up)
{
    for (size_t i = 0; i < up->department_count; i++) {
        const char *department = up->departments[i];

        /* There are at most DEPARTMENTS_MAX of them, so there is room. */
        (void)supervisor_add(up->supervisor, department, agent_argv(up, department),
                             log_path(up, department));
    }
}

/* ---- what is said ---- */

/* Said by the line, not at the end: whoever started us waits for it. */
static void say_line(const struct up *up, const char *line)
{
    (void)fprintf(up->cli->out, "%s\n", line); /* nobody reads it: they go on serving */
    (void)fflush(up->cli->out);
}

static void say_all_ready(const struct up *up)
{
    const struct cli *cli = up->cli;
    const char *list = "";

    for (size_t i = 0; i < up->department_count; i++) {
        list = cli_format(cli, "%s%s%s", list, i == 0 ? "" : ",", up->departments[i]);
    }
    if (cli->is_json) {
        json_t *departments = json_array();

        for (size_t i = 0; i < up->department_count; i++) {
            cli_memory(json_array_append_new(departments, json_string(up->departments[i])) == 0
                           ? departments
                           : NULL);
        }
        cli_json(cli, json_pack("{s:b, s:s, s:o}", "ready", 1, "broker", up->endpoint, "agents",
                                departments));
        (void)fflush(cli->out); /* as in say_line() */
        return;
    }
    say_line(up, cli_format(cli, "ready broker=%s agents=%s", up->endpoint, list));
}

/* The broker says where it listens; the agents are told, now and whenever they start again. */
static void take_endpoint(struct up *up, const char *line)
{
    const char *path = home_path(up->cli, &up->home, "run/broker");
    const char *endpoint = line + strcspn(line, " ");

    up->endpoint = cli_format(up->cli, "%s", endpoint + strspn(endpoint, " "));
    enum err err =
        file_write(path, bytes_of_text(cli_format(up->cli, "%s\n", up->endpoint)), FILE_MODE);
    if (err != ERR_OK) {
        cli_fail(up->cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));
    }
    if (strcmp(up->endpoint, up->listen) != 0) {
        supervisor_change(up->supervisor, "broker", broker_argv(up, up->endpoint));
    }
}

static void on_ready(void *self, const char *name, const char *line, bool is_first)
{
    struct up *up = self;
    bool is_broker = strcmp(name, "broker") == 0;

    if (!is_first) {
        cli_fail(up->cli, STATUS_DONE, cli_text(up->cli, "%s 已恢复", "%s serves again"), name);
        return;
    }
    if (!up->cli->is_json) {
        say_line(up, cli_format(up->cli, "%s %s", name, line));
    }
    if (is_broker) {
        take_endpoint(up, line);
        start_agents(up);
    } else {
        up->ready_count++;
    }
    if (up->ready_count == up->department_count) { /* at once where no agent runs here */
        say_all_ready(up);
    }
}

static const char *how_it_ended(const struct cli *cli, int status)
{
    if (WIFSIGNALED(status)) {
        return cli_format(cli, cli_text(cli, "信号 %d", "signal %d"), WTERMSIG(status));
    }
    return cli_format(cli, cli_text(cli, "退出码 %d", "exit status %d"), WEXITSTATUS(status));
}

static void on_end(void *self, const char *name, int status, int delay_ms)
{
    struct up *up = self;
    const struct cli *cli = up->cli;

    if (delay_ms < 0) {
        cli_fail(cli, STATUS_ENVIRONMENT,
                 cli_text(cli, "%s 无法启动（%s），全部停止；日志：%s",
                          "%s does not start (%s); stopping everything; its log: %s"),
                 name, how_it_ended(cli, status), log_path(up, name));
        return;
    }
    cli_fail(cli, STATUS_ENVIRONMENT,
             cli_text(cli, "%s 结束（%s），%d 毫秒后重新启动",
                      "%s ended (%s); starting it again in %d ms"),
             name, how_it_ended(cli, status), delay_ms);
}

/* ---- who takes part ---- */

/* Sets @has_keys to whether the agent configured in @path can say who it is; if not, tells how it
 * gets its keys. */
static int look_for_keys(const struct up *up, const char *path, bool *has_keys)
{
    const struct cli *cli = up->cli;
    const char *home = up->home.folder;
    void *loaded = NULL;
    int status = message_load(cli, path, &hs__agent_config__descriptor, &loaded);

    if (status != STATUS_DONE) {
        return status;
    }
    const Hs__AgentConfig *config = loaded;
    const char *keys =
        config->keys[0] == '/' ? config->keys : home_path(cli, &up->home, config->keys);
    *has_keys = file_exists(cli_format(cli, "%s/curve.key", keys));
    if (!*has_keys) {
        cli_fail(cli, STATUS_DONE,
                 cli_text(cli,
                          "%s 在此没有密钥，不启动；若应在本机运行：\n"
                          "  huishen --home %s key new --as %s > FILE\n"
                          "  huishen --home %s department enrol FILE    （须在 up 运行时）",
                          "%s has no keys here and is not started; if it is to run here:\n"
                          "  huishen --home %s key new --as %s > FILE\n"
                          "  huishen --home %s department enrol FILE    (while `up` runs)"),
                 config->principal, home, config->principal, home);
    }
    return STATUS_DONE;
}

/* Adds @department. One without keys here is an error if it was named, else it is left out: it runs
 * elsewhere, or nobody has set it up yet. */
static int add_department(struct up *up, const char *department, bool is_named)
{
    const struct cli *cli = up->cli;
    const char *config =
        home_path(cli, &up->home, cli_format(cli, "configs/agents/%s.yaml", department));
    bool has_keys = false;

    if (!name_is_plain(department) || !file_exists(config)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "部门 %s 没有代理配置 %s", "%s has no agent: no %s"),
                        department, config);
    }
    if (up->department_count == DEPARTMENTS_MAX) {
        return cli_fail(cli, STATUS_INVALID, cli_text(cli, "部门过多", "too many departments"));
    }
    int status = look_for_keys(up, config, &has_keys);
    if (status != STATUS_DONE || (!has_keys && is_named)) {
        return STATUS_INVALID;
    }
    if (has_keys) {
        up->departments[up->department_count++] = department;
    }
    return STATUS_DONE;
}

/* Those named, between commas. */
static int add_named(struct up *up, const char *names)
{
    int status = STATUS_DONE;

    while (*names != '\0' && status == STATUS_DONE) {
        size_t size = strcspn(names, ",");

        if (size > 0) {
            status = add_department(up, cli_format(up->cli, "%.*s", (int)size, names), true);
        }
        names += size + (names[size] == ',');
    }
    return status;
}

/* Those of the default process that have an agent here. */
static int add_default(struct up *up)
{
    const struct cli *cli = up->cli;
    const struct definitions definitions = {.folder = up->home.folder, .is_home = true};
    const Hs__Process *process = NULL;
    int status = definitions_process(cli, &definitions, DEFINITIONS_DEFAULT_PROCESS, &process);
    const Hs__Stage *stage = status == STATUS_DONE ? process_review_stage(process) : NULL;

    for (size_t i = 0; stage != NULL && i < stage->n_seats && status == STATUS_DONE; i++) {
        const char *department = stage->seats[i]->department;

        if (file_exists(
                home_path(cli, &up->home, cli_format(cli, "configs/agents/%s.yaml", department)))) {
            status = add_department(up, department, false);
        }
    }
    return status;
}

/* ---- the run ---- */

/* Sets @out to a lock that is held until it is closed: one `up` a home. */
static int take_lock(const struct up *up, int *out)
{
    const struct cli *cli = up->cli;
    const char *path = home_path(cli, &up->home, "run/up.lock");
    enum err err = folder_make(home_path(cli, &up->home, "run"), FOLDER_MODE);

    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s/run: %s", up->home.folder, err_text(err));
    }
    *out = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (*out < 0) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    }
    if (flock(*out, LOCK_EX | LOCK_NB) != 0) {
        return cli_fail(
            cli, STATUS_ENVIRONMENT,
            cli_text(cli, "%s 已由另一个 huishen up 运行", "another huishen up serves %s"),
            up->home.folder);
    }
    return STATUS_DONE;
}

static int serve(struct up *up)
{
    const struct supervisor_listener listener = {
        .self = up, .on_ready = on_ready, .on_end = on_end};

    up->supervisor = supervisor_new(&listener);
    if (up->supervisor == NULL) {
        return cli_fail(up->cli, STATUS_ENVIRONMENT,
                        cli_text(up->cli, "系统资源不足", "the system refuses a loop"));
    }
    (void)supervisor_add(up->supervisor, "broker", broker_argv(up, up->listen),
                         log_path(up, "broker")); /* the first: there is room */
    bool is_orderly = supervisor_run(up->supervisor);
    supervisor_free(up->supervisor);
    (void)file_remove(home_path(up->cli, &up->home, "run/broker")); /* absent if it never served */
    (void)file_remove(home_path(up->cli, &up->home, "run/clock"));  /* mostly absent */
    return is_orderly ? STATUS_DONE : STATUS_ENVIRONMENT;
}

/* Finds the clock that is asked for. The lock is held: the journal's end stays where it is. */
static int find_clock(struct up *up, const struct arguments *arguments)
{
    const struct virtual_clock *wanted = NULL;
    int status = office_clock_wanted(up->cli, arguments, &up->home, &wanted);

    if (wanted != NULL) {
        char *text = cli_memory(arena_alloc(up->cli->arena, VIRTUAL_CLOCK_TEXT_BYTES));

        virtual_clock_to_text(wanted, text);
        up->clock = text;
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct up up = {.cli = cli};
    const char *named = arguments_value(arguments, "departments");
    bool has_port = arguments_have(arguments, "port");
    uint64_t port = 0;
    int lock = -1;

    if (!arguments_number(cli, arguments, "port", PORT_MAX, &port)) {
        return STATUS_INVALID;
    }
    int status = home_open(cli, &up.home);
    if (status == STATUS_DONE) {
        status = named == NULL ? add_default(&up) : add_named(&up, named);
    }
    if (status == STATUS_DONE) {
        status = take_lock(&up, &lock);
    }
    if (status == STATUS_DONE) {
        status = find_clock(&up, arguments);
    }
    if (status == STATUS_DONE) {
        up.listen = has_port ? cli_format(cli, "tcp://127.0.0.1:%u", (unsigned)port)
                    : up.home.office->listen[0] != 0 ? up.home.office->listen
                                                     : NEW_HOME_LISTEN;
        status = serve(&up);
    }
    if (lock >= 0) {
        (void)close(lock); /* which gives it back */
    }
    return status;
}

static const struct option options[] = {
    {.name = "port",
     .value = "BASE",
     .help = {"起始端口；0 为任选；缺省依 office.yaml 的 listen",
              "the first port; 0: any free one; by default office.yaml's listen"}},
    {.name = "departments",
     .value = "A,B",
     .help = {"只启动这些部门的代理；缺省为缺省流程中在此有密钥的各部门",
              "agents of these only; by default those of the default process that have keys here"}},
    {.name = "clock-rate",
     .value = "N",
     .help = {"演示：时间按实际的 N 倍流逝（至多 1000000）",
              "a demonstration: time passes N times as fast (at most 1000000)"}},
    {.name = "clock-from",
     .value = "'YYYY-MM-DD HH:MM'",
     .help = {"演示：时间从何时（当地时间）开始；缺省为现在",
              "a demonstration: when its time begins; now by default"}},
    {.name = "no-web",
     .help = {"不启动网页（本版本没有网页，可写可不写）",
              "without the web pages (this version has none, so it changes nothing)"}},
};

const struct verb verb_up = {
    .name = "up",
    .words = "",
    .needs_home = true,
    .summary = {"在本机运行整个辖区", "run everything of an office on this machine"},
    .manual =
        {"启动 huishen-broker 和每个部门的 huishen-agent，逐一印出谁已就绪；全部就绪后印一行\n"
         "ready，带地址。任何一个程序退出，一秒内重新启动；十秒内退出二十次的，每五秒至多启动\n"
         "一次；从未就绪就退出三次的，全部停止，以 4 退出。SIGINT 或 SIGTERM 有序停止全部；\n"
         "本程序无论怎样结束，子程序都不会留下。日志在 run/*.log，使用中的地址在 run/broker。\n"
         "演示辖区可用 --clock-rate、--clock-from 令全部程序共用一个虚拟时钟，\n"
         "一个季度可在一分钟内走完；使用中的时钟在 run/clock，本机的命令据此取时。\n"
         "--json 只印最后的 ready：{\"ready\": true, \"broker\", \"agents\": []}。",
         "Starts huishen-broker and a huishen-agent for each department, and prints when\n"
         "each is ready; when all serve, one line that begins with ready, with the addresses. What "
         "ends is\n"
         "started again within a second; after twenty ends of one program in ten seconds, at\n"
         "most once in five seconds; one that ended three times without ever being ready stops\n"
         "everything, exit 4. SIGINT or SIGTERM stop all in order; however this program ends,\n"
         "none of the others outlives it. Logs are in run/*.log, the endpoint in use in\n"
         "run/broker. In a demonstration --clock-rate and --clock-from give all of them one\n"
         "virtual clock: a quarter can pass in a minute; run/clock has it, for this machine's\n"
         "commands. With --json only the last line: {\"ready\": true, \"broker\", \"agents\": "
         "[]}."},
    .example =
        "huishen --home demo up\nhuishen --home demo up --port 7700 --departments fire,planning",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
