/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verdict.h"

#include "core/conflict.h"
#include "core/waiver.h"

/* What the reviews of a round come to. */
struct tally {
    size_t waiting; /* open, or not_competent and not settled */
    size_t disagree;
    size_t overdue;
    size_t conditional;
};

static void count_result(struct tally *tally, Hs__Opinion__Result result)
{
    switch (result) {
    case HS__OPINION__RESULT__DISAGREE:
        tally->disagree++;
        break;
    case HS__OPINION__RESULT__CONDITIONAL:
        tally->conditional++;
        break;
    case HS__OPINION__RESULT__OVERDUE:
        tally->overdue++;
        break;
    case HS__OPINION__RESULT__AGREE:
    case HS__OPINION__RESULT__NOT_INVOLVED:
    case HS__OPINION__RESULT__TACIT:
        break;
    case HS__OPINION__RESULT__UNSPECIFIED:
    case HS__OPINION__RESULT__NOT_COMPETENT:
    case _HS__OPINION__RESULT_IS_INT_SIZE:
        tally->waiting++;
        break;
    }
}

/* What @review counts for. An opinion that came after the verdict changes nothing of it. */
static Hs__Opinion__Result result_of(const Hs__Proposal *proposal, const Hs__Review *review)
{
    bool is_closed =
        review->state == HS__REVIEW__STATE__CLOSED || review->state == HS__REVIEW__STATE__OVERDUE;

    if (review->after_verdict) {
        return HS__OPINION__RESULT__OVERDUE;
    }
    return is_closed ? conflict_result(proposal, review) : HS__OPINION__RESULT__UNSPECIFIED;
}

static struct tally tally_of(const Hs__Proposal *proposal)
{
    struct tally tally = {0};

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        count_result(&tally, result_of(proposal, proposal->reviews[i]));
    }
    return tally;
}

/* True if a ruling of the round says what is to be done. */
static bool rulings_demand(const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        if (proposal->conflicts[i]->state == HS__CONFLICT__STATE__RULED &&
            proposal->conflicts[i]->demand[0] != '\0') {
            return true;
        }
    }
    return false;
}

static Hs__Verdict__Outcome outcome_of_reviews(const Hs__Proposal *proposal)
{
    struct tally tally = tally_of(proposal);

    if (proposal->round == 0 || tally.waiting > 0 || conflicts_are_open(proposal)) {
        return HS__VERDICT__OUTCOME__UNSPECIFIED;
    }
    if (tally.disagree > 0) {
        return HS__VERDICT__OUTCOME__RETURNED;
    }
    if (tally.overdue > 0) {
        return HS__VERDICT__OUTCOME__UNSPECIFIED;
    }
    return tally.conditional > 0 || rulings_demand(proposal) ? HS__VERDICT__OUTCOME__CONDITIONAL
                                                             : HS__VERDICT__OUTCOME__PASSED;
}

bool verdict_reviews_are_in(const Hs__Proposal *proposal)
{
    return proposal->round != 0 && tally_of(proposal).waiting == 0;
}

Hs__Verdict__Outcome verdict_outcome(const Hs__Proposal *proposal)
{
    Hs__Verdict__Outcome outcome = outcome_of_reviews(proposal);

    for (size_t i = 0; i < proposal->n_office_items; i++) {
        const Hs__OfficeItem *item = proposal->office_items[i];
        Hs__Rule__OnFail effect =
            item->set_aside_reason[0] == '\0' ? item->effect : HS__RULE__ON_FAIL__NONE;

        if (outcome == HS__VERDICT__OUTCOME__UNSPECIFIED) {
            break;
        }
        if (effect == HS__RULE__ON_FAIL__REJECT) {
            outcome = HS__VERDICT__OUTCOME__RETURNED;
        } else if (effect == HS__RULE__ON_FAIL__CONDITION &&
                   outcome == HS__VERDICT__OUTCOME__PASSED) {
            outcome = HS__VERDICT__OUTCOME__CONDITIONAL;
        }
    }
    return outcome;
}

/* The hashes of the opinions that @review's replaced. False: @arena is too small. */
static bool add_earlier(const Hs__Review *review, struct arena *arena, Hs__Verdict__Input *input)
{
    input->earlier = arena_array(arena, review->n_earlier, sizeof *input->earlier);
    if (input->earlier == NULL) {
        return false;
    }
    for (size_t i = 0; i < review->n_earlier; i++) {
        input->earlier[input->n_earlier++] = review->earlier[i]->opinion;
    }
    return true;
}

static Hs__Verdict__Input *input_of(const Hs__Proposal *proposal, const Hs__Review *review,
                                    struct arena *arena)
{
    Hs__Verdict__Input *input = message_new(&hs__verdict__input__descriptor, arena);
    Hs__Opinion__Result counts_as = result_of(proposal, review);

    if (input == NULL || !add_earlier(review, arena, input)) {
        return NULL;
    }
    input->department = review->department;
    input->carried_forward = review->carried_forward;
    if (review->after_verdict) {
        input->result = counts_as;
        return input;
    }
    input->result = review->result;
    input->opinion = review->opinion;
    input->decided_by = review->decided_by;
    input->decided_reason = review->decided_reason;
    if (counts_as != review->result && counts_as != HS__OPINION__RESULT__UNSPECIFIED) {
        input->counts_as = counts_as;
    }
    return input;
}

static Hs__Conflict__Side *settled_side(const Hs__Conflict__Side *side, struct arena *arena)
{
    Hs__Conflict__Side *copy = arena_alloc(arena, sizeof *copy);

    if (copy != NULL) {
        *copy = *side;
        copy->acknowledged_at = 0;
        copy->acknowledged_by = "";
    }
    return copy;
}

/* Copies the conflicts without their acknowledgements. False: @arena is too small. */
static bool add_conflicts(const Hs__Proposal *proposal, struct arena *arena, Hs__Verdict *verdict)
{
    verdict->conflicts = arena_array(arena, proposal->n_conflicts, sizeof(Hs__Conflict *));
    if (verdict->conflicts == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        Hs__Conflict *conflict = arena_alloc(arena, sizeof *conflict);

        if (conflict == NULL) {
            return false;
        }
        *conflict = *proposal->conflicts[i];
        conflict->one = settled_side(conflict->one, arena);
        conflict->other = settled_side(conflict->other, arena);
        if (conflict->one == NULL || conflict->other == NULL) {
            return false;
        }
        verdict->conflicts[verdict->n_conflicts++] = conflict;
    }
    return true;
}

static bool add_inputs(const Hs__Proposal *proposal, struct arena *arena, Hs__Verdict *verdict)
{
    verdict->inputs = arena_array(arena, proposal->n_reviews, sizeof(Hs__Verdict__Input *));
    if (verdict->inputs == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        Hs__Verdict__Input *input = input_of(proposal, proposal->reviews[i], arena);

        if (input == NULL) {
            return false;
        }
        verdict->inputs[verdict->n_inputs++] = input;
    }
    return true;
}

Hs__Verdict *verdict_build(const Hs__Proposal *proposal, struct arena *arena)
{
    Hs__Verdict *verdict = message_new(&hs__verdict__descriptor, arena);

    if (verdict == NULL || !add_inputs(proposal, arena, verdict) ||
        !add_conflicts(proposal, arena, verdict) ||
        !waivers_granted(proposal, arena, &verdict->waivers, &verdict->n_waivers)) {
        return NULL;
    }
    verdict->proposal = proposal->id;
    verdict->round = proposal->round;
    verdict->packet = proposal->packet;
    verdict->pins = proposal->pins;
    verdict->n_office_items = proposal->n_office_items;
    verdict->office_items = proposal->office_items;
    verdict->outcome = verdict_outcome(proposal);
    return verdict;
}

bool verdict_hash(const Hs__Verdict *verdict, struct arena *arena, struct hash *out)
{
    struct bytes bytes = message_pack(verdict, arena);

    if (bytes.data == NULL) {
        return false;
    }
    *out = hash_of(bytes);
    return true;
}
