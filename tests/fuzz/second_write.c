/* SPDX-License-Identifier: Apache-2.0 */
/* A rule as text. */
#include "lib/check.h"
#include "lib/text.h"
#include "tests/fuzz/second.h"

enum { TEXT_BYTES_MAX = 32 * 1024 };

/* How tightly an operator binds, from the loosest. */
enum level {
    LEVEL_CHOICE,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_RELATION,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_UNARY,
    LEVEL_MEMBER,
};

struct writing {
    struct text_builder text;
    struct choices *choices;
};

static void write_node(struct writing *writing, const struct second_node *node, enum level level);

static bool is_one_of(const char *sign, const char *const *signs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(sign, signs[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum level level_of(const struct second_node *node)
{
    static const char *const sums[] = {"+", "-"};
    static const char *const products[] = {"*", "/", "%"};

    switch (node->operator) {
    case SECOND_CHOICE:
        return LEVEL_CHOICE;
    case SECOND_OR:
        return LEVEL_OR;
    case SECOND_AND:
        return LEVEL_AND;
    case SECOND_BINARY:
        return is_one_of(node->sign, sums, 2)       ? LEVEL_SUM
               : is_one_of(node->sign, products, 3) ? LEVEL_PRODUCT
                                                    : LEVEL_RELATION;
    case SECOND_NOT:
    case SECOND_MINUS:
        return LEVEL_UNARY;
    case SECOND_CONSTANT:
        return node->spelling[0] == '-' ? LEVEL_UNARY : LEVEL_MEMBER;
    case SECOND_NAME:
    case SECOND_SELECT:
    case SECOND_INDEX:
    case SECOND_LISTING:
    case SECOND_ALL:
    case SECOND_EXISTS:
    case SECOND_FILTER:
    case SECOND_MAP:
    case SECOND_STARTS_WITH:
    case SECOND_ENDS_WITH:
    case SECOND_CONTAINS:
    case SECOND_SIZE:
    case SECOND_SUM:
    case SECOND_HAS:
        break;
    }
    return LEVEL_MEMBER;
}

static void add(struct writing *writing, const char *text)
{
    text_builder_add(&writing->text, text);
}

/* Space where it may stand and need not. */
static void add_space(struct writing *writing)
{
    static const char *const spaces[] = {" ", "", "\n", "\t ", " // a remark\n", ""};

    add(writing, spaces[choose(writing->choices, sizeof spaces / sizeof spaces[0])]);
}

/* Two parts with @sign between them; the operators of one level group from the left. */
static void write_pair(struct writing *writing, const struct second_node *node, const char *sign)
{
    enum level level = level_of(node);
    bool is_word = sign[0] == 'i';

    write_node(writing, node->parts[0], level);
    add(writing, is_word || sign[0] == '/' ? " " : ""); /* two slashes are a remark */
    add_space(writing);
    add(writing, sign);
    add(writing, is_word ? " " : "");
    add_space(writing);
    write_node(writing, node->parts[1], level + 1);
}

static void write_method(struct writing *writing, const struct second_node *node,
                         const char *method)
{
    write_node(writing, node->parts[0], LEVEL_MEMBER);
    add_space(writing);
    add(writing, ".");
    add(writing, method);
    add(writing, "(");
    if (node->name != NULL) {
        add(writing, node->name);
        add(writing, ", ");
    }
    write_node(writing, node->parts[1], LEVEL_CHOICE);
    add(writing, ")");
}

static void write_function(struct writing *writing, const struct second_node *node,
                           const char *function)
{
    add(writing, function);
    add(writing, "(");
    /* has() takes a selection as it is, without parentheses of its own. */
    write_node(writing, node->parts[0], node->operator== SECOND_HAS ? LEVEL_MEMBER : LEVEL_CHOICE);
    add(writing, ")");
}

static void write_choice(struct writing *writing, const struct second_node *node)
{
    write_node(writing, node->parts[0], LEVEL_OR);
    add(writing, " ? ");
    write_node(writing, node->parts[1], LEVEL_OR);
    add(writing, " : ");
    write_node(writing, node->parts[2], LEVEL_CHOICE);
}

/* Signs of one kind may follow each other, others may not. */
static void write_unary(struct writing *writing, const struct second_node *node, const char *sign)
{
    const struct second_node *part = node->parts[0];
    bool is_same = part->operator== node->operator||(part->operator== SECOND_CONSTANT &&
                                                     part->spelling[0] == sign[0]);
    bool is_literal =
        part->operator== SECOND_CONSTANT && part->constant.kind == SECOND_NUMBER && !is_same;

    add(writing, sign);
    if (node->operator== SECOND_MINUS && is_literal) {
        add(writing, "("); /* or the sign would belong to the number */
        write_node(writing, part, LEVEL_CHOICE);
        add(writing, ")");
        return;
    }
    write_node(writing, part, is_same ? LEVEL_UNARY : LEVEL_MEMBER);
}

static void write_list(struct writing *writing, const struct second_node *node)
{
    add(writing, "[");
    for (size_t i = 0; i < node->part_count; i++) {
        add(writing, i > 0 ? ", " : "");
        write_node(writing, node->parts[i], LEVEL_CHOICE);
    }
    add(writing, node->part_count > 0 && choose(writing->choices, 4) == 0 ? ",]" : "]");
}

static void write_index(struct writing *writing, const struct second_node *node)
{
    write_node(writing, node->parts[0], LEVEL_MEMBER);
    add(writing, "[");
    write_node(writing, node->parts[1], LEVEL_CHOICE);
    add(writing, "]");
}

static void write_plainly(struct writing *writing, const struct second_node *node)
{
    static const char *const methods[] = {[SECOND_ALL] = "all",
                                          [SECOND_EXISTS] = "exists",
                                          [SECOND_FILTER] = "filter",
                                          [SECOND_MAP] = "map",
                                          [SECOND_STARTS_WITH] = "startsWith",
                                          [SECOND_ENDS_WITH] = "endsWith",
                                          [SECOND_CONTAINS] = "contains"};
    static const char *const functions[] = {
        [SECOND_SIZE] = "size", [SECOND_SUM] = "sum", [SECOND_HAS] = "has"};

    switch (node->operator) {
    case SECOND_CONSTANT:
        add(writing, node->spelling);
        break;
    case SECOND_NAME:
        add(writing, node->name);
        break;
    case SECOND_SELECT:
        write_node(writing, node->parts[0], LEVEL_MEMBER);
        add(writing, ".");
        add(writing, node->name);
        break;
    case SECOND_INDEX:
        write_index(writing, node);
        break;
    case SECOND_LISTING:
        write_list(writing, node);
        break;
    case SECOND_NOT:
    case SECOND_MINUS:
        write_unary(writing, node, node->operator== SECOND_NOT ? "!" : "-");
        break;
    case SECOND_BINARY:
        write_pair(writing, node, node->sign);
        break;
    case SECOND_AND:
    case SECOND_OR:
        write_pair(writing, node, node->operator== SECOND_AND ? "&&" : "||");
        break;
    case SECOND_CHOICE:
        write_choice(writing, node);
        break;
    case SECOND_ALL:
    case SECOND_EXISTS:
    case SECOND_FILTER:
    case SECOND_MAP:
    case SECOND_STARTS_WITH:
    case SECOND_ENDS_WITH:
    case SECOND_CONTAINS:
        write_method(writing, node, methods[node->operator]);
        break;
    case SECOND_SIZE:
    case SECOND_SUM:
    case SECOND_HAS:
        write_function(writing, node, functions[node->operator]);
        break;
    }
}

/* Writes @node where what binds less tightly than @level needs parentheses. As deep as the rule. */
static void write_node(struct writing *writing, const struct second_node *node, enum level level)
{
    bool is_enclosed =
        level_of(node) < level || (level < LEVEL_MEMBER && choose(writing->choices, 16) == 15);

    add(writing, is_enclosed ? "(" : "");
    write_plainly(writing, node);
    add(writing, is_enclosed ? ")" : "");
}

const char *second_write(const struct second_node *node, struct choices *choices,
                         struct arena *arena)
{
    struct writing writing = {.choices = choices};

    text_builder_init(&writing.text, arena, TEXT_BYTES_MAX);
    write_node(&writing, node, LEVEL_CHOICE);
    return text_builder_finish(&writing.text);
}
