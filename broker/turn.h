/* SPDX-License-Identifier: Apache-2.0 */
/* turn.h - one turn of the broker: deadlines and commands decided in one transaction, made durable
 * by one sync.
 *
 *     turn_begin() ... turn_alarms() ... turn_envelope() for each ... turn_end()
 *
 * After turn_end() gave ERR_OK everything accepted is on disk, and the replies and happenings may
 * leave. They live until the next turn_begin(). The network is not seen from here: the broker, the
 * founding of an office and the tests use the same turn.
 */
#ifndef BROKER_TURN_H
#define BROKER_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/directory.h"
#include "broker/library.h"
#include "broker/time_source.h"
#include "core/refusal.h"
#include "core/trusted_time.h"
#include "lib/signature.h"
#include "store/journal.h"
#include "store/restored_file.h"

enum reply_kind { REPLY_RECEIPT, REPLY_REFUSAL, REPLY_UNCHANGED };

/* What is answered to one command. tag is the caller's, as given with its envelope. */
struct reply {
    void *tag;
    enum reply_kind kind;
    struct bytes command_id;
    Hs__Receipt *receipt; /* of REPLY_RECEIPT, after turn_end(); without a head if it is this
                             turn's. Of OPINION_ALREADY_GIVEN: the first opinion's, complete */
    enum refusal refusal;
    const char *detail; /* or NULL */

    /* Until turn_end() makes the receipt. */
    uint64_t received_seq;
    uint32_t index;
    uint64_t first_event;
    uint32_t event_count;
    Hs__Receipt__Result result;
};

/* One event of the turn, in the order of the journal. proposal is its record as the turn left it,
 * NULL for an event about the office. */
struct happening {
    uint64_t seq;
    const Hs__Event *event;
    const Hs__Proposal *proposal;
    void *tag; /* of the envelope that led to it; NULL: the clock */
};

struct turn;

/* What a turn works with; all borrowed. */
struct turn_settings {
    struct journal *journal;
    struct library *library;
    struct directory *directory;
    const struct sign_key *key; /* the broker's */
    struct time_source time;
    /* True if the document is stored, of that hash and size. NULL: none is. */
    bool (*has_document)(void *self, const Hs__Document *document);
    void *self;
};

struct turn *turn_new(const struct turn_settings *settings);
void turn_free(struct turn *turn);

/* Begins a turn at the trusted time (core/trusted_time.h), and records what is new about the clock.
 * Errors as of journal_begin(). */
enum err turn_begin(struct turn *turn);

/* Records the founding of the office, whose journal is empty. */
void turn_genesis(struct turn *turn, const Hs__Genesis *genesis);

/* Records that the journal came back from a backup and ended where @restored says. */
void turn_restored(struct turn *turn, const struct restored_record *restored);

/* What a turn would find if it began now. */
struct turn_outlook {
    struct trusted_time time;
    int64_t wall_ms;
    int64_t since_ms; /* of a suspicion that is on record */
};

/* Looks at the clock between turns. False: the store cannot be read. */
bool turn_look(struct turn *turn, struct turn_outlook *out);

/* From here on to the end of the turn nothing new is decided: a command that was decided before
 * gets its receipt again, every other is refused with STORE_FULL. */
void turn_hold(struct turn *turn);

/* Returns the time of the turn, milliseconds UTC. */
int64_t turn_now_ms(const struct turn *turn);

/* Records what has come of the clocks whose time has come, at most TURN_ALARMS_MAX; none while the
 * clock is suspect. Returns of how many; if there are more, or one has several things to say, they
 * wait for the next turn. */
size_t turn_alarms(struct turn *turn);

/* After a calendar was published: computes the clocks of at most TURN_RECOMPUTED_MAX proposals
 * anew. The office's record says whether there are more. */
void turn_recompute(struct turn *turn);

/* Decides the commands of @signed_envelope, which came over the connection of @user_id. Both must
 * live until the replies have left. What cannot be read is refused as a whole, with an empty
 * command id. */
void turn_envelope(struct turn *turn, const Hs__SignedEnvelope *signed_envelope,
                   const char *user_id, void *tag);

/* The same for the envelope in @frame, the bytes of a ClientMessage, which lives as long. */
void turn_frame(struct turn *turn, struct bytes frame, const char *user_id, void *tag);

/* True if the turn is full: its arena, its number of commands, or what it read again for receipts.
 * The rest waits. */
bool turn_is_full(const struct turn *turn);

/* Returns how many commands were decided. */
size_t turn_command_count(const struct turn *turn);

/* Commits, and makes the receipts.
 *
 * Errors:
 *   ERR_NO_SPACE  the store is full: nothing was recorded, all that was decided is refused with
 *                 STORE_FULL, only receipts of earlier turns stay, and the broker goes on
 *   others        the broker must stop: what is on disk is what it finds when it starts again */
enum err turn_end(struct turn *turn);

/* What leaves; valid until the next turn_begin(). */
const struct reply *turn_replies(const struct turn *turn, size_t *count);
const struct happening *turn_happenings(const struct turn *turn, size_t *count);

/* A version of a proposal's packet. */
struct packet_name {
    uint64_t proposal;
    uint32_t version;
};

/* Returns the bytes of the packet called @name if it was submitted in this turn, for its reviews;
 * data is NULL if it was not. */
struct bytes turn_packet(const struct turn *turn, const struct packet_name *name);

/* Returns the bytes of the SignedHead of the turn's commit; data is NULL if it recorded nothing. */
struct bytes turn_head(const struct turn *turn);

/* Returns the arena of the turn, for what leaves with it. */
struct arena *turn_arena(struct turn *turn);

#endif
