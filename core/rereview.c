/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rereview.h"

#include <string.h>

#include "core/answers.h"
#include "core/claim.h"
#include "core/intake.h"
#include "lib/check.h"

enum { GRANT_REASON_BYTES_MAX = 16 * 1024 };

/* One look at all seats. */
struct look {
    const struct situation *situation;
    const Hs__Packet *packet;
    const struct answers *answers;
    struct comparison *comparisons; /* one for each review, made when it is asked for */
    const Hs__Packet **compared;    /* with which packet each was made */
    size_t comparison_count;
};

static bool refuse_size(struct decision *decision)
{
    decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
    return false;
}

/* Returns what @look's packet changed of @before; NULL if the arena is too small. Most reviews of a
 * round are about the same packet, which is compared once. */
static const struct comparison *compare_with(struct look *look, const Hs__Packet *before)
{
    const Hs__Stage *stage = look->situation->rulebook->stage;

    for (size_t i = 0; i < look->comparison_count; i++) {
        if (look->compared[i] == before) {
            return &look->comparisons[i];
        }
    }

    struct comparison *made = &look->comparisons[look->comparison_count];
    if (!packets_compare(before, look->packet, stage->document_list, look->situation->arena,
                         made)) {
        return NULL;
    }
    look->compared[look->comparison_count++] = before;
    return made;
}

static size_t review_index(const Hs__Proposal *proposal, const char *department)
{
    size_t index = 0;

    while (index < proposal->n_reviews &&
           strcmp(proposal->reviews[index]->department, department) != 0) {
        index++;
    }
    return index;
}

/* A result that stands as long as nothing changes. Silence that was recorded as consent is one, and
 * goes on being shown as silence; a deadline that passed is none, nor what the approver decided for
 * who was silent. */
static bool can_be_kept(const Hs__Review *review)
{
    if (review->state != HS__REVIEW__STATE__CLOSED) {
        return false;
    }
    return review->result != HS__OPINION__RESULT__UNSPECIFIED && review->decided_by[0] == '\0' &&
           review->result != HS__OPINION__RESULT__OVERDUE &&
           review->result != HS__OPINION__RESULT__DISAGREE;
}

/* Sets the claims of @carried to what @opinion demands under the process of the new round; NULL: it
 * was not given. False: the arena is too small. */
static bool carry_claims(const struct situation *situation, const Hs__Opinion *opinion,
                         Hs__Review *carried)
{
    struct claims claims;

    if (opinion == NULL) {
        return true;
    }
    if (!claims_of(opinion, situation->rulebook->process, situation->arena, &claims)) {
        return false;
    }
    carried->n_claims = claims.count;
    carried->claims = claims.rows;
    carried->must_count = (uint32_t)claims.must_count;
    return true;
}

/* Returns the @position-th review of the last round as the next one keeps it: an opinion that came
 * after the verdict is heard in it. NULL: the arena is too small. */
static Hs__Review *carry(const struct situation *situation, size_t position)
{
    const Hs__Review *review = situation->proposal->reviews[position];
    Hs__Review *carried = arena_alloc(situation->arena, sizeof *carried);

    if (carried == NULL) {
        return NULL;
    }
    *carried = *review;
    carried->carried_from =
        review->carried_forward ? review->carried_from : situation->proposal->round;
    carried->carried_forward = true;
    carried->after_verdict = false;
    carried->n_changed_inputs = 0;
    carried->n_changed_documents = 0;
    carried->n_changed_rules = 0;
    return carry_claims(situation, situation->opinions[position], carried) ? carried : NULL;
}

/* Decides about seat @index. False: the arena is too small. */
static bool look_at_seat(struct look *look, size_t index, struct next_seat *out)
{
    const struct situation *situation = look->situation;
    const char *department = situation->rulebook->stage->seats[index]->department;
    size_t position = review_index(situation->proposal, department);

    *out = (struct next_seat){0};
    if (position == situation->proposal->n_reviews) {
        return true;
    }

    const Hs__Review *review = situation->proposal->reviews[position];
    const struct comparison *changes = compare_with(look, situation->review_packets[position]);
    const struct new_round round = {situation->rulebook_before, situation->rulebook, changes};
    if (changes == NULL || !touch_find(&round, index, situation->arena, &out->touch)) {
        return false;
    }
    if (can_be_kept(review) && !touch_is_any(&out->touch) &&
        !answers_concern(look->answers, department)) {
        out->carried = carry(situation, position);
        return out->carried != NULL;
    }
    return true;
}

/* Returns the packet that the last round ended with: the newest that a review is about. */
static const Hs__Packet *last_packet(const struct situation *situation)
{
    const Hs__Proposal *proposal = situation->proposal;
    const Hs__Packet *last = NULL;
    uint32_t version = 0;

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (proposal->reviews[i]->packet_version >= version) {
            version = proposal->reviews[i]->packet_version;
            last = situation->review_packets[i];
        }
    }
    return last;
}

static bool find_unread(struct look *look, struct unread *out)
{
    const struct situation *situation = look->situation;
    const Hs__Packet *before = last_packet(situation);

    *out = (struct unread){0};
    if (before == NULL) {
        return true;
    }

    const struct comparison *changes = compare_with(look, before);
    const struct new_round round = {situation->rulebook_before, situation->rulebook, changes};
    return changes != NULL && unread_find(&round, situation->arena, out);
}

static bool look_at_all(const struct situation *situation, const Hs__Packet *packet,
                        const struct answers *answers, struct next_round *out)
{
    const Hs__Stage *stage = situation->rulebook->stage;
    size_t reviews = situation->proposal->n_reviews;
    struct arena *arena = situation->arena;
    struct look look = {
        .situation = situation,
        .packet = packet,
        .answers = answers,
        .comparisons = arena_array(arena, reviews, sizeof(struct comparison)),
        .compared = arena_array(arena, reviews, sizeof(Hs__Packet *)),
    };

    *out = (struct next_round){
        .seats = arena_array(arena, stage->n_seats, sizeof *out->seats),
        .answered = answers->rows,
        .answered_count = answers->count,
    };
    if (out->seats == NULL || look.comparisons == NULL || look.compared == NULL) {
        return false;
    }
    for (size_t i = 0; i < stage->n_seats; i++) {
        if (!look_at_seat(&look, i, &out->seats[i])) {
            return false;
        }
    }
    return find_unread(&look, &out->unread);
}

/* Finds what the applicant says to the items: with this packet or, if it says nothing, with the one
 * since the verdict that a gate or a gap stopped. */
static bool find_answers(const struct situation *situation, const Hs__Revise *revise,
                         struct answers *out, struct decision *decision)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (!answers_list(situation, out)) {
        return refuse_size(decision);
    }
    if (revise->n_items == 0) {
        return answers_fill(situation, proposal->replies, proposal->n_replies, out, decision);
    }
    return answers_fill(situation, revise->items, revise->n_items, out, decision);
}

/* A process that states no number lets as many pass as it takes. */
static bool has_a_round_left(const struct situation *situation)
{
    uint32_t rounds_max = situation->rulebook->stage->rounds_max;

    return rounds_max == 0 ||
           situation->proposal->round < (uint64_t)rounds_max + situation->proposal->rounds_granted;
}

static bool refuse_exhausted(const struct situation *situation, struct decision *decision)
{
    if (has_a_round_left(situation)) {
        return true;
    }
    decision_refuse(decision, REFUSAL_ROUNDS_EXHAUSTED, situation->proposal->number);
    return false;
}

struct checks *rereview_check(const struct situation *situation, const Hs__Revise *revise,
                              struct next_round *next, struct decision *decision)
{
    struct answers answers;

    require(situation->rulebook_before != NULL && situation->opinions != NULL &&
            situation->review_packets != NULL);
    if (!refuse_exhausted(situation, decision) ||
        !find_answers(situation, revise, &answers, decision)) {
        return NULL;
    }

    struct checks *checks = intake_check(situation, revise->packet, decision);
    if (checks != NULL && !look_at_all(situation, revise->packet, &answers, next)) {
        (void)refuse_size(decision);
        return NULL;
    }
    return checks;
}

void decide_rereview(const struct situation *situation, const Hs__Revise *revise,
                     struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    struct next_round next;

    if (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED &&
        proposal->outcome != HS__VERDICT__OUTCOME__RETURNED) {
        decision_refuse(out, REFUSAL_NOTHING_TO_REVISE, proposal->number);
        return;
    }
    if (!intake_process_is_ready(situation, proposal->process, out)) {
        return;
    }

    const struct checks *checks = rereview_check(situation, revise, &next, out);
    const struct round_name round = {proposal->id, proposal->round + 1, &next};
    if (checks != NULL && intake_add_revised(situation, revise, out)) {
        intake_add_outcome(situation, checks, &round, out);
    }
}

static bool can_be_granted(const struct situation *situation, const Hs__GrantRound *grant,
                           struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return false;
    }
    if (proposal->status != HS__PROPOSAL__STATUS__CONCLUDED ||
        proposal->outcome != HS__VERDICT__OUTCOME__RETURNED) {
        decision_refuse(out, REFUSAL_NOT_RETURNED, proposal->number);
        return false;
    }
    if (grant->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return false;
    }
    if (strlen(grant->reason) > GRANT_REASON_BYTES_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        return false;
    }
    return intake_process_is_ready(situation, proposal->process, out);
}

void decide_grant(const struct situation *situation, const Hs__GrantRound *grant,
                  struct decision *out)
{
    if (!can_be_granted(situation, grant, out)) {
        return;
    }
    if (has_a_round_left(situation)) {
        decision_refuse(out, REFUSAL_ROUND_LEFT, situation->proposal->number);
        return;
    }

    Hs__RoundGranted *granted = decision_event(out, situation, HS__EVENT__BODY_ROUND_GRANTED);
    if (granted == NULL) {
        return;
    }
    granted->reason = grant->reason;
    granted->granted_by = situation->signer->name;
}
