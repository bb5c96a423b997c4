#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the programs of an office at random while clients submit, and then asks what was lost.

usage: kill_loop.py BUILD [--seconds S] [--seed N]

Half of the strikes come within 90 ms of the program's start, because start-up recovery is where
faults hide; some are SIGSTOP for a while instead of SIGKILL; some hit several programs at once. At
the end everything is let settle, and the clients' histories are held against the journal.

A second, short part does the same to the children of `huishen up`, which must be back in a second.
"""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time

import office

SUBMITTERS = 2
INFLIGHT = 8
EARLY_SECONDS = 0.09
LATE_SECONDS = (0.4, 2.6)
STOP_SECONDS = (0.2, 3.0)
STOP_SHARE = 0.12       # of the strikes that are SIGSTOP
TOGETHER_SHARE = 0.15   # of the strikes that hit a random subset
ACKNOWLEDGED_MIN = 200
KILLS_MIN = 40
SETTLE_SECONDS = 180
BACK_SECONDS = 1.0
PERSISTENT = 1000000    # more submissions than any run can make
LIKE_SAMPLES = (1, 2, 4, 5)
GATED_SAMPLE = 5


class Victim:
    """A program under fire, and when it is struck next. Times are of the monotonic clock."""

    def __init__(self, kind, program, chance):
        self.kind = kind
        self.program = program
        self.chance = chance
        self.stopped_until = None
        self.strike_at = 0.0
        self.kills = 0
        self.stops = 0

    def start(self):
        self.program.start()
        early = self.chance.random() < 0.5
        delay = self.chance.uniform(0, EARLY_SECONDS) if early else self.late()
        self.strike_at = self.program.started + delay

    def late(self):
        return self.chance.uniform(*LATE_SECONDS)

    def due(self):
        return self.strike_at if self.stopped_until is None else self.stopped_until

    def strike(self, now):
        """Stops, wakes or kills the program; a killed one is started again."""
        if self.stopped_until is not None:
            os.kill(self.program.child.pid, signal.SIGCONT)
            self.stopped_until = None
            self.strike_at = now + self.late()
        elif self.chance.random() < STOP_SHARE:
            os.kill(self.program.child.pid, signal.SIGSTOP)
            self.stopped_until = now + self.chance.uniform(*STOP_SECONDS)
            self.stops += 1
        else:
            self.kill()

    def kill(self):
        self.stopped_until = None
        self.program.kill()
        self.kills += 1
        self.start()

    def wake(self):
        if self.stopped_until is not None:
            os.kill(self.program.child.pid, signal.SIGCONT)
            self.stopped_until = None


def expect_unharmed(victim):
    """A program that ends by itself is a fault, whatever happens to the others."""
    program = victim.program
    if not program.is_running():
        code = program.child.returncode
        raise office.Fault(f"{program.name} ended by itself with {code}:\n"
                           f"{office.tail(program.log)}")


def add_submitters(place, seed):
    """Makes the load clients. One that is started again resumes from its own file."""
    likes = []
    for number in LIKE_SAMPLES:
        # The first proposals of an office: their numbers end in their ids.
        status = 1 if number == GATED_SAMPLE else 0
        likes += ["--like", str(int(place.submit(office.sample(number), status).split("-")[-1]))]
    programs = []
    for index in range(SUBMITTERS):
        name = f"submitter-{index}"
        programs.append(place.add(name, [
            place.program("submitter"), "--home", place.home, "--office", place.id(),
            "--as", "street", "--broker", place.endpoint,
            "--out", place.path("run", f"{name}.jsonl"), "--count", str(PERSISTENT),
            "--inflight", str(INFLIGHT), "--seed", str(seed * SUBMITTERS + index), *likes]))
        programs[-1].is_patient = True  # it may be told to end as it begins
    return programs


def fire(victims, chance, seconds):
    """Strikes until the time is over."""
    end = time.monotonic() + seconds
    while True:
        victim = min(victims, key=Victim.due)
        now = time.monotonic()
        if victim.due() >= end:
            time.sleep(max(end - now, 0))
            break
        time.sleep(max(victim.due() - now, 0))
        for other in victims:
            expect_unharmed(other)
        if chance.random() < TOGETHER_SHARE:
            for other in chance.sample(victims, chance.randint(1, len(victims) - 1)):
                if other is not victim:
                    other.kill()
        victim.strike(time.monotonic())
    for victim in victims:
        victim.wake()


def read_answers(place):
    """Returns the commands acknowledged in all histories: id -> proposal."""
    acknowledged = {}
    for index in range(SUBMITTERS):
        path = place.path("run", f"submitter-{index}.jsonl")
        if not os.path.exists(path):
            continue  # killed before it began one
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.endswith("}\n"):
                    answer = json.loads(line)
                    if answer["answer"] == "receipt":
                        acknowledged[answer["command"]] = str(answer["proposal"])
    return acknowledged


def settle(place, acknowledged):
    """Follows the journal until every acknowledged proposal has come to its end."""
    follower = place.add("follower", [place.program("huishen"), "--home", place.home, "--json",
                                      "journal", "--follow"]).start()
    waiting = set(acknowledged.values())
    end = time.monotonic() + SETTLE_SECONDS
    while waiting:
        left = end - time.monotonic()
        if left <= 0:
            raise office.Fault(f"{len(waiting)} proposals have no verdict after "
                               f"{SETTLE_SECONDS} s: {sorted(waiting, key=int)[:10]}")
        event = json.loads(follower.line(left)).get("event", {})
        if any(kind in event for kind in ("verdictIssued", "gateFailed", "correctionRequested")):
            waiting.discard(str(event["proposal"]))
    follower.kill()
    del place.programs["follower"]


def check_history(place):
    journal = place.path("run", "journal.jsonl")
    place.export(journal)
    receipts = [place.path("run", f"submitter-{index}.jsonl") for index in range(SUBMITTERS)]
    checker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "history.py")
    result = subprocess.run([sys.executable, checker, journal, *receipts], text=True,
                            capture_output=True)
    office.expect(result.returncode == 0, f"the histories disagree:\n{result.stdout[-4000:]}"
                                          f"{result.stderr}")
    print(f"  history: {result.stdout.strip()}", flush=True)


def loop(build, seconds, seed):
    """The first part: every program is the test's own child."""
    chance = random.Random(seed)
    with office.Office(build) as place:
        place.start()
        victims = [Victim("broker", place.programs["broker"], chance)]
        victims += [Victim("agent", place.programs[name], chance) for name in office.DEPARTMENTS]
        victims += [Victim("submitter", program, chance)
                    for program in add_submitters(place, seed)]
        begin(victims)
        fire(victims, chance, seconds)

        acknowledged = read_answers(place)
        kills = {kind: sum(v.kills for v in victims if v.kind == kind)
                 for kind in ("broker", "agent", "submitter")}
        stops = sum(victim.stops for victim in victims)
        print(f"  {len(acknowledged)} acknowledged, kills {kills}, {stops} stops", flush=True)

        for victim in victims:
            if victim.kind == "submitter":
                victim.program.stop()
                victim.program.start().stop()  # whenever it is told to, it ends with its file in order
        settle(place, read_answers(place))
        check_history(place)
        place.stop()
        place.verify()
        office.expect(len(acknowledged) >= ACKNOWLEDGED_MIN,
                      f"only {len(acknowledged)} submissions were acknowledged")
        for kind in ("broker", "agent"):
            office.expect(kills[kind] >= KILLS_MIN, f"only {kills[kind]} kills of {kind}")


def begin(victims):
    """Sets the first strikes of what runs, and starts what does not."""
    for victim in victims:
        if victim.program.is_running():
            victim.strike_at = time.monotonic() + victim.late()
        else:
            victim.start()


# ---- huishen up ------------------------------------------------------------------------------------


def children_of(pid):
    """Returns the running children of a process: program name with its arguments -> process id."""
    children = {}
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        for child in file.read().split():
            try:
                with open(f"/proc/{child}/cmdline", "rb") as line:
                    words = line.read().decode().split("\0")
            except OSError:
                continue
            if words[0]:
                children[" ".join([os.path.basename(words[0])] + words[1:]).strip()] = int(child)
    return children


def wait_back(pid, name, old, seconds):
    """Waits until the child @name runs under another process id than @old."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = children_of(pid).get(name)
        if now is not None and now != old:
            return time.monotonic()
        time.sleep(0.01)
    raise office.Fault(f"{name} was not back within {seconds} s")


def supervised(build):
    """The second part: what `up` starts is killed, one at a time."""
    with office.Office(build) as place:
        up = place.add("up", [place.program("huishen"), "--home", place.home, "up"]).start()
        up.ready(60)
        running = children_of(up.child.pid)
        office.expect(len(running) >= 5, f"up runs {sorted(running)}")
        first = place.submit(office.sample(1))
        for name, pid in sorted(running.items()):
            os.kill(pid, signal.SIGKILL)
            wait_back(up.child.pid, name, pid, BACK_SECONDS)
            place.done("wait", first, "--for", "verdict", "--timeout", "30")
        second = place.submit(office.sample(2))
        place.done("wait", second, "--for", "verdict", "--timeout", "30")
        last = children_of(up.child.pid)
        up.stop()
        for pid in last.values():
            office.expect(not os.path.exists(f"/proc/{pid}"), f"process {pid} outlived up")
        place.verify()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--only", choices=("loop", "up"))
    options = parser.parse_args()
    print(f"  seed {options.seed}", flush=True)
    cases = office.Cases()
    if options.only != "up":
        cases.run("nothing acknowledged is lost", loop, options.build, options.seconds,
                  options.seed)
    if options.only != "loop":
        cases.run("what up started comes back", supervised, options.build)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
