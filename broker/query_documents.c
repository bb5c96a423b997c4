/* SPDX-License-Identifier: Apache-2.0 */
/* Queries for what a proposal consists of: its verdict, its packets, its opinions. */
#include "broker/query.h"

#include <stdio.h>
#include <string.h>

#include "broker/definitions.h"
#include "core/claim.h"
#include "core/conflict.h"
#include "core/decide.h"
#include "core/disclose.h"
#include "core/document.h"
#include "core/verdict.h"
#include "lib/text.h"
#include "store/bodies.h"

enum { UNRESOLVED_BYTES_MAX = 16 * 1024 };

static Hs__Proposal *find_proposal_id(struct asking *asking, uint64_t id)
{
    char name[24];

    (void)snprintf(name, sizeof name, "%llu", (unsigned long long)id);
    return query_find_proposal(asking, name);
}

/* A document being made. */
struct making {
    Hs__Proposal *proposal;
    const Hs__Process *process;
    const Hs__Opinion **opinions;
    const Hs__Opinion *const **earlier;
};

/* Puts into @review what the bytes of @opinion say: its hash, its result and its claims, so that a
 * recomputation rests on the journal and not on the record. */
static bool make_again(struct asking *asking, const Hs__Process *process,
                       const Hs__Opinion *opinion, Hs__Review *review)
{
    struct hash *hash = arena_alloc(asking->arena, sizeof *hash);
    struct bytes bytes = message_pack(opinion, asking->arena);
    struct claims claims;

    if (hash == NULL || bytes.data == NULL ||
        !claims_of(opinion, process, asking->arena, &claims)) {
        return false;
    }
    *hash = hash_of(bytes);
    review->opinion = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    review->n_claims = claims.count;
    review->claims = claims.rows;
    review->must_count = (uint32_t)claims.must_count;
    if (opinion->result != review->result && review->result != HS__OPINION__RESULT__NOT_INVOLVED) {
        review->result = opinion->result;
    }
    return true;
}

/* Reads the opinions that @review's replaced. */
static bool read_earlier(struct asking *asking, const Hs__Review *review,
                         const Hs__Opinion *const **out)
{
    const Hs__Opinion **opinions =
        arena_array(asking->arena, review->n_earlier, sizeof(Hs__Opinion *));

    if (opinions == NULL) {
        return false;
    }
    for (size_t i = 0; i < review->n_earlier; i++) {
        Hs__Opinion *opinion = NULL;

        if (body_earlier_opinion(asking->txn, review->earlier[i]->seq, asking->arena, &opinion) !=
            ERR_OK) {
            return false;
        }
        opinions[i] = opinion;
    }
    *out = opinions;
    return true;
}

/* Reads the opinions of the proposal's round. */
static bool read_opinions(struct asking *asking, struct making *making)
{
    const Hs__Proposal *proposal = making->proposal;

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        Hs__Review *review = proposal->reviews[i];
        Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
        Hs__Opinion *opinion = NULL;

        making->opinions[i] = NULL;
        if (!read_earlier(asking, review, &making->earlier[i])) {
            return false;
        }
        if (review->opinion.len == 0) {
            continue;
        }
        ref.proposal = proposal->id;
        ref.round = review->carried_forward ? review->carried_from : proposal->round;
        ref.department = review->department;
        if (body_opinion(asking->txn, &ref, asking->arena, &opinion) != ERR_OK ||
            !make_again(asking, making->process, opinion, review)) {
            return false;
        }
        making->opinions[i] = opinion;
    }
    return true;
}

static bool recompute(struct asking *asking, Hs__Proposal *proposal, Hs__VerdictDocument *document)
{
    Hs__Verdict *verdict = verdict_build(proposal, asking->arena);
    char *hex = arena_alloc(asking->arena, 2 * sizeof(struct hash) + 1);
    struct hash hash;

    if (verdict == NULL || hex == NULL || !verdict_hash(verdict, asking->arena, &hash)) {
        return false;
    }
    bytes_to_hex((struct bytes){hash.bytes, sizeof hash.bytes}, hex);
    document->recomputed_hash = hex;
    return true;
}

static Hs__VerdictDocument *build_document(struct asking *asking, Hs__Proposal *proposal)
{
    struct definition_source source = definitions_of(asking->txn);
    const struct rulebook *rulebook =
        library_rulebook(asking->broker->library, bytes_of(proposal->pins), &source);
    struct making making = {
        .proposal = proposal,
        .opinions = arena_array(asking->arena, proposal->n_reviews, sizeof(Hs__Opinion *)),
        .earlier = arena_array(asking->arena, proposal->n_reviews, sizeof *making.earlier),
    };
    struct hash hash;

    if (rulebook == NULL || making.opinions == NULL || making.earlier == NULL) {
        return NULL;
    }
    making.process = rulebook->process;
    if (!read_opinions(asking, &making)) {
        return NULL;
    }
    struct bytes process = message_pack(rulebook->process, asking->arena);
    if (process.data == NULL) {
        return NULL;
    }
    hash = hash_of(process);
    struct document_sources sources = {
        .office = asking->broker->office,
        .proposal = proposal,
        .process = rulebook->process,
        .process_hash = hash.bytes,
        .calendar = library_calendar(asking->broker->library, asking->broker->office,
                                     rulebook->process->calendar, &source),
        .opinions = making.opinions,
        .earlier = making.earlier,
    };
    Hs__VerdictDocument *document = document_build(&sources, asking->arena);
    if (document != NULL && asking->query->verdict->recompute &&
        !recompute(asking, proposal, document)) {
        return NULL;
    }
    return document;
}

/* Returns the proposal as its round @round left it; the record itself if that is the present one,
 * NULL if it has had none of that number. */
static Hs__Proposal *at_round(struct asking *asking, Hs__Proposal *proposal, uint32_t round)
{
    for (size_t i = 0; i < proposal->n_past_rounds; i++) {
        const Hs__PastRound *past = proposal->past_rounds[i];
        Hs__Proposal *then = NULL;

        if (past->round != round) {
            continue;
        }
        then = arena_alloc(asking->arena, sizeof *then);
        if (then == NULL) {
            return NULL;
        }
        *then = *proposal;
        then->status = HS__PROPOSAL__STATUS__CONCLUDED;
        then->round = past->round;
        then->packet_version = past->packet_version;
        then->packet = past->packet;
        then->pins = past->pins;
        then->n_reviews = past->n_reviews;
        then->reviews = past->reviews;
        then->n_office_items = past->n_office_items;
        then->office_items = past->office_items;
        then->outcome = past->outcome;
        then->verdict = past->verdict;
        then->verdict_seq = past->verdict_seq;
        then->opened_at = past->opened_at;
        then->concluded_at = past->concluded_at;
        then->n_answered = past->n_answered;
        then->answered = past->answered;
        then->reply = past->reply;
        then->n_conflicts = past->n_conflicts;
        then->conflicts = past->conflicts;
        then->n_mergers = past->n_mergers;
        then->mergers = past->mergers;
        then->decision = past->decision;
        then->n_waivers = past->n_waivers;
        then->waivers = past->waivers;
        then->n_closed_conditions = 0;
        return then;
    }
    return round == 0 || round == proposal->round ? proposal : NULL;
}

/* Why there is no verdict yet: the proposal, and the conflicts that are open. */
static const char *unresolved(struct asking *asking, const Hs__Proposal *proposal)
{
    struct text_builder text;

    text_builder_init(&text, asking->arena, UNRESOLVED_BYTES_MAX);
    text_builder_add(&text, proposal->number);
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        const Hs__Conflict *conflict = proposal->conflicts[i];

        if (conflict_is_open(conflict)) {
            text_builder_add_format(&text, ", conflict %u (%s, %s)", conflict->number,
                                    conflict->one->department, conflict->other->department);
        }
    }
    const char *told = text_builder_finish(&text);
    return told == NULL ? proposal->number : told;
}

void query_answer_verdict(struct asking *asking)
{
    const Hs__Query__GetVerdict *wanted = asking->query->verdict;
    Hs__Proposal *proposal = query_find_disclosed(asking, wanted->proposal);

    if (proposal == NULL) {
        return;
    }
    const char *number = proposal->number;
    proposal = at_round(asking, proposal, wanted->round);
    if (proposal == NULL) {
        query_refuse(asking, REFUSAL_NO_VERDICT_YET, number);
        return;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED || proposal_has_ended(proposal)) {
        query_refuse(asking, REFUSAL_NO_VERDICT, proposal->number);
        return;
    }
    bool is_preview = wanted->preview && proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW;
    if (proposal->verdict.len == 0 && !is_preview) {
        query_refuse(asking, REFUSAL_NO_VERDICT_YET, unresolved(asking, proposal));
        return;
    }
    Hs__VerdictDocument *document = build_document(asking, proposal);
    if (document == NULL) {
        query_refuse(asking, REFUSAL_TOO_COMPLEX, proposal->number);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_VERDICT;
    asking->answer->verdict = document;
}

void query_answer_packet(struct asking *asking)
{
    const Hs__Query__GetPacket *wanted = asking->query->packet;
    Hs__Proposal *proposal = find_proposal_id(asking, wanted->proposal);
    Hs__Packet *packet = NULL;

    if (proposal == NULL) {
        return;
    }
    uint32_t version = wanted->version == 0 ? proposal->packet_version : wanted->version;
    enum err err = body_packet(asking->txn, proposal->id, version, asking->arena, &packet);
    if (err != ERR_OK) {
        query_refuse_for(asking, err, REFUSAL_UNKNOWN_PROPOSAL, proposal->number);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_PACKET;
    asking->answer->packet = packet;
}

/* Why the opinion asked for cannot be read; REFUSAL_NONE if it can, and is there. What an earlier
 * round said was read with its verdict. */
static enum refusal refusal_of_opinion(const struct asking *asking, const Hs__Proposal *proposal)
{
    const Hs__Query__GetOpinion *wanted = asking->query->opinion;

    if (wanted->review->round < proposal->round) {
        return wanted->draft ? REFUSAL_NO_DRAFT : REFUSAL_NONE;
    }

    const Hs__Review *review = proposal_review(proposal, wanted->review->department);
    if (review == NULL || wanted->review->round != proposal->round) {
        return REFUSAL_UNKNOWN_REVIEW;
    }
    if (wanted->draft) {
        return !disclose_draft(asking->principal, review) ? REFUSAL_NOT_YOUR_REVIEW
               : review->draft == NULL                    ? REFUSAL_NO_DRAFT
                                                          : REFUSAL_NONE;
    }
    if (review->opinion.len == 0 && review->late_opinion == NULL) {
        return REFUSAL_OPINION_NOT_GIVEN;
    }
    return disclose_opinion(asking->principal, proposal, review) ? REFUSAL_NONE
                                                                 : REFUSAL_OPINION_SEALED;
}

/* Returns the review to which the opinion of @review was given: another round's, if it is carried
 * forward. Changes @review, which is the question's own. */
static const Hs__ReviewRef *given_to(const Hs__Proposal *proposal, Hs__ReviewRef *review)
{
    for (size_t i = 0; i < proposal->n_reviews && review->round == proposal->round; i++) {
        const Hs__Review *row = proposal->reviews[i];

        if (row->carried_forward && strcmp(row->department, review->department) == 0) {
            review->round = row->opinion.len == 0 && row->late_opinion != NULL
                                ? row->late_opinion->round
                                : row->carried_from;
            break;
        }
    }
    return review;
}

/* The version asked for is the one that counts, or one that was replaced since. One that is carried
 * forward is read where it was given. */
static enum err read_opinion(struct asking *asking, const Hs__Proposal *proposal, Hs__Opinion **out)
{
    const Hs__Query__GetOpinion *wanted = asking->query->opinion;
    const Hs__Review *review = wanted->review->round == proposal->round
                                   ? proposal_review(proposal, wanted->review->department)
                                   : NULL;
    const struct opinion_version version = {given_to(proposal, wanted->review),
                                            wanted->draft ? OPINION_DRAFT : wanted->version};

    if (!wanted->draft && (wanted->version == 0 ||
                           (review != NULL && wanted->version == review->n_rectifications + 1))) {
        return body_opinion(asking->txn, wanted->review, asking->arena, out);
    }
    return body_opinion_version(asking->txn, &version, asking->arena, out);
}

void query_answer_opinion(struct asking *asking)
{
    Hs__ReviewRef *review = asking->query->opinion->review;
    Hs__Opinion *opinion = NULL;

    if (review == NULL) {
        query_refuse(asking, REFUSAL_UNKNOWN_REVIEW, NULL);
        return;
    }
    Hs__Proposal *proposal = find_proposal_id(asking, review->proposal);
    if (proposal == NULL) {
        return;
    }
    enum refusal refusal = refusal_of_opinion(asking, proposal);
    if (refusal != REFUSAL_NONE) {
        query_refuse(asking, refusal, review->department);
        return;
    }
    enum err err = read_opinion(asking, proposal, &opinion);
    if (err != ERR_OK) {
        query_refuse_for(asking, err, REFUSAL_UNKNOWN_REVIEW, review->department);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_OPINION;
    asking->answer->opinion = opinion;
}
