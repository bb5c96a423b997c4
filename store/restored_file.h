/* SPDX-License-Identifier: Apache-2.0 */
/* restored_file.h - the file `restored` beside a journal that came back from a backup, until its
 * broker has put that on record.
 *
 * Whoever restores may not have the office's key; the broker has it. It records the event before
 * anything else, so the file counts only while the journal ends where it says.
 *
 *   "huishen restored 1", a line each: seq, hash (64 hex digits), at_ms
 */
#ifndef STORE_RESTORED_FILE_H
#define STORE_RESTORED_FILE_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/hash.h"

struct restored_record {
    uint64_t seq;     /* the last entry of the backup */
    struct hash hash; /* of the chain up to and with it */
    int64_t at_ms;    /* when it was restored, by the machine's clock */
};

/* Writes the file into the journal's @folder, durably. Errors: those of os/files.h. */
enum err restored_file_write(const char *folder, const struct restored_record *record);

/* Sets @out to what the file says.
 *
 * Errors: ERR_ABSENT if there is none; ERR_CORRUPT if it is not as described; those of os/files.h.
 */
enum err restored_file_read(const char *folder, struct restored_record *out);

/* Removes the file; one that is not there is no error. */
enum err restored_file_remove(const char *folder);

#endif
