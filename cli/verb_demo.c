/* SPDX-License-Identifier: Apache-2.0 */
/* huishen demo: a whole office, founded, started and shown at work. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/data_folder.h"
#include "cli/demo.h"
#include "cli/founding_orders.h"
#include "cli/process.h"
#include "cli/verbs.h"

enum { PORT_MAX = 65535 };

/* Reads what `up` prints, passing it on, to the line that says that all serve. Returns false if it
 * ended without. */
static bool wait_until_ready(const struct cli *cli, FILE *lines)
{
    char *line = NULL;
    size_t capacity = 0;
    bool is_ready = false;

    while (!is_ready && getline(&line, &capacity, lines) > 0) {
        is_ready = strncmp(line, "ready ", strlen("ready ")) == 0;
        if (!cli->is_json) {
            (void)fputs(line, cli->out); /* shows when out is flushed */
            (void)fflush(cli->out);
        }
    }
    free(line);
    return is_ready;
}

/* Waits until somebody wants the office to stop, with @signals blocked. Returns false if `up`,
 * which is @pid, has ended by itself, and is reaped. */
static bool wait_for_stop(pid_t pid, const sigset_t *signals)
{
    int number = SIGCHLD; /* it may have ended before the signals were blocked */

    while (number == SIGCHLD) {
        if (waitpid(pid, NULL, WNOHANG) == pid) {
            return false;
        }
        (void)sigwait(signals, &number); /* fails for a bad set only */
    }
    return true;
}

/* On a terminal the office stays up until Ctrl-C. Returns false if it did not: `up` has ended, and
 * is reaped. */
static bool stay(const struct cli *cli, const char *folder, pid_t pid)
{
    sigset_t signals;

    (void)fprintf(
        cli->out, "\n%s\n",
        cli_format(cli,
                   cli_text(cli, "辖区仍在运行：%s/huishen --home %s list；按 Ctrl-C 停止。",
                            "The office stays up: %s/huishen --home %s list\n"
                            "Ctrl-C stops it."),
                   cli->folder, folder));
    (void)fflush(cli->out);
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    return wait_for_stop(pid, &signals);
}

/* Returns true if the office stopped as it should. */
static bool stop(pid_t pid)
{
    int status = 0;

    (void)kill(pid, SIGTERM); /* gone already: reaped below */
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == STATUS_DONE;
}

/* Starts `huishen up` on the home and shows the office at work. */
static int show(struct cli *cli, const struct home *home, const char *port, const char *data)
{
    const char *const argv[] = {cli_format(cli, "%s/huishen", cli->folder),
                                "--home",
                                home->folder,
                                "up",
                                "--port",
                                port,
                                NULL};
    const struct process_start start = {.argv = argv, .ended_signal = SIGTERM};
    struct process process;

    if (process_start(&start, &process) != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", argv[0], strerror(errno));
    }
    FILE *lines = cli_memory(fdopen(process.out_fd, "r"));
    int status = wait_until_ready(cli, lines)
                     ? demo_show(cli, home, cli_format(cli, "%s/configs/samples", data))
                     : cli_fail(cli, STATUS_ENVIRONMENT,
                                cli_text(cli, "辖区没有启动", "the office did not start"));
    bool is_staying = status == STATUS_DONE && isatty(fileno(cli->out)) == 1 && !cli->is_json;
    if (is_staying && !stay(cli, home->folder, process.pid)) {
        status = cli_fail(cli, STATUS_ENVIRONMENT,
                          cli_text(cli, "辖区已自行停止；日志在 %s/run",
                                   "the office ended by itself; its logs are in %s/run"),
                          home->folder);
    } else if (!stop(process.pid) && status == STATUS_DONE) {
        status = cli_fail(cli, STATUS_ENVIRONMENT,
                          cli_text(cli, "辖区未能有序停止", "the office did not stop in order"));
    }
    (void)fclose(lines); /* only read from */
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *folder = arguments->words[0];
    struct new_home new_home = {.cli = cli,
                                .home = {.folder = folder},
                                .data = data_folder_find(cli),
                                .office = "liangjiang",
                                .prefix = "LJHS",
                                .is_demo = true};
    struct public_keys broker;
    struct home home;
    uint64_t port = 0;

    if (!arguments_number(cli, arguments, "port", PORT_MAX, &port)) {
        return STATUS_INVALID;
    }
    if (new_home.data == NULL) {
        return STATUS_ENVIRONMENT;
    }
    if (folder[0] == '\0') {
        return cli_fail(cli, STATUS_INVALID, cli_text(cli, "DIR 不能为空", "DIR may not be empty"));
    }
    if (!new_home_is_free(cli, folder)) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "%s 已存在且不是空文件夹", "%s is there already and no empty folder"),
            folder);
    }
    cli->home = folder;
    cli->account = "street";
    int status = new_home_make(&new_home, &broker);
    if (status == STATUS_DONE) {
        status = home_open(cli, &home);
    }
    return status == STATUS_DONE
               ? show(cli, &home, cli_format(cli, "%u", (unsigned)port), new_home.data)
               : status;
}

static const struct option options[] = {
    {.name = "port",
     .value = "BASE",
     .help = {"起始端口；缺省为任选空闲端口", "the first port; any free one by default"}},
};

const struct verb verb_demo = {
    .name = "demo",
    .words = "DIR",
    .words_min = 1,
    .words_max = 1,
    .summary = {"演示：建一个辖区，启动，报送全部样例",
                "found an office, start it, submit the samples"},
    .manual =
        {"在 DIR 新建演示辖区（同 init --demo），启动（同 up），报送随程序提供的全部样例，逐行\n"
         "显示其经过：送达、接收、各部门意见、结论，最后列表。在终端上运行时保持启动，直到\n"
         "Ctrl-C（其间自行停止则以 4 退出）；否则全部停止后退出。\n"
         "每个样例都有结论、未过准入或待补正则以 0 退出，否则 1。\n"
         "--json 只输出 {\"samples\": [{sample, proposalId, status, outcome}]}。",
         "Founds a demonstration office in DIR (as init --demo), starts it (as up), submits\n"
         "all samples that come with the program, and prints what happens to them line by\n"
         "line: dispatched, received, each opinion, the verdict; then a table. On a terminal\n"
         "it stays up until Ctrl-C (exit 4 if the office ends by itself before that), else it\n"
         "stops everything and exits: 0 if each sample came\n"
         "to a verdict, a failed gate or a correction, else 1. With --json it prints\n"
         "{\"samples\": [{sample, proposalId, status, outcome}]} alone."},
    .example = "huishen demo demo\nhuishen --json demo /tmp/office",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
