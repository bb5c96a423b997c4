/* SPDX-License-Identifier: Apache-2.0 */
#include "core/apply_approval.h"

#include <string.h>

#include "core/apply_parts.h"
#include "lib/check.h"

static void condition_closed(Hs__Proposal *proposal, const Hs__ConditionClosed *closed,
                             int64_t at_ms, struct arena *arena)
{
    Hs__ClosedCondition *condition = arena_alloc(arena, sizeof *condition);

    require(condition != NULL);
    hs__closed_condition__init(condition);
    condition->condition = closed->condition;
    condition->evidence = closed->evidence;
    condition->closed_by = closed->closed_by;
    condition->closed_at = at_ms;
    proposal->closed_conditions = (Hs__ClosedCondition **)apply_grown(
        proposal->closed_conditions, proposal->n_closed_conditions, arena);
    proposal->closed_conditions[proposal->n_closed_conditions++] = condition;
}

/* A verdict that was sent back is one to be revised, as if it had returned the proposal. */
static void proposal_decided(Hs__Proposal *proposal, const Hs__ProposalDecided *decided,
                             int64_t at_ms, struct arena *arena)
{
    Hs__Decision *decision = arena_alloc(arena, sizeof *decision);

    require(decision != NULL);
    hs__decision__init(decision);
    decision->kind = decided->kind;
    decision->verdict = decided->verdict;
    decision->outcome = decided->outcome;
    decision->reason = decided->reason;
    decision->decided_by = decided->decided_by;
    decision->decided_at = at_ms;
    proposal->decision = decision;
    if (decided->kind == HS__DECISION__KIND__SIGNED) {
        proposal->status = HS__PROPOSAL__STATUS__APPROVED;
    } else if (decided->kind == HS__DECISION__KIND__SENT_BACK) {
        proposal->outcome = HS__VERDICT__OUTCOME__RETURNED;
    } else {
        proposal->status = HS__PROPOSAL__STATUS__REJECTED;
        proposal->outcome = HS__VERDICT__OUTCOME__REJECTED;
    }
}

static void silence_decided(Hs__Proposal *proposal, const Hs__SilenceDecided *decided)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        Hs__Review *review = proposal->reviews[i];

        if (strcmp(review->department, decided->department) == 0) {
            review->state = HS__REVIEW__STATE__CLOSED;
            review->result = decided->result;
            review->decided_by = decided->decided_by;
            review->decided_reason = decided->reason;
            review->wake_at = 0;
            review->hold_asked = NULL;
        }
    }
}

/* The items are copied: the record and the event they came from are not changed. */
static void office_item_set_aside(Hs__Proposal *proposal, const Hs__OfficeItemSetAside *set_aside,
                                  struct arena *arena)
{
    Hs__OfficeItem **rows = arena_array(arena, proposal->n_office_items, sizeof *rows);
    Hs__OfficeItem *items = arena_array(arena, proposal->n_office_items, sizeof *items);

    require(rows != NULL && items != NULL);
    for (size_t i = 0; i < proposal->n_office_items; i++) {
        items[i] = *proposal->office_items[i];
        rows[i] = &items[i];
        if (strcmp(items[i].rule_id, set_aside->rule_id) == 0 &&
            strcmp(items[i].element, set_aside->element) == 0) {
            items[i].set_aside_reason = set_aside->reason;
            items[i].set_aside_by = set_aside->set_aside_by;
        }
    }
    proposal->office_items = rows;
}

void apply_approval(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                    struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_CONDITION_CLOSED) {
        condition_closed(proposal, event->condition_closed, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_PROPOSAL_DECIDED) {
        proposal_decided(proposal, event->proposal_decided, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        silence_decided(proposal, event->silence_decided);
    } else if (event->body_case == HS__EVENT__BODY_OFFICE_ITEM_SET_ASIDE) {
        office_item_set_aside(proposal, event->office_item_set_aside, arena);
    }
}
