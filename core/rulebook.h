/* SPDX-License-Identifier: Apache-2.0 */
/* rulebook.h - a process with its dictionary and packs, compiled: what a round is held to.
 *
 * Made once from the messages that pins name, used for every packet of every round so pinned. It is
 * not changed by use. It lives in the arena it was made in, together with the messages it borrows.
 */
#ifndef CORE_RULEBOOK_H
#define CORE_RULEBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "core/expression.h"
#include "core/value.h"
#include "lib/arena.h"
#include "proto/dictionary.h"
#include "proto/message.h"

/* Each expression is NULL where the rule has none. */
struct compiled_rule {
    const Hs__Rule *rule;
    const struct expression *each; /* the list; its elements are `item` in the other two */
    const struct expression *applies;
    const struct expression *condition;
};

struct compiled_pack {
    const Hs__Pack *pack;
    struct compiled_rule *rules; /* one for each rule of the pack */
    const uint8_t *hash;         /* 32 bytes; NULL where the sources had none */
};

struct rulebook {
    const Hs__Process *process;
    const Hs__Dictionary *source;
    const struct dictionary *dictionary;
    const struct expression **derived; /* one for each derived field of the dictionary */
    struct compiled_pack *packs;
    size_t pack_count;
    const struct compiled_pack *gate;  /* of the process; NULL: it has none */
    const struct compiled_pack *lead;  /* NULL: the lead has a seat */
    const Hs__Stage *stage;            /* the one stage of kind review */
    const struct expression **when;    /* one for each seat of the stage; NULL: always involved */
    const struct expression **classes; /* one for each class of the stage; NULL: any packet */
    const uint8_t *pins;               /* hash of the pins, 32 bytes; NULL outside the broker */
};

/* What a rulebook is made of; all borrowed. */
struct rulebook_sources {
    const Hs__Process *process;
    const Hs__Dictionary *dictionary;
    const Hs__Pack *const *packs;
    const uint8_t *const *pack_hashes; /* 32 bytes each; NULL: unknown */
    size_t pack_count;
    const uint8_t *pins; /* 32 bytes, or NULL */
};

/* Returns the compiled rulebook in @arena. A pack that the process names and the sources lack is
 * left out (rulebook_pack() gives NULL for it).
 *
 * Returns NULL, with @reason set to what is wrong (in English, in @arena or static), if an
 * expression does not compile, the dictionary is not sound, the process has no stage of kind
 * review, or the arena is too small. What was published does not fail but for the last. */
struct rulebook *rulebook_compile(const struct rulebook_sources *sources, struct arena *arena,
                                  const char **reason);

/* Returns the pack @id, or NULL. */
const struct compiled_pack *rulebook_pack(const struct rulebook *rulebook, const char *id);

#endif
