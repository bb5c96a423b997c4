/* SPDX-License-Identifier: Apache-2.0 */
/* views.h - what the journal means now: records, places of bodies, indices.
 *
 * A view is a function of the journal only: rebuilding gives the same keys and values. They are
 * written by store/ledger.h alone, in the transaction of the entries they follow from.
 *
 * Keys (integers big-endian, 0 is one zero byte) and values (a checksum follows each: store/row.h):
 *
 *   proposals    proposal u64                                   a Proposal
 *   packets      proposal u64, version u32                      seq u64, index u32, hash 32
 *   opinions     proposal u64, round u32, department            seq u64, index u32, hash 32
 *                proposal u64, round u32, department, 0, version u32            the same
 *   inbox        department, 0, part u8, due_ms u64, proposal u64, round u32
 *   deadlines    wake_ms u64, proposal u64, kind u8, department
 *   by_status    status u8, proposal u64
 *   by_party     applicant, 0, proposal u64
 *   by_number    number                                         proposal u64
 *   commands     id 16, principal u32     hash 32, seq u64, index u32, first event u64, count u32
 *   directory    name                                           a Principal
 *   definitions  hash 32                                        kind u8, seq u64, index u32
 *   meta         "office"                                       an Office
 *                "applied_seq", "views_version", "last_time"    u64 each
 *
 * seq and index are a received entry's and a command's in its envelope; where the index is
 * INDEX_OF_EVENT (of pins) seq is the event's. An opinion without a version is the one that counts;
 * those with one are its draft (OPINION_DRAFT) and what was rectified, from 1. The inbox holds the
 * reviews that a department still has to answer, those without a limit last (due_ms UINT64_MAX);
 * deadlines the clocks of reviews and proposals by when they next do something. To change a layout
 * raise VIEWS_VERSION: views are then made anew at the next start.
 *
 * Every function reads; texts and messages are copies in the caller's arena. Times are milliseconds
 * since the Unix epoch, UTC. Any may give ERR_CORRUPT (the words of the database name table and
 * key), ERR_FULL where the arena is full, and the codes of store/database.h.
 */
#ifndef STORE_VIEWS_H
#define STORE_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/hash.h"
#include "proto/message.h"
#include "store/database.h"

enum {
    VIEWS_VERSION = 7,
};

#define INDEX_OF_EVENT UINT32_MAX /* the body is in the event itself */

enum { OPINION_DRAFT = 0 }; /* the version of the draft of an opinion */

/* Whose clock a deadline is about. */
enum deadline_kind {
    DEADLINE_REVIEW = 1,
    DEADLINE_PROPOSAL = 2, /* without a department */
};

/* The parts of a department's inbox. */
enum inbox_part {
    INBOX_ANSWERABLE = 0, /* what can be answered now, by agents too */
    INBOX_WAITING = 1,    /* its clock stands */
};

/* Where in the journal a body is, and the hash that names it. */
struct place {
    uint64_t seq;
    uint32_t index;
    struct hash hash;
};

/* A command that gave events. */
struct command_row {
    struct hash hash; /* of the command's bytes */
    uint64_t seq;     /* of the received entry */
    uint32_t index;
    uint64_t first_event;
    uint32_t event_count;
};

enum definition_kind {
    DEFINITION_DICTIONARY = 1, /* these four as in Publish.Kind */
    DEFINITION_PROCESS = 2,
    DEFINITION_PACK = 3,
    DEFINITION_CALENDAR = 4,
    DEFINITION_PINS = 5,
};

/* Where a definition is. */
struct definition_row {
    enum definition_kind kind;
    uint64_t seq;
    uint32_t index;
};

/* How far the views have come. */
struct views_state {
    uint64_t version;     /* 0: there are none */
    uint64_t applied_seq; /* the head up to which they follow the journal */
    int64_t last_time_ms; /* of that head */
};

/* A row of the inbox or of the deadlines. */
struct due_review {
    uint64_t proposal;
    uint32_t round;         /* 0 in a deadline: the proposal's present one */
    const char *department; /* in the caller's arena; empty in a deadline: of the proposal */
    int64_t due_ms;         /* INT64_MAX: no limit; in a deadline when the clock wakes */
};

struct due_reviews {
    struct due_review *rows;
    size_t count;
};

/* Sets @out to how far the views have come. */
enum err view_state(struct transaction *txn, struct views_state *out);

/* The records. ERR_ABSENT where there is none. */
enum err view_office(struct transaction *txn, struct arena *arena, Hs__Office **out);
enum err view_proposal(struct transaction *txn, uint64_t id, struct arena *arena,
                       Hs__Proposal **out);
enum err view_principal(struct transaction *txn, const char *name, struct arena *arena,
                        Hs__Principal **out);

/* Sets @out to all @count principals, in the order of their names. */
enum err view_principals(struct transaction *txn, struct arena *arena, Hs__Principal ***out,
                         size_t *count);

/* Single look-ups. ERR_ABSENT where there is none. */
enum err view_number(struct transaction *txn, const char *number, uint64_t *proposal);
enum err view_packet_place(struct transaction *txn, uint64_t proposal, uint32_t version,
                           struct place *out);
enum err view_opinion_place(struct transaction *txn, const Hs__ReviewRef *review,
                            struct place *out);
enum err view_opinion_version(struct transaction *txn, const Hs__ReviewRef *review,
                              uint32_t version, struct place *out);
enum err view_command(struct transaction *txn, struct bytes id, uint32_t principal,
                      struct command_row *out);
enum err view_definition_place(struct transaction *txn, struct bytes hash,
                               struct definition_row *out);

/* A list of proposals: ids beyond @after, ascending. */
struct id_list {
    uint64_t *ids; /* the caller's, room for max */
    size_t max;
    size_t count;
};

/* Fills @list with proposals beyond @after: all, those in @status, those of @applicant. */
enum err view_all(struct transaction *txn, uint64_t after, struct id_list *list);
enum err view_by_status(struct transaction *txn, Hs__Proposal__Status status, uint64_t after,
                        struct id_list *list);
enum err view_by_party(struct transaction *txn, const char *applicant, uint64_t after,
                       struct id_list *list);

/* A part of a department's inbox. */
struct inbox {
    const char *department;
    enum inbox_part part;
};

/* Sets @out to the first @max reviews of @inbox, the soonest due first. */
enum err view_inbox(struct transaction *txn, const struct inbox *inbox, size_t max,
                    struct arena *arena, struct due_reviews *out);

/* Where in a part of an inbox to begin, and how far to go. */
struct inbox_walk {
    struct inbox inbox;
    int64_t from_due_ms;    /* reviews due then or later; INT64_MAX: those without a limit */
    uint64_t from_proposal; /* and of those due then, of this proposal or a later one */
    size_t max;
};

/* Sets @out to the reviews that @walk comes by, the soonest due first. */
enum err view_inbox_from(struct transaction *txn, const struct inbox_walk *walk,
                         struct arena *arena, struct due_reviews *out);

/* Sets @out to the first @max deadlines that come before @before_ms, the soonest first. */
enum err view_deadlines(struct transaction *txn, int64_t before_ms, size_t max, struct arena *arena,
                        struct due_reviews *out);

/* Sets @due_ms to when the soonest deadline comes. ERR_ABSENT if there is none. */
enum err view_next_deadline(struct transaction *txn, int64_t *due_ms);

/* ---- for the files of store/: the layouts ---- */

enum { PLACE_BYTES = 44, COMMAND_ROW_BYTES = 56, DEFINITION_ROW_BYTES = 13 };

void place_encode(const struct place *place, uint8_t out[PLACE_BYTES]);
void command_row_encode(const struct command_row *row, uint8_t out[COMMAND_ROW_BYTES]);
void definition_row_encode(const struct definition_row *row, uint8_t out[DEFINITION_ROW_BYTES]);

struct row_key;
void key_of_proposal(struct row_key *key, uint64_t proposal);
void key_of_packet(struct row_key *key, uint64_t proposal, uint32_t version);
void key_of_opinion(struct row_key *key, uint64_t proposal, uint32_t round, const char *department);
void key_add_version(struct row_key *key, uint32_t version); /* behind key_of_opinion() */
void key_of_command(struct row_key *key, struct bytes id, uint32_t principal);

#endif
