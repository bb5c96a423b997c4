/* SPDX-License-Identifier: Apache-2.0 */
/* found.h - the founding of an office: its journal, its genesis, and what is ordered before the
 * broker serves for the first time.
 *
 * Every order is a command in an envelope signed by the principal that gives it, decided by the
 * same turn as later ones and recorded the same way: the journal knows no other beginning than
 * genesis. Only while no broker serves the home.
 */
#ifndef BROKER_FOUND_H
#define BROKER_FOUND_H

#include "broker/time_source.h"
#include "core/refusal.h"
#include "lib/err.h"
#include "lib/signature.h"
#include "proto/message.h"
#include "store/failure.h"

struct founding;

/* What genesis says. All borrowed. */
struct founding_settings {
    const char *journal; /* folder, made here; must not hold a journal yet */
    size_t map_bytes;    /* 0: the default */
    const char *office;  /* id: plain, as in core/names.h */
    const char *prefix;  /* of proposal numbers: LJHS */
    int utc_offset_minutes;
    const struct sign_key *office_key;   /* the broker's */
    const uint8_t *office_curve_key;     /* public, 32 bytes */
    const Hs__Principal *security_admin; /* name, roles, both public keys */
    struct time_source time;
};

/* Makes the journal with its first commit: genesis, the office's own principal, the first security
 * administrator.
 *
 * Errors (no journal is left behind; @failure has the words):
 *   ERR_EXISTS   there is a journal in the folder
 *   ERR_INVALID  a name or a key is not as it should be
 *   others       as those of store/database.h */
enum err founding_begin(const struct founding_settings *settings, struct founding **out,
                        struct failure *failure);

/* Who gives an order. */
struct founding_author {
    const char *name; /* person:security */
    const struct sign_key *key;
};

/* Decides @command, whose id is set here, as given by @author, and records it.
 *
 * Errors:
 *   ERR_DENIED  it is refused: @refusal is the reason, @failure has the detail; nothing is recorded
 *   others      as those of store/database.h: the founding cannot go on */
enum err founding_order(struct founding *founding, const struct founding_author *author,
                        Hs__Command *command, enum refusal *refusal, struct failure *failure);

/* Closes the journal. Accepts NULL. */
void founding_end(struct founding *founding);

#endif
