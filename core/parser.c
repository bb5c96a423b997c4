/* SPDX-License-Identifier: Apache-2.0 */
#include "core/parser.h"

#include <string.h>

#include "core/limits.h"
#include "lib/check.h"
#include "lib/text.h"

/* Recursive descent with one function a level of the grammar. Every cycle of the grammar leads
 * through parse_nested(), which bounds it. Each function returns NULL after a fault; the first
 * fault is kept. */
struct parser {
    struct lexer lexer;
    struct token token; /* the one to be used next */
    struct token ahead; /* the one after it */
    enum token_kind before;
    struct arena *arena;
    struct bytes variables[LIMIT_EXPRESSION_VARIABLES];
    int variable_count;
    unsigned nesting;
    struct parse_fault fault;
};

static struct node *parse_nested(struct parser *parser);

/* ---- tokens and nodes ---- */

static void *refuse(struct parser *parser, enum fault code, size_t offset)
{
    if (parser->fault.code == FAULT_NONE) {
        parser->fault = (struct parse_fault){code, offset};
    }
    return NULL;
}

/* Refuses the token at hand: for its own fault, if it has one, else for @code. */
static void *refuse_token(struct parser *parser, enum fault code)
{
    bool is_faulty = parser->token.kind == TOKEN_FAULT;

    return refuse(parser, is_faulty ? parser->token.fault : code, parser->token.offset);
}

static void step(struct parser *parser)
{
    parser->before = parser->token.kind;
    parser->token = parser->ahead;
    /* Nothing is read beyond a fault: where the next token begins is not known. */
    if (parser->ahead.kind != TOKEN_FAULT) {
        parser->ahead = lexer_next(&parser->lexer);
    }
}

static bool is_at(const struct parser *parser, enum token_kind kind)
{
    return parser->token.kind == kind;
}

/* Steps over a token of @kind, or refuses what stands there for @code. */
static bool expect(struct parser *parser, enum token_kind kind, enum fault code)
{
    if (!is_at(parser, kind)) {
        (void)refuse_token(parser, code); /* the caller returns NULL itself */
        return false;
    }
    step(parser);
    return true;
}

static struct node *make_node(struct parser *parser, enum node_kind kind, size_t offset)
{
    struct node *node = arena_alloc(parser->arena, sizeof *node);

    if (node == NULL) {
        return refuse(parser, FAULT_TOO_COMPLEX, offset);
    }
    node->kind = kind;
    node->offset = (uint32_t)offset;
    node->variable = VARIABLE_ROOT;
    return node;
}

static struct node *make_literal(struct parser *parser, struct value value, size_t offset)
{
    struct node *node = make_node(parser, NODE_LITERAL, offset);
    struct value *literal = arena_alloc(parser->arena, sizeof *literal);

    if (node == NULL || literal == NULL) {
        return refuse(parser, FAULT_TOO_COMPLEX, offset);
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
            (void)refuse(parser, FAULT_TOO_COMPLEX, parser->token.offset); /* as expect() does */
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
    step(parser);
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
    struct node *node = make_node(parser, NODE_PATH, parser->token.offset);

    if (node == NULL) {
        return NULL;
    }
    if (is_reserved(parser->token.text)) {
        return refuse_token(parser, FAULT_NAME_RESERVED);
    }
    node->variable = find_variable(parser, parser->token.text);
    if (node->variable != VARIABLE_ROOT) {
        step(parser);
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
        return refuse_token(parser, FAULT_NUMBER_MALFORMED);
    }
    memcpy(literal + 1, text.data, text.size);
    text = is_negative ? (struct bytes){(const uint8_t *)literal, text.size + 1} : text;

    enum number_result result = number_from_text(text, &number);
    if (result != NUMBER_OK) {
        return refuse_token(parser, result == NUMBER_OVERFLOW ? FAULT_NUMBER_TOO_LARGE
                                                              : FAULT_NUMBER_MALFORMED);
    }

    struct node *node = make_literal(parser, value_of_number(number), parser->token.offset);
    step(parser);
    return node;
}

static struct node *parse_constant(struct parser *parser, struct value value)
{
    struct node *node = make_literal(parser, value, parser->token.offset);

    step(parser);
    return node;
}

/* '[' [expr {',' expr} [',']] ']' */
static struct node *parse_list(struct parser *parser)
{
    struct node *node = make_node(parser, NODE_LIST, parser->token.offset);

    if (node == NULL) {
        return NULL;
    }

    struct node **last = &node->parts;
    step(parser);
    while (!is_at(parser, TOKEN_CLOSE_BRACKET)) {
        *last = parse_nested(parser);
        if (*last == NULL) {
            return NULL;
        }
        last = &(*last)->next;
        if (is_at(parser, TOKEN_COMMA)) {
            step(parser);
        } else if (!is_at(parser, TOKEN_CLOSE_BRACKET)) {
            return refuse_token(parser, FAULT_BRACKET_EXPECTED);
        }
    }
    step(parser);
    return node;
}

/* ---- functions ---- */

static struct node *parse_member(struct parser *parser, bool is_negative);

/* What follows "size(" and "sum(". */
static struct node *parse_argument(struct parser *parser, struct node *node)
{
    node->parts = parse_nested(parser);
    if (node->parts == NULL || !expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
        return NULL;
    }
    return node;
}

static struct node *parse_date(struct parser *parser, size_t offset)
{
    int32_t date = 0;

    if (!is_at(parser, TOKEN_TEXT) || !date_from_text(parser->token.text, &date)) {
        return refuse_token(parser, FAULT_DATE_ARGUMENT);
    }
    step(parser);
    if (!expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
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
        return refuse(parser, FAULT_NESTING_TOO_DEEP, offset);
    }
    node->parts = parse_member(parser, false);
    if (node->parts == NULL) {
        return NULL;
    }
    parser->nesting--;
    if (parser->before != TOKEN_NAME || !ends_in_selection(node->parts)) {
        return refuse(parser, FAULT_HAS_ARGUMENT, offset);
    }
    return expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED) ? node : NULL;
}

/* A name and the parenthesis behind it. */
static struct node *parse_function(struct parser *parser)
{
    struct bytes name = parser->token.text;
    size_t offset = parser->token.offset;
    struct node *node = make_node(parser, NODE_SIZE, offset);

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
        return refuse(parser, FAULT_FUNCTION_UNKNOWN, offset);
    } else {
        step(parser);
        step(parser);
        return parse_date(parser, offset);
    }
    step(parser);
    step(parser);
    return node->kind == NODE_HAS ? parse_has(parser, node) : parse_argument(parser, node);
}

/* '(' NAME ',' expr ')' behind a macro's name. */
static struct node *parse_macro(struct parser *parser, struct node *node)
{
    if (!is_at(parser, TOKEN_NAME)) {
        return refuse_token(parser, FAULT_NAME_EXPECTED);
    }
    if (is_reserved(parser->token.text)) {
        return refuse_token(parser, FAULT_NAME_RESERVED);
    }
    if (parser->variable_count == LIMIT_EXPRESSION_VARIABLES) {
        return refuse_token(parser, FAULT_NESTING_TOO_DEEP);
    }
    node->variable = parser->variable_count;
    parser->variables[parser->variable_count] = parser->token.text;
    step(parser);
    if (!expect(parser, TOKEN_COMMA, FAULT_COMMA_EXPECTED)) {
        return NULL;
    }
    parser->variable_count++;
    node->parts = parse_nested(parser);
    parser->variable_count--;
    if (node->parts == NULL || !expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
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

        struct node *node = make_node(parser, methods[i].kind, parser->token.offset);
        if (node == NULL) {
            return NULL;
        }
        step(parser);
        step(parser);
        if (node->kind == NODE_MACRO) {
            node->macro = methods[i].macro;
            return parse_macro(parser, node);
        }
        node->call = methods[i].call;
        return parse_argument(parser, node);
    }
    return refuse_token(parser, FAULT_FUNCTION_UNKNOWN);
}

/* ---- the levels of the grammar, from the tightest ---- */

static struct node *parse_parenthesis(struct parser *parser)
{
    step(parser);

    struct node *node = parse_nested(parser);
    if (node == NULL || !expect(parser, TOKEN_CLOSE, FAULT_PARENTHESIS_EXPECTED)) {
        return NULL;
    }
    return node;
}

static struct node *parse_primary(struct parser *parser, bool is_negative)
{
    /* Not a switch: most kinds of token begin nothing. */
    if (is_at(parser, TOKEN_NUMBER)) {
        return parse_number(parser, is_negative);
    }
    if (is_at(parser, TOKEN_NAME)) {
        return parser->ahead.kind == TOKEN_OPEN ? parse_function(parser) : parse_name(parser);
    }
    if (is_at(parser, TOKEN_TEXT)) {
        return parse_constant(parser, value_of_text(parser->token.text));
    }
    if (is_at(parser, TOKEN_TRUE) || is_at(parser, TOKEN_FALSE)) {
        return parse_constant(parser, value_of_bool(is_at(parser, TOKEN_TRUE)));
    }
    if (is_at(parser, TOKEN_NULL)) {
        return parse_constant(parser, (struct value){.kind = VALUE_NULL});
    }
    if (is_at(parser, TOKEN_OPEN)) {
        return parse_parenthesis(parser);
    }
    if (is_at(parser, TOKEN_OPEN_BRACKET)) {
        return parse_list(parser);
    }
    return refuse_token(parser, FAULT_OPERAND_EXPECTED);
}

/* '[' expr ']' behind a value. */
static struct node *parse_index(struct parser *parser)
{
    struct node *node = make_node(parser, NODE_INDEX, parser->token.offset);

    if (node == NULL) {
        return NULL;
    }
    step(parser);
    node->parts = parse_nested(parser);
    if (node->parts == NULL || !expect(parser, TOKEN_CLOSE_BRACKET, FAULT_BRACKET_EXPECTED)) {
        return NULL;
    }
    return node;
}

/* Parses the step at the dot or bracket at hand, which follows @last. A further name of a path or
 * of a selection is added there, and @last itself returned. */
static struct node *parse_step(struct parser *parser, struct node *last)
{
    if (is_at(parser, TOKEN_OPEN_BRACKET)) {
        return parse_index(parser);
    }
    step(parser);
    if (!is_at(parser, TOKEN_NAME)) {
        return refuse_token(parser, FAULT_NAME_EXPECTED);
    }
    if (parser->ahead.kind == TOKEN_OPEN) {
        return parse_method(parser);
    }

    struct node *node = last;
    if (last->kind != NODE_PATH && last->kind != NODE_SELECT) {
        node = make_node(parser, NODE_SELECT, parser->token.offset);
    }
    return node != NULL && add_name(parser, node) ? node : NULL;
}

static struct node *parse_member(struct parser *parser, bool is_negative)
{
    struct node *first = parse_primary(parser, is_negative);
    struct node *member = NULL;
    struct node *last = first;

    while (last != NULL && (is_at(parser, TOKEN_DOT) || is_at(parser, TOKEN_OPEN_BRACKET))) {
        struct node *added = parse_step(parser, last);

        if (added == last) {
            continue;
        }
        if (added != NULL && member == NULL) {
            member = make_node(parser, NODE_MEMBER, first->offset);
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

/* '!'+ member | '-'+ member | member */
static struct node *parse_unary(struct parser *parser)
{
    enum token_kind sign = parser->token.kind;
    size_t offset = parser->token.offset;
    uint32_t times = 0;

    if (sign != TOKEN_NOT && sign != TOKEN_MINUS) {
        return parse_member(parser, false);
    }
    while (is_at(parser, sign)) {
        times++;
        step(parser);
    }

    /* The last minus before a literal belongs to it: the lowest number has no positive. */
    bool is_negative = sign == TOKEN_MINUS && is_at(parser, TOKEN_NUMBER);
    struct node *operand = parse_member(parser, is_negative);

    times -= is_negative ? 1 : 0;
    if (operand == NULL || times == 0) {
        return operand;
    }

    struct node *node = make_node(parser, sign == TOKEN_NOT ? NODE_NOT : NODE_NEGATE, offset);
    if (node == NULL) {
        return NULL;
    }
    node->parts = operand;
    node->times = times;
    return node;
}

enum level { LEVEL_RELATION, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_UNARY };

static bool is_sign_of(enum token_kind sign, enum level level)
{
    switch (level) {
    case LEVEL_RELATION:
        return sign == TOKEN_IN || (sign >= TOKEN_LESS && sign <= TOKEN_NOT_EQUAL);
    case LEVEL_SUM:
        return sign == TOKEN_PLUS || sign == TOKEN_MINUS;
    case LEVEL_PRODUCT:
        return sign == TOKEN_STAR || sign == TOKEN_SLASH || sign == TOKEN_PERCENT;
    case LEVEL_UNARY:
        return false;
    }
    return false;
}

/* rel, add and mul: operands of the next level and the signs between them. Recurses three levels.
 */
static struct node *parse_chain(struct parser *parser, enum level level)
{
    if (level == LEVEL_UNARY) {
        return parse_unary(parser);
    }

    struct node *first = parse_chain(parser, level + 1);
    if (first == NULL || !is_sign_of(parser->token.kind, level)) {
        return first;
    }

    struct node *chain = make_node(parser, NODE_CHAIN, parser->token.offset);
    if (chain == NULL) {
        return NULL;
    }
    chain->parts = first;
    for (struct node *last = first; is_sign_of(parser->token.kind, level); last = last->next) {
        struct token sign = parser->token;

        step(parser);
        last->next = parse_chain(parser, level + 1);
        if (last->next == NULL) {
            return NULL;
        }
        last->next->sign = sign.kind;
        last->next->sign_offset = (uint32_t)sign.offset;
    }
    return chain;
}

/* or and and: two or more parts side by side, or the one. Recurses one level. */
static struct node *parse_junction(struct parser *parser, enum token_kind sign)
{
    struct node *first =
        sign == TOKEN_OR ? parse_junction(parser, TOKEN_AND) : parse_chain(parser, LEVEL_RELATION);
    if (first == NULL || !is_at(parser, sign)) {
        return first;
    }

    struct node *junction =
        make_node(parser, sign == TOKEN_OR ? NODE_OR : NODE_AND, parser->token.offset);
    if (junction == NULL) {
        return NULL;
    }
    junction->parts = first;
    for (struct node *last = first; is_at(parser, sign); last = last->next) {
        step(parser);
        last->next = sign == TOKEN_OR ? parse_junction(parser, TOKEN_AND)
                                      : parse_chain(parser, LEVEL_RELATION);
        if (last->next == NULL) {
            return NULL;
        }
    }
    return junction;
}

/* or ['?' or ':' expr], the last expr taken in the same loop. */
static struct node *parse_conditional(struct parser *parser)
{
    struct node *last = parse_junction(parser, TOKEN_OR);
    if (last == NULL || !is_at(parser, TOKEN_QUESTION)) {
        return last;
    }

    struct node *conditional = make_node(parser, NODE_CONDITIONAL, parser->token.offset);
    if (conditional == NULL) {
        return NULL;
    }
    conditional->parts = last;
    while (is_at(parser, TOKEN_QUESTION)) {
        step(parser);
        last->next = parse_junction(parser, TOKEN_OR);
        last = last->next;
        if (last == NULL || !expect(parser, TOKEN_COLON, FAULT_COLON_EXPECTED)) {
            return NULL;
        }
        last->next = parse_junction(parser, TOKEN_OR);
        last = last->next;
        if (last == NULL) {
            return NULL;
        }
    }
    return conditional;
}

static struct node *parse_nested(struct parser *parser)
{
    if (parser->nesting == LIMIT_EXPRESSION_NESTING) {
        return refuse_token(parser, FAULT_NESTING_TOO_DEEP);
    }
    parser->nesting++;

    struct node *node = parse_conditional(parser);

    parser->nesting--;
    return node;
}

const struct node *parse_expression(struct bytes text, const char *variable, struct arena *arena,
                                    struct parse_fault *fault)
{
    struct parser parser = {.lexer = {.text = text, .arena = arena}, .arena = arena};
    struct node *root = NULL;

    *fault = (struct parse_fault){FAULT_NONE, 0};
    if (text.size > LIMIT_EXPRESSION_BYTES) {
        *fault = (struct parse_fault){FAULT_TEXT_TOO_LONG, LIMIT_EXPRESSION_BYTES};
        return NULL;
    }
    if (!text_is_utf8(text)) {
        *fault = (struct parse_fault){FAULT_NOT_UTF8, 0};
        return NULL;
    }
    if (variable != NULL) {
        parser.variables[0] = bytes_of_text(variable);
        parser.variable_count = 1;
    }
    parser.token = lexer_next(&parser.lexer);
    parser.ahead = parser.token.kind == TOKEN_FAULT ? parser.token : lexer_next(&parser.lexer);

    root = parse_conditional(&parser);
    if (root != NULL && !is_at(&parser, TOKEN_END)) {
        root = refuse_token(&parser, FAULT_UNEXPECTED);
    }
    *fault = parser.fault;
    return root;
}
