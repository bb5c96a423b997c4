/* SPDX-License-Identifier: Apache-2.0 */
#include "client/pending.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

void pending_init(struct pending *pending)
{
    *pending = (struct pending){0};
}

static void list_append(struct pending_list *list, struct pending_item *item)
{
    item->next = NULL;
    item->previous = list->last;
    if (list->last == NULL) {
        list->first = item;
    } else {
        list->last->next = item;
    }
    list->last = item;
}

static void list_remove(struct pending_list *list, struct pending_item *item)
{
    if (item->previous == NULL) {
        list->first = item->next;
    } else {
        item->previous->next = item->next;
    }
    if (item->next == NULL) {
        list->last = item->previous;
    } else {
        item->next->previous = item->previous;
    }
}

static void list_free(struct pending_list *list)
{
    struct pending_item *item = list->first;

    while (item != NULL) {
        struct pending_item *next = item->next;

        free(item);
        item = next;
    }
    *list = (struct pending_list){0};
}

void pending_release(struct pending *pending)
{
    list_free(&pending->waiting);
    list_free(&pending->sent);
    free(pending->buckets);
    pending_init(pending);
}

/* The ids of commands end in random bytes and those of queries in a counter: the last eight bytes,
 * multiplied by an odd constant, spread both. */
static size_t bucket_of(const struct pending *pending, const uint8_t *id)
{
    uint64_t mixed = bytes_get_u64(id + 8) * UINT64_C(0x9E3779B97F4A7C15);

    return (size_t)(mixed >> 32) & (pending->bucket_count - 1);
}

static void put_in_bucket(struct pending *pending, struct pending_item *item)
{
    struct pending_item **bucket = &pending->buckets[bucket_of(pending, item->id)];

    item->bucket_next = *bucket;
    *bucket = item;
}

static void take_from_bucket(struct pending *pending, struct pending_item *item)
{
    struct pending_item **at = &pending->buckets[bucket_of(pending, item->id)];

    while (*at != item) {
        require(*at != NULL);
        at = &(*at)->bucket_next;
    }
    *at = item->bucket_next;
}

static void put_list_in_buckets(struct pending *pending, const struct pending_list *list)
{
    for (struct pending_item *item = list->first; item != NULL; item = item->next) {
        put_in_bucket(pending, item);
    }
}

static void grow_buckets(struct pending *pending)
{
    size_t larger = pending->bucket_count == 0 ? PENDING_BUCKETS_FIRST : 2 * pending->bucket_count;

    free(pending->buckets);
    pending->buckets = calloc(larger, sizeof(struct pending_item *));
    require(pending->buckets != NULL);
    pending->bucket_count = larger;
    put_list_in_buckets(pending, &pending->waiting);
    put_list_in_buckets(pending, &pending->sent);
}

enum err pending_add(struct pending *pending, const uint8_t id[COMMAND_ID_BYTES],
                     struct bytes bytes, struct pending_item **out)
{
    if (pending_find(pending, id) != NULL) {
        return ERR_EXISTS;
    }
    if (pending->count == CLIENT_PENDING_MAX ||
        bytes.size > CLIENT_PENDING_BYTES_MAX - pending->bytes) {
        return ERR_FULL;
    }
    if (pending->count >= pending->bucket_count) {
        grow_buckets(pending);
    }

    struct pending_item *item = calloc(1, sizeof *item + bytes.size);
    require(item != NULL);
    memcpy(item->id, id, sizeof item->id);
    item->size = bytes.size;
    if (bytes.size > 0) {
        memcpy(item->data, bytes.data, bytes.size);
    }
    list_append(&pending->waiting, item);
    put_in_bucket(pending, item);
    pending->count++;
    pending->bytes += bytes.size;
    *out = item;
    return ERR_OK;
}

struct pending_item *pending_find(const struct pending *pending, const uint8_t id[COMMAND_ID_BYTES])
{
    if (pending->bucket_count == 0) {
        return NULL;
    }

    struct pending_item *item = pending->buckets[bucket_of(pending, id)];
    while (item != NULL && memcmp(item->id, id, COMMAND_ID_BYTES) != 0) {
        item = item->bucket_next;
    }
    return item;
}

struct pending_item *pending_waiting(const struct pending *pending)
{
    return pending->waiting.first;
}

static void move(struct pending *pending, struct pending_item *item, bool is_sent)
{
    list_remove(item->is_sent ? &pending->sent : &pending->waiting, item);
    item->is_sent = is_sent;
    list_append(is_sent ? &pending->sent : &pending->waiting, item);
}

void pending_sent(struct pending *pending, struct pending_item *item, int64_t now_ms)
{
    int64_t longer = 2 * item->silence_ms;

    item->sent_ms = now_ms;
    item->silence_ms = longer > CLIENT_RESEND_MAX_MS ? CLIENT_RESEND_MAX_MS : longer;
    if (item->silence_ms == 0) {
        item->silence_ms = CLIENT_RESEND_FIRST_MS;
    }
    move(pending, item, true);
}

void pending_heard(struct pending *pending, int64_t now_ms)
{
    pending->heard_ms = now_ms;
}

/* Moves all of @from to the end of @to. */
static void list_join(struct pending_list *to, struct pending_list *from)
{
    if (from->first == NULL) {
        return;
    }
    from->first->previous = to->last;
    if (to->last == NULL) {
        to->first = from->first;
    } else {
        to->last->next = from->first;
    }
    to->last = from->last;
    *from = (struct pending_list){0};
}

void pending_restart(struct pending *pending)
{
    struct pending_list again = pending->sent;

    for (struct pending_item *item = again.first; item != NULL; item = item->next) {
        item->is_sent = false;
        item->silence_ms = 0;
    }
    pending->sent = (struct pending_list){0};
    list_join(&again, &pending->waiting); /* what never was sent comes last */
    pending->waiting = again;
}

static int64_t due_ms(const struct pending *pending, const struct pending_item *item)
{
    int64_t since_ms = item->sent_ms > pending->heard_ms ? item->sent_ms : pending->heard_ms;
    int64_t due = since_ms + item->silence_ms;
    int64_t latest = item->sent_ms + CLIENT_RESEND_MAX_MS;

    return due < latest ? due : latest;
}

bool pending_wake(struct pending *pending, int64_t now_ms)
{
    bool is_any = false;
    struct pending_item *item = pending->sent.first;

    pending->looked_ms = now_ms;
    /* In the order of sending: behind the first that cannot be due yet, none is. */
    while (item != NULL && item->sent_ms + CLIENT_RESEND_FIRST_MS <= now_ms) {
        struct pending_item *next = item->next;

        if (due_ms(pending, item) <= now_ms) {
            move(pending, item, false);
            is_any = true;
        }
        item = next;
    }
    return is_any;
}

int64_t pending_wake_ms(const struct pending *pending)
{
    if (pending->sent.first == NULL) {
        return INT64_MAX;
    }

    int64_t soonest = pending->sent.first->sent_ms + CLIENT_RESEND_FIRST_MS;
    int64_t look = pending->looked_ms + CLIENT_LOOK_MS;
    return soonest > look ? soonest : look;
}

void pending_remove(struct pending *pending, struct pending_item *item)
{
    list_remove(item->is_sent ? &pending->sent : &pending->waiting, item);
    take_from_bucket(pending, item);
    pending->count--;
    pending->bytes -= item->size;
    free(item);
}
