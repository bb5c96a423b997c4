#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults of one line planted into core/, store/, the turn and the agents: the tests must find each.

A copy of the project gets the fault, what it touches is built anew, and the tests that know that part
run, the quickest first, until one fails. A fault that none finds is a survivor: it needs a test, or a
row in equivalent.py that says why it changes nothing anybody can see. Those chosen by hand are in
planted.py; the others are drawn by a seed from all places where an operator, a constant, a condition
or a statement can be spoilt.

usage: mutants.py BUILD [--generated N] [--seed N] [--jobs N] [--only TEXT] [--results FILE]

Prints a line a fault and the table of survivors at the end. What was found is kept in FILE
(BUILD/mutants.json), so a run that is stopped goes on where it was. Exit 1: an unexplained survivor.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import equivalent
import planted

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILES = ("core/*.c", "store/*.c", "broker/turn*.c", "broker/dispatch.c", "broker/session.c",
         "broker/outbox.c", "broker/arrivals.c", "agents/*.c")
TIMEOUT = 400

# Where an operator may be spoilt: what it reads, what it becomes.
SWAPS = (
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "),
    (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ ", " - "), (r" - ", " + "), (r"\+\+", "--"), (r" \+= ", " -= "),
    (r"return true;", "return false;"), (r"return false;", "return true;"),
    (r"return ERR_[A-Z_]+;", "return ERR_OK;"), (r"return err;", "return ERR_OK;"),
    (r"= true;", "= false;"), (r"= false;", "= true;"),
    (r"if \((?=[a-z])", "if (!"), (r"\(!", "("),
)
STATEMENT = re.compile(r"^ {4,}(\(void\))?[a-z_][A-Za-z0-9_.>\-\[\]]*( = [^;{]*|\([^;{]*\));$")
LEFT_OUT = re.compile(r"require\(|^\s*(#|static |/?\*|const |struct |case |return\b(?!.*(true|false|ERR_|err;)))")


# ---- what is planted ----

def fault(name, path, number, sound, spoilt):
    """A fault of one line. Its id holds as long as the line stands."""
    text = f"{path}|{sound.strip()}|{spoilt.strip()}"
    return {"id": hashlib.sha256(text.encode()).hexdigest()[:10], "name": name, "path": path,
            "line": number, "sound": sound, "spoilt": spoilt}


def by_hand():
    for name, path, sound, spoilt in planted.FAULTS:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read()
        if text.count(sound) != 1:
            sys.exit(f"{name}: {sound!r} stands {text.count(sound)} times in {path}")
        yield fault(name, path, text[:text.index(sound)].count("\n") + 1, sound, spoilt)


def bare(line):
    """The line with blanks for what is in strings and comments."""
    line = re.sub(r'"(\\.|[^"\\])*"', lambda found: " " * len(found.group(0)), line)
    return re.sub(r"/\*.*?(\*/|$)", lambda found: " " * len(found.group(0)), line)


def spoilt_lines(line):
    """Yields what the line can be spoilt to."""
    code = bare(line)
    if LEFT_OUT.search(code) and not code.lstrip().startswith("return"):
        return
    for pattern, becomes in SWAPS:
        for found in re.finditer(pattern, code):
            yield line[:found.start()] + becomes + line[found.end():]
    if STATEMENT.match(line):
        yield re.match(r" *", line).group(0) + ";"


def generated(count, seed):
    """Draws faults from all there could be."""
    found = []
    for pattern in FILES:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            name = os.path.relpath(path, ROOT)
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")
            is_comment = False
            for number, line in enumerate(lines, 1):
                is_comment = is_comment or line.lstrip().startswith("/*")
                if not is_comment:
                    found += [fault("", name, number, line, spoilt) for spoilt in spoilt_lines(line)]
                is_comment = is_comment and "*/" not in line
    return random.Random(seed).sample(found, min(count, len(found)))


# ---- what finds it ----

def stages(path):
    """Returns (what to build, what to run) for a fault in @path, the quickest first."""
    units = sorted(os.path.basename(name)[:-2]
                   for name in glob.glob(os.path.join(ROOT, "tests/unit/*.c")))
    layer = path.split("/")[0]
    stem = os.path.basename(path)[:-2].split("_")[0]
    own = [name for name in units if name.startswith(f"{layer}_")]
    own.sort(key=lambda name: stem not in name)
    above = {"core": ["broker_turn", "broker_time", "store_event_check"], "store": ["broker_turn"],
             "broker": [], "agents": []}[layer]
    for name in own + above:
        program = f"build/tests/unit/{name}"
        yield [program], [program]
    if layer in ("core", "broker"):
        yield (["build/virtual-histories", "build/virtual-office"],
               ["python3", "-B", "tests/virtual/property.py", "build", "--histories", "400",
                "--seed", "1", "--jobs", "1"])
        yield (["build/virtual-office"], ["python3", "-B", "tests/virtual/samples.py", "build"])
    yield from planted.LATER_STAGES


class Copy:
    """A copy of the project in which faults are planted one after another."""

    def __init__(self, number):
        self.folder = os.path.join(tempfile.gettempdir(), f"huishen-mutants-{os.getpid()}-{number}")
        shutil.copytree(ROOT, self.folder, symlinks=True,
                        ignore=lambda folder, names: [name for name in names if folder == ROOT and
                                                      (name.startswith("build-") or
                                                       name in (".git", "demo"))])

    def make(self, targets):
        return subprocess.run(["make", "-C", self.folder, "-j1", "WARN=", *targets], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=TIMEOUT).returncode == 0

    def finds(self, command):
        """True if the test fails, or does not come to an end."""
        try:
            return subprocess.run(command, cwd=self.folder, check=False, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=TIMEOUT).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    def try_fault(self, one):
        """Returns what found the fault: a test, "nothing", or "no program" if it is none."""
        path = os.path.join(self.folder, one["path"])
        with open(path, encoding="utf-8") as file:
            text = file.read()
        lines = text.split("\n")
        if one["name"]:
            spoilt = text.replace(one["sound"], one["spoilt"])
        else:
            lines[one["line"] - 1] = one["spoilt"]
            spoilt = "\n".join(lines)
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(spoilt)
            if not self.make([f"build/{one['path'][:-2]}.o"]):
                return "no program"
            for targets, command in stages(one["path"]):
                if not self.make(targets):
                    return "no program"
                if self.finds(command):
                    return os.path.basename(next(word for word in command
                                                 if "/" in word or word.endswith(".py")))
            return "nothing"
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- the run ----

class Run:
    def __init__(self, options):
        self.options = options
        self.path = options.results or os.path.join(options.build, "mutants.json")
        self.lock = threading.Lock()
        self.found = {}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                self.found = json.load(file)

    def note(self, one, by, seconds):
        with self.lock:
            self.found[one["id"]] = by
            print(f"{one['id']} {one['path']}:{one['line']:<4} {by:24} {seconds:5.0f} s  "
                  f"{one['name'] or one['spoilt'].strip()}", flush=True)
            with open(self.path + ".new", "w", encoding="utf-8") as file:
                json.dump(self.found, file, indent=0, sort_keys=True)
            os.replace(self.path + ".new", self.path)

    def work(self, number, faults):
        copy = Copy(number)
        try:
            for one in faults:
                begin = time.monotonic()
                self.note(one, copy.try_fault(one), time.monotonic() - begin)
        finally:
            copy.remove()


def report(faults, found):
    """Prints what survived. Returns how many of them nobody explains."""
    counted = [one for one in faults if found.get(one["id"]) != "no program"]
    survivors = [one for one in counted if found.get(one["id"]) == "nothing"]
    unexplained = 0
    for one in survivors:
        reason = equivalent.REASONS.get(one["id"])
        unexplained += reason is None
        print(f"\n{one['id']} {one['path']}:{one['line']} {one['name']}\n"
              f"  - {one['sound'].strip()}\n  + {one['spoilt'].strip()}\n  "
              f"{reason or 'SURVIVES, and nobody says why'}")
    print(f"\n{len(counted)} faults, {len(counted) - len(survivors)} found, "
          f"{len(survivors) - unexplained} change nothing, {unexplained} unexplained")
    return unexplained


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--generated", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--results", default="")
    options = parser.parse_args()
    faults = list(by_hand()) + generated(options.generated, options.seed)
    faults = [one for one in faults if options.only in f"{one['path']} {one['name']} {one['id']}"]
    run = Run(options)
    waiting = [one for one in faults if one["id"] not in run.found]
    print(f"{len(faults)} faults, {len(waiting)} to be tried", flush=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = [pool.submit(run.work, number, waiting[number::options.jobs])
                 for number in range(options.jobs)]
        for task in tasks:
            task.result()
    return 1 if report(faults, run.found) else 0


if __name__ == "__main__":
    sys.exit(main())
