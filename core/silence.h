/* SPDX-License-Identifier: Apache-2.0 */
/* silence.h - what the passing of a limit means, and whether silence may be taken for consent.
 *
 * Between authorities silence counts only where a rule provides for it; 行政许可法 50 knows it for
 * renewals alone, 政府信息公开条例 34 is the nearest model. So consent is the exception: every
 * condition is looked at, and the first that is not met is on record. Silence is always shown as
 * silence.
 */
#ifndef CORE_SILENCE_H
#define CORE_SILENCE_H

#include "core/clock.h"
#include "core/decide.h"

enum { SILENCE_REMINDERS_MIN = 2 }; /* on record before silence counts */

/* Returns why the silence of @review cannot be taken for consent; NONE if it can. @seat is the
 * department's in the stage, @department as the office has it now (NULL: as if safety-critical). */
Hs__Review__Barrier silence_barrier(const Hs__Review *review, const Hs__Seat *seat,
                                    const Hs__Department *department,
                                    const struct calendar *calendar);

/* Adds review_overdue for @review of the situation's proposal, whose limit has passed. Returns
 * false, with @decision refused, if the arena is too small. */
bool silence_record(const struct situation *situation, const Hs__Review *review,
                    struct decision *decision);

#endif
