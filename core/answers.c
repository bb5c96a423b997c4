/* SPDX-License-Identifier: Apache-2.0 */
#include "core/answers.h"

#include <string.h>

#include "core/names.h"
#include "lib/text.h"

enum { REPLY_REASON_BYTES_MAX = 16 * 1024, BLANKS_BYTES_MAX = 64 * 1024 };

static bool add_item(struct answers *answers, const Hs__Item *item, const char *department,
                     const char *id, struct arena *arena)
{
    Hs__AnsweredItem *row = message_new(&hs__answered_item__descriptor, arena);
    Hs__Item *copy = arena_alloc(arena, sizeof *copy);

    if (row == NULL || copy == NULL || id == NULL) {
        return false;
    }
    *copy = *item;
    copy->id = id;
    row->department = department;
    row->item = copy;
    answers->rows[answers->count++] = row;
    return true;
}

static bool add_opinion(const struct situation *situation, size_t index, struct answers *answers)
{
    const Hs__Review *review = situation->proposal->reviews[index];
    const Hs__Opinion *opinion = situation->opinions[index];
    uint32_t round = review->carried_forward ? review->carried_from : situation->proposal->round;
    const char *name =
        review_id(situation->arena, situation->proposal->number, round, review->department);

    for (size_t i = 0; i < opinion->n_items; i++) {
        if (name == NULL ||
            !add_item(answers, opinion->items[i], review->department,
                      arena_format(situation->arena, "%s#%zu", name, i + 1), situation->arena)) {
            return false;
        }
    }
    return true;
}

/* An item of the round before whose department has not answered in this one: it still stands. */
static bool is_unsettled(const struct situation *situation, const Hs__AnsweredItem *row)
{
    for (size_t i = 0; i < situation->proposal->n_reviews; i++) {
        if (strcmp(situation->proposal->reviews[i]->department, row->department) == 0) {
            return situation->opinions[i] == NULL;
        }
    }
    return false; /* no longer involved */
}

bool answers_list(const struct situation *situation, struct answers *out)
{
    const Hs__Proposal *proposal = situation->proposal;
    size_t count = proposal->n_answered;

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        count += situation->opinions[i] == NULL ? 0 : situation->opinions[i]->n_items;
    }
    *out =
        (struct answers){.rows = arena_array(situation->arena, count, sizeof(Hs__AnsweredItem *))};
    if (out->rows == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (situation->opinions[i] != NULL && !add_opinion(situation, i, out)) {
            return false;
        }
    }
    for (size_t i = 0; i < proposal->n_answered; i++) {
        const Hs__AnsweredItem *row = proposal->answered[i];

        if (is_unsettled(situation, row) &&
            !add_item(out, row->item, row->department, row->item->id, situation->arena)) {
            return false;
        }
    }
    return true;
}

static Hs__AnsweredItem *find(const struct answers *answers, const char *id)
{
    for (size_t i = 0; i < answers->count; i++) {
        if (strcmp(answers->rows[i]->item->id, id) == 0) {
            return answers->rows[i];
        }
    }
    return NULL;
}

static bool is_blank(const Hs__AnsweredItem *row)
{
    switch (row->answer) {
    case HS__ITEM_REPLY__ANSWER__ADOPTED:
        return false;
    case HS__ITEM_REPLY__ANSWER__PARTLY:
    case HS__ITEM_REPLY__ANSWER__NOT_ADOPTED:
        return row->reason[0] == '\0';
    case HS__ITEM_REPLY__ANSWER__UNSPECIFIED:
    case _HS__ITEM_REPLY__ANSWER_IS_INT_SIZE:
        break;
    }
    return row->item->severity == HS__ITEM__SEVERITY__MUST;
}

static bool refuse_blanks(const struct situation *situation, const struct answers *answers,
                          struct decision *decision)
{
    struct text_builder list;
    size_t blanks = 0;

    text_builder_init(&list, situation->arena, BLANKS_BYTES_MAX);
    for (size_t i = 0; i < answers->count; i++) {
        if (is_blank(answers->rows[i])) {
            text_builder_add(&list, blanks == 0 ? "" : ", ");
            text_builder_add(&list, answers->rows[i]->item->id);
            blanks++;
        }
    }
    if (blanks > 0) {
        decision_refuse(decision, REFUSAL_REPLY_INCOMPLETE, text_builder_finish(&list));
    }
    return blanks == 0;
}

bool answers_fill(const struct situation *situation, Hs__ItemReply **replies, size_t count,
                  struct answers *answers, struct decision *decision)
{
    for (size_t i = 0; i < count; i++) {
        Hs__AnsweredItem *row = find(answers, replies[i]->item);

        if (row == NULL || row->answer != HS__ITEM_REPLY__ANSWER__UNSPECIFIED ||
            strlen(replies[i]->reason) > REPLY_REASON_BYTES_MAX) {
            decision_refuse(decision, REFUSAL_REPLY_INVALID, replies[i]->item);
            return false;
        }
        row->answer = replies[i]->answer;
        row->reason = replies[i]->reason;
    }
    return refuse_blanks(situation, answers, decision);
}

bool answers_concern(const struct answers *answers, const char *department)
{
    for (size_t i = 0; i < answers->count; i++) {
        const Hs__AnsweredItem *row = answers->rows[i];

        if (row->item->severity == HS__ITEM__SEVERITY__MUST &&
            strcmp(row->department, department) == 0) {
            return true;
        }
    }
    return false;
}
