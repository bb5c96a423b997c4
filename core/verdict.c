/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verdict.h"

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

static struct tally tally_of(const Hs__Proposal *proposal)
{
    struct tally tally = {0};

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];
        bool is_closed = review->state == HS__REVIEW__STATE__CLOSED ||
                         review->state == HS__REVIEW__STATE__OVERDUE;

        count_result(&tally, is_closed ? review->result : HS__OPINION__RESULT__UNSPECIFIED);
    }
    return tally;
}

static Hs__Verdict__Outcome outcome_of_reviews(const Hs__Proposal *proposal)
{
    struct tally tally = tally_of(proposal);

    if (proposal->round == 0 || tally.waiting > 0) {
        return HS__VERDICT__OUTCOME__UNSPECIFIED;
    }
    if (tally.disagree > 0) {
        return HS__VERDICT__OUTCOME__RETURNED;
    }
    if (tally.overdue > 0) {
        return HS__VERDICT__OUTCOME__UNSPECIFIED;
    }
    return tally.conditional > 0 ? HS__VERDICT__OUTCOME__CONDITIONAL : HS__VERDICT__OUTCOME__PASSED;
}

Hs__Verdict__Outcome verdict_outcome(const Hs__Proposal *proposal)
{
    Hs__Verdict__Outcome outcome = outcome_of_reviews(proposal);

    for (size_t i = 0; i < proposal->n_office_items; i++) {
        Hs__Rule__OnFail effect = proposal->office_items[i]->effect;

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

static Hs__Verdict__Input *input_of(const Hs__Review *review, struct arena *arena)
{
    Hs__Verdict__Input *input = message_new(&hs__verdict__input__descriptor, arena);

    if (input != NULL) {
        input->department = review->department;
        input->result = review->result;
        input->opinion = review->opinion;
        input->carried_forward = review->carried_forward;
    }
    return input;
}

Hs__Verdict *verdict_build(const Hs__Proposal *proposal, struct arena *arena)
{
    Hs__Verdict *verdict = message_new(&hs__verdict__descriptor, arena);
    Hs__Verdict__Input **inputs = arena_array(arena, proposal->n_reviews, sizeof *inputs);

    if (verdict == NULL || inputs == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        inputs[i] = input_of(proposal->reviews[i], arena);
        if (inputs[i] == NULL) {
            return NULL;
        }
    }
    verdict->proposal = proposal->id;
    verdict->round = proposal->round;
    verdict->packet = proposal->packet;
    verdict->pins = proposal->pins;
    verdict->n_inputs = proposal->n_reviews;
    verdict->inputs = inputs;
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
