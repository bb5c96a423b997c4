/* SPDX-License-Identifier: Apache-2.0 */
#include "core/missing.h"

#include <string.h>

static Hs__MissingField *find_or_add(struct missing_list *list, const char *path,
                                     const char *reason, struct arena *arena)
{
    for (size_t i = 0; i < list->count; i++) {
        if (path[0] != '\0' && strcmp(list->rows[i]->path, path) == 0) {
            return list->rows[i];
        }
    }
    if (list->rows == NULL) {
        list->rows = arena_array(arena, MISSING_FIELDS_MAX, sizeof *list->rows);
    }
    if (list->rows == NULL || list->count == MISSING_FIELDS_MAX) {
        return NULL;
    }

    Hs__MissingField *field = message_new(&hs__missing_field__descriptor, arena);
    if (field != NULL) {
        field->path = path;
        field->reason = reason;
        list->rows[list->count++] = field;
    }
    return field;
}

/* Adds @text to the @count texts of @texts unless it is there. */
static bool add_text(const char ***texts, size_t *count, const char *text, struct arena *arena)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp((*texts)[i], text) == 0) {
            return true;
        }
    }

    const char **larger = arena_array(arena, *count + 1, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    if (*count > 0) {
        memcpy(larger, *texts, *count * sizeof *larger);
    }
    larger[(*count)++] = text;
    *texts = larger;
    return true;
}

bool missing_note(struct missing_list *list, const char *path, const struct asker *asker,
                  const char *reason, struct arena *arena)
{
    Hs__MissingField *field = find_or_add(list, path, reason, arena);

    return field != NULL && add_text(&field->rule_ids, &field->n_rule_ids, asker->rule_id, arena) &&
           add_text(&field->packs, &field->n_packs, asker->pack, arena);
}

static bool note_finding(struct missing_list *list, const Hs__Finding *finding, struct arena *arena)
{
    const struct asker asker = {finding->pack, finding->rule_id};

    if (finding->n_missing == 0) {
        return missing_note(list, "", &asker, finding->reason, arena);
    }
    for (size_t i = 0; i < finding->n_missing; i++) {
        if (!missing_note(list, finding->missing[i], &asker, "", arena)) {
            return false;
        }
    }
    return true;
}

bool missing_note_findings(struct missing_list *list, const struct findings *findings,
                           struct arena *arena)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (row->finding->state == HS__FINDING__STATE__UNKNOWN &&
            row->rule->rule->severity == HS__RULE__SEVERITY__MUST &&
            !note_finding(list, row->finding, arena)) {
            return false;
        }
    }
    return true;
}

bool missing_join(struct missing_list *list, const struct missing_list *more, struct arena *arena)
{
    for (size_t i = 0; i < more->count; i++) {
        const Hs__MissingField *row = more->rows[i];
        Hs__MissingField *field = find_or_add(list, row->path, row->reason, arena);

        for (size_t j = 0; field != NULL && j < row->n_rule_ids; j++) {
            if (!add_text(&field->rule_ids, &field->n_rule_ids, row->rule_ids[j], arena)) {
                return false;
            }
        }
        for (size_t j = 0; field != NULL && j < row->n_packs; j++) {
            if (!add_text(&field->packs, &field->n_packs, row->packs[j], arena)) {
                return false;
            }
        }
        if (field == NULL) {
            return false;
        }
    }
    return true;
}
