/* SPDX-License-Identifier: Apache-2.0 */
#include "core/disclose.h"

#include <string.h>

#include "core/authorise.h"
#include "core/decide.h"

static bool is_overseeing(const Hs__Principal *principal)
{
    return principal_has_role(principal, HS__PRINCIPAL__ROLE__OFFICE) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__APPROVER) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__SUPERVISOR) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__AUDIT);
}

static bool is_departmental(const Hs__Principal *principal)
{
    return principal_has_role(principal, HS__PRINCIPAL__ROLE__REVIEWER) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__HEAD) ||
           principal_has_role(principal, HS__PRINCIPAL__ROLE__AGENT);
}

static bool is_concluded(const Hs__Proposal *proposal)
{
    return proposal->verdict.len > 0 && proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW &&
           proposal->status != HS__PROPOSAL__STATUS__WITHDRAWN;
}

/* True if nobody's answer is waited for any more. */
static bool all_are_in(const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        Hs__Review__State state = proposal->reviews[i]->state;

        if (state != HS__REVIEW__STATE__CLOSED && state != HS__REVIEW__STATE__NOT_COMPETENT) {
            return false;
        }
    }
    return true;
}

bool disclose_draft(const Hs__Principal *principal, const Hs__Review *review)
{
    return is_departmental(principal) && strcmp(principal->department, review->department) == 0;
}

bool disclose_opinion(const Hs__Principal *principal, const Hs__Proposal *proposal,
                      const Hs__Review *review)
{
    if (is_overseeing(principal) || disclose_draft(principal, review) || is_concluded(proposal)) {
        return true;
    }
    /* What is carried forward was read with the verdict of its own round. */
    return review->carried_forward ||
           (is_departmental(principal) && (!review->sealed || all_are_in(proposal)));
}

/* Leaves out what @review said; that it was answered stays. */
static void withhold(Hs__Review *review)
{
    review->withheld = true;
    review->state = HS__REVIEW__STATE__CLOSED;
    review->result = HS__OPINION__RESULT__UNSPECIFIED;
    review->opinion = (ProtobufCBinaryData){0};
    review->item_count = 0;
    review->by_rules = false;
    review->given_by = "";
    review->signer = "";
    review->drafted_by = "";
    review->n_rectifications = 0;
}

/* What followed a silence is withheld; the silence is not. */
static void withhold_late(Hs__Review *review)
{
    review->withheld = true;
    review->late_opinion = NULL;
}

/* What the system recorded in a department's silence is nobody's opinion, and is never withheld. */
static bool is_withheld(const Hs__Principal *principal, const Hs__Proposal *proposal,
                        const Hs__Review *review)
{
    return review->opinion.len > 0 && !disclose_opinion(principal, proposal, review);
}

static bool is_late_withheld(const Hs__Principal *principal, const Hs__Proposal *proposal,
                             const Hs__Review *review)
{
    return review->late_opinion != NULL && !disclose_opinion(principal, proposal, review);
}

static bool hides_anything(const Hs__Principal *principal, const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (is_withheld(principal, proposal, review) ||
            is_late_withheld(principal, proposal, review) ||
            (review->draft != NULL && !disclose_draft(principal, review))) {
            return true;
        }
    }
    return false;
}

Hs__Proposal *disclose_proposal(const Hs__Principal *principal, Hs__Proposal *proposal,
                                struct arena *arena)
{
    if (!hides_anything(principal, proposal)) {
        return proposal;
    }

    Hs__Proposal *copy = arena_alloc(arena, sizeof *copy);
    Hs__Review **rows = arena_array(arena, proposal->n_reviews, sizeof(Hs__Review *));
    Hs__Review *reviews = arena_array(arena, proposal->n_reviews, sizeof *reviews);
    if (copy == NULL || rows == NULL || reviews == NULL) {
        return NULL;
    }
    *copy = *proposal;
    copy->reviews = rows;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        reviews[i] = *review;
        rows[i] = &reviews[i];
        if (!disclose_draft(principal, review)) {
            reviews[i].draft = NULL;
        }
        if (is_withheld(principal, proposal, review)) {
            withhold(&reviews[i]);
        }
        if (is_late_withheld(principal, proposal, review)) {
            withhold_late(&reviews[i]);
        }
    }
    return copy;
}

/* The department whose opinion @event tells of; NULL: it tells of none. */
static const char *opinion_told(const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        return event->opinion_given->department;
    }
    if (event->body_case == HS__EVENT__BODY_OPINION_RECTIFIED) {
        return event->opinion_rectified->department;
    }
    if (event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED) {
        return event->competence_settled->department;
    }
    return event->body_case == HS__EVENT__BODY_FINDINGS_RECORDED
               ? event->findings_recorded->department
               : NULL;
}

static const char *draft_told(const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_OPINION_DRAFTED) {
        return event->opinion_drafted->department;
    }
    return event->body_case == HS__EVENT__BODY_DRAFT_SENT_BACK ? event->draft_sent_back->department
                                                               : NULL;
}

enum disclosure disclose_event(const Hs__Principal *principal, const Hs__Proposal *proposal,
                               const Hs__Event *event)
{
    const char *drafting = draft_told(event);
    const char *opining = opinion_told(event);
    const char *department = drafting != NULL ? drafting : opining;
    const Hs__Review *review = department == NULL ? NULL : proposal_review(proposal, department);

    if (review == NULL) {
        return DISCLOSE_ALL;
    }
    if (drafting != NULL ? disclose_draft(principal, review)
                         : disclose_opinion(principal, proposal, review)) {
        return DISCLOSE_ALL;
    }
    return event->body_case == HS__EVENT__BODY_OPINION_GIVEN ? DISCLOSE_THAT_IT_HAPPENED
                                                             : DISCLOSE_NOTHING;
}

Hs__Event *disclose_outline(const Hs__Event *event, struct arena *arena)
{
    Hs__Event *outline = message_new(&hs__event__descriptor, arena);
    Hs__OpinionGiven *given = message_new(&hs__opinion_given__descriptor, arena);

    if (outline == NULL || given == NULL) {
        return NULL;
    }
    given->round = event->opinion_given->round;
    given->department = event->opinion_given->department;
    given->late = event->opinion_given->late;
    outline->proposal = event->proposal;
    outline->body_case = HS__EVENT__BODY_OPINION_GIVEN;
    outline->opinion_given = given;
    return outline;
}
