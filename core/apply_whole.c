/* SPDX-License-Identifier: Apache-2.0 */
/* What events do to the clocks of a proposal as a whole. Due dates come with the events: no
 * calendar is needed to read the journal. */
#include "core/apply_parts.h"

#include "core/clock.h"
#include "core/whole_clocks.h"
#include "lib/check.h"

/* Gives @proposal a list of clocks of its own, with @more empty ones behind. Records are not
 * changed in place: the list may be another's. */
static void own_clocks(Hs__Proposal *proposal, size_t more, struct arena *arena)
{
    size_t count = proposal->n_clocks + more;
    Hs__Clock **rows = arena_array(arena, count, sizeof(Hs__Clock *));
    Hs__Clock *clocks = arena_array(arena, count, sizeof *clocks);

    require(rows != NULL && clocks != NULL);
    for (size_t i = 0; i < count; i++) {
        clocks[i] = i < proposal->n_clocks ? *proposal->clocks[i] : (Hs__Clock)HS__CLOCK__INIT;
        rows[i] = &clocks[i];
    }
    proposal->clocks = rows;
    proposal->n_clocks = count;
}

void apply_clock_started(Hs__Proposal *proposal, const Hs__Clock *clock, struct arena *arena)
{
    size_t index = 0;

    if (clock == NULL) {
        return;
    }
    while (index < proposal->n_clocks && proposal->clocks[index]->kind != clock->kind) {
        index++;
    }
    own_clocks(proposal, index == proposal->n_clocks ? 1 : 0, arena);
    *proposal->clocks[index] = *clock;
    proposal->wake_at = proposal_wake(proposal);
}

void apply_clock_ended(Hs__Proposal *proposal, Hs__Clock__Kind kind, int64_t at_ms,
                       struct arena *arena)
{
    if (proposal_clock(proposal, kind) == NULL) {
        return;
    }
    own_clocks(proposal, 0, arena);
    proposal_clock(proposal, kind)->ended_at = at_ms;
    proposal->wake_at = proposal_wake(proposal);
}

void apply_clocks_followed(Hs__Proposal *proposal, int64_t at_ms, struct arena *arena)
{
    for (size_t i = 0; i < proposal->n_clocks; i++) {
        const Hs__Clock *clock = proposal->clocks[i];

        if (clock->ended_at == 0 && whole_clock_follows(clock->kind) &&
            !whole_clock_is_wanted(proposal, clock->kind)) {
            apply_clock_ended(proposal, clock->kind, at_ms, arena);
        }
    }
}

static void clock_held(Hs__Proposal *proposal, const Hs__ClockHeld *held, struct arena *arena)
{
    own_clocks(proposal, 0, arena);

    Hs__Clock *clock = proposal_clock(proposal, held->clock);
    if (clock != NULL) {
        clock->holds = apply_holds_copied(clock->holds, clock->n_holds, 1, arena);
        *clock->holds[clock->n_holds++] = *held->hold;
        proposal->wake_at = proposal_wake(proposal);
    }
}

static void clock_resumed(Hs__Proposal *proposal, const Hs__ClockResumed *resumed,
                          struct arena *arena)
{
    own_clocks(proposal, 0, arena);

    Hs__Clock *clock = proposal_clock(proposal, resumed->clock);
    if (clock != NULL) {
        clock->holds = apply_holds_copied(clock->holds, clock->n_holds, 0, arena);
        apply_hold_ended(clock->holds, clock->n_holds, resumed);
        clock->due_at = resumed->due_at;
        clock->provisional = resumed->provisional;
        proposal->wake_at = proposal_wake(proposal);
    }
}

static void correction_extended(Hs__Proposal *proposal, const Hs__LimitExtended *extended,
                                struct arena *arena)
{
    own_clocks(proposal, 0, arena);

    Hs__Clock *clock = proposal_clock(proposal, HS__CLOCK__KIND__CORRECTION);
    if (clock != NULL) {
        clock->extensions =
            (Hs__Extension **)apply_grown(clock->extensions, clock->n_extensions, arena);
        clock->extensions[clock->n_extensions++] = extended->extension;
        clock->due_at = extended->due_at;
        clock->provisional = extended->provisional;
        proposal->wake_at = proposal_wake(proposal);
    }
}

static void clock_moved(Hs__Proposal *proposal, const Hs__DeadlineMoved *moved, struct arena *arena)
{
    own_clocks(proposal, 0, arena);

    Hs__Clock *clock = proposal_clock(proposal, moved->clock);
    if (clock != NULL) {
        clock->due_at = moved->due_at;
        clock->provisional = moved->provisional;
        proposal->wake_at = proposal_wake(proposal);
    }
}

static void clock_passed(Hs__Proposal *proposal, const Hs__ClockPassed *passed, struct arena *arena)
{
    own_clocks(proposal, 0, arena);

    Hs__Clock *clock = proposal_clock(proposal, passed->kind);
    if (clock != NULL) {
        clock->passed = true;
        proposal->wake_at = proposal_wake(proposal);
    }
}

bool apply_whole_clock(Hs__Proposal *proposal, const Hs__Event *event, struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_CLOCK_STARTED) {
        apply_clock_started(proposal, event->clock_started->clock, arena);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_PASSED) {
        clock_passed(proposal, event->clock_passed, arena);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_HELD &&
               event->clock_held->department[0] == '\0') {
        clock_held(proposal, event->clock_held, arena);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_RESUMED &&
               event->clock_resumed->department[0] == '\0') {
        clock_resumed(proposal, event->clock_resumed, arena);
    } else if (event->body_case == HS__EVENT__BODY_DEADLINE_MOVED &&
               event->deadline_moved->department[0] == '\0') {
        clock_moved(proposal, event->deadline_moved, arena);
    } else if (event->body_case == HS__EVENT__BODY_LIMIT_EXTENDED &&
               event->limit_extended->department[0] == '\0') {
        correction_extended(proposal, event->limit_extended, arena);
    } else {
        return false;
    }
    return true;
}
