/* SPDX-License-Identifier: Apache-2.0 */
/* recorder.h - loaded before a program's libraries, writes down all it does to the files below a
 * root and all it says to the network (tests/power/tape.h).
 *
 * HUISHEN_POWER_ROOT   the folder, without symbolic links, that is recorded
 * HUISHEN_POWER_TAPE   the file that records are appended to, outside of it
 * HUISHEN_POWER_END    kill the process after its record of this number: a kill -9 at a moment at
 *                      which the tape is complete; or, "made PATH" and "named PATH", after it made
 * a folder, or renamed a file to a name, that begins with PATH HUISHEN_POWER_LMDB   "nosync",
 * "nometasync", "writemap": flags for LMDB that the program did not ask for, for tests that must
 * fail
 *
 * The calls are made as system calls, so that nothing of libc is needed underneath. What cannot be
 * seen ends the program: a shared writable mapping of a file (but LMDB's lock file, which is made
 * anew at each start), and the calls that move bytes inside of the kernel. Writes that libc makes
 * for itself (stdio) pass unseen; the replayer finds them, because the files on disk must in the
 * end be those of the tape.
 */
#ifndef TESTS_POWER_RECORDER_H
#define TESTS_POWER_RECORDER_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "tests/power/tape.h"

enum { RECORDER_PATH_BYTES = 4096, RECORDER_PARTS_MAX = 1024 };

struct stat;

/* A file or folder below the root that was opened for writing, or made. */
struct known {
    ino_t inode;
    bool may_be_mapped;
};

/* False in a program that is not recorded. */
bool recorder_is_on(void);

/* Ends the process, with words. */
void recorder_fail(const char *what) __attribute__((noreturn));

/* Held over each call and its record. */
void recorder_lock(void);
void recorder_unlock(void);

/* Appends a record with the parts of its payload, in one write: programs share a tape. */
void recorder_put(struct tape_record record, const struct iovec *parts, int count);
void recorder_put_text(struct tape_record record, const char *text);

/* Ends the process if @deed to @path was to be its last one. */
void recorder_end_after(const char *deed, const char *path);

/* Sets @out to the path below the root that @path names, empty for the root itself. False if it is
 * somewhere else. */
bool recorder_find(int folder, const char *path, char out[RECORDER_PATH_BYTES]);

/* From now on the file of @facts, called @path, is recorded. */
void recorder_remember(const struct stat *facts, const char *path);

/* Before the name @path goes: its inode may come back as another file. */
void recorder_forget(int folder, const char *path);

/* Returns what is known of the file behind @fd; NULL if it is not recorded. */
const struct known *recorder_known(int fd);

#endif
