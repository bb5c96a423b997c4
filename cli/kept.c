/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kept.h"

#include <string.h>

#include "client/envelope.h"
#include "lib/hash.h"
#include "os/files.h"
#include "os/lock.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600 };

#define KEPT_MS_MAX ((int64_t)KEPT_DAYS_MAX * 24 * 3600 * 1000)

/* One command being kept. */
struct keeping {
    const struct cli *cli;
    const char *folder;
    int64_t now_ms;
    char hash[KEPT_NAME_BYTES_MAX + 1];
};

const char *kept_folder(const struct cli *cli, const struct home *home, const char *principal)
{
    return home_path(cli, home, cli_format(cli, "pending/%s", principal));
}

static int fail(const struct keeping *keeping, enum err err)
{
    return cli_fail(keeping->cli, STATUS_ENVIRONMENT,
                    cli_text(keeping->cli, "%s：无法保存待答复的命令：%s",
                             "%s: a command cannot be kept until it is answered: %s"),
                    keeping->folder, err_text(err));
}

static const char *file_path(const struct keeping *keeping, unsigned slot)
{
    return cli_format(keeping->cli, "%s/%s.%u", keeping->folder, keeping->hash, slot);
}

static const char *lock_path(const struct keeping *keeping, unsigned slot)
{
    return cli_format(keeping->cli, "%s/%u.lock", keeping->folder, slot);
}

/* The client's time in a command id: its first six bytes. */
static int64_t id_ms(const uint8_t id[COMMAND_ID_BYTES])
{
    int64_t ms = 0;

    for (size_t i = 0; i < 6; i++) {
        ms = ms << 8 | id[i];
    }
    return ms;
}

/* Sets the id of @command to that of the one kept at @path. Returns false if that is none, or too
 * old to be sent. */
static bool take_id(const struct keeping *keeping, const char *path, Hs__Command *command)
{
    struct bytes bytes;
    ProtobufCMessage *read = NULL;

    if (file_read(path, CLIENT_COMMAND_BYTES_MAX, keeping->cli->arena, &bytes) != ERR_OK ||
        message_parse(&hs__command__descriptor, bytes, keeping->cli->arena, &read) != ERR_OK) {
        return false;
    }
    const Hs__Command *kept = (const Hs__Command *)read;
    if (kept->id.len != COMMAND_ID_BYTES || keeping->now_ms - id_ms(kept->id.data) >= KEPT_MS_MAX) {
        return false;
    }
    command->id = kept->id;
    return true;
}

/* Looks for a file of this command that no running program waits for, and takes its slot. */
static bool find_left(const struct keeping *keeping, Hs__Command *command, struct kept *out)
{
    for (unsigned slot = 0; slot < KEPT_SLOTS_MAX; slot++) {
        const char *path = file_path(keeping, slot);

        if (!file_exists(path) || lock_take(lock_path(keeping, slot), &out->lock) != ERR_OK) {
            continue;
        }
        if (take_id(keeping, path, command)) {
            out->path = path;
            return true;
        }
        kept_release(out, false);
    }
    return false;
}

static int keep(const struct keeping *keeping, Hs__Command *command, struct kept *out)
{
    uint8_t *id = cli_memory(arena_alloc(keeping->cli->arena, COMMAND_ID_BYTES));
    enum err err = ERR_EXISTS;

    for (unsigned slot = 0; slot < KEPT_SLOTS_MAX && err == ERR_EXISTS; slot++) {
        err = lock_take(lock_path(keeping, slot), &out->lock);
        out->path = file_path(keeping, slot);
    }
    if (err == ERR_OK) {
        command_id_make(keeping->now_ms, id);
        command->id = (ProtobufCBinaryData){COMMAND_ID_BYTES, id};
        struct bytes bytes = message_pack(command, keeping->cli->arena);
        cli_memory((void *)(uintptr_t)bytes.data);
        err = file_write(out->path, bytes, FILE_MODE);
    }
    if (err != ERR_OK) {
        kept_release(out, false);
        return fail(keeping, err);
    }
    return STATUS_DONE;
}

int kept_take(const struct cli *cli, const char *folder, int64_t now_ms, Hs__Command *command,
              struct kept *out)
{
    struct keeping keeping = {.cli = cli, .folder = folder, .now_ms = now_ms};

    *out = (struct kept){.lock = -1};
    if (message_size(command) > CLIENT_COMMAND_BYTES_MAX) {
        return STATUS_DONE;
    }
    struct bytes bytes = message_pack(command, cli->arena);
    cli_memory((void *)(uintptr_t)bytes.data);
    struct hash hash = hash_of(bytes);
    bytes_to_hex((struct bytes){hash.bytes, sizeof hash.bytes}, keeping.hash);

    enum err err = folder_make(folder, FOLDER_MODE);
    if (err != ERR_OK) {
        return fail(&keeping, err);
    }
    return find_left(&keeping, command, out) ? STATUS_DONE : keep(&keeping, command, out);
}

void kept_release(struct kept *kept, bool is_answered)
{
    if (is_answered && kept->path != NULL) {
        (void)file_remove(kept->path); /* one that stays is answered with the first receipt */
    }
    lock_release(kept->lock);
    *kept = (struct kept){.lock = -1};
}
