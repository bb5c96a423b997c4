/* SPDX-License-Identifier: Apache-2.0 */
#include "core/apply_conflict.h"

#include <string.h>

#include "core/apply_parts.h"
#include "core/conflict.h"
#include "lib/check.h"

/* Copies @count conflicts from @from to @to: records and events they came from are not changed. */
static void copy_conflicts(Hs__Conflict *const *from, size_t count, Hs__Conflict **to,
                           struct arena *arena)
{
    Hs__Conflict *rows = arena_array(arena, count, sizeof *rows);
    Hs__Conflict__Side *sides = arena_array(arena, 2 * count, sizeof *sides);

    require(rows != NULL && sides != NULL);
    for (size_t i = 0; i < count; i++) {
        rows[i] = *from[i];
        sides[2 * i] = *from[i]->one;
        sides[2 * i + 1] = *from[i]->other;
        rows[i].one = &sides[2 * i];
        rows[i].other = &sides[2 * i + 1];
        to[i] = &rows[i];
    }
}

/* Gives @proposal a list of conflicts of its own, with those of @proposed behind. */
static void own_conflicts(Hs__Proposal *proposal, const Hs__ConflictsProposed *proposed,
                          struct arena *arena)
{
    size_t more = proposed == NULL ? 0 : proposed->n_conflicts;
    Hs__Conflict **rows = arena_array(arena, proposal->n_conflicts + more, sizeof *rows);

    require(rows != NULL);
    copy_conflicts(proposal->conflicts, proposal->n_conflicts, rows, arena);
    if (more > 0) {
        copy_conflicts(proposed->conflicts, more, rows + proposal->n_conflicts, arena);
    }
    proposal->conflicts = rows;
    proposal->n_conflicts += more;
}

static void conflict_settled(Hs__Proposal *proposal, const Hs__ConflictSettled *settled,
                             int64_t at_ms, struct arena *arena)
{
    own_conflicts(proposal, NULL, arena);

    Hs__Conflict *conflict = conflict_numbered(proposal, settled->number);
    require(conflict != NULL); /* events name conflicts of their round only */
    conflict->state = settled->state;
    conflict->demand = settled->demand;
    conflict->reason = settled->reason;
    conflict->document = settled->document;
    conflict->settled_by = settled->settled_by;
    conflict->settled_at = at_ms;
    for (size_t i = 0; i < settled->n_overruled; i++) {
        Hs__Conflict__Side *side = conflict_side(conflict, settled->overruled[i]);

        require(side != NULL);
        side->overruled = true;
    }
}

static void ruling_acknowledged(Hs__Proposal *proposal, const Hs__RulingAcknowledged *acknowledged,
                                int64_t at_ms, struct arena *arena)
{
    own_conflicts(proposal, NULL, arena);

    const Hs__Conflict *conflict = conflict_numbered(proposal, acknowledged->number);
    require(conflict != NULL);
    Hs__Conflict__Side *side = conflict_side(conflict, acknowledged->department);
    require(side != NULL);
    side->acknowledged_at = at_ms;
    side->acknowledged_by = acknowledged->acknowledged_by;
}

static void items_merged(Hs__Proposal *proposal, const Hs__ItemsMerged *merged, struct arena *arena)
{
    proposal->mergers = (Hs__Merger **)apply_grown(proposal->mergers, proposal->n_mergers, arena);
    proposal->mergers[proposal->n_mergers++] = merged->merger;
}

void apply_conflict(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                    struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_CONFLICTS_PROPOSED) {
        own_conflicts(proposal, event->conflicts_proposed, arena);
    } else if (event->body_case == HS__EVENT__BODY_CONFLICT_SETTLED) {
        conflict_settled(proposal, event->conflict_settled, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_RULING_ACKNOWLEDGED) {
        ruling_acknowledged(proposal, event->ruling_acknowledged, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_ITEMS_MERGED) {
        items_merged(proposal, event->items_merged, arena);
    }
}

void apply_restatement(Hs__Proposal *proposal, const char *department, struct arena *arena)
{
    own_conflicts(proposal, NULL, arena);
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        Hs__Conflict *conflict = proposal->conflicts[i];

        if (conflict->state == HS__CONFLICT__STATE__CONFIRMED &&
            conflict_side(conflict, department) != NULL) {
            conflict_restate(proposal, conflict, department, arena);
        }
    }
}
