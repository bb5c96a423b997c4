/* SPDX-License-Identifier: Apache-2.0 */
/* The half of os/files.h that is about folders. */
#include "os/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* ---- making ---- */

static bool is_folder(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* Makes the folder @path, whose last part begins at @name, and its name durable. An empty path
 * above it is the working folder. */
static enum err make_one(char *path, char *name, mode_t mode)
{
    if (mkdir(path, mode) != 0) {
        return errno != EEXIST ? files_err(errno) : is_folder(path) ? ERR_OK : ERR_INVALID;
    }

    char first = name[0];
    name[0] = '\0';
    enum err err = folder_sync(path[0] == '\0' ? "." : path);
    name[0] = first;
    return err;
}

enum err folder_make(const char *path, mode_t mode)
{
    char part[FILES_PATH_BYTES_MAX];
    size_t size = strlen(path);
    size_t name = path[0] == '/' ? 1 : 0; /* where the part being made begins */

    if (size == 0 || size >= sizeof part) {
        return ERR_INVALID;
    }
    memcpy(part, path, size + 1);
    for (size_t i = 1; i < size; i++) {
        if (part[i] != '/') {
            continue;
        }
        part[i] = '\0';
        enum err err = make_one(part, part + name, mode);
        if (err != ERR_OK) {
            return err;
        }
        part[i] = '/';
        name = i + 1;
    }
    return make_one(part, part + name, mode);
}

/* ---- listing ---- */

/* A name on the way to its place; they are counted only when all were seen. */
struct name {
    struct name *older;
    const char *text;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Collects the names of @folder in @arena, newest first. */
static enum err collect(DIR *folder, struct arena *arena, struct name **newest, size_t *count)
{
    for (;;) {
        errno = 0;
        const struct dirent *found = readdir(folder);

        if (found == NULL) {
            return errno == 0 ? ERR_OK : files_err(errno);
        }
        if (is_dots(found->d_name)) {
            continue;
        }

        struct name *name = arena_alloc(arena, sizeof *name);
        const char *text = arena_text(arena, found->d_name);
        if (name == NULL || text == NULL || *count == FILES_NAMES_MAX) {
            return ERR_FULL;
        }
        *name = (struct name){.older = *newest, .text = text};
        *newest = name;
        (*count)++;
    }
}

enum err folder_list(const char *path, struct arena *arena, const char *const **names,
                     size_t *count)
{
    struct arena_mark mark = arena_mark(arena);
    struct name *newest = NULL;
    size_t found = 0;
    DIR *folder = opendir(path);

    if (folder == NULL) {
        return files_err(errno);
    }
    enum err err = collect(folder, arena, &newest, &found);
    (void)closedir(folder); /* it was only read */

    const char **sorted = err == ERR_OK ? arena_array(arena, found, sizeof *sorted) : NULL;
    if (sorted == NULL) {
        arena_rewind(arena, mark);
        return err == ERR_OK ? ERR_FULL : err;
    }
    for (size_t i = 0; i < found; i++) {
        sorted[i] = newest->text;
        newest = newest->older;
    }
    qsort(sorted, found, sizeof *sorted, compare_names);
    *names = sorted;
    *count = found;
    return ERR_OK;
}

/* ---- removing ---- */

/* Returns the open folder @name of @parent, or NULL with errno set; a symbolic link is no folder.
 */
static DIR *open_folder(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) {
        return NULL;
    }

    DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        int reason = errno;

        (void)close(fd); /* the first failure is the one to report */
        errno = reason;
    }
    return folder;
}

/* Removes what stands in @folder up to the first folder in it, and sets @name to that folder's
 * name, valid until @folder is next read, or to NULL when there is nothing left. */
static enum err remove_files(DIR *folder, const char **name)
{
    for (;;) {
        errno = 0;
        const struct dirent *found = readdir(folder);

        if (found == NULL) {
            *name = NULL;
            return errno == 0 ? ERR_OK : files_err(errno);
        }
        if (is_dots(found->d_name) || unlinkat(dirfd(folder), found->d_name, 0) == 0) {
            continue;
        }
        if (errno != EISDIR) {
            return files_err(errno);
        }
        *name = found->d_name;
        return ERR_OK;
    }
}

/* A folder being emptied, and its name in the one above. */
struct level {
    DIR *folder;
    char name[NAME_MAX + 1];
};

/* Empties the deepest of @depth @levels until it meets a folder in it, which becomes the next
 * level, or has emptied and removed it. The topmost is left to the caller, who has its path. */
static enum err step_down_or_up(struct level levels[FILES_DEPTH_MAX], size_t *depth)
{
    struct level *level = &levels[*depth - 1];
    const char *name = NULL;
    enum err err = remove_files(level->folder, &name);

    if (err != ERR_OK) {
        return err;
    }
    if (name == NULL) {
        (void)closedir(level->folder); /* it was only read */
        (*depth)--;
        if (*depth == 0) {
            return ERR_OK;
        }
        int above = dirfd(levels[*depth - 1].folder);
        return unlinkat(above, level->name, AT_REMOVEDIR) == 0 ? ERR_OK : files_err(errno);
    }
    if (*depth == FILES_DEPTH_MAX) {
        return ERR_FULL;
    }

    struct level *next = level + 1;
    memcpy(next->name, name, strlen(name) + 1); /* a name has at most NAME_MAX bytes */
    next->folder = open_folder(dirfd(level->folder), next->name);
    if (next->folder == NULL) {
        return files_err(errno);
    }
    (*depth)++;
    return ERR_OK;
}

enum err folder_remove(const char *path)
{
    struct level levels[FILES_DEPTH_MAX] = {0};
    size_t depth = 1;
    enum err err = ERR_OK;

    levels[0].folder = open_folder(AT_FDCWD, path);
    if (levels[0].folder == NULL) {
        return files_err(errno);
    }
    while (err == ERR_OK && depth > 0) {
        err = step_down_or_up(levels, &depth);
    }
    while (depth > 0) {
        depth--;
        (void)closedir(levels[depth].folder); /* they were only read */
    }
    if (err != ERR_OK) {
        return err;
    }
    return rmdir(path) == 0 ? ERR_OK : files_err(errno);
}
