/* SPDX-License-Identifier: Apache-2.0 */
/* The draft of an opinion within its department: who reviews writes it, the head releases it by
 * giving it (opinion.c), or sends it back. */
#include <string.h>

#include "core/names.h"
#include "core/opinion.h"

enum { REASON_BYTES_MAX = 1024 };

/* Finds the review of @ref if there is still something to draft for it. */
static bool find_open(const struct situation *situation, const Hs__ReviewRef *ref,
                      struct opinion_target *target, struct decision *out)
{
    if (!opinion_find_own(situation, ref, target, out)) {
        return false;
    }
    if (proposal_has_ended(target->proposal)) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, target->proposal->number);
        return false;
    }
    if (!opinion_is_answerable(target) && !opinion_is_restatable(situation, target)) {
        decision_refuse(out, REFUSAL_OPINION_ALREADY_GIVEN, target->review->department);
        return false;
    }
    return true;
}

static bool is_waiting(const Hs__Draft *draft)
{
    return draft != NULL && draft->sent_back_at == 0;
}

void decide_draft(const struct situation *situation, const Hs__DraftOpinion *draft,
                  struct decision *out)
{
    struct opinion_target target;

    if (!find_open(situation, draft->review, &target, out) ||
        !opinion_fits(situation, target.review, draft->opinion, out)) {
        return;
    }

    struct hash *hash = opinion_hash(situation, draft->opinion, out);
    const Hs__Draft *last = target.review->draft;
    if (hash == NULL ||
        (is_waiting(last) &&
         bytes_equal(bytes_of(last->opinion), (struct bytes){hash->bytes, HASH_BYTES}))) {
        return; /* the same again */
    }

    Hs__OpinionDrafted *drafted = decision_event(out, situation, HS__EVENT__BODY_OPINION_DRAFTED);
    if (drafted == NULL) {
        return;
    }
    drafted->round = target.proposal->round;
    drafted->department = target.review->department;
    drafted->opinion = (ProtobufCBinaryData){HASH_BYTES, hash->bytes};
    drafted->drafted_by = situation->signer->name;
}

bool opinion_draft_fits(const struct opinion_target *target, ProtobufCBinaryData named,
                        struct decision *out)
{
    const Hs__Draft *draft = target->review->draft;

    if (!is_waiting(draft)) {
        decision_refuse(out, REFUSAL_NO_DRAFT, target->review->department);
        return false;
    }
    if (!bytes_equal(bytes_of(named), bytes_of(draft->opinion))) {
        decision_refuse(out, REFUSAL_DRAFT_DIFFERS, draft->drafted_by);
        return false;
    }
    return true;
}

void decide_send_back(const struct situation *situation, const Hs__SendBackDraft *send_back,
                      struct decision *out)
{
    struct opinion_target target;

    if (!find_open(situation, send_back->review, &target, out) ||
        !opinion_draft_fits(&target, send_back->draft, out)) {
        return;
    }
    if (send_back->reason[0] == '\0') {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return;
    }
    if (strlen(send_back->reason) > REASON_BYTES_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        return;
    }

    Hs__DraftSentBack *sent = decision_event(out, situation, HS__EVENT__BODY_DRAFT_SENT_BACK);
    if (sent == NULL) {
        return;
    }
    sent->round = target.proposal->round;
    sent->department = target.review->department;
    sent->draft = target.review->draft->opinion;
    sent->reason = send_back->reason;
    sent->sent_back_by = situation->signer->name;
}
