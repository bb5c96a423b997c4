/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from a decision by itself: conflicts among the opinions, the verdict, the clocks of
 * the lead and the approver. */
#include "core/decide.h"

#include "core/apply.h"
#include "core/conflict.h"
#include "core/verdict.h"
#include "core/wake.h"
#include "core/whole_clocks.h"

/* Returns a copy whose own fields and reviews can be changed without touching the original. */
static Hs__Proposal *working_copy(const Hs__Proposal *proposal, struct arena *arena)
{
    Hs__Proposal *copy = arena_alloc(arena, sizeof *copy);
    Hs__Review **pointers = arena_array(arena, proposal->n_reviews, sizeof(Hs__Review *));
    Hs__Review *reviews = arena_array(arena, proposal->n_reviews, sizeof *reviews);

    if (copy == NULL || pointers == NULL || reviews == NULL) {
        return NULL;
    }
    *copy = *proposal;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        reviews[i] = *proposal->reviews[i];
        pointers[i] = &reviews[i];
    }
    copy->reviews = pointers;
    return copy;
}

/* Does to @proposal, a working copy, what @event does to the record. apply() cannot fail, so for
 * its time the arena holds what it may take; a decision that went beyond the arena's own capacity
 * is refused. */
static void follow(const struct situation *situation, Hs__Proposal *proposal,
                   const Hs__Event *event, struct decision *decision)
{
    const struct event_entry entry = {.at_ms = situation->now_ms};
    struct arena *arena = situation->arena;
    struct arena_mark mark = arena_mark(arena);

    arena->capacity_bytes += LIMIT_APPLY_BYTES;
    apply_proposal(proposal, event, entry, arena);
    arena->capacity_bytes -= LIMIT_APPLY_BYTES;
    if (arena->used_bytes > arena->capacity_bytes) {
        arena_rewind(arena, mark); /* the copy is not looked at any more */
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
    }
}

/* Proposes the conflicts among the opinions, once all are in. */
static void propose_conflicts(const struct situation *situation, Hs__Proposal *proposal,
                              struct decision *decision)
{
    struct conflicts found;

    if (proposal->verdict.len > 0 || !verdict_reviews_are_in(proposal)) {
        return;
    }
    if (!conflicts_find(proposal, situation->arena, &found) || !found.is_complete) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, "conflicts");
        return;
    }
    if (found.count == 0) {
        return;
    }

    Hs__ConflictsProposed *proposed =
        decision_new(decision, situation, &hs__conflicts_proposed__descriptor);
    Hs__Event *event = decision_add(decision, situation, proposal->id);
    if (proposed == NULL || event == NULL) {
        return;
    }
    proposed->round = proposal->round;
    proposed->n_conflicts = found.count;
    proposed->conflicts = found.rows;
    event->body_case = HS__EVENT__BODY_CONFLICTS_PROPOSED;
    event->conflicts_proposed = proposed;
    follow(situation, proposal, event, decision);
}

/* Records what the clocks of the whole have come to before a verdict ends them: in which order what
 * is late is found makes no difference. */
static void pass_clocks(const struct situation *situation, Hs__Proposal *proposal,
                        struct decision *decision)
{
    struct situation later = *situation;
    size_t known;

    later.proposal = proposal;
    do {
        known = decision->event_count;
        for (size_t i = 0; i < proposal->n_clocks && decision->event_count == known; i++) {
            if (proposal->clocks[i]->kind != HS__CLOCK__KIND__CORRECTION) {
                wake_clock(&later, proposal->clocks[i], decision);
            }
        }
        if (decision->event_count > known) {
            follow(situation, proposal, decision->events[known], decision);
        }
    } while (decision->event_count > known);
}

static void conclude_round(const struct situation *situation, Hs__Proposal *proposal,
                           struct decision *decision)
{
    if (proposal->verdict.len > 0 ||
        verdict_outcome(proposal) == HS__VERDICT__OUTCOME__UNSPECIFIED) {
        return;
    }
    pass_clocks(situation, proposal, decision);
    if (decision->refusal != REFUSAL_NONE) {
        return;
    }

    Hs__Verdict *verdict = verdict_build(proposal, situation->arena);
    struct hash *hash = arena_alloc(situation->arena, sizeof *hash);
    if (verdict == NULL || hash == NULL || !verdict_hash(verdict, situation->arena, hash)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }

    Hs__VerdictIssued *issued = decision_new(decision, situation, &hs__verdict_issued__descriptor);
    Hs__Event *event = decision_add(decision, situation, proposal->id);
    if (issued == NULL || event == NULL) {
        return;
    }
    issued->round = proposal->round;
    issued->outcome = verdict->outcome;
    issued->verdict = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    event->body_case = HS__EVENT__BODY_VERDICT_ISSUED;
    event->verdict_issued = issued;
    if (!whole_clock_decision(situation, verdict->outcome, &issued->decision)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    follow(situation, proposal, event, decision);
}

void decision_conclude(const struct situation *situation, struct decision *decision)
{
    const Hs__Proposal none = HS__PROPOSAL__INIT;
    Hs__Proposal *copy = NULL;

    if (decision->refusal != REFUSAL_NONE) {
        return;
    }
    copy =
        working_copy(situation->proposal == NULL ? &none : situation->proposal, situation->arena);
    if (copy == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    for (size_t i = 0; i < decision->event_count; i++) {
        follow(situation, copy, decision->events[i], decision);
    }
    if (decision->refusal == REFUSAL_NONE) {
        propose_conflicts(situation, copy, decision);
    }
    if (decision->refusal == REFUSAL_NONE) {
        conclude_round(situation, copy, decision);
    }
    if (decision->refusal == REFUSAL_NONE) {
        whole_clocks_start(situation, copy, decision);
    }
}
