/* SPDX-License-Identifier: Apache-2.0 */
/* backup_copy.h - files on their way from a home to a backup, and back.
 *
 * Each file is copied, hashed on the way and synced; each folder is synced when all are there.
 * Nothing that is copied is readable by others, wherever it lay before.
 */
#ifndef CLI_BACKUP_COPY_H
#define CLI_BACKUP_COPY_H

#include "cli/backup.h"
#include "cli/progress.h"
#include "lib/err.h"

struct backup_copy {
    struct backup_files files; /* what was copied, or taken note of */
    struct progress *progress;
    const char *from; /* folders */
    const char *to;
};

/* Copies what stands at @name in copy->from: a file, or a folder with all in it. Nothing there is
 * no fault. Returns an exit status; it has said what could not be copied. */
int backup_copy_tree(struct backup_copy *copy, const char *name);

/* Copies the file @name, which must have the hash @expected; NULL: any. Makes the folder it goes
 * to.
 *
 * Errors, with nothing copied: ERR_CORRUPT if it is another; those of file_copy(). */
enum err backup_copy_file(struct backup_copy *copy, const char *name, const struct hash *expected);

/* Takes note of the file @name, which is in copy->to already, and sees to it that it is on disk.
 * Returns an exit status. */
int backup_note_file(struct backup_copy *copy, const char *name);

/* Makes the names of all that is in copy->to durable. Returns an exit status. */
int backup_sync_folders(const struct backup_copy *copy);

#endif
