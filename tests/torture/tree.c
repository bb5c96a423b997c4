/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/torture/scenario.h"

enum { PATH_BYTES = 1024, FOLDERS_MAX = 64, FOLDER_BYTES = 256, PIECE_BYTES = 1 << 20 };

_Noreturn void torture_fail(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    (void)fputs("torture: ", stderr);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
    exit(4);
}

static void copy_file(const char *from, const char *to)
{
    struct stat facts;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    ssize_t moved = 0;

    if (in < 0 || fstat(in, &facts) != 0) {
        torture_fail("%s: %s", from, strerror(errno));
    }
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, facts.st_mode & 07777U);
    if (out < 0) {
        torture_fail("%s: %s", to, strerror(errno));
    }
    do {
        moved = sendfile(out, in, NULL, PIECE_BYTES);
    } while (moved > 0);
    if (moved < 0) {
        torture_fail("%s: %s", to, strerror(errno));
    }
    (void)close(in);
    (void)close(out);
}

/* Folders still to be copied: their paths below the two roots. */
struct folders {
    char paths[FOLDERS_MAX][FOLDER_BYTES];
    size_t count;
};

static void copy_folder(const char *from, const char *to, const char *path, struct folders *left)
{
    char source[PATH_BYTES];
    char target[PATH_BYTES];
    const struct dirent *name = NULL;

    (void)snprintf(source, sizeof source, "%s%s", from, path);
    (void)snprintf(target, sizeof target, "%s%s", to, path);
    DIR *folder = opendir(source);
    if (folder == NULL || mkdir(target, S_IRWXU) != 0) {
        torture_fail("%s: %s", target, strerror(errno));
    }
    while ((name = readdir(folder)) != NULL) {
        if (strcmp(name->d_name, ".") == 0 || strcmp(name->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(source, sizeof source, "%s%s/%s", from, path, name->d_name);
        (void)snprintf(target, sizeof target, "%s%s/%s", to, path, name->d_name);
        if (name->d_type != DT_DIR) {
            copy_file(source, target);
        } else if (left->count == FOLDERS_MAX ||
                   snprintf(left->paths[left->count++], FOLDER_BYTES, "%s/%s", path,
                            name->d_name) >= FOLDER_BYTES) {
            torture_fail("%s: too many folders", from);
        }
    }
    (void)closedir(folder);
}

void tree_copy(const char *from, const char *to)
{
    struct folders left = {.count = 1};

    for (size_t i = 0; i < left.count; i++) {
        copy_folder(from, to, left.paths[i], &left);
    }
}
