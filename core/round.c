/* SPDX-License-Identifier: Apache-2.0 */
#include "core/round.h"

#include "core/suggestion.h"
#include "lib/check.h"

static Hs__OfficeItem *office_item(const struct checks *checks, const struct findings *findings,
                                   const struct finding_row *row, struct arena *arena)
{
    const Hs__Rule *rule = row->rule->rule;
    Hs__OfficeItem *item = message_new(&hs__office_item__descriptor, arena);
    Hs__Item *detail = finding_item(findings, row, &checks->facts, arena);

    if (item == NULL || detail == NULL) {
        return NULL;
    }
    item->rule_id = rule->id;
    item->element = row->finding->element;
    item->effect = rule->on_fail;
    if (rule->on_fail == HS__RULE__ON_FAIL__REJECT && rule->severity != HS__RULE__SEVERITY__MUST) {
        item->effect = HS__RULE__ON_FAIL__CONDITION;
    }
    item->defect = detail->defect[0] == '\0'
                       ? detail->demand
                       : arena_format(arena, "%s（%s）", detail->demand, detail->defect);
    item->basis = detail->basis;
    return item->defect == NULL ? NULL : item;
}

/* Adds an item for every failed rule of @findings. False: the arena is too small. */
static bool add_office_items(const struct checks *checks, const struct findings *findings,
                             Hs__RoundOpened *opened, struct arena *arena)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (row->finding->state != HS__FINDING__STATE__FAILED) {
            continue;
        }
        opened->office_items[opened->n_office_items] = office_item(checks, findings, row, arena);
        if (opened->office_items[opened->n_office_items] == NULL) {
            return false;
        }
        opened->n_office_items++;
    }
    return true;
}

static int64_t span_ms(const Hs__Limit *limit)
{
    if (limit == NULL) {
        return 0;
    }
    switch (limit->span_case) {
    case HS__LIMIT__SPAN_HOURS:
        return (int64_t)limit->hours * 3600000;
    case HS__LIMIT__SPAN_MINUTES:
        return (int64_t)limit->minutes * 60000;
    case HS__LIMIT__SPAN_SECONDS:
        return (int64_t)limit->seconds * 1000;
    case HS__LIMIT__SPAN_WORKING_DAYS: /* lint refuses it: there is no calendar to count by */
    case HS__LIMIT__SPAN__NOT_SET:
    case _HS__LIMIT__SPAN__CASE_IS_INT_SIZE:
        break;
    }
    return 0;
}

static Hs__Review *open_review(const struct situation *situation, const Hs__Seat *seat)
{
    Hs__Review *review = message_new(&hs__review__descriptor, situation->arena);

    if (review != NULL) {
        int64_t span = span_ms(seat->limit);

        review->department = seat->department;
        review->due_at = span > 0 ? situation->now_ms + span : 0;
        review->silence =
            seat->silence == NULL ? HS__SILENCE__DISPOSITION__ESCALATE : seat->silence->disposition;
        review->reason = seat->reason;
    }
    return review;
}

/* Fills @opened. False: the arena is too small. */
static bool fill_round(const struct situation *situation, const struct checks *checks,
                       Hs__RoundOpened *opened)
{
    struct arena *arena = situation->arena;
    const Hs__Stage *stage = checks->rulebook->stage;

    opened->stage = stage->id;
    opened->pins = binary_of((struct bytes){checks->rulebook->pins, sizeof(struct hash)});
    opened->reviews = arena_array(arena, stage->n_seats, sizeof(Hs__Review *));
    opened->office_items =
        arena_array(arena, checks->gate.count + checks->lead.count, sizeof(Hs__OfficeItem *));
    if (opened->reviews == NULL || opened->office_items == NULL) {
        return false;
    }
    for (size_t i = 0; i < stage->n_seats; i++) {
        if (!checks->is_involved[i]) {
            continue;
        }
        opened->reviews[opened->n_reviews] = open_review(situation, stage->seats[i]);
        if (opened->reviews[opened->n_reviews] == NULL) {
            return false;
        }
        opened->n_reviews++;
    }
    return add_office_items(checks, &checks->gate, opened, arena) &&
           add_office_items(checks, &checks->lead, opened, arena);
}

void round_ask_correction(const struct situation *situation, uint64_t proposal,
                          const struct missing_list *missing, struct decision *decision)
{
    Hs__CorrectionRequested *requested =
        decision_new(decision, situation, &hs__correction_requested__descriptor);
    Hs__Event *event = decision_add(decision, situation, proposal);

    require(missing->count > 0);
    if (requested == NULL || event == NULL) {
        return;
    }
    requested->n_missing = missing->count;
    requested->missing = missing->rows;
    event->body_case = HS__EVENT__BODY_CORRECTION_REQUESTED;
    event->correction_requested = requested;
}

static bool hold_clock(const struct situation *situation, const struct round_name *round,
                       const char *department, struct decision *decision)
{
    Hs__ClockHeld *held = decision_new(decision, situation, &hs__clock_held__descriptor);
    Hs__Event *event = decision_add(decision, situation, round->proposal);

    if (held == NULL || event == NULL) {
        return false;
    }
    held->round = round->number;
    held->department = department;
    held->reason = HS__HOLD__REASON__CORRECTION;
    event->body_case = HS__EVENT__BODY_CLOCK_HELD;
    event->clock_held = held;
    return true;
}

/* Holds the clock of every review with a gap, and asks for all of it at once. */
static void hold_for_gaps(const struct situation *situation, const struct checks *checks,
                          const struct round_name *round, struct decision *decision)
{
    const Hs__Stage *stage = checks->rulebook->stage;
    struct missing_list all = {0};

    for (size_t i = 0; i < stage->n_seats; i++) {
        if (checks->gaps[i].count == 0) {
            continue;
        }
        if (!missing_join(&all, &checks->gaps[i], situation->arena)) {
            decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
            return;
        }
        if (!hold_clock(situation, round, stage->seats[i]->department, decision)) {
            return;
        }
    }
    if (all.count > 0) {
        round_ask_correction(situation, round->proposal, &all, decision);
    }
}

void round_open(const struct situation *situation, const struct checks *checks,
                const struct round_name *round, struct decision *decision)
{
    Hs__RoundOpened *opened = decision_new(decision, situation, &hs__round_opened__descriptor);

    if (opened == NULL || !fill_round(situation, checks, opened)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    opened->round = round->number;

    Hs__Event *event = decision_add(decision, situation, round->proposal);
    if (event == NULL) {
        return;
    }
    event->body_case = HS__EVENT__BODY_ROUND_OPENED;
    event->round_opened = opened;
    if (opened->n_reviews == 0) {
        decision_conclude(situation, decision); /* nobody is waited for */
        return;
    }
    hold_for_gaps(situation, checks, round, decision);
}
