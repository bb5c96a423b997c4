/* SPDX-License-Identifier: Apache-2.0 */
#include "core/round.h"

#include "core/suggestion.h"
#include "core/whole_clocks.h"
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

/* A round after the first is shorter. In the first it is the seat's own limit, else that of the
 * packet's class. */
static Hs__Limit *limit_of(const struct checks *checks, const Hs__Seat *seat,
                           const struct round_name *round)
{
    if (round->next != NULL && checks->rulebook->stage->rereview_limit != NULL) {
        return checks->rulebook->stage->rereview_limit;
    }
    if (seat->limit != NULL || checks->limit_class == NULL) {
        return seat->limit;
    }
    return checks->limit_class->limit;
}

static Hs__Review *open_review(const struct situation *situation, const struct checks *checks,
                               const struct round_name *round, size_t index)
{
    const Hs__Seat *seat = checks->rulebook->stage->seats[index];
    const struct clock_law law = {checks->rulebook->stage, situation->calendar};
    Hs__Review *review = message_new(&hs__review__descriptor, situation->arena);

    if (review == NULL) {
        return NULL;
    }
    review->department = seat->department;
    review->state = HS__REVIEW__STATE__OPEN;
    review->dispatched_at = situation->now_ms;
    review->limit = limit_of(checks, seat, round);
    review->silence =
        seat->silence == NULL ? HS__SILENCE__DISPOSITION__ESCALATE : seat->silence->disposition;
    review->reason = seat->reason;
    review->must_open = checks->must_open[index];

    struct clock_end end = review_end(review, situation->calendar, situation->now_ms);
    review->due_at = end.due_ms;
    review->provisional = end.is_provisional;
    review->wake_at = review_wake(review, &law);
    return review;
}

static bool is_carried(const struct round_name *round, size_t seat)
{
    return round->next != NULL && round->next->seats[seat].carried != NULL;
}

/* Returns the review of seat @index: opened, or kept from an earlier round. */
static Hs__Review *review_of_seat(const struct situation *situation, const struct checks *checks,
                                  const struct round_name *round, size_t index)
{
    if (is_carried(round, index)) {
        return round->next->seats[index].carried;
    }

    Hs__Review *review = open_review(situation, checks, round, index);
    if (review != NULL && round->next != NULL) {
        const struct touch *touch = &round->next->seats[index].touch;

        review->n_changed_inputs = touch->path_count;
        review->changed_inputs = touch->paths;
        review->n_changed_documents = touch->document_count;
        review->changed_documents = touch->documents;
        review->n_changed_rules = touch->rule_count;
        review->changed_rules = touch->rules;
    }
    return review;
}

/* Says what the applicant answered, and which changes wake nobody. */
static void fill_answers(const struct round_name *round, Hs__RoundOpened *opened)
{
    if (round->next != NULL) {
        opened->n_answered = round->next->answered_count;
        opened->answered = round->next->answered;
        opened->n_unread = round->next->unread.path_count;
        opened->unread = round->next->unread.paths;
        opened->n_unread_documents = round->next->unread.document_count;
        opened->unread_documents = round->next->unread.documents;
    }
}

/* Fills @opened. False: the arena is too small. */
static bool fill_round(const struct situation *situation, const struct checks *checks,
                       const struct round_name *round, Hs__RoundOpened *opened)
{
    struct arena *arena = situation->arena;
    const Hs__Stage *stage = checks->rulebook->stage;

    opened->round = round->number;
    opened->stage = stage->id;
    opened->limit_class = checks->limit_class == NULL ? "" : checks->limit_class->id;
    opened->pins = binary_of((struct bytes){checks->rulebook->pins, sizeof(struct hash)});
    opened->reviews = arena_array(arena, stage->n_seats, sizeof(Hs__Review *));
    opened->office_items =
        arena_array(arena, checks->gate.count + checks->lead.count, sizeof(Hs__OfficeItem *));
    if (opened->reviews == NULL || opened->office_items == NULL ||
        !whole_clock_new(situation, HS__CLOCK__KIND__TOTAL, stage->total, &opened->total)) {
        return false;
    }
    for (size_t i = 0; i < stage->n_seats; i++) {
        if (!checks->is_involved[i]) {
            continue;
        }
        opened->reviews[opened->n_reviews] = review_of_seat(situation, checks, round, i);
        if (opened->reviews[opened->n_reviews] == NULL) {
            return false;
        }
        opened->reviews[opened->n_reviews]->sealed = stage->sealed;
        opened->n_reviews++;
    }
    fill_answers(round, opened);
    return add_office_items(checks, &checks->gate, opened, arena) &&
           add_office_items(checks, &checks->lead, opened, arena);
}

/* Sets @out to the applicant's clock, of which there is one for a correction: what is still missing
 * after an answer is asked for within what is left of it. Returns false if the arena is too small.
 */
static bool correction_clock(const struct situation *situation, Hs__Clock **out)
{
    const Hs__Proposal *proposal = situation->proposal;

    *out = proposal == NULL ? NULL : proposal_clock(proposal, HS__CLOCK__KIND__CORRECTION);
    return *out != NULL || whole_clock_new(situation, HS__CLOCK__KIND__CORRECTION,
                                           situation->rulebook->stage->correction, out);
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
    if (!correction_clock(situation, &requested->clock)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
    }
}

bool round_hold(const struct situation *situation, const struct round_name *round,
                const char *department, struct decision *decision)
{
    const Hs__Review *review =
        situation->proposal == NULL ? NULL : proposal_review(situation->proposal, department);

    Hs__Hold *hold = decision_new(decision, situation, &hs__hold__descriptor);
    Hs__ClockHeld *held = decision_new(decision, situation, &hs__clock_held__descriptor);
    Hs__Event *event = decision_add(decision, situation, round->proposal);

    if (hold == NULL || held == NULL || event == NULL) {
        return false;
    }
    hold->reason = HS__HOLD__REASON__CORRECTION;
    hold->from_at = situation->now_ms;
    hold->asked_by = department;
    held->round = round->number;
    held->department = department;
    held->hold = hold;
    held->wake_at =
        review != NULL && review->state == HS__REVIEW__STATE__HELD ? review->wake_at : 0;
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
        if (checks->gaps[i].count == 0 || is_carried(round, i)) {
            continue;
        }
        if (!missing_join(&all, &checks->gaps[i], situation->arena)) {
            decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
            return;
        }
        if (!round_hold(situation, round, stage->seats[i]->department, decision)) {
            return;
        }
    }
    if (all.count > 0) {
        round_ask_correction(situation, round->proposal, &all, decision);
    }
}

static bool is_nobody_asked(const Hs__RoundOpened *opened)
{
    for (size_t i = 0; i < opened->n_reviews; i++) {
        if (!opened->reviews[i]->carried_forward) {
            return false;
        }
    }
    return true;
}

void round_open(const struct situation *situation, const struct checks *checks,
                const struct round_name *round, struct decision *decision)
{
    Hs__RoundOpened *opened = decision_new(decision, situation, &hs__round_opened__descriptor);

    if (opened == NULL || !fill_round(situation, checks, round, opened)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }

    Hs__Event *event = decision_add(decision, situation, round->proposal);
    if (event == NULL) {
        return;
    }
    event->body_case = HS__EVENT__BODY_ROUND_OPENED;
    event->round_opened = opened;
    if (is_nobody_asked(opened)) {
        decision_conclude(situation, decision); /* nobody is waited for */
        return;
    }
    hold_for_gaps(situation, checks, round, decision);
}
