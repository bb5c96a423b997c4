/* SPDX-License-Identifier: Apache-2.0 */
/* The one opinion of a review: its receipt, its content, its lateness, and what follows from it. */
#include "core/decide.h"

#include <string.h>

#include "core/authorise.h"
#include "core/silence.h"
#include "core/wake.h"

enum { OPINION_ITEMS_MAX = 1024, OPINION_PARTS_MAX = 64 };

/* The review a command is about, once it is known to exist and to be the signer's. */
struct target {
    const Hs__Proposal *proposal;
    Hs__Review *review;
};

static bool find_target(const struct situation *situation, const Hs__ReviewRef *ref,
                        struct target *target, struct decision *out)
{
    target->proposal = situation->proposal;
    return decision_review(situation, ref, out, &target->review);
}

static bool find_own_target(const struct situation *situation, const Hs__ReviewRef *ref,
                            struct target *target, struct decision *out)
{
    target->proposal = situation->proposal;
    return decision_own_review(situation, ref, out, &target->review);
}

/* A review can be answered while its round runs; after that, only one recorded as overdue. A
 * silence taken for consent is still followed by an opinion in writing. */
static bool is_answerable(const struct target *target)
{
    Hs__Review__State state = target->review->state;
    bool is_owed = target->review->result == HS__OPINION__RESULT__TACIT &&
                   target->review->late_opinion == NULL;

    if (is_owed && (target->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW ||
                    target->proposal->status == HS__PROPOSAL__STATUS__CONCLUDED)) {
        return true;
    }
    if (target->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
        return state == HS__REVIEW__STATE__OPEN || state == HS__REVIEW__STATE__OVERDUE ||
               state == HS__REVIEW__STATE__HELD; /* a person may judge without what is missing */
    }
    return target->proposal->status == HS__PROPOSAL__STATUS__CONCLUDED &&
           state == HS__REVIEW__STATE__OVERDUE;
}

void decide_receive(const struct situation *situation, const Hs__ReceiveReview *receive,
                    struct decision *out)
{
    struct target target;

    if (!find_own_target(situation, receive->review, &target, out)) {
        return;
    }
    if (target.review->received_at != 0) {
        return; /* already on record: once per department and round */
    }

    Hs__ReviewReceived *received = decision_new(out, situation, &hs__review_received__descriptor);
    Hs__Event *event = decision_add(out, situation, target.proposal->id);
    if (received == NULL || event == NULL) {
        return;
    }
    received->round = target.proposal->round;
    received->department = receive->review->department;
    received->wake_at = wake_once_received(situation, target.review);
    event->body_case = HS__EVENT__BODY_REVIEW_RECEIVED;
    event->review_received = received;
}

void decide_findings(const struct situation *situation, const Hs__RecordFindings *record,
                     struct decision *out)
{
    struct target target;

    if (!find_own_target(situation, record->review, &target, out)) {
        return;
    }
    if (!is_answerable(&target)) {
        return; /* too late to help anybody, and no fault of the agent's */
    }

    Hs__FindingsRecorded *recorded =
        decision_new(out, situation, &hs__findings_recorded__descriptor);
    Hs__Event *event = decision_add(out, situation, target.proposal->id);
    if (recorded == NULL || event == NULL) {
        return;
    }
    recorded->round = target.proposal->round;
    recorded->department = record->review->department;
    recorded->suggested =
        record->suggestion == NULL ? HS__OPINION__RESULT__UNSPECIFIED : record->suggestion->result;
    event->body_case = HS__EVENT__BODY_FINDINGS_RECORDED;
    event->findings_recorded = recorded;
}

static bool is_giveable(Hs__Opinion__Result result)
{
    return result >= HS__OPINION__RESULT__AGREE && result <= HS__OPINION__RESULT__NOT_COMPETENT;
}

/* The worst first: how one result weighs against another in an opinion of several parts. */
static int weight_of(Hs__Opinion__Result result)
{
    switch (result) {
    case HS__OPINION__RESULT__DISAGREE:
        return 4;
    case HS__OPINION__RESULT__CONDITIONAL:
        return 3;
    case HS__OPINION__RESULT__AGREE:
        return 2;
    case HS__OPINION__RESULT__NOT_INVOLVED:
        return 1;
    case HS__OPINION__RESULT__UNSPECIFIED:
    case HS__OPINION__RESULT__NOT_COMPETENT:
    case HS__OPINION__RESULT__TACIT:
    case HS__OPINION__RESULT__OVERDUE:
    case _HS__OPINION__RESULT_IS_INT_SIZE:
        break;
    }
    return 0;
}

static bool has_owner(const Hs__Department *department, const char *owner)
{
    for (size_t i = 0; i < department->n_owners; i++) {
        if (strcmp(department->owners[i]->id, owner) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_twice(const Hs__Opinion *opinion, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(opinion->parts[i]->owner, opinion->parts[index]->owner) == 0) {
            return true;
        }
    }
    return false;
}

/* One part for each owner, the result the worst of them. A person who answers for a department of
 * several owners may leave the parts out only when the result says the same for all. */
static bool parts_fit(const Hs__Opinion *opinion, const Hs__Department *department)
{
    int worst = 0;

    if (opinion->n_parts == 0) {
        return true;
    }
    if (department == NULL || opinion->n_parts != department->n_owners ||
        opinion->n_parts > OPINION_PARTS_MAX) {
        return false;
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        const Hs__Part *part = opinion->parts[i];

        if (!has_owner(department, part->owner) || names_twice(opinion, i) ||
            weight_of(part->result) == 0 || part->n_items > 0) {
            return false;
        }
        worst = weight_of(part->result) > worst ? weight_of(part->result) : worst;
    }
    return worst == weight_of(opinion->result);
}

static enum refusal check_item(const Hs__Item *item, const Hs__Department *department)
{
    if (item->severity == HS__ITEM__SEVERITY__UNSPECIFIED || item->demand[0] == '\0' ||
        item->id[0] != '\0') {
        return REFUSAL_ITEM_INVALID;
    }
    if (item->owner[0] != '\0' && (department == NULL || !has_owner(department, item->owner))) {
        return REFUSAL_ITEM_INVALID;
    }
    if (item->severity == HS__ITEM__SEVERITY__MUST && item->basis[0] == '\0') {
        return REFUSAL_BASIS_MISSING;
    }
    return REFUSAL_NONE;
}

/* True if an item of severity must is there (of @owner, unless NULL). */
static bool has_must_item(const Hs__Opinion *opinion, const char *owner)
{
    for (size_t i = 0; i < opinion->n_items; i++) {
        const Hs__Item *item = opinion->items[i];

        if (item->severity == HS__ITEM__SEVERITY__MUST &&
            (owner == NULL || strcmp(item->owner, owner) == 0)) {
            return true;
        }
    }
    return false;
}

static bool demands(Hs__Opinion__Result result)
{
    return result == HS__OPINION__RESULT__DISAGREE || result == HS__OPINION__RESULT__CONDITIONAL;
}

static bool knows_matter(const Hs__Process *process, const char *matter)
{
    for (size_t i = 0; i < process->n_matters; i++) {
        if (strcmp(process->matters[i]->code, matter) == 0) {
            return true;
        }
    }
    return matter[0] == '\0' || process->n_matters == 0;
}

/* An item is about nothing in particular, or about one of the matters of the round's process. */
static bool matters_fit(const struct situation *situation, const Hs__Opinion *opinion,
                        struct decision *out)
{
    if (situation->rulebook == NULL) {
        return true;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        if (!knows_matter(situation->rulebook->process, opinion->items[i]->matter)) {
            decision_refuse(out, REFUSAL_ITEM_INVALID,
                            arena_format(situation->arena, "items[%zu].matter: %s", i,
                                         opinion->items[i]->matter));
            return false;
        }
    }
    return true;
}

/* Who disagrees or sets conditions says what must change and on which basis, for itself and in each
 * part: only an item of severity must needs a basis, so advice alone is not enough. */
static bool items_fit(const struct situation *situation, const Hs__Opinion *opinion,
                      const Hs__Department *department, struct decision *out)
{
    bool needs_items = demands(opinion->result);

    if (opinion->n_items > OPINION_ITEMS_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "items");
        return false;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        enum refusal refusal = check_item(opinion->items[i], department);

        if (refusal != REFUSAL_NONE) {
            decision_refuse(out, refusal, arena_format(situation->arena, "items[%zu]", i));
            return false;
        }
    }
    if (needs_items && !has_must_item(opinion, NULL)) {
        decision_refuse(out, REFUSAL_ITEMS_MISSING, NULL);
        return false;
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        const Hs__Part *part = opinion->parts[i];

        if (demands(part->result) && !has_must_item(opinion, part->owner)) {
            decision_refuse(out, REFUSAL_ITEMS_MISSING, part->owner);
            return false;
        }
    }
    return matters_fit(situation, opinion, out);
}

static bool needs_reason(Hs__Opinion__Result result)
{
    return result == HS__OPINION__RESULT__NOT_COMPETENT ||
           result == HS__OPINION__RESULT__NOT_INVOLVED;
}

/* An agent speaks for its department only where the department let its rules answer, and a person
 * never in the rules' name. */
static bool may_speak(const struct situation *situation, const Hs__Opinion *opinion,
                      const Hs__Department *department)
{
    bool is_agent = principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__AGENT);
    bool rules_answer = department != NULL && department->answer == HS__DEPARTMENT__ANSWER__RULES;

    return is_agent ? opinion->by_rules && rules_answer : !opinion->by_rules;
}

static bool opinion_fits(const struct situation *situation, const struct target *target,
                         const Hs__Opinion *opinion, struct decision *out)
{
    const Hs__Department *department = decision_department(situation, target->review->department);

    if (opinion == NULL || !is_giveable(opinion->result)) {
        decision_refuse(out, REFUSAL_RESULT_INVALID, NULL);
        return false;
    }
    if (!may_speak(situation, opinion, department)) {
        decision_refuse(out, REFUSAL_RULES_MAY_NOT_ANSWER, target->review->department);
        return false;
    }
    if (opinion->packet.len > 0 &&
        !bytes_equal(bytes_of(opinion->packet), bytes_of(target->review->packet))) {
        decision_refuse(out, REFUSAL_PACKET_DIFFERS, NULL);
        return false;
    }
    if (needs_reason(opinion->result) && opinion->reason[0] == '\0' && !opinion->by_rules) {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return false;
    }
    if (!parts_fit(opinion, department)) {
        decision_refuse(out, REFUSAL_PARTS_INVALID, NULL);
        return false;
    }
    return items_fit(situation, opinion, department, out);
}

static bool is_past_due(const struct situation *situation, const Hs__Review *review)
{
    return review->state == HS__REVIEW__STATE__OPEN && review->due_at > 0 &&
           situation->now_ms > wake_due(situation, review);
}

static void add_opinion(const struct situation *situation, const struct target *target,
                        const Hs__Opinion *opinion, struct decision *out)
{
    struct bytes bytes = message_pack(opinion, situation->arena);
    struct hash *hash = arena_alloc(situation->arena, sizeof *hash);
    Hs__OpinionGiven *given = decision_new(out, situation, &hs__opinion_given__descriptor);
    Hs__Event *event = decision_add(out, situation, target->proposal->id);

    if (bytes.data == NULL || hash == NULL || given == NULL || event == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    *hash = hash_of(bytes);
    given->round = target->proposal->round;
    given->department = target->review->department;
    given->result = opinion->result;
    given->opinion = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    given->item_count = (uint32_t)opinion->n_items;
    given->by_rules = opinion->by_rules;
    given->late = is_past_due(situation, target->review) ||
                  target->review->state == HS__REVIEW__STATE__OVERDUE ||
                  target->review->result == HS__OPINION__RESULT__TACIT;
    given->given_by = opinion->by_rules ? "" : situation->signer->name;
    given->signer = situation->signer->name;
    event->body_case = HS__EVENT__BODY_OPINION_GIVEN;
    event->opinion_given = given;
}

void decide_opinion(const struct situation *situation, const Hs__GiveOpinion *give,
                    struct decision *out)
{
    struct target target;

    if (!find_own_target(situation, give->review, &target, out)) {
        return;
    }
    if (target.proposal->status == HS__PROPOSAL__STATUS__WITHDRAWN) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, target.proposal->number);
        return;
    }
    if (!is_answerable(&target)) {
        decision_refuse(out, REFUSAL_OPINION_ALREADY_GIVEN, target.review->department);
        return;
    }
    if (!opinion_fits(situation, &target, give->opinion, out)) {
        return;
    }
    if (is_past_due(situation, target.review)) {
        (void)silence_record(situation, target.review, out); /* a burst: the deadline comes first */
    } else if (target.review->state == HS__REVIEW__STATE__OPEN && target.review->due_at > 0 &&
               situation->now_ms > target.review->due_at) {
        (void)wake_move(situation, target.review, out); /* by a calendar published since */
    }
    add_opinion(situation, &target, give->opinion, out);
    decision_conclude(situation, out);
}

/* As before it was answered. */
static int64_t wake_once_reopened(const struct situation *situation, const Hs__Review *review)
{
    const struct clock_law law = decision_law(situation);
    Hs__Review reopened = *review;

    reopened.state = review->late ? HS__REVIEW__STATE__OVERDUE : HS__REVIEW__STATE__OPEN;
    return review_wake(&reopened, &law);
}

void decide_competence(const struct situation *situation, const Hs__SettleCompetence *settle,
                       struct decision *out)
{
    struct target target;

    if (!find_target(situation, settle->review, &target, out)) {
        return;
    }
    if (target.review->state != HS__REVIEW__STATE__NOT_COMPETENT ||
        target.proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        decision_refuse(out, REFUSAL_NOT_MARKED, settle->review->department);
        return;
    }
    if (!settle->confirmed && settle->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return;
    }

    Hs__CompetenceSettled *settled =
        decision_new(out, situation, &hs__competence_settled__descriptor);
    Hs__Event *event = decision_add(out, situation, target.proposal->id);
    if (settled == NULL || event == NULL) {
        return;
    }
    settled->round = target.proposal->round;
    settled->department = settle->review->department;
    settled->confirmed = settle->confirmed;
    settled->reason = settle->reason;
    settled->wake_at = settle->confirmed ? 0 : wake_once_reopened(situation, target.review);
    event->body_case = HS__EVENT__BODY_COMPETENCE_SETTLED;
    event->competence_settled = settled;
    decision_conclude(situation, out);
}
