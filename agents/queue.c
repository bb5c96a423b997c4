/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/queue.h"

#include <stdlib.h>

#include "lib/check.h"

enum { QUEUE_FIRST = 64 };

void queue_init(struct queue *queue)
{
    *queue = (struct queue){0};
}

void queue_release(struct queue *queue)
{
    free(queue->entries);
    queue_init(queue);
}

static bool is_before(const struct queue_entry *a, const struct queue_entry *b)
{
    if (a->due_ms != b->due_ms) {
        return a->due_ms < b->due_ms;
    }
    if (a->key.proposal != b->key.proposal) {
        return a->key.proposal < b->key.proposal;
    }
    return a->key.round < b->key.round;
}

static void swap(struct queue *queue, size_t a, size_t b)
{
    struct queue_entry entry = queue->entries[a];

    queue->entries[a] = queue->entries[b];
    queue->entries[b] = entry;
}

static void make_room(struct queue *queue)
{
    if (queue->count < queue->capacity) {
        return;
    }

    size_t larger = queue->capacity == 0 ? QUEUE_FIRST : 2 * queue->capacity;
    struct queue_entry *entries = realloc(queue->entries, larger * sizeof *entries);
    require(entries != NULL);
    queue->entries = entries;
    queue->capacity = larger;
}

void queue_add(struct queue *queue, struct task_key key, int64_t due_ms)
{
    size_t at = queue->count;

    make_room(queue);
    queue->entries[at] =
        (struct queue_entry){.due_ms = due_ms == 0 ? INT64_MAX : due_ms, .key = key};
    queue->count++;
    while (at > 0 && is_before(&queue->entries[at], &queue->entries[(at - 1) / 2])) {
        swap(queue, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

/* Returns which of @at and its children comes first. */
static size_t first_of(const struct queue *queue, size_t at)
{
    size_t first = at;

    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < queue->count; child++) {
        if (is_before(&queue->entries[child], &queue->entries[first])) {
            first = child;
        }
    }
    return first;
}

bool queue_take(struct queue *queue, struct queue_entry *out)
{
    size_t at = 0;

    if (queue->count == 0) {
        return false;
    }
    *out = queue->entries[0];
    queue->count--;
    queue->entries[0] = queue->entries[queue->count];
    for (size_t first = first_of(queue, at); first != at; first = first_of(queue, at)) {
        swap(queue, at, first);
        at = first;
    }
    return true;
}
