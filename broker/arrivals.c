/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/arrivals.h"

#include <string.h>

#include "broker/limits.h"
#include "proto/wire.h"

enum { ENVELOPE_FIELD = 1, COMMANDS_FIELD = 4 }; /* of SignedEnvelope, of Envelope */

/* What @arrival takes of memory: the smallest frames cost more than themselves. */
static size_t bytes_held(const struct arrival *arrival)
{
    return sizeof *arrival + arrival->message.body.size;
}

static size_t count_commands(struct bytes frame)
{
    struct bytes outer = wire_find(frame, HS__CLIENT_MESSAGE__BODY_ENVELOPE);
    size_t count = wire_count(wire_find(outer, ENVELOPE_FIELD), COMMANDS_FIELD);

    return count == 0 ? 1 : count;
}

void arrivals_add(struct arrivals *arrivals, struct arrival *arrival)
{
    arrival->next = NULL;
    arrival->commands = count_commands(arrival->message.body);
    if (arrivals->last == NULL) {
        arrivals->first = arrival;
    } else {
        arrivals->last->next = arrival;
    }
    arrivals->last = arrival;
    arrivals->bytes += bytes_held(arrival);
}

void shares_begin(struct shares *shares, struct arrivals *arrivals)
{
    shares->arrivals = arrivals;
    shares->link = &arrivals->first;
    shares->is_shared_out = false;
    shares->is_one_waiting = false;
    shares->has_given_more = false;
    shares->count = 0; /* the rows are set when they are given */
}

/* Returns the share of @user, or NULL if SHARES_MAX others have one. */
static struct share *share_of(struct shares *shares, const char *user)
{
    for (size_t i = 0; i < shares->count; i++) {
        if (strcmp(shares->rows[i].user, user) == 0) {
            return &shares->rows[i];
        }
    }
    if (shares->count == SHARES_MAX) {
        return NULL;
    }
    struct share *share = &shares->rows[shares->count++];
    *share = (struct share){.commands = 0};
    (void)strncpy(share->user, user, USER_BYTES_MAX - 1); /* zap bounds names below this */
    return share;
}

/* Takes the arrival that @link leads to out of the queue. */
static struct arrival *take_at(struct shares *shares, struct arrival **link)
{
    struct arrivals *arrivals = shares->arrivals;
    struct arrival *arrival = *link;

    *link = arrival->next;
    arrivals->bytes -= bytes_held(arrival);
    if (arrival == arrivals->last) {
        arrivals->last = arrivals->first;
        while (arrivals->last != NULL && arrivals->last->next != NULL) {
            arrivals->last = arrivals->last->next;
        }
    }
    return arrival;
}

/* True if there is room in @share for what @arrival brings; else what is behind it waits too. */
static bool has_room(struct share *share, const struct arrival *arrival)
{
    if (share == NULL) {
        return true;
    }
    share->is_passed_over = share->is_passed_over || arrival->commands > TURN_PRINCIPAL_COMMANDS ||
                            share->commands > TURN_PRINCIPAL_COMMANDS - arrival->commands;
    if (!share->is_passed_over) {
        share->commands += arrival->commands;
    }
    return !share->is_passed_over;
}

static bool is_one_waiting(const struct arrivals *arrivals)
{
    const struct arrival *arrival = arrivals->first;

    while (arrival != NULL &&
           strcmp(arrival->message.principal, arrivals->first->message.principal) == 0) {
        arrival = arrival->next;
    }
    return arrival == NULL;
}

/* Takes the oldest envelope that is above its principal's share, of one who has had nothing of it
 * yet. */
static struct arrival *take_more(struct shares *shares)
{
    struct arrival **link = &shares->arrivals->first;

    if (shares->has_given_more) {
        return NULL;
    }
    shares->has_given_more = true;
    while (*link != NULL) {
        const struct share *share = share_of(shares, (*link)->message.principal);

        if (share == NULL || share->commands == 0) {
            return take_at(shares, link);
        }
        link = &(*link)->next;
    }
    return NULL;
}

/* Takes the next for which its principal's share has room. */
static struct arrival *take_share(struct shares *shares)
{
    while (*shares->link != NULL) {
        const struct arrival *arrival = *shares->link;

        if (has_room(share_of(shares, arrival->message.principal), arrival)) {
            return take_at(shares, shares->link);
        }
        shares->link = &(*shares->link)->next;
    }
    return NULL;
}

struct arrival *shares_take(struct shares *shares)
{
    struct arrival *arrival = shares->is_shared_out ? NULL : take_share(shares);

    if (arrival != NULL) {
        return arrival;
    }
    if (!shares->is_shared_out) {
        shares->is_shared_out = true;
        shares->is_one_waiting = is_one_waiting(shares->arrivals);
    }
    if (!shares->is_one_waiting) {
        return take_more(shares);
    }
    return shares->arrivals->first == NULL ? NULL : take_at(shares, &shares->arrivals->first);
}
