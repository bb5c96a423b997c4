#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays a journal from what was put into it, and compares what the office recorded with what the
domain text makes of it.

usage: replay.py JOURNAL

JOURNAL is what `huishen --json journal` prints. Every difference is a line: the proposal, the number of
the entry, the field, what was expected, what was found. Exit 1 if there is any.
"""
import base64
import collections
import json
import sys

import clocks
import procedure
from answering import Answering
from concluding import Concluding
from opening import Opening
from schema import SCHEMA, Message, digest, instant

Difference = collections.namedtuple("Difference", "proposal seq field expected found")


class Proposal(Message):
    """What is known of a proposal; the fields are those of the schema's Proposal where it has them."""

    def __init__(self, number, process):
        super().__init__(
            id=number, process=process, status="submitted", round=0, packets=[], reviews={}, clocks={},
            office_items=[], opinions={}, conflicts=[], waivers={}, intake=None, outcome=None,
            pins=b"", told=set(), questions=[],
            lacks={}, idle=set(), asked=False, late={}, failed=set(), about={})


class Replay(Opening, Answering, Concluding):
    def __init__(self):
        self.differences = []
        self.commands = {}
        self.definitions, self.current, self.default = {}, {}, ""
        self.pins, self.departments, self.proposals = {}, {}, {}
        self.days, self.books, self.entry = None, {}, None
        self.is_suspect = False
        self.intakes = {}
        self.touched, self.batch = set(), None
        self.events = 0

    # ---- the journal ----

    def read(self, lines):
        for line in lines:
            if line.strip():
                self.take(json.loads(line))
        self.settle()
        return self.differences

    def take(self, tree):
        kind, key = tree["kind"], (tree["receivedSeq"], tree["commandIndex"])
        if kind != "event" or key != self.batch:
            self.settle()
            self.batch = None
        self.entry = Message(seq=int(tree["seq"]), at=instant(tree["at"]))
        if kind == "received":
            self.unpack(tree["received"])
        if kind == "head":
            self.expect_silence()
        if kind == "event":
            self.batch = key
            self.happen(SCHEMA.from_json("Event", tree["event"]), (int(key[0]), key[1]))

    def unpack(self, received):
        envelope = SCHEMA.decode("Envelope", base64.b64decode(received["envelope"]))
        for index, data in enumerate(envelope.commands):
            self.commands[self.entry.seq, index] = SCHEMA.decode("Command", data)

    def happen(self, event, key):
        name = next(name for name, body in event.items() if name != "proposal" and body is not None)
        command = self.commands.get(key)
        self.events += 1
        handler = getattr(self, "on_" + name, None)
        if event.proposal == 0:
            if handler:
                handler(event[name], command)
            return
        if name == "proposal_submitted":
            process = event[name].process
            self.proposals[event.proposal] = Proposal(event.proposal, process)
        proposal = self.proposals[event.proposal]
        if proposal.id not in self.touched:
            self.settle()
            self.touched.add(proposal.id)
        try:
            if handler:
                handler(proposal, event[name], command)
        except (KeyError, AttributeError, TypeError, IndexError, StopIteration) as fault:
            self.differ(proposal, name, "what fits the entries before it", repr(fault))

    def differ(self, proposal, field, expected, found):
        self.differences.append(Difference(
            proposal.id if proposal else 0, self.entry.seq, field, expected, found))

    def compare(self, proposal, field, expected, found):
        if expected != found:
            self.differ(proposal, field, expected, found)

    # ---- what the office publishes ----

    def on_department_defined(self, event, _):
        self.departments[event.department.id] = event.department

    def on_definition_published(self, event, command):
        data = command.publish.definition
        self.compare(None, "definition.hash", digest(data), event.hash)
        self.definitions[event.hash] = SCHEMA.decode(event.kind.capitalize(), data)
        if event.kind == "calendar":
            self.current[event.id] = clocks.WorkingDays(self.definitions[event.hash])
        if event.kind == "process" and (event.set_default or not self.default):
            self.default = event.id

    def on_pins_set(self, event, _):
        self.compare(None, "pins.hash", digest(SCHEMA.encode("Pins", event.pins)), event.hash)
        self.pins[event.pins.process_id] = event.hash
        self.books[event.hash] = procedure.Book(
            self.definitions[event.pins.process], self.definitions[event.pins.dictionary],
            {row.id: self.definitions[row.hash] for row in event.pins.packs})

    def on_clock_suspected(self, *_):
        self.is_suspect = True

    def on_clock_confirmed(self, *_):
        self.is_suspect = False

    # ---- helpers ----

    def book(self, proposal):
        return self.books[proposal.pins or self.pins[proposal.process]]

    def stage(self, proposal):
        return self.book(proposal).process.stages[0]

    def calendar(self, proposal):
        return self.current.get(self.book(proposal).process.calendar)

    def due(self, proposal, clock, since_at):
        """A hold that stands counts so far."""
        holds = [Message(hold, to_at=hold.to_at or self.entry.at) for hold in clock.holds]
        return clocks.due_of(self.calendar(proposal), clock.limit, since_at, holds,
                             clock.extensions)

    def expect_clock(self, proposal, clock, kind, limit):
        """A clock that begins now has the limit of the stage and the due date that follows."""
        self.compare(proposal, "clock.kind", kind, clock.kind)
        self.compare(proposal, f"{kind}.limit", limit, clock.limit)
        self.compare(proposal, f"{kind}.since_at", self.entry.at, clock.since_at)
        self.compare(proposal, f"{kind}.due_at", self.due(proposal, clock, self.entry.at),
                     (clock.due_at, clock.provisional))
        proposal.clocks[kind] = clock

    def packet_of(self, proposal, packet, found):
        self.compare(proposal, "packet", digest(SCHEMA.encode("Packet", packet)).hex(), found.hex())
        proposal.packets.append(packet)
    # ---- what is missing ----

    def clocks_wanted(self, proposal):
        """Returns the clocks of the lead that run in a round without a verdict."""
        if proposal.status != "in_review":
            return set()
        if any(row.state in procedure.OPEN_CONFLICTS for row in proposal.conflicts):
            return {"coordination"}
        states = {review.state for review in proposal.reviews.values()}
        return set() if states & {"open", "held"} else {"consolidation"}

    def settle(self):
        """After what came together: what should have come with it and did not?"""
        for number in self.touched:
            proposal = self.proposals[number]
            if proposal.intake:
                self.differ(proposal, "intake", proposal.intake[0], None)
                proposal.intake = None
            for word, name in sorted(proposal.told):
                self.differ(proposal, f"{name}.{word}", True, None)
            if proposal.asked:
                self.differ(proposal, "missing", proposal.lacks, None)
            proposal.update(told=set(), asked=False)
            if proposal.status == "in_review":
                self.settle_round(proposal)
        self.touched.clear()

    def settle_round(self, proposal):
        missing = self.contradictions(proposal)
        if missing:
            self.differ(proposal, "conflicts", missing, None)
            return
        outcome = self.outcome(proposal)
        if outcome:
            self.differ(proposal, "outcome", outcome, None)
            proposal.update(status="concluded", outcome=outcome)
            return
        stage, wanted = self.stage(proposal), self.clocks_wanted(proposal)
        for kind in ("coordination", "consolidation"):
            runs = kind in proposal.clocks and not proposal.clocks[kind].ended_at
            if runs and kind not in wanted:
                proposal.clocks[kind].ended_at = self.entry.at
            if kind in wanted and not runs and stage[kind]:
                states = sorted({review.state for review in proposal.reviews.values()})
                self.differ(proposal, f"{kind}.started", states, None)
                proposal.clocks[kind] = Message(ended_at=0)

    def expect_silence(self):
        """At the end of a commit no limit has passed that is not on record."""
        if self.is_suspect:
            return
        for proposal in self.proposals.values():
            if proposal.status != "in_review":
                continue
            for name, review in proposal.reviews.items():
                if (review.state == "open" and 0 < review.due_at < self.entry.at
                        and review.get("opened_anew") != self.entry.at):
                    self.differ(proposal, f"{name}.overdue", review.due_at, None)
                    review.state = "overdue"


def shown(value):
    if isinstance(value, bytes):
        return value.hex()[:16]
    return value


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    replay = Replay()
    with open(arguments[0], encoding="utf-8") as file:
        differences = replay.read(file)
    for row in differences:
        print(f"{row.proposal} {row.seq} {row.field}: expected {shown(row.expected)}, "
              f"found {shown(row.found)}")
    print(f"{replay.events} events of {len(replay.proposals)} proposals, "
          f"{len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
