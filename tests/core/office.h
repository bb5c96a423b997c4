/* SPDX-License-Identifier: Apache-2.0 */
/* office.h - a small office for tests of decisions: two departments, a gate, a lead, a dictionary
 * of six fields, and packets for it. Everything lives in the arena given. */
#ifndef TESTS_CORE_OFFICE_H
#define TESTS_CORE_OFFICE_H

#include "core/decide.h"

/* Seats: planning and fire; fire's limit is LIMIT_SECONDS, planning has none. */
enum { OFFICE_LIMIT_SECONDS = 60, OFFICE_START_MS = 1000000 };

struct small_office {
    struct arena *arena;
    Hs__Office office;
    Hs__Process *process;
    Hs__Dictionary *dictionary;
    Hs__Pack *packs[4]; /* construction, fire, gate, planning */
    struct rulebook *rulebook;
    Hs__Principal applicant;
    Hs__Principal other_applicant;
    Hs__Principal planner; /* a reviewer of planning */
    Hs__Principal fireman; /* a reviewer of fire */
    Hs__Principal fire_agent;
    Hs__Principal chief; /* the office */
    Hs__Principal security;
};

/* Makes the office in @arena, with its rulebook compiled. */
void small_office_init(struct small_office *office, struct arena *arena);

/* Compiles the rulebook again, after the process, the dictionary or a pack was changed. */
void small_office_compile(struct small_office *office);

/* What a packet says; absence is said by a flag of its own. */
struct small_packet {
    bool gate_ok; /* gate.ok */
    bool gate_absent;
    bool lead_ok;     /* lead.ok: a condition of the lead's if false */
    int64_t width_cm; /* lane width, in 1/100 m; fire asks for 4.00 */
    bool width_absent;
    bool style; /* planning asks for it as a condition */
};

/* A packet that everybody agrees to. */
struct small_packet small_packet_good(void);

/* Returns the packet in the office's arena. */
Hs__Packet *small_packet_make(struct small_office *office, const struct small_packet *packet);

#endif
