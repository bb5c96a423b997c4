/* SPDX-License-Identifier: Apache-2.0 */
/* question.h - what departments ask the applicant while a round runs. */
#ifndef CORE_QUESTION_H
#define CORE_QUESTION_H

#include "core/decide.h"

/* Sends what was gathered: clock_held for each department that asked, and correction_requested with
 * all questions and what was asked for before, in one list. */
void question_send(const struct situation *situation, struct decision *decision);

/* True if the correction that @proposal waits for has a question that only words can answer. */
bool question_awaits_reply(const Hs__Proposal *proposal);

#endif
