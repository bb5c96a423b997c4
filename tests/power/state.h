/* SPDX-License-Identifier: Apache-2.0 */
/* state.h - one of the states in which a power loss may leave a disk, and that state as files.
 *
 * Of what is not certain on the disk a state has some: nothing, everything, or what numbers drawn
 * from seed, position and index say - everything up to some moment with that write torn, all but
 * one thing, one thing alone, or each by the fall of a coin, write by write and sector by sector. A
 * size may have come without the bytes that made it. The same numbers give the same state.
 */
#ifndef TESTS_POWER_STATE_H
#define TESTS_POWER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/power/disk.h"
#include "tests/power/subject.h"

enum { STATE_NOTHING = 0, STATE_EVERYTHING = 1, STATE_DRAWN = 2, STATE_SECTOR_BYTES = 512 };

/* Which state. */
struct state_name {
    uint64_t seed;
    size_t position;     /* records played before the power went */
    size_t index;        /* STATE_NOTHING, STATE_EVERYTHING, from STATE_DRAWN on drawn */
    size_t grain;        /* bytes that are written whole or not at all */
    bool is_rolled_back; /* the last synchronous write is undone: no legal state */
};

struct state_file {
    uint8_t *bytes; /* NULL: as is certain on the disk */
    size_t size;
    size_t capacity;
};

/* A state of a disk, which must not be played on meanwhile. */
struct state {
    const struct disk *disk;
    struct disk_names names;
    struct state_file *files; /* one for each of the disk's */
    uint64_t mark;            /* two states of one position that differ have other marks */
};

/* Makes the state @name of @disk. */
void state_init(struct state *state, const struct disk *disk, const struct state_name *name);
void state_release(struct state *state);

/* Returns the content of @file. */
struct bytes state_content(const struct state *state, size_t file);

/* A folder in which states become files, one after another. */
struct scratch {
    const char *folder;
    const struct subject *subject; /* whose files they are */
    uint64_t tree_mark;            /* of the names that are there; 0: none */
    uint64_t *versions; /* of each file: which of its certain contents is there, plus 1; 0: none */
    size_t file_count;
};

/* Makes the files of @state, and nothing else be below the folder. Files below `documents` and
 * `keys` are believed to be as they were left. */
void scratch_fill(struct scratch *scratch, const struct state *state);

void scratch_release(struct scratch *scratch);

#endif
