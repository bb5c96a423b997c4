/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h - the simulated disks: what was written and what was synced are two images of each file.
 *
 * Below a disk's folder libc's calls are replaced, for LMDB too. The files themselves, in memory,
 * are what was written; of each sector of 512 bytes that is not synced yet the disk keeps what
 * stood there before, so it can be taken back when the power goes. A sector is never torn. That
 * names of files survive is taken for granted here: tests of power loss at the real interface look
 * at that.
 */
#ifndef TESTS_SIMULATION_DISK_H
#define TESTS_SIMULATION_DISK_H

#include "tests/simulation/world.h"

enum {
    DISK_SECTOR_BYTES = 512,
    DISK_PATH_BYTES = 256,
    DISK_IMAGES_MAX = 16,
};

/* A sector written and not synced, oldest first. */
struct disk_sector {
    uint32_t number;
    bool is_lost; /* its sync failed: no later one makes up for it */
    uint8_t before[DISK_SECTOR_BYTES];
};

struct disk_image {
    char path[DISK_PATH_BYTES]; /* empty: unused */
    int64_t synced_bytes;       /* of the file */
    struct disk_sector *sectors;
    size_t count;
    size_t capacity;
};

/* Which faults it has now; parts of a million of its calls. */
struct disk_faults {
    uint32_t short_write_ppm;
    uint32_t failing_write_ppm;
    uint32_t failing_sync_ppm;
    uint32_t lying_sync_ppm;
    bool is_full; /* no file grows */
};

struct disk {
    struct world *world;
    char folder[DISK_PATH_BYTES];
    struct disk_faults faults;
    struct disk_image images[DISK_IMAGES_MAX];
    bool may_lose_power; /* else nothing is kept of what stood before */
    bool has_lied;       /* something that was said to be synced is not */
};

/* Makes a disk of what is in @folder; all of that is synced. One stays in the list of disks until
 * disk_release(). */
void disk_init(struct disk *disk, struct world *world, const char *folder);
void disk_release(struct disk *disk);

/* The power went: each file becomes what was synced and, of the rest, what chance lets stand. True
 * if something that the disk said it had synced was lost. Nobody has a file open. */
bool disk_lose_power(struct disk *disk);

/* After a file was replaced behind the disk's back: what it is now is synced. */
void disk_settle(struct disk *disk);

#endif
