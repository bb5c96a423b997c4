/* SPDX-License-Identifier: Apache-2.0 */
#include "core/document_parts.h"

#include <string.h>

#include "core/condition.h"
#include "core/waiver.h"

/* Where a process lists no matters, those beyond this many share the row of items that name none.
 */
enum { MATRIX_ROWS_MAX = 128 };

/* ---- conditions ---- */

/* A register being made. */
struct conditions {
    const Hs__Proposal *proposal;
    Hs__VerdictDocument *document;
    struct arena *arena;
};

/* Adds the condition @name and returns it, to be filled; NULL: the arena is too small. */
static Hs__VerdictDocument__Condition *add(struct conditions *conditions, const char *name)
{
    Hs__VerdictDocument__Condition *row =
        message_new(&hs__verdict_document__condition__descriptor, conditions->arena);

    if (row == NULL || name == NULL) {
        return NULL;
    }
    const Hs__ClosedCondition *closed = condition_closed(conditions->proposal, name);
    row->name = name;
    if (closed != NULL) {
        row->closed_by = closed->closed_by;
        row->closed_at = closed->closed_at;
        row->evidence = closed->evidence;
    }
    conditions->document->conditions[conditions->document->n_conditions++] = row;
    return row;
}

/* Adds those of the @index-th opinion. */
static bool add_items(struct conditions *conditions, size_t index)
{
    const Hs__Review *review = conditions->proposal->reviews[index];
    const Hs__VerdictDocument__DepartmentOpinion *opinion = conditions->document->opinions[index];

    for (size_t i = 0; i < opinion->n_items; i++) {
        const Hs__Item *item = opinion->items[i];

        if (item->severity != HS__ITEM__SEVERITY__MUST ||
            !condition_is_item(conditions->proposal, review, (uint32_t)i + 1)) {
            continue;
        }
        Hs__VerdictDocument__Condition *row =
            add(conditions, arena_format(conditions->arena, "%s#%zu", review->department, i + 1));
        if (row == NULL) {
            return false;
        }
        row->department = review->department;
        row->item_id = item->id;
        row->demand = item->demand;
        row->basis = item->basis;
        row->closing = item->closing;
        row->close_by = item->close_by;
    }
    if (review->decided_by[0] == '\0' || review->result != HS__OPINION__RESULT__CONDITIONAL) {
        return true;
    }
    Hs__VerdictDocument__Condition *row = add(conditions, review->department);
    if (row != NULL) {
        row->demand = review->decided_reason;
    }
    return row != NULL;
}

static bool add_rulings(struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->proposal->n_conflicts; i++) {
        const Hs__Conflict *conflict = conditions->proposal->conflicts[i];

        if (conflict->state != HS__CONFLICT__STATE__RULED || conflict->demand[0] == '\0') {
            continue;
        }
        Hs__VerdictDocument__Condition *row =
            add(conditions, arena_format(conditions->arena, "ruling#%u", conflict->number));
        if (row == NULL) {
            return false;
        }
        row->demand = conflict->demand;
        row->basis = conflict->document;
    }
    return true;
}

static bool add_office(struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->proposal->n_office_items; i++) {
        const Hs__OfficeItem *item = conditions->proposal->office_items[i];
        bool has_element = item->element[0] != '\0';

        if (!condition_is_office_item(item)) {
            continue;
        }
        Hs__VerdictDocument__Condition *row =
            add(conditions,
                arena_format(conditions->arena, "%s%s%s%s", item->rule_id, has_element ? "[" : "",
                             item->element, has_element ? "]" : ""));
        if (row == NULL) {
            return false;
        }
        row->demand = item->defect;
        row->basis = item->basis;
    }
    return true;
}

bool document_add_conditions(const struct document_sources *sources, struct arena *arena,
                             Hs__VerdictDocument *document)
{
    struct conditions conditions = {sources->proposal, document, arena};
    size_t most = sources->proposal->n_conflicts + sources->proposal->n_office_items +
                  sources->proposal->n_reviews;

    for (size_t i = 0; i < document->n_opinions; i++) {
        most += document->opinions[i]->n_items;
    }
    document->conditions = arena_array(arena, most, sizeof(Hs__VerdictDocument__Condition *));
    if (document->conditions == NULL) {
        return false;
    }
    if (document->outcome != HS__VERDICT__OUTCOME__CONDITIONAL) {
        return true; /* what passes has none, and what is returned is answered item by item */
    }
    for (size_t i = 0; i < document->n_opinions; i++) {
        if (!add_items(&conditions, i)) {
            return false;
        }
    }
    return add_rulings(&conditions) && add_office(&conditions);
}

/* ---- waivers ---- */

bool document_add_waivers(const struct document_sources *sources, struct arena *arena,
                          Hs__VerdictDocument *document)
{
    Hs__Waiver **granted = NULL;
    size_t count = 0;

    if (!waivers_granted(sources->proposal, arena, &granted, &count)) {
        return false;
    }
    document->waivers = arena_array(arena, count, sizeof(Hs__VerdictDocument__Waiver *));
    if (document->waivers == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Hs__VerdictDocument__Waiver *row =
            message_new(&hs__verdict_document__waiver__descriptor, arena);

        if (row == NULL) {
            return false;
        }
        row->rule_id = granted[i]->rule_id;
        row->reason = granted[i]->reason;
        row->document = granted[i]->document;
        row->asked_by = granted[i]->asked_by;
        row->granted_by = granted[i]->answered_by;
        row->granted_at = granted[i]->answered_at;
        document->waivers[document->n_waivers++] = row;
    }
    return true;
}

/* ---- the matrix ---- */

/* Returns the row of @matter, added at the end if there is none; NULL: the arena is too small. */
static Hs__VerdictDocument__MatrixRow *row_of(Hs__VerdictDocument *document, const char *matter,
                                              struct arena *arena)
{
    if (document->n_matrix >= MATRIX_ROWS_MAX) {
        matter = "";
    }
    for (size_t i = 0; i < document->n_matrix; i++) {
        if (strcmp(document->matrix[i]->matter, matter) == 0) {
            return document->matrix[i];
        }
    }

    Hs__VerdictDocument__MatrixRow *row =
        message_new(&hs__verdict_document__matrix_row__descriptor, arena);
    if (row == NULL) {
        return NULL;
    }
    row->matter = matter;
    row->n_musts = document->n_opinions;
    row->n_advices = document->n_opinions;
    row->musts = arena_array(arena, row->n_musts, sizeof *row->musts);
    row->advices = arena_array(arena, row->n_advices, sizeof *row->advices);
    if (row->musts == NULL || row->advices == NULL) {
        return NULL;
    }
    document->matrix[document->n_matrix++] = row;
    return row;
}

bool document_add_matrix(Hs__VerdictDocument *document, struct arena *arena)
{
    size_t most = 0;

    for (size_t i = 0; i < document->n_opinions; i++) {
        most += document->opinions[i]->n_items;
    }
    document->matrix = arena_array(arena, most, sizeof(Hs__VerdictDocument__MatrixRow *));
    if (document->matrix == NULL) {
        return false;
    }
    for (size_t i = 0; i < document->n_opinions; i++) {
        for (size_t k = 0; k < document->opinions[i]->n_items; k++) {
            const Hs__Item *item = document->opinions[i]->items[k];
            Hs__VerdictDocument__MatrixRow *row = row_of(document, item->matter, arena);

            if (row == NULL) {
                return false;
            }
            if (item->severity == HS__ITEM__SEVERITY__MUST) {
                row->musts[i]++;
            } else {
                row->advices[i]++;
            }
        }
    }
    return true;
}
