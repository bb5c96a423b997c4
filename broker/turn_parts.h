/* SPDX-License-Identifier: Apache-2.0 */
/* turn_parts.h - for the files of the turn alone: what a turn is made of. turn.h says what it does.
 */
#ifndef BROKER_TURN_PARTS_H
#define BROKER_TURN_PARTS_H

#include "broker/turn.h"
#include "core/decide.h"
#include "store/commit.h"

/* What the office's record knows of the clock, as committed. */
struct known_time {
    bool is_loaded;
    bool is_there;
    Hs__TrustedTime time;
    Hs__ClockAnchor anchor;           /* the time's */
    char boot_id[TIME_BOOT_ID_BYTES]; /* the anchor's */
};

struct turn {
    struct turn_settings settings;
    struct known_time known;
    struct time_reading reading; /* the turn's one */
    struct trusted_time time;    /* as it was judged */
    struct arena arena;
    struct arena scratch; /* one entry read from the journal */
    struct ledger *ledger;
    const Hs__Office *office; /* as the turn has made it so far */
    int64_t now_ms;
    enum err failure; /* of the store; nothing is decided after it */
    bool is_recorded; /* something was appended */
    bool is_held;     /* nothing new is decided */
    bool directory_changed;

    struct reply *replies; /* TURN_COMMANDS_MAX of room, and one for each unreadable envelope */
    size_t reply_count;
    size_t reply_capacity;
    size_t command_count;

    struct happening *happenings;
    size_t happening_count;
    size_t happening_capacity;

    struct submitted_packet {
        struct packet_name name;
        struct bytes bytes;
    } * packets;
    size_t packet_count;
    size_t packet_capacity;

    const struct commit *commit;
    struct commit past; /* the one that receipts were last made from again; last_seq 0: none */
    size_t leaves_read;
};

/* The envelope at hand. */
struct envelope {
    const Hs__SignedEnvelope *signed_envelope;
    const Hs__Envelope *content;
    const Hs__Principal *signer;
    const char *user_id;
    void *tag;
    uint64_t received_seq; /* 0: not yet recorded */
};

/* The command at hand. */
struct command {
    const struct envelope *envelope;
    struct bytes bytes;
    struct hash hash; /* of the bytes */
    const Hs__Command *content;
    uint32_t index;
    struct reply *reply;
    struct arena_mark mark; /* before it was read */
};

/* Returns @array, of @count elements of @size bytes, with room for one more. @capacity follows. */
void *turn_grown(void *array, size_t count, size_t *capacity, size_t size);

/* The store failed: nothing more is decided, and turn_end() gives the turn up. */
void turn_fail(struct turn *turn, enum err err);

/* Adds the reply to a command; it says "unchanged" until told otherwise. Valid until the next one.
 */
struct reply *turn_add_reply(struct turn *turn, void *tag, struct bytes command_id);

void reply_refuse(struct reply *reply, enum refusal refusal, const char *detail);

/* ---- turn_time.c ---- */

/* Reads the clocks and judges them. */
enum err turn_time_begin(struct turn *turn);

/* Records what the judgement changes. */
void turn_time_record(struct turn *turn);

/* Notes that @event is recorded, which may be about the clock. */
void turn_time_changed(struct turn *turn, const Hs__Event *event);

/* ---- turn_situation.c ---- */

/* Returns the packet that @command brings, or NULL. */
const Hs__Packet *turn_packet_of(const Hs__Command *command);

/* Finds everything that the decision of @command may ask for. False: the arena is too small or the
 * store failed. */
bool turn_find_situation(struct turn *turn, const struct command *command,
                         struct situation *situation);

/* Finds the record of @proposal and what its clocks go by. False: there is none, or the store
 * failed. */
bool turn_find_clocks(struct turn *turn, uint64_t proposal, struct situation *situation);

/* ---- turn_record.c ---- */

/* Appends one event and applies it. @command is NULL for the clock's. Returns its seq, 0 on
 * failure. */
uint64_t turn_record_event(struct turn *turn, const Hs__Event *event,
                           const struct command *command);

/* Records what was decided for @command of @envelope, and completes its reply. */
void turn_record_decision(struct turn *turn, struct envelope *envelope, struct command *command,
                          const struct decision *decision);

#endif
