/* SPDX-License-Identifier: Apache-2.0 */
/* huishen verify: the whole record checked, on a copy. */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/head_text.h"
#include "cli/principals.h"
#include "cli/record_check.h"
#include "cli/verbs.h"
#include "os/files.h"
#include "store/journal.h"

enum { FOLDER_MODE = 0700 };

/* True if there is room at @folder for copies of @journal: of its entries and, where the views are
 * made anew, of those. */
static bool has_room(const char *folder, const char *journal)
{
    struct stat data;
    uint64_t free_bytes = 0;

    return stat(journal, &data) == 0 && file_system_free(folder, &free_bytes) == ERR_OK &&
           free_bytes / 2 > (uint64_t)data.st_blocks * 512;
}

/* Makes a folder in HOME/run or, where that may not be or is too full, among the temporary files.
 */
static int make_scratch(const struct cli *cli, const struct home *home, const char **out)
{
    const char *temporary = getenv("TMPDIR");
    const char *candidates[] = {
        home_path(cli, home, cli_format(cli, "run/verify-%d", (int)getpid())),
        cli_format(cli, "%s/huishen-verify-%d", temporary == NULL ? "/tmp" : temporary,
                   (int)getpid()),
    };

    for (size_t i = 0; i < 2; i++) {
        if (i == 0 &&
            !has_room(home_path(cli, home, "run"), home_path(cli, home, "journal/data.mdb"))) {
            continue;
        }
        if (!file_exists(candidates[i]) && folder_make(candidates[i], FOLDER_MODE) == ERR_OK) {
            *out = candidates[i];
            return STATUS_DONE;
        }
    }
    return cli_fail(cli, STATUS_ENVIRONMENT,
                    cli_text(cli, "没有地方存放副本：%s", "there is nowhere to put a copy: %s"),
                    candidates[0]);
}

/* Copies the record into @folder and checks the copy. */
static int check_copy(struct record_check *check, const struct home *home, const char *folder)
{
    const struct cli *cli = check->cli;
    struct failure failure = {{0}};

    check->journal = cli_format(cli, "%s/journal", folder);
    enum err err = journal_copy(home_path(cli, home, "journal"), check->journal, &failure);
    if (err == ERR_CORRUPT) {
        return cli_refused(cli, "JOURNAL_BROKEN", failure.text);
    }
    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure.text);
    }
    return record_check_run(check);
}

/* Reads the head that was kept outside, if one is given. */
static int take_head(struct cli *cli, const struct arguments *arguments, const struct home *home,
                     struct kept_head *out)
{
    const char *path = arguments_value(arguments, "head");
    struct public_keys broker;
    struct head_text text = {0};

    if (path == NULL) {
        return STATUS_DONE;
    }
    bool has_key = file_exists(home_path(cli, home, "keys/office"));
    int status = has_key ? principal_read_keys(cli, home, "office", &broker) : STATUS_DONE;
    if (status == STATUS_DONE) {
        status = head_text_read(cli, path, home->office->id, has_key ? broker.sign : NULL, &text);
    }
    if (status == STATUS_DONE) {
        *out = text.head;
    }
    return status;
}

/* What is said of a sound record beside its numbers. */
static const char *extras(const struct record_check *check)
{
    const struct cli *cli = check->cli;
    const char *head = check->witness.seq == 0
                           ? ""
                           : cli_format(cli,
                                        cli_text(cli, "外部所存的头（第 %llu 条）相符\n",
                                                 "it holds the head kept outside, of entry %llu\n"),
                                        (unsigned long long)check->witness.seq);

    return check->scratch == NULL ? head
                                  : cli_format(cli,
                                               cli_text(cli, "视图一致，状态值 %s\n%s",
                                                        "its views agree; their hash is %s\n%s"),
                                               hash_text(cli, &check->report.state), head);
}

static void print_report(const struct record_check *check)
{
    const struct verify_report *report = &check->report;
    const struct cli *cli = check->cli;
    const char *hash = hash_text(cli, &report->hash);
    bool with_views = check->scratch != NULL;

    if (cli->is_json) {
        cli_json(cli,
                 json_pack("{s:b, s:I, s:I, s:I, s:I, s:s, s:b, s:s, s:I, s:O}", "ok",
                           report->faults == 0 ? 1 : 0, "entries", (json_int_t)report->entries,
                           "commits", (json_int_t)report->commits, "envelopes",
                           (json_int_t)report->envelopes, "lastSeq", (json_int_t)report->last_seq,
                           "hash", hash, "views", with_views ? 1 : 0, "state",
                           with_views ? hash_text(cli, &report->state) : "", "head",
                           (json_int_t)check->witness.seq, "faults", check->faults));
    } else if (report->faults == 0) {
        (void)fprintf(cli->out, /* shows when out is flushed */
                      cli_text(cli, "台账完整：%llu 条，%llu 次提交，%llu 个信封\n链值 %s\n%s",
                               "the record is whole: %llu entries, %llu commits, %llu "
                               "envelopes\nits hash is %s\n%s"),
                      (unsigned long long)report->entries, (unsigned long long)report->commits,
                      (unsigned long long)report->envelopes, hash, extras(check));
    }
}

static int check_and_tell(struct record_check *check, const struct home *home, const char *folder)
{
    int status = check_copy(check, home, folder);

    if (status == STATUS_DONE) {
        print_report(check);
        status = record_check_judge(check);
    }
    return status;
}

static int tell_end(struct record_check *check, int number)
{
    if (number != SIGSEGV && number != SIGBUS && number != SIGABRT) {
        return cli_fail(check->cli, STATUS_ENVIRONMENT, "signal %d", number);
    }
    record_check_ended(check, number);
    print_report(check);
    return record_check_judge(check);
}

/* LMDB believes the pages it maps: one that is damaged may end the process that reads it. So a
 * child reads it, and says what it found. */
static int check_apart(struct record_check *check, const struct home *home, const char *folder)
{
    int status = 0;

    (void)fflush(NULL); /* or both would print what is waiting */
    pid_t child = fork();
    if (child < 0) {
        return check_and_tell(check, home, folder);
    }
    if (child == 0) {
        status = check_and_tell(check, home, folder);
        (void)fflush(NULL); /* whoever reads it sees what is there */
        _exit(status);
    }
    while (waitpid(child, &status, 0) != child) { /* a signal came: it still runs */
    }
    return WIFSIGNALED(status) ? tell_end(check, WTERMSIG(status)) : WEXITSTATUS(status);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct record_check *check = cli_memory(arena_alloc(cli->arena, sizeof *check));
    struct progress progress;
    struct home home;
    const char *folder = NULL;
    int status = home_open(cli, &home);

    progress_init(&progress, cli);
    *check = (struct record_check){.cli = cli, .progress = &progress};
    if (status == STATUS_DONE) {
        status = take_head(cli, arguments, &home, &check->witness);
    }
    if (status == STATUS_DONE) {
        status = make_scratch(cli, &home, &folder);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    check->office = home.office;
    check->keys = principal_folder(cli, &home, "office");
    check->scratch =
        arguments_have(arguments, "views") ? cli_format(cli, "%s/views", folder) : NULL;
    check->seen =
        mmap(NULL, sizeof *check->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cli_memory(check->seen == MAP_FAILED ? NULL : check->seen);
    status = check_apart(check, &home, folder);
    (void)folder_remove(folder);                    /* a copy: what is left of it harms nothing */
    (void)munmap(check->seen, sizeof *check->seen); /* it was mapped */
    json_decref(check->faults);
    return status;
}

static const struct option options[] = {
    {.name = "views",
     .help = {"另由台账重建全部视图，逐行比较",
              "also make every view anew from the journal and compare each row"}},
    {.name = "head",
     .value = "FILE",
     .help = {"与外部所存的头（huishen head）比较",
              "hold it against a head that was kept outside"}},
};

const struct verb verb_verify = {
    .name = "verify",
    .words = "",
    .needs_home = true,
    .summary = {"核对整个台账", "check the whole record"},
    .manual =
        {"从第一条到最后一条核对台账：序号、校验和、规范编码、时间、每个信封的作者签名、每个事件\n"
         "所指的命令、每个头所覆盖的范围、树根、链值和签名，以及台账之外的 head 文件。在副本上\n"
         "进行（run/ 下，不行则在 TMPDIR），会审服务运行与否均可。发现问题以 1 退出：\n"
         "refused: JOURNAL_BROKEN: entry N: ...，其下每个问题一行。\n"
         "持有全部密钥的人可以把台账截断或整体重写而不留痕迹：只有外部所存的、较晚的头能够揭穿，\n"
         "即 --head FILE（huishen head 的输出，或由纸质头单录入的 entry 和 words 两项）。\n"
         "--json 输出 {\"ok\", \"entries\", \"commits\", \"envelopes\", \"lastSeq\", \"hash\",\n"
         "\"views\", \"state\", \"head\", \"faults\": []}；state 是全部视图的哈希值，须 --views。",
         "Checks the record from its first entry to its last: numbers, checksums, canonical\n"
         "bytes, times, the author's signature of every envelope, the command that each event\n"
         "names, what each head covers, its root, chain and signature, and the head file kept\n"
         "outside. It works on a copy, in run/ or else in TMPDIR, with the broker up or down.\n"
         "A fault makes it exit 1: refused: JOURNAL_BROKEN: entry N: ..., and a line for each\n"
         "further one. Who holds every key can cut the record, or write all of it anew, and\n"
         "leave no trace in it: only a later head kept outside tells. That is --head FILE: what\n"
         "huishen head printed, or the lines entry and words typed from a sheet of paper. With\n"
         "--json: {\"ok\", \"entries\", \"commits\", \"envelopes\", \"lastSeq\", \"hash\", "
         "\"views\",\n"
         "\"state\", \"head\", \"faults\": []}; state is the hash of all views, with --views."},
    .example = "huishen verify\nhuishen verify --head head.txt\nhuishen --json verify --views",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
