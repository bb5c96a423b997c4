/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h - a disk as a tape leaves it: what is on it for certain, and what may be.
 *
 * The model, of any file system that keeps its promises and no more:
 *   - what was written is certain after fsync() or fdatasync() of its file, or at the return of the
 *     write through O_DSYNC, for its own bytes only; before that each sector of it may be there or
 *     not, in any combination with any other, and the size that comes with it too;
 *   - a name is certain after fsync() of the folder it is in, whatever became of the file; before
 *     that it may be there or not. A rename shows the new name with or without the old, never
 *     neither;
 *   - a sector is 512 bytes and is written whole or not at all.
 *
 * Everything is kept in memory: files of a test are small. A file keeps its number for as long as
 * the disk; the root is the folder DISK_ROOT.
 */
#ifndef TESTS_POWER_DISK_H
#define TESTS_POWER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "tests/power/tape.h"

enum { DISK_ROOT = 0, DISK_PATH_BYTES = 4096 };

#define DISK_NOTHING SIZE_MAX

/* A write to a file, or, without bytes, its new size. */
struct disk_write {
    size_t record;
    uint64_t offset;
    struct bytes bytes; /* of the tape */
    bool is_resize;
};

/* A file or folder. bytes are certain; the writes, in their order, are not. */
struct disk_file {
    uint64_t inode;
    bool is_folder;
    uint64_t version; /* one more each time that bytes change */
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    struct disk_write *writes;
    size_t write_count;
    size_t write_capacity;
};

/* A name in a folder: of a file, or, as a change, of none: the name goes. */
struct disk_name {
    size_t folder;
    size_t file; /* DISK_NOTHING: the name is removed */
    size_t record;
    bool is_rest; /* the old name of a rename, which goes only if the new one is there */
    char *text;
};

struct disk_names {
    struct disk_name *rows;
    size_t count;
    size_t capacity;
};

/* The bytes that the last write through O_DSYNC to a file replaced: a roll-back puts them back. */
struct disk_replaced {
    size_t file;
    uint64_t offset;
    uint8_t bytes[512];
    size_t size;
};

struct disk {
    struct disk_file *files;
    size_t file_count;
    size_t file_capacity;
    struct disk_names certain;
    struct disk_names changes; /* not certain, in their order */
    struct disk_names live;    /* as the programs see it */
    struct disk_replaced replaced;
    bool is_lying; /* no sync does anything */
    size_t record; /* of the tape, the one that was played last */
};

void disk_init(struct disk *disk, bool is_lying);
void disk_release(struct disk *disk);

/* Plays @record of the tape with its @payload, which lives as long as @disk. Ends the process, with
 * words, at a record that the model does not know. */
void disk_play(struct disk *disk, const struct tape_record *record, struct bytes payload);

/* Returns the file of the live path @path, or DISK_NOTHING. */
size_t disk_find(const struct disk *disk, const char *path);

/* Returns how many things are not certain: writes and names. */
size_t disk_open_count(const struct disk *disk);

/* True if the live file at @path is certain: its content and every name of its path. */
bool disk_is_certain(const struct disk *disk, const char *path);

/* Makes @to the names of @from, released with disk_names_release(). */
void disk_names_copy(const struct disk_names *from, struct disk_names *to);
void disk_names_release(struct disk_names *names);

/* Brings @names, in which each name is there once, up to date with @change. */
void disk_names_set(struct disk_names *names, const struct disk_name *change);

/* Writes the path of @name in @names at @out. False if it hangs in the air: a folder above it has
 * no name. */
bool disk_names_path(const struct disk_names *names, const struct disk_name *name,
                     char out[DISK_PATH_BYTES]);

/* Makes room for @size bytes at @bytes, which had @capacity; new ones are zero. */
void disk_grow(uint8_t **bytes, size_t *capacity, size_t size);

/* Adds @write, or as much of it as its sectors take, to the content @bytes of *@size bytes. */
void disk_apply(const struct disk_write *write, uint8_t **bytes, size_t *size, size_t *capacity);

#endif
