#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what clients were told against what the journal says.

usage: history.py JOURNAL RECEIPTS...

JOURNAL is the output of `huishen journal --json` (one entry a line). RECEIPTS are the files that
submitters wrote while they ran, one JSON object a line:

    {"op": "submit", "command": HEX, "sent": N, "answer": "receipt", "proposal": ID, "number": TEXT,
     "seq": N, "index": N, "leaf": HEX, "head": HEX, "packet": HEX}
    {"op": "submit", "command": HEX, "sent": N, "answer": "refusal", "code": TEXT}
    {"op": "submit", "command": HEX, "sent": N, "answer": "unknown"}

Per proposal, round and department an opinion is a write-once register; a submission acknowledged is
in the journal once, with the packet that was sent, and stays what it was when asked again.
Prints one line a fault; exit code 1 if there is any.
"""
import json
import sys


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if not line:
                continue
            try:
                yield number, json.loads(line)
            except ValueError:
                # The submitter was killed while it wrote its last line: that is no answer.
                if line.endswith("}"):
                    raise
                return


class Journal:
    """What the journal says, in the terms of the check."""

    def __init__(self, entries, fault):
        self.submitted = {}   # command id -> (proposal, packet, received seq, index)
        self.proposals = {}   # proposal -> command id
        self.opinions = {}    # (proposal, round, department) -> [hash...]
        self.verdicts = {}    # (proposal, round) -> [hash...]
        self.rounds = {}      # (proposal, round) -> departments
        self.leaves = {}      # seq -> leaf
        self.fault = fault
        expected = 1
        last_at = ""
        for entry in entries:
            seq = int(entry["seq"])
            if seq != expected:
                fault(f"journal: entry {seq} where {expected} is due")
            expected = seq + 1
            if entry["at"] < last_at:
                fault(f"journal: entry {seq} goes back in time")
            last_at = entry["at"]
            self.leaves[seq] = entry.get("leaf", "")
            if entry["kind"] == "event":
                self.event(entry)

    def event(self, entry):
        event = entry["event"]
        proposal = int(event.get("proposal", 0))
        if "proposalSubmitted" in event:
            body = event["proposalSubmitted"]
            command = entry["commandId"]
            if command in self.submitted:
                self.fault(f"command {command} was recorded as two proposals")
            if proposal in self.proposals:
                self.fault(f"proposal {proposal} was given twice")
            self.submitted[command] = (proposal, body["packet"], int(entry["receivedSeq"]),
                                       int(entry["commandIndex"]))
            self.proposals[proposal] = command
        elif "roundOpened" in event:
            body = event["roundOpened"]
            key = (proposal, body["round"])
            if key in self.rounds:
                self.fault(f"round {key} was opened twice")
            self.rounds[key] = [review["department"] for review in body["reviews"]]
        elif "opinionGiven" in event:
            body = event["opinionGiven"]
            key = (proposal, body["round"], body["department"])
            self.opinions.setdefault(key, []).append(body["opinion"])
        elif "verdictIssued" in event:
            body = event["verdictIssued"]
            key = (proposal, body["round"])
            given = [d for (p, r, d) in self.opinions if (p, r) == key]
            lacking = set(self.rounds.get(key, [])) - set(given)
            if lacking:
                self.fault(f"verdict of {key} before the opinions of {sorted(lacking)}")
            self.verdicts.setdefault(key, []).append(body["verdict"])


def check(entries, histories, fault):
    """Reports every way in which the clients' histories and the journal disagree."""
    journal = Journal(entries, fault)
    for key, hashes in journal.opinions.items():
        if len(hashes) > 1:
            fault(f"opinion {key} was recorded {len(hashes)} times")
    for key, hashes in journal.verdicts.items():
        if len(hashes) > 1:
            fault(f"verdict {key} was issued {len(hashes)} times")

    answers = {}
    for history in histories:
        for answer in history:
            check_answer(answer, answers, journal, fault)
    refused = {c for c, a in answers.items() if a["answer"] == "refusal"}
    for command in refused & set(journal.submitted):
        fault(f"command {command} was refused and recorded")
    return journal, answers


def check_answer(answer, answers, journal, fault):
    command = answer["command"]
    before = answers.get(command)
    if before and before["answer"] == "receipt" and answer["answer"] == "receipt":
        for field in ("proposal", "number", "seq", "index", "leaf", "head"):
            if before[field] != answer[field]:
                fault(f"command {command}: {field} was {before[field]}, then {answer[field]}")
    if before is None or answer["answer"] != "unknown":
        answers[command] = answer
    if answer["answer"] != "receipt":
        return
    recorded = journal.submitted.get(command)
    if recorded is None:
        fault(f"command {command} was acknowledged and is lost")
        return
    proposal, packet, seq, index = recorded
    if int(answer["proposal"]) != proposal:
        fault(f"command {command}: acknowledged as {answer['proposal']}, recorded as {proposal}")
    if answer["packet"] != packet:
        fault(f"proposal {proposal}: the packet on record is not the one that was sent")
    if (int(answer["seq"]), int(answer["index"])) != (seq, index):
        fault(f"command {command}: acknowledged at {answer['seq']}/{answer['index']}, "
              f"recorded at {seq}/{index}")
    if journal.leaves.get(seq) != answer["leaf"]:
        fault(f"command {command}: the leaf of its receipt is not that of entry {seq}")


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    faults = []
    entries = (entry for _, entry in read_lines(arguments[0]))
    histories = ((answer for _, answer in read_lines(path)) for path in arguments[1:])
    journal, answers = check(entries, histories, faults.append)
    for line in faults:
        print(line)
    acknowledged = sum(1 for answer in answers.values() if answer["answer"] == "receipt")
    print(f"{acknowledged} acknowledged, {len(journal.submitted)} recorded, "
          f"{len(journal.opinions)} opinions, {len(journal.verdicts)} verdicts, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
