/* SPDX-License-Identifier: Apache-2.0 */
/* bodies.h - packets, opinions, definitions: stored once, in the journal, and read from there.
 *
 * The views know where each is (store/views.h); here it is fetched. Works in a reading transaction
 * and in a turn's own, where it sees what the turn appended. Messages are copies in the arena.
 *
 * Errors of each: ERR_ABSENT if there is none; ERR_CORRUPT if the journal does not hold at its
 * place what the view says, with the words in the database; ERR_FULL where the arena is full; and
 * the codes of store/database.h.
 */
#ifndef STORE_BODIES_H
#define STORE_BODIES_H

#include <stdint.h>

#include "lib/arena.h"
#include "proto/message.h"
#include "store/database.h"
#include "store/views.h"

/* An envelope as it was received. */
struct received_body {
    Hs__Received *received;
    Hs__Envelope *envelope;
};

/* An event with the entry it stands in. */
struct event_body {
    int64_t at_ms;
    Hs__EventEntry *entry;
    Hs__Event *event;
};

/* Reads the received entry @seq. */
enum err body_received(struct transaction *txn, uint64_t seq, struct arena *arena,
                       struct received_body *out);

/* Reads the event entry @seq. */
enum err body_event(struct transaction *txn, uint64_t seq, struct arena *arena,
                    struct event_body *out);

/* Reads the command @place->index of the envelope @place->seq. */
enum err body_command(struct transaction *txn, const struct place *place, struct arena *arena,
                      Hs__Command **out);

/* Reads version @version of the packet of @proposal. */
enum err body_packet(struct transaction *txn, uint64_t proposal, uint32_t version,
                     struct arena *arena, Hs__Packet **out);

/* Reads the opinion that was given to @review, as it was last rectified. */
enum err body_opinion(struct transaction *txn, const Hs__ReviewRef *review, struct arena *arena,
                      Hs__Opinion **out);

/* Reads the opinion that the entry @seq, opinion_given or opinion_rectified, records: one that was
 * replaced too. */
enum err body_earlier_opinion(struct transaction *txn, uint64_t seq, struct arena *arena,
                              Hs__Opinion **out);
/* An opinion that counts no more, from 1, or the draft (OPINION_DRAFT). */
struct opinion_version {
    const Hs__ReviewRef *review;
    uint32_t version;
};

/* Reads the last draft for a review, or a version of its opinion that was rectified since. */
enum err body_opinion_version(struct transaction *txn, const struct opinion_version *wanted,
                              struct arena *arena, Hs__Opinion **out);

/* A definition's bytes, in the caller's arena. */
struct definition_body {
    enum definition_kind kind;
    struct bytes bytes;
};

/* Reads the definition named by @hash. */
enum err body_definition(struct transaction *txn, struct bytes hash, struct arena *arena,
                         struct definition_body *out);

#endif
