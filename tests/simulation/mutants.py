#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants faults in a copy of the product and demands that the simulator finds each of them.

usage: mutants.py BUILD [--seeds N] [--only NAME]...   (the folder of the sound build)

Not part of the normal run: it builds a dozen times. Each fault has the seeds from 1 on to be found by, at most N.
Prints a table with the seed that found it and the promise that was seen broken; exits 1 if one was not found.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "virtual"))
sys.path.insert(0, HERE)

import simulate  # noqa: E402
import virtual  # noqa: E402

FAULTS = (
    ("acknowledged before it is synced", "store/database.c",
     "unsigned int flags = MDB_NOTLS |", "unsigned int flags = MDB_NOTLS | MDB_NOSYNC |"),
    ("a failed commit acknowledged", "store/journal.c",
     "err = transaction_commit(journal->turn);", "(void)transaction_commit(journal->turn);"),
    ("a command sent again decided again", "broker/turn_commands.c",
     "    if (err == ERR_ABSENT) {\n        return false;",
     "    if (err == ERR_ABSENT || err == ERR_OK) {\n        return false;"),
    ("a limit that passes eight hours early", "core/wake.c",
     "review->due_at > 0 && situation->now_ms > review->due_at)",
     "review->due_at > 0 && situation->now_ms > review->due_at - 8 * 3600 * 1000)"),
    ("an old copy of the store accepted", "store/journal_end.c",
     "err = journal_end_compare(txn, &last, &opened.last, failure);",
     "(void)journal_end_compare(txn, &last, &opened.last, failure);"),
    ("a number used again after a restart", "store/journal.c",
     "    journal->next_seq = journal->head.seq + 1;",
     "    journal->next_seq = journal->head.seq + (journal->commit.first_seq == 0 ? 2 : 1);"),
    ("a review lost on its way not lent again", "broker/messages.c",
     "    session->lease_count = 0;\n", ""),
    ("a clock ahead believed", "core/trusted_time.c",
     "if (wall_ms > reckoned_ms + TIME_SLACK_MS) {", "if (wall_ms > TIME_MS_MAX) {"),
    ("a second opinion taken", "core/opinion.c",
     "if (!opinion_is_answerable(&target) && !opinion_is_restatable(situation, &target)) {",
     "if (situation->now_ms == 0) {"),
    ("what is left over of a dispatch forgotten", "broker/dispatch.c",
     "if (sessions_leased(&broker->sessions, department, row->proposal, row->round)) {",
     "if (i > 0) {"),
    ("a verdict while a review is open", "core/verdict.c", "tally->waiting++;", "tally->waiting = 0;"),
)


def plant(folder, fault):
    """Writes the fault into the copy; returns its path and what the file was."""
    name, path, sound, spoilt = fault
    path = os.path.join(folder, path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(sound) != 1:
        sys.exit(f"{name}: {sound!r} stands {text.count(sound)} times in {path}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(sound, spoilt))
    return path, text


def find(folder, scratch, seeds):
    """Builds the copy and runs seeds on it; returns the one that found the fault and what it said, or None."""
    subprocess.run(["make", "-C", folder, "-j2", "WARN=", "build/simulate"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    os.makedirs(scratch)
    simulator = simulate.Simulator(os.path.join(folder, "build"), scratch)
    for seed in range(1, seeds + 1):
        report = simulator.run(seed)
        if report["failure"]:
            return seed, report["failure"]
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("build")
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--only", action="append")
    arguments = parser.parse_args()
    missed = 0
    chosen = [fault for fault in FAULTS if not arguments.only or fault[0] in arguments.only]
    with tempfile.TemporaryDirectory(prefix="huishen-mutants-", dir=virtual.ram()) as folder:
        copy = os.path.join(folder, "copy")
        shutil.copytree(virtual.ROOT, copy, ignore=shutil.ignore_patterns(".git", "build*", "demo"))
        shutil.copytree(os.path.join(virtual.ROOT, arguments.build), os.path.join(copy, "build"))
        for number, fault in enumerate(chosen):
            path, sound = plant(copy, fault)
            found = find(copy, os.path.join(folder, str(number)), arguments.seeds)
            missed += found is None
            print(f"{fault[0]:52}" + ("MISSED" if found is None else f"seed {found[0]}: {found[1]}"), flush=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(sound)
            shutil.rmtree(os.path.join(folder, str(number)))
    print(f"{len(chosen) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
