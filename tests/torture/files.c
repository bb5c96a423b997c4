/* SPDX-License-Identifier: Apache-2.0 */
/* Files, folders, locks and keys: a file is the old one or the new one, and one that was said to be
 * written is the new one.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/keys.h"
#include "os/files.h"
#include "os/lock.h"
#include "store/head_file.h"
#include "tests/torture/scenario.h"

enum { ARENA_BYTES = 1 << 20, BYTES_MAX = 1 << 19 };

struct deed {
    const char *name;
    void (*prepare)(void);
    enum err (*deed)(struct run *);
    void (*judge)(struct run *);
};

static const char old_text[] = "the old content\n";

static struct bytes new_content(void)
{
    static uint8_t bytes[100000] = {'n'};

    return (struct bytes){bytes, sizeof bytes};
}

static void write_old(void)
{
    (void)file_write("file", bytes_of_text(old_text),
                     0600); /* the judge sees whether it is there */
}

static void make_folders(void)
{
    (void)folder_make("one/two/three", 0700); /* as above */
    (void)file_write("one/two/file", bytes_of_text(old_text), 0600);
    (void)file_write("one/file", bytes_of_text(old_text), 0600);
}

static void make_keys(void)
{
    char reason[KEYS_REASON_BYTES];
    struct keys keys;

    keys_generate(&keys);
    (void)keys_save(&keys, "keys", reason); /* as above */
}

static void nothing(void)
{
}

/* ---- files ---- */

static enum err write_it(struct run *run)
{
    (void)run;
    return file_write("file", new_content(), 0600);
}

static void judge_written(struct run *run)
{
    struct arena arena;
    struct bytes found = {0};

    arena_init(&arena, ARENA_BYTES);
    enum err err = file_read("file", BYTES_MAX, &arena, &found);
    bool is_new = err == ERR_OK && bytes_equal(found, new_content());
    bool is_old = err == ERR_OK && bytes_equal(found, bytes_of_text(old_text));
    const struct deed *deed = run->scenario->data;

    run_expect(run, is_new || run->err != ERR_OK || !run->is_done, "it was not written");
    run_expect(run, is_new || (deed->prepare == write_old ? is_old : err == ERR_ABSENT),
               "neither old nor new");
    arena_release(&arena);
}

/* Nothing but what was asked for is left, if the deed could end. */
static void judge_alone(struct run *run)
{
    const char *const *names = NULL;
    struct arena arena;
    size_t count = 0;

    judge_written(run);
    arena_init(&arena, ARENA_BYTES);
    run_expect(run, folder_list(".", &arena, &names, &count) == ERR_OK, "no folder");
    run_expect(run, count <= 1 || run->tally.is_lasting == 1, "a part of a file is left");
    arena_release(&arena);
}

static enum err read_it(struct run *run)
{
    struct arena arena;
    struct bytes found = {0};

    arena_init(&arena, ARENA_BYTES);
    enum err err = file_read("file", BYTES_MAX, &arena, &found);
    run_expect(run, err != ERR_OK || bytes_equal(found, bytes_of_text(old_text)),
               "other bytes were read");
    arena_release(&arena);
    return err;
}

static enum err remove_it(struct run *run)
{
    (void)run;
    return file_remove("file");
}

static void judge_removed(struct run *run)
{
    run_expect(run, !file_exists("file") || run->err != ERR_OK, "it is still there");
}

static void judge_kept(struct run *run)
{
    run_expect(run, file_exists("file"), "it is gone");
}

/* ---- folders ---- */

static enum err make_it(struct run *run)
{
    (void)run;
    return folder_make("one/two/three/four", 0700);
}

static void judge_made(struct run *run)
{
    run_expect(run, file_exists("one/two/three/four") || run->err != ERR_OK, "it was not made");
    run_expect(run, make_it(run) == ERR_OK, "it cannot be made again");
}

static enum err list_it(struct run *run)
{
    const char *const *names = NULL;
    struct arena arena;
    size_t count = 0;

    arena_init(&arena, ARENA_BYTES);
    enum err err = folder_list("one", &arena, &names, &count);
    run_expect(run, err != ERR_OK || count == 2, "names are missing");
    arena_release(&arena);
    return err;
}

static enum err remove_all(struct run *run)
{
    (void)run;
    return folder_remove("one");
}

static void judge_all_removed(struct run *run)
{
    run_expect(run, !file_exists("one") || run->err != ERR_OK, "it is still there");
    run_expect(run, !file_exists("one") || folder_remove("one") == ERR_OK,
               "it cannot be removed again");
}

static void judge_folders(struct run *run)
{
    run_expect(run, file_exists("one/two/file"), "it is gone");
}

static enum err sync_it(struct run *run)
{
    (void)run;
    return folder_sync("one");
}

/* ---- locks ---- */

static enum err lock_it(struct run *run)
{
    int lock = -1;
    int other = -1;
    enum err err = lock_take("lock", &lock);

    if (err == ERR_OK) {
        run_expect(run, lock_take("lock", &other) != ERR_OK, "it was given twice");
    }
    lock_release(lock);
    return err;
}

static void judge_free(struct run *run)
{
    run_expect(run, lock_it(run) == ERR_OK, "it cannot be taken");
}

/* ---- keys ---- */

static enum err save_keys(struct run *run)
{
    char reason[KEYS_REASON_BYTES] = "";
    struct keys keys;

    keys_generate(&keys);
    enum err err = keys_save(&keys, "keys", reason);
    run_end(run, err, reason);
    return err;
}

/* Both halves are there or none is, so that they can be made again. */
static void judge_saved(struct run *run)
{
    char reason[KEYS_REASON_BYTES];
    struct keys keys;
    enum err first = run->err;
    enum err err = keys_load("keys", &keys, reason);

    if (!run->is_done) {
        return;
    }
    run_expect(run, err == ERR_OK || first != ERR_OK, "keys that were saved cannot be loaded");
    run_expect(run, first == ERR_OK || run->tally.is_lasting == 1 || save_keys(run) == ERR_OK,
               "a key is left behind");
}

static enum err load_keys(struct run *run)
{
    char reason[KEYS_REASON_BYTES] = "";
    struct keys keys;
    enum err err = keys_load("keys", &keys, reason);

    run_end(run, err, reason);
    run_expect(run, err == ERR_OK || strstr(reason, "keys/") != NULL, "no file is named");
    return err;
}

static void judge_loaded(struct run *run)
{
    run_expect(run, load_keys(run) == ERR_OK, "they are gone");
}

/* ---- the head file ---- */

static struct head_record record(uint64_t seq)
{
    return (struct head_record){.seq = seq, .at_ms = 1, .size = 3, .bytes = "abc"};
}

static void make_head(void)
{
    struct head_record first = record(1);

    (void)head_file_save("head", &first); /* as above */
}

static enum err write_head(struct run *run)
{
    struct head_file file = {.fd = -1};
    struct head_record second = record(2);
    enum err err = head_file_open("head", false, &file);

    if (err != ERR_OK) {
        return err;
    }
    run_expect(run, file.last.seq == 1, "it forgot what it knew");
    err = head_file_write(&file, &second);
    err = err == ERR_OK ? head_file_sync(&file) : err;
    head_file_close(&file);
    return err;
}

static void judge_head(struct run *run)
{
    struct head_file file = {.fd = -1};

    run_expect(run, head_file_open("head", true, &file) == ERR_OK, "it cannot be opened");
    run_expect(run, file.last.seq >= 1, "both heads are lost");
    run_expect(run, file.last.seq == 2 || run->err != ERR_OK || !run->is_done, "it is lost");
    head_file_close(&file);
}

/* ---- the table ---- */

static const struct deed deeds[] = {
    {"write a file", nothing, write_it, judge_alone},
    {"replace a file", write_old, write_it, judge_alone},
    {"read a file", write_old, read_it, judge_kept},
    {"remove a file", write_old, remove_it, judge_removed},
    {"make folders", nothing, make_it, judge_made},
    {"make a folder in others", make_folders, make_it, judge_made},
    {"list a folder", make_folders, list_it, judge_folders},
    {"remove folders", make_folders, remove_all, judge_all_removed},
    {"sync a folder", make_folders, sync_it, judge_folders},
    {"take a lock", nothing, lock_it, judge_free},
    {"save keys", nothing, save_keys, judge_saved},
    {"load keys", make_keys, load_keys, judge_loaded},
    {"write a head", make_head, write_head, judge_head},
};

static void do_deed(struct run *run)
{
    const struct deed *deed = run->scenario->data;

    run->tally.is_armed = 0;
    deed->prepare();
    run->tally.is_armed = 1;
    enum err err = deed->deed(run);
    if (run->words[0] == '\0') { /* of keys, which have words of their own */
        run_end(run, err, err_text(err));
    }
}

static void do_judge(struct run *run)
{
    ((const struct deed *)run->scenario->data)->judge(run);
}

void files_add(struct scenarios *all, const struct material *material)
{
    (void)material;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        struct scenario scenario = {
            .group = "file", .deed = do_deed, .judge = do_judge, .data = &deeds[i]};

        (void)snprintf(scenario.name, sizeof scenario.name, "%s", deeds[i].name);
        scenarios_add(all, &scenario);
    }
}
