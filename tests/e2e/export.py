#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The exported record, and a second verifier that shares nothing with the first.

usage: export.py BUILD [ATTACKS] [SEED]

A small office works through everything that can happen to a proposal; the export is verified by
tests/export/verify_export.py. Then it is altered in ATTACKS ways (220), each of which must be found;
those of one who stole the office's key, by a head kept outside alone.
"""
import base64
import datetime
import json
import os
import random
import re
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import office
from office import expect, expect_equal

sys.path.insert(0, os.path.dirname(office.VERIFIER))
import schema           # noqa: E402  (of tests/export)
import verify_export    # noqa: E402

ATTACKS = 220
KINDS_MIN = 25  # of events in the record of this office
DOCUMENT = ("--document", "消评〔2026〕3号")


def make_record(place):
    """Lets happen what can happen; every department answers by its rules but planning's people."""
    place.start()
    done = place.done
    for number, status in ((1, 0), (2, 0), (5, 1), (4, 0)):
        proposal = place.submit(office.sample(number), status)
        if status == 0:
            done("wait", proposal, "--for", "verdict", "--timeout", "60")
    done("decide", 1, "--sign", account="approver")
    done("revise", 3, office.sample(6), account="street")
    place.programs["fire"].stop()
    place.programs["planning"].stop()
    held = place.submit(office.sample(1))
    until = (datetime.date.today() + datetime.timedelta(days=10)).isoformat()
    review = f"{held}/1/fire"
    done("accept", review, account="fire")
    done("hold", review, "--reason", "expert_review", *DOCUMENT, "--until", until,
         account="fire")
    done("hold", review, "--approve", account="office")
    done("resume", review, account="office")
    done("extend", review, "--days", "2", "--reason", "a visit to the site", account="head-fire")
    done("remind", review, account="office")
    done("escalate", review, "--to", "head", "--reason", "no word", account="office")
    done("ask", f"{held}/1/planning", "which storey?", account="planning")
    done("opine", review, "--result", "agree", "--draft", account="fire")
    place.start_agent("fire")
    withdrawn = place.submit(office.sample(3))
    done("withdraw", withdrawn, account="street")
    done("account", "add", "li", "--role", "reviewer", "--department", "fire")
    done("account", "disable", "li")


def export(place):
    path = place.path("run", "export.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write(place.done("export", seconds=120))
    with open(path, encoding="utf-8") as file:
        return path, file.read().splitlines()


def verified(messages, lines, head=None):
    return verify_export.Verifier(messages, None, head).read(lines)


def second_verifier(place, state):
    """It finds nothing wrong, says the same hash as the first, and has seen all that happened."""
    state["path"], state["lines"] = export(place)
    found = verified(state["messages"], state["lines"])
    expect_equal("faults", found.faults, [])
    first = place.json("verify")
    expect_equal("hash", found.hash.hex(), first["hash"])
    expect_equal("entries", found.seq, first["entries"])
    state["kinds"] = len(found.kinds)
    expect(state["kinds"] >= KINDS_MIN, f"only {sorted(found.kinds)}")


def head_of_today(place, state):
    """The head that `huishen head` prints, whole or its words alone, is found in it."""
    text = place.done("head")
    for name, kept in (("head.txt", text),
                       ("words.txt", "".join(re.findall(r"(?:entry|words) .*\n", text)))):
        path = os.path.join(place.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(kept)
        state["head"] = verify_export.read_head(path)
        found = verified(state["messages"], state["lines"], state["head"])
        expect_equal(name, found.faults, [])
        place.done("verify", "--head", path)


def while_it_serves(place, state):
    """An export of an office at work ends at a commit, and is sound."""
    proposal = place.submit(office.sample(1))
    _, lines = export(place)
    expect_equal("faults", verified(state["messages"], lines, state["head"]).faults, [])
    expect(any(proposal in line for line in lines), "the last submission is not in it")


# ---- damage ----------------------------------------------------------------------------------------


class Attacker:
    """Alters copies of the lines. Every method returns the altered lines."""

    def __init__(self, lines, chance):
        self.lines = lines
        self.chance = chance

    def pick(self):
        """The place of an entry: neither the first line nor the last."""
        return self.chance.randrange(1, len(self.lines) - 1)

    def change(self, at, **members):
        lines = list(self.lines)
        lines[at] = json.dumps({**json.loads(lines[at]), **members}, ensure_ascii=False)
        return lines

    def flip_a_bit(self):
        at = self.pick()
        data = bytearray(base64.b64decode(json.loads(self.lines[at])["bytes"]))
        data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        return self.change(at, bytes=base64.b64encode(data).decode())

    def change_time(self):
        at = self.pick()
        return self.change(at, atMs=json.loads(self.lines[at])["atMs"] - self.chance.choice((1, -1)))

    def change_kind(self):
        at = self.pick()
        kinds = [kind for kind in verify_export.KINDS if kind != json.loads(self.lines[at])["kind"]]
        return self.change(at, kind=self.chance.choice(kinds))

    def change_hash(self):
        return self.change(self.pick(), hash=self.chance.randbytes(32).hex())

    def change_text(self):
        """Something that an entry says is said otherwise."""
        at = self.pick()
        says = json.loads(self.lines[at])["says"]
        places, waiting = [], [says]
        while waiting:
            box = waiting.pop()
            for key, value in box.items() if isinstance(box, dict) else enumerate(box):
                if isinstance(value, (dict, list)):
                    waiting.append(value)
                elif value != "":
                    places.append((box, key))
        box, key = self.chance.choice(places)
        old = box[key]
        box[key] = not old if isinstance(old, bool) else "y" if old == "x" else "x"
        return self.change(at, says=says)

    def remove(self):
        at = self.pick()
        return self.lines[:at] + self.lines[at + 1:]

    def repeat(self):
        at = self.pick()
        return self.lines[:at + 1] + self.lines[at:]

    def swap(self):
        at = self.chance.randrange(1, len(self.lines) - 2)
        lines = list(self.lines)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
        return lines

    def move_with_numbers(self):
        """One entry is gone, and the others close up."""
        at = self.pick()
        lines = self.lines[:at] + self.lines[at + 1:-1]
        for i in range(at, len(lines)):
            line = json.loads(lines[i])
            lines[i] = json.dumps({**line, "seq": line["seq"] - 1}, ensure_ascii=False)
        return lines + self.lines[-1:]

    def cut(self):
        return self.lines[:self.pick()]

    def change_end(self):
        end = json.loads(self.lines[-1])
        end[self.chance.choice(("end", "hash"))] = self.chance.choice((1, "00"))
        return self.lines[:-1] + [json.dumps(end)]


SIMPLE = ("flip_a_bit", "change_time", "change_kind", "change_hash", "change_text", "remove",
          "repeat", "swap", "move_with_numbers", "cut", "change_end")


def planted_damage(place, state):
    """Whatever is altered is found, without any help."""
    attacker = Attacker(state["lines"], random.Random(state["seed"]))
    missed = []
    for number in range(state["attacks"]):
        name = SIMPLE[number % len(SIMPLE)]
        verifier = verify_export.Verifier(state["messages"])
        if not verifier.read(getattr(attacker, name)(), is_first_enough=True).faults:
            missed.append(f"{name} (number {number})")
    expect_equal("not found", missed, [])


class Thief:
    """One who holds the office's key, and writes the record anew: chain, roots, heads."""

    def __init__(self, place, messages, lines):
        with open(place.path("keys", "office", "sign.key"), encoding="utf-8") as file:
            seed = re.search(r"secret ([0-9a-f]{64})", file.read())[1]
        self.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        self.messages = messages
        self.title = json.loads(lines[0])
        self.entries = [json.loads(line) for line in lines[1:-1]]

    def sign(self, data):
        office_id = self.title["office"].encode()
        text = b"".join(struct.pack(">I", len(piece)) + piece
                        for piece in (b"huishen.v1 head", office_id)) + data
        return self.key.sign(text)

    def head(self, leaves, first, chain, at_ms):
        values = {1: self.title["office"], 2: first, 3: first + len(leaves) - 1,
                  4: verify_export.merkle_root(leaves), 5: chain, 6: at_ms, 7: 1}
        data = schema.encode(self.messages.types["Head"], values)
        return (schema.encode(self.messages.types["SignedHead"], {1: data, 2: self.sign(data)}),
                self.messages.to_json("Head", values, self.title["utcOffsetMinutes"]))

    def write(self, entries):
        """Returns the lines of a sound record of @entries."""
        lines = [json.dumps(self.title)]
        chain, leaves, first = bytes(32), [], 1
        for seq, entry in enumerate(entries, 1):
            data, says = base64.b64decode(entry["bytes"]), entry["says"]
            if entry["kind"] == "head":
                data, says = self.head(leaves, first, chain, entry["atMs"])
            leaf = verify_export.blake(
                b"\x00", struct.pack(">QBq", seq, verify_export.KINDS[entry["kind"]],
                                     entry["atMs"]), data)
            chain = verify_export.blake(b"\x01", chain, leaf)
            leaves, first = ([], seq + 1) if entry["kind"] == "head" else (leaves + [leaf], first)
            lines.append(json.dumps({**entry, "seq": seq, "hash": chain.hex(), "says": says,
                                     "bytes": base64.b64encode(data).decode()}))
        return lines + [json.dumps({"end": len(entries), "hash": chain.hex()})]

    def heads(self):
        return [at for at, entry in enumerate(self.entries) if entry["kind"] == "head"]


def stolen_key(place, state):
    """What the office's key can do unseen, a head kept outside shows."""
    thief = Thief(place, state["messages"], state["lines"])
    entries, heads = thief.entries, thief.heads()
    later = [{**entry, "atMs": entry["atMs"] + 1} for entry in entries]
    attacks = {
        "the end cut off": entries[:heads[-2] + 1],
        "an old copy": entries[:heads[len(heads) // 2] + 1],
        "every time later": later,
        "a fork before the last commit": entries[:heads[-2] + 1] + later[heads[-2] + 1:],
    }
    expect_equal("written anew without a change", json.loads(thief.write(entries)[-1]),
                 json.loads(state["lines"][-1]))
    for name, altered in attacks.items():
        lines = thief.write(altered)
        alone = verified(state["messages"], lines).faults
        expect_equal(f"{name}, without a head kept outside", alone, [])
        found = verified(state["messages"], lines, state["head"]).faults
        expect(found and all("WITNESS" in fault for fault in found), f"{name}: {found}")


def author_protects(place, state):
    """Even with the office's key an author's words cannot be changed unseen."""
    thief = Thief(place, state["messages"], state["lines"])
    at = next(i for i, entry in enumerate(thief.entries) if entry["kind"] == "received")
    received = thief.messages.parse("Received", base64.b64decode(thief.entries[at]["bytes"]))
    envelope = bytearray(received[1])
    envelope[-1] ^= 1
    data = schema.encode(thief.messages.types["Received"], {**received, 1: bytes(envelope)})
    thief.entries[at]["bytes"] = base64.b64encode(data).decode()
    found = verified(state["messages"], thief.write(thief.entries)).faults
    expect(any("AUTHOR" in fault for fault in found), f"found {found}")


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    cases = office.Cases()
    numbers = [int(argument) for argument in arguments[1:]]
    state = {"messages": schema.Schema(verify_export.PROTO), "attacks": (numbers + [ATTACKS])[0],
             "seed": numbers[1] if len(numbers) > 1 else random.randrange(1 << 32)}
    with office.Office(arguments[0]) as place:
        make_record(place)
        for name, case in (("a second verifier agrees", second_verifier),
                           ("today's head is in it", head_of_today),
                           ("planted damage is found", planted_damage),
                           ("a stolen key is found out", stolen_key),
                           ("an author's words are protected", author_protects),
                           ("an office at work is exported", while_it_serves)):
            if not cases.run(name, case, place, state):
                break
        print(f"{state.get('kinds')} kinds of events, {state['attacks']} alterations, "
              f"seed {state['seed']}")
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
