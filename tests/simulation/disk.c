/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/check.h"
#include "tests/simulation/process.h"

enum { DISKS_MAX = 64, DESCRIPTORS_MAX = 1024, VECTORS_MAX = 1024, BLOCK_BYTES = 4096 };

/* What a descriptor stands for. */
struct opened {
    struct disk *disk; /* NULL: not a simulated file */
    struct disk_image *image;
    bool is_dsync;
};

static struct disk *disks[DISKS_MAX];
static struct opened descriptors[DESCRIPTORS_MAX];

/* ---- images ---- */

void disk_init(struct disk *disk, struct world *world, const char *folder)
{
    *disk = (struct disk){.world = world, .may_lose_power = true};
    (void)snprintf(disk->folder, sizeof disk->folder, "%s", folder);
    for (size_t i = 0; i < DISKS_MAX; i++) {
        if (disks[i] == NULL) {
            disks[i] = disk;
            return;
        }
    }
    require(false);
}

void disk_release(struct disk *disk)
{
    for (size_t i = 0; i < DISKS_MAX; i++) {
        disks[i] = disks[i] == disk ? NULL : disks[i];
    }
    for (size_t i = 0; i < DISK_IMAGES_MAX; i++) {
        free(disk->images[i].sectors);
    }
}

static bool ends_with(const char *path, const char *end)
{
    size_t size = strlen(path);

    return size >= strlen(end) && strcmp(path + size - strlen(end), end) == 0;
}

/* Returns the disk that @path is on, NULL: none. Locks are no data. */
static struct disk *disk_of(const char *path)
{
    for (size_t i = 0; i < DISKS_MAX; i++) {
        struct disk *disk = disks[i];

        if (disk != NULL && strncmp(path, disk->folder, strlen(disk->folder)) == 0 &&
            path[strlen(disk->folder)] == '/') {
            return ends_with(path, "lock.mdb") || ends_with(path, "/serving") ? NULL : disk;
        }
    }
    return NULL;
}

static struct disk_image *image_of(struct disk *disk, const char *path, int64_t bytes)
{
    struct disk_image *unused = NULL;

    for (size_t i = DISK_IMAGES_MAX; i > 0; i--) {
        struct disk_image *image = &disk->images[i - 1];

        if (strcmp(image->path, path) == 0) {
            return image;
        }
        unused = image->path[0] == '\0' ? image : unused;
    }
    require(unused != NULL);
    (void)snprintf(unused->path, sizeof unused->path, "%s", path);
    unused->synced_bytes = bytes;
    return unused;
}

static void keep(struct disk_image *image, const struct disk_sector *sector)
{
    if (image->count == image->capacity) {
        image->capacity = image->capacity == 0 ? 64 : 2 * image->capacity;
        image->sectors = realloc(image->sectors, image->capacity * sizeof *image->sectors);
        require(image->sectors != NULL);
    }
    image->sectors[image->count++] = *sector;
}

/* Notes what stands where @size bytes at @offset are about to be written. */
static void keep_range(struct disk_image *image, int fd, int64_t offset, size_t size)
{
    int64_t first = offset / DISK_SECTOR_BYTES;
    int64_t last = (offset + (int64_t)size - 1) / DISK_SECTOR_BYTES;
    uint8_t before[BLOCK_BYTES];

    while (size > 0 && first <= last) {
        size_t sectors = (size_t)(last - first + 1);
        size_t span = sectors * DISK_SECTOR_BYTES > sizeof before ? sizeof before
                                                                  : sectors * DISK_SECTOR_BYTES;

        memset(before, 0, span);
        ssize_t had = pread(fd, before, span, first * DISK_SECTOR_BYTES);
        require(had >= 0); /* beyond the end: zeros */
        for (size_t i = 0; i < span; i += DISK_SECTOR_BYTES) {
            struct disk_sector sector = {.number = (uint32_t)first++};

            memcpy(sector.before, before + i, DISK_SECTOR_BYTES);
            keep(image, &sector);
        }
    }
}

/* Forgets what stood in the sectors of that range: what was written there is on disk. */
static void settle_range(struct disk_image *image, int64_t offset, size_t size)
{
    int64_t first = offset / DISK_SECTOR_BYTES;
    int64_t last = (offset + (int64_t)size - 1) / DISK_SECTOR_BYTES;
    size_t kept = 0;

    for (size_t i = 0; i < image->count; i++) {
        if (image->sectors[i].number < first || image->sectors[i].number > last) {
            image->sectors[kept++] = image->sectors[i];
        }
    }
    image->count = kept;
}

/* True if a later write made sector @at of the log obsolete. */
static bool is_rewritten(const struct disk_image *image, size_t at)
{
    for (size_t i = at + 1; i < image->count; i++) {
        if (image->sectors[i].number == image->sectors[at].number) {
            return true;
        }
    }
    return false;
}

static void settle_all(struct disk_image *image, int64_t bytes)
{
    size_t kept = 0;

    for (size_t i = 0; i < image->count; i++) {
        if (image->sectors[i].is_lost && !is_rewritten(image, i)) {
            image->sectors[kept++] = image->sectors[i];
        }
    }
    image->count = kept;
    image->synced_bytes = bytes;
}

static int64_t size_of(int fd)
{
    struct stat facts;

    return fstat(fd, &facts) == 0 ? facts.st_size : 0;
}

/* Takes unsynced sectors back as @fall says: how likely, of a million, a version does not stand. */
static void take_back(struct disk *disk, struct disk_image *image, uint32_t fall)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, image->path, O_RDWR | O_CLOEXEC, 0);
    int64_t bytes = fd < 0 ? 0 : size_of(fd);
    uint8_t *stands = calloc(1, (size_t)(bytes / DISK_SECTOR_BYTES) + 1);

    require(stands != NULL);
    for (size_t i = image->count; i > 0 && fd >= 0; i--) {
        const struct disk_sector *sector = &image->sectors[i - 1];

        if (stands[sector->number] != 0) {
            continue;
        }
        if (!chance_hits(&disk->world->fate, fall) && !sector->is_lost) {
            stands[sector->number] = 1;
            continue;
        }
        (void)syscall(SYS_pwrite64, fd, sector->before, sizeof sector->before,
                      (int64_t)sector->number * DISK_SECTOR_BYTES);
    }
    if (fd >= 0 && fall >= 1000000) {
        (void)syscall(SYS_ftruncate, fd, image->synced_bytes);
    }
    if (fd >= 0) {
        (void)syscall(SYS_close, fd);
    }
    image->count = 0;
    image->synced_bytes = bytes;
    free(stands);
}

bool disk_lose_power(struct disk *disk)
{
    static const uint32_t falls[] = {0, 200000, 500000, 900000, 1000000, 1000000};
    uint32_t fall = falls[chance_below(&disk->world->fate, sizeof falls / sizeof falls[0])];
    bool has_lied = disk->has_lied;

    for (size_t i = 0; i < DISK_IMAGES_MAX; i++) {
        if (disk->images[i].path[0] != '\0') {
            take_back(disk, &disk->images[i], fall);
        }
    }
    disk->has_lied = false;
    return has_lied && fall > 0;
}

void disk_settle(struct disk *disk)
{
    struct stat facts;

    for (size_t i = 0; i < DISK_IMAGES_MAX; i++) {
        disk->images[i].count = 0;
        if (disk->images[i].path[0] != '\0' && stat(disk->images[i].path, &facts) == 0) {
            disk->images[i].synced_bytes = facts.st_size;
        }
    }
}

/* ---- libc's calls ---- */

static struct opened *opened_of(int fd)
{
    bool is = process_current() != NULL && fd >= 0 && fd < DESCRIPTORS_MAX &&
              descriptors[fd].disk != NULL;

    return is ? &descriptors[fd] : NULL;
}

int open(const char *path, int flags, ...)
{
    struct process *process = process_current();
    mode_t mode = 0;
    va_list list;

    va_start(list, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    struct disk *disk = process == NULL ? NULL : disk_of(path);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd < 0 || process == NULL) {
        return fd;
    }
    process_opened(process, fd);
    require(fd < DESCRIPTORS_MAX);
    descriptors[fd] = (struct opened){.disk = NULL};
    if (disk != NULL && (flags & O_ACCMODE) != O_RDONLY) {
        process = process_pause();
        descriptors[fd] = (struct opened){.disk = disk,
                                          .image = image_of(disk, path, size_of(fd)),
                                          .is_dsync = (flags & O_DSYNC) != 0};
        process_resume(process);
    }
    return fd;
}

int close(int fd)
{
    if (process_current() != NULL && fd >= 0 && fd < DESCRIPTORS_MAX) {
        process_closed(process_current(), fd);
        descriptors[fd].disk = NULL;
    }
    return (int)syscall(SYS_close, fd);
}

/* Draws what happens to a write of @size bytes at @offset: errno, or 0 and how much is written. */
static int draw_write(struct opened *opened, int fd, int64_t offset, size_t *size)
{
    struct disk *disk = opened->disk;
    struct chance *fate = &disk->world->fate;

    if (disk->faults.is_full && offset + (int64_t)*size > size_of(fd)) {
        disk->world->tally.faults++;
        return ENOSPC;
    }
    if (chance_hits(fate, disk->faults.failing_write_ppm)) {
        disk->world->tally.faults++;
        return EIO;
    }
    if (*size > 1 && chance_hits(fate, disk->faults.short_write_ppm)) {
        disk->world->tally.faults++;
        *size = (size_t)chance_between(fate, 1, (int64_t)*size - 1);
    }
    return 0;
}

/* Writes the pieces at @offset. */
static ssize_t write_at(int fd, const struct iovec *pieces, int count, int64_t offset)
{
    struct opened *opened = opened_of(fd);
    size_t size = 0;
    size_t left;
    ssize_t done = 0;

    for (int i = 0; i < count; i++) {
        size += pieces[i].iov_len;
    }
    int failure = draw_write(opened, fd, offset, &size);
    if (failure != 0) {
        errno = failure;
        return -1;
    }
    process_effect();
    struct process *process = process_pause();
    if (!opened->is_dsync && opened->disk->may_lose_power) {
        keep_range(opened->image, fd, offset, size);
    }
    left = size;
    for (int i = 0; i < count && left > 0; i++) {
        size_t part = pieces[i].iov_len < left ? pieces[i].iov_len : left;

        done = syscall(SYS_pwrite64, fd, pieces[i].iov_base, part, offset + (int64_t)(size - left));
        require(done == (ssize_t)part); /* the folder is in memory and has room */
        left -= part;
    }
    if (opened->is_dsync) {
        settle_range(opened->image, offset, size);
    }
    process_resume(process);
    process_effect();
    return (ssize_t)size;
}

/* Writes the pieces where @fd stands. */
static ssize_t write_on(int fd, const struct iovec *pieces, int count)
{
    int64_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = write_at(fd, pieces, count, offset);

    if (done > 0) {
        (void)lseek(fd, offset + done, SEEK_SET);
    }
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    struct iovec piece = {(void *)(uintptr_t)data, size};

    return opened_of(fd) == NULL ? syscall(SYS_pwrite64, fd, data, size, offset)
                                 : write_at(fd, &piece, 1, offset);
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct iovec piece = {(void *)(uintptr_t)data, size};

    return opened_of(fd) == NULL ? syscall(SYS_write, fd, data, size) : write_on(fd, &piece, 1);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return opened_of(fd) == NULL ? syscall(SYS_writev, fd, pieces, count)
                                 : write_on(fd, pieces, count);
}

static int sync_file(int fd, long call)
{
    struct opened *opened = opened_of(fd);

    if (opened == NULL) {
        return process_current() == NULL ? (int)syscall(call, fd) : 0; /* a folder, a lock */
    }
    struct disk *disk = opened->disk;
    process_effect();
    if (chance_hits(&disk->world->fate, disk->faults.failing_sync_ppm)) {
        disk->world->tally.faults++;
        for (size_t i = 0; i < opened->image->count; i++) {
            opened->image->sectors[i].is_lost = true;
        }
        errno = EIO;
        return -1;
    }
    if (chance_hits(&disk->world->fate, disk->faults.lying_sync_ppm)) {
        disk->world->tally.faults++;
        disk->has_lied = disk->has_lied || opened->image->count > 0;
        return 0;
    }
    settle_all(opened->image, size_of(fd));
    process_effect();
    return 0;
}

int fdatasync(int fd)
{
    return sync_file(fd, SYS_fdatasync);
}

int fsync(int fd)
{
    return sync_file(fd, SYS_fsync);
}

int ftruncate(int fd, off_t size)
{
    struct opened *opened = opened_of(fd);

    if (opened != NULL && opened->disk->faults.is_full && size > size_of(fd)) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_ftruncate, fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    struct opened *opened = opened_of(fd);

    if (opened != NULL && opened->disk->faults.is_full && offset + size > size_of(fd)) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, offset, size);
}

int rename(const char *from, const char *to)
{
    struct disk *disk = process_current() == NULL ? NULL : disk_of(to);
    int rc = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);

    for (size_t i = 0; disk != NULL && rc == 0 && i < DISK_IMAGES_MAX; i++) {
        struct disk_image *image = &disk->images[i];

        if (strcmp(image->path, to) == 0) {
            image->path[0] = '\0';
            image->count = 0;
        }
    }
    for (size_t i = 0; disk != NULL && rc == 0 && i < DISK_IMAGES_MAX; i++) {
        if (strcmp(disk->images[i].path, from) == 0) {
            (void)snprintf(disk->images[i].path, sizeof disk->images[i].path, "%s", to);
        }
    }
    process_effect();
    return rc;
}

int statvfs(const char *path, struct statvfs *out)
{
    struct disk *disk = disk_of(path);

    *out = (struct statvfs){.f_bsize = BLOCK_BYTES, .f_frsize = BLOCK_BYTES};
    out->f_bavail = disk != NULL && disk->faults.is_full ? 0 : 1 << 20;
    out->f_bfree = out->f_bavail;
    return 0;
}
