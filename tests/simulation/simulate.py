#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Simulated office-years: many seeds of build/simulate, and what they found.

usage: simulate.py BUILD [--seeds N] [--first N] [--seconds N] [--jobs N] [--controls N] [--twice PER_MILLE]
       simulate.py BUILD --seed N [--mask BITS] [--days N] [--loud] [--control] [--ed25519] [--journal FOLDER]

The first form runs the kept seeds (tests/simulation/seeds.txt), then N new ones from the first on, at most
for so many seconds; then the negative control: seeds whose disk lies about its syncs, each of which must be noticed if it
cost anything. Of every thousand seeds some are run twice: the same hash must come. A seed that breaks a
promise is made smaller (faults are switched off, then days) and printed with the command that repeats it.

The second form runs one seed and prints its report; with --journal the office's journal is left in
FOLDER/home and, one line of JSON an entry (tests/simulation/export.h), in FOLDER/journal.jsonl.

An office-year is 220,500 events: 20 proposals a day, 245 days, 45 events each. Proposals are counted too, and the
smaller of the two numbers of years is what is claimed.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "virtual"))

import virtual  # noqa: E402

EVENTS_A_YEAR = 20 * 245 * 45
PROPOSALS_A_YEAR = 20 * 245
FAULTS = 19
KEPT = os.path.join(HERE, "seeds.txt")
START = "2026-01-08 08:00"
RULES = ("planning", "urban_management", "water")


class Simulator:
    """The program, and the founded office that every seed begins with."""

    def __init__(self, build, scratch):
        self.program = os.path.join(scratch, "simulate")  # a copy: the build may go on
        self.scratch = scratch
        shutil.copy2(os.path.join(virtual.ROOT, build, "simulate"), self.program)
        self.founded = os.path.join(scratch, "founded")
        self.found(build)

    def found(self, build):
        with virtual.Office(build, virtual.at(START)) as office:
            virtual.found_demo(office)
            for name in virtual.OWNERS + ("planning", "fire", "utilities", "urban_management", "construction"):
                office.must(enrol=f"agent:{name}/2", role="agent", department=name)
            for department in self.departments():
                office.must(department=department)
            office.child.stdin.close()
            office.child.wait(timeout=20)
            shutil.copytree(office.folder, self.founded)

    @staticmethod
    def departments():
        """Returns the definitions of the departments that the rules answer for, and of one whose head gives."""
        titles = {"planning": "规划自然资源局", "urban_management": "城市管理局", "water": "供排水权属单位"}
        rows = [{"id": name, "title": {"zh": titles[name], "en": name}, "answer": "rules"} for name in RULES]
        rows.append({"id": "construction", "title": {"zh": "建设管理局", "en": "construction"}, "answer": "person",
                     "signOff": "head"})
        return rows

    def run(self, seed, options=()):
        """Returns the report of @seed; one that ended otherwise than by a report has that as its failure."""
        folder = tempfile.mkdtemp(prefix=f"seed-{seed}-", dir=self.scratch)
        home = os.path.join(folder, "s")
        command = [self.program, self.founded, home, "--seed", str(seed), *options]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=virtual.ROOT, check=False)
        if "--journal" not in options:
            shutil.rmtree(folder, ignore_errors=True)
        try:
            report = json.loads(result.stdout)
        except ValueError:
            words = result.stderr.decode(errors="replace").strip().splitlines()
            report = {"seed": seed, "hash": "", "failure": f"ended with {result.returncode}: "
                                                           f"{words[-1] if words else ''}"}
        report["home"] = home
        report["stderr"] = result.stderr
        return report

    def shrink(self, seed, days):
        """Returns the options of a smaller run of @seed that fails as well."""
        masked = 0
        for fault in range(FAULTS):
            tried = masked | 1 << fault
            if self.run(seed, options_of(tried, days))["failure"]:
                masked = tried
        while days > 1 and self.run(seed, options_of(masked, days // 2))["failure"]:
            days //= 2
        return options_of(masked, days)


def options_of(masked, days):
    options = ["--mask", str(masked)] if masked else []
    return options + (["--days", str(days)] if days else [])


def kept_seeds():
    """Returns the rows of the file of kept seeds: what comes before a '#' is a seed and its options."""
    rows = []
    with open(KEPT, encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                rows.append((int(words[0]), tuple(words[1:])))
    return rows


class Campaign:
    """Counts what the seeds of one run came to."""

    def __init__(self, simulator, arguments):
        self.simulator = simulator
        self.arguments = arguments
        self.tally = {}
        self.reports = 0
        self.failures = []
        self.begin = time.monotonic()

    def is_late(self):
        return self.arguments.seconds is not None and time.monotonic() - self.begin > self.arguments.seconds

    def count(self, report):
        self.reports += 1
        for name in ("events", "proposals", "turns", "receipts", "refusals", "crashes", "powerLosses", "frames",
                     "faults"):
            self.tally[name] = self.tally.get(name, 0) + report.get(name, 0)

    def judge(self, seed, options):
        """Runs @seed, some of them twice."""
        if self.is_late() and not options:
            return None
        report = self.simulator.run(seed, options)
        if not report["failure"] and seed % 1000 < self.arguments.twice:
            again = self.simulator.run(seed, options)
            if again["hash"] != report["hash"]:
                report["failure"] = f"not repeatable: {report['hash']}, then {again['hash']}"
        return report

    def run_all(self, jobs):
        """Runs the seeds of @jobs, (seed, options) each."""
        with concurrent.futures.ThreadPoolExecutor(self.arguments.jobs) as pool:
            for (seed, options), report in zip(jobs, pool.map(lambda job: self.judge(*job), jobs)):
                if report is None:
                    continue
                self.count(report)
                if report["failure"]:
                    self.failures.append((seed, options, report))
                    print(f"seed {seed} {' '.join(options)}: {report['failure']}", flush=True)

    def shrink_failures(self):
        for seed, options, report in self.failures[:self.arguments.shrink]:
            smaller = [] if options else self.simulator.shrink(seed, report.get("days", 20))
            print(f"  repeat: tests/simulation/simulate.py {self.arguments.build} --seed {seed} "
                  f"{' '.join(smaller or options)} --loud", flush=True)

    def run_controls(self):
        """The disk lies: what that costs must be noticed. Returns what was missed."""
        seeds = range(1, self.arguments.controls + 1)
        with concurrent.futures.ThreadPoolExecutor(self.arguments.jobs) as pool:
            reports = list(pool.map(lambda seed: self.simulator.run(seed, ("--control",)), seeds))
        lost = [report for report in reports if report.get("lostSynced")]
        refused = sum(1 for report in lost if report.get("refused"))
        seen = sum(1 for report in lost if report["failure"])
        print(f"negative control: {len(reports)} seeds, {len(lost)} lost what was said to be synced: {refused} were "
              f"refused at the start, {seen} were found by the oracle, {len(lost) - refused - seen} lost nothing "
              "that was looked for", flush=True)
        if reports and refused + seen == 0:
            return ["the negative control found nothing"]
        return [f"control {report['seed']}: {report['failure']}" for report in reports
                if report["failure"] and not report.get("lostSynced")]

    def tell(self):
        seconds = time.monotonic() - self.begin
        years = min(self.tally.get("events", 0) / EVENTS_A_YEAR, self.tally.get("proposals", 0) / PROPOSALS_A_YEAR)
        print(f"{self.reports} seeds, {years:.1f} office-years, {seconds:.0f} s: " +
              ", ".join(f"{value} {name}" for name, value in self.tally.items()), flush=True)


def run_one(simulator, arguments):
    options = options_of(arguments.mask, arguments.days)
    for name in ("loud", "control", "ed25519"):
        if getattr(arguments, name):
            options.append("--" + name)
    if arguments.journal:
        options.append("--journal")
    report = simulator.run(arguments.seed, options)
    sys.stderr.buffer.write(report.pop("stderr"))
    if arguments.journal:
        shutil.copytree(os.path.join(report["home"], "home"), os.path.join(arguments.journal, "home"))
        shutil.copy2(os.path.join(report["home"], "journal.jsonl"), arguments.journal)
    del report["home"]
    print(json.dumps(report, ensure_ascii=False))
    return 1 if report["failure"] else 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("build")
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--controls", type=int, default=20)
    parser.add_argument("--twice", type=int, default=10)
    parser.add_argument("--shrink", type=int, default=3)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--mask", type=int, default=0)
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--journal")
    for name in ("loud", "control", "ed25519"):
        parser.add_argument("--" + name, action="store_true")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="huishen-simulate-", dir=virtual.ram()) as scratch:
        simulator = Simulator(arguments.build, scratch)
        if arguments.seed is not None:
            return run_one(simulator, arguments)
        campaign = Campaign(simulator, arguments)
        campaign.run_all(kept_seeds())
        campaign.run_all([(seed, ()) for seed in range(arguments.first, arguments.first + arguments.seeds)])
        campaign.tell()
        campaign.shrink_failures()
        missed = campaign.run_controls()
        for line in missed:
            print(line, flush=True)
        failed = len(campaign.failures) + len(missed)
        print(f"{campaign.reports - len(campaign.failures)} passed, {failed} failed")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
