/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - whole files and folders, with every failure told apart that a caller can act on.
 *
 * All calls block. Paths are relative to the working folder or absolute. Codes that any call may
 * give, beside those it lists:
 *   ERR_ABSENT    a part of the path does not exist
 *   ERR_DENIED    the permissions of a part of the path refuse it
 *   ERR_NO_SPACE  the disk or the quota is full
 *   ERR_IO        anything else the operating system said
 */
#ifndef OS_FILES_H
#define OS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"

enum {
    FILES_DEPTH_MAX = 16,        /* folders within one another that folder_remove() follows */
    FILES_PATH_BYTES_MAX = 4096, /* of a path made here, with its terminator: the kernel's limit */
    FILES_NAMES_MAX = 1 << 20,   /* names in one folder that folder_list() gives */
};

/* Reads the regular file @path of at most @bytes_max bytes into @arena. A zero byte that is not
 * counted follows, so a text file can be used as a string.
 *
 * Errors (@out is untouched):
 *   ERR_FULL     it is larger, or @arena has no room for it
 *   ERR_INVALID  it is not a regular file */
enum err file_read(const char *path, size_t bytes_max, struct arena *arena, struct bytes *out);

/* Reads like file_read() a file that holds a secret.
 *
 * Errors, beside those of file_read():
 *   ERR_DENIED   also if group or others may read or write it, or it is another user's */
enum err file_read_secret(const char *path, size_t bytes_max, struct arena *arena,
                          struct bytes *out);

/* Makes @path a file of @bytes with permissions @mode, replacing any other. After ERR_OK it is on
 * disk, name and content; a crash at any moment leaves the old file or the new one, and perhaps a
 * file of the same name with a suffix `.new-` and random digits beside it. */
enum err file_write(const char *path, struct bytes bytes, mode_t mode);

/* Removes the file @path. ERR_ABSENT if there is none. */
enum err file_remove(const char *path);

/* True if @path names something. */
bool file_exists(const char *path);

/* Makes the folder @path and those above it that are missing, with permissions @mode, and the names
 * of those it made durable. One that is there already is left as it is.
 *
 * Errors: ERR_INVALID if a part of the path is no folder. */
enum err folder_make(const char *path, mode_t mode);

/* Sets @names to the @count names in the folder @path, `.` and `..` left out, in the order of their
 * bytes, all in @arena.
 *
 * Errors (both are untouched):
 *   ERR_FULL     there are more than FILES_NAMES_MAX, or @arena has no room
 *   ERR_INVALID  it is no folder */
enum err folder_list(const char *path, struct arena *arena, const char *const **names,
                     size_t *count);

/* Removes @path and everything in it, following no symbolic link.
 *
 * Errors: ERR_FULL if folders are nested deeper than FILES_DEPTH_MAX; what was removed before that
 * stays removed. */
enum err folder_remove(const char *path);

/* Makes the names in the folder @path durable: after a file in it was made, renamed or removed. */
enum err folder_sync(const char *path);

/* Sets @out to the bytes that this user may still write on the file system of @path. */
enum err file_system_free(const char *path, uint64_t *out);

/* Returns @errno_value as one of our codes. */
enum err files_err(int errno_value);

#endif
