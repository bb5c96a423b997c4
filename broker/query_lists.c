/* SPDX-License-Identifier: Apache-2.0 */
/* Queries for many: proposals, and the reviews that a department has yet to answer. */
#include "broker/query.h"

#include <string.h>

#include "core/authorise.h"
#include "core/disclose.h"
#include "core/names.h"
#include "store/bodies.h"
#include "store/views.h"

enum { LIST_SCAN_MAX = 20000 };

static bool is_overdue(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (review->state == HS__REVIEW__STATE__OVERDUE &&
            (department[0] == '\0' || strcmp(review->department, department) == 0)) {
            return true;
        }
    }
    return false;
}

static bool has_department(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return true;
        }
    }
    return department[0] == '\0';
}

static bool is_listed(const struct asking *asking, const Hs__Proposal *proposal)
{
    const Hs__Query__List *list = asking->query->list;

    return authorise_proposal(asking->principal, proposal) &&
           has_department(proposal, list->department) &&
           (!list->overdue || is_overdue(proposal, list->department)) &&
           (list->stage[0] == '\0' || strcmp(list->stage, proposal->stage) == 0);
}

/* Reads the status that the list asks for; false if there is no such word. */
static bool status_of(const char *word, Hs__Proposal__Status *out)
{
    const ProtobufCEnumValue *value;
    char upper[32];
    size_t size = strlen(word);

    if (size >= sizeof upper) {
        return false;
    }
    for (size_t i = 0; i <= size; i++) {
        upper[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 'a' + 'A' : word[i]);
    }
    value = protobuf_c_enum_descriptor_get_value_by_name(&hs__proposal__status__descriptor, upper);
    if (value == NULL) {
        return false;
    }
    *out = (Hs__Proposal__Status)value->value;
    return true;
}

static enum err next_ids(struct asking *asking, uint64_t after, struct id_list *ids)
{
    const Hs__Query__List *list = asking->query->list;
    Hs__Proposal__Status status;

    ids->count = 0;
    if (list->status[0] != '\0') {
        return status_of(list->status, &status) ? view_by_status(asking->txn, status, after, ids)
                                                : ERR_OK;
    }
    if (asking->principal->n_roles == 1 &&
        principal_has_role(asking->principal, HS__PRINCIPAL__ROLE__APPLICANT)) {
        return view_by_party(asking->txn, asking->principal->name, after, ids);
    }
    return view_all(asking->txn, after, ids);
}

/* Adds the proposals of @ids that are listed. Returns false when the answer is full. */
static bool add_listed(struct asking *asking, const struct id_list *ids, size_t limit,
                       Hs__Answer__Proposals *out)
{
    for (size_t i = 0; i < ids->count; i++) {
        struct arena_mark mark = arena_mark(asking->arena);
        Hs__Proposal *proposal = NULL;

        if (view_proposal(asking->txn, ids->ids[i], asking->arena, &proposal) != ERR_OK) {
            continue;
        }
        if (!is_listed(asking, proposal)) {
            arena_rewind(asking->arena, mark);
            continue;
        }
        if (out->n_proposals == limit) {
            out->more = true;
            return false;
        }
        proposal = disclose_proposal(asking->principal, proposal, asking->arena);
        if (proposal == NULL) {
            out->more = true; /* no room: what was listed so far is an answer */
            return false;
        }
        out->proposals[out->n_proposals++] = proposal;
    }
    return true;
}

bool query_knows_department(struct asking *asking, const char *id)
{
    const Hs__Office *office = asking->broker->office;
    bool is_known = id[0] == '\0';

    for (size_t i = 0; i < office->n_departments && !is_known; i++) {
        is_known = strcmp(office->departments[i]->id, id) == 0;
    }
    if (!is_known) {
        query_refuse(asking, REFUSAL_UNKNOWN_DEPARTMENT, id);
    }
    return is_known;
}

static bool has_stage(struct asking *asking, const Hs__Office__Current *process, const char *id)
{
    struct definition_body body;

    if (body_definition(asking->txn, bytes_of(process->hash), asking->arena, &body) != ERR_OK) {
        return false;
    }
    const Hs__Process *read = message_read(&hs__process__descriptor, body.bytes, asking->arena);
    for (size_t i = 0; read != NULL && i < read->n_stages; i++) {
        if (strcmp(read->stages[i]->id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The same of the stage @id, for a list that found nothing: proposals may be in a stage that only
 * an older version of their process has. */
static bool knows_stage(struct asking *asking, const char *id)
{
    const Hs__Office *office = asking->broker->office;
    bool is_known = id[0] == '\0';

    for (size_t i = 0; i < office->n_processes && !is_known; i++) {
        is_known = has_stage(asking, office->processes[i], id);
    }
    if (!is_known) {
        query_refuse(asking, REFUSAL_UNKNOWN_STAGE, id);
    }
    return is_known;
}

void query_answer_list(struct asking *asking)
{
    const Hs__Query__List *list = asking->query->list;
    size_t limit = list->limit == 0 || list->limit > QUERY_ROWS_MAX ? QUERY_ROWS_MAX : list->limit;
    Hs__Answer__Proposals *out = message_new(&hs__answer__proposals__descriptor, asking->arena);
    struct id_list ids = {.ids = arena_array(asking->arena, QUERY_ROWS_MAX, sizeof(uint64_t)),
                          .max = QUERY_ROWS_MAX};
    uint64_t after = list->after;

    if (!query_knows_department(asking, list->department) || out == NULL || ids.ids == NULL) {
        return;
    }
    out->proposals = arena_array(asking->arena, limit, sizeof(Hs__Proposal *));
    if (out->proposals == NULL) {
        return;
    }
    for (size_t scanned = 0; scanned < LIST_SCAN_MAX; scanned += ids.count) {
        if (next_ids(asking, after, &ids) != ERR_OK || ids.count == 0) {
            break;
        }
        if (!add_listed(asking, &ids, limit, out)) {
            break;
        }
        after = ids.ids[ids.count - 1];
    }
    if (out->n_proposals == 0 && !knows_stage(asking, list->stage)) {
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_PROPOSALS;
    asking->answer->proposals = out;
}

static Hs__ReviewLine *line_of(struct asking *asking, const struct due_review *row,
                               const char *department)
{
    Hs__ReviewLine *line = message_new(&hs__review_line__descriptor, asking->arena);
    Hs__Proposal *proposal = NULL;

    if (line == NULL ||
        view_proposal(asking->txn, row->proposal, asking->arena, &proposal) != ERR_OK) {
        return NULL;
    }
    proposal = disclose_proposal(asking->principal, proposal, asking->arena);
    if (proposal == NULL) {
        return NULL;
    }
    line->review_id = review_id(asking->arena, proposal->number, row->round, department);
    line->title = proposal->title;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            line->review = proposal->reviews[i];
        }
    }
    return line->review_id == NULL || line->review == NULL ? NULL : line;
}

static bool add_part(struct asking *asking, const struct inbox *inbox, size_t limit,
                     Hs__Answer__Reviews *out)
{
    struct due_reviews list = {.count = 0};

    if (view_inbox(asking->txn, inbox, limit - out->n_reviews, asking->arena, &list) != ERR_OK) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        Hs__ReviewLine *line = line_of(asking, &list.rows[i], inbox->department);

        if (line != NULL) {
            out->reviews[out->n_reviews++] = line;
        }
    }
    return true;
}

/* What can be answered first, then what waits for a correction. */
static bool add_reviews(struct asking *asking, const char *department, size_t limit,
                        Hs__Answer__Reviews *out)
{
    const struct inbox answerable = {department, INBOX_ANSWERABLE};
    const struct inbox waiting = {department, INBOX_WAITING};

    return add_part(asking, &answerable, limit, out) && add_part(asking, &waiting, limit, out);
}

void query_answer_reviews(struct asking *asking)
{
    const Hs__Query__Reviews *reviews = asking->query->reviews;
    const char *own = asking->principal->department;
    const char *department = reviews->department[0] == '\0' ? own : reviews->department;
    Hs__Answer__Reviews *out = message_new(&hs__answer__reviews__descriptor, asking->arena);

    if (!authorise_department(asking->principal, department)) {
        query_refuse(asking, REFUSAL_NOT_YOUR_REVIEW, department);
        return;
    }
    if (!query_knows_department(asking, department) || out == NULL) {
        return;
    }
    out->reviews = arena_array(asking->arena, QUERY_ROWS_MAX, sizeof(Hs__ReviewLine *));
    for (size_t i = 0; out->reviews != NULL && i < asking->broker->office->n_departments; i++) {
        const char *id = asking->broker->office->departments[i]->id;

        if ((department[0] == '\0' || strcmp(department, id) == 0) &&
            !add_reviews(asking, id, QUERY_ROWS_MAX, out)) {
            break;
        }
    }
    asking->answer->body_case = HS__ANSWER__BODY_REVIEWS;
    asking->answer->reviews = out;
}
