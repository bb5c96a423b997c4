/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/backup_copy.h"

#include <string.h>

#include "os/file_copy.h"
#include "os/files.h"

enum { FILE_MODE = 0600, FOLDER_MODE = 0700, NAMES_MIN = 64 };

static const char *path_in(const struct cli *cli, const char *folder, const char *name)
{
    return cli_format(cli, "%s/%s", folder, name);
}

static int fail(const struct cli *cli, const char *path, enum err err)
{
    return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));
}

/* Makes the folder in which @path is to lie. */
static enum err make_folder(const struct cli *cli, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL
               ? ERR_OK
               : folder_make(cli_format(cli, "%.*s", (int)(slash - path), path), FOLDER_MODE);
}

enum err backup_copy_file(struct backup_copy *copy, const char *name, const struct hash *expected)
{
    const struct cli *cli = copy->files.cli;
    const char *target = path_in(cli, copy->to, name);
    struct hash hash;
    enum err err = make_folder(cli, target);

    if (err == ERR_OK) {
        err = file_copy(path_in(cli, copy->from, name), target, FILE_MODE, &hash);
    }
    if (err != ERR_OK) {
        return err;
    }
    if (expected != NULL && !hash_equal(hash, *expected)) {
        (void)file_remove(target); /* it is not to be used; that it differs is what matters */
        return ERR_CORRUPT;
    }
    backup_files_add(&copy->files, name, &hash);
    progress_tell(copy->progress, cli_text(cli, "复制文件", "copying files"), copy->files.count);
    return ERR_OK;
}

int backup_note_file(struct backup_copy *copy, const char *name)
{
    const char *path = path_in(copy->files.cli, copy->to, name);
    struct hash hash;
    enum err err = file_sync(path);

    if (err == ERR_OK) {
        err = file_hash(path, &hash);
    }
    if (err != ERR_OK) {
        return fail(copy->files.cli, path, err);
    }
    backup_files_add(&copy->files, name, &hash);
    return STATUS_DONE;
}

/* ---- trees ---- */

/* Names still to be looked at, in the arena. */
struct queue {
    const struct cli *cli;
    const char **names;
    size_t count;
    size_t capacity;
};

static void queue_add(struct queue *queue, const char *name)
{
    if (queue->count == queue->capacity) {
        size_t larger = queue->capacity == 0 ? NAMES_MIN : 2 * queue->capacity;
        const char **names = cli_memory(arena_array(queue->cli->arena, larger, sizeof *names));

        if (queue->count > 0) {
            memcpy(names, queue->names, queue->count * sizeof *names);
        }
        queue->names = names;
        queue->capacity = larger;
    }
    queue->names[queue->count++] = name;
}

/* Adds what is in the folder @name of @root. */
static enum err queue_add_folder(struct queue *queue, const char *root, const char *name)
{
    const struct cli *cli = queue->cli;
    const char *const *names = NULL;
    size_t count = 0;
    enum err err = folder_list(path_in(cli, root, name), cli->arena, &names, &count);

    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        queue_add(queue, path_in(cli, name, names[i]));
    }
    return err;
}

int backup_copy_tree(struct backup_copy *copy, const char *name)
{
    const struct cli *cli = copy->files.cli;
    struct queue queue = {.cli = cli};
    enum err err = ERR_OK;

    if (!file_exists(path_in(cli, copy->from, name))) {
        return STATUS_DONE;
    }
    queue_add(&queue, name);
    for (size_t i = 0; i < queue.count; i++) {
        const char *path = path_in(cli, copy->from, queue.names[i]);
        struct file_facts facts = {.kind = FILE_OTHER};

        err = backup_path_is_plain(queue.names[i]) ? file_look(path, &facts) : ERR_INVALID;
        if (err == ERR_OK && facts.kind == FILE_FOLDER) {
            err = queue_add_folder(&queue, copy->from, queue.names[i]);
        } else if (err == ERR_OK && facts.kind == FILE_REGULAR) {
            err = backup_copy_file(copy, queue.names[i], NULL);
        } else if (err == ERR_OK) {
            err = ERR_INVALID; /* a link leads anywhere */
        }
        if (err != ERR_OK) {
            return fail(cli, path, err);
        }
    }
    return STATUS_DONE;
}

/* Syncs the folder of @path and those above it, up to copy->to. */
static enum err sync_above(const struct backup_copy *copy, const char *path)
{
    const struct cli *cli = copy->files.cli;
    char *folder = cli_format(cli, "%s", path);
    char *slash = strrchr(folder, '/');
    enum err err = ERR_OK;

    while (slash != NULL && err == ERR_OK) {
        *slash = '\0';
        err = folder_sync(path_in(cli, copy->to, folder));
        slash = strrchr(folder, '/');
    }
    return err;
}

/* True if @a and @b lie in the same folder. */
static bool is_beside(const char *a, const char *b)
{
    const char *slash = strrchr(a, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - a) + 1;

    return strncmp(a, b, size) == 0 && strchr(b + size, '/') == NULL;
}

int backup_sync_folders(const struct backup_copy *copy)
{
    const struct backup_file *rows = copy->files.rows;
    enum err err = folder_sync(copy->to);

    for (size_t i = 0; i < copy->files.count && err == ERR_OK; i++) {
        if (i == 0 || !is_beside(rows[i].path, rows[i - 1].path)) {
            err = sync_above(copy, rows[i].path);
        }
    }
    return err == ERR_OK ? STATUS_DONE : fail(copy->files.cli, copy->to, err);
}
