/* SPDX-License-Identifier: Apache-2.0 */
/* What follows one round on another: the round that ended, items settled, a round more. */
#include "core/apply_parts.h"

#include <string.h>

#include "lib/check.h"

void apply_round_remembered(Hs__Proposal *proposal, struct arena *arena)
{
    Hs__PastRound *past = arena_alloc(arena, sizeof *past);

    require(past != NULL);
    *past = (Hs__PastRound)HS__PAST_ROUND__INIT;
    past->round = proposal->round;
    past->packet_version = proposal->packet_version;
    past->packet = proposal->packet;
    past->pins = proposal->pins;
    past->n_reviews = proposal->n_reviews;
    past->reviews = proposal->reviews;
    past->n_office_items = proposal->n_office_items;
    past->office_items = proposal->office_items;
    past->outcome = proposal->outcome;
    past->verdict = proposal->verdict;
    past->verdict_seq = proposal->verdict_seq;
    past->opened_at = proposal->opened_at;
    past->concluded_at = proposal->concluded_at;
    past->n_answered = proposal->n_answered;
    past->answered = proposal->answered;
    past->reply = proposal->reply;
    past->n_conflicts = proposal->n_conflicts;
    past->conflicts = proposal->conflicts;
    past->n_mergers = proposal->n_mergers;
    past->mergers = proposal->mergers;
    past->decision = proposal->decision;
    past->n_waivers = proposal->n_waivers;
    past->waivers = proposal->waivers;
    proposal->past_rounds =
        (Hs__PastRound **)apply_grown(proposal->past_rounds, proposal->n_past_rounds, arena);
    proposal->past_rounds[proposal->n_past_rounds++] = past;
    proposal->outcome = HS__VERDICT__OUTCOME__UNSPECIFIED;
    proposal->verdict = (ProtobufCBinaryData){0};
    proposal->verdict_seq = 0;
    proposal->concluded_at = 0;
    proposal->reply = "";
    proposal->n_conflicts = 0;
    proposal->n_mergers = 0;
    proposal->decision = NULL;
    proposal->n_closed_conditions = 0; /* what is revised has no conditions */
}

static bool is_listed(const char *const *ids, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static Hs__AnsweredItem__State settled_state(const Hs__ItemsSettled *settled, const char *id)
{
    if (is_listed(settled->closed, settled->n_closed, id)) {
        return HS__ANSWERED_ITEM__STATE__CLOSED;
    }
    return is_listed(settled->restated, settled->n_restated, id)
               ? HS__ANSWERED_ITEM__STATE__RESTATED
               : HS__ANSWERED_ITEM__STATE__OPEN;
}

/* The rows are copied: those of the event that opened the round do not change. */
static void items_settled(Hs__Proposal *proposal, const Hs__ItemsSettled *settled,
                          struct arena *arena)
{
    size_t count = proposal->n_answered;
    Hs__AnsweredItem **rows = arena_array(arena, count, sizeof(Hs__AnsweredItem *));
    Hs__AnsweredItem *copies = arena_array(arena, count, sizeof *copies);

    require(rows != NULL && copies != NULL);
    for (size_t i = 0; i < count; i++) {
        copies[i] = *proposal->answered[i];
        rows[i] = &copies[i];
        if (strcmp(copies[i].department, settled->department) == 0) {
            copies[i].state = settled_state(settled, copies[i].item->id);
        }
    }
    proposal->answered = rows;
    apply_review(proposal, settled->department)->late_items = (uint32_t)settled->n_late;
}

void apply_rounds(Hs__Proposal *proposal, const Hs__Event *event, struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_ITEMS_SETTLED) {
        items_settled(proposal, event->items_settled, arena);
    } else if (event->body_case == HS__EVENT__BODY_ROUND_GRANTED) {
        proposal->rounds_granted++;
    }
}
