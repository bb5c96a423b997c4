/* SPDX-License-Identifier: Apache-2.0 */
/* definitions.h - the small process that is measured: a dictionary of 26 fields, a gate, a lead,
 * four departments with five rules each, and the packets and opinions that go through it.
 *
 * All in the arena that the caller brings.
 */
#ifndef BENCH_DEFINITIONS_H
#define BENCH_DEFINITIONS_H

#include "lib/arena.h"
#include "proto/message.h"

enum {
    BENCH_DEPARTMENTS = 4,
    BENCH_PACKET_BYTES = 2048, /* a packet has at least these, and few more */
    BENCH_OPINION_BYTES = 500, /* the same of an opinion */
};

/* The ids of the departments, in the order of the stage's seats. */
extern const char *const bench_departments[BENCH_DEPARTMENTS];

Hs__Dictionary *definitions_dictionary(struct arena *arena);

/* Returns the pack called @id: a department's, "gate" or "lead". */
Hs__Pack *definitions_pack(const char *id, struct arena *arena);

Hs__Process *definitions_process(struct arena *arena);

/* Returns a process like it, called "bench_burst", whose limits are of @seconds. */
Hs__Process *definitions_burst(uint32_t seconds, struct arena *arena);

/* Returns the department @id, whose rules answer. */
Hs__Department *definitions_department(const char *id, struct arena *arena);

/* Returns a packet that passes every rule. @number tells it from every other: it goes into one of
 * its texts. */
Hs__Packet *definitions_packet(uint64_t number, struct arena *arena);

/* Makes @packet, which definitions_packet() made, the packet of @number. */
void definitions_renumber(Hs__Packet *packet, uint64_t number);

/* Returns an opinion that agrees, with one item of advice. Its packet's hash is for the caller to
 * set; until then it is 32 zero bytes. */
Hs__Opinion *definitions_opinion(struct arena *arena);

#endif
