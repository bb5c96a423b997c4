/* SPDX-License-Identifier: Apache-2.0 */
#include "core/disclose.h"

#include <string.h>

#include "core/authorise.h"
#include "core/conflict.h"
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

/* True if @principal may read what the reviews of both departments said. */
static bool discloses_both(const Hs__Principal *principal, const Hs__Proposal *proposal,
                           const char *one, const char *other)
{
    const Hs__Review *first = proposal_review(proposal, one);
    const Hs__Review *second = proposal_review(proposal, other);

    return (first == NULL || disclose_opinion(principal, proposal, first)) &&
           (second == NULL || disclose_opinion(principal, proposal, second));
}

static bool discloses_conflict(const Hs__Principal *principal, const Hs__Proposal *proposal,
                               const Hs__Conflict *conflict)
{
    return discloses_both(principal, proposal, conflict->one->department,
                          conflict->other->department);
}

static bool discloses_merger(const Hs__Principal *principal, const Hs__Proposal *proposal,
                             const Hs__Merger *merger)
{
    return discloses_both(principal, proposal, merger->kept->department,
                          merger->merged->department);
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
    review->n_claims = 0;
    review->must_count = 0;
    review->opinion_seq = 0;
    review->n_earlier = 0;
    review->decided_by = "";
    review->decided_reason = "";
    review->late_opinion = NULL;
    review->reopening = NULL;
}

/* What followed a silence is withheld; the silence is not. */
static void withhold_late(Hs__Review *review)
{
    review->withheld = true;
    review->late_opinion = NULL;
    review->n_claims = 0;
    review->must_count = 0;
}

/* What the system recorded in a department's silence is nobody's opinion, and is never withheld;
 * what the approver decided for who was silent is read with the opinions. */
static bool is_withheld(const Hs__Principal *principal, const Hs__Proposal *proposal,
                        const Hs__Review *review)
{
    bool is_said = review->opinion.len > 0 || review->decided_by[0] != '\0';

    return is_said && !disclose_opinion(principal, proposal, review);
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
    return false; /* a conflict or merger is between opinions, which would be hidden too */
}

/* Leaves out of @copy the conflicts and mergers that @principal may not read. False: the arena is
 * full. */
static bool withhold_between(const Hs__Principal *principal, const Hs__Proposal *proposal,
                             struct arena *arena, Hs__Proposal *copy)
{
    copy->conflicts = arena_array(arena, proposal->n_conflicts, sizeof(Hs__Conflict *));
    copy->mergers = arena_array(arena, proposal->n_mergers, sizeof(Hs__Merger *));
    copy->n_conflicts = 0;
    copy->n_mergers = 0;
    if (copy->conflicts == NULL || copy->mergers == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        if (discloses_conflict(principal, proposal, proposal->conflicts[i])) {
            copy->conflicts[copy->n_conflicts++] = proposal->conflicts[i];
        }
    }
    for (size_t i = 0; i < proposal->n_mergers; i++) {
        if (discloses_merger(principal, proposal, proposal->mergers[i])) {
            copy->mergers[copy->n_mergers++] = proposal->mergers[i];
        }
    }
    return true;
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
    return withhold_between(principal, proposal, arena, copy) ? copy : NULL;
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
    if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        return event->silence_decided->department;
    }
    if (event->body_case == HS__EVENT__BODY_REVIEW_REOPENED) {
        return event->review_reopened->department;
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

/* True if @event tells of a conflict or merger that @principal may not read. */
static bool tells_between(const Hs__Principal *principal, const Hs__Proposal *proposal,
                          const Hs__Event *event)
{
    const Hs__Conflict *conflict = NULL;

    if (event->body_case == HS__EVENT__BODY_ITEMS_MERGED) {
        return !discloses_merger(principal, proposal, event->items_merged->merger);
    }
    if (event->body_case == HS__EVENT__BODY_CONFLICTS_PROPOSED) {
        for (size_t i = 0; i < event->conflicts_proposed->n_conflicts; i++) {
            if (!discloses_conflict(principal, proposal, event->conflicts_proposed->conflicts[i])) {
                return true;
            }
        }
    } else if (event->body_case == HS__EVENT__BODY_CONFLICT_SETTLED) {
        conflict = conflict_numbered(proposal, event->conflict_settled->number);
    } else if (event->body_case == HS__EVENT__BODY_RULING_ACKNOWLEDGED) {
        conflict = conflict_numbered(proposal, event->ruling_acknowledged->number);
    }
    return conflict != NULL && !discloses_conflict(principal, proposal, conflict);
}

enum disclosure disclose_event(const Hs__Principal *principal, const Hs__Proposal *proposal,
                               const Hs__Event *event)
{
    const char *drafting = draft_told(event);
    const char *opining = opinion_told(event);
    const char *department = drafting != NULL ? drafting : opining;
    const Hs__Review *review = department == NULL ? NULL : proposal_review(proposal, department);

    if (review == NULL) {
        return tells_between(principal, proposal, event) ? DISCLOSE_NOTHING : DISCLOSE_ALL;
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
