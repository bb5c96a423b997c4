/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the files of people: every definition and every sample. What is read is what is read when
 * nothing fails, or an error that names the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/check.h"
#include "os/files.h"
#include "proto/text/load.h"
#include "tests/torture/scenario.h"

enum { FILES_MAX = 64, PATH_BYTES = 512, PATHS_ARENA_BYTES = 1 << 20 };

/* A file, and what it is read as; NULL: a packet. */
struct text {
    char path[PATH_BYTES];
    const ProtobufCMessageDescriptor *type;
};

static struct text texts[FILES_MAX];
static size_t text_count;
static char dictionary_path[PATH_BYTES];

static enum err load(const struct text *text, struct arena *arena, struct run *run,
                     ProtobufCMessage **out)
{
    struct text_errors errors;
    struct text_file file = {.path = text->path, .arena = arena, .errors = &errors};

    text_errors_init(&errors, TEXT_EN);
    enum err err = load_message(&file, text->type, out);
    run_end(run, err, err == ERR_OK ? "" : text_error_line(&errors.rows[0], text->path, arena));
    return err;
}

static const struct dictionary *load_dictionary(struct run *run, struct arena *arena)
{
    struct text text = {.type = &hs__dictionary__descriptor};
    struct dictionary_fault fault;
    ProtobufCMessage *message = NULL;

    (void)snprintf(text.path, sizeof text.path, "%s", dictionary_path);
    if (load(&text, arena, run, &message) != ERR_OK) {
        return NULL;
    }
    return dictionary_index((const Hs__Dictionary *)message, arena, &fault);
}

/* Reads the text and packs it. */
static enum err read_text(struct run *run, struct arena *arena, struct bytes *out)
{
    const struct text *text = run->scenario->data;
    struct text_errors errors;
    struct text_file file = {.path = text->path, .arena = arena, .errors = &errors};
    ProtobufCMessage *message = NULL;
    Hs__Packet *packet = NULL;
    enum err err = ERR_OK;

    if (text->type != NULL) {
        err = load(text, arena, run, &message);
    } else {
        const struct dictionary *dictionary = load_dictionary(run, arena);

        if (dictionary == NULL) {
            return run->err;
        }
        text_errors_init(&errors, TEXT_EN);
        err = load_packet(&file, dictionary, &packet);
        run_end(run, err, err == ERR_OK ? "" : text_error_line(&errors.rows[0], text->path, arena));
    }
    if (err == ERR_OK) {
        *out = text->type != NULL ? message_pack(message, arena) : message_pack(packet, arena);
    }
    return err;
}

static void deed(struct run *run)
{
    const struct text *text = run->scenario->data;
    struct arena arena;
    struct bytes bytes = {0};

    arena_init(&arena, LOAD_ARENA_BYTES);
    enum err err = read_text(run, &arena, &bytes);
    if (err == ERR_OK) {
        run->is_acknowledged = true;
        run->hash = hash_of(bytes);
    } else {
        run_expect(run,
                   strstr(run->words, strrchr(text->path, '/')) != NULL ||
                       strstr(run->words, dictionary_path) != NULL,
                   "the words name no file");
        run_expect(run, err != ERR_INVALID, "a failing call is told as a mistake in the file");
    }
    arena_release(&arena);
}

static void judge(struct run *run)
{
    struct arena arena;
    struct bytes bytes = {0};

    arena_init(&arena, LOAD_ARENA_BYTES);
    run_expect(run, read_text(run, &arena, &bytes) == ERR_OK, "it cannot be read");
    run_expect(run, !run->is_acknowledged || hash_equal(run->hash, hash_of(bytes)),
               "something else was read");
    arena_release(&arena);
}

/* Adds the files in @folder whose names end in .yaml. */
static void add_folder(struct scenarios *all, const char *folder,
                       const ProtobufCMessageDescriptor *type)
{
    const char *const *names = NULL;
    struct arena arena;
    size_t count = 0;

    arena_init(&arena, PATHS_ARENA_BYTES);
    if (folder_list(folder, &arena, &names, &count) != ERR_OK) {
        torture_fail("%s: cannot be listed", folder);
    }
    for (size_t i = 0; i < count; i++) {
        struct scenario scenario = {.group = "text", .deed = deed, .judge = judge};

        if (strstr(names[i], ".yaml") == NULL) {
            continue;
        }
        require(text_count < FILES_MAX);
        texts[text_count].type = type;
        (void)snprintf(texts[text_count].path, PATH_BYTES, "%s/%s", folder, names[i]);
        (void)snprintf(scenario.name, sizeof scenario.name, "%.100s", names[i]);
        scenario.data = &texts[text_count++];
        scenarios_add(all, &scenario);
    }
    arena_release(&arena);
}

void texts_add(struct scenarios *all, const struct material *material)
{
    static const char *const departments[] = {"fire", "planning", "utilities", "urban_management"};
    char folder[PATH_BYTES];

    (void)snprintf(dictionary_path, sizeof dictionary_path, "%s/configs/dictionary.yaml",
                   material->root);
    (void)snprintf(folder, sizeof folder, "%s/configs/samples", material->root);
    add_folder(all, folder, NULL);
    (void)snprintf(folder, sizeof folder, "%s/configs/processes", material->root);
    add_folder(all, folder, &hs__process__descriptor);
    (void)snprintf(folder, sizeof folder, "%s/configs/processes/packs", material->root);
    add_folder(all, folder, &hs__pack__descriptor);
    (void)snprintf(folder, sizeof folder, "%s/configs/calendars", material->root);
    add_folder(all, folder, &hs__calendar__descriptor);
    for (size_t i = 0; i < sizeof departments / sizeof departments[0]; i++) {
        (void)snprintf(folder, sizeof folder, "%s/agents/%s", material->root, departments[i]);
        add_folder(all, folder, &hs__pack__descriptor);
    }
}
