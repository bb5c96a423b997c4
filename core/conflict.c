/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conflict.h"

#include <string.h>

#include "core/claim.h"
#include "core/limits.h"
#include "lib/check.h"

/* Two reviews whose claims are held against each other, the marking or first side first. */
struct between {
    const Hs__Review *one;
    const Hs__Review *other;
    const char *pair; /* empty: marks of the first against the second */
};

/* ---- sides ---- */

static bool is_marked(const Hs__Claim *claim, const Hs__Review *target)
{
    return strcmp(claim->against, target->department) == 0;
}

/* True if a mark of @between's first review means @claim of its second. */
static bool is_meant(const struct between *between, const Hs__Claim *claim)
{
    for (size_t i = 0; i < between->one->n_claims; i++) {
        const Hs__Claim *marker = between->one->claims[i];

        if (is_marked(marker, between->other) && claim_means(marker, claim)) {
            return true;
        }
    }
    return false;
}

static bool belongs(const struct between *between, const Hs__Claim *claim, bool is_one)
{
    if (between->pair[0] != '\0') {
        return claim_is_on(claim, between->pair, is_one);
    }
    return is_one ? is_marked(claim, between->other) : is_meant(between, claim);
}

/* Sets the items of @side to those of its review that belong to it. False: the arena is full. */
static bool name_items(const struct between *between, bool is_one, struct arena *arena,
                       Hs__Conflict__Side *side)
{
    const Hs__Review *review = is_one ? between->one : between->other;

    side->n_items = 0;
    side->items = arena_array(arena, review->n_claims, sizeof *side->items);
    if (side->items == NULL) {
        return false;
    }
    for (size_t i = 0; i < review->n_claims; i++) {
        if (belongs(between, review->claims[i], is_one)) {
            side->items[side->n_items++] = review->claims[i]->item;
        }
    }
    return true;
}

static Hs__Conflict__Side *side_of(const struct between *between, bool is_one, struct arena *arena)
{
    Hs__Conflict__Side *side = message_new(&hs__conflict__side__descriptor, arena);

    if (side == NULL || !name_items(between, is_one, arena, side)) {
        return NULL;
    }
    side->department = is_one ? between->one->department : between->other->department;
    side->whole = side->n_items == 0;
    return side;
}

/* ---- finding ---- */

static bool lists(const Hs__Conflict__Side *side, uint32_t item)
{
    for (size_t i = 0; i < side->n_items; i++) {
        if (side->items[i] == item) {
            return true;
        }
    }
    return false;
}

/* True if @conflict is between the two and its side of the first lists all that it marked. */
static bool covers_marks(const Hs__Conflict *conflict, const struct between *between)
{
    const Hs__Conflict__Side *side = conflict_side(conflict, between->one->department);

    if (side == NULL || conflict_side(conflict, between->other->department) == NULL) {
        return false;
    }
    for (size_t i = 0; i < between->one->n_claims; i++) {
        const Hs__Claim *claim = between->one->claims[i];

        if (is_marked(claim, between->other) && !lists(side, claim->item)) {
            return false;
        }
    }
    return true;
}

static bool is_same(const Hs__Conflict *conflict, const struct between *between)
{
    if (strcmp(conflict->pair, between->pair) == 0 &&
        strcmp(conflict->one->department, between->one->department) == 0 &&
        strcmp(conflict->other->department, between->other->department) == 0) {
        return true;
    }
    return between->pair[0] == '\0' && covers_marks(conflict, between);
}

static bool is_known(const Hs__Proposal *proposal, const struct conflicts *found,
                     const struct between *between)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        if (is_same(proposal->conflicts[i], between)) {
            return true;
        }
    }
    for (size_t i = 0; i < found->count; i++) {
        if (is_same(found->rows[i], between)) {
            return true;
        }
    }
    return false;
}

/* Adds the conflict @between two reviews, unless it is known. False: the arena is full. */
static bool add(const Hs__Proposal *proposal, const struct between *between, struct arena *arena,
                struct conflicts *found)
{
    if (is_known(proposal, found, between)) {
        return true;
    }
    if (proposal->n_conflicts + found->count == LIMIT_CONFLICTS) {
        found->is_complete = false;
        return true;
    }

    Hs__Conflict *conflict = message_new(&hs__conflict__descriptor, arena);
    if (conflict == NULL) {
        return false;
    }
    conflict->one = side_of(between, true, arena);
    conflict->other = side_of(between, false, arena);
    if (conflict->one == NULL || conflict->other == NULL) {
        return false;
    }
    conflict->number = (uint32_t)(proposal->n_conflicts + found->count + 1);
    conflict->state = HS__CONFLICT__STATE__PROPOSED;
    conflict->pair = between->pair;
    found->rows[found->count++] = conflict;
    return true;
}

static bool has_claim_on(const Hs__Review *review, const char *pair)
{
    for (size_t i = 0; i < review->n_claims; i++) {
        if (claim_is_on(review->claims[i], pair, false)) {
            return true;
        }
    }
    return false;
}

/* Adds what @between's first review, as the first side of a pair, has against the other. */
static bool find_pairs(const Hs__Proposal *proposal, struct between between, struct arena *arena,
                       struct conflicts *found)
{
    for (size_t i = 0; i < between.one->n_claims; i++) {
        const Hs__Claim *claim = between.one->claims[i];

        for (size_t k = 0; k < claim->n_one_of; k++) {
            between.pair = claim->one_of[k];
            if (has_claim_on(between.other, between.pair) &&
                !add(proposal, &between, arena, found)) {
                return false;
            }
        }
    }
    return true;
}

/* Adds what @between's first review marked against the other. */
static bool find_marks(const Hs__Proposal *proposal, struct between between, struct arena *arena,
                       struct conflicts *found)
{
    for (size_t i = 0; i < between.one->n_claims; i++) {
        if (is_marked(between.one->claims[i], between.other)) {
            return add(proposal, &between, arena, found);
        }
    }
    return true;
}

/* What came after a silence that was taken for consent is not heard unless it is reopened, and what
 * the approver decided for a silent department is nobody's demand. */
static bool is_heard(const Hs__Review *review)
{
    return review->state == HS__REVIEW__STATE__CLOSED &&
           review->result != HS__OPINION__RESULT__TACIT && review->decided_by[0] == '\0';
}

typedef bool (*find_fn)(const Hs__Proposal *proposal, struct between between, struct arena *arena,
                        struct conflicts *found);

static bool find_by(find_fn find, const Hs__Proposal *proposal, struct arena *arena,
                    struct conflicts *found)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        for (size_t k = 0; k < proposal->n_reviews; k++) {
            const struct between between = {proposal->reviews[i], proposal->reviews[k], ""};

            if (i != k && is_heard(between.one) && is_heard(between.other) &&
                !find(proposal, between, arena, found)) {
                return false;
            }
        }
    }
    return true;
}

bool conflicts_find(const Hs__Proposal *proposal, struct arena *arena, struct conflicts *out)
{
    *out = (struct conflicts){
        .rows = arena_array(arena, LIMIT_CONFLICTS, sizeof(Hs__Conflict *)),
        .is_complete = true,
    };
    /* Pairs first: a mark on what a pair found is the same conflict. */
    return out->rows != NULL && find_by(find_pairs, proposal, arena, out) &&
           find_by(find_marks, proposal, arena, out);
}

/* ---- what is on record ---- */

bool conflict_is_open(const Hs__Conflict *conflict)
{
    return conflict->state == HS__CONFLICT__STATE__PROPOSED ||
           conflict->state == HS__CONFLICT__STATE__CONFIRMED;
}

bool conflicts_are_open(const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        if (conflict_is_open(proposal->conflicts[i])) {
            return true;
        }
    }
    return false;
}

bool conflict_is_to_be_settled(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        const Hs__Conflict *conflict = proposal->conflicts[i];

        if (conflict->state == HS__CONFLICT__STATE__CONFIRMED &&
            conflict_side(conflict, department) != NULL) {
            return true;
        }
    }
    return false;
}

Hs__Conflict *conflict_numbered(const Hs__Proposal *proposal, uint32_t number)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        if (proposal->conflicts[i]->number == number) {
            return proposal->conflicts[i];
        }
    }
    return NULL;
}

Hs__Conflict__Side *conflict_side(const Hs__Conflict *conflict, const char *department)
{
    if (strcmp(conflict->one->department, department) == 0) {
        return conflict->one;
    }
    return strcmp(conflict->other->department, department) == 0 ? conflict->other : NULL;
}

bool conflict_overrules(const Hs__Proposal *proposal, const char *department, uint32_t item)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        const Hs__Conflict__Side *side = conflict_side(proposal->conflicts[i], department);

        if (side != NULL && side->overruled && (side->whole || lists(side, item))) {
            return true;
        }
    }
    return false;
}

static bool is_overruled_as_a_whole(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        const Hs__Conflict__Side *side = conflict_side(proposal->conflicts[i], department);

        if (side != NULL && side->overruled && side->whole) {
            return true;
        }
    }
    return false;
}

Hs__Opinion__Result conflict_result(const Hs__Proposal *proposal, const Hs__Review *review)
{
    bool is_demand = review->result == HS__OPINION__RESULT__DISAGREE ||
                     review->result == HS__OPINION__RESULT__CONDITIONAL;
    uint32_t overruled = 0;

    if (!is_demand) {
        return review->result;
    }
    if (is_overruled_as_a_whole(proposal, review->department)) {
        return HS__OPINION__RESULT__AGREE;
    }
    for (size_t i = 0; i < review->n_claims; i++) {
        const Hs__Claim *claim = review->claims[i];

        if (claim->must && conflict_overrules(proposal, review->department, claim->item)) {
            overruled++;
        }
    }
    return overruled > 0 && overruled == review->must_count ? HS__OPINION__RESULT__AGREE
                                                            : review->result;
}

static const Hs__Review *review_of(const Hs__Proposal *proposal, const char *department)
{
    size_t index = 0;

    while (index < proposal->n_reviews &&
           strcmp(proposal->reviews[index]->department, department) != 0) {
        index++;
    }
    require(index < proposal->n_reviews); /* a conflict is between reviews of its round */
    return proposal->reviews[index];
}

void conflict_restate(const Hs__Proposal *proposal, Hs__Conflict *conflict, const char *department,
                      struct arena *arena)
{
    const struct between between = {
        .one = review_of(proposal, conflict->one->department),
        .other = review_of(proposal, conflict->other->department),
        .pair = conflict->pair,
    };
    bool is_one = strcmp(conflict->one->department, department) == 0;
    Hs__Conflict__Side *side = is_one ? conflict->one : conflict->other;
    bool is_named = name_items(&between, is_one, arena, side);

    require(is_named);
    side->whole = false;
    side->restated = true;
}
