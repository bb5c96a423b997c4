# SPDX-License-Identifier: Apache-2.0
"""Reading an expression of the rule language (docs/rules.md): parse(). An expression is a tuple, its
operator first.
"""
import datetime
import functools
import re
from fractions import Fraction

INT64 = 1 << 63
NESTING_MAX = 64
MACROS = ("all", "exists", "filter", "map")
TEXT_FUNCTIONS = ("startsWith", "endsWith", "contains")
RESERVED = set("as break const continue else for function if import let loop package namespace "
               "return var void while".split())
TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<text>[rR]?(?:'''(?:.|\n)*?(?<!\\)'''|\"\"\"(?:.|\n)*?(?<!\\)\"\"\"))
  | (?P<raw>[rR](?:'[^'\n\r]*'|"[^"\n\r]*"))
  | (?P<line>'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")
  | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<mark>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
""", re.X)
ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})"
                    r"|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.|\n|$))")
PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Refused(Exception):
    """The expression cannot be read."""


def unescape(match):
    plain, *codes, octal, wrong = match.groups()
    if wrong is not None:
        raise Refused("an escape that is none")
    if plain:
        return PLAIN.get(plain, plain)
    code = int(octal, 8) if octal else int(next(code for code in codes if code), 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise Refused("no code point")
    return chr(code)


def text_of(token):
    is_raw = token[0] in "rR"
    token = token[1:] if is_raw else token
    size = 3 if token[:3] in ("'''", '"""') and len(token) >= 6 else 1
    body = token[size:-size]
    return body if is_raw else ESCAPE.sub(unescape, body)


def number_of(token):
    if len(token) > 64 or re.search(r"[eE][+-]?\d{4,}$", token):
        raise Refused("a number too long")
    return Fraction(int(token, 16)) if token[:2] in ("0x", "0X") else Fraction(token)


def fits(number):
    return -INT64 <= number.numerator < INT64 and number.denominator < INT64


def literal(number):
    if not fits(number):
        raise Refused("a number that does not fit")
    return ("value", number)


def tokens_of(text):
    tokens, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise Refused(f"at {at}")
        kind = match.lastgroup
        if kind != "space":
            tokens.append(("text" if kind in ("raw", "line") else kind, match[0]))
        at = match.end()
    return tokens + [("end", "")]


@functools.lru_cache(maxsize=None)
def parse(text):
    """Returns the expression; raises Refused."""
    parser = Parser(tokens_of(text))
    tree = parser.expression()
    if parser.kind() != "end":
        raise Refused(f"{parser.word()} is too much")
    return tree


class Parser:
    LEVELS = (("||",), ("&&",), ("<", "<=", ">", ">=", "==", "!=", "in"), ("+", "-"), ("*", "/", "%"))

    def __init__(self, tokens):
        self.tokens, self.at, self.depth = tokens, 0, 0

    def kind(self):
        return self.tokens[self.at][0]

    def word(self):
        return self.tokens[self.at][1] if self.kind() != "text" else ""

    def take(self, *words):
        if self.word() in words and self.kind() != "end":
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, word):
        if not self.take(word):
            raise Refused(f"{word} is missing before {self.tokens[self.at][1]!r}")

    def name(self):
        if self.kind() != "name" or self.word() in ("true", "false", "null", "in"):
            raise Refused("a name is missing")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expression(self):
        self.depth += 1
        if self.depth > NESTING_MAX:
            raise Refused("nested too deep")
        tree = self.level(0)
        if self.take("?"):
            chosen = self.level(0)
            self.need(":")
            tree = ("choose", tree, chosen, self.expression())
        self.depth -= 1
        return tree

    def level(self, number):
        if number == len(self.LEVELS):
            return self.unary()
        tree = self.level(number + 1)
        if number < 2:
            parts = [tree]
            while self.take(*self.LEVELS[number]):
                parts.append(self.level(number + 1))
            return (self.LEVELS[number][0], *parts) if len(parts) > 1 else tree
        operator = self.take(*self.LEVELS[number])
        while operator:
            tree = (operator, tree, self.level(number + 1))
            operator = self.take(*self.LEVELS[number])
        return tree

    def unary(self):
        for mark in "!-":
            count = 0
            while self.take(mark):
                count += 1
            if count == 0:
                continue
            if mark == "-" and self.kind() == "number":
                tree = self.member(True)
                count -= 1
            else:
                tree = self.member()
            for _ in range(count):
                tree = ("not", tree) if mark == "!" else ("-", ("value", Fraction(0)), tree)
            return tree
        return self.member()

    def member(self, is_negative=False):
        tree = self.primary(is_negative)
        while True:
            if self.take("["):
                tree = ("index", tree, self.expression())
                self.need("]")
            elif self.take("."):
                name = self.name()
                tree = self.call(tree, name) if self.take("(") else ("select", tree, name)
            else:
                return tree

    def call(self, tree, name):
        if name in MACROS:
            variable = self.name()
            self.need(",")
            tree = (name, tree, variable, self.expression())
        elif name in TEXT_FUNCTIONS:
            tree = (name, tree, self.expression())
        else:
            raise Refused(f"{name} is no function")
        self.need(")")
        return tree

    def primary(self, is_negative):
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            number = number_of(word)
            return literal(-number if is_negative else number)
        if kind == "text":
            return ("value", text_of(word))
        if word in ("true", "false", "null"):
            return ("value", {"true": True, "false": False, "null": None}[word])
        if word == "[":
            return self.list()
        if word == "(":
            tree = self.expression()
            self.need(")")
            return tree
        if kind != "name" or word == "in":
            raise Refused(f"{word!r} is not expected")
        return self.function(word) if self.take("(") else self.root(word)

    @staticmethod
    def root(word):
        if word in RESERVED:
            raise Refused(f"{word} is reserved")
        return ("name", word)

    def list(self):
        parts = []
        while not self.take("]"):
            parts.append(self.expression())
            if not self.take(","):
                self.need("]")
                break
        return ("list", *parts)

    def function(self, name):
        if name == "date":
            if self.kind() != "text":
                raise Refused("a date is a literal")
            text = text_of(self.tokens[self.at][1])
            self.at += 1
            tree = ("value", day_of(text))
        elif name in ("size", "sum"):
            tree = (name, self.expression())
        elif name == "has":
            tree = self.expression()
            if tree[0] != "select":
                raise Refused("has() asks for a field")
            tree = ("!=", tree, ("value", None))
        else:
            raise Refused(f"{name} is no function")
        self.need(")")
        return tree


def day_of(text):
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.A):
            raise ValueError(text)
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{text!r} is no date") from error
