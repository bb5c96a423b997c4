/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h - the tasks to decide, the earliest deadline first.
 *
 * It holds keys only: a task that ended meanwhile is found gone when its turn comes. Times are
 * milliseconds since the Unix epoch, UTC.
 */
#ifndef AGENTS_QUEUE_H
#define AGENTS_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/store.h"

struct queue_entry {
    int64_t due_ms; /* INT64_MAX: no limit */
    struct task_key key;
};

/* Invariant: entries[0..count) is a binary heap, a parent not later than its children. A heap: ten
 * thousand tasks may come at once, in any order of deadlines. */
struct queue {
    struct queue_entry *entries;
    size_t count;
    size_t capacity;
};

/* Makes @queue empty; queue_release() frees what it holds. */
void queue_init(struct queue *queue);
void queue_release(struct queue *queue);

/* Adds @key, due at @due_ms; 0: no limit. */
void queue_add(struct queue *queue, struct task_key key, int64_t due_ms);

/* Moves the entry that is due first, the oldest proposal of several, into @out and returns true;
 * false if there is none. */
bool queue_take(struct queue *queue, struct queue_entry *out);

#endif
