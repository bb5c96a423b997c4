# SPDX-License-Identifier: Apache-2.0
"""The rule language, written from its text (docs/rules.md): evaluate(), reads(), bind().

A value is a bool, a Fraction, a str, a date, a list, an Object, None (null), or one of Unknown and
Error, which are values here and no exceptions.
"""
import datetime
from fractions import Fraction

from syntax import MACROS, Refused, day_of, fits, parse

__all__ = ["Error", "Object", "Refused", "Unknown", "bind", "evaluate", "parse", "reads"]


class Unknown:
    """A field that was not given, or what depends on one. @at is its path, if it is a field itself."""

    def __init__(self, paths, at=None):
        self.paths, self.at = frozenset(paths), at


class Error:
    def __init__(self, reason):
        self.reason = reason


class Object(dict):
    """An object of the data; @path says where it stands."""
    path = ""


# ---- evaluation --------------------------------------------------------------------------------------


def evaluate(tree, scope):
    """Returns the value of the expression; @scope has the names of the root."""
    operator = tree[0]
    if operator == "value":
        return tree[1]
    if operator == "name":
        value = scope.get(tree[1])
        return Unknown([tree[1]], tree[1]) if value is None else value
    if operator in ("&&", "||"):
        return junction([evaluate(part, scope) for part in tree[1:]], operator == "||")
    if operator in ("==", "!=") and ("value", None) in tree[1:]:
        other = evaluate(tree[2] if tree[1] == ("value", None) else tree[1], scope)
        if isinstance(other, Error):
            return other
        return (other is None or isinstance(other, Unknown)) == (operator == "==")
    if operator in MACROS:
        return macro(tree, scope)
    if operator == "choose":
        return choose(tree, scope)
    values = [evaluate(part, scope) for part in tree[1:] if isinstance(part, tuple)]
    if operator == "list":
        return gathered(values)
    if operator == "select":
        return select(values[0], tree[2])
    return first_of(values) or OPERATIONS[operator](*values)


def first_of(values):
    """Returns what makes an operation unknown or an error: a missing field before a fault."""
    unknown = [value for value in values if isinstance(value, Unknown)]
    if unknown:
        return Unknown(frozenset().union(*(value.paths for value in unknown)))
    return next((value for value in values if isinstance(value, Error)), None)


def junction(values, deciding):
    if any(value is deciding for value in values):
        return deciding
    unknown = first_of(values)
    if isinstance(unknown, Unknown):
        return unknown
    if not all(isinstance(value, bool) for value in values):
        return unknown or Error("no bool")
    return not deciding


def choose(tree, scope):
    condition = evaluate(tree[1], scope)
    if isinstance(condition, bool):
        return evaluate(tree[2] if condition else tree[3], scope)
    return first_of([condition]) or Error("no bool")


def gathered(values):
    """A list keeps its unknown elements; an error in it is its own, unless one is unknown."""
    if any(isinstance(value, Error) for value in values):
        return first_of(values)
    return values


def select(value, name):
    if isinstance(value, Unknown) and value.at is not None:
        return Unknown([f"{value.at}.{name}"], f"{value.at}.{name}")
    if isinstance(value, (Unknown, Error)):
        return value
    if not isinstance(value, Object):
        return Error(f"{name} of what is no object")
    found = value.get(name)
    path = f"{value.path}.{name}" if value.path else name
    return Unknown([path], path) if found is None else found


def macro(tree, scope):
    operator, _, variable, body = tree
    values = evaluate(tree[1], scope)
    if not isinstance(values, list):
        return first_of([values]) or Error("no list")
    results = [evaluate(body, {**scope, variable: value}) for value in values]
    if operator in ("all", "exists"):
        return junction(results, operator == "exists") if results else operator == "all"
    if operator == "map":
        return gathered(results)
    wrong = first_of(results)
    if wrong:
        return wrong
    if not all(isinstance(result, bool) for result in results):
        return Error("no bool")
    return [value for value, result in zip(values, results) if result]


def exact(number):
    return number if fits(number) else Error("overflow")


def is_number(*values):
    return all(isinstance(value, Fraction) for value in values)


def add(one, other):
    if is_number(one, other):
        return exact(one + other)
    if type(one) is type(other) and isinstance(one, (str, list)):
        return one + other
    return Error("+")


def subtract(one, other):
    return exact(one - other) if is_number(one, other) else Error("-")


def multiply(one, other):
    return exact(one * other) if is_number(one, other) else Error("*")


def divide(one, other):
    return exact(one / other) if is_number(one, other) and other != 0 else Error("/")


def remainder(one, other):
    if not is_number(one, other) or other == 0 or one.denominator * other.denominator != 1:
        return Error("%")
    rest = abs(one) % abs(other)
    return exact(-rest if one < 0 else rest)


def equal(one, other):
    """Returns whether they are equal; Kleene over the elements of lists."""
    wrong = first_of([one, other])
    if wrong:
        return wrong
    if isinstance(one, Object) or isinstance(other, Object):
        return Error("an object")
    if type(one) is not type(other):
        return False
    if not isinstance(one, list):
        return one == other
    if len(one) != len(other):
        return False
    return junction([equal(*pair) for pair in zip(one, other)], False) if one else True


def unequal(one, other):
    return negate(equal(one, other))


def negate(value):
    return not value if isinstance(value, bool) else first_of([value]) or Error("no bool")


def ordered(compare):
    def operation(one, other):
        is_ordered = type(one) is type(other) and isinstance(
            one, (bool, Fraction, str, datetime.date))
        return compare(one, other) if is_ordered else Error("no order")
    return operation


def contained(one, other):
    if not isinstance(other, list) or isinstance(one, Object):
        return Error("in")
    return junction([equal(one, value) for value in other], True) if other else False


def element(values, index):
    if not isinstance(values, list) or not is_number(index) or index.denominator != 1:
        return Error("[]")
    return values[int(index)] if 0 <= index < len(values) else Error("beyond the end")


def size(value):
    return Fraction(len(value)) if isinstance(value, (list, str)) else Error("size")


def total(values):
    if not isinstance(values, list):
        return Error("sum")
    wrong = first_of(values)
    if wrong:
        return wrong
    result = Fraction(0)
    for value in values:
        result = add(result, value) if is_number(result, value) else Error("sum")
    return result


def of_texts(function):
    def operation(one, other):
        is_text = isinstance(one, str) and isinstance(other, str)
        return function(one, other) if is_text else Error("no text")
    return operation


OPERATIONS = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "%": remainder, "==": equal,
    "!=": unequal, "not": negate, "in": contained, "index": element, "size": size, "sum": total,
    "<": ordered(lambda one, other: one < other), "<=": ordered(lambda one, other: one <= other),
    ">": ordered(lambda one, other: one > other), ">=": ordered(lambda one, other: one >= other),
    "startsWith": of_texts(str.startswith), "endsWith": of_texts(str.endswith),
    "contains": of_texts(str.__contains__),
}


# ---- what is read ------------------------------------------------------------------------------------


def reads(tree, variables=None):
    """Returns the paths that the expression reads: rows[].width is that of each element of rows.
    @variables are names that stand for elements, with the path of their list and []."""
    found = set()
    path = place(tree, variables or {}, found)
    if path and not covers(path, found):
        found.add(path[:-2] if path.endswith("[]") else path)
    return found


def covers(path, found):
    """Returns whether something of the elements of the list at @path is read, and so the list."""
    return any(name.startswith(path + "[]") for name in found)


def place(tree, variables, found):
    """Returns the path that the expression stands for, or None; adds what else is read to @found."""
    operator = tree[0]
    if operator == "name":
        return variables.get(tree[1], tree[1])
    if operator == "select":
        path = place(tree[1], variables, found)
        return path and f"{path}.{tree[2]}"
    if operator == "index":
        found |= reads(tree[2], variables)
        path = place(tree[1], variables, found)
        return path and path + "[]"
    if operator in MACROS:
        path = place(tree[1], variables, found)
        inner = {**variables, tree[2]: path and path + "[]"}
        if operator == "map":
            mapped(tree, path, inner, found)
            return None
        body = reads(tree[3], inner)
        found |= body
        if operator == "filter":
            return path
        found |= {path} if path and not covers(path, body) else set()
        return None
    for part in tree[1:]:
        if isinstance(part, tuple):
            found |= reads(part, variables)
    return None


def mapped(tree, path, inner, found):
    """What map() reads: its elements stand for what is made of each."""
    body = reads(tree[3], inner)
    found |= body | ({path} if path and path not in body and not covers(path, body) else set())


# ---- data --------------------------------------------------------------------------------------------


def bind(tree, path=""):
    """Returns the value that JSON (with decimals as Fraction) says; null and absence are the same."""
    if isinstance(tree, dict):
        if list(tree) == ["$date"]:
            return day_of(tree["$date"])
        if list(tree) == ["$number"]:
            return Fraction(tree["$number"])
        found = Object((name, bind(value, f"{path}.{name}" if path else name))
                       for name, value in tree.items())
        found.path = path
        return found
    if isinstance(tree, list):
        return [bind_element(value, f"{path}[{index}]", path) for index, value in enumerate(tree)]
    return Fraction(tree) if isinstance(tree, (int, Fraction)) and not isinstance(tree, bool) else tree


def bind_element(value, path, list_path):
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        path = f"{list_path}[{value['id']}]"
    return Unknown([path], path) if value is None else bind(value, path)
