/* SPDX-License-Identifier: Apache-2.0 */
/* head_file.h - the file `head` beside the journal: the last signed head, outside of LMDB.
 *
 * If the journal's files are rolled back or cut (an old copy put back, a meta page lost), this file
 * still knows how far they went. Written after each commit without waiting for the disk, so after a
 * power loss it may be behind the journal; it is never ahead of a sound one.
 *
 * Two slots of 512 bytes, written in turn, each within one sector: a torn write costs one slot.
 *
 *   "HSHEAD1\0" | seq u64 | at_ms i64 | hash 32 | size u16 | bytes | zeros | checksum 8
 *
 * Integers are big-endian; seq, at_ms and bytes are those of the head entry, hash is that of the
 * chain up to and with it; the checksum covers the 504 bytes before it.
 */
#ifndef STORE_HEAD_FILE_H
#define STORE_HEAD_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"

enum {
    HEAD_FILE_SLOT_BYTES = 512,
    HEAD_FILE_SLOTS = 2,
    HEAD_BYTES_MAX = 440, /* of a SignedHead: 434 with the longest office id, 255 bytes */
    HEAD_OFFICE_BYTES_MAX = 255,
};

/* A head as the file holds it. seq 0: none. */
struct head_record {
    uint64_t seq;
    int64_t at_ms;
    struct hash hash;
    uint8_t bytes[HEAD_BYTES_MAX];
    size_t size;
};

/* An open head file. Invariant: newest is the slot that holds last, if last.seq > 0. */
struct head_file {
    int fd; /* -1: not open */
    unsigned newest;
    struct head_record last;
};

/* Opens the file @path and reads its newer sound slot into @out->last. Nothing sound in it is no
 * error: last.seq is then 0.
 *
 * Errors: ERR_ABSENT if there is none; ERR_DENIED, ERR_IO. */
enum err head_file_open(const char *path, bool read_only, struct head_file *out);

/* Makes an empty head file at @path, on disk with its name. */
enum err head_file_create(const char *path);

/* Writes @record over the older slot. Does not wait for the disk. */
enum err head_file_write(struct head_file *file, const struct head_record *record);

/* Waits until what was written is on disk. May run on another thread than the writes. */
enum err head_file_sync(const struct head_file *file);

/* Closes @file; a file may be closed twice. */
void head_file_close(struct head_file *file);

/* Makes a head file at @path that holds @record alone, on disk with its name. */
enum err head_file_save(const char *path, const struct head_record *record);

#endif
