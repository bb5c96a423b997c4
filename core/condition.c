/* SPDX-License-Identifier: Apache-2.0 */
#include "core/condition.h"

#include <string.h>

#include "core/conflict.h"
#include "core/decide.h"

enum { NUMBER_DIGITS_MAX = 6 };

/* Reads "fire#2" into its two parts. False: it is not of that form. */
static bool read_numbered(const char *name, size_t *size, uint32_t *number)
{
    const char *mark = strchr(name, '#');
    uint32_t value = 0;

    if (mark == NULL || mark == name || strlen(mark + 1) > NUMBER_DIGITS_MAX) {
        return false;
    }
    for (const char *digit = mark + 1; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(*digit - '0');
    }
    *size = (size_t)(mark - name);
    *number = value;
    return value > 0;
}

static bool is_named(const char *text, const char *name, size_t size)
{
    return strlen(text) == size && memcmp(text, name, size) == 0;
}

/* Of more must-items than the record keeps claims, each item may be one. */
static bool is_must(const Hs__Review *review, uint32_t item)
{
    for (size_t i = 0; i < review->n_claims; i++) {
        if (review->claims[i]->item == item) {
            return review->claims[i]->must;
        }
    }
    return review->n_claims == LIMIT_CLAIMS && item > 0 && item <= review->item_count;
}

bool condition_is_item(const Hs__Proposal *proposal, const Hs__Review *review, uint32_t item)
{
    return conflict_result(proposal, review) == HS__OPINION__RESULT__CONDITIONAL &&
           is_must(review, item) && !conflict_overrules(proposal, review->department, item);
}

bool condition_is_office_item(const Hs__OfficeItem *item)
{
    return item->effect == HS__RULE__ON_FAIL__CONDITION && item->set_aside_reason[0] == '\0';
}

static bool find_numbered(const Hs__Proposal *proposal, const char *name, size_t size,
                          uint32_t number, const char **department)
{
    const Hs__Conflict *conflict = conflict_numbered(proposal, number);

    if (is_named("ruling", name, size)) {
        *department = "";
        return conflict != NULL && conflict->state == HS__CONFLICT__STATE__RULED &&
               conflict->demand[0] != '\0';
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (is_named(review->department, name, size)) {
            *department = review->department;
            return condition_is_item(proposal, review, number);
        }
    }
    return false;
}

/* True if @name is RULE, or RULE[ELEMENT] where the item is about an element. */
static bool is_office_name(const Hs__OfficeItem *item, const char *name)
{
    size_t rule_size = strlen(item->rule_id);
    size_t element_size = strlen(item->element);

    if (strncmp(name, item->rule_id, rule_size) != 0) {
        return false;
    }
    name += rule_size;
    if (element_size == 0) {
        return *name == '\0';
    }
    return name[0] == '[' && strncmp(name + 1, item->element, element_size) == 0 &&
           strcmp(name + 1 + element_size, "]") == 0;
}

bool condition_find(const Hs__Proposal *proposal, const char *name, const char **department)
{
    size_t size = 0;
    uint32_t number = 0;

    if (read_numbered(name, &size, &number)) {
        return find_numbered(proposal, name, size, number, department);
    }
    *department = "";
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (strcmp(review->department, name) == 0) {
            return review->decided_by[0] != '\0' &&
                   review->result == HS__OPINION__RESULT__CONDITIONAL;
        }
    }
    for (size_t i = 0; i < proposal->n_office_items; i++) {
        if (is_office_name(proposal->office_items[i], name)) {
            return condition_is_office_item(proposal->office_items[i]);
        }
    }
    return false;
}

const Hs__ClosedCondition *condition_closed(const Hs__Proposal *proposal, const char *name)
{
    for (size_t i = 0; i < proposal->n_closed_conditions; i++) {
        if (strcmp(proposal->closed_conditions[i]->condition, name) == 0) {
            return proposal->closed_conditions[i];
        }
    }
    return NULL;
}

const Hs__ClosedCondition *condition_closed_item(const Hs__Proposal *proposal,
                                                 const Hs__Review *review, uint32_t item)
{
    for (size_t i = 0; i < proposal->n_closed_conditions; i++) {
        const Hs__ClosedCondition *closed = proposal->closed_conditions[i];
        size_t size = 0;
        uint32_t number = 0;

        if (read_numbered(closed->condition, &size, &number) && number == item &&
            is_named(review->department, closed->condition, size)) {
            return closed;
        }
    }
    return NULL;
}
