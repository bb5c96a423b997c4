/* SPDX-License-Identifier: Apache-2.0 */
#include "store/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "os/files.h"

/* At the end of the file, of one commit; a few were ever seen. */
enum { PAGES_UNWRITTEN_MAX = 64 };

static bool path_of_data(const char *folder, char out[FILES_PATH_BYTES_MAX])
{
    int length = snprintf(out, FILES_PATH_BYTES_MAX, "%s/data.mdb", folder);

    return length >= 0 && length < FILES_PATH_BYTES_MAX;
}

int environment_find(const char *folder)
{
    char path[FILES_PATH_BYTES_MAX];
    struct stat file;

    if (!path_of_data(folder, path)) {
        return ENAMETOOLONG;
    }
    if (stat(path, &file) != 0) {
        return errno;
    }
    return file.st_size == 0 ? MDB_INVALID : MDB_SUCCESS;
}

int environment_open(MDB_env *env, const char *folder, unsigned int flags, mdb_mode_t mode)
{
    char path[FILES_PATH_BYTES_MAX];
    struct stat file;

    if (!path_of_data(folder, path)) {
        return ENAMETOOLONG;
    }
    bool is_new = stat(path, &file) != 0 && errno == ENOENT;
    int rc = mdb_env_open(env, folder, flags, mode);
    if (rc != MDB_SUCCESS && is_new) {
        (void)file_remove(path); /* the first failure is the one to report */
    }
    return rc;
}

int environment_check(MDB_env *env)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    int fd = -1;
    int rc = mdb_env_info(env, &info);

    if (rc == MDB_SUCCESS) {
        rc = mdb_env_stat(env, &stat);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_env_get_fd(env, &fd);
    }
    if (rc != MDB_SUCCESS) {
        return rc;
    }
    if (fstat(fd, &file) != 0) {
        return errno;
    }

    off_t page = (off_t)stat.ms_psize;
    off_t missing = ((off_t)info.me_last_pgno + 1) * page - file.st_size;
    if (missing > PAGES_UNWRITTEN_MAX * page) {
        return MDB_PAGE_NOTFOUND;
    }
    /* Pages of zeros fail their check like any other damage. Adds to the file and never takes from
     * it: another process may be writing there. */
    return missing <= 0 || fallocate(fd, 0, file.st_size, missing) == 0 ? MDB_SUCCESS : errno;
}
