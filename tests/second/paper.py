# SPDX-License-Identifier: Apache-2.0
"""An office in virtual time (tests/virtual) whose journal is written down in the text form that
`huishen --json journal` prints, with what the replay reads of it: envelopes, events, times.
"""
import base64
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("e2e", "virtual"):
    sys.path.insert(0, os.path.join(HERE, os.pardir, folder))

import virtual  # noqa: E402
from schema import SCHEMA, moment  # noqa: E402


def definitions_of(lines):
    """Returns what a journal publishes: hash, in base64, to the bytes."""
    found, commands = {}, {}
    for line in lines:
        tree = json.loads(line)
        if tree["kind"] == "received":
            envelope = SCHEMA.decode("Envelope", base64.b64decode(tree["received"]["envelope"]))
            commands[tree["seq"]] = [SCHEMA.decode("Command", data) for data in envelope.commands]
        published = tree.get("event", {}).get("definitionPublished")
        if published:
            command = commands[tree["receivedSeq"]][tree["commandIndex"]]
            found[published["hash"]] = command.publish.definition
    return found


def packets_of(lines):
    """Returns the packets that a journal's proposals were submitted with, in order."""
    return [command.submit.packet for line in lines for tree in [json.loads(line)]
            if tree["kind"] == "received"
            for data in SCHEMA.decode("Envelope", base64.b64decode(
                tree["received"]["envelope"])).commands
            for command in [SCHEMA.decode("Command", data)] if command.submit]


class Paper(virtual.Office):
    def __init__(self, build, start, definitions):
        super().__init__(build, start)
        self.lines, self.seq, self.now = [], 0, start
        self.definitions = definitions
        self.refused = 0

    def write(self, kind, **fields):
        self.seq += 1
        self.lines.append(json.dumps(
            {"seq": str(self.seq), "kind": kind, "at": moment(self.now), "receivedSeq": "0",
             "commandIndex": 0, **fields}, ensure_ascii=False) + "\n")

    def say(self, **line):
        self.now = max(self.now, line.get("clock", 0))
        kept = len(self.events)
        said = super().say(**line)
        rows = self.events[kept:]
        self.refused += any(isinstance(row, dict) and "refused" in row for row in said)
        command = self.command_of(line, rows) if rows else None
        if command:
            envelope = SCHEMA.new("Envelope", office="virtual", signer=line["as"],
                                  commands=[SCHEMA.encode("Command", command)])
            self.write("received", received={"envelope": base64.b64encode(
                SCHEMA.encode("Envelope", envelope)).decode()})
        received = str(self.seq) if command else "0"
        for at, name, body, proposal in rows:
            self.now = max(self.now, at)
            self.write("event", at=moment(at), receivedSeq=received,
                       event={"proposal": str(proposal), name: body})
        if rows or "clock" in line:
            self.write("head", head={})
        return said

    def command_of(self, line, rows):
        if "command" in line:
            return SCHEMA.from_json("Command", line["command"])
        for _, name, body, _ in rows:
            if name == "definitionPublished":
                return SCHEMA.from_json("Command", {"publish": {
                    "kind": body["kind"], "setDefault": body["setDefault"],
                    "definition": base64.b64encode(self.definitions[body["hash"]]).decode()}})
        return None

    def order(self, author, **body):
        """Gives a command that may be refused; returns whether it was done."""
        said = self.say(**{"as": author, "command": body})
        return not any(isinstance(row, dict) and "refused" in row for row in said)
