/* SPDX-License-Identifier: Apache-2.0 */
#include "core/settle.h"

#include <string.h>

#include "core/inputs.h"
#include "lib/text.h"

enum { UNSETTLED_BYTES_MAX = 64 * 1024 };

/* One opinion at work. */
struct settling {
    const struct situation *situation;
    const Hs__Proposal *proposal;
    const Hs__Review *review;
    const Hs__Opinion *opinion;
    struct decision *decision;
    Hs__ItemsSettled *settled;
};

static bool refuse(struct settling *settling, enum refusal refusal, const char *detail)
{
    decision_refuse(settling->decision, refusal, detail);
    return false;
}

static const char *item_name(const struct settling *settling, size_t index)
{
    return arena_format(settling->situation->arena, "items[%zu]", index);
}

/* ---- what was raised before ---- */

static const Hs__AnsweredItem *own_row(const struct settling *settling, const char *id)
{
    for (size_t i = 0; i < settling->proposal->n_answered; i++) {
        const Hs__AnsweredItem *row = settling->proposal->answered[i];

        if (strcmp(row->department, settling->review->department) == 0 &&
            strcmp(row->item->id, id) == 0) {
            return row;
        }
    }
    return NULL;
}

static bool is_among(const char *const *ids, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_settled(const struct settling *settling, const char *id)
{
    const Hs__ItemsSettled *settled = settling->settled;

    return is_among(settled->closed, settled->n_closed, id) ||
           is_among(settled->restated, settled->n_restated, id);
}

static bool list_settled(struct settling *settling)
{
    const Hs__Opinion *opinion = settling->opinion;
    Hs__ItemsSettled *settled = settling->settled;

    for (size_t i = 0; i < opinion->n_closed_items; i++) {
        const char *id = opinion->closed_items[i];

        if (own_row(settling, id) == NULL || is_settled(settling, id)) {
            return refuse(settling, REFUSAL_ITEM_INVALID, id);
        }
        settled->closed[settled->n_closed++] = id;
    }
    for (size_t i = 0; i < opinion->n_items; i++) {
        const char *id = opinion->items[i]->earlier;

        if (id[0] == '\0') {
            continue;
        }
        if (own_row(settling, id) == NULL || is_settled(settling, id)) {
            return refuse(settling, REFUSAL_ITEM_INVALID, item_name(settling, i));
        }
        settled->restated[settled->n_restated++] = id;
    }
    return true;
}

/* Who says that it is another's business settles nothing. */
static bool all_is_settled(struct settling *settling)
{
    struct text_builder list;
    size_t count = 0;

    if (settling->opinion->result == HS__OPINION__RESULT__NOT_COMPETENT) {
        return true;
    }
    text_builder_init(&list, settling->situation->arena, UNSETTLED_BYTES_MAX);
    for (size_t i = 0; i < settling->proposal->n_answered; i++) {
        const Hs__AnsweredItem *row = settling->proposal->answered[i];

        if (strcmp(row->department, settling->review->department) == 0 &&
            row->item->severity == HS__ITEM__SEVERITY__MUST &&
            !is_settled(settling, row->item->id)) {
            text_builder_add(&list, count == 0 ? "" : ", ");
            text_builder_add(&list, row->item->id);
            count++;
        }
    }
    return count == 0 || refuse(settling, REFUSAL_ITEMS_UNSETTLED, text_builder_finish(&list));
}

/* ---- what is new ---- */

/* True if the department gave an opinion in an earlier round. */
static bool has_spoken(const struct settling *settling)
{
    const Hs__Proposal *proposal = settling->proposal;

    for (size_t i = 0; i < proposal->n_past_rounds; i++) {
        const Hs__PastRound *past = proposal->past_rounds[i];

        for (size_t j = 0; j < past->n_reviews; j++) {
            if (strcmp(past->reviews[j]->department, settling->review->department) == 0 &&
                past->reviews[j]->opinion.len > 0) {
                return true;
            }
        }
    }
    return false;
}

static bool was_raised(const struct settling *settling, const Hs__Item *item)
{
    for (size_t i = 0; i < settling->proposal->n_answered && item->rule_id[0] != '\0'; i++) {
        const Hs__AnsweredItem *row = settling->proposal->answered[i];

        if (strcmp(row->department, settling->review->department) == 0 &&
            strcmp(row->item->rule_id, item->rule_id) == 0 &&
            strcmp(row->item->place, item->place) == 0) {
            return true;
        }
    }
    return item->earlier[0] != '\0';
}

static bool is_about_document(const struct settling *settling, const Hs__Item *item)
{
    for (size_t i = 0; i < settling->review->n_changed_documents; i++) {
        const char *code = settling->review->changed_documents[i];

        if (code[0] != '\0' && strncmp(item->place, code, strlen(code)) == 0) {
            return true;
        }
    }
    return false;
}

/* Sets @out to whether @rule is another now, or reads something that is. False: the arena is too
 * small. */
static bool find_rule_change(const struct settling *settling, const struct compiled_rule *rule,
                             bool *out)
{
    const struct situation *situation = settling->situation;
    const Hs__Review *review = settling->review;
    struct inputs inputs;

    *out = is_among(review->changed_rules, review->n_changed_rules, rule->rule->id);
    if (!inputs_of_rule(situation->rulebook, rule, situation->arena, &inputs)) {
        return false;
    }
    for (size_t i = 0; i < inputs.count && !*out; i++) {
        *out = is_among(review->changed_inputs, review->n_changed_inputs, inputs.paths[i]);
    }
    return true;
}

/* Sets @out to whether something that @item is about changed. False: the arena is too small. */
static bool find_item_change(const struct settling *settling, const Hs__Item *item, bool *out)
{
    const struct compiled_pack *pack =
        rulebook_pack(settling->situation->rulebook, settling->review->department);

    *out = is_about_document(settling, item);
    for (size_t i = 0; pack != NULL && i < pack->pack->n_rules && !*out; i++) {
        const Hs__Rule *rule = pack->rules[i].rule;
        bool is_its_rule = item->rule_id[0] != '\0'
                               ? strcmp(rule->id, item->rule_id) == 0
                               : rule->matter[0] != '\0' && strcmp(rule->matter, item->matter) == 0;

        if (is_its_rule && !find_rule_change(settling, &pack->rules[i], out)) {
            return false;
        }
    }
    return true;
}

static bool note_late(struct settling *settling, size_t index)
{
    const Hs__Item *item = settling->opinion->items[index];
    Hs__ItemsSettled *settled = settling->settled;
    Hs__ItemsSettled__Late *late = NULL;

    if (item->ground == HS__ITEM__GROUND__NONE) {
        return refuse(settling, REFUSAL_LATE_NEW_ITEM, item_name(settling, index));
    }
    if (item->ground_reason[0] == '\0') {
        return refuse(settling, REFUSAL_REASON_MISSING, item_name(settling, index));
    }
    late =
        decision_new(settling->decision, settling->situation, &hs__items_settled__late__descriptor);
    if (late == NULL) {
        return false;
    }
    late->number = (uint32_t)index + 1;
    late->ground = item->ground;
    late->reason = item->ground_reason;
    settled->late[settled->n_late++] = late;
    return true;
}

static bool no_item_is_late(struct settling *settling)
{
    if (settling->situation->rulebook == NULL || !has_spoken(settling)) {
        return true;
    }
    for (size_t i = 0; i < settling->opinion->n_items; i++) {
        const Hs__Item *item = settling->opinion->items[i];
        bool is_changed = false;

        if (was_raised(settling, item)) {
            continue;
        }
        if (!find_item_change(settling, item, &is_changed)) {
            return refuse(settling, REFUSAL_TOO_COMPLEX, NULL);
        }
        if (!is_changed && !note_late(settling, i)) {
            return false;
        }
    }
    return true;
}

static bool make_lists(struct settling *settling)
{
    struct arena *arena = settling->situation->arena;
    const Hs__Opinion *opinion = settling->opinion;
    Hs__ItemsSettled *settled = settling->settled;

    settled->closed = arena_array(arena, opinion->n_closed_items, sizeof *settled->closed);
    settled->restated = arena_array(arena, opinion->n_items, sizeof *settled->restated);
    settled->late = arena_array(arena, opinion->n_items, sizeof(Hs__ItemsSettled__Late *));
    return settled->closed != NULL && settled->restated != NULL && settled->late != NULL;
}

bool settle_items(const struct situation *situation, const Hs__Review *review,
                  const Hs__Opinion *opinion, struct decision *decision)
{
    struct settling settling = {
        .situation = situation,
        .proposal = situation->proposal,
        .review = review,
        .opinion = opinion,
        .decision = decision,
        .settled = decision_new(decision, situation, &hs__items_settled__descriptor),
    };
    Hs__ItemsSettled *settled = settling.settled;

    if (settled == NULL) {
        return false;
    }
    if (!make_lists(&settling)) {
        return refuse(&settling, REFUSAL_TOO_COMPLEX, NULL);
    }
    if (!list_settled(&settling) || !all_is_settled(&settling) || !no_item_is_late(&settling)) {
        return false;
    }
    if (settled->n_closed + settled->n_restated + settled->n_late == 0) {
        return true;
    }

    Hs__Event *event = decision_add(decision, situation, settling.proposal->id);
    if (event == NULL) {
        return false;
    }
    settled->round = settling.proposal->round;
    settled->department = review->department;
    event->body_case = HS__EVENT__BODY_ITEMS_SETTLED;
    event->items_settled = settled;
    return true;
}

/* ---- by rules ---- */

/* Returns the item of @opinion that says the same as @item now, or NULL. */
static Hs__Item *same_item(const Hs__Opinion *opinion, const Hs__Item *item)
{
    for (size_t i = 0; i < opinion->n_items; i++) {
        if (strcmp(opinion->items[i]->rule_id, item->rule_id) == 0 &&
            strcmp(opinion->items[i]->place, item->place) == 0) {
            return opinion->items[i];
        }
    }
    return NULL;
}

/* True if the rule @id was run and nothing about it is unknown. */
static bool is_known(const struct findings *findings, const char *id)
{
    bool is_known = false;

    for (size_t i = 0; i < findings->count && id[0] != '\0'; i++) {
        if (strcmp(findings->rows[i].finding->rule_id, id) != 0) {
            continue;
        }
        if (findings->rows[i].finding->state == HS__FINDING__STATE__UNKNOWN) {
            return false;
        }
        is_known = true;
    }
    return is_known;
}

bool settle_by_rules(const struct findings *findings, const struct open_items *open,
                     Hs__Opinion *opinion, struct arena *arena)
{
    bool is_all = true;

    opinion->closed_items = arena_array(arena, open->count, sizeof *opinion->closed_items);
    if (opinion->closed_items == NULL) {
        return false;
    }
    for (size_t i = 0; i < open->count; i++) {
        const Hs__Item *item = open->rows[i]->item;
        Hs__Item *same = item->rule_id[0] == '\0' ? NULL : same_item(opinion, item);

        if (same != NULL && same->earlier[0] == '\0') {
            same->earlier = item->id;
        } else if (same == NULL && is_known(findings, item->rule_id)) {
            opinion->closed_items[opinion->n_closed_items++] = item->id;
        } else if (item->severity == HS__ITEM__SEVERITY__MUST) {
            is_all = false;
        }
    }
    return is_all;
}
