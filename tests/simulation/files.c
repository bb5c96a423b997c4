/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/files.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/check.h"

enum { FILE_MODE = 0600, FOLDER_MODE = 0700, OPEN_MAX_FOLDERS = 16 };

void files_copy(const char *from, const char *to)
{
    struct stat facts;
    off_t at = 0;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);

    require(in >= 0 && out >= 0 && fstat(in, &facts) == 0);
    while (at < facts.st_size) {
        ssize_t copied = sendfile(out, in, &at, (size_t)(facts.st_size - at));

        require(copied > 0);
    }
    (void)close(in); /* nothing waits to be written in a folder in memory */
    (void)close(out);
}

void files_make(const char *folder)
{
    int rc = mkdir(folder, FOLDER_MODE);

    require(rc == 0);
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)facts;
    (void)kind;
    (void)place;
    (void)remove(path); /* what stays is in the way of the next, which says so */
    return 0;
}

void files_remove(const char *path)
{
    (void)nftw(path, remove_one, OPEN_MAX_FOLDERS, FTW_DEPTH | FTW_PHYS); /* it may not be there */
}
