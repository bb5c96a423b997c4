/* SPDX-License-Identifier: Apache-2.0 */
/* missing.h - what a packet lacks: one list, each field once, with the rules and packs that ask. */
#ifndef CORE_MISSING_H
#define CORE_MISSING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/findings.h"
#include "lib/arena.h"
#include "proto/message.h"

enum { MISSING_FIELDS_MAX = 4096 };

/* Empty when zero. Everything in it is in the arena it was given, or borrowed from findings. */
struct missing_list {
    Hs__MissingField **rows;
    size_t count;
};

/* What asks for a field: a rule (or a seat's `when`) of a pack. */
struct asker {
    const char *pack;
    const char *rule_id;
};

/* Notes that @asker asks for the field at @path or, where @path is empty, cannot be answered for
 * @reason. Returns false if @arena is too small or the list is full. */
bool missing_note(struct missing_list *list, const char *path, const struct asker *asker,
                  const char *reason, struct arena *arena);

/* Notes what the unknown must-rules of @findings lack. Returns false as missing_note() does. */
bool missing_note_findings(struct missing_list *list, const struct findings *findings,
                           struct arena *arena);

/* Adds the rows of @more to @list, those of the same field made one. Returns false as
 * missing_note() does. */
bool missing_join(struct missing_list *list, const struct missing_list *more, struct arena *arena);

#endif
