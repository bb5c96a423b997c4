/* SPDX-License-Identifier: Apache-2.0 */
#include "core/parser.h"

#include "core/parser_state.h"
#include "lib/text.h"

/* ---- tokens and nodes ---- */

void *parser_refuse(struct parser *parser, enum fault code, size_t offset)
{
    if (parser->fault.code == FAULT_NONE) {
        parser->fault = (struct parse_fault){code, offset};
    }
    return NULL;
}

void *parser_refuse_token(struct parser *parser, enum fault code)
{
    bool is_faulty = parser->token.kind == TOKEN_FAULT;

    return parser_refuse(parser, is_faulty ? parser->token.fault : code, parser->token.offset);
}

void parser_step(struct parser *parser)
{
    parser->before = parser->token.kind;
    parser->token = parser->ahead;
    /* Nothing is read beyond a fault: where the next token begins is not known. */
    if (parser->ahead.kind != TOKEN_FAULT) {
        parser->ahead = lexer_next(&parser->lexer);
    }
}

bool parser_is_at(const struct parser *parser, enum token_kind kind)
{
    return parser->token.kind == kind;
}

bool parser_expect(struct parser *parser, enum token_kind kind, enum fault code)
{
    if (!parser_is_at(parser, kind)) {
        (void)parser_refuse_token(parser, code); /* the caller returns NULL itself */
        return false;
    }
    parser_step(parser);
    return true;
}

struct node *parser_make_node(struct parser *parser, enum node_kind kind, size_t offset)
{
    struct node *node = arena_alloc(parser->arena, sizeof *node);

    if (node == NULL) {
        return parser_refuse(parser, FAULT_TOO_COMPLEX, offset);
    }
    node->kind = kind;
    node->offset = (uint32_t)offset;
    node->variable = VARIABLE_ROOT;
    return node;
}

/* ---- operators, from the tightest ---- */

/* '!'+ member | '-'+ member | member */
static struct node *parse_unary(struct parser *parser)
{
    enum token_kind sign = parser->token.kind;
    size_t offset = parser->token.offset;
    uint32_t times = 0;

    if (sign != TOKEN_NOT && sign != TOKEN_MINUS) {
        return parser_member(parser, false);
    }
    while (parser_is_at(parser, sign)) {
        times++;
        parser_step(parser);
    }

    /* The last minus before a literal belongs to it: the lowest number has no positive. */
    bool is_negative = sign == TOKEN_MINUS && parser_is_at(parser, TOKEN_NUMBER);
    struct node *operand = parser_member(parser, is_negative);

    times -= is_negative ? 1 : 0;
    if (operand == NULL || times == 0) {
        return operand;
    }

    struct node *node =
        parser_make_node(parser, sign == TOKEN_NOT ? NODE_NOT : NODE_NEGATE, offset);
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

    struct node *chain = parser_make_node(parser, NODE_CHAIN, parser->token.offset);
    if (chain == NULL) {
        return NULL;
    }
    chain->parts = first;
    for (struct node *last = first; is_sign_of(parser->token.kind, level); last = last->next) {
        struct token sign = parser->token;

        parser_step(parser);
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
    if (first == NULL || !parser_is_at(parser, sign)) {
        return first;
    }

    struct node *junction =
        parser_make_node(parser, sign == TOKEN_OR ? NODE_OR : NODE_AND, parser->token.offset);
    if (junction == NULL) {
        return NULL;
    }
    junction->parts = first;
    for (struct node *last = first; parser_is_at(parser, sign); last = last->next) {
        parser_step(parser);
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
    if (last == NULL || !parser_is_at(parser, TOKEN_QUESTION)) {
        return last;
    }

    struct node *conditional = parser_make_node(parser, NODE_CONDITIONAL, parser->token.offset);
    if (conditional == NULL) {
        return NULL;
    }
    conditional->parts = last;
    while (parser_is_at(parser, TOKEN_QUESTION)) {
        parser_step(parser);
        last->next = parse_junction(parser, TOKEN_OR);
        last = last->next;
        if (last == NULL || !parser_expect(parser, TOKEN_COLON, FAULT_COLON_EXPECTED)) {
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

struct node *parser_nested(struct parser *parser)
{
    if (parser->nesting == LIMIT_EXPRESSION_NESTING) {
        return parser_refuse_token(parser, FAULT_NESTING_TOO_DEEP);
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
    if (root != NULL && !parser_is_at(&parser, TOKEN_END)) {
        root = parser_refuse_token(&parser, FAULT_UNEXPECTED);
    }
    *fault = parser.fault;
    return root;
}
