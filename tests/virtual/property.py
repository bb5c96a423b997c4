# SPDX-License-Identifier: Apache-2.0
"""Random histories of clocks against the oracle: no deadline early, none twice, none lost.

usage: property.py BUILD [--histories N] [--seed N] [--jobs N]

Prints its seed. A history that comes to something else is printed with both accounts of it.
"""
import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time

import generate
import oracle
import tape
from virtual import PEOPLE, ROOT, local, ram

BATCH = 1000
CALENDARS, PROCESSES = 8, 60
PROPOSALS, OFFICE_PROCESSES, OFFICE_CALENDARS = 25, 10, 3  # of an office
FAULTS_SHOWN = 3


def batch(arguments):
    """Runs BATCH histories of one seed. Returns how many events came and what went wrong."""
    build, seed = arguments
    dice = random.Random(seed)
    calendars = [generate.calendar(dice) for _ in range(CALENDARS)]
    tapes = [tape.Tape(calendar) for calendar in calendars]
    processes = [generate.process(dice, may_be_published=False) for _ in range(PROCESSES)]
    lines = [{"office": generate.OFFICE}, {"dictionary": generate.DICTIONARY}]
    lines += [{"pack": pack} for pack in generate.PACKS]
    lines += [{"calendar": calendar} for calendar in calendars]
    lines += [{"process": message} for message, _ in processes]
    histories = []
    for _ in range(BATCH):
        which = dice.randrange(CALENDARS)
        steps, said = generate.history(dice, tapes[which], [known for _, known in processes],
                                       list(zip(tapes, range(CALENDARS))))
        histories.append((tapes[which], steps))
        lines.append({"calendar_used": which, "steps": said,
                      "packet": generate.packet(steps[1][1]["mustOpen"])})
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n"
    child = subprocess.run([os.path.join(ROOT, build, "virtual-histories")], input=text.encode(),
                           capture_output=True, check=False)
    if child.returncode != 0:
        return 0, [f"seed {seed}: {child.stderr.decode()[-500:]}"]
    return compare(seed, histories, child.stdout.decode().split("\n\n"))


def office_lines(calendar, processes, said):
    """Returns the lines for tests/virtual/office.c: the founding, then the steps."""
    lines = [{"department": department} for department in generate.OFFICE["departments"]]
    lines += [{"enrol": name, "role": role} for name, role in PEOPLE]
    for name in generate.DEPARTMENTS:
        lines += [{"enrol": f"person:{name}", "role": "reviewer", "department": name},
                  {"enrol": f"person:{name}_head", "role": "head", "department": name},
                  {"enrol": f"agent:{name}/1", "role": "agent", "department": name}]
    lines.append({"body": {"kind": "dictionary"}, "definition": generate.DICTIONARY})
    lines.append({"body": {"kind": "calendar"}, "definition": calendar})
    lines += [{"body": {"kind": "process"}, "definition": {**message, "id": f"p{number}"}}
              for number, (message, _) in enumerate(processes)]
    for pack in generate.PACKS:
        author = "office" if pack["id"] == "gate" else f"agent:{pack['id']}/1"
        lines.append({"as": author, "body": {"kind": "pack"}, "definition": pack})
    for verb, *rest in said:
        if verb == "submit":
            packet = generate.packet(processes[rest[0]][1]["mustOpen"])
            lines.append({"as": "person:street", "command": {
                "submit": {"process": f"p{rest[0]}", "packet": packet}}})
        elif verb == "give":
            lines.append({"as": rest[0], "command": rest[1]})
        elif verb == "import":
            lines.append({"body": {"kind": "calendar"}, "definition": rest[0]})
        else:
            lines.append({verb: rest[0]})
    return lines


def office(arguments):
    """Runs an office of PROPOSALS proposals of one seed: the turn, the journal, the restarts."""
    build, seed = arguments
    dice = random.Random(seed)
    calendars = [generate.calendar(dice, 1 + number) for number in range(OFFICE_CALENDARS)]
    book = tape.Tape(calendars[0])
    imports = [(tape.Tape(calendar), calendar) for calendar in reversed(calendars[1:])]
    processes = [generate.process(dice) for _ in range(OFFICE_PROCESSES)]
    steps, said = generate.office_history(dice, book, [known for _, known in processes], imports,
                                          PROPOSALS)
    text = "\n".join(json.dumps(line, ensure_ascii=False)
                     for line in office_lines(calendars[0], processes, said)) + "\n"
    with tempfile.TemporaryDirectory(prefix="huishen-virtual-", dir=ram()) as folder:
        child = subprocess.run(
            [os.path.join(ROOT, build, "virtual-office"), folder, str(steps[0][1] - 1), "trace"],
            input=text.encode(), capture_output=True, check=False)
    if child.returncode != 0:
        return 0, [f"office of seed {seed}: {child.stderr.decode()[-500:]}"]
    return compare(seed, [(book, steps)], [child.stdout.decode()])


def compare(seed, histories, accounts):
    events, faults = 0, []
    for number, (book, steps) in enumerate(histories):
        wanted = oracle.expected(book, steps)
        rows = [row_of(line) for line in accounts[number].split("\n") if line]
        found = oracle.lines_of(rows)
        events += len(wanted)
        if found != wanted:
            faults.append(account(seed, number, steps, wanted, found)
                          + "\n  refusals:\n  "
                          + "\n  ".join(line for line in accounts[number].split("\n")
                                        if "refused" in line))
    return events, faults


def row_of(line):
    at, number, department, words = line.split(" ", 3)
    if words.startswith("refused"):
        words = " ".join(words.split(" ")[:2])  # the reason is for the reader
    return int(at), int(number), department, words


def readable(line):
    """Returns a line with its instants as people read them."""
    return " ".join(local(int(word)) if word.isdigit() and len(word) > 11 else word
                    for word in line.split(" "))


def account(seed, number, steps, wanted, found):
    said = [readable(" ".join(map(str, step))) for step in steps]
    parts = [f"seed {seed}, history {number}", "steps:", *said]
    missing = [line for line in wanted if line not in found]
    extra = [line for line in found if line not in wanted]
    parts += ["expected, not found:", *map(readable, missing)]
    parts += ["found, not expected:", *map(readable, extra)]
    if not missing and not extra:
        parts += ["order expected:", *map(readable, wanted), "found:", *map(readable, found)]
    return "\n  ".join(parts)


def run(pool, work, build, seeds):
    """Returns how many events came and the accounts of what went wrong, the first few."""
    events, faults = 0, []
    for count, found in pool.imap_unordered(work, [(build, seed) for seed in seeds]):
        events += count
        faults += found
        if len(faults) >= FAULTS_SHOWN:
            pool.terminate()
            break
    return events, faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--offices", type=int, default=40)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    failed = 0
    print(f"seed {options.seed}")
    for name, work, count, each in (
            ("histories in core/", batch, -(-options.histories // BATCH), BATCH),
            ("proposals in offices", office, options.offices, PROPOSALS)):
        with multiprocessing.Pool(options.jobs) as pool:
            begin = time.monotonic()
            seeds = range(options.seed, options.seed + count)
            events, faults = run(pool, work, options.build, seeds)
            for fault in faults[:FAULTS_SHOWN]:
                print(fault)
            failed += len(faults) > 0
            print(f"{count * each} {name}, {events} events, {time.monotonic() - begin:.0f} s, "
                  f"{len(faults) or 'none'} differ")
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
