/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h - a dictionary and a process's settings as the types that expressions are held against.
 *
 * For checking definitions, not for packets: a look-up goes through all fields.
 */
#ifndef CORE_FIELDS_H
#define CORE_FIELDS_H

#include "core/typecheck.h"
#include "proto/message.h"

/* All borrowed. process may be NULL: then any setting (cfg.NAME) is taken to exist. */
struct field_types {
    const Hs__Dictionary *dictionary;
    const Hs__Process *process;
    size_t derived_count; /* how many derived fields are there yet: each may read those before it */
    struct arena *arena;  /* for words and names */
};

/* Returns the type source over @types, which must outlive it. */
struct type_source field_type_source(const struct field_types *types);

#endif
