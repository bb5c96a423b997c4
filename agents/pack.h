/* SPDX-License-Identifier: Apache-2.0 */
/* pack.h - the pack that an agent publishes: its file's rules, or one owner's part of them. */
#ifndef AGENTS_PACK_H
#define AGENTS_PACK_H

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "proto/message.h"

/* The bytes of a Pack, which its hash names. */
struct published_pack {
    struct bytes bytes;
    struct hash hash;
};

/* Makes of @file the pack of @department, in @arena: with @owner not empty only that owner's rules,
 * which keep their ids and no longer name an owner. @file is changed.
 *
 * Errors:
 *   ERR_ABSENT   @owner has no rule in it
 *   ERR_INVALID  @owner is empty and the file is another department's
 *   ERR_FULL     @arena is too small */
enum err pack_publish(Hs__Pack *file, const char *department, const char *owner,
                      struct arena *arena, struct published_pack *out);

#endif
