/* SPDX-License-Identifier: Apache-2.0 */
/* The removal of uploads that nobody goes on with and documents that nobody names. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "store/document_paths.h"

enum { LIST_ARENA_BYTES = 256 * 1024 * 1024 };

struct sweep {
    const struct documents *documents;
    const struct document_names *names;
    int64_t before_ms;
    uint64_t removed;
    struct arena arena; /* of the names in a folder */
};

/* True if the file @path was last written before the sweep's time. */
static bool is_old(const struct sweep *sweep, const struct document_path *path)
{
    struct stat status;

    if (lstat(path->text, &status) != 0 || !S_ISREG(status.st_mode)) {
        return false;
    }
    return (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000 <
           sweep->before_ms;
}

static enum err remove_old(struct sweep *sweep, const struct document_path *path)
{
    if (!is_old(sweep, path)) { /* or claimed since it was looked at */
        return ERR_OK;
    }

    enum err err = file_remove(path->text);
    if (err == ERR_OK) {
        sweep->removed++;
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The same while no document is being claimed. */
static enum err remove_document(struct sweep *sweep, const struct document_path *path,
                                const struct hash *hash)
{
    const struct document_names *names = sweep->names;

    if (!is_old(sweep, path) || names->is_named(names->self, hash)) {
        return ERR_OK;
    }
    names->hold(names->self);
    enum err err = remove_old(sweep, path);
    names->resume(names->self);
    return err;
}

/* Sweeps the folder @name, which holds partial uploads or the documents of one first byte. */
static enum err sweep_folder(struct sweep *sweep, const char *name)
{
    struct document_path root = {.text = ""};
    struct document_path folder = {.text = ""};
    struct document_path path = {.text = ""};
    const char *const *files = NULL;
    size_t count = 0;
    bool is_partial = strcmp(name, "partial") == 0;

    if (strlen(sweep->documents->folder) >= sizeof root.text) {
        return ERR_INVALID;
    }
    memcpy(root.text, sweep->documents->folder, strlen(sweep->documents->folder));
    if (!document_path_in(&root, name, &folder)) {
        return ERR_INVALID;
    }

    enum err err = folder_list(folder.text, &sweep->arena, &files, &count);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        struct hash hash;
        bool is_document = document_hash_of(name, files[i], &hash);

        if (!document_path_in(&folder, files[i], &path)) {
            return ERR_INVALID;
        }
        if (is_partial) {
            err = remove_old(sweep, &path);
        } else if (is_document) {
            err = remove_document(sweep, &path, &hash);
        }
    }
    return err;
}

enum err documents_sweep(const struct documents *documents, const struct document_names *names,
                         int64_t before_ms, uint64_t *removed)
{
    struct sweep sweep = {.documents = documents, .names = names, .before_ms = before_ms};
    const char *const *folders = NULL;
    size_t count = 0;

    arena_init(&sweep.arena, LIST_ARENA_BYTES);

    enum err err = folder_list(documents->folder, &sweep.arena, &folders, &count);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        struct arena_mark mark = arena_mark(&sweep.arena);

        if (strcmp(folders[i], "partial") == 0 || strlen(folders[i]) == 2) {
            err = sweep_folder(&sweep, folders[i]);
        }
        arena_rewind(&sweep.arena, mark);
    }
    arena_release(&sweep.arena);
    *removed = sweep.removed;
    return err;
}
