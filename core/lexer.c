/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lexer.h"

#include <stdbool.h>
#include <string.h>

#include "lib/text.h"

/* Returns the byte @ahead of where @lexer is, or 0 beyond the end. A zero byte in the text is no
 * valid character, so the two need not be told apart here. */
static uint8_t peek(const struct lexer *lexer, size_t ahead)
{
    return ahead < lexer->text.size - lexer->at ? lexer->text.data[lexer->at + ahead] : 0;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_part(uint8_t c)
{
    return is_name_start(c) || is_digit(c);
}

static int hex_digit(uint8_t c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct token make_fault(enum fault fault, size_t offset)
{
    return (struct token){.kind = TOKEN_FAULT, .fault = fault, .offset = offset};
}

/* Makes a token of @size bytes and steps over it. */
static struct token take(struct lexer *lexer, enum token_kind kind, size_t size)
{
    struct token token = {
        .kind = kind,
        .offset = lexer->at,
        .text = {lexer->text.data + lexer->at, size},
    };

    lexer->at += size;
    return token;
}

static void skip_space(struct lexer *lexer)
{
    for (;;) {
        uint8_t c = peek(lexer, 0);

        if (c == '/' && peek(lexer, 1) == '/') {
            while (lexer->at < lexer->text.size && peek(lexer, 0) != '\n') {
                lexer->at++;
            }
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            lexer->at++;
        } else {
            return;
        }
    }
}

static struct token read_name(struct lexer *lexer)
{
    static const struct {
        const char *text;
        enum token_kind kind;
    } keywords[] = {
        {"null", TOKEN_NULL}, {"true", TOKEN_TRUE}, {"false", TOKEN_FALSE}, {"in", TOKEN_IN}};
    size_t size = 1;

    while (is_name_part(peek(lexer, size))) {
        size++;
    }

    struct token token = take(lexer, TOKEN_NAME, size);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (bytes_equal(token.text, bytes_of_text(keywords[i].text))) {
            token.kind = keywords[i].kind;
        }
    }
    return token;
}

/* Takes what belongs to a number and leaves its judgement to number_from_text(). */
static struct token read_number(struct lexer *lexer)
{
    size_t size = 0;

    if (peek(lexer, 0) == '0' && peek(lexer, 1) == 'x') {
        size = 2;
    } else {
        while (is_digit(peek(lexer, size))) {
            size++;
        }
        if (peek(lexer, size) == '.' && is_digit(peek(lexer, size + 1))) {
            size++;
            while (is_digit(peek(lexer, size))) {
                size++;
            }
        }
        if (peek(lexer, size) == 'e' || peek(lexer, size) == 'E') {
            uint8_t sign = peek(lexer, size + 1);

            size += sign == '+' || sign == '-' ? 2 : 1;
        }
    }
    while (is_name_part(peek(lexer, size))) {
        size++;
    }
    return take(lexer, TOKEN_NUMBER, size);
}

/* ---- strings ---- */

/* A string literal as it stands: its opening is @quote, once or three times. */
struct quotation {
    uint8_t quote;
    size_t quote_count;
    bool is_raw;
};

static bool is_closed_here(const struct lexer *lexer, struct quotation quotation)
{
    for (size_t i = 0; i < quotation.quote_count; i++) {
        if (peek(lexer, i) != quotation.quote) {
            return false;
        }
    }
    return true;
}

/* Returns the value of @count digits of @base at @ahead, or -1. */
static int64_t read_code(const struct lexer *lexer, size_t ahead, size_t count, int base)
{
    int64_t value = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = hex_digit(peek(lexer, ahead + i));

        if (digit < 0 || digit >= base) {
            return -1;
        }
        value = value * base + digit;
    }
    return value;
}

/* Reads an escape that names a code point by its number. Returns how many bytes it wrote at @out,
 * or 0 if it is not one. */
static size_t read_numbered_escape(struct lexer *lexer, uint8_t *out)
{
    size_t start = 2;
    size_t count = 0;
    int base = 16;

    switch (peek(lexer, 1)) {
    case 'x':
    case 'X':
        count = 2;
        break;
    case 'u':
        count = 4;
        break;
    case 'U':
        count = 8;
        break;
    default:
        start = 1;
        count = 3;
        base = 8;
        break;
    }

    int64_t code = read_code(lexer, start, count, base);
    if (code < 0 || code > (base == 8 ? 0xFF : TEXT_CODE_POINT_MAX)) {
        return 0;
    }
    lexer->at += start + count;
    return text_put_code_point((uint32_t)code, out);
}

/* Reads the escape at the backslash. Returns how many bytes it wrote at @out, 0 if it is invalid.
 */
static size_t read_escape(struct lexer *lexer, uint8_t *out)
{
    static const char letters[] = "abfnrtv\\?\"'`";
    static const char meanings[] = "\a\b\f\n\r\t\v\\?\"'`";
    uint8_t letter = peek(lexer, 1);
    const char *found = letter == 0 ? NULL : strchr(letters, letter);

    if (found == NULL) {
        return read_numbered_escape(lexer, out);
    }
    out[0] = (uint8_t)meanings[found - letters];
    lexer->at += 2;
    return 1;
}

/* Returns how many bytes from here on the string may take: up to the closing quotes of a raw one,
 * no less than those of another. Returns false if it is not closed. */
static bool find_end(const struct lexer *lexer, struct quotation quotation, size_t *size)
{
    struct lexer ahead = *lexer;

    while (ahead.at < ahead.text.size) {
        uint8_t c = peek(&ahead, 0);

        if (is_closed_here(&ahead, quotation)) {
            *size = ahead.at - lexer->at;
            return true;
        }
        if (quotation.quote_count == 1 && (c == '\n' || c == '\r')) {
            return false;
        }
        ahead.at += c == '\\' && !quotation.is_raw ? 2 : 1;
        if (ahead.at > ahead.text.size) {
            return false;
        }
    }
    return false;
}

/* Resolves the escapes of the @size bytes here. An escape is never shorter than what it stands for,
 * so @size bytes hold the result. */
static struct token resolve(struct lexer *lexer, size_t start, size_t size)
{
    size_t end = lexer->at + size;
    uint8_t *data = arena_alloc(lexer->arena, size + TEXT_CODE_POINT_BYTES);
    size_t count = 0;

    if (data == NULL) {
        return make_fault(FAULT_TOO_COMPLEX, start);
    }
    while (lexer->at < end) {
        if (peek(lexer, 0) != '\\') {
            data[count] = peek(lexer, 0);
            count++;
            lexer->at++;
            continue;
        }

        size_t escape_at = lexer->at;
        size_t written = read_escape(lexer, data + count);
        if (written == 0 || lexer->at > end) {
            return make_fault(FAULT_ESCAPE, escape_at);
        }
        count += written;
    }
    return (struct token){.kind = TOKEN_TEXT, .offset = start, .text = {data, count}};
}

static struct token read_text(struct lexer *lexer)
{
    size_t start = lexer->at;
    struct quotation quotation = {.is_raw = peek(lexer, 0) == 'r' || peek(lexer, 0) == 'R'};
    size_t size = 0;

    lexer->at += quotation.is_raw ? 1 : 0;
    quotation.quote = peek(lexer, 0);
    quotation.quote_count = 3;
    if (!is_closed_here(lexer, quotation)) {
        quotation.quote_count = 1;
    }
    lexer->at += quotation.quote_count;
    if (!find_end(lexer, quotation, &size)) {
        return make_fault(FAULT_TEXT_NOT_CLOSED, start);
    }

    struct token token = {.kind = TOKEN_TEXT, .offset = start};
    token.text = (struct bytes){lexer->text.data + lexer->at, size};
    if (quotation.is_raw || size == 0 || memchr(token.text.data, '\\', size) == NULL) {
        lexer->at += size;
    } else {
        token = resolve(lexer, start, size);
    }
    lexer->at += quotation.quote_count;
    return token;
}

/* ---- signs ---- */

static struct token read_sign(struct lexer *lexer)
{
    static const struct {
        char text[3];
        enum token_kind kind;
    } signs[] = {
        {"||", TOKEN_OR},          {"&&", TOKEN_AND},
        {"<=", TOKEN_LESS_EQUAL},  {">=", TOKEN_GREATER_EQUAL},
        {"==", TOKEN_EQUAL},       {"!=", TOKEN_NOT_EQUAL},
        {"!", TOKEN_NOT},          {"<", TOKEN_LESS},
        {">", TOKEN_GREATER},      {"+", TOKEN_PLUS},
        {"-", TOKEN_MINUS},        {"*", TOKEN_STAR},
        {"/", TOKEN_SLASH},        {"%", TOKEN_PERCENT},
        {"?", TOKEN_QUESTION},     {":", TOKEN_COLON},
        {",", TOKEN_COMMA},        {".", TOKEN_DOT},
        {"(", TOKEN_OPEN},         {")", TOKEN_CLOSE},
        {"[", TOKEN_OPEN_BRACKET}, {"]", TOKEN_CLOSE_BRACKET},
    };

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t size = strlen(signs[i].text);

        if (peek(lexer, 0) == (uint8_t)signs[i].text[0] &&
            (size == 1 || peek(lexer, 1) == (uint8_t)signs[i].text[1])) {
            return take(lexer, signs[i].kind, size);
        }
    }
    return make_fault(FAULT_CHARACTER, lexer->at);
}

struct token lexer_next(struct lexer *lexer)
{
    skip_space(lexer);
    if (lexer->at >= lexer->text.size) {
        return (struct token){.kind = TOKEN_END, .offset = lexer->text.size};
    }

    uint8_t c = peek(lexer, 0);
    uint8_t quote = c == 'r' || c == 'R' ? peek(lexer, 1) : c;
    if (quote == '\'' || quote == '"') {
        return read_text(lexer);
    }
    if (is_name_start(c)) {
        return read_name(lexer);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
        return read_number(lexer);
    }
    return read_sign(lexer);
}
