/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/rulebooks.h"

#include <string.h>

#include "lib/check.h"

void rulebooks_init(struct rulebooks *rulebooks, const char *department, struct store *store,
                    const struct definition_fetcher *fetcher)
{
    *rulebooks = (struct rulebooks){.department = department, .store = store, .fetcher = *fetcher};
    for (size_t i = 0; i < RULEBOOKS_MAX; i++) {
        arena_init(&rulebooks->entries[i].arena, RULEBOOK_BYTES_MAX);
    }
}

void rulebooks_release(struct rulebooks *rulebooks)
{
    for (size_t i = 0; i < RULEBOOKS_MAX; i++) {
        arena_release(&rulebooks->entries[i].arena);
    }
}

/* ---- what is asked for ---- */

static size_t index_of(const struct hash *hashes, size_t count, const struct hash *hash)
{
    size_t index = 0;

    while (index < count && !hash_equal(hashes[index], *hash)) {
        index++;
    }
    return index;
}

static bool is_unknown(const struct rulebooks *rulebooks, const struct hash *hash)
{
    return index_of(rulebooks->unknown, rulebooks->unknown_count, hash) < rulebooks->unknown_count;
}

static void want(struct rulebooks *rulebooks, const struct hash *hash)
{
    size_t count = rulebooks->wanted_count;

    if (index_of(rulebooks->wanted, count, hash) < count || count == DEFINITIONS_WANTED_MAX ||
        !rulebooks->fetcher.fetch(rulebooks->fetcher.self, hash)) {
        return;
    }
    rulebooks->wanted[rulebooks->wanted_count++] = *hash;
}

static void forget_wanted(struct rulebooks *rulebooks, const struct hash *hash)
{
    size_t index = index_of(rulebooks->wanted, rulebooks->wanted_count, hash);

    if (index < rulebooks->wanted_count) {
        rulebooks->wanted_count--;
        rulebooks->wanted[index] = rulebooks->wanted[rulebooks->wanted_count];
    }
}

/* ---- building ---- */

/* A rulebook being built from what the store holds. */
struct building {
    struct rulebooks *rulebooks;
    struct rulebook_entry *entry;
    bool waits;
};

static void break_entry(struct building *building, const char *reason)
{
    if (building->entry->reason == NULL) {
        building->entry->reason = reason;
    }
}

/* Returns the message of type @type named by @hash_field; NULL if it is still to come or broken. */
static void *read_definition(struct building *building, ProtobufCBinaryData hash_field,
                             const ProtobufCMessageDescriptor *type)
{
    struct bytes bytes = {0};
    struct hash hash;

    if (hash_field.len != sizeof hash.bytes) {
        break_entry(building, "the pins do not name a definition by its hash");
        return NULL;
    }
    memcpy(hash.bytes, hash_field.data, sizeof hash.bytes);

    enum err err =
        store_definition(building->rulebooks->store, &hash, &building->entry->arena, &bytes);
    if (err == ERR_ABSENT && is_unknown(building->rulebooks, &hash)) {
        break_entry(building, "the broker does not have a definition that the pins name");
        return NULL;
    }
    if (err == ERR_FULL) {
        break_entry(building, "a definition is too large");
        return NULL;
    }
    if (err != ERR_OK) {
        want(building->rulebooks, &hash); /* a damaged one is replaced */
        building->waits = true;
        return NULL;
    }

    void *message = message_read(type, bytes, &building->entry->arena);
    if (message == NULL) {
        break_entry(building, "a definition cannot be read");
    }
    return message;
}

static const Hs__Pins__PinnedPack *own_pack(const struct rulebooks *rulebooks, const Hs__Pins *pins)
{
    for (size_t i = 0; i < pins->n_packs; i++) {
        if (strcmp(pins->packs[i]->id, rulebooks->department) == 0) {
            return pins->packs[i];
        }
    }
    return NULL;
}

static void compile(struct building *building, const Hs__Pins *pins)
{
    struct rulebook_entry *entry = building->entry;
    const Hs__Pins__PinnedPack *pinned = own_pack(building->rulebooks, pins);

    if (pinned == NULL) {
        break_entry(building, "the pins have no pack of this department");
        return;
    }

    /* All three before looking at any, so that all are asked for at once. */
    const Hs__Process *process = read_definition(building, pins->process, &hs__process__descriptor);
    const Hs__Dictionary *dictionary =
        read_definition(building, pins->dictionary, &hs__dictionary__descriptor);
    const Hs__Pack *pack = read_definition(building, pinned->hash, &hs__pack__descriptor);
    if (process == NULL || dictionary == NULL || pack == NULL) {
        return;
    }

    const uint8_t *pack_hash = pinned->hash.data;
    const struct rulebook_sources sources = {
        .process = process,
        .dictionary = dictionary,
        .packs = &pack,
        .pack_hashes = &pack_hash,
        .pack_count = 1,
        .pins = entry->pins.bytes,
    };
    const char *reason = NULL;
    entry->rulebook = rulebook_compile(&sources, &entry->arena, &reason);
    if (entry->rulebook == NULL) {
        break_entry(building, reason);
    }
}

/* Returns false if it still waits. */
static bool build(struct rulebooks *rulebooks, struct rulebook_entry *entry)
{
    struct building building = {.rulebooks = rulebooks, .entry = entry};
    ProtobufCBinaryData pins_hash =
        binary_of((struct bytes){entry->pins.bytes, sizeof entry->pins.bytes});
    const Hs__Pins *pins = read_definition(&building, pins_hash, &hs__pins__descriptor);

    if (pins != NULL) {
        compile(&building, pins);
    }
    if (entry->reason != NULL) {
        entry->state = RULEBOOK_BROKEN;
        return true;
    }
    entry->state = building.waits ? RULEBOOK_WAITS : RULEBOOK_READY;
    return !building.waits;
}

/* ---- finding ---- */

static struct rulebook_entry *free_entry(struct rulebooks *rulebooks)
{
    struct rulebook_entry *oldest = &rulebooks->entries[0];

    for (size_t i = 1; i < RULEBOOKS_MAX; i++) {
        if (rulebooks->entries[i].used < oldest->used) {
            oldest = &rulebooks->entries[i];
        }
    }
    return oldest;
}

static void clear_entry(struct rulebook_entry *entry)
{
    struct arena arena = entry->arena;

    arena_clear(&arena);
    *entry = (struct rulebook_entry){.arena = arena};
}

const struct rulebook_entry *rulebooks_find(struct rulebooks *rulebooks, struct bytes pins)
{
    require(pins.size == HASH_BYTES);
    rulebooks->questions++;
    for (size_t i = 0; i < RULEBOOKS_MAX; i++) {
        struct rulebook_entry *entry = &rulebooks->entries[i];

        if (entry->used > 0 && memcmp(entry->pins.bytes, pins.data, HASH_BYTES) == 0) {
            entry->used = rulebooks->questions;
            return entry;
        }
    }

    struct rulebook_entry *entry = free_entry(rulebooks);
    clear_entry(entry);
    memcpy(entry->pins.bytes, pins.data, HASH_BYTES);
    if (!build(rulebooks, entry)) {
        clear_entry(entry);
        return NULL;
    }
    entry->used = rulebooks->questions;
    return entry;
}

/* ---- answers ---- */

/* Sets @bytes to what the hash of @definition is made of. */
static bool definition_bytes(const Hs__Answer__Definition *definition, struct arena *arena,
                             struct bytes *bytes)
{
    *bytes = definition->pins != NULL ? message_pack(definition->pins, arena)
                                      : bytes_of(definition->definition);
    return bytes->data != NULL;
}

static void remember_unknown(struct rulebooks *rulebooks, const struct hash *hash)
{
    if (rulebooks->unknown_count == DEFINITIONS_WANTED_MAX) {
        rulebooks->unknown_count = 0; /* the others are asked for again */
    }
    rulebooks->unknown[rulebooks->unknown_count++] = *hash;
}

enum err rulebooks_take(struct rulebooks *rulebooks, const struct hash *hash,
                        const Hs__Answer__Definition *definition)
{
    struct arena arena;
    struct bytes bytes = {0};
    enum err err = ERR_OK;

    forget_wanted(rulebooks, hash);
    if (definition == NULL) {
        remember_unknown(rulebooks, hash);
        return ERR_OK;
    }
    arena_init(&arena, RULEBOOK_BYTES_MAX);
    if (definition_bytes(definition, &arena, &bytes) && hash_equal(hash_of(bytes), *hash)) {
        err = store_put_definition(rulebooks->store, hash, bytes);
    } else {
        remember_unknown(rulebooks, hash);
    }
    arena_release(&arena);
    return err;
}

void rulebooks_retry(struct rulebooks *rulebooks)
{
    rulebooks->unknown_count = 0;
    for (size_t i = 0; i < RULEBOOKS_MAX; i++) {
        if (rulebooks->entries[i].state == RULEBOOK_BROKEN) {
            clear_entry(&rulebooks->entries[i]);
        }
    }
}
