/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/reel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/files.h"

enum {
    PATH_BYTES = 4096,
    PAGE_BYTES = 4096,           /* of LMDB */
    META_BYTES = 2 * PAGE_BYTES, /* a commit ends with a write to one of these */
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "reel: %s: %s\n", what, why);
    exit(4);
}

static struct bytes map_tape(const char *path)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &facts) != 0 || facts.st_size == 0) {
        fail(path, strerror(errno));
    }
    void *data = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, fd, 0);
    require(data != MAP_FAILED);
    (void)close(fd);
    return (struct bytes){data, (size_t)facts.st_size};
}

void reel_open(struct reel *reel, const char *path)
{

    size_t capacity = 0;
    size_t at = 0;

    *reel = (struct reel){.tape = map_tape(path)};
    const struct bytes tape = reel->tape;

    while (at < tape.size) {
        const struct tape_record *record = (const void *)(tape.data + at);

        if (reel->step_count == capacity) {
            capacity = capacity == 0 ? 4096 : 2 * capacity;
            reel->steps = realloc(reel->steps, capacity * sizeof *reel->steps);
            require(reel->steps != NULL);
        }
        at += sizeof *record;
        require(record->size <= tape.size - at);
        reel->steps[reel->step_count++] =
            (struct step){.record = record, .payload = {tape.data + at, (size_t)record->size}};
        at += ((size_t)record->size + TAPE_ALIGNMENT - 1) / TAPE_ALIGNMENT * TAPE_ALIGNMENT;
    }
}

static bool is_of(const struct disk *disk, const struct tape_record *record, const char *path)
{
    size_t file = disk_find(disk, path);

    return file != DISK_NOTHING && disk->files[file].inode == record->inode;
}

static void take_step(const struct disk *disk, const struct subject *subject, struct step *step)
{
    const struct tape_record *record = step->record;
    char data[PATH_BYTES];
    char head[PATH_BYTES];

    (void)snprintf(data, sizeof data, "%s/data.mdb", subject->store);
    (void)snprintf(head, sizeof head, "%s/head", subject->store);
    step->open = disk_open_count(disk);
    step->is_commit = record->kind == TAPE_WRITE && record->offset < META_BYTES &&
                      record->size < PAGE_BYTES && is_of(disk, record, data);
    step->is_head = record->kind == TAPE_WRITE && is_of(disk, record, head);
    step->is_moment = record->kind == TAPE_FILE || record->kind == TAPE_FOLDER
                          ? record->is_new != 0
                          : record->kind != TAPE_STARTED && record->kind != TAPE_SAID;
    step->is_moment = step->is_moment && disk_find(disk, subject->store) != DISK_NOTHING;
}

/* After `init` all that it made must be certain, but what is made anew at each start. Returns how
 * many names are not. */
static size_t check_founded(const struct disk *disk)
{
    char path[DISK_PATH_BYTES];
    size_t missing = 0;

    for (size_t i = 0; i < disk->live.count; i++) {
        const char *name = disk->live.rows[i].text;

        if (strcmp(name, "lock.mdb") == 0 || strcmp(name, "serving") == 0 ||
            !disk_names_path(&disk->live, &disk->live.rows[i], path) ||
            strncmp(path, "home/run", sizeof "home/run" - 1) == 0) {
            continue;
        }
        if (!disk_is_certain(disk, path)) {
            (void)printf("not certain when init had ended: %s\n", path);
            missing++;
        }
    }
    return missing;
}

static void check_file(const struct disk *disk, const char *path, const char *home)
{
    const struct disk_file *file = &disk->files[disk_find(disk, path)];
    uint8_t *bytes = NULL;
    size_t size = file->size;
    size_t capacity = 0;
    struct arena arena;
    struct bytes found = {0};
    char full[PATH_BYTES];

    arena_init(&arena, SIZE_MAX / 2);
    disk_grow(&bytes, &capacity, size + 1);
    if (size > 0) {
        memcpy(bytes, file->bytes, size);
    }
    for (size_t i = 0; i < file->write_count; i++) {
        disk_apply(&file->writes[i], &bytes, &size, &capacity);
    }
    (void)snprintf(full, sizeof full, "%s/%s", home, path + sizeof "home");
    if (file_read(full, SIZE_MAX / 4, &arena, &found) != ERR_OK ||
        !bytes_equal(found, (struct bytes){bytes, size})) {
        fail(full, "it is not what the tape says: something wrote unseen");
    }
    free(bytes);
    arena_release(&arena);
}

/* The files of the home must be those of the tape: the recorder saw everything. */
static void check_home(const struct disk *disk, const char *home)
{
    char path[DISK_PATH_BYTES];

    for (size_t i = 0; i < disk->live.count; i++) {
        const struct disk_name *name = &disk->live.rows[i];

        if (!disk->files[name->file].is_folder && strcmp(name->text, "lock.mdb") != 0 &&
            disk_names_path(&disk->live, name, path) && strstr(path, "/run/") == NULL) {
            check_file(disk, path, home);
        }
    }
}

void reel_wind(struct reel *reel, const struct subject *subject, bool is_lying)
{
    struct disk disk;
    size_t starts = 0;

    disk_init(&disk, is_lying);
    for (size_t i = 0; i < reel->step_count; i++) {
        struct step *step = &reel->steps[i];

        if (subject->has_founding && step->record->kind == TAPE_STARTED && ++starts == 2) {
            reel->founded = i;
            reel->uncertain = is_lying ? 0 : check_founded(&disk);
        }
        disk_play(&disk, step->record, step->payload);
        take_step(&disk, subject, step);
        step->is_synchronous = i + 1 < reel->step_count && step[1].record->kind == TAPE_WRITTEN;
    }
    require(reel->founded > 0 || !subject->has_founding);
    disk_release(&disk);
}

void reel_hear(struct reel *reel, const struct subject *subject, uint64_t founding)
{
    struct promise promise = {0};

    for (size_t i = 0; i < reel->step_count; i++) {
        struct step *step = &reel->steps[i];
        struct promise before = promise;

        if (subject->has_founding && i == reel->founded) {
            promise.seq = founding;
        }
        if (step->record->kind == TAPE_SAID) {
            subject->hear(subject->self, step->payload, &promise);
            step->is_moment = before.seq != promise.seq || before.documents != promise.documents;
        }
        step->promise = promise;
    }
}

void reel_check(const struct reel *reel, const char *home)
{
    struct disk disk;

    disk_init(&disk, false);
    for (size_t i = 0; i < reel->step_count; i++) {
        disk_play(&disk, reel->steps[i].record, reel->steps[i].payload);
    }
    check_home(&disk, home);
    disk_release(&disk);
}

void reel_release(struct reel *reel)
{
    free(reel->steps);
    (void)munmap((void *)(uintptr_t)reel->tape.data, reel->tape.size);
}
