/* SPDX-License-Identifier: Apache-2.0 */
/* tape.h - what the recorder writes down of a program's doings on its disk, and the replayer reads.
 *
 * A tape is a sequence of records in the order in which they took effect; one lock is held over
 * each call and its record. Integers are of the machine that made it: a tape is read where it was
 * made. A record is followed by its payload, filled up to a multiple of 8 bytes.
 *
 *   kind      inode            offset        payload
 *   STARTED                                  name of the program
 *   FILE      of the file                    path; is_new: it was made by this call
 *   FOLDER    of the folder                  path; is_new: it was made by this call
 *   WRITE     of the file      of the bytes  the bytes
 *   WRITTEN   of the file      of the bytes  none: the write before, through O_DSYNC, is on disk
 *   RESIZED   of the file      new size      none
 *   SYNCED    of file, folder                none: what was written to it before is on disk
 *   RENAMED                                  old path, zero byte, new path
 *   REMOVED                                  path
 *   SAID                                     a message handed to the network: it has not left yet
 *
 * Paths are relative to the root that is recorded.
 */
#ifndef TESTS_POWER_TAPE_H
#define TESTS_POWER_TAPE_H

#include <stdint.h>

enum tape_kind {
    TAPE_STARTED = 1,
    TAPE_FILE,
    TAPE_FOLDER,
    TAPE_WRITE,
    TAPE_WRITTEN,
    TAPE_RESIZED,
    TAPE_SYNCED,
    TAPE_RENAMED,
    TAPE_REMOVED,
    TAPE_SAID,
};

enum { TAPE_ALIGNMENT = 8 };

struct tape_record {
    uint32_t kind;
    uint32_t is_new;
    uint64_t inode;
    uint64_t offset;
    uint64_t size; /* of the payload */
};

#endif
