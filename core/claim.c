/* SPDX-License-Identifier: Apache-2.0 */
#include "core/claim.h"

#include <string.h>

#include "core/limits.h"
#include "lib/hash.h"

/* A text in 8 bytes: a mistaken match costs the lead a dismissal. */
static uint64_t digest_of(const char *text)
{
    return text[0] == '\0' ? 0 : checksum_of(bytes_of_text(text));
}

static bool names(const char *const *entries, size_t count, const Hs__Item *item)
{
    for (size_t i = 0; i < count; i++) {
        if ((item->rule_id[0] != '\0' && strcmp(entries[i], item->rule_id) == 0) ||
            (item->matter[0] != '\0' && strcmp(entries[i], item->matter) == 0)) {
            return true;
        }
    }
    return false;
}

/* What a claim calls @pair: of a pair that is held to one place, with the place. NULL: the arena is
 * too small; "": the item names no place, so it can be at no other's. */
static const char *name_of(const Hs__IncompatiblePair *pair, const Hs__Item *item,
                           struct arena *arena)
{
    if (!pair->same_place) {
        return pair->id;
    }
    if (item->place[0] == '\0') {
        return "";
    }
    return arena_format(arena, "%s@%016llx", pair->id, (unsigned long long)digest_of(item->place));
}

/* Names the pairs of @process on whose sides @item stands. */
static bool add_pairs(const Hs__Process *process, const Hs__Item *item, struct arena *arena,
                      Hs__Claim *claim)
{
    size_t count = process == NULL ? 0 : process->n_incompatible;

    claim->one_of = arena_array(arena, count, sizeof *claim->one_of);
    claim->other_of = arena_array(arena, count, sizeof *claim->other_of);
    if (claim->one_of == NULL || claim->other_of == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const Hs__IncompatiblePair *pair = process->incompatible[i];
        const char *name = name_of(pair, item, arena);

        if (name == NULL) {
            return false;
        }
        if (name[0] != '\0' && names(pair->one, pair->n_one, item)) {
            claim->one_of[claim->n_one_of++] = name;
        }
        if (name[0] != '\0' && names(pair->other, pair->n_other, item)) {
            claim->other_of[claim->n_other_of++] = name;
        }
    }
    return true;
}

static Hs__Claim *claim_of(const Hs__Opinion *opinion, size_t index, const Hs__Process *process,
                           struct arena *arena)
{
    const Hs__Item *item = opinion->items[index];
    Hs__Claim *claim = message_new(&hs__claim__descriptor, arena);

    if (claim == NULL || !add_pairs(process, item, arena, claim)) {
        return NULL;
    }
    claim->item = (uint32_t)index + 1;
    claim->must = item->severity == HS__ITEM__SEVERITY__MUST;
    claim->matter = digest_of(item->matter);
    claim->place = digest_of(item->place);
    claim->close_by = item->close_by;
    claim->against = item->against;
    claim->against_item = item->against_item;
    claim->against_matter = digest_of(item->against_matter);
    return claim;
}

static bool can_contradict(const Hs__Claim *claim)
{
    return claim->n_one_of > 0 || claim->n_other_of > 0 || claim->against[0] != '\0';
}

/* Adds @claim behind the others, or behind those of the first @first if it can contradict. */
static void add_claim(struct claims *claims, size_t *first, Hs__Claim *claim)
{
    Hs__Claim *moved = claim;

    if (can_contradict(claim) && *first < LIMIT_CLAIMS) {
        moved = *first < claims->count ? claims->rows[*first] : NULL;
        claims->rows[*first] = claim;
        if (*first == claims->count) {
            claims->count++;
        }
        (*first)++;
    }
    if (moved != NULL && claims->count < LIMIT_CLAIMS) {
        claims->rows[claims->count++] = moved;
    }
}

bool claims_of(const Hs__Opinion *opinion, const Hs__Process *process, struct arena *arena,
               struct claims *out)
{
    size_t first = 0; /* how many can contradict */

    *out = (struct claims){.rows = arena_array(arena, LIMIT_CLAIMS, sizeof(Hs__Claim *))};
    if (out->rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        const Hs__Item *item = opinion->items[i];
        bool is_must = item->severity == HS__ITEM__SEVERITY__MUST;

        out->must_count += is_must ? 1 : 0;
        if (!is_must && item->against[0] == '\0') {
            continue;
        }
        Hs__Claim *claim = claim_of(opinion, i, process, arena);
        if (claim == NULL) {
            return false;
        }
        add_claim(out, &first, claim);
    }
    return true;
}

static bool has_review(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return true;
        }
    }
    return false;
}

bool claims_marks_fit(const Hs__Opinion *opinion, const Hs__Proposal *proposal, const char *own)
{
    for (size_t i = 0; i < opinion->n_items; i++) {
        const Hs__Item *item = opinion->items[i];
        bool is_marked = item->against[0] != '\0';

        if (!is_marked && (item->against_item != 0 || item->against_matter[0] != '\0')) {
            return false; /* against whom? */
        }
        if (is_marked &&
            (strcmp(item->against, own) == 0 || !has_review(proposal, item->against))) {
            return false;
        }
    }
    return true;
}

bool claim_is_on(const Hs__Claim *claim, const char *pair, bool is_one)
{
    const char *const *ids = is_one ? claim->one_of : claim->other_of;
    size_t count = is_one ? claim->n_one_of : claim->n_other_of;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(ids[i], pair) == 0) {
            return true;
        }
    }
    return false;
}

bool claim_means(const Hs__Claim *marker, const Hs__Claim *target)
{
    if (marker->against_item != 0) {
        return marker->against_item == target->item;
    }
    if (marker->against_matter != 0) {
        return marker->against_matter == target->matter;
    }
    return (marker->matter != 0 && marker->matter == target->matter) ||
           (marker->place != 0 && marker->place == target->place);
}
