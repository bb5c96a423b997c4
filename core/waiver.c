/* SPDX-License-Identifier: Apache-2.0 */
#include "core/waiver.h"

#include <string.h>

#include "core/apply_parts.h"
#include "lib/check.h"

static size_t index_of(const Hs__Proposal *proposal, const char *rule_id)
{
    size_t index = 0;

    while (index < proposal->n_waivers && strcmp(proposal->waivers[index]->rule_id, rule_id) != 0) {
        index++;
    }
    return index;
}

const Hs__Waiver *waiver_of(const Hs__Proposal *proposal, const char *rule_id)
{
    size_t index = index_of(proposal, rule_id);

    return index < proposal->n_waivers ? proposal->waivers[index] : NULL;
}

bool waivers_granted(const Hs__Proposal *proposal, struct arena *arena, Hs__Waiver ***rows,
                     size_t *count)
{
    *count = 0;
    *rows = arena_array(arena, proposal->n_waivers, sizeof **rows);
    if (*rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_waivers; i++) {
        if (proposal->waivers[i]->state == HS__WAIVER__STATE__GRANTED) {
            (*rows)[(*count)++] = proposal->waivers[i];
        }
    }
    return true;
}

/* The rows are copied: a past round keeps those of its time. */
static void put(Hs__Proposal *proposal, Hs__Waiver *waiver, struct arena *arena)
{
    size_t index = index_of(proposal, waiver->rule_id);

    proposal->waivers = (Hs__Waiver **)apply_grown(proposal->waivers, proposal->n_waivers, arena);
    proposal->waivers[index] = waiver;
    proposal->n_waivers += index == proposal->n_waivers ? 1 : 0;
}

static void waiver_requested(Hs__Proposal *proposal, const Hs__WaiverRequested *requested,
                             int64_t at_ms, struct arena *arena)
{
    Hs__Waiver *waiver = message_new(&hs__waiver__descriptor, arena);

    require(waiver != NULL);
    waiver->rule_id = requested->rule_id;
    waiver->state = HS__WAIVER__STATE__ASKED;
    waiver->reason = requested->reason;
    waiver->document = requested->document;
    waiver->asked_by = requested->asked_by;
    waiver->asked_at = at_ms;
    put(proposal, waiver, arena);
}

/* Takes the gate @rule_id, all of its elements, from those that stand in the way. */
static void drop_gate(Hs__Proposal *proposal, const char *rule_id, struct arena *arena)
{
    Hs__Finding **rows = arena_array(arena, proposal->n_failed_gates, sizeof *rows);
    size_t count = 0;

    require(rows != NULL);
    for (size_t i = 0; i < proposal->n_failed_gates; i++) {
        if (strcmp(proposal->failed_gates[i]->rule_id, rule_id) != 0) {
            rows[count++] = proposal->failed_gates[i];
        }
    }
    proposal->failed_gates = rows;
    proposal->n_failed_gates = count;
    if (count == 0) {
        proposal->n_missing = 0; /* what the packet still lacks is told anew */
    }
}

static void waiver_answered(Hs__Proposal *proposal, const Hs__WaiverAnswered *answered,
                            int64_t at_ms, struct arena *arena)
{
    const Hs__Waiver *asked = waiver_of(proposal, answered->rule_id);
    Hs__Waiver *waiver = arena_alloc(arena, sizeof *waiver);

    require(asked != NULL && waiver != NULL);
    *waiver = *asked;
    waiver->state = answered->granted ? HS__WAIVER__STATE__GRANTED : HS__WAIVER__STATE__REFUSED;
    waiver->answered_by = answered->answered_by;
    waiver->answered_at = at_ms;
    waiver->refused_reason = answered->reason;
    put(proposal, waiver, arena);
    if (answered->granted) {
        drop_gate(proposal, answered->rule_id, arena);
    }
}

void apply_waivers_dropped(Hs__Proposal *proposal, struct arena *arena)
{
    Hs__Waiver **rows = arena_array(arena, proposal->n_waivers, sizeof *rows);
    size_t count = 0;

    require(rows != NULL);
    for (size_t i = 0; i < proposal->n_waivers; i++) {
        if (proposal->waivers[i]->state != HS__WAIVER__STATE__ASKED) {
            rows[count++] = proposal->waivers[i];
        }
    }
    proposal->waivers = rows;
    proposal->n_waivers = count;
}

void apply_waiver(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms,
                  struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_WAIVER_REQUESTED) {
        waiver_requested(proposal, event->waiver_requested, at_ms, arena);
    } else if (event->body_case == HS__EVENT__BODY_WAIVER_ANSWERED) {
        waiver_answered(proposal, event->waiver_answered, at_ms, arena);
    }
}
