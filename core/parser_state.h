/* SPDX-License-Identifier: Apache-2.0 */
/* parser_state.h - what the two halves of the parser share: operands (parser_operands.c), and the
 * operators between them (parser.c).
 *
 * Recursive descent with one function a level of the grammar. Every cycle of the grammar leads
 * through parser_nested(), which bounds it. What returns a node or a bool gives NULL or false after
 * a fault; the first fault is kept.
 */
#ifndef CORE_PARSER_STATE_H
#define CORE_PARSER_STATE_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/parser.h"

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

/* Records @code at @offset, if nothing was before, and returns NULL. */
void *parser_refuse(struct parser *parser, enum fault code, size_t offset);

/* Refuses the token at hand: for its own fault, if it has one, else for @code. Returns NULL. */
void *parser_refuse_token(struct parser *parser, enum fault code);

/* Goes to the next token. */
void parser_step(struct parser *parser);

bool parser_is_at(const struct parser *parser, enum token_kind kind);

/* Steps over a token of @kind, or refuses what stands there for @code. */
bool parser_expect(struct parser *parser, enum token_kind kind, enum fault code);

/* Returns a new node made by what stands at @offset. */
struct node *parser_make_node(struct parser *parser, enum node_kind kind, size_t offset);

/* Parses a value with its selections, indices and calls (parser_operands.c). @is_negative: a minus
 * stood before it that belongs to the number at hand. */
struct node *parser_member(struct parser *parser, bool is_negative);

/* Parses a whole expression one level deeper (parser.c). */
struct node *parser_nested(struct parser *parser);

#endif
