# SPDX-License-Identifier: Apache-2.0
"""Reads the plain YAML of tests/data/expected and of a home's own files: maps by indentation, lists
of scalars or maps, `[a, b]`, `{a: 1, b: 2}`, quoted and bare scalars, comments. Nothing else: what it
does not know is an error."""
import re


def scalar(text):
    """Returns a bare or quoted scalar; whole numbers and booleans as such."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", text):
        return int(text)
    return text


def split_flow(text):
    """Splits at the commas outside quotes and brackets."""
    pieces, depth, quote, piece = [], 0, "", ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if character == "," and depth == 0 and not quote:
            pieces.append(piece)
            piece = ""
        else:
            piece += character
    return pieces + [piece] if piece.strip() else pieces


def value(text):
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [value(piece) for piece in split_flow(text[1:-1])]
    if text.startswith("{") and text.endswith("}"):
        return dict(pair(piece) for piece in split_flow(text[1:-1]))
    return scalar(text)


def pair(text):
    match = re.match(r"\s*(\"[^\"]*\"|'[^']*'|[^:\s\[\]{}][^:]*?)\s*:(?:\s+(.*))?$", text)
    if match is None:
        raise ValueError(f"not a key and a value: {text!r}")
    return str(scalar(match[1])), value(match[2] or "")


def lines_of(text):
    """Returns (indentation, text) of the lines that say something."""
    lines = []
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).rstrip()
        if line.strip():
            lines.append((len(line) - len(line.lstrip()), line.strip()))
    return lines


def parse(text):
    lines = lines_of(text)
    tree, rest = block(lines, 0, lines[0][0]) if lines else (None, 0)
    if rest != len(lines):
        raise ValueError(f"unexpected indentation: {lines[rest][1]!r}")
    return tree


def block(lines, index, indent, depth=0):
    """Reads the map or list that starts at lines[index]; at most 16 levels deep."""
    if depth > 16:
        raise ValueError("nested too deeply")
    if lines[index][1].startswith("- ") or lines[index][1] == "-":
        return list_block(lines, index, indent, depth)
    tree = {}
    while index < len(lines) and lines[index][0] == indent and lines[index][1][0] != "-":
        key, child = pair(lines[index][1])
        index += 1
        is_below = index < len(lines) and (
            lines[index][0] > indent or
            (lines[index][0] == indent and lines[index][1].startswith("-")))
        if child is None and is_below:
            child, index = block(lines, index, lines[index][0], depth + 1)
        tree[key] = child
    return tree, index


def list_block(lines, index, indent, depth):
    items = []
    while index < len(lines) and lines[index][0] == indent and lines[index][1][0] == "-":
        text = lines[index][1][1:].strip()
        is_map = re.match(r"[A-Za-z_][\w.]*:(\s|$)", text) is not None
        if is_map:
            lines[index] = (indent + 2, text)
            item, index = block(lines, index, indent + 2, depth + 1)
        else:
            item, index = value(text), index + 1
        items.append(item)
    return items, index


def read(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read())
