/* SPDX-License-Identifier: Apache-2.0 */
/* What the lead does with conflicts and duplicates, and the overruled department's answer. */
#include "core/decide.h"

#include <string.h>

#include "core/conflict.h"

/* True if @text, of the field @name, is there and not too long for the record. */
static bool is_given(const char *text, const char *name, enum refusal missing, struct decision *out)
{
    if (text[0] == '\0') {
        decision_refuse(out, missing, NULL);
        return false;
    }
    if (strlen(text) > LIMIT_REASON_BYTES) {
        decision_refuse(out, REFUSAL_TOO_LARGE, name);
        return false;
    }
    return true;
}

static Hs__Conflict *find_conflict(const struct situation *situation, uint32_t number,
                                   struct decision *out)
{
    Hs__Conflict *conflict = NULL;

    if (situation->proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return NULL;
    }
    conflict = conflict_numbered(situation->proposal, number);
    if (conflict == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_CONFLICT,
                        arena_format(situation->arena, "%u", number));
    }
    return conflict;
}

/* ---- steps of the lead ---- */

/* The state that each step leads to. */
static Hs__Conflict__State state_after(Hs__SettleConflict__Step step)
{
    switch (step) {
    case HS__SETTLE_CONFLICT__STEP__CONFIRM:
        return HS__CONFLICT__STATE__CONFIRMED;
    case HS__SETTLE_CONFLICT__STEP__DISMISS:
        return HS__CONFLICT__STATE__DISMISSED;
    case HS__SETTLE_CONFLICT__STEP__AGREE:
        return HS__CONFLICT__STATE__AGREED;
    case HS__SETTLE_CONFLICT__STEP__RULE:
        return HS__CONFLICT__STATE__RULED;
    case HS__SETTLE_CONFLICT__STEP__UNSPECIFIED:
    case _HS__SETTLE_CONFLICT__STEP_IS_INT_SIZE:
        break;
    }
    return HS__CONFLICT__STATE__UNSPECIFIED;
}

/* Both agreed: a side said so by restating its opinion, or a document does. */
static bool agreement_fits(const Hs__Conflict *conflict, const Hs__SettleConflict *settle,
                           struct decision *out)
{
    if (!conflict->one->restated && !conflict->other->restated && settle->document[0] == '\0') {
        decision_refuse(out, REFUSAL_DOCUMENT_NUMBER_MISSING, NULL);
        return false;
    }
    return true;
}

static bool ruling_fits(const Hs__Conflict *conflict, const Hs__SettleConflict *settle,
                        struct decision *out)
{
    bool is_for_a_side = conflict_side(conflict, settle->in_favour) != NULL;

    if (settle->in_favour[0] == '\0' ? settle->demand[0] == '\0' : !is_for_a_side) {
        decision_refuse(out, REFUSAL_RULING_INVALID, settle->in_favour);
        return false;
    }
    return true;
}

static bool texts_fit(const Hs__SettleConflict *settle, struct decision *out)
{
    bool needs_reason = settle->step != HS__SETTLE_CONFLICT__STEP__CONFIRM;

    if (strlen(settle->demand) > LIMIT_REASON_BYTES ||
        strlen(settle->document) > LIMIT_REASON_BYTES ||
        strlen(settle->reason) > LIMIT_REASON_BYTES) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason, demand, document");
        return false;
    }
    return !needs_reason || is_given(settle->reason, "reason", REFUSAL_REASON_MISSING, out);
}

static bool step_fits(const Hs__Conflict *conflict, const Hs__SettleConflict *settle,
                      struct decision *out)
{
    bool is_settling = settle->step == HS__SETTLE_CONFLICT__STEP__AGREE ||
                       settle->step == HS__SETTLE_CONFLICT__STEP__RULE;

    if (state_after(settle->step) == HS__CONFLICT__STATE__UNSPECIFIED) {
        decision_refuse(out, REFUSAL_MALFORMED, "step");
        return false;
    }
    if (!conflict_is_open(conflict)) {
        decision_refuse(out, REFUSAL_CONFLICT_SETTLED, NULL);
        return false;
    }
    if (is_settling && conflict->state != HS__CONFLICT__STATE__CONFIRMED) {
        decision_refuse(out, REFUSAL_CONFLICT_NOT_CONFIRMED, NULL);
        return false;
    }
    if (!texts_fit(settle, out)) {
        return false;
    }
    if (settle->step == HS__SETTLE_CONFLICT__STEP__AGREE) {
        return agreement_fits(conflict, settle, out);
    }
    return settle->step != HS__SETTLE_CONFLICT__STEP__RULE || ruling_fits(conflict, settle, out);
}

/* Names whom a ruling overrules: who does not prevail. */
static bool add_overruled(const struct situation *situation, const Hs__Conflict *conflict,
                          const Hs__SettleConflict *settle, Hs__ConflictSettled *settled)
{
    const char *const sides[] = {conflict->one->department, conflict->other->department};

    if (settle->step != HS__SETTLE_CONFLICT__STEP__RULE) {
        return true;
    }
    settled->overruled = arena_array(situation->arena, 2, sizeof *settled->overruled);
    if (settled->overruled == NULL) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(sides[i], settle->in_favour) != 0) {
            settled->overruled[settled->n_overruled++] = sides[i];
        }
    }
    return true;
}

void decide_conflict(const struct situation *situation, const Hs__SettleConflict *settle,
                     struct decision *out)
{
    const Hs__Conflict *conflict = find_conflict(situation, settle->number, out);

    if (conflict == NULL || !step_fits(conflict, settle, out)) {
        return;
    }
    if (situation->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, situation->proposal->number);
        return;
    }
    if (conflict->state == state_after(settle->step)) {
        return; /* confirmed already */
    }

    Hs__ConflictSettled *settled = decision_event(out, situation, HS__EVENT__BODY_CONFLICT_SETTLED);
    if (settled == NULL) {
        return;
    }
    if (!add_overruled(situation, conflict, settle, settled)) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    settled->round = situation->proposal->round;
    settled->number = settle->number;
    settled->state = state_after(settle->step);
    settled->demand = settle->step == HS__SETTLE_CONFLICT__STEP__RULE ? settle->demand : "";
    settled->reason = settle->reason;
    settled->document = settle->document;
    settled->settled_by = situation->signer->name;
    decision_conclude(situation, out);
}

/* ---- the overruled department ---- */

void decide_acknowledgement(const struct situation *situation,
                            const Hs__AcknowledgeRuling *acknowledge, struct decision *out)
{
    const Hs__Conflict *conflict = find_conflict(situation, acknowledge->number, out);

    if (conflict == NULL) {
        return;
    }
    const Hs__Conflict__Side *side = conflict_side(conflict, situation->signer->department);
    if (side == NULL || !side->overruled) {
        decision_refuse(out, REFUSAL_NOT_OVERRULED, situation->signer->department);
        return;
    }
    if (side->acknowledged_at != 0) {
        return; /* once */
    }

    Hs__RulingAcknowledged *acknowledged =
        decision_event(out, situation, HS__EVENT__BODY_RULING_ACKNOWLEDGED);
    if (acknowledged == NULL) {
        return;
    }
    acknowledged->round = situation->proposal->round;
    acknowledged->number = acknowledge->number;
    acknowledged->department = side->department;
    acknowledged->acknowledged_by = situation->signer->name;
}

/* ---- duplicates ---- */

static bool is_item(const Hs__Proposal *proposal, const Hs__Merger__Member *member)
{
    const Hs__Review *review =
        member == NULL ? NULL : proposal_review(proposal, member->department);

    return review != NULL && member->item > 0 && member->item <= review->item_count;
}

static bool is_same_item(const Hs__Merger__Member *a, const Hs__Merger__Member *b)
{
    return a->item == b->item && strcmp(a->department, b->department) == 0;
}

/* An item is merged once, and one that others were merged into is not merged itself: no chains. */
static bool is_free(const Hs__Proposal *proposal, const Hs__Merger *merger)
{
    for (size_t i = 0; i < proposal->n_mergers; i++) {
        const Hs__Merger *before = proposal->mergers[i];

        if (is_same_item(before->merged, merger->merged) ||
            is_same_item(before->merged, merger->kept) ||
            is_same_item(before->kept, merger->merged)) {
            return false;
        }
    }
    return !is_same_item(merger->kept, merger->merged);
}

void decide_merger(const struct situation *situation, const Hs__MergeItems *merge,
                   struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return;
    }
    if (merge->merger == NULL || !is_item(proposal, merge->merger->kept) ||
        !is_item(proposal, merge->merger->merged)) {
        decision_refuse(out, REFUSAL_UNKNOWN_ITEM, NULL);
        return;
    }
    if (!is_free(proposal, merge->merger)) {
        decision_refuse(out, REFUSAL_ITEM_MERGED, NULL);
        return;
    }
    if (proposal->n_mergers == LIMIT_MERGERS) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "mergers");
        return;
    }

    Hs__ItemsMerged *merged = decision_event(out, situation, HS__EVENT__BODY_ITEMS_MERGED);
    if (merged == NULL) {
        return;
    }
    merged->round = proposal->round;
    merged->merger = merge->merger;
}
