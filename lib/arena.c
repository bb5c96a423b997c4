/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif

/* What is not handed out may not be touched: under the address sanitizer that is checked, with a
 * gap behind each allocation, because those of an arena lie side by side in one block. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP_BYTES = 16 };
#define forbid(start, size) ASAN_POISON_MEMORY_REGION(start, size)
#define allow(start, size)  ASAN_UNPOISON_MEMORY_REGION(start, size)
#else
enum { GAP_BYTES = 0 };
#define forbid(start, size) ((void)(start), (void)(size))
#define allow(start, size)  ((void)(start), (void)(size))
#endif

enum { ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    size_t used;
    size_t reserved; /* keeps data aligned to 16 */
    uint8_t data[];
};

void arena_init(struct arena *arena, size_t capacity_bytes)
{
    *arena = (struct arena){.capacity_bytes = capacity_bytes};
}

static void add_block(struct arena *arena, size_t needed)
{
    size_t size = arena->block == NULL ? ARENA_BLOCK_BYTES : 2 * arena->block->size;

    if (size > ARENA_KEEP_BYTES) {
        size = ARENA_KEEP_BYTES;
    }
    if (size < needed) {
        size = needed;
    }

    struct arena_block *block = malloc(sizeof *block + size);
    require(block != NULL); /* exhausted memory ends the process; sizes were bounded before */
    *block = (struct arena_block){.older = arena->block, .size = size};
    forbid(block->data, size);
    arena->block = block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > arena->capacity_bytes) {
        return NULL;
    }

    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->capacity_bytes - arena->used_bytes) {
        return NULL;
    }
    if (arena->block == NULL || arena->block->size - arena->block->used < rounded + GAP_BYTES) {
        add_block(arena, rounded + GAP_BYTES);
    }

    uint8_t *start = arena->block->data + arena->block->used;
    arena->block->used += rounded + GAP_BYTES;
    arena->used_bytes += rounded;
    allow(start, size);
    memset(start, 0, size);
    return start;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return arena_alloc(arena, count * size);
}

void *arena_copy(struct arena *arena, struct bytes bytes)
{
    if (bytes.size == SIZE_MAX) {
        return NULL;
    }

    uint8_t *copy = arena_alloc(arena, bytes.size + 1);
    if (copy != NULL && bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, bytes_of_text(text));
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    require(length >= 0);

    char *text = arena_alloc(arena, (size_t)length + 1);
    if (text == NULL) {
        return NULL;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments); /* measured above */
    va_end(arguments);
    return text;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){
        .block = arena->block,
        .block_used = arena->block == NULL ? 0 : arena->block->used,
        .used_bytes = arena->used_bytes,
    };
}

static void drop_newest(struct arena *arena)
{
    struct arena_block *older = arena->block->older;

    free(arena->block);
    arena->block = older;
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->block != mark.block) {
        require(arena->block != NULL);
        drop_newest(arena);
    }
    if (arena->block != NULL) {
        forbid(arena->block->data + mark.block_used, arena->block->used - mark.block_used);
        arena->block->used = mark.block_used;
    }
    arena->used_bytes = mark.used_bytes;
}

void arena_clear(struct arena *arena)
{
    /* The newest block is the largest of the ordinary ones: keep that one alone. */
    while (arena->block != NULL && arena->block->older != NULL) {
        struct arena_block *oldest = arena->block->older;

        if (arena->block->size > ARENA_KEEP_BYTES) {
            drop_newest(arena);
            continue;
        }
        arena->block->older = oldest->older;
        free(oldest);
    }
    if (arena->block != NULL && arena->block->size > ARENA_KEEP_BYTES) {
        drop_newest(arena);
    }
    if (arena->block != NULL) {
        forbid(arena->block->data, arena->block->used);
        arena->block->used = 0;
    }
    arena->used_bytes = 0;
}

void arena_release(struct arena *arena)
{
    while (arena->block != NULL) {
        drop_newest(arena);
    }
    arena->used_bytes = 0;
}
