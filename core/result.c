/* SPDX-License-Identifier: Apache-2.0 */
#include "core/result.h"

#include "core/names.h"

/* Names the review that @event is about, where somebody answers it. */
static bool add_review(const Hs__Event *event, const char *number, struct arena *arena,
                       Hs__Receipt__Result *out)
{
    const char *department = NULL;
    uint32_t round = 0;

    if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        department = event->opinion_given->department;
        round = event->opinion_given->round;
    } else if (event->body_case == HS__EVENT__BODY_OPINION_DRAFTED) {
        department = event->opinion_drafted->department;
        round = event->opinion_drafted->round;
    } else if (event->body_case == HS__EVENT__BODY_DRAFT_SENT_BACK) {
        department = event->draft_sent_back->department;
        round = event->draft_sent_back->round;
    } else if (event->body_case == HS__EVENT__BODY_OPINION_RECTIFIED) {
        department = event->opinion_rectified->department;
        round = event->opinion_rectified->round;
    } else if (event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED) {
        department = event->competence_settled->department;
        round = event->competence_settled->round;
    } else if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        department = event->silence_decided->department;
        round = event->silence_decided->round;
    } else {
        return true;
    }
    out->review = review_id(arena, number == NULL ? "" : number, round, department);
    return out->review != NULL;
}

bool result_of_events(Hs__Event *const *events, size_t count, const char *number,
                      struct arena *arena, Hs__Receipt__Result *out)
{
    bool is_in_round = false; /* a correction then holds some clocks only */

    *out = (Hs__Receipt__Result)HS__RECEIPT__RESULT__INIT;
    for (size_t i = 0; i < count; i++) {
        const Hs__Event *event = events[i];

        if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
            number = event->proposal_submitted->number;
        } else if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
            is_in_round = true;
        } else if (event->body_case == HS__EVENT__BODY_GATE_FAILED) {
            out->gate_failed = true;
        } else if (event->body_case == HS__EVENT__BODY_CORRECTION_REQUESTED) {
            out->incomplete = !is_in_round;
        } else if (event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED) {
            out->definition = event->definition_published->hash;
        }
        if (!add_review(event, number, arena, out)) {
            return false;
        }
        if (event->proposal != 0) {
            out->proposal = event->proposal;
            out->number = number == NULL ? "" : number;
        }
    }
    return true;
}
