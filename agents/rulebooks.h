/* SPDX-License-Identifier: Apache-2.0 */
/* rulebooks.h - the rules that reviews are held to, by the hash of their pins.
 *
 * What the pins name is asked for once and kept in the store for ever, because a hash never means
 * anything else; it is compiled once and kept while it is in use. Of the packs only the agent's own
 * is fetched.
 */
#ifndef AGENTS_RULEBOOKS_H
#define AGENTS_RULEBOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/store.h"
#include "core/rulebook.h"

enum {
    RULEBOOKS_MAX = 8,                     /* kept compiled: of the rounds that are open */
    RULEBOOK_BYTES_MAX = 64 * 1024 * 1024, /* one, with its messages */
    DEFINITIONS_WANTED_MAX = 64,           /* asked for and not answered */
};

/* Asks for the definition @hash until it is answered; the answer goes to rulebooks_take(). At most
 * DEFINITIONS_WANTED_MAX are asked for at once. Returns false if that cannot be asked now. */
struct definition_fetcher {
    bool (*fetch)(void *self, const struct hash *hash);
    void *self;
};

enum rulebook_state {
    RULEBOOK_READY,
    RULEBOOK_WAITS,  /* for definitions asked for */
    RULEBOOK_BROKEN, /* there are none such, or they do not compile */
};

/* One rulebook, or what is wrong with it. */
struct rulebook_entry {
    struct hash pins;
    enum rulebook_state state; /* never RULEBOOK_WAITS when handed out */
    const struct rulebook *rulebook;
    const char *reason; /* why it is broken */
    struct arena arena;
    uint64_t used; /* when it was last asked for, counted in questions; 0: the slot is free */
};

struct rulebooks {
    const char *department; /* borrowed */
    struct store *store;    /* borrowed */
    struct definition_fetcher fetcher;
    struct rulebook_entry entries[RULEBOOKS_MAX];
    uint64_t questions;
    struct hash wanted[DEFINITIONS_WANTED_MAX];
    size_t wanted_count;
    struct hash unknown[DEFINITIONS_WANTED_MAX]; /* the broker has none of these; the last ones */
    size_t unknown_count;
};

/* Makes @rulebooks empty, for the agent of @department. */
void rulebooks_init(struct rulebooks *rulebooks, const char *department, struct store *store,
                    const struct definition_fetcher *fetcher);

/* Frees what is compiled. */
void rulebooks_release(struct rulebooks *rulebooks);

/* Returns the entry of @pins, 32 bytes: ready or broken. Returns NULL if it waits for definitions,
 * which are being asked for. An entry is valid until the next call. */
const struct rulebook_entry *rulebooks_find(struct rulebooks *rulebooks, struct bytes pins);

/* Takes the answer to a fetch of @hash: the definition, or NULL if the broker has none. One whose
 * bytes have another hash is dropped, as if there were none. What waited may now be found.
 * Errors: those of changing the store. */
enum err rulebooks_take(struct rulebooks *rulebooks, const struct hash *hash,
                        const Hs__Answer__Definition *definition);

/* Says that a connection begins: what was not there may be there now. */
void rulebooks_retry(struct rulebooks *rulebooks);

#endif
