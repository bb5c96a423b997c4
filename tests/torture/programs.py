#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every call of the real programs fails once: a broker, an agent and the command line in an office.

usage: programs.py BUILD [--count N] [--seed N] [--only NAME]

Each scenario does one thing with one of its programs under torture, first with nothing failing, to
count that program's calls from a mark on, then with one of them, or it and all that follow, failing;
N times over all scenarios. Then the fault is gone and what ended is started again, as a supervisor
does. A program that ends has said why; what was acknowledged is on record; a command typed again is
done, once; and the record is whole. --only NAME CLASS:N:ERROR:once|on does one failure again.
"""
import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

import office  # noqa: E402
from office import Fault, expect  # noqa: E402
from tally import CLASSES, ERRORS, Failure, Tally  # noqa: E402

ANSWER_SECONDS = 6
WAIT_SECONDS = 30
# How a program may end that was failed: the environment failed it, it or a library stopped by design.
STATUS_ENVIRONMENT = 4
STOPS = ("bug: ", "Assertion failed", "terminate called", "(src/", "mdb.c:", "Fatal error")


class Place(office.Office):
    """A copy of a founded office, with one program that may be tortured."""

    def __init__(self, build, original, tally):
        self.build = os.path.abspath(build)
        self.folder = tempfile.mkdtemp(prefix="huishen-torture-")
        self.home = os.path.join(self.folder, "home")
        shutil.copytree(original, self.home)
        self.programs = {}
        self.endpoint = None
        self.tally = tally

    def environment(self):
        return {**os.environ, "LD_PRELOAD": os.path.join(self.build, "libtorture.so"),
                "TORTURE_TALLY": self.tally.path}

    def torture(self, program):
        """Starts @program so that its calls are counted and failed."""
        with open(program.log, "ab") as log:
            program.child = subprocess.Popen(program.argv, stdin=subprocess.DEVNULL,
                                             stdout=subprocess.PIPE, stderr=log,
                                             cwd=program.folder, env=self.environment())
        program.started, program.buffer = time.monotonic(), b""
        return program

    def torture_line(self, *arguments, account="street"):
        """Runs a command line under torture; returns its result."""
        argv = [self.program("huishen"), "--lang", "en", "--home", self.home, "--as", account,
                *arguments]
        self.tally.arm()
        try:
            return subprocess.run(argv, text=True, capture_output=True, stdin=subprocess.DEVNULL,
                                  timeout=WAIT_SECONDS, env=self.environment())
        except subprocess.TimeoutExpired as fault:
            raise Fault("the command line hangs") from fault
        finally:
            self.tally.disarm()

    def broker_under_torture(self):
        """A broker that serves, whose calls from now on are counted."""
        broker = self.torture(self.add_broker())
        self.endpoint = broker.ready()
        broker.argv[-1] = self.endpoint
        self.write_endpoint()
        self.tally.arm()
        return broker

    def write_endpoint(self):
        with open(self.path("run", "broker"), "w", encoding="utf-8") as file:
            file.write(self.endpoint + "\n")

    def restore(self, name="broker"):
        """The fault is gone: what ended is started again. Raises Fault if it ended wrongly."""
        self.tally.disarm()
        program = self.programs[name]
        if program.child.poll() is not None:
            expect_end(program.child.returncode, office.tail(program.log), self.tally)
            program.start()
            program.ready()


def expect_end(code, said, tally):
    """A program that was failed ended as it may."""
    exhausted = tally.failure is not None and tally.failure.name == "memory"  # libpgm has no words
    stopped = code == -signal.SIGABRT and (exhausted or any(mark in said for mark in STOPS))
    expect(code in (0, STATUS_ENVIRONMENT) or stopped, f"ended with {code}:\n{said}")
    expect(code == 0 or stopped or said.strip(), f"ended with {code} and without a word")


def ended_or(program, seconds, done):
    """Waits until @program ended or @done() is true. False: neither."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if program.child.poll() is not None or done():
            return True
        time.sleep(0.01)  # between two looks at processes that tell nobody of their end
    return False


def typed(place, broker, *arguments, account):
    """Types a command while the broker is under torture. Returns its result, None if the broker
    ended first or nothing came in time."""
    argv = [place.program("huishen"), "--lang", "en", "--home", place.home, "--as", account,
            *arguments]
    child = subprocess.Popen(argv, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    ended_or(broker, ANSWER_SECONDS, lambda: child.poll() is not None)
    if child.poll() is None:
        child.kill()
        out, _ = child.communicate()
        return subprocess.CompletedProcess(argv, 0, out, "") if out.strip() else None
    out, err = child.communicate()
    return subprocess.CompletedProcess(argv, child.returncode, out, err)


def again(place, *arguments, account):
    """Types a command with nothing failing until it is answered."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        result = place.run(*arguments, account=account)
        if result.returncode != 3 or time.monotonic() > end:
            expect(result.returncode == 0, f"again: {result.returncode}: {result.stderr}")
            return result.stdout.strip()


def proposals(place):
    return [row["number"] for row in place.json("list", account="office")["proposals"]]


# ---- scenarios -------------------------------------------------------------------------------------


def broker_starts(place):
    """A broker either serves or ends with words; started again it serves."""
    place.tally.arm()
    broker = place.torture(place.add_broker())
    try:
        place.endpoint = broker.ready(ANSWER_SECONDS)
    except Fault:
        place.tally.disarm()
        if broker.is_running():
            place.endpoint = broker.ready(ANSWER_SECONDS)
        else:
            expect_end(broker.child.returncode, office.tail(broker.log), place.tally)
            place.endpoint = broker.start().ready()
    place.tally.disarm()
    if broker.child.poll() is not None:  # it served, and then met the failure
        expect_end(broker.child.returncode, office.tail(broker.log), place.tally)
        place.endpoint = broker.start().ready()
    broker.argv[-1] = place.endpoint
    place.write_endpoint()
    place.submit(office.sample(1))


def broker_takes(place):
    """What a tortured broker acknowledges is on record; what it does not can be sent again."""
    broker = place.broker_under_torture()
    result = typed(place, broker, "submit", office.sample(1), account="street")
    place.restore()
    listed = proposals(place)
    if result is not None and result.returncode == 0:
        expect(result.stdout.strip() in listed, "what was acknowledged is lost")
        return
    number = again(place, "submit", office.sample(1), account="street")
    expect(proposals(place) == [number], f"not once on record: {proposals(place)}")


def broker_hears(place):
    """The same for an opinion."""
    place.start_broker()
    number = place.submit(office.sample(1))
    place.programs["broker"].stop()
    broker = place.broker_under_torture()
    opine = ("opine", f"{number}/1/fire", "--result", "agree")
    result = typed(place, broker, *opine, account="fire")
    place.restore()
    review = next(row for row in place.json("show", number)["reviews"]
                  if row["department"] == "fire")
    if result is not None and result.returncode == 0:
        expect(review["result"] == "agree", "an opinion that was acknowledged is lost")
        return
    if review["result"] != "agree":
        again(place, *opine, account="fire")


def broker_reads(place):
    """A question that fails leaves a broker that answers the next one."""
    place.start_broker()
    number = place.submit(office.sample(1))
    place.programs["broker"].stop()
    broker = place.broker_under_torture()
    typed(place, broker, "show", number, account="office")
    typed(place, broker, "journal", account="office")
    place.restore()
    expect(proposals(place) == [number], "it is not there any more")


def broker_stops(place):
    """A broker that is asked to end does so."""
    broker = place.broker_under_torture()
    broker.child.terminate()
    ended = ended_or(broker, office.STOP_SECONDS, lambda: False)
    expect(ended, "it does not stop")
    expect_end(broker.child.returncode, office.tail(broker.log), place.tally)
    place.tally.disarm()
    broker.start().ready()


def agent_answers(place):
    """An agent that is failed answers its review when it is started again."""
    place.start_broker()
    number = place.submit(office.sample(1))
    agent = place.add_agent("fire")
    place.tally.arm()
    place.torture(agent)
    ended_or(agent, 1.5, lambda: place.tally.failed()[0] > 0 or answered(place, number))
    ended_or(agent, 0.3, lambda: False)  # what the failure leads to
    place.tally.disarm()
    if agent.child.poll() is not None:
        expect_end(agent.child.returncode, office.tail(agent.log), place.tally)
        agent.start().ready()
    end = time.monotonic() + WAIT_SECONDS
    while not answered(place, number):
        expect(time.monotonic() < end, f"no answer:\n{office.tail(agent.log)}")
    agent.kill()


def answered(place, number):
    return any(row["department"] == "fire" and row["result"] not in ("", "unspecified", None)
               for row in place.json("show", number)["reviews"])


def line_submits(place):
    """A command line that is failed has submitted, or says that it has not; again, it is once."""
    place.start_broker()
    result = place.torture_line("submit", office.sample(1))
    expect_end(0 if result.returncode == 3 else result.returncode, result.stderr, place.tally)
    if result.returncode == 0:
        expect(proposals(place) == [result.stdout.strip()], "what was acknowledged is lost")
        return
    number = again(place, "submit", office.sample(1), account="street")
    expect(number in proposals(place), "what was acknowledged is lost")


def line_reads(place, *arguments):
    """A command line that is failed says so, and leaves nothing that hinders the next."""
    place.start_broker()
    result = place.torture_line(*arguments, account="office")
    expect_end(0 if result.returncode == 3 else result.returncode, result.stderr, place.tally)
    place.done(*arguments, account="office")


def line_lists(place):
    line_reads(place, "list")


def line_journal(place):
    line_reads(place, "journal")


def line_verifies(place):
    line_reads(place, "verify")


def line_imports(place):
    line_reads(place, "calendar", "import",
               os.path.join(ROOT, "configs", "calendars", "working_days.yaml"))


SCENARIOS = (broker_starts, broker_takes, broker_hears, broker_reads, broker_stops, agent_answers,
             line_submits, line_lists, line_journal, line_verifies, line_imports)


# ---- runs ------------------------------------------------------------------------------------------


def play(build, original, scenario, failure):
    """Runs @scenario with @failure. Returns what was counted."""
    with tempfile.NamedTemporaryFile(prefix="huishen-tally-") as file:
        tally = Tally(file.name, failure)
        try:
            with Place(build, original, tally) as place:
                scenario(place)
                place.programs["broker"].kill()
                place.done("verify", "--views")
            return tally.counts(), tally.failed()
        finally:
            tally.close()


def choose(chance, counts):
    """Returns a failure of any class that has calls."""
    name = chance.choice([name for name in CLASSES if counts[name] > 0])
    error = chance.choice(ERRORS[name])
    return Failure(name, chance.randint(1, counts[name]), error,
                   error != "EINTR" and chance.random() < 0.5)


def read_failure(text):
    name, first, error, mode = re.fullmatch(r"(\w+):(\d+):(\w+):(once|on)", text).groups()
    return Failure(name, int(first), error, mode == "on")


def arguments_of(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--count", type=int, default=110)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs=2, metavar=("NAME", "FAILURE"))
    return parser.parse_args(words)


def main(words):
    options = arguments_of(words)
    cases = office.Cases()
    injected = dict.fromkeys(CLASSES, 0)
    with office.Office(options.build) as founded:
        founded.start()  # the agents publish their rules
        founded.stop()
        for program in founded.programs.values():
            os.remove(program.log)  # what a program says in a run is judged
        if options.only:
            scenario = next(one for one in SCENARIOS if one.__name__ == options.only[0])
            cases.run(" ".join(options.only), play, options.build, founded.home, scenario,
                      read_failure(options.only[1]))
            return cases.end()
        for place, scenario in enumerate(SCENARIOS):
            chance = random.Random(f"{options.seed} {scenario.__name__}")
            counts, _ = play(options.build, founded.home, scenario, None)
            share = (options.count * (place + 1) // len(SCENARIOS)
                     - options.count * place // len(SCENARIOS))
            for _ in range(share):
                failure = choose(chance, counts)
                injected[failure.name] += 1
                cases.run(f"{scenario.__name__} {failure}", play, options.build, founded.home,
                          scenario, failure)
            print(f"  {scenario.__name__}: {share} failures", flush=True)
    print("  " + ", ".join(f"{name} {count}" for name, count in injected.items()), flush=True)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
