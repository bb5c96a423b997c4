/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/backup.h"

#include <stdlib.h>
#include <string.h>

#include "cli/json_file.h"
#include "cli/record_check.h"
#include "lib/text.h"
#include "os/files.h"
#include "proto/text/packet_text.h"

enum {
    FILE_MODE = 0600,
    ROWS_MIN = 256,
    SUMS_BYTES_MAX = 256 * 1024 * 1024, /* some 2 million documents */
    HEX_LETTERS = 2 * HASH_BYTES,
    GAP_LETTERS = 2, /* between hash and name */
};

/* ---- files ---- */

void backup_files_add(struct backup_files *files, const char *path, const struct hash *hash)
{
    if (files->count == files->capacity) {
        size_t larger = files->capacity == 0 ? ROWS_MIN : 2 * files->capacity;
        struct backup_file *rows = cli_memory(arena_array(files->cli->arena, larger, sizeof *rows));

        if (files->count > 0) {
            memcpy(rows, files->rows, files->count * sizeof *rows);
        }
        files->rows = rows;
        files->capacity = larger;
    }
    files->rows[files->count++] =
        (struct backup_file){.path = cli_format(files->cli, "%s", path), .hash = *hash};
}

static bool is_plain_part(const char *part, size_t size)
{
    bool is_dots = size <= 2 && strspn(part, ".") >= size; /* empty, too */

    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)part[i] < ' ' || part[i] == '\\' || part[i] == 0x7f) {
            return false; /* b2sum would quote it */
        }
    }
    return !is_dots;
}

bool backup_path_is_plain(const char *path)
{
    for (;;) {
        size_t size = strcspn(path, "/");

        if (!is_plain_part(path, size)) {
            return false;
        }
        if (path[size] == '\0') {
            return true;
        }
        path += size + 1;
    }
}

int backup_refuse(const struct cli *cli, const char *path, struct phrase what)
{
    return cli_refused(cli, "BACKUP_DAMAGED",
                       cli_format(cli, "%s: %s", path, cli_phrase(cli, what)));
}

/* ---- writing ---- */

json_t *backup_facts_json(const struct cli *cli, const struct backup_facts *facts)
{
    return cli_memory(json_pack(
        "{s:i, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:b, s:s}", "huishenBackup",
        BACKUP_FORMAT, "program", HUISHEN_VERSION, "office", facts->office, "madeAt",
        facts->made_at, "seq", (json_int_t)facts->seq, "headAtMs", (json_int_t)facts->at_ms, "hash",
        hash_text(cli, &facts->hash), "state", hash_text(cli, &facts->state), "documents",
        (json_int_t)facts->documents, "documentsMissing", (json_int_t)facts->documents_missing,
        "keys", facts->has_keys ? 1 : 0, "checksums", hash_text(cli, &facts->sums)));
}

static int write_file(const struct cli *cli, const char *path, struct bytes bytes)
{
    enum err err = file_write(path, bytes, FILE_MODE);

    return err == ERR_OK ? STATUS_DONE
                         : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));
}

int backup_seal(const struct backup_files *files, const char *folder, struct backup_facts *facts)
{
    const struct cli *cli = files->cli;
    struct text_builder builder;

    text_builder_init(&builder, cli->arena, SUMS_BYTES_MAX);
    for (size_t i = 0; i < files->count; i++) {
        text_builder_add(&builder, hash_text(cli, &files->rows[i].hash));
        text_builder_add(&builder, "  ");
        text_builder_add(&builder, files->rows[i].path);
        text_builder_add(&builder, "\n");
    }
    const char *sums = text_builder_finish(&builder);
    cli_memory((void *)(uintptr_t)sums);
    facts->sums = hash_of(bytes_of_text(sums));
    int status = write_file(cli, cli_format(cli, "%s/" BACKUP_SUMS, folder), bytes_of_text(sums));
    if (status != STATUS_DONE) {
        return status;
    }

    json_t *json = backup_facts_json(cli, facts);
    char *text = cli_memory(json_dumps(json, JSON_INDENT(2) | PACKET_JSON_FLAGS));
    status = write_file(cli, cli_format(cli, "%s/" BACKUP_FACTS, folder),
                        bytes_of_text(cli_format(cli, "%s\n", text)));
    free(text);
    json_decref(json);
    return status;
}

/* ---- reading ---- */

static bool take_hash(const json_t *json, const char *name, struct hash *out)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text != NULL && bytes_from_hex(text, out->bytes, sizeof out->bytes);
}

/* Takes the number @name, which is not negative. */
static bool take_number(const json_t *json, const char *name, uint64_t *out)
{
    const json_t *number = json_object_get(json, name);

    if (!json_is_integer(number) || json_integer_value(number) < 0) {
        return false;
    }
    *out = (uint64_t)json_integer_value(number);
    return true;
}

static bool take_facts(const struct cli *cli, const json_t *json, struct backup_facts *out)
{
    const char *office = json_string_value(json_object_get(json, "office"));
    const char *made_at = json_string_value(json_object_get(json, "madeAt"));
    uint64_t at_ms = 0;

    if (office == NULL || made_at == NULL || !take_number(json, "seq", &out->seq) ||
        !take_number(json, "headAtMs", &at_ms) ||
        !take_number(json, "documents", &out->documents) ||
        !take_number(json, "documentsMissing", &out->documents_missing) ||
        !take_hash(json, "hash", &out->hash) || !take_hash(json, "state", &out->state) ||
        !take_hash(json, "checksums", &out->sums)) {
        return false;
    }
    out->office = cli_format(cli, "%s", office);
    out->made_at = cli_format(cli, "%s", made_at);
    out->at_ms = (int64_t)at_ms;
    out->has_keys = json_is_true(json_object_get(json, "keys"));
    return true;
}

static int read_facts(const struct cli *cli, const char *folder, struct backup_facts *facts)
{
    const char *path = cli_format(cli, "%s/" BACKUP_FACTS, folder);
    uint64_t format = 0;

    if (!file_exists(path)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s 不是备份，或没有做完（没有 " BACKUP_FACTS "）",
                                 "%s is no backup, or an unfinished one: it has no " BACKUP_FACTS),
                        folder);
    }
    json_t *json = json_file_read(cli, path);
    if (json == NULL) {
        return backup_refuse(cli, BACKUP_FACTS, (struct phrase){"无法读取", "cannot be read"});
    }
    bool has_format = take_number(json, "huishenBackup", &format);
    bool is_read = has_format && format == BACKUP_FORMAT && take_facts(cli, json, facts);
    json_decref(json);
    if (has_format && format > BACKUP_FORMAT) {
        return cli_refused(
            cli, "BACKUP_NEWER",
            cli_format(cli,
                       cli_text(cli, "备份格式为 %llu，本程序认得 %d：请用更新的程序",
                                "its format is %llu, this program knows %d: "
                                "use a later program"),
                       (unsigned long long)format, BACKUP_FORMAT));
    }
    return is_read ? STATUS_DONE
                   : backup_refuse(cli, BACKUP_FACTS,
                                   (struct phrase){"不是写下时的内容", "is not what was written"});
}

/* Takes "HASH  PATH" of @line. */
static bool take_line(struct backup_files *files, char *line)
{
    struct hash hash;

    if (strlen(line) <= HEX_LETTERS + GAP_LETTERS || line[HEX_LETTERS] != ' ') {
        return false;
    }
    line[HEX_LETTERS] = '\0';
    const char *path = line + HEX_LETTERS + GAP_LETTERS;
    if (!bytes_from_hex(line, hash.bytes, sizeof hash.bytes) || !backup_path_is_plain(path)) {
        return false;
    }
    backup_files_add(files, path, &hash);
    return true;
}

static int read_sums(const char *folder, const struct backup_facts *facts,
                     struct backup_files *files)
{
    const struct cli *cli = files->cli;
    struct bytes bytes = {0};
    struct phrase differs = {"不是写下时的内容", "is not what was written"};
    enum err err =
        file_read(cli_format(cli, "%s/" BACKUP_SUMS, folder), SUMS_BYTES_MAX, cli->arena, &bytes);

    if (err != ERR_OK || !hash_equal(hash_of(bytes), facts->sums)) {
        return backup_refuse(cli, BACKUP_SUMS, differs);
    }
    char *text = cli_format(cli, "%.*s", (int)bytes.size, (const char *)bytes.data);
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        char *next = text + size + (text[size] == '\n' ? 1 : 0);

        text[size] = '\0';
        if (!take_line(files, text)) {
            return backup_refuse(cli, BACKUP_SUMS, differs);
        }
        text = next;
    }
    return STATUS_DONE;
}

int backup_open(const char *folder, struct backup_files *files, struct backup_facts *facts)
{
    int status = read_facts(files->cli, folder, facts);

    return status == STATUS_DONE ? read_sums(folder, facts, files) : status;
}
