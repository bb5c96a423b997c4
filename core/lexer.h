/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h - the words of a rule: names, numbers, strings and signs, each with its place.
 *
 * The text has been checked to be UTF-8. White space and comments (// to the end of the line)
 * separate and are dropped.
 */
#ifndef CORE_LEXER_H
#define CORE_LEXER_H

#include <stddef.h>
#include <stdint.h>

#include "core/fault.h"
#include "lib/arena.h"
#include "lib/bytes.h"

enum token_kind {
    TOKEN_END,
    TOKEN_FAULT,  /* fault: nothing after it can be read */
    TOKEN_NAME,   /* text: the name */
    TOKEN_NUMBER, /* text: the literal, for number_from_text() */
    TOKEN_TEXT,   /* text: what the string holds, escapes resolved */
    TOKEN_NULL,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_IN,
    TOKEN_OR,
    TOKEN_AND,
    TOKEN_NOT,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_PERCENT,
    TOKEN_QUESTION,
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_DOT,
    TOKEN_OPEN,          /* ( */
    TOKEN_CLOSE,         /* ) */
    TOKEN_OPEN_BRACKET,  /* [ */
    TOKEN_CLOSE_BRACKET, /* ] */
};

struct token {
    enum token_kind kind;
    enum fault fault;
    size_t offset; /* of its first byte; of a fault, of the byte that is wrong */
    struct bytes text;
};

struct lexer {
    struct bytes text;
    size_t at;
    struct arena *arena; /* for strings with escapes */
};

/* Reads the next token. At the end, TOKEN_END for ever; texts are borrowed from the rule or live in
 * the arena. A full arena is a TOKEN_FAULT with FAULT_TOO_COMPLEX. */
struct token lexer_next(struct lexer *lexer);

#endif
