/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/hash.h"
#include "tests/simulation/process.h"

enum { START_MS = 100000000 };

void world_init(struct world *world, uint64_t seed, const char *folder)
{
    const struct chance root = {seed};

    *world = (struct world){
        .folder = folder,
        .chance = chance_split(&root, 1),
        .fate = chance_split(&root, 2),
        .now_ms = START_MS,
        .start_ms = START_MS,
        .office_rate = 1,
        .hash = seed,
    };
}

void world_release(struct world *world)
{
    free(world->heap);
    world->heap = NULL;
    world->count = 0;
}

/* ---- what comes next ---- */

static bool is_sooner(const struct world_event *a, const struct world_event *b)
{
    return a->at_ms < b->at_ms || (a->at_ms == b->at_ms && a->order < b->order);
}

static void swap(struct world_event *a, struct world_event *b)
{
    struct world_event kept = *a;

    *a = *b;
    *b = kept;
}

void world_in(struct world *world, int64_t delay_ms, struct world_event event)
{
    struct process *process = process_pause(); /* the world's memory is nobody's */

    if (world->count == world->capacity) {
        world->capacity = world->capacity == 0 ? 256 : 2 * world->capacity;
        world->heap = realloc(world->heap, world->capacity * sizeof *world->heap);
        require(world->heap != NULL);
    }
    process_resume(process);
    event.at_ms = world->now_ms + (delay_ms < 0 ? 0 : delay_ms);
    event.order = ++world->order;

    size_t at = world->count++;
    world->heap[at] = event;
    while (at > 0 && is_sooner(&world->heap[at], &world->heap[(at - 1) / 2])) {
        swap(&world->heap[at], &world->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static struct world_event take(struct world *world)
{
    struct world_event first = world->heap[0];
    size_t at = 0;

    world->heap[0] = world->heap[--world->count];
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < world->count; child++) {
            least = is_sooner(&world->heap[child], &world->heap[least]) ? child : least;
        }
        if (least == at) {
            return first;
        }
        swap(&world->heap[at], &world->heap[least]);
        at = least;
    }
}

bool world_step(struct world *world, int64_t until_ms)
{
    if (world->is_over || world->count == 0 || world->heap[0].at_ms > until_ms) {
        return false;
    }
    struct world_event event = take(world);

    world->now_ms = event.at_ms;
    event.happen(event.self, event.number);
    return !world->is_over;
}

int64_t world_office_ms(const struct world *world)
{
    return world->office_start_ms + (world->now_ms - world->start_ms) * world->office_rate;
}

/* ---- what was seen ---- */

void world_note(struct world *world, const char *what, uint64_t number, struct bytes bytes)
{
    uint8_t head[4 * sizeof(uint64_t)];

    bytes_put_u64(head, world->hash);
    bytes_put_u64(head + 8, (uint64_t)world->now_ms);
    bytes_put_u64(head + 16, number ^ checksum_of(bytes_of_text(what)));
    bytes_put_u64(head + 24, bytes.size == 0 ? 0 : checksum_of(bytes));
    world->hash = checksum_of((struct bytes){head, sizeof head});
    if (world->is_loud) {
        (void)fprintf(stderr, "%10" PRId64 " %-24s %" PRIu64 " (%zu) %016" PRIx64 "\n",
                      world->now_ms - world->start_ms, what, number, bytes.size, world->hash);
    }
}

void world_fail(struct world *world, const char *format, ...)
{
    va_list list;

    if (world->failure[0] != '\0') {
        return;
    }
    va_start(list, format);
    (void)vsnprintf(world->failure, sizeof world->failure, format, list);
    va_end(list);
    world->is_over = true;
    if (world->is_loud) {
        (void)fprintf(stderr, "%10" PRId64 " FAILED: %s\n", world->now_ms - world->start_ms,
                      world->failure);
    }
}
