/* SPDX-License-Identifier: Apache-2.0 */
/* huishen export: the whole record as text, for other programs to read and to verify. */
#include <sodium.h>

#include "cli/home.h"
#include "cli/message_text.h"
#include "cli/progress.h"
#include "cli/record_check.h"
#include "cli/verbs.h"
#include "store/journal.h"

enum {
    FORMAT = 1,
    ENTRIES_A_READING = 256, /* a reader keeps pages from being used again: each is short */
};

struct exporting {
    struct cli *cli;
    const struct home *home;
    struct journal *journal;
    struct progress progress;
    uint64_t next;
    uint64_t last; /* a head; what is recorded meanwhile is left to the next export */
    struct hash hash;
};

static int corrupt(const struct exporting *exporting, const char *what)
{
    return cli_refused(exporting->cli, "JOURNAL_BROKEN", what);
}

/* ---- what an entry says ---- */

static json_t *command_json(const struct exporting *exporting, ProtobufCBinaryData bytes)
{
    const void *command =
        message_read(&hs__command__descriptor, bytes_of(bytes), exporting->cli->arena);

    return command == NULL ? NULL
                           : message_json(command, exporting->home->office->utc_offset_minutes);
}

/* The envelope, its commands as what they are instead of as bytes. */
static json_t *envelope_json(const struct exporting *exporting, const Hs__Envelope *envelope)
{
    json_t *json = message_json(envelope, exporting->home->office->utc_offset_minutes);
    json_t *commands = cli_memory(json_array());

    for (size_t i = 0; i < envelope->n_commands; i++) {
        if (json_array_append_new(commands, command_json(exporting, envelope->commands[i])) != 0) {
            json_decref(commands);
            json_decref(json);
            return NULL;
        }
    }
    cli_memory(json_object_set_new(json, "commands", commands) == 0 ? json : NULL);
    return json;
}

static json_t *received_json(const struct exporting *exporting, struct bytes bytes)
{
    struct arena *arena = exporting->cli->arena;
    const Hs__Received *received = message_read(&hs__received__descriptor, bytes, arena);
    const Hs__Envelope *envelope =
        received == NULL
            ? NULL
            : message_read(&hs__envelope__descriptor, bytes_of(received->envelope), arena);
    json_t *json = envelope == NULL ? NULL : envelope_json(exporting, envelope);

    return json == NULL
               ? NULL
               : cli_memory(json_pack("{s:s, s:o}", "userId", received->user_id, "envelope", json));
}

static json_t *event_json(const struct exporting *exporting, struct bytes bytes)
{
    struct arena *arena = exporting->cli->arena;
    const Hs__EventEntry *entry = message_read(&hs__event_entry__descriptor, bytes, arena);
    const void *event =
        entry == NULL ? NULL : message_read(&hs__event__descriptor, bytes_of(entry->event), arena);

    return event == NULL ? NULL
                         : cli_memory(json_pack(
                               "{s:I, s:I, s:o}", "received", (json_int_t)entry->received, "index",
                               (json_int_t)entry->index, "event",
                               message_json(event, exporting->home->office->utc_offset_minutes)));
}

static json_t *head_json(const struct exporting *exporting, struct bytes bytes)
{
    struct arena *arena = exporting->cli->arena;
    const Hs__SignedHead *outer = message_read(&hs__signed_head__descriptor, bytes, arena);
    const void *head =
        outer == NULL ? NULL : message_read(&hs__head__descriptor, bytes_of(outer->head), arena);

    return head == NULL ? NULL : message_json(head, exporting->home->office->utc_offset_minutes);
}

static json_t *says_json(const struct exporting *exporting, const struct entry *entry)
{
    switch (entry->kind) {
    case ENTRY_RECEIVED:
        return received_json(exporting, entry->bytes);
    case ENTRY_EVENT:
        return event_json(exporting, entry->bytes);
    case ENTRY_HEAD:
        return head_json(exporting, entry->bytes);
    }
    return NULL;
}

/* ---- lines ---- */

static const char *base64(const struct cli *cli, struct bytes bytes)
{
    size_t size = sodium_base64_ENCODED_LEN(bytes.size, sodium_base64_VARIANT_ORIGINAL);
    char *text = cli_memory(arena_alloc(cli->arena, size));

    return sodium_bin2base64(text, size, bytes.data, bytes.size, sodium_base64_VARIANT_ORIGINAL);
}

static int print_entry(const struct exporting *exporting, const struct entry *entry)
{
    const struct cli *cli = exporting->cli;
    json_t *says = says_json(exporting, entry);

    if (says == NULL) {
        return corrupt(exporting,
                       cli_format(cli,
                                  cli_text(cli, "第 %llu 条无法读取", "entry %llu: cannot be read"),
                                  (unsigned long long)entry->seq));
    }
    cli_json(cli, json_pack("{s:I, s:s, s:I, s:s, s:s, s:o}", "seq", (json_int_t)entry->seq, "kind",
                            entry_kind_name(entry->kind), "atMs", (json_int_t)entry->at_ms, "hash",
                            hash_text(cli, &exporting->hash), "bytes", base64(cli, entry->bytes),
                            "says", says));
    return STATUS_DONE;
}

/* Prints the entries of one reading. */
static int print_some(struct exporting *exporting, struct transaction *txn)
{
    struct cli *cli = exporting->cli;
    struct journal_walk walk;
    enum err err = journal_walk_begin(txn, exporting->next, &walk);
    int status = STATUS_DONE;

    for (int i = 0; i < ENTRIES_A_READING && err == ERR_OK && status == STATUS_DONE &&
                    exporting->next <= exporting->last;
         i++) {
        struct arena_mark mark = arena_mark(cli->arena);
        struct entry entry;

        err = journal_walk_next(&walk, &entry);
        if (err == ERR_OK) {
            exporting->hash = walk.hash;
            exporting->next++;
            status = print_entry(exporting, &entry);
        }
        arena_rewind(cli->arena, mark);
    }
    return err == ERR_OK
               ? status
               : corrupt(exporting, database_failure(journal_database(exporting->journal))->text);
}

static int fail(const struct exporting *exporting, enum err err)
{
    return cli_fail(exporting->cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err),
                    journal_failure(exporting->journal)->text);
}

static int print_all(struct exporting *exporting)
{
    const struct cli *cli = exporting->cli;
    int status = STATUS_DONE;

    cli_json(cli, json_pack("{s:i, s:s, s:s, s:i}", "huishenExport", FORMAT, "program",
                            HUISHEN_VERSION, "office", exporting->home->office->id,
                            "utcOffsetMinutes", exporting->home->office->utc_offset_minutes));
    while (status == STATUS_DONE && exporting->next <= exporting->last) {
        struct transaction *txn = NULL;
        enum err err = journal_read_begin(exporting->journal, &txn);

        if (err != ERR_OK) {
            return fail(exporting, err);
        }
        status = print_some(exporting, txn);
        journal_read_end(txn);
        progress_tell(&exporting->progress, cli_text(cli, "导出", "exporting"),
                      exporting->next - 1);
    }
    progress_clear(&exporting->progress);
    if (status == STATUS_DONE) {
        cli_json(cli, json_pack("{s:I, s:s}", "end", (json_int_t)exporting->last, "hash",
                                hash_text(cli, &exporting->hash)));
    }
    return status;
}

static int export_journal(struct exporting *exporting)
{
    struct transaction *txn = NULL;
    enum err err = journal_read_begin(exporting->journal, &txn);

    if (err == ERR_OK) {
        err = journal_last_seq(txn, &exporting->last);
        journal_read_end(txn);
    }
    return err == ERR_OK ? print_all(exporting) : fail(exporting, err);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct home home;
    struct exporting exporting = {.cli = cli, .home = &home, .next = 1};
    struct failure failure = {{0}};
    int status = home_open(cli, &home);

    (void)arguments;
    if (status != STATUS_DONE) {
        return status;
    }
    progress_init(&exporting.progress, cli);
    const struct journal_options options = {
        .folder = home_path(cli, &home, "journal"),
        .map_bytes = (size_t)home.office->map_bytes,
        .read_only = true,
        .unchecked = true, /* the broker may be writing its end; who reads the export checks it */
    };
    enum err err = journal_open(&options, &exporting.journal, &failure);
    if (err != ERR_OK) {
        return err == ERR_CORRUPT
                   ? corrupt(&exporting, failure.text)
                   : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure.text);
    }
    status = export_journal(&exporting);
    journal_close(exporting.journal);
    return status;
}

const struct verb verb_export = {
    .name = "export",
    .words = "",
    .needs_home = true,
    .summary = {"把台账导出为文本", "the record as text"},
    .manual =
        {"把整个台账逐条印为 JSON，每条一行，供其他程序阅读和核对；会审服务运行与否均可。首行\n"
         "{\"huishenExport\", \"office\", ...}，末行 {\"end\", "
         "\"hash\"}：没有末行即没有导完。每条：\n"
         "{\"seq\", \"kind\", \"atMs\", \"hash\", \"bytes\", \"says\"}。bytes "
         "是台账所存的字节（base64），\n"
         "链值和签名都以它为准；says 是同一内容的可读形式。怎样核对见 docs/backup.md。",
         "Prints the whole record as JSON, a line an entry, for other programs to read and to\n"
         "verify; the broker may be up or down. The first line is {\"huishenExport\", \"office\",\n"
         "...}, the last {\"end\", \"hash\"}: without that it is unfinished. An entry is "
         "{\"seq\",\n"
         "\"kind\", \"atMs\", \"hash\", \"bytes\", \"says\"}: bytes (base64) is what the record "
         "holds and\n"
         "what hashes and signatures are of; says is the same to be read. docs/backup.md has how\n"
         "it is verified."},
    .example = "huishen export > record.jsonl",
    .run = run,
};
