/* SPDX-License-Identifier: Apache-2.0 */
/* file_copy.h - whole files of any size: looked at, hashed, copied.
 *
 * All calls block. Nothing follows a symbolic link: what a backup holds is what stood in the
 * folder. Codes that any call may give, beside those it lists, are those of os/files.h.
 */
#ifndef OS_FILE_COPY_H
#define OS_FILE_COPY_H

#include <sys/types.h>

#include "lib/err.h"
#include "lib/hash.h"

enum file_kind { FILE_REGULAR, FILE_FOLDER, FILE_OTHER };

struct file_facts {
    enum file_kind kind;
    uint64_t bytes;
    mode_t mode; /* its permissions alone */
};

/* Sets @out to what stands at @path. */
enum err file_look(const char *path, struct file_facts *out);

/* Sets @out to the hash of the file @path. ERR_INVALID if it is no regular file. */
enum err file_hash(const char *path, struct hash *out);

/* Copies the file @from to @to, which is not there yet, with permissions @mode, and sets @out to
 * the hash of what was copied. After ERR_OK the content is on disk; folder_sync() makes the name
 * so. If it fails, there is nothing at @to.
 *
 * Errors: ERR_INVALID if @from is no regular file; ERR_EXISTS if @to is there. */
enum err file_copy(const char *from, const char *to, mode_t mode, struct hash *out);

/* Waits until the content of the file @path, which another wrote, is on disk. */
enum err file_sync(const char *path);

#endif
