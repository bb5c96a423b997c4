/* SPDX-License-Identifier: Apache-2.0 */
#include "core/document_parts.h"

#include <string.h>

#include "core/names.h"

/* Items are held against each other where a round has at most this many; a few hundred are usual.
 */
enum { COMPARED_ITEMS_MAX = 1024 };

/* The round in which @department gave its opinion. */
static uint32_t round_of(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (review->carried_forward && strcmp(review->department, department) == 0) {
            return review->carried_from;
        }
    }
    return proposal->round;
}

static const char *item_id(const struct document_sources *sources, const char *department,
                           uint32_t item, struct arena *arena)
{
    const Hs__Proposal *proposal = sources->proposal;

    return arena_format(arena, "%s/%u/%s#%u", proposal->number, round_of(proposal, department),
                        department, item);
}

/* ---- conflicts ---- */

static Hs__VerdictDocument__Side *side_of(const struct document_sources *sources,
                                          const Hs__Conflict__Side *side, struct arena *arena)
{
    Hs__VerdictDocument__Side *row = message_new(&hs__verdict_document__side__descriptor, arena);

    if (row == NULL) {
        return NULL;
    }
    row->department = side->department;
    row->whole = side->whole;
    row->restated = side->restated;
    row->overruled = side->overruled;
    row->acknowledged_at = side->acknowledged_at;
    row->acknowledged_by = side->acknowledged_by;
    row->item_ids = arena_array(arena, side->n_items, sizeof *row->item_ids);
    if (row->item_ids == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < side->n_items; i++) {
        row->item_ids[i] = item_id(sources, side->department, side->items[i], arena);
        if (row->item_ids[i] == NULL) {
            return NULL;
        }
    }
    row->n_item_ids = side->n_items;
    return row;
}

/* The title of the pair that @name, ID or ID@PLACE, stands for. */
static Hs__Words *title_of(const Hs__Process *process, const char *name)
{
    size_t size = strcspn(name, "@");

    for (size_t i = 0; i < process->n_incompatible; i++) {
        const Hs__IncompatiblePair *pair = process->incompatible[i];

        if (strlen(pair->id) == size && memcmp(pair->id, name, size) == 0) {
            return pair->title;
        }
    }
    return NULL;
}

static bool add_sides(const struct document_sources *sources, const Hs__Conflict *conflict,
                      struct arena *arena, Hs__VerdictDocument__Conflict *row)
{
    size_t count = conflict->one->n_items + conflict->other->n_items;

    row->sides = arena_array(arena, 2, sizeof *row->sides);
    row->item_ids = arena_array(arena, count, sizeof *row->item_ids);
    if (row->sides == NULL || row->item_ids == NULL) {
        return false;
    }
    row->sides[0] = side_of(sources, conflict->one, arena);
    row->sides[1] = side_of(sources, conflict->other, arena);
    if (row->sides[0] == NULL || row->sides[1] == NULL) {
        return false;
    }
    row->n_sides = 2;
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < row->sides[i]->n_item_ids; k++) {
            row->item_ids[row->n_item_ids++] = row->sides[i]->item_ids[k];
        }
    }
    return true;
}

static Hs__VerdictDocument__Conflict *conflict_of(const struct document_sources *sources,
                                                  const Hs__Conflict *conflict, struct arena *arena)
{
    Hs__VerdictDocument__Conflict *row =
        message_new(&hs__verdict_document__conflict__descriptor, arena);

    if (row == NULL || !add_sides(sources, conflict, arena, row)) {
        return NULL;
    }
    row->id = arena_format(arena, "%u", conflict->number);
    row->ruling = conflict->demand[0] == '\0' ? conflict->reason : conflict->demand;
    row->state = conflict->state;
    row->title = title_of(sources->process, conflict->pair);
    row->reason = conflict->reason;
    row->document = conflict->document;
    row->settled_by = conflict->settled_by;
    row->settled_at = conflict->settled_at;
    return row->id == NULL ? NULL : row;
}

bool document_add_conflicts(const struct document_sources *sources, struct arena *arena,
                            Hs__VerdictDocument *document)
{
    const Hs__Proposal *proposal = sources->proposal;

    document->conflicts =
        arena_array(arena, proposal->n_conflicts, sizeof(Hs__VerdictDocument__Conflict *));
    if (document->conflicts == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        document->conflicts[i] = conflict_of(sources, proposal->conflicts[i], arena);
        if (document->conflicts[i] == NULL) {
            return false;
        }
        document->n_conflicts++;
    }
    return true;
}

/* ---- duplicates ---- */

/* Notes that @merged says the same as @kept. False: the arena is too small. */
static bool note(const char *kept, const char *merged, bool by_office, struct arena *arena,
                 Hs__VerdictDocument *document)
{
    Hs__VerdictDocument__Duplicate *row = NULL;

    for (size_t i = 0; i < document->n_duplicates && row == NULL; i++) {
        if (strcmp(document->duplicates[i]->item_id, kept) == 0) {
            row = document->duplicates[i];
        }
    }
    if (row == NULL) {
        row = message_new(&hs__verdict_document__duplicate__descriptor, arena);
        if (row == NULL) {
            return false;
        }
        row->item_id = kept;
        document->duplicates[document->n_duplicates++] = row;
    }
    const char **larger = arena_array(arena, row->n_merged + 1, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    for (size_t i = 0; i < row->n_merged; i++) {
        larger[i] = row->merged[i];
    }
    larger[row->n_merged++] = merged;
    row->merged = larger;
    row->by_office = row->by_office || by_office;
    return true;
}

static bool is_noted(const Hs__VerdictDocument *document, const char *item)
{
    for (size_t i = 0; i < document->n_duplicates; i++) {
        const Hs__VerdictDocument__Duplicate *row = document->duplicates[i];

        for (size_t k = 0; k < row->n_merged; k++) {
            if (strcmp(row->merged[k], item) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool is_same_demand(const Hs__Item *a, const Hs__Item *b)
{
    return a->matter[0] != '\0' && a->basis[0] != '\0' && strcmp(a->matter, b->matter) == 0 &&
           strcmp(a->place, b->place) == 0 && strcmp(a->basis, b->basis) == 0;
}

/* Notes the items of opinions after the @index-th that say what its item @kept says. */
static bool note_equals(Hs__VerdictDocument *document, size_t index, const Hs__Item *kept,
                        struct arena *arena)
{
    for (size_t i = index + 1; i < document->n_opinions; i++) {
        const Hs__VerdictDocument__DepartmentOpinion *opinion = document->opinions[i];

        for (size_t k = 0; k < opinion->n_items; k++) {
            const char *id = opinion->items[k]->id;

            if (is_same_demand(kept, opinion->items[k]) && !is_noted(document, id) &&
                !note(kept->id, id, false, arena, document)) {
                return false;
            }
        }
    }
    return true;
}

bool document_add_duplicates(const struct document_sources *sources, struct arena *arena,
                             Hs__VerdictDocument *document)
{
    const Hs__Proposal *proposal = sources->proposal;
    size_t most = proposal->n_mergers;

    for (size_t i = 0; i < document->n_opinions; i++) {
        most += document->opinions[i]->n_items;
    }
    document->duplicates = arena_array(arena, most, sizeof(Hs__VerdictDocument__Duplicate *));
    if (document->duplicates == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_mergers; i++) {
        const Hs__Merger *merger = proposal->mergers[i];
        const char *kept = item_id(sources, merger->kept->department, merger->kept->item, arena);
        const char *merged =
            item_id(sources, merger->merged->department, merger->merged->item, arena);

        if (kept == NULL || merged == NULL || !note(kept, merged, true, arena, document)) {
            return false;
        }
    }
    for (size_t i = 0; i < document->n_opinions && most <= COMPARED_ITEMS_MAX; i++) {
        for (size_t k = 0; k < document->opinions[i]->n_items; k++) {
            const Hs__Item *item = document->opinions[i]->items[k];

            if (!is_noted(document, item->id) && !note_equals(document, i, item, arena)) {
                return false;
            }
        }
    }
    return true;
}
