/* SPDX-License-Identifier: Apache-2.0 */
/* answers.h - the items of the last round and what the applicant says to each.
 *
 * An item of severity must stays open until the department that raised it closes it; the applicant
 * answers every one of them (adopted, partly, not adopted, the last two with a reason) before there
 * is another round. Advice may be answered. */
#ifndef CORE_ANSWERS_H
#define CORE_ANSWERS_H

#include "core/decide.h"

struct answers {
    Hs__AnsweredItem **rows;
    size_t count;
};

/* Lists the items of the opinions of @situation's proposal, and those of the round before to which
 * their departments have not said anything yet. Returns false if the arena is too small. */
bool answers_list(const struct situation *situation, struct answers *out);

/* Puts @replies into @answers. Returns false, with @decision refused, if they leave something open
 * or answer what was not asked. */
bool answers_fill(const struct situation *situation, Hs__ItemReply **replies, size_t count,
                  struct answers *answers, struct decision *decision);

/* True if @department has an item of severity must among @answers. */
bool answers_concern(const struct answers *answers, const char *department);

#endif
