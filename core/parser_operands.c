/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/parser_state.h"
#include "lib/text.h"

static struct node *make_literal(struct parser *parser, struct value value, size_t offset)
{
    struct node *node = parser_make_node(parser, NODE_LITERAL, offset);
    struct value *literal = arena_alloc(parser->arena, sizeof *literal);

    if (node == NULL || literal == NULL) {
        return parser_refuse(parser, FAULT_TOO_COMPLEX, offset);
    }
    *literal = value;
    node->literal = literal;
    return node;
}

/* Appends the current name to those of @node and steps over it. Names grow by doubling; their count
 * tells the room they have. */
static bool add_name(struct parser *parser, struct node *node)
{
    uint32_t count = node->name_count;

    if ((count & (count - 1)) == 0) {
        struct value_name *names =
            arena_array(parser->arena, count == 0 ? 1 : 2 * (size_t)count, sizeof *names);

        if (names == NULL) {
            (void)parser_refuse(parser, FAULT_TOO_COMPLEX,
                                parser->token.offset); /* as parser_expect() does */
            return false;
        }
        if (count > 0) {
            memcpy(names, node->names, count * sizeof *names);
        }
        node->names = names;
    }

    struct value_name *slot = (struct value_name *)(uintptr_t)&node->names[count];
    *slot = value_name_of(parser->token.text);
    node->name_count++;
    parser_step(parser);
    return true;
}

/* ---- names ---- */

static bool is_reserved(struct bytes name)
{
    static const char *const reserved[] = {
        "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
        "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (bytes_equal(name, bytes_of_text(reserved[i]))) {
            return true;
        }
    }
    return false;
}

/* Returns the innermost variable called @name, or VARIABLE_ROOT. */
static int find_variable(const struct parser *parser, struct bytes name)
{
    for (int i = parser->variable_count - 1; i >= 0; i--) {
        if (bytes_equal(parser->variables[i], name)) {
            return i;
        }
    }
    return VARIABLE_ROOT;
}

static struct node *parse_name(struct parser *parser)
{
    struct node *node = parser_make_node(parser, NODE_PATH, parser->token.offset);

    if (node == NULL) {
        return NULL;
    }
    if (is_reserved(parser->token.text)) {
        return parser_refuse_token(parser, FAULT_NAME_RESERVED);
    }
    node->variable = find_variable(parser, parser->token.text);
    if (node->variable != VARIABLE_ROOT) {
        parser_step(parser);
        return node;
    }
    return add_name(parser, node) ? node : NULL;
}

/* ---- literals ---- */

static struct node *parse_number(struct parser *parser, bool is_negative)
{
    char literal[NUMBER_LITERAL_BYTES_MAX + 1] = "-";
    struct bytes text = parser->token.text;
    struct number number = {0};

    if (text.size > NUMBER_LITERAL_BYTES_MAX) {
        return parser_refuse_token(parser, FAULT_NUMBER_MALFORMED);
    }
    memcpy(literal + 1, text.data, text.size);
    text = is_negative ? (struct bytes){(const uint8_t *)literal, text.size + 1} : text;

    enum number_result result = number_from_text(text, &number);
    if (result != NUMBER_OK) {
        return parser_refuse_token(parser, result == NUMBER_OVERFLOW ? FAULT_NUMBER_TOO_LARGE
                                                                     : FAULT_NUMBER_MALFORMED);
    }

    struct node *node = make_literal(parser, value_of_number(number), parser->token.offset);
    parser_step(parser);
    return node;
}

static struct node *parse_constant(struct parser *parser, struct value value)
{
    struct node *node = make_literal(parser, value, parser->token.offset);

    parser_step(parser);
    return node;
}

/* '[' [expr {',' expr} [',']] ']' */
static struct node *parse_list(struct parser *parser)
{
    struct node *node = parser_make_node(parser, NODE_LIST, parser->token.offset);

    if (node == NULL) {
        return NULL;
    }

    struct node **last = &node->parts;
    parser_step(parser);
    while (!parser_is_at(parser, TOKEN_CLOSE_BRACKET)) {
        *last = parser_nested(parser);
        if (*last == NULL) {
            return NULL;
        }
        last = &(*last)->next;
        if (parser_is_at(parser, TOKEN_COMMA)) {
            parser_step(parser);
        } else if (!parser_is_at(parser, TOKEN_CLOSE_BRACKET)) {
            return parser_refuse_token(parser, FAULT_BRACKET_EXPECTED);
        }
    }
    parser_step(parser);
    return node;
}

/* ---- functions ---- */

/* What follows "size(" and "sum(". */
static struct node *parse_argument(struct parser *parser, struct node *node)
{
    node->parts = parser_nested(parser);
    if (node->parts == NULL || !parser_expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
        return NULL;
    }
    return node;
}

static struct node *parse_date(struct parser *parser, size_t offset)
{
    int32_t date = 0;

    if (!parser_is_at(parser, TOKEN_TEXT) || !date_from_text(parser->token.text, &date)) {
        return parser_refuse_token(parser, FAULT_DATE_ARGUMENT);
    }
    parser_step(parser);
    if (!parser_expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
        return NULL;
    }
    return make_literal(parser, value_of_date(date), offset);
}

/* True if @node is written as a selection, which is then its last part. */
static bool ends_in_selection(const struct node *node)
{
    if (node->kind == NODE_PATH) {
        return node->name_count >= (node->variable == VARIABLE_ROOT ? 2 : 1);
    }
    if (node->kind != NODE_MEMBER) {
        return false;
    }

    const struct node *last = node->parts;
    while (last->next != NULL) {
        last = last->next;
    }
    return last->kind == NODE_SELECT;
}

static struct node *parse_has(struct parser *parser, struct node *node)
{
    size_t offset = parser->token.offset;

    parser->nesting++;
    if (parser->nesting > LIMIT_EXPRESSION_NESTING) {
        return parser_refuse(parser, FAULT_NESTING_TOO_DEEP, offset);
    }
    node->parts = parser_member(parser, false);
    if (node->parts == NULL) {
        return NULL;
    }
    parser->nesting--;
    if (parser->before != TOKEN_NAME || !ends_in_selection(node->parts)) {
        return parser_refuse(parser, FAULT_HAS_ARGUMENT, offset);
    }
    return parser_expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED) ? node : NULL;
}

/* A name and the parenthesis behind it. */
static struct node *parse_function(struct parser *parser)
{
    struct bytes name = parser->token.text;
    size_t offset = parser->token.offset;
    struct node *node = parser_make_node(parser, NODE_SIZE, offset);

    if (node == NULL) {
        return NULL;
    }
    if (bytes_equal(name, bytes_of_text("size"))) {
        node->kind = NODE_SIZE;
    } else if (bytes_equal(name, bytes_of_text("sum"))) {
        node->kind = NODE_SUM;
    } else if (bytes_equal(name, bytes_of_text("has"))) {
        node->kind = NODE_HAS;
    } else if (!bytes_equal(name, bytes_of_text("date"))) {
        return parser_refuse(parser, FAULT_FUNCTION_UNKNOWN, offset);
    } else {
        parser_step(parser);
        parser_step(parser);
        return parse_date(parser, offset);
    }
    parser_step(parser);
    parser_step(parser);
    return node->kind == NODE_HAS ? parse_has(parser, node) : parse_argument(parser, node);
}

/* '(' NAME ',' expr ')' behind a macro's name. */
static struct node *parse_macro(struct parser *parser, struct node *node)
{
    if (!parser_is_at(parser, TOKEN_NAME)) {
        return parser_refuse_token(parser, FAULT_NAME_EXPECTED);
    }
    if (is_reserved(parser->token.text)) {
        return parser_refuse_token(parser, FAULT_NAME_RESERVED);
    }
    if (parser->variable_count == LIMIT_EXPRESSION_VARIABLES) {
        return parser_refuse_token(parser, FAULT_NESTING_TOO_DEEP);
    }
    node->variable = parser->variable_count;
    parser->variables[parser->variable_count] = parser->token.text;
    parser_step(parser);
    if (!parser_expect(parser, TOKEN_COMMA, FAULT_COMMA_EXPECTED)) {
        return NULL;
    }
    parser->variable_count++;
    node->parts = parser_nested(parser);
    parser->variable_count--;
    if (node->parts == NULL || !parser_expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
        return NULL;
    }
    return node;
}

/* A name and the parenthesis behind it, after a dot. */
static struct node *parse_method(struct parser *parser)
{
    static const struct {
        const char *name;
        enum node_kind kind;
        enum macro macro;
        enum call call;
    } methods[] = {
        {.name = "all", .kind = NODE_MACRO, .macro = MACRO_ALL},
        {.name = "exists", .kind = NODE_MACRO, .macro = MACRO_EXISTS},
        {.name = "filter", .kind = NODE_MACRO, .macro = MACRO_FILTER},
        {.name = "map", .kind = NODE_MACRO, .macro = MACRO_MAP},
        {.name = "startsWith", .kind = NODE_CALL, .call = CALL_STARTS_WITH},
        {.name = "endsWith", .kind = NODE_CALL, .call = CALL_ENDS_WITH},
        {.name = "contains", .kind = NODE_CALL, .call = CALL_CONTAINS},
    };
    struct bytes name = parser->token.text;

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (!bytes_equal(name, bytes_of_text(methods[i].name))) {
            continue;
        }

        struct node *node = parser_make_node(parser, methods[i].kind, parser->token.offset);
        if (node == NULL) {
            return NULL;
        }
        parser_step(parser);
        parser_step(parser);
        if (node->kind == NODE_MACRO) {
            node->macro = methods[i].macro;
            return parse_macro(parser, node);
        }
        node->call = methods[i].call;
        return parse_argument(parser, node);
    }
    return parser_refuse_token(parser, FAULT_FUNCTION_UNKNOWN);
}

/* ---- values and what is done with them ---- */

static struct node *parse_parenthesis(struct parser *parser)
{
    parser_step(parser);

    struct node *node = parser_nested(parser);
    if (node == NULL || !parser_expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
        return NULL;
    }
    return node;
}

static struct node *parse_primary(struct parser *parser, bool is_negative)
{
    /* Not a switch: most kinds of token begin nothing. */
    if (parser_is_at(parser, TOKEN_NUMBER)) {
        return parse_number(parser, is_negative);
    }
    if (parser_is_at(parser, TOKEN_NAME)) {
        return parser->ahead.kind == TOKEN_OPEN ? parse_function(parser) : parse_name(parser);
    }
    if (parser_is_at(parser, TOKEN_TEXT)) {
        return parse_constant(parser, value_of_text(parser->token.text));
    }
    if (parser_is_at(parser, TOKEN_TRUE) || parser_is_at(parser, TOKEN_FALSE)) {
        return parse_constant(parser, value_of_bool(parser_is_at(parser, TOKEN_TRUE)));
    }
    if (parser_is_at(parser, TOKEN_NULL)) {
        return parse_constant(parser, (struct value){.kind = VALUE_NULL});
    }
    if (parser_is_at(parser, TOKEN_OPEN)) {
        return parse_parenthesis(parser);
    }
    if (parser_is_at(parser, TOKEN_OPEN_BRACKET)) {
        return parse_list(parser);
    }
    return parser_refuse_token(parser, FAULT_OPERAND_EXPECTED);
}

/* '[' expr ']' behind a value. */
static struct node *parse_index(struct parser *parser)
{
    struct node *node = parser_make_node(parser, NODE_INDEX, parser->token.offset);

    if (node == NULL) {
        return NULL;
    }
    parser_step(parser);
    node->parts = parser_nested(parser);
    if (node->parts == NULL ||
        !parser_expect(parser, TOKEN_CLOSE_BRACKET, FAULT_BRACKET_EXPECTED)) {
        return NULL;
    }
    return node;
}

/* Parses the step at the dot or bracket at hand, which follows @last. A further name of a path or
 * of a selection is added there, and @last itself returned. */
static struct node *parse_step(struct parser *parser, struct node *last)
{
    if (parser_is_at(parser, TOKEN_OPEN_BRACKET)) {
        return parse_index(parser);
    }
    parser_step(parser);
    if (!parser_is_at(parser, TOKEN_NAME)) {
        return parser_refuse_token(parser, FAULT_NAME_EXPECTED);
    }
    if (parser->ahead.kind == TOKEN_OPEN) {
        return parse_method(parser);
    }

    struct node *node = last;
    if (last->kind != NODE_PATH && last->kind != NODE_SELECT) {
        node = parser_make_node(parser, NODE_SELECT, parser->token.offset);
    }
    return node != NULL && add_name(parser, node) ? node : NULL;
}

struct node *parser_member(struct parser *parser, bool is_negative)
{
    struct node *first = parse_primary(parser, is_negative);
    struct node *member = NULL;
    struct node *last = first;

    while (last != NULL &&
           (parser_is_at(parser, TOKEN_DOT) || parser_is_at(parser, TOKEN_OPEN_BRACKET))) {
        struct node *added = parse_step(parser, last);

        if (added == last) {
            continue;
        }
        if (added != NULL && member == NULL) {
            member = parser_make_node(parser, NODE_MEMBER, first->offset);
            if (member == NULL) {
                return NULL;
            }
            member->parts = first;
        }
        last->next = added;
        last = added;
    }
    if (last == NULL) {
        return NULL;
    }
    return member != NULL ? member : first;
}
