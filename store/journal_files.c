/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal_files.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/check.h"
#include "os/files.h"
#include "store/head_file.h"
#include "store/journal.h"

enum { FOLDER_MODE = 0700 };

char *journal_head_path(const char *folder)
{
    char *path = NULL;

    require(asprintf(&path, "%s/head", folder) > 0);
    return path;
}

/* Reads the head file before the journal is copied, so that it is never ahead of the copy unless it
 * was ahead of the journal. */
static enum err read_head_file(const char *from, struct head_record *out, struct failure *failure)
{
    char *path = journal_head_path(from);
    struct head_file file = {.fd = -1};
    enum err err = head_file_open(path, true, &file);

    if (err == ERR_OK) {
        *out = file.last;
        head_file_close(&file);
    } else {
        failure_set(failure, "%s: %s", path, err_text(err));
    }
    free(path);
    return err;
}

static enum err save_head_file(const char *to, const struct head_record *record,
                               struct failure *failure)
{
    char *path = journal_head_path(to);
    enum err err = record->seq == 0 ? head_file_create(path) : head_file_save(path, record);

    if (err != ERR_OK) {
        failure_set(failure, "%s: %s", path, err_text(err));
    }
    free(path);
    return err;
}

enum err journal_copy_files(struct database *database, const char *from, const char *to,
                            struct failure *failure)
{
    struct head_record record = {0};
    enum err has_head = read_head_file(from, &record, failure);

    if (has_head != ERR_OK && has_head != ERR_ABSENT) {
        return has_head;
    }

    enum err err = folder_make(to, FOLDER_MODE);
    if (err != ERR_OK) {
        failure_set(failure, "%s: %s", to, err_text(err));
        return err;
    }
    err = database_copy(database, to, failure);
    if (err == ERR_OK && has_head == ERR_OK) { /* a copy tells of a missing one by missing it */
        err = save_head_file(to, &record, failure);
    }
    if (err == ERR_OK) {
        err = folder_sync(to);
        if (err != ERR_OK) {
            failure_set(failure, "%s: %s", to, err_text(err));
        }
    }
    return err;
}

enum err journal_copy(const char *from, const char *to, struct failure *failure)
{
    struct database_options options = {.folder = from, .read_only = true};
    struct database *database = NULL;
    enum err err = database_open(&options, &database, failure);

    if (err != ERR_OK) {
        return err;
    }
    err = journal_copy_files(database, from, to, failure);
    database_close(database);
    return err;
}
