/* SPDX-License-Identifier: Apache-2.0 */
/* conflict.h - demands of two departments that contradict, and what settles them. Pure.
 *
 * A conflict is between two reviews of one round: found by an incompatible pair of the process, all
 * items of both on the two sides of the pair together, or by the mark of a department on an item of
 * its own. It is open until the lead dismisses it, records that both agreed, or rules. While one is
 * open the round is unresolved: it has no verdict.
 *
 * A ruling overrules one side, or both by a demand of its own. The overruled items count no longer;
 * a result that rested on nothing else counts as agree. The opinion stays as it was given.
 */
#ifndef CORE_CONFLICT_H
#define CORE_CONFLICT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "proto/message.h"

struct conflicts {
    Hs__Conflict **rows;
    size_t count;
    bool is_complete; /* false: there are more than LIMIT_CONFLICTS in the round */
};

/* Sets @out to the conflicts between the closed reviews of @proposal's round that are not on its
 * record, numbered on from those that are. Returns false if @arena is too small. */
bool conflicts_find(const Hs__Proposal *proposal, struct arena *arena, struct conflicts *out);

/* True if @conflict is not settled. */
bool conflict_is_open(const Hs__Conflict *conflict);

/* True if a conflict of @proposal's round is open. */
bool conflicts_are_open(const Hs__Proposal *proposal);

/* True if @department has a side in a confirmed conflict that is not settled. */
bool conflict_is_to_be_settled(const Hs__Proposal *proposal, const char *department);

/* Returns the conflict @number of the round; NULL if there is none. */
Hs__Conflict *conflict_numbered(const Hs__Proposal *proposal, uint32_t number);

/* Returns the side of @department in @conflict; NULL if it has none. */
Hs__Conflict__Side *conflict_side(const Hs__Conflict *conflict, const char *department);

/* True if the item @item of @department fell to a ruling. */
bool conflict_overrules(const Hs__Proposal *proposal, const char *department, uint32_t item);

/* Returns what the result of @review counts as, after the rulings of @proposal's round. */
Hs__Opinion__Result conflict_result(const Hs__Proposal *proposal, const Hs__Review *review);

/* Names the items on the side of @department of @conflict anew, after it restated its opinion. */
void conflict_restate(const Hs__Proposal *proposal, Hs__Conflict *conflict, const char *department,
                      struct arena *arena);

#endif
