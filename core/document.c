/* SPDX-License-Identifier: Apache-2.0 */
#include "core/document.h"
#include "core/document_parts.h"

#include <string.h>

#include "core/conflict.h"
#include "core/lamp.h"
#include "core/names.h"
#include "core/verdict.h"

static char *hex_of(struct bytes bytes, struct arena *arena)
{
    char *text = arena_alloc(arena, 2 * bytes.size + 1);

    if (text != NULL) {
        bytes_to_hex(bytes, text);
    }
    return text;
}

static Hs__Words *title_of(const Hs__Office *office, const char *department)
{
    for (size_t i = 0; i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, department) == 0) {
            return office->departments[i]->title;
        }
    }
    return NULL;
}

static const char *state_word(Hs__Review__State state)
{
    switch (state) {
    case HS__REVIEW__STATE__OPEN:
        return "open";
    case HS__REVIEW__STATE__CLOSED:
        return "closed";
    case HS__REVIEW__STATE__OVERDUE:
        return "overdue";
    case HS__REVIEW__STATE__NOT_COMPETENT:
        return "not_competent";
    case HS__REVIEW__STATE__HELD:
        return "held";
    case HS__REVIEW__STATE__UNSPECIFIED:
    case _HS__REVIEW__STATE_IS_INT_SIZE:
        break;
    }
    return "";
}

/* The days to the opinion, if there is one: those that count and the real ones. */
static void fill_days(const struct document_sources *sources, const Hs__Review *review,
                      Hs__VerdictDocument__DepartmentOpinion *row)
{
    bool is_in_working_days =
        review->limit != NULL && review->limit->span_case == HS__LIMIT__SPAN_WORKING_DAYS;
    const struct lamp_measure measure = {
        .calendar = is_in_working_days ? sources->calendar : NULL,
        .utc_offset_minutes = sources->office->utc_offset_minutes,
    };

    if (review->given_at > 0) {
        struct lamp_reading reading = lamp_read(review, &measure, review->given_at);

        row->counted_days = (int32_t)reading.counted_days;
        row->real_days = (int32_t)reading.real_days;
    }
}

struct items {
    Hs__Item **rows;
    size_t count;
};

/* The items of @opinion, a part of @review, with their ids: those of @owner, all if it is NULL. */
static bool copy_items(const Hs__Opinion *opinion, const char *review, const char *owner,
                       struct arena *arena, struct items *out)
{
    *out = (struct items){.rows = arena_array(arena, opinion->n_items, sizeof(Hs__Item *))};
    if (out->rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        if (owner != NULL && strcmp(opinion->items[i]->owner, owner) != 0) {
            continue;
        }
        Hs__Item *item = arena_alloc(arena, sizeof *item);
        if (item == NULL) {
            return false;
        }
        *item = *opinion->items[i];
        item->id = arena_format(arena, "%s#%zu", review, i + 1);
        if (item->id == NULL) {
            return false;
        }
        out->rows[out->count++] = item;
    }
    return true;
}

static bool copy_parts(const Hs__Opinion *opinion, const char *review, struct arena *arena,
                       Hs__VerdictDocument__DepartmentOpinion *out)
{
    out->parts = arena_array(arena, opinion->n_parts, sizeof(Hs__Part *));
    if (out->parts == NULL) {
        return false;
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        Hs__Part *part = message_new(&hs__part__descriptor, arena);
        struct items items;

        if (part == NULL || !copy_items(opinion, review, opinion->parts[i]->owner, arena, &items)) {
            return false;
        }
        part->n_items = items.count;
        part->items = items.rows;
        part->owner = opinion->parts[i]->owner;
        part->result = opinion->parts[i]->result;
        out->parts[out->n_parts++] = part;
    }
    return true;
}

/* What @review's opinion replaced after coordination. */
static bool copy_earlier(const struct document_sources *sources, size_t index, const char *id,
                         struct arena *arena, Hs__VerdictDocument__DepartmentOpinion *out)
{
    const Hs__Review *review = sources->proposal->reviews[index];

    out->earlier = arena_array(arena, review->n_earlier, sizeof(Hs__VerdictDocument__Earlier *));
    if (out->earlier == NULL) {
        return false;
    }
    for (size_t i = 0; i < review->n_earlier; i++) {
        const Hs__EarlierOpinion *before = review->earlier[i];
        const Hs__Opinion *opinion = sources->earlier == NULL ? NULL : sources->earlier[index][i];
        Hs__VerdictDocument__Earlier *row =
            message_new(&hs__verdict_document__earlier__descriptor, arena);
        struct items items = {0};

        if (row == NULL || (opinion != NULL && !copy_items(opinion, id, NULL, arena, &items))) {
            return false;
        }
        row->result = before->result;
        row->opinion_hash = hex_of(bytes_of(before->opinion), arena);
        row->given_at = before->given_at;
        row->given_by = before->given_by;
        row->reason = opinion == NULL ? "" : opinion->reason;
        row->n_items = items.count;
        row->items = items.rows;
        out->earlier[out->n_earlier++] = row;
        if (row->opinion_hash == NULL) {
            return false;
        }
    }
    return true;
}

static bool copy_opinion(const Hs__Opinion *opinion, const char *review, struct arena *arena,
                         Hs__VerdictDocument__DepartmentOpinion *out)
{
    struct items items;

    if (!copy_items(opinion, review, NULL, arena, &items)) {
        return false;
    }
    out->reason = opinion->reason;
    out->n_items = items.count;
    out->items = items.rows;
    return copy_parts(opinion, review, arena, out);
}

static Hs__VerdictDocument__GivenBy *given_by(const Hs__Review *review, struct arena *arena)
{
    Hs__VerdictDocument__GivenBy *given =
        message_new(&hs__verdict_document__given_by__descriptor, arena);

    if (given != NULL) {
        given->person = review->given_by;
        given->signer = review->signer;
        given->by_rules = review->by_rules;
        given->drafted_by = review->drafted_by;
    }
    return given;
}

static Hs__VerdictDocument__DepartmentOpinion *row_of(const struct document_sources *sources,
                                                      size_t index, struct arena *arena)
{
    const Hs__Proposal *proposal = sources->proposal;
    const Hs__Review *review = proposal->reviews[index];
    Hs__VerdictDocument__DepartmentOpinion *row =
        message_new(&hs__verdict_document__department_opinion__descriptor, arena);
    uint32_t round = review->carried_forward ? review->carried_from : proposal->round;
    char *id = review_id(arena, proposal->number, round, review->department);

    if (row == NULL || id == NULL) {
        return NULL;
    }
    row->department = review->department;
    row->title = title_of(sources->office, review->department);
    row->result = review->result;
    row->carried_forward = review->carried_forward;
    row->carried_from = review->carried_from;
    row->dispatched_at = review->dispatched_at;
    row->received_at = review->received_at;
    row->due_at = review->due_at;
    row->given_at = review->given_at;
    row->given_by = given_by(review, arena);
    fill_days(sources, review, row);
    row->late = review->late;
    row->state = review->withheld && review->result == HS__OPINION__RESULT__UNSPECIFIED
                     ? "sealed"
                     : state_word(review->state);
    row->n_rectifications = review->n_rectifications;
    row->rectifications = review->rectifications;
    row->opinion_hash = hex_of(bytes_of(review->opinion), arena);
    row->decided_by = review->decided_by;
    row->decided_reason = review->decided_reason;
    row->late_opinion = review->late_opinion;
    row->reopening = review->reopening;
    if (conflict_result(proposal, review) != review->result) {
        row->counts_as = conflict_result(proposal, review);
    }
    if (row->given_by == NULL || row->opinion_hash == NULL ||
        !copy_earlier(sources, index, id, arena, row)) {
        return NULL;
    }
    if (sources->opinions[index] != NULL &&
        !copy_opinion(sources->opinions[index], id, arena, row)) {
        return NULL;
    }
    return row;
}

static Hs__VerdictDocument__ProcessRef *process_of(const struct document_sources *sources,
                                                   struct arena *arena)
{
    Hs__VerdictDocument__ProcessRef *process =
        message_new(&hs__verdict_document__process_ref__descriptor, arena);

    if (process == NULL) {
        return NULL;
    }
    process->id = sources->process->id;
    process->version = sources->process->version;
    process->title = sources->process->title;
    process->hash = hex_of((struct bytes){sources->process_hash, 32}, arena);
    return process->hash == NULL ? NULL : process;
}

static bool fill_head(const struct document_sources *sources, struct arena *arena,
                      Hs__VerdictDocument *document)
{
    const Hs__Proposal *proposal = sources->proposal;

    document->office = sources->office->id;
    document->proposal_id = proposal->number;
    document->title = proposal->title;
    document->applicant = proposal->applicant;
    document->round = proposal->round;
    document->packet_hash = hex_of(bytes_of(proposal->packet), arena);
    document->process = process_of(sources, arena);
    document->preview = proposal->verdict.len == 0;
    document->outcome = document->preview ? verdict_outcome(proposal) : proposal->outcome;
    document->issued_at = document->preview ? 0 : proposal->concluded_at;
    document->seq = proposal->verdict_seq;
    document->n_matters = sources->process->n_matters;
    document->matters = sources->process->matters;
    document->verdict_hash = hex_of(bytes_of(proposal->verdict), arena);
    document->pins_hash = hex_of(bytes_of(proposal->pins), arena);
    document->n_office_items = proposal->n_office_items;
    document->office_items = proposal->office_items;
    document->n_answered_items = proposal->n_answered;
    document->answered_items = proposal->answered;
    document->reply = proposal->reply;
    document->decision = proposal->decision;
    return document->packet_hash != NULL && document->process != NULL &&
           document->verdict_hash != NULL && document->pins_hash != NULL;
}

Hs__VerdictDocument *document_build(const struct document_sources *sources, struct arena *arena)
{
    const Hs__Proposal *proposal = sources->proposal;
    Hs__VerdictDocument *document = message_new(&hs__verdict_document__descriptor, arena);

    if (document == NULL || !fill_head(sources, arena, document)) {
        return NULL;
    }
    document->opinions =
        arena_array(arena, proposal->n_reviews, sizeof(Hs__VerdictDocument__DepartmentOpinion *));
    if (document->opinions == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        document->opinions[i] = row_of(sources, i, arena);
        if (document->opinions[i] == NULL) {
            return NULL;
        }
    }
    document->n_opinions = proposal->n_reviews;
    return document_add_conflicts(sources, arena, document) &&
                   document_add_duplicates(sources, arena, document) &&
                   document_add_conditions(sources, arena, document) &&
                   document_add_waivers(sources, arena, document) &&
                   document_add_matrix(document, arena)
               ? document
               : NULL;
}
