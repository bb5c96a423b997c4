#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every path of the dictionary is changed alone, and `huishen check --against` must ask again exactly
the departments that a second reader of the rule files finds. The reader below shares nothing with the
program: it has its own reading of the files and of the expressions.

usage: touched.py BUILD
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

import office
import simple_yaml
from office import expect_equal

PROCESSES = ("joint_review", "joint_review_units")
OWNERS = ("water", "power", "gas", "telecom")
SAMPLE = 3  # has elements in each list
DOCUMENT_LIST = "drawings"
LISTS = ("funding", "drawings", "technical.elevators", "technical.fire.lanes")
MACROS = ("all", "exists", "exists_one", "filter", "map")
TOKEN = re.compile(r"\s*(?:('[^']*'|\"[^\"]*\")|([A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*)"
                   r"|([0-9.]+)|(.))", re.S)
WORDS = ("true", "false", "null", "in", "has", "size", "sum", "item")


# ---- the files ---------------------------------------------------------------------------------------


def rows_of(path, key, names):
    """Returns the list entries `- key:` of a file with their top-level fields @names."""
    rows, row, folded = [], None, None
    with open(os.path.join(office.ROOT, path), encoding="utf-8") as file:
        for line in file.read().split("\n"):
            entry = re.match(rf"- {key}: (.*)", line)
            field = re.match(r"  ([a-z_]+): ?(.*)", line)
            if entry:
                row, folded = {key: entry[1].strip()}, None
                rows.append(row)
            elif re.match(r"\S", line):
                folded = None
                row = row if line.startswith("#") else None
            elif row is not None and field and field[1] in names:
                row[field[1]] = "" if field[2].startswith(">") else field[2].strip()
                folded = field[1] if field[2].startswith(">") else None
            elif row is not None and folded and line.startswith("    "):
                row[folded] += " " + line.strip()
            elif field:
                folded = None
    return rows


def unquoted(text):
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def rules_of(path):
    return rows_of(path, "id", ("each", "applies", "condition", "owner"))


def process_of(name):
    """Returns the packs of the office itself, and the seats: department, documents, when."""
    with open(os.path.join(office.ROOT, f"configs/processes/{name}.yaml"), encoding="utf-8") as file:
        text = file.read()
    own = [match[2] for match in re.finditer(r"^(gate|lead): (\S+)", text, re.M)]
    seats = []
    for block in re.split(r"^  - department: ", text, flags=re.M)[1:]:
        found = dict(re.findall(r"^    (documents|when): (.*)$", block, re.M))
        codes = found.get("documents", "[]").strip("[]").split(", ")
        seats.append((block.split("\n")[0].strip(), codes, unquoted(found.get("when", ""))))
    return own, seats


def packs():
    """Returns the rules of each department and of each owner."""
    found = {name: rules_of(f"agents/{name}/rules.yaml") for name in office.DEPARTMENTS}
    for owner in OWNERS:
        found[owner] = [rule for rule in found["utilities"] if rule.get("owner") == owner]
    for name in ("gate", "construction"):
        found[name] = rules_of(f"configs/processes/packs/{name}.yaml")
    return {name: [rule for rule in rules if "condition" in rule] for name, rules in found.items()}


# ---- the expressions ---------------------------------------------------------------------------------


def closing(tokens, start):
    """Returns the index of the parenthesis that closes the one at @start."""
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index], 0)
        if depth == 0:
            return index
    raise ValueError("an open parenthesis")


def reads(text, element):
    """Returns the paths that an expression reads; @element is the list of `item`, or None."""
    tokens = [next(part for part in match if part) for match in TOKEN.findall(text)]
    return reads_in(tokens, {"item": element} if element else {})


def reads_in(tokens, variables):
    found, index, base = set(), 0, None
    while index < len(tokens):
        token = tokens[index]
        if re.match(r"[A-Za-z_]", token):
            base = None
            names = token.split(".")
            is_call = tokens[index + 1:index + 2] == ["("]
            macro = names.pop() if is_call and names[-1] in MACROS + ("startsWith", "size") else None
            if is_call and macro is None:
                index += 1  # has(), size(), sum(): what stands in the parentheses is read
                continue
            if names[0] in variables:
                names[0] = variables[names[0]] + "[]"
            path = ".".join(names)
            if path and path not in WORDS:
                found.add(path)
                base = path
            if macro in MACROS:
                index = read_macro(tokens, index + 1, base, variables, found)
                continue
        elif token == "." and base and tokens[index + 1] in MACROS:
            index = read_macro(tokens, index + 2, base, variables, found)
            continue
        elif token != ")":
            base = None
        index += 1
    return found


def read_macro(tokens, start, base, variables, found):
    """Reads `(variable, body)`; returns the index of the closing parenthesis, behind which @base is
    still the list (of filter, map)."""
    end = closing(tokens, start)
    inner = dict(variables)
    inner[tokens[start + 1]] = base
    found |= reads_in(tokens[start + 3:end], inner)
    found.discard(base)
    found.add(base + "[]")
    if tokens[end + 1:end + 2] == ["."] or tokens[end + 1:end + 2] and tokens[end + 1][0] == ".":
        found |= reads_in(["x"] + tokens[end + 1:], dict(variables)) - {"x"}
        # The macro behind it has the same elements.
        after = tokens[end + 2:end + 3]
        if after and after[0] in MACROS:
            inner_end = closing(tokens, end + 3)
            inner[tokens[end + 4]] = base
            found |= reads_in(tokens[end + 6:inner_end], inner)
            return inner_end + 1
    return end + 1


def rule_reads(rule):
    each = rule.get("each")
    found = {each + "[]"} if each else set()
    for part in ("applies", "condition"):
        found |= reads(unquoted(rule.get(part, "")), each)
    return found


def expanded(found, derived):
    """Adds what the derived fields read, of which one may read another."""
    todo = list(found)
    while todo:
        path = todo.pop()
        base = path.removesuffix("[]")
        for more in derived.get(base, ()):
            if more not in found:
                found.add(more)
                todo.append(more)
    return found


def is_read(inputs, path):
    """@path has [] for elements; a list stands for how many it has, its `id` for which."""
    for read in inputs:
        if path == read or path.startswith((read + ".", read + "[")) and not read.endswith("[]"):
            return True
        holders = [read[:match.start()] for match in re.finditer(r"\[\]", read)]
        if path in holders or path in [holder + "[].id" for holder in holders]:
            return True
    return False


# ---- the changes -------------------------------------------------------------------------------------


def dictionary():
    fields = rows_of("configs/dictionary.yaml", "path", ("type", "expression", "codes"))
    with open(os.path.join(office.ROOT, "configs/dictionary.yaml"), encoding="utf-8") as file:
        blocks = re.split(r"\n- path: ", file.read())[1:]
    for field, block in zip(fields, blocks):
        field["codes"] = re.findall(r"^  - \{code: ([^,]+),", block, re.M)
    return fields


def place_of(tree, path):
    """Returns the object and the name at which @path is, in the first element of a list."""
    names = path.split(".")
    for name in names[:-1]:
        if name.endswith("[]"):
            tree = tree[name[:-2]][0]
        else:
            tree[name] = tree.get(name) or {}
            tree = tree[name]
    return tree, names[-1]


def typed(tree, fields):
    """Numbers of the sample are texts to simple_yaml: makes them numbers."""
    for field in fields:
        if field["type"] not in ("number", "integer"):
            continue
        head, _, tail = field["path"].partition("[].")
        holders = [tree]
        if tail:
            owner, name = place_of(tree, head)
            holders = owner[name]
        for holder in holders:
            owner, name = place_of(holder, tail or head)
            if isinstance(owner.get(name), str):
                owner[name] = float(owner[name])


def other_value(field, old):
    kind, codes = field["type"], field["codes"]
    if kind == "bool":
        return not old
    if kind in ("integer", "number"):
        return round((old or 0) + 1, 6)
    if kind == "date":
        return "2026-01-02" if old != "2026-01-02" else "2026-01-03"
    if kind == "code":
        return next((code for code in codes if code != old), "another")
    if kind in ("codes", "texts"):
        words = codes or ["another"]
        return [] if old else words[:1]
    return (old or "") + "x"


class Checker:
    def __init__(self, build, folder, process):
        self.build, self.folder, self.process = build, folder, process
        self.before = os.path.join(folder, "before.json")
        own, seats = process_of(process)
        derived = {row["path"]: reads(unquoted(row["expression"]), None)
                   for row in dictionary() if "expression" in row}
        rules = packs()
        self.inputs, self.documents = {}, {}
        for department, codes, when in seats:
            found = reads(when, None)
            for rule in rules[department]:
                found |= rule_reads(rule)
            self.inputs[department] = expanded(found, derived)
            self.documents[department] = codes
        self.office = set()
        for pack in own:
            for rule in rules[pack]:
                self.office |= rule_reads(rule)
        expanded(self.office, derived)

    def ask(self, tree):
        after = os.path.join(self.folder, "after.json")
        with open(after, "w", encoding="utf-8") as file:
            json.dump(tree, file, ensure_ascii=False)
        run = subprocess.run([os.path.join(self.build, "huishen"), "--json", "check", after,
                              "--against", self.before, "--process", self.process],
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise office.Fault(run.stderr)
        return json.loads(run.stdout)["against"]

    def hold(self, tree, paths, codes):
        """@paths changed, with [] for elements, and documents of @codes; compares both readers."""
        found = self.ask(tree)
        wanted = sorted(name for name, inputs in self.inputs.items()
                        if any(is_read(inputs, path) for path in paths)
                        or any(code in self.documents[name] for code in codes))
        expect_equal("asked", sorted(row["department"] for row in found["asked"]), wanted)
        expect_equal("kept", sorted(found["kept"]), sorted(set(self.inputs) - set(wanted)))
        readers = list(self.inputs.values()) + [self.office]
        unread = {path for path in paths if not path.startswith(DOCUMENT_LIST)
                  and not any(is_read(inputs, path) for inputs in readers)}
        expect_equal("unread fields",
                     {re.sub(r"\[[^]]*\]", "[]", path) for path in found["unread"]["fields"]}, unread)
        expect_equal("unread documents", sorted(found["unread"]["documents"]),
                     sorted(code for code in codes
                            if not any(code in named for named in self.documents.values())))


def change_field(checker, base, field):
    tree = copy.deepcopy(base)
    path = field["path"]
    owner, name = place_of(tree, path)
    row = dict(owner)
    old = owner.get(name)
    owner[name] = other_value(field, old)
    paths, codes = {path}, set()
    if path.endswith("[].id"):
        # Another element: all it says is new under its new name.
        paths |= {path[:-2] + key for key, value in row.items() if value is not None}
    if path.startswith(DOCUMENT_LIST + "[]"):
        codes = {row["code"], owner["code"]}
    checker.hold(tree, paths, codes)


def add_element(checker, base, path):
    tree = copy.deepcopy(base)
    owner, name = place_of(tree, path)
    row = dict(owner[name][0])
    if "id" in row:
        row["id"] = "another"
    owner[name].append(row)
    paths = {path} | {f"{path}[].{key}" for key, value in row.items() if value is not None}
    checker.hold(tree, paths, {row["code"]} if path == DOCUMENT_LIST else set())


def move_elements(checker, base):
    """The rows of drawings in another order say the same."""
    tree = copy.deepcopy(base)
    tree[DOCUMENT_LIST].reverse()
    checker.hold(tree, set(), set())


def samples_agree(build, folder):
    """Sample 11 is the second round of sample 02: who is asked is part of it."""
    wanted = {"joint_review": ["fire", "planning", "urban_management"],
              "joint_review_units": ["fire", "planning", "urban_management"]}
    for process, asked in wanted.items():
        checker = Checker(build, folder, process)
        checker.before = office.sample(2)
        run = subprocess.run([os.path.join(build, "huishen"), "--json", "check", office.sample(11),
                              "--against", office.sample(2), "--process", process],
                             capture_output=True, text=True, check=True)
        found = json.loads(run.stdout)["against"]
        expect_equal(process, sorted(row["department"] for row in found["asked"]), asked)
        expect_equal(process, found["unread"], {"fields": [], "documents": []})


def main(arguments):
    build = os.path.abspath(arguments[0])
    cases = office.Cases()
    fields = [field for field in dictionary() if "type" in field and "expression" not in field]
    base = simple_yaml.read(office.sample(SAMPLE))["proposal"]
    for name in ("case_no", "round"):
        base.pop(name, None)
    typed(base, fields)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "before.json"), "w", encoding="utf-8") as file:
            json.dump(base, file, ensure_ascii=False)
        for process in PROCESSES:
            checker = Checker(build, folder, process)
            for field in fields:
                cases.run(f"{process} {field['path']}", change_field, checker, base, field)
            for path in LISTS:
                cases.run(f"{process} one more in {path}", add_element, checker, base, path)
            cases.run(f"{process} drawings in another order", move_elements, checker, base)
        cases.run("sample 11 after sample 02", samples_agree, build, folder)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
