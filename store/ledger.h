/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.h - the working set of one commit: the records it reads and what its events make of them.
 *
 * The only writer of the views. The live turn and the replay use it alike; that is what makes a
 * view a function of the journal. Records are loaded once, changed in memory by apply(), and
 * written once by ledger_flush(), the indices as the difference of what they were and what they
 * are. Places of bodies and definitions are written at once, so the same turn can read them
 * (store/bodies.h).
 *
 * Everything lives in the caller's arena, the events too: records borrow from them. The ledger ends
 * with the arena; there is nothing to release. Errors are those of store/views.h; after one the
 * turn can only be given up.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/hash.h"
#include "proto/message.h"
#include "store/journal.h"
#include "store/views.h"

enum {
    COMMANDS_FORGOTTEN_MAX = 1024, /* at one head */
};

/* A command is remembered until its id is this much older than the journal's time: 30 days. */
#define COMMAND_MEMORY_MS (INT64_C(30) * 24 * 3600 * 1000)

struct ledger;

/* Returns a ledger over @txn in @arena; NULL if it does not fit. */
struct ledger *ledger_new(struct transaction *txn, struct arena *arena);

/* True if @ledger's arena has room for another command's events. Ask before deciding. */
bool ledger_has_room(const struct ledger *ledger);

/* The records as this turn has made them so far; they change as events are recorded. The office's
 * is empty before genesis; the others give ERR_ABSENT where there is none. */
enum err ledger_office(struct ledger *ledger, const Hs__Office **out);
enum err ledger_proposal(struct ledger *ledger, uint64_t id, const Hs__Proposal **out);
enum err ledger_principal(struct ledger *ledger, const char *name, const Hs__Principal **out);

/* Finds a command that gave events, this turn's included. ERR_ABSENT if there is none. */
enum err ledger_command(struct ledger *ledger, struct bytes id, uint32_t principal,
                        struct command_row *out);

/* The command that led to an event. Borrowed for the call. */
struct command_context {
    uint64_t seq;       /* of the received entry */
    uint32_t index;     /* in its envelope */
    const char *signer; /* of the envelope */
    struct bytes id;    /* the command's own */
    struct hash hash;   /* of the command's bytes */
};

/* Takes in @event, which stands in entry @seq with the time @at_ms; @context is NULL if nobody
 * asked for it. The events of one command come one after another.
 *
 * Errors: ERR_CORRUPT if the event cannot be applied; ERR_FULL if there is no room. */
enum err ledger_record(struct ledger *ledger, const Hs__Event *event, uint64_t seq, int64_t at_ms,
                       const struct command_context *context);

/* Appends @event to @journal's turn, whose transaction is the ledger's, and takes it in; sets @seq
 * to its entry. */
enum err ledger_append(struct ledger *ledger, struct journal *journal, const Hs__Event *event,
                       const struct command_context *context, uint64_t *seq);

/* Writes what changed, forgets commands that are too old, and notes that the views follow the
 * journal up to the head @head_seq, whose time is @at_ms. The ledger is not used after it. */
enum err ledger_flush(struct ledger *ledger, uint64_t head_seq, int64_t at_ms);

#endif
