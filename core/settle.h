/* SPDX-License-Identifier: Apache-2.0 */
/* settle.h - what an opinion from round 2 on owes to the rounds before it.
 *
 * A department says of each of its must-items whether it is closed (Opinion.closed_items) or goes
 * on (an item of the new opinion that names it as `earlier`). And it demands nothing that it could
 * have demanded before: a new item on what did not change needs a ground from the closed list, with
 * a reason, and is counted. What changed is an input of the item's rule, without a rule one of a
 * rule on the same matter, or the document that its place begins with. Who gave no opinion in an
 * earlier round gives its first, and may say everything.
 */
#ifndef CORE_SETTLE_H
#define CORE_SETTLE_H

#include "core/decide.h"
#include "core/findings.h"

/* Checks @opinion, about @review of @situation's proposal, and adds items_settled if it has
 * something to settle. Returns false, with @decision refused: ITEM_INVALID for an item that was not
 * raised, ITEMS_UNSETTLED with the ids it says nothing of, LATE_NEW_ITEM, REASON_MISSING for a
 * ground. */
bool settle_items(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *decision);

/* The items of a department that wait to be settled. */
struct open_items {
    Hs__AnsweredItem *const *rows;
    size_t count;
};

/* Settles by @findings what a rule can: an item whose rule fails on the same element goes on as the
 * item of @opinion, one whose rule does not fail any more is closed. Returns false if a must-item
 * is left to a person, because no rule stands behind it or its rule is unknown, or if the arena is
 * too small. */
bool settle_by_rules(const struct findings *findings, const struct open_items *open,
                     Hs__Opinion *opinion, struct arena *arena);

#endif
