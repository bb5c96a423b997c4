/* SPDX-License-Identifier: Apache-2.0 */
#include "core/typechecker.h"
#include "lib/text.h"

/* ---- words ---- */

/* Reports the text @literal at @offset if it is none of the words of @type. */
static void check_word(struct checker *checker, const struct type *type,
                       const struct value *literal, size_t offset)
{
    for (size_t i = 0; i < type->word_count; i++) {
        if (bytes_equal(literal->text, bytes_of_text(type->words[i]))) {
            return;
        }
    }

    const char *word = arena_copy(checker->arena, literal->text);
    if (word == NULL) {
        checker_report(checker, FAULT_TOO_COMPLEX, offset, NULL, NULL);
        return;
    }
    checker_report(checker, FAULT_WORD_UNKNOWN, offset, word,
                   text_nearest(word, type->words, type->word_count));
}

/* Reports whichever side is a text written out that the other, of known words, cannot be. */
static void check_words(struct checker *checker, const struct node *part, struct typed left,
                        struct typed right)
{
    if (left.type.word_count > 0 && right.literal != NULL) {
        check_word(checker, &left.type, right.literal, part->offset);
    }
    if (right.type.word_count > 0 && left.literal != NULL) {
        check_word(checker, &right.type, left.literal, part->sign_offset);
    }
}

void check_listed_words(struct checker *checker, struct typed value, const struct node *list)
{
    if (value.type.word_count == 0 || list->kind != NODE_LIST) {
        return;
    }
    for (const struct node *item = list->parts; item != NULL; item = item->next) {
        if (item->kind == NODE_LITERAL && item->literal->kind == VALUE_TEXT) {
            check_word(checker, &value.type, item->literal, item->offset);
        }
    }
}

/* ---- operators ---- */

/* True if values of the two are of different kinds for certain. */
static bool are_different(struct typed left, struct typed right)
{
    return left.type.kind != TYPE_ANY && right.type.kind != TYPE_ANY &&
           left.type.kind != right.type.kind;
}

static struct typed check_equality(struct checker *checker, const struct node *part,
                                   struct typed left, struct typed right)
{
    if (are_different(left, right)) {
        checker_report(checker, FAULT_ALWAYS_DIFFERENT, part->sign_offset, NULL, NULL);
    } else if (left.type.kind == TYPE_OBJECT && right.type.kind == TYPE_OBJECT) {
        checker_report(checker, FAULT_OBJECTS_COMPARED, part->sign_offset, NULL, NULL);
    } else if (left.type.kind == TYPE_LIST && right.type.kind == TYPE_LIST) {
        check_listed_words(checker, left, part);
    } else {
        check_words(checker, part, left, right);
    }
    return typed_of(TYPE_BOOL);
}

static struct typed check_membership(struct checker *checker, const struct node *part,
                                     struct typed value, struct typed list)
{
    struct typed element = checker_element(list);

    if (!typed_may_be(list, TYPE_LIST)) {
        checker_report(checker, FAULT_NOT_A_LIST, part->sign_offset, NULL, NULL);
    } else if (are_different(value, element)) {
        checker_report(checker, FAULT_ALWAYS_DIFFERENT, part->sign_offset, NULL, NULL);
    } else if (value.type.kind == TYPE_OBJECT && element.type.kind == TYPE_OBJECT) {
        checker_report(checker, FAULT_OBJECTS_COMPARED, part->sign_offset, NULL, NULL);
    } else {
        check_listed_words(checker, value, part);
        check_words(checker, part, value, element);
    }
    return typed_of(TYPE_BOOL);
}

static bool is_ordered(enum type_kind kind)
{
    return kind == TYPE_ANY || kind == TYPE_BOOL || kind == TYPE_NUMBER || kind == TYPE_TEXT ||
           kind == TYPE_DATE;
}

static struct typed check_order(struct checker *checker, const struct node *part, struct typed left,
                                struct typed right)
{
    if (are_different(left, right) || !is_ordered(left.type.kind) || !is_ordered(right.type.kind)) {
        checker_report(checker, FAULT_NOT_ORDERED, part->sign_offset, NULL, NULL);
    }
    return typed_of(TYPE_BOOL);
}

/* + joins two numbers, two texts or two lists; of the lists' elements only what both share is
 * known after it. */
static struct typed check_addition(struct checker *checker, const struct node *part,
                                   struct typed left, struct typed right)
{
    struct typed known = left.type.kind == TYPE_ANY ? right : left;
    enum type_kind kind = known.type.kind;

    if (are_different(left, right) ||
        (kind != TYPE_ANY && kind != TYPE_NUMBER && kind != TYPE_TEXT && kind != TYPE_LIST)) {
        checker_report(checker, FAULT_NOT_ADDABLE, part->sign_offset, NULL, NULL);
        return typed_of(TYPE_ANY);
    }
    if (kind == TYPE_LIST && left.type.element == right.type.element &&
        left.type.kind == right.type.kind && left.type.element != TYPE_OBJECT) {
        known = typed_of(TYPE_LIST);
        known.type.element = left.type.element;
        return known;
    }
    return typed_of(kind);
}

struct typed check_binary(struct checker *checker, const struct node *part, struct typed left,
                          struct typed right)
{
    if (part->sign == TOKEN_EQUAL || part->sign == TOKEN_NOT_EQUAL) {
        return check_equality(checker, part, left, right);
    }
    if (part->sign == TOKEN_IN) {
        return check_membership(checker, part, left, right);
    }
    if (part->sign >= TOKEN_LESS && part->sign <= TOKEN_GREATER_EQUAL) {
        return check_order(checker, part, left, right);
    }
    if (part->sign == TOKEN_PLUS) {
        return check_addition(checker, part, left, right);
    }
    if (!typed_may_be(left, TYPE_NUMBER) || !typed_may_be(right, TYPE_NUMBER)) {
        checker_report(checker, FAULT_NOT_A_NUMBER, part->sign_offset, NULL, NULL);
    }
    return typed_of(TYPE_NUMBER);
}
