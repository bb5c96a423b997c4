/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/power/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/files.h"

enum { PAGE_BYTES = 4096, PIECE_BYTES = 64 * 1024, FOLDER_MODE = 0700, FILE_MODE = 0600 };

/* ---- drawing ---- */

/* How the numbers are used. */
enum style { STYLE_NOTHING, STYLE_EVERYTHING, STYLE_CUT, STYLE_ALL_BUT, STYLE_ONLY, STYLE_COINS };
enum part { PART_NONE, PART_WHOLE, PART_TORN };

struct draw {
    uint64_t random;
    uint64_t mark;
    enum style style;
    size_t things;   /* seen so far */
    size_t chosen;   /* the thing that is told apart; of STYLE_CUT: the record */
    uint64_t chance; /* of 256, of a coin */
    bool sizes_run_ahead;
    size_t grain;
};

/* A step of splitmix64. */
static uint64_t draw_number(struct draw *draw)
{
    draw->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = draw->random;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

static bool draw_coin(struct draw *draw)
{
    return draw_number(draw) % 256 < draw->chance;
}

static void mark(struct draw *draw, uint64_t choice)
{
    draw->mark = (draw->mark ^ choice) * UINT64_C(0x100000001B3);
}

/* Sets @first and @last to the records between which something is not certain. */
static void find_span(const struct disk *disk, size_t *first, size_t *last)
{
    *first = SIZE_MAX;
    *last = 0;
    for (size_t i = 0; i < disk->changes.count; i++) {
        *first = disk->changes.rows[i].record < *first ? disk->changes.rows[i].record : *first;
        *last = disk->changes.rows[i].record > *last ? disk->changes.rows[i].record : *last;
    }
    for (size_t i = 0; i < disk->file_count; i++) {
        for (size_t j = 0; j < disk->files[i].write_count; j++) {
            size_t record = disk->files[i].writes[j].record;

            *first = record < *first ? record : *first;
            *last = record > *last ? record : *last;
        }
    }
}

static struct draw begin_draw(const struct disk *disk, const struct state_name *name)
{
    static const enum style styles[] = {STYLE_CUT,   STYLE_ALL_BUT, STYLE_ONLY,
                                        STYLE_COINS, STYLE_COINS,   STYLE_COINS};
    static const uint64_t chances[] = {32, 128, 224};
    struct draw draw = {.mark = UINT64_C(0xCBF29CE484222325), .grain = name->grain};
    size_t open = disk_open_count(disk);

    draw.random = name->seed;
    draw.random = draw_number(&draw) ^ name->position;
    draw.random = draw_number(&draw) ^ name->index;
    if (name->index == STATE_NOTHING || name->index == STATE_EVERYTHING || open == 0) {
        draw.style = name->index == STATE_NOTHING ? STYLE_NOTHING : STYLE_EVERYTHING;
        return draw;
    }
    draw.style = styles[draw_number(&draw) % (sizeof styles / sizeof *styles)];
    draw.chance = chances[draw_number(&draw) % (sizeof chances / sizeof *chances)];
    draw.sizes_run_ahead = draw_number(&draw) % 4 == 0;
    if (draw.style == STYLE_CUT) {
        size_t first = 0;
        size_t last = 0;

        find_span(disk, &first, &last);
        draw.chosen = first + draw_number(&draw) % (last - first + 1);
    } else {
        draw.chosen = draw_number(&draw) % open;
    }
    return draw;
}

/* Returns how much is there of the next thing, made by @record. */
static enum part draw_part(struct draw *draw, size_t record)
{
    bool is_chosen = draw->things++ == draw->chosen;

    switch (draw->style) {
    case STYLE_NOTHING:
        return PART_NONE;
    case STYLE_EVERYTHING:
        return PART_WHOLE;
    case STYLE_CUT:
        return record < draw->chosen ? PART_WHOLE : record > draw->chosen ? PART_NONE : PART_TORN;
    case STYLE_ALL_BUT:
        return !is_chosen ? PART_WHOLE : draw_coin(draw) ? PART_TORN : PART_NONE;
    case STYLE_ONLY:
        return !is_chosen ? PART_NONE : draw_coin(draw) ? PART_TORN : PART_WHOLE;
    case STYLE_COINS:
        break;
    }
    return !draw_coin(draw) ? PART_NONE : draw_number(draw) % 2 == 0 ? PART_TORN : PART_WHOLE;
}

/* ---- a state ---- */

static void choose_names(struct state *state, struct draw *draw)
{
    const struct disk_names *changes = &state->disk->changes;
    size_t refused = 0; /* the record of a rename whose new name is not there */

    disk_names_copy(&state->disk->certain, &state->names);
    for (size_t i = 0; i < changes->count; i++) {
        const struct disk_name *change = &changes->rows[i];
        enum part part = draw_part(draw, change->record);
        bool is_there = part == PART_WHOLE || (part == PART_TORN && draw_number(draw) % 2 == 0);

        if (change->is_rest && change->record == refused) {
            is_there = false;
        } else if (!is_there && !change->is_rest) {
            refused = change->record;
        }
        mark(draw, is_there ? 1 : 2);
        if (is_there) {
            disk_names_set(&state->names, change);
        }
    }
}

/* Adds some of the sectors of @write. */
static void tear(struct draw *draw, const struct disk_write *write, struct state_file *file)
{
    uint64_t at = write->offset;
    uint64_t end = write->offset + write->bytes.size;

    while (at < end) {
        uint64_t next = (at / draw->grain + 1) * draw->grain;
        uint64_t until = next < end ? next : end;
        bool is_there = draw_number(draw) % 2 == 0;
        struct disk_write piece = {
            .offset = at,
            .bytes = {write->bytes.data + (at - write->offset), (size_t)(until - at)}};

        mark(draw, is_there ? 3 : 4);
        if (is_there) {
            disk_apply(&piece, &file->bytes, &file->size, &file->capacity);
        }
        at = until;
    }
}

static void choose_writes(const struct disk_file *from, struct draw *draw, struct state_file *to)
{
    size_t size_ahead = 0;

    disk_grow(&to->bytes, &to->capacity, from->size + 1);
    if (from->size > 0) {
        memcpy(to->bytes, from->bytes, from->size);
    }
    to->size = from->size;
    for (size_t i = 0; i < from->write_count; i++) {
        const struct disk_write *write = &from->writes[i];
        enum part part = draw_part(draw, write->record);
        size_t end = (size_t)write->offset + write->bytes.size;

        size_ahead = end > size_ahead ? end : size_ahead;
        mark(draw, (uint64_t)part + 5);
        if (part == PART_TORN && !write->is_resize) {
            tear(draw, write, to);
        } else if (part != PART_NONE) {
            disk_apply(write, &to->bytes, &to->size, &to->capacity);
        }
    }
    if (draw->sizes_run_ahead && size_ahead > to->size) {
        const struct disk_write longer = {.offset = size_ahead, .is_resize = true};

        mark(draw, 8);
        disk_apply(&longer, &to->bytes, &to->size, &to->capacity);
    }
}

static void roll_back(struct state *state)
{
    const struct disk_replaced *replaced = &state->disk->replaced;
    const struct disk_file *from = &state->disk->files[replaced->file];
    struct state_file *file = &state->files[replaced->file];

    if (file->bytes == NULL) {
        disk_grow(&file->bytes, &file->capacity, from->size);
        memcpy(file->bytes, from->bytes, from->size);
        file->size = from->size;
    }
    memcpy(file->bytes + replaced->offset, replaced->bytes, replaced->size);
}

void state_init(struct state *state, const struct disk *disk, const struct state_name *name)
{
    struct draw draw = begin_draw(disk, name);

    *state = (struct state){.disk = disk, .files = calloc(disk->file_count, sizeof *state->files)};
    require(state->files != NULL);
    choose_names(state, &draw);
    for (size_t i = 0; i < disk->file_count; i++) {
        if (disk->files[i].write_count > 0) {
            choose_writes(&disk->files[i], &draw, &state->files[i]);
        }
    }
    if (name->is_rolled_back && disk->replaced.file != DISK_NOTHING) {
        roll_back(state);
    }
    state->mark = draw.mark;
}

void state_release(struct state *state)
{
    for (size_t i = 0; i < state->disk->file_count; i++) {
        free(state->files[i].bytes);
    }
    free(state->files);
    disk_names_release(&state->names);
}

struct bytes state_content(const struct state *state, size_t file)
{
    const struct state_file *changed = &state->files[file];
    const struct disk_file *certain = &state->disk->files[file];

    return changed->bytes != NULL ? (struct bytes){changed->bytes, changed->size}
                                  : (struct bytes){certain->bytes, certain->size};
}

/* ---- files ---- */

static void fail(const char *what, const char *path)
{
    (void)fprintf(stderr, "scratch: %s: %s: %s\n", what, path, strerror(errno));
    exit(4);
}

static uint64_t mark_names(const struct disk_names *names)
{
    struct draw draw = {.mark = 1};

    for (size_t i = 0; i < names->count; i++) {
        const struct disk_name *name = &names->rows[i];

        mark(&draw, name->folder);
        mark(&draw, name->file);
        for (const char *c = name->text; *c != '\0'; c++) {
            mark(&draw, (uint64_t)(unsigned char)*c);
        }
    }
    return draw.mark | 1;
}

/* Writes what differs of @content into the open file @fd, which is as long. */
static bool put_content(int fd, struct bytes content)
{
    static uint8_t found[PIECE_BYTES];

    for (size_t at = 0; at < content.size; at += sizeof found) {
        size_t size = content.size - at < sizeof found ? content.size - at : sizeof found;

        if (pread(fd, found, size, (off_t)at) != (ssize_t)size) {
            return false;
        }
        for (size_t i = 0; i < size; i += PAGE_BYTES) {
            size_t page = size - i < PAGE_BYTES ? size - i : PAGE_BYTES;

            if (memcmp(found + i, content.data + at + i, page) != 0 &&
                pwrite(fd, content.data + at + i, page, (off_t)(at + i)) != (ssize_t)page) {
                return false;
            }
        }
    }
    return true;
}

/* Makes @path hold @content. */
static void put_file(const char *path, struct bytes content)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);

    if (fd < 0 || ftruncate(fd, (off_t)content.size) != 0 || !put_content(fd, content)) {
        fail("cannot be written", path);
    }
    (void)close(fd);
}

static void wipe(const char *folder)
{
    enum err err = folder_remove(folder);

    if ((err != ERR_OK && err != ERR_ABSENT) || folder_make(folder, FOLDER_MODE) != ERR_OK) {
        fail("cannot be made anew", folder);
    }
}

/* A path of the state, below the scratch folder. */
static void path_below(const struct scratch *scratch, const char *path, char out[DISK_PATH_BYTES])
{
    int length = snprintf(out, DISK_PATH_BYTES, "%s/%s", scratch->folder, path);

    require(length > 0 && length < DISK_PATH_BYTES);
}

/* Removes @path, which an earlier start may have made, unless the state has it. */
static void remove_strange(const struct scratch *scratch, const struct state *state,
                           const char *path)
{
    char full[DISK_PATH_BYTES];

    for (size_t i = 0; i < state->names.count; i++) {
        char named[DISK_PATH_BYTES];

        if (disk_names_path(&state->names, &state->names.rows[i], named) &&
            strcmp(named, path) == 0) {
            return;
        }
    }
    path_below(scratch, path, full);
    if (remove(full) != 0 && errno != ENOENT) {
        fail("cannot be removed", full);
    }
}

/* Folders come before what is in them: a name is recorded after its folder's. */
static void fill_names(struct scratch *scratch, const struct state *state, bool folders)
{
    char path[DISK_PATH_BYTES];
    char full[DISK_PATH_BYTES];

    for (size_t i = 0; i < state->names.count; i++) {
        const struct disk_name *name = &state->names.rows[i];
        const struct disk_file *file = &state->disk->files[name->file];

        if (file->is_folder != folders || !disk_names_path(&state->names, name, path) ||
            !scratch->subject->is_wanted(scratch->subject->self, path)) {
            continue;
        }
        path_below(scratch, path, full);
        if (folders) {
            if (mkdir(full, FOLDER_MODE) != 0 && errno != EEXIST) {
                fail("cannot be made", full);
            }
            continue;
        }
        bool is_kept = strstr(path, "/documents/") != NULL || strstr(path, "/keys/") != NULL;
        if (!is_kept || file->write_count > 0 ||
            scratch->versions[name->file] != file->version + 1) {
            put_file(full, state_content(state, name->file));
            scratch->versions[name->file] = file->write_count == 0 ? file->version + 1 : 0;
        }
    }
}

void scratch_fill(struct scratch *scratch, const struct state *state)
{
    uint64_t tree_mark = mark_names(&state->names);
    size_t count = state->disk->file_count;
    bool is_new = scratch->tree_mark != tree_mark;

    if (scratch->file_count < count) {
        scratch->versions = realloc(scratch->versions, count * sizeof *scratch->versions);
        require(scratch->versions != NULL);
        memset(scratch->versions + scratch->file_count, 0,
               (count - scratch->file_count) * sizeof *scratch->versions);
        scratch->file_count = count;
    }
    if (is_new) {
        wipe(scratch->folder);
        memset(scratch->versions, 0, scratch->file_count * sizeof *scratch->versions);
        scratch->tree_mark = tree_mark;
    }
    for (const char *const *made = scratch->subject->made; *made != NULL; made++) {
        remove_strange(scratch, state, *made);
    }
    fill_names(scratch, state, true); /* a start may have removed one */
    fill_names(scratch, state, false);
}

void scratch_release(struct scratch *scratch)
{
    free(scratch->versions);
}
