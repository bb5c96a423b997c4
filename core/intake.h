/* SPDX-License-Identifier: Apache-2.0 */
/* intake.h - what every packet goes through before anything is decided about it. */
#ifndef CORE_INTAKE_H
#define CORE_INTAKE_H

#include "core/checks.h"
#include "core/decide.h"
#include "core/round.h"

/* True if @rule, of the gate pack, is a gate: a must-rule that rejects. The rest of that pack is
 * the office's list. */
bool intake_is_gate(const Hs__Rule *rule);

/* Holds @packet against the dictionary, asks for its documents, and runs every check of the
 * situation's rulebook over it; gates that its proposal has waived are marked. Returns NULL, with
 * @decision refused, if that cannot be. */
struct checks *intake_check(const struct situation *situation, const Hs__Packet *packet,
                            struct decision *decision);

/* Adds packet_revised: the packet of @revise is the next version of the situation's proposal.
 * Returns false, with @decision refused, if it is too large or the arena too small. */
bool intake_add_revised(const struct situation *situation, const Hs__Revise *revise,
                        struct decision *decision);

/* True if the process @wanted (empty: the default) can take a packet now; else refuses. */
bool intake_process_is_ready(const struct situation *situation, const char *wanted,
                             struct decision *decision);

/* Adds what @checks lead to: the end at a gate, one correction list, or the open @round. */
void intake_add_outcome(const struct situation *situation, const struct checks *checks,
                        const struct round_name *round, struct decision *decision);

/* The waiver of @rule_id, the last gate in the way of the situation's packet, was granted: adds
 * what becomes of the packet, as if it were sent now. */
void intake_go_on(const struct situation *situation, const char *rule_id,
                  struct decision *decision);

/* A correction while the round runs: the packet of @revise supplies what the reviews whose clock
 * stands asked for, and nothing else. Adds packet_revised, clock_resumed for each review that lacks
 * nothing any more, and correction_requested with what is still missing. The situation's rulebook
 * is the one the round is pinned to, its packet the proposal's present one. */
void decide_correction(const struct situation *situation, const Hs__Revise *revise,
                       struct decision *decision);

#endif
