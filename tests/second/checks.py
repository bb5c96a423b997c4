# SPDX-License-Identifier: Apache-2.0
"""What rules make of a packet: its facts, the findings of a pack, what is missing, the suggestion of a
machine check, and what a department looks at (docs/rules.md).

A Finding is (rule, element, state, missing, reason): element names the element of the rule's list.
"""
import collections
import datetime
import re
from fractions import Fraction

import rules

Finding = collections.namedtuple("Finding", "rule element state missing reason")
WORST = ("not_involved", "agree", "conditional", "incomplete", "disagree")


# ---- the facts ---------------------------------------------------------------------------------------


def value_of(field):
    """Returns the value of a packet's field, of one that is no list of objects."""
    if field.flag is not None:
        return field.flag
    if field.number is not None:
        return Fraction(field.number.units, 10 ** field.number.places)
    if field.text is not None:
        return field.text
    if field.date is not None:
        return datetime.date(field.date // 10000, field.date // 100 % 100, field.date % 100)
    return list(field.codes.codes)


def child(parent, name, path):
    """Returns the object @name of @parent, new if it is not there."""
    if name not in parent:
        parent[name] = rules.Object()
        parent[name].path = path
    return parent[name]


def tree_of(packet):
    """Returns the packet as an Object of objects, lists and values."""
    root, lists = rules.Object(), {}
    for field in packet.fields:
        parent, path = root, ""
        steps = re.findall(r"([^.\[\]]+)(?:\[([^\]]*)\])?", field.path)
        for name, element in steps[:-1]:
            path = f"{path}.{name}" if path else name
            parent = child(parent, name, path)
            if element:
                lists.setdefault(path, parent)
                path = f"{path}[{element}]"
                parent = child(parent, element, path)
        if field.count is None:
            parent[steps[-1][0]] = value_of(field)
        else:
            lists[field.path] = child(parent, steps[-1][0], field.path)
            lists[field.path][""] = field.count
    for holder in sorted(lists, reverse=True):
        settle(root, holder, lists[holder])
    return root


def settle(root, path, holder):
    """Puts a list in the place of the Object that gathered the elements of the list at @path."""
    count = holder.pop("", len(holder))
    for name, item in holder.items():
        if not name.isdigit():
            item.setdefault("id", name)
    by_place = [holder.get(str(index)) or rules.Unknown([f"{path}[{index}]"], f"{path}[{index}]")
                for index in range(count)]
    named = [item for name, item in holder.items() if not name.isdigit()]
    parent = root
    names = path.split(".")
    for name in names[:-1]:
        parent = parent[name]
    parent[names[-1]] = named or by_place


def scope_of(packet, dictionary, settings):
    """Returns the names that rules read: the packet, derived fields, settings."""
    scope = tree_of(packet)
    scope["cfg"] = rules.Object((row.name, setting_of(row)) for row in settings)
    scope["derived"] = rules.Object()
    for row in dictionary.derived:
        scope["derived"][row.path.split(".", 1)[1]] = rules.evaluate(
            rules.parse(row.expression), scope)
    return scope


def setting_of(row):
    return Fraction(row.number) if row.number is not None else (
        row.flag if row.flag is not None else row.text)


# ---- findings ----------------------------------------------------------------------------------------


def judge(text, scope):
    """Returns (True, False or None, the missing fields, the reason of an error)."""
    value = rules.evaluate(rules.parse(text), scope)
    if isinstance(value, bool):
        return value, (), ""
    if isinstance(value, rules.Unknown):
        return None, tuple(sorted(value.paths)), ""
    return None, (), value.reason if isinstance(value, rules.Error) else "no bool"


def check_one(rule, scope, element=""):
    for text, no, yes in ((rule.applies or "true", "not_applicable", None),
                          (rule.condition, "failed", "passed")):
        answer, missing, reason = judge(text, scope)
        if answer is None:
            return Finding(rule, element, "unknown", missing, reason)
        if not answer or yes:
            return Finding(rule, element, yes if answer else no, (), "")
    raise AssertionError(rule.id)


def check_rule(rule, scope):
    """Returns the findings of a rule: one, or one for each element."""
    if not rule.each:
        return [check_one(rule, scope)]
    values = rules.evaluate(rules.parse(rule.each), scope)
    if isinstance(values, rules.Unknown):
        return [Finding(rule, "", "unknown", tuple(sorted(values.paths)), "")]
    if not values:
        return [Finding(rule, "", "not_applicable", (), "")]
    return [check_one(rule, {**scope, "item": value}, element_of(value)) for value in values]


def element_of(value):
    path = value.path if isinstance(value, rules.Object) else value.at
    return re.search(r"\[([^\]]*)\]$", path)[1]


def check(rows, scope):
    return [finding for rule in rows for finding in check_rule(rule, scope)]


def missing_of(findings, pack):
    """Returns what the unknown must-checks lack: path (empty: a reason) to rules and packs."""
    found = {}
    for finding in findings:
        if finding.state == "unknown" and finding.rule.severity == "must":
            for path in finding.missing or ("",):
                found.setdefault((path, finding.rule.id if not path else ""), set()).add(
                    (finding.rule.id, pack))
    return found


def suggest(findings):
    """Returns what a machine check suggests, of one department or one owner."""
    failed = [finding for finding in findings if finding.state == "failed"]
    if all(finding.state == "not_applicable" for finding in findings):
        return "not_involved"
    if any(row.rule.severity == "must" and row.rule.on_fail == "reject" for row in failed):
        return "disagree"
    if is_incomplete(findings):
        return "incomplete"
    if any(row.rule.on_fail in ("reject", "condition") for row in failed):
        return "conditional"
    return "agree"


def is_incomplete(findings):
    return any(row.state == "unknown" and row.rule.severity == "must" for row in findings)


def is_must_open(findings):
    """Returns whether a must-check failed or is unknown: silence is then no consent."""
    return any(row.state in ("failed", "unknown") and row.rule.severity == "must"
               for row in findings)


def suggest_parts(findings, owners):
    """Returns the suggestion of a department of several owners, and of each of them."""
    parts = {owner: suggest([row for row in findings if row.rule.owner == owner])
             for owner in owners}
    return max([*parts.values(), suggest(findings) if not owners else "not_involved"],
               key=WORST.index), parts


# ---- what a department looks at ----------------------------------------------------------------------


def inputs_of(pack, seat, dictionary):
    """Returns the paths that the pack's rules and the seat's condition read; of derived fields what
    they are computed from."""
    derived = {row.path: row.expression for row in dictionary.derived}
    todo = {path for rule in pack.rules for path in reads_of_rule(rule)}
    if seat.when:
        todo |= rules.reads(rules.parse(seat.when))
    found = set()
    while todo:
        path = todo.pop()
        if path in derived:
            todo |= rules.reads(rules.parse(derived[path]))
        else:
            found.add(path)
    return found


def reads_of_rule(rule):
    variables = {"item": rule.each + "[]"} if rule.each else {}
    found = {rule.each} if rule.each else set()
    for text in filter(None, (rule.applies, rule.condition)):
        found |= rules.reads(rules.parse(text), variables)
    return found


def looked_at(path, packet):
    """Returns what a reader of @path sees: the fields it names, and which elements its lists have."""
    whole = re.compile(re.escape(path).replace(r"\[\]", r"\[[^\]]*\]") + "$")
    seen = {field.path: tuple_of(field) for field in packet.fields if whole.match(field.path)}
    lists = [path[:match.start()] for match in re.finditer(r"\[\]", path)] + [path]
    for name in lists:
        element = re.compile(re.escape(name).replace(r"\[\]", r"\[[^\]]*\]") + r"\[[^\]]*\]")
        seen |= {match[0]: None for match in map(element.match, (
            field.path for field in packet.fields)) if match}
        seen |= {field.path: field.count for field in packet.fields
                 if field.path == name and field.count is not None}
    return seen


def tuple_of(field):
    value = value_of(field) if field.count is None else field.count
    return tuple(value) if isinstance(value, list) else value


def documents_of(codes, packet, document_list):
    """Returns the documents of these codes, rows of the list that names them included, in no order."""
    seen = collections.Counter((row.code, row.hash, row.size, row.name) for row in packet.documents
                               if row.code in codes)
    if document_list:
        name, key = document_list.split("[].")
        rows = collections.defaultdict(dict)
        for field in packet.fields:
            match = re.match(re.escape(name) + r"\[([^\]]*)\]\.(.*)", field.path)
            if match:
                rows[match[1]][match[2]] = tuple_of(field)
        seen.update(tuple(sorted(row.items())) for row in rows.values() if row.get(key) in codes)
    return seen
