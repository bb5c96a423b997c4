#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Power loss: a real office is recorded at work, and then started from what a power loss may have left at
each moment of it.

usage: power.py BUILD [--states N] [--seed N] [--jobs N] [--keep DIR]

The broker of a demo office runs under tests/power/recorder.c from the first call of `init` on, through
submissions with documents, opinions, a second round, three kills and two orderly ends, with four agents
and a client under load. tests/power/replay.c then makes N different states of its disk and starts a broker on
each. What was promised to anybody must be there, byte for byte, and the broker must go on.

Four disks that break their promises follow, and must be found out: LMDB without its syncs, LMDB without
the sync of its meta page, syncs that do nothing, and sectors of 8 bytes. So must a meta page that went
back after the head file was written: the broker refuses, and names the entry.

The recordings of a run that failed are kept. A state that was not whole is named by a line `--at P --state
I: ...`, and is judged again, alone, by

    BUILD/power-replay --tape FOLDER/office/tape --home FOLDER/office/disk/home --scratch /dev/shm/one \\
        --seed SEED --at P --state I

(for the agent with its tape, `agent-tape`, and --agent home/agents/fire-1).
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

import office  # noqa: E402
from office import expect  # noqa: E402

SECONDS = 60
INFLIGHT = 2
SUBMISSIONS = 40
AGENT = "fire"          # the one that is recorded too
AGENT_STORE = f"home/agents/{AGENT}-1"
AGENT_KILLED_AFTER = 100  # fewer than its first life has, however much a bundle takes
KILLED_AFTER = 400      # records of the broker's first life
AGENT_SHARE = 5         # of the states one in so many is judged for the agent, beside the broker's
RECEIPTS_MIN = 100
AGENT_SENT_MIN = 50  # bundles; each may have several commands
CONTROL_STATES = 2000
MEMORY = "/dev/shm"
REPLAY_SECONDS = 600    # and one for each STATES_A_SECOND, on the slowest of machines
STATES_A_SECOND = 50
PLAN_BYTES = (700, 5000, 90000, 270000)  # the last is more than one chunk


class Recording:
    """An office under the recorder, the broker on one tape and one agent on another."""

    def __init__(self, build, folder, flags=None):
        self.folder = folder
        self.tape = os.path.join(folder, "tape")
        disk = os.path.join(folder, "disk")
        os.makedirs(disk)
        self.extra = {"LD_PRELOAD": os.path.abspath(os.path.join(build, "recorder.so")),
                      "HUISHEN_POWER_ROOT": os.path.realpath(disk),
                      "HUISHEN_POWER_TAPE": self.tape}
        self.agent_tape = os.path.join(folder, "agent-tape")
        if flags:
            self.extra["HUISHEN_POWER_LMDB"] = flags
        self.place = office.Office(build, folder=os.path.realpath(disk), extra=self.extra)
        self.home = self.place.home

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for program in self.place.programs.values():
            if program.is_running():
                program.kill()

    def start_broker(self, **extra):
        broker = self.place.add_broker()
        broker.extra = {**self.extra, **extra}
        broker.start()
        self.place.endpoint = broker.ready()
        with open(self.place.path("run", "broker"), "w", encoding="utf-8") as file:
            file.write(self.place.endpoint + "\n")
        return broker

    def start_agent(self, **extra):
        agent = self.place.add_agent(AGENT)
        agent.extra = {**self.extra, "HUISHEN_POWER_TAPE": self.agent_tape, **extra}
        agent.start()
        return agent

    def start_submitter(self, likes, count):
        place = self.place
        words = [word for like in likes for word in ("--like", like)]
        return place.add("submitter", [
            place.program("submitter"), "--home", place.home, "--office", place.id(), "--as", "street",
            "--broker", place.endpoint, "--out", place.path("run", "submitter.jsonl"),
            "--count", str(count), "--inflight", str(INFLIGHT), "--seed", "1", *words]).start()


def number_of(proposal):
    return str(int(proposal.split("-")[-1]))


def decide(place, proposal):
    place.done("wait", proposal, "--timeout", str(SECONDS), seconds=SECONDS + 10)
    return place.json("verdict", proposal)


def second_round(place, plan):
    """A proposal that is returned, revised with a document, and goes through."""
    proposal = place.submit(office.sample(2))
    verdict = decide(place, proposal)
    items = [item["id"] for opinion in verdict["opinions"] for item in opinion["items"]
             if item["severity"] == "must"]
    reply = place.path("run", "reply.yaml")
    with open(reply, "w", encoding="utf-8") as file:
        file.write("items:\n" + "".join(f"- {{item: '{item}', answer: adopted, reason: 已改}}\n"
                                        for item in items))
    place.done("revise", proposal, office.sample(11), "--reply", reply, "--document",
               f"site_plan={plan}", account="street")
    decide(place, proposal)


def make_plans(recording, seed):
    """Files to submit, each of which has a folder of its own among the documents."""
    chance = random.Random(seed)
    folders = set()
    plans = []
    for size in PLAN_BYTES:
        content = chance.randbytes(size)
        while hashlib.blake2b(content, digest_size=32).digest()[0] in folders:
            content = chance.randbytes(size)
        folders.add(hashlib.blake2b(content, digest_size=32).digest()[0])
        plans.append(os.path.join(recording.folder, f"plan-{len(plans)}"))
        with open(plans[-1], "wb") as file:
            file.write(content)
    return plans


def expect_killed(program):
    program.close()
    expect(program.child.returncode == -9, f"{program.name} was to be killed; it ended with "
                                          f"{program.child.returncode}:\n{office.tail(program.log)}")


def interrupted(recording, deed, plan):
    """Submits a proposal with a document, during which the broker is killed at @deed."""
    place = recording.place
    broker = recording.start_broker(HUISHEN_POWER_END=f"{deed} home/documents/")
    submit = place.add("submit", [place.program("huishen"), "--home", place.home, "--as", "street",
                                  "submit", office.sample(1), "--document", f"site_plan={plan}"]).start()
    expect_killed(broker)
    recording.start_broker()
    proposal = submit.line(SECONDS).strip()
    submit.close()
    decide(place, proposal)
    place.programs["broker"].stop()


def work(recording, seed, submissions):
    """The run: seven lives of the broker, three of which a kill ends."""
    place = recording.place
    plans = make_plans(recording, seed)
    broker = recording.start_broker(HUISHEN_POWER_END=str(KILLED_AFTER))
    agents = [place.add_agent(department).start() for department in office.DEPARTMENTS
              if department != AGENT]
    recorded = recording.start_agent(HUISHEN_POWER_END=str(AGENT_KILLED_AFTER))
    for agent in agents:
        agent.ready()
    recorded.ready()
    likes = [number_of(place.submit(office.sample(number))) for number in (1, 4)]
    submitter = recording.start_submitter(likes, submissions)
    expect_killed(broker)

    recording.start_broker()
    expect_killed(recorded)
    recording.start_agent().ready()
    expect(submitter.child.wait(SECONDS) == 0, "the submitter failed")
    decide(place, place.submit(office.sample(1), document=plans[0]))
    second_round(place, plans[3])
    place.programs["broker"].stop()
    interrupted(recording, "made", plans[1])
    interrupted(recording, "named", plans[2])

    recording.start_broker()
    decide(place, place.submit(office.sample(4)))
    place.stop()


def replay(build, recording, options, *words, status=0, tape=None):
    """Runs the replayer; returns what it counted."""
    scratch = tempfile.mkdtemp(prefix="huishen-power-", dir=MEMORY)
    try:
        result = subprocess.run(
            [os.path.join(build, "power-replay"), "--tape", tape or recording.tape, "--home", recording.home,
             "--scratch", scratch, "--seed", str(options.seed), "--jobs", str(options.jobs), *words],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=REPLAY_SECONDS + options.states // STATES_A_SECOND)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    lines = result.stdout.strip().splitlines() or [""]
    print("\n".join(f"  {line}" for line in (lines if status == 0 else lines[-1:])), flush=True)
    expect(result.returncode == status, f"replay ended with {result.returncode}, not {status}: "
                                        f"{result.stderr[-2000:]}")
    return json.loads(lines[-1])


# ---- what must hold ----------------------------------------------------------------------------


def whole(build, recording, options):
    counted = replay(build, recording, options, "--states", str(options.states))
    expect(counted["states"] >= options.states, f"only {counted['states']} states")
    expect(counted["promises"] >= RECEIPTS_MIN and counted["documents"] == len(PLAN_BYTES),
           "the run was too quiet")


def agent_whole(build, recording, options):
    """The store of an agent: what it sent is in it, whole, or answered."""
    counted = replay(build, recording, options, "--states", str(options.states // AGENT_SHARE),
                     "--agent", AGENT_STORE, tape=recording.agent_tape)
    expect(counted["promises"] >= AGENT_SENT_MIN, f"the agent sent {counted['promises']} only")


def rolled_back(build, recording, options):
    """A lost meta page: no start serves, and each says which entry the head file knows."""
    counted = replay(build, recording, options, "--roll-back")
    expect(counted["states"] >= counted["commits"] - 1, f"only {counted['states']} states")


# ---- what must be found out ----------------------------------------------------------------------


def expect_found(counted):
    """Something promised was lost, or what was served was wrong: a refusal alone is no loss."""
    bad = counted["lost"] + counted["wrong"] + counted["died"]
    expect(bad > 0, "the harness sees nothing wrong with it")


def broken_disk(build, recording, options, *words):
    expect_found(replay(build, recording, options, "--states", str(CONTROL_STATES), *words, status=1))


def broken_lmdb(build, folder, options, flags):
    """LMDB itself is told to leave out syncs, in a run of its own."""
    with Recording(build, os.path.join(folder, flags), flags) as recording:
        work(recording, options.seed, SUBMISSIONS)
        broken_disk(build, recording, options)


def mapped(build, folder):
    """LMDB writes through its map: the recorder would see nothing, and ends the program."""
    folder = os.path.join(folder, "writemap")
    try:
        with Recording(build, folder, "writemap"):
            raise office.Fault("the recorder let it pass")
    except office.Fault as fault:
        expect("a file is mapped for writing" in str(fault), str(fault))


def run(options, folder, cases):
    with Recording(options.build, os.path.join(folder, "office")) as recording:
        work(recording, options.seed, SUBMISSIONS)
        words = (options.build, recording, options)
        cases.run("nothing that was promised is lost", whole, *words)
        cases.run("an agent loses nothing that it sent", agent_whole, *words)
        cases.run("a meta page that went back is found", rolled_back, *words)
        cases.run("syncs that do nothing are found out", broken_disk, *words, "--lying")
        cases.run("sectors of 8 bytes are found out", broken_disk, *words, "--grain", "8")
    for flags in ("nosync", "nometasync"):
        cases.run(f"LMDB with {flags} is found out", broken_lmdb, options.build, folder, options, flags)
    cases.run("a writable map is found out", mapped, options.build, folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--states", type=int, default=50000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", help="a folder for the recordings, which stay in it")
    options = parser.parse_args()
    print(f"  seed {options.seed}", flush=True)
    cases = office.Cases()
    folder = options.keep or tempfile.mkdtemp(prefix="huishen-power-")
    run(options, folder, cases)
    if cases.failed > 0 or options.keep:
        print(f"  the recordings are kept in {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
