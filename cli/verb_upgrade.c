/* SPDX-License-Identifier: Apache-2.0 */
/* huishen upgrade: what another release left, made ready for this one. */
#include "cli/home.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "os/lock.h"
#include "store/format.h"
#include "store/journal.h"
#include "store/replay.h"
#include "store/views.h"

struct upgrading {
    struct cli *cli;
    struct journal *journal;
    struct progress progress;
    struct format format;
    struct views_state views; /* as they were found */
};

static int fail(const struct upgrading *upgrading, enum err err, const struct failure *failure)
{
    if (err == ERR_CORRUPT) {
        return cli_refused(upgrading->cli, "JOURNAL_BROKEN", failure->text);
    }
    return cli_fail(upgrading->cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure->text);
}

static int fail_in_store(const struct upgrading *upgrading, enum err err)
{
    return fail(upgrading, err, database_failure(journal_database(upgrading->journal)));
}

/* Sets format and views to what is stored. */
static int look(struct upgrading *upgrading)
{
    struct transaction *txn = NULL;
    enum err err = journal_read_begin(upgrading->journal, &txn);

    if (err == ERR_OK) {
        err = format_read(txn, &upgrading->format);
    }
    if (err == ERR_OK) {
        err = view_state(txn, &upgrading->views);
    }
    journal_read_end(txn);
    return err == ERR_OK ? STATUS_DONE : fail_in_store(upgrading, err);
}

static int check_format(const struct upgrading *upgrading)
{
    const struct cli *cli = upgrading->cli;
    const struct format *format = &upgrading->format;

    if (format->number == FORMAT_NUMBER) {
        return STATUS_DONE;
    }
    return format->number > FORMAT_NUMBER
               ? cli_refused(
                     cli, "FORMAT_NEWER",
                     cli_format(cli,
                                cli_text(cli,
                                         "台账格式 %s 比本程序的 %s 新：请安装写下它的版本或更新的"
                                         "版本，或恢复升级前的备份",
                                         "the journal's format %s is later than this program's %s: "
                                         "install the release that wrote it or a later one, or "
                                         "restore the backup made before its upgrade"),
                                format->text, FORMAT_PRESENT))
               : cli_refused(
                     cli, "FORMAT_UNKNOWN",
                     cli_format(cli,
                                cli_text(cli, "没有哪个版本用过台账格式“%s”；本程序的是 %s",
                                         "no release has had the journal's format '%s'; this "
                                         "program's is %s"),
                                format->text, FORMAT_PRESENT));
}

static void on_applied(void *self, uint64_t applied, uint64_t last)
{
    struct upgrading *upgrading = self;

    (void)last;
    progress_tell(&upgrading->progress,
                  cli_text(upgrading->cli, "重建视图", "making the views anew"), applied);
}

static int rebuild(struct upgrading *upgrading)
{
    const struct replay_progress progress = {.tell = on_applied, .self = upgrading};
    enum err err = replay_catch_up(upgrading->journal, &progress);

    progress_clear(&upgrading->progress);
    return err == ERR_OK ? STATUS_DONE : fail_in_store(upgrading, err);
}

static void print(const struct upgrading *upgrading)
{
    const struct cli *cli = upgrading->cli;
    bool is_rebuilt = upgrading->views.version != VIEWS_VERSION;

    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:I, s:i, s:b}", "format", upgrading->format.text,
                                "viewsBefore", (json_int_t)upgrading->views.version, "views",
                                VIEWS_VERSION, "rebuilt", is_rebuilt ? 1 : 0));
    } else if (is_rebuilt) {
        (void)fprintf(cli->out, /* shows when out is flushed */
                      cli_text(cli, "台账格式 %s，无须改动；视图由版本 %llu 重建为版本 %d\n",
                               "the journal's format is %s: nothing to change; the views were of "
                               "version %llu and were made anew as version %d\n"),
                      upgrading->format.text, (unsigned long long)upgrading->views.version,
                      VIEWS_VERSION);
    } else {
        (void)fprintf(cli->out, /* as above */
                      cli_text(cli, "台账格式 %s、视图版本 %d：都是本程序的，无须升级\n",
                               "the journal's format is %s and its views are of version %d: both "
                               "are this program's, there is nothing to do\n"),
                      upgrading->format.text, VIEWS_VERSION);
    }
}

static int upgrade(struct upgrading *upgrading, const struct home *home)
{
    struct failure failure = {{0}};
    const struct journal_options options = {
        .folder = home_path(upgrading->cli, home, "journal"),
        .map_bytes = (size_t)home->office->map_bytes,
        .office = home->office->id,
    };
    enum err err = journal_open(&options, &upgrading->journal, &failure);

    if (err != ERR_OK) {
        return fail(upgrading, err, &failure);
    }
    int status = look(upgrading);
    if (status == STATUS_DONE) {
        status = check_format(upgrading);
    }
    if (status == STATUS_DONE) {
        status = rebuild(upgrading);
    }
    if (status == STATUS_DONE) {
        print(upgrading);
    }
    journal_close(upgrading->journal);
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct upgrading upgrading = {.cli = cli};
    struct home home;
    int lock = -1;
    int status = home_open(cli, &home);

    (void)arguments;
    if (status != STATUS_DONE) {
        return status;
    }
    const char *path = home_path(cli, &home, "journal/serving"); /* the broker's own lock */
    enum err err = lock_take(path, &lock);
    if (err == ERR_EXISTS) {
        return cli_refused(cli, "OFFICE_IS_UP",
                           cli_text(cli, "会审服务正在运行：请先停止",
                                    "the broker serves this home: stop it first"));
    }
    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));
    }
    progress_init(&upgrading.progress, cli);
    status = upgrade(&upgrading, &home);
    lock_release(lock);
    return status;
}

const struct verb verb_upgrade = {
    .name = "upgrade",
    .words = "",
    .needs_home = true,
    .summary = {"换版本之后检查并准备数据", "make the data ready for this release"},
    .manual =
        {"换用另一版本的程序之后、启动之前运行：查看台账格式（创始条所载，至今只有 huishen.v1），\n"
         "视图版本不同时由台账重建视图。台账本身从不改写。会审服务须已停止。格式比本程序新或未知时"
         "\n"
         "拒绝（FORMAT_NEWER、FORMAT_UNKNOWN），什么也不改。先做备份：huishen backup DIR。\n"
         "--json 输出 {\"format\", \"viewsBefore\", \"views\", \"rebuilt\"}。",
         "Run it after another release of the programs was installed and before they are\n"
         "started: it looks at the journal's format, which its first entry names and of which\n"
         "there is only huishen.v1 so far, and makes the views anew where they are of another\n"
         "version. The journal itself is never rewritten. The broker must be stopped. A later\n"
         "or unknown format is refused (FORMAT_NEWER, FORMAT_UNKNOWN) and nothing changed. Make\n"
         "a backup before: huishen backup DIR. With --json: {\"format\", \"viewsBefore\",\n"
         "\"views\", \"rebuilt\"}."},
    .example = "huishen --home /srv/huishen upgrade",
    .run = run,
};
