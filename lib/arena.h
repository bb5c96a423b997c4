/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory for one piece of work, given back all at once.
 *
 * What a peer can make us allocate is bounded: an arena has a capacity, and an allocation beyond it
 * returns NULL. Memory comes in blocks, which a cleared arena keeps for its next use (the first
 * ARENA_KEEP_BYTES of them), so a turn in steady state asks the system for nothing.
 */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "lib/bytes.h"

enum {
    ARENA_BLOCK_BYTES = 64 * 1024,      /* the first block; later ones double */
    ARENA_KEEP_BYTES = 4 * 1024 * 1024, /* what a cleared arena keeps */
};

struct arena_block;

/* Invariant: used_bytes <= capacity_bytes. used_bytes counts what was asked for, aligned to 16. */
struct arena {
    struct arena_block *block; /* the newest; older ones hang on it */
    size_t used_bytes;
    size_t capacity_bytes;
};

/* A point to which an arena can be rewound. */
struct arena_mark {
    struct arena_block *block;
    size_t block_used;
    size_t used_bytes;
};

/* Makes @arena empty, able to hold @capacity_bytes. Nothing is allocated yet. */
void arena_init(struct arena *arena, size_t capacity_bytes);

/* Returns @size zeroed bytes aligned to 16, valid until the arena is cleared, rewound before them
 * or released; NULL if that would pass the capacity. A size of 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* Returns @count elements of @size bytes each, as arena_alloc() does; NULL also on overflow. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Returns a copy of @bytes followed by a zero byte that is not counted; NULL if it does not fit. */
void *arena_copy(struct arena *arena, struct bytes bytes);

/* Returns a copy of the string @text; NULL if it does not fit. */
char *arena_text(struct arena *arena, const char *text);

/* Returns the formatted text, as printf() would print it; NULL if it does not fit. */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Remembers where @arena is now. */
struct arena_mark arena_mark(const struct arena *arena);

/* Gives back everything allocated since @mark was taken. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Gives back everything; the arena is empty and usable. */
void arena_clear(struct arena *arena);

/* Gives back everything to the system. @arena may be released twice. */
void arena_release(struct arena *arena);

#endif
