/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

static void fail(const struct disk *disk, const char *what, const char *which)
{
    (void)fprintf(stderr, "disk: record %zu: %s: %s\n", disk->record, what, which);
    exit(4);
}

/* ---- memory ---- */

static void *grow(void *rows, size_t *capacity, size_t count, size_t size)
{
    if (count < *capacity) {
        return rows;
    }
    *capacity = *capacity == 0 ? 16 : 2 * *capacity;
    rows = realloc(rows, *capacity * size);
    require(rows != NULL);
    return rows;
}

void disk_grow(uint8_t **bytes, size_t *capacity, size_t size)
{
    if (size <= *capacity) {
        return;
    }
    size_t larger = size + size / 2;
    *bytes = realloc(*bytes, larger);
    require(*bytes != NULL);
    memset(*bytes + *capacity, 0, larger - *capacity);
    *capacity = larger;
}

static void resize(uint8_t **bytes, size_t *size, size_t *capacity, size_t wanted)
{
    disk_grow(bytes, capacity, wanted);
    if (wanted < *size) {
        memset(*bytes + wanted, 0, *size - wanted); /* what is added again later is zeros */
    }
    *size = wanted;
}

void disk_apply(const struct disk_write *write, uint8_t **bytes, size_t *size, size_t *capacity)
{
    size_t end = (size_t)write->offset + write->bytes.size;

    if (write->is_resize) {
        resize(bytes, size, capacity, (size_t)write->offset);
        return;
    }
    if (end > *size) {
        resize(bytes, size, capacity, end);
    }
    memcpy(*bytes + write->offset, write->bytes.data, write->bytes.size);
}

static size_t add_file(struct disk *disk, uint64_t inode, bool is_folder)
{
    disk->files = grow(disk->files, &disk->file_capacity, disk->file_count, sizeof *disk->files);
    disk->files[disk->file_count] = (struct disk_file){.inode = inode, .is_folder = is_folder};
    return disk->file_count++;
}

/* ---- names ---- */

static void add_name(struct disk_names *names, struct disk_name name)
{
    names->rows = grow(names->rows, &names->capacity, names->count, sizeof *names->rows);
    name.text = strdup(name.text);
    require(name.text != NULL);
    names->rows[names->count++] = name;
}

static void take_name(struct disk_names *names, size_t index)
{
    free(names->rows[index].text);
    memmove(names->rows + index, names->rows + index + 1,
            (names->count - index - 1) * sizeof *names->rows);
    names->count--;
}

static size_t find_name(const struct disk_names *names, size_t folder, const char *text,
                        size_t size)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct disk_name *name = &names->rows[i];

        if (name->folder == folder && strlen(name->text) == size &&
            memcmp(name->text, text, size) == 0) {
            return i;
        }
    }
    return DISK_NOTHING;
}

void disk_names_set(struct disk_names *names, const struct disk_name *change)
{
    size_t index = find_name(names, change->folder, change->text, strlen(change->text));

    if (index != DISK_NOTHING) {
        take_name(names, index);
    }
    if (change->file != DISK_NOTHING) {
        add_name(names, *change);
    }
}

void disk_names_copy(const struct disk_names *from, struct disk_names *to)
{
    *to = (struct disk_names){0};
    for (size_t i = 0; i < from->count; i++) {
        add_name(to, from->rows[i]);
    }
}

void disk_names_release(struct disk_names *names)
{
    while (names->count > 0) {
        take_name(names, names->count - 1);
    }
    free(names->rows);
    *names = (struct disk_names){0};
}

bool disk_names_path(const struct disk_names *names, const struct disk_name *name,
                     char out[DISK_PATH_BYTES])
{
    size_t at = DISK_PATH_BYTES - 1;

    out[at] = '\0';
    for (;;) {
        size_t size = strlen(name->text);
        size_t i = 0;

        require(at > size + 1);
        at -= size;
        memcpy(out + at, name->text, size);
        if (name->folder == DISK_ROOT) {
            break;
        }
        while (i < names->count && names->rows[i].file != name->folder) {
            i++;
        }
        if (i == names->count) {
            return false;
        }
        name = &names->rows[i];
        out[--at] = '/';
    }
    memmove(out, out + at, DISK_PATH_BYTES - at);
    return true;
}

/* Returns the folder that holds the last part of @path, which goes to @last. DISK_NOTHING if it
 * is not there. */
static size_t find_folder(const struct disk_names *names, const char *path, const char **last)
{
    size_t folder = DISK_ROOT;
    const char *slash = strchr(path, '/');

    while (slash != NULL) {
        size_t index = find_name(names, folder, path, (size_t)(slash - path));

        if (index == DISK_NOTHING) {
            return DISK_NOTHING;
        }
        folder = names->rows[index].file;
        path = slash + 1;
        slash = strchr(path, '/');
    }
    *last = path;
    return folder;
}

size_t disk_find(const struct disk *disk, const char *path)
{
    const char *last = NULL;
    size_t folder = path[0] == '\0' ? DISK_NOTHING : find_folder(&disk->live, path, &last);

    if (path[0] == '\0') {
        return DISK_ROOT;
    }
    if (folder == DISK_NOTHING) {
        return DISK_NOTHING;
    }
    size_t index = find_name(&disk->live, folder, last, strlen(last));
    return index == DISK_NOTHING ? DISK_NOTHING : disk->live.rows[index].file;
}

/* Adds the folders above @path that are not known: they were there before the recording. */
static void add_folders(struct disk *disk, const char *path)
{
    char part[DISK_PATH_BYTES];

    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *last = NULL;

        (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (disk_find(disk, part) != DISK_NOTHING) {
            continue;
        }
        struct disk_name name = {.folder = find_folder(&disk->live, part, &last),
                                 .file = add_file(disk, 0, true)};
        name.text = (char *)(uintptr_t)last;
        disk_names_set(&disk->live, &name);
        disk_names_set(&disk->certain, &name);
    }
}

/* Records that the live path @path is now that of @file. */
static void change_name(struct disk *disk, const char *path, size_t file, bool is_rest)
{
    const char *last = NULL;
    size_t folder = find_folder(&disk->live, path, &last);

    if (folder == DISK_NOTHING) {
        add_folders(disk, path);
        folder = find_folder(&disk->live, path, &last);
    }
    struct disk_name change = {.folder = folder,
                               .file = file,
                               .record = disk->record,
                               .is_rest = is_rest,
                               .text = (char *)(uintptr_t)last};
    disk_names_set(&disk->live, &change);
    add_name(&disk->changes, change);
}

/* Makes change @index certain. */
static void settle_change(struct disk *disk, size_t index)
{
    disk_names_set(&disk->certain, &disk->changes.rows[index]);
    take_name(&disk->changes, index);
}

/* Makes the changes in @folder certain, and with the old name of a rename its new one: a rename is
 * one step of the file system's. */
static void settle_folder(struct disk *disk, size_t folder)
{
    for (size_t i = 0; i < disk->changes.count;) {
        const struct disk_name *change = &disk->changes.rows[i];
        bool is_due = change->folder == folder;

        for (size_t j = i + 1; j < disk->changes.count && !is_due; j++) {
            const struct disk_name *other = &disk->changes.rows[j];
            is_due = other->folder == folder && other->is_rest && other->record == change->record;
        }
        if (is_due) {
            settle_change(disk, i);
        } else {
            i++;
        }
    }
}

/* ---- files ---- */

/* The latest of that inode: numbers of files that are gone come back. */
static size_t file_of(const struct disk *disk, uint64_t inode)
{
    for (size_t i = disk->file_count; i > 0; i--) {
        if (disk->files[i - 1].inode == inode) {
            return i - 1;
        }
    }
    fail(disk, "a file that was not opened", "");
    return DISK_NOTHING;
}

static void add_write(struct disk_file *file, struct disk_write write)
{
    file->writes =
        grow(file->writes, &file->write_capacity, file->write_count, sizeof *file->writes);
    file->writes[file->write_count++] = write;
}

static void settle_file(struct disk_file *file)
{
    for (size_t i = 0; i < file->write_count; i++) {
        disk_apply(&file->writes[i], &file->bytes, &file->size, &file->capacity);
    }
    file->version += file->write_count > 0 ? 1 : 0;
    file->write_count = 0;
}

/* Makes the last write of @file certain, which went through O_DSYNC. */
static void settle_last_write(struct disk *disk, size_t number)
{
    struct disk_file *file = &disk->files[number];
    struct disk_replaced *replaced = &disk->replaced;

    require(file->write_count > 0);
    const struct disk_write write = file->writes[--file->write_count];
    size_t end = (size_t)write.offset + write.bytes.size;

    for (size_t i = 0; i < file->write_count; i++) {
        const struct disk_write *other = &file->writes[i];

        if (other->is_resize ||
            (other->offset < end && write.offset < other->offset + other->bytes.size)) {
            fail(disk, "a synchronous write over one that is not certain", "");
        }
    }
    if (write.bytes.size <= sizeof replaced->bytes && end <= file->size) {
        replaced->file = number;
        replaced->offset = write.offset;
        replaced->size = write.bytes.size;
        memcpy(replaced->bytes, file->bytes + write.offset, write.bytes.size);
    }
    disk_apply(&write, &file->bytes, &file->size, &file->capacity);
    file->version++;
}

/* ---- the tape ---- */

/* A folder that is opened and was not made on the tape was there before. */
static void play_folder(struct disk *disk, const struct tape_record *record, const char *path)
{
    size_t known = disk_find(disk, path);

    if (known != DISK_NOTHING) {
        disk->files[known].inode = record->inode; /* of one that was there it was not known */
        return;
    }
    change_name(disk, path, add_file(disk, record->inode, true), false);
    if (record->is_new == 0) {
        settle_change(disk, disk->changes.count - 1);
    }
}

static void play_file(struct disk *disk, const struct tape_record *record, const char *path)
{
    if (record->is_new != 0) {
        change_name(disk, path, add_file(disk, record->inode, false), false);
    } else if (disk_find(disk, path) == DISK_NOTHING) {
        fail(disk, "it was there before the recording", path);
    }
}

static void play_rename(struct disk *disk, const char *from, const char *to)
{
    size_t file = disk_find(disk, from);

    if (file == DISK_NOTHING) {
        fail(disk, "it is not there to be renamed", from);
    }
    change_name(disk, to, file, false);
    change_name(disk, from, DISK_NOTHING, true);
}

static void play_sync(struct disk *disk, uint64_t inode)
{
    size_t number = file_of(disk, inode);

    if (disk->is_lying) {
        return;
    }
    if (disk->files[number].is_folder) {
        settle_folder(disk, number);
    } else {
        settle_file(&disk->files[number]);
    }
}

static void play_write(struct disk *disk, const struct tape_record *record, struct bytes payload)
{
    add_write(
        &disk->files[file_of(disk, record->inode)],
        (struct disk_write){disk->record, record->offset, payload, record->kind == TAPE_RESIZED});
}

/* Plays a record whose payload is a path, or two. */
static void play_path(struct disk *disk, const struct tape_record *record, struct bytes payload)
{
    char path[2 * DISK_PATH_BYTES];

    if (payload.size >= sizeof path) {
        fail(disk, "a path is too long", "");
    }
    memcpy(path, payload.data, payload.size);
    path[payload.size] = '\0';
    if (record->kind == TAPE_FILE) {
        play_file(disk, record, path);
    } else if (record->kind == TAPE_FOLDER) {
        play_folder(disk, record, path);
    } else if (record->kind == TAPE_RENAMED) {
        play_rename(disk, path, path + strlen(path) + 1);
    } else {
        change_name(disk, path, DISK_NOTHING, false);
    }
}

void disk_play(struct disk *disk, const struct tape_record *record, struct bytes payload)
{
    disk->record++;
    switch ((enum tape_kind)record->kind) {
    case TAPE_STARTED:
    case TAPE_SAID:
        return;
    case TAPE_FILE:
    case TAPE_FOLDER:
    case TAPE_RENAMED:
    case TAPE_REMOVED:
        play_path(disk, record, payload);
        return;
    case TAPE_WRITE:
    case TAPE_RESIZED:
        play_write(disk, record, payload);
        return;
    case TAPE_WRITTEN:
        if (!disk->is_lying) {
            settle_last_write(disk, file_of(disk, record->inode));
        }
        return;
    case TAPE_SYNCED:
        play_sync(disk, record->inode);
        return;
    }
    fail(disk, "a record of another kind", "");
}

/* ---- life and questions ---- */

void disk_init(struct disk *disk, bool is_lying)
{
    *disk = (struct disk){.is_lying = is_lying, .replaced = {.file = DISK_NOTHING}};
    (void)add_file(disk, 0, true);
}

void disk_release(struct disk *disk)
{
    for (size_t i = 0; i < disk->file_count; i++) {
        free(disk->files[i].bytes);
        free(disk->files[i].writes);
    }
    free(disk->files);
    disk_names_release(&disk->certain);
    disk_names_release(&disk->changes);
    disk_names_release(&disk->live);
}

size_t disk_open_count(const struct disk *disk)
{
    size_t count = disk->changes.count;

    for (size_t i = 0; i < disk->file_count; i++) {
        count += disk->files[i].write_count;
    }
    return count;
}

bool disk_is_certain(const struct disk *disk, const char *path)
{
    const char *last = NULL;
    size_t file = disk_find(disk, path);
    size_t folder = find_folder(&disk->certain, path, &last);

    if (file == DISK_NOTHING || folder == DISK_NOTHING || disk->files[file].write_count > 0) {
        return false;
    }
    size_t index = find_name(&disk->certain, folder, last, strlen(last));
    return index != DISK_NOTHING && disk->certain.rows[index].file == file;
}
