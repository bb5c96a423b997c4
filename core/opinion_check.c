/* SPDX-License-Identifier: Apache-2.0 */
/* What an opinion must say to be one: its result, who speaks, its parts, its items. */
#include "core/opinion.h"

#include <string.h>

#include "core/authorise.h"

enum { OPINION_ITEMS_MAX = 1024, OPINION_PARTS_MAX = 64 };

static bool is_giveable(Hs__Opinion__Result result)
{
    return result >= HS__OPINION__RESULT__AGREE && result <= HS__OPINION__RESULT__NOT_COMPETENT;
}

/* The worst first: how one result weighs against another in an opinion of several parts. */
static int weight_of(Hs__Opinion__Result result)
{
    switch (result) {
    case HS__OPINION__RESULT__DISAGREE:
        return 4;
    case HS__OPINION__RESULT__CONDITIONAL:
        return 3;
    case HS__OPINION__RESULT__AGREE:
        return 2;
    case HS__OPINION__RESULT__NOT_INVOLVED:
        return 1;
    case HS__OPINION__RESULT__UNSPECIFIED:
    case HS__OPINION__RESULT__NOT_COMPETENT:
    case HS__OPINION__RESULT__TACIT:
    case HS__OPINION__RESULT__OVERDUE:
    case _HS__OPINION__RESULT_IS_INT_SIZE:
        break;
    }
    return 0;
}

static bool has_owner(const Hs__Department *department, const char *owner)
{
    for (size_t i = 0; i < department->n_owners; i++) {
        if (strcmp(department->owners[i]->id, owner) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_twice(const Hs__Opinion *opinion, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(opinion->parts[i]->owner, opinion->parts[index]->owner) == 0) {
            return true;
        }
    }
    return false;
}

/* One part for each owner, the result the worst of them. A person who answers for a department of
 * several owners may leave the parts out only when the result says the same for all. */
static bool parts_fit(const Hs__Opinion *opinion, const Hs__Department *department)
{
    int worst = 0;

    if (opinion->n_parts == 0) {
        return true;
    }
    if (department == NULL || opinion->n_parts != department->n_owners ||
        opinion->n_parts > OPINION_PARTS_MAX) {
        return false;
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        const Hs__Part *part = opinion->parts[i];

        if (!has_owner(department, part->owner) || names_twice(opinion, i) ||
            weight_of(part->result) == 0 || part->n_items > 0) {
            return false;
        }
        worst = weight_of(part->result) > worst ? weight_of(part->result) : worst;
    }
    return worst == weight_of(opinion->result);
}

static enum refusal check_item(const Hs__Item *item, const Hs__Department *department)
{
    if (item->severity == HS__ITEM__SEVERITY__UNSPECIFIED || item->demand[0] == '\0' ||
        item->id[0] != '\0') {
        return REFUSAL_ITEM_INVALID;
    }
    if (item->owner[0] != '\0' && (department == NULL || !has_owner(department, item->owner))) {
        return REFUSAL_ITEM_INVALID;
    }
    if (item->severity == HS__ITEM__SEVERITY__MUST && item->basis[0] == '\0') {
        return REFUSAL_BASIS_MISSING;
    }
    return REFUSAL_NONE;
}

/* True if an item of severity must is there (of @owner, unless NULL). */
static bool has_must_item(const Hs__Opinion *opinion, const char *owner)
{
    for (size_t i = 0; i < opinion->n_items; i++) {
        const Hs__Item *item = opinion->items[i];

        if (item->severity == HS__ITEM__SEVERITY__MUST &&
            (owner == NULL || strcmp(item->owner, owner) == 0)) {
            return true;
        }
    }
    return false;
}

static bool demands(Hs__Opinion__Result result)
{
    return result == HS__OPINION__RESULT__DISAGREE || result == HS__OPINION__RESULT__CONDITIONAL;
}

static bool knows_matter(const Hs__Process *process, const char *matter)
{
    for (size_t i = 0; i < process->n_matters; i++) {
        if (strcmp(process->matters[i]->code, matter) == 0) {
            return true;
        }
    }
    return matter[0] == '\0' || process->n_matters == 0;
}

/* An item is about nothing in particular, or about one of the matters of the round's process. */
static bool matters_fit(const struct situation *situation, const Hs__Opinion *opinion,
                        struct decision *out)
{
    if (situation->rulebook == NULL) {
        return true;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        if (!knows_matter(situation->rulebook->process, opinion->items[i]->matter)) {
            decision_refuse(out, REFUSAL_ITEM_INVALID,
                            arena_format(situation->arena, "items[%zu].matter: %s", i,
                                         opinion->items[i]->matter));
            return false;
        }
    }
    return true;
}

/* Who disagrees or sets conditions says what must change and on which basis, for itself and in each
 * part: only an item of severity must needs a basis, so advice alone is not enough. */
static bool items_fit(const struct situation *situation, const Hs__Opinion *opinion,
                      const Hs__Department *department, struct decision *out)
{
    bool needs_items = demands(opinion->result);

    if (opinion->n_items > OPINION_ITEMS_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "items");
        return false;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        enum refusal refusal = check_item(opinion->items[i], department);

        if (refusal != REFUSAL_NONE) {
            decision_refuse(out, refusal, arena_format(situation->arena, "items[%zu]", i));
            return false;
        }
    }
    if (needs_items && !has_must_item(opinion, NULL)) {
        decision_refuse(out, REFUSAL_ITEMS_MISSING, NULL);
        return false;
    }
    for (size_t i = 0; i < opinion->n_parts; i++) {
        const Hs__Part *part = opinion->parts[i];

        if (demands(part->result) && !has_must_item(opinion, part->owner)) {
            decision_refuse(out, REFUSAL_ITEMS_MISSING, part->owner);
            return false;
        }
    }
    return matters_fit(situation, opinion, out);
}

static bool needs_reason(Hs__Opinion__Result result)
{
    return result == HS__OPINION__RESULT__NOT_COMPETENT ||
           result == HS__OPINION__RESULT__NOT_INVOLVED;
}

/* An agent speaks for its department only where the department let its rules answer, and a person
 * never in the rules' name. */
static bool may_speak(const struct situation *situation, const Hs__Opinion *opinion,
                      const Hs__Department *department)
{
    bool is_agent = principal_has_role(situation->signer, HS__PRINCIPAL__ROLE__AGENT);
    bool rules_answer = department != NULL && department->answer == HS__DEPARTMENT__ANSWER__RULES;

    return is_agent ? opinion->by_rules && rules_answer : !opinion->by_rules;
}

bool opinion_fits(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *out)
{
    const Hs__Department *department = decision_department(situation, review->department);

    if (opinion == NULL || !is_giveable(opinion->result)) {
        decision_refuse(out, REFUSAL_RESULT_INVALID, NULL);
        return false;
    }
    if (!may_speak(situation, opinion, department)) {
        decision_refuse(out, REFUSAL_RULES_MAY_NOT_ANSWER, review->department);
        return false;
    }
    if (opinion->packet.len > 0 &&
        !bytes_equal(bytes_of(opinion->packet), bytes_of(review->packet))) {
        decision_refuse(out, REFUSAL_PACKET_DIFFERS, NULL);
        return false;
    }
    if (needs_reason(opinion->result) && opinion->reason[0] == '\0' && !opinion->by_rules) {
        decision_refuse(out, REFUSAL_REASON_MISSING, NULL);
        return false;
    }
    if (!parts_fit(opinion, department)) {
        decision_refuse(out, REFUSAL_PARTS_INVALID, NULL);
        return false;
    }
    return items_fit(situation, opinion, department, out);
}
