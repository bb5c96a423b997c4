/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/library.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

/* One rulebook with all it is made of, or one calendar, in an arena of its own. */
struct volume {
    struct volume *next; /* most recently used first */
    struct hash hash;    /* of the pins, of the calendar */
    struct arena arena;
    const struct rulebook *rulebook;
    const struct calendar *calendar;
};

struct library {
    struct volume *volumes;
    struct volume *calendars;
    struct arena catalogue_arena;
    struct catalogue catalogue;
};

struct library *library_new(void)
{
    struct library *library = calloc(1, sizeof *library);

    require(library != NULL);
    arena_init(&library->catalogue_arena, LIBRARY_RULEBOOK_BYTES);
    return library;
}

static void free_from(struct volume *volume)
{
    while (volume != NULL) {
        struct volume *next = volume->next;

        arena_release(&volume->arena);
        free(volume);
        volume = next;
    }
}

void library_free(struct library *library)
{
    if (library == NULL) {
        return;
    }
    free_from(library->volumes);
    free_from(library->calendars);
    arena_release(&library->catalogue_arena);
    free(library);
}

static void trim(struct volume **link, size_t most)
{
    for (size_t kept = 0; *link != NULL && kept < most; kept++) {
        link = &(*link)->next;
    }
    free_from(*link);
    *link = NULL;
}

void library_trim(struct library *library)
{
    trim(&library->volumes, LIBRARY_RULEBOOKS_MAX);
    trim(&library->calendars, LIBRARY_CALENDARS_MAX);
}

/* Reads the message of type @type named by @hash; NULL if it is not there. */
static void *read_message(const struct definition_source *source, ProtobufCBinaryData hash,
                          const ProtobufCMessageDescriptor *type, struct arena *arena)
{
    struct bytes bytes;

    if (!source->read(source->self, bytes_of(hash), arena, &bytes)) {
        return NULL;
    }
    return message_read(type, bytes, arena);
}

static bool read_packs(const Hs__Pins *pins, const struct definition_source *source,
                       struct arena *arena, struct rulebook_sources *out)
{
    const Hs__Pack **packs = arena_array(arena, pins->n_packs, sizeof *packs);
    const uint8_t **hashes = arena_array(arena, pins->n_packs, sizeof *hashes);

    if (packs == NULL || hashes == NULL) {
        return false;
    }
    for (size_t i = 0; i < pins->n_packs; i++) {
        packs[i] = read_message(source, pins->packs[i]->hash, &hs__pack__descriptor, arena);
        hashes[i] = pins->packs[i]->hash.data;
        if (packs[i] == NULL) {
            return false;
        }
    }
    out->packs = packs;
    out->pack_hashes = hashes;
    out->pack_count = pins->n_packs;
    return true;
}

static const struct rulebook *make_rulebook(struct volume *volume,
                                            const struct definition_source *source)
{
    struct arena *arena = &volume->arena;
    ProtobufCBinaryData hash = {sizeof volume->hash.bytes, volume->hash.bytes};
    const Hs__Pins *pins = read_message(source, hash, &hs__pins__descriptor, arena);
    struct rulebook_sources sources = {.pins = volume->hash.bytes};
    const char *reason = NULL;

    if (pins == NULL) {
        return NULL;
    }
    sources.process = read_message(source, pins->process, &hs__process__descriptor, arena);
    sources.dictionary = read_message(source, pins->dictionary, &hs__dictionary__descriptor, arena);
    if (sources.process == NULL || sources.dictionary == NULL ||
        !read_packs(pins, source, arena, &sources)) {
        return NULL;
    }
    return rulebook_compile(&sources, arena, &reason);
}

/* Returns the volume of @hash moved to the front of @volumes, or NULL. */
static struct volume *find_volume(struct volume **volumes, struct bytes hash)
{
    struct volume **link = volumes;

    while (*link != NULL && memcmp((*link)->hash.bytes, hash.data, hash.size) != 0) {
        link = &(*link)->next;
    }

    struct volume *found = *link;
    if (found != NULL && found != *volumes) {
        *link = found->next;
        found->next = *volumes;
        *volumes = found;
    }
    return found;
}

static struct volume *new_volume(struct bytes hash)
{
    struct volume *volume = calloc(1, sizeof *volume);

    require(volume != NULL);
    memcpy(volume->hash.bytes, hash.data, hash.size);
    arena_init(&volume->arena, LIBRARY_RULEBOOK_BYTES);
    return volume;
}

/* Puts @volume in front of @volumes, or throws it away if nothing came of it. */
static void keep_volume(struct volume **volumes, struct volume *volume)
{
    if (volume->rulebook == NULL && volume->calendar == NULL) {
        free_from(volume);
        return;
    }
    volume->next = *volumes;
    *volumes = volume;
}

const struct rulebook *library_rulebook(struct library *library, struct bytes hash,
                                        const struct definition_source *source)
{
    if (hash.size != sizeof(struct hash)) {
        return NULL;
    }

    struct volume *volume = find_volume(&library->volumes, hash);
    if (volume != NULL) {
        return volume->rulebook;
    }
    volume = new_volume(hash);

    const struct rulebook *rulebook = make_rulebook(volume, source);
    volume->rulebook = rulebook;
    keep_volume(&library->volumes, volume);
    return rulebook;
}

static const struct calendar *find_calendar(struct library *library, ProtobufCBinaryData hash,
                                            const struct definition_source *source)
{
    struct volume *volume = find_volume(&library->calendars, bytes_of(hash));

    if (volume != NULL) {
        return volume->calendar;
    }
    volume = new_volume(bytes_of(hash));

    const Hs__Calendar *message =
        read_message(source, hash, &hs__calendar__descriptor, &volume->arena);
    const struct calendar *calendar =
        message == NULL ? NULL : calendar_build(message, &volume->arena);
    volume->calendar = calendar;
    keep_volume(&library->calendars, volume);
    return calendar;
}

const struct calendar *library_calendar(struct library *library, const Hs__Office *office,
                                        const char *id, const struct definition_source *source)
{
    for (size_t i = 0; i < office->n_calendars; i++) {
        const Hs__Office__Current *current = office->calendars[i];

        if (strcmp(current->id, id) == 0 && current->hash.len == sizeof(struct hash)) {
            return find_calendar(library, current->hash, source);
        }
    }
    return NULL;
}

const struct rulebook *library_current(struct library *library, const Hs__Office *office,
                                       const char *process, const struct definition_source *source)
{
    const char *id = process[0] == '\0' ? office->default_process : process;

    for (size_t i = 0; i < office->n_pins; i++) {
        if (strcmp(office->pins[i]->id, id) == 0) {
            return library_rulebook(library, bytes_of(office->pins[i]->hash), source);
        }
    }
    return NULL;
}

/* Reads every definition of one kind in force, skipping none: what is in force is in the journal.
 */
static const void **read_all(Hs__Office__Current *const *rows, size_t count,
                             const ProtobufCMessageDescriptor *type,
                             const struct definition_source *source, struct arena *arena)
{
    const void **messages = arena_array(arena, count, sizeof *messages);

    require(messages != NULL);
    for (size_t i = 0; i < count; i++) {
        messages[i] = read_message(source, rows[i]->hash, type, arena);
        require(messages[i] != NULL);
    }
    return messages;
}

const struct catalogue *library_catalogue(struct library *library, const Hs__Office *office,
                                          const struct definition_source *source)
{
    struct arena *arena = &library->catalogue_arena;

    arena_clear(arena);
    library->catalogue = (struct catalogue){
        .dictionaries =
            (const Hs__Dictionary *const *)read_all(office->dictionaries, office->n_dictionaries,
                                                    &hs__dictionary__descriptor, source, arena),
        .dictionary_count = office->n_dictionaries,
        .processes = (const Hs__Process *const *)read_all(office->processes, office->n_processes,
                                                          &hs__process__descriptor, source, arena),
        .process_count = office->n_processes,
        .packs = (const Hs__Pack *const *)read_all(office->packs, office->n_packs,
                                                   &hs__pack__descriptor, source, arena),
        .pack_count = office->n_packs,
    };
    return &library->catalogue;
}
