/* SPDX-License-Identifier: Apache-2.0 */
/* Rules made by choices: mostly of the type that is wanted, so that they come to a value. */
#include "lib/check.h"
#include "tests/fuzz/second.h"

enum { DEPTH_MAX = 7, VARIABLES_MAX = 8 };

enum wanted { WANT_BOOL, WANT_NUMBER, WANT_TEXT, WANT_DATE, WANT_NUMBERS, WANT_ROWS, WANT_COUNT };

/* A rule being made. */
struct making_rule {
    struct choices *choices;
    struct arena *arena;
    unsigned depth;
    const char *variables[VARIABLES_MAX];
    enum wanted types[VARIABLES_MAX]; /* of the elements: a number or, WANT_ROWS, an object */
    size_t variable_count;
};

#define NUMBER(text, numerator, denominator)                            \
    {                                                                   \
        text,                                                           \
        {                                                               \
            .kind = SECOND_NUMBER, .number = { numerator, denominator } \
        }                                                               \
    }
#define TEXT(text_, value_, size)                                           \
    {                                                                       \
        text_,                                                              \
        {                                                                   \
            .kind = SECOND_TEXT, .text = {(const uint8_t *)(value_), size } \
        }                                                                   \
    }
#define DATE(text, value_)                        \
    {                                             \
        text,                                     \
        {                                         \
            .kind = SECOND_DATE, .date = (value_) \
        }                                         \
    }

struct constant {
    const char *spelling;
    struct second_value value;
};

static const struct constant numbers[] = {
    NUMBER("0", 0, 1),
    NUMBER("1", 1, 1),
    NUMBER("2", 2, 1),
    NUMBER("3.0", 3, 1),
    NUMBER("-1", -1, 1),
    NUMBER("0.1", 1, 10),
    NUMBER(".25", 1, 4),
    NUMBER("2.5e-3", 1, 400),
    NUMBER("1e3", 1000, 1),
    NUMBER("1E+2", 100, 1),
    NUMBER("0x1F", 31, 1),
    NUMBER("9223372036854775807", INT64_MAX, 1),
    NUMBER("-9223372036854775808", INT64_MIN, 1),
    NUMBER("0x7fffffffffffffff", INT64_MAX, 1),
    NUMBER("5e-19", 1, INT64_C(2000000000000000000)),
    NUMBER("0.333333333333333333", INT64_C(333333333333333333), INT64_C(1000000000000000000)),
    NUMBER("4294967296", INT64_C(4294967296), 1),
    NUMBER("3037000500", INT64_C(3037000500), 1),
};

static const struct constant texts[] = {
    TEXT("''", "", 0),
    TEXT("'a'", "a", 1),
    TEXT("\"ab\"", "ab", 2),
    TEXT("'''a'b'''", "a'b", 3),
    TEXT("r'\\a'", "\\a", 2),
    TEXT("'\\x61\\142'", "ab", 2),
    TEXT("'\\u9e33\\U00006eaa'", "鸳溪", 6),
    TEXT("'鸳'", "鸳", 3),
    TEXT("'a\\000b'", "a\0b", 3),
    TEXT("\"\"\"a\n\"\"\"", "a\n", 2),
    TEXT("R\"b\\\"", "b\\", 2),
    TEXT("'\\'\\\"\\?\\`'", "'\"?`", 4),
};

static const struct constant dates[] = {
    DATE("date('2026-03-10')", 20260310),
    DATE("date('2000-02-29')", 20000229),
    DATE("date( \"0001-01-01\" )", 10101),
};

static const struct constant bools[] = {
    {"true", {.kind = SECOND_BOOL, .truth = true}},
    {"false", {.kind = SECOND_BOOL, .truth = false}},
    {"null", {.kind = SECOND_NULL}},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const signs_of_numbers[] = {"+", "-", "*", "/", "%"};
static const char *const signs_of_order[] = {"<", "<=", ">", ">=", "==", "!="};

static const struct second_node *make_node(struct making_rule *making, enum wanted wanted);

static struct second_node *node_of(struct making_rule *making, enum second_operator operator)
{
    struct second_node *node = arena_alloc(making->arena, sizeof *node);

    require(node != NULL);
    node->operator= operator;
    return node;
}

static void add_part(struct second_node *node, const struct second_node *part)
{
    node->parts[node->part_count] = part;
    node->part_count++;
}

static const struct second_node *constant_of(struct making_rule *making,
                                             const struct constant *rows, size_t count)
{
    const struct constant *row = &rows[choose(making->choices, (unsigned)count)];
    struct second_node *node = node_of(making, SECOND_CONSTANT);

    node->spelling = row->spelling;
    node->constant = row->value;
    return node;
}

static const struct second_node *name_of(struct making_rule *making, const char *name)
{
    struct second_node *node = node_of(making, SECOND_NAME);

    node->name = name;
    return node;
}

static const struct second_node *select_of(struct making_rule *making,
                                           const struct second_node *from, const char *name)
{
    struct second_node *node = node_of(making, SECOND_SELECT);

    add_part(node, from);
    node->name = name;
    return node;
}

/* ---- fields: those of target_rules.c, and some that there are not ---- */

static const struct second_node *make_field(struct making_rule *making, enum wanted wanted)
{
    static const char *const fields[WANT_COUNT][4] = {
        [WANT_BOOL] = {"f", "g", "zero", "missing"},
        [WANT_NUMBER] = {"a", "b", "zero", "missing"},
        [WANT_TEXT] = {"s", "t", "size", "zero"},
        [WANT_DATE] = {"d", "date", "zero", "missing"},
        [WANT_NUMBERS] = {"l", "none", "zero", "gaps"},
        [WANT_ROWS] = {"rows", "none", "zero", "rows"},
    };
    static const char *const below[] = {"x", "y", "map", "package"};
    unsigned which = choose(making->choices, 8);

    if (which < 4) {
        return name_of(making, fields[wanted][which]);
    }
    if (which == 4 && making->variable_count > 0) {
        size_t index = choose(making->choices, (unsigned)making->variable_count);

        return name_of(making, making->variables[index]);
    }
    const struct second_node *object = name_of(making, which == 5 ? "absent" : "o");
    if (which == 6) {
        object = select_of(making, object, "p");
    }
    return select_of(making, object, below[choose(making->choices, COUNT(below))]);
}

/* Something of an element, where a variable stands for one. */
static const struct second_node *make_of_element(struct making_rule *making, enum wanted wanted)
{
    static const char *const members[WANT_COUNT] = {
        [WANT_BOOL] = "ok",   [WANT_NUMBER] = "w",    [WANT_TEXT] = "id",
        [WANT_DATE] = "when", [WANT_NUMBERS] = "sub", [WANT_ROWS] = "sub"};
    size_t last = making->variable_count - 1;

    if (making->types[last] == WANT_ROWS) {
        return select_of(making, name_of(making, making->variables[last]), members[wanted]);
    }
    return name_of(making, making->variables[last]);
}

/* ---- operators ---- */

static const struct second_node *make_binary(struct making_rule *making, const char *sign,
                                             enum wanted left, enum wanted right)
{
    struct second_node *node = node_of(making, SECOND_BINARY);

    node->sign = sign;
    add_part(node, make_node(making, left));
    add_part(node, make_node(making, right));
    return node;
}

static const struct second_node *make_unary(struct making_rule *making,
                                            enum second_operator operator, enum wanted wanted)
{
    struct second_node *node = node_of(making, operator);

    add_part(node, make_node(making, wanted));
    return node;
}

static const struct second_node *make_pair(struct making_rule *making,
                                           enum second_operator operator, enum wanted wanted)
{
    struct second_node *node = node_of(making, operator);

    add_part(node, make_node(making, wanted));
    add_part(node, make_node(making, wanted));
    return node;
}

static const struct second_node *make_macro(struct making_rule *making,
                                            enum second_operator operator, enum wanted body)
{
    static const char *const variables[] = {"x", "y", "a", "item"};
    enum wanted list = choose(making->choices, 2) == 0 ? WANT_NUMBERS : WANT_ROWS;
    struct second_node *node = node_of(making, operator);

    add_part(node, make_node(making, list));
    node->name = variables[choose(making->choices, COUNT(variables))];
    if (making->variable_count == VARIABLES_MAX) {
        add_part(node, constant_of(making, bools, 2));
        return node;
    }
    making->variables[making->variable_count] = node->name;
    making->types[making->variable_count] = list;
    making->variable_count++;
    add_part(node, make_node(making, body));
    making->variable_count--;
    return node;
}

static const struct second_node *make_choice(struct making_rule *making, enum wanted wanted)
{
    struct second_node *node = node_of(making, SECOND_CHOICE);

    add_part(node, make_node(making, WANT_BOOL));
    add_part(node, make_node(making, wanted));
    add_part(node, make_node(making, wanted));
    return node;
}

static const struct second_node *make_index(struct making_rule *making, enum wanted list)
{
    struct second_node *node = node_of(making, SECOND_INDEX);

    add_part(node, make_node(making, list));
    add_part(node, make_node(making, WANT_NUMBER));
    return node;
}

static const struct second_node *make_list(struct making_rule *making, enum wanted element)
{
    struct second_node *node = node_of(making, SECOND_LISTING);
    unsigned count = choose(making->choices, SECOND_PARTS_MAX + 1);

    for (unsigned i = 0; i < count; i++) {
        add_part(node, make_node(making, element));
    }
    return node;
}

static const struct second_node *make_has(struct making_rule *making)
{
    struct second_node *node = node_of(making, SECOND_HAS);
    const struct second_node *from = make_field(making, WANT_NUMBER);

    add_part(node, select_of(making, from, choose(making->choices, 2) == 0 ? "x" : "w"));
    return node;
}

static const struct second_node *make_null_test(struct making_rule *making, enum wanted wanted)
{
    struct second_node *node = node_of(making, SECOND_BINARY);
    bool is_first = choose(making->choices, 2) == 0;
    const struct second_node *null = constant_of(making, bools + 2, 1);
    const struct second_node *tested = make_node(making, wanted);

    node->sign = choose(making->choices, 2) == 0 ? "==" : "!=";
    add_part(node, is_first ? null : tested);
    add_part(node, is_first ? tested : null);
    return node;
}

static enum wanted any_type(struct making_rule *making)
{
    return (enum wanted)choose(making->choices, WANT_COUNT);
}

static const struct second_node *make_bool(struct making_rule *making)
{
    enum wanted type = any_type(making);

    switch (choose(making->choices, 12)) {
    case 0:
        return make_pair(making, SECOND_AND, WANT_BOOL);
    case 1:
        return make_pair(making, SECOND_OR, WANT_BOOL);
    case 2:
        return make_unary(making, SECOND_NOT, WANT_BOOL);
    case 3:
        return make_binary(making, "in", type, WANT_NUMBERS);
    case 4:
        return make_null_test(making, type);
    case 5:
        return make_has(making);
    case 6:
        return make_macro(making, SECOND_ALL, WANT_BOOL);
    case 7:
        return make_macro(making, SECOND_EXISTS, WANT_BOOL);
    case 8:
        return make_pair(making,
                         (enum second_operator)(SECOND_STARTS_WITH + choose(making->choices, 3)),
                         WANT_TEXT);
    default:
        return make_binary(making, signs_of_order[choose(making->choices, 6)], type, type);
    }
}

static const struct second_node *make_number(struct making_rule *making)
{
    switch (choose(making->choices, 8)) {
    case 0:
        return make_unary(making, SECOND_MINUS, WANT_NUMBER);
    case 1:
        return make_unary(making, SECOND_SIZE,
                          choose(making->choices, 2) == 0 ? WANT_TEXT : WANT_ROWS);
    case 2:
        return make_unary(making, SECOND_SUM, WANT_NUMBERS);
    case 3:
        return make_index(making, WANT_NUMBERS);
    default:
        return make_binary(making, signs_of_numbers[choose(making->choices, 5)], WANT_NUMBER,
                           WANT_NUMBER);
    }
}

static const struct second_node *make_lists(struct making_rule *making, enum wanted wanted)
{
    switch (choose(making->choices, 4)) {
    case 0:
        return make_binary(making, "+", wanted, wanted);
    case 1:
        return make_macro(making, SECOND_FILTER, WANT_BOOL);
    case 2:
        return make_macro(making, SECOND_MAP, wanted == WANT_NUMBERS ? WANT_NUMBER : WANT_ROWS);
    default:
        return make_list(making, wanted == WANT_NUMBERS ? WANT_NUMBER : any_type(making));
    }
}

static const struct second_node *make_leaf(struct making_rule *making, enum wanted wanted)
{
    if (choose(making->choices, 2) == 0) {
        return making->variable_count > 0 && choose(making->choices, 2) == 0
                   ? make_of_element(making, wanted)
                   : make_field(making, wanted);
    }
    switch (wanted) {
    case WANT_BOOL:
        return constant_of(making, bools, COUNT(bools));
    case WANT_TEXT:
        return constant_of(making, texts, COUNT(texts));
    case WANT_DATE:
        return constant_of(making, dates, COUNT(dates));
    case WANT_NUMBER:
    case WANT_NUMBERS:
    case WANT_ROWS:
    case WANT_COUNT:
        break;
    }
    return wanted == WANT_NUMBER ? constant_of(making, numbers, COUNT(numbers))
                                 : make_field(making, wanted);
}

/* The recursion is bounded by DEPTH_MAX. */
static const struct second_node *make_node(struct making_rule *making, enum wanted wanted)
{
    const struct second_node *node = NULL;
    unsigned turn = choose(making->choices, 32);

    if (making->depth == DEPTH_MAX || !choices_are_left(making->choices) || turn < 8) {
        return make_leaf(making, wanted);
    }
    making->depth++;
    if (turn == 8) {
        node = make_choice(making, wanted);
    } else if (turn == 9) {
        node = make_node(making, any_type(making)); /* of a type that may be wrong */
    } else if (turn == 10) {
        node = make_index(making, WANT_ROWS);
    } else if (wanted == WANT_BOOL) {
        node = make_bool(making);
    } else if (wanted == WANT_NUMBER) {
        node = make_number(making);
    } else if (wanted == WANT_NUMBERS || wanted == WANT_ROWS) {
        node = make_lists(making, wanted);
    } else if (wanted == WANT_TEXT) {
        node = make_binary(making, "+", WANT_TEXT, WANT_TEXT);
    } else {
        node = make_leaf(making, wanted);
    }
    making->depth--;
    return node;
}

const struct second_node *second_make(struct choices *choices, struct arena *arena)
{
    struct making_rule making = {.choices = choices, .arena = arena};

    return make_node(&making, any_type(&making));
}
