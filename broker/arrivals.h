/* SPDX-License-Identifier: Apache-2.0 */
/* arrivals.h - the envelopes that wait for a turn, and whose turn it is.
 *
 * A principal has TURN_PRINCIPAL_COMMANDS commands a turn while others wait, in the order in which
 * they came. An envelope is decided whole: one that its principal's share has no room for waits
 * until everybody's share was taken, and then one such envelope a turn is. So nobody waits longer
 * than that one takes, and no envelope for ever.
 */
#ifndef BROKER_ARRIVALS_H
#define BROKER_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "broker/session.h"
#include "net/router.h"

/* An envelope as it came, kept until its turn. */
struct arrival {
    struct arrival *next;
    struct router_message message;
    size_t commands; /* in it, at least 1: one that cannot be read is answered too */
};

struct arrivals {
    struct arrival *first; /* oldest first */
    struct arrival *last;
    size_t bytes; /* of memory, held by all of them */
};

/* How many commands of one principal this turn has taken. */
struct share {
    char user[USER_BYTES_MAX];
    size_t commands;
    bool is_passed_over; /* its oldest has no room: those behind it wait as well */
};

enum { SHARES_MAX = 256 }; /* principals beyond it are not counted, and wait for nobody */

/* What one turn has taken. No arrival is added while it is in use. */
struct shares {
    struct arrivals *arrivals;
    struct arrival **link; /* the next to look at, until is_shared_out */
    bool is_shared_out;    /* everybody had a share */
    bool is_one_waiting;   /* all that was left then is one principal's */
    bool has_given_more;   /* the one envelope above a share was taken */
    size_t count;
    struct share rows[SHARES_MAX];
};

/* Adds @arrival, whose message was received, and counts its commands. */
void arrivals_add(struct arrivals *arrivals, struct arrival *arrival);

/* Begins a turn with what waits. */
void shares_begin(struct shares *shares, struct arrivals *arrivals);

/* Takes what is to be decided next in this turn, and gives it to the caller; NULL: the rest waits
 * for the next turn. */
struct arrival *shares_take(struct shares *shares);

#endif
