/* SPDX-License-Identifier: Apache-2.0 */
/* huishen restore: an office from its backup, on an empty machine. */
#include <string.h>

#include "cli/backup_copy.h"
#include "cli/founding_orders.h"
#include "cli/principals.h"
#include "cli/record_check.h"
#include "cli/stamp.h"
#include "cli/verbs.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/journal.h"
#include "store/restored_file.h"
#include "store/state_hash.h"

enum { FOLDER_MODE = 0700 };

struct restoring {
    struct cli *cli;
    const char *folder; /* of the backup */
    struct backup_files files;
    struct backup_facts facts;
    struct backup_copy copy;
    struct home home; /* the new one */
    struct progress progress;
};

static const struct phrase differs = {"不是备份时的内容", "is not what was backed up"};

/* ---- files ---- */

static int copy_files(struct restoring *restoring)
{
    const struct cli *cli = restoring->cli;

    for (size_t i = 0; i < restoring->files.count; i++) {
        const struct backup_file *file = &restoring->files.rows[i];
        enum err err = backup_copy_file(&restoring->copy, file->path, &file->hash);

        if (err != ERR_OK) {
            progress_clear(&restoring->progress);
        }
        if (err == ERR_ABSENT) {
            return backup_refuse(cli, file->path, (struct phrase){"缺失", "is missing"});
        }
        if (err == ERR_CORRUPT || err == ERR_INVALID) {
            return backup_refuse(cli, file->path, differs);
        }
        if (err != ERR_OK) {
            return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", file->path, err_text(err));
        }
    }
    progress_clear(&restoring->progress);
    return STATUS_DONE;
}

/* ---- the record ---- */

static int check_journal(struct restoring *restoring)
{
    struct record_check check = {
        .cli = restoring->cli,
        .office = restoring->home.office,
        .journal = home_path(restoring->cli, &restoring->home, "journal"),
        .keys = principal_folder(restoring->cli, &restoring->home, "office"),
        .progress = &restoring->progress,
    };
    int status = record_check_run(&check);

    if (status == STATUS_DONE) {
        status = record_check_judge(&check);
    }
    if (status == STATUS_DONE && (check.report.last_seq != restoring->facts.seq ||
                                  !hash_equal(check.report.hash, restoring->facts.hash))) {
        status = backup_refuse(restoring->cli, BACKUP_FACTS, differs);
    }
    json_decref(check.faults);
    return status;
}

/* The state, read from the files just written, is that of the backup. */
static int check_state(struct restoring *restoring)
{
    const struct cli *cli = restoring->cli;
    struct failure failure = {{0}};
    struct journal *journal = NULL;
    struct transaction *txn = NULL;
    struct hash state;
    const struct journal_options options = {
        .folder = home_path(cli, &restoring->home, "journal"),
        .map_bytes = (size_t)restoring->home.office->map_bytes,
        .read_only = true,
        .office = restoring->home.office->id,
    };
    enum err err = journal_open(&options, &journal, &failure);

    if (err == ERR_OK) {
        err = journal_read_begin(journal, &txn);
    }
    if (err == ERR_OK) {
        err = state_hash(txn, &state);
    }
    journal_read_end(txn);
    journal_close(journal);
    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure.text);
    }
    return hash_equal(state, restoring->facts.state) ? STATUS_DONE
                                                     : backup_refuse(cli, BACKUP_FACTS, differs);
}

/* ---- the whole ---- */

/* The folders that a home has and a backup has not. */
static int make_folders(const struct restoring *restoring)
{
    static const char *const names[] = {"agents", "run"};
    const struct cli *cli = restoring->cli;
    enum err err = ERR_OK;

    for (size_t i = 0; i < sizeof names / sizeof *names && err == ERR_OK; i++) {
        err = folder_make(home_path(cli, &restoring->home, names[i]), FOLDER_MODE);
    }
    return err == ERR_OK
               ? STATUS_DONE
               : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", restoring->home.folder, err_text(err));
}

/* The broker, which can sign, puts it on record at its first start. */
static int note_restored(const struct restoring *restoring)
{
    const char *folder = home_path(restoring->cli, &restoring->home, "journal");
    const struct clock clock = clock_real();
    const struct restored_record record = {restoring->facts.seq, restoring->facts.hash,
                                           clock.wall_ms(clock.self)};
    enum err err = restored_file_write(folder, &record);

    return err == ERR_OK
               ? STATUS_DONE
               : cli_fail(restoring->cli, STATUS_ENVIRONMENT, "%s: %s", folder, err_text(err));
}

static int restore(struct restoring *restoring)
{
    int status = copy_files(restoring);

    if (status == STATUS_DONE) {
        status = make_folders(restoring);
    }
    if (status == STATUS_DONE) {
        status = backup_sync_folders(&restoring->copy);
    }
    if (status == STATUS_DONE) {
        status = home_open(restoring->cli, &restoring->home);
    }
    if (status == STATUS_DONE && strcmp(restoring->home.office->id, restoring->facts.office) != 0) {
        status = backup_refuse(restoring->cli, BACKUP_FACTS, differs);
    }
    if (status == STATUS_DONE) {
        status = check_journal(restoring);
    }
    if (status == STATUS_DONE) {
        status = check_state(restoring);
    }
    return status == STATUS_DONE ? note_restored(restoring) : status;
}

static void print_facts(const struct restoring *restoring)
{
    const struct backup_facts *facts = &restoring->facts;
    const struct cli *cli = restoring->cli;
    char stamp[STAMP_BYTES];

    stamp_write(facts->at_ms, restoring->home.office->utc_offset_minutes, stamp);
    (void)fprintf(
        cli->out, /* shows when out is flushed */
        cli_text(cli,
                 "已恢复到 %s：台账到第 %llu 条（%s），文件 %zu 个\n链值 %s\n状态值 %s\n"
                 "此后登记的事项不在其中：持有更晚回执或头的部门代理会以 HISTORY_DIFFERS 停止，\n"
                 "办法见 docs/backup.md\n",
                 "restored to %s: the record to entry %llu (%s), %zu files\nits hash is %s\n"
                 "its state is %s\nwhat was recorded after that is not in it: agents that hold a "
                 "later head stop with\nHISTORY_DIFFERS; docs/backup.md says what to do\n"),
        restoring->home.folder, (unsigned long long)facts->seq, stamp, restoring->copy.files.count,
        hash_text(cli, &facts->hash), hash_text(cli, &facts->state));
    if (!facts->has_keys) {
        (void)fprintf(cli->out,
                      cli_text(cli, "备份不含密钥：先把 keys/ 放回 %s/keys\n",
                               "the backup holds no keys: first put keys/ back, to %s/keys\n"),
                      restoring->home.folder);
    }
    if (facts->documents_missing > 0) {
        (void)fprintf(cli->out,
                      cli_text(cli, "备份时已缺 %llu 个文档\n",
                               "%llu documents were missing already when it was made\n"),
                      (unsigned long long)facts->documents_missing);
    }
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct restoring restoring = {.cli = cli, .folder = arguments->words[0]};

    if (!new_home_is_free(cli, cli->home)) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "%s 已存在且不是空文件夹", "%s is there already and no empty folder"),
            cli->home);
    }
    progress_init(&restoring.progress, cli);
    restoring.files.cli = cli;
    restoring.home.folder = cli->home;
    restoring.copy = (struct backup_copy){.files.cli = cli,
                                          .progress = &restoring.progress,
                                          .from = restoring.folder,
                                          .to = cli->home};
    int status = backup_open(restoring.folder, &restoring.files, &restoring.facts);
    if (status != STATUS_DONE) {
        return status;
    }
    status = restore(&restoring);
    if (status != STATUS_DONE) {
        (void)folder_remove(cli->home); /* the failure itself is told already */
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, backup_facts_json(cli, &restoring.facts));
    } else {
        print_facts(&restoring);
    }
    return STATUS_DONE;
}

const struct verb verb_restore = {
    .name = "restore",
    .words = "DIR",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"由备份恢复辖区", "an office from its backup"},
    .manual =
        {"把 huishen backup 做成的备份 DIR 恢复到 --home "
         "所指的文件夹（不存在或为空）。每个文件都与\n"
         "备份时的校验值比较，台账逐条核对，链值和状态值须与备份时一致；有一处不符即指明文件，以 "
         "1\n"
         "退出（BACKUP_DAMAGED 或 JOURNAL_BROKEN），什么也不留下。备份不含密钥时，恢复后先把 "
         "keys/\n"
         "放回。备份之后登记的事项不在其中，见过它们的部门代理会停下来：这是应当的。\n"
         "--json 输出 backup.json 的内容。",
         "Restores the backup DIR, which huishen backup made, to the folder that --home names and\n"
         "that is absent or empty. Every file is held against its hash, the record is checked\n"
         "entry by entry, and its hash and state must be those of the backup; whatever differs\n"
         "is named, exit 1 (BACKUP_DAMAGED or JOURNAL_BROKEN), and nothing is left behind. If it\n"
         "holds no keys, put keys/ back before huishen up. What was recorded after the backup is\n"
         "not in it, and the agents that saw it stop: as they should.\n"
         "With --json what backup.json holds."},
    .example = "huishen restore /backup/2026-03-02 --home /srv/huishen",
    .run = run,
};
