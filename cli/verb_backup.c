/* SPDX-License-Identifier: Apache-2.0 */
/* huishen backup: a copy of an office that goes on working meanwhile. */
#include <limits.h>
#include <stdlib.h>
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
#include "store/packet_documents.h"
#include "store/state_hash.h"

enum { FOLDER_MODE = 0700, DOCUMENTS_TOLD_MAX = 20 };

struct backup {
    struct cli *cli;
    struct home home;
    struct backup_copy copy;
    struct backup_facts facts;
    struct progress progress;
};

static const char *in_backup(const struct backup *backup, const char *name)
{
    return cli_format(backup->cli, "%s/%s", backup->copy.to, name);
}

static int fail(const struct backup *backup, enum err err, const struct failure *failure)
{
    if (err == ERR_CORRUPT) {
        return cli_refused(backup->cli, "JOURNAL_BROKEN", failure->text);
    }
    return cli_fail(backup->cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure->text);
}

/* ---- the record ---- */

/* One reader of the whole, in a process of its own: the broker writes on, into new pages. */
static int copy_journal(struct backup *backup)
{
    const struct cli *cli = backup->cli;
    struct failure failure = {{0}};

    progress_tell(&backup->progress, cli_text(cli, "复制台账", "copying the record"), 0);
    enum err err = journal_copy(home_path(cli, &backup->home, "journal"),
                                in_backup(backup, "journal"), &failure);
    progress_clear(&backup->progress);
    return err == ERR_OK ? STATUS_DONE : fail(backup, err, &failure);
}

/* A copy that does not pass is no backup. */
static int check_journal(struct backup *backup)
{
    struct record_check check = {
        .cli = backup->cli,
        .office = backup->home.office,
        .journal = in_backup(backup, "journal"),
        .keys = principal_folder(backup->cli, &backup->home, "office"),
        .progress = &backup->progress,
    };
    int status = record_check_run(&check);

    if (status == STATUS_DONE) {
        status = record_check_judge(&check);
    }
    json_decref(check.faults);
    return status;
}

/* ---- the documents ---- */

static const char *document_name(const struct cli *cli, const struct hash *hash)
{
    const char *hex = hash_text(cli, hash);

    return cli_format(cli, "documents/%.2s/%s", hex, hex + 2);
}

/* Copies the documents on record. One that is missing or damaged is told, and the others are copied
 * nevertheless: a backup without it is better than none. */
static int copy_documents(struct backup *backup, const struct packet_documents *documents)
{
    const struct cli *cli = backup->cli;

    backup->facts.documents = documents->count;
    for (size_t i = 0; i < documents->count; i++) {
        const char *name = document_name(cli, &documents->rows[i]);
        enum err err = backup_copy_file(&backup->copy, name, &documents->rows[i]);

        if (err == ERR_ABSENT || err == ERR_CORRUPT || err == ERR_INVALID || err == ERR_DENIED) {
            backup->facts.documents_missing++;
            if (backup->facts.documents_missing <= DOCUMENTS_TOLD_MAX) {
                progress_clear(&backup->progress);
                cli_fail(cli, STATUS_DONE, "%s: %s", name, err_text(err));
            }
        } else if (err != ERR_OK) {
            return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", name, err_text(err));
        }
    }
    return STATUS_DONE;
}

/* Takes from the copy what backup.json says of it, and copies the documents that it names. */
static int read_copy(struct backup *backup, struct journal *journal)
{
    const struct head_record *head = journal_head(journal);
    struct packet_documents documents = {0};
    struct transaction *txn = NULL;
    enum err err = journal_read_begin(journal, &txn);

    progress_tell(&backup->progress, cli_text(backup->cli, "计算状态值", "hashing the state"), 0);
    if (err == ERR_OK) {
        err = state_hash(txn, &backup->facts.state);
    }
    if (err == ERR_OK) {
        err = packet_documents_read(txn, &documents);
    }
    backup->facts.seq = head->seq;
    backup->facts.at_ms = head->at_ms;
    backup->facts.hash = head->hash;
    progress_clear(&backup->progress);
    int status = err == ERR_OK ? copy_documents(backup, &documents)
                               : fail(backup, err, database_failure(journal_database(journal)));
    packet_documents_release(&documents);
    journal_read_end(txn);
    return status;
}

static int open_copy(struct backup *backup)
{
    struct journal *journal = NULL;
    struct failure failure = {{0}};
    const struct journal_options options = {
        .folder = in_backup(backup, "journal"),
        .map_bytes = (size_t)backup->home.office->map_bytes,
        .read_only = true,
        .office = backup->home.office->id,
    };
    enum err err = journal_open(&options, &journal, &failure);

    if (err != ERR_OK) {
        return fail(backup, err, &failure);
    }
    int status = read_copy(backup, journal);
    journal_close(journal);
    return status;
}

/* ---- the whole ---- */

static int copy_rest(struct backup *backup, bool with_keys)
{
    static const char *const names[] = {"office.yaml", "configs", "rules", "keys"};
    size_t count = sizeof names / sizeof *names - (with_keys ? 0 : 1);
    int status = STATUS_DONE;

    for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
        status = backup_copy_tree(&backup->copy, names[i]);
    }
    backup->facts.has_keys = with_keys;
    return status;
}

/* Notes the record's files, after LMDB's lock, which only a live store needs, is gone. */
static int note_journal(struct backup *backup)
{
    (void)file_remove(in_backup(backup, "journal/lock.mdb")); /* absent on some systems */

    int status = backup_note_file(&backup->copy, "journal/data.mdb");
    return status == STATUS_DONE ? backup_note_file(&backup->copy, "journal/head") : status;
}

static int make(struct backup *backup, bool with_keys)
{
    int status = copy_journal(backup);

    if (status == STATUS_DONE) {
        status = check_journal(backup);
    }
    if (status == STATUS_DONE) {
        status = open_copy(backup);
    }
    if (status == STATUS_DONE) {
        status = note_journal(backup);
    }
    if (status == STATUS_DONE) {
        status = copy_rest(backup, with_keys);
    }
    progress_clear(&backup->progress);
    if (status == STATUS_DONE) {
        status = backup_sync_folders(&backup->copy);
    }
    return status == STATUS_DONE ? backup_seal(&backup->copy.files, backup->copy.to, &backup->facts)
                                 : status;
}

static void print_facts(const struct backup *backup)
{
    const struct backup_facts *facts = &backup->facts;
    const struct cli *cli = backup->cli;
    char stamp[STAMP_BYTES];

    stamp_write(facts->at_ms, backup->home.office->utc_offset_minutes, stamp);
    (void)fprintf(
        cli->out, /* shows when out is flushed */
        cli_text(cli,
                 "已备份到 %s：台账到第 %llu 条（%s），文件 %zu 个，其中文档 %llu 个\n"
                 "链值 %s\n状态值 %s\n%s",
                 "backed up to %s: the record to entry %llu (%s), %zu files, %llu of them "
                 "documents\nits hash is %s\nits state is %s\n%s"),
        backup->copy.to, (unsigned long long)facts->seq, stamp, backup->copy.files.count,
        (unsigned long long)(facts->documents - facts->documents_missing),
        hash_text(cli, &facts->hash), hash_text(cli, &facts->state),
        facts->has_keys ? cli_text(cli, "内含密钥：请像密钥一样保管\n",
                                   "it holds keys: keep it as you keep them\n")
                        : cli_text(cli, "不含密钥：keys/ 请另行保管\n",
                                   "it holds no keys: keep a copy of keys/ elsewhere\n"));
}

/* A backup is made; that a document is not in it is said as what is wrong with the office. */
static int judge(const struct backup *backup)
{
    const struct cli *cli = backup->cli;
    uint64_t missing = backup->facts.documents_missing;

    if (missing == 0) {
        return STATUS_DONE;
    }
    (void)fprintf(cli->err, "refused: DOCUMENTS_DAMAGED: %s\n", /* as in cli_fail() */
                  cli_format(cli,
                             cli_text(cli, "备份已做成，但缺 %llu 个文档：辖区里没有或已损坏",
                                      "the backup is made without %llu documents, which are "
                                      "missing or damaged in the home"),
                             (unsigned long long)missing));
    return STATUS_REFUSED;
}

/* True if the folder @inner, which is there, lies in @outer. */
static bool lies_in(const char *inner, const char *outer)
{
    char inner_path[PATH_MAX];
    char outer_path[PATH_MAX];

    if (realpath(inner, inner_path) == NULL || realpath(outer, outer_path) == NULL) {
        return false;
    }
    size_t size = strlen(outer_path);
    return strncmp(inner_path, outer_path, size) == 0 && inner_path[size] == '/';
}

/* Makes @folder, which must be absent or empty, and outside of the home that it is to outlive. */
static int make_folder(const struct backup *backup, const char *folder)
{
    const struct cli *cli = backup->cli;

    if (folder[0] == '\0' || !new_home_is_free(cli, folder)) {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "%s 已存在且不是空文件夹", "%s is there already and no empty folder"),
            folder);
    }
    enum err err = folder_make(folder, FOLDER_MODE);
    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", folder, err_text(err));
    }
    if (lies_in(folder, backup->home.folder)) {
        (void)folder_remove(folder); /* it is empty */
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s 在辖区目录之内：会与之一同丢失",
                                 "%s lies in the home, and would be lost with it"),
                        folder);
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct backup backup = {.cli = cli};
    const char *folder = arguments->words[0];
    char stamp[STAMP_BYTES];
    int status = home_open(cli, &backup.home);

    if (status == STATUS_DONE) {
        status = make_folder(&backup, folder);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    const struct clock clock = clock_real();
    stamp_write(clock.wall_ms(clock.self), backup.home.office->utc_offset_minutes, stamp);
    progress_init(&backup.progress, cli);
    backup.facts = (struct backup_facts){.office = backup.home.office->id, .made_at = stamp};
    backup.copy = (struct backup_copy){
        .files.cli = cli, .progress = &backup.progress, .from = backup.home.folder, .to = folder};
    status = make(&backup, arguments_have(arguments, "keys"));
    if (status != STATUS_DONE) {
        (void)folder_remove(folder); /* the failure itself is told already */
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, backup_facts_json(cli, &backup.facts));
    } else {
        print_facts(&backup);
    }
    return judge(&backup);
}

static const struct option options[] = {
    {.name = "keys",
     .help = {"连同 keys/ 一起备份（缺省不含密钥）", "with keys/; by default keys stay out of it"}},
};

const struct verb verb_backup = {
    .name = "backup",
    .words = "DIR",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"备份，不必停机", "a backup, while the office works"},
    .manual =
        {"把辖区备份到 DIR（不存在或为空）：台账、台账所列的文档、配置、规则包；办件照常进行。\n"
         "台账取自同一时刻，复制后逐条核对，全部落盘；写有 backup.json（台账到第几条、链值、状态\n"
         "值）和 checksums，也可用 b2sum -l 256 -c checksums 核对。没有 backup.json 的是没有做完\n"
         "的备份。密钥只在 --keys 时备份；agents/ 和 pending/ 不在其内。恢复：huishen restore DIR\n"
         "--home NEW。台账有问题则不留下备份，以 1 退出（JOURNAL_BROKEN）；辖区里有文档缺失或损坏\n"
         "则备份照做，逐一列出，以 1 退出（DOCUMENTS_DAMAGED）。--json 输出 backup.json 的内容。",
         "Backs the office up into DIR, which is absent or empty: the record, the documents it\n"
         "names, configuration and packs; work goes on meanwhile. The record is that of one\n"
         "moment, is checked entry by entry after it was copied, and all is on disk at the end.\n"
         "DIR then has backup.json (how far the record goes, its hash, its state) and checksums,\n"
         "which b2sum -l 256 -c checksums checks too. Without backup.json it is unfinished. Keys\n"
         "are in it with --keys only; agents/ and pending/ never. To get it back:\n"
         "huishen restore DIR --home NEW. If the record is broken nothing is left behind, exit 1\n"
         "(JOURNAL_BROKEN); if the home lacks a document or it is damaged, the backup is made,\n"
         "they are named, exit 1 (DOCUMENTS_DAMAGED). With --json what backup.json holds."},
    .example = "huishen backup /backup/2026-03-02\nhuishen backup /safe/with-keys --keys",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
