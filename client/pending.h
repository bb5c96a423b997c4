/* SPDX-License-Identifier: Apache-2.0 */
/* pending.h - what was asked of the broker and is not answered: when to send each, and again.
 *
 * An item waits to be sent, or was sent and waits for its answer. After a silence it waits to be
 * sent again; the silence doubles from CLIENT_RESEND_FIRST_MS to CLIENT_RESEND_MAX_MS with every
 * sending. Silence counts from the item's sending or, later, from the last answer to any item: a
 * broker that is busy answering is not asked again, but for CLIENT_RESEND_MAX_MS at most.
 *
 * Pure but for the memory it allocates: the caller brings the time, in milliseconds of a clock that
 * never goes back.
 */
#ifndef CLIENT_PENDING_H
#define CLIENT_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/answer.h"
#include "lib/bytes.h"
#include "lib/err.h"

enum { PENDING_BUCKETS_FIRST = 64 };

struct pending_item {
    struct pending_item *next; /* in its list, oldest first */
    struct pending_item *previous;
    struct pending_item *bucket_next;
    uint8_t id[COMMAND_ID_BYTES];
    int64_t sent_ms;
    int64_t silence_ms; /* before it is sent again; 0: never sent */
    bool is_sent;       /* which list it is in */

    command_answered_fn command_answered; /* the one that applies is set by the caller */
    query_answered_fn query_answered;
    void *self;
    bool is_patient; /* a temporary refusal is no answer */

    size_t size;
    uint8_t data[]; /* what is sent */
};

struct pending_list {
    struct pending_item *first;
    struct pending_item *last;
};

/* Invariant: every item is in exactly one of the two lists, and in its bucket. */
struct pending {
    struct pending_list waiting; /* to be sent */
    struct pending_list sent;    /* in the order of their last sending */
    struct pending_item **buckets;
    size_t bucket_count; /* a power of two; 0 before the first item */
    size_t count;
    size_t bytes;
    int64_t heard_ms;  /* of the last answer */
    int64_t looked_ms; /* of the last pending_wake() */
};

/* Makes @pending empty. */
void pending_init(struct pending *pending);

/* Frees all items; nobody is told. */
void pending_release(struct pending *pending);

/* Adds an item that waits to be sent, with a copy of @bytes, and sets @out to it for the caller to
 * fill in who is told.
 *
 * Errors (nothing is added):
 *   ERR_EXISTS  an item has this id
 *   ERR_FULL    CLIENT_PENDING_MAX items or CLIENT_PENDING_BYTES_MAX bytes are pending */
enum err pending_add(struct pending *pending, const uint8_t id[COMMAND_ID_BYTES],
                     struct bytes bytes, struct pending_item **out);

/* Returns the item @id, or NULL. */
struct pending_item *pending_find(const struct pending *pending,
                                  const uint8_t id[COMMAND_ID_BYTES]);

/* Returns the first item that waits to be sent, or NULL; the others follow by next. */
struct pending_item *pending_waiting(const struct pending *pending);

/* Says that @item was sent at @now_ms. */
void pending_sent(struct pending *pending, struct pending_item *item, int64_t now_ms);

/* Says that some item was answered at @now_ms. */
void pending_heard(struct pending *pending, int64_t now_ms);

/* Makes every item wait to be sent, as if for the first time: the connection is a new one. */
void pending_restart(struct pending *pending);

/* Makes the items wait to be sent whose silence has lasted by @now_ms. Returns true if any did. */
bool pending_wake(struct pending *pending, int64_t now_ms);

/* Returns when pending_wake() is to be called next, or INT64_MAX: not before an item can be due,
 * and not more often than every CLIENT_LOOK_MS, because it looks at every item. */
int64_t pending_wake_ms(const struct pending *pending);

/* Removes and frees @item. */
void pending_remove(struct pending *pending, struct pending_item *item);

#endif
