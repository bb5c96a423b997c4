#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A demonstration's virtual clock, and a clock that is not believed, from the command line.

usage: clock.py BUILD

An office whose departments have LIMIT_HOURS runs RATE times as fast as the world: a review nobody
answers is overdue at its virtual instant, also when the broker was killed in between.
"""
import datetime
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time

import office
from office import expect, expect_equal

RATE = 10000
LIMIT_HOURS = 10  # 3.6 s
LATE_SECONDS = 3 * RATE  # three of the world's: a loaded machine, a broker started again
WAIT_SECONDS = 60
QUARTER_RATE = 130000


def data_folder(folder):
    """Copies what comes with the programs, with another limit; returns the folder."""
    shutil.copytree(os.path.join(office.ROOT, "configs"), os.path.join(folder, "configs"))
    for name in os.listdir(os.path.join(office.ROOT, "agents")):
        rules = os.path.join(office.ROOT, "agents", name, "rules.yaml")
        if os.path.exists(rules):
            os.makedirs(os.path.join(folder, "agents", name))
            shutil.copy(rules, os.path.join(folder, "agents", name))
    path = os.path.join(folder, "configs", "processes", "joint_review.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text, count = re.subn(r"limit: \{working_days: \d+", f"limit: {{hours: {LIMIT_HOURS}", text)
    expect(count > 0, "the process has another limit")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return folder


def instant(text):
    return datetime.datetime.fromisoformat(text)


def start_up(place, *arguments):
    """Starts `up` with a free port and waits for it."""
    up = place.add("up", [place.program("huishen"), "--home", place.home, "--lang", "en", "up",
                          "--port", "0", *map(str, arguments)]).start()
    up.ready()
    return up


def broker_of(up):
    """Returns the process id of the broker under @up."""
    with open(f"/proc/{up.child.pid}/task/{up.child.pid}/children", encoding="ascii") as file:
        for pid in file.read().split():
            with open(f"/proc/{pid}/cmdline", "rb") as command:
                if b"huishen-broker" in command.read():
                    return int(pid)
    raise office.Fault("no broker runs")


def follow(place):
    return place.add("follower", [place.program("huishen"), "--home", place.home, "--json",
                                  "journal", "--follow"]).start()


def is_overdue(line, number):
    event = line.get("event", {})
    return event.get("reviewOverdue", {}).get("department") == "fire" and event["proposal"] == number


def wait_overdue(place, number):
    """Follows the journal until fire's review of proposal @number is overdue; returns that line."""
    follower = follow(place)
    end = time.monotonic() + WAIT_SECONDS
    while True:
        line = json.loads(follower.line(max(end - time.monotonic(), 0)))
        if is_overdue(line, number):
            follower.kill()
            return line


def check_overdue(place, proposal):
    """Fire's review is recorded as overdue after its instant, soon, and once."""
    number = place.json("show", proposal)["id"]
    line = wait_overdue(place, number)
    due = instant(line["event"]["reviewOverdue"]["dueAt"])
    reviews = {review["department"]: review for review in place.json("show", proposal)["reviews"]}
    dispatched = instant(reviews["fire"]["dispatchedAt"])
    expect_equal("the limit", due - dispatched, datetime.timedelta(hours=LIMIT_HOURS))
    late = (instant(line["at"]) - due).total_seconds()
    expect(0 < late < LATE_SECONDS, f"recorded {late} s after its instant")
    expect_equal("the state", reviews["fire"]["state"], "overdue")
    count = sum(is_overdue(json.loads(entry), number)
                for entry in place.done("--json", "journal").splitlines())
    expect_equal("overdue events", count, 1)


# ---- cases -------------------------------------------------------------------------------------------


def refused(place, words, *arguments, home=True):
    result = place.run(*arguments, home=home)
    expect_equal(f"{arguments}: {result.stderr}", result.returncode, 2)
    expect(words in result.stderr, f"{arguments} said {result.stderr!r}")


def bad_usage(place):
    """A virtual clock is for demonstrations, goes forward, and is behind no entry."""
    real = os.path.join(place.folder, "real")
    place.done("init", real, home=False)
    refused(place, "for a demonstration", "--home", real, "up", "--clock-rate", "10", home=False)
    refused(place, "for a demonstration", "init", place.path("other"), "--clock-from",
            "2026-03-02 09:00", home=False)
    refused(place, "the journal has come to", "up", "--clock-from", "2020-01-01 09:00")
    refused(place, "at least 1", "up", "--clock-rate", "0")
    refused(place, "--clock-rate", "up", "--clock-rate", "1000001")
    refused(place, "--clock-from is like", "up", "--clock-from", "2026-02-30 09:00")
    broker = place.add("impostor", [place.program("huishen-broker"), "--home", real, "--clock",
                                    "1,2,3"]).start()
    broker.child.wait(WAIT_SECONDS)
    expect_equal("a broker of the real world", broker.child.returncode, 2)
    broker.close()


def overdue(place):
    """What nobody answers is overdue at its virtual instant."""
    start_up(place).stop()  # every department publishes its rules
    up = start_up(place, "--clock-rate", RATE, "--departments", "planning")
    proposal = place.submit(office.sample(1))
    check_overdue(place, proposal)
    return up


def overdue_over_a_kill(place, up):
    """The same when the broker is killed while the clock of the review runs."""
    proposal = place.submit(office.sample(2))
    os.kill(broker_of(up), signal.SIGKILL)
    check_overdue(place, proposal)
    expect_equal("the clock", place.json("clock", "show")["state"], "trusted")
    place.verify()
    up.stop()


def a_later_journal(place):
    """On the real clock such a journal lies in the future: nothing fires until that is confirmed."""
    up = start_up(place)
    result = place.run("list")
    expect_equal("list", result.returncode, 0)
    expect("the broker's clock is suspect" in result.stderr, f"list said {result.stderr!r}")
    expect("时钟存疑" in place.run("list", language="zh").stderr, "not said in Chinese")
    shown = place.json("clock", "show")
    expect_equal("the clock", (shown["state"], shown["suspicion"]), ("suspect", "backward"))
    expect(instant(shown["wallAt"]) < instant(shown["nowAt"]), "the journal is not in the future")

    result = place.run("clock", "confirm", account="fire")
    expect("refused: NOT_ALLOWED" in result.stderr, f"confirm said {result.stderr!r}")
    os.kill(broker_of(up), signal.SIGKILL)
    expect_equal("after a restart", place.json("clock", "show")["state"], "suspect")
    expect_equal("confirm", place.json("clock", "confirm", "--reason", "a watch")["state"],
                 "confirmed")
    result = place.run("clock", "show")
    expect("trusted" in result.stdout and result.stderr == "", f"said {result.stderr!r}")
    expect_equal("again", place.json("clock", "confirm")["state"], "unchanged")
    up.stop()
    expect(not os.path.exists(place.path("run", "clock")), "run/clock is left behind")


def a_quarter(place):
    """A home founded in March, at a rate at which a quarter is a minute: nothing breaks."""
    home = os.path.join(place.folder, "march")
    place.done("init", home, "--demo", "--clock-from", "2026-03-02 09:00", home=False)
    place.home = home
    os.makedirs(place.path("run"), exist_ok=True)
    up = start_up(place, "--clock-from", "2026-03-02 09:00", "--clock-rate", QUARTER_RATE)
    for number in (1, 2):
        proposal = place.submit(office.sample(number))
        place.done("wait", proposal, "--for", "verdict", "--timeout", WAIT_SECONDS)
    entries = [json.loads(line) for line in place.done("--json", "journal").splitlines()]
    expect_equal("the genesis", instant(entries[0]["at"]), instant("2026-03-02T09:00:00+08:00"))
    expect(instant(entries[-1]["at"]) > instant("2026-03-02T12:00:00+08:00"), "time crawls")
    expect_equal("the clock", place.json("clock", "show")["state"], "trusted")
    place.verify()
    up.stop()


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    with tempfile.TemporaryDirectory(prefix="huishen-data-") as folder:
        os.environ["HUISHEN_DATADIR"] = data_folder(folder)
        with office.Office(arguments[0]) as place:
            running = []
            cases.run("bad usage", bad_usage, place)
            cases.run("overdue in virtual time", lambda: running.append(overdue(place)))
            if running:
                cases.run("overdue over a kill", overdue_over_a_kill, place, running[0])
                cases.run("a journal from the future", a_later_journal, place)
            cases.run("a quarter in a minute", a_quarter, place)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
