/* SPDX-License-Identifier: Apache-2.0 */
/* huishen verify: the whole record checked, on a copy. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/home.h"
#include "cli/principals.h"
#include "cli/verbs.h"
#include "os/files.h"
#include "store/journal.h"
#include "store/verify.h"

enum { FOLDER_MODE = 0700 };

/* One check. Faults are kept, in the order in which they were found. */
struct check {
    struct cli *cli;
    const char *scratch; /* a folder of its own */
    uint8_t sign_key[SIGN_PUBLIC_BYTES];
    bool has_key;
    struct verify_report report;
    json_t *faults;
    const char *first;     /* what is said of the first fault */
    const char *following; /* and of the others, a line each */
};

static const char *fault_text(const struct cli *cli, const struct verify_fault *fault)
{
    const char *place = fault->seq == 0 ? ""
                                        : cli_format(cli, cli_text(cli, "第 %llu 条", "entry %llu"),
                                                     (unsigned long long)fault->seq);

    return cli_format(cli, "%s%s%s: %s%s%s%s", place, fault->seq == 0 ? "" : ": ", fault->name,
                      cli_text(cli, fault->zh, fault->en), fault->detail[0] == '\0' ? "" : " (",
                      fault->detail, fault->detail[0] == '\0' ? "" : ")");
}

static void on_fault(void *self, const struct verify_fault *fault)
{
    struct check *check = self;
    const struct cli *cli = check->cli;
    const char *text = fault_text(cli, fault);
    json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "seq", (json_int_t)fault->seq,
                             "code", fault->name, "kind", fault->kind, "zh", fault->zh, "en",
                             fault->en, "detail", fault->detail);

    cli_memory(json_array_append_new(check->faults, json) == 0 ? check->faults : NULL);
    if (check->first == NULL) {
        check->first = text;
    } else {
        check->following = cli_format(cli, "%s  %s\n", check->following, text);
    }
}

/* Makes a folder in HOME/run or, where that may not be, among the temporary files. */
static int make_scratch(struct check *check, const struct home *home)
{
    const struct cli *cli = check->cli;
    const char *temporary = getenv("TMPDIR");
    const char *candidates[] = {
        home_path(cli, home, cli_format(cli, "run/verify-%d", (int)getpid())),
        cli_format(cli, "%s/huishen-verify-%d", temporary == NULL ? "/tmp" : temporary,
                   (int)getpid()),
    };

    for (size_t i = 0; i < 2; i++) {
        if (!file_exists(candidates[i]) && folder_make(candidates[i], FOLDER_MODE) == ERR_OK) {
            check->scratch = candidates[i];
            return STATUS_DONE;
        }
    }
    return cli_fail(cli, STATUS_ENVIRONMENT,
                    cli_text(cli, "没有地方存放副本：%s", "there is nowhere to put a copy: %s"),
                    candidates[0]);
}

/* The office's own key if it is here; without it, genesis says whose signatures count. */
static void read_key(struct check *check, const struct home *home)
{
    struct keys keys;
    char reason[KEYS_REASON_BYTES];

    check->has_key =
        keys_load(principal_folder(check->cli, home, "office"), &keys, reason) == ERR_OK;
    if (check->has_key) {
        memcpy(check->sign_key, keys.sign.public_key, sizeof check->sign_key);
        keys_wipe(&keys);
    }
}

/* A journal that cannot even be read is broken too. */
static int fail(const struct check *check, enum err err, const struct failure *failure)
{
    const struct cli *cli = check->cli;

    if (err == ERR_CORRUPT) {
        return cli_refused(cli, "JOURNAL_BROKEN", failure->text);
    }
    return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure->text);
}

static int run_checks(struct check *check, const struct home *home, bool with_views)
{
    const struct cli *cli = check->cli;
    const char *copy = cli_format(cli, "%s/journal", check->scratch);
    struct failure failure = {{0}};
    struct verify_report views = {0};
    const struct verify_options options = {
        .folder = copy,
        .map_bytes = (size_t)home->office->map_bytes,
        .office = home->office->id,
        .sign_key = check->has_key ? check->sign_key : NULL,
        .report = on_fault,
        .self = check,
    };

    enum err err = journal_copy(home_path(cli, home, "journal"), copy, &failure);
    if (err == ERR_OK) {
        err = verify_journal(&options, &check->report, &failure);
    }
    if (err == ERR_OK && with_views && check->report.faults == 0) {
        err = verify_views(&options, cli_format(cli, "%s/views", check->scratch), &views, &failure);
        check->report.faults += views.faults;
    }
    return err == ERR_OK ? STATUS_DONE : fail(check, err, &failure);
}

static void print_report(const struct check *check, bool with_views)
{
    const struct verify_report *report = &check->report;
    const struct cli *cli = check->cli;
    char hash[2 * HASH_BYTES + 1];

    bytes_to_hex((struct bytes){report->hash.bytes, sizeof report->hash.bytes}, hash);
    if (cli->is_json) {
        cli_json(cli,
                 json_pack("{s:b, s:I, s:I, s:I, s:I, s:s, s:b, s:O}", "ok",
                           report->faults == 0 ? 1 : 0, "entries", (json_int_t)report->entries,
                           "commits", (json_int_t)report->commits, "envelopes",
                           (json_int_t)report->envelopes, "lastSeq", (json_int_t)report->last_seq,
                           "hash", hash, "views", with_views ? 1 : 0, "faults", check->faults));
    } else if (report->faults == 0) {
        (void)fprintf(cli->out, /* shows when out is flushed */
                      cli_text(cli, "台账完整：%llu 条，%llu 次提交，%llu 个信封%s\n链值 %s\n",
                               "the record is whole: %llu entries, %llu commits, %llu "
                               "envelopes%s\nits hash is %s\n"),
                      (unsigned long long)report->entries, (unsigned long long)report->commits,
                      (unsigned long long)report->envelopes,
                      with_views ? cli_text(cli, "，视图一致", "; so are its views") : "", hash);
    }
}

/* "refused: JOURNAL_BROKEN", said once, with every fault below it. */
static int judge(const struct check *check)
{
    if (check->report.faults == 0) {
        return STATUS_DONE;
    }
    (void)fprintf(check->cli->err, "refused: JOURNAL_BROKEN: %s\n%s",
                  check->first == NULL ? "" : check->first, check->following);
    return STATUS_REFUSED;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct check *check = cli_memory(arena_alloc(cli->arena, sizeof *check));
    bool with_views = arguments_have(arguments, "views");
    struct home home;
    int status = home_open(cli, &home);

    check->cli = cli;
    check->following = "";
    if (status == STATUS_DONE) {
        status = make_scratch(check, &home);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    check->faults = cli_memory(json_array());
    read_key(check, &home);
    status = run_checks(check, &home, with_views);
    (void)folder_remove(check->scratch); /* a copy: what is left of it harms nothing */
    if (status == STATUS_DONE) {
        print_report(check, with_views);
        status = judge(check);
    }
    json_decref(check->faults);
    return status;
}

static const struct option options[] = {
    {.name = "views",
     .help = {"另由台账重建全部视图，逐行比较",
              "also make every view anew from the journal and compare each row"}},
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
         "refused: JOURNAL_BROKEN: entry N: ...，其下每个问题一行。--json 输出 {\"ok\",\n"
         "\"entries\", \"commits\", \"envelopes\", \"lastSeq\", \"hash\", \"views\", \"faults\": "
         "[]}。",
         "Checks the record from its first entry to its last: numbers, checksums, canonical\n"
         "bytes, times, the author's signature of every envelope, the command that each event\n"
         "names, what each head covers, its root, chain and signature, and the head file kept\n"
         "outside. It works on a copy, in run/ or else in TMPDIR, with the broker up or down.\n"
         "A fault makes it exit 1: refused: JOURNAL_BROKEN: entry N: ..., and a line for each\n"
         "further one. With --json: {\"ok\", \"entries\", \"commits\", \"envelopes\", "
         "\"lastSeq\",\n"
         "\"hash\", \"views\", \"faults\": []}."},
    .example = "huishen verify\nhuishen --json verify --views",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
